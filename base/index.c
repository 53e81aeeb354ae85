/* SPDX-License-Identifier: Apache-2.0 */
/* See index.h. */
#include "base/index.h"

#include "base/mem.h"

void index_open(struct index *x, size_t count)
{
    size_t buckets = 16;
    while (buckets < count)
        buckets *= 2;
    x->buckets = mem_alloc(buckets * sizeof(*x->buckets));
    x->mask = buckets - 1;
}

void index_close(struct index *x)
{
    mem_free(x->buckets);
    *x = (struct index){ 0 };
}

void index_put(struct index *x, uint64_t hash, size_t number)
{
    uint64_t at = hash;
    int i = 0;
    for (; x->buckets[at & x->mask][i]; at += i == 3, i = (i + 1) % 4)
        ;
    x->buckets[at & x->mask][i] = (uint32_t)(hash >> INDEX_TAG_SHIFT) *
                                  INDEX_TAG | (uint32_t)number;
}

void index_add(struct index *x, struct index_rows rows, size_t number)
{
    size_t first = number;
    if (number > x->mask) {
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
    uint64_t at = hash;
    for (int i = 0;; at += i == 3, i = (i + 1) % 4) {
        uint32_t number = x->buckets[at & x->mask][i] & INDEX_ROWS;
        if (number == 0 || index_hash(rows, number) == hash)
            return number;
    }
}
