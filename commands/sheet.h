/* SPDX-License-Identifier: Apache-2.0 */
/* Rows with named columns, written as NDJSON, CSV or a table of an SQLite
 * file. Knows nothing of posts. */
#ifndef COMMANDS_SHEET_H
#define COMMANDS_SHEET_H

#include <stdint.h>
#include <stdio.h>

#include "base/error.h"
#include "base/text.h"

enum column_type {
    COLUMN_END,
    COLUMN_TEXT,
    COLUMN_NUMBER,
    COLUMN_DECIMAL,
    COLUMN_LIST,    /* words with commas between; an array in JSON */
};

struct column {
    const char *name;
    enum column_type type;
};

struct sheet;

/* Can such a sheet be written there? Touches nothing. format: "ndjson", "csv"
 * or "sqlite". path: where to; NULL: standard output (not for sqlite). */
int sheet_check(const char *format, const char *path, struct error *err);
/* Of a format and path that were checked. Columns end with COLUMN_END and are
 * borrowed. */
int sheet_open(struct sheet **out, const char *format, const char *path,
               const char *table, const struct column *columns,
               struct error *err);
/* The next cell of the row, in the order of the columns. Empty texts and
 * absent numbers are left out (NDJSON), empty (CSV) or NULL (SQLite). */
void sheet_text(struct sheet *s, struct text value);
void sheet_number(struct sheet *s, int64_t value);
void sheet_decimal(struct sheet *s, int64_t thousandths);
void sheet_absent(struct sheet *s);
/* The row is complete. */
int sheet_row(struct sheet *s, struct error *err);
/* How many rows are complete. */
uint64_t sheet_rows(const struct sheet *s);
/* Closes in any case; -1 when something could not be written. */
int sheet_close(struct sheet *s, struct error *err);

/* sheet_sqlite.c: the only user of libsqlite3. */
struct sheet_sqlite;
int sheet_sqlite_open(struct sheet_sqlite **out, const char *path,
                      const char *table, const struct column *columns,
                      struct error *err);
void sheet_sqlite_text(struct sheet_sqlite *s, int column, struct text value);
void sheet_sqlite_number(struct sheet_sqlite *s, int column, int64_t value);
void sheet_sqlite_real(struct sheet_sqlite *s, int column, double value);
int sheet_sqlite_row(struct sheet_sqlite *s, struct error *err);
int sheet_sqlite_close(struct sheet_sqlite *s, struct error *err);

#endif
