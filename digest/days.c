/* SPDX-License-Identifier: Apache-2.0 */
/* See days.h. */
#include "digest/days.h"

void days_starts(const struct zone *zone, int64_t day,
                 int64_t starts[DAYS_SPAN + 1])
{
    for (int i = 0; i <= DAYS_SPAN; i++)
        starts[i] = zone_day_start(zone, day - DIGEST_DAYS + i) / QUARTER *
                    QUARTER;
}

/* Days are 24 hours but for two in the year: one query for each run. */
int days_series(struct store *store, const int64_t starts[DAYS_SPAN + 1],
                const char *subject, const char *source,
                struct counts out[DAYS_SPAN], struct error *err)
{
    for (int i = 0; i < DAYS_SPAN;) {
        int64_t width = starts[i + 1] - starts[i];
        int run = 1;
        while (i + run < DAYS_SPAN &&
               starts[i + run + 1] - starts[i + run] == width)
            run++;
        struct store_query q = { subject, source, starts[i],
                                 starts[i + run] };
        if (store_series(store, &q, width, out + i, (size_t)run, err))
            return -1;
        i += run;
    }
    return 0;
}
