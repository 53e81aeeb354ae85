/* SPDX-License-Identifier: Apache-2.0 */
/* Fits lexicons/LANGUAGE/weights.tsv from labelled texts, and adapts a table
 * to a few labels of one's own. Deterministic: same texts in the same order,
 * same bytes. The only user of liblinear. Not used while tagging. */
#ifndef PIPELINE_FIT_H
#define PIPELINE_FIT_H

#include "base/buf.h"
#include "base/error.h"
#include "base/post.h"

struct fit;

/* folder: lexicons/en; its weights.tsv is not read. */
int fit_open(struct fit **out, const char *folder, struct error *err);
void fit_close(struct fit *f);

/* A new source of texts: within it the three labels weigh the same, and all
 * of it as much as share says against the other sources. */
void fit_source(struct fit *f, double share);
/* One labelled text of the current source. */
void fit_add(struct fit *f, struct text text, enum label label);

struct fit_result {
    size_t texts, terms, kept_out;
};

/* The rows of weights.tsv, sorted, appended to out. */
int fit_weights(struct fit *f, double cost, uint64_t least_texts,
                struct buf *out, struct fit_result *result,
                struct error *err);

/* base: the scorer's own table is corrected by the texts added; rows are
 * written for a --lexicon file on top of it. */
int fit_adapt(struct fit *f, const char *folder, double cost, struct buf *out,
              struct fit_result *result, struct error *err);

#endif
