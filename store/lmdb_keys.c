/* SPDX-License-Identifier: Apache-2.0 */
/* Keys derived from a post: the same post always gets the same ones. Stored:
 * a change here is a new format. */
#include "store/lmdb.h"

#include <string.h>

#include "base/hash.h"

uint64_t post_hash(struct text source, struct text native_id)
{
    unsigned char bytes[2 * POST_ID_LIMIT + 1], *at = bytes;
    size_t a = source.length < POST_ID_LIMIT ? source.length : POST_ID_LIMIT;
    size_t b = native_id.length < POST_ID_LIMIT ? native_id.length
                                                : POST_ID_LIMIT;
    at = mempcpy(at, source.data, a);
    *at++ = 0;
    if (b)
        at = mempcpy(at, native_id.data, b);
    return hash64(bytes, (size_t)(at - bytes));
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
