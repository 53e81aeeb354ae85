/* SPDX-License-Identifier: Apache-2.0 */
/* Keys derived from a post: the same post always gets the same ones. Stored:
 * a change here is a new format. */
#include "store/lmdb.h"

#include <string.h>

#include "base/hash.h"

enum { TAIL = 10 };

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
    pack_big(out, (uint64_t)created, 6);
    pack_big(out + 6, hash, 8);
}

enum { HOUR_SECONDS = 3600, HOUR_KEY = 3, SUBJECT = 4 };

void mention_key(unsigned char out[MENTION_KEY], uint32_t subject,
                 const unsigned char post[POST_KEY])
{
    uint64_t created = unpack_big(post, 6);
    pack_big(out, created / DAY_SECONDS, 2);
    pack_big(out + 2, created % DAY_SECONDS / HOUR_SECONDS, 1);
    pack_big(out + HOUR_KEY, subject, SUBJECT);
    pack_big(out + HOUR_KEY + SUBJECT, created % HOUR_SECONDS, 2);
    memcpy(out + MENTION_KEY - 8, post + 6, 8);
}

static int64_t hour_start(const unsigned char *mention)
{
    return (int64_t)unpack_big(mention, 2) * DAY_SECONDS +
           mention[2] * HOUR_SECONDS;
}

void mention_post(unsigned char out[POST_KEY], const unsigned char *mention)
{
    post_key(out, hour_start(mention) +
                  (int64_t)unpack_big(mention + HOUR_KEY + SUBJECT, 2),
             unpack_big(mention + MENTION_KEY - 8, 8));
}

int lmdb_mention(MDB_cursor *c, MDB_cursor_op op, int64_t until,
                 unsigned char key[MENTION_KEY], MDB_val *value)
{
    unsigned char subject[SUBJECT], post[POST_KEY];
    memcpy(subject, key + HOUR_KEY, SUBJECT);
    for (;; op = MDB_SET_RANGE) {
        MDB_val k = { MENTION_KEY, key };
        int rc = mdb_cursor_get(c, &k, value, op);
        if (rc)
            return rc;
        if (k.mv_size != MENTION_KEY)
            return MDB_CORRUPTED;
        memcpy(key, k.mv_data, MENTION_KEY);
        int order = memcmp(key + HOUR_KEY, subject, SUBJECT);
        mention_post(post, key);
        if ((int64_t)unpack_big(post, 6) >= until && order == 0)
            return MDB_NOTFOUND;
        if (order == 0)
            return 0;
        /* Between the subject's hours: to the next that may have it. */
        int64_t hour = hour_start(key) + (order > 0 ? HOUR_SECONDS : 0);
        if (hour >= until)
            return MDB_NOTFOUND;
        post_key(post, hour, 0);
        mention_key(key, (uint32_t)unpack_big(subject, SUBJECT), post);
    }
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
    for (size_t i = native_id.length; i-- > 0;)
        if (native_id.data[i] == '/') {
            tail.data = native_id.data + i + 1;
            tail.length = native_id.length - i - 1;
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
    pack_big(out + used, hash, 8);
    return used + 8;
}
