/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer: any bytes through base/feed.h, whole and in pieces. What comes
 * out is valid UTF-8 and the same for every cut; it always ends. */
#include "base/feed.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/text.h"

struct sum {
    uint64_t hash;
    unsigned items;
};

static int take(void *context, const struct buf values[FEED_FIELDS],
                struct error *err)
{
    struct sum *sum = context;
    (void)err;
    sum->items++;
    for (int i = 0; i < FEED_FIELDS; i++) {
        const char *text = buf_text(&values[i]);
        if (!text_valid(text, values[i].length) ||
            memchr(text, 0, values[i].length))
            abort();
        sum->hash = hash64_seed(text, values[i].length,
                                sum->hash + (unsigned)i);
    }
    return 0;
}

static struct sum parse(const char *data, size_t size, size_t piece)
{
    struct sum sum = { 0, 0 };
    struct feed *f = feed_open(take, &sum);
    int rc = 0;
    for (size_t i = 0; i < size && rc == 0; i += piece) {
        size_t n = size - i < piece ? size - i : piece;
        char *copy = mem_slice(data + i, n);
        rc = feed_bytes(f, copy, n, NULL);
        mem_free(copy);
    }
    if (rc == 0)
        (void)feed_end(f, NULL);
    feed_close(f);
    return sum;
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    const char *data = (const char *)bytes;
    struct sum whole = parse(data, size, size + 1);
    for (size_t piece = 1; piece <= 7; piece += 3) {
        struct sum part = parse(data, size, piece);
        if (part.items != whole.items || part.hash != whole.hash)
            abort();
    }
    return 0;
}
