/* SPDX-License-Identifier: Apache-2.0 */
/* Writing a whole file so that a reader sees the old or the new one, never a
 * part. Not for pipes and devices. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/error.h"

/* Written beside path, synced, renamed over it; with the mode of the old one,
 * else 0644, less the umask. */
int file_replace(const char *path, const struct buf *content,
                 struct error *err);
/* With the mode 0600, whatever was there. */
int file_keep_secret(const char *path, const struct buf *content,
                     struct error *err);
/* The first bit by bit. Where the file system can, what is written has no name
 * until it is whole: a run that is killed leaves nothing. *beside takes the name
 * it has before path's, and is released by the caller. NULL: see err. */
FILE *file_begin(const char *path, struct buf *beside, struct error *err);
/* Closes it in any case; not whole: nothing is kept, and it is -1. */
int file_end(FILE *file, const char *path, const struct buf *beside,
             bool whole, struct error *err);

#endif
