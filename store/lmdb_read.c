/* SPDX-License-Identifier: Apache-2.0 */
/* Series and posts: short read transactions over a few rows. */
#include "store/lmdb.h"

#include <string.h>

#include "store/counts.h"
#include "store/record.h"

int lmdb_query_ids(struct txn t, const struct store_query *q,
                   uint32_t *subject, uint32_t *source, bool *known,
                   struct error *err)
{
    int rc = 0;
    *subject = *source = 0;
    *known = true;
    if (q->subject && strcmp(q->subject, "*") != 0) {
        rc = lmdb_name_id(t, STORE_SUBJECTS, text_of(q->subject), false,
                          subject, err);
        *known = *subject != 0;
    }
    if (rc == 0 && q->source) {
        rc = lmdb_name_id(t, STORE_SOURCES, text_of(q->source), false, source,
                          err);
        *known = *known && *source != 0;
    }
    return rc;
}

void lmdb_clamp(struct txn t, int64_t *from, int64_t *until)
{
    MDB_val key;
    int64_t first = 0, last = 0;
    if (lmdb_edge(t, DAYS, MDB_FIRST, &key) == 0)
        first = (int64_t)unpack_big(key.mv_data, 2) * DAY_SECONDS;
    if (lmdb_edge(t, DAYS, MDB_LAST, &key) == 0)
        last = ((int64_t)unpack_big(key.mv_data, 2) + 1) * DAY_SECONDS;
    if (*from < first)
        *from = first;
    if (*until > last)
        *until = last;
}

/* ---- series ---- */

struct series {
    struct txn t;
    int64_t from, until, width;
    struct counts *out;
    uint32_t subject, source;
    bool hours;            /* whole hours of all sources: the days' cells */
};

static int add_cell(const struct series *r, int64_t moment,
                    const struct cell *cell)
{
    if (moment < r->from || moment >= r->until)
        return 0;
    return cell_add(&r->out[(moment - r->from) / r->width], cell);
}

static int add_hour(const struct series *r, int64_t hour)
{
    unsigned char key[HOUR_KEY];
    struct row row;
    struct cell cell;
    int more = 0;
    hour_key(key, hour, r->subject);
    int rc = lmdb_row(r->t, HOURS, key, &row);
    struct unpack in = unpack_of(row.cells);
    while (rc == 0 && (more = cell_next(&in, &cell)) > 0)
        if ((!r->source || cell.index >> 2 == r->source) &&
            add_cell(r, hour + (cell.index & 3) * QUARTER_SECONDS, &cell))
            more = rc = MDB_CORRUPTED;
    return more < 0 ? MDB_CORRUPTED : rc;
}

static int add_day_cell(void *context, int64_t hour, const struct cell *cell)
{
    const struct series *r = context;
    if (!r->hours)
        return add_hour(r, hour);
    return add_cell(r, hour, cell) ? MDB_CORRUPTED : 0;
}

int lmdb_series(struct store *base, const struct store_query *q,
                int64_t width, struct counts *out, size_t count,
                struct error *err)
{
    struct series r = { .from = q->from, .width = width, .out = out };
    bool known;
    memset(out, 0, count * sizeof(*out));
    if (width <= 0 || width % QUARTER_SECONDS || q->from % QUARTER_SECONDS ||
        (int64_t)count > INT64_MAX / width / 2)
        return error_set(err, ERROR_USAGE, "a series starts at a quarter "
                         "hour and its steps are quarter hours");
    r.until = q->from + width * (int64_t)count;
    r.hours = !q->source && width % HOUR_SECONDS == 0 &&
              q->from % HOUR_SECONDS == 0;
    if (lmdb_read_begin(base, &r.t, err))
        return -1;
    int rc = lmdb_query_ids(r.t, q, &r.subject, &r.source, &known, err);
    if (rc == 0 && known)
        rc = lmdb_hours(r.t, r.subject, r.from, r.until, add_day_cell, &r);
    return lmdb_read_end(r.t, rc, "reading windows", err);
}

/* ---- posts ---- */

enum { STOPPED = -2 };

struct walk {
    struct txn t;
    visit_post *visit;
    void *context;
    struct record *record;   /* owned scratch */
    int64_t from, until;
    uint32_t subject, source;
    bool stop;
};

static int show(struct walk *w, const unsigned char *key, struct text value)
{
    struct record *r = w->record;
    const struct mention *mention = NULL;
    if (record_read(r, created_of(key), value))
        return MDB_CORRUPTED;
    const char *source = lmdb_name(w->t, STORE_SOURCES, r->source);
    if (!source)
        return MDB_CORRUPTED;
    r->post.source = text_of(source);
    for (uint32_t i = 0; i < r->post.mention_count && w->subject; i++)
        if (r->mentions[i].subject == w->subject)
            mention = &r->mentions[i];
    if (w->visit(w->context, &r->post, mention))
        w->stop = true;
    return 0;
}

static int walk_all(struct walk *w)
{
    unsigned char key[POST_KEY];
    post_key(key, w->from, 0);
    struct scan r = scan_from(w->t, POSTS, key, POST_KEY);
    for (; r.rc == 0 && !w->stop && created_of(r.key.mv_data) < w->until;
         scan_next(&r))
        if (!w->source || record_source(value_text(&r.value)) == w->source)
            r.rc = show(w, r.key.mv_data, value_text(&r.value));
    return scan_end(&r);
}

static int show_entry(void *context, const unsigned char key[POST_KEY])
{
    struct walk *w = context;
    struct text record;
    int rc = lmdb_get(w->t, POSTS, key, POST_KEY, &record);
    if (rc)
        return rc == MDB_NOTFOUND ? MDB_CORRUPTED : rc;
    if (!w->source || record_source(record) == w->source)
        rc = show(w, key, record);
    return rc == 0 && w->stop ? STOPPED : rc;
}

static int walk_subject(struct walk *w)
{
    int rc = lmdb_entries_of(w->t, w->subject, w->from, w->until, show_entry,
                             w);
    return rc == STOPPED ? 0 : rc;
}

int lmdb_posts(struct store *base, const struct store_query *q,
               visit_post *visit, void *context, struct error *err)
{
    struct walk w = { .visit = visit, .context = context, .from = q->from,
                      .until = q->until };
    bool known;
    if (lmdb_read_begin(base, &w.t, err))
        return -1;
    w.record = mem_alloc(sizeof(*w.record));
    lmdb_clamp(w.t, &w.from, &w.until);
    int rc = lmdb_query_ids(w.t, q, &w.subject, &w.source, &known, err);
    if (rc == 0 && known)
        rc = w.subject ? walk_subject(&w) : walk_all(&w);
    mem_free(w.record);
    return lmdb_read_end(w.t, rc, "reading posts", err);
}

/* *found false: unknown or forgotten. */
static int find_post(struct walk *w, struct text source, struct text native_id,
                     bool *found, struct error *err)
{
    unsigned char id[ID_KEY], key[POST_KEY];
    struct text value;
    uint32_t number;
    int64_t created;
    int rc = lmdb_name_id(w->t, STORE_SOURCES, source, false, &number, err);
    *found = false;
    if (rc || !number || native_id.length > POST_ID_LIMIT)
        return rc;
    uint64_t hash = post_hash(source, native_id);
    id_key(id, number, native_id, hash);
    rc = lmdb_id_get(w->t, id, &created);
    if (rc || !id_has_post(created))
        return rc;
    post_key(key, created, hash);
    rc = lmdb_get(w->t, POSTS, key, POST_KEY, &value);
    *found = rc == 0;
    return rc ? rc : show(w, key, value);
}

int lmdb_post(struct store *base, struct text source, struct text native_id,
              visit_post *visit, void *context, struct error *err)
{
    struct walk w = { .visit = visit, .context = context };
    bool found;
    if (lmdb_read_begin(base, &w.t, err))
        return -1;
    w.record = mem_alloc(sizeof(*w.record));
    int rc = find_post(&w, source, native_id, &found, err);
    mem_free(w.record);
    return lmdb_read_end(w.t, rc, "reading a post", err) ? -1 : found;
}

/* The hour of the first or last window; -1: there is none. */
static int64_t edge_hour(struct txn t, MDB_cursor_op edge)
{
    unsigned char key[DAY_KEY];
    MDB_val last;
    struct row row;
    struct cell cell;
    int64_t hour = -1;
    if (lmdb_edge(t, DAYS, edge, &last))
        return -1;
    int64_t day = (int64_t)unpack_big(last.mv_data, 2);
    day_key(key, day, 0);
    (void)lmdb_row(t, DAYS, key, &row);
    struct unpack cells = unpack_of(row.cells);
    while ((hour < 0 || edge == MDB_LAST) && cell_next(&cells, &cell) > 0)
        hour = day * DAY_SECONDS + (int64_t)cell.index * HOUR_SECONDS;
    return hour;
}

static int edge_post(struct txn t, MDB_cursor_op edge, int64_t *created)
{
    MDB_val key;
    int rc = lmdb_edge(t, POSTS, edge, &key);
    *created = rc ? -1 : created_of(key.mv_data);
    return rc == MDB_NOTFOUND ? 0 : rc;
}

int lmdb_span(struct store *base, int64_t *first, int64_t *last,
              struct error *err)
{
    struct txn t;
    *first = *last = 0;
    if (lmdb_read_begin(base, &t, err))
        return -1;
    int64_t from = edge_hour(t, MDB_FIRST), post = -1;
    int64_t until = edge_hour(t, MDB_LAST) + HOUR_SECONDS;
    int rc = edge_post(t, MDB_FIRST, &post);
    *first = post >= 0 && post < from + HOUR_SECONDS ? post : from;
    if (rc == 0)
        rc = edge_post(t, MDB_LAST, &post);
    *last = post >= until - HOUR_SECONDS ? post : until - 1;
    if (rc || from < 0)
        *first = *last = 0;
    return lmdb_read_end(t, rc, "reading the time span", err)
               ? -1 : from >= 0;
}
