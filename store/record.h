/* SPDX-License-Identifier: Apache-2.0 */
/* A post as stored. Knows the bytes, not the file they lie in.
 *
 *   [version 1][author hash 8 LE][source id][length of head]
 *   head: [kind][label][score][channels][intents][aspects][text]
 *         [mentions: count, then subject id, span start, span length, label,
 *          score, channels, intents, aspects of each; by subject id]
 *   rest: [native id][language 4][confidence][faults][rating][rules]
 *         [likes][reposts][replies][which][url][handle][reply to][lang]
 *         [indexed][edited][wish][from][to]
 *   [fetched 6 BE]
 *
 * Numbers are varints (zigzag where they may be negative), texts have their
 * length in front; "which" is the set of the optional ones that follow.
 * Everything that a window, a term or an author count depends on comes before
 * the rest: posts equal up to there count the same. All but the last six
 * bytes equal: the post is unchanged. */
#ifndef STORE_RECORD_H
#define STORE_RECORD_H

#include "base/buf.h"
#include "base/post.h"
#include "store/pack.h"

enum { RECORD_VERSION = 1, RECORD_FETCHED = 6,
       RECORD_LIMIT = 256 * 1024 };

struct record {
    struct post post;      /* texts borrowed from the bytes; .source empty */
    uint32_t source;       /* id */
    uint32_t rules;
    struct mention mentions[POST_MENTIONS_LIMIT]; /* post.mentions */
};

/* subjects[i]: id of the post's subject index i. Mentions are sorted by id;
 * of two of one subject the first is kept. */
void record_write(struct buf *out, const struct post *post, uint32_t source,
                  uint32_t rules, const uint32_t *subjects);
/* The post's mentions get subject ids; created is not in the record. -1: not
 * a record of this version. */
int record_read(struct record *r, int64_t created, struct text bytes);

/* Without reading all of it; 0 when broken. */
uint64_t record_author(struct text bytes);
uint32_t record_source(struct text bytes);
/* Unchanged, whenever each was fetched. */
bool record_same(struct text a, struct text b);
/* They count the same in every window, term and author sketch. */
bool record_counts_same(struct text a, struct text b);

#endif
