/* SPDX-License-Identifier: Apache-2.0 */
/* See sheet.h. The only user of libsqlite3: one transaction; an older table of
 * the name is replaced. What does not become whole leaves no trace. */
#include "commands/sheet.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/tags.h"
#include "base/write.h"

enum form { NDJSON, CSV, SQLITE, FORMS };
static const char *const forms[FORMS] = { "ndjson", "csv", "sqlite" };

enum column_type { COLUMN_TEXT, COLUMN_NUMBER, COLUMN_DECIMAL };
static const char *const sqlite_types[] = { "TEXT", "INTEGER", "REAL" };

struct column {
    char *name;
    enum column_type type;
};

struct sheet {
    enum form form;
    const char *path, *table;
    struct column *columns; /* owned, with their names */
    size_t count, room;
    bool open;              /* the columns are known */
    size_t at;              /* the cell that comes next */
    uint64_t rows;
    FILE *file;             /* stdout is not closed */
    struct buf beside;      /* its name until it is whole; empty: it has path */
    struct buf line;
    struct writer writer;   /* into line */
    sqlite3 *db;
    sqlite3_stmt *insert;
};

struct sheet *sheet_new(const char *format, const char *path,
                        const char *table, struct error *err)
{
    int form = tag_index(forms, FORMS, format);
    if (form < 0 || (form == SQLITE && !path)) {
        error_set(err, ERROR_USAGE, form < 0
                  ? "--format %.40s: ndjson, csv or sqlite"
                  : "--format %.40s needs --out FILE", format);
        return NULL;
    }
    struct sheet *s = mem_alloc(sizeof(*s));
    s->form = (enum form)form;
    s->path = path;
    s->table = table;
    s->writer = (struct writer){ .out = &s->line, .csv = s->form == CSV,
                                 .one_line = true };
    return s;
}

bool sheet_is_new(const struct sheet *s)
{
    return !s->open;
}

/* ---- cells --------------------------------------------------------------- */

/* An empty value: nothing is written. A database makes a number of its text by
 * the column's type. */
static void put_cell(struct sheet *s, const char *name, enum column_type type,
                     struct text value)
{
    if (!s->open) {
        s->columns = mem_grow(s->columns, &s->room, s->count,
                              sizeof(*s->columns));
        s->columns[s->count++] = (struct column){ mem_string(name), type };
        return;
    }
    const char *column = s->columns[s->at++].name;
    if (s->form == SQLITE && value.length)
        sqlite3_bind_text(s->insert, (int)s->at, value.data,
                          (int)value.length, SQLITE_TRANSIENT);
    else if (s->form == CSV || value.length)
        (type == COLUMN_TEXT ? write_slice : write_json)(&s->writer, column,
                                                         value);
}

void sheet_text(struct sheet *s, const char *name, struct text value)
{
    put_cell(s, name, COLUMN_TEXT, value);
}

void sheet_time(struct sheet *s, const char *name, int64_t when)
{
    char text[CLOCK_TEXT];
    sheet_text(s, name, when ? text_of(clock_format(when, text)) : TEXT(""));
}

void sheet_list(struct sheet *s, const char *name, const char *words)
{
    if (s->form != NDJSON || !s->open || !*words) {
        sheet_text(s, name, text_of(words));
        return;
    }
    write_begin(&s->writer, s->columns[s->at++].name, '[');
    for (struct text left = text_of(words), word; text_next(&left, ',', &word);)
        write_slice(&s->writer, NULL, word);
    write_end(&s->writer, ']');
}

void sheet_number(struct sheet *s, const char *name, uint64_t value)
{
    char text[24];
    snprintf(text, sizeof(text), "%" PRIu64, value);
    put_cell(s, name, COLUMN_NUMBER, text_of(text));
}

void sheet_nonzero(struct sheet *s, const char *name, uint64_t value)
{
    if (value)
        sheet_number(s, name, value);
    else
        put_cell(s, name, COLUMN_NUMBER, TEXT(""));
}

void sheet_decimal(struct sheet *s, const char *name, int64_t value)
{
    int64_t size = value < 0 ? -value : value;
    char text[32];
    snprintf(text, sizeof(text), "%s%" PRId64 ".%03d", value < 0 ? "-" : "",
             size / 1000, (int)(size % 1000));
    put_cell(s, name, COLUMN_DECIMAL, text_of(text));
}

/* ---- rows ---------------------------------------------------------------- */

static int fail(const struct sheet *s, struct error *err)
{
    return error_set(err, ERROR_SYSTEM, "%s: the export cannot be written: %s",
                     s->path ? s->path : "stdout", strerror(errno));
}

static void begin_row(struct sheet *s)
{
    buf_clear(&s->line);
    s->writer.within = false; /* rows are no list */
    write_begin(&s->writer, NULL, '{');
    s->at = 0;
}

static int fail_sqlite(const struct sheet *s, struct error *err)
{
    return error_set(err, ERROR_SYSTEM, "%s: %s", s->path,
                     s->db ? sqlite3_errmsg(s->db) : "cannot be opened");
}

/* A new one has another name until it is whole, and so there is nothing to go
 * back to: a run that is killed leaves no file of path's name, and no journal.
 * Names of tables and columns are ours: letters and underscores. */
static int open_database(struct sheet *s, struct error *err)
{
    struct buf create = BUF_INIT(0), insert = BUF_INIT(0);
    struct stat there;
    if (lstat(s->path, &there) && errno == ENOENT) {
        buf_printf(&s->beside, "%s.%ld~", s->path, (long)getpid());
        unlink(s->beside.data); /* of a run that was killed, or a trap: a link */
        buf_puts(&create, "PRAGMA journal_mode = OFF; ");
    }
    buf_printf(&create, "BEGIN; DROP TABLE IF EXISTS %s; CREATE TABLE %s(",
               s->table, s->table);
    buf_printf(&insert, "INSERT INTO %s VALUES(", s->table);
    for (size_t i = 0; i < s->count; i++) {
        buf_printf(&create, "%s\"%s\" %s", i ? "," : "", s->columns[i].name,
                   sqlite_types[s->columns[i].type]);
        buf_puts(&insert, i ? ",?" : "?");
    }
    buf_puts(&create, ")");
    buf_puts(&insert, ")");
    int rc = 0;
    if (sqlite3_open(s->beside.length ? s->beside.data : s->path, &s->db) ||
        sqlite3_exec(s->db, create.data, NULL, NULL, NULL) ||
        sqlite3_prepare_v2(s->db, insert.data, -1, &s->insert, NULL))
        rc = fail_sqlite(s, err);
    buf_release(&create);
    buf_release(&insert);
    return rc;
}

static int open_file(struct sheet *s, struct error *err)
{
    struct stat there;
    if (!s->path)
        s->file = stdout;
    else if (lstat(s->path, &there) == 0 && !S_ISREG(there.st_mode))
        s->file = fopen(s->path, "we"); /* a pipe, or a link: it stays one */
    else if (!(s->file = file_begin(s->path, &s->beside, err)))
        return -1;
    if (!s->file)
        return error_set(err, ERROR_DENIED, "%s: %s", s->path,
                         strerror(errno));
    for (size_t i = 0; s->form == CSV && i < s->count; i++)
        fprintf(s->file, "%s%s", i ? "," : "", s->columns[i].name);
    if (s->form == CSV)
        fputc('\n', s->file);
    begin_row(s);
    return 0;
}

int sheet_row(struct sheet *s, struct error *err)
{
    if (!s->open) { /* the columns are known now */
        s->open = true;
        return (s->form == SQLITE ? open_database : open_file)(s, err);
    }
    s->rows++;
    if (s->form == SQLITE) {
        int rc = sqlite3_step(s->insert) == SQLITE_DONE ? 0
                                                        : fail_sqlite(s, err);
        sqlite3_reset(s->insert);
        sqlite3_clear_bindings(s->insert);
        s->at = 0;
        return rc;
    }
    write_end(&s->writer, '}');
    if (s->form == NDJSON)
        buf_putc(&s->line, '\n');
    bool whole = fwrite(s->line.data, 1, s->line.length, s->file) ==
                 s->line.length;
    begin_row(s);
    return whole ? 0 : fail(s, err);
}

uint64_t sheet_rows(const struct sheet *s)
{
    return s->rows;
}

/* Gives a new database its name, if nobody else's has it by now: of those who
 * make one at the same moment the last would take away what the others wrote.
 * Each file system can one of the two, or none. */
static int take_name(const struct sheet *s, struct error *err)
{
    const char *from = s->beside.data;
    if (renameat2(AT_FDCWD, from, AT_FDCWD, s->path, RENAME_NOREPLACE) == 0 ||
        (errno != EEXIST && link(from, s->path) == 0))
        return 0;
    if (errno == EEXIST)
        return error_set(err, ERROR_BUSY, "%s: another process made it "
                         "meanwhile; run this again", s->path);
    return error_set(err, ERROR_SYSTEM, "%s: this file system cannot give a "
                     "database its name (%s): export into another folder and "
                     "move it", s->path, strerror(errno));
}

static int close_database(struct sheet *s, bool whole, struct error *err)
{
    int rc = whole ? 0 : -1;
    sqlite3_finalize(s->insert);
    if (rc == 0 && sqlite3_exec(s->db, "COMMIT", NULL, NULL, NULL))
        rc = fail_sqlite(s, err);
    sqlite3_close(s->db); /* which rolls back what is not committed */
    if (!s->beside.length)
        return rc;
    if (rc == 0)
        rc = take_name(s, err);
    unlink(s->beside.data);
    return rc;
}

static int close_file(struct sheet *s, bool whole, struct error *err)
{
    if (s->beside.length)
        return file_end(s->file, s->path, &s->beside, whole, err);
    int rc = whole ? 0 : -1;
    if (rc == 0 && (fflush(s->file) || ferror(s->file)))
        rc = fail(s, err);
    if (s->file != stdout && fclose(s->file) && rc == 0)
        rc = fail(s, err);
    return rc;
}

int sheet_close(struct sheet *s, bool whole, struct error *err)
{
    int rc = s->db     ? close_database(s, whole, err)
             : s->file ? close_file(s, whole, err)
                       : -1;
    for (size_t i = 0; i < s->count; i++)
        mem_free(s->columns[i].name);
    mem_free(s->columns);
    buf_release(&s->line);
    buf_release(&s->beside);
    mem_free(s);
    return rc;
}
