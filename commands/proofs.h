/* SPDX-License-Identifier: Apache-2.0 */
/* The few most telling posts behind a figure, and what made them be tagged
 * so: the matched name, the words that pulled the sentiment, the rows that
 * fired. For swell why; counts nothing. */
#ifndef COMMANDS_PROOFS_H
#define COMMANDS_PROOFS_H

#include "commands/reading.h"
#include "digest/terms.h"

enum { PROOFS_MOST = 20 };

struct proof {
    double telling;
    struct sample sample;
    struct span matched;      /* length 0 for "*" */
    uint64_t print;
};

struct proofs {
    struct arena memory;
    struct proof items[PROOFS_MOST];
    size_t count, wanted;     /* at most PROOFS_MOST */
};

/* mention NULL: the whole post. print: post_fingerprint() of its text. */
void proofs_take(struct proofs *p, const struct post *post,
                 const struct mention *mention, uint64_t print);
/* What pulls one of them where, and which rows fired, in lines: the whole post
 * by today's rules. */
void proofs_explain(const struct proof *p, struct buf *out,
                    const struct rules *rules);
void proofs_put(const struct proofs *p, struct buf *out,
                const struct rules *rules, const struct zone *zone);
void proofs_release(struct proofs *p);

#endif
