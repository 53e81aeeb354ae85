/* SPDX-License-Identifier: Apache-2.0 */
/* What is remembered of a source's rounds: a note "round/LABEL" in the store,
 * a JSON object. Written by ingest.c, read by collect and status. Fetches
 * nothing. */
#ifndef PIPELINE_ROUND_H
#define PIPELINE_ROUND_H

#include "pipeline/ingest.h"

struct round {
    int64_t last_try;    /* start of the last round; 0: never */
    int64_t last_ok;     /* start of the last one that did not fail */
    int64_t last_post;   /* start of the last one that brought a new post */
    uint32_t failures;   /* in a row */
    bool partial;        /* the last one: half of it or more was read */
    int64_t wait_until;  /* the service's clock, 0: none */
    int64_t gap;         /* longest time, in seconds, that rounds brought
                          * nothing new: an old record counts less and less */
    int64_t watched;     /* since when gaps are measured, 0: not yet */
    uint32_t arrivals;   /* rounds since then that brought a new post */
    bool more;           /* a bound ended it: more is waiting */
    char message[300];   /* of the last failure; "" after a success */
};

/* 1: known, 0: the source never ran, -1: see err. */
int round_read(struct store *s, const char *label, struct round *out,
               struct error *err);

/* When it is due again: after `every` seconds, later when it keeps failing,
 * but for a part; never before the service's clock. */
int64_t round_due(const struct round *r, int64_t every);

/* Seconds between rounds: the source's own, else its type's. */
int64_t round_every(const struct source_config *s);

/* What is wrong with a source, after its name: "failed 3 rounds in a row: …";
 * "": nothing. What swell status, its metrics, the digest and the operator's
 * mail say is this and no more. One failure of a source that worked within a
 * day is none: services stumble. */
enum { ROUND_WRONG = 420 };
void round_wrong(const struct round *r, int64_t every, int64_t now,
                 char out[ROUND_WRONG]);

/* For ingest.c. rc: 0 caught up, 2 bounded, -1 failed, -2 the store failed. */
void round_coverage(struct store *s, const struct collection *c, int rc,
                    const struct error *why, int64_t now,
                    struct coverage_span *out);
int round_note(struct store *s, const struct collection *c, int rc,
               const struct error *why, const struct ingest_report *report,
               int64_t now, struct error *err);

#endif
