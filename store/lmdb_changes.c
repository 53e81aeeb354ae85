/* SPDX-License-Identifier: Apache-2.0 */
/* What a transaction does to hours and days: collected in memory as one small
 * change a post and subject, sorted, then each row is read and written once.
 * Knows nothing of post records. */
#include "store/lmdb.h"

#include <string.h>

#include "store/counts.h"
#include "store/hll.h"
#include "store/sort.h"

void changes_release(struct changes *c)
{
    mem_free(c->items);
    mem_free(c->sorted);
    memset(c, 0, sizeof(*c));
}

void changes_add(struct changes *c, const struct coming *of, uint32_t subject,
                 const struct tags *tags)
{
    const struct post *post = of->post;
    uint32_t hour = (uint32_t)(post->created / HOUR_SECONDS);
    uint32_t within = (uint32_t)(post->created - (int64_t)hour * HOUR_SECONDS);
    if (c->count == c->room)
        c->items = mem_grow(c->items, &c->room, c->count, sizeof(*c->items));
    struct change *item = &c->items[c->count++];
    *item = (struct change){
        .hour = hour, .subject = subject, .author = post->author_hash,
        .counted = counted_by(tags, post->kind == POST_REPOST),
        .place = of->source << 2 | within / QUARTER_SECONDS,
        .score = tags->score, .sign = (int8_t)of->sign,
        .fresh = of->fresh, .told = of->told,
    };
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

/* By subject, then by so many hours: the second sort keeps the order of the
 * first. */
void changes_sort(struct changes *c, uint32_t hours)
{
    uint64_t *both = mem_resize(NULL, 2 * c->count * sizeof(*both));
    uint64_t *spare = both + c->count, *items;
    for (size_t i = 0; i < c->count; i++)
        both[i] = sort_item(c->items[i].subject, i);
    items = sort_items(both, spare, c->count);
    for (size_t i = 0; i < c->count; i++) {
        uint32_t number = (uint32_t)items[i];
        items[i] = sort_item(c->items[number].hour / hours, number);
    }
    items = sort_items(items, items == both ? spare : both, c->count);
    c->sorted = mem_resize(c->sorted, c->count * sizeof(*c->sorted));
    for (size_t i = 0; i < c->count; i++)
        c->sorted[i] = &c->items[(uint32_t)items[i]];
    mem_free(both);
}

const struct change *const *
changes_row_end(const struct change *const *from,
                const struct change *const *end, uint32_t hours)
{
    uint32_t when = (*from)->hour / hours, subject = (*from)->subject;
    while (++from < end && (*from)->subject == subject &&
           (*from)->hour / hours == when)
        ;
    return from;
}

/* Rows are met in key order: a cursor that stays finds most of them on the
 * page where it stands, and writes without searching again. */
struct table_end {
    MDB_cursor *cursor;
    unsigned char last[HOUR_KEY];
    bool empty;
};

struct flush {
    struct txn t;
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

static int open_table(struct flush *f, enum table table, struct table_end *e,
                      size_t length)
{
    MDB_val k, v;
    int rc = mdb_cursor_open(f->t.mdb, f->t.s->table[table], &e->cursor);
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

/* Behind all entries when there is none. */
static uint64_t entry_at(const unsigned char *at, const unsigned char *end)
{
    return at < end ? unpack_big(at, ENTRY) : UINT64_MAX;
}

/* Where the entry is or belongs. */
static const unsigned char *find_entry(const unsigned char *from,
                                       const unsigned char *end,
                                       uint64_t entry)
{
    while (from < end) {
        const unsigned char *middle = from + (end - from) / ENTRY / 2 * ENTRY;
        if (unpack_big(middle, ENTRY) < entry)
            from = middle + ENTRY;
        else
            end = middle;
    }
    return from;
}

/* The entries of old without those of gone, with those of more: few among
 * many, or behind all. */
static void merge_entries(struct flush *f, struct text old)
{
    struct text new = buf_bytes(&f->more), left = buf_bytes(&f->gone);
    const unsigned char *a = (const unsigned char *)old.data;
    const unsigned char *b = (const unsigned char *)new.data;
    const unsigned char *c = (const unsigned char *)left.data;
    const unsigned char *a_end = a + old.length, *b_end = b + new.length;
    const unsigned char *c_end = c + left.length;
    buf_clear(&f->rest);
    unsigned char *out = pack_room(&f->rest, old.length + new.length);
    while (a < a_end && (b < b_end || c < c_end)) {
        uint64_t more = entry_at(b, b_end), gone = entry_at(c, c_end);
        uint64_t next = more < gone ? more : gone;
        const unsigned char *until = find_entry(a, a_end, next);
        out = mempcpy(out, a, (size_t)(until - a));
        a = entry_at(until, a_end) == next ? until + ENTRY : until;
        if (gone <= more) {
            c += ENTRY;
        } else {
            out = mempcpy(out, b, ENTRY);
            b += ENTRY;
        }
    }
    out = mempcpy(out, a, (size_t)(a_end - a));
    pack_end(&f->rest, mempcpy(out, b, (size_t)(b_end - b)));
}

/* What the changes count, and which posts they are. */
static void tally_hour(struct flush *f, const struct change *const *from,
                       const struct change *const *until)
{
    cells_clear(&f->cells);
    buf_clear(&f->more);
    buf_clear(&f->gone);
    for (; from < until; from++) {
        const struct change *c = *from;
        if (c->sign)
            cells_add(&f->cells, c->place, c->counted, c->score, c->sign);
        struct buf *entries = c->sign > 0 ? &f->more : &f->gone;
        if (c->subject)
            pack_end(entries, mempcpy(pack_room(entries, ENTRY), c->entry,
                                      ENTRY));
    }
    entries_sort(&f->more);
    entries_sort(&f->gone);
}

static int flush_hour(struct flush *f, const struct change *const *from,
                      const struct change *const *until)
{
    unsigned char key[HOUR_KEY];
    struct row old;
    bool found, past;
    hour_key(key, (int64_t)(*from)->hour * HOUR_SECONDS, (*from)->subject);
    tally_hour(f, from, until);
    int rc = find_row(&f->hours, key, HOUR_KEY, &old, &found, &past);
    if (rc)
        return rc;
    buf_clear(&f->merged);
    if (cells_merge(&f->cells, old.cells, &f->merged) ||
        old.rest.length % ENTRY)
        return MDB_CORRUPTED;
    merge_entries(f, old.rest);
    return put_row(f, &f->hours, key, HOUR_KEY, buf_bytes(&f->rest), found,
                   past);
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
                        const struct change *const *from,
                        const struct change *const *until)
{
    hll_clear(&f->sketch);
    if (old.length && hll_merge(&f->sketch, old.data, old.length))
        return MDB_CORRUPTED;
    for (; from < until; from++)
        if ((*from)->sign > 0 && (*from)->author)
            hll_add(&f->sketch, (*from)->author);
    pack_sketch(f);
    return 0;
}

/* Somebody left: what the day's posts say of the row's authors. */
static int mend_sketch(struct flush *f, int64_t day, uint32_t subject)
{
    int rc = left_mend(f->t, &f->left, day, subject, &f->sketch);
    if (rc == 0 && hll_unsure(&f->sketch)) {
        hll_clear(&f->sketch);
        rc = lmdb_scan_authors(f->t, subject, 0, day * DAY_SECONDS,
                               (day + 1) * DAY_SECONDS, &f->sketch);
    }
    pack_sketch(f);
    return rc;
}

static int flush_day(struct flush *f, const struct change *const *from,
                     const struct change *const *until)
{
    int64_t day = (*from)->hour / DAY_HOURS;
    unsigned char key[DAY_KEY];
    struct row old;
    bool found, past;
    day_key(key, day, (*from)->subject);
    cells_clear(&f->cells);
    for (const struct change *const *at = from; at < until; at++)
        if ((*at)->sign)
            cells_add(&f->cells, (*at)->hour % DAY_HOURS, (*at)->counted,
                      (*at)->score, (*at)->sign);
    if (!f->cells.count)
        return 0; /* posts that grew too old */
    int rc = find_row(&f->days, key, DAY_KEY, &old, &found, &past);
    if (rc == 0 && f->terms)
        rc = lmdb_delete(f->t, TERMS, key, DAY_KEY);
    if (rc)
        return rc;
    buf_clear(&f->merged);
    if (cells_merge(&f->cells, old.cells, &f->merged))
        return MDB_CORRUPTED;
    rc = merge_sketch(f, old.rest, from, until);
    if (rc == 0 && !f->merged.length)
        buf_clear(&f->rest);
    if (rc == 0)
        rc = put_row(f, &f->days, key, DAY_KEY, buf_bytes(&f->rest), found,
                     past);
    /* What was expired cannot be counted again: such a sketch only grows. */
    if (rc || !f->merged.length || day * DAY_SECONDS < f->expired ||
        !left_find(&f->left, from, until))
        return rc;
    rc = mend_sketch(f, day, (*from)->subject);
    return rc ? rc : put_row(f, &f->days, key, DAY_KEY, buf_bytes(&f->rest),
                             true, false);
}

/* The posts of a day, as subject 0 has them. */
static int flush_told(struct flush *f, const struct change *const *from,
                      const struct change *const *until)
{
    uint32_t more[QUARTERS] = { 0 };
    uint64_t fresh = 0;
    int64_t day = (*from)->hour / DAY_HOURS;
    bool told;
    for (; from < until; from++) {
        const struct change *c = *from;
        more[c->hour % DAY_HOURS * 4 + (c->place & 3)] += c->told;
        fresh += c->fresh;
    }
    int rc = lmdb_told_add(f->t, day, more, &told);
    f->changes->late += told ? fresh : 0;
    return rc;
}

/* Rows of so many hours. */
static int flush_rows(struct flush *f, uint32_t hours)
{
    changes_sort(f->changes, hours);
    const struct change *const *from = f->changes->sorted, *const *until;
    const struct change *const *end = from + f->changes->count;
    int rc = 0;
    for (; from < end && rc == 0; from = until) {
        until = changes_row_end(from, end, hours);
        rc = hours == 1 ? flush_hour(f, from, until)
                        : flush_day(f, from, until);
        if (rc == 0 && hours == DAY_HOURS && f->told &&
            (*from)->subject == 0)
            rc = flush_told(f, from, until);
    }
    return rc;
}

static int flush_tables(struct flush *f)
{
    struct changes *c = f->changes;
    f->terms = lmdb_entries(f->t, TERMS) > 0;
    f->told = lmdb_entries(f->t, TOLD) > 0;
    c->late = 0;
    int rc = lmdb_expired(f->t, 0, &f->expired);
    if (rc == 0)
        rc = open_table(f, HOURS, &f->hours, HOUR_KEY);
    if (rc == 0)
        rc = flush_rows(f, 1);
    if (rc == 0)
        rc = open_table(f, DAYS, &f->days, DAY_KEY);
    return rc ? rc : flush_rows(f, DAY_HOURS);
}

int changes_flush(struct txn t, struct changes *c)
{
    struct flush *f = mem_alloc(sizeof(*f));
    f->t = t;
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
