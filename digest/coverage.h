/* SPDX-License-Identifier: Apache-2.0 */
/* How much of the planned collection was really got. Reads what collectors
 * reported; guesses nothing from counts. */
#ifndef DIGEST_COVERAGE_H
#define DIGEST_COVERAGE_H

#include "base/config.h"
#include "base/error.h"
#include "digest/names.h"
#include "store/store.h"

/* Below it a verdict is withheld. */
#define COVERAGE_FLOOR 0.8

/* What a label was in each quarter hour. One that the configuration collects
 * is planned until now, also where nothing was reported: from its first report
 * on, or all along when it reported in the four weeks before. config NULL: what
 * was reported alone. */
int coverage_states(uint8_t *out, size_t count, int64_t from,
                    struct store *store, const struct config *config,
                    const char *label, struct error *err);

/* Share of the planned quarter hours that were covered, of all labels, for
 * each hour from from on; -1 where nothing was planned. */
int coverage_hours(double *out, size_t count, int64_t from,
                   struct store *store, const struct config *config,
                   struct error *err);

/* The same for rows that follow each other, count + 1 times. source: of what
 * may bring its posts alone; NULL: of all. */
int coverage_rows(double *out, const int64_t *starts, size_t count,
                  struct store *store, const struct config *config,
                  const char *source, struct error *err);

/* The same for a whole range; 1 when nothing was planned: whether anything
 * was goes to *planned, if not NULL. source: of what may bring its posts
 * alone; NULL: of all. */
int coverage_share(double *out, bool *planned, struct store *store,
                   const struct config *config, const char *source,
                   int64_t from, int64_t until, struct error *err);

/* The last time in a range at which a source was added, or given up, that
 * brings a good part of the posts: from then on days can be compared. */
struct coverage_change {
    int64_t when;          /* the range's begin: nothing changed */
    bool added;
    char source[64];
};
int coverage_changed(struct coverage_change *out, struct store *store,
                     const struct config *config, int64_t from, int64_t until,
                     struct error *err);

/* Sources that were collected in a part of the range only: added a day or
 * more after its begin, or taken out of the configuration a day or more before
 * its end. What they brought is no change of what people say. */
int coverage_parts(struct names *out, struct store *store,
                   const struct config *config, int64_t from, int64_t until,
                   struct error *err);

#endif
