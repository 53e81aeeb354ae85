/* SPDX-License-Identifier: Apache-2.0 */
/* Writing a whole file so that a reader sees the old or the new one, never a
 * part. Not for streams. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/buf.h"
#include "base/error.h"

/* Written beside path, synced, renamed over it; with the mode of the old one,
 * else 0644, less the umask. */
int file_replace(const char *path, const struct buf *content,
                 struct error *err);

#endif
