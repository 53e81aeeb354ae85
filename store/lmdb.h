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
 * posts    [created 5][hash 6]        -> record (record.h)
 * ids      [source 2]               -> many, sorted: [tail 8][hash 6]
 *                                       [created 5]; or forgotten, deleted
 * hours    [day 2][hour 1][subject 4] -> length of cells, cells, entries:
 *                                       a cell a source and quarter hour
 *                                       (index: source * 4 + quarter), an
 *                                       entry a post: [second 2][hash 6]
 * days     [day 2][subject 4]        -> length of cells, cells, sketch: a
 *                                       cell an hour (counts.h, hll.h)
 * terms    [day 2][subject 4]        -> digest's cache
 * names    [kind 1][name]            -> id 4
 *          [kind + 128 1][id 4]      -> name
 * coverage [label id 4][day 2]       -> 96 states
 * cursors  label                     -> cursor
 * notes    kind/name                 -> text
 * rules    [0][hash 8] -> id 4;  [1][id 4] -> description
 * told     [day 2]                   -> 96 x restated posts 4, or not told
 * meta     format, about, expired*, tombstones
 *
 * hash is the first 6 bytes of hash64(source, NUL, native id). tail is what
 * follows the native id's last '/' (those at the end left out) but for its
 * last 3 bytes: 8 of it at most, or a number when it is all digits. Native
 * ids mostly grow with time, and each source is a tree of its own whose pages
 * fill up at its right edge; a random id is slower but right. Of two ids of
 * one source, tail and hash the first stays (1 chance in 5,000,000 for 10,000
 * of a tail, and most have tails of their own).
 * An hour's row holds all that is counted of a subject in it, by source and
 * quarter hour, and which posts it was: a batch of posts of one time touches
 * a few pages of them. A day's row is their sum, so that a month is 30 rows.
 * Subject 0 is "*", every post with its own tags; its rows have no entries,
 * for its posts are the posts. Ids of subjects, sources and labels begin at 1.
 */
#ifndef STORE_LMDB_H
#define STORE_LMDB_H

#include <lmdb.h>
#include <sys/types.h>

#include "store/backend.h"
#include "store/pack.h"

/* 1 had mentions, windows, authors; 2 had identities of varying length; 3 had
 * ids letter by letter. */
enum { LMDB_FORMAT = 4 };
#define FORMAT_LOADING "loading" /* in its place until a load is whole */

enum table { POSTS, IDS, HOURS, DAYS, TERMS, NAMES, COVERAGE, CURSORS, NOTES,
             RULES, TOLD, META, TABLES, FREE_PAGES = TABLES };
extern const char *const table_names[TABLES];

/* As mdb_dbi_open() wants them for a new table. */
static inline unsigned table_flags(enum table t)
{
    return t == IDS ? MDB_DUPSORT | MDB_DUPFIXED : 0;
}

enum { DAY_SECONDS = 86400, HOUR_SECONDS = 3600, QUARTER_SECONDS = 900,
       DAY_HOURS = 24, QUARTERS = 96, LAST_DAY = 65535,
       CREATED = 5, POST_HASH = 6, POST_KEY = CREATED + POST_HASH,
       HOUR_KEY = 7, DAY_KEY = 6, ENTRY = 2 + POST_HASH,
       ID_SOURCE = 2, ID_TAIL = 8, ID_KEY = ID_SOURCE + ID_TAIL + POST_HASH,
       KEY_LIMIT = 500 };

struct name_list {
    char **items;             /* owned, by id - 1, as asked for; NULL: unknown */
    size_t count, room;
};

/* The author of each post of a day, as a sketch has them. Posts that left
 * since are in it still, and some twice. */
struct day_authors {
    bool walked;
    int64_t day;
    struct day_author {
        unsigned char key[POST_KEY];
        uint32_t code;
        uint32_t next;         /* of the same place: 1 + which item */
    } *items;                  /* owned */
    size_t count, room;
    uint32_t *last;            /* owned: of each place: 1 + which item */
};

struct lmdb {
    struct store base;  /* first: a struct store * is this */
    char *path;
    MDB_env *env;
    MDB_dbi table[TABLES + 1]; /* the last is 0: LMDB's own of free pages */
    int lock;           /* writer.lock; -1 for a reader */
    bool made_folder, made_file; /* they were not there before */
    ino_t table_inode;  /* of lock.mdb: another one after a compaction */
    MDB_txn *held;      /* a reader's: every read is in it */
    unsigned reading;   /* read transactions open in this process */
    unsigned inside;    /* transactions of any kind, see lmdb_fault.c */
    struct name_list names[STORE_LABELS + 1];
    struct {
        uint64_t hash;        /* as batch.subjects_hash */
        size_t count;
        uint32_t *ids;        /* owned, by their place; 0: not asked for */
    } subjects;               /* of the last batch */
    struct day_authors authors[2]; /* the last even day and the last odd one */
};

/* One of its transactions; passed by value. */
struct txn {
    struct lmdb *s;
    MDB_txn *mdb;
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
int lmdb_read_begin(struct store *s, struct txn *t, struct error *err);
/* 0, or lmdb_fail() of rc. */
int lmdb_read_end(struct txn t, int rc, const char *doing, struct error *err);

/* The file as it is, and as its pages make it. */
struct lmdb_size {
    uint64_t file;         /* bytes */
    uint64_t pages, page;  /* so many, each of so many bytes */
    uint64_t moment;       /* the last transaction */
    int fd;                /* borrowed */
};
int lmdb_measure(const struct lmdb *s, struct lmdb_size *out);
/* By writers that could not know of this reader, who may not write lock.mdb. */
bool lmdb_overtaken(const struct lmdb *s);
#define OVERTAKEN "other processes wrote meanwhile, and this user may not " \
    "write lock.mdb, where readers say what they need; try again, or give " \
    "this user write access to that file"

/* One synced write transaction. work may run again after the map has grown,
 * so it starts its results anew each time. */
typedef int lmdb_work(struct txn t, void *context, struct error *err);
int lmdb_write(struct store *s, lmdb_work *work, void *context,
               const char *doing, struct error *err);

/* Close and open the file of a store again. */
int lmdb_reopen(struct lmdb *s, struct error *err);
/* Nothing came of it: take away the file, and the folder, if opening this
 * made them. The store can then only be closed. */
void lmdb_unmake(struct lmdb *s);

/* ---- lmdb_tables.c ---- */

/* There is no store here; always -1. */
int lmdb_none(const struct lmdb *s, struct error *err);
/* Refuses a store of another format and a file that is not ours. */
int lmdb_tables(struct txn t, struct error *err);
/* The same for a writer, who makes them in an empty file. */
int lmdb_tables_make(struct txn t, void *context, struct error *err);

/* Table access: value is empty and rc MDB_NOTFOUND when there is none. */
int lmdb_get(struct txn t, enum table table, const void *key, size_t length,
             struct text *value);
int lmdb_put(struct txn t, enum table table, const void *key, size_t length,
             const void *value, size_t size);
/* MDB_NOTFOUND is fine. */
int lmdb_delete(struct txn t, enum table table, const void *key, size_t length);
size_t lmdb_entries(struct txn t, enum table table);

static inline struct text value_text(const MDB_val *v)
{
    return (struct text){ v->mv_data, v->mv_size };
}

/* A walk over rows in the order of their keys:
 *
 *   struct scan r = scan_from(t, POSTS, key, POST_KEY);
 *   for (; r.rc == 0 && ... r.key, r.value ...; scan_next(&r))
 *       r.rc = ...;
 *   return scan_end(&r);
 */
struct scan {
    MDB_cursor *cursor;    /* NULL when it could not be opened */
    MDB_val key, value;    /* of the row, when rc is 0 */
    int rc;
};

/* From the first key that is not before this one; length 0: from the first. */
struct scan scan_from(struct txn t, enum table table, const void *key,
                      size_t length);
/* Does nothing unless rc is 0. */
void scan_next(struct scan *r);
/* Returns rc, 0 at the end of the table. */
int scan_end(struct scan *r);
/* The key of the first or last row; MDB_NOTFOUND: there is none. */
int lmdb_edge(struct txn t, enum table table, MDB_cursor_op edge,
              MDB_val *key);

/* ---- lmdb_fault.c ---- */

/* Say in a sentence that the file is damaged when the process would die of
 * it, inside a transaction of this store (the last that was opened). */
void lmdb_watch(struct lmdb *s);
void lmdb_unwatch(const struct lmdb *s);
/* What look() says in a process of its own; false where that dies of it. */
typedef bool lmdb_look(const struct lmdb *s, const struct lmdb_size *size);
bool lmdb_try(lmdb_look *look, const struct lmdb *s,
              const struct lmdb_size *size);

/* ---- lmdb_names.c ---- */

/* Id of a name; 0 when unknown (rc 0). create: give it the next one. */
int lmdb_name_id(struct txn t, enum store_name kind, struct text name,
                 bool create, uint32_t *id, struct error *err);
/* Ids of a batch's subjects by their place, those that are not known yet 0:
 * kept for the next one, which mostly has the same list. */
uint32_t *lmdb_subject_ids(struct lmdb *s, const struct batch *batch);
/* What was kept may never have become durable. */
void lmdb_subject_ids_forget(struct lmdb *s);
/* NULL when there is no such id. */
const char *lmdb_name(struct txn t, enum store_name kind, uint32_t id);
/* The largest id of a kind, which is how many there are. */
int lmdb_last_id(struct txn t, enum store_name kind, uint32_t *id);
void lmdb_names_release(struct lmdb *s);

/* ---- lmdb_keys.c ---- */

uint64_t post_hash(struct text source, struct text native_id);
void post_key(unsigned char out[POST_KEY], int64_t created, uint64_t hash);
/* Of a post's key, or of what an identity holds. */
int64_t created_of(const void *key);
void hour_key(unsigned char out[HOUR_KEY], int64_t moment, uint32_t subject);
void day_key(unsigned char out[DAY_KEY], int64_t day, uint32_t subject);

/* ---- lmdb_ids.c: which post a native id is ---- */

/* In place of the time of a post: it was forgotten, was deleted at its source,
 * or there is none. */
#define ID_FORGOTTEN ((int64_t)0xffffffffff)
#define ID_DELETED ((int64_t)0xfffffffffe)
#define ID_NONE ((int64_t)-1)

static inline bool id_has_post(int64_t created)
{
    return created >= 0 && created < ID_DELETED;
}

void id_key(unsigned char out[ID_KEY], uint32_t source, struct text native_id,
            uint64_t hash);
/* The identity of a stored post; MDB_CORRUPTED when it has no source. */
struct record;
int lmdb_identity(struct txn t, const struct record *r,
                  unsigned char out[ID_KEY]);
/* When its post was created, or one of the above. */
int lmdb_id_get(struct txn t, const unsigned char id[ID_KEY],
                int64_t *created);
/* Instead of what is there; ID_NONE: nothing. */
int lmdb_id_put(struct txn t, const unsigned char id[ID_KEY], int64_t created);
/* How many are noted as forgotten. */
int lmdb_tombstones(struct txn t, uint64_t *count);
int lmdb_tombstones_put(struct txn t, uint64_t count);
/* -1: not a row of the table. */
int id_read(const MDB_val *key, const MDB_val *value,
            unsigned char out[ID_KEY], int64_t *created);
/* By a cursor of the table. */
int id_get(MDB_cursor *c, const unsigned char id[ID_KEY], int64_t *created);
int id_put(MDB_cursor *c, const unsigned char id[ID_KEY], int64_t created);
/* The last of the id's source, with its source; zeros behind that: none. */
int id_last(MDB_cursor *c, const unsigned char id[ID_KEY],
            unsigned char out[ID_KEY]);
/* One that is not there yet. */
int id_add(MDB_cursor *c, const unsigned char id[ID_KEY], int64_t created);
/* Those behind all of a source are gathered in order, then added at once:
 * half the work, and pages are filled to the end. */
void id_gather(struct buf *rows, const unsigned char id[ID_KEY],
               int64_t created);
int id_add_last(MDB_cursor *c, const unsigned char id[ID_KEY],
                struct buf *rows);

/* ---- lmdb_rows.c: what the rows of hours and days hold ---- */

struct row {
    struct text cells;
    struct text rest;     /* entries of an hour, the sketch of a day */
};

/* Empty when there is none. */
int lmdb_row(struct txn t, enum table table, const void *key, struct row *row);
/* -1: not a row. */
int row_read(struct text value, struct row *row);
size_t row_length(struct text cells, struct text rest);
void row_write(void *out, struct text cells, struct text rest);

/* In their order in a row. */
void entries_sort(struct buf *entries);

/* Show each hour that touches [from, until) and has posts of the subject, with
 * its cell of the day's row; nonzero from visit stops and is returned. */
struct cell;
typedef int visit_hour(void *context, int64_t hour, const struct cell *cell);
int lmdb_hours(struct txn t, uint32_t subject, int64_t from, int64_t until,
               visit_hour *visit, void *context);

/* Show the key of each post of [from, until) that mentions the subject, in
 * order; nonzero from visit stops and is returned. */
typedef int visit_entry(void *context, const unsigned char key[POST_KEY]);
int lmdb_entries_of(struct txn t, uint32_t subject, int64_t from,
                    int64_t until, visit_entry *visit, void *context);

/* ---- lmdb_changes.c: what a transaction does to hours and days ---- */

/* One post coming into or leaving one subject's figures. */
struct change {
    uint32_t hour, subject;   /* which row; hours since 1970 */
    uint64_t author;
    uint64_t counted;         /* see counted_by() */
    unsigned char entry[ENTRY];
    uint32_t place;           /* index of its cell in the hour's row */
    int16_t score;
    int8_t sign;              /* 0: expired, leaves no figure */
    bool told;
};

/* Some that follow each other. */
struct run {
    const struct change *const *items;
    size_t count;
};

struct changes {
    struct change *items;     /* owned */
    size_t count, room;
    const struct change **sorted; /* owned: the items, as sorted last */
    struct run *rows;         /* owned: those of each row, in its table's
                               * order of keys */
    size_t row_count, row_room;
};

/* What all changes of a post have in common. */
struct coming {
    const struct post *post;
    const unsigned char *key; /* of the post */
    uint32_t source;
    int sign;
    bool told;                /* counts as one restated post */
};

void changes_release(struct changes *c);
/* One subject of the post (0: all), with its tags there. */
void changes_add(struct changes *c, const struct coming *of, uint32_t subject,
                 const struct tags *tags);
/* All of a stored post, whose mentions name subjects by id. */
void changes_add_post(struct changes *c, const struct coming *of);
/* Fill rows: of the hours; and then, from those, of the days. */
void changes_by_hour(struct changes *c);
void changes_by_day(struct changes *c);
/* Apply all to hours, days, terms and told. Posts must be written before:
 * sketches that lose an author are mended by them. */
int changes_flush(struct txn t, struct changes *c);

/* ---- lmdb_left.c: who left a day's sketch ---- */

struct hll;
struct left {
    struct leaver *leavers;   /* owned: of the row, who did not come back */
    size_t count, room;
    struct record *record;    /* owned scratch; NULL at first */
};

void left_release(struct left *l);
/* Did anybody leave with these, which are of one row? */
bool left_find(struct left *l, struct run row);
/* Take those out of the row's sketch. */
int left_mend(struct txn t, struct left *l, int64_t day, uint32_t subject,
              struct hll *sketch);

/* Whoever writes a post, or another author into one, says so. */
void day_authors_note(struct lmdb *s, const unsigned char *key,
                      uint64_t author);
/* What was walked may never have become durable. */
void day_authors_forget(struct lmdb *s);

/* ---- lmdb_authors.c ---- */

/* Add the authors of [from, until) from the posts; source 0: all. */
int lmdb_scan_authors(struct txn t, uint32_t subject, uint32_t source,
                      int64_t from, int64_t until, struct hll *out);

/* ---- lmdb_expire.c ---- */

/* Posts of the source before this moment were expired (a multiple of 900);
 * source 0: the latest of all sources'. */
int lmdb_expired(struct txn t, uint32_t source, int64_t *out);

/* ---- lmdb_care.c ---- */

#define FRESH_FILE "data.mdb.new" /* of a compaction, until it is whole */

/* Pages from this one on that nothing is kept in. */
int lmdb_count_free(struct txn t, uint64_t first, uint64_t *count);

/* ---- lmdb_forget.c ---- */

/* Take a stored post out of posts, and note what leaves the figures in
 * changes; replaced: its new self counts as restated. Its identity stays. */
int lmdb_unlink(struct txn t, const unsigned char *key,
                const struct record *record, bool replaced,
                struct changes *changes);

/* ---- lmdb_told.c ---- */

/* So many posts came, changed or went in each quarter hour of the day. */
int lmdb_told_add(struct txn t, int64_t day, const uint32_t more[QUARTERS]);

/* ---- lmdb_coverage.c ---- */

int lmdb_coverage_mark(struct txn t, uint32_t label,
                       const struct coverage_span *span);

/* ---- lmdb_read.c ---- */

/* Narrow a range to the days that have windows. */
void lmdb_clamp(struct txn t, int64_t *from, int64_t *until);
/* Id of a query's subject or source: *known false when there is none. */
int lmdb_query_ids(struct txn t, const struct store_query *q,
                   uint32_t *subject, uint32_t *source, bool *known,
                   struct error *err);

/* ---- the verbs of store.h ---- */

__typeof__(store_append) lmdb_append;
__typeof__(store_cursor) lmdb_cursor;
__typeof__(store_note_put) lmdb_note_put;
__typeof__(store_note_get) lmdb_note_get;
__typeof__(store_note_scan) lmdb_note_scan;
__typeof__(store_rules) lmdb_rules;
__typeof__(store_rules_scan) lmdb_rules_scan;
__typeof__(store_forget) lmdb_forget;
__typeof__(store_expire) lmdb_expire;
__typeof__(store_compact) lmdb_compact;
__typeof__(store_told) lmdb_told;
__typeof__(store_restated) lmdb_restated;
__typeof__(store_series) lmdb_series;
__typeof__(store_authors) lmdb_authors;
__typeof__(store_posts) lmdb_posts;
__typeof__(store_post) lmdb_post;
__typeof__(store_subject_name) lmdb_subject_name;
__typeof__(store_names) lmdb_names;
__typeof__(store_span) lmdb_span;
__typeof__(store_coverage) lmdb_coverage;
__typeof__(store_terms_get) lmdb_terms_get;
__typeof__(store_terms_put) lmdb_terms_put;
__typeof__(store_verify) lmdb_verify;
__typeof__(store_dump) lmdb_dump;
__typeof__(store_load) lmdb_load;
__typeof__(store_stats) lmdb_stats;

#endif
