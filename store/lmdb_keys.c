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
