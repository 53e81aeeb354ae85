/* SPDX-License-Identifier: Apache-2.0 */
/* Counters as stored: a run of cells in order of their index; empty cells are
 * left out. What an index means is the row's affair (lmdb.h).
 *
 *   cell: [index * 2 + 1, varint][tags]       of one post (pack.h; the extra
 *                                             bit: it is a repost)
 *         [index * 2, varint][length varint][which are not zero, varint]
 *         [values...]
 *
 * Bit i of "which" stands for the i-th number of struct counts. Each value is
 * a varint; the score is zigzag. The same counters give the same bytes. */
#ifndef STORE_COUNTS_H
#define STORE_COUNTS_H

#include "store/pack.h"
#include "store/store.h"

enum { COUNTS_FIELDS = sizeof(struct counts) / sizeof(uint64_t),
       CELL_LIMIT = VARINT_LIMIT * (COUNTS_FIELDS + 3), CELLS_NEAR = 64 };

/* The numbers that a post with these tags adds one to, as a set; besides them
 * it adds its score. */
uint64_t counted_by(const struct tags *tags, bool repost);
/* One post more: sign +1 counts it, -1 takes it back. */
void counts_post(struct counts *to, uint64_t counted, int score, int sign);

struct cell {
    uint32_t index;
    bool one, repost;             /* of one post: its tags */
    struct tags tags;
    struct unpack content;        /* else what cell_add() reads */
    const unsigned char *start;   /* of the whole cell */
};

/* 1: the next cell, 0: the row is over, -1: the row is broken. */
int cell_next(struct unpack *row, struct cell *cell);
/* Add the cell's numbers; -1 when it is broken. */
int cell_add(struct counts *to, const struct cell *cell);
/* Append a cell to a row; nothing when all is zero. */
void cell_write(struct buf *row, uint32_t index, const struct counts *c);

/* What is to be added to a row's cells. Zero-initialised is empty. */
struct cells {
    struct slot *slots;    /* owned; those in use are the first count */
    uint32_t *order;       /* owned: of the slots, by index */
    size_t count, room, order_room;
    uint32_t near[CELLS_NEAR]; /* slots asked for last, by index */
};

void cells_clear(struct cells *c);
void cells_release(struct cells *c);
/* One post more in the cell of this index. */
void cells_add(struct cells *c, uint32_t index, uint64_t counted, int score,
               int sign);
/* Append to out the cells of row with those of c added; -1: row is broken. */
int cells_merge(struct cells *c, struct text row, struct buf *out);

#endif
