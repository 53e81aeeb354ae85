/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers as stored: big-endian in keys (so that they sort), varints (LEB128)
 * in values. Reading never passes the end: it says so once, at the end. */
#ifndef STORE_PACK_H
#define STORE_PACK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/text.h"

enum { VARINT_LIMIT = 10 };

static inline void pack_big(unsigned char *out, uint64_t value, int bytes)
{
    while (bytes--) {
        out[bytes] = (unsigned char)value;
        value >>= 8;
    }
}

static inline uint64_t unpack_big(const unsigned char *in, int bytes)
{
    uint64_t value = 0;
    for (int i = 0; i < bytes; i++)
        value = value << 8 | in[i];
    return value;
}

/* Returns the end of what was written, at most VARINT_LIMIT bytes on. */
static inline unsigned char *pack_varint(unsigned char *out, uint64_t value)
{
    while (value >= 0x80) {
        *out++ = (unsigned char)(value | 0x80);
        value >>= 7;
    }
    *out++ = (unsigned char)value;
    return out;
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

#endif
