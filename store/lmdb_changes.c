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

/* Rows are met in key order: a cursor that stays finds most of them on the
 * page where it stands, and writes without searching again. */
struct flush {
    struct lmdb *s;
    MDB_txn *txn;
    int64_t expired;
    MDB_cursor *windows, *authors;
    struct buf more, scratch;
    struct hll sketch;
    struct tally hours[HOURS];
};

static int row_find(MDB_cursor *c, unsigned char *key, size_t length,
                    struct text *value)
{
    MDB_val k = { length, key }, v = { 0, NULL };
    int rc = mdb_cursor_get(c, &k, &v, MDB_SET);
    *value = rc ? (struct text){ "", 0 } : value_text(&v);
    return rc;
}

/* MDB_CURRENT: in place of what row_find() found. */
static int row_put(MDB_cursor *c, unsigned char *key, size_t length,
                   struct text value, unsigned flags)
{
    MDB_val k = { length, key }, v = { value.length, (void *)value.data };
    return mdb_cursor_put(c, &k, &v, flags);
}

/* ---- windows ---- */

void changes_fold(struct buf *row, const struct change *from,
                  const struct change *until)
{
    struct tally sum;
    while (from < until) {
        unsigned quarter = from->quarter;
        sum.which = 0;
        for (; from < until && from->quarter == quarter; from++)
            tally_post(&sum, from->tags, from->repost, from->sign);
        tally_write(row, quarter, &sum);
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
        struct tally sum;
        unsigned index = plus.index;
        sum.which = 0;
        if (more_have > 0 && have.index == index) {
            if (tally_cell(&sum, &have))
                return MDB_CORRUPTED;
            more_have = cell_next(&in, &have);
        }
        if (tally_cell(&sum, &plus))
            return MDB_CORRUPTED;
        tally_write(out, index, &sum);
        more_plus = cell_next(&add, &plus);
    }
    return more_have < 0 || more_plus < 0 ? MDB_CORRUPTED : 0;
}

/* Fold the packed cells of f->more into a window row. */
static int window_add(struct flush *f, uint64_t row)
{
    unsigned char key[WINDOW_KEY];
    struct text more = { f->more.data, f->more.length }, old;
    if (!more.length)
        return 0; /* what came equals what went */
    pack_big(key, row, WINDOW_KEY);
    int rc = row_find(f->windows, key, WINDOW_KEY, &old);
    if (rc)
        return rc == MDB_NOTFOUND
                   ? row_put(f->windows, key, WINDOW_KEY, more, 0) : rc;
    buf_clear(&f->scratch);
    rc = merge_rows(&f->scratch, old, more);
    if (rc)
        return rc;
    if (!f->scratch.length)
        return mdb_cursor_del(f->windows, 0);
    return row_put(f->windows, key, WINDOW_KEY,
                   (struct text){ f->scratch.data, f->scratch.length },
                   MDB_CURRENT);
}

static void fold_hours(struct flush *f, const struct change *from,
                       const struct change *until)
{
    uint32_t touched = 0;
    for (; from < until; from++) {
        unsigned hour = from->quarter / 4;
        if (!(touched & 1u << hour))
            f->hours[hour].which = 0;
        touched |= 1u << hour;
        tally_post(&f->hours[hour], from->tags, from->repost, from->sign);
    }
    buf_clear(&f->more);
    for (; touched; touched &= touched - 1) {
        unsigned hour = (unsigned)__builtin_ctz(touched);
        tally_write(&f->more, hour, &f->hours[hour]);
    }
}

/* One (day, subject): the hours of all sources, then a row for each source,
 * as they stand in the table. */
static int flush_windows(struct flush *f, const struct change *from,
                         const struct change *until)
{
    fold_hours(f, from, until);
    int rc = window_add(f, from->row & ~(uint64_t)0xffff);
    while (from < until && rc == 0) {
        const struct change *end = from;
        while (end < until && end->row == from->row)
            end++;
        buf_clear(&f->more);
        changes_fold(&f->more, from, end);
        rc = window_add(f, from->row);
        from = end;
    }
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

static int flush_authors(struct flush *f, const struct change *from,
                         const struct change *until)
{
    unsigned char key[AUTHOR_KEY];
    struct text old;
    uint64_t pair = subject_day(from->row);
    int64_t day = (int64_t)(pair >> 32);
    pack_big(key, pair, AUTHOR_KEY);
    hll_clear(&f->sketch);
    int rc = row_find(f->authors, key, AUTHOR_KEY, &old);
    bool found = rc == 0;
    if (rc && rc != MDB_NOTFOUND)
        return rc;
    /* What was expired cannot be counted again: such a sketch only grows. */
    if (author_left(from, until) && day * DAY_SECONDS >= f->expired) {
        rc = lmdb_scan_authors(f->s, f->txn, (uint32_t)pair, 0,
                               day * DAY_SECONDS, (day + 1) * DAY_SECONDS,
                               &f->sketch);
        if (rc)
            return rc;
    } else {
        if (found && hll_merge(&f->sketch, old.data, old.length))
            return MDB_CORRUPTED;
        for (const struct change *c = from; c < until; c++)
            if (c->sign > 0 && c->author)
                hll_add(&f->sketch, c->author);
    }
    if (hll_empty(&f->sketch))
        return found ? mdb_cursor_del(f->authors, 0) : 0;
    buf_clear(&f->scratch);
    hll_pack(&f->sketch, &f->scratch);
    struct text packed = { f->scratch.data, f->scratch.length };
    if (found && text_equal(old, packed))
        return 0;
    return row_put(f->authors, key, AUTHOR_KEY, packed,
                   found ? MDB_CURRENT : 0);
}

static int flush_all(struct flush *f, struct changes *c)
{
    bool terms = lmdb_entries(f->s, f->txn, TERMS) > 0;
    const struct change *from = c->items, *end = c->items + c->count;
    int rc = 0;
    while (from < end && rc == 0) {
        const struct change *until = from;
        while (until < end && subject_day(until->row) ==
                              subject_day(from->row))
            until++;
        rc = flush_windows(f, from, until);
        if (rc == 0)
            rc = flush_authors(f, from, until);
        if (rc == 0 && terms) {
            unsigned char key[AUTHOR_KEY];
            pack_big(key, subject_day(from->row), AUTHOR_KEY);
            rc = lmdb_delete(f->s, f->txn, TERMS, key, AUTHOR_KEY);
        }
        from = until;
    }
    return rc;
}

int changes_flush(struct lmdb *s, MDB_txn *txn, struct changes *c)
{
    struct flush *f = mem_alloc(sizeof(*f));
    f->s = s;
    f->txn = txn;
    changes_sort(c);
    int rc = lmdb_expired(s, txn, 0, &f->expired);
    if (rc == 0)
        rc = mdb_cursor_open(txn, s->table[WINDOWS], &f->windows);
    if (rc == 0)
        rc = mdb_cursor_open(txn, s->table[AUTHORS], &f->authors);
    if (rc == 0)
        rc = flush_all(f, c);
    if (f->windows)
        mdb_cursor_close(f->windows);
    if (f->authors)
        mdb_cursor_close(f->authors);
    hll_release(&f->sketch);
    buf_release(&f->more);
    buf_release(&f->scratch);
    mem_free(f);
    return rc;
}
