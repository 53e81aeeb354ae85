/* SPDX-License-Identifier: Apache-2.0 */
/* What `swell import` asks of the file collector beside the contract of
 * collector.h: numbers to show. */
#ifndef COLLECTORS_FILE_H
#define COLLECTORS_FILE_H

#include "collectors/collector.h"

extern const struct collector collector_file;

struct file_counts {
    uint64_t posts;        /* given so far */
    uint64_t bytes, size;  /* of the file: read, all (0: unknown) */
    uint64_t ignored;      /* keys or columns that have no meaning for us */
    char ignored_name[80]; /* the first of them */
};
void file_counts(const struct collection *c, struct file_counts *out);

#endif
