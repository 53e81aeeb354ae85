/* SPDX-License-Identifier: Apache-2.0 */
/* The only caller of malloc. */
#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_BLOCK = 256 * 1024 };

struct arena_block {
    struct arena_block *next;
    size_t size, used;
    max_align_t data[];
};

static void out_of_memory(size_t size)
{
    fprintf(stderr, "swell: out of memory (%zu bytes asked for)\n", size);
    abort();
}

void *mem_alloc(size_t size)
{
    void *block = calloc(1, size ? size : 1);
    if (!block)
        out_of_memory(size);
    return block;
}

void *mem_resize(void *old, size_t size)
{
    void *block = realloc(old, size ? size : 1);
    if (!block)
        out_of_memory(size);
    return block;
}

char *mem_slice(const char *data, size_t length)
{
    char *copy = mem_resize(NULL, length + 1);
    if (length)
        memcpy(copy, data, length);
    copy[length] = '\0';
    return copy;
}

char *mem_string(const char *text)
{
    return text ? mem_slice(text, strlen(text)) : NULL;
}

void mem_free(void *block)
{
    free(block);
}

void *mem_grow(void *items, size_t *room, size_t count, size_t item_size)
{
    if (count < *room)
        return items;
    size_t wanted = *room ? *room * 2 : 16;
    if (wanted < *room || wanted > (size_t)-1 / item_size)
        out_of_memory((size_t)-1);
    *room = wanted;
    return mem_resize(items, wanted * item_size);
}

void *arena_alloc(struct arena *a, size_t size)
{
    size = (size + 7) & ~(size_t)7;
    struct arena_block *block = a->blocks;
    if (!block || block->size - block->used < size) {
        size_t room = size > ARENA_BLOCK ? size : ARENA_BLOCK;
        block = mem_resize(NULL, sizeof(*block) + room);
        block->next = a->blocks;
        block->size = room;
        block->used = 0;
        a->blocks = block;
    }
    void *out = (char *)block->data + block->used;
    block->used += size;
    a->used += size;
    return out;
}

char *arena_copy(struct arena *a, const char *data, size_t length)
{
    char *copy = arena_alloc(a, length + 1);
    if (length)
        memcpy(copy, data, length);
    copy[length] = '\0';
    return copy;
}

void arena_reset(struct arena *a)
{
    if (a->blocks) {
        struct arena_block *next = a->blocks->next;
        while (next) {
            struct arena_block *after = next->next;
            free(next);
            next = after;
        }
        a->blocks->next = NULL;
        a->blocks->used = 0;
    }
    a->used = 0;
}

void arena_release(struct arena *a)
{
    arena_reset(a);
    free(a->blocks);
    a->blocks = NULL;
}
