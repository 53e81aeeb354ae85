/* SPDX-License-Identifier: Apache-2.0 */
/* See letters.h. */
#include "store/letters.h"

#include <string.h>

static const char base32[] = "234567abcdefghijklmnopqrstuvwxyz";

/* Of each of them its digit + 1. */
static const unsigned char digit_of[256] = {
    ['2'] = 1, 2, 3, 4, 5, 6,
    ['a'] = 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23,
    24, 25, 26, 27, 28, 29, 30, 31, 32,
};

unsigned char *pack_letters(unsigned char *out, struct text t)
{
    unsigned char *at = pack_varint(out, t.length << 1 | 1);
    uint64_t held = 0;
    unsigned bits = 0, other = 0;
    for (size_t i = 0; i < t.length; i++) {
        unsigned digit = digit_of[(unsigned char)t.data[i]] - 1u;
        other |= digit; /* wraps around where it is none of the letters */
        held = held << 5 | (digit & 31);
        bits += 5;
        if (bits == 40) {
            pack_big(at, held, 5);
            at += 5;
            bits = 0;
        }
    }
    if (other >= 32) {
        at = pack_varint(out, t.length << 1);
        memcpy(at, t.data, t.length);
        return at + t.length;
    }
    unsigned left = (bits + 7) / 8;
    pack_big(at, held << (8 * left - bits), (int)left);
    return at + left;
}

struct text unpack_letters(struct unpack *u, char **made, size_t most)
{
    uint64_t head = unpack_varint(u), length = head >> 1;
    unsigned held = 0, bits = 0;
    const unsigned char *in =
        length > most ? NULL
        : unpack_bytes(u, head & 1 ? (length * 5 + 7) / 8 : length);
    struct text t = { *made, length };
    if (!in) {
        u->broken = true;
        return (struct text){ "", 0 };
    }
    if (!(head & 1))
        return (struct text){ (const char *)in, length };
    for (uint64_t i = 0; i < length; i++) {
        if (bits < 5) {
            held = held << 8 | *in++;
            bits += 8;
        }
        bits -= 5;
        *(*made)++ = base32[held >> bits & 31];
    }
    return t;
}
