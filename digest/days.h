/* SPDX-License-Identifier: Apache-2.0 */
/* A day beside the days before it: when each begins and what was counted.
 * Says nothing of what is usual. */
#ifndef DIGEST_DAYS_H
#define DIGEST_DAYS_H

#include "digest/digest.h"

enum { DAYS_SPAN = DIGEST_DAYS + 1 }; /* the day is the last */

/* When each local day begins, and the last ends. */
void days_starts(const struct zone *zone, int64_t day,
                 int64_t starts[DAYS_SPAN + 1]);
/* What each day counts of a subject or a source; NULL: of all. */
int days_series(struct store *store, const int64_t starts[DAYS_SPAN + 1],
                const char *subject, const char *source,
                struct counts out[DAYS_SPAN], struct error *err);

#endif
