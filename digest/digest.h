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
    uint64_t today;
    struct sample sample;
};

/* People who asked our brands about an aspect. */
struct digest_questions {
    uint64_t week, before;     /* in the last 7 days, in the 7 before */
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
    struct digest_questions questions[ASPECT_COUNT];
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
/* The calendar alone: days ascending, each linked as YYYY-MM-DD.html. */
void digest_calendar(struct buf *out, const char *title, const int64_t *days,
                     size_t count, bool served);
/* True when the folder has a page of the day. */
bool digest_site_has(const char *folder, int64_t day);

/* Shared by the renderers (digest/phrase*.c): the day in words, "▲ 62 %",
 * the sentence of an alert, the command that explains a figure. All plain
 * text: HTML and Markdown escape it. */
void phrase_day(struct buf *out, int64_t day);        /* Friday 20 November 2026 */
void phrase_date(struct buf *out, int64_t day);       /* 2026-11-20 */
void phrase_date_short(struct buf *out, int64_t day); /* "20 Nov " */
void phrase_change(struct buf *out, double change);   /* ▲ 62 %, ▼ 6 %, ▲ ×48, = */
void phrase_net(struct buf *out, const struct estimate *e);
                                          /* +0.12 ±0.05, too few to say */
void phrase_posts_by(struct buf *out, uint64_t posts, uint64_t people);
                                          /* 4,124 posts by 2,829 people */
/* A figure between the words around it, so that a sentence reads as one. */
void phrase_count(struct buf *out, const char *before, uint64_t n,
                  const char *after);     /* 4,124 */
void phrase_people(struct buf *out, const char *before, uint64_t n,
                   const char *after);    /* 2,829 people */
void phrase_posts(struct buf *out, const char *before, uint64_t n,
                  const char *after);     /* 4,124 posts */
void phrase_number(struct buf *out, const char *before, double n,
                   const char *after);    /* rounded; 0: below */
void phrase_share(struct buf *out, const char *before, double share,
                  const char *after);     /* 31 % */
void phrase_signed(struct buf *out, const char *before, double value,
                   const char *after);    /* −0.12 */
void phrase_clock(struct buf *out, const char *before, int64_t when,
                  const struct digest *d, const char *after);
                                          /* 15:00 local; with its date when
                                           * it is of another day */
void phrase_age(struct buf *out, const char *before, int64_t seconds,
                const char *after);       /* 40 min, 31 h, 5 days */
/* A character of a text from outside: 0: drop it, ' ': a space instead, else
 * itself. Controls could drive a terminal; direction and invisible marks could
 * hide or reorder words. */
uint32_t phrase_harmless(uint32_t point);
/* A post's text on one line of at most columns columns (0: all of it),
 * controls, bidi and invisible characters made harmless. */
void phrase_quote(struct buf *out, const char *before, const char *text,
                  size_t columns, const char *after);
/* ▁▂▃▄▅▆▇█; known NULL, or false where "·" says that nothing was collected. */
void phrase_spark(struct buf *out, const uint32_t *values, const bool *known,
                  size_t count);
/* Only web addresses become links. */
bool phrase_is_link(const char *url);
/* One, with what are marks where it goes made harmless; others: nothing. */
void phrase_link(struct buf *out, const char *before, const char *url,
                 const char *marks, const char *after);
/* The next line of at most room columns, broken at a space where there is
 * one, not before %; left loses it. */
struct text phrase_line(struct text *left, size_t room);
/* The table's rows: brands, and of many products those that have something to
 * say; how many. What else there is, and what "usual" is, in a note. */
enum { ROWS_MOST = 60 };
size_t phrase_rows(const struct digest *d,
                   const struct digest_standing *rows[ROWS_MOST]);
void phrase_rows_note(struct buf *out, const struct digest *d, size_t shown);
/* How a subject stands, NULL: it is not in the table. */
const struct digest_standing *phrase_standing(const struct digest *d,
                                              const char *subject);
const char *phrase_title(const struct digest *d, const char *subject);
const char *phrase_level(const struct alert *a);         /* ALERT, WATCH, UNSURE */
void phrase_alert(struct buf *out, const struct digest *d,
                  const struct alert *a);                /* one headline */
void phrase_alert_detail(struct buf *out, const struct digest *d,
                         const struct alert *a);         /* who, how much */
void phrase_alert_terms(struct buf *out, const struct alert *a);
                                               /* "log in" ×41 · "5.2" new */
bool phrase_data(struct buf *out, const struct digest *d);
                              /* 4,124 posts by 2,829 people · coverage 96 %;
                               * true: too little of what was planned */
/* What else is to be known of the data, one note after the other, faults
 * first. 1: it is a fault; 0: not; -1: there is no more. May be "". */
int phrase_note(struct buf *out, const struct digest *d, size_t at);
/* An alert that is judged, not a watch; how many there are. */
bool phrase_is_alert(const struct alert *a);
size_t phrase_alert_count(const struct digest *d);
/* The day in short, one line after the other: the id of the page's section
 * that tells it whole; NULL: there is no more. The line may be "". */
const char *phrase_brief(struct buf *out, const struct digest *d, size_t at);
/* What stood out, in a sentence or two. */
void phrase_verdict(struct buf *out, const struct digest *d);
void phrase_word(struct buf *out, const struct term *t);
                                           /* "sale" by 21 people (usual 2) */
void phrase_words(struct buf *out, const struct digest *d);
                     /* "wide-leg" by 21 people (usual 2) · Bolt "sale" ... */
void phrase_days(struct buf *out, const struct digest *d,
                 const struct digest_standing *s, size_t days);
                                           /* its last days as a spark */
void phrase_effect(struct buf *out, const struct effect *e);
                                       /* posts: rose, +62 % (+40 to +81) */
void phrase_wish(struct buf *out, const struct digest *d,
                 const struct digest_wish *w);
                                      /* , 3 today, 12 the week before */
void phrase_questions(struct buf *out, const struct digest *d);
                     /* Asked about: app 98 people (35 the week before) · ... */
/* left out: 7 days of which too little was collected; or nothing. */
void phrase_left_out(struct buf *out, const char *before,
                     const struct experiment_reading *r, const char *after);
void phrase_experiment(struct buf *out, const struct zone *zone,
                       const char *who, const struct digest_experiment *x);
     /* Acme since 2026-11-10: 28 days before, 10 after, 2 brands to compare with */
/* 957 asked or complained WHEN, answered 24 % (median 2 h), 731 open ... */
void phrase_figures(struct buf *out, const struct ask_figures *f, bool known,
                    const char *when, int64_t until);
void phrase_waiting(struct buf *out, const struct digest *d,
                    const struct digest_waiting *w);
void phrase_unanswered(struct buf *out, const struct digest *d);
                             /* Replies not known: Bolt (271 asked), ... */
void phrase_switch(struct buf *out, const struct digest_switch *s);
void phrase_rival_gap(struct buf *out, const struct digest_gap_to_rival *g);
void phrase_why(struct buf *out, const struct digest *d, const char *subject);
                                         /* swell why SUBJECT --day ... */
/* The command behind a section's figures, to paste on the terminal, and
 * what it is for: "why", "answer them". */
enum digest_section { SECTION_STANDING, SECTION_WISHES, SECTION_WAITING,
                      SECTION_EXPERIMENTS, SECTION_RIVALS, SECTION_SWITCHES,
                      SECTION_WHERE };
const char *phrase_verb(enum digest_section section);
void phrase_command(struct buf *out, const struct digest *d,
                    enum digest_section section);

#endif
