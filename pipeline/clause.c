/* SPDX-License-Identifier: Apache-2.0 */
/* Which part of a sentence speaks of a thing. Cuts at marks and at words
 * that join clauses; parses nothing. */
#include "pipeline/signals.h"

static bool is_mark(const struct words *w, size_t i, const char *marks)
{
    return w->items[i].kind == WORD_PUNCTUATION &&
           strchr(marks, w->folded[w->items[i].start]) != NULL;
}

/* True where a clause may begin at word i. */
static bool begins_clause(const struct lexicon *l, const struct words *w,
                          size_t i)
{
    if (w->items[i].flags & WORD_BREAK || is_mark(w, i - 1, ".!?;:,()"))
        return true;
    const struct entry *e = lexicon_find(l, lexicon_word(l, w, i));
    return e && e->flags & (ENTRY_CONTRAST | ENTRY_CONCESSION | ENTRY_CLAUSE);
}

void sentiment_clause(const struct sentiment *s, const struct words *words,
                      struct span span, size_t *from, size_t *until)
{
    const struct lexicon *l = sentiment_lexicon(s);
    size_t first = 0, last;
    while (first + 1 < words->count &&
           words->items[first].start + words->items[first].length <=
               span.start)
        first++;
    last = first + 1;
    while (last < words->count &&
           words->items[last].start < span.start + span.length)
        last++;
    while (first > 0 && first < words->count &&
           !begins_clause(l, words, first))
        first--;
    while (last < words->count && !begins_clause(l, words, last))
        last++;
    *from = first;
    *until = last < words->count ? last : words->count;
}

void sentiment_mention(const struct sentiment *s, const struct words *words,
                       struct span span, const uint8_t *mask,
                       struct tags *out)
{
    size_t from, until;
    sentiment_clause(s, words, span, &from, &until);
    sentiment_score(s, words, from, until, mask, out, NULL, NULL);
}
