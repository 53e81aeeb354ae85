/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes of a file descriptor, unpacked when they are gzip or zstd. The only
 * user of zlib and libzstd. */
#ifndef COLLECTORS_FILE_UNPACK_H
#define COLLECTORS_FILE_UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct unpacker;

/* Borrows fd. */
struct unpacker *unpacker_open(int fd);
void unpacker_close(struct unpacker *u);
/* The descriptor of a plain file was moved: go on where it is now. What stands
 * there is no archive, whatever its first bytes look like. */
void unpacker_moved(struct unpacker *u);

/* Up to length bytes (at least 64 KiB of room) into out. Bytes read, 0 at
 * the end, -1: err; what was read before is good. */
long unpacker_read(struct unpacker *u, char *out, size_t length,
                   struct error *err);

bool unpacker_packed(const struct unpacker *u);
uint64_t unpacker_taken(const struct unpacker *u); /* bytes of fd used */

#endif
