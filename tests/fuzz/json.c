/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer: any bytes through base/json.h, whole, in pieces, as a line and
 * as lines. Whatever comes out must be valid UTF-8 without NUL, and the same
 * for every cut and for a line, which has a shorter way. */
#include "base/hash.h"
#include "base/json.h"

#define PATHS "id", "text", "author.did", "langs[0]", "langs[2].x", "a", "a.b"
static const char *const paths[] = { PATHS, NULL };
static const char *const document_paths[] = { PATHS, "/c", NULL };

struct sum {
    uint64_t hash;
    unsigned elements;
};

static int take(void *context, const struct json_value *values,
                struct error *err)
{
    struct sum *sum = context;
    (void)err;
    sum->elements++;
    for (int i = 0; paths[i]; i++) {
        struct text t = values[i].text;
        if (!t.length)
            continue;
        if (values[i].type == JSON_STRING &&
            (!text_valid(t.data, t.length) || memchr(t.data, 0, t.length)))
            abort();
        sum->hash = hash64_seed(t.data, t.length, sum->hash + i);
        uint32_t count;
        int64_t whole;
        json_count(&values[i], &count);
        json_integer(&values[i], &whole);
    }
    return 0;
}

static struct sum parse(const char *data, size_t size, size_t piece,
                        const char *element)
{
    struct sum sum = { 0, 0 };
    struct json *j = json_open(element, document_paths, take, &sum);
    for (size_t i = 0; i < size; i += piece) {
        size_t n = size - i < piece ? size - i : piece;
        char *copy = mem_slice(data + i, n);
        int rc = json_feed(j, copy, n, NULL);
        mem_free(copy);
        if (rc)
            break;
    }
    json_end(j, NULL);
    json_top(j, "/c");
    json_close(j);
    return sum;
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    const char *data = (const char *)bytes;
    static const char *const elements[] = { "", "[*]", "posts[*]" };
    for (int e = 0; e < 3; e++) {
        struct sum whole = parse(data, size, size + 1, elements[e]);
        for (size_t piece = 1; piece <= 7; piece += 3) {
            struct sum part = parse(data, size, piece, elements[e]);
            if (part.hash != whole.hash || part.elements != whole.elements)
                abort();
        }
    }
    struct sum line = { 0, 0 }, lines = { 0, 0 };
    struct sum whole = parse(data, size, size + 1, "");
    struct json *j = json_open("", paths, take, &line);
    json_line(j, data, size, NULL);
    if (line.hash != whole.hash || line.elements != whole.elements)
        abort();
    json_close(j);
    j = json_open("", paths, take, &lines);
    for (const char *at = data, *end = data + size; at < end;) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *next = newline ? newline + 1 : end;
        json_line(j, at, (size_t)(next - at), NULL);
        at = next;
    }
    json_close(j);
    struct buf out = BUF_INIT(0);
    json_write(&out, (struct text){ data, size });
    buf_release(&out);
    return 0;
}
