/* SPDX-License-Identifier: Apache-2.0 */
/* One record of a table (RFC 4180; between tabs there are no quotes) in bytes
 * that lie in memory: where its fields are. Reads nothing. */
#ifndef COLLECTORS_FILE_RECORD_H
#define COLLECTORS_FILE_RECORD_H

#include <stdbool.h>

#include "base/text.h"

struct file_record {
    char delimiter;
    struct text *fields;       /* room for FILE_COLUMNS */
    size_t count, used;        /* fields; bytes, with the newline */
    const char *why;           /* it is broken */
};

enum record { RECORD_WHOLE, RECORD_MORE /* bytes are needed */,
              RECORD_BROKEN };

/* ended: no more bytes come, a last record needs no newline. */
enum record file_record_scan(struct file_record *r, const char *data,
                             size_t length, bool ended);
/* Undo the doubled quotes of a whole one, in place. Returns its newlines. */
size_t file_record_take(struct file_record *r, char *data);

#endif
