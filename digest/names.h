/* SPDX-License-Identifier: Apache-2.0 */
/* The store's names of one kind, copied, so that queries may be made for
 * each: a visit must not ask the store again. */
#ifndef DIGEST_NAMES_H
#define DIGEST_NAMES_H

#include "base/mem.h"
#include "store/store.h"

struct names {
    struct arena memory;
    const char **items;   /* as the store gives them */
    size_t count, room;
};

int names_read(struct names *n, struct store *store, enum store_name kind,
               struct error *err);
bool names_has(const struct names *n, struct text name);
/* Add one that is not there yet. */
void names_add(struct names *n, const char *name);
void names_sort(struct names *n);
void names_release(struct names *n);

/* Is the subject this brand or product, or a product of it? */
bool subject_within(const char *subject, const char *of);

#endif
