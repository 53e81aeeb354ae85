/* SPDX-License-Identifier: Apache-2.0 */
/* Spikes in any hourly count series, as it streams: an hour is scored from
 * itself and earlier hours only. Knows nothing of the store or of posts.
 *
 *   struct detector d;
 *   detector_init(&d, DETECT_THRESHOLD);
 *   for each closed hour, in order:
 *       detector_step(&d, hour, count, &point);
 */
#ifndef DIGEST_DETECT_H
#define DIGEST_DETECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    DETECT_MEMORY = 672,   /* hours the usual spread is taken from: 4 weeks */
    DETECT_RECORD = 120,   /* hours a spike must stand above: 5 days */
    DETECT_VIEWS = 3,      /* an hour, six hours, a day */
    DETECT_SWELL = 6,      /* hours of the second */
    DETECT_DAY = 24,       /* hours of the third */
    DETECT_LEAST = 5,      /* posts; fewer are never a spike */
};
#define DETECT_THRESHOLD 4.5
#define DETECT_WATCHED 3.0

enum detect_level { DETECT_NONE, DETECT_WATCH, DETECT_ALERT };

struct detect_point {
    int64_t hour;     /* start, seconds UTC */
    double count;
    double expected;  /* from earlier hours alone */
    double low, high; /* where 19 of 20 usual hours lie */
    double spread;    /* of usual hours, in Poisson standard deviations */
    double score;     /* how many usual spreads above expected, >= 0: of this
                       * hour, the last six or the last 24, the greatest */
    uint8_t level;    /* enum detect_level: this hour tells something new */
};

/* A ring of the last values with their sum and sum of squares. */
struct spread {
    double value[DETECT_MEMORY];
    double sum, squares;
    uint32_t count;               /* ever added */
};

/* A plain record: copy it to keep a state. */
struct detector {
    double threshold;
    double level;                 /* posts an hour, the clock taken out */
    double profile[24];           /* factor of each clock hour, mean 1 */
    uint32_t seen[24];            /* hours known, by clock hour */
    int64_t day;                  /* of the last hour, since 1970 */
    double day_count, day_expected; /* of that day; capped, of any weekday */
    double week[7];               /* factor of each weekday */
    uint32_t weeks[7];            /* days known, by weekday */
    uint32_t loud;                /* bit n: n days ago an hour stood out */
    struct spread views[DETECT_VIEWS]; /* residuals of so many hours */
    double counts[DETECT_DAY], expected[DETECT_DAY]; /* of the last hours:
                                   * rings by hours % DETECT_DAY */
    double sums[DETECT_VIEWS][DETECT_RECORD]; /* counts of so many hours, the
                                   * weekday taken out: rings by
                                   * hours % DETECT_RECORD */
    uint32_t hours;               /* known ones so far */
    int64_t told[3];              /* by level: hour of the last; 0: never */
    double told_score[3];
};

void detector_init(struct detector *d, double threshold);
void detector_step(struct detector *d, int64_t hour, double count,
                   struct detect_point *out);
/* An hour whose count is not known (the source was down): expected is given,
 * nothing is judged or learnt. */
void detector_skip(const struct detector *d, int64_t hour,
                   struct detect_point *out);

#endif
