/* SPDX-License-Identifier: Apache-2.0 */
/* See incident.h. An incident opens where the detector tells something, takes
 * in the hours just before that were unusual too (a swell is told late), and
 * ends after three usual hours. */
#include "digest/incident.h"

#include <math.h>
#include <string.h>

#define SILENT_MOST 0.1        /* of what was expected */
#define SILENT_SURE 6.0        /* usual deviations, over the hours together */

enum {
    QUIET_HOURS = 3,           /* usual hours that end an incident */
    SILENT_LEAST = 6,          /* hours, before silence is told */
    DAYS_TOLD = 2,             /* a longer stretch has more than one usual */
};

/* The usual deviation of an hour, in posts. */
static double deviation(const struct detect_point *p)
{
    return p->spread * sqrt(p->expected + 0.5);
}

/* Above what two of three usual hours show. */
static bool raised(const struct detect_point *p)
{
    return p->count > p->expected + deviation(p);
}

static void incident_end(struct incident *in, const struct detect_point *p,
                         size_t count)
{
    for (size_t i = in->from; i < in->until; i++)
        in->score = fmax(in->score, p[i].score);
    in->rising = in->until == count ||
                 (in->until + 1 == count && raised(&p[count - 2]));
}

/* Where hours usually lie together whose variances add up to this. */
static void incident_range(struct incident *in, double variance)
{
    double half = 1.96 * sqrt(variance);
    in->low = fmax(0, floor(in->expected - half));
    in->high = ceil(in->expected + half);
}

static void incident_sum(struct incident *in, const struct detect_point *p)
{
    double variance = 0;
    in->peak = p[in->from];
    for (size_t i = in->from; i < in->until; i++) {
        in->observed += p[i].count;
        in->expected += p[i].expected;
        variance += deviation(&p[i]) * deviation(&p[i]);
        if (p[i].count > in->peak.count)
            in->peak = p[i];
    }
    incident_range(in, variance);
}

static void incident_open(struct incident *in, const struct detect_point *p,
                          size_t at, size_t first)
{
    *in = (struct incident){ .from = at, .until = at + 1,
                             .level = p[at].level };
    while (in->from > first && at - in->from < DETECT_SWELL - 1 &&
           raised(&p[in->from - 1]))
        in->from--;
}

static size_t keep(struct incident out[INCIDENTS_MOST], size_t kept,
                   const struct incident *in)
{
    if (kept == INCIDENTS_MOST)
        memmove(out, out + 1, --kept * sizeof(*out));
    out[kept] = *in;
    return kept + 1;
}

/* Hours that are known teach it, before learnt. */
static void run_detector(const struct hours *h, size_t first, size_t learnt,
                         struct detect_point *points)
{
    struct detector d;
    detector_init(&d, DETECT_THRESHOLD);
    for (size_t i = first; i < h->count; i++) {
        int64_t hour = h->start + (int64_t)i * 3600;
        if (i < learnt && h->known[i]) {
            detector_step(&d, hour, h->value[i], &points[i]);
        } else {
            detector_skip(&d, hour, &points[i]);
            points[i].count = h->value[i];
        }
    }
}

size_t incidents_find(struct incident out[INCIDENTS_MOST],
                      const struct hours *h, size_t first, size_t judged,
                      struct detect_point *points)
{
    struct incident open = { 0 };
    size_t kept = 0, usual = QUIET_HOURS;
    run_detector(h, first, h->count, points);
    for (size_t i = first; i <= h->count; i++) {
        bool end = i == h->count;
        if (!end && usual < QUIET_HOURS) {
            bool up = raised(&points[i]);
            usual = up ? 0 : usual + 1;
            if (up)
                open.until = i + 1;
            if (points[i].level > open.level)
                open.level = points[i].level;
            if (usual < QUIET_HOURS)
                continue;
        }
        if (open.until > judged) {
            incident_end(&open, points, h->count);
            kept = keep(out, kept, &open);
        }
        open = (struct incident){ 0 };
        if (!end && points[i].level) {
            incident_open(&open, points, i, first);
            usual = 0;
        }
    }
    /* The detector follows what comes: of a day three times as loud half would
     * be its usual. What is told is what was usual when the day began. */
    if (kept && h->count - judged <= DAYS_TOLD * DETECT_DAY)
        run_detector(h, first, judged, points);
    for (size_t i = 0; i < kept; i++)
        incident_sum(&out[i], points);
    return kept;
}

bool silence_find(struct incident *out, const struct hours *h, size_t first,
                  size_t judged, struct detect_point *points)
{
    double observed = 0, expected = 0, variance = 0;
    size_t from = judged;
    bool found = false;
    if (h->count - judged > DETECT_RECORD)
        return false;
    run_detector(h, first, judged, points); /* silence is not learnt */
    for (size_t i = judged; i < h->count; i++) {
        const struct detect_point *point = &points[i];
        observed += h->value[i];
        expected += point->expected;
        variance += deviation(point) * deviation(point);
        if (!h->known[i] || h->value[i] > point->expected * SILENT_MOST * 3) {
            from = i + 1;
            observed = expected = variance = 0;
            continue;
        }
        if (i + 1 - from < SILENT_LEAST || observed > SILENT_MOST * expected ||
            expected - observed < SILENT_SURE * sqrt(variance))
            continue;
        *out = (struct incident){
            .from = from, .until = i + 1, .level = DETECT_ALERT,
            .score = (expected - observed) / sqrt(variance),
            .rising = i + 1 == h->count, .observed = observed,
            .expected = expected, .peak = *point,
        };
        incident_range(out, variance);
        found = true;
    }
    return found;
}
