/* SPDX-License-Identifier: Apache-2.0 */
/* Part of base/json.c alone: the trie of the wanted paths. Not for others: see
 * json.h.
 *
 *   element "posts[*]", paths "uri", "record.langs[0]", "/cursor":
 *
 *   root ─posts─ ○ ─[*]─ element ┬uri: value 0
 *        └cursor: value 2        └record─ ○ ─langs─ ○ ─[0]: value 1
 */
#ifndef BASE_JSON_PATH_H
#define BASE_JSON_PATH_H

#include "base/json.h"

struct json_node {
    char *key;              /* owned; NULL: an array item */
    size_t length;
    int index;              /* of the array item; -1: every one */
    struct json_node *children;  /* owned list, only while compiling */
    struct json_node *next;
    struct json_node **table;    /* owned; children with a key, by slot */
    size_t mask;            /* slots - 1 */
    struct json_node *any;       /* child [*] */
    struct json_node *items;     /* true when there is a child [N] */
    int value;              /* of the paths that end here the last, or -1 */
    bool parent;            /* values lie below */
    bool element;
};

struct json_paths {
    struct json_node root;
    size_t count;
    struct json_path {      /* owned */
        char *text;         /* owned */
        bool top;           /* it belongs to the document, not the element */
        int same;           /* next path that ends at the same node, or -1 */
    } *path;
    bool has_top;
};

void json_paths_open(struct json_paths *p, const char *element,
                     const char *const *paths);
void json_paths_close(struct json_paths *p);

static inline size_t json_path_slot(const char *key, size_t length)
{
    return length * 7 + (unsigned char)key[0] +
           (size_t)(unsigned char)key[length - 1] * 3;
}

/* Children; NULL: nobody wants it. Asked for every key, so it is here. */
static inline const struct json_node *json_path_key(const struct json_node *n,
                                                    const char *key,
                                                    size_t length)
{
    if (!n->table || !length)
        return NULL;
    for (size_t i = json_path_slot(key, length);; i++) {
        const struct json_node *c = n->table[i & n->mask];
        if (!c || (c->length == length && memcmp(c->key, key, length) == 0))
            return c;
    }
}
const struct json_node *json_path_item(const struct json_node *n, int index);

#endif
