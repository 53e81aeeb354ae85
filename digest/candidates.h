/* SPDX-License-Identifier: Apache-2.0 */
/* From posts to what may become a term: copies collapsed, own names and stop
 * words left out. Counts nothing against a past; terms.c does. */
#ifndef DIGEST_CANDIDATES_H
#define DIGEST_CANDIDATES_H

#include "base/config.h"
#include "base/hash_set.h"
#include "base/mem.h"
#include "digest/terms.h"
#include "pipeline/words.h"
#include "store/store.h"

/* Add the words of lexicons/NAME. config NULL, or without lexicons: none. */
int words_list(struct hash_set *s, const struct config *config,
               const char *name, struct error *err);

/* Words that are never a term. */
struct unwanted {
    struct hash_set stop;    /* of every language */
    struct hash_set own;     /* of the subject's names; a phrase ends there */
};
/* config NULL: no stop words; it or subject NULL: no own names. A missing
 * list is told in err. */
int unwanted_load(struct unwanted *u, const struct config *config,
                  const char *subject, struct error *err);
void unwanted_release(struct unwanted *u);

/* Posts of a stretch, each text once. */
struct documents {
    struct arena memory;
    struct sample *items;    /* oldest first */
    size_t count, room;
    uint64_t copies;         /* reposts and near-copies left out */
    struct hash_set prints;  /* of texts seen */
    struct words words;
};
int documents_read(struct documents *d, struct store *store,
                   const struct store_query *query, struct error *err);
/* Add one as if read; true when it is no copy. Borrows nothing. */
bool documents_add(struct documents *d, const struct post *post,
                   const struct tags *tags);
void documents_release(struct documents *d);

struct candidate {
    uint64_t hash;
    uint8_t kind;            /* enum term_kind; TERM_NAME: written like one
                              * here */
    uint32_t start, length;  /* bytes of the text */
};
typedef void visit_candidate(void *context, const struct candidate *c);
/* words: scratch. A term may be visited more than once. */
void candidates_visit(const struct unwanted *u, struct words *words,
                      const char *text, visit_candidate *visit,
                      void *context);

#endif
