/* SPDX-License-Identifier: Apache-2.0 */
/* The series of a subject that are judged apart: posts, negative posts,
 * complaints, and each aspect. Not the detector. */
#ifndef DIGEST_MEASURE_H
#define DIGEST_MEASURE_H

#include "digest/alerts.h"

/* Numbered 0 to MEASURES - 1: enum alert_measure, then the aspects. */
enum { MEASURES = MEASURE_ASPECT + ASPECT_COUNT };

uint64_t measure_count(const struct counts *c, int measure);
const char *measure_name(int measure);
/* Does a post, by its tags, count for the part's measure? */
bool measure_holds(const struct alert_part *part, const struct tags *tags);

#endif
