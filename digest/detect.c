/* SPDX-License-Identifier: Apache-2.0 */
/* The detector: level times clock-hour profile is what is expected; the
 * residual in Poisson units, divided by the series' own usual spread of it, is
 * the score; only a record of the last days is told, and told once. Not
 * tuned to any one series: the constants are round and have their reasons.
 *
 * Mention counts come in bursts, so Poisson or Gamma-Poisson tails fire all
 * the time; dividing by the spread of the last four weeks asks "is this much
 * even for this brand?". Two views, the hour and the last six hours, because
 * some events explode and some swell. docs/trends.md has the measurements.
 */
#include "digest/detect.h"

#include <math.h>

#define LEVEL_RATE (1.0 / 72)   /* the level follows within three days */
#define PROFILE_RATE 0.15       /* the clock's shape within a week */
#define PROFILE_FLOOR 0.05      /* no clock hour is ever quite dead */
#define EXPECTED_FLOOR 0.2      /* posts an hour; below, all is chance */
#define SPREAD_PRIOR 3.0        /* of brands not yet known: bursty */
#define SPREAD_PRIOR_HOURS 72   /* believed as if seen so long */
#define SHARP_FLOOR 1.0         /* no series is steadier than Poisson */
#define SLOW_FLOOR 0.5          /* about 1/sqrt(6): the same of a mean */
#define RECORD_LEAST 24         /* hours, before a record means anything */
#define COOL_DOWN 86400         /* one story is told once a day ... */
#define COOL_DOWN_FACTOR 2.0    /* ... unless it grew to twice the score */

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
    s->count++;
}

/* Standard deviation, with the prior for what was not seen yet. */
static double spread_of(const struct spread *s, double least)
{
    double n = s->count < DETECT_MEMORY ? s->count : DETECT_MEMORY;
    double around = 0;

    if (n > 0)
        around = fmax(0, s->squares - s->sum * s->sum / n);
    around += SPREAD_PRIOR_HOURS * SPREAD_PRIOR * SPREAD_PRIOR;
    return fmax(least, sqrt(around / (n + SPREAD_PRIOR_HOURS)));
}

/* Sum of the newest values of a ring, at most count. */
static double ring_last(const double *ring, uint32_t hours, uint32_t count)
{
    double sum = 0;

    for (uint32_t i = 1; i <= count && i <= hours; i++)
        sum += ring[(hours - i) % DETECT_RECORD];
    return sum;
}

static double ring_greatest(const double *ring, uint32_t hours)
{
    uint32_t count = hours < DETECT_RECORD ? hours : DETECT_RECORD;
    double most = 0;

    for (uint32_t i = 0; i < count; i++)
        most = fmax(most, ring[i]);
    return most;
}

static unsigned clock_hour(int64_t hour)
{
    int64_t second = hour % 86400;

    return (unsigned)((second < 0 ? second + 86400 : second) / 3600);
}

void detector_init(struct detector *d, double threshold)
{
    *d = (struct detector){ .threshold = threshold };
    for (unsigned i = 0; i < 24; i++)
        d->profile[i] = 1;
}

void detector_skip(const struct detector *d, int64_t hour,
                   struct detect_point *out)
{
    double unit, expected;

    expected = fmax(EXPECTED_FLOOR, d->level * d->profile[clock_hour(hour)]);
    unit = sqrt(expected + 0.5);
    *out = (struct detect_point){ .hour = hour, .expected = expected };
    out->spread = spread_of(&d->sharp, SHARP_FLOOR);
    out->low = fmax(0, floor(expected - 1.96 * unit * out->spread));
    out->high = ceil(expected + 1.96 * unit * out->spread);
}

/* Level and profile follow the count, which is capped: a spike is not the
 * new usual until it stays. */
static void detector_follow(struct detector *d, unsigned clock, double count,
                            double expected)
{
    double capped = fmin(count, 3 * expected + 3), rate = LEVEL_RATE;
    double *shape = &d->profile[clock], mean = 0;

    if (d->hours < 24)
        rate = fmax(rate, 1.0 / (d->hours + 1));
    d->level += rate * (capped / *shape - d->level);
    rate = fmax(PROFILE_RATE, 1.0 / (d->seen[clock]++ + 2));
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

/* Score of this hour against records; what is not a record is 0. Also puts
 * the plain score, record or not, to *plain. */
static double detector_score(struct detector *d, double count,
                             double residual, double *plain)
{
    uint32_t past = d->sharp.count, n = 1;
    double mean = residual, sum, sharp, slow, told = 0;

    for (; n < DETECT_SWELL && n <= past; n++)
        mean += d->sharp.value[(past - n) % DETECT_MEMORY];
    mean /= DETECT_SWELL;
    sum = count + ring_last(d->counts, d->hours, DETECT_SWELL - 1);
    sharp = residual / spread_of(&d->sharp, SHARP_FLOOR);
    slow = mean / spread_of(&d->slow, SLOW_FLOOR);
    if (d->hours >= RECORD_LEAST) {
        *plain = fmax(0, fmax(sharp, slow));
        if (count > ring_greatest(d->counts, d->hours) &&
            count >= DETECT_LEAST)
            told = sharp;
        if (sum > ring_greatest(d->sums, d->hours) && sum >= DETECT_LEAST)
            told = fmax(told, slow);
    }
    spread_add(&d->sharp, residual);
    spread_add(&d->slow, mean);
    d->counts[d->hours % DETECT_RECORD] = count;
    d->sums[d->hours % DETECT_RECORD] = sum;
    return told;
}

void detector_step(struct detector *d, int64_t hour, double count,
                   struct detect_point *out)
{
    double score;

    if (d->hours == 0)
        d->level = fmax(count, EXPECTED_FLOOR);
    detector_skip(d, hour, out);
    out->count = count;
    score = detector_score(d, count, (count - out->expected) /
                           sqrt(out->expected + 0.5), &out->score);
    detector_follow(d, clock_hour(hour), count, out->expected);
    d->hours++;
    if (score >= d->threshold &&
        detector_tell(d, DETECT_ALERT, hour, score))
        out->level = DETECT_ALERT;
    else if (score >= fmin(DETECT_WATCHED, d->threshold) &&
             detector_tell(d, DETECT_WATCH, hour, score))
        out->level = DETECT_WATCH;
}
