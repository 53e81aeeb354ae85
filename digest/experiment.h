/* SPDX-License-Identifier: Apache-2.0 */
/* Something the retailer tried, from a day on, and what came of it: before
 * against after, beside comparison brands, with an interval learnt from the
 * subject's own past. Correlation with a date, never proof of a cause. */
#ifndef DIGEST_EXPERIMENT_H
#define DIGEST_EXPERIMENT_H

#include "base/clock.h"
#include "base/config.h"
#include "base/error.h"
#include "base/mem.h"
#include "store/store.h"

enum { EXPERIMENT_CONTROLS = 16 }; /* at most, of those that have posts */

/* Kept as the note "experiment/NAME". */
struct experiment {
    const char *name, *subject;
    const char *title;     /* what was tried */
    const char *aspect;    /* "": all posts of the subject */
    const char *channel;
    int64_t from, until;   /* seconds; until 0: still running */
    const char *controls;  /* subjects, comma-joined; "" none */
    int64_t closed;        /* 0: open */
    const char *lesson;
};

/* 1: found, its texts in memory, 0: none of that name, -1: see err. */
int experiment_get(struct experiment *out, struct arena *memory,
                   struct store *store, const char *name, struct error *err);
int experiment_put(struct store *store, const struct experiment *e,
                   struct error *err);
/* All of them by name, their texts in memory; mem_free() the list. */
int experiment_list(struct experiment **out, size_t *count,
                    struct arena *memory, struct store *store,
                    struct error *err);

enum effect_measure { EFFECT_POSTS, EFFECT_SENTIMENT, EFFECT_COMPLAINTS,
                      EFFECT_COUNT };
extern const char *const effect_names[EFFECT_COUNT];
                       /* posts, net sentiment, complaint share */
enum effect_verdict { EFFECT_TOO_FEW, EFFECT_NONE, EFFECT_ROSE, EFFECT_FELL };
extern const char *const effect_verdict_names[4];
    /* too few to say, no change detectable, rose, fell */
enum effect_method { EFFECT_PLACEBO, EFFECT_APPROXIMATE };

/* One before/after comparison. For posts the numbers are relative lifts
 * (0.25: a quarter more); for the two shares differences (0.05: 5 points). */
struct effect {
    uint8_t measure, verdict, method;
    double before, after;      /* posts a day, or the share */
    double change, low, high;  /* with a 95 % interval */
    double detectable;         /* smallest change that would be seen 4 times
                                * in 5 */
    double pretrend;           /* the change at the last placebo date: far
                                * from 0, it was moving before */
    bool pretrend_known;
    unsigned placebos;
    uint64_t posts_before, posts_after; /* for net sentiment: the scored */
};

struct experiment_reading {
    struct effect effects[EFFECT_COUNT];
    int64_t before_from, from, until; /* the days compared */
    unsigned days_before, days_after;
    unsigned controls;                /* that have posts */
    unsigned days_poor;               /* of those, left out: too little of
                                       * what was planned was collected */
    char parts[200];                  /* sources left out: collected on some
                                       * of those days only; ", " between */
    unsigned days_alerted;            /* of those, with an alert of the subject:
                                       * what came of it may be that */
    int64_t last_alerted;             /* local day, the last of them */
};
/* now: days after it are not there yet. zone: whose days. config: whose
 * sources were to be collected. */
int experiment_read(struct experiment_reading *out, struct store *store,
                    const struct config *config, const struct experiment *e,
                    const struct zone *zone, int64_t now, struct error *err);

/* The estimator itself, on day series (days oldest first; launch = index of
 * the first day after). value[i]/weight[i]: of posts the weight is 1, and 0 on
 * a day that is not known (NULL: all are); shares are value = sum, weight =
 * posts. */
struct effect_series {
    const double *value, *weight;
};
void effect_measure_days(struct effect *out, enum effect_measure measure,
                         const struct effect_series *subject,
                         const struct effect_series *controls, size_t count,
                         size_t days, size_t launch, size_t before,
                         size_t after);

#endif
