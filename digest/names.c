/* SPDX-License-Identifier: Apache-2.0 */
/* See names.h. */
#include "digest/names.h"

#include <string.h>

static int take_name(void *context, const char *name)
{
    struct names *n = context;
    n->items = mem_grow(n->items, &n->room, n->count, sizeof(*n->items));
    n->items[n->count++] = arena_copy(&n->memory, name, strlen(name));
    return 0;
}

int names_read(struct names *n, struct store *store, enum store_name kind,
               struct error *err)
{
    *n = (struct names){ 0 };
    return store_names(store, kind, take_name, n, err);
}

bool names_has(const struct names *n, struct text name)
{
    for (size_t i = 0; i < n->count; i++)
        if (text_is(name, n->items[i]))
            return true;
    return false;
}

void names_add(struct names *n, const char *name)
{
    if (!names_has(n, text_of(name)))
        take_name(n, name);
}

static int by_letters(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void names_sort(struct names *n)
{
    if (n->count)
        qsort(n->items, n->count, sizeof(*n->items), by_letters);
}

void names_release(struct names *n)
{
    arena_release(&n->memory);
    mem_free(n->items);
    *n = (struct names){ 0 };
}

bool subject_within(const char *subject, const char *of)
{
    size_t length = strlen(of);
    return strncmp(subject, of, length) == 0 &&
           (subject[length] == '\0' || subject[length] == '/');
}
