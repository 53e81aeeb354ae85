/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8 by hand: decoding, repair, lower case, terminal width. Knows nothing
 * of posts or languages. */
#include "base/text.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

static const char replacement[] = "\xef\xbf\xbd";

int text_compare(struct text a, struct text b)
{
    size_t shorter = a.length < b.length ? a.length : b.length;
    int order = shorter ? memcmp(a.data, b.data, shorter) : 0;
    if (order)
        return order;
    return a.length < b.length ? -1 : a.length > b.length;
}

/* Bytes of the valid character at data, or 0. Unicode 15, table 3-7. */
static size_t valid_length(const unsigned char *c, size_t length)
{
    if (c[0] < 0x80)
        return 1;
    if (c[0] < 0xc2 || c[0] > 0xf4)
        return 0;
    size_t need = c[0] < 0xe0 ? 2 : c[0] < 0xf0 ? 3 : 4;
    if (length < need)
        return 0;
    for (size_t i = 1; i < need; i++)
        if ((c[i] & 0xc0) != 0x80)
            return 0;
    if ((c[0] == 0xe0 && c[1] < 0xa0) || (c[0] == 0xed && c[1] > 0x9f) ||
        (c[0] == 0xf0 && c[1] < 0x90) || (c[0] == 0xf4 && c[1] > 0x8f))
        return 0;
    return need;
}

/* Sixteen bytes that are looked at together. */
typedef signed char block __attribute__((vector_size(16)));

static inline block block_at(const char *data)
{
    block b;
    memcpy(&b, data, sizeof(b));
    return b;
}

/* The highest bit of each. */
static inline unsigned block_bits(block b)
{
#ifdef __SSE2__
    return (unsigned)_mm_movemask_epi8((__m128i)b);
#else
    unsigned bits = 0;
    for (int i = 0; i < 16; i++)
        bits |= (unsigned)(b[i] < 0) << i;
    return bits;
#endif
}

/* The last sixteen bytes; before a shorter text spaces. */
static inline block block_last(const char *data, size_t length)
{
    char all[16];
    if (length >= 16)
        return block_at(data + length - 16);
    memset(all, ' ', sizeof(all));
    for (size_t i = 0; i < length; i++)
        all[16 - length + i] = data[i];
    return block_at(all);
}

/* Of up to sixteen bytes that are left of a text, those that are not from the
 * space to ~ (a sign: not ASCII). */
static inline unsigned unplain(const char *data, size_t length, size_t left)
{
    block b = left < 16 ? block_last(data, length)
                        : block_at(data + length - left);
    unsigned bits = block_bits((b < 0x20) | (b == 0x7f));
    return left < 16 ? bits >> (16 - left) : bits;
}

bool text_clean(const char *data, size_t length)
{
    for (size_t i = 0; i < length;) {
        unsigned bits = unplain(data, length, length - i);
        if (!bits) {
            i += 16;
            continue;
        }
        i += (size_t)__builtin_ctz(bits);
        unsigned char c = (unsigned char)data[i];
        size_t n = c < 0x80 ? 1 : valid_length((const unsigned char *)data + i,
                                               length - i);
        if (!n || (c < 0x20 && c != '\t' && c != '\n') || c == 0x7f)
            return false;
        i += n;
    }
    return true;
}

bool text_valid(const char *data, size_t length)
{
    bool ascii_end = !block_bits(block_last(data, length));
    for (size_t i = 0; i < length;) {
        while (length - i >= 64 &&
               !block_bits(block_at(data + i) | block_at(data + i + 16) |
                           block_at(data + i + 32) | block_at(data + i + 48)))
            i += 64;
        while (length - i >= 16 && !block_bits(block_at(data + i)))
            i += 16;
        if (length - i < 16 && ascii_end) /* or nothing is left */
            break;
        size_t n = valid_length((const unsigned char *)data + i, length - i);
        if (!n)
            return false;
        i += n;
    }
    return true;
}

struct text text_copy(struct arena *memory, const char *data, size_t length,
                      size_t limit)
{
    if (length <= limit && text_clean(data, length))
        return (struct text){ arena_copy(memory, data, length), length };

    size_t room = length * 3 < limit ? length * 3 : limit;
    char *out = arena_alloc(memory, room + 1);
    size_t used = 0;
    for (size_t i = 0; i < length;) {
        const unsigned char *c = (const unsigned char *)data + i;
        size_t n = valid_length(c, length - i);
        const char *piece = data + i;
        size_t size = n;
        if (!n || *c == 0) {
            piece = replacement;
            size = 3;
            n = 1;
        } else if ((*c < 0x20 && *c != '\t' && *c != '\n') || *c == 0x7f) {
            piece = " ";
        }
        if (used + size > room)
            break;
        memcpy(out + used, piece, size);
        used += size;
        i += n;
    }
    out[used] = '\0';
    return (struct text){ out, used };
}

size_t text_decode(const char *data, size_t length, uint32_t *point)
{
    const unsigned char *c = (const unsigned char *)data;
    size_t n = valid_length(c, length);
    switch (n) {
    case 1:
        *point = c[0];
        break;
    case 2:
        *point = (uint32_t)(c[0] & 0x1f) << 6 | (c[1] & 0x3f);
        break;
    case 3:
        *point = (uint32_t)(c[0] & 0x0f) << 12 | (uint32_t)(c[1] & 0x3f) << 6 |
                 (c[2] & 0x3f);
        break;
    case 4:
        *point = (uint32_t)(c[0] & 0x07) << 18 |
                 (uint32_t)(c[1] & 0x3f) << 12 |
                 (uint32_t)(c[2] & 0x3f) << 6 | (c[3] & 0x3f);
        break;
    default:
        *point = 0xfffd;
        n = 1;
    }
    return n;
}

size_t text_encode(uint32_t point, char out[4])
{
    static const unsigned char leads[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
    if (point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
        point = 0xfffd;
    size_t n = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = n; --i > 0; point >>= 6)
        out[i] = (char)(0x80 | (point & 0x3f));
    out[0] = (char)(leads[n] | point);
    return n;
}

uint32_t text_lower(uint32_t c)
{
    if (c < 0x80)
        return c >= 'A' && c <= 'Z' ? c + 32 : c;
    if ((c >= 0xc0 && c <= 0xde && c != 0xd7) || (c >= 0x391 && c <= 0x3a9) ||
        (c >= 0x410 && c <= 0x42f))
        return c + 32;
    if (c >= 0x400 && c <= 0x40f)
        return c + 80;
    if (c == 0x178)
        return 0xff;
    if ((c >= 0x100 && c <= 0x137 && c != 0x130) ||
        (c >= 0x14a && c <= 0x177) || (c >= 0x1e00 && c <= 0x1e95) ||
        (c >= 0x1ea0 && c <= 0x1eff) || (c >= 0x460 && c <= 0x481))
        return c | 1;
    if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e))
        return c & 1 ? c + 1 : c;
    return c;
}

/* Columns of one code point: ranges that are zero or two wide; the rest is
 * one. Coarse on purpose: East Asian blocks and emoji planes. */
static size_t point_columns(uint32_t c)
{
    static const struct { uint32_t from, to; unsigned char columns; } rows[] = {
        { 0x0300, 0x036f, 0 }, { 0x0483, 0x0489, 0 }, { 0x0591, 0x05bd, 0 },
        { 0x0610, 0x061a, 0 }, { 0x064b, 0x065f, 0 }, { 0x0e31, 0x0e31, 0 },
        { 0x0e34, 0x0e3a, 0 }, { 0x1100, 0x115f, 2 }, { 0x1ab0, 0x1aff, 0 },
        { 0x1dc0, 0x1dff, 0 }, { 0x200b, 0x200f, 0 }, { 0x202a, 0x202e, 0 },
        { 0x2060, 0x2064, 0 }, { 0x20d0, 0x20ff, 0 }, { 0x231a, 0x231b, 2 },
        { 0x23e9, 0x23ec, 2 }, { 0x25fd, 0x25fe, 2 }, { 0x2614, 0x2615, 2 },
        { 0x2648, 0x2653, 2 }, { 0x26a1, 0x26a1, 2 }, { 0x26bd, 0x26be, 2 },
        { 0x2705, 0x2705, 2 }, { 0x270a, 0x270b, 2 }, { 0x2728, 0x2728, 2 },
        { 0x274c, 0x274c, 2 }, { 0x2753, 0x2755, 2 }, { 0x2757, 0x2757, 2 },
        { 0x2795, 0x2797, 2 }, { 0x2b50, 0x2b50, 2 }, { 0x2e80, 0x303e, 2 },
        { 0x3041, 0x33ff, 2 }, { 0x3400, 0x4dbf, 2 }, { 0x4e00, 0x9fff, 2 },
        { 0xa000, 0xa4cf, 2 }, { 0xac00, 0xd7a3, 2 }, { 0xf900, 0xfaff, 2 },
        { 0xfe00, 0xfe0f, 0 }, { 0xfe30, 0xfe4f, 2 }, { 0xff00, 0xff60, 2 },
        { 0xffe0, 0xffe6, 2 }, { 0x1f300, 0x1f64f, 2 },
        { 0x1f680, 0x1f6ff, 2 }, { 0x1f900, 0x1f9ff, 2 },
        { 0x1fa70, 0x1faff, 2 }, { 0x20000, 0x3fffd, 2 },
        { 0xe0000, 0xe0fff, 0 },
    };
    if (c < 0x300)
        return 1;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        if (c <= rows[i].to)
            return c >= rows[i].from ? rows[i].columns : 1;
    return 1;
}

size_t text_columns(struct text t)
{
    size_t columns = 0;
    for (size_t i = 0; i < t.length;) {
        uint32_t point;
        i += text_decode(t.data + i, t.length - i, &point);
        columns += point_columns(point);
    }
    return columns;
}

struct text text_fit(struct text t, size_t columns)
{
    size_t used = 0, i = 0;
    while (i < t.length) {
        uint32_t point;
        size_t n = text_decode(t.data + i, t.length - i, &point);
        used += point_columns(point);
        if (used > columns)
            break;
        i += n;
    }
    return (struct text){ t.data, i };
}
