/* SPDX-License-Identifier: Apache-2.0 */
/* What a day's windows and author sketches should be, from its posts. Quarter
 * hours before a source's expiry mark have no posts any more: their cells,
 * and the sketches of such days, are taken as they are. */
#include "store/lmdb_verify.h"

#include <string.h>

#include "store/counts.h"
#include "store/hll.h"

/* ---- windows ---- */

/* The part of a row from this index on. */
static struct text cells_from(struct text row, unsigned index)
{
    const unsigned char *data = (const unsigned char *)row.data;
    struct unpack in = { data, data + row.length, false };
    struct cell cell;
    while (cell_next(&in, &cell) > 0)
        if (cell.index >= index) {
            size_t skip = (size_t)(cell.start - data);
            return (struct text){ row.data + skip, row.length - skip };
        }
    return (struct text){ row.data + row.length, 0 };
}

/* Quarter hours of the day that the source's mark freezes. */
static int frozen_quarters(struct verify *v, uint32_t source, unsigned *out)
{
    int64_t mark;
    int rc = lmdb_expired(v->s, v->txn, source, &mark);
    int64_t quarters = (mark - v->day * DAY_SECONDS) / QUARTER_SECONDS;
    *out = quarters < 0 ? 0 : quarters > QUARTERS ? QUARTERS
                                                  : (unsigned)quarters;
    return rc;
}

/* What the row should be: frozen cells of the one that is there, then what
 * the posts say. */
static int right_row(struct verify *v, uint64_t row, struct text have,
                     const struct change *from, const struct change *until)
{
    unsigned frozen;
    int rc = frozen_quarters(v, (uint32_t)(row & 0xffff), &frozen);
    struct text tail = cells_from(have, frozen);
    buf_clear(&v->scratch);
    buf_add(&v->scratch, have.data, have.length - tail.length);
    changes_fold(&v->scratch, from, until);
    return rc;
}

static void add_hours(struct counts *hours, struct text row)
{
    const unsigned char *data = (const unsigned char *)row.data;
    struct unpack in = { data, data + row.length, false };
    struct cell cell;
    while (cell_next(&in, &cell) > 0)
        if (cell.index < QUARTERS)
            (void)cell_add(&hours[cell.index / 4], &cell);
}

struct hours { uint64_t pair; bool any; struct counts hour[24]; };

static void add_right(struct verify *v, uint64_t row, struct text value)
{
    unsigned char key[WINDOW_KEY];
    pack_big(key, row, WINDOW_KEY);
    if (value.length)
        rows_add(&v->right, key, WINDOW_KEY, value.data, value.length);
}

/* Close a (day, subject): its row of all sources. */
static void add_all_sources(struct verify *v, struct hours *h)
{
    buf_clear(&v->scratch);
    for (unsigned i = 0; i < 24 && h->any; i++)
        cell_write(&v->scratch, i, &h->hour[i]);
    add_right(v, h->pair << 16,
              (struct text){ buf_text(&v->scratch), v->scratch.length });
    memset(h, 0, sizeof(*h));
}

static int make_right_windows(struct verify *v, struct hours *h)
{
    const struct change *from = v->changes.items;
    const struct change *end = from + v->changes.count;
    size_t j = 0;
    int rc = 0;
    while (rc == 0 && (from < end || j < v->have.count)) {
        uint64_t there = UINT64_MAX, row;
        if (j < v->have.count)
            there = unpack_big((const unsigned char *)
                               row_key(&v->have, j).data, WINDOW_KEY);
        if (j < v->have.count && (there & 0xffff) == 0) {
            j++; /* hours: made anew below */
            continue;
        }
        row = from < end && from->row < there ? from->row : there;
        const struct change *until = from;
        while (until < end && until->row == row)
            until++;
        if (h->any && h->pair != row >> 16)
            add_all_sources(v, h);
        struct text have = { "", 0 };
        if (there == row)
            have = row_value(&v->have, j++);
        rc = right_row(v, row, have, from, until);
        struct text right = { buf_text(&v->scratch), v->scratch.length };
        h->pair = row >> 16;
        h->any = true;
        add_hours(h->hour, right);
        add_right(v, row, right);
        from = until;
    }
    if (h->any)
        add_all_sources(v, h);
    return rc;
}

int right_windows(struct verify *v)
{
    struct hours *h = mem_alloc(sizeof(*h));
    rows_clear(&v->right);
    int rc = make_right_windows(v, h);
    mem_free(h);
    /* A row of all sources was made after those it sums up. */
    rows_sort(&v->right, WINDOW_KEY);
    return rc;
}

/* ---- authors ---- */

static int add_sketch(struct verify *v, const unsigned char *key,
                      const struct change *from, const struct change *until,
                      const struct text *have)
{
    struct hll sketch = { 0 };
    int rc = 0;
    for (; from < until; from++)
        if (from->author)
            hll_add(&sketch, from->author);
    if (have && v->day * DAY_SECONDS < v->expired &&
        hll_merge(&sketch, have->data, have->length))
        rc = MDB_CORRUPTED;
    buf_clear(&v->scratch);
    if (!hll_empty(&sketch)) {
        hll_pack(&sketch, &v->scratch);
        rows_add(&v->right, key, AUTHOR_KEY, v->scratch.data,
                 v->scratch.length);
    }
    hll_release(&sketch);
    return rc;
}

int right_authors(struct verify *v)
{
    const struct change *from = v->changes.items;
    const struct change *end = from + v->changes.count;
    size_t j = 0;
    int rc = 0;
    rows_clear(&v->right);
    while (rc == 0 && (from < end || j < v->have.count)) {
        unsigned char key[AUTHOR_KEY];
        uint64_t there = UINT64_MAX, pair;
        struct text have;
        if (j < v->have.count)
            there = unpack_big((const unsigned char *)
                               row_key(&v->have, j).data, AUTHOR_KEY);
        pair = from < end && from->row >> 16 < there ? from->row >> 16
                                                     : there;
        const struct change *until = from;
        while (until < end && until->row >> 16 == pair)
            until++;
        if (there == pair)
            have = row_value(&v->have, j++);
        pack_big(key, pair, AUTHOR_KEY);
        rc = add_sketch(v, key, from, until, there == pair ? &have : NULL);
        from = until;
    }
    return rc;
}
