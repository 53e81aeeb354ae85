/* SPDX-License-Identifier: Apache-2.0 */
/* See post.h. */
#include "base/post.h"

#include <string.h>

const char *const post_kind_names[POST_KIND_COUNT] = {
    [POST_ORIGINAL] = "post", [POST_REPLY] = "reply",
    [POST_REPOST] = "repost", [POST_QUOTE] = "quote",
    [POST_REVIEW] = "review", [POST_COMMENT] = "comment",
};

const char *const coverage_names[COVERAGE_STATES] = {
    [COVERAGE_NONE] = "none", [COVERAGE_PLANNED] = "planned",
    [COVERAGE_LIMITED] = "rate-limited", [COVERAGE_FAILED] = "failed",
    [COVERAGE_COVERED] = "covered",
    [COVERAGE_LATE] = "late",
};

void batch_init(struct batch *b)
{
    memset(b, 0, sizeof(*b));
    b->cursor.limit = 64 * KiB;
}

void batch_release(struct batch *b)
{
    arena_release(&b->memory);
    mem_free(b->posts);
    buf_release(&b->cursor);
    batch_init(b);
}

void batch_reset(struct batch *b)
{
    arena_reset(&b->memory);
    b->count = 0;
    buf_clear(&b->cursor);
    b->label[0] = '\0';
    b->archive = false;
    b->coverage = (struct coverage_span){ 0, 0, COVERAGE_NONE };
}

struct post *batch_add(struct batch *b)
{
    b->posts = mem_grow(b->posts, &b->room, b->count, sizeof(*b->posts));
    struct post *p = &b->posts[b->count++];
    memset(p, 0, sizeof(*p));
    return p;
}

void batch_drop(struct batch *b)
{
    if (b->count)
        b->count--;
}
