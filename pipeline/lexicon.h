/* SPDX-License-Identifier: Apache-2.0 */
/* The entries of one language's lexicons in one table: words, phrases,
 * modifiers, negators, fitted weights. Knows what is written, not what it
 * does to a score (sentiment.c does).
 */
#ifndef PIPELINE_LEXICON_H
#define PIPELINE_LEXICON_H

#include "base/buf.h"
#include "base/error.h"
#include "base/index.h"
#include "pipeline/words.h"

enum entry_flag {
    ENTRY_ACTS = 1,      /* has a role; of a mark, another than END */
    ENTRY_VALENCE = 2,   /* has a hand-made valence (0 counts: it shields) */
    ENTRY_PREFIX = 4,    /* a longer entry starts with these words */
    ENTRY_WEIGHT = 8,    /* has fitted weights */
    ENTRY_NEGATOR = 16,
    ENTRY_MODIFIER = 32,
    ENTRY_CONTRAST = 64, /* but, however: what follows counts */
    ENTRY_CLAUSE = WORD_BREAK, /* which, but, because: as behind a line's
                                * break, a clause may begin */
    ENTRY_CONCESSION = 256, /* although, despite: its own clause yields */
    ENTRY_MASK = 512,    /* a name: carries no sentiment */
    ENTRY_UNREAL = 1024, /* if, would, wish: not a fact */
    ENTRY_KEPT_OUT = 2048, /* never learned by a fit */
    ENTRY_DERIVED = 4096, /* an inflection made by rule */
    ENTRY_END = 8192,     /* ends the reach of a negation */
    ENTRY_COMMON = 16384, /* written with a capital, yet no name */
    ENTRY_RIVAL = 32768,  /* than, unlike: names whom somebody surpasses */
    ENTRY_DENIED = 65536, /* any problems: praise, where a negation reaches */
    ENTRY_ENDING = 131072, /* of a hashtag: #acmefail */
    ENTRY_LEADS = 262144, /* has a role or a longer entry starts with it */
    ENTRY_FIRST = 1 << 29, /* a phrase or a fitted pair starts with it */
    ENTRY_SECOND = 1 << 30, /* second word of a pair or a phrase */
    ENTRY_ROLES = ENTRY_VALENCE | ENTRY_NEGATOR | ENTRY_MODIFIER |
                  ENTRY_CONTRAST | ENTRY_CONCESSION | ENTRY_MASK |
                  ENTRY_UNREAL | ENTRY_END,
};

struct entry {
    uint64_t hash;
    float positive, negative; /* fitted, against neutral */
    int16_t valence;          /* hundredths, -400 to 400 */
    int16_t factor;           /* of a modifier, hundredths */
    uint32_t flags;           /* set of enum entry_flag */
    uint32_t name;            /* offset into names */
};

struct lexicon {
    struct entry *entries;    /* owned; the first stands for none */
    size_t count, room;
    struct buf names;
    struct index index;
    uint64_t hash;            /* of every row read, in order */
    uint64_t keys[WORD_KINDS]; /* of kinds of words that share one, or 0 */
};

/* Read a language's folder, then extra (may be NULL) on top; see
 * sentiment_open(). weights: false for a fit, which makes its own. Release
 * also after a failure. */
int lexicon_load(struct lexicon *l, const char *folder, const char *extra,
                 bool weights, struct error *err);
void lexicon_release(struct lexicon *l);

/* A term's hash as the scorer makes it, from its spelling in weights.tsv:
 * "good", "!good" (under a negation), "not good" (two neighbours),
 * "<link>", "=rule". 0 when it is empty. */
uint64_t lexicon_hash(const struct lexicon *l, struct words *w,
                      const char *term, size_t length);

/* The hash a word is looked up by: a hashtag without its mark (#acmefail as
 * "fail"), "!!!!" as "!!", "sooo" as "soo" or "so". */
uint64_t lexicon_odd_word(const struct lexicon *l, const struct words *w,
                          size_t index);
static inline uint64_t lexicon_word(const struct lexicon *l,
                                    const struct words *w, size_t index)
{
    const struct word *item = &w->items[index];
    return item->flags & WORD_ODD ? lexicon_odd_word(l, w, index)
                                  : item->hash;
}

static inline uint64_t lexicon_negated(uint64_t hash)
{
    return hash ^ 0x6e6f746e6f746e6fu;
}

/* The entry, or the first of all, which stands for none: all zero. */
static inline const struct entry *lexicon_entry(const struct lexicon *l,
                                                uint64_t hash)
{
    return l->entries + index_find(&l->index, INDEX_OF(l->entries), hash);
}

static inline const struct entry *lexicon_find(const struct lexicon *l,
                                               uint64_t hash)
{
    uint32_t number = index_find(&l->index, INDEX_OF(l->entries), hash);
    return number ? l->entries + number : NULL;
}

static inline const char *lexicon_name(const struct lexicon *l,
                                       const struct entry *e)
{
    return l->names.data + e->name;
}

#endif
