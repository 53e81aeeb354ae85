/* SPDX-License-Identifier: Apache-2.0 */
/* Terms that are newly frequent: words, phrases, hashtags, emoji and names
 * of a stretch of time against the same subject's earlier days. Counts
 * writers, not posts; copies are counted once. Not a topic model. */
#ifndef DIGEST_TERMS_H
#define DIGEST_TERMS_H

#include "base/config.h"
#include "base/error.h"
#include "base/mem.h"
#include "digest/posts.h"
#include "store/store.h"

enum term_kind { TERM_WORD, TERM_PHRASE, TERM_HASHTAG, TERM_EMOJI, TERM_NAME,
                 TERM_KIND_COUNT };
extern const char *const term_kind_names[TERM_KIND_COUNT];
                              /* word phrase hashtag emoji name */

enum { TERM_EXAMPLES = 3 };

struct term {
    const char *text;     /* as most often written: "two-day delivery" */
    uint8_t kind;         /* enum term_kind */
    const char *phrase;   /* longest phrase it mostly stands in, or NULL:
                           * "fleek" in "on fleek today" */
    uint64_t posts;       /* copies and reposts counted once */
    uint64_t authors;     /* what is compared: one voice each */
    uint64_t before;      /* authors in the background, counted day by day */
    uint64_t yesterday;   /* authors in the last background day */
    double expected;      /* authors, had nothing changed */
    double surprise;      /* -log10 P(as many or more) */
    double z;             /* log-odds against the background: the order */
    bool weak;            /* may well be chance: asked for with query.weak */
    double growth;        /* authors / expected, expected at least a half */
    int64_t first_seen;   /* in this stretch, seconds UTC */
    struct sample examples[TERM_EXAMPLES];
    size_t example_count;
};

enum terms_basis {
    TERMS_NO_BASELINE,  /* too little before: items is empty */
    TERMS_OWN_PAST,     /* the subject's own earlier days */
    TERMS_OTHERS,       /* all other posts of the same stretch: new subject */
    TERMS_BOTH,         /* both together: less than a week of own past */
};

struct terms {
    struct arena memory;       /* owns every text below */
    struct term *items;        /* most telling first */
    size_t count, room;
    uint8_t basis;             /* enum terms_basis */
    uint64_t posts;            /* of the stretch, copies counted once */
    uint64_t copies;           /* what was left out: reposts, near-copies */
    uint64_t authors;
    uint64_t background_authors; /* day by day */
    unsigned background_days;  /* days before that have posts */
};

struct terms_query {
    const char *subject;       /* NULL or "*": every post */
    const char *source;        /* NULL: all */
    int64_t from, until;       /* seconds */
    unsigned background_days;  /* 0: 60 */
    size_t limit;              /* most items; 0: 20 */
    bool weak;                 /* fill up to five with what may be chance */
};

/* Are the terms that the store keeps of closed days those of their posts? A
 * day whose posts have expired cannot be counted again. Differences are told
 * and added to *differences; repair: also mended. */
int terms_verify(struct store *store, const struct config *config,
                 bool repair, visit_difference *visit, void *context,
                 uint64_t *differences, struct error *err);

/* config may be NULL: no own names to leave out, no stop words. */
int terms_find(struct terms **out, struct store *store,
               const struct config *config, const struct terms_query *query,
               struct error *err);
void terms_close(struct terms *t);

/* Every term of the stretch (a day) in order of its text, with nothing judged
 * (terms_days.c). Nonzero from visit stops. The text is valid in the call. */
typedef int visit_term(void *context, struct text term, uint8_t kind,
                       uint32_t posts, uint32_t authors);
int terms_day(struct store *store, const struct config *config,
              const struct store_query *day, visit_term *visit, void *context,
              struct error *err);

#endif
