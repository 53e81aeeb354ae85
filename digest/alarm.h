/* SPDX-License-Identifier: Apache-2.0 */
/* Telling the operator by mail that a source broke: once, then at growing
 * distance while it lasts, and once when it has worked for a day again. Says
 * what swell status says (round_wrong()); judges nothing itself. */
#ifndef DIGEST_ALARM_H
#define DIGEST_ALARM_H

#include <signal.h>

#include "base/config.h"
#include "pipeline/ingest_turn.h"

/* stop (NULL: none) ends it when it is set, as if it had not been called.
 * 0: all that was to be told is, or nobody is to be; 1: the mail did not go,
 * *unsent says why, and the next call tries again; -1: the store, see err. */
int alarm_tell(struct turns *turns, const struct config *config,
               const volatile sig_atomic_t *stop, struct error *unsent,
               struct error *err);

#endif
