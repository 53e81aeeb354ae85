/* SPDX-License-Identifier: Apache-2.0 */
/* From a hash to the row that has it, by open addressing. The rows are the
 * owner's: an array of structs with a field hash, of which the first stands
 * for none and has 0. Holds no hash and no key itself. */
#ifndef BASE_INDEX_H
#define BASE_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* [12 high bits of the hash][20 bits number of the row, 0 empty]: the high bits
 * save a look at a row that is another's, which would be far from any cache. */
enum { INDEX_ROWS = (1 << 20) - 1 /* the last number there may be */,
       INDEX_TAG = 1 << 20, INDEX_TAG_SHIFT = 52 };

/* Four slots that one look answers for, filled from the first on, no two with
 * the same high bits. What finds its bucket full, or those bits there, is in
 * the next: few rows, for three quarters of the slots are empty at least. */
typedef uint32_t four_slots __attribute__((vector_size(16)));
struct index {
    four_slots *buckets;     /* owned; a power of two */
    size_t mask;
};

/* Where the hashes of an array of rows are. */
struct index_rows {
    const uint64_t *first;
    size_t step;             /* bytes */
};
#define INDEX_OF(rows) \
    ((struct index_rows){ &(rows)->hash, sizeof(*(rows)) })

/* Empty, with room for count rows. */
void index_open(struct index *x, size_t count);
void index_close(struct index *x);

/* No other row has this hash; there is room. */
void index_put(struct index *x, uint64_t hash, size_t number);
/* The row behind the last, of all from 1 on: room is made. */
void index_add(struct index *x, struct index_rows rows, size_t number);

/* Bucket by bucket. */
uint32_t index_search(const struct index *x, struct index_rows rows,
                      uint64_t hash);

static inline uint64_t index_hash(struct index_rows rows, uint32_t number)
{
    uint64_t hash;
    memcpy(&hash, (const char *)rows.first + number * rows.step, sizeof(hash));
    return hash;
}

/* The number of the row, 0 when there is none. Whether there is one is hard to
 * foresee, and a wrong guess costs more than the look: so no branch depends
 * on it. */
static inline uint32_t index_find(const struct index *x,
                                  struct index_rows rows, uint64_t hash)
{
    typedef uint64_t two_pairs __attribute__((vector_size(16)));
    four_slots bucket = x->buckets[hash & x->mask];
    four_slots same = (four_slots)(bucket / INDEX_TAG ==
                                   (uint32_t)(hash >> INDEX_TAG_SHIFT));
    two_pairs pairs = (two_pairs)(bucket & same & INDEX_ROWS);
    uint64_t both = pairs[0] | pairs[1]; /* one of four, if any */
    uint32_t number = (uint32_t)(both | both >> 32);
    bool missed = index_hash(rows, number) != hash;
    if (__builtin_expect((number | bucket[3]) * missed != 0, 0))
        return index_search(x, rows, hash);
    return number; /* 0 where it missed */
}

#endif
