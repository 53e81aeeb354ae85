/* SPDX-License-Identifier: Apache-2.0 */
/* The entries of one language's lexicons in one table: words, phrases,
 * modifiers, negators, fitted weights. Knows what is written, not what it
 * does to a score (sentiment.c does).
 *
 *   entries[]  dense, 32 bytes each        names  "not good\0great\0..."
 *   slots[]    open addressing, four an entry at least, 0 empty:
 *              [11 high bits of the hash][1 some other had to go on from
 *              here][20 bits index]
 */
#ifndef PIPELINE_LEXICON_H
#define PIPELINE_LEXICON_H

#include "base/buf.h"
#include "base/error.h"
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
    uint32_t *slots;          /* owned */
    size_t slot_mask;
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

enum { LEXICON_INDEX = (1 << 20) - 1, LEXICON_MORE = 1 << 20,
       LEXICON_TAG_SHIFT = 21 };

/* Beyond the first place looked at. */
const struct entry *lexicon_search(const struct lexicon *l, uint64_t hash);

/* The entry, or the first of all, which stands for none: all zero. Without a
 * branch that depends on whether there is one: the words of a text are hard
 * to foresee, and a wrong guess costs more than the look-up. The tag saves a
 * look at an entry that is another's, which would be far from any cache. */
static inline const struct entry *lexicon_entry(const struct lexicon *l,
                                                uint64_t hash)
{
    uint32_t slot = l->slots[hash >> 8 & l->slot_mask];
    uint32_t differ = (slot ^ (uint32_t)(hash >> 32)) >> LEXICON_TAG_SHIFT;
    uint32_t keep = (uint32_t)(differ != 0) - 1; /* "?:" would be a branch */
    uint32_t index = slot & keep & LEXICON_INDEX;
    const struct entry *e = l->entries + index;
    bool found = e->hash == hash, go_on = (index | (slot & LEXICON_MORE)) != 0;
    if (__builtin_expect(found != go_on, 0)) /* "&&": two branches */
        return found ? e : lexicon_search(l, hash);
    return e;
}

static inline const struct entry *lexicon_find(const struct lexicon *l,
                                               uint64_t hash)
{
    const struct entry *e = lexicon_entry(l, hash);
    return e == l->entries ? NULL : e;
}

static inline const char *lexicon_name(const struct lexicon *l,
                                       const struct entry *e)
{
    return l->names.data + e->name;
}

#endif
