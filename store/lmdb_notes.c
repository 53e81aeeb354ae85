/* SPDX-License-Identifier: Apache-2.0 */
/* Small things under a name: cursors, notes, rule versions, cached terms.
 * Knows nothing of what they mean. */
#include "store/lmdb.h"

#include <string.h>

#include "base/hash.h"

/* 1: copied, 0: none, -1: err. */
static int copy_value(struct store *base, enum table table, const void *key,
                      size_t length, struct buf *out, struct error *err)
{
    struct txn t;
    struct text value;
    buf_clear(out);
    if (lmdb_read_begin(base, &t, err))
        return -1;
    int rc = lmdb_get(t, table, key, length, &value);
    int full = rc == 0 ? buf_add(out, value.data, value.length) : 0;
    bool found = rc == 0;
    if (lmdb_read_end(t, rc == MDB_NOTFOUND ? 0 : rc, "reading", err))
        return -1;
    if (full)
        return error_set(err, ERROR_INPUT, "%s: a value of table %s is "
                         "larger than asked for", t.s->path,
                         table_names[table]);
    return found;
}

int lmdb_cursor(struct store *s, const char *label, struct buf *out,
                struct error *err)
{
    size_t length = strlen(label);
    if (length == 0 || length > KEY_LIMIT)
        return 0;
    return copy_value(s, CURSORS, label, length, out, err);
}

/* ---- notes ---- */

struct pair {
    enum table table;
    const void *key;
    size_t length;
    struct text value;
};

static int put_pair(struct txn t, void *context, struct error *err)
{
    (void)err;
    const struct pair *p = context;
    if (!p->value.length)
        return lmdb_delete(t, p->table, p->key, p->length);
    return lmdb_put(t, p->table, p->key, p->length, p->value.data,
                    p->value.length);
}

static int check_key(const char *key, struct error *err)
{
    size_t length = strlen(key);
    if (length == 0 || length > KEY_LIMIT)
        return error_set(err, ERROR_USAGE, "a note's key has 1 to %d bytes, "
                         "this one %zu", KEY_LIMIT, length);
    return 0;
}

int lmdb_note_put(struct store *s, const char *key, struct text value,
                  struct error *err)
{
    struct pair p = { NOTES, key, strlen(key), value };
    if (check_key(key, err))
        return -1;
    return lmdb_write(s, put_pair, &p, "keeping a note", err);
}

int lmdb_note_get(struct store *s, const char *key, struct buf *out,
                  struct error *err)
{
    if (check_key(key, err))
        return -1;
    return copy_value(s, NOTES, key, strlen(key), out, err);
}

int lmdb_note_scan(struct store *base, const char *prefix, visit_note *visit,
                   void *context, struct error *err)
{
    size_t length = strlen(prefix);
    struct txn t;
    if (length > KEY_LIMIT)
        return 0;
    if (lmdb_read_begin(base, &t, err))
        return -1;
    struct scan r = scan_from(t, NOTES, prefix, length);
    for (; r.rc == 0; scan_next(&r)) {
        struct text name = value_text(&r.key);
        if (!text_begins(name, prefix))
            break;
        char key[KEY_LIMIT + 1] = "";
        memcpy(key, name.data, name.length < KEY_LIMIT ? name.length
                                                       : KEY_LIMIT);
        if (visit(context, key, value_text(&r.value)))
            break;
    }
    return lmdb_read_end(t, scan_end(&r), "reading notes", err);
}

/* ---- rules ---- */

struct rules_row {
    struct text description;
    unsigned char key[9];
    uint32_t id;
};

static int find_rules(struct txn t, struct rules_row *r)
{
    struct text value;
    r->id = 0;
    r->key[0] = 0;
    pack_big(r->key + 1, hash64(r->description.data, r->description.length),
             8);
    int rc = lmdb_get(t, RULES, r->key, sizeof(r->key), &value);
    if (rc == 0 && value.length == 4)
        r->id = (uint32_t)unpack_big((const unsigned char *)value.data, 4);
    return rc == MDB_NOTFOUND ? 0 : rc;
}

static int add_rules(struct txn t, void *context, struct error *err)
{
    (void)err;
    struct rules_row *r = context;
    unsigned char back[5] = { 1 }, number[4];
    int rc = find_rules(t, r);
    if (rc || r->id)
        return rc;
    r->id = (uint32_t)lmdb_entries(t, RULES) / 2 + 1;
    pack_big(back + 1, r->id, 4);
    pack_big(number, r->id, 4);
    rc = lmdb_put(t, RULES, r->key, sizeof(r->key), number, 4);
    if (rc == 0)
        rc = lmdb_put(t, RULES, back, sizeof(back), r->description.data,
                      r->description.length);
    return rc;
}

uint32_t lmdb_rules(struct store *base, struct text description,
                    struct error *err)
{
    struct rules_row r = { .description = description };
    struct txn t;
    if (lmdb_read_begin(base, &t, err))
        return 0;
    int rc = find_rules(t, &r);
    if (lmdb_read_end(t, rc, "reading rules", err) || r.id)
        return r.id;
    if (lmdb_write(base, add_rules, &r, "keeping a rule version", err))
        return 0;
    return r.id;
}

int lmdb_rules_scan(struct store *base, visit_rules *visit, void *context,
                    struct error *err)
{
    static const unsigned char first[1] = { 1 };
    struct txn t;
    if (lmdb_read_begin(base, &t, err))
        return -1;
    struct scan r = scan_from(t, RULES, first, sizeof(first));
    for (; r.rc == 0 && r.key.mv_size == 5; scan_next(&r)) {
        const unsigned char *key = r.key.mv_data;
        if (visit(context, (uint32_t)unpack_big(key + 1, 4),
                  value_text(&r.value)))
            break;
    }
    return lmdb_read_end(t, scan_end(&r), "reading rules", err);
}

/* ---- terms ---- */

/* *known false: no such subject, or no such day. */
static int terms_key(struct store *base, const char *subject, int64_t day,
                     unsigned char key[DAY_KEY], bool *known,
                     struct error *err)
{
    struct txn t;
    uint32_t id, source;
    struct store_query q = { .subject = subject };
    *known = false;
    if (day < 0 || day > LAST_DAY)
        return 0;
    if (lmdb_read_begin(base, &t, err))
        return -1;
    int rc = lmdb_query_ids(t, &q, &id, &source, known, err);
    day_key(key, day, id);
    return lmdb_read_end(t, rc, "reading terms", err);
}

int lmdb_terms_get(struct store *base, const char *subject, int64_t day,
                   struct buf *out, struct error *err)
{
    unsigned char key[DAY_KEY];
    bool known;
    buf_clear(out);
    if (terms_key(base, subject, day, key, &known, err))
        return -1;
    return known ? copy_value(base, TERMS, key, DAY_KEY, out, err) : 0;
}

struct keeping {
    const char *subject;
    const struct store_terms *rows;
    size_t count;
};

/* A subject without posts has no terms to keep. */
static int put_terms(struct txn t, void *context, struct error *err)
{
    const struct keeping *k = context;
    struct store_query q = { .subject = k->subject };
    unsigned char key[DAY_KEY];
    uint32_t id, source;
    bool known;
    int rc = lmdb_query_ids(t, &q, &id, &source, &known, err);
    for (size_t i = 0; !rc && known && i < k->count; i++) {
        struct pair p = { TERMS, key, DAY_KEY, k->rows[i].packed };
        if (k->rows[i].day < 0 || k->rows[i].day > LAST_DAY)
            continue;
        day_key(key, k->rows[i].day, id);
        rc = put_pair(t, &p, err);
    }
    return rc;
}

int lmdb_terms_put(struct store *base, const char *subject,
                   const struct store_terms *rows, size_t count,
                   struct error *err)
{
    struct keeping k = { subject, rows, count };
    return count ? lmdb_write(base, put_terms, &k, "keeping terms", err) : 0;
}
