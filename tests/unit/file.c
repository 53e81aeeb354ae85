/* SPDX-License-Identifier: Apache-2.0 */
/* collectors/file: every format, packing and fault, from files written here.
 * Over 500 lines because all of them are read and compared by one pair of
 * functions. */
#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "base/clock.h"
#include "base/log.h"
#include "collectors/file_parts.h"
#include "tests/unit/test.h"

static char folder[] = "/tmp/swell-file-XXXXXX";
static char path[64];

static void write_file(const void *data, size_t length)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, length, f), length);
    fclose(f);
}

struct result {
    struct batch posts;
    struct collection c;
    struct file state;
    struct error err;
    struct file_counts counts;
    int rc;   /* of open or of the last fetch */
};

/* Read the file at path; extra: "key=value" options, NULL-terminated. */
static void read_file(struct result *r, const char *cursor,
                      const char *const *extra)
{
    const struct option *table = collector_file.options;
    memset(r, 0, sizeof(*r));
    batch_init(&r->posts);
    option_defaults(table, &r->state);
    r->c = (struct collection){ .kind = &collector_file, .label = "t",
                                .cursor = cursor, .state = &r->state };
    assert_int_equal(option_set(option_find(table, "path"), &r->state,
                                path, ".", NULL), 0);
    for (; extra && *extra; extra += 2)
        assert_int_equal(option_set(option_find(table, extra[0]), &r->state,
                                    extra[1], ".", NULL), 0);
    r->rc = collector_file.open(&r->c, &r->err);
    while (r->rc >= 0 &&
           (r->rc = collector_file.fetch(&r->c, &r->posts, &r->err)) > 0)
        continue;
    file_counts(&r->c, &r->counts);
    collector_file.close(&r->c);
}

static void release(struct result *r)
{
    batch_release(&r->posts);
    option_release(collector_file.options, &r->state);
}

/* Every post as "source id author created kind text|" and so on. */
static const char *print(struct result *r, struct buf *out)
{
    char when[CLOCK_TEXT];
    buf_clear(out);
    for (size_t i = 0; i < r->posts.count; i++) {
        const struct post *p = &r->posts.posts[i];
        if (p->deleted)
            buf_printf(out, "delete %.*s\n", (int)p->native_id.length,
                       p->native_id.data);
        else
            buf_printf(out, "%.*s %.*s %.*s %s %s %.*s\n",
                       (int)p->source.length, p->source.data,
                       (int)p->native_id.length, p->native_id.data,
                       (int)p->author.length,
                       p->author.data ? p->author.data : "",
                       clock_format(p->created, when),
                       post_kind_names[p->kind],
                       (int)p->text.length, p->text.data ? p->text.data : "");
    }
    return buf_text(out);
}

static void expect(const char *data, const char *const *extra,
                   const char *wanted, uint64_t skipped, const char *why)
{
    struct result r;
    struct buf out = BUF_INIT(0);
    write_file(data, strlen(data));
    read_file(&r, "", extra);
    assert_string_equal(r.err.text, "");
    assert_int_equal(r.rc, 0);
    assert_string_equal(print(&r, &out), wanted);
    assert_int_equal(r.c.skipped, skipped);
    if (why) {
        assert_non_null(strstr(r.c.skipped_why, why));
    }
    buf_release(&out);
    release(&r);
}

static void test_ndjson(void **state)
{
    expect("\xef\xbb\xbf{\"id\":\"a\",\"ts\":\"2026-11-20T10:00:00Z\","
           "\"text\":\"one\",\"author\":\"w\",\"source\":\"s\",\"x\":1}\r\n"
           "\r\n"
           "{\"id\":12345678901234567890,\"date\":1763632800,"
           "\"text\":\"two\",\"rating\":4}\n"
           "{\"id\":\"c\",\"created_at\":\"2026-11-20\",\"text\":\"\","
           "\"kind\":\"quote\",\"reply_to\":\"a\"}\n"
           "{\"id\":\"d\",\"created_at\":\"2026-11-20\","
           "\"label\":\"neutral\"}\n"
           "{\"id\":\"e\",\"created_at\":\"2026-11-20\",\"rating\":5}", NULL,
           "s a w 2026-11-20T10:00:00Z post one\n"
           "import 12345678901234567890  2025-11-20T10:00:00Z review two\n"
           "import c  2026-11-20T00:00:00Z quote \n"
           "import d  2026-11-20T00:00:00Z post \n"
           "import e  2026-11-20T00:00:00Z review \n", 0, NULL);
}

static void test_bad_lines_lose_only_themselves(void **state)
{
    expect("{\"id\":\"1\",\"ts\":\"2026-11-20\",\"text\":\"ok\"}\n"
           "{\"id\":\"2\",\"ts\":\"2026-11-20\",\"text\":\"cut\n"
           "not json\n"
           "{\"id\":\"3\",\"ts\":\"2031-01-01\",\"text\":\"future\"}\n"
           "{\"id\":\"4\",\"ts\":\"1970-01-02\",\"text\":\"past\"}\n"
           "{\"id\":\"5\",\"ts\":\"soon\",\"text\":\"no date\"}\n"
           "{\"id\":\"6\",\"ts\":\"2026-11-20\"}\n"
           "{\"id\":\"7\",\"ts\":\"2026-11-20\",\"text\":\"\xff\xfe "
           "\\ud83d \\u0000\"}\n"
           "{\"id\":\"8\",\"ts\":\"2026-11-20\",\"text\":\"last", NULL,
           "import 1  2026-11-20T00:00:00Z post ok\n"
           "import 7  2026-11-20T00:00:00Z post \xef\xbf\xbd\xef\xbf\xbd "
           "\xef\xbf\xbd \xef\xbf\xbd\n", 7,
           ":9: cut off");
}

static void test_reasons(void **state)
{
    static const struct { const char *line, *why; } rows[] = {
        { "{\"ts\":\"2031-01-01\",\"text\":\"x\"}", "more than a day ahead" },
        { "{\"ts\":\"1970-01-02\",\"text\":\"x\"}", "before 1990" },
        { "{\"ts\":\"soon\",\"text\":\"x\"}", "none that can be read" },
        { "{\"text\":\"x\"}", "no date" },
        { "{\"ts\":\"2026-11-20\"}", "no text" },
        { "{\"deleted\":true}", "a deletion without id" },
        { "{\"a\":nope}", "not JSON at byte" },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        expect(rows[i].line, NULL, "", 1, rows[i].why);
}

static void test_map_and_ids(void **state)
{
    static const char *const map[] = { "map", "body=text", "map",
        "user.name=author", "map", "when=created_at", "source", "shop", NULL };
    struct result r;
    const char *line = "{\"when\":\"2026-11-20\",\"body\":\"b\","
                       "\"user\":{\"name\":\"n\"}}\n";
    struct buf out = BUF_INIT(0), twice = BUF_INIT(0);
    buf_puts(&twice, line);
    buf_puts(&twice, line);
    write_file(twice.data, twice.length);
    read_file(&r, "", map);
    assert_int_equal(r.posts.count, 2);
    assert_true(text_equal(r.posts.posts[0].native_id,
                           r.posts.posts[1].native_id));
    assert_non_null(strstr(print(&r, &out),
                           " n 2026-11-20T00:00:00Z post b\n"));
    assert_memory_equal(out.data, "shop row-", 9);
    release(&r);

    static const char *const wrong[] = { "map", "body=content", NULL };
    read_file(&r, "", wrong);
    assert_int_equal(r.rc, -1);
    assert_int_equal(r.err.kind, ERROR_USAGE);
    release(&r);
    buf_release(&out);
    buf_release(&twice);
}

static void test_csv(void **state)
{
    expect("id,created_at,text,likes,colour\r\n"
           "1,2026-11-20,\"says \"\"hi\"\", and\r\nmore\",5,red\r\n"
           "2,2026-11-20,plain \"inner\" quotes,,\r\n"
           "\r\n"
           "3,2026-11-20,too few\r\n"
           "4,2026-11-20,\"broken\" here,1,x\r\n"
           "5,2026-11-20,\"never closed,1,x\r\n"
           "6,2026-11-20,last,1,x", NULL,
           "import 1  2026-11-20T00:00:00Z post says \"hi\", and \nmore\n"
           "import 2  2026-11-20T00:00:00Z post plain \"inner\" quotes\n"
           "import 6  2026-11-20T00:00:00Z post last\n",
           3, "a quote is never closed");
}

/* Two columns with one meaning: --map before ours before an alias. */
static void test_names(void **state)
{
    static const char *const map[] = { "map", "body=text", NULL };
    expect("id,date,text,created_at,body,id\n"
           "1,1999-01-01,no,2026-11-20,yes,2\n", map,
           "import 1  2026-11-20T00:00:00Z post yes\n", 0, NULL);
    expect("{\"id\":1,\"date\":\"1999-01-01\",\"text\":\"no\","
           "\"created_at\":\"2026-11-20\",\"body\":\"yes\"}\n", map,
           "import 1  2026-11-20T00:00:00Z post yes\n", 0, NULL);
}

static void test_csv_faults(void **state)
{
    expect("id;date;text\n"
           "3;2026-11-20\n"
           "4;2026-11-20;\"broken\" here\n"
           "5;2026-11-20;\"never closed\n"
           "6;2026-11-20;last", NULL,
           "import 6  2026-11-20T00:00:00Z post last\n", 3,
           ":4: a quote is never closed");
    struct result r;
    write_file("id,body\n1,x\n", 12);
    read_file(&r, "", NULL);
    assert_int_equal(r.rc, -1);
    assert_non_null(strstr(r.err.text, "is neither JSON nor"));
    release(&r);
}

static void test_tsv(void **state)
{
    expect("id\tts\ttext\n"
           "7\t2026-11-20 10:00\t\"as it is\", plain\r\n"
           "8\t2026-11-20\ta\tb\n", NULL,
           "import 7  2026-11-20T10:00:00Z post \"as it is\", plain\n",
           1, ":3: 4 columns where the header has 3");
}

static void test_twarc(void **state)
{
    expect("{\"id_str\":\"1\",\"full_text\":\"a &amp;amp; b &lt;3\","
           "\"created_at\":\"Wed Oct 10 20:19:24 +0000 2018\","
           "\"user\":{\"id_str\":\"9\",\"screen_name\":\"n\"},"
           "\"in_reply_to_status_id_str\":\"0\"}\n", NULL,
           "x 1 9 2018-10-10T20:19:24Z reply a &amp; b <3\n", 0, NULL);
    expect("{\"data\":[{\"id\":\"5\",\"text\":\"one\",\"author_id\":\"9\","
           "\"created_at\":\"2024-01-02T03:04:05.000Z\"},"
           "{\"id\":\"6\",\"text\":\"two\",\"created_at\":"
           "\"2024-01-02T03:04:06.000Z\",\"referenced_tweets\":"
           "[{\"type\":\"quoted\",\"id\":\"1\"},"
           "{\"type\":\"replied_to\",\"id\":\"2\"}]}],"
           "\"includes\":{\"users\":[{\"id\":\"9\",\"username\":\"n\"}]},"
           "\"meta\":{}}\n", NULL,
           "x 5 9 2024-01-02T03:04:05Z post one\n"
           "x 6  2024-01-02T03:04:06Z reply two\n", 0, NULL);
    struct result r;
    read_file(&r, "", NULL);
    assert_true(text_is(r.posts.posts[0].handle, "n"));
    assert_true(text_is(r.posts.posts[1].reply_to, "2"));
    release(&r);
}

static void test_pushshift(void **state)
{
    expect("{\"id\":\"k1\",\"author\":\"w\",\"created_utc\":\"1500000000\","
           "\"body\":\"x &gt; y\",\"parent_id\":\"t3_z\",\"edited\":false}\n"
           "{\"id\":\"k2\",\"author\":\"[deleted]\",\"created_utc\":"
           "1500000001.0,\"title\":\"T\",\"selftext\":\"more\"}\n"
           "{\"id\":\"t1_k3\",\"author\":\"w\",\"created_utc\":1500000002,"
           "\"body\":\"[removed]\"}\n", NULL,
           "reddit t1_k1 w 2017-07-14T02:40:00Z comment x > y\n"
           "reddit t3_k2  2017-07-14T02:40:01Z post T\n\nmore\n"
           "delete t1_k3\n", 0, NULL);
}

static void test_jetstream(void **state)
{
    expect("{\"did\":\"did:plc:a\",\"time_us\":1763632800000000,\"kind\":"
           "\"commit\",\"commit\":{\"operation\":\"create\",\"collection\":"
           "\"app.bsky.feed.post\",\"rkey\":\"r1\",\"record\":{\"text\":"
           "\"hello\",\"createdAt\":\"2031-01-01T00:00:00Z\",\"langs\":"
           "[\"en\"]}}}\n"
           "{\"did\":\"did:plc:a\",\"time_us\":1763632800000001,\"kind\":"
           "\"identity\"}\n"
           "{\"did\":\"did:plc:a\",\"time_us\":1763632800000002,\"kind\":"
           "\"commit\",\"commit\":{\"operation\":\"delete\",\"collection\":"
           "\"app.bsky.feed.post\",\"rkey\":\"r0\"}}\n"
           "{\"did\":\"did:plc:b\",\"time_us\":1763632800000003,\"kind\":"
           "\"commit\",\"commit\":{\"operation\":\"create\",\"collection\":"
           "\"app.bsky.feed.post\",\"rkey\":\"r2\",\"record\":{\"text\":"
           "\"look\",\"createdAt\":\"2025-11-20T10:00:00Z\",\"embed\":{"
           "\"$type\":\"app.bsky.embed.record\"}}}}\n"
           "{\"did\":\"did:plc:d\",\"time_us\":1763632800000004,\"kind\":"
           "\"account\",\"account\":{\"active\":false,\"status\":\"deleted\""
           "}}\n", NULL,
           "bluesky at://did:plc:a/app.bsky.feed.post/r1 did:plc:a "
           "2031-01-01T00:00:00Z post hello\n" /* ingest.c judges */
           "delete at://did:plc:a/app.bsky.feed.post/r0\n"
           "bluesky at://did:plc:b/app.bsky.feed.post/r2 did:plc:b "
           "2025-11-20T10:00:00Z quote look\n"
           "delete \n", 0, NULL); /* all of an author's: ingest_left.c */
}

static void add_lines(struct buf *out, int count)
{
    for (int i = 0; i < count; i++)
        buf_printf(out, "{\"id\":%d,\"ts\":\"2026-11-20\",\"text\":\"number "
                   "%d of a longer row of posts\"}\n", i, i * 7919);
}

static size_t pack_gzip(const struct buf *in, unsigned char *out, size_t room)
{
    z_stream z = { 0 };
    deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    z.next_in = (unsigned char *)in->data;
    z.avail_in = (unsigned)in->length;
    z.next_out = out;
    z.avail_out = (unsigned)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return room - z.avail_out;
}

static void check_packed(const unsigned char *packed, size_t one, size_t two,
                         const char *kind)
{
    struct result r;
    char why[80];
    write_file(packed, one + two);
    read_file(&r, "", NULL);
    assert_string_equal(r.err.text, "");
    assert_int_equal(r.posts.count, 4000);
    release(&r);
    for (size_t cut = one; cut < one + two; cut += 1 + two / 7) {
        write_file(packed, cut);
        read_file(&r, "", NULL);
        assert_true(r.posts.count >= 2000 && r.posts.count < 4000);
        snprintf(why, sizeof(why), "the %s archive is cut off", kind);
        if (cut > one) {
            assert_int_equal(r.rc, -1);
            assert_non_null(strstr(r.err.text, why));
        }
        release(&r);
    }
    write_file(packed, one / 2);
    read_file(&r, "", NULL);
    assert_int_equal(r.rc, -1);
    release(&r);
}

static void test_packed(void **state)
{
    enum { ROOM = 1 << 20 };
    struct buf text = BUF_INIT(0);
    unsigned char *packed = mem_alloc(ROOM);
    add_lines(&text, 2000);
    size_t one = pack_gzip(&text, packed, ROOM);
    size_t two = pack_gzip(&text, packed + one, ROOM - one);
    check_packed(packed, one, two, "gzip");
    one = ZSTD_compress(packed, ROOM, text.data, text.length, 3);
    two = ZSTD_compress(packed + one, ROOM - one, text.data, text.length, 3);
    check_packed(packed, one, two, "zstd");

    struct result r; /* bytes turned in the middle */
    memset(packed + one / 2, 0x55, 64);
    write_file(packed, one);
    read_file(&r, "", NULL);
    assert_int_equal(r.rc, -1);
    assert_non_null(strstr(r.err.text, "damaged"));
    release(&r);
    mem_free(packed);
    buf_release(&text);
}

/* The first, too: it says nothing of those after it. */
static void long_line(int before, const char *place)
{
    struct buf text = BUF_INIT(0);
    struct result r;
    add_lines(&text, before);
    buf_puts(&text, "{\"id\":\"big\",\"ts\":\"2026-11-20\",\"text\":\"");
    char *fill = mem_alloc(9 * MiB);
    memset(fill, 'x', 9 * MiB);
    buf_add(&text, fill, 9 * MiB);
    buf_puts(&text, "\"}\n");
    add_lines(&text, 2);
    write_file(text.data, text.length);
    read_file(&r, "", NULL);
    assert_int_equal(r.rc, 0);
    assert_int_equal(r.posts.count, (size_t)before + 2);
    assert_int_equal(r.c.skipped, 1);
    assert_non_null(strstr(r.c.skipped_why, place));
    release(&r);
    mem_free(fill);
    buf_release(&text);
}

static void test_long_line(void **state)
{
    long_line(1, ":2: the line is longer than");
    long_line(0, ":1: the line is longer than");
}

/* As a configured source: on with what was added; a new file from its
 * start; a last line without newline comes again. */
static void test_cursor(void **state)
{
    struct buf text = BUF_INIT(0), cursor = BUF_INIT(0);
    struct result r;
    add_lines(&text, 5);
    buf_puts(&text, "{\"id\":\"half\",\"ts\":");
    write_file(text.data, text.length);
    read_file(&r, "", NULL);
    assert_int_equal(r.posts.count, 5);
    assert_int_equal(r.c.skipped, 1);
    buf_puts(&cursor, buf_text(&r.posts.cursor));
    assert_non_null(strstr(buf_text(&cursor), " 5 ")); /* whole lines */
    release(&r);

    buf_puts(&text, "\"2026-11-20\",\"text\":\"whole\"}\n");
    write_file(text.data, text.length);
    read_file(&r, buf_text(&cursor), NULL);
    assert_int_equal(r.posts.count, 1);
    assert_true(text_is(r.posts.posts[0].native_id, "half"));
    buf_clear(&cursor);
    buf_puts(&cursor, buf_text(&r.posts.cursor));
    assert_non_null(strstr(buf_text(&cursor), " 6 "));
    release(&r);
    read_file(&r, buf_text(&cursor), NULL); /* nothing new: the same place */
    assert_string_equal(buf_text(&r.posts.cursor), buf_text(&cursor));
    release(&r);

    char *whole = mem_slice(cursor.data, cursor.length);
    buf_puts(&cursor, "\ndid:plc:z\n"); /* whom frames before it told gone */
    read_file(&r, buf_text(&cursor), NULL);
    assert_int_equal(r.posts.count, 1);
    assert_true(r.posts.posts[0].deleted);
    assert_true(text_is(r.posts.posts[0].author, "did:plc:z"));
    assert_null(strchr(buf_text(&r.posts.cursor), '\n'));
    release(&r);

    write_file(text.data, text.length); /* a line like an archive's head */
    FILE *more = fopen(path, "ab");
    assert_non_null(more);
    fputs("\x1f\x8b\n{\"id\":\"after\",\"ts\":\"2026-11-20\",\"text\":\"x\"}\n",
          more);
    fclose(more);
    read_file(&r, whole, NULL);
    assert_int_equal(r.rc, 0);
    assert_int_equal(r.c.skipped, 1);
    assert_int_equal(r.posts.count, 1);
    release(&r);

    text.data[6] = '9'; /* another file */
    write_file(text.data, text.length);
    read_file(&r, buf_text(&cursor), NULL);
    assert_int_equal(r.posts.count, 6);
    release(&r);
    mem_free(whole);
    buf_release(&text);
    buf_release(&cursor);
}

static void refused(const char *why)
{
    struct result r;
    read_file(&r, "", NULL);
    assert_int_equal(r.rc, -1);
    assert_non_null(strstr(r.err.text, why));
    release(&r);
}

static void test_no_file(void **state)
{
    write_file("", 0);
    refused("the file is empty");
    write_file("\n \n", 3);
    refused("the file is empty");
    write_file("[{\"id\":1}]", 10);
    refused("this is a JSON array");
    write_file("\xff\xfei\0d\0", 6);
    refused("this is UTF-16");
    write_file("<html>\n", 7);
    refused("the first line is neither JSON nor");
    assert_int_equal(unlink(path), 0);
    refused("cannot open it: No such file");
    char saved[sizeof(path)];
    memcpy(saved, path, sizeof(path));
    snprintf(path, sizeof(path), "%s", folder);
    refused("this is a folder");
    memcpy(path, saved, sizeof(path));
}

static int set_up(void **state)
{
    log_set_level(LOG_ERROR);
    clock_fix(1795305600); /* 2026-11-22 */
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof(path), "%s/posts", folder);
    return 0;
}

static int tear_down(void **state)
{
    unlink(path);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ndjson),
        cmocka_unit_test(test_bad_lines_lose_only_themselves),
        cmocka_unit_test(test_reasons),
        cmocka_unit_test(test_map_and_ids),
        cmocka_unit_test(test_csv),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_csv_faults),
        cmocka_unit_test(test_tsv),
        cmocka_unit_test(test_twarc),
        cmocka_unit_test(test_pushshift),
        cmocka_unit_test(test_jetstream),
        cmocka_unit_test(test_packed),
        cmocka_unit_test(test_long_line),
        cmocka_unit_test(test_cursor),
        cmocka_unit_test(test_no_file),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
