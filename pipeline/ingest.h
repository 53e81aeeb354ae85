/* SPDX-License-Identifier: Apache-2.0 */
/* The one place where collectors, stages and store meet: pages are fetched,
 * merged into batches, tagged, and appended with their cursor. */
#ifndef PIPELINE_INGEST_H
#define PIPELINE_INGEST_H

#include "base/config.h"
#include "base/error.h"
#include "base/hash.h"
#include "collectors/collector.h"
#include "pipeline/ingest_turn.h"
#include "pipeline/tagger.h"

struct ingest;

/* Borrows all; they must outlive it. batch_size: posts a transaction
 * (10,000 when 0). threads: taggers beside the reader (0: tag in line). */
int ingest_open(struct ingest **out, const struct config *config,
                const struct rules *rules, struct turns *turns,
                size_t batch_size, unsigned threads, struct error *err);
void ingest_close(struct ingest *i);

struct ingest_report {
    struct store_result stored;
    uint64_t fetched;          /* posts the source gave */
    uint64_t skipped;          /* unusable items */
    char skipped_why[200];     /* the last reason */
    unsigned pages;
    bool complete;             /* caught up */
    bool partial;              /* failed, but half of it or more was read */
    int64_t wait_until;        /* the source's clock says not before */
};

/* What a round may use; 0: as much as it likes. */
struct ingest_bounds {
    unsigned pages;
    struct http_budget network;  /* its seconds count for files, too */
};

/* One bounded round of a source: pages until caught up or a bound is met.
 * What was got before a failure is stored. On failure coverage is marked,
 * err names the source. Counts are added to *report. */
int ingest_round(struct ingest *i, struct collection *c,
                 const struct ingest_bounds *bounds,
                 struct ingest_report *report, struct error *err);
/* A source that could not be opened, and why: kept like a failed round. -1:
 * see err. */
int ingest_refuse(struct ingest *i, const struct collection *c,
                  const struct error *why, struct error *err);

#endif
