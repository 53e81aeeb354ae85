/* SPDX-License-Identifier: Apache-2.0 */
/* What the rows of a day's hours, and of the day, should be, from its posts.
 * Quarter hours before a source's expiry mark have no posts any more: their
 * cells, and the sketches of such days, are taken as they are. */
#include "store/lmdb_verify.h"

#include <string.h>

/* ---- hours ---- */

/* Quarter hours of the day that the source's mark freezes. */
static int frozen_quarters(struct verify *v, uint32_t source, int64_t *out)
{
    int64_t mark = 0;
    int rc = v->expired ? lmdb_expired(v->t, source, &mark) : 0;
    *out = (mark - v->day * DAY_SECONDS) / QUARTER_SECONDS;
    return rc;
}

/* Fill scratch with the frozen cells of the row that is there. */
static int keep_frozen(struct verify *v, unsigned hour, struct text value)
{
    struct row row;
    struct cell cell;
    int rc = 0;
    buf_clear(&v->scratch);
    if (!v->expired || row_read(value, &row))
        return 0;
    struct unpack in = unpack_of(row.cells);
    while (rc == 0 && cell_next(&in, &cell) > 0) {
        int64_t frozen;
        rc = frozen_quarters(v, cell.index >> 2, &frozen);
        if (hour * 4 + (cell.index & 3) < frozen)
            buf_add(&v->scratch, cell.start, (size_t)(in.at - cell.start));
    }
    return rc;
}

/* Frozen cells, then what the posts say. */
static int right_hour(struct verify *v, const unsigned char *key,
                      struct text have, struct run row)
{
    bool every = unpack_big(key + 3, 4) == 0;
    int rc = keep_frozen(v, key[2], have);
    cells_clear(&v->cells);
    buf_clear(&v->entries);
    for (size_t i = 0; i < row.count; i++) {
        const struct change *c = row.items[i];
        cells_add(&v->cells, c->place, c->counted, c->score, 1);
        if (!every)
            buf_add(&v->entries, c->entry, ENTRY);
    }
    entries_sort(&v->entries);
    buf_clear(&v->merged);
    (void)cells_merge(&v->cells, buf_bytes(&v->scratch), &v->merged);
    rows_add_row(v, &v->right, key, HOUR_KEY, &v->entries);
    return rc;
}

/* The changes are sorted by hour; have is what is there. */
int right_hours(struct verify *v)
{
    const struct run *next = v->changes.rows;
    const struct run *end = next + v->changes.row_count;
    size_t j = 0;
    int rc = 0;
    rows_clear(&v->right);
    while (rc == 0 && (next < end || j < v->have.count)) {
        unsigned char key[HOUR_KEY] = { 0 };
        struct text have = { "", 0 };
        struct run row = { NULL, 0 };
        int order = next < end ? -1 : 1; /* of the changes and what is there */
        if (next < end)
            hour_key(key, (int64_t)next->items[0]->hour * HOUR_SECONDS,
                     next->items[0]->subject);
        if (j < v->have.count && next < end)
            order = memcmp(key, row_key(&v->have, j).data, HOUR_KEY);
        if (order > 0)
            memcpy(key, row_key(&v->have, j).data, HOUR_KEY);
        if (order >= 0)
            have = row_value(&v->have, j++);
        if (order <= 0)
            row = *next++;
        rc = right_hour(v, key, have, row);
    }
    return rc;
}

/* ---- days ---- */

static void add_hour(struct counts *sum, struct text value)
{
    struct row row;
    struct cell cell;
    (void)row_read(value, &row);
    struct unpack in = unpack_of(row.cells);
    while (cell_next(&in, &cell) > 0)
        (void)cell_add(sum, &cell);
}

/* Fill scratch with the day's sketch; row: the changes, if there are any. */
static int right_sketch(struct verify *v, const unsigned char *key,
                        struct run row)
{
    struct hll sketch = { 0 };
    struct row old;
    int rc = 0;
    for (size_t i = 0; i < row.count; i++)
        if (row.items[i]->author)
            hll_add(&sketch, row.items[i]->author);
    if (v->day * DAY_SECONDS < v->expired) {
        rc = lmdb_row(v->t, DAYS, key, &old);
        if (rc == 0 && old.rest.length)
            (void)hll_merge(&sketch, old.rest.data, old.rest.length);
    }
    buf_clear(&v->scratch);
    if (!hll_empty(&sketch))
        hll_pack(&sketch, &v->scratch);
    hll_release(&sketch);
    return rc;
}

/* From the hours as they should be, by subject and hour, and the changes
 * sorted by day. */
int right_days(struct verify *v)
{
    const struct run *next = v->changes.rows;
    const struct run *end = next + v->changes.row_count;
    size_t i = 0;
    int rc = 0;
    rows_clear(&v->right);
    while (i < v->hours.count && rc == 0) {
        unsigned char key[DAY_KEY];
        const char *subject = row_key(&v->hours, i).data + 3;
        memcpy(key, row_key(&v->hours, i).data, 2);
        memcpy(key + 2, subject, 4);
        buf_clear(&v->merged);
        for (; i < v->hours.count; i++) {
            struct counts sum = { 0 };
            const char *hour = row_key(&v->hours, i).data;
            if (memcmp(hour + 3, subject, 4) != 0)
                break;
            add_hour(&sum, row_value(&v->hours, i));
            cell_write(&v->merged, (unsigned char)hour[2], &sum);
        }
        bool any = next < end &&
                   next->items[0]->subject == unpack_big(key + 2, 4);
        rc = right_sketch(v, key, any ? *next++ : (struct run){ NULL, 0 });
        rows_add_row(v, &v->right, key, DAY_KEY, &v->scratch);
    }
    return rc;
}
