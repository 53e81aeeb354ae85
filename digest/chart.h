/* SPDX-License-Identifier: Apache-2.0 */
/* Small charts: inline SVG with a text alternative for a page, block
 * characters for a mail, where readers drop SVG. They take numbers, not
 * posts, and use the page's colours by class. */
#ifndef DIGEST_CHART_H
#define DIGEST_CHART_H

#include "base/buf.h"
#include "digest/digest.h"

/* A line over the days, the usual range as a band, a dot on the last. Days
 * that are not known (nothing was collected) are no zeros but gaps in the
 * line. */
void chart_days(struct buf *out, const uint32_t days[DAYS_SPAN],
                const bool known[DAYS_SPAN], double low, double high,
                const char *what);

/* A day's posts by hour; those in [since, until) (hours of the day) stand
 * out. */
struct chart_hours {
    const uint32_t *hours;
    size_t count, since, until;
    double usual;          /* posts an hour, a dashed line; < 0: none */
    const char *title;
};
void chart_hours(struct buf *out, const struct chart_hours *c);
void chart_hours_plain(struct buf *out, const struct chart_hours *c);

#endif
