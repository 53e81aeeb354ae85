/* SPDX-License-Identifier: Apache-2.0 */
/* Sentiment as a sum of named contributions: lexicon entries, weights, rules.
 * Reads the lexicons of one language; immutable afterwards, shared by
 * threads, each with a scorer of its own. */
#ifndef PIPELINE_SENTIMENT_H
#define PIPELINE_SENTIMENT_H

#include "base/error.h"
#include "base/post.h"
#include "pipeline/words.h"

struct sentiment;

/* folder: lexicons/en. A bad line is "FILE:LINE: sentence" and the whole is
 * refused. extra: a lexicon of one's own (VADER's, AFINN's or our format) on
 * top, or NULL. */
int sentiment_open(struct sentiment **out, const char *folder,
                   const char *extra, struct error *err);
void sentiment_close(struct sentiment *s);

/* One named part of a score, for --explain and why. */
struct contribution {
    struct span span;      /* in the text */
    const char *rule;      /* "lexicon", "weight", "negated", "capitals" … */
    const char *entry;     /* the entry's own words, or "" */
    double positive;       /* added to positive against neutral, log-odds */
    double negative;       /* added to negative against neutral, log-odds */
};
typedef void visit_contribution(void *context, const struct contribution *c);

/* Scores one text at a time, as a whole and in parts: one a thread. */
struct scorer;
struct scorer *scorer_open(const struct sentiment *s);
void scorer_close(struct scorer *s);

/* Take up a text, borrowed until the next. mask: optional array of
 * words->count bytes, nonzero where a word belongs to a name (brand, product)
 * and carries no sentiment. */
void scorer_read(struct scorer *s, const struct words *words,
                 const uint8_t *mask);

/* Score words [from, until). label and score of *out are set;
 * score = P(positive) - P(negative), thousandths. visit may be NULL. */
void scorer_score(struct scorer *s, size_t from, size_t until,
                  struct tags *out, visit_contribution *visit, void *context);

/* The clause around words. */
struct clause {
    size_t from, until;
    bool parted;  /* by a "but" or "although" from the rest */
    bool rival;   /* "better than Acme": what praises is no praise of Acme */
};
struct clause scorer_clause(const struct scorer *s, struct range place);

/* Whether the words are a handle before all that is said: "@acme thanks, but
 * where is it?" says all of it to Acme, not the first clause. */
bool scorer_addressed(const struct scorer *s, struct range place);

/* The sentiment towards what the words name: that of its clause where it has
 * one, else what the tags say already, of the sentence or the text. Who is
 * addressed keeps those; so does who is alone in the text, unless a "but"
 * parts the clause from the rest. */
void scorer_mention(struct scorer *s, struct range place, bool alone,
                    struct tags *tags);

/* A number that changes when any entry does: part of the rule version. */
uint64_t sentiment_hash(const struct sentiment *s);

#endif
