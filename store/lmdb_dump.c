/* SPDX-License-Identifier: Apache-2.0 */
/* The file as text and back, in the format of mdb_dump -a and mdb_load, so
 * that lmdb-utils can read what we write and we what they write. Knows
 * nothing of what the rows mean. */
#include "store/lmdb.h"

#include <string.h>

enum { ROWS_AT_ONCE = 10000, BYTES_AT_ONCE = 16 * 1024 * 1024,
       VALUE_LIMIT = 64 * 1024 * 1024 };

/* ---- out ---- */

static void add_hex(struct buf *out, const MDB_val *v)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *data = v->mv_data;
    buf_putc(out, ' ');
    for (size_t i = 0; i < v->mv_size; i++) {
        char two[2] = { digits[data[i] >> 4], digits[data[i] & 15] };
        buf_add(out, two, 2);
    }
    buf_putc(out, '\n');
}

static int dump_table(struct txn t, enum table table, store_write *write,
                      void *context)
{
    struct buf out = BUF_INIT(0);
    MDB_stat st;
    MDB_envinfo info;
    int rc = mdb_stat(t.mdb, t.s->table[table], &st);
    if (rc == 0)
        rc = mdb_env_info(t.s->env, &info);
    if (rc)
        return rc;
    buf_printf(&out, "VERSION=3\nformat=bytevalue\ndatabase=%s\ntype=btree\n"
               "mapsize=%zu\nmaxreaders=%u\n%sdb_pagesize=%u\nHEADER=END\n",
               table_names[table], info.me_mapsize, info.me_maxreaders,
               table_flags(table) ? "duplicates=1\ndupsort=1\ndupfixed=1\n"
                                  : "",
               st.ms_psize);
    struct scan r = scan_from(t, table, NULL, 0);
    for (; r.rc == 0; scan_next(&r)) {
        add_hex(&out, &r.key);
        add_hex(&out, &r.value);
        if (out.length >= 64 * KiB) {
            r.rc = write(context, out.data, out.length) ? TOLD_WHY : 0;
            buf_clear(&out);
        }
    }
    rc = scan_end(&r);
    if (rc == 0) {
        buf_puts(&out, "DATA=END\n");
        rc = write(context, out.data, out.length) ? TOLD_WHY : 0;
    }
    buf_release(&out);
    return rc;
}

/* By name, as mdb_dump -a goes. */
static int compare_names(const void *a, const void *b)
{
    return strcmp(table_names[*(const enum table *)a],
                  table_names[*(const enum table *)b]);
}

int lmdb_dump(struct store *base, store_write *write, void *context,
              struct error *err)
{
    enum table order[TABLES];
    struct txn t;
    int rc = 0;
    for (int i = 0; i < TABLES; i++)
        order[i] = (enum table)i;
    qsort(order, TABLES, sizeof(*order), compare_names);
    if (lmdb_read_begin(base, &t, err))
        return -1;
    for (int i = 0; i < TABLES && rc == 0; i++)
        rc = dump_table(t, order[i], write, context);
    if (rc == TOLD_WHY)
        error_set(err, ERROR_SYSTEM, "%s: the dump could not be written",
                  t.s->path);
    return lmdb_read_end(t, rc, "dumping", err);
}

/* ---- in ---- */

struct loaded {
    enum table table;
    size_t line, at, key_length, length;   /* at: the key, then the value */
};

struct load {
    store_line *next;
    void *context;
    size_t line;
    int table;            /* -1: between two tables */
    int tables;           /* so many were there */
    bool over;
    struct loaded *rows;  /* owned: of one transaction */
    size_t count, room;
    struct buf bytes;
    char format[16];      /* written last: what is cut off is no store */
};

static int next_line(struct load *l, struct text *line, struct error *err)
{
    int more = l->next(l->context, line);
    l->line++;
    if (more < 0)
        return error_set(err, ERROR_SYSTEM, "the dump cannot be read");
    l->over = more == 0;
    return 0;
}

static int wrong(const struct load *l, const char *what, struct error *err)
{
    return error_set(err, ERROR_INPUT, "line %zu of the dump: %s", l->line,
                     what);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Adds to what was read. */
static int read_hex(struct load *l, struct text line, struct error *err)
{
    if (line.length % 2 != 1 || line.data[0] != ' ')
        return wrong(l, "not a row of hexadecimal digits", err);
    for (size_t i = 1; i < line.length; i += 2) {
        int high = hex_digit(line.data[i]), low = hex_digit(line.data[i + 1]);
        if (high < 0 || low < 0 || buf_putc(&l->bytes, (char)(high << 4 | low)))
            return wrong(l, "not a row of hexadecimal digits", err);
    }
    return 0;
}

/* From VERSION= to HEADER=END. */
static int read_header(struct load *l, struct text line, struct error *err)
{
    static const char database[] = "database=";
    size_t length = sizeof(database) - 1;
    int table = -1;
    if (!text_begins(line, "VERSION="))
        return wrong(l, "no table begins here; one that is packed, unpack "
                     "first", err);
    while (!l->over && !text_is(line, "HEADER=END")) {
        if (line.length > length && memcmp(line.data, database, length) == 0)
            for (int t = 0; t < TABLES; t++) {
                struct text name = { line.data + length,
                                     line.length - length };
                if (text_is(name, table_names[t]))
                    table = t;
            }
        if (line.length > 7 && memcmp(line.data, "format=", 7) == 0 &&
            !text_is(line, "format=bytevalue"))
            return wrong(l, "dump it without -p", err);
        if (next_line(l, &line, err))
            return -1;
    }
    if (l->over)
        return wrong(l, "it ends too early", err);
    if (table < 0)
        return wrong(l, "not a table of this version's store: another "
                     "version made it, or mdb_dump without -a", err);
    l->table = table;
    return 0;
}

static int read_row(struct load *l, struct text line, struct error *err)
{
    l->rows = mem_grow(l->rows, &l->room, l->count, sizeof(*l->rows));
    struct loaded *row = &l->rows[l->count++];
    *row = (struct loaded){ .table = (enum table)l->table, .line = l->line,
                            .at = l->bytes.length };
    if (read_hex(l, line, err))
        return -1;
    row->key_length = l->bytes.length - row->at;
    if (next_line(l, &line, err) || read_hex(l, line, err))
        return -1;
    row->length = l->bytes.length - row->at - row->key_length;
    return 0;
}

/* Before the transaction, which may have to be done again. */
static int read_rows(struct load *l, struct error *err)
{
    struct text line;
    l->count = 0;
    buf_clear(&l->bytes);
    while (l->count < ROWS_AT_ONCE && l->bytes.length < BYTES_AT_ONCE) {
        if (next_line(l, &line, err))
            return -1;
        if (l->over)
            return l->tables == TABLES
                       ? 0 : wrong(l, "it ends too early", err);
        if (l->table < 0) {
            if (read_header(l, line, err))
                return -1;
        } else if (text_is(line, "DATA=END")) {
            l->table = -1;
            l->tables++;
        } else if (read_row(l, line, err)) {
            return -1;
        }
    }
    return 0;
}

static int put_format(struct txn t, const char *format)
{
    return lmdb_put(t, META, "format", 6, format, strlen(format));
}

/* Not the format: is it that row? */
static bool keep_format(struct load *l, const struct loaded *row,
                        struct text key)
{
    if (row->table != META || !text_is(key, "format"))
        return false;
    snprintf(l->format, sizeof(l->format), "%.*s", (int)row->length,
             key.data + key.length);
    return true;
}

static int write_rows(struct txn t, void *context, struct error *err)
{
    struct load *l = context;
    int rc = put_format(t, FORMAT_LOADING);
    for (size_t i = 0; i < l->count && rc == 0; i++) {
        const struct loaded *row = &l->rows[i];
        const char *key = l->bytes.data + row->at;
        if (keep_format(l, row, (struct text){ key, row->key_length }))
            continue;
        rc = lmdb_put(t, row->table, key, row->key_length,
                      key + row->key_length, row->length);
        if (rc == MDB_BAD_VALSIZE) {
            l->line = row->line;
            return wrong(l, "a row of a length that cannot be", err);
        }
    }
    return rc == 0 && l->over ? put_format(t, l->format) : rc;
}

int lmdb_load(struct store *base, store_line *next, void *context,
              struct error *err)
{
    struct lmdb *s = lmdb_of(base);
    struct load l = { .next = next, .context = context, .table = -1,
                      .bytes = BUF_INIT(BYTES_AT_ONCE + VALUE_LIMIT) };
    struct store_stats st;
    int rc = lmdb_stats(base, &st, err);
    if (rc == 0 && (st.posts || st.subjects || st.sources || st.days))
        rc = error_set(err, ERROR_USAGE, "%s: not empty; load into a new "
                       "store", s->path);
    while (rc == 0 && !l.over) {
        rc = read_rows(&l, err);
        if (rc == 0)
            rc = lmdb_write(base, write_rows, &l, "loading", err);
    }
    mem_free(l.rows);
    buf_release(&l.bytes);
    if (rc == 0)
        rc = lmdb_reopen(s, err); /* checks the format loaded */
    if (rc)
        lmdb_unmake(s);
    return rc;
}
