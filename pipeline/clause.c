/* SPDX-License-Identifier: Apache-2.0 */
/* Which part of a sentence speaks of a thing. Cuts at marks and at words
 * that join clauses (ACT_CLAUSE); parses nothing. */
#include "pipeline/signals.h"

enum { RIVAL_WORDS = 3 }; /* "than the old Acme" */

static bool has_role(const struct scorer *s, size_t i, uint32_t roles)
{
    const struct looked *at = &s->look.items[i];
    return (at->entry->flags | at->pair->flags) & roles;
}

/* Whether words [from, first) compare somebody with what stands at first.
 * "Nothing is better than Acme" and "other than Acme" do not. */
static bool names_rival(const struct scorer *s, size_t from, size_t first)
{
    size_t at = first;
    while (at > from && first - at < RIVAL_WORDS &&
           !has_role(s, at - 1, ENTRY_RIVAL))
        at--;
    if (at == from || first - at == RIVAL_WORDS)
        return false;
    for (size_t i = from; i + 1 < at; i++)
        if (has_role(s, i, ENTRY_NEGATOR | ENTRY_CONCESSION))
            return false;
    return true;
}

bool scorer_addressed(const struct scorer *s, struct range place)
{
    const struct words *words = s->look.words;
    size_t first = place.from;
    if (first == place.until || words->items[first].kind != WORD_HANDLE)
        return false;
    while (first > 0 && (words->items[first - 1].kind == WORD_HANDLE ||
                         words->items[first - 1].kind == WORD_PUNCTUATION))
        first--;
    return first == 0;
}

struct clause scorer_clause(const struct scorer *s, struct range place)
{
    const struct words *words = s->look.words;
    const struct looked *items = s->look.items;
    const uint32_t parts = ENTRY_CONTRAST | ENTRY_CONCESSION;
    struct clause c = { place.from, place.until, false, false };
    if (!words->count)
        return c;
    while (c.from > 0 && !(items[c.from].acts & ACT_CLAUSE))
        c.from--;
    while (c.until < words->count && !(items[c.until].acts & ACT_CLAUSE))
        c.until++;
    c.parted = has_role(s, c.from, parts) ||
               (c.until < words->count && has_role(s, c.until, parts));
    c.rival = names_rival(s, c.from, place.from);
    return c;
}
