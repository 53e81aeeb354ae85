/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns of topic rows against words. Reads no file, decides no tag. */
#ifndef PIPELINE_TOPIC_MATCH_H
#define PIPELINE_TOPIC_MATCH_H

#include "base/post.h"
#include "pipeline/topic_rows.h"

/* What topics ask of a word, asked once. */
struct topic_word {
    union sets sets;         /* of patterns' elements that allow it */
    uint64_t key;            /* it is looked up by */
    const struct cell *cell; /* cells[0] when there is none */
    const struct cell *pair; /* likewise, of this word and the one before */
    const union sets *near;  /* its place; soft marks have the next word's */
    uint32_t before;         /* that one: marks may stand between */
    uint32_t event;          /* the first of its events */
    uint32_t flags;          /* the word's; TOPIC_STARTS */
    uint32_t classes;        /* set of enum word_class */
};

/* A sentence may start here, as it does behind a line break. */
enum { TOPIC_STARTS = WORD_BREAK };

/* A cell that does something, met in a text. */
struct event {
    const struct cell *cell;
    uint32_t first, last;    /* words; of a pair two, with marks between */
};

/* A text, words [from, until) of it, and the pattern being tried there. */
struct topic_place {
    const struct topic_rows *t;
    const struct words *words;
    struct topic_word *view; /* owned, as the next three; one a word, one more */
    struct event *events;
    uint32_t *pairs;         /* words that may be second of a pair */
    union sets *near;        /* sets of 1, 2, 4 and 8 words from each on */
    size_t room;
    size_t from, until;
    /* Set by topic_try(). */
    const struct element *elements;
    size_t count;
    unsigned steps;
    size_t begin, end;   /* words of the match */
    struct span captures[CAPTURE_COUNT];
};

/* Fill in the view of a text. mask: as spotter_read() has it. */
void topic_read(struct topic_place *p, const struct words *words,
                const uint8_t *mask);
void topic_release(struct topic_place *p);

/* Could a pattern match where its anchor is met? near: of that word. Most
 * cannot, for another word is missing; no branch depends on which. */
static inline bool topic_near(const union sets *place,
                              const struct trial *trial)
{
    const uint64_t *near = place->half;
    uint64_t all = 1;
#pragma GCC unroll 2
    for (int i = 0; i < LOOKS; i++)
        all &= near[trial->looks[i].at] >> trial->looks[i].bit;
    return all;
}

/* Does the row match with its element anchor at word at, one of [from,
 * until)? */
bool topic_try(struct topic_place *p, const struct row *row, unsigned anchor,
               size_t at);

#endif
