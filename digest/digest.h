/* SPDX-License-Identifier: Apache-2.0 */
/* One day as it is told: every figure of the digest in one record, made from
 * store queries by digest_compose() and read by the renderers. Renderers
 * compute nothing, so that all forms say the same.
 *
 * All texts are NUL-terminated and live in the digest's arena (or in its
 * alerts). Order of reading:
 *   data → changes → standing → wishes → waiting → experiments → rivals →
 *   where → samples
 */
#ifndef DIGEST_DIGEST_H
#define DIGEST_DIGEST_H

#include "base/clock.h"
#include "base/config.h"
#include "base/error.h"
#include "digest/alerts.h"
#include "digest/coverage.h"
#include "digest/experiment.h"
#include "digest/terms.h"
#include "digest/waiting.h"
#include "store/store.h"

enum { DIGEST_DAYS = 28,            /* of history beside each figure */
       DAYS_SPAN = DIGEST_DAYS + 1 }; /* with the day, the last */

/* Which of the days before tell what is usual: those since the last change of
 * what is collected that have posts, of all and half of what was planned. */
struct days_usual {
    struct coverage_change change;
    int first;                 /* the first day after it */
    unsigned count;            /* known days from there */
    bool known[DAYS_SPAN];     /* was collected; the day itself always is */
};

/* An estimate with its 95 % interval; few: under the floor, do not show a
 * figure but say "too few to say". */
struct estimate {
    double value, low, high;
    bool few;
};

/* A stretch in which a source was planned but not covered. */
struct digest_gap {
    const char *label;
    int64_t from, until;
    uint8_t state;             /* enum coverage_state */
};

/* What each service brought. */
struct digest_source {
    const char *name;
    uint64_t posts;
    double usual;              /* posts a day, median of the history */
};

/* A brand or product. */
struct digest_standing {
    const char *name, *title;
    bool product, own;
    bool told;                 /* an alert is about it */
    bool drifted;              /* the whole day is beyond low and high */
    struct counts today, yesterday;
    uint64_t authors;          /* exact for the day */
    struct estimate net;       /* (positive - negative) / scored, -1..1 */
    struct estimate net_usual; /* of the history together */
    double share;              /* of voice: of all brands' posts, 0..1 */
    double share_usual, share_low, share_high; /* as usual, low, high */
    double usual, low, high;   /* posts a day: median, 10th and 90th
                                * percentile of the days with coverage */
    double change;             /* today / usual - 1; NAN: no history, usual
                                * is 0, or the day is not over */
    uint32_t history[DAYS_SPAN]; /* posts; the last is the day */
    float history_net[DIGEST_DAYS]; /* NAN on a day without posts */
    uint32_t hours[25];        /* the day's posts by local hour */
    size_t hour_count;         /* 23, 24 or 25 */
    bool few;                  /* today's posts are under the floor */
    struct term terms[5];      /* newly frequent, most telling first */
    size_t term_count;
};

/* A word newly frequent where the brand is spoken of. */
struct digest_word {
    const char *subject;
    struct term term;
};

enum { WISHES_QUOTED = 3 }; /* a page has a post of theirs; others: a line */
/* A thing asked for: suggestions grouped by what they wish. */
struct digest_wish {
    const char *subject, *text;
    uint64_t posts, authors;   /* in the last 7 days */
    uint64_t authors_before;   /* in the 7 days before */
    uint64_t today;            /* of the authors: who asked on the day */
    struct sample sample;
};

enum { ASKS_QUOTED = 3 };
/* Questions, support requests and complaints of 7 days, and who answered. */
struct digest_waiting {
    const char *subject, *title;
    bool own, known;           /* known: replies were seen, or marked by hand */
    struct ask_figures figures;
    struct sample samples[ASKS_QUOTED]; /* open ones of ours to look at
                                         * first */
    size_t sample_count;
};

struct digest_experiment {
    struct experiment experiment;       /* texts in the arena */
    struct experiment_reading reading;
};

struct digest_switch {
    const char *from, *to;     /* titles; whom we do not watch: as written */
    uint64_t posts, authors;   /* in the last 7 days */
    const char *aspect;        /* most named reason, or NULL */
    bool from_own, to_own;
};

/* An aspect where we stand clearly worse or better than a rival, 7 days: of
 * all that were compared, chance would tell one in 20 digests. */
struct digest_gap_to_rival {
    const char *aspect, *rival;
    double ours, theirs;       /* net sentiment of posts on the aspect */
    uint64_t our_posts, their_posts;
};

/* Aspect × channel for our brands together; row ASPECT_COUNT: any aspect,
 * column CHANNEL_COUNT: any channel. */
struct digest_cell {
    uint32_t posts, positive, negative;
};
enum { CELL_LEAST = 10 };      /* posts; fewer are too few to say */
double cell_net(const struct digest_cell *c); /* of one that has posts */
/* The aspects of that value and more, greatest first; how many. */
size_t aspects_order(uint8_t order[ASPECT_COUNT],
                     const uint64_t values[ASPECT_COUNT], uint64_t least);

struct digest {
    struct arena memory;
    int64_t day;               /* local, days since 1970 */
    int64_t from, until;       /* its seconds */
    int64_t now;
    const struct zone *zone;   /* borrowed; outlives the digest */
    const char *timezone, *title, *rivals; /* "Harrow & Pine", "A and B" */

    /* Is anything wrong with the data? */
    uint64_t posts, authors;   /* that mention any subject */
    uint64_t collected;        /* posts of the day, mentioning or not */
    uint64_t unscored;         /* ... in languages that are not scored */
    uint64_t expired;          /* ... whose texts are gone: in the counts,
                                * not among people, samples and wishes */
    uint64_t expired_before;   /* ... of the 13 days before it: not among
                                * wishes, questions, asks and switches */
    double coverage;           /* 0..1 of what was planned */
    bool planned;              /* false: coverage was never recorded */
    bool closed;               /* the day is over at now */
    uint64_t restated;         /* changed since the day was first told */
    uint64_t restated_before[3]; /* the same of the days before, the latest
                                * first; 0: a tenth of its posts or less */
    struct days_usual usual;
    struct digest_gap *gaps;
    size_t gap_count;
    struct digest_source *sources;
    size_t source_count;
    const char **faults;       /* sources that fail or fell silent, as of now:
                                * one sentence each; none on older days */
    size_t fault_count;

    /* What changed. */
    struct alerts *alerts;     /* with causes; owned */
    struct digest_word *rising; /* most telling first; none that an alert
                                * tells, of rivals only the surest */
    size_t rising_count;

    struct digest_standing *standing; /* brands each followed by products */
    size_t standing_count;
    struct digest_wish *wishes;
    size_t wish_count;
    uint64_t asked[ASPECT_COUNT]; /* people who asked our brands about it in
                                   * the last 7 days */
    uint64_t asked_before[ASPECT_COUNT]; /* ... in the 7 before */
    struct digest_waiting *waiting;
    size_t waiting_count;
    struct digest_experiment *experiments;
    size_t experiment_count;
    struct digest_switch *switches;
    size_t switch_count;
    struct digest_gap_to_rival *rival_gaps;
    size_t rival_gap_count;
    struct digest_cell where[ASPECT_COUNT + 1][CHANNEL_COUNT + 1];
    uint8_t where_rows[ASPECT_COUNT]; /* worth a row, most posts first */
    size_t where_count;
    struct sample *samples;    /* posts worth reading, most telling first */
    size_t sample_count;

    uint32_t rules;            /* rule version of the day's posts */
    uint32_t rules_before;     /* of the history, when it differs; else 0 */
};

/* day: local day number. brands: names to keep, none or NULL for
 * all; shares stay those of all brands. Changes nothing but the cache of
 * closed days' terms, when the store is writable: whoever has delivered the
 * digest says so with digest_told(). zone must outlive the digest. */
int digest_compose(struct digest **out, struct store *store,
                   const struct config *config, const struct zone *zone,
                   int64_t day, const struct option_list *brands,
                   struct error *err);
void digest_close(struct digest *d);
/* How many alerts the digest of the day tells, all brands kept. */
int digest_alerts(size_t *count, struct store *store,
                  const struct config *config, const struct zone *zone,
                  int64_t day, struct error *err);
/* The day was told: from now on, later posts of it count as restated. */
int digest_told(const struct digest *d, struct store *store,
                struct error *err);

/* When each local day of the span that ends with day begins, and the last
 * ends. */
void days_starts(const struct zone *zone, int64_t day,
                 int64_t starts[DAYS_SPAN + 1]);
/* What each day counts of a subject or a source; NULL: of all. */
int days_series(struct store *store, const int64_t starts[DAYS_SPAN + 1],
                const char *subject, const char *source,
                struct counts out[DAYS_SPAN], struct error *err);
int days_usual(struct days_usual *out, struct store *store,
               const struct config *config,
               const int64_t starts[DAYS_SPAN + 1],
               const struct counts all[DAYS_SPAN], struct error *err);

/* Net sentiment of counts that so many people wrote (0: not known); few: under
 * the floor. */
void estimate_net(struct estimate *out, const struct counts *counts,
                  uint64_t people, uint64_t floor);

/* Renderers append to out; they cannot fail. columns: terminal width; colour:
 * ANSI allowed. */
void digest_text(const struct digest *d, struct buf *out, unsigned columns,
                 bool colour);
void digest_markdown(const struct digest *d, struct buf *out);
/* In short, for a room of Slack, else of Teams. */
void digest_chat(const struct digest *d, struct buf *out, bool slack);
void digest_json(const struct digest *d, struct buf *out);
/* Where a page's links go. A link to the same page of another day is before,
 * the date, after. */
struct digest_links {
    const char *before, *after;
    int64_t previous, next;      /* days; 0: no such page */
    int64_t day;                 /* whose digest is elsewhere; 0: no link */
    bool served;                 /* there are /inbox, /experiments and
                                  * /subject/NAME */
};
/* One self-contained page; links NULL: it stands alone. */
void digest_html(const struct digest *d, struct buf *out,
                 const struct digest_links *links);
/* The same for mail: no SVG, folds or variables, which mail readers drop. */
void digest_html_mail(const struct digest *d, struct buf *out);

/* digest/site.c: a folder with a page a day, YYYY-MM-DD.html, and index.html
 * with a calendar of them. The neighbours' pages, where there are any, are
 * made again: they link here now, and may have been restated. */
int digest_site(const struct digest *d, const struct digest *before,
                const struct digest *after, const char *folder,
                struct error *err);
/* The calendar alone: days ascending, each linked as YYYY-MM-DD.html; so many
 * of them are served without their alerts having been looked for. */
struct calendar_day {
    int64_t day;
    size_t alerts;               /* that its page tells, as far as is known */
};
void digest_calendar(struct buf *out, const char *title,
                     const struct calendar_day *days, size_t count,
                     bool served, size_t unlooked);
/* True when the folder has a page of the day. */
bool digest_site_has(const char *folder, int64_t day);

#endif
