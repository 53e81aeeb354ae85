/* SPDX-License-Identifier: Apache-2.0 */
/* Sorting of many small records by a key of bytes inside them. Stable. */
#ifndef STORE_SORT_H
#define STORE_SORT_H

#include <stddef.h>

/* count records of size bytes; the key is length bytes (at most 32) at
 * offset, compared as memcmp() does. */
void sort_records(void *records, size_t count, size_t size, size_t offset,
                  size_t length);

#endif
