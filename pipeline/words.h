/* SPDX-License-Identifier: Apache-2.0 */
/* A text split into words once, for all stages. Knows no lexicon.
 *
 *   text    "LOVED it!! #soGood @shop :)"
 *   items    LOVED(caps) it !! #sogood(hashtag) @shop(handle) :)(emoticon)
 *   folded  "loved it!! #sogood @shop :)"   same offsets as the text
 */
#ifndef PIPELINE_WORDS_H
#define PIPELINE_WORDS_H

#include "base/text.h"

enum word_kind {
    WORD_PLAIN,       /* letters, inner apostrophes and hyphens */
    WORD_NUMBER,      /* digits with , . : % $ £ € and unit letters */
    WORD_HANDLE,      /* @name; span includes the @ */
    WORD_HASHTAG,     /* #name; span includes the # */
    WORD_LINK,        /* http(s)://…, www.… */
    WORD_EMOJI,       /* one emoji sequence, ZWJ and skin tones included */
    WORD_EMOTICON,    /* :-) <3 xD */
    WORD_PUNCTUATION, /* a run of the same mark: "!!!", "...", "?" "," */
    WORD_KINDS
};

/* What a word shows and what it is, so that no stage asks again. */
enum word_flag {
    WORD_CAPS = 1,       /* two or more letters, all upper case */
    WORD_TITLE = 2,      /* first letter upper case */
    WORD_LETTERS = 4,    /* WORD_PLAIN */
    WORD_ACCOUNT = 8,    /* WORD_HANDLE */
    WORD_EXCLAMATION = 16, /* of marks, by the first byte */
    WORD_QUESTION = 32,
    WORD_FORM = 63,      /* all of these: what is counted */
    WORD_LENGTHENED = 64, /* had a letter three times or more in a row */
    WORD_BREAK = 128,    /* first word after a line break */
    WORD_JOINED = 256,   /* has an inner apostrophe, hyphen or underscore */
    WORD_HIGH = 512,     /* has letters beyond ASCII */
    WORD_ODD = 1024,     /* is looked up by another form, too: a hashtag, a
                          * lengthened word, a row of marks */
    WORD_CLASSED = 2048, /* counts by its kind: number, handle, link, emoji */
    WORD_ASIDE = 4096,   /* may stand before a sentence's first word: neither
                          * plain nor a number nor a hashtag */
    /* Of marks, by the first byte, of full-width ones by the plain one: */
    WORD_SOFT = 8192,    /* none of . ! ? $ %: a phrase may go on behind it */
    WORD_STOP = 16384,   /* "." */
    WORD_END = 32768,    /* . ! ? and typographic marks: a sentence ends */
    WORD_SENTENCE = 65536, /* one of . ! ? */
    WORD_MARK = 131072,  /* one of . ! ? , ; : ( ) */
    WORD_OPENS = 262144, /* one of : ; ( - and faces made of them: a sentence
                          * may start behind it */
};

struct word {
    uint32_t start;   /* bytes, in the text */
    uint32_t length;
    uint64_t hash;    /* words_hash() of the normal form: folded, curly
                       * apostrophe straight, emoji without skin tone and
                       * U+FE0F, hashtag and handle with their mark,
                       * emoticon without nose and repeats (":-))" is
                       * ":)"), a run of marks as written, "…" as "..." */
    uint32_t flags;   /* set of enum word_flag */
    uint32_t kind;    /* enum word_kind */
};

struct words {
    struct text text;    /* borrowed */
    char *folded;        /* owned; text.length bytes, lower case where the
                          * lower-case character has the same length */
    struct word *items;  /* owned; one more, without a flag */
    unsigned char *runs; /* owned; bit i: byte i is a letter or digit */
    unsigned char *stops; /* same block; bit i: byte i is none, or a capital
                          * inside a run, or the first of three same letters */
    size_t count, room, folded_room;
    bool ascii;          /* no byte of the text is beyond ASCII */
};

/* Words [from, until). */
struct range {
    size_t from, until;
};

#define WORDS_INIT { { 0, 0 }, 0, 0, 0, 0, 0, 0, 0, false }

/* A hyphen between letters joins: "wide-leg" and "don't" are one word each,
 * "AT&T" and "P.C." are several. Scripts without spaces give one word a
 * character.
 * Split; earlier content is replaced, memory reused. folded is followed by
 * 16 zero bytes. */
void words_split(struct words *w, struct text t);
void words_release(struct words *w);

/* Hash of a normal form, as in struct word. */
uint64_t words_hash(const char *data, size_t length);
/* The same where 16 bytes may be read whatever the length, as of folded. */
uint64_t words_hash_padded(const char *data, size_t length);
/* Of word index with no letter more than keep times in a row: "sooo" is "soo",
 * then "so". */
uint64_t words_squeezed(const struct words *w, size_t index, size_t keep);
/* The text of words [from, until); none when there are none. */
struct span words_span(const struct words *w, size_t from, size_t until);
/* The words that a span touches. */
struct range words_around(const struct words *w, struct span span);
/* The sentence, or sentences, that they stand in. */
struct range words_sentence(const struct words *w, struct range part);
/* Hash of two or more neighbours, from the hashes of each, in order. */
static inline uint64_t words_join(uint64_t first, uint64_t second)
{
    return (first * 0x9e3779b97f4a7c15u) ^ (second + 0x7f4a7c159e3779b9u +
                                            (first << 6) + (first >> 2));
}

#endif
