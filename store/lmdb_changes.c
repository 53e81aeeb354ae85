/* SPDX-License-Identifier: Apache-2.0 */
/* What a transaction does to windows, authors and terms: collected in memory
 * as one small change a post and subject, sorted, then each row is read and
 * written once. Knows nothing of post records. */
#include "store/lmdb.h"

#include <string.h>

#include "store/counts.h"
#include "store/hll.h"
#include "store/sort.h"

enum { HOURS = 24 };

void changes_release(struct changes *c)
{
    mem_free(c->items);
    arena_release(&c->memory);
    memset(c, 0, sizeof(*c));
}

void changes_mention(struct changes *c, const struct post *post,
                     uint32_t subject, const struct tags *tags,
                     uint32_t source, int sign)
{
    uint64_t day = (uint64_t)(post->created / DAY_SECONDS);
    c->items = mem_grow(c->items, &c->room, c->count, sizeof(*c->items));
    struct change *item = &c->items[c->count++];
    *item = (struct change){
        .row = day << 48 | (uint64_t)subject << 16 | source,
        .author = post->author_hash,
        .tags = tags,
        .quarter = (uint8_t)(post->created % DAY_SECONDS / QUARTER_SECONDS),
        .sign = (int8_t)sign,
        .repost = post->kind == POST_REPOST,
    };
    pack_big(item->key, item->row, 8);
    item->key[8] = item->quarter;
}

void changes_post(struct changes *c, const struct post *post, uint32_t source,
                  int sign)
{
    changes_mention(c, post, 0, &post->tags, source, sign);
}

void changes_sort(struct changes *c)
{
    sort_records(c->items, c->count, sizeof(*c->items),
                 offsetof(struct change, key), sizeof(c->items->key));
}

/* Everything but the source. */
static uint64_t subject_day(uint64_t row)
{
    return row >> 16;
}

/* ---- windows ---- */

void changes_fold(struct buf *row, const struct change *from,
                  const struct change *until)
{
    while (from < until) {
        struct counts sum = { 0 };
        unsigned quarter = from->quarter;
        for (; from < until && from->quarter == quarter; from++)
            counts_post(&sum, from->tags, from->repost, from->sign);
        cell_write(row, quarter, &sum);
    }
}

/* Add the cells of more to those of old; both in order, so is the result. */
static int merge_rows(struct buf *out, struct text old, struct text more)
{
    const unsigned char *a = (const unsigned char *)old.data;
    const unsigned char *b = (const unsigned char *)more.data;
    struct unpack in = { a, a + old.length, false };
    struct unpack add = { b, b + more.length, false };
    struct cell have = { 0 }, plus = { 0 };
    int more_have = cell_next(&in, &have), more_plus = cell_next(&add, &plus);
    while (more_have > 0 || more_plus > 0) {
        if (more_plus <= 0 || (more_have > 0 && have.index < plus.index)) {
            buf_add(out, have.start, (size_t)(in.at - have.start));
            more_have = cell_next(&in, &have);
            continue;
        }
        struct counts sum = { 0 };
        unsigned index = plus.index;
        if (more_have > 0 && have.index == index) {
            if (cell_add(&sum, &have))
                return MDB_CORRUPTED;
            more_have = cell_next(&in, &have);
        }
        if (cell_add(&sum, &plus))
            return MDB_CORRUPTED;
        cell_write(out, index, &sum);
        more_plus = cell_next(&add, &plus);
    }
    return more_have < 0 || more_plus < 0 ? MDB_CORRUPTED : 0;
}

/* Fold the packed cells of more into a window row. */
static int window_add(struct lmdb *s, MDB_txn *txn, uint64_t row,
                      const struct buf *more, struct buf *scratch)
{
    unsigned char key[WINDOW_KEY];
    struct text old;
    if (!more->length)
        return 0; /* what came equals what went */
    pack_big(key, row, WINDOW_KEY);
    int rc = lmdb_get(s, txn, WINDOWS, key, WINDOW_KEY, &old);
    if (rc == MDB_NOTFOUND)
        return lmdb_put(s, txn, WINDOWS, key, WINDOW_KEY, more->data,
                        more->length);
    if (rc)
        return rc;
    buf_clear(scratch);
    rc = merge_rows(scratch, old,
                    (struct text){ more->data, more->length });
    if (rc)
        return rc;
    if (!scratch->length)
        return lmdb_delete(s, txn, WINDOWS, key, WINDOW_KEY);
    return lmdb_put(s, txn, WINDOWS, key, WINDOW_KEY, scratch->data,
                    scratch->length);
}

/* One (day, subject): a row for each source, then the hours of all. */
static int flush_windows(struct lmdb *s, MDB_txn *txn,
                         const struct change *from,
                         const struct change *until)
{
    struct buf more = BUF_INIT(0), scratch = BUF_INIT(0);
    struct counts hours[HOURS];
    bool touched[HOURS] = { false };
    uint64_t all = from->row & ~(uint64_t)0xffff;
    int rc = 0;
    for (const struct change *c = from; c < until; c++) {
        unsigned hour = c->quarter / 4;
        if (!touched[hour])
            memset(&hours[hour], 0, sizeof(hours[hour]));
        touched[hour] = true;
        counts_post(&hours[hour], c->tags, c->repost, c->sign);
    }
    while (from < until && rc == 0) {
        const struct change *end = from;
        while (end < until && end->row == from->row)
            end++;
        buf_clear(&more);
        changes_fold(&more, from, end);
        rc = window_add(s, txn, from->row, &more, &scratch);
        from = end;
    }
    buf_clear(&more);
    for (unsigned i = 0; i < HOURS; i++)
        if (touched[i])
            cell_write(&more, i, &hours[i]);
    if (rc == 0)
        rc = window_add(s, txn, all, &more, &scratch);
    buf_release(&more);
    buf_release(&scratch);
    return rc;
}

/* ---- authors ---- */

/* True when an author who left did not come back in the same breath. */
static bool author_left(const struct change *from, const struct change *until)
{
    for (const struct change *c = from; c < until; c++) {
        if (c->sign > 0 || !c->author)
            continue;
        const struct change *back = from;
        while (back < until && !(back->sign > 0 && back->author == c->author))
            back++;
        if (back == until)
            return true;
    }
    return false;
}

static int flush_authors(struct lmdb *s, MDB_txn *txn,
                         const struct change *from,
                         const struct change *until, int64_t expired)
{
    unsigned char key[AUTHOR_KEY];
    struct text old;
    struct hll sketch = { 0 };
    struct buf packed = BUF_INIT(0);
    uint64_t pair = subject_day(from->row);
    int64_t day = (int64_t)(pair >> 32);
    int rc;
    pack_big(key, pair, AUTHOR_KEY);
    /* What was expired cannot be counted again: such a sketch only grows. */
    if (author_left(from, until) && day * DAY_SECONDS >= expired) {
        rc = lmdb_scan_authors(s, txn, (uint32_t)pair, 0, day * DAY_SECONDS,
                               (day + 1) * DAY_SECONDS, &sketch);
        old = (struct text){ "", 0 };
    } else {
        rc = lmdb_get(s, txn, AUTHORS, key, AUTHOR_KEY, &old);
        if (rc == MDB_NOTFOUND)
            rc = 0;
        else if (rc == 0 && hll_merge(&sketch, old.data, old.length))
            rc = MDB_CORRUPTED;
        for (const struct change *c = from; c < until && rc == 0; c++)
            if (c->sign > 0 && c->author)
                hll_add(&sketch, c->author);
    }
    if (rc)
        goto done;
    if (hll_empty(&sketch)) {
        rc = lmdb_delete(s, txn, AUTHORS, key, AUTHOR_KEY);
        goto done;
    }
    hll_pack(&sketch, &packed);
    if (!text_equal(old, (struct text){ packed.data, packed.length }))
        rc = lmdb_put(s, txn, AUTHORS, key, AUTHOR_KEY, packed.data,
                      packed.length);
done:
    hll_release(&sketch);
    buf_release(&packed);
    return rc;
}

int changes_flush(struct lmdb *s, MDB_txn *txn, struct changes *c)
{
    bool terms = lmdb_entries(s, txn, TERMS) > 0;
    const struct change *from = c->items, *end = c->items + c->count;
    int64_t expired;
    int rc = lmdb_expired(s, txn, 0, &expired);
    changes_sort(c);
    while (from < end && rc == 0) {
        const struct change *until = from;
        while (until < end && subject_day(until->row) ==
                              subject_day(from->row))
            until++;
        rc = flush_windows(s, txn, from, until);
        if (rc == 0)
            rc = flush_authors(s, txn, from, until, expired);
        if (rc == 0 && terms) {
            unsigned char key[AUTHOR_KEY];
            pack_big(key, subject_day(from->row), AUTHOR_KEY);
            rc = lmdb_delete(s, txn, TERMS, key, AUTHOR_KEY);
        }
        from = until;
    }
    return rc;
}
