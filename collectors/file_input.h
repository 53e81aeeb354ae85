/* SPDX-License-Identifier: Apache-2.0 */
/* Lines and CSV records of a file as it is: plain, gzip or zstd by content,
 * a path or standard input. Memory stays flat whatever the file holds. */
#ifndef COLLECTORS_FILE_INPUT_H
#define COLLECTORS_FILE_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"

enum {
    FILE_LINE_LIMIT = 1 << 20, /* a longer line is refused */
    FILE_COLUMNS = 256,        /* of a CSV or TSV file */
};

struct file_input;

enum file_line { FILE_LINE_ERROR = -1, FILE_LINE_END, FILE_LINE_GOOD,
                 FILE_LINE_BAD /* refused and passed over; err says why */ };

/* path "-": standard input. Refuses a directory. */
int file_input_open(struct file_input **out, const char *path,
                    struct error *err);
void file_input_close(struct file_input *in);

/* The next line with its newline, when it has one. Valid until the next
 * call. FILE_LINE_ERROR comes after all that could be read was given. */
enum file_line file_input_line(struct file_input *in, struct text *line,
                               struct error *err);

/* The next record, split at the delimiter, quotes undone (RFC 4180); no
 * fields: a blank line. */
enum file_line file_input_record(struct file_input *in, char delimiter,
                                 struct text fields[FILE_COLUMNS],
                                 size_t *count, struct error *err);

/* Put the last line back; for looking at the first one. */
void file_input_unread(struct file_input *in);

/* Where the last line or record began: from 1. */
uint64_t file_input_number(const struct file_input *in);

/* For a cursor: bytes and lines up to the end of the last line that had a
 * newline. false when the file cannot be gone on with there (packed, a
 * pipe). */
bool file_input_position(const struct file_input *in, uint64_t *offset,
                         uint64_t *lines);
/* Go on there; before the first line only. line is what to count from. */
int file_input_seek(struct file_input *in, uint64_t offset, uint64_t line,
                    struct error *err);
/* A hash of the first bytes of the file, up to limit: is it still the same?
 * 0 when it is shorter or cannot be read again. */
uint64_t file_input_mark(const struct file_input *in, uint64_t limit);

/* Bytes of the file read, and its size (0: unknown). */
void file_input_progress(const struct file_input *in, uint64_t *done,
                         uint64_t *total);

#endif
