/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns of topic rows against words. Reads no file, decides no tag. */
#ifndef PIPELINE_TOPIC_MATCH_H
#define PIPELINE_TOPIC_MATCH_H

#include "base/post.h"
#include "pipeline/topic_rows.h"

/* What topics ask of a word, asked once. */
struct topic_word {
    uint64_t key;            /* it is looked up by */
    uint64_t sets;           /* of patterns' elements that allow it */
    const struct cell *cell; /* cells[0] when there is none */
    const struct cell *pair; /* likewise, of the word before and this one */
    uint32_t before;         /* that word: marks between are passed over */
    uint8_t classes;         /* set of enum word_class */
    bool soft;               /* a mark that is skipped in a row */
    bool ends;               /* a mark that ends a sentence */
    bool busy;               /* a cell of it does something */
};

/* A text, words [from, until) of it, and the pattern being tried there. */
struct topic_place {
    const struct topic_rows *t;
    const struct words *words;
    struct topic_word *view; /* owned; one a word */
    size_t room;
    uint64_t present;        /* sets of all words of the text */
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

/* Could the row match with its anchor at word at? */
bool topic_near(const struct topic_place *p, const struct row *row, size_t at);
/* Does the row match with its element anchor at word at? */
bool topic_try(struct topic_place *p, const struct row *row, unsigned anchor,
               size_t at);

bool topic_at_start(const struct topic_place *p, size_t at);

#endif
