/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer: the first line is a name, pattern or query, the second one to
 * exclude, the third one to require, the rest a text. Spans lie in the text,
 * the mask where it may. */
#include "pipeline/clean.h"
#include "pipeline/mentions.h"

static char *take_line(const char **at, const char *end)
{
    const char *newline = memchr(*at, '\n', (size_t)(end - *at));
    const char *stop = newline ? newline : end;
    char *line = mem_slice(*at, (size_t)(stop - *at));
    *at = newline ? newline + 1 : end;
    return line;
}

static void search(const struct mentions *m, struct text text)
{
    struct arena memory = { 0 };
    struct words words = WORDS_INIT;
    struct post post = { .text = text };
    struct finder *finder = finder_open(m);
    struct buf why = BUF_INIT(0);
    clean_post(&post, &memory);
    words_split(&words, post.text);
    uint8_t *mask = mem_alloc(words.count);
    finder_find(finder, &words, &post, &memory, mask);
    for (uint32_t i = 0; i < post.mention_count; i++) {
        const struct mention *found = &post.mentions[i];
        if (found->subject > 1 || found->span.length == 0 ||
            found->span.start + found->span.length > post.text.length)
            abort();
    }
    if (finder_explain(finder, "s", post.text, &why) == 1 &&
        !post.mention_count)
        abort();
    buf_release(&why);
    mem_free(mask);
    words_release(&words);
    finder_close(finder);
    arena_release(&memory);
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    const char *at = (const char *)bytes, *end = at + size;
    char *lines[3];
    for (int i = 0; i < 3; i++)
        lines[i] = take_line(&at, end);
    struct subject subjects[2] = {
        { .name = (char *)(uintptr_t)"s", .match = { &lines[0], 1, NULL },
          .near = 3, .case_sensitive = size & 1 },
        { .name = (char *)(uintptr_t)"s/p", .match = { &lines[0], 1, NULL } },
    };
    if (*lines[1])
        subjects[0].exclude = (struct option_list){ &lines[1], 1, NULL };
    if (*lines[2])
        subjects[0].require = (struct option_list){ &lines[2], 1, NULL };
    struct config config = { .path = (char *)(uintptr_t)"fuzz",
                             .subjects = subjects, .subject_count = 2 };
    struct mentions *m;
    struct error err = ERROR_INIT;
    if (!mentions_open(&m, &config, NULL, &err))
        search(m, (struct text){ at, (size_t)(end - at) });
    else if (!*err.text)
        abort();
    mentions_close(m);
    for (int i = 0; i < 3; i++)
        mem_free(lines[i]);
    return 0;
}
