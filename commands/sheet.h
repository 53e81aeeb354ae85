/* SPDX-License-Identifier: Apache-2.0 */
/* Rows with named cells, written as NDJSON, CSV or a table of an SQLite file.
 * Knows nothing of posts.
 *
 * The first row is not written: it says which columns there are. So each cell
 * is named where it is filled, and a sheet without rows has its header. */
#ifndef COMMANDS_SHEET_H
#define COMMANDS_SHEET_H

#include <stdint.h>
#include <stdio.h>

#include "base/error.h"
#include "base/text.h"

struct sheet;

/* Touches nothing. format: "ndjson", "csv" or "sqlite". path: where to; NULL:
 * standard output (not for sqlite). Path and table are borrowed. NULL: see
 * err. */
struct sheet *sheet_new(const char *format, const char *path,
                        const char *table, struct error *err);
/* This row names the columns: names need not last, and later rows may leave
 * them out. */
bool sheet_is_new(const struct sheet *s);
/* The next cell of the row. Empty texts, the time 0 and the nonzero number 0
 * are left out (NDJSON), empty (CSV) or NULL (SQLite). */
void sheet_text(struct sheet *s, const char *name, struct text value);
void sheet_time(struct sheet *s, const char *name, int64_t when);
void sheet_number(struct sheet *s, const char *name, uint64_t value);
void sheet_nonzero(struct sheet *s, const char *name, uint64_t value);
void sheet_decimal(struct sheet *s, const char *name, int64_t thousandths);
/* Words with commas between; an array in NDJSON. */
void sheet_list(struct sheet *s, const char *name, const char *words);
/* The row is complete. */
int sheet_row(struct sheet *s, struct error *err);
/* How many rows are written. */
uint64_t sheet_rows(const struct sheet *s);
/* Closes in any case; -1 when something could not be written, or it is not
 * whole: then a file, or the table, is as it was before (what a link leads to
 * is not). */
int sheet_close(struct sheet *s, bool whole, struct error *err);

#endif
