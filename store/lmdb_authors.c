/* SPDX-License-Identifier: Apache-2.0 */
/* Distinct authors: whole UTC days from their sketches, the rest and single
 * sources from the posts. */
#include "store/lmdb.h"

#include <string.h>

#include "store/hll.h"
#include "store/record.h"

struct wanted {
    struct txn t;
    uint32_t source;
    struct hll *out;
};

/* Author and source stand at the front of the record. */
static void add_author(const struct wanted *w, struct text record)
{
    uint64_t author = record_author(record);
    if (author && (!w->source || record_source(record) == w->source))
        hll_add(w->out, author);
}

static int scan_posts(const struct wanted *w, int64_t from, int64_t until)
{
    unsigned char key[POST_KEY];
    post_key(key, from, 0);
    struct scan r = scan_from(w->t, POSTS, key, POST_KEY);
    for (; r.rc == 0 && created_of(r.key.mv_data) < until; scan_next(&r))
        add_author(w, value_text(&r.value));
    return scan_end(&r);
}

static int scan_entry(void *context, const unsigned char key[POST_KEY])
{
    const struct wanted *w = context;
    struct text record;
    int rc = lmdb_get(w->t, POSTS, key, POST_KEY, &record);
    if (rc)
        return rc == MDB_NOTFOUND ? MDB_CORRUPTED : rc;
    add_author(w, record);
    return 0;
}

int lmdb_scan_authors(struct txn t, uint32_t subject, uint32_t source,
                      int64_t from, int64_t until, struct hll *out)
{
    struct wanted w = { t, source, out };
    return subject ? lmdb_entries_of(t, subject, from, until, scan_entry, &w)
                   : scan_posts(&w, from, until);
}

static int add_day(struct txn t, uint32_t subject, int64_t day,
                   struct hll *out)
{
    unsigned char key[DAY_KEY];
    struct row row;
    day_key(key, day, subject);
    int rc = lmdb_row(t, DAYS, key, &row);
    return rc == 0 && row.rest.length &&
           hll_merge(out, row.rest.data, row.rest.length) ? MDB_CORRUPTED
                                                          : rc;
}

static int collect(struct txn t, uint32_t subject, uint32_t source,
                   int64_t from, int64_t until, struct hll *out)
{
    int rc = 0;
    while (from < until && rc == 0) {
        int64_t day = from / DAY_SECONDS;
        int64_t next = (day + 1) * DAY_SECONDS;
        bool whole = from % DAY_SECONDS == 0 && next <= until && !source;
        if (next > until)
            next = until;
        rc = whole ? add_day(t, subject, day, out)
                   : lmdb_scan_authors(t, subject, source, from, next, out);
        from = next;
    }
    return rc;
}

int lmdb_authors(struct store *base, const struct store_query *q,
                 uint64_t *authors, struct error *err)
{
    struct txn t;
    uint32_t subject, source;
    bool known;
    struct hll sketch = { 0 };
    int64_t from = q->from, until = q->until;
    *authors = 0;
    if (lmdb_read_begin(base, &t, err))
        return -1;
    lmdb_clamp(t, &from, &until);
    int rc = lmdb_query_ids(t, q, &subject, &source, &known, err);
    if (rc == 0 && known)
        rc = collect(t, subject, source, from, until, &sketch);
    if (rc == 0)
        *authors = hll_count(&sketch);
    hll_release(&sketch);
    return lmdb_read_end(t, rc, "counting authors", err);
}
