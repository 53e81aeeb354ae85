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

static uint32_t tag_of(uint64_t hash)
{
    return (uint32_t)(hash >> INDEX_TAG_SHIFT);
}

void index_put(struct index *x, uint64_t hash, size_t number)
{
    for (uint64_t at = hash;; at++)
        for (int i = 0; i < 4; i++) {
            uint32_t slot = x->buckets[at & x->mask][i];
            if (slot == 0) {
                x->buckets[at & x->mask][i] = tag_of(hash) * INDEX_TAG |
                                              (uint32_t)number;
                return;
            }
            if (slot / INDEX_TAG == tag_of(hash))
                break;
        }
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
    for (uint64_t at = hash;; at++)
        for (int i = 0; i < 4; i++) {
            uint32_t slot = x->buckets[at & x->mask][i];
            uint32_t number = slot & INDEX_ROWS;
            if (slot == 0 || index_hash(rows, number) == hash)
                return number;
            if (slot / INDEX_TAG == tag_of(hash))
                break;
        }
}
