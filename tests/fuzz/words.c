/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer: any bytes through the word splitter, as they are and repaired.
 * Items stand in order inside the text; a valid text is never cut inside a
 * character. */
#include "pipeline/words.h"

static void check(struct text t)
{
    struct words w = WORDS_INIT;
    bool valid = text_valid(t.data, t.length);
    size_t end = 0;
    words_split(&w, t);
    for (size_t i = 0; i < w.count; i++) {
        const struct word *item = &w.items[i];
        if (item->start < end || item->length == 0 || item->hash == 0)
            abort();
        end = (size_t)item->start + item->length;
        if (end > t.length || item->kind > WORD_PUNCTUATION)
            abort();
        if (valid && !text_valid(t.data + item->start, item->length))
            abort();
    }
    if (valid && !text_valid(w.folded, t.length))
        abort();
    words_release(&w);
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    struct arena memory = { 0 };
    char *copy = mem_slice((const char *)bytes, size); /* its end is guarded */
    check((struct text){ copy, size });
    check(text_copy(&memory, copy, size, size * 3));
    mem_free(copy);
    arena_release(&memory);
    return 0;
}
