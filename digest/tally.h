/* SPDX-License-Identifier: Apache-2.0 */
/* How many posts and writers used each candidate term in a stretch, and the
 * compact form of it that is kept for closed days. Judges nothing. */
#ifndef DIGEST_TALLY_H
#define DIGEST_TALLY_H

#include "base/buf.h"
#include "digest/candidates.h"

struct entry {
    uint64_t hash;
    uint32_t posts, authors, names;  /* names: posts that write it as one */
    uint32_t last_document, last_author; /* plus one; 0: none */
    uint32_t document, start, length;    /* the oldest use */
    uint8_t kind;
};

struct tally {
    struct entry *items;
    size_t count, room;
    uint32_t *slots;         /* index + 1 */
    size_t slot_room;
    uint32_t authors;        /* distinct, of all documents */
    uint64_t total;          /* sum of authors over items */
    uint32_t document, author; /* being counted */
};

struct entry *tally_find(const struct tally *t, uint64_t hash);
/* A blank one; the hash must be new. Valid until the next. */
struct entry *tally_add(struct tally *t, uint64_t hash);
void tally_count(struct tally *t, const struct documents *d,
                 const struct unwanted *u);
void tally_release(struct tally *t);

/* What a term of the documents is, and how it is written: a name as in its
 * oldest use, all else in small letters; in memory. */
uint8_t entry_kind(const struct entry *e);
const char *entry_text(const struct entry *e, struct documents *d,
                       struct arena *memory);

/* Packed form: a head, then count terms, hashes ascending, then the phrases
 * that only one writer used, as a Bloom filter of 16 bits each: they would be
 * most of the bytes. In the machine's byte order: it is a cache. */
struct packed_head {
    uint64_t stamp;          /* version and the words left out */
    uint32_t authors, total, count, singles;
};
struct packed_term {
    uint64_t hash;
    uint32_t authors, zero;
};
uint64_t tally_stamp(const struct unwanted *u);
void tally_pack(struct buf *out, const struct tally *t, uint64_t stamp);
/* False when packed is of another stamp or damaged. */
bool tally_packed(const struct buf *packed, uint64_t stamp);
/* Whether one writer used a phrase: wrong of one in 1,000 that nobody used. */
bool tally_single(const struct buf *packed, uint64_t hash);

/* Each day from first to last of q->subject, packed, from the store's cache or
 * counted, and kept there where the store may be written (terms_days.c). */
typedef void visit_packed(void *context, const struct buf *packed,
                          int64_t day);
int tally_days(struct store *store, const struct terms_query *q,
               const struct unwanted *u, int64_t first, int64_t last,
               visit_packed *visit, void *context, struct error *err);

#endif
