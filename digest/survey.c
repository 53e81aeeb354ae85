/* SPDX-License-Identifier: Apache-2.0 */
/* What a survey looks at: the hours, the sources that count in them, and what
 * there is of each. Judges nothing. */
#include "digest/survey.h"

#include <string.h>

#include "base/clock.h"

double survey_coverage(const struct survey *s, size_t from, size_t until)
{
    double sum = 0, hours = 0;
    for (size_t i = from; i < until; i++) {
        if (s->coverage[i] < 0)
            continue;
        sum += s->coverage[i];
        hours++;
    }
    return hours > 0 ? sum / hours : 1;
}

bool survey_counted(const struct survey *s, struct text source)
{
    return s->sources.count == 0 || names_has(&s->sources, source);
}

int survey_series(const struct survey *s, const struct store_query *q,
                  int64_t width, struct counts *out, size_t count)
{
    if (q->source || s->sources.count == 0)
        return store_series(s->store, q, width, out, count, s->err);
    memset(out, 0, count * sizeof(*out));
    for (size_t k = 0; k < s->sources.count; k++) {
        struct store_query part = *q;
        part.source = s->sources.items[k];
        if (store_series(s->store, &part, width, s->part, count, s->err))
            return -1;
        for (size_t i = 0; i < count; i++)
            counts_add(&out[i], &s->part[i]);
    }
    return 0;
}

int survey_hours(const struct survey *s, const char *subject,
                 struct counts *out)
{
    struct store_query q = { subject, NULL, s->start, s->until };
    return survey_series(s, &q, HOUR, out, s->hours);
}

/* Keep the sources that were collected in all of a range, or in none of it. */
static int keep_sources(struct survey *s, int64_t from, int64_t until)
{
    struct names parts = { 0 };
    size_t kept = 0;
    int rc = coverage_parts(&parts, s->store, s->config, from, until, s->err);
    if (rc == 0)
        rc = names_read(&s->sources, s->store, STORE_SOURCES, s->err);
    for (size_t i = 0; i < s->sources.count; i++)
        if (!names_has(&parts, text_of(s->sources.items[i])))
            s->sources.items[kept++] = s->sources.items[i];
    s->sources.count = kept;
    names_release(&parts);
    return rc;
}

/* What a source brings that was added is no rise: the past begins there. For as
 * long as that is too short to judge, the source is left out instead, so that
 * what is told elsewhere is not missed. The same of one that was given up. */
static int survey_sources(struct survey *s, int64_t until)
{
    int64_t from = s->query->from;
    int64_t recent = from - PAST_LEAST * (int64_t)HOUR;
    struct coverage_change change;
    if (until <= s->start)
        return 0;
    if (coverage_changed(&change, s->store, s->config, s->start, until,
                         s->err))
        return -1;
    if (change.when > recent && recent - DAY > s->start) {
        if (keep_sources(s, recent - DAY, until) ||
            (s->sources.count &&
             coverage_changed(&change, s->store, s->config, s->start, recent,
                              s->err)))
            return -1;
        s->out->partial = s->sources.count > 0;
    }
    while (s->start < change.when && s->start < from)
        s->start += HOUR;
    return 0;
}

int survey_open(struct survey *s)
{
    const struct alerts_query *q = s->query;
    int64_t now = clock_now(), first, last;
    int64_t until = q->until < now ? q->until : now;
    int rc = store_span(s->store, &first, &last, s->err);
    if (rc <= 0)
        return rc;
    s->start = q->from - ALERT_HISTORY * (int64_t)DAY;
    while (s->start + HOUR <= first && s->start < q->from)
        s->start += HOUR;
    /* A long range is not given up for what changed within it. */
    last = until - q->from > 2 * DAY ? q->from : until / QUARTER * QUARTER;
    if (survey_sources(s, last))
        return -1;
    if (until - s->start < HOUR || until < q->from)
        return 0; /* nothing before it, or it has not begun */
    s->hours = (size_t)((until - s->start) / HOUR);
    s->until = s->start + (int64_t)s->hours * HOUR;
    s->judged = (size_t)((q->from - s->start) / HOUR);
    s->known = arena_alloc(&s->memory, s->hours * sizeof(*s->known));
    s->coverage = arena_alloc(&s->memory, s->hours * sizeof(*s->coverage));
    s->counts = arena_alloc(&s->memory, s->hours * sizeof(*s->counts));
    s->all = arena_alloc(&s->memory, s->hours * sizeof(*s->all));
    s->part = arena_alloc(&s->memory, s->hours * sizeof(*s->part));
    s->value = arena_alloc(&s->memory, s->hours * sizeof(*s->value));
    s->points = arena_alloc(&s->memory, s->hours * sizeof(*s->points));
    if (coverage_hours(s->coverage, s->hours, s->start,
                       q->coverage ? q->coverage : s->store, s->config,
                       s->err) ||
        survey_hours(s, NULL, s->all))
        return -1;
    /* A poorly covered hour teaches nothing; in the day it is judged all the
     * same, to be shown, and its verdict withheld. */
    for (size_t i = 0; i < s->hours; i++)
        s->known[i] = i >= s->judged || s->coverage[i] < 0 ||
                      s->coverage[i] >= COVERAGE_FLOOR;
    return 1;
}
