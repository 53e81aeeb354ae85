/* SPDX-License-Identifier: Apache-2.0 */
/* A post as stored. Knows the bytes, not the file they lie in.
 *
 *   [author hash 8 LE][source id][fetched][head][rest]
 *   head: [kind][tags][text][mentions: count, then subject id, span start,
 *         span length, tags of each; by subject id]
 *   rest: [id][language][confidence][rules][which][what "which" says there
 *         is, see record.c]
 *
 * Numbers are varints (zigzag where they may be negative), times seconds
 * after the post's, texts have their length in front, tags are as in pack.h;
 * a mention's with the extra bit are the post's. An id is [form], then its
 * text or, of a known form, the parts that differ (letters.h).
 * Everything that a window, a term or an author count depends on comes before
 * the rest: posts equal up to there, but for fetched, count the same. All but
 * fetched equal: the post is unchanged. */
#ifndef STORE_RECORD_H
#define STORE_RECORD_H

#include "base/buf.h"
#include "base/post.h"
#include "store/pack.h"

enum { RECORD_MADE = 5 * (POST_ID_LIMIT + 64) };

struct record {
    struct post post;      /* texts borrowed from the bytes or
                            * made below; .source empty */
    uint32_t source;       /* id */
    struct mention mentions[POST_MENTIONS_LIMIT]; /* post.mentions */
    char made[RECORD_MADE]; /* texts that are not in the bytes as they are */
};

/* subjects[i]: id of the post's subject index i. Mentions are sorted by id;
 * of two of one subject the first is kept. */
void record_write(struct buf *out, const struct post *post, uint32_t source,
                  uint32_t rules, const uint32_t *subjects);
/* The post's mentions get subject ids; created is not in the record. -1: not
 * a record. */
int record_read(struct record *r, int64_t created, struct text bytes);

/* Without reading all of it; 0 when broken. */
uint64_t record_author(struct text bytes);
uint32_t record_source(struct text bytes);
/* Unchanged, whenever each was fetched. */
bool record_same(struct text a, struct text b);
/* They count the same in every window, term and author sketch. */
bool record_counts_same(struct text a, struct text b);

#endif
