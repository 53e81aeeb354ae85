/* SPDX-License-Identifier: Apache-2.0 */
/* What mentions.c compiles and mentions_find.c searches. Not for others.
 *
 *   "Acme", "Acme Express"    acme ──> [acme]       ends: subject 0
 *                              └─ longer            acme express ends: 1
 */
#ifndef PIPELINE_MENTIONS_PRIVATE_H
#define PIPELINE_MENTIONS_PRIVATE_H

#include "base/index.h"
#include "pipeline/mentions.h"
#include "pipeline/query.h"

struct entry {
    uint32_t subject;
    struct query *query;
};

struct watched {
    const char *name;
    uint32_t brand;
    size_t near;
    struct entry *exclude, *require; /* owned */
    size_t exclude_count, require_count, exclude_room, require_room;
};

/* What ends at a key: a name of an entry, or the need to try a query. Most
 * names are found without a look at anything else, which would be far from any
 * cache. */
struct end {
    uint64_t key;
    const struct name *name; /* NULL: a key that only has longer ones, or a
                              * word that a pattern needs */
    uint32_t entry, subject;
    bool is_query;           /* found only when the entry's query is */
    bool sensitive;          /* only as the name is written */
    bool longer;             /* no end: names go on from here */
};

struct slot {
    uint64_t hash;           /* the key of its ends */
    uint32_t first, count;   /* in ends */
    bool longer;
};

struct mentions {
    char **names;            /* owned */
    size_t count;
    struct watched *watched;
    struct entry *entries;
    size_t entry_count, entry_room;
    uint32_t *always;        /* entries tried on every text */
    size_t always_count, always_room;
    struct end *ends;        /* sorted by key */
    size_t end_count, end_room;
    struct slot *slots;      /* one a key; the first stands for none */
    size_t slot_count;
    struct index index;      /* of slots */
    uint64_t *filter;        /* bits of the keys of first pieces */
    unsigned filter_bits;
    bool needs_words;        /* some pattern waits for a word */
    uint64_t hash;
};

static inline const struct slot *find_slot(const struct mentions *m, uint64_t key)
{
    uint32_t number = index_find(&m->index, INDEX_OF(m->slots), key);
    return number ? &m->slots[number] : NULL;
}

static inline bool may_begin(const struct mentions *m, uint64_t key)
{
    size_t bit = key >> (64 - m->filter_bits);
    return m->filter[bit / 64] >> (bit % 64) & 1;
}

#endif
