/* SPDX-License-Identifier: Apache-2.0 */
/* See letters.h. */
#include "store/letters.h"

#include <endian.h>
#include <string.h>

static const char base32[] = "234567abcdefghijklmnopqrstuvwxyz";

/* Digits of eight letters, the first of them highest; in *other what is not
 * zero when one of them is none. All eight at once: what the next one is cannot
 * be guessed. */
static inline uint64_t read_letters(const char *data, uint64_t *other)
{
    const uint64_t each = 0x0101010101010101u, high = 0x80 * each;
    uint64_t all, bytes;
    memcpy(&all, data, sizeof(all));
    all = be64toh(all);
    bytes = all & ~high;
    /* The high bit of each says whether it is one, as no sum carries. */
    uint64_t letter = (bytes + (0x80 - 'a') * each) &
                      ~(bytes + (0x80 - 'z' - 1) * each);
    uint64_t number = (bytes + (0x80 - '2') * each) &
                      ~(bytes + (0x80 - '7' - 1) * each);
    *other |= high & (all | ~(letter | number));
    bytes -= '2' * each + ('a' - '2' - 6) * (letter >> 7 & each);
    bytes = (bytes >> 8 & 0x001f001f001f001fu) << 5 |
            (bytes & 0x001f001f001f001fu);
    bytes = (bytes >> 16 & 0x000003ff000003ffu) << 10 |
            (bytes & 0x000003ff000003ffu);
    return bytes >> 32 << 20 | (bytes & 0xfffff);
}

unsigned char *pack_letters(unsigned char *out, struct text t)
{
    unsigned char *at = pack_varint(out, t.length << 1 | 1);
    const char *in = t.data;
    size_t left = t.length;
    uint64_t other = 0;
    for (; left >= 8 && !other; left -= 8, in += 8, at += 5)
        pack_big(at, read_letters(in, &other), 5);
    /* The last eight, of which these many were not packed yet. */
    char few[8] = { '2', '2', '2', '2', '2', '2', '2', '2' }; /* zeros */
    const char *last = t.length < 8 ? few : in + left - 8;
    for (size_t i = 0; i < t.length && t.length < 8; i++)
        few[8 - t.length + i] = t.data[i];
    pack_big(at, read_letters(last, &other) << 5 * (8 - left % 8), 5);
    if (!other)
        return at + (5 * left + 7) / 8;
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
