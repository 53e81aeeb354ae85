/* SPDX-License-Identifier: Apache-2.0 */
/* Telling each recipient their digest once: by mail, webhook or file. What
 * was sent is kept in the store, so that cron may call this as often as it
 * likes; what failed is tried again at the next call. */
#ifndef DIGEST_DELIVER_H
#define DIGEST_DELIVER_H

#include "base/config.h"
#include "base/error.h"
#include "pipeline/ingest_turn.h"

struct deliver_report {
    unsigned sent, waiting, failed; /* recipients */
};

/* Send the digest of each recipient's own yesterday when their hour has come
 * and it was not sent yet. A failure is told in *talk (one line each), kept
 * as the note "delivery/NAME" for swell status, and does not stop others.
 * -1 only when the store or the configuration fails. The store is there and
 * not open. day: INT64_MIN, or this local day for all, at once, even if
 * it was sent before. */
int deliver_all(struct turns *turns, const struct config *config, int64_t day,
                struct deliver_report *report, struct buf *talk,
                struct error *err);

#endif
