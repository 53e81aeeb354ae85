/* SPDX-License-Identifier: Apache-2.0 */
/* The collectors against services that are a function: http_send() is
 * replaced here (the linker then leaves base/http.c out). Captured replies,
 * where they are at hand, are read whole, byte by byte and cut everywhere. */
#include "tests/unit/collecting.h"

/* ---- captured replies ------------------------------------------------- */

static struct buf capture = BUF_INIT(0);

static bool load(const char *name)
{
    char path[300], piece[65536];
    size_t got;
    snprintf(path, sizeof(path), "../shared/data/captures/%s", name);
    FILE *f = fopen(path, "rb");
    buf_clear(&capture);
    while (f && (got = fread(piece, 1, sizeof(piece), f)) > 0)
        buf_add(&capture, piece, got);
    if (f)
        fclose(f);
    else
        print_message("skip: %s is not here\n", path);
    return f != NULL;
}

/* A capture is a page, or a page a line; what lies below the last is empty. */
static int answer_capture(const struct http_request *request, struct buf *body)
{
    static const char *at;
    bool below = strstr(request->url, "max_id=") ||
                 strstr(request->url, "cursor=");
    if (strstr(request->url, "createSession"))
        return says(body, 200, "{\"accessJwt\":\"a\",\"refreshJwt\":\"r\"}");
    if (!below)
        at = buf_text(&capture);
    size_t length = strstr(at, "}\n{") ? (size_t)(strstr(at, "}\n{") + 2 - at)
                                       : strlen(at);
    buf_add(body, at, length);
    at += length;
    if (!length)
        buf_puts(body, strstr(request->url, "xrpc") ? "{\"posts\":[],"
                 "\"feed\":[]}" : "[]");
    return 200;
}

static const struct captured {
    const char *file, *kind;
    size_t posts;
    const char *options[8]; /* name, value */
} captures[] = {
    { "snac2-tag.json", "mastodon", 5,
      { "host", "https://host.example", "tag", "acme" } },
    { "snac2-tag-40.json", "mastodon", 35,
      { "host", "https://host.example", "tag", "acme" } },
    { "snac2-alice.rss.xml", "feed", 18,
      { "url", "https://host.example/alice.rss" } },
    { "atproto-getAuthorFeed.json", "bluesky", 3, { "author", "a.example" } },
    { "atproto-getAuthorFeed-repost-reply-quote.json", "bluesky", 3,
      { "author", "a.example" } },
    { "atproto-getTimeline.json", "bluesky", 3, { "author", "a.example" } },
    { "atproto-searchPosts-p1.json", "bluesky", 5,
      { "query", "acme", "identifier", "a.example" } },
    { "atproto-searchPosts-via-pds.json", "bluesky", 5,
      { "query", "acme", "identifier", "a.example" } },
    { "atproto-searchPosts-allpages.ndjson", "bluesky", 57,
      { "query", "acme", "identifier", "a.example" } },
};

static void run_capture(struct run *r, const struct captured *c)
{
    buf_clear(&r->cursor);
    ready(r);
    for (int i = 0; c->options[i]; i += 2)
        set(r, c->options[i], c->options[i + 1]);
    if (strcmp(c->options[0], "query") == 0)
        secret(r, "password_file", "word\n");
    round_of(r, 10);
}

static void read_capture_all_ways(const struct captured *c, const char *folder)
{
    struct run r;
    begin(&r, c->kind, answer_capture);
    r.c.folder = folder; /* the first run logs in, the others need not */
    run_capture(&r, c);
    assert_int_equal(r.rc, 0);
    assert_int_equal(r.out.count, c->posts);
    assert_int_equal(r.c.skipped, 0);
    uint64_t whole = digest_of(&r.out);
    for (size_t chunk = 1; chunk < 4; chunk++) {
        service.chunk = chunk;
        run_capture(&r, c);
        assert_int_equal(r.rc, 0);
        assert_int_equal(digest_of(&r.out), whole);
    }
    service.chunk = 0;
    size_t last = strcspn(buf_text(&capture), "\n");
    last = capture.data[last] && capture.data[last + 1] ? last
                                                        : capture.length;
    if (strstr(c->file, "rss"))
        last = (size_t)(strstr(capture.data, "</rss>") - capture.data);
    while (last && strchr(" \n\t\r", capture.data[last - 1]))
        last--;
    size_t step = last < 12000 ? 1 : 23; /* a long one costs its square */
    for (service.cut = 0; service.cut < last; service.cut += step) {
        run_capture(&r, c);
        if (r.rc != -1 || r.cursor.length || r.out.count > c->posts)
            fail_msg("%s cut at %zu: %d, %zu posts, cursor %s", c->file,
                     service.cut, r.rc, r.out.count, buf_text(&r.cursor));
    }
    end(&r);
}

static void test_captures(void **state)
{
    char folder[SCRATCH_ROOM];
    scratch_make(folder);
    clock_fix(1795400000);
    for (size_t i = 0; i < COUNT(captures); i++)
        if (load(captures[i].file))
            read_capture_all_ways(&captures[i], folder);
    scratch_remove(folder);
}

/* ---- mastodon --------------------------------------------------------- */

static struct {
    int newest, apart; /* apart: seconds between two */
    bool deleted[1000];
    int edited;
    int fail_below;   /* pages under this id fail */
    int look;         /* status of single toots; 0: they are to be had */
} toots;

static int answer_toots(const struct http_request *request, struct buf *body)
{
    const char *max = strstr(request->url, "max_id="),
               *one = strstr(request->url, "/statuses/");
    const char *listing = strstr(request->url, "/tag/one") ? "one/"
                          : strstr(request->url, "/tag/two") ? "two/" : "";
    int id = max ? (int)strtol(max + 7, NULL, 10) - 1 : toots.newest;
    if (one) {
        id = (int)strtol(one + 10, NULL, 10);
        if (toots.look)
            return toots.look;
        buf_printf(body, "{\"id\":\"%d\"}", id);
        return toots.deleted[id] ? 404 : 200;
    }
    if (strstr(request->url, "/tag/none"))
        return says(body, 200, "[]");
    if (toots.fail_below && id < toots.fail_below) {
        service.wait = 0;
        return 503;
    }
    buf_putc(body, '[');
    for (int count = 0; id >= 0 && count < 40; id--) {
        char when[CLOCK_TEXT];
        if (id < 1000 && toots.deleted[id])
            continue;
        buf_printf(body, "%s{\"id\":\"%d\",\"uri\":\"https://h.example/%s%d\","
                   "\"created_at\":\"%s\",\"edited_at\":%s,\"account\":"
                   "{\"acct\":\"a\"},\"content\":\"<p>toot %d %s</p>\"}",
                   count++ ? "," : "", id, listing, id,
                   clock_format(1790000000 + id * toots.apart, when),
                   id == toots.edited ? "\"2026-09-21T20:00:00Z\"" : "null",
                   id, id == toots.edited ? "again" : "");
    }
    buf_putc(body, ']');
    return 200;
}

static void begin_toots(struct run *r)
{
    memset(&toots, 0, sizeof(toots));
    toots.edited = -1;
    toots.apart = 60;
    begin(r, "mastodon", answer_toots);
}

static void ready_toots(struct run *r)
{
    clock_fix(1790000000 + toots.newest * 60 + 30);
    r->c.since = 1790000000 - 100000;
    given(r, "host", "https://h.example/", "tag", "acme", NULL);
}

static int collect_toots(struct run *r, unsigned pages)
{
    ready_toots(r);
    return round_of(r, pages);
}

static void test_mastodon_rounds(void **state)
{
    struct run r;
    begin_toots(&r);
    toots.newest = 100;
    assert_int_equal(collect_toots(&r, 100), 0);
    assert_int_equal(r.out.count, 101);
    assert_int_equal(service.requests, 4); /* 40, 40, 21, none */
    assert_true(r.out.posts[0].html);
    /* nothing new: one request */
    assert_int_equal(collect_toots(&r, 100), 0);
    assert_int_equal(service.requests, 1);
    /* 500 between two polls, in rounds of three pages */
    toots.newest = 600;
    bool got[1000] = { false };
    r.rc = 1;
    for (int i = 0; i < 20 && r.rc == 1; i++) {
        collect_toots(&r, 3);
        for (size_t n = 0; n < r.out.count; n++)
            got[strtol(r.out.posts[n].native_id.data + 18, NULL, 10)] = true;
    }
    for (int i = 101; i <= 600; i++)
        assert_true(got[i]);
    assert_int_equal(r.rc, 0);
    /* an edit and two deletes */
    toots.edited = 595;
    toots.deleted[600] = toots.deleted[590] = true;
    toots.newest = 601;
    assert_int_equal(collect_toots(&r, 100), 0);
    assert_int_equal(service.requests, 3); /* a page and two looks */
    assert_true(find(&r, "https://h.example/600")->deleted);
    assert_true(find(&r, "https://h.example/590")->deleted);
    assert_true(find(&r, "https://h.example/595")->edited > 0);
    assert_non_null(find(&r, "https://h.example/601"));
    /* an empty reply does not say that it is gone */
    toots.deleted[589] = true;
    toots.look = 204;
    assert_int_equal(collect_toots(&r, 100), -1);
    assert_non_null(strstr(r.err.text, "the reply is empty"));
    assert_null(find(&r, "https://h.example/589"));
    end(&r);
}

/* A long gap starves neither another listing nor what is new. */
static void test_mastodon_turns(void **state)
{
    struct run r;
    static bool got[2][9000];
    char id[60];
    int rounds = 0;
    begin_toots(&r);
    toots.newest = 5000;
    toots.apart = 1;
    do {
        clock_fix(1790000000 + toots.newest);
        r.c.since = 1790000000 - 100000;
        given(&r, "host", "https://h.example/", "tag", "one", "tag", "two",
              "overlap", "10s", NULL);
        assert_in_range(round_of(&r, 30), 0, 1);
        snprintf(id, sizeof(id), "https://h.example/one/%d", toots.newest);
        assert_non_null(find(&r, id));
        snprintf(id, sizeof(id), "https://h.example/two/%d", toots.newest);
        assert_non_null(find(&r, id));
        for (size_t i = 0; i < r.out.count; i++) {
            const char *at = r.out.posts[i].native_id.data + 18;
            got[*at == 't'][strtol(at + 4, NULL, 10)] = true;
        }
        toots.newest += 30;
    } while (r.rc == 1 && ++rounds < 50);
    assert_in_range(rounds, 5, 20);
    for (int i = 0; i <= toots.newest - 30; i++)
        assert_true(got[0][i] && got[1][i]);
    end(&r);
}

/* Whether one is deleted cannot be asked now: it is asked in the next round,
 * also where another listing was read meanwhile. */
static void test_mastodon_looks_again(void **state)
{
    struct run r;
    begin_toots(&r);
    for (toots.newest = 30; toots.newest < 33; toots.newest++) {
        ready_toots(&r);
        set(&r, "tag", "none");
        toots.deleted[29] = toots.deleted[28] = toots.newest > 30;
        toots.look = toots.newest == 31 ? 503 : 0;
        assert_int_equal(round_of(&r, 100), toots.look ? -1 : 0);
    }
    assert_true(find(&r, "https://h.example/29")->deleted);
    assert_true(find(&r, "https://h.example/28")->deleted);
    end(&r);
}

/* A page of which all was hidden is no end where the Link header says so; who
 * asks not to be indexed is left out; a quote is one. */
static int answer_hidden(const struct http_request *request, struct buf *body)
{
    const char *max = strstr(request->url, "max_id=");
    long at = max ? strtol(max + 7, NULL, 10) : 90;
    service.head = NULL;
    buf_putc(body, '[');
    if (at == 90)
        service.head = "HTTP/1.1 200 OK\r\nLink: <https://h.example/api/v1/"
            "timelines/tag/acme?limit=40&max_id=60>; rel=\"next\", <https://"
            "h.example/api/v1/timelines/tag/acme?min_id=88>; rel=\"prev\"\r\n";
    for (long id = at - 1; at == 60 && id > 57; id--)
        buf_printf(body, "%s{\"id\":\"%ld\",\"uri\":\"https://h.example/%ld\""
                   ",\"created_at\":\"2026-09-22T10:00:%02ldZ\",\"content\":"
                   "\"x\",\"account\":{\"acct\":\"a\",\"noindex\":%s},"
                   "\"quote\":%s}", id == 59 ? "" : ",", id, id, id,
                   id == 58 ? "true" : "false", id == 59 ? "{\"state\":"
                   "\"accepted\"}" : "null");
    buf_putc(body, ']');
    return 200;
}

static void test_mastodon_hidden(void **state)
{
    struct run r;
    begin(&r, "mastodon", answer_hidden);
    clock_fix(1790080000);
    r.c.since = 1790000000;
    given(&r, "host", "https://h.example", "tag", "acme", NULL);
    assert_int_equal(round_of(&r, 20), 0);
    assert_int_equal(r.out.count, 2);
    assert_int_equal(find(&r, "https://h.example/59")->kind, POST_QUOTE);
    assert_true(find(&r, "https://h.example/58")->deleted);
    assert_int_equal(service.requests, 3);
    end(&r);
}

/* One without id or uri, or with a longer one than is kept, is left out. */
static int answer_odd(const struct http_request *request, struct buf *body)
{
    static const struct { int id, uri; } rows[] = {
        { 4, 30 }, { 0, 30 }, { 4, 0 }, { POST_ID_LIMIT, 30 },
        { 4, POST_ID_LIMIT + 1 }, { POST_ID_LIMIT - 1, POST_ID_LIMIT } };
    char long_one[POST_ID_LIMIT + 2];
    memset(long_one, 'x', sizeof(long_one));
    if (strstr(request->url, "max_id="))
        return says(body, 200, "[]");
    for (size_t i = 0; i < COUNT(rows); i++)
        buf_printf(body, "%c{\"id\":\"%.*s\",\"uri\":\"%.*s\",\"created_at\":"
                   "\"2026-09-22T10:00:00Z\",\"content\":\"x\"}",
                   i ? ',' : '[', rows[i].id, long_one, rows[i].uri, long_one);
    return says(body, 200, "]");
}

static void test_mastodon_odd(void **state)
{
    struct run r;
    begin(&r, "mastodon", answer_odd);
    clock_fix(1790080000);
    r.c.since = 1790000000;
    given(&r, "host", "https://h.example", "tag", "acme", NULL);
    assert_int_equal(round_of(&r, 20), 0);
    assert_int_equal(r.out.count, 2);
    assert_int_equal(r.out.posts[0].native_id.length, 30);
    assert_int_equal(r.out.posts[1].native_id.length, POST_ID_LIMIT);
    assert_int_equal(r.c.skipped, 4);
    end(&r);
}

static void test_mastodon_heals(void **state)
{
    struct run r;
    begin_toots(&r);
    toots.newest = 199;
    toots.fail_below = 120; /* the third of five pages fails */
    assert_int_equal(collect_toots(&r, 100), -1);
    assert_int_equal(r.err.kind, ERROR_RETRY);
    assert_int_equal(r.out.count, 80);
    toots.fail_below = 0;
    assert_int_equal(collect_toots(&r, 100), 0);
    assert_non_null(find(&r, "https://h.example/0"));
    assert_non_null(find(&r, "https://h.example/119"));
    end(&r);
}

/* No service is asked faster than it says. */
static void test_paces(void **state)
{
    static const struct { const char *name; unsigned most, minutes; } rows[] = {
        { "mastodon", 300, 5 }, { "bluesky", 3000, 5 }, { "x", 450, 15 },
        { "reddit", 100, 1 }, { "discourse", 60, 1 }, { "appstore", 60, 1 },
        { "hackernews", 10000, 60 } };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_in_range(collector_per_minute(collector_find(rows[i].name)) *
                        rows[i].minutes, 1, rows[i].most);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_captures),
        cmocka_unit_test(test_paces),
        cmocka_unit_test(test_mastodon_rounds),
        cmocka_unit_test(test_mastodon_turns),
        cmocka_unit_test(test_mastodon_looks_again),
        cmocka_unit_test(test_mastodon_hidden),
        cmocka_unit_test(test_mastodon_odd),
        cmocka_unit_test(test_mastodon_heals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
