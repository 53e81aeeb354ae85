/* SPDX-License-Identifier: Apache-2.0 */
/* Where posts and their windows are kept. The verbs speak of posts and
 * trends, not of keys and rows, so each backend may do them its way.
 *
 * Subjects and sources are named by their names here; ids stay inside.
 * Subject NULL or "*": every post, whatever it mentions (with the post's own
 * tags); "acme" includes the posts of its products, each counted once.
 *
 * A store that is read never blocks the writer, nor is blocked. One writer
 * at a time: a second one gets ERROR_BUSY.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/buf.h"
#include "base/error.h"
#include "base/post.h"

struct store;

enum store_mode {
    STORE_READ,    /* must exist; nothing is written, not even locks when
                    * the file system is read-only. All that is read is of
                    * the moment of opening, whatever is appended meanwhile:
                    * pages freed since then stay, so for as long as an answer
                    * takes */
    STORE_CHANGE,  /* must exist, so that a misspelt path makes no store; from
                    * then on as STORE_WRITE */
    STORE_WRITE,   /* created when absent */
};

/* Is it the URL of a store that could be? Touches nothing. */
int store_check(const char *url, struct error *err);
/* url: "lmdb://PATH" or a plain path. */
int store_open(struct store **out, const char *url, enum store_mode mode,
               struct error *err);
void store_close(struct store *s);
/* Asked before an answer is given: was all of it read at that moment? -1: a
 * process that may not say what it reads was overtaken by writers. */
int store_kept(struct store *s, struct error *err);
/* Opened for writing: caches may be kept. */
bool store_writable(const struct store *s);

/* Where this store keeps its own files (author key); borrowed. */
const char *store_folder(const struct store *s);

/* ---- writing ---------------------------------------------------------- */

struct store_result {
    uint64_t added;      /* not seen before */
    uint64_t replaced;   /* known, and something differed */
    uint64_t unchanged;  /* known, the same */
    uint64_t removed;    /* post.deleted, and it was here */
    uint64_t blocked;    /* forgotten, expired or (of an archive) deleted
                          * earlier: stays out */
};

/* Keep the posts, their windows, terms, authors, coverage and the cursor, in
 * one durable transaction. A post whose source and native id are known
 * replaces its old self in every window, also when its time moved. The same
 * id twice in a batch: the last wins, of an archive a deletion. Counts are
 * added to *result. */
int store_append(struct store *s, const struct batch *batch,
                 struct store_result *result, struct error *err);

/* 1: cursor of the label in out; 0: none yet; -1: see err. */
int store_cursor(struct store *s, const char *label, struct buf *out,
                 struct error *err);

/* Small named texts: round states, alerts told, experiments, labels, inbox
 * states, rule versions. Key is "kind/name". Empty value deletes. Those named
 * "inbox/SOURCE/ID" and "label/SOURCE/ID" are forgotten with the post. */
int store_note_put(struct store *s, const char *key, struct text value,
                   struct error *err);
/* 1: found, copied to out; 0: none; -1: see err. */
int store_note_get(struct store *s, const char *key, struct buf *out,
                   struct error *err);
/* In key order. Nonzero from visit stops. The texts are valid in the call. */
typedef int visit_note(void *context, const char *key, struct text value);
int store_note_scan(struct store *s, const char *prefix, visit_note *visit,
                    void *context, struct error *err);

/* Number of the rule set described by text (its hash decides): a new one gets
 * the next number, a known one its own. 0 on failure. */
uint32_t store_rules(struct store *s, struct text description,
                     struct error *err);

/* Each version that was ever used, in order. Nonzero from visit stops. */
typedef int visit_rules(void *context, uint32_t number, struct text what);
int store_rules_scan(struct store *s, visit_rules *visit, void *context,
                     struct error *err);

struct store_selector {     /* one of them */
    uint64_t author;        /* keyed hash */
    struct text source, native_id;
    struct text url;        /* with source: only there */
};
/* Remove the posts from everything; a tombstone without content keeps each
 * out when it is imported again. *count: posts removed. */
int store_forget(struct store *s, const struct store_selector *which,
                 uint64_t *count, struct error *err);

/* Drop posts created before the moment; windows, authors and terms of their
 * days stay. source NULL: all. */
int store_expire(struct store *s, const char *source, int64_t before,
                 uint64_t *count, struct error *err);

/* Rewrite the file without free pages (deleted content is gone from disk). */
int store_compact(struct store *s, struct error *err);

/* A digest of [from, until) was told: what comes, changes or goes there later
 * restates it. By whole quarter hours. */
int store_told(struct store *s, int64_t from, int64_t until,
               struct error *err);
/* Posts added, changed or removed in [from, until) since it was told. */
int store_restated(struct store *s, int64_t from, int64_t until,
                   uint64_t *count, struct error *err);

/* ---- reading ---------------------------------------------------------- */

/* Every member is 64 bits wide: the codec reads it as one row of numbers. The
 * order is the stored one; what is rarely zero comes first. */
struct counts {
    uint64_t posts;                    /* all below are parts of it */
    uint64_t label[LABEL_COUNT];
    int64_t score;                     /* sum of scores, thousandths */
    uint64_t reposts;                  /* of kind repost */
    uint64_t channel[CHANNEL_COUNT];
    uint64_t intent[INTENT_COUNT];
    uint64_t aspect[ASPECT_COUNT];
    uint64_t aspect_negative[ASPECT_COUNT];
    uint64_t aspect_positive[ASPECT_COUNT];
};

void counts_add(struct counts *to, const struct counts *from);

struct store_query {
    const char *subject;   /* NULL or "*": every post */
    const char *source;    /* NULL: all sources */
    int64_t from, until;   /* seconds, until excluded */
};

/* Fill count buckets of width seconds (a multiple of 900) from q->from, which
 * must be a multiple of 900. out is zeroed first. An unknown subject or
 * source is all zeros. */
int store_series(struct store *s, const struct store_query *q, int64_t width,
                 struct counts *out, size_t count, struct error *err);

/* Distinct authors in the range; exact while few, else HyperLogLog with a
 * relative standard error of 1.6 %. */
int store_authors(struct store *s, const struct store_query *q,
                  uint64_t *authors, struct error *err);

/* Visit posts oldest first. mention is that of q->subject, NULL for "*". The
 * post is valid only during the call; its mentions' subject numbers are ids:
 * ask store_subject_name(). Nonzero stops the scan. */
typedef int visit_post(void *context, const struct post *post,
                       const struct mention *mention);
int store_posts(struct store *s, const struct store_query *q,
                visit_post *visit, void *context, struct error *err);
/* One post by identity: 1 visited, 0 unknown, -1 see err. */
int store_post(struct store *s, struct text source, struct text native_id,
               visit_post *visit, void *context, struct error *err);

/* NULL when there is no such id. Valid until the store is closed. */
const char *store_subject_name(struct store *s, uint32_t id);

enum store_name { STORE_SUBJECTS, STORE_SOURCES, STORE_LABELS };
typedef int visit_name(void *context, const char *name);
int store_names(struct store *s, enum store_name kind, visit_name *visit,
                void *context, struct error *err);

/* First and last second that has a post; where it was expired, of its hour. 1:
 * there are, 0: none (both are 0 then),
 * -1: see err. */
int store_span(struct store *s, int64_t *first, int64_t *last,
               struct error *err);

/* One state a quarter hour of [from, until) for a source label; out holds
 * (until - from) / 900 bytes of enum coverage_state. */
int store_coverage(struct store *s, const char *label, int64_t from,
                   int64_t until, uint8_t *out, struct error *err);

/* A cache of a closed day's terms, made by digest/ from the posts and
 * dropped by the store when a post of that day and subject changes. */
int store_terms_get(struct store *s, const char *subject, int64_t day,
                    struct buf *out, struct error *err); /* 1, 0, -1 */
struct store_terms {
    int64_t day;
    struct text packed;
};
/* All in one transaction: a first digest keeps weeks of them. */
int store_terms_put(struct store *s, const char *subject,
                    const struct store_terms *rows, size_t count,
                    struct error *err);

/* ---- care ------------------------------------------------------------- */

/* Recompute hours, days, sketches and identities from the posts and
 * compare. Each difference is told as one sentence. repair: also mend. */
typedef void visit_difference(void *context, const char *sentence);
int store_verify(struct store *s, bool repair, visit_difference *visit,
                 void *context, uint64_t *differences, struct error *err);

struct store_stats {
    uint64_t posts, notes, tombstones;
    uint64_t hours, days;       /* rows: one a subject that has posts in it */
    uint32_t subjects, sources;
    uint64_t bytes_used, bytes_file;
    uint32_t format;
};
int store_stats(struct store *s, struct store_stats *out, struct error *err);

/* The whole store as text, in the format of its own tools (LMDB: that of
 * mdb_dump -a), and back into an empty store. */
typedef int store_write(void *context, const char *data, size_t length);
int store_dump(struct store *s, store_write *write, void *context,
               struct error *err);
/* The next line, without its newline. 1: a line, 0: no more, -1: failed. Of a
 * load that failed nothing is left where opening made the store, which can then
 * only be closed. */
typedef int store_line(void *context, struct text *line);
int store_load(struct store *s, store_line *next, void *context,
               struct error *err);

#endif
