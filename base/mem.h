/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that cannot fail: out of memory ends the process with a message,
 * for each append is durable and each network-fed growth has a limit.
 * Nobody else calls malloc. */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

void *mem_alloc(size_t size)              /* zeroed; mem_free() it */
    __attribute__((returns_nonnull));
void *mem_resize(void *old, size_t size)  /* new bytes are not zeroed */
    __attribute__((returns_nonnull));
char *mem_string(const char *text);       /* a copy; NULL stays NULL */
char *mem_slice(const char *data, size_t length); /* copy, NUL added */
void mem_free(void *block);               /* NULL is fine */

/* Make room in a growing array for one more element than count.
 * items = mem_grow(items, &room, count, sizeof(*items)); */
void *mem_grow(void *items, size_t *room, size_t count, size_t item_size);

/* An arena: blocks that are freed together. All text of a batch lives in
 * one. Zero-initialised is empty and ready. */
struct arena {
    struct arena_block *blocks; /* newest first */
    size_t used;                /* bytes handed out since the last reset */
};

void *arena_alloc(struct arena *a, size_t size); /* 8-aligned, not zeroed */
char *arena_copy(struct arena *a, const char *data, size_t length); /* + NUL */
void arena_reset(struct arena *a);   /* keep one block, forget the content */
void arena_release(struct arena *a);

#endif
