/* SPDX-License-Identifier: Apache-2.0 */
/* Quarter hours that a digest has told, and how many posts came, changed or
 * went in each since. A row is a day of UTC, and its quarter hours are told
 * one by one: a day of another time zone ends within it. */
#include "store/lmdb.h"

#include <string.h>

enum { ROW = QUARTERS * 4 };

static const uint32_t NOT_TOLD = UINT32_MAX;

struct telling {
    int64_t from, until;
};

/* MDB_NOTFOUND: nothing of the day was told, as row says, too. */
static int read_row(struct txn t, int64_t day, unsigned char key[2],
                    unsigned char row[ROW])
{
    struct text value;
    memset(row, 0xff, ROW);
    pack_big(key, (uint64_t)day, 2);
    int rc = lmdb_get(t, TOLD, key, 2, &value);
    if (rc == 0 && value.length != ROW)
        return MDB_CORRUPTED;
    if (rc == 0)
        memcpy(row, value.data, ROW);
    return rc;
}

static int tell(struct txn t, void *context, struct error *err)
{
    const struct telling *w = context;
    unsigned char key[2], row[ROW];
    int rc = 0;
    (void)err;
    for (int64_t day = w->from / DAY_SECONDS;
         rc == 0 && day * DAY_SECONDS < w->until; day++) {
        bool fresh = false;
        rc = read_row(t, day, key, row);
        if (rc && rc != MDB_NOTFOUND)
            break;
        for (int q = 0; q < QUARTERS; q++) {
            int64_t start = day * DAY_SECONDS + q * QUARTER_SECONDS;
            /* Told twice: the first telling is the one people have read. */
            if (start < w->from || start + QUARTER_SECONDS > w->until ||
                unpack_big(row + q * 4, 4) != NOT_TOLD)
                continue;
            pack_big(row + q * 4, 0, 4);
            fresh = true;
        }
        rc = fresh ? lmdb_put(t, TOLD, key, 2, row, ROW) : 0;
    }
    return rc;
}

int lmdb_told(struct store *s, int64_t from, int64_t until,
              struct error *err)
{
    struct telling what = { from, until };
    if (from < 0 || until > (int64_t)(LAST_DAY + 1) * DAY_SECONDS)
        return error_set(err, ERROR_USAGE, "a day outside 1970 to 2149");
    return lmdb_write(s, tell, &what, "marking a day as told", err);
}

int lmdb_told_add(struct txn t, int64_t day, const uint32_t more[QUARTERS])
{
    unsigned char key[2], row[ROW];
    bool changed = false;
    int rc = read_row(t, day, key, row);
    for (int q = 0; q < QUARTERS && rc == 0; q++) {
        uint64_t count = unpack_big(row + q * 4, 4);
        if (count == NOT_TOLD || !more[q])
            continue;
        pack_big(row + q * 4, count + more[q], 4);
        changed = true;
    }
    if (rc)
        return rc == MDB_NOTFOUND ? 0 : rc;
    return changed ? lmdb_put(t, TOLD, key, 2, row, ROW) : 0;
}

static uint64_t sum_row(const unsigned char *row, int64_t start,
                        int64_t from, int64_t until)
{
    uint64_t sum = 0;
    for (int q = 0; q < QUARTERS; q++) {
        int64_t moment = start + q * QUARTER_SECONDS;
        uint64_t count = unpack_big(row + q * 4, 4);
        if (moment >= from && moment < until && count != NOT_TOLD)
            sum += count;
    }
    return sum;
}

int lmdb_restated(struct store *base, int64_t from, int64_t until,
                  uint64_t *count, struct error *err)
{
    struct txn t;
    unsigned char key[2];
    *count = 0;
    if (from < 0)
        from = 0;
    if (lmdb_read_begin(base, &t, err))
        return -1;
    pack_big(key, (uint64_t)(from / DAY_SECONDS), 2);
    struct scan r = scan_from(t, TOLD, key, sizeof(key));
    for (; r.rc == 0; scan_next(&r)) {
        int64_t start = (int64_t)unpack_big(r.key.mv_data, 2) * DAY_SECONDS;
        if (start >= until)
            break;
        if (r.value.mv_size == ROW)
            *count += sum_row(r.value.mv_data, start, from, until);
    }
    return lmdb_read_end(t, scan_end(&r), "reading what was restated", err);
}
