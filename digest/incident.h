/* SPDX-License-Identifier: Apache-2.0 */
/* From hourly counts to incidents: runs of hours that stand out together, and
 * silences. Knows hours and counts, neither subjects nor the store. */
#ifndef DIGEST_INCIDENT_H
#define DIGEST_INCIDENT_H

#include "digest/detect.h"

/* Hours of a series; known[i] false: the sources were down, do not judge. */
struct hours {
    int64_t start;             /* of the first hour */
    size_t count;
    const double *value;
    const bool *known;
};

struct incident {
    size_t from, until;        /* hours, until excluded */
    uint8_t level;             /* enum detect_level */
    double score;              /* the greatest */
    bool rising;               /* of the last two hours one is above usual */
    double observed, expected, low, high; /* of its hours together */
    struct detect_point peak; /* its highest hour */
};

enum { INCIDENTS_MOST = 8 };   /* kept of a stretch, the latest */

/* Run the detector over the hours from first on and give the incidents that
 * touch [judged, count). Returns how many. points: room for each hour. */
size_t incidents_find(struct incident out[INCIDENTS_MOST],
                      const struct hours *h, size_t first, size_t judged,
                      struct detect_point *points);

/* The last run of hours inside [judged, count) in which almost nothing
 * came though much was expected. False: none. */
bool silence_find(struct incident *out, const struct hours *h, size_t first,
                  size_t judged, struct detect_point *points);

#endif
