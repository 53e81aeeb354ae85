/* SPDX-License-Identifier: Apache-2.0 */
/* Posts that grow too old: dropped with their entries and identities while
 * their figures stay. A watermark in meta says up to where: what is older is
 * not taken in again, for it would be counted twice. */
#include "store/lmdb.h"

#include <string.h>

#include "store/record.h"

enum { MARK_SOURCE = 7, MARK_KEY = MARK_SOURCE + 2, AT_ONCE = 10000 };

/* source 0: all, also those yet to come. */
static void mark_key(unsigned char out[MARK_KEY], uint32_t source)
{
    memcpy(out, "expired", MARK_SOURCE);
    pack_big(out + MARK_SOURCE, source, 2);
}

static int mark_get(struct txn t, uint32_t source, int64_t *out)
{
    unsigned char key[MARK_KEY];
    struct text value;
    mark_key(key, source);
    int rc = lmdb_get(t, META, key, MARK_KEY, &value);
    *out = 0;
    if (rc == 0 && value.length == 6)
        *out = (int64_t)unpack_big((const unsigned char *)value.data, 6);
    return rc == MDB_NOTFOUND ? 0 : rc;
}

int lmdb_expired(struct txn t, uint32_t source, int64_t *out)
{
    unsigned char key[MARK_KEY];
    mark_key(key, 0);
    *out = 0;
    struct scan r = scan_from(t, META, key, MARK_KEY);
    for (; r.rc == 0 && r.key.mv_size == MARK_KEY &&
           memcmp(r.key.mv_data, key, MARK_SOURCE) == 0; scan_next(&r)) {
        const unsigned char *found = r.key.mv_data;
        uint64_t whose = unpack_big(found + MARK_SOURCE, 2);
        if (r.value.mv_size != 6 || (source && whose && whose != source))
            continue;
        int64_t mark = (int64_t)unpack_big(r.value.mv_data, 6);
        *out = mark > *out ? mark : *out;
    }
    return scan_end(&r);
}

struct expire {
    const char *source;
    int64_t before;
    unsigned char at[POST_KEY];  /* where this round begins */
    unsigned char next[POST_KEY];
    uint64_t count;              /* of this round */
    bool more;
    struct record record;
    struct changes changes;
};

static int expire_post(struct txn t, MDB_cursor *c, struct expire *e,
                       const unsigned char *key)
{
    const struct post *p = &e->record.post;
    struct coming of = { p, key, e->record.source, 0, false };
    unsigned char id[ID_KEY];
    int rc = lmdb_identity(t, &e->record, id);
    for (uint32_t i = 0; i < p->mention_count; i++)
        changes_add(&e->changes, &of, p->mentions[i].subject,
                    &p->mentions[i].tags);
    if (rc == 0)
        rc = lmdb_id_put(t, id, ID_NONE);
    return rc ? rc : mdb_cursor_del(c, 0);
}

static int expire_some(struct txn t, struct expire *e, uint32_t source)
{
    unsigned char key[POST_KEY];
    unsigned seen = 0;
    struct scan r = scan_from(t, POSTS, e->at, POST_KEY);
    for (; r.rc == 0; scan_next(&r)) {
        struct text value = value_text(&r.value);
        memcpy(key, r.key.mv_data, POST_KEY);
        int64_t created = created_of(key);
        if (created >= e->before)
            break;
        if (seen++ == AT_ONCE) {
            memcpy(e->next, key, POST_KEY);
            e->more = true;
            break;
        }
        if (source && record_source(value) != source)
            continue;
        r.rc = record_read(&e->record, created, value)
                   ? MDB_CORRUPTED : expire_post(t, r.cursor, e, key);
        e->count++;
    }
    int rc = scan_end(&r);
    return rc ? rc : changes_flush(t, &e->changes);
}

/* The mark is set with the first posts that go: cut short, the next run goes
 * on, and nothing dropped so far comes back. */
static int expire(struct txn t, void *context, struct error *err)
{
    struct expire *e = context;
    unsigned char key[MARK_KEY], value[6];
    uint32_t source = 0;
    int64_t old;
    int rc = 0;
    e->count = 0;
    e->more = false;
    e->changes.count = 0;
    if (e->source) {
        rc = lmdb_name_id(t, STORE_SOURCES, text_of(e->source), false, &source,
                          err);
        if (rc == 0 && source == 0)
            return error_set(err, ERROR_USAGE, "%s: no posts of a source "
                             "called %s", t.s->path, e->source);
    }
    if (rc == 0)
        rc = mark_get(t, source, &old);
    if (rc == 0 && e->before > old) {
        mark_key(key, source);
        pack_big(value, (uint64_t)e->before, sizeof(value));
        rc = lmdb_put(t, META, key, MARK_KEY, value, sizeof(value));
    }
    return rc ? rc : expire_some(t, e, source);
}

int lmdb_expire(struct store *base, const char *source, int64_t before,
                uint64_t *count, struct error *err)
{
    struct expire *e = mem_alloc(sizeof(*e));
    int rc = 0;
    e->source = source;
    e->before = before > 0 ? before - before % QUARTER_SECONDS : 0;
    *count = 0;
    do {
        rc = lmdb_write(base, expire, e, "expiring posts", err);
        if (rc == 0)
            *count += e->count;
        memcpy(e->at, e->next, POST_KEY);
    } while (rc == 0 && e->more);
    changes_release(&e->changes);
    mem_free(e);
    return rc;
}
