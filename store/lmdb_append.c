/* SPDX-License-Identifier: Apache-2.0 */
/* A batch becomes durable: who is known, what changed, then every table in
 * key order. Knows nothing of how figures are folded (lmdb_changes.c).
 *
 *   arrange   ids and hashes of every post; sorted by identity
 *   settle    each identity: new, changed, the same, gone, forgotten
 *   write     posts in key order, then hours and days
 */
#include "store/lmdb.h"

#include <string.h>

#include "store/record.h"
#include "store/sort.h"

enum { SOURCES_KEPT = 16, SOON = 8, CACHE_LINE = 64 };

/* What settling asks of a post stands here, for posts are met out of order
 * there and each would be fetched from far. */
struct entry {
    const struct post *post;
    uint64_t hash;
    int64_t created;
    uint32_t source;
    bool deleted;
    bool frozen;               /* of a time that was expired */
    bool keep;                 /* to be written */
    bool fresh;                /* has no post yet */
    bool moved;                /* its time differs from the stored one */
    bool counts;               /* its figures change as well */
    bool came;                 /* another of the batch brought the post */
};

/* To sort by. */
struct identity {
    struct entry *entry;
    unsigned char key[ID_KEY];
};

struct timed {
    struct entry *entry;
    unsigned char key[POST_KEY];
};

struct append {
    const struct batch *batch;
    struct store_result result;
    struct entry *entries;     /* owned; as the posts of the batch */
    struct identity *ids;      /* owned */
    struct timed *order;       /* owned: those to be written */
    uint32_t *subjects;        /* batch's index -> id; 0 not asked */
    struct buf record, other;  /* scratch */
    struct changes changes;
    struct record *old;        /* owned scratch */
    struct { struct text name; uint32_t id; int64_t expired; }
        sources[SOURCES_KEPT]; /* met in this batch */
    unsigned source_count;
    unsigned char last[ID_KEY];  /* of the source that is being settled */
    struct buf behind;         /* its new ones behind what was there */
};

/* ---- arrange ---- */

static int find_source(struct txn t, struct append *a, struct text name,
                       unsigned *place, struct error *err)
{
    for (unsigned i = 0; i < a->source_count; i++)
        if (text_equal(a->sources[i].name, name)) {
            *place = i;
            return 0;
        }
    unsigned at = a->source_count < SOURCES_KEPT ? a->source_count++
                                                 : SOURCES_KEPT - 1;
    a->sources[at].name = name;
    *place = at;
    int rc = lmdb_name_id(t, STORE_SOURCES, name, true, &a->sources[at].id,
                          err);
    if (rc == 0)
        rc = lmdb_expired(t, a->sources[at].id, &a->sources[at].expired);
    return rc;
}

static int find_subjects(struct txn t, struct append *a,
                         const struct post *post, struct error *err)
{
    for (uint32_t i = 0; i < post->mention_count; i++) {
        uint32_t subject = post->mentions[i].subject;
        if (subject >= a->batch->subject_count)
            return error_set(err, ERROR_USAGE, "a mention of subject %u, but "
                             "the batch names %zu", subject,
                             a->batch->subject_count);
        if (a->subjects[subject])
            continue;
        int rc = lmdb_name_id(t, STORE_SUBJECTS,
                              text_of(a->batch->subjects[subject]), true,
                              &a->subjects[subject], err);
        if (rc)
            return rc;
    }
    return 0;
}

static int check_post(const struct post *p, struct error *err)
{
    if (p->native_id.length < 1 || p->native_id.length > POST_ID_LIMIT)
        return error_set(err, ERROR_INPUT, "%.*s: a post with an id of %zu "
                         "bytes; 1 to %d can be stored",
                         (int)p->source.length, p->source.data,
                         p->native_id.length, POST_ID_LIMIT);
    if (p->created < 0 || p->created / DAY_SECONDS > LAST_DAY)
        return error_set(err, ERROR_INPUT, "%.*s: post %.*s is of a time "
                         "outside 1970 to 2149", (int)p->source.length,
                         p->source.data, (int)p->native_id.length,
                         p->native_id.data);
    return 0;
}

static int arrange(struct txn t, struct append *a, struct error *err)
{
    for (size_t i = 0; i < a->batch->count; i++) {
        const struct post *p = &a->batch->posts[i];
        struct entry *e = &a->entries[i];
        struct identity *id = &a->ids[i];
        unsigned place;
        if (check_post(p, err))
            return TOLD_WHY;
        int rc = find_source(t, a, p->source, &place, err);
        if (rc == 0)
            rc = find_subjects(t, a, p, err);
        if (rc)
            return rc;
        *e = (struct entry){ .post = p, .created = p->created,
                             .deleted = p->deleted };
        e->source = a->sources[place].id;
        e->hash = post_hash(p->source, p->native_id);
        e->frozen = p->created < a->sources[place].expired && !p->deleted;
        id->entry = e;
        id_key(id->key, e->source, p->native_id, e->hash);
    }
    sort_records(a->ids, a->batch->count, sizeof(*a->ids),
                 offsetof(struct identity, key), ID_KEY, ID_SOURCE + ID_TAIL);
    return 0;
}

/* ---- settle ---- */

static struct text make_record(const struct append *a, struct buf *out,
                               const struct entry *e)
{
    buf_clear(out);
    record_write(out, e->post, e->source, a->batch->rules, a->subjects);
    return (struct text){ out->data, out->length };
}

/* Of one identity the last of the batch that may be kept wins, in an archive
 * a deletion. The others count as if they had been stored before it and
 * replaced. */
static const struct identity *find_winner(const struct append *a,
                                          const struct identity *from,
                                          const struct identity *last)
{
    if (from == last)
        return last;
    for (const struct identity *id = last; id >= from && a->batch->archive;
         id--)
        if (id->entry->deleted)
            return id;
    for (const struct identity *id = last; id >= from; id--)
        if (!id->entry->frozen)
            return id;
    return last;
}

static void count_repeated(struct append *a, const struct entry *e,
                           struct entry *winner)
{
    winner->came = winner->came || (!e->frozen && !e->deleted);
    if (e->frozen)
        a->result.blocked++;
    else if (!e->deleted && !winner->deleted &&
             e->created == winner->created &&
             record_same(make_record(a, &a->record, e),
                         make_record(a, &a->other, winner)))
        a->result.unchanged++;
    else
        a->result.replaced++;
}

/* The identity is known: what differs? */
static int settle_known(struct txn t, struct append *a, MDB_cursor *c,
                        const struct identity *id, int64_t created)
{
    struct entry *e = id->entry;
    unsigned char key[POST_KEY];
    struct text old, fresh = make_record(a, &a->record, e);
    post_key(key, created, e->hash);
    int rc = lmdb_get(t, POSTS, key, POST_KEY, &old);
    if (rc)
        return rc == MDB_NOTFOUND ? MDB_CORRUPTED : rc;
    e->moved = created != e->created;
    if (!e->deleted && !e->moved && record_same(old, fresh)) {
        a->result.unchanged++;
        return 0;
    }
    if (record_read(a->old, created, old))
        return MDB_CORRUPTED;
    /* Two ids with one hash: the first stays, for the other may be made up
     * to push it out. */
    if (!text_equal(a->old->post.native_id, e->post->native_id)) {
        a->result.blocked++;
        return 0;
    }
    e->keep = !e->deleted;
    e->counts = e->deleted || e->moved ||
                !record_counts_same(old, fresh);
    if (e->keep)
        a->result.replaced++;
    else
        a->result.removed++;
    if (!e->counts)
        return 0;
    rc = lmdb_unlink(t, key, a->old, e->keep && !e->moved, &a->changes);
    if (rc == 0 && (!e->keep || e->moved))
        rc = id_put(c, id->key, e->keep ? e->created : ID_DELETED);
    return rc;
}

/* Nothing is stored of it: never was, or was deleted. */
static int settle_new(struct append *a, MDB_cursor *c,
                      const struct identity *id, bool last, bool deleted)
{
    struct entry *e = id->entry;
    int64_t created = e->deleted ? ID_DELETED : e->created;
    if (e->frozen || (deleted && a->batch->archive && !e->deleted)) {
        a->result.blocked++;
        return 0;
    }
    if (e->deleted) {
        a->result.unchanged++;
        if (deleted || !(a->batch->archive || e->came))
            return 0;
    } else {
        e->keep = e->fresh = e->counts = true;
    }
    if (last)
        id_gather(&a->behind, id->key, created);
    return last ? 0 : deleted ? id_put(c, id->key, created)
                              : id_add(c, id->key, created);
}

/* One behind the last of its source is new, and so are all that follow: none
 * is looked up. */
static int settle_one(struct txn t, struct append *a, MDB_cursor *c,
                      const struct identity *id)
{
    struct entry *e = id->entry;
    int64_t created = ID_NONE;
    int rc = 0;
    if (memcmp(id->key, a->last, ID_SOURCE) != 0) {
        rc = id_add_last(c, a->last, &a->behind);
        if (rc == 0)
            rc = id_last(c, id->key, a->last);
    }
    bool last = memcmp(id->key, a->last, ID_KEY) > 0;
    if (rc == 0 && !last)
        rc = id_get(c, id->key, &created);
    if (rc)
        return rc;
    if (created == ID_NONE || created == ID_DELETED)
        return settle_new(a, c, id, last, created == ID_DELETED);
    if (created == ID_FORGOTTEN || e->frozen) {
        a->result.blocked++;
        return 0;
    }
    return settle_known(t, a, c, id, created);
}

static int settle(struct txn t, struct append *a)
{
    const struct identity *from = a->ids, *end = from + a->batch->count;
    MDB_cursor *c = NULL;
    int rc = mdb_cursor_open(t.mdb, t.s->table[IDS], &c);
    while (from < end && rc == 0) {
        const struct identity *last = from;
        while (last + 1 < end && memcmp(from->key, last[1].key, ID_KEY) == 0)
            last++;
        const struct identity *winner = find_winner(a, from, last);
        for (; from <= last; from++)
            if (from != winner)
                count_repeated(a, from->entry, winner->entry);
        rc = settle_one(t, a, c, winner);
    }
    if (rc == 0)
        rc = id_add_last(c, a->last, &a->behind);
    if (c)
        mdb_cursor_close(c);
    return rc;
}

/* ---- write ---- */

static bool mentioned_before(const struct append *a, const struct post *p,
                             uint32_t i)
{
    uint32_t id = a->subjects[p->mentions[i].subject];
    for (uint32_t j = 0; j < i; j++)
        if (a->subjects[p->mentions[j].subject] == id)
            return true;
    return false;
}

/* What the post adds to figures: as in its record, each subject once and so
 * many at most. */
static void count_entry(struct lmdb *s, struct append *a,
                        const struct entry *e, const unsigned char *key)
{
    const struct post *p = e->post;
    struct coming of = { p, key, e->source, 1, true };
    uint32_t counted = 0;
    day_authors_note(s, key, p->author_hash);
    changes_add(&a->changes, &of, 0, &p->tags);
    for (uint32_t i = 0; i < p->mention_count &&
                         counted < POST_MENTIONS_LIMIT; i++) {
        const struct mention *m = &p->mentions[i];
        if (mentioned_before(a, p, i))
            continue;
        changes_add(&a->changes, &of, a->subjects[m->subject], &m->tags);
        counted++;
    }
}

static int write_post(struct txn t, struct append *a, MDB_cursor *c,
                      struct entry *e, const unsigned char *key, bool behind)
{
    struct text record = make_record(a, &a->record, e);
    MDB_val k = { POST_KEY, (void *)key };
    MDB_val v = { record.length, (char *)record.data };
    int rc = mdb_cursor_put(c, &k, &v, behind ? MDB_APPEND :
                            e->fresh || e->moved ? MDB_NOOVERWRITE : 0);
    if (rc == MDB_KEYEXIST) { /* see settle_known() */
        e->keep = false;
        a->result.blocked++;
        a->result.replaced -= e->moved;
        unsigned char id[ID_KEY];
        id_key(id, e->source, e->post->native_id, e->hash);
        return lmdb_id_put(t, id, ID_NONE);
    }
    if (rc == 0 && e->counts)
        count_entry(t.s, a, e, key);
    a->result.added += rc == 0 && e->fresh;
    return rc;
}

/* Posts are written in order of time, not as they lie in memory: those that
 * come soon are asked for before. A twentieth of an append. All in one
 * function: GCC leaves out calls of one that does nothing else. */
static void fetch_soon(const struct append *a, size_t i, size_t count)
{
    if (i + SOON < count) {
        const char *p = (const char *)a->order[i + SOON].entry->post;
        for (size_t at = 0; at < sizeof(struct post); at += CACHE_LINE)
            __builtin_prefetch(p + at);
    }
    if (i + SOON / 2 < count) {
        const struct post *p = a->order[i + SOON / 2].entry->post;
        __builtin_prefetch(p->native_id.data);
        __builtin_prefetch(p->mentions);
        for (size_t at = 0; at < p->text.length; at += CACHE_LINE)
            __builtin_prefetch(p->text.data + at);
    }
}

/* A batch whose posts all lie behind those that are there fills pages to the
 * end. Where others come late there is room left for one in most pages: two
 * that are half full would be made of each. */
static int write_posts(struct txn t, struct append *a)
{
    size_t count = 0;
    struct timed *order = a->order;
    for (size_t i = 0; i < a->batch->count; i++) {
        struct entry *e = &a->entries[i];
        if (!e->keep)
            continue;
        order[count].entry = e;
        post_key(order[count++].key, e->created, e->hash);
    }
    sort_records(order, count, sizeof(*order), offsetof(struct timed, key),
                 POST_KEY, CREATED + 2);
    MDB_cursor *c = NULL;
    MDB_val k = { 0, NULL }, v;
    int rc = mdb_cursor_open(t.mdb, t.s->table[POSTS], &c);
    bool behind = rc == 0 && count > 0 &&
                  (mdb_cursor_get(c, &k, &v, MDB_LAST) == MDB_NOTFOUND ||
                   (k.mv_size == POST_KEY &&
                    memcmp(order[0].key, k.mv_data, POST_KEY) > 0));
    for (size_t i = 0; i < count && rc == 0; i++) {
        fetch_soon(a, i, count);
        rc = write_post(t, a, c, order[i].entry, order[i].key, behind);
    }
    if (c)
        mdb_cursor_close(c);
    return rc;
}

static int write_label(struct txn t, const struct batch *b, struct error *err)
{
    uint32_t id;
    int rc = 0;
    if (!b->label[0])
        return 0;
    rc = lmdb_name_id(t, STORE_LABELS, text_of(b->label), true, &id, err);
    if (rc == 0 && b->cursor.length)
        rc = lmdb_put(t, CURSORS, b->label, strlen(b->label), b->cursor.data,
                      b->cursor.length);
    if (rc == 0 && b->coverage.state != COVERAGE_NONE)
        rc = lmdb_coverage_mark(t, id, &b->coverage);
    return rc;
}

static int append(struct txn t, void *context, struct error *err)
{
    struct append *a = context;
    a->result = (struct store_result){ 0 };
    a->source_count = 0;
    memset(a->last, 0, sizeof(a->last));
    buf_clear(&a->behind);
    a->changes.count = 0;
    a->subjects = lmdb_subject_ids(t.s, a->batch);
    int rc = arrange(t, a, err);
    if (rc == 0)
        rc = settle(t, a);
    if (rc == 0)
        rc = write_posts(t, a);
    if (rc == 0)
        rc = changes_flush(t, &a->changes);
    return rc ? rc : write_label(t, a->batch, err);
}

int lmdb_append(struct store *base, const struct batch *batch,
                struct store_result *result, struct error *err)
{
    struct append a = { .batch = batch };
    a.entries = mem_resize(NULL, batch->count * sizeof(*a.entries));
    a.ids = mem_resize(NULL, batch->count * sizeof(*a.ids));
    a.order = mem_resize(NULL, batch->count * sizeof(*a.order));
    a.old = mem_alloc(sizeof(*a.old));
    int rc = lmdb_write(base, append, &a, "keeping posts", err);
    if (rc == 0) {
        result->added += a.result.added;
        result->replaced += a.result.replaced;
        result->unchanged += a.result.unchanged;
        result->removed += a.result.removed;
        result->blocked += a.result.blocked;
    }
    mem_free(a.entries);
    mem_free(a.ids);
    mem_free(a.order);
    mem_free(a.old);
    buf_release(&a.record);
    buf_release(&a.other);
    buf_release(&a.behind);
    changes_release(&a.changes);
    return rc;
}
