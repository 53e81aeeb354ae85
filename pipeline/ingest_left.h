/* SPDX-License-Identifier: Apache-2.0 */
/* Whoever left a service, or was taken down, takes all their posts along. */
#ifndef PIPELINE_INGEST_LEFT_H
#define PIPELINE_INGEST_LEFT_H

#include "store/store.h"

/* The batch's posts that are deleted and name an author, but no post, become
 * deletions of all of that author's, in the store and in the batch. Keyed
 * hashes of authors are filled in already. */
int ingest_left(struct store *store, struct batch *batch, struct error *err);

#endif
