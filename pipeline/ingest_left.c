/* SPDX-License-Identifier: Apache-2.0 */
/* See ingest_left.h. No index by author is kept for it: whoever left is told
 * a few times an hour, all at once, and a walk over the posts finds theirs. */
#include "pipeline/ingest_left.h"

#include <stdlib.h>

#include "base/mem.h"

struct left {
    struct batch *batch;
    uint64_t *authors;         /* in order */
    size_t count, room;
};

static int compare(const void *a, const void *b)
{
    uint64_t one = *(const uint64_t *)a, two = *(const uint64_t *)b;
    return one < two ? -1 : one > two;
}

static bool is_theirs(const struct left *l, uint64_t author)
{
    return l->count && bsearch(&author, l->authors, l->count,
                               sizeof(author), compare);
}

/* They come behind all that the batch has of these authors. */
static void take_out(struct left *l)
{
    struct batch *b = l->batch;
    size_t kept = 0;
    for (size_t i = 0; i < b->count; i++) {
        if (!b->posts[i].deleted || b->posts[i].native_id.length ||
            !b->posts[i].author_hash) {
            b->posts[kept++] = b->posts[i];
            continue;
        }
        l->authors = mem_grow(l->authors, &l->room, l->count,
                              sizeof(*l->authors));
        l->authors[l->count++] = b->posts[i].author_hash;
    }
    while (b->count > kept)
        batch_drop(b);
    if (l->count)
        qsort(l->authors, l->count, sizeof(*l->authors), compare);
    for (size_t i = 0; i < b->count; i++)
        b->posts[i].deleted = b->posts[i].deleted ||
                              is_theirs(l, b->posts[i].author_hash);
}

static int visit(void *context, const struct post *post,
                 const struct mention *mention)
{
    struct left *l = context;
    (void)mention;
    if (!is_theirs(l, post->author_hash))
        return 0;
    struct post *gone = batch_add(l->batch);
    struct arena *a = &l->batch->memory;
    gone->source = text_copy(a, post->source.data, post->source.length,
                             POST_ID_LIMIT);
    gone->native_id = text_copy(a, post->native_id.data,
                                post->native_id.length, POST_ID_LIMIT);
    gone->created = post->created;
    gone->deleted = true;
    return 0;
}

int ingest_left(struct store *store, struct batch *batch, struct error *err)
{
    const struct store_query all = { .from = INT64_MIN, .until = INT64_MAX };
    struct left l = { .batch = batch };
    take_out(&l);
    int rc = l.count ? store_posts(store, &all, visit, &l, err) : 0;
    mem_free(l.authors);
    return rc;
}
