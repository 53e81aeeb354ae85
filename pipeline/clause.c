/* SPDX-License-Identifier: Apache-2.0 */
/* Which part of a sentence speaks of a thing. Cuts at marks and at words
 * that join clauses; parses nothing. */
#include "pipeline/signals.h"

enum { BEGINS = ENTRY_CONTRAST | ENTRY_CONCESSION | ENTRY_CLAUSE };

/* A mark behind which a clause may begin. */
static bool is_mark(const struct words *w, size_t i)
{
    static const bool marks[256] = {
        ['.'] = true, ['!'] = true, ['?'] = true, [';'] = true,
        [':'] = true, [','] = true, ['('] = true, [')'] = true,
    };
    return w->items[i].kind == WORD_PUNCTUATION &&
           marks[(unsigned char)w->folded[w->items[i].start]];
}

/* True where a clause may begin at word i. */
static bool begins_clause(const struct lexicon *l, const struct words *w,
                          size_t i)
{
    if (w->items[i].flags & WORD_BREAK || is_mark(w, i - 1))
        return true;
    uint64_t hash = lexicon_word(l, w, i);
    const struct entry *e = lexicon_entry(l, hash);
    if (!(e->flags & (BEGINS | ENTRY_PREFIX)))
        return false;
    if (e->flags & BEGINS)
        return true;
    if (i + 1 >= w->count)
        return false;
    e = lexicon_entry(l, words_join(hash, lexicon_word(l, w, i + 1)));
    return e->flags & BEGINS;
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
