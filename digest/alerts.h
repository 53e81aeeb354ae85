/* SPDX-License-Identifier: Apache-2.0 */
/* What stands out in a day, per subject, with its cause: the detector over
 * the store's series, then the guards that keep noise from being told. Does
 * not render, deliver, or remember what was told. */
#ifndef DIGEST_ALERTS_H
#define DIGEST_ALERTS_H

#include "base/config.h"
#include "base/error.h"
#include "digest/coverage.h"
#include "digest/detect.h"
#include "digest/terms.h"
#include "store/store.h"

/* spike: far more than usual; quiet: almost nothing while the sources work;
 * topic: a new thing many writers talk of, though the counts hardly move
 * (its only part counts writers of terms[0]). */
enum alert_kind { ALERT_SPIKE, ALERT_QUIET, ALERT_TOPIC, ALERT_KIND_COUNT };
extern const char *const alert_kind_names[ALERT_KIND_COUNT];
                                        /* spike quiet topic */
/* Why an alert is only watched: "few writers, copies or conversations". */
extern const char alert_held[];
enum alert_measure { MEASURE_POSTS, MEASURE_NEGATIVE, MEASURE_COMPLAINTS,
                     MEASURE_ASPECT, MEASURE_TERM };

/* One series that stood out. */
struct alert_part {
    const char *subject;
    uint8_t measure;       /* enum alert_measure */
    uint8_t aspect;        /* enum aspect, of MEASURE_ASPECT */
    const char *name;      /* "posts", "negative", "complaints", "delivery";
                            * of MEASURE_TERM the term */
    uint8_t level;         /* enum detect_level */
    double score;          /* of the hour that stood out most */
    int64_t since, until;  /* hours of the incident within the day's end */
    bool rising;           /* its last closed hours are still above usual */
    uint64_t observed;     /* in those hours */
    double expected;       /* in those hours */
    double low, high;      /* where they usually lie together */
    int64_t peak;          /* start of the highest hour */
    uint64_t peak_count;
    double peak_expected, peak_low, peak_high;
};

/* A share of the posts of the incident against its usual share. */
struct alert_share {
    const char *name;      /* "delivery", "app", "bluesky"; NULL: none */
    uint64_t posts;
    double share, usual;   /* 0..1 */
};
/* Worth telling: ten points and half as much again above its usual. */
bool alert_share_tells(const struct alert_share *s);

enum { ALERT_TERMS = 5, ALERT_SAMPLES = 4,
       ALERT_HISTORY = 35 };   /* days before, by which a day is judged */

/* One story: related series (a brand and its products; posts, negative,
 * complaints, aspects) in one. parts[0] is the one that stands out most. */
struct alert {
    uint8_t kind;          /* enum alert_kind */
    uint8_t level;         /* enum detect_level, after the guards */
    const char *subject;   /* of parts[0] */
    double severity;       /* orders alerts; the greatest score, and size */
    struct alert_part *parts;
    size_t part_count;
    int64_t since, until;
    bool rising;
    bool fresh;            /* began in this day, not before */
    bool withheld;         /* coverage of its hours is too poor to judge:
                            * show it, do not call it a change */
    double coverage;       /* of its hours, 0..1; 1 when nothing is planned */
    /* Who: of the posts of parts[0] in its hours. */
    uint64_t posts, authors;
    double top_author;     /* share of the busiest writer */
    double copied;         /* share of reposts and near-copies */
    double worth;          /* so many of them count as one, for they come in
                            * conversations; 1: they come alone; 0: of
                            * silence and topics it is not asked */
    bool few_writers;      /* held at watch, see alert_held */
    /* Why. */
    struct alert_share aspect, channel, source;
    struct term terms[ALERT_TERMS];
    size_t term_count;
    struct sample samples[ALERT_SAMPLES]; /* [0] the first; then the most
                                           * telling, best first */
    size_t sample_count;
};

struct alerts {
    struct arena memory;
    struct alert *items;     /* severest first; alerts before watches */
    size_t count, room;
    uint64_t series;         /* that were judged */
    double needed;           /* score that makes an alert among so many */
    uint64_t subjects;       /* that have enough past to be judged */
    uint64_t subjects_new;   /* that have not */
    double coverage;         /* of the day, 0..1 */
    bool withheld;           /* ... is under the floor */
    bool partial;            /* without sources that were added, or given up,
                              * so lately that nothing is usual of them */
    struct terms **owned;    /* keeps the terms' texts alive */
    size_t owned_count, owned_room;
};

struct alerts_query {
    int64_t from, until;     /* a local day, or any range; seconds */
    const char *subject;     /* NULL: every subject of store and config */
    bool counts_only;        /* no topics, and no terms, shares and samples of
                              * the others */
    struct store *coverage;  /* NULL: the store's own */
};

int alerts_find(struct alerts **out, struct store *store,
                const struct config *config, const struct alerts_query *query,
                struct error *err);
void alerts_close(struct alerts *a);
/* Take terms that are shown with them: closed when they are. */
void alerts_own(struct alerts *a, struct terms *t);

/* "watch", "alert"; for detect_level. */
extern const char *const detect_level_names[3];

#endif
