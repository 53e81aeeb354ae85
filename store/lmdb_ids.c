/* SPDX-License-Identifier: Apache-2.0 */
/* Which post a native id is: a sorted list a source, of identities and the
 * times of their posts. Knows nothing of what a post says.
 *
 *   [source 2] -> [tail 8][hash 6][created 5], ... */
#include "store/lmdb.h"

#include <string.h>

#include "store/record.h"

enum { PART = ID_KEY - ID_SOURCE, ID_ROW = PART + CREATED, DIGITS = 18,
       CUT = 3 };

/* False when it is not all digits; of a long one its beginning. */
static bool read_digits(struct text t, uint64_t *number)
{
    *number = 0;
    for (size_t i = 0; i < t.length; i++) {
        if (t.data[i] < '0' || t.data[i] > '9')
            return false;
        if (i < DIGITS)
            *number = *number * 10 + (uint64_t)(t.data[i] - '0');
    }
    return true;
}

/* Enough to come in order of time, too little to find the post by: the key
 * stays when the post is forgotten. */
static struct text find_tail(struct text native_id)
{
    struct text t = native_id;
    while (t.length && t.data[t.length - 1] == '/')
        t.length--;
    const char *slash = t.length ? memrchr(t.data, '/', t.length) : NULL;
    if (slash) {
        t.length -= (size_t)(slash + 1 - t.data);
        t.data = slash + 1;
    }
    t.length -= t.length < CUT ? t.length : CUT;
    return t;
}

void id_key(unsigned char out[ID_KEY], uint32_t source, struct text native_id,
            uint64_t hash)
{
    struct text tail = find_tail(native_id);
    uint64_t number;
    memset(out, 0, ID_KEY);
    pack_big(out, source, ID_SOURCE);
    if (read_digits(tail, &number))
        pack_big(out + ID_SOURCE, number, ID_TAIL);
    else
        memcpy(out + ID_SOURCE, tail.data,
               tail.length < ID_TAIL ? tail.length : ID_TAIL);
    pack_big(out + ID_SOURCE + ID_TAIL, hash >> 8 * (8 - POST_HASH),
             POST_HASH);
}

int lmdb_identity(struct txn t, const struct record *r,
                  unsigned char out[ID_KEY])
{
    const char *source = lmdb_name(t, STORE_SOURCES, r->source);
    if (!source)
        return MDB_CORRUPTED;
    id_key(out, r->source, r->post.native_id,
           post_hash(text_of(source), r->post.native_id));
    return 0;
}

int id_read(const MDB_val *key, const MDB_val *value,
            unsigned char out[ID_KEY], int64_t *created)
{
    if (key->mv_size != ID_SOURCE || value->mv_size != ID_ROW)
        return -1;
    memcpy(out, key->mv_data, ID_SOURCE);
    memcpy(out + ID_SOURCE, value->mv_data, PART);
    *created = created_of((const char *)value->mv_data + PART);
    return 0;
}

int id_get(MDB_cursor *c, const unsigned char id[ID_KEY], int64_t *created)
{
    MDB_val k = { ID_SOURCE, (void *)id };
    MDB_val v = { PART, (void *)(id + ID_SOURCE) };
    int rc = mdb_cursor_get(c, &k, &v, MDB_GET_BOTH_RANGE);
    *created = ID_NONE;
    if (rc == 0 && v.mv_size != ID_ROW)
        return MDB_CORRUPTED;
    if (rc == 0 && memcmp(v.mv_data, id + ID_SOURCE, PART) == 0)
        *created = created_of((const char *)v.mv_data + PART);
    return rc == MDB_NOTFOUND ? 0 : rc;
}

int id_last(MDB_cursor *c, const unsigned char id[ID_KEY],
            unsigned char out[ID_KEY])
{
    MDB_val k = { ID_SOURCE, (void *)id }, v;
    memset(out, 0, ID_KEY);
    memcpy(out, id, ID_SOURCE);
    int rc = mdb_cursor_get(c, &k, &v, MDB_SET);
    if (rc == 0)
        rc = mdb_cursor_get(c, &k, &v, MDB_LAST_DUP);
    if (rc == 0 && v.mv_size != ID_ROW)
        return MDB_CORRUPTED;
    if (rc == 0)
        memcpy(out + ID_SOURCE, v.mv_data, PART);
    return rc == MDB_NOTFOUND ? 0 : rc;
}

static unsigned char *write_row(unsigned char *row,
                                const unsigned char id[ID_KEY],
                                int64_t created)
{
    row = mempcpy(row, id + ID_SOURCE, PART);
    pack_big(row, (uint64_t)created, CREATED);
    return row + CREATED;
}

int id_add(MDB_cursor *c, const unsigned char id[ID_KEY], int64_t created)
{
    unsigned char row[ID_ROW];
    MDB_val k = { ID_SOURCE, (void *)id }, v = { ID_ROW, row };
    write_row(row, id, created);
    return mdb_cursor_put(c, &k, &v, 0);
}

void id_gather(struct buf *rows, const unsigned char id[ID_KEY],
               int64_t created)
{
    pack_end(rows, write_row(pack_room(rows, ID_ROW), id, created));
}

int id_add_last(MDB_cursor *c, const unsigned char id[ID_KEY],
                struct buf *rows)
{
    MDB_val k = { ID_SOURCE, (void *)id };
    MDB_val v[2] = { { ID_ROW, rows->data },
                     { rows->length / ID_ROW, NULL } };
    int rc = rows->length ? mdb_cursor_put(c, &k, v, MDB_APPENDDUP |
                                                     MDB_MULTIPLE) : 0;
    buf_clear(rows);
    return rc;
}

int id_put(MDB_cursor *c, const unsigned char id[ID_KEY], int64_t created)
{
    int64_t old;
    int rc = id_get(c, id, &old);
    if (rc == 0 && old != ID_NONE)
        rc = mdb_cursor_del(c, 0);
    return rc || created == ID_NONE ? rc : id_add(c, id, created);
}

int lmdb_id_get(struct txn t, const unsigned char id[ID_KEY], int64_t *created)
{
    MDB_cursor *c;
    int rc = mdb_cursor_open(t.mdb, t.s->table[IDS], &c);
    if (rc)
        return rc;
    rc = id_get(c, id, created);
    mdb_cursor_close(c);
    return rc;
}

int lmdb_id_put(struct txn t, const unsigned char id[ID_KEY], int64_t created)
{
    MDB_cursor *c;
    int rc = mdb_cursor_open(t.mdb, t.s->table[IDS], &c);
    if (rc)
        return rc;
    rc = id_put(c, id, created);
    mdb_cursor_close(c);
    return rc;
}

int lmdb_tombstones(struct txn t, uint64_t *count)
{
    struct text value;
    int rc = lmdb_get(t, META, "tombstones", 10, &value);
    *count = value.length == 8
                 ? unpack_big((const unsigned char *)value.data, 8) : 0;
    return rc == MDB_NOTFOUND ? 0 : rc;
}

int lmdb_tombstones_put(struct txn t, uint64_t count)
{
    unsigned char number[8];
    pack_big(number, count, 8);
    return lmdb_put(t, META, "tombstones", 10, number, 8);
}
