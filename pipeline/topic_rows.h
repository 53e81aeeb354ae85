/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of lexicons/LANGUAGE/{classes,aspects,channels,intents}.tsv and of
 * the fitted weights, compiled. Knows what a row says; topics.c matches.
 *
 *   word hash ─▶ cell ─┬─ hits      tags that this word (or pair) alone sets
 *                      ├─ vector    what rows of no other word add up to
 *                      ├─ adds[]    weights of rows that others have, too
 *                      ├─ trials[]  patterns anchored here, by first glance
 *                      └─ links[]   all of these rows: why
 *   row ─▶ elements[] ─▶ hashes[]  a pattern and the words it allows
 */
#ifndef PIPELINE_TOPIC_ROWS_H
#define PIPELINE_TOPIC_ROWS_H

#include "base/buf.h"
#include "base/error.h"
#include "base/index.h"
#include "base/tags.h"
#include "pipeline/words.h"

/* Aspects, channels and intents in one row of bits. */
enum {
    TAG_CHANNELS = ASPECT_COUNT,
    TAG_INTENTS = TAG_CHANNELS + CHANNEL_COUNT,
    TAG_COUNT = TAG_INTENTS + INTENT_COUNT,
    TAG_SUGGESTION = TAG_INTENTS + INTENT_SUGGESTION,
    TAG_SWITCH = TAG_INTENTS + INTENT_SWITCH,
};

enum element_kind {
    ELEMENT_WORDS,   /* one of these words */
    ELEMENT_GAP,     /* up to most words, not past a sentence's end */
    ELEMENT_START,   /* of a sentence; greetings and handles skipped */
    ELEMENT_END,
    ELEMENT_UNLESS,  /* first in a row: none of the three words before is
                      * one of these; else: the next word is none */
    ELEMENT_NAME,    /* captures one to three words */
    ELEMENT_REST,    /* captures to the end of the sentence */
};

enum capture { CAPTURE_NONE, CAPTURE_FROM, CAPTURE_TO, CAPTURE_WISH,
               CAPTURE_COUNT };

/* Words allowed by what they are, not by their spelling. */
enum word_class {
    CLASS_NUMBER = 1, CLASS_MONEY = 2, CLASS_HANDLE = 4, CLASS_HELPDESK = 8,
    CLASS_LINK = 16, CLASS_CAPS = 32, CLASS_EMOJI = 64, CLASS_COUNT = 7,
};

struct element {
    uint32_t first, count;  /* hashes[], ascending */
    uint8_t kind;           /* enum element_kind */
    uint8_t classes;        /* set of enum word_class */
    uint8_t most;           /* of a gap */
    uint8_t capture;        /* enum capture */
    uint8_t set;            /* bit that its words have in sets */
    bool optional;
};

/* A set of which some word must be near a pattern's anchor: where in struct
 * topic_place's near, counted in halves, and which bit there. */
struct look {
    int16_t at;
    uint16_t bit;
};
enum { LOOKS = 2, NEAR_LEVELS = 4 /* within 1, 2, 4 and 8 words */ };

enum row_kind { ROW_PATTERN, ROW_WORD, ROW_PAIR, ROW_BIAS, ROW_FEELING,
                ROW_IMPLIED };

struct row {
    uint32_t elements;      /* first of count */
    uint32_t name;          /* offset into names: the pattern as written */
    int32_t weight;
    uint16_t bit;           /* of a weighted row, not 0: it counts once */
    uint8_t count;
    uint8_t tag;
    uint8_t kind;           /* enum row_kind */
    bool weighted, captures;
    uint8_t anchor;         /* of a pattern: the element it is tried at */
    bool paired;            /* that and the next */
    struct look looks[LOOKS]; /* of a pattern; cheaper than trying it */
};

/* A pattern to be tried where its anchor is met, if it passes its looks. */
struct trial {
    struct look looks[LOOKS];
    uint32_t row;
};

enum cell_flag { CELL_PAIR_FIRST = 1, CELL_PAIR_SECOND = 2, CELL_PAIR = 4,
                 CELL_SET = 8, CELL_CAPTURES = 16,
                 CELL_BUSY = 32, /* it has links */
                 CELL_LEAD = WORD_ASIDE /* likewise: a sentence's start may
                                         * have it before */ };

/* The words that elements of patterns allow, as bits: none is ever met as
 * SETS_NEVER, where a sentence starts there is SETS_START, any word has the
 * last. A word that has not an element's bit is not in its set. */
enum { SETS_NEVER = 125, SETS_START = 126, SETS_ALL = 127 };
typedef uint64_t two_halves __attribute__((vector_size(16)));
union sets {
    two_halves both;
    uint64_t half[2];
};

static inline bool sets_have(const union sets *s, unsigned set)
{
    return s->half[set / 64] >> set % 64 & 1;
}

static inline void sets_add(union sets *s, unsigned set)
{
    s->half[set / 64] |= (uint64_t)1 << set % 64;
}

enum { NAME_WORDS = 3 }; /* that a name in a pattern has at most */

enum link_order { ORDER_SOLO, ORDER_ADD, ORDER_PLAIN, ORDER_PATTERN,
                  ORDER_MARK };

struct cell {               /* the passes over words read its first half */
    union sets sets;        /* of patterns' elements that allow this word */
    uint64_t hash;
    uint32_t hits;          /* set of tags */
    uint16_t flags;         /* set of enum cell_flag */
    uint16_t solo;          /* bit of the first of the solos, or 0 */
    uint32_t vector;        /* of vectors[]: what the solos weigh together */
    uint32_t trials;        /* trials[]: the first */
    uint32_t add;           /* adds[]: likewise */
    uint16_t steps;         /* TOPIC_STEP trials each */
    uint16_t adds;
    uint32_t first;         /* links[]: solos, adds, plains, patterns */
    uint32_t uses;          /* in all rows */
    uint16_t solos;         /* weighted rows that are this word and no other */
    uint16_t plains, patterns;
};

struct link {
    uint64_t hash;
    uint32_t row;
    uint8_t order;          /* enum link_order */
    uint8_t anchor;         /* element of the row that this word matches;
                             * with CELL_SET: the bit of its set */
    uint16_t flags;         /* set of enum cell_flag */
};

/* Weighted tags are few: their sums are one vector. Of whole numbers, as all
 * weights: a sum is the same in any order. */
enum { WEIGHED_LIMIT = 8, WEIGHT_UNIT = 10000 };
typedef int32_t four_weights __attribute__((vector_size(16)));
struct vector {
    union {
        int32_t weights[WEIGHED_LIMIT];
        four_weights fours[WEIGHED_LIMIT / 4];
    };
};

/* A weighted word or pair: all that the pass over words needs of its row. */
struct add {
    int32_t weight;
    uint16_t bit;
    uint8_t slot;           /* in a vector */
};

enum { TOPIC_PAIR_BITS = 18, TOPIC_WEIGHTED_LIMIT = 8192, TOPIC_STEP = 2 };

struct topic_rows {
    struct row *rows;
    struct element *elements;
    uint64_t *hashes;
    struct link *links;
    struct add *adds;
    struct trial *trials;
    struct vector *vectors; /* the first is zero */
    uint8_t slots_of[TAG_COUNT]; /* place of a weighted tag in a vector */
    struct cell *cells;     /* the first stands for none: all zero */
    struct index words, pairs; /* of cells; apart, for pairs are many */
    uint64_t pair_filter[(1 << TOPIC_PAIR_BITS) / 64];
    size_t row_count, row_room, element_count, element_room;
    size_t hash_count, hash_room, link_count, link_room;
    size_t cell_count, trial_count, weighted_count;
    struct buf names;
    uint32_t weighted;      /* set of tags decided by a sum of weights */
    int32_t bias[TAG_COUNT];
    int32_t feeling[TAG_COUNT][2]; /* what a wholly positive or negative text
                                  * adds */
    uint32_t implying;      /* set of tags from which others follow */
    uint32_t implied[TAG_COUNT]; /* sets of tags */
    uint64_t kinds[CLASS_COUNT]; /* hashes that stand for a word class */
    const struct cell *kind_cells[CLASS_COUNT]; /* theirs, or cells[0] */
    uint64_t *leads;        /* words that a sentence's start may have before */
    size_t lead_count;
    uint64_t *trims;        /* words that a wish neither starts nor ends with */
    size_t trim_count;
    uint64_t *verbs;        /* of what is done: "add" belongs to the wish */
    size_t verb_count;
    uint64_t hash;
};

int topic_rows_load(struct topic_rows *t, const char *folder,
                    struct error *err);
/* The second half of topic_rows_load(): cells and links from rows. */
int topic_rows_compile(struct topic_rows *t, struct error *err);
void topic_rows_release(struct topic_rows *t);

/* What a text's sentiment (thousandths) adds to the sum of a weighed tag. */
static inline int32_t topic_feeling(const struct topic_rows *t, unsigned tag,
                                    int score)
{
    return t->feeling[tag][score < 0] * (score < 0 ? -score : score) / 1000;
}

const char *topic_name(unsigned tag); /* "price", "store", "complaint" */

/* Of one word or a class of words; cells[0] when there is none. */
static inline const struct cell *topic_cell(const struct topic_rows *t,
                                            uint64_t hash)
{
    return t->cells + index_find(&t->words, INDEX_OF(t->cells), hash);
}

/* A bit of a pair's hash. Most pairs have none set, and of those that do the
 * table is asked: it is large and would push other things out of the cache. */
static inline uint64_t topic_pair_bit(uint64_t hash)
{
    return hash & (((uint64_t)1 << TOPIC_PAIR_BITS) - 1);
}

/* Of two neighbours: whether they may be a pair, and which. Where no word of
 * the two is of any, always the same bit is looked at. */
static inline bool topic_may_pair(const struct topic_rows *t,
                                  const struct cell *first,
                                  const struct cell *second)
{
    uint64_t may = first->flags & second->flags >> 1 & CELL_PAIR_FIRST;
    uint64_t bit = topic_pair_bit(words_join(first->hash, second->hash)) & -may;
    return t->pair_filter[bit >> 6] >> (bit & 63) & may;
}

static inline const struct cell *topic_pair(const struct topic_rows *t,
                                            const struct cell *first,
                                            const struct cell *second)
{
    uint64_t hash = words_join(first->hash, second->hash);
    return t->cells + index_find(&t->pairs, INDEX_OF(t->cells), hash);
}

static inline bool topic_has(const uint64_t *sorted, size_t count,
                             uint64_t hash)
{
    if (!count)
        return false;
    while (count > 1) { /* without a branch on what stands there */
        size_t half = count / 2;
        sorted += half & ((size_t)0 - (sorted[half] <= hash));
        count -= half;
    }
    return *sorted == hash;
}

#endif
