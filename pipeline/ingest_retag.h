/* SPDX-License-Identifier: Apache-2.0 */
/* Tagging stored posts again by today's rules: what would change, and the
 * change itself in bounded transactions. Fetches nothing. */
#ifndef PIPELINE_INGEST_RETAG_H
#define PIPELINE_INGEST_RETAG_H

#include "pipeline/tagger.h"
#include "store/store.h"

/* What changes for one subject; "*" is the first: every post. */
struct retag_row {
    char *subject;
    uint64_t posts[2];     /* before, after */
    uint64_t label[2][LABEL_COUNT];
    uint64_t turned;       /* positive became negative or the reverse */
};

struct retag_report {
    struct retag_row *rows; /* "*", then subjects in order of their names */
    size_t count, room;
    uint64_t posts;         /* read */
    uint64_t changed;       /* whose tags or mentions differ */
    int64_t from;           /* where it began: later than asked for when an
                             * interrupted run is continued */
    uint32_t rules;         /* the version applied */
};

void retag_report_release(struct retag_report *r);

/* Posts created in [from, until), oldest first. into: the store itself, where
 * an interrupted call with the same rules goes on where it stopped; another
 * that gets what this one would hold; or NULL: only the report. */
int retag_run(struct store *store, const struct rules *rules, int64_t from,
              int64_t until, struct store *into, struct retag_report *report,
              struct error *err);

#endif
