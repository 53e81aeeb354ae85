/* SPDX-License-Identifier: Apache-2.0 */
/* See file_unpack.h. Archives made of several members one after the other
 * (gzip's concatenation, zstd's frames, as log shippers write them) read as
 * one; a cut archive gives what it holds and then says so. */
#include "collectors/file_unpack.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "base/mem.h"

enum {
    RAW_ROOM = 256 * 1024,
    WINDOW_LOG = 31, /* Pushshift's archives need 2 GiB of window */
};

enum packing { PACKING_UNKNOWN, PACKING_PLAIN, PACKING_GZIP, PACKING_ZSTD };

struct unpacker {
    int fd;
    enum packing packing;
    bool inside;         /* a member has begun and not ended */
    bool fd_ended;
    uint64_t taken;
    z_stream gzip;
    ZSTD_DStream *zstd;
    size_t at, length;   /* of raw */
    unsigned char raw[RAW_ROOM];
};

struct unpacker *unpacker_open(int fd)
{
    struct unpacker *u = mem_alloc(sizeof(*u));
    u->fd = fd;
    return u;
}

void unpacker_close(struct unpacker *u)
{
    if (!u)
        return;
    if (u->packing == PACKING_GZIP)
        inflateEnd(&u->gzip);
    ZSTD_freeDStream(u->zstd);
    mem_free(u);
}

void unpacker_moved(struct unpacker *u)
{
    u->at = 0;
    u->length = 0;
    u->taken = 0;
    u->fd_ended = false;
}

static long read_some(struct unpacker *u, void *out, size_t length,
                      struct error *err)
{
    ssize_t n;
    do
        n = read(u->fd, out, length);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return error_set(err, ERROR_SYSTEM, "cannot read: %s",
                         strerror(errno));
    u->taken += (uint64_t)n;
    u->fd_ended = n == 0;
    return n;
}

/* Refill raw when it is used up. */
static int refill(struct unpacker *u, struct error *err)
{
    if (u->at < u->length || u->fd_ended)
        return 0;
    u->at = 0;
    u->length = 0;
    long n = read_some(u, u->raw, sizeof(u->raw), err);
    if (n < 0)
        return -1;
    u->length = (size_t)n;
    return 0;
}

static bool starts(const struct unpacker *u, const char *magic, size_t length)
{
    return u->length - u->at >= length &&
           memcmp(u->raw + u->at, magic, length) == 0;
}

/* The first four bytes decide; a pipe may give them one at a time. */
static int look(struct unpacker *u, struct error *err)
{
    while (u->length < 4 && !u->fd_ended) {
        long n = read_some(u, u->raw + u->length,
                           sizeof(u->raw) - u->length, err);
        if (n < 0)
            return -1;
        u->length += (size_t)n;
    }
    u->packing = PACKING_PLAIN;
    if (starts(u, "\x1f\x8b", 2)) {
        if (inflateInit2(&u->gzip, 15 + 16) != Z_OK)
            return error_set(err, ERROR_SYSTEM, "zlib does not start");
        u->packing = PACKING_GZIP;
    } else if (starts(u, "\x28\xb5\x2f\xfd", 4) ||
               (u->length >= 4 && (u->raw[0] & 0xf0) == 0x50 &&
                memcmp(u->raw + 1, "\x2a\x4d\x18", 3) == 0)) {
        u->zstd = ZSTD_createDStream();
        ZSTD_DCtx_setParameter(u->zstd, ZSTD_d_windowLogMax, WINDOW_LOG);
        u->packing = PACKING_ZSTD;
    }
    return 0;
}

static int cut_off(const char *kind, struct error *err)
{
    return error_set(err, ERROR_INPUT, "the %s archive is cut off: its end "
                     "is missing (what it held up to there was read)", kind);
}

static long read_gzip(struct unpacker *u, char *out, size_t length,
                      struct error *err)
{
    u->gzip.next_out = (unsigned char *)out;
    u->gzip.avail_out = (unsigned)length;
    while (u->gzip.avail_out == length) {
        if (refill(u, err) < 0)
            return -1;
        if (u->at == u->length)
            return u->inside ? cut_off("gzip", err) : 0;
        if (!u->inside && u->raw[u->at] != 0x1f)
            return error_set(err, ERROR_INPUT, "there are bytes after the "
                             "gzip archive's end that are not gzip");
        u->inside = true;
        u->gzip.next_in = u->raw + u->at;
        u->gzip.avail_in = (unsigned)(u->length - u->at);
        int rc = inflate(&u->gzip, Z_NO_FLUSH);
        u->at = u->length - u->gzip.avail_in;
        if (rc == Z_STREAM_END) {
            u->inside = false;
            inflateReset(&u->gzip);
        } else if (rc != Z_OK && rc != Z_BUF_ERROR) {
            if (u->gzip.avail_out < length)
                break; /* give what is good; the error comes again */
            return error_set(err, ERROR_INPUT, "the gzip archive is damaged "
                             "(%s)", u->gzip.msg ? u->gzip.msg : "zlib");
        }
    }
    return (long)(length - u->gzip.avail_out);
}

static long read_zstd(struct unpacker *u, char *out, size_t length,
                      struct error *err)
{
    ZSTD_outBuffer to = { out, length, 0 };
    while (to.pos == 0) {
        if (refill(u, err) < 0)
            return -1;
        bool end = u->at == u->length;
        if (end && !u->inside)
            return 0;
        ZSTD_inBuffer from = { u->raw, u->length, u->at };
        size_t rc = ZSTD_decompressStream(u->zstd, &to, &from);
        u->at = from.pos;
        if (ZSTD_isError(rc))
            return error_set(err, ERROR_INPUT, "the zstd archive is damaged "
                             "(%s)", ZSTD_getErrorName(rc));
        u->inside = rc != 0;
        if (end && to.pos == 0 && u->inside)
            return cut_off("zstd", err);
    }
    return (long)to.pos;
}

long unpacker_read(struct unpacker *u, char *out, size_t length,
                   struct error *err)
{
    if (u->packing == PACKING_UNKNOWN && look(u, err) < 0)
        return -1;
    if (u->packing == PACKING_GZIP)
        return read_gzip(u, out, length, err);
    if (u->packing == PACKING_ZSTD)
        return read_zstd(u, out, length, err);
    if (u->at < u->length) {
        size_t left = u->length - u->at;
        memcpy(out, u->raw + u->at, left);
        u->at = u->length;
        return (long)left;
    }
    return u->fd_ended ? 0 : read_some(u, out, length, err);
}

bool unpacker_packed(const struct unpacker *u)
{
    return u->packing == PACKING_GZIP || u->packing == PACKING_ZSTD;
}

uint64_t unpacker_taken(const struct unpacker *u)
{
    return u->taken;
}
