/* SPDX-License-Identifier: Apache-2.0 */
/* What lmdb_verify.c (posts, identities, comparing) and lmdb_figures.c (what
 * windows and sketches should be) share. */
#ifndef STORE_LMDB_VERIFY_H
#define STORE_LMDB_VERIFY_H

#include "base/clock.h"
#include "store/counts.h"
#include "store/hll.h"
#include "store/lmdb.h"
#include "store/record.h"

/* Rows in order, key and value behind each other in one buffer. */
struct rows {
    struct place { size_t at, key_length, length; } *items;
    size_t count, room;
    struct buf bytes;
};

struct verify {
    bool repair;
    visit_difference *visit;
    void *context;
    uint64_t differences;
    struct txn t;
    int64_t day, expired;     /* latest mark of all sources */
    char date[CLOCK_TEXT];    /* of the day */
    struct changes changes;   /* of the day's posts */
    struct rows right, have, hours;
    struct cells cells;
    struct buf merged, entries, scratch;
    struct record record;
};

void rows_clear(struct rows *r);
/* Of the cells in merged; nothing when there are none and no rest. */
void rows_add_row(struct verify *v, struct rows *r, const void *key,
                  size_t key_length, const struct buf *rest);
struct text row_key(const struct rows *r, size_t i);
struct text row_value(const struct rows *r, size_t i);

/* Fill right with what the changes (sorted) make of the day's hours, given
 * the rows in have; then of the day, given the hours. */
int right_hours(struct verify *v);
int right_days(struct verify *v);

#endif
