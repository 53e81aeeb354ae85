/* SPDX-License-Identifier: Apache-2.0 */
/* A subject's closed days as packed tallies, from the store's cache or from
 * its posts. Compares nothing. */
#ifndef DIGEST_TERMS_DAYS_H
#define DIGEST_TERMS_DAYS_H

#include "digest/tally.h"

enum { DAYS_KEPT = 64 };

/* Days counted anew, to be kept in one transaction. */
struct days_kept {
    const char *subject;
    struct store_terms days[DAYS_KEPT];
    size_t count, bytes;
};

/* The day of q->subject, packed; with q->write_cache it goes to *kept when it
 * had to be counted. */
int days_packed(struct buf *out, struct days_kept *kept, struct store *store,
                const struct terms_query *q, const struct unwanted *u,
                uint64_t stamp, int64_t day, struct error *err);
/* Write what is left. */
int days_flush(struct days_kept *kept, struct store *store,
               struct error *err);

#endif
