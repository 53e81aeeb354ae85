/* SPDX-License-Identifier: Apache-2.0 */
/* Aspects, channels and intents by rules kept as data in lexicons/. Complaint
 * is tagged on its own, not derived from sentiment. */
#ifndef PIPELINE_TOPICS_H
#define PIPELINE_TOPICS_H

#include "base/error.h"
#include "base/post.h"
#include "pipeline/words.h"

struct topics;

/* folder: lexicons/en. A bad line is "FILE:LINE: sentence". */
int topics_open(struct topics **out, const char *folder, struct error *err);
void topics_close(struct topics *t);

/* Reads one text at a time, as a whole and in parts: one a thread. */
struct spotter;
struct spotter *spotter_open(const struct topics *t);
void spotter_close(struct spotter *s);

/* Take up a text, borrowed until the next. mask (or NULL): 1 for words of a
 * name, which say nothing ("app" does), 0 for others. */
void spotter_read(struct spotter *s, const struct words *words,
                  const uint8_t *mask);

/* Tag words [from, until): aspects, channels, intents of *out are set. Its
 * score, set before, weighs in: what pleases is hardly a complaint. */
void spotter_tag(struct spotter *s, size_t from, size_t until,
                 struct tags *out);

/* Spans of a post as a whole: wish, switch from and to (post->tags is set
 * before). */
void spotter_spans(struct spotter *s, struct post *post);

/* Which rows fired: aspect, channel or intent name, the pattern as written,
 * its weight (0: it decides alone), the span. Weighted rows are told even
 * where their sum did not suffice. What the text's sentiment (score,
 * thousandths) adds is told as the row "sentiment", without a span. */
typedef void visit_topic(void *context, const char *name, const char *row,
                         double weight, struct span span);
void spotter_explain(struct spotter *s, int score, visit_topic *visit,
                     void *context);

uint64_t topics_hash(const struct topics *t);

#endif
