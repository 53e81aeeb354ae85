/* SPDX-License-Identifier: Apache-2.0 */
/* Alerts of a range while they are found: what alerts.c, survey.c, cause.c and
 * topic.c have in common. Internal to them. */
#ifndef DIGEST_SURVEY_H
#define DIGEST_SURVEY_H

#include "digest/alerts.h"
#include "digest/candidates.h"
#include "digest/names.h"

struct survey {
    struct alerts *out;
    struct store *store;
    const struct config *config;
    const struct alerts_query *query;
    int64_t start, until;     /* the hours looked at: the past, then those of
                               * the range that are closed */
    size_t hours, judged;     /* judged: first hour of the range */
    struct arena memory;      /* of what there is of each hour: */
    bool *known;
    double *coverage;         /* -1: nothing planned */
    struct counts *counts, *all;
    struct counts *part;      /* of one source */
    struct names sources;     /* that are counted; none: all */
    double *value;
    struct detect_point *points;
    struct finding *findings;
    size_t count, room;
    bool unsure;              /* a silence that may be the sources' was told */
    struct error *err;
};

void survey_add(struct survey *s, const struct alert *a);

enum { PAST_LEAST = 72 };     /* hours known before a subject is judged */

/* survey.c: hours that are closed, from the store's first on, at most 35 days
 * before the range. 0: nothing to look at. */
int survey_open(struct survey *s);
/* Share of what was planned in hours of it; 1: nothing was. */
double survey_coverage(const struct survey *s, size_t from, size_t until);
/* Does the source count? */
bool survey_counted(const struct survey *s, struct text source);
/* store_series() of the sources that count; a query for one has it anyway. */
int survey_series(const struct survey *s, const struct store_query *q,
                  int64_t width, struct counts *out, size_t count);
/* Each hour of a subject, or NULL: of everything. */
int survey_hours(const struct survey *s, const char *subject,
                 struct counts *out);

/* cause.c: fill posts, authors, top_author, copied, worth of *a for parts[0]
 * between since and until; its posts, copies left out, go to *docs (to be
 * released). */
int cause_crowd(const struct survey *s, struct alert *a,
                struct documents *docs);
/* Fill the rest: aspect, channel, source, terms, samples. */
int cause_explain(const struct survey *s, struct alert *a,
                  const struct documents *docs);

/* topic.c: a new thing many writers talk of, though the counts of the brand
 * hardly move: a campaign's hashtag, a rumour. Adds an alert for each brand
 * that has one, unless one of its alerts already tells it. subjects: those
 * watched. */
int topics_tell(struct survey *s, const struct names *subjects);

#endif
