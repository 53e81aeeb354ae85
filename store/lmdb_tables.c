/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of the file: their names, their format, a row by its key. Knows
 * nothing of what a row says. */
#include "store/lmdb.h"

#include <string.h>

const char *const table_names[TABLES] = {
    [POSTS] = "posts", [IDS] = "ids", [HOURS] = "hours", [DAYS] = "days",
    [TERMS] = "terms", [NAMES] = "names", [COVERAGE] = "coverage",
    [CURSORS] = "cursors", [NOTES] = "notes", [RULES] = "rules",
    [TOLD] = "told", [META] = "meta",
};

/* Kept in the file itself, for whoever finds it without this program. */
static const char about[] =
    "{\"what\":\"Groundswell store: public posts and counts of them\","
    "\"tables\":{"
    "\"posts\":\"created 5, hash 6 -> record\","
    "\"ids\":\"source 2 -> tail 8, hash 6, created 5 (all ones: "
    "forgotten, one less: deleted)\","
    "\"hours\":\"day 2, hour 1, subject 4 -> cells by source and quarter "
    "hour, entries: second 2, hash 6\","
    "\"days\":\"day 2, subject 4 -> cells by hour, sketch of authors\","
    "\"names\":\"kind 1, name -> id 4; kind+128 1, id 4 -> name\","
    "\"coverage\":\"label 4, day 2 -> 96 states\"},"
    "\"numbers\":\"keys big-endian; days and seconds since 1970 UTC\","
    "\"more\":\"docs/store-format.md\"}";

int lmdb_none(const struct lmdb *s, struct error *err)
{
    return error_set(err, ERROR_SYSTEM, "%s: no store here yet; collect or "
                     "import something first", s->path);
}

/* Of all tables: none in a file whose first transaction never ended. */
static int top_entries(MDB_txn *txn, size_t *count)
{
    MDB_dbi top;
    MDB_stat st = { 0 };
    int rc = mdb_dbi_open(txn, NULL, 0, &top);
    if (rc == 0)
        rc = mdb_stat(txn, top, &st);
    *count = st.ms_entries;
    return rc;
}

int lmdb_tables(struct txn t, struct error *err)
{
    struct text value;
    size_t count;
    int rc = top_entries(t.mdb, &count);
    if (rc == 0 && count == 0)
        return lmdb_none(t.s, err);
    if (rc == 0)
        rc = mdb_dbi_open(t.mdb, table_names[META], 0, &t.s->table[META]);
    if (rc == MDB_NOTFOUND || rc == MDB_INCOMPATIBLE)
        return error_set(err, ERROR_CORRUPT, "%s/data.mdb: an LMDB file, but "
                         "not a Groundswell store; give another path",
                         t.s->path);
    if (rc)
        return rc;
    rc = lmdb_get(t, META, "format", 6, &value);
    if (rc && rc != MDB_NOTFOUND)
        return rc;
    char number[16] = "";
    memcpy(number, value.data,
           value.length < sizeof(number) ? value.length : 0);
    if (strcmp(number, FORMAT_LOADING) == 0)
        return error_set(err, ERROR_CORRUPT, "%s/data.mdb: a load fills it, or "
                         "was cut off: then remove that file and load again",
                         t.s->path);
    long format = strtol(number, NULL, 10);
    if (format < 1)
        return error_set(err, ERROR_CORRUPT, "%s/data.mdb: no store format "
                         "in it; give another path", t.s->path);
    if (format != LMDB_FORMAT)
        return error_set(err, ERROR_USAGE, "%s: a store of format %ld, made "
                         "by another version of swell; this one knows format "
                         "%d: use that version, or bring the posts with its "
                         "export and an import here", t.s->path, format,
                         LMDB_FORMAT);
    for (int table = 0; table < TABLES && rc == 0; table++)
        rc = mdb_dbi_open(t.mdb, table_names[table], 0, &t.s->table[table]);
    return rc == MDB_NOTFOUND ? MDB_CORRUPTED : rc;
}

int lmdb_tables_make(struct txn t, void *context, struct error *err)
{
    (void)context;
    char format[16];
    size_t count;
    int rc = top_entries(t.mdb, &count);
    if (rc == 0 && count > 0)
        return lmdb_tables(t, err);
    snprintf(format, sizeof(format), "%d", LMDB_FORMAT);
    for (int table = 0; table < TABLES && rc == 0; table++)
        rc = mdb_dbi_open(t.mdb, table_names[table],
                          MDB_CREATE | table_flags((enum table)table),
                          &t.s->table[table]);
    if (rc == 0)
        rc = lmdb_put(t, META, "format", 6, format, strlen(format));
    if (rc == 0)
        rc = lmdb_put(t, META, "about", 5, about, sizeof(about) - 1);
    return rc;
}

/* ---- table access ---- */

int lmdb_get(struct txn t, enum table table, const void *key, size_t length,
             struct text *value)
{
    MDB_val k = { length, (void *)key }, v = { 0, NULL };
    int rc = mdb_get(t.mdb, t.s->table[table], &k, &v);
    *value = rc ? (struct text){ "", 0 } : value_text(&v);
    return rc;
}

int lmdb_put(struct txn t, enum table table, const void *key, size_t length,
             const void *value, size_t size)
{
    MDB_val k = { length, (void *)key }, v = { size, (void *)value };
    return mdb_put(t.mdb, t.s->table[table], &k, &v, 0);
}

int lmdb_delete(struct txn t, enum table table, const void *key, size_t length)
{
    MDB_val k = { length, (void *)key };
    int rc = mdb_del(t.mdb, t.s->table[table], &k, NULL);
    return rc == MDB_NOTFOUND ? 0 : rc;
}

struct scan scan_from(struct txn t, enum table table, const void *key,
                      size_t length)
{
    struct scan r = { .key = { length, (void *)key } };
    r.rc = mdb_cursor_open(t.mdb, t.s->table[table], &r.cursor);
    if (r.rc == 0)
        r.rc = mdb_cursor_get(r.cursor, &r.key, &r.value,
                              length ? MDB_SET_RANGE : MDB_FIRST);
    return r;
}

void scan_next(struct scan *r)
{
    if (r->rc == 0)
        r->rc = mdb_cursor_get(r->cursor, &r->key, &r->value, MDB_NEXT);
}

int scan_end(struct scan *r)
{
    if (r->cursor)
        mdb_cursor_close(r->cursor);
    return r->rc == MDB_NOTFOUND ? 0 : r->rc;
}

int lmdb_edge(struct txn t, enum table table, MDB_cursor_op edge,
              MDB_val *key)
{
    MDB_cursor *c;
    MDB_val value;
    int rc = mdb_cursor_open(t.mdb, t.s->table[table], &c);
    if (rc)
        return rc;
    rc = mdb_cursor_get(c, key, &value, edge);
    mdb_cursor_close(c);
    return rc;
}

size_t lmdb_entries(struct txn t, enum table table)
{
    MDB_stat st;
    return mdb_stat(t.mdb, t.s->table[table], &st) ? 0 : st.ms_entries;
}
