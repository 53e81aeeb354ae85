/* SPDX-License-Identifier: Apache-2.0 */
/* Keys derived from a post: the same post always gets the same ones. Stored:
 * a change here is a new format. */
#include "store/lmdb.h"

#include <string.h>

#include "base/hash.h"
#include "store/record.h"

enum { TAIL = 7 };

uint64_t post_hash(struct text source, struct text native_id)
{
    unsigned char bytes[2 * POST_ID_LIMIT + 1];
    size_t a = source.length < POST_ID_LIMIT ? source.length : POST_ID_LIMIT;
    size_t b = native_id.length < POST_ID_LIMIT ? native_id.length
                                                : POST_ID_LIMIT;
    memcpy(bytes, source.data, a);
    bytes[a] = 0;
    if (b)
        memcpy(bytes + a + 1, native_id.data, b);
    return hash64(bytes, a + 1 + b);
}

void post_key(unsigned char out[POST_KEY], int64_t created, uint64_t hash)
{
    pack_big(out, (uint64_t)created, CREATED);
    pack_big(out + CREATED, hash >> 8 * (8 - POST_HASH), POST_HASH);
}

int64_t created_of(const void *key)
{
    return (int64_t)unpack_big(key, CREATED);
}

void hour_key(unsigned char out[HOUR_KEY], int64_t moment, uint32_t subject)
{
    pack_big(out, (uint64_t)(moment / DAY_SECONDS), 2);
    pack_big(out + 2, (uint64_t)(moment % DAY_SECONDS / HOUR_SECONDS), 1);
    pack_big(out + 3, subject, 4);
}

void day_key(unsigned char out[DAY_KEY], int64_t day, uint32_t subject)
{
    pack_big(out, (uint64_t)day, 2);
    pack_big(out + 2, subject, 4);
}

static bool all_digits(struct text t)
{
    for (size_t i = 0; i < t.length; i++)
        if (t.data[i] < '0' || t.data[i] > '9')
            return false;
    return t.length > 0;
}

/* "9" comes before "10": the length stands in front of digits. */
size_t id_key(unsigned char out[ID_KEY_LIMIT], uint32_t source,
              struct text native_id, uint64_t hash)
{
    struct text tail = native_id;
    while (tail.length && tail.data[tail.length - 1] == '/')
        tail.length--;
    for (size_t i = tail.length; i-- > 0;)
        if (native_id.data[i] == '/') {
            tail.data = native_id.data + i + 1;
            tail.length -= i + 1;
            break;
        }
    pack_big(out, source, 2);
    size_t used = 2;
    if (all_digits(tail))
        out[used++] = (unsigned char)(tail.length < 31 ? tail.length : 31);
    size_t length = tail.length < TAIL ? tail.length : TAIL;
    if (length)
        memcpy(out + used, tail.data, length);
    used += length;
    pack_big(out + used, hash >> 8 * (8 - POST_HASH), POST_HASH);
    return used + POST_HASH;
}

int lmdb_identity(struct lmdb *s, MDB_txn *txn, const struct record *r,
                  unsigned char out[ID_KEY_LIMIT], size_t *length)
{
    const char *source = lmdb_name(s, txn, STORE_SOURCES, r->source);
    if (!source)
        return MDB_CORRUPTED;
    *length = id_key(out, r->source, r->post.native_id,
                     post_hash(text_of(source), r->post.native_id));
    return 0;
}
