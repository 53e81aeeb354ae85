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
    mem_free(c->rows);
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
        .told = of->told,
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

/* The next of the sorted changes are of the last row, or of a new one where
 * their subject is not that of the item before. */
static void add_to_row(struct changes *c, const struct change **changes,
                       size_t count, const uint64_t *items, size_t i)
{
    if (i == 0 || items[i] >> 32 != items[i - 1] >> 32) {
        c->rows = mem_grow(c->rows, &c->row_room, c->row_count,
                           sizeof(*c->rows));
        c->rows[c->row_count++] = (struct run){ changes, 0 };
    }
    c->rows[c->row_count - 1].count += count;
}

/* Those of posts that came are in order of time already, and a subject's
 * number is small. */
void changes_by_hour(struct changes *c)
{
    uint64_t *both = mem_resize(NULL, 2 * c->count * sizeof(*both));
    uint64_t *spare = both + c->count, *items;
    for (size_t i = 0; i < c->count; i++)
        both[i] = sort_item(c->items[i].hour, i);
    items = sort_items(both, spare, c->count);
    spare = items == both ? spare : both;
    c->sorted = mem_resize(c->sorted, c->count * sizeof(*c->sorted));
    c->row_count = 0;
    for (size_t from = 0, end; from < c->count; from = end) {
        uint64_t hour = items[from] >> 32;
        for (end = from; end < c->count && items[end] >> 32 == hour; end++)
            items[end] = sort_item(c->items[(uint32_t)items[end]].subject,
                                   (uint32_t)items[end]);
        const uint64_t *right = sort_items(items + from, spare + from,
                                           end - from);
        for (size_t i = 0; i < end - from; i++) {
            c->sorted[from + i] = &c->items[(uint32_t)right[i]];
            add_to_row(c, &c->sorted[from + i], 1, right, i);
        }
    }
    mem_free(both);
}

static uint32_t row_day(const struct run *row)
{
    return row->items[0]->hour / DAY_HOURS;
}

/* Whole rows of hours are moved, not each change. */
void changes_by_day(struct changes *c)
{
    struct run *hours = c->rows;
    size_t count = c->row_count, at = 0;
    uint64_t *items = mem_resize(NULL, 2 * count * sizeof(*items));
    const struct change **all = c->sorted;
    c->sorted = mem_resize(NULL, c->count * sizeof(*c->sorted));
    c->rows = NULL;
    c->row_count = c->row_room = 0;
    for (size_t from = 0, end; from < count; from = end) {
        uint32_t day = row_day(&hours[from]);
        for (end = from; end < count && row_day(&hours[end]) == day; end++)
            items[end] = sort_item(hours[end].items[0]->subject, end);
        const uint64_t *right = sort_items(items + from, items + count,
                                           end - from);
        for (size_t i = 0; i < end - from; i++) {
            const struct run *row = &hours[(uint32_t)right[i]];
            memcpy(c->sorted + at, row->items,
                   row->count * sizeof(*c->sorted));
            add_to_row(c, c->sorted + at, row->count, right, i);
            at += row->count;
        }
    }
    mem_free(all);
    mem_free(hours);
    mem_free(items);
}

/* Rows are met in key order: a cursor that stays finds most of them on the
 * page where it stands, and writes without searching again. */
struct table_end {
    MDB_cursor *cursor;
    size_t length;             /* of a key */
    unsigned char last[HOUR_KEY];
    bool empty;
    /* The row that was looked for last. */
    unsigned char key[HOUR_KEY];
    struct row old;            /* empty unless it was found */
    bool found;
    bool past;                 /* its place is behind all that are there,
                                * where nothing needs to be looked up and
                                * pages are filled to the end */
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
    e->length = length;
    int rc = mdb_cursor_open(f->t.mdb, f->t.s->table[table], &e->cursor);
    if (rc == 0)
        rc = mdb_cursor_get(e->cursor, &k, &v, MDB_LAST);
    if (rc == 0 && k.mv_size == length)
        memcpy(e->last, k.mv_data, length);
    e->empty = rc == MDB_NOTFOUND;
    return rc == MDB_NOTFOUND ? 0 : rc;
}

/* Of its key. */
static int find_row(struct table_end *e)
{
    MDB_val k = { e->length, e->key }, v = { 0, NULL };
    e->old = (struct row){ { "", 0 }, { "", 0 } };
    e->found = false;
    e->past = e->empty || memcmp(e->key, e->last, e->length) > 0;
    if (e->past)
        return 0;
    int rc = mdb_cursor_get(e->cursor, &k, &v, MDB_SET);
    if (rc)
        return rc == MDB_NOTFOUND ? 0 : rc;
    e->found = true;
    return row_read(value_text(&v), &e->old) ? MDB_CORRUPTED : 0;
}

/* Merged and rest, in place of what find_row() found. */
static int put_row(struct flush *f, struct table_end *e)
{
    struct text cells = buf_bytes(&f->merged), rest = buf_bytes(&f->rest);
    if (!cells.length && !rest.length)
        return e->found ? mdb_cursor_del(e->cursor, 0) : 0;
    MDB_val k = { e->length, e->key };
    MDB_val v = { row_length(cells, rest), NULL };
    int rc = mdb_cursor_put(e->cursor, &k, &v, MDB_RESERVE |
                            (e->found ? MDB_CURRENT
                             : e->past ? MDB_APPEND : 0));
    if (rc)
        return rc;
    row_write(v.mv_data, cells, rest);
    if (e->past)
        memcpy(e->last, e->key, e->length);
    e->empty = e->past = false;
    e->found = true;
    return 0;
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
static void tally_hour(struct flush *f, struct run row)
{
    cells_clear(&f->cells);
    buf_clear(&f->more);
    buf_clear(&f->gone);
    for (size_t i = 0; i < row.count; i++) {
        const struct change *c = row.items[i];
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

static int flush_hour(struct flush *f, struct run row)
{
    struct table_end *e = &f->hours;
    hour_key(e->key, (int64_t)row.items[0]->hour * HOUR_SECONDS,
             row.items[0]->subject);
    tally_hour(f, row);
    int rc = find_row(e);
    if (rc)
        return rc;
    buf_clear(&f->merged);
    if (cells_merge(&f->cells, e->old.cells, &f->merged) ||
        e->old.rest.length % ENTRY)
        return MDB_CORRUPTED;
    merge_entries(f, e->old.rest);
    return put_row(f, e);
}

/* ---- days ---- */

static void pack_sketch(struct flush *f)
{
    buf_clear(&f->rest);
    if (!hll_empty(&f->sketch))
        hll_pack(&f->sketch, &f->rest);
}

/* Fill rest with the day's sketch. */
static int merge_sketch(struct flush *f, struct run row)
{
    struct text old = f->days.old.rest;
    hll_clear(&f->sketch);
    if (old.length && hll_merge(&f->sketch, old.data, old.length))
        return MDB_CORRUPTED;
    for (size_t i = 0; i < row.count; i++)
        if (row.items[i]->sign > 0 && row.items[i]->author)
            hll_add(&f->sketch, row.items[i]->author);
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

static int flush_day(struct flush *f, struct run row)
{
    int64_t day = row.items[0]->hour / DAY_HOURS;
    uint32_t subject = row.items[0]->subject;
    struct table_end *e = &f->days;
    day_key(e->key, day, subject);
    cells_clear(&f->cells);
    for (size_t i = 0; i < row.count; i++) {
        const struct change *c = row.items[i];
        if (c->sign)
            cells_add(&f->cells, c->hour % DAY_HOURS, c->counted, c->score,
                      c->sign);
    }
    if (!f->cells.count)
        return 0; /* posts that grew too old */
    int rc = find_row(e);
    if (rc == 0 && f->terms)
        rc = lmdb_delete(f->t, TERMS, e->key, DAY_KEY);
    if (rc)
        return rc;
    buf_clear(&f->merged);
    if (cells_merge(&f->cells, e->old.cells, &f->merged))
        return MDB_CORRUPTED;
    rc = merge_sketch(f, row);
    if (rc == 0 && !f->merged.length)
        buf_clear(&f->rest);
    if (rc == 0)
        rc = put_row(f, e);
    /* What was expired cannot be counted again: such a sketch only grows. */
    if (rc || !f->merged.length || day * DAY_SECONDS < f->expired ||
        !left_find(&f->left, row))
        return rc;
    rc = mend_sketch(f, day, subject);
    return rc ? rc : put_row(f, e);
}

/* The posts of a day, as subject 0 has them. */
static int flush_told(struct flush *f, struct run row)
{
    uint32_t more[QUARTERS] = { 0 };
    for (size_t i = 0; i < row.count; i++) {
        const struct change *c = row.items[i];
        more[c->hour % DAY_HOURS * 4 + (c->place & 3)] += c->told;
    }
    return lmdb_told_add(f->t, row.items[0]->hour / DAY_HOURS, more);
}

static int flush_hours(struct flush *f)
{
    const struct changes *c = f->changes;
    int rc = 0;
    for (size_t i = 0; i < c->row_count && rc == 0; i++)
        rc = flush_hour(f, c->rows[i]);
    return rc;
}

static int flush_days(struct flush *f)
{
    const struct changes *c = f->changes;
    int rc = 0;
    for (size_t i = 0; i < c->row_count && rc == 0; i++) {
        rc = flush_day(f, c->rows[i]);
        if (rc == 0 && f->told && c->rows[i].items[0]->subject == 0)
            rc = flush_told(f, c->rows[i]);
    }
    return rc;
}

static int flush_tables(struct flush *f)
{
    struct changes *c = f->changes;
    f->terms = lmdb_entries(f->t, TERMS) > 0;
    f->told = lmdb_entries(f->t, TOLD) > 0;
    int rc = lmdb_expired(f->t, 0, &f->expired);
    if (rc == 0)
        rc = open_table(f, HOURS, &f->hours, HOUR_KEY);
    changes_by_hour(c);
    if (rc == 0)
        rc = flush_hours(f);
    if (rc == 0)
        rc = open_table(f, DAYS, &f->days, DAY_KEY);
    changes_by_day(c);
    return rc ? rc : flush_days(f);
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
