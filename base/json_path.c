/* SPDX-License-Identifier: Apache-2.0 */
/* See json_path.h. Knows neither yajl nor values. */
#include "base/json_path.h"

static size_t slot_of(const char *key, size_t length)
{
    return length * 7 + (unsigned char)key[0] +
           (size_t)(unsigned char)key[length - 1] * 3;
}

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

struct json_node *json_path_walk(struct json_node *from, const char *path)
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

bool json_path_finish(struct json_node *n)
{
    size_t keys = 0;
    for (struct json_node *c = n->children; c; c = c->next) {
        keys += c->key != NULL;
        n->parent |= json_path_finish(c);
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
            size_t i = slot_of(c->key, c->length);
            while (n->table[i & n->mask])
                i++;
            n->table[i & n->mask] = c;
        }
    }
    return n->parent || n->value >= 0;
}

void json_path_release(struct json_node *n)
{
    for (struct json_node *c = n->children, *next; c; c = next) {
        next = c->next;
        json_path_release(c);
        mem_free(c);
    }
    mem_free(n->key);
    mem_free(n->table);
}

const struct json_node *json_path_key(const struct json_node *n,
                                      const char *key, size_t length)
{
    if (!n->table || !length)
        return NULL;
    for (size_t i = slot_of(key, length);; i++) {
        const struct json_node *c = n->table[i & n->mask];
        if (!c || (c->length == length && memcmp(c->key, key, length) == 0))
            return c;
    }
}

const struct json_node *json_path_item(const struct json_node *n, int index)
{
    if (n->items)
        for (const struct json_node *c = n->children; c; c = c->next)
            if (!c->key && c->index == index)
                return c;
    return n->any;
}

static int hex_value(const char *digits)
{
    int value = 0;
    for (int i = 0; i < 4; i++) {
        int c = (unsigned char)digits[i];
        int d = c >= '0' && c <= '9' ? c - '0'
              : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
        if (d < 0)
            return -1;
        value = value * 16 + d;
    }
    return value;
}

size_t json_escape_length(const char *p, size_t length, bool *bad)
{
    *bad = false;
    if (length < 2)
        return 0;
    if (p[1] != 'u')
        return 2;
    if (length < 6)
        return 0;
    if (p[2] != '0' && (p[2] | 32) != 'd')
        return 6;
    int point = hex_value(p + 2);
    if (point < 0 || (point && (point & 0xf800) != 0xd800))
        return 6;
    *bad = true;
    if ((point & 0xfc00) != 0xd800)
        return 6; /* NUL or a low half */
    if (length > 6 && p[6] != '\\')
        return 6;
    if (length > 7 && p[7] != 'u')
        return 6;
    if (length < ESCAPE_PAIR)
        return 0;
    int low = hex_value(p + 8);
    if (low < 0 || (low & 0xfc00) != 0xdc00)
        return 6;
    *bad = false;
    return ESCAPE_PAIR;
}

void json_escape_overwrite(char *escape)
{
    memcpy(escape, "\\ufffd", 6);
}
