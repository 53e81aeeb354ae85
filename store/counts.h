/* SPDX-License-Identifier: Apache-2.0 */
/* Counters as stored: a row is a run of cells, in order of their index
 * (quarter hour 0 to 95, or hour 0 to 23); empty cells are left out.
 *
 *   cell: [index 1][length varint][which are not zero, varint][values...]
 *
 * Bit i of "which" stands for the i-th number of struct counts. Each value is
 * a varint; the score is zigzag. The same counters give the same bytes. */
#ifndef STORE_COUNTS_H
#define STORE_COUNTS_H

#include "store/pack.h"
#include "store/store.h"

enum { COUNTS_FIELDS = sizeof(struct counts) / sizeof(uint64_t),
       CELL_LIMIT = 2 + VARINT_LIMIT * (COUNTS_FIELDS + 2) };

/* Counters in the making. Few of the 61 numbers are ever touched, so those
 * that "which" does not name hold nothing and are neither cleared nor looked
 * at. Empty: which = 0. */
struct tally {
    uint64_t which;
    struct counts counts;
};

/* One post: sign +1 counts it, -1 takes it back. */
void tally_post(struct tally *t, const struct tags *tags, bool repost,
                int sign);

struct cell {
    unsigned index;
    const unsigned char *start;   /* of the whole cell */
    struct unpack content;        /* what counts_unpack() reads */
};

/* 1: the next cell, 0: the row is over, -1: the row is broken. */
int cell_next(struct unpack *row, struct cell *cell);
/* Add the cell's numbers; -1 when it is broken. */
int cell_add(struct counts *to, const struct cell *cell);
int tally_cell(struct tally *t, const struct cell *cell);
/* Append a cell to a row; nothing when all is zero. */
void cell_write(struct buf *row, unsigned index, const struct counts *c);
void tally_write(struct buf *row, unsigned index, const struct tally *t);

#endif
