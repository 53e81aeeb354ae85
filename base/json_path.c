/* SPDX-License-Identifier: Apache-2.0 */
/* See json_path.h. Knows neither yajl nor values. */
#include "base/json_path.h"

static struct json_node *child(struct json_node *parent, const char *key,
                               size_t length, int index)
{
    for (struct json_node *n = parent->children; n; n = n->next)
        if (key ? n->key && n->length == length &&
                  memcmp(n->key, key, length) == 0
                : !n->key && n->index == index)
            return n;
    struct json_node *n = mem_alloc(sizeof(*n));
    n->key = key ? mem_slice(key, length) : NULL;
    n->length = length;
    n->index = index;
    n->value = -1;
    n->next = parent->children;
    parent->children = n;
    return n;
}

/* Walk or build "a.b[0].c" from a node. */
static struct json_node *walk(struct json_node *from, const char *path)
{
    while (*path) {
        if (*path == '.') {
            path++;
        } else if (*path == '[') {
            bool every = path[1] == '*';
            int index = every ? -1 : (int)strtol(path + 1, NULL, 10);
            from = child(from, NULL, 0, index);
            path += strcspn(path, "]");
            path += *path == ']';
        } else {
            size_t length = strcspn(path, ".[");
            from = child(from, path, length, 0);
            path += length;
        }
    }
    return from;
}

/* After the last walk; true when values lie at or below. */
static bool finish(struct json_node *n)
{
    size_t keys = 0;
    for (struct json_node *c = n->children; c; c = c->next) {
        keys += c->key != NULL;
        n->parent |= finish(c);
        if (!c->key && c->index < 0)
            n->any = c;
        else if (!c->key)
            n->items = c;
    }
    if (keys) {
        size_t slots = 4;
        while (slots < keys * 4)
            slots *= 2;
        n->mask = slots - 1;
        n->table = mem_alloc(slots * sizeof(struct json_node *));
        for (struct json_node *c = n->children; c; c = c->next) {
            if (!c->key)
                continue;
            size_t i = json_path_slot(c->key, c->length);
            while (n->table[i & n->mask])
                i++;
            n->table[i & n->mask] = c;
        }
    }
    return n->parent || n->value >= 0;
}

void json_paths_open(struct json_paths *p, const char *element,
                     const char *const *paths)
{
    while (paths[p->count])
        p->count++;
    p->path = mem_alloc((p->count + 1) * sizeof(*p->path));
    p->root.value = -1;
    struct json_node *from = walk(&p->root, element);
    from->element = true;
    for (size_t i = 0; i < p->count; i++) {
        bool top = paths[i][0] == '/';
        struct json_node *at = walk(top ? &p->root : from, paths[i] + top);
        p->path[i] = (struct json_path){ mem_string(paths[i]), top,
                                         at->value };
        at->value = (int)i;
        p->has_top |= top;
    }
    finish(&p->root);
}

static void release(struct json_node *n)
{
    for (struct json_node *c = n->children, *next; c; c = next) {
        next = c->next;
        release(c);
        mem_free(c);
    }
    mem_free(n->key);
    mem_free(n->table);
}

void json_paths_close(struct json_paths *p)
{
    release(&p->root);
    for (size_t i = 0; i < p->count; i++)
        mem_free(p->path[i].text);
    mem_free(p->path);
}

const struct json_node *json_path_item(const struct json_node *n, int index)
{
    if (n->items)
        for (const struct json_node *c = n->children; c; c = c->next)
            if (!c->key && c->index == index)
                return c;
    return n->any;
}
