/* SPDX-License-Identifier: Apache-2.0 */
/* A set of hashes by open addressing. Hashes nothing itself. */
#ifndef BASE_HASH_SET_H
#define BASE_HASH_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zero-initialised is empty and ready; 0 is never a member. */
struct hash_set {
    uint64_t *slots;         /* owned */
    size_t count, room;      /* room: a power of two or 0 */
};

/* True when it was new. */
bool hash_set_add(struct hash_set *s, uint64_t hash);
bool hash_set_has(const struct hash_set *s, uint64_t hash);
void hash_set_release(struct hash_set *s);

#endif
