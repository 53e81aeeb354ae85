/* SPDX-License-Identifier: Apache-2.0 */
/* What somebody published, and a page of such. Collectors fill the first
 * part, pipeline stages the second; the store keeps both.
 *
 *   batch ── memory (arena): every text, span and mention of its posts
 *     ├─ posts[count]
 *     ├─ subjects[]: names; struct mention says which by index
 *     └─ cursor, cursor label: become durable together with the posts
 */
#ifndef BASE_POST_H
#define BASE_POST_H

#include "base/buf.h"
#include "base/mem.h"
#include "base/tags.h"
#include "base/text.h"

/* Ceilings for one post; longer is cut at a character (text) or refused. */
enum {
    POST_TEXT_LIMIT = 64 * 1024,
    POST_ID_LIMIT = 400,      /* native ids, author ids, handles */
    POST_URL_LIMIT = 2000,
    POST_MENTIONS_LIMIT = 64,
};

/* 1990-01-01: nobody posted on a network before; such a date is a default or
 * a lie. */
enum { POST_EARLIEST = 631152000 };

/* Stored: only ever append. */
enum post_kind { POST_ORIGINAL, POST_REPLY, POST_REPOST, POST_QUOTE,
                 POST_REVIEW, POST_COMMENT, POST_KIND_COUNT };
extern const char *const post_kind_names[POST_KIND_COUNT];
                              /* post reply repost quote review comment */

/* One post × one subject. */
struct mention {
    uint32_t subject;  /* index into batch.subjects */
    struct span span;  /* what matched; for a brand mentioned only through
                        * its product, the product's span */
    struct tags tags;  /* of its clause, not of the whole post */
};

struct post {
    /* From the source. Texts are valid UTF-8 without NUL. */
    struct text source;     /* the service: "bluesky"; part of the identity */
    struct text native_id;  /* opaque; part of the identity */
    struct text url;
    struct text author;     /* stable id of the writer; hashed by the store
                             * layer's caller, never stored as it is */
    struct text handle;     /* stored only when configured */
    struct text text;       /* HTML until clean_post(), then plain */
    struct text reply_to;   /* native id of the parent, same source */
    struct text lang;       /* claimed by the source, e.g. "en" */
    int64_t created;        /* claimed by the writer; seconds, UTC */
    int64_t indexed;        /* seen by the server, 0: unknown */
    int64_t fetched;        /* seen by us */
    int64_t edited;         /* 0: never */
    uint32_t likes, reposts, replies;
    uint8_t kind;           /* enum post_kind */
    uint8_t rating;         /* 1 to 5, 0: none */
    bool html;              /* text is HTML: clean_post() makes it plain */
    bool deleted;           /* the source says it is gone: remove it */

    /* From the pipeline. */
    uint64_t author_hash;   /* keyed; 0: no author known */
    char language[4];       /* guessed: "en", "de", ... "und"; NUL-padded */
    uint8_t confidence;     /* of the guess, percent */
    uint8_t faults;         /* set of enum post_fault */
    struct tags tags;       /* of the whole post */
    struct mention *mentions; /* in the batch's arena */
    uint32_t mention_count;
    struct span wish;       /* what a suggestion asks for */
    struct span from, to;   /* of a switch: left whom, went where */
    uint32_t rules;         /* rule version of the tags; set by reading the
                             * store, which takes batch.rules when writing */
};

/* Stored: only ever append. */
enum post_fault {
    POST_FAULT_PATTERN = 1,  /* a pattern passed its match limit here */
    POST_FAULT_CUT = 2,      /* text was longer than the limit */
    POST_FAULT_TIME = 4,     /* claimed time was impossible; server's used */
};

/* Which part of the planned time a source really covered. Stored: only ever
 * append. A later span overrides an earlier one, but never turns COVERED
 * back into a fault; LATE was covered once it was over and had failed. */
enum coverage_state { COVERAGE_NONE, COVERAGE_PLANNED, COVERAGE_LIMITED,
                      COVERAGE_FAILED, COVERAGE_COVERED, COVERAGE_LATE,
                      COVERAGE_STATES };
static inline bool coverage_got(uint8_t state)
{
    return state == COVERAGE_COVERED || state == COVERAGE_LATE;
}
extern const char *const coverage_names[COVERAGE_STATES];
                            /* none planned rate-limited failed covered
                             * late */

struct coverage_span {
    int64_t from, until;     /* post time; whole quarter hours touched */
    uint8_t state;           /* enum coverage_state */
};

struct batch {
    struct arena memory;
    struct post *posts;      /* owned */
    size_t count, room;
    const char *const *subjects; /* borrowed from the tagger; may be NULL */
    size_t subject_count;
    uint64_t subjects_hash;  /* of lists with the same names in the same order
                              * only; 0: not said */
    uint32_t rules;          /* rule version the tags were made with */
    /* What becomes durable together with these posts, kept under the label
     * of the configured source; label "" keeps nothing. */
    char label[80];
    struct buf cursor;       /* empty: leave the stored one as it is */
    struct coverage_span coverage; /* state COVERAGE_NONE: nothing to say */
    bool archive;            /* read from a file: what was deleted, earlier or
                              * in here, stays out; a source that shows a
                              * post again has it again */
};

void batch_init(struct batch *b);
void batch_release(struct batch *b);
/* Forget posts and their text; keep the memory for the next page. */
void batch_reset(struct batch *b);
/* A blank post at the end; valid until the next batch_add(). */
struct post *batch_add(struct batch *b);
/* Take the last post back. */
void batch_drop(struct batch *b);

#endif
