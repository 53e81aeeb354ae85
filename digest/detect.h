/* SPDX-License-Identifier: Apache-2.0 */
/* Spikes in any hourly count series, as it streams: an hour is scored from
 * itself and earlier hours only. Knows nothing of the store or of posts.
 *
 *   struct detector d;
 *   detector_init(&d);
 *   for each closed hour, in order:
 *       detector_step(&d, hour, count, &point);
 */
#ifndef DIGEST_DETECT_H
#define DIGEST_DETECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    DETECT_MEMORY = 672,   /* hours of residuals the spread is taken from */
    DETECT_RECORD = 72,    /* hours a new spike must stand above */
};

enum detect_level { DETECT_NONE, DETECT_WATCH, DETECT_ALERT };

struct detect_point {
    int64_t hour;     /* start, seconds UTC */
    double count;
    double expected;  /* from earlier hours alone */
    double low, high; /* where a usual hour lies (95 %) */
    double score;     /* how many usual residuals above expected, >= 0; 0 as
                       * long as there is too little past to judge */
    uint8_t level;    /* enum detect_level */
};

/* A plain record: copy it to keep a state. */
struct detector {
    double level;                 /* posts an hour, the clock taken out */
    double profile[24];           /* factor of each clock hour, mean 1 */
    uint32_t seen[24];            /* hours known, by clock hour */
    double residual[DETECT_MEMORY];
    double sum, squares;          /* of the residuals in the ring */
    double recent[DETECT_RECORD]; /* counts */
    double scores[24];            /* of the last day */
    uint32_t hours;               /* stepped through, known ones */
    uint32_t residuals;
    int64_t alerted;              /* hour of the last alert; 0: never */
};

void detector_init(struct detector *d);
void detector_step(struct detector *d, int64_t hour, double count,
                   struct detect_point *out);
/* An hour whose count is not known (the source was down): expected is given,
 * nothing is judged or learnt. */
void detector_skip(struct detector *d, int64_t hour, struct detect_point *out);

#endif
