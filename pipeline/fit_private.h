/* SPDX-License-Identifier: Apache-2.0 */
/* What fit.c (a table from nothing) and adapt.c (a correction) share: the
 * labelled texts as columns. Nobody else includes it. */
#ifndef PIPELINE_FIT_PRIVATE_H
#define PIPELINE_FIT_PRIVATE_H

#include "pipeline/fit.h"
#include "pipeline/signals.h"

enum { CLASSES = 3 }; /* negative, neutral, positive: enum label from 1 on */
#define NOWHERE UINT32_MAX

/* A term, or the plain word that terms are made of. */
struct vocable {
    uint64_t hash;
    uint32_t name;          /* offset; NOWHERE while not spelled */
    uint32_t texts, last_text; /* how many texts have it; the last one */
    uint32_t titled, plain; /* inside sentences, with a capital or without */
    uint32_t parts[2];      /* words of a pair; [0] alone for a marked word */
    uint32_t column;        /* in the problem; 0: kept out */
    bool negated, taken, barred;
};

struct sample {
    size_t first, count;    /* in terms[] */
    float signals[SIGNAL_COUNT];
    uint8_t label, source;
};

struct fit {
    struct lexicon lexicon;
    struct words words;
    struct look look;
    struct vocable *vocables;  /* owned, as are all below */
    size_t vocable_count, vocable_room;
    uint32_t *slots;           /* open addressing: index + 1 */
    size_t slot_mask;
    struct buf names;
    uint32_t *terms;           /* of all samples, one after the other */
    size_t term_count, term_room;
    struct sample *samples;
    size_t sample_count, sample_room;
    double shares[256];        /* of sources; the first is 1 */
    unsigned sources;
    uint32_t before, now;      /* the last two words of the text read */
    bool headline;
};

/* Give the terms that take part their columns, after the signals' own
 * (column = signal + 1); returns the last column. */
size_t fit_choose(struct fit *f, uint64_t least_texts,
                  struct fit_result *result);
/* What each term of a sample counts: 1 / sqrt(words). */
double fit_term_value(const struct fit *f, const struct sample *s);

/* Rows of a table on their way to be sorted. */
struct fit_rows {
    char **rows;
    size_t count, room;
};
void fit_rows_add(struct fit_rows *r, const char *term, double positive,
                  double negative);
void fit_rows_write(struct fit_rows *r, struct buf *out); /* and forget */

#endif
