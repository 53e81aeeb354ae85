/* SPDX-License-Identifier: Apache-2.0 */
/* Distinct authors: whole UTC days from their sketches, the rest and single
 * sources from the mentions. */
#include "store/lmdb.h"

#include <string.h>

#include "store/hll.h"
#include "store/record.h"

/* Every post: author and source stand at the front of its record. */
static int scan_posts(struct lmdb *s, MDB_txn *txn, uint32_t source,
                      int64_t from, int64_t until, struct hll *out)
{
    unsigned char key[POST_KEY];
    MDB_cursor *c = NULL;
    MDB_val k = { POST_KEY, key }, v;
    int rc = mdb_cursor_open(txn, s->table[POSTS], &c);
    if (rc)
        return rc;
    post_key(key, from, 0);
    for (rc = mdb_cursor_get(c, &k, &v, MDB_SET_RANGE); rc == 0;
         rc = mdb_cursor_get(c, &k, &v, MDB_NEXT)) {
        if ((int64_t)unpack_big(k.mv_data, 6) >= until)
            break;
        uint64_t author = record_author(value_text(&v));
        if (author && (!source || record_source(value_text(&v)) == source))
            hll_add(out, author);
    }
    mdb_cursor_close(c);
    return rc == MDB_NOTFOUND ? 0 : rc;
}

int lmdb_scan_authors(struct lmdb *s, MDB_txn *txn, uint32_t subject,
                      uint32_t source, int64_t from, int64_t until,
                      struct hll *out)
{
    unsigned char key[MENTION_KEY], post[POST_KEY];
    MDB_cursor *c = NULL;
    MDB_val v;
    if (subject == 0)
        return scan_posts(s, txn, source, from, until, out);
    int rc = mdb_cursor_open(txn, s->table[MENTIONS], &c);
    if (rc)
        return rc;
    post_key(post, from, 0);
    mention_key(key, subject, post);
    for (rc = lmdb_mention(c, MDB_SET_RANGE, until, key, &v); rc == 0;
         rc = lmdb_mention(c, MDB_NEXT, until, key, &v)) {
        const unsigned char *value = v.mv_data;
        uint64_t author = unpack_big(value, 8);
        if (author && (!source || unpack_big(value + 8, 2) == source))
            hll_add(out, author);
    }
    mdb_cursor_close(c);
    return rc == MDB_NOTFOUND ? 0 : rc;
}

static int add_day(struct lmdb *s, MDB_txn *txn, uint32_t subject,
                   int64_t day, struct hll *out)
{
    unsigned char key[AUTHOR_KEY];
    struct text packed;
    pack_big(key, (uint64_t)day, 2);
    pack_big(key + 2, subject, 4);
    int rc = lmdb_get(s, txn, AUTHORS, key, AUTHOR_KEY, &packed);
    if (rc == 0 && hll_merge(out, packed.data, packed.length))
        rc = MDB_CORRUPTED;
    return rc == MDB_NOTFOUND ? 0 : rc;
}

static int collect(struct lmdb *s, MDB_txn *txn, uint32_t subject,
                   uint32_t source, int64_t from, int64_t until,
                   struct hll *out)
{
    int rc = 0;
    while (from < until && rc == 0) {
        int64_t day = from / DAY_SECONDS;
        int64_t next = (day + 1) * DAY_SECONDS;
        bool whole = from % DAY_SECONDS == 0 && next <= until && !source;
        if (next > until)
            next = until;
        rc = whole ? add_day(s, txn, subject, day, out)
                   : lmdb_scan_authors(s, txn, subject, source, from, next,
                                       out);
        from = next;
    }
    return rc;
}

int lmdb_authors(struct store *base, const struct store_query *q,
                 uint64_t *authors, struct error *err)
{
    struct lmdb *s = lmdb_of(base);
    MDB_txn *txn;
    uint32_t subject, source;
    bool known;
    struct hll sketch = { 0 };
    int64_t from = q->from, until = q->until;
    *authors = 0;
    if (lmdb_read_begin(s, &txn, err))
        return -1;
    lmdb_clamp(s, txn, &from, &until);
    int rc = lmdb_query_ids(s, txn, q, &subject, &source, &known, err);
    if (rc == 0 && known)
        rc = collect(s, txn, subject, source, from, until, &sketch);
    lmdb_read_end(s, txn);
    if (rc == 0)
        *authors = hll_count(&sketch);
    hll_release(&sketch);
    return rc ? lmdb_fail(s, rc, "counting authors", err) : 0;
}
