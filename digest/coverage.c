/* SPDX-License-Identifier: Apache-2.0 */
/* See coverage.h. */
#include "digest/coverage.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "collectors/collector.h"

enum { PAST = 28 * DAY / QUARTER }; /* a source that reported nothing in so
                                     * many quarter hours was given up */
#define CHANGE_MATTERS 0.2 /* of the posts; days differ by as much anyway */

struct reading {
    int64_t from;
    size_t quarters;
    uint8_t *states;             /* of one label */
    uint16_t *planned, *covered; /* labels, by quarter hour */
};

static const struct source_config *configured(const struct config *config,
                                              const char *label)
{
    return config ? config_source(config, label) : NULL;
}

/* A label that is not configured is mostly called after its type. */
static bool brings(const struct config *config, const char *label,
                   const char *source)
{
    const struct source_config *c = configured(config, label);
    return !source || collector_brings(c ? c->type : label, source);
}

static int has_begun(bool *out, struct store *store, const char *label,
                     int64_t until, struct error *err)
{
    uint8_t states[PAST];
    int rc = store_coverage(store, label, until - PAST * (int64_t)QUARTER,
                            until, states, err);
    for (size_t i = 0; rc == 0 && i < PAST; i++)
        *out = *out || states[i] != COVERAGE_NONE;
    return rc;
}

int coverage_states(uint8_t *out, size_t count, int64_t from,
                    struct store *store, const struct config *config,
                    const char *label, struct error *err)
{
    const struct source_config *c = configured(config, label);
    int64_t now = clock_now();
    bool begun = false;
    if (store_coverage(store, label, from, from + (int64_t)count * QUARTER,
                       out, err))
        return -1;
    if (!c || !c->enabled || !count)
        return 0;
    if (*out == COVERAGE_NONE && has_begun(&begun, store, label, from, err))
        return -1;
    for (size_t i = 0; i < count; i++) {
        begun = begun || out[i] != COVERAGE_NONE;
        if (begun && out[i] == COVERAGE_NONE &&
            from + (int64_t)(i + 1) * QUARTER <= now)
            out[i] = COVERAGE_PLANNED;
    }
    return 0;
}

static int add_label(struct reading *r, struct store *store,
                     const struct config *config, const char *label,
                     struct error *err)
{
    if (coverage_states(r->states, r->quarters, r->from, store, config, label,
                        err))
        return -1;
    for (size_t i = 0; i < r->quarters; i++) {
        r->planned[i] += r->states[i] != COVERAGE_NONE;
        r->covered[i] += coverage_got(r->states[i]);
    }
    return 0;
}

static int read_labels(struct reading *r, struct store *store,
                       const struct config *config, const char *source,
                       int64_t from, size_t quarters, struct error *err)
{
    struct names labels;
    int rc = names_read(&labels, store, STORE_LABELS, err);
    *r = (struct reading){
        .from = from, .quarters = quarters,
        .states = mem_alloc(quarters + 1),
        .planned = mem_alloc((quarters + 1) * sizeof(uint16_t)),
        .covered = mem_alloc((quarters + 1) * sizeof(uint16_t)),
    };
    for (size_t i = 0; rc == 0 && i < labels.count; i++)
        if (brings(config, labels.items[i], source))
            rc = add_label(r, store, config, labels.items[i], err);
    names_release(&labels);
    return rc;
}

static double share(const struct reading *r, size_t from, size_t until)
{
    double planned = 0, covered = 0;
    for (size_t i = from; i < until && i < r->quarters; i++) {
        planned += r->planned[i];
        covered += r->covered[i];
    }
    return planned > 0 ? covered / planned : -1;
}

static void reading_release(struct reading *r)
{
    mem_free(r->states);
    mem_free(r->planned);
    mem_free(r->covered);
}

int coverage_hours(double *out, size_t count, int64_t from,
                   struct store *store, const struct config *config,
                   struct error *err)
{
    struct reading r;
    int rc = read_labels(&r, store, config, NULL, from, count * 4, err);
    for (size_t i = 0; rc == 0 && i < count; i++)
        out[i] = share(&r, i * 4, i * 4 + 4);
    reading_release(&r);
    return rc;
}

int coverage_rows(double *out, const int64_t *starts, size_t count,
                  struct store *store, const struct config *config,
                  const char *source, struct error *err)
{
    struct reading r;
    int64_t from = *starts;
    int rc = read_labels(&r, store, config, source, from,
                         (size_t)((starts[count] - from) / QUARTER), err);
    for (size_t i = 0; i < count; i++)
        out[i] = rc ? 0 : share(&r, (size_t)((starts[i] - from) / QUARTER),
                                (size_t)((starts[i + 1] - from) / QUARTER));
    reading_release(&r);
    return rc;
}

int coverage_share(double *out, bool *planned, struct store *store,
                   const struct config *config, const char *source,
                   int64_t from, int64_t until, struct error *err)
{
    const int64_t starts[] = { from, until };
    int rc = coverage_rows(out, starts, 1, store, config, source, err);
    if (planned)
        *planned = *out >= 0;
    if (*out < 0)
        *out = 1;
    return rc;
}

/* In which part of the range was it planned? False: in all of it, or never. */
static bool is_part(const struct reading *r, size_t *first, size_t *last)
{
    *first = 0;
    *last = r->quarters;
    while (*first < r->quarters && !r->planned[*first])
        ++*first;
    while (*last > *first && !r->planned[*last - 1])
        --*last;
    return *last > *first && (*first >= DAY / QUARTER ||
                              r->quarters - *last >= DAY / QUARTER);
}

typedef int visit_part(void *context, const char *source, int64_t first,
                       int64_t last, struct error *err);

/* Each source that was collected in a part of the range only. */
static int visit_parts(struct store *store, const struct config *config,
                       int64_t from, int64_t until, visit_part *visit,
                       void *context, struct error *err)
{
    struct names sources;
    int rc = names_read(&sources, store, STORE_SOURCES, err);
    for (size_t i = 0; rc == 0 && i < sources.count; i++) {
        struct reading r;
        size_t first, last;
        rc = read_labels(&r, store, config, sources.items[i], from,
                         (size_t)((until - from) / QUARTER), err);
        if (rc == 0 && is_part(&r, &first, &last))
            rc = visit(context, sources.items[i],
                       from + (int64_t)first * QUARTER,
                       from + (int64_t)last * QUARTER, err);
        reading_release(&r);
    }
    names_release(&sources);
    return rc;
}

struct changes {
    struct coverage_change *out;
    struct store *store;
    int64_t from, until;
};

/* Does the source bring so many posts more or less from then on, beside all
 * that came without it? What happens on its first day is no measure. */
static int matters(const struct changes *c, const char *source, int64_t when,
                   bool added, bool *out, struct error *err)
{
    const char *const of[2] = { source, NULL };
    double rate[2][2] = { { 0 } };
    for (int i = 0; i < 4; i++) {
        struct store_query q = { .source = of[i / 2],
                                 .from = i % 2 ? when : c->from,
                                 .until = i % 2 ? c->until : when };
        struct counts counts;
        if (store_series(c->store, &q, q.until - q.from, &counts, 1, err))
            return -1;
        rate[i / 2][i % 2] = (double)counts.posts / (double)(q.until - q.from);
    }
    *out = fabs(rate[0][1] - rate[0][0]) >
           CHANGE_MATTERS * rate[1][!added];
    return 0;
}

static int take_change(void *context, const char *source, int64_t first,
                       int64_t last, struct error *err)
{
    struct changes *c = context;
    const int64_t when[2] = { last, first };
    for (int added = 0; added < 2; added++) {
        bool telling;
        if (when[added] <= c->out->when || when[added] >= c->until)
            continue;
        if (matters(c, source, when[added], added, &telling, err))
            return -1;
        if (telling) {
            c->out->when = when[added];
            c->out->added = added;
            snprintf(c->out->source, sizeof(c->out->source), "%s", source);
        }
    }
    return 0;
}

int coverage_changed(struct coverage_change *out, struct store *store,
                     const struct config *config, int64_t from, int64_t until,
                     struct error *err)
{
    struct changes c = { out, store, from, until };
    *out = (struct coverage_change){ .when = from };
    if (until <= from) /* a day before the first post */
        return 0;
    return visit_parts(store, config, from, until, take_change, &c, err);
}

static int take_part(void *context, const char *source, int64_t first,
                     int64_t last, struct error *err)
{
    (void)first, (void)last, (void)err;
    names_add(context, source);
    return 0;
}

int coverage_parts(struct names *out, struct store *store,
                   const struct config *config, int64_t from, int64_t until,
                   struct error *err)
{
    return visit_parts(store, config, from, until, take_part, out, err);
}
