/* SPDX-License-Identifier: Apache-2.0 */
/* How telling a post is, and a copy of it to show. Knows nothing of a digest
 * or of the store. */
#ifndef DIGEST_POSTS_H
#define DIGEST_POSTS_H

#include "base/hash_set.h"
#include "base/mem.h"
#include "base/post.h"

/* A post as it is shown: texts in the owner's arena, NUL-terminated. */
struct sample {
    const char *source, *native_id, *url, *text;
    int64_t created;
    uint64_t author;      /* keyed hash */
    uint32_t likes, reposts;
    struct tags tags;     /* of the mention, or of the post for "*" */
};

/* Strong words, an answer wanted, echo; a repost tells nothing (-1). */
double post_telling(const struct post *post, const struct tags *tags);
double sample_telling(const struct sample *s);

/* Same words, whatever the case, marks and links: the same number. */
uint64_t post_fingerprint(struct text text);

/* A repost, or a text that was seen before with this number; short ones are
 * said by many, and are no copies. */
bool post_copied(struct hash_set *seen, const struct post *post, uint64_t of);

/* A copy in the arena, of the text at most so many bytes. */
void post_sample(struct sample *out, struct arena *memory,
                 const struct post *post, const struct tags *tags, size_t most);
/* A copy whose texts are in memory. */
void sample_copy(struct arena *memory, struct sample *to,
                 const struct sample *from);

#endif
