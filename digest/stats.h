/* SPDX-License-Identifier: Apache-2.0 */
/* The few distributions the digest needs. Pure arithmetic, no data. */
#ifndef DIGEST_STATS_H
#define DIGEST_STATS_H

#include <stddef.h>

/* -log10 of the chance to see x or more, when y were seen in a background
 * that is ratio times as large: Gamma-Poisson, so a small background is not
 * believed more than it deserves. */
double stats_surprise(double x, double y, double ratio);

/* z of the log-odds of x in total against y in background, with a prior of
 * the shape of both worth 5000 counts (Monroe and others, 2008). */
double stats_log_odds(double x, double total, double y, double background);

/* Quantile of Student's t with df > 0 degrees of freedom, 0 < p < 1. */
double stats_t(double p, double df);

/* Ascending. */
void stats_sort(double *values, size_t count);
/* Of sorted values, between the two nearest; NAN of none. p 0.5: the
 * median. */
double stats_quantile(const double *sorted, size_t count, double p);

#endif
