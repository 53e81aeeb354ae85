/* SPDX-License-Identifier: Apache-2.0 */
/* What lmdb_verify.c (posts, identities, comparing) and lmdb_figures.c (what
 * windows and sketches should be) share. */
#ifndef STORE_LMDB_VERIFY_H
#define STORE_LMDB_VERIFY_H

#include "base/clock.h"
#include "store/lmdb.h"
#include "store/record.h"

struct row { size_t at, key_length, length; };

/* Rows in key order, key and value behind each other in one buffer. */
struct rows {
    struct row *items;
    size_t count, room;
    struct buf bytes;
};

struct verify {
    bool repair;
    visit_difference *visit;
    void *context;
    uint64_t differences;
    struct lmdb *s;
    MDB_txn *txn;
    int64_t day, expired;     /* latest mark of all sources */
    char date[CLOCK_TEXT];    /* of the day */
    struct changes changes;   /* of the day's posts */
    struct rows right, have;
    struct buf scratch;
    struct record record;
};

void rows_clear(struct rows *r);
void rows_add(struct rows *r, const void *key, size_t key_length,
              const void *value, size_t length);
struct text row_key(const struct rows *r, size_t i);
struct text row_value(const struct rows *r, size_t i);
/* By the first length bytes of the keys, which all have that many. */
void rows_sort(struct rows *r, size_t length);

/* Fill right with what the changes (sorted) make of the day, given the rows
 * in have. */
int right_windows(struct verify *v);
int right_authors(struct verify *v);

#endif
