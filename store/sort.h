/* SPDX-License-Identifier: Apache-2.0 */
/* Sorting of many small records by a key of bytes inside them. Stable. */
#ifndef STORE_SORT_H
#define STORE_SORT_H

#include <stddef.h>
#include <stdint.h>

/* count records (fewer than 2^32) of size bytes; the key is length bytes at
 * offset, compared as memcmp() does; its first head bytes tell most of them
 * apart. Both are 4 or more, and so is the rest if there is one. */
void sort_records(void *records, size_t count, size_t size, size_t offset,
                  size_t length, size_t head);
void sort_numbers(uint32_t *numbers, size_t count);

/* Something with a number to sort it by. */
static inline uint64_t sort_item(uint32_t by, size_t which)
{
    return (uint64_t)by << 32 | (uint32_t)which;
}

/* Returns the one of the two that is sorted then. */
uint64_t *sort_items(uint64_t *items, uint64_t *spare, size_t count);

#endif
