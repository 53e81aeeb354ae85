/* SPDX-License-Identifier: Apache-2.0 */
/* A new thing many writers talk of, though the counts of the brand hardly
 * move: a campaign's hashtag, a rumour. Not for terms that spikes explain. */
#ifndef DIGEST_TOPIC_H
#define DIGEST_TOPIC_H

#include "digest/alerts.h"
#include "digest/names.h"

/* Add to out an alert for each brand that has one, unless one of its alerts
 * already tells it. subjects: those watched; now ends the range. */
int topics_tell(struct alerts *out, const struct names *subjects,
                struct store *store, const struct config *config,
                const struct alerts_query *query, int64_t until,
                struct error *err);

#endif
