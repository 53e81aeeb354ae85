/* SPDX-License-Identifier: Apache-2.0 */
/* See sheet.h. */
#include "commands/sheet.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/tags.h"
#include "base/write.h"

enum form { NDJSON, CSV, SQLITE, FORMS };
static const char *const forms[FORMS] = { "ndjson", "csv", "sqlite" };

struct sheet {
    enum form form;
    const struct column *columns;
    int at;                 /* the cell that comes next */
    bool first;             /* nothing of this row was written yet */
    uint64_t rows;
    FILE *file;             /* stdout is not closed */
    struct buf line;
    struct sheet_sqlite *sqlite;
};

static void add_header(struct sheet *s)
{
    for (int i = 0; s->columns[i].type; i++) {
        if (i)
            buf_putc(&s->line, ',');
        buf_puts(&s->line, s->columns[i].name);
    }
    buf_putc(&s->line, '\n');
}

int sheet_check(const char *format, const char *path, struct error *err)
{
    int form = tag_index(forms, FORMS, format);
    if (form < 0)
        return error_set(err, ERROR_USAGE, "--format %.40s: ndjson, csv or "
                         "sqlite", format);
    return form == SQLITE && !path
               ? error_set(err, ERROR_USAGE, "--format sqlite needs --out "
                           "FILE") : 0;
}

int sheet_open(struct sheet **out, const char *format, const char *path,
               const char *table, const struct column *columns,
               struct error *err)
{
    struct sheet *s = mem_alloc(sizeof(*s));
    *out = NULL;
    s->form = (enum form)tag_index(forms, FORMS, format);
    s->columns = columns;
    s->first = true;
    if (s->form == SQLITE) {
        if (sheet_sqlite_open(&s->sqlite, path, table, columns, err))
            goto fail;
    } else {
        s->file = path ? fopen(path, "we") : stdout;
        if (!s->file) {
            error_set(err, ERROR_DENIED, "%s: %s", path, strerror(errno));
            goto fail;
        }
    }
    if (s->form == CSV)
        add_header(s);
    *out = s;
    return 0;
fail:
    mem_free(s);
    return -1;
}

/* What stands before the next cell's value. */
static void add_name(struct sheet *s)
{
    if (s->form == CSV && s->at)
        buf_putc(&s->line, ',');
    if (s->form == NDJSON)
        buf_printf(&s->line, "%s\"%s\":", s->first ? "{" : ",",
                   s->columns[s->at].name);
    s->first = false;
}

static void add_array(struct buf *line, struct text list)
{
    buf_putc(line, '[');
    while (list.length) {
        const char *comma = memchr(list.data, ',', list.length);
        size_t length = comma ? (size_t)(comma - list.data) : list.length;
        json_write(line, (struct text){ list.data, length });
        length += comma != NULL;
        list.data += length;
        list.length -= length;
        if (list.length)
            buf_putc(line, ',');
    }
    buf_putc(line, ']');
}

void sheet_text(struct sheet *s, struct text value)
{
    if (!value.length) {
        sheet_absent(s);
        return;
    }
    add_name(s);
    if (s->form == SQLITE)
        sheet_sqlite_text(s->sqlite, s->at, value);
    else if (s->form == CSV)
        csv_text(&s->line, value);
    else if (s->columns[s->at].type == COLUMN_LIST)
        add_array(&s->line, value);
    else
        json_write(&s->line, value);
    s->at++;
}

void sheet_number(struct sheet *s, int64_t value)
{
    add_name(s);
    if (s->form == SQLITE)
        sheet_sqlite_number(s->sqlite, s->at, value);
    else
        buf_printf(&s->line, "%" PRId64, value);
    s->at++;
}

void sheet_decimal(struct sheet *s, int64_t value)
{
    int64_t size = value < 0 ? -value : value;
    add_name(s);
    if (s->form == SQLITE)
        sheet_sqlite_real(s->sqlite, s->at, (double)value / 1000);
    else
        buf_printf(&s->line, "%s%" PRId64 ".%03d", value < 0 ? "-" : "",
                   size / 1000, (int)(size % 1000));
    s->at++;
}

void sheet_absent(struct sheet *s)
{
    if (s->form == CSV)
        add_name(s);
    s->at++;
}

int sheet_row(struct sheet *s, struct error *err)
{
    s->at = 0;
    s->rows++;
    if (s->form == SQLITE)
        return sheet_sqlite_row(s->sqlite, err);
    buf_puts(&s->line, s->form == CSV ? "\n" : s->first ? "{}\n" : "}\n");
    s->first = true;
    size_t length = s->line.length;
    int rc = fwrite(s->line.data, 1, length, s->file) == length ? 0 : -1;
    buf_clear(&s->line);
    return rc ? error_set(err, ERROR_SYSTEM, "the export cannot be written: "
                          "%s", strerror(errno)) : 0;
}

uint64_t sheet_rows(const struct sheet *s)
{
    return s->rows;
}

int sheet_close(struct sheet *s, struct error *err)
{
    int rc = 0;
    if (!s)
        return 0;
    if (s->sqlite)
        rc = sheet_sqlite_close(s->sqlite, err);
    if (s->line.length) /* a header without rows */
        fwrite(s->line.data, 1, s->line.length, s->file);
    if (s->file && (fflush(s->file) || ferror(s->file)))
        rc = error_set(err, ERROR_SYSTEM, "the export cannot be written: %s",
                       strerror(errno));
    if (s->file && s->file != stdout && fclose(s->file) && rc == 0)
        rc = error_set(err, ERROR_SYSTEM, "the export cannot be written: %s",
                       strerror(errno));
    buf_release(&s->line);
    mem_free(s);
    return rc;
}
