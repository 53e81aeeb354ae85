/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of base/json.c alone: the trie of wanted paths, and the escapes that
 * yajl would decode wrongly. Not for others: see json.h. */
#ifndef BASE_JSON_PATH_H
#define BASE_JSON_PATH_H

#include "base/json.h"

struct json_node {
    char *key;              /* owned; NULL: an array item */
    size_t length;
    int index;              /* of the array item; -1: every one */
    struct json_node *children;  /* owned list, only while compiling */
    struct json_node *next;
    struct json_node **table;    /* owned; children with a key, by slot_of() */
    size_t mask;            /* slots - 1 */
    struct json_node *any;       /* child [*] */
    struct json_node *items;     /* true when there is a child [N] */
    int value;              /* first index into values, or -1 */
    bool parent;            /* values lie below */
    bool element;
};

/* Walk or build "a.b[0].c" from a node. */
struct json_node *json_path_walk(struct json_node *from, const char *path);
/* After the last walk; true when values lie at or below. */
bool json_path_finish(struct json_node *n);
void json_path_release(struct json_node *n); /* what it owns, not itself */

/* Children; NULL: nobody wants it. */
const struct json_node *json_path_key(const struct json_node *n,
                                      const char *key, size_t length);
const struct json_node *json_path_item(const struct json_node *n, int index);

enum { ESCAPE_PAIR = 12 }; /* bytes of \ud83d\ude00 */

/* Length of the escape at p (a backslash); 0: more bytes are needed to say.
 * *bad: yajl would decode it to something that is no text. */
size_t json_escape_length(const char *p, size_t length, bool *bad);
void json_escape_overwrite(char *escape); /* with \ufffd */

#endif
