/* SPDX-License-Identifier: Apache-2.0 */
/* A sheet as a table of an SQLite file: the only user of libsqlite3. One
 * transaction; an older table of the name is replaced. */
#include "commands/sheet.h"

#include <sqlite3.h>

#include "base/buf.h"
#include "base/mem.h"

struct sheet_sqlite {
    sqlite3 *db;
    sqlite3_stmt *insert;
    char *path;
};

static int fail(struct sheet_sqlite *s, struct error *err)
{
    return error_set(err, ERROR_SYSTEM, "%s: %s", s->path,
                     s->db ? sqlite3_errmsg(s->db) : "cannot be opened");
}

static void destroy(struct sheet_sqlite *s)
{
    sqlite3_finalize(s->insert);
    sqlite3_close(s->db);
    mem_free(s->path);
    mem_free(s);
}

/* Names are ours: letters and underscores. */
static void add_statements(struct buf *create, struct buf *insert,
                           const char *table, const struct column *columns,
                           size_t count)
{
    static const char *const types[] = { [COLUMN_TEXT] = "TEXT",
                                         [COLUMN_NUMBER] = "INTEGER",
                                         [COLUMN_DECIMAL] = "REAL" };
    buf_printf(create, "BEGIN; DROP TABLE IF EXISTS %s; CREATE TABLE %s(",
               table, table);
    buf_printf(insert, "INSERT INTO %s VALUES(", table);
    for (size_t i = 0; i < count; i++) {
        buf_printf(create, "%s\"%s\" %s", i ? "," : "", columns[i].name,
                   types[columns[i].type]);
        buf_puts(insert, i ? ",?" : "?");
    }
    buf_puts(create, ")");
    buf_puts(insert, ")");
}

int sheet_sqlite_open(struct sheet_sqlite **out, const char *path,
                      const char *table, const struct column *columns,
                      size_t count, struct error *err)
{
    struct sheet_sqlite *s = mem_alloc(sizeof(*s));
    struct buf create = BUF_INIT(0), insert = BUF_INIT(0);
    s->path = mem_string(path);
    add_statements(&create, &insert, table, columns, count);
    int rc = 0;
    if (sqlite3_open(path, &s->db) ||
        sqlite3_exec(s->db, create.data, NULL, NULL, NULL) ||
        sqlite3_prepare_v2(s->db, insert.data, -1, &s->insert, NULL))
        rc = fail(s, err);
    buf_release(&create);
    buf_release(&insert);
    *out = rc ? NULL : s;
    if (rc)
        destroy(s);
    return rc;
}

void sheet_sqlite_text(struct sheet_sqlite *s, size_t at, struct text value)
{
    sqlite3_bind_text(s->insert, (int)at + 1, value.data, (int)value.length,
                      SQLITE_TRANSIENT);
}

void sheet_sqlite_number(struct sheet_sqlite *s, size_t at, int64_t value)
{
    sqlite3_bind_int64(s->insert, (int)at + 1, value);
}

void sheet_sqlite_real(struct sheet_sqlite *s, size_t at, double value)
{
    sqlite3_bind_double(s->insert, (int)at + 1, value);
}

int sheet_sqlite_row(struct sheet_sqlite *s, struct error *err)
{
    int rc = sqlite3_step(s->insert) == SQLITE_DONE ? 0 : fail(s, err);
    sqlite3_reset(s->insert);
    sqlite3_clear_bindings(s->insert);
    return rc;
}

int sheet_sqlite_close(struct sheet_sqlite *s, struct error *err)
{
    int rc = 0;
    if (sqlite3_exec(s->db, "COMMIT", NULL, NULL, NULL))
        rc = fail(s, err);
    destroy(s);
    return rc;
}
