/* SPDX-License-Identifier: Apache-2.0 */
/* The detector: level times clock-hour profile is what is expected; the
 * residual in Poisson units, divided by the series' own usual spread of it, is
 * the score; only a record of the last days is told, and told once. Not
 * tuned to any one series: the constants are round and have their reasons.
 *
 * Mention counts come in bursts, so Poisson or Gamma-Poisson tails fire all
 * the time; dividing by the spread of the last four weeks asks "is this much
 * even for this brand?". Three views, the hour, the last six and the last 24,
 * because some events explode, some swell, and a campaign lifts a whole day.
 * docs/trends.md has the measurements.
 */
#include "digest/detect.h"

#include <math.h>

#define LEVEL_RATE (1.0 / 72)   /* the level follows within three days */
#define PROFILE_RATE 0.15       /* the clock's shape within a week */
#define PROFILE_POSTS 1.0       /* an hour; fewer say little of the shape */
#define PROFILE_FLOOR 0.05      /* no clock hour is ever quite dead */
#define WEEK_RATE 0.25          /* weekdays within a month */
#define WEEK_POSTS 50           /* of the usual spread squared: a day of so
                                 * many posts is half believed */
#define WEEK_FLOOR 0.05
#define WEEK_LESS 0.74          /* weekdays between the two are alike */
#define WEEK_MORE 1.35
#define EXPECTED_FLOOR 0.02     /* posts an hour; nothing is ever quite dead */
#define SPREAD_PRIOR 3.0        /* of brands not yet known: bursty */
#define SPREAD_PRIOR_HOURS 72   /* believed as if seen so long */
#define SPREAD_FLOOR 1.0        /* no series is steadier than Poisson */
#define RECORD_LEAST 24         /* hours, before a record means anything */
#define LOUD_SCORE 3.0          /* an hour that stands out ... */
#define LOUD_DAYS 0x1ffffffeu   /* ... on the last 28 days ... */
#define LOUD_USUAL 7            /* ... is nothing to tell beyond so many, */
#define LOUD_COST 0.05          /* and each day more raises the bar */
#define COOL_DOWN 86400         /* one story is told once a day ... */
#define COOL_DOWN_FACTOR 2.0    /* ... unless it grew to twice the score */

static const uint32_t view_hours[DETECT_VIEWS] = { 1, DETECT_SWELL,
                                                   DETECT_DAY };

static void spread_add(struct spread *s, double value)
{
    double *slot = &s->value[s->count % DETECT_MEMORY];
    if (s->count >= DETECT_MEMORY) {
        s->sum -= *slot;
        s->squares -= *slot * *slot;
    }
    *slot = value;
    s->sum += value;
    s->squares += value * value;
    if (++s->count % DETECT_MEMORY)
        return;
    /* Sums anew: what a huge count once left of its rounding must go. */
    s->sum = s->squares = 0;
    for (size_t i = 0; i < DETECT_MEMORY; i++) {
        s->sum += s->value[i];
        s->squares += s->value[i] * s->value[i];
    }
}

/* Standard deviation, with the prior for what was not seen yet. */
static double spread_of(const struct spread *s)
{
    double n = s->count < DETECT_MEMORY ? s->count : DETECT_MEMORY;
    double around = SPREAD_PRIOR_HOURS * SPREAD_PRIOR * SPREAD_PRIOR;
    if (n > 0)
        around += fmax(0, s->squares - s->sum * s->sum / n);
    return fmax(SPREAD_FLOOR, sqrt(around / (n + SPREAD_PRIOR_HOURS)));
}

/* Sum of the newest values of a ring of so many, at most count. */
static double ring_last(const double *ring, uint32_t room, uint32_t hours,
                        uint32_t count)
{
    double sum = 0;
    for (uint32_t i = 1; i <= count && i <= hours; i++)
        sum += ring[(hours - i) % room];
    return sum;
}

/* In Poisson standard deviations; a half keeps small counts small. */
static double residual_of(double count, double expected)
{
    return (count - expected) / sqrt(expected + 0.5);
}

static double ring_greatest(const double *ring, uint32_t hours)
{
    uint32_t count = hours < DETECT_RECORD ? hours : DETECT_RECORD;
    double most = 0;
    for (uint32_t i = 0; i < count; i++)
        most = fmax(most, ring[i]);
    return most;
}

static int64_t day_of(int64_t hour)
{
    return (hour < 0 ? hour - 86399 : hour) / 86400;
}

static unsigned clock_hour(int64_t hour)
{
    return (unsigned)((hour - day_of(hour) * 86400) / 3600);
}

static unsigned weekday(int64_t day)
{
    return (unsigned)((day % 7 + 7) % 7);
}

/* Chance makes weekdays differ a little, shops make them differ a lot. */
static double week_factor(const struct detector *d, int64_t day)
{
    double factor = d->week[weekday(day)];
    return factor < WEEK_LESS || factor > WEEK_MORE ? factor : 1;
}

void detector_init(struct detector *d, double threshold)
{
    *d = (struct detector){ .threshold = threshold };
    for (unsigned i = 0; i < 24; i++)
        d->profile[i] = 1;
    for (unsigned i = 0; i < 7; i++)
        d->week[i] = 1;
}

void detector_skip(const struct detector *d, int64_t hour,
                   struct detect_point *out)
{
    double expected = fmax(EXPECTED_FLOOR,
                           d->level * d->profile[clock_hour(hour)] *
                               week_factor(d, day_of(hour)));
    double spread = spread_of(&d->views[0]);
    double half = 1.96 * sqrt(expected + 0.5) * spread;
    *out = (struct detect_point){
        .hour = hour, .expected = expected, .spread = spread,
        .low = fmax(0, floor(expected - half)), .high = ceil(expected + half),
    };
}

/* The day that ended teaches its weekday, the more the more came. */
static void follow_day(struct detector *d, int64_t day)
{
    unsigned w = weekday(d->day);
    double spread = spread_of(&d->views[0]), count = d->day_expected;
    double rate = fmax(WEEK_RATE, 1.0 / (d->weeks[w] + 2)) * count /
                  (count + WEEK_POSTS * spread * spread);
    if (count > 0) {
        d->week[w] += rate * (d->day_count / count - d->week[w]);
        d->week[w] = fmax(WEEK_FLOOR, d->week[w]);
        d->weeks[w]++;
    }
    d->loud = day - d->day < 32 ? d->loud << (day - d->day) : 0;
    d->day = day;
    d->day_count = d->day_expected = 0;
}

/* Level and profile follow the count, which is capped: a spike is not the
 * new usual until it stays. */
static void detector_follow(struct detector *d, unsigned clock, double count,
                            double expected)
{
    double capped = fmin(count, 3 * expected + 3), rate = LEVEL_RATE;
    double *shape = &d->profile[clock], mean = 0;
    if (d->hours >= 48) { /* the clock's shape is roughly known */
        d->day_count += capped;
        d->day_expected += fmax(EXPECTED_FLOOR, d->level * *shape);
    }
    capped /= week_factor(d, d->day);
    if (d->hours < 24)
        rate = fmax(rate, 1.0 / (d->hours + 1));
    d->level = fmax(0, d->level + rate * (capped - d->level * *shape));
    rate = fmax(PROFILE_RATE, 1.0 / (d->seen[clock]++ + 2)) * d->level /
           (d->level + PROFILE_POSTS);
    *shape += rate * (capped / fmax(d->level, 1e-9) - *shape);
    *shape = fmax(PROFILE_FLOOR, *shape);
    if (d->hours % 24 != 23)
        return;
    for (unsigned i = 0; i < 24; i++)
        mean += d->profile[i] / 24;
    for (unsigned i = 0; i < 24; i++)
        d->profile[i] /= mean;
}

/* May a score be told at this level, or is it the same story still? */
static bool detector_tell(struct detector *d, enum detect_level level,
                          int64_t hour, double score)
{
    if (d->told[level] && hour - d->told[level] < COOL_DOWN &&
        score < COOL_DOWN_FACTOR * d->told_score[level])
        return false;
    for (unsigned l = DETECT_WATCH; l <= level; l++) {
        d->told[l] = hour;
        d->told_score[l] = score;
    }
    return true;
}

/* No score below it is ever told. */
static double told_least(const struct detector *d)
{
    return d->threshold < DETECT_WATCHED ? d->threshold : DETECT_WATCHED;
}

/* One view of this hour: its score to *plain if that is greater; returns the
 * score where the hours together are a record, else 0. */
static double view_score(struct detector *d, unsigned view, double count,
                         double expected, double *plain)
{
    double weekday = week_factor(d, d->day);
    uint32_t before = view_hours[view] - 1;
    double sum = count / weekday +
                 ring_last(d->sums[0], DETECT_RECORD, d->hours, before);
    double residual = residual_of(
        count + ring_last(d->counts, DETECT_DAY, d->hours, before),
        expected + ring_last(d->expected, DETECT_DAY, d->hours, before));
    double score = residual / spread_of(&d->views[view]), told = 0;
    if (view == 0) {
        int loud = __builtin_popcount(d->loud & LOUD_DAYS);
        d->loud |= score > LOUD_SCORE;
        score /= 1 + LOUD_COST * fmax(0, loud - LOUD_USUAL);
    }
    if (d->hours >= RECORD_LEAST) {
        *plain = fmax(*plain, score);
        if (sum * weekday >= DETECT_LEAST && score >= told_least(d) &&
            sum > ring_greatest(d->sums[view], d->hours))
            told = score;
    }
    spread_add(&d->views[view], residual);
    d->sums[view][d->hours % DETECT_RECORD] = sum;
    return told;
}

void detector_step(struct detector *d, int64_t hour, double count,
                   struct detect_point *out)
{
    double score = 0;
    if (d->hours == 0) {
        d->level = fmax(count, EXPECTED_FLOOR);
        d->day = day_of(hour);
    }
    if (day_of(hour) > d->day)
        follow_day(d, day_of(hour));
    detector_skip(d, hour, out);
    out->count = count;
    for (unsigned view = 0; view < DETECT_VIEWS; view++)
        score = fmax(score, view_score(d, view, count, out->expected,
                                       &out->score));
    d->counts[d->hours % DETECT_DAY] = count;
    d->expected[d->hours % DETECT_DAY] = out->expected;
    detector_follow(d, clock_hour(hour), count, out->expected);
    d->hours++;
    if (score >= d->threshold &&
        detector_tell(d, DETECT_ALERT, hour, score))
        out->level = DETECT_ALERT;
    else if (score >= told_least(d) &&
             detector_tell(d, DETECT_WATCH, hour, score))
        out->level = DETECT_WATCH;
}
