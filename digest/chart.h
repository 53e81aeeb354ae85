/* SPDX-License-Identifier: Apache-2.0 */
/* Small inline SVG charts, each with a text alternative. They take numbers,
 * not posts, and use the page's colours by class. */
#ifndef DIGEST_CHART_H
#define DIGEST_CHART_H

#include "base/buf.h"
#include "digest/digest.h"

/* A line over count days ending today, the usual range as a band, a dot on
 * the last. Days that are not known (nothing was collected) are no zeros but
 * gaps in the line. */
void chart_days(struct buf *out, const uint32_t *days, const bool *known,
                size_t count, double low, double high, const char *what);

/* Bars by hour of a day; those in [since, until) (hours of the day) stand
 * out; usual: posts an hour as a dashed line, < 0: none. */
void chart_hours(struct buf *out, const uint32_t *hours, size_t count,
                 size_t since, size_t until, double usual, const char *what);

/* Net sentiment from -1 to 1 with its interval. */
void chart_net(struct buf *out, const struct estimate *net);

#endif
