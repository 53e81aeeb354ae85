/* SPDX-License-Identifier: Apache-2.0 */
/* What a text shows, before any weight: its terms, and sums over its lexicon
 * entries. The scorer and the fit walk a text with the same function, so
 * they cannot differ. Not for other stages: they use sentiment.h. */
#ifndef PIPELINE_SIGNALS_H
#define PIPELINE_SIGNALS_H

#include "pipeline/lexicon.h"
#include "pipeline/sentiment.h"

/* Pairs: the positive side first, the negative one after it. */
enum signal {
    SIGNAL_WORD,            /* valences of words, /4 each */
    SIGNAL_STRONG = 2,      /* the part of a valence above 2 */
    SIGNAL_PHRASE = 4,      /* idioms and phrases */
    SIGNAL_EMOJI = 6,       /* emoji and emoticons */
    SIGNAL_NEGATED = 8,     /* words under a negation */
    SIGNAL_UNREAL = 10,     /* after if, would, wish; in a question */
    SIGNAL_TAG = 12,        /* hashtags */
    SIGNAL_STRONGEST = 14,
    SIGNAL_ANY = 16,        /* 1 when there is one */
    SIGNAL_DENSITY = 18,    /* 2 x sum / square root of the words */
    SIGNAL_EXCLAIMED = 20,  /* strongest, when there are "!" */
    SIGNAL_NONE = 22,       /* 1 without any valence; single from here on */
    SIGNAL_BOTH,
    SIGNAL_NEGATOR,         /* a negation that met no valence */
    SIGNAL_EXCLAIM,
    SIGNAL_QUESTION,
    SIGNAL_TITLES,          /* share of title-case words */
    SIGNAL_HANDLE,
    SIGNAL_INTERCEPT,
    SIGNAL_COUNT
};
extern const char *const signal_names[SIGNAL_COUNT];

enum { SIGNAL_ROOM = (SIGNAL_COUNT + 3) / 4 * 4, /* for vectors of four_counts */
       SIGNAL_DENSITY_SCALE = 2 };
/* Sums that density is made of. */
static inline bool signal_is_dense(int signal)
{
    return signal == SIGNAL_WORD || signal == SIGNAL_PHRASE ||
           signal == SIGNAL_EMOJI || signal == SIGNAL_TAG;
}

/* One term seen: words [first, last] of the text; hash as in weights.tsv (of
 * a pair only when every term was asked for). */
struct term {
    uint64_t hash;
    uint64_t key;              /* of its last word, without a mark */
    uint32_t first, last;
    const struct entry *entry; /* or NULL */
};
typedef void take_term(void *context, const struct term *t);

/* One lexicon entry that counted. */
struct valence {
    const struct entry *entry;
    uint32_t first, last;
    float value;      /* after modifiers and capitals, -1.5 to 1.5 */
    uint8_t signal;   /* which sum it went to, without the sign */
};
typedef void take_valence_seen(void *context, const struct valence *v);

struct signals {
    float value[SIGNAL_ROOM];
    size_t terms;     /* each counts 1 / sqrt(terms) */
    double positive, negative; /* what their fitted weights add up to */
    float uncut[SIGNAL_COUNT]; /* before the limits; set when take_v is */
};

enum act {
    ACT_START = ENTRY_ACTS, /* an entry that does something may start here */
    ACT_TERM = 2,    /* its weights count: of no name, nor the same again */
    ACT_LONGER = ENTRY_PREFIX, /* that entry may go on behind it, or is a
                                * number's */
    ACT_CLAUSE = ENTRY_CLAUSE, /* a clause may begin here */
    ACT_MASKED = 16, /* of a name */
    ACT_SHARED = 32, /* its key is that of its kind */
};

typedef double two_weights __attribute__((vector_size(16)));
typedef uint16_t eight_counts __attribute__((vector_size(16)));

/* Of words: plain ones; of these, in capitals and with one; handles; marks. */
enum form { FORM_PLAIN, FORM_CAPITALS, FORM_TITLES, FORM_HANDLES,
            FORM_EXCLAIMS, FORM_QUESTIONS };

/* What the words before one add up to: two such tell of all between. */
struct tally {
    two_weights weights; /* positive, negative; of words and pairs that count */
    eight_counts form;   /* by enum form; a post has fewer than 65,536 */
    uint32_t starts, terms;
};

struct looked {
    struct tally before;
    uint64_t key;              /* lexicon_word() and the like */
    const struct entry *entry; /* entries[0] when there is none */
    const struct entry *pair;  /* likewise, of this word and the next */
    uint32_t acts;             /* set of enum act */
};

/* A text with each word looked up, once, however often it is read. */
struct look {
    const struct lexicon *lexicon;
    const struct words *words;   /* borrowed until the next look */
    struct looked *items;        /* owned; one a word, two empty ones behind */
    uint32_t *starts;            /* owned; the words with ACT_START */
    size_t room;
};
#define LOOK_INIT { 0, 0, 0, 0, 0 }

/* mask: as in scorer_read(). */
void look_up(struct look *look, const struct lexicon *l,
             const struct words *w, const uint8_t *mask);
void look_release(struct look *look);

/* Words [from, until). take and take_v may be NULL. every: take terms without
 * an entry, too. */
void signals_read(const struct look *look, size_t from, size_t until,
                  struct signals *out, take_term *take, bool every,
                  take_valence_seen *take_v, void *context);

/* Against neutral. */
struct sums {
    double positive, negative;
};

struct scorer {
    const struct sentiment *sentiment;
    struct look look;
    struct range weighed;        /* the words that all below is about */
    struct signals seen;
    double scale;                /* of each term */
    struct sums sums;
};

#endif
