/* SPDX-License-Identifier: Apache-2.0 */
/* What a transaction does to hours and days: collected in memory as one small
 * change a post and subject, sorted, then each row is read and written once.
 * Knows nothing of post records. */
#include "store/lmdb.h"

#include <endian.h>
#include <string.h>

#include "store/counts.h"
#include "store/hll.h"
#include "store/sort.h"

void changes_release(struct changes *c)
{
    mem_free(c->items);
    memset(c, 0, sizeof(*c));
}

void changes_add(struct changes *c, const struct coming *of, uint32_t subject,
                 const struct tags *tags)
{
    const struct post *post = of->post;
    unsigned within = (unsigned)(post->created % HOUR_SECONDS);
    c->items = mem_grow(c->items, &c->room, c->count, sizeof(*c->items));
    struct change *item = &c->items[c->count++];
    item->sign = (int8_t)of->sign;
    item->counted = counted_by(tags, post->kind == POST_REPOST);
    item->score = tags->score;
    item->fresh = of->fresh;
    item->told = of->told;
    item->place = of->source << 2 | within / QUARTER_SECONDS;
    item->author = post->author_hash;
    hour_key(item->key, post->created, subject);
    pack_big(item->entry, within, 2);
    memcpy(item->entry + 2, of->key + CREATED, POST_HASH);
}

void changes_add_post(struct changes *c, const struct coming *of)
{
    const struct post *p = of->post;
    changes_add(c, of, 0, &p->tags);
    for (uint32_t i = 0; i < p->mention_count; i++)
        changes_add(c, of, p->mentions[i].subject, &p->mentions[i].tags);
}

void changes_sort_hours(struct changes *c)
{
    sort_records(c->items, c->count, sizeof(*c->items),
                 offsetof(struct change, key), HOUR_KEY);
}

/* The hours are in order already, and the sort is stable. */
void changes_sort_days(struct changes *c)
{
    for (size_t i = 0; i < c->count; i++) {
        unsigned char *key = c->items[i].key, hour = key[2];
        memmove(key + 2, key + 3, 4);
        key[DAY_KEY] = hour;
    }
    sort_records(c->items, c->count, sizeof(*c->items),
                 offsetof(struct change, key), DAY_KEY);
}

/* Rows are met in key order: a cursor that stays finds most of them on the
 * page where it stands, and writes without searching again. */
struct table_end {
    MDB_cursor *cursor;
    unsigned char last[HOUR_KEY];
    bool empty;
};

struct flush {
    struct lmdb *s;
    MDB_txn *txn;
    struct changes *changes;
    int64_t expired;
    bool terms, told;
    struct table_end hours, days;
    struct cells cells;        /* what is to be added */
    struct buf merged, rest;
    struct buf more, gone;     /* entries */
    struct left left;
    struct hll sketch;
};

static int open_table(struct flush *f, enum table t, struct table_end *e,
                      size_t length)
{
    MDB_val k, v;
    int rc = mdb_cursor_open(f->txn, f->s->table[t], &e->cursor);
    if (rc == 0)
        rc = mdb_cursor_get(e->cursor, &k, &v, MDB_LAST);
    if (rc == 0 && k.mv_size == length)
        memcpy(e->last, k.mv_data, length);
    e->empty = rc == MDB_NOTFOUND;
    return rc == MDB_NOTFOUND ? 0 : rc;
}

/* *past: behind all rows of the table, where nothing needs to be looked up
 * and pages are filled to the end. */
static int find_row(struct table_end *e, const unsigned char *key,
                    size_t length, struct row *old, bool *found, bool *past)
{
    MDB_val k = { length, (void *)key }, v = { 0, NULL };
    *old = (struct row){ { "", 0 }, { "", 0 } };
    *found = false;
    *past = e->empty || memcmp(key, e->last, length) > 0;
    if (*past)
        return 0;
    int rc = mdb_cursor_get(e->cursor, &k, &v, MDB_SET);
    if (rc)
        return rc == MDB_NOTFOUND ? 0 : rc;
    *found = true;
    return row_read(value_text(&v), old) ? MDB_CORRUPTED : 0;
}

static struct text buf_bytes(const struct buf *b)
{
    return (struct text){ buf_text(b), b->length };
}

/* In place of what find_row() found. */
static int put_row(struct flush *f, struct table_end *e,
                   const unsigned char *key, size_t length, struct text rest,
                   bool found, bool past)
{
    struct text cells = buf_bytes(&f->merged);
    if (!cells.length && !rest.length)
        return found ? mdb_cursor_del(e->cursor, 0) : 0;
    MDB_val k = { length, (void *)key };
    MDB_val v = { row_length(cells, rest), NULL };
    int rc = mdb_cursor_put(e->cursor, &k, &v, MDB_RESERVE |
                            (found ? MDB_CURRENT : past ? MDB_APPEND : 0));
    if (rc == 0)
        row_write(v.mv_data, cells, rest);
    if (past && rc == 0) {
        memcpy(e->last, key, length);
        e->empty = false;
    }
    return rc;
}

/* ---- hours ---- */

/* The entries of old without those of gone, with those of more. */
static void merge_entries(struct flush *f, struct text old)
{
    const char *a = old.data, *a_end = a + old.length;
    const char *b = f->more.data, *b_end = b + f->more.length;
    const char *c = f->gone.data, *c_end = c + f->gone.length;
    buf_clear(&f->rest);
    if (a == a_end) {
        buf_add(&f->rest, b, f->more.length);
        return;
    }
    while (a < a_end || b < b_end) {
        while (c < c_end && a < a_end && memcmp(c, a, ENTRY) < 0)
            c += ENTRY;
        if (c < c_end && a < a_end && memcmp(c, a, ENTRY) == 0) {
            a += ENTRY;
            continue;
        }
        int order = a == a_end ? 1 : b == b_end ? -1 : memcmp(a, b, ENTRY);
        buf_add(&f->rest, order < 0 ? a : b, ENTRY);
        a += order <= 0 ? ENTRY : 0;
        b += order >= 0 ? ENTRY : 0;
    }
}

static int flush_hour(struct flush *f, const struct change *from,
                      const struct change *until)
{
    struct row old;
    bool found, past, every = unpack_big(from->key + 3, 4) == 0;
    cells_clear(&f->cells);
    buf_clear(&f->more);
    buf_clear(&f->gone);
    for (const struct change *c = from; c < until; c++) {
        if (c->sign)
            tally_post(cells_at(&f->cells, c->place), c->counted, c->score,
                       c->sign);
        struct buf *entries = c->sign > 0 ? &f->more : &f->gone;
        if (!every)
            pack_end(entries, mempcpy(pack_room(entries, ENTRY), c->entry,
                                      ENTRY));
    }
    int rc = find_row(&f->hours, from->key, HOUR_KEY, &old, &found, &past);
    if (rc)
        return rc;
    buf_clear(&f->merged);
    if (cells_merge(&f->cells, old.cells, &f->merged) ||
        old.rest.length % ENTRY)
        return MDB_CORRUPTED;
    entries_sort(&f->more);
    entries_sort(&f->gone);
    merge_entries(f, old.rest);
    return put_row(f, &f->hours, from->key, HOUR_KEY, buf_bytes(&f->rest),
                   found, past);
}

/* ---- days ---- */

static void pack_sketch(struct flush *f)
{
    buf_clear(&f->rest);
    if (!hll_empty(&f->sketch))
        hll_pack(&f->sketch, &f->rest);
}

/* Fill rest with the day's sketch. */
static int merge_sketch(struct flush *f, struct text old,
                        const struct change *from, const struct change *until)
{
    hll_clear(&f->sketch);
    if (old.length && hll_merge(&f->sketch, old.data, old.length))
        return MDB_CORRUPTED;
    for (const struct change *c = from; c < until; c++)
        if (c->sign > 0 && c->author)
            hll_add(&f->sketch, c->author);
    pack_sketch(f);
    return 0;
}

/* Somebody left: what the day's posts say of the row's authors. */
static int mend_sketch(struct flush *f, const struct change *from)
{
    const struct changes *all = f->changes;
    int64_t day = (int64_t)unpack_big(from->key, 2);
    uint32_t subject = (uint32_t)unpack_big(from->key + 2, 4);
    int rc = left_mend(f->s, f->txn, &f->left, &f->sketch, from,
                       all->items + all->count);
    if (rc == 0 && hll_unsure(&f->sketch)) {
        hll_clear(&f->sketch);
        rc = lmdb_scan_authors(f->s, f->txn, subject, 0, day * DAY_SECONDS,
                               (day + 1) * DAY_SECONDS, &f->sketch);
    }
    pack_sketch(f);
    return rc;
}

static int flush_day(struct flush *f, const struct change *from,
                     const struct change *until)
{
    int64_t day = (int64_t)unpack_big(from->key, 2);
    struct row old;
    bool found, past;
    cells_clear(&f->cells);
    for (const struct change *c = from; c < until; c++)
        if (c->sign)
            tally_post(cells_at(&f->cells, c->key[DAY_KEY]), c->counted,
                       c->score, c->sign);
    if (!f->cells.count)
        return 0; /* posts that grew too old */
    int rc = find_row(&f->days, from->key, DAY_KEY, &old, &found, &past);
    if (rc == 0 && f->terms)
        rc = lmdb_delete(f->s, f->txn, TERMS, from->key, DAY_KEY);
    if (rc)
        return rc;
    buf_clear(&f->merged);
    if (cells_merge(&f->cells, old.cells, &f->merged))
        return MDB_CORRUPTED;
    rc = merge_sketch(f, old.rest, from, until);
    if (rc == 0 && !f->merged.length)
        buf_clear(&f->rest);
    if (rc == 0)
        rc = put_row(f, &f->days, from->key, DAY_KEY, buf_bytes(&f->rest),
                     found, past);
    /* What was expired cannot be counted again: such a sketch only grows. */
    if (rc || !f->merged.length || day * DAY_SECONDS < f->expired ||
        !left_find(&f->left, from, until))
        return rc;
    rc = mend_sketch(f, from);
    return rc ? rc : put_row(f, &f->days, from->key, DAY_KEY,
                             buf_bytes(&f->rest), true, false);
}

/* The posts of a day, as subject 0 has them. */
static int flush_told(struct flush *f, const struct change *from,
                      const struct change *until)
{
    uint32_t more[QUARTERS] = { 0 };
    uint64_t fresh = 0;
    bool told;
    if (!f->told || unpack_big(from->key + 2, 4) != 0)
        return 0;
    for (const struct change *c = from; c < until; c++) {
        more[c->key[DAY_KEY] * 4 + (c->place & 3)] += c->told;
        fresh += c->fresh;
    }
    int rc = lmdb_told_add(f->s, f->txn, (int64_t)unpack_big(from->key, 2),
                           more, &told);
    f->changes->late += told ? fresh : 0;
    return rc;
}

/* Of a change's key, followed by more of the change. */
static inline uint64_t key_word(const unsigned char *key, size_t length)
{
    uint64_t word;
    memcpy(&word, key, sizeof(word));
    return be64toh(word) >> 8 * (sizeof(word) - length);
}

static int flush_all(struct flush *f, size_t length,
                     int (*flush)(struct flush *f, const struct change *from,
                                  const struct change *until))
{
    const struct change *from = f->changes->items;
    const struct change *end = from + f->changes->count;
    int rc = 0;
    while (from < end && rc == 0) {
        const struct change *until = from + 1;
        while (until < end && key_word(until->key, length) ==
                              key_word(from->key, length))
            until++;
        rc = flush(f, from, until);
        if (rc == 0 && length == DAY_KEY)
            rc = flush_told(f, from, until);
        from = until;
    }
    return rc;
}

static int flush_tables(struct flush *f)
{
    struct changes *c = f->changes;
    f->terms = lmdb_entries(f->s, f->txn, TERMS) > 0;
    f->told = lmdb_entries(f->s, f->txn, TOLD) > 0;
    c->late = 0;
    changes_sort_hours(c);
    int rc = lmdb_expired(f->s, f->txn, 0, &f->expired);
    if (rc == 0)
        rc = open_table(f, HOURS, &f->hours, HOUR_KEY);
    if (rc == 0)
        rc = flush_all(f, HOUR_KEY, flush_hour);
    changes_sort_days(c);
    if (rc == 0)
        rc = open_table(f, DAYS, &f->days, DAY_KEY);
    return rc ? rc : flush_all(f, DAY_KEY, flush_day);
}

int changes_flush(struct lmdb *s, MDB_txn *txn, struct changes *c)
{
    struct flush *f = mem_alloc(sizeof(*f));
    f->s = s;
    f->txn = txn;
    f->changes = c;
    f->sketch.stored = true;
    int rc = flush_tables(f);
    if (f->hours.cursor)
        mdb_cursor_close(f->hours.cursor);
    if (f->days.cursor)
        mdb_cursor_close(f->days.cursor);
    cells_release(&f->cells);
    hll_release(&f->sketch);
    buf_release(&f->merged);
    buf_release(&f->rest);
    buf_release(&f->more);
    buf_release(&f->gone);
    left_release(&f->left);
    mem_free(f);
    return rc;
}
