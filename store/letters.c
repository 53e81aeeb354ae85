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

/* Digits of so many letters, behind each other; in *other what has bits above
 * those of a digit when one of them is none. */
static inline uint64_t read_letters(const char *data, size_t count,
                                    unsigned *other)
{
    uint64_t held = 0;
    for (size_t i = 0; i < count; i++) {
        unsigned digit = digit_of[(unsigned char)data[i]] - 1u;
        *other |= digit; /* 0 - 1 has all bits */
        held = held << 5 | digit;
    }
    return held;
}

unsigned char *pack_letters(unsigned char *out, struct text t)
{
    unsigned char *at = pack_varint(out, t.length << 1 | 1);
    const char *in = t.data, *end = t.data + t.length;
    unsigned other = 0;
    for (; end - in >= 8; in += 8, at += 5)
        pack_big(at, read_letters(in, 8, &other), 5);
    unsigned bits = 5 * (unsigned)(end - in), bytes = (bits + 7) / 8;
    uint64_t held = read_letters(in, (size_t)(end - in), &other);
    pack_big(at, held << (8 * bytes - bits), (int)bytes);
    if (other < 32)
        return at + bytes;
    at = pack_varint(out, t.length << 1);
    memcpy(at, t.data, t.length);
    return at + t.length;
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
