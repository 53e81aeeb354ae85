/* SPDX-License-Identifier: Apache-2.0 */
/* The store in one LMDB file: what its parts (lmdb_*.c) share. Nobody else
 * includes this or <lmdb.h>.
 *
 * A store is a folder:
 *   data.mdb     the tables below         lock.mdb    LMDB's reader table
 *   writer.lock  held by the one writer   author.key  see base/hash.h
 *
 * Numbers in keys are big-endian, so that keys sort as numbers do; time comes
 * first, so that writes stay at the right edge of each tree.
 *
 * posts    [created 6][hash 8]                      -> record (record.h)
 * ids      [source 2][tail <= 11][hash 8]           -> created 6; "": a
 *                                                      forgotten post
 * mentions [day 2][hour 1][subject 4][second 2][hash 8]
 *                                                   -> author 8, source 2
 * windows  [day 2][subject 4][source 2]             -> quarter-hour cells
 *          [day 2][subject 4][0 2]                  -> hour cells, all sources
 *                                                      (counts.h)
 * authors  [day 2][subject 4]                       -> sketch (hll.h)
 * terms    [day 2][subject 4]                       -> digest's cache
 * names    [kind 1][name]                           -> id 4
 *          [kind + 128 1][id 4]                     -> name
 * coverage [label id 4][day 2]                      -> 96 states
 * cursors  label                                    -> cursor
 * notes    kind/name                                -> text
 * rules    [0][hash 8] -> id 4;  [1][id 4]          -> description
 * told     [day 2]                                  -> 96 x restated posts 4
 * meta     format, about, expired*, tombstones
 *
 * hash is hash64(source, NUL, native id). tail is the part of the native id
 * after its last '/', at most 10 bytes, with its length in front when it is
 * all digits: native ids mostly grow with time, so the identity index grows
 * at the right edge of each source too; a random id is slower but right.
 * Mentions stand by the hour: a batch of posts of one time touches a few pages
 * of them, not one a subject; a subject's day is 24 searches.
 * Subject 0 is "*", every post with its own tags; it has no mention rows, for
 * its posts are the posts. Ids of subjects, sources and labels begin at 1.
 * mentions carry what author counts need; the tags are in the record.
 */
#ifndef STORE_LMDB_H
#define STORE_LMDB_H

#include <lmdb.h>
#include <sys/types.h>

#include "store/backend.h"
#include "store/pack.h"

enum { LMDB_FORMAT = 1 };

enum table { POSTS, IDS, MENTIONS, WINDOWS, AUTHORS, TERMS, NAMES, COVERAGE,
             CURSORS, NOTES, RULES, TOLD, META, TABLES };
extern const char *const table_names[TABLES];

enum { DAY_SECONDS = 86400, QUARTER_SECONDS = 900, QUARTERS = 96,
       LAST_DAY = 65535, POST_KEY = 14, MENTION_KEY = 17, WINDOW_KEY = 8,
       AUTHOR_KEY = 6, ID_KEY_LIMIT = 2 + 11 + 8, MENTION_VALUE = 10,
       KEY_LIMIT = 500 };

struct name_list {      /* id -> name, as far as they were asked for */
    char **items;       /* owned; place id - 1 */
    size_t count, room;
};

struct lmdb {
    struct store base;  /* first: a struct store * is this */
    char *path;
    enum store_mode mode;
    MDB_env *env;
    MDB_dbi table[TABLES];
    int lock;           /* writer.lock; -1 for a reader */
    ino_t inode;        /* of data.mdb: another one after a compaction */
    unsigned reading;   /* read transactions open in this process */
    unsigned inside;    /* transactions of any kind, see lmdb_fault.c */
    struct name_list names[STORE_LABELS + 1];
};

/* Inner functions return 0, an LMDB or errno code, or TOLD_WHY when err is
 * already filled. */
enum { TOLD_WHY = -1 };

static inline struct lmdb *lmdb_of(struct store *s)
{
    return (struct lmdb *)s;
}

/* ---- lmdb.c: environment and transactions ---- */

/* Turn a code into a sentence; always -1. doing: "reading posts". */
int lmdb_fail(const struct lmdb *s, int rc, const char *doing,
              struct error *err);
int lmdb_read_begin(struct lmdb *s, MDB_txn **txn, struct error *err);
void lmdb_read_end(struct lmdb *s, MDB_txn *txn);

/* ---- lmdb_fault.c ---- */

/* Say in a sentence that the file is damaged when the process would die of
 * it, inside a transaction of this store (the last that was opened). */
void lmdb_watch(struct lmdb *s);
void lmdb_unwatch(const struct lmdb *s);

/* One synced write transaction. work may run again after the map has grown,
 * so it starts its results anew each time. */
typedef int lmdb_work(struct lmdb *s, MDB_txn *txn, void *context,
                      struct error *err);
int lmdb_write(struct lmdb *s, lmdb_work *work, void *context,
               const char *doing, struct error *err);

/* Table access: value is empty and rc MDB_NOTFOUND when there is none. */
int lmdb_get(struct lmdb *s, MDB_txn *txn, enum table t, const void *key,
             size_t length, struct text *value);
int lmdb_put(struct lmdb *s, MDB_txn *txn, enum table t, const void *key,
             size_t length, const void *value, size_t size);
/* MDB_NOTFOUND is fine. */
int lmdb_delete(struct lmdb *s, MDB_txn *txn, enum table t, const void *key,
                size_t length);
size_t lmdb_entries(struct lmdb *s, MDB_txn *txn, enum table t);

static inline struct text value_text(const MDB_val *v)
{
    return (struct text){ v->mv_data, v->mv_size };
}

/* ---- lmdb_names.c ---- */

/* Id of a name; 0 when unknown (rc 0). create: give it the next one. */
int lmdb_name_id(struct lmdb *s, MDB_txn *txn, enum store_name kind,
                 struct text name, bool create, uint32_t *id,
                 struct error *err);
/* NULL when there is no such id. */
const char *lmdb_name(struct lmdb *s, MDB_txn *txn, enum store_name kind,
                      uint32_t id);
/* The largest id of a kind, which is how many there are. */
int lmdb_last_id(struct lmdb *s, MDB_txn *txn, enum store_name kind,
                 uint32_t *id);
void lmdb_names_release(struct lmdb *s);
int lmdb_names(struct store *s, enum store_name kind, visit_name *visit,
               void *context, struct error *err);
const char *lmdb_subject_name(struct store *s, uint32_t id);

/* ---- lmdb_keys.c ---- */

uint64_t post_hash(struct text source, struct text native_id);
void post_key(unsigned char out[POST_KEY], int64_t created, uint64_t hash);
size_t id_key(unsigned char out[ID_KEY_LIMIT], uint32_t source,
              struct text native_id, uint64_t hash);
void mention_key(unsigned char out[MENTION_KEY], uint32_t subject,
                 const unsigned char post[POST_KEY]);
/* The key of the post it is of. */
void mention_post(unsigned char out[POST_KEY], const unsigned char *mention);
/* Step to the subject's next mention, of before until: MDB_NOTFOUND when
 * there is none. key: that of the last one; op MDB_SET_RANGE: where to begin,
 * MDB_NEXT: go on from there. */
int lmdb_mention(MDB_cursor *c, MDB_cursor_op op, int64_t until,
                 unsigned char key[MENTION_KEY], MDB_val *value);

/* ---- lmdb_changes.c: what a transaction does to the counted tables ---- */

/* One post coming into or leaving one subject's figures. */
struct change {
    uint64_t row;             /* day 2, subject 4, source 2: a window key */
    uint64_t author;
    const struct tags *tags;  /* stays until changes_flush() */
    uint8_t quarter;
    int8_t sign;
    bool repost;
    unsigned char key[9];     /* row and quarter, to sort by */
};

struct changes {
    struct change *items;     /* owned */
    size_t count, room;
    struct arena memory;      /* tags of posts that left */
};

void changes_release(struct changes *c);
/* A post and its mentions (subject ids); tags must outlive the flush. */
void changes_post(struct changes *c, const struct post *post, uint32_t source,
                  int sign);
void changes_mention(struct changes *c, const struct post *post,
                     uint32_t subject, const struct tags *tags,
                     uint32_t source, int sign);
void changes_sort(struct changes *c);
/* Apply all to windows, authors and terms. Mentions and posts must be
 * written before: sketches that lose an author are rebuilt from them. */
int changes_flush(struct lmdb *s, MDB_txn *txn, struct changes *c);
/* Fold changes [from, until), all of one row, into its cells in order. */
void changes_fold(struct buf *row, const struct change *from,
                  const struct change *until);

/* ---- lmdb_authors.c ---- */

struct hll;
/* Add the authors of [from, until) from the mentions (posts for subject 0);
 * source 0: all. */
int lmdb_scan_authors(struct lmdb *s, MDB_txn *txn, uint32_t subject,
                      uint32_t source, int64_t from, int64_t until,
                      struct hll *out);
int lmdb_authors(struct store *s, const struct store_query *q,
                 uint64_t *authors, struct error *err);

/* ---- lmdb_expire.c ---- */

/* Posts of the source before this moment were expired (a multiple of 900);
 * source 0: the latest of all sources'. */
int lmdb_expired(struct lmdb *s, MDB_txn *txn, uint32_t source, int64_t *out);
int lmdb_expire(struct store *s, const char *source, int64_t before,
                uint64_t *count, struct error *err);

/* ---- lmdb_append.c, lmdb_remove.c ---- */

int lmdb_append(struct store *s, const struct batch *batch,
                struct store_result *result, struct error *err);

/* Take a stored post out of posts and mentions, and note what leaves the
 * figures in changes. Its identity stays. */
struct record;
int lmdb_unlink(struct lmdb *s, MDB_txn *txn, const unsigned char *key,
                const struct record *record, struct changes *changes);
int lmdb_forget(struct store *s, const struct store_selector *which,
                uint64_t *count, struct error *err);

/* ---- lmdb_told.c ---- */

int lmdb_told(struct store *s, int64_t day, struct error *err);
int lmdb_restated(struct store *s, int64_t from, int64_t until,
                  uint64_t *count, struct error *err);
/* The post at this moment was added, changed or removed; *late: its day was
 * told already. */
int lmdb_told_touch(struct lmdb *s, MDB_txn *txn, int64_t created, bool *late);

/* ---- lmdb_notes.c: small texts, cursors, rules, terms ---- */

int lmdb_cursor(struct store *s, const char *label, struct buf *out,
                struct error *err);
int lmdb_note_put(struct store *s, const char *key, struct text value,
                  struct error *err);
int lmdb_note_get(struct store *s, const char *key, struct buf *out,
                  struct error *err);
int lmdb_note_scan(struct store *s, const char *prefix, visit_note *visit,
                   void *context, struct error *err);
uint32_t lmdb_rules(struct store *s, struct text description,
                    struct error *err);
int lmdb_rules_scan(struct store *s, visit_rules *visit, void *context,
                    struct error *err);
int lmdb_terms_get(struct store *s, const char *subject, int64_t day,
                   struct buf *out, struct error *err);
int lmdb_terms_put(struct store *s, const char *subject,
                   const struct store_terms *rows, size_t count,
                   struct error *err);

/* ---- lmdb_coverage.c ---- */

int lmdb_coverage_mark(struct lmdb *s, MDB_txn *txn, uint32_t label,
                       const struct coverage_span *span);
int lmdb_coverage(struct store *s, const char *label, int64_t from,
                  int64_t until, uint8_t *out, struct error *err);

/* ---- lmdb_read.c ---- */

/* Narrow a range to the days that have windows. */
void lmdb_clamp(struct lmdb *s, MDB_txn *txn, int64_t *from, int64_t *until);
/* Id of a query's subject or source: *known false when there is none. */
int lmdb_query_ids(struct lmdb *s, MDB_txn *txn, const struct store_query *q,
                   uint32_t *subject, uint32_t *source, bool *known,
                   struct error *err);
int lmdb_series(struct store *s, const struct store_query *q, int64_t width,
                struct counts *out, size_t count, struct error *err);
int lmdb_posts(struct store *s, const struct store_query *q,
               visit_post *visit, void *context, struct error *err);
int lmdb_post(struct store *s, struct text source, struct text native_id,
              visit_post *visit, void *context, struct error *err);
int lmdb_span(struct store *s, int64_t *first, int64_t *last,
              struct error *err);

/* ---- lmdb_verify.c, lmdb_care.c, lmdb_dump.c ---- */

int lmdb_verify(struct store *s, bool repair, visit_difference *visit,
                void *context, uint64_t *differences, struct error *err);
int lmdb_compact(struct store *s, struct error *err);
int lmdb_stats(struct store *s, struct store_stats *out, struct error *err);
int lmdb_dump(struct store *s, store_write *write, void *context,
              struct error *err);
int lmdb_load(struct store *s, store_line *next, void *context,
              struct error *err);
/* Close and open the file of a store again. */
int lmdb_reopen(struct lmdb *s, struct error *err);

#endif
