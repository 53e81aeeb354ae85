/* SPDX-License-Identifier: Apache-2.0 */
/* A small correction of the shipped weights by a few labels of one's own:
 * the most probable change under a prior that says "hardly any". Plain
 * gradient steps; makes no table from nothing, see fit.c for that. */
#include <math.h>

#include "pipeline/fit_private.h"

enum {
    STEPS = 400,
    LEAST_TEXTS = 2,      /* of a term that may change */
};
static const double STEP = 1.0;
/* Set on airline, 300 texts, mean of four draws: 10 74.4 %, 4 74.5, 1.5 74.8,
 * 0.7 74.9, 0.1 74.9. */
static const double PRIOR = 0.7;
static const double SIGNAL_REACH = 0.3; /* signals move less than terms */
static const double FREE = 0.1; /* the intercept's share of that */
static const double SMALLEST_CHANGE = 0.005;

enum { POSITIVE, NEGATIVE, SIDES };

struct adapting {
    struct fit *f;
    struct lexicon base;    /* with its weights */
    size_t columns;
    double *change[SIDES], *slope[SIDES]; /* owned; by column */
    double (*known)[SIDES]; /* owned; the base's sums of each sample */
    double prior;           /* against a column's change */
    double weight[CLASSES + 1]; /* of a text, by label; they sum to 1 */
};

static void base_weights(const struct adapting *a, uint64_t hash,
                         double out[SIDES])
{
    const struct entry *e = lexicon_find(&a->base, hash);
    bool has = e && e->flags & ENTRY_WEIGHT;
    out[POSITIVE] = has ? (double)e->positive : 0;
    out[NEGATIVE] = has ? (double)e->negative : 0;
}

static uint64_t signal_hash(int signal)
{
    return words_hash(signal_names[signal], strlen(signal_names[signal]));
}

/* What the base says of every text, once. */
static void weigh_base(struct adapting *a)
{
    struct fit *f = a->f;
    double pair[SIDES];
    for (size_t i = 0; i < f->sample_count; i++) {
        const struct sample *s = &f->samples[i];
        double scale = fit_term_value(f, s);
        for (size_t t = 0; t < s->count; t++) {
            base_weights(a, f->vocables[f->terms[s->first + t]].hash, pair);
            for (int side = 0; side < SIDES; side++)
                a->known[i][side] += pair[side] * scale;
        }
        for (int n = 0; n < SIGNAL_COUNT; n++) {
            base_weights(a, signal_hash(n), pair);
            for (int side = 0; side < SIDES; side++)
                a->known[i][side] += pair[side] * (double)s->signals[n];
        }
    }
}

/* Add sign × each column's value of a sample to what is given. */
static void visit_columns(const struct fit *f, const struct sample *s,
                          const double *from, double *to, double amount,
                          double *sum)
{
    double scale = fit_term_value(f, s);
    for (int n = 0; n < SIGNAL_COUNT; n++) {
        double value = (double)s->signals[n] *
                       (n == SIGNAL_INTERCEPT ? 1 : SIGNAL_REACH);
        if (to)
            to[n + 1] += amount * value;
        else
            *sum += from[n + 1] * value;
    }
    for (size_t t = 0; t < s->count; t++) {
        uint32_t column = f->vocables[f->terms[s->first + t]].column;
        if (!column)
            continue;
        if (to)
            to[column] += amount * scale;
        else
            *sum += from[column] * scale;
    }
}

static void step(struct adapting *a)
{
    const struct fit *f = a->f;
    for (int side = 0; side < SIDES; side++)
        memset(a->slope[side], 0, (a->columns + 1) * sizeof(double));
    for (size_t i = 0; i < f->sample_count; i++) {
        const struct sample *s = &f->samples[i];
        double sum[SIDES], all = 1;
        for (int side = 0; side < SIDES; side++) {
            sum[side] = a->known[i][side];
            visit_columns(f, s, a->change[side], NULL, 0, &sum[side]);
            sum[side] = exp(fmin(sum[side], 30));
            all += sum[side];
        }
        double weight = a->weight[s->label];
        visit_columns(f, s, NULL, a->slope[POSITIVE],
                      weight * ((s->label == LABEL_POSITIVE) -
                                sum[POSITIVE] / all), NULL);
        visit_columns(f, s, NULL, a->slope[NEGATIVE],
                      weight * ((s->label == LABEL_NEGATIVE) -
                                sum[NEGATIVE] / all), NULL);
    }
    for (int side = 0; side < SIDES; side++)
        for (size_t c = 1; c <= a->columns; c++)
            a->change[side][c] +=
                STEP * (a->slope[side][c] -
                        (c == SIGNAL_INTERCEPT + 1 ? FREE : 1) *
                            a->prior * a->change[side][c]);
}

static void balance(struct adapting *a)
{
    size_t counts[CLASSES + 1] = { 0 };
    int present = 0;
    for (size_t i = 0; i < a->f->sample_count; i++)
        counts[a->f->samples[i].label]++;
    for (int c = 1; c <= CLASSES; c++)
        present += counts[c] > 0;
    for (int c = 1; c <= CLASSES; c++)
        a->weight[c] = counts[c] ? 1.0 / (present * (double)counts[c]) : 0;
}

static void write_changes(const struct adapting *a, struct buf *out,
                          struct fit_result *result)
{
    const struct fit *f = a->f;
    struct fit_rows rows = { NULL, 0, 0 };
    double pair[SIDES];
    for (size_t i = 0; i < SIGNAL_COUNT + f->vocable_count; i++) {
        const struct vocable *v =
            i < SIGNAL_COUNT ? NULL : &f->vocables[i - SIGNAL_COUNT];
        size_t c = v ? v->column : i + 1;
        double reach = v || i == SIGNAL_INTERCEPT ? 1 : SIGNAL_REACH;
        if (!c || (fabs(a->change[POSITIVE][c]) < SMALLEST_CHANGE &&
                   fabs(a->change[NEGATIVE][c]) < SMALLEST_CHANGE))
            continue;
        base_weights(a, v ? v->hash : signal_hash((int)i), pair);
        fit_rows_add(&rows, v ? f->names.data + v->name : signal_names[i],
                     pair[POSITIVE] + reach * a->change[POSITIVE][c],
                     pair[NEGATIVE] + reach * a->change[NEGATIVE][c]);
    }
    result->terms = rows.count;
    fit_rows_write(&rows, out);
}

int fit_adapt(struct fit *f, const char *folder, double cost, struct buf *out,
              struct fit_result *result, struct error *err)
{
    struct adapting a = { .f = f };
    int status = -1;
    *result = (struct fit_result){ .texts = f->sample_count };
    if (f->sample_count < 10)
        return error_set(err, ERROR_USAGE, "a correction needs ten labelled "
                         "texts at least; %zu were read", f->sample_count);
    if (lexicon_load(&a.base, folder, NULL, true, err))
        goto done;
    a.prior = PRIOR / (cost * (double)f->sample_count);
    a.columns = fit_choose(f, LEAST_TEXTS, result);
    a.known = mem_alloc(f->sample_count * sizeof(*a.known));
    for (int side = 0; side < SIDES; side++) {
        a.change[side] = mem_alloc((a.columns + 1) * sizeof(double));
        a.slope[side] = mem_alloc((a.columns + 1) * sizeof(double));
    }
    balance(&a);
    weigh_base(&a);
    for (int i = 0; i < STEPS; i++)
        step(&a);
    write_changes(&a, out, result);
    status = 0;
done:
    for (int side = 0; side < SIDES; side++) {
        mem_free(a.change[side]);
        mem_free(a.slope[side]);
    }
    mem_free(a.known);
    lexicon_release(&a.base);
    return status;
}
