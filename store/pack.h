/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers as stored: big-endian in keys (so that they sort), varints (LEB128)
 * in values; and tags. Reading never passes the end: it says so once, at the
 * end. */
#ifndef STORE_PACK_H
#define STORE_PACK_H

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/tags.h"
#include "base/text.h"

enum { VARINT_LIMIT = 10, TAGS_LIMIT = 8 };

/* 1 to 8 bytes. */
static inline void pack_big(unsigned char *out, uint64_t value, int bytes)
{
    value = htobe64(value << 8 * (8 - bytes));
    memcpy(out, &value, (size_t)bytes);
}

static inline uint64_t unpack_big(const unsigned char *in, int bytes)
{
    uint64_t value = 0;
    memcpy(&value, in, (size_t)bytes);
    return be64toh(value) >> 8 * (8 - bytes);
}

/* Where most bytes more can be written without asking byte by byte, and after
 * that the end of what was (byte by byte cost a fifth of an append). */
static inline unsigned char *pack_room(struct buf *out, size_t most)
{
    size_t need = out->length + most + 1;
    if (need > out->room) {
        out->room = need + need / 2;
        out->data = mem_resize(out->data, out->room);
    }
    return (unsigned char *)out->data + out->length;
}

static inline void pack_end(struct buf *out, const unsigned char *end)
{
    out->length = (size_t)(end - (const unsigned char *)out->data);
    out->data[out->length] = '\0';
}

/* Returns the end of what was written; there must be room for VARINT_LIMIT
 * bytes, or for two when value is less than 1 << 14. Whether one or two are
 * needed is not worth a guess. */
static inline unsigned char *pack_varint(unsigned char *out, uint64_t value)
{
    while (value >= 1 << 14) {
        *out++ = (unsigned char)(value | 0x80);
        value >>= 7;
    }
    bool two = value >= 0x80;
    out[0] = (unsigned char)(value | (unsigned)two << 7);
    out[1] = (unsigned char)(value >> 7);
    return out + 1 + two;
}

static inline uint64_t zigzag(int64_t value)
{
    return (uint64_t)value << 1 ^ (value < 0 ? ~(uint64_t)0 : 0);
}

static inline int64_t unzigzag(uint64_t value)
{
    return (int64_t)(value >> 1 ^ (~(value & 1) + 1));
}

/* A reader over stored bytes. After a read past the end, or a wrong varint,
 * broken is set and everything reads as zero and empty. */
struct unpack {
    const unsigned char *at, *end;
    bool broken;
};

static inline struct unpack unpack_of(struct text bytes)
{
    const unsigned char *data = (const unsigned char *)bytes.data;
    return (struct unpack){ data, data + bytes.length, false };
}

static inline uint64_t unpack_varint_long(struct unpack *u)
{
    uint64_t value = 0;
    for (int shift = 0; shift < 64 && u->at < u->end; shift += 7) {
        unsigned char byte = *u->at++;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return value;
    }
    u->broken = true;
    u->at = u->end;
    return 0;
}

static inline uint64_t unpack_varint(struct unpack *u)
{
    if (u->at < u->end && *u->at < 0x80)
        return *u->at++;
    if (u->end - u->at > 1 && u->at[1] < 0x80) { /* few are longer */
        u->at += 2;
        return (uint64_t)(u->at[-2] & 0x7f) | (uint64_t)u->at[-1] << 7;
    }
    return unpack_varint_long(u);
}

/* length bytes, borrowed; NULL (and broken) when there are fewer. */
static inline const unsigned char *unpack_bytes(struct unpack *u,
                                                uint64_t length)
{
    if (length > (uint64_t)(u->end - u->at)) {
        u->broken = true;
        u->at = u->end;
        return NULL;
    }
    const unsigned char *data = u->at;
    u->at += length;
    return data;
}

static inline struct text unpack_text(struct unpack *u)
{
    uint64_t length = unpack_varint(u);
    const unsigned char *data = unpack_bytes(u, length);
    if (!data)
        return (struct text){ "", 0 };
    return (struct text){ (const char *)data, (size_t)length };
}

/* Tags: one byte says the label (2 bits), which others are not zero, and two
 * bits of the caller's; then those: score (zigzag), channels, intents (a byte
 * each), aspects. Returns the end, at most TAGS_LIMIT bytes on. */
enum { TAGS_SCORE = 4, TAGS_CHANNELS = 8, TAGS_INTENTS = 16,
       TAGS_ASPECTS = 32, TAGS_EXTRA = 6 };

static inline unsigned char *pack_tags(unsigned char *out,
                                       const struct tags *t, unsigned extra)
{
    unsigned char *which = out++;
    *which = (unsigned char)((t->label & 3) | extra << TAGS_EXTRA |
                             (t->score ? TAGS_SCORE : 0) |
                             (t->channels ? TAGS_CHANNELS : 0) |
                             (t->intents ? TAGS_INTENTS : 0) |
                             (t->aspects ? TAGS_ASPECTS : 0));
    if (t->score)
        out = pack_varint(out, zigzag(t->score));
    *out = t->channels;
    out += t->channels != 0;
    *out = t->intents;
    out += t->intents != 0;
    return t->aspects ? pack_varint(out, t->aspects) : out;
}

static inline uint8_t unpack_byte(struct unpack *u)
{
    const unsigned char *byte = unpack_bytes(u, 1);
    return byte ? *byte : 0;
}

static inline struct tags unpack_tags(struct unpack *u, unsigned *extra)
{
    struct tags t = { 0 };
    unsigned which = unpack_byte(u);
    *extra = which >> TAGS_EXTRA;
    t.label = which & 3;
    if (which & TAGS_SCORE)
        t.score = (int16_t)unzigzag(unpack_varint(u));
    if (which & TAGS_CHANNELS)
        t.channels = unpack_byte(u);
    if (which & TAGS_INTENTS)
        t.intents = unpack_byte(u);
    if (which & TAGS_ASPECTS)
        t.aspects = (uint16_t)unpack_varint(u);
    return t;
}

#endif
