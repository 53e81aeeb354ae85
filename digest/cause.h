/* SPDX-License-Identifier: Apache-2.0 */
/* Who carried an incident, and what it was about: writers and copies, shares
 * against the usual, terms, posts. Does not decide whether it is told. */
#ifndef DIGEST_CAUSE_H
#define DIGEST_CAUSE_H

#include "digest/alerts.h"
#include "digest/candidates.h"

/* Fill posts, authors, top_author, copied of *a for parts[0] between since
 * and until; its posts, copies left out, go to *docs (to be released). */
int cause_crowd(struct alert *a, struct documents *docs, struct store *store,
                struct error *err);

/* Fill the rest: aspect, channel, source, terms, samples. Texts go to
 * out->memory. usual_from: start of the history to compare shares with. */
int cause_explain(struct alerts *out, struct alert *a,
                  const struct documents *docs, struct store *store,
                  const struct config *config,
                  const struct alerts_query *query, int64_t usual_from,
                  struct error *err);

#endif
