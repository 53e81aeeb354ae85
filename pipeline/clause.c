/* SPDX-License-Identifier: Apache-2.0 */
/* Which part of a sentence speaks of a thing. Cuts at marks and at words
 * that join clauses (ACT_CLAUSE); parses nothing. */
#include "pipeline/signals.h"

void scorer_clause(const struct scorer *s, struct span span, size_t *from,
                   size_t *until)
{
    const struct words *words = s->look.words;
    const struct looked *items = s->look.items;
    size_t first = 0, last;
    while (first + 1 < words->count &&
           words->items[first].start + words->items[first].length <=
               span.start)
        first++;
    last = first + 1;
    while (last < words->count &&
           words->items[last].start < span.start + span.length)
        last++;
    while (first > 0 && !(items[first].acts & ACT_CLAUSE))
        first--;
    while (last < words->count && !(items[last].acts & ACT_CLAUSE))
        last++;
    *from = first;
    *until = last < words->count ? last : words->count;
}
