/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer: the first byte chooses a format, the second where the file was
 * cut when it was read for the first time, the rest is the file. Texts that
 * come out are valid; a table or a packed file ends; a file of lines that was
 * gone on with gives the posts of one that was read whole. */
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/log.h"
#include "collectors/file_parts.h"

static const char *const formats[] = { "auto", "ndjson", "csv", "tsv", "twarc",
                                       "pushshift", "jetstream", "auto" };

struct sum {
    uint64_t hash;
    size_t posts;
};

static void check(struct text t)
{
    if (!text_valid(t.data, t.length) ||
        (t.length && memchr(t.data, 0, t.length)))
        abort();
}

static void take(const struct batch *b, struct sum *sum)
{
    for (size_t i = 0; i < b->count; i++) {
        const struct post *p = &b->posts[i];
        check(p->text);
        check(p->source);
        check(p->author);
        sum->posts++;
        sum->hash = hash64_seed(p->native_id.data, p->native_id.length,
                                sum->hash);
        sum->hash = hash64_seed(p->text.data, p->text.length, sum->hash);
    }
}

static int write_file(const unsigned char *bytes, size_t size, char path[32])
{
    int fd = memfd_create("posts", MFD_CLOEXEC);
    if (fd < 0 || write(fd, bytes, size) != (ssize_t)size)
        abort();
    snprintf(path, 32, "/proc/self/fd/%d", fd);
    return fd;
}

/* All that is behind the cursor, which moves on. False: it was refused. */
static bool read_file(const unsigned char *bytes, size_t size,
                      const char *format, struct buf *cursor, struct sum *sum)
{
    char path[32], name[16], source[] = "import";
    char map[] = "body=text", *maps[] = { map };
    int fd = write_file(bytes, size, path), rc;
    char *kept = mem_slice(buf_text(cursor), cursor->length);
    snprintf(name, sizeof(name), "%s", format);
    struct file options = { .path = path, .format = name, .source = source,
                            .map = { .items = maps, .count = 1 } };
    struct collection c = { .kind = &collector_file, .label = "fuzz",
                            .cursor = kept, .state = &options };
    struct error err = ERROR_INIT;
    struct batch b;
    batch_init(&b);
    rc = collector_file.open(&c, &err);
    bool opened = rc >= 0;
    while (rc >= 0 && (rc = collector_file.fetch(&c, &b, &err)) > 0) {
        take(&b, sum);
        batch_reset(&b);
    }
    take(&b, sum);
    if (rc < 0 && !err.text[0])
        abort();
    if (b.cursor.length) {
        buf_clear(cursor);
        buf_puts(cursor, buf_text(&b.cursor));
    }
    collector_file.close(&c);
    batch_release(&b);
    mem_free(kept);
    close(fd);
    return opened;
}

/* Behind which newline: line breaks inside quotes part no records. */
static size_t cut_at(const unsigned char *bytes, size_t size, unsigned nth)
{
    size_t cut = 0;
    for (size_t i = 0; i < size && nth; i++)
        if (bytes[i] == '\n') {
            cut = i + 1;
            nth--;
        }
    return cut;
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    if (size < 2)
        return 0;
    const char *format = formats[bytes[0] % 8];
    unsigned nth = bytes[1];
    struct buf cursor = BUF_INIT(0);
    struct sum whole = { 0, 0 }, parts = { 0, 0 };
    bytes += 2;
    size -= 2;
    log_set_level(LOG_ERROR);
    if (!read_file(bytes, size, format, &cursor, &whole)) {
        buf_release(&cursor);
        return 0;
    }
    size_t cut = cut_at(bytes, size, nth);
    bool lines = strcmp(format, "auto") != 0 && strcmp(format, "csv") != 0 &&
                 !memchr(bytes, '"', strcmp(format, "tsv") ? 0 : size);
    bool packed = size > 3 && (bytes[0] == 0x1f || bytes[0] == 0x28);
    buf_clear(&cursor);
    if (lines && !packed && cut &&
        read_file(bytes, cut, format, &cursor, &parts) &&
        read_file(bytes, size, format, &cursor, &parts) &&
        (parts.hash != whole.hash || parts.posts != whole.posts))
        abort();
    buf_release(&cursor);
    return 0;
}
