/* SPDX-License-Identifier: Apache-2.0 */
/* Is anything wrong with the data: coverage, gaps, what each service brought,
 * which days of the history can be compared with. Judges no subject. */
#include <math.h>
#include <stdlib.h>

#include "digest/compose.h"
#include "digest/coverage.h"
#include "digest/names.h"
#include "digest/stats.h"
#include "pipeline/round.h"

/* A history day under this share of its planned collection is no measure of
 * what is usual. */
#define HISTORY_FLOOR 0.5

/* Runs of quarter hours that were planned and not covered, one state each. */
static int add_label(struct composer *c, const char *label, size_t *room,
                     struct error *err)
{
    struct digest *d = c->d;
    uint8_t state[26 * 4];
    int64_t until = d->closed ? d->until : d->now / QUARTER * QUARTER;
    size_t count = until > d->from ? (size_t)(until - d->from) / QUARTER : 0;
    if (count > sizeof(state))
        count = sizeof(state);
    if (!count)
        return 0;
    /* What was not reported today may come with the next round. */
    if (coverage_states(state, count, d->from, c->store,
                        d->closed ? c->config : NULL, label, err))
        return -1;
    for (size_t i = 0, start = 0; i < count; i++) {
        if (i + 1 < count && state[i + 1] == state[i])
            continue;
        if (state[i] != COVERAGE_NONE && !coverage_got(state[i])) {
            d->gaps = mem_grow(d->gaps, room, d->gap_count, sizeof(*d->gaps));
            d->gaps[d->gap_count++] = (struct digest_gap){
                arena_copy(&d->memory, label, strlen(label)),
                d->from + (int64_t)start * QUARTER,
                d->from + (int64_t)(i + 1) * QUARTER, state[i] };
        }
        start = i + 1;
    }
    return 0;
}

/* Who was told of a day should know when much of it has changed since. */
static int add_restated(struct composer *c, const struct counts *days,
                        struct error *err)
{
    struct digest *d = c->d;
    if (store_restated(c->store, d->from, d->until, &d->restated, err))
        return -1;
    for (int i = 0; i < 3; i++) {
        int day = DIGEST_DAYS - 1 - i;
        uint64_t *count = &d->restated_before[i];
        if (store_restated(c->store, c->starts[day], c->starts[day + 1], count,
                           err))
            return -1;
        if (*count * 10 <= days[day].posts)
            *count = 0;
    }
    return 0;
}

static int add_source(struct composer *c, const char *name, size_t *room,
                      struct error *err)
{
    struct digest *d = c->d;
    struct counts days[DAYS_SPAN];
    double sorted[DIGEST_DAYS];
    size_t known = 0;
    if (days_series(c->store, c->starts, NULL, name, days, err))
        return -1;
    for (int i = 0; i < DIGEST_DAYS; i++)
        if (d->usual.known[i] && i >= d->usual.first)
            sorted[known++] = (double)days[i].posts;
    stats_sort(sorted, known);
    double usual = stats_quantile(sorted, known, 0.5);
    uint64_t today = days[DIGEST_DAYS].posts;
    if (!today && !(usual > 0))
        return 0;
    d->sources = mem_grow(d->sources, room, d->source_count,
                          sizeof(*d->sources));
    d->sources[d->source_count++] = (struct digest_source){
        arena_copy(&d->memory, name, strlen(name)), today, usual };
    return 0;
}

static int busiest_first(const void *a, const void *b)
{
    const struct digest_source *x = a, *y = b;
    return x->posts != y->posts ? (x->posts < y->posts ? 1 : -1)
                                : strcmp(x->name, y->name);
}

static int by_time(const void *a, const void *b)
{
    const struct digest_gap *x = a, *y = b;
    return x->from != y->from ? (x->from > y->from ? 1 : -1)
                              : strcmp(x->label, y->label);
}

/* Every label or source in turn; the names are copied first, for the store is
 * not asked two things at once. */
static int for_each(struct composer *c, enum store_name kind,
                    int (*add)(struct composer *c, const char *name,
                               size_t *room, struct error *err),
                    struct error *err)
{
    struct names names = { 0 };
    size_t room = 0;
    int rc = names_read(&names, c->store, kind, err);
    for (size_t i = 0; !rc && i < names.count; i++)
        rc = add(c, names.items[i], &room, err);
    names_release(&names);
    return rc;
}

/* What is wrong with a source (round_wrong()): the reader of the latest day
 * must know, whatever its figures say. */
static int add_faults(struct composer *c, struct error *err)
{
    struct digest *d = c->d;
    if (d->now - d->until > 2 * DAY)
        return 0;
    d->faults = arena_alloc(&d->memory, (c->config->source_count + 1) *
                                            sizeof(*d->faults));
    for (size_t i = 0; i < c->config->source_count; i++) {
        const struct source_config *s = &c->config->sources[i];
        char wrong[ROUND_WRONG] = "";
        struct buf text = BUF_INIT(0);
        struct round r;
        int ran = s->enabled ? round_read(c->store, s->label, &r, err) : 0;
        if (ran < 0)
            return -1;
        /* Who only imports has sources that never ran; of a round after now,
         * when --now asks for days gone by, nothing is told. */
        if (ran && r.last_try)
            round_wrong(&r, round_every(s), d->now, wrong);
        buf_printf(&text, "%s %s", s->label, wrong);
        if (*wrong)
            d->faults[d->fault_count++] = arena_copy(&d->memory, text.data,
                                                     text.length);
        buf_release(&text);
    }
    return 0;
}

int days_usual(struct days_usual *out, struct store *store,
               const struct config *config,
               const int64_t starts[DAYS_SPAN + 1],
               const struct counts all[DAYS_SPAN], struct error *err)
{
    int64_t until = starts[DAYS_SPAN], now = clock_now();
    *out = (struct days_usual){ 0 };
    if (now > starts[DIGEST_DAYS] && now < until)
        until = now;
    if (coverage_changed(&out->change, store, config, starts[0], until, err))
        return -1;
    while (out->first < DIGEST_DAYS && out->change.when > starts[0] &&
           starts[out->first] < out->change.when)
        out->first++;
    for (int i = 0; i < DIGEST_DAYS; i++) {
        double share;
        if (coverage_share(&share, NULL, store, config, NULL, starts[i],
                           starts[i + 1], err))
            return -1;
        out->known[i] = all[i].posts > 0 && share >= HISTORY_FLOOR;
        out->count += out->known[i] && i >= out->first;
    }
    out->known[DIGEST_DAYS] = true;
    return 0;
}

int compose_data(struct composer *c, struct error *err)
{
    struct digest *d = c->d;
    struct counts days[DAYS_SPAN];
    if (for_each(c, STORE_LABELS, add_label, err) ||
        coverage_share(&d->coverage, &d->planned, c->store, c->config, NULL,
                       d->from, d->until, err) ||
        add_faults(c, err) ||
        days_series(c->store, c->starts, NULL, NULL, days, err) ||
        add_restated(c, days, err) ||
        days_usual(&d->usual, c->store, c->config, c->starts, days, err) ||
        for_each(c, STORE_SOURCES, add_source, err))
        return -1;
    d->collected = days[DIGEST_DAYS].posts;
    d->unscored = days[DIGEST_DAYS].label[LABEL_UNSCORED];
    /* The windows outlive the posts: all, until they are seen. */
    d->expired = d->collected;
    for (int i = DAYS_SPAN - 2 * COMPOSE_WEEK; i < DIGEST_DAYS; i++)
        d->expired_before += days[i].posts;
    if (d->gap_count)
        qsort(d->gaps, d->gap_count, sizeof(*d->gaps), by_time);
    if (d->source_count)
        qsort(d->sources, d->source_count, sizeof(*d->sources),
              busiest_first);
    return 0;
}
