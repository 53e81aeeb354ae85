/* SPDX-License-Identifier: Apache-2.0 */
/* A batch becomes durable: who is known, what changed, then every table in
 * key order. Knows nothing of how figures are folded (lmdb_changes.c).
 *
 *   arrange   ids and hashes of every post; sorted by identity
 *   settle    each identity: new, changed, the same, gone, forgotten
 *   write     posts in key order, then mentions, windows, authors, ...
 */
#include "store/lmdb.h"

#include <string.h>

#include "store/record.h"
#include "store/sort.h"

enum { SOURCES_KEPT = 16 };

struct entry {
    const struct post *post;
    uint64_t hash;
    uint32_t source;
    size_t id_length;
    unsigned char id[ID_KEY_LIMIT]; /* zeros behind its end */
    unsigned char id_size;     /* id_length again: to sort by both */
    bool frozen;               /* of a time that was expired */
    bool keep;                 /* to be written */
    bool fresh;                /* has no post yet */
    bool moved;                /* its time differs from the stored one */
    bool counts;               /* windows and the like change as well */
    size_t record, length;     /* in the batch's record buffer */
};

struct mention_row {
    unsigned char key[MENTION_KEY], value[MENTION_VALUE];
};

struct append {
    const struct batch *batch;
    struct store_result result;
    struct entry *entries;     /* owned; by identity */
    uint32_t *subjects;        /* owned: batch's index -> id; 0 not asked */
    struct buf records;
    struct changes changes;
    struct mention_row *mentions; /* owned */
    size_t mention_count, mention_room;
    bool told;                 /* some day was told */
    struct record *old;        /* owned scratch */
    struct { struct text name; uint32_t id; int64_t expired; }
        sources[SOURCES_KEPT]; /* met in this batch */
    unsigned source_count;
};

/* ---- arrange ---- */

static int find_source(struct lmdb *s, MDB_txn *txn, struct append *a,
                       struct text name, unsigned *place, struct error *err)
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
    int rc = lmdb_name_id(s, txn, STORE_SOURCES, name, true,
                          &a->sources[at].id, err);
    if (rc == 0)
        rc = lmdb_expired(s, txn, a->sources[at].id, &a->sources[at].expired);
    return rc;
}

static int find_subjects(struct lmdb *s, MDB_txn *txn, struct append *a,
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
        int rc = lmdb_name_id(s, txn, STORE_SUBJECTS,
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

static bool same_identity(const struct entry *a, const struct entry *b)
{
    return a->id_length == b->id_length &&
           memcmp(a->id, b->id, a->id_length) == 0;
}

static int arrange(struct lmdb *s, MDB_txn *txn, struct append *a,
                   struct error *err)
{
    for (size_t i = 0; i < a->batch->count; i++) {
        const struct post *p = &a->batch->posts[i];
        struct entry *e = &a->entries[i];
        unsigned place;
        if (check_post(p, err))
            return TOLD_WHY;
        int rc = find_source(s, txn, a, p->source, &place, err);
        if (rc == 0)
            rc = find_subjects(s, txn, a, p, err);
        if (rc)
            return rc;
        *e = (struct entry){ .post = p };
        e->source = a->sources[place].id;
        e->hash = post_hash(p->source, p->native_id);
        e->id_length = id_key(e->id, e->source, p->native_id, e->hash);
        e->id_size = (unsigned char)e->id_length;
        e->frozen = p->created < a->sources[place].expired && !p->deleted;
    }
    return 0;
}

/* ---- settle ---- */

static struct text entry_record(const struct append *a, const struct entry *e)
{
    return (struct text){ a->records.data + e->record, e->length };
}

static void make_record(struct append *a, struct entry *e)
{
    e->record = a->records.length;
    record_write(&a->records, e->post, e->source, a->batch->rules,
                 a->subjects);
    e->length = a->records.length - e->record;
}

/* Of one identity the last of the batch that may be kept wins. The others
 * count as if they had been stored before it and replaced. */
static struct entry *find_winner(struct entry *from, struct entry *last)
{
    for (struct entry *e = last; e >= from; e--)
        if (!e->frozen)
            return e;
    return last;
}

static void count_repeated(struct append *a, struct entry *e,
                           const struct entry *winner)
{
    if (e->frozen) {
        a->result.blocked++;
        return;
    }
    make_record(a, e);
    bool same = !e->post->deleted && !winner->post->deleted &&
                e->post->created == winner->post->created &&
                record_same(entry_record(a, e), entry_record(a, winner));
    if (same)
        a->result.unchanged++;
    else
        a->result.replaced++;
    a->records.length = e->record;
}

static int touch(struct lmdb *s, MDB_txn *txn, struct append *a,
                 int64_t created, bool added)
{
    bool late = false;
    int rc = a->told ? lmdb_told_touch(s, txn, created, &late) : 0;
    if (rc == 0 && late && added)
        a->result.late++;
    return rc;
}

/* The identity is known: what differs? */
static int settle_known(struct lmdb *s, MDB_txn *txn, struct append *a,
                        struct entry *e, int64_t created)
{
    unsigned char key[POST_KEY];
    struct text old;
    post_key(key, created, e->hash);
    int rc = lmdb_get(s, txn, POSTS, key, POST_KEY, &old);
    if (rc)
        return rc == MDB_NOTFOUND ? MDB_CORRUPTED : rc;
    e->moved = created != e->post->created;
    if (!e->post->deleted && !e->moved &&
        record_same(old, entry_record(a, e))) {
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
    e->keep = !e->post->deleted;
    e->counts = e->post->deleted || e->moved ||
                !record_counts_same(old, entry_record(a, e));
    if (e->keep)
        a->result.replaced++;
    else
        a->result.removed++;
    if (!e->counts)
        return 0;
    rc = lmdb_unlink(s, txn, key, a->old, &a->changes);
    if (rc == 0)
        rc = touch(s, txn, a, created, false);
    if (rc == 0 && !e->keep)
        rc = lmdb_delete(s, txn, IDS, e->id, e->id_length);
    return rc;
}

static int settle_one(struct lmdb *s, MDB_txn *txn, struct append *a,
                      struct entry *e)
{
    struct text value;
    int rc = lmdb_get(s, txn, IDS, e->id, e->id_length, &value);
    if (rc == MDB_NOTFOUND && e->post->deleted) {
        a->result.unchanged++;
        return 0;
    }
    if ((rc == 0 && value.length == 0) ||
        ((rc == 0 || rc == MDB_NOTFOUND) && e->frozen)) {
        a->result.blocked++;
        return 0;
    }
    if (rc == MDB_NOTFOUND) {
        e->keep = e->fresh = e->counts = true;
        return 0;
    }
    if (rc == 0 && value.length != 6)
        rc = MDB_CORRUPTED;
    if (rc)
        return rc;
    return settle_known(s, txn, a, e,
                        (int64_t)unpack_big((const unsigned char *)value.data,
                                            6));
}

static int settle(struct lmdb *s, MDB_txn *txn, struct append *a)
{
    struct entry *from = a->entries, *end = from + a->batch->count;
    int rc = 0;
    while (from < end && rc == 0) {
        struct entry *last = from;
        while (last + 1 < end && same_identity(from, last + 1))
            last++;
        struct entry *winner = find_winner(from, last);
        make_record(a, winner);
        for (; from <= last; from++)
            if (from != winner)
                count_repeated(a, from, winner);
        rc = settle_one(s, txn, a, winner);
    }
    return rc;
}

/* ---- write ---- */

struct timed {
    struct entry *entry;
    unsigned char key[POST_KEY];
};

static bool mentioned_before(const struct append *a, const struct post *p,
                             uint32_t i)
{
    uint32_t id = a->subjects[p->mentions[i].subject];
    for (uint32_t j = 0; j < i; j++)
        if (a->subjects[p->mentions[j].subject] == id)
            return true;
    return false;
}

/* What the post adds to mentions and figures: as in its record, each subject
 * once and so many at most. */
static void count_entry(struct append *a, const struct entry *e,
                        const unsigned char *key)
{
    const struct post *p = e->post;
    uint32_t counted = 0;
    changes_post(&a->changes, p, e->source, 1);
    for (uint32_t i = 0; i < p->mention_count &&
                         counted < POST_MENTIONS_LIMIT; i++) {
        if (mentioned_before(a, p, i))
            continue;
        const struct mention *m = &p->mentions[i];
        uint32_t subject = a->subjects[m->subject];
        changes_mention(&a->changes, p, subject, &m->tags, e->source, 1);
        a->mentions = mem_grow(a->mentions, &a->mention_room,
                               a->mention_count, sizeof(*a->mentions));
        struct mention_row *row = &a->mentions[a->mention_count++];
        mention_key(row->key, subject, key);
        pack_big(row->value, p->author_hash, 8);
        pack_big(row->value + 8, e->source, 2);
        counted++;
    }
}

static int write_post(struct lmdb *s, MDB_txn *txn, struct append *a,
                      MDB_cursor *c, struct entry *e, bool last)
{
    unsigned char key[POST_KEY];
    post_key(key, e->post->created, e->hash);
    struct text record = entry_record(a, e);
    MDB_val k = { POST_KEY, key }, v = { record.length, (char *)record.data };
    int rc = mdb_cursor_put(c, &k, &v, last ? MDB_APPEND :
                            e->fresh || e->moved ? MDB_NOOVERWRITE : 0);
    if (rc == MDB_KEYEXIST) { /* see settle_known() */
        e->keep = false;
        a->result.blocked++;
        a->result.replaced -= e->moved;
        return lmdb_delete(s, txn, IDS, e->id, e->id_length);
    }
    if (rc)
        return rc;
    if (e->counts)
        count_entry(a, e, key);
    if (e->fresh)
        a->result.added++;
    return e->counts ? touch(s, txn, a, e->post->created, e->fresh) : 0;
}

static int write_posts(struct lmdb *s, MDB_txn *txn, struct append *a)
{
    size_t count = 0;
    struct timed *order = mem_resize(NULL, (a->batch->count + 1) *
                                           sizeof(*order));
    for (size_t i = 0; i < a->batch->count; i++) {
        struct entry *e = &a->entries[i];
        if (!e->keep)
            continue;
        order[count].entry = e;
        post_key(order[count++].key, e->post->created, e->hash);
    }
    sort_records(order, count, sizeof(*order), offsetof(struct timed, key),
                 POST_KEY);
    MDB_cursor *c = NULL;
    MDB_val k, v;
    unsigned char end[POST_KEY] = { 0 };
    int rc = mdb_cursor_open(txn, s->table[POSTS], &c);
    if (rc == 0 && mdb_cursor_get(c, &k, &v, MDB_LAST) == 0 &&
        k.mv_size == POST_KEY)
        memcpy(end, k.mv_data, POST_KEY);
    for (size_t i = 0; i < count && rc == 0; i++) {
        const unsigned char *key = order[i].key;
        rc = write_post(s, txn, a, c, order[i].entry,
                        memcmp(key, end, POST_KEY) > 0);
        if (memcmp(key, end, POST_KEY) > 0)
            memcpy(end, key, POST_KEY);
    }
    if (c)
        mdb_cursor_close(c);
    mem_free(order);
    return rc;
}

static int write_ids(struct lmdb *s, MDB_txn *txn, struct append *a)
{
    MDB_cursor *c = NULL;
    int rc = mdb_cursor_open(txn, s->table[IDS], &c);
    for (size_t i = 0; i < a->batch->count && rc == 0; i++) {
        struct entry *e = &a->entries[i];
        if (!e->keep || !(e->fresh || e->moved))
            continue;
        unsigned char created[6];
        pack_big(created, (uint64_t)e->post->created, 6);
        MDB_val k = { e->id_length, e->id }, v = { sizeof(created), created };
        rc = mdb_cursor_put(c, &k, &v, 0);
    }
    if (c)
        mdb_cursor_close(c);
    return rc;
}

static int write_mentions(struct lmdb *s, MDB_txn *txn, struct append *a)
{
    MDB_cursor *c = NULL;
    int rc = mdb_cursor_open(txn, s->table[MENTIONS], &c);
    sort_records(a->mentions, a->mention_count, sizeof(*a->mentions), 0,
                 MENTION_KEY);
    for (size_t i = 0; i < a->mention_count && rc == 0; i++) {
        MDB_val k = { MENTION_KEY, a->mentions[i].key };
        MDB_val v = { MENTION_VALUE, a->mentions[i].value };
        rc = mdb_cursor_put(c, &k, &v, 0);
    }
    if (c)
        mdb_cursor_close(c);
    return rc;
}

static int write_label(struct lmdb *s, MDB_txn *txn, const struct batch *b,
                       struct error *err)
{
    uint32_t id;
    int rc = 0;
    if (!b->label[0])
        return 0;
    rc = lmdb_name_id(s, txn, STORE_LABELS, text_of(b->label), true, &id,
                      err);
    if (rc == 0 && b->cursor.length)
        rc = lmdb_put(s, txn, CURSORS, b->label, strlen(b->label),
                      b->cursor.data, b->cursor.length);
    if (rc == 0 && b->coverage.state != COVERAGE_NONE)
        rc = lmdb_coverage_mark(s, txn, id, &b->coverage);
    return rc;
}

static int append(struct lmdb *s, MDB_txn *txn, void *context,
                  struct error *err)
{
    struct append *a = context;
    a->result = (struct store_result){ 0 };
    a->source_count = 0;
    a->mention_count = a->changes.count = 0;
    a->told = lmdb_entries(s, txn, TOLD) > 0;
    buf_clear(&a->records);
    arena_reset(&a->changes.memory);
    memset(a->subjects, 0, (a->batch->subject_count + 1) *
                           sizeof(*a->subjects));
    int rc = arrange(s, txn, a, err);
    if (rc == 0) {
        sort_records(a->entries, a->batch->count, sizeof(*a->entries),
                     offsetof(struct entry, id), ID_KEY_LIMIT + 1);
        rc = settle(s, txn, a);
    }
    if (rc == 0)
        rc = write_posts(s, txn, a);
    if (rc == 0)
        rc = write_ids(s, txn, a);
    if (rc == 0)
        rc = write_mentions(s, txn, a);
    if (rc == 0)
        rc = changes_flush(s, txn, &a->changes);
    return rc ? rc : write_label(s, txn, a->batch, err);
}

int lmdb_append(struct store *base, const struct batch *batch,
                struct store_result *result, struct error *err)
{
    struct append a = { .batch = batch };
    a.entries = mem_alloc(batch->count * sizeof(*a.entries));
    a.subjects = mem_alloc((batch->subject_count + 1) * sizeof(*a.subjects));
    a.old = mem_alloc(sizeof(*a.old));
    int rc = lmdb_write(lmdb_of(base), append, &a, "keeping posts", err);
    if (rc == 0) {
        result->added += a.result.added;
        result->replaced += a.result.replaced;
        result->unchanged += a.result.unchanged;
        result->removed += a.result.removed;
        result->blocked += a.result.blocked;
        result->late += a.result.late;
    }
    mem_free(a.entries);
    mem_free(a.subjects);
    mem_free(a.mentions);
    mem_free(a.old);
    buf_release(&a.records);
    changes_release(&a.changes);
    return rc;
}
