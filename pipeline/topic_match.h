/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns of topic rows against words. Reads no file, decides no tag. */
#ifndef PIPELINE_TOPIC_MATCH_H
#define PIPELINE_TOPIC_MATCH_H

#include "base/post.h"
#include "pipeline/topic_rows.h"

/* Words [from, until) of a text, and the pattern being tried there. */
struct topic_place {
    const struct topic_rows *t;
    const struct words *words;
    size_t from, until;
    /* Set by topic_try(). */
    const struct element *elements;
    size_t count;
    unsigned steps;
    size_t begin, end;   /* words of the match */
    struct span captures[CAPTURE_COUNT];
};

/* Does the row match with its element anchor at word at? */
bool topic_try(struct topic_place *p, const struct row *row, unsigned anchor,
               size_t at);

/* What a word is looked up by; a hashtag without its mark. */
uint64_t topic_other_key(const struct topic_rows *t, const struct words *w,
                         size_t i);
static inline uint64_t topic_key(const struct topic_rows *t,
                                 const struct words *w, size_t i)
{
    const struct word *item = &w->items[i];
    bool plain = item->kind == WORD_PLAIN && !(item->flags & WORD_LENGTHENED);
    return plain ? item->hash : topic_other_key(t, w, i);
}
/* Set of enum word_class. */
unsigned topic_classes(const struct words *w, size_t i);
bool topic_soft(const struct words *w, size_t i); /* skipped in a row */
bool topic_at_start(const struct topic_place *p, size_t at);
bool topic_ends_sentence(const struct words *w, size_t i);

#endif
