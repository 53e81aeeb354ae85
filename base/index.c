/* SPDX-License-Identifier: Apache-2.0 */
/* See index.h. */
#include "base/index.h"

#include "base/mem.h"

void index_open(struct index *x, size_t count)
{
    size_t slots = 64;
    while (slots < count * 4)
        slots *= 2;
    x->slots = mem_alloc(slots * sizeof(*x->slots));
    x->mask = slots - 1;
}

void index_close(struct index *x)
{
    mem_free(x->slots);
    *x = (struct index){ 0 };
}

void index_put(struct index *x, uint64_t hash, size_t number)
{
    size_t home = hash & x->mask, at = home;
    while (x->slots[at])
        at = (at + 1) & x->mask;
    x->slots[at] = (uint32_t)(hash >> 53) * INDEX_TAG | (uint32_t)number;
    if (at != home)
        x->slots[home] |= INDEX_MORE;
}

void index_add(struct index *x, struct index_rows rows, size_t number)
{
    size_t first = number;
    if (number * 4 > x->mask) {
        index_close(x);
        index_open(x, number * 2);
        first = 1;
    }
    for (size_t i = first; i <= number; i++)
        index_put(x, index_hash(rows, (uint32_t)i), i);
}

uint32_t index_search(const struct index *x, struct index_rows rows,
                      uint64_t hash)
{
    for (size_t at = hash & x->mask;; at = (at + 1) & x->mask) {
        uint32_t number = x->slots[at] & INDEX_ROWS;
        if (number == 0 || index_hash(rows, number) == hash)
            return number;
    }
}
