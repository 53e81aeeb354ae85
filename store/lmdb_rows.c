/* SPDX-License-Identifier: Apache-2.0 */
/* What the rows of hours and days hold: a subject's hours of a range, and the
 * posts they name. Does not know how they come to be (lmdb_changes.c).
 *
 *   [length of cells, varint][cells][entries, or a sketch] */
#include "store/lmdb.h"

#include <string.h>

#include "store/counts.h"
#include "store/sort.h"

int row_read(struct text value, struct row *row)
{
    struct unpack in = unpack_of(value);
    row->cells = unpack_text(&in);
    row->rest = (struct text){ (const char *)in.at,
                               (size_t)(in.end - in.at) };
    return in.broken ? -1 : 0;
}

size_t row_length(struct text cells, struct text rest)
{
    unsigned char length[VARINT_LIMIT];
    return (size_t)(pack_varint(length, cells.length) - length) +
           cells.length + rest.length;
}

void row_write(void *out, struct text cells, struct text rest)
{
    char *at = (char *)pack_varint(out, cells.length);
    at = mempcpy(at, cells.data, cells.length);
    memcpy(at, rest.data, rest.length);
}

int lmdb_row(struct txn t, enum table table, const void *key, struct row *row)
{
    struct text value;
    size_t length = table == HOURS ? HOUR_KEY : DAY_KEY;
    int rc = lmdb_get(t, table, key, length, &value);
    *row = (struct row){ { "", 0 }, { "", 0 } };
    if (rc)
        return rc == MDB_NOTFOUND ? 0 : rc;
    return row_read(value, row) || (table == HOURS && row->rest.length % ENTRY)
               ? MDB_CORRUPTED : 0;
}

void entries_sort(struct buf *b)
{
    sort_records(b->data, b->length / ENTRY, ENTRY, 0, ENTRY, ENTRY);
}

/* ---- a subject's hours and posts ---- */

int lmdb_hours(struct txn t, uint32_t subject, int64_t from, int64_t until,
               visit_hour *visit, void *context)
{
    int rc = 0;
    lmdb_clamp(t, &from, &until);
    for (int64_t day = from / DAY_SECONDS;
         day * DAY_SECONDS < until && rc == 0; day++) {
        unsigned char key[DAY_KEY];
        struct row row;
        struct cell cell;
        int more = 0;
        day_key(key, day, subject);
        rc = lmdb_row(t, DAYS, key, &row);
        struct unpack in = unpack_of(row.cells);
        while (rc == 0 && (more = cell_next(&in, &cell)) > 0) {
            int64_t hour = day * DAY_SECONDS +
                           (int64_t)cell.index * HOUR_SECONDS;
            if (hour + HOUR_SECONDS > from && hour < until)
                rc = visit(context, hour, &cell);
        }
        if (rc == 0 && more < 0)
            rc = MDB_CORRUPTED;
    }
    return rc;
}

struct entries {
    struct txn t;
    uint32_t subject;
    int64_t from, until;
    visit_entry *visit;
    void *context;
};

static int walk_hour(void *context, int64_t hour, const struct cell *cell)
{
    const struct entries *e = context;
    (void)cell;
    unsigned char key[HOUR_KEY], post[POST_KEY];
    struct row row;
    hour_key(key, hour, e->subject);
    int rc = lmdb_row(e->t, HOURS, key, &row);
    const unsigned char *at = (const unsigned char *)row.rest.data;
    const unsigned char *end = at + row.rest.length;
    for (; at < end && rc == 0; at += ENTRY) {
        int64_t created = hour + (int64_t)unpack_big(at, 2);
        if (created < e->from)
            continue;
        if (created >= e->until)
            break;
        pack_big(post, (uint64_t)created, CREATED);
        memcpy(post + CREATED, at + 2, POST_HASH);
        rc = e->visit(e->context, post);
    }
    return rc;
}

int lmdb_entries_of(struct txn t, uint32_t subject, int64_t from,
                    int64_t until, visit_entry *visit, void *context)
{
    struct entries e = { t, subject, from, until, visit, context };
    return lmdb_hours(t, subject, from, until, walk_hour, &e);
}
