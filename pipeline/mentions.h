/* SPDX-License-Identifier: Apache-2.0 */
/* Which subjects a post mentions. First words are hashed as a prefilter, so
 * that 10,000 names cost about what 10 do; patterns confirm. Immutable once
 * compiled; per-thread state is in the finder. */
#ifndef PIPELINE_MENTIONS_H
#define PIPELINE_MENTIONS_H

#include "base/config.h"
#include "base/pattern.h"
#include "base/post.h"
#include "pipeline/words.h"

struct mentions;

/* Compile the subjects of the configuration. Every fault is told as
 * "FILE:LINE: sentence" in faults (may be NULL); err has the first. */
int mentions_open(struct mentions **out, const struct config *config,
                  struct buf *faults, struct error *err);
void mentions_close(struct mentions *m);

/* Names by index, as struct mention.subject counts them: config order. */
const char *const *mentions_subjects(const struct mentions *m, size_t *count);

/* The index of a subject's brand; its own for a brand. */
uint32_t mentions_brand(const struct mentions *m, uint32_t subject);

uint64_t mentions_hash(const struct mentions *m);

/* One a thread; the mentions outlive it. */
struct finder;
struct finder *finder_open(const struct mentions *m);
void finder_close(struct finder *f);

/* Fill post->mentions (in the arena) with span and subject; tags are left to
 * later stages. Products bring their brand. mask (words->count bytes, zeroed
 * by the caller; may be NULL) is set where a word belongs to a matched name. */
void finder_find(struct finder *f, const struct words *words,
                 struct post *post, struct arena *memory, uint8_t *mask);

/* Why a text does or does not match a subject: one line, for check.
 * 1: it does, 0: it does not though a name of it is there, -1: nothing is. */
int finder_explain(struct finder *f, const char *subject, struct text text,
                   struct buf *out);

#endif
