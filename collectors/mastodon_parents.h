/* SPDX-License-Identifier: Apache-2.0 */
/* Which uri a server's own number of a status stands for: a reply names its
 * parent by that number, posts are known by their uri. What was seen lately
 * is remembered beside the cursor. Asks no server. */
#ifndef COLLECTORS_MASTODON_PARENTS_H
#define COLLECTORS_MASTODON_PARENTS_H

#include "base/post.h"

enum { PARENTS = 400 };

struct parents {
    struct parent { char *id, *uri; } items[PARENTS]; /* the last used last */
    unsigned count;
};

void parents_load(struct parents *p, const char *cursor);
void parents_save(const struct parents *p, struct buf *cursor);
void parents_release(struct parents *p);
void parents_add(struct parents *p, struct text id, struct text uri);
/* Give replies their parent's uri, where it is known. */
void parents_resolve(struct parents *p, struct batch *out);

#endif
