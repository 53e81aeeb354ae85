/* SPDX-License-Identifier: Apache-2.0 */
/* Days that a digest has told, and how many posts came, changed or went in
 * each of their quarter hours since. */
#include "store/lmdb.h"

#include <string.h>

enum { ROW = QUARTERS * 4 };

static int tell(struct txn t, void *context, struct error *err)
{
    (void)err;
    static const unsigned char none[ROW];
    unsigned char key[2];
    struct text value;
    pack_big(key, (uint64_t)*(const int64_t *)context, 2);
    int rc = lmdb_get(t, TOLD, key, 2, &value);
    /* Told twice: the first telling is the one people have read. */
    return rc == MDB_NOTFOUND ? lmdb_put(t, TOLD, key, 2, none, ROW)
                              : rc;
}

int lmdb_told(struct store *s, int64_t day, struct error *err)
{
    if (day < 0 || day > LAST_DAY)
        return error_set(err, ERROR_USAGE, "a day outside 1970 to 2149");
    return lmdb_write(s, tell, &day, "marking a day as told", err);
}

int lmdb_told_add(struct txn t, int64_t day, const uint32_t more[QUARTERS],
                  bool *told)
{
    unsigned char key[2], row[ROW];
    struct text value;
    pack_big(key, (uint64_t)day, 2);
    int rc = lmdb_get(t, TOLD, key, 2, &value);
    *told = rc == 0;
    if (rc)
        return rc == MDB_NOTFOUND ? 0 : rc;
    if (value.length != ROW)
        return MDB_CORRUPTED;
    memcpy(row, value.data, ROW);
    for (int q = 0; q < QUARTERS; q++)
        pack_big(row + q * 4, unpack_big(row + q * 4, 4) + more[q], 4);
    return memcmp(row, value.data, ROW) == 0
               ? 0 : lmdb_put(t, TOLD, key, 2, row, ROW);
}

static uint64_t sum_row(const unsigned char *row, int64_t start,
                        int64_t from, int64_t until)
{
    uint64_t sum = 0;
    for (int q = 0; q < QUARTERS; q++) {
        int64_t moment = start + q * QUARTER_SECONDS;
        if (moment >= from && moment < until)
            sum += unpack_big(row + q * 4, 4);
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
