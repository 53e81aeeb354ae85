/* SPDX-License-Identifier: Apache-2.0 */
/* See mastodon_parents.h. */
#include "collectors/mastodon_parents.h"

#include <string.h>

/* As a line of the cursor, which never begins with one. */
static const char word[] = "\nparent\t";

static struct parent *find(struct parents *p, struct text id)
{
    for (unsigned i = p->count; i-- > 0;)
        if (text_is(id, p->items[i].id))
            return &p->items[i];
    return NULL;
}

/* It was of use: it stays longest. */
static void to_the_end(struct parents *p, struct parent *item)
{
    struct parent used = *item;
    size_t behind = (size_t)(p->items + p->count - 1 - item);
    memmove(item, item + 1, behind * sizeof(*item));
    p->items[p->count - 1] = used;
}

static void drop_last(struct parents *p)
{
    p->count--;
    mem_free(p->items[p->count].id);
    mem_free(p->items[p->count].uri);
}

static bool odd(struct text t)
{
    return !t.length || t.length > POST_ID_LIMIT ||
           memchr(t.data, '\t', t.length) || memchr(t.data, '\n', t.length);
}

void parents_add(struct parents *p, struct text id, struct text uri)
{
    struct parent *known = find(p, id);
    if (odd(id) || odd(uri))
        return;
    if (known) {
        to_the_end(p, known);
        return;
    }
    if (p->count == PARENTS) {
        to_the_end(p, &p->items[0]);
        drop_last(p);
    }
    p->items[p->count++] = (struct parent){ mem_slice(id.data, id.length),
                                            mem_slice(uri.data, uri.length) };
}

void parents_load(struct parents *p, const char *cursor)
{
    for (const char *at = strstr(cursor, word); at; at = strstr(at, word)) {
        at += sizeof(word) - 1;
        size_t id = strcspn(at, "\t\n"), uri = 0;
        if (at[id] == '\t')
            uri = strcspn(at + id + 1, "\n");
        parents_add(p, (struct text){ at, id },
                    (struct text){ at + id + 1, uri });
    }
}

void parents_save(const struct parents *p, struct buf *cursor)
{
    if (!cursor->length || strstr(cursor->data, word))
        return; /* it is as it was */
    for (unsigned i = 0; i < p->count; i++)
        buf_printf(cursor, "%s%s\t%s\n", word + 1, p->items[i].id,
                   p->items[i].uri);
}

void parents_release(struct parents *p)
{
    while (p->count)
        drop_last(p);
}

void parents_resolve(struct parents *p, struct batch *out)
{
    for (size_t i = 0; i < out->count; i++) {
        struct post *post = &out->posts[i];
        struct parent *known = post->kind == POST_REPLY
                                   ? find(p, post->reply_to) : NULL;
        if (!known)
            continue;
        post->reply_to = text_copy(&out->memory, known->uri,
                                   strlen(known->uri), POST_ID_LIMIT);
        to_the_end(p, known);
    }
}
