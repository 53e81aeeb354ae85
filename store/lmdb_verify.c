/* SPDX-License-Identifier: Apache-2.0 */
/* Are the windows the posts? Day by day, each counted table is made anew from
 * the posts as a sorted list of rows, and compared with the rows that are
 * there; lmdb_figures.c knows what they should be. */
#include "store/lmdb_verify.h"

#include <string.h>

void rows_clear(struct rows *r)
{
    r->count = 0;
    buf_clear(&r->bytes);
}

static void rows_release(struct rows *r)
{
    mem_free(r->items);
    buf_release(&r->bytes);
}

static void rows_add(struct rows *r, const void *key, size_t key_length,
                     struct text value)
{
    r->items = mem_grow(r->items, &r->room, r->count, sizeof(*r->items));
    r->items[r->count++] = (struct place){ r->bytes.length, key_length,
                                           value.length };
    buf_add(&r->bytes, key, key_length);
    buf_add(&r->bytes, value.data, value.length);
}

void rows_add_row(struct verify *v, struct rows *r, const void *key,
                  size_t key_length, const struct buf *rest)
{
    struct text cells = buf_bytes(&v->merged), more = buf_bytes(rest);
    size_t length = row_length(cells, more);
    if (!cells.length && !more.length)
        return;
    rows_add(r, key, key_length, (struct text){ "", 0 });
    r->items[r->count - 1].length = length;
    unsigned char *at = pack_room(&r->bytes, length);
    row_write(at, cells, more);
    pack_end(&r->bytes, at + length);
}

struct text row_key(const struct rows *r, size_t i)
{
    return (struct text){ r->bytes.data + r->items[i].at,
                          r->items[i].key_length };
}

struct text row_value(const struct rows *r, size_t i)
{
    return (struct text){ r->bytes.data + r->items[i].at +
                          r->items[i].key_length, r->items[i].length };
}

/* The day's hours, by subject and then by hour. */
static int compare_hours(const void *a, const void *b, void *context)
{
    const char *bytes = context;
    const char *x = bytes + ((const struct place *)a)->at;
    const char *y = bytes + ((const struct place *)b)->at;
    int order = memcmp(x + 3, y + 3, 4);
    return order ? order : memcmp(x, y, 3);
}

__attribute__((format(printf, 2, 3)))
static void differ(struct verify *v, const char *format, ...)
{
    char text[400];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    v->differences++;
    if (v->visit)
        v->visit(v->context, text);
}

static const char *date_of(struct verify *v)
{
    clock_format(v->day * DAY_SECONDS, v->date);
    v->date[10] = '\0';
    return v->date;
}

/* ---- comparing ---- */

static const char *subject_of(struct verify *v, enum table table,
                              struct text key)
{
    const char *at = key.data + (table == HOURS ? 3 : 2);
    uint32_t id = (uint32_t)unpack_big((const unsigned char *)at, 4);
    const char *name = id ? lmdb_name(v->t, STORE_SUBJECTS, id) : "*";
    return name ? name : "a subject without a name";
}

/* right NULL: a row too many; have NULL: one is missing. */
static int differ_row(struct verify *v, enum table table, struct text key,
                      const struct text *right, const struct text *have)
{
    differ(v, "%s: %s of %s: a row %s", date_of(v), table_names[table],
           subject_of(v, table, key),
           !right ? "that no post accounts for" : !have ? "is missing"
           : "differs from what the posts say");
    if (!v->repair)
        return 0;
    if (!right)
        return lmdb_delete(v->t, table, key.data, key.length);
    return lmdb_put(v->t, table, key.data, key.length, right->data,
                    right->length);
}

static int compare_table(struct verify *v, enum table table)
{
    size_t i = 0, j = 0;
    int rc = 0;
    while (rc == 0 && (i < v->right.count || j < v->have.count)) {
        struct text a = { 0 }, b = { 0 }, right, have;
        if (i < v->right.count)
            a = row_key(&v->right, i);
        if (j < v->have.count)
            b = row_key(&v->have, j);
        int order = !a.data ? 1 : !b.data ? -1 : text_compare(a, b);
        if (order <= 0)
            right = row_value(&v->right, i++);
        if (order >= 0)
            have = row_value(&v->have, j++);
        if (order < 0)
            rc = differ_row(v, table, a, &right, NULL);
        else if (order > 0)
            rc = differ_row(v, table, b, NULL, &have);
        else if (!text_equal(right, have))
            rc = differ_row(v, table, a, &right, &have);
    }
    return rc;
}

/* Fill have with the day's rows of a table whose keys start with the day. */
static int verify_load(struct verify *v, enum table table)
{
    unsigned char day[2];
    rows_clear(&v->have);
    pack_big(day, (uint64_t)v->day, 2);
    struct scan r = scan_from(v->t, table, day, sizeof(day));
    for (; r.rc == 0; scan_next(&r)) {
        if (r.key.mv_size != (table == HOURS ? HOUR_KEY : DAY_KEY))
            r.rc = MDB_CORRUPTED;
        else if (memcmp(r.key.mv_data, day, sizeof(day)) != 0)
            break;
        else
            rows_add(&v->have, r.key.mv_data, r.key.mv_size,
                     value_text(&r.value));
    }
    return scan_end(&r);
}

/* ---- posts and identities ---- */

/* 1: count this post, 0: it is a stray, else a code in *rc. */
static int check_identity(struct verify *v, const unsigned char *key, int *rc)
{
    unsigned char id[ID_KEY], other[POST_KEY];
    const struct post *p = &v->record.post;
    struct text there;
    int64_t created;
    const char *source = lmdb_name(v->t, STORE_SOURCES, v->record.source);
    uint64_t hash = source ? post_hash(text_of(source), p->native_id) : 0;
    post_key(other, created_of(key), hash);
    if (!source || memcmp(other, key, POST_KEY) != 0) {
        differ(v, "%s: the post %.*s has another one's key", date_of(v),
               (int)p->native_id.length, p->native_id.data);
        return 1;
    }
    id_key(id, v->record.source, p->native_id, hash);
    *rc = lmdb_id_get(v->t, id, &created);
    if (*rc || created == created_of(key))
        return *rc == 0;
    differ(v, "%s: the identity of post %.*s of %s %s", date_of(v),
           (int)p->native_id.length, p->native_id.data, source,
           created == ID_NONE ? "is missing"
           : id_has_post(created) ? "names another time"
           : "says that it is gone");
    if (created != ID_NONE && !id_has_post(created)) {
        if (v->repair) /* whoever asked to be left out stays out */
            *rc = lmdb_delete(v->t, POSTS, key, POST_KEY);
        return 0;
    }
    if (created != ID_NONE) {
        post_key(other, created, hash);
        if (lmdb_get(v->t, POSTS, other, POST_KEY, &there) == 0) {
            if (v->repair) /* the identity's own post counts */
                *rc = lmdb_delete(v->t, POSTS, key, POST_KEY);
            return 0;
        }
    }
    if (v->repair)
        *rc = lmdb_id_put(v->t, id, created_of(key));
    return 1;
}

static int read_post(struct verify *v, const unsigned char *key,
                     struct text value)
{
    struct coming of = { &v->record.post, key, 0, 1, false };
    int rc = 0;
    if (record_read(&v->record, created_of(key), value)) {
        differ(v, "%s: a post's record cannot be read", date_of(v));
        return 0;
    }
    of.source = v->record.source;
    if (check_identity(v, key, &rc) && rc == 0)
        changes_add_post(&v->changes, &of);
    return rc;
}

/* Fills changes. */
static int read_posts(struct verify *v)
{
    unsigned char key[POST_KEY];
    int64_t until = (v->day + 1) * DAY_SECONDS;
    v->changes.count = 0;
    post_key(key, v->day * DAY_SECONDS, 0);
    struct scan r = scan_from(v->t, POSTS, key, POST_KEY);
    while (r.rc == 0 && created_of(r.key.mv_data) < until) {
        memcpy(key, r.key.mv_data, POST_KEY);
        r.rc = read_post(v, key, value_text(&r.value));
        if (r.rc == 0 && v->repair) {
            /* It may have moved the cursor's page: find the next one anew. */
            for (int i = POST_KEY; i-- > 0 && ++key[i] == 0;)
                ; /* the next key there can be */
            r.key = (MDB_val){ POST_KEY, key };
            r.rc = mdb_cursor_get(r.cursor, &r.key, &r.value, MDB_SET_RANGE);
        } else {
            scan_next(&r);
        }
    }
    return scan_end(&r);
}

/* ---- all of it ---- */

/* Identities whose post is not there. */
static int verify_ids(struct verify *v)
{
    uint64_t buried = 0, noted;
    struct text there;
    unsigned char key[POST_KEY], id[ID_KEY];
    int64_t created;
    struct scan r = scan_from(v->t, IDS, NULL, 0);
    for (; r.rc == 0; scan_next(&r)) {
        if (id_read(&r.key, &r.value, id, &created)) {
            r.rc = MDB_CORRUPTED;
            continue;
        }
        if (!id_has_post(created)) {
            buried += created == ID_FORGOTTEN;
            continue;
        }
        post_key(key, created, 0);
        memcpy(key + CREATED, id + ID_KEY - POST_HASH, POST_HASH);
        r.rc = lmdb_get(v->t, POSTS, key, POST_KEY, &there);
        if (r.rc != MDB_NOTFOUND)
            continue;
        differ(v, "an identity whose post is not there");
        r.rc = v->repair ? mdb_cursor_del(r.cursor, 0) : 0;
    }
    int rc = scan_end(&r);
    if (rc)
        return rc;
    rc = lmdb_tombstones(v->t, &noted);
    if (rc || noted == buried)
        return rc;
    differ(v, "%llu tombstones are noted, %llu are there",
           (unsigned long long)noted, (unsigned long long)buried);
    return v->repair ? lmdb_tombstones_put(v->t, buried) : 0;
}

/* First or last day that has a row in any of the counted tables. */
static int64_t edge_day(struct verify *v, MDB_cursor_op edge)
{
    static const enum table dated[] = { HOURS, DAYS, POSTS };
    int64_t best = -1;
    for (int i = 0; i < 3; i++) {
        MDB_val key;
        if (lmdb_edge(v->t, dated[i], edge, &key))
            continue;
        int64_t day = dated[i] == POSTS ? created_of(key.mv_data) / DAY_SECONDS
                                        : (int64_t)unpack_big(key.mv_data, 2);
        if (best < 0 || (edge == MDB_FIRST ? day < best : day > best))
            best = day;
    }
    return best;
}

static int verify_day(struct verify *v)
{
    int rc = read_posts(v);
    if (rc == 0)
        rc = verify_load(v, HOURS);
    changes_by_hour(&v->changes);
    if (rc == 0)
        rc = right_hours(v);
    if (rc == 0)
        rc = compare_table(v, HOURS);
    struct rows swap = v->hours;
    v->hours = v->right;
    v->right = swap;
    if (v->hours.count)
        qsort_r(v->hours.items, v->hours.count, sizeof(*v->hours.items),
                compare_hours, v->hours.bytes.data);
    changes_by_day(&v->changes);
    if (rc == 0)
        rc = verify_load(v, DAYS);
    if (rc == 0)
        rc = right_days(v);
    return rc ? rc : compare_table(v, DAYS);
}

static int verify(struct txn t, void *context, struct error *err)
{
    (void)err;
    struct verify *v = context;
    v->t = t;
    v->differences = 0;
    int64_t last = edge_day(v, MDB_LAST);
    int rc = lmdb_expired(t, 0, &v->expired);
    for (v->day = edge_day(v, MDB_FIRST); v->day >= 0 && v->day <= last &&
                                          rc == 0; v->day++) {
        rc = verify_day(v);
    }
    return rc ? rc : verify_ids(v);
}

int lmdb_verify(struct store *base, bool repair, visit_difference *visit,
                void *context, uint64_t *differences, struct error *err)
{
    struct verify *v = mem_alloc(sizeof(*v));
    struct txn t;
    int rc = -1;
    v->repair = repair;
    v->visit = visit;
    v->context = context;
    if (repair)
        rc = lmdb_write(base, verify, v, "repairing", err);
    else if (lmdb_read_begin(base, &t, err) == 0)
        rc = lmdb_read_end(t, verify(t, v, err), "verifying", err);
    *differences = v->differences;
    changes_release(&v->changes);
    rows_release(&v->right);
    rows_release(&v->have);
    rows_release(&v->hours);
    cells_release(&v->cells);
    buf_release(&v->merged);
    buf_release(&v->entries);
    buf_release(&v->scratch);
    mem_free(v);
    return rc;
}
