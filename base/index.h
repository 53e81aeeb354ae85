/* SPDX-License-Identifier: Apache-2.0 */
/* From a hash to the row that has it, without a search: no two rows have the
 * same place. The rows are the owner's: an array of structs with a field hash,
 * of which the first stands for none and has 0. Holds no hash and no key
 * itself. */
#ifndef BASE_INDEX_H
#define BASE_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* [12 bits of the hash][20 bits number of the row, 0 empty]: the bits save a
 * look at a row that is another's, which would be far from any cache. */
enum { INDEX_ROWS = (1 << 20) - 1 /* the last number there may be */ };

/* Rows whose hashes end alike are a group, and each group has a factor that
 * was found by trying: with it all of its rows have a place of their own.
 *
 *   hash ──> group ──> factor ──> hash × factor ──> place ──> number
 */
struct index {
    uint32_t *places;        /* owned, as all; a power of two */
    uint16_t *factors;       /* by group */
    uint32_t *first, *next;  /* rows of a group, by group and by number; 0
                              * ends them. Only for what is added */
    size_t mask, groups;     /* of places and of groups, less 1 */
    size_t count, next_room;
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

/* A row whose hash no other has: room is made. */
void index_add(struct index *x, struct index_rows rows, size_t number);

static inline uint64_t index_hash(struct index_rows rows, uint32_t number)
{
    uint64_t hash;
    memcpy(&hash, (const char *)rows.first + number * rows.step, sizeof(hash));
    return hash;
}

static inline uint32_t *index_place(const struct index *x, uint64_t hash)
{
    uint64_t product = hash * x->factors[hash & x->groups];
    return &x->places[product >> 40 & x->mask];
}

/* The number of the row, 0 when there is none. Whether there is one is hard to
 * foresee, and a wrong guess costs more than the look: so there is no branch.
 */
static inline uint32_t index_find(const struct index *x,
                                  struct index_rows rows, uint64_t hash)
{
    uint32_t number = *index_place(x, hash) ^
                      ((uint32_t)hash & ~(uint32_t)INDEX_ROWS);
    number &= -(uint32_t)(number <= INDEX_ROWS);
    return number & -(uint32_t)(index_hash(rows, number) == hash);
}

#endif
