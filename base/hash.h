/* SPDX-License-Identifier: Apache-2.0 */
/* Hashes: fast ones for tables (xxhash), a keyed one for people (libsodium).
 * The only user of both libraries. Values of hash64 are stored: they never
 * change. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Overwrite a secret so that the compiler cannot leave it out. */
void secret_wipe(void *data, size_t length);
/* In a time that does not tell how much of it is right. */
bool secret_equal(const void *a, const void *b, size_t length);

uint64_t hash64(const void *data, size_t length);
uint64_t hash64_seed(const void *data, size_t length, uint64_t seed);

/* Author hashes: SipHash-2-4 under the store's own key. Never 0. */
struct author_key {
    unsigned char bytes[16];
};

/* Read the key file, or create it with mode 0600 when absent and create is
 * nonzero. Refuses a file that others may read. */
int author_key_load(struct author_key *key, const char *path, int create,
                    struct error *err);
uint64_t author_key_hash(const struct author_key *key, const char *source,
                         size_t source_length, const char *author,
                         size_t author_length);

#endif
