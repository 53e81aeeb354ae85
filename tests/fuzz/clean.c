/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer: any bytes as HTML and as plain text. What comes out is valid,
 * has no NUL, is no longer than the limit, and cleaning it again as text
 * changes nothing. */
#include "pipeline/clean.h"

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    struct arena memory = { 0 };
    char *copy = mem_resize(NULL, size ? size : 1); /* no NUL after it */
    if (size)
        memcpy(copy, bytes, size);
    for (int html = 0; html < 2; html++) {
        struct post post = { .text = { copy, size }, .html = html };
        clean_post(&post, &memory);
        struct text t = post.text;
        if (t.length > POST_TEXT_LIMIT || !text_valid(t.data, t.length) ||
            (t.length && memchr(t.data, 0, t.length)))
            abort();
        clean_post(&post, &memory);
        if (!text_equal(post.text, t))
            abort();
    }
    clean_entities(&memory, (struct text){ copy, size });
    mem_free(copy);
    arena_release(&memory);
    return 0;
}
