/* SPDX-License-Identifier: Apache-2.0 */
/* Posts that leave, one by one, and what leaves every figure with them.
 * Forgotten ones keep an identity without a time, which bars them for good. */
#include "store/lmdb.h"

#include <string.h>

#include "store/record.h"

int lmdb_unlink(struct txn t, const unsigned char *key, const struct record *r,
                bool replaced, struct changes *changes)
{
    struct coming of = { &r->post, key, r->source, -1, !replaced };
    changes_add_post(changes, &of);
    return lmdb_delete(t, POSTS, key, POST_KEY);
}

struct forget {
    const struct store_selector *which;
    uint32_t source;                   /* of an address; 0: any */
    uint64_t count;
    struct changes changes;
    struct record record;
    struct buf bytes;                  /* of the record: its page changes */
    unsigned char (*keys)[POST_KEY];   /* owned: posts that match */
    size_t key_count, key_room;
};

static bool selected(const struct forget *f)
{
    const struct post *p = &f->record.post;
    if (f->which->author)
        return p->author_hash == f->which->author;
    return (!f->source || f->source == f->record.source) &&
           text_equal(p->url, f->which->url);
}

/* A walk over all posts: forgetting is rare and no index is kept for it. */
static int find_posts(struct txn t, struct forget *f)
{
    struct scan r = scan_from(t, POSTS, NULL, 0);
    for (; r.rc == 0; scan_next(&r)) {
        struct text value = value_text(&r.value);
        if (f->which->author && record_author(value) != f->which->author)
            continue;
        if (r.key.mv_size != POST_KEY ||
            record_read(&f->record, created_of(r.key.mv_data), value)) {
            r.rc = MDB_CORRUPTED;
        } else if (selected(f)) {
            f->keys = mem_grow(f->keys, &f->key_room, f->key_count,
                               sizeof(*f->keys));
            memcpy(f->keys[f->key_count++], r.key.mv_data, POST_KEY);
        }
    }
    return scan_end(&r);
}

static int bury(struct txn t, const unsigned char *id)
{
    uint64_t count;
    int rc = lmdb_tombstones(t, &count);
    if (rc == 0)
        rc = lmdb_tombstones_put(t, count + 1);
    return rc ? rc : lmdb_id_put(t, id, ID_FORGOTTEN);
}

/* What people noted about the post goes with it. */
static int drop_notes(struct txn t, struct text source, struct text native_id)
{
    static const char *const kinds[] = { "inbox", "label" };
    struct buf key = BUF_INIT(KEY_LIMIT);
    int rc = 0;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds) && rc == 0; i++) {
        buf_clear(&key);
        if (buf_printf(&key, "%s/%.*s/%.*s", kinds[i], (int)source.length,
                       source.data, (int)native_id.length,
                       native_id.data) == 0)
            rc = lmdb_delete(t, NOTES, key.data, key.length);
    }
    buf_release(&key);
    return rc;
}

static int forget_key(struct txn t, struct forget *f, const unsigned char *key)
{
    struct text value;
    unsigned char id[ID_KEY];
    int rc = lmdb_get(t, POSTS, key, POST_KEY, &value);
    buf_clear(&f->bytes);
    (void)buf_add(&f->bytes, value.data, value.length); /* has no limit */
    value.data = f->bytes.data;
    if (rc == 0 && record_read(&f->record, created_of(key), value))
        rc = MDB_CORRUPTED;
    if (rc == 0)
        rc = lmdb_identity(t, &f->record, id);
    if (rc == 0)
        rc = lmdb_unlink(t, key, &f->record, false, &f->changes);
    if (rc == 0)
        rc = bury(t, id);
    const char *source = lmdb_name(t, STORE_SOURCES, f->record.source);
    f->count++;
    return rc ? rc : drop_notes(t, text_of(source), f->record.post.native_id);
}

/* By identity: also one that is not here is barred. */
static int forget_one(struct txn t, struct forget *f, struct error *err)
{
    const struct store_selector *w = f->which;
    unsigned char id[ID_KEY], key[POST_KEY];
    uint32_t source;
    int64_t created;
    int rc = lmdb_name_id(t, STORE_SOURCES, w->source, true, &source, err);
    if (rc)
        return rc;
    uint64_t hash = post_hash(w->source, w->native_id);
    id_key(id, source, w->native_id, hash);
    rc = lmdb_id_get(t, id, &created);
    if (rc || created == ID_FORGOTTEN)
        return rc;
    if (!id_has_post(created)) {
        rc = bury(t, id);
        return rc ? rc : drop_notes(t, w->source, w->native_id);
    }
    post_key(key, created, hash);
    return forget_key(t, f, key);
}

static int forget(struct txn t, void *context, struct error *err)
{
    struct forget *f = context;
    const struct store_selector *w = f->which;
    int rc = 0;
    f->count = f->key_count = f->changes.count = 0;
    if (w->native_id.length) {
        rc = forget_one(t, f, err);
    } else {
        if (w->source.length)
            rc = lmdb_name_id(t, STORE_SOURCES, w->source, false, &f->source,
                              err);
        if (rc == 0 && (f->source || !w->source.length))
            rc = find_posts(t, f);
    }
    for (size_t i = 0; i < f->key_count && rc == 0; i++)
        rc = forget_key(t, f, f->keys[i]);
    return rc ? rc : changes_flush(t, &f->changes);
}

int lmdb_forget(struct store *base, const struct store_selector *which,
                uint64_t *count, struct error *err)
{
    *count = 0;
    if (!which->author && !which->url.length && !which->native_id.length)
        return error_set(err, ERROR_USAGE, "nothing to forget was named");
    struct forget *f = mem_alloc(sizeof(*f));
    f->which = which;
    int rc = lmdb_write(base, forget, f, "forgetting posts", err);
    if (rc == 0)
        *count = f->count;
    changes_release(&f->changes);
    buf_release(&f->bytes);
    mem_free(f->keys);
    mem_free(f);
    return rc;
}
