/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer: up to the first byte 1 the input is a file of rows, after it a
 * text for them. A refusal names its line; tags of a text do not depend on
 * what was tagged before; spans stay inside. */
#include "base/post.h"
#include "pipeline/topics.h"
#include "tests/unit/scratch.h"

static char place[SCRATCH_ROOM];

static void leave(void)
{
    scratch_remove(place);
}

static const char *folder(void)
{
    if (!*place) {
        scratch_make(place);
        atexit(leave);
    }
    return place;
}

static void put(const char *name, const void *data, size_t length)
{
    char path[SCRATCH_ROOM + 32];
    snprintf(path, sizeof(path), "%s/%s", folder(), name);
    FILE *file = fopen(path, "w");
    if (!file || fwrite(data, 1, length, file) != length || fclose(file))
        abort();
}

static void take(void *context, const char *name, const char *row,
                 double weight, struct span span)
{
    const struct words *w = context;
    (void)weight;
    if (!name || !row || (size_t)span.start + span.length > w->text.length)
        abort();
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    const unsigned char *cut = size ? memchr(bytes, 1, size) : NULL;
    size_t rows = cut ? (size_t)(cut - bytes) : size;
    struct text text = { (const char *)bytes + rows + (cut ? 1 : 0),
                         cut ? size - rows - 1 : 0 };
    struct words w = WORDS_INIT;
    struct error err = ERROR_INIT;
    struct topics *t;
    static const char classes[] = "lead\tand so\nfruit\tapple+ pear\n";
    put("classes.tsv", classes, sizeof(classes) - 1);
    put("aspects.tsv", "", 0);
    put("channels.tsv", "delivery\t@delivery\n", 19);
    put("intents.tsv", bytes, rows);
    if (topics_open(&t, folder(), &err)) {
        if (!err.text[0])
            abort();
        return 0;
    }
    struct post first = { .text = text }, again = { .text = text };
    struct spotter *s = spotter_open(t);
    words_split(&w, text);
    spotter_read(s, &w, NULL);
    spotter_tag(s, 0, w.count, &first.tags);
    spotter_tag(s, w.count / 2, w.count, &again.tags);
    spotter_tag(s, 0, w.count, &again.tags);
    if (memcmp(&first.tags, &again.tags, sizeof(first.tags)) != 0)
        abort();
    uint8_t *mask = mem_alloc(w.count + 1);
    for (size_t i = 0; i < w.count; i++)
        mask[i] = text.data[w.items[i].start] & 1;
    spotter_read(s, &w, mask);
    spotter_tag(s, 0, w.count, &again.tags);
    first.tags.intents = 0xff;
    spotter_spans(s, &first);
    if ((size_t)first.wish.start + first.wish.length > text.length ||
        (size_t)first.from.start + first.from.length > text.length ||
        (size_t)first.to.start + first.to.length > text.length)
        abort();
    spotter_explain(s, -500, take, &w);
    spotter_close(s);
    mem_free(mask);
    words_release(&w);
    topics_close(t);
    return 0;
}
