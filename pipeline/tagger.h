/* SPDX-License-Identifier: Apache-2.0 */
/* All per-post stages in their order:
 * clean → language → mentions → sentiment → topics. Pure: no store, no net.
 * The rules are shared and immutable; a tagger holds one thread's memory. */
#ifndef PIPELINE_TAGGER_H
#define PIPELINE_TAGGER_H

#include "base/config.h"
#include "base/error.h"
#include "base/post.h"
#include "pipeline/mentions.h"
#include "pipeline/sentiment.h"
#include "pipeline/topics.h"

/* Everything that decides a tag. */
struct rules;

/* data: the folder that holds lexicons/. lexicon: one's own, or NULL. */
int rules_open(struct rules **out, const struct config *config,
               const char *data, const char *lexicon, struct buf *faults,
               struct error *err);
void rules_close(struct rules *r);
/* A JSON object of hashes: store_rules() numbers it. */
void rules_describe(const struct rules *r, struct buf *out);
const struct mentions *rules_mentions(const struct rules *r);
const struct sentiment *rules_sentiment(const struct rules *r);
const struct topics *rules_topics(const struct rules *r);

struct tagger;
struct tagger *tagger_open(const struct rules *r);
void tagger_close(struct tagger *t);

/* Tag every post from index first on; sets batch->subjects. */
void tagger_run(struct tagger *t, struct batch *batch, size_t first);

/* Everything about one text, as lines for a person: the contributions with
 * their spans and values, the rows that fired. */
void tagger_explain(struct tagger *t, struct text text, struct buf *out);

#endif
