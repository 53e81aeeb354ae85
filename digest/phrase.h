/* SPDX-License-Identifier: Apache-2.0 */
/* What the forms of a digest have in common: the day in words, "▲ 62 %", the
 * sentence of an alert, the command that explains a figure. All plain text:
 * HTML and Markdown escape it. Figures and texts from outside are phrase.c's,
 * sentences phrase_*.c's. */
#ifndef DIGEST_PHRASE_H
#define DIGEST_PHRASE_H

#include "digest/digest.h"

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
enum { QUOTE_COLUMNS = 400 }; /* of a post on a page: it may be an article */
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
void phrase_alert_what(struct buf *out, const struct alert *a);
                             /* 13 times the usual negative posts */
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
/* The day against the usual one: ▲ 62 %; where none is usual new or rare; "–":
 * no post, or no day before; nothing of a day that is not over. */
void phrase_against(struct buf *out, const struct digest *d,
                    const struct digest_standing *s);
void phrase_days(struct buf *out, const struct digest *d,
                 const struct digest_standing *s, size_t days);
                                           /* its last days as a spark */
void phrase_effect(struct buf *out, const struct effect *e);
                                       /* posts: rose, +62 % (+40 to +81) */
void phrase_wish(struct buf *out, const struct digest *d,
                 const struct digest_wish *w);
                                      /* , 3 on the day, 12 the week before */
void phrase_questions(struct buf *out, const struct digest *d);
                     /* Asked about: app 98 people (35 the week before) · ... */
/* left out: 7 days of which too little was collected; alerts on 2 of these
 * days, the last 2026-11-12; or nothing. */
void phrase_cautions(struct buf *out, const char *before,
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
