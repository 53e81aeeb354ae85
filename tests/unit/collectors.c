/* SPDX-License-Identifier: Apache-2.0 */
/* The collectors against services that are a function: http_send() is
 * replaced here (the linker then leaves base/http.c out). Captured replies,
 * where they are at hand, are read whole, byte by byte and cut everywhere. */
#include "tests/unit/collecting.h"

#include "base/atproto.h"

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
    if (strstr(request->url, "createSession")) {
        buf_puts(body, "{\"accessJwt\":\"a\",\"refreshJwt\":\"r\"}");
        return 200;
    }
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
    service.answer = answer_capture;
    begin(&r, c->kind);
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
    char folder[] = "/tmp/swell-test-XXXXXX", session[300];
    (void)state;
    assert_non_null(mkdtemp(folder));
    clock_fix(1795400000);
    for (size_t i = 0; i < sizeof(captures) / sizeof(captures[0]); i++)
        if (load(captures[i].file))
            read_capture_all_ways(&captures[i], folder);
    snprintf(session, sizeof(session), "%s/test.session", folder);
    unlink(session);
    rmdir(folder);
}

/* ---- mastodon --------------------------------------------------------- */

static struct {
    int newest;
    bool deleted[1000];
    int edited;
    int fail_below;   /* pages under this id fail */
    bool fail_looks;  /* single toots are not to be had */
} toots;

static int answer_toots(const struct http_request *request, struct buf *body)
{
    const char *max = strstr(request->url, "max_id="),
               *one = strstr(request->url, "/statuses/");
    int id = max ? (int)strtol(max + 7, NULL, 10) - 1 : toots.newest;
    if (one) {
        id = (int)strtol(one + 10, NULL, 10);
        buf_printf(body, "{\"id\":\"%d\"}", id);
        return toots.fail_looks ? 503 : toots.deleted[id] ? 404 : 200;
    }
    if (strstr(request->url, "/tag/none")) {
        buf_puts(body, "[]");
        return 200;
    }
    if (toots.fail_below && id < toots.fail_below) {
        service.wait = 0;
        return 503;
    }
    buf_putc(body, '[');
    for (int count = 0; id >= 0 && count < 40; id--) {
        char when[CLOCK_TEXT];
        if (toots.deleted[id])
            continue;
        buf_printf(body, "%s{\"id\":\"%d\",\"uri\":\"https://h.example/%d\","
                   "\"created_at\":\"%s\",\"edited_at\":%s,\"account\":"
                   "{\"acct\":\"a\"},\"content\":\"<p>toot %d %s</p>\"}",
                   count++ ? "," : "", id, id,
                   clock_format(1790000000 + id * 60, when),
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
    service.answer = answer_toots;
    begin(r, "mastodon");
}

static void ready_toots(struct run *r)
{
    clock_fix(1790000000 + toots.newest * 60 + 30);
    r->c.since = 1790000000 - 100000;
    ready(r);
    set(r, "host", "https://h.example/");
    set(r, "tag", "acme");
}

static int collect_toots(struct run *r, unsigned pages)
{
    ready_toots(r);
    return round_of(r, pages);
}

static void test_mastodon_rounds(void **state)
{
    struct run r;
    (void)state;
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
    end(&r);
}

/* A long gap starves neither another listing nor what is new. */
static int answer_busy(const struct http_request *request, struct buf *body)
{
    const char *max = strstr(request->url, "max_id=");
    bool one = strstr(request->url, "/tag/one") != NULL;
    int id = max ? (int)strtol(max + 7, NULL, 10) - 1 : toots.newest;
    buf_putc(body, '[');
    for (int count = 0; id >= 0 && count < 40; id--) {
        char when[CLOCK_TEXT];
        buf_printf(body, "%s{\"id\":\"%d\",\"uri\":\"https://h.example/%s/%d\""
                   ",\"created_at\":\"%s\",\"account\":{\"acct\":\"a\"},"
                   "\"content\":\"x\"}", count++ ? "," : "", id,
                   one ? "one" : "two", id,
                   clock_format(1790000000 + id, when));
    }
    buf_putc(body, ']');
    return 200;
}

static void test_mastodon_turns(void **state)
{
    struct run r;
    static bool got[2][9000];
    char id[60];
    int rounds = 0;
    (void)state;
    memset(&toots, 0, sizeof(toots));
    memset(got, 0, sizeof(got));
    service.answer = answer_busy;
    begin(&r, "mastodon");
    toots.newest = 5000;
    do {
        clock_fix(1790000000 + toots.newest);
        r.c.since = 1790000000 - 100000;
        ready(&r);
        set(&r, "host", "https://h.example/");
        set(&r, "tag", "one");
        set(&r, "tag", "two");
        set(&r, "overlap", "10s");
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
    (void)state;
    begin_toots(&r);
    for (toots.newest = 30; toots.newest < 33; toots.newest++) {
        ready_toots(&r);
        set(&r, "tag", "none");
        toots.deleted[29] = toots.deleted[28] = toots.newest > 30;
        toots.fail_looks = toots.newest == 31;
        assert_int_equal(round_of(&r, 100), toots.fail_looks ? -1 : 0);
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
    (void)state;
    service.answer = answer_hidden;
    begin(&r, "mastodon");
    clock_fix(1790080000);
    r.c.since = 1790000000;
    ready(&r);
    set(&r, "host", "https://h.example");
    set(&r, "tag", "acme");
    assert_int_equal(round_of(&r, 20), 0);
    assert_int_equal(r.out.count, 2);
    assert_int_equal(find(&r, "https://h.example/59")->kind, POST_QUOTE);
    assert_true(find(&r, "https://h.example/58")->deleted);
    assert_int_equal(service.requests, 3);
    service.head = NULL;
    end(&r);
}

static void test_mastodon_heals(void **state)
{
    struct run r;
    (void)state;
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

/* ---- bluesky ---------------------------------------------------------- */

static struct {
    int posts, token, dies_after; /* requests a token lives for */
    bool refuse_refresh, refuse_login;
    unsigned refreshes;
    char seen[200];
} sky;

static int answer_sky(const struct http_request *request, struct buf *body)
{
    char token[40], when[CLOCK_TEXT];
    const char *cursor = strstr(request->url, "cursor=");
    if (strstr(request->url, "createSession")) {
        service.logins++;
        assert_non_null(strstr(request->body, "pass word"));
        if (sky.refuse_login) {
            buf_puts(body, "{\"error\":\"AuthenticationRequired\"}");
            return 401;
        }
        sky.token++;
        sky.dies_after = 2;
    } else if (strstr(request->url, "refreshSession")) {
        sky.refreshes++;
        if (sky.refuse_refresh) {
            buf_puts(body, "{\"error\":\"ExpiredToken\"}");
            return 400;
        }
        sky.token++;
        sky.dies_after = 2;
    } else {
        snprintf(token, sizeof(token), "access%d", sky.token);
        if (!request->bearer || strcmp(request->bearer, token) != 0 ||
            sky.dies_after-- == 0) {
            buf_puts(body, "{\"error\":\"ExpiredToken\",\"message\":\"Token "
                           "has expired\"}");
            return 400;
        }
        int at = cursor ? (int)strtol(cursor + 7, NULL, 10) : sky.posts;
        buf_puts(body, "{\"posts\":[");
        for (int i = 0; i < 10 && at > 0; i++, at--)
            buf_printf(body, "%s{\"uri\":\"at://did:x/app.bsky.feed.post/%d\","
                       "\"author\":{\"did\":\"did:x\",\"handle\":\"a.example\"}"
                       ",\"record\":{\"text\":\"t %d\",\"createdAt\":\"2031-01-"
                       "01T00:00:00Z\"},\"indexedAt\":\"%s\"}", i ? "," : "",
                       at, at, clock_format(1790000000 + at, when));
        buf_puts(body, "]");
        if (at > 0)
            buf_printf(body, ",\"cursor\":\"%d\"", at);
        buf_putc(body, '}');
        return 200;
    }
    buf_printf(body, "{\"accessJwt\":\"access%d\",\"refreshJwt\":"
               "\"refresh%d\"}", sky.token, sky.token);
    return 200;
}

static int collect_sky(struct run *r, const char *folder)
{
    char path[300];
    clock_fix(1790001000);
    snprintf(path, sizeof(path), "%s/password", folder);
    FILE *f = fopen(path, "w");
    fputs("pass word\n", f);
    fclose(f);
    chmod(path, 0600);
    r->c.folder = folder;
    ready(r);
    set(r, "query", "acme");
    set(r, "identifier", "us.example");
    const struct option *o = option_find(r->c.kind->options, "password_file");
    assert_int_equal(option_set(o, r->c.state, path, "/", &r->err), 0);
    return round_of(r, 100);
}

static void test_bluesky_tokens(void **state)
{
    struct run r;
    char folder[] = "/tmp/swell-test-XXXXXX", path[300];
    struct stat st;
    (void)state;
    assert_non_null(mkdtemp(folder));
    memset(&sky, 0, sizeof(sky));
    sky.posts = 75;
    service.answer = answer_sky;
    begin(&r, "bluesky");
    /* tokens die after two pages: refreshed in the middle */
    assert_int_equal(collect_sky(&r, folder), 0);
    assert_int_equal(r.out.count, 75);
    assert_int_equal(service.logins, 1);
    assert_int_equal(sky.refreshes, 3);
    assert_true(r.out.posts[0].indexed == 1790000075);
    assert_true(r.out.posts[0].created > 1900000000); /* ingest.c judges */
    snprintf(path, sizeof(path), "%s/test.session", folder);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_null(strstr(buf_text(&r.cursor), "access"));
    /* the next run does not log in */
    service.logins = 0;
    sky.dies_after = 2;
    assert_int_equal(collect_sky(&r, folder), 0);
    assert_int_equal(service.logins, 0);
    /* the refresh token is dead: the password serves */
    sky.refuse_refresh = true;
    sky.dies_after = 0;
    assert_int_equal(collect_sky(&r, folder), 0);
    assert_int_equal(service.logins, 4); /* eight pages, two a token */
    /* nothing serves: it ends, soon, without the secret in the sentence */
    sky.refuse_login = true;
    sky.dies_after = 0;
    assert_int_equal(collect_sky(&r, folder), -1);
    assert_int_equal(r.err.kind, ERROR_DENIED);
    assert_in_range(service.requests, 3, 4);
    assert_null(strstr(r.err.text, "pass word"));
    end(&r);
    unlink(path);
    snprintf(path, sizeof(path), "%s/password", folder);
    unlink(path);
    rmdir(folder);
}

enum { SHOWN = 6000, WRITTEN = 7000 }; /* the real: 10,000 */

/* Past so many posts there is no cursor; "until" goes on below. */
static int answer_deep(const struct http_request *request, struct buf *body)
{
    const char *cursor = strstr(request->url, "&cursor="),
               *until = strstr(request->url, "&until=");
    char when[CLOCK_TEXT];
    int64_t most = WRITTEN;
    if (strstr(request->url, "createSession")) {
        buf_puts(body, "{\"accessJwt\":\"a\",\"refreshJwt\":\"r\"}");
        return 200;
    }
    if (until) {
        assert_int_equal(clock_parse(until + 7, 20, &most), 0);
        most -= 1790000001;
    }
    int at = cursor ? (int)strtol(cursor + 8, NULL, 10) : 0;
    buf_puts(body, "{\"posts\":[");
    for (int i = at; i < at + 100 && i < SHOWN && i < most; i++)
        buf_printf(body, "%s{\"uri\":\"at://did:x/app.bsky.feed.post/%d\","
                   "\"author\":{\"did\":\"did:x\"},\"record\":{\"text\":\"t\""
                   "},\"indexedAt\":\"%s\"}", i == at ? "" : ",",
                   (int)most - i, clock_format(1790000000 + most - i, when));
    buf_puts(body, "]");
    if (at + 100 < SHOWN && at + 100 < most)
        buf_printf(body, ",\"cursor\":\"%d\"", at + 100);
    buf_putc(body, '}');
    return 200;
}

static void test_bluesky_deep(void **state)
{
    struct run r;
    static bool got[WRITTEN + 1];
    unsigned missing = 0, pages[] = { 45, 200 };
    (void)state;
    service.answer = answer_deep;
    begin(&r, "bluesky");
    clock_fix(1790000000 + WRITTEN);
    for (int round = 0; round < 2; round++) { /* it may end in the middle */
        r.c.since = 1790000000;
        ready(&r);
        set(&r, "query", "acme");
        set(&r, "identifier", "a.example");
        secret(&r, "password_file", "word\n");
        assert_int_equal(round_of(&r, pages[round]), round ? 0 : 1);
        for (size_t i = 0; i < r.out.count; i++)
            got[strtol(strrchr(r.out.posts[i].native_id.data, '/') + 1, NULL,
                       10)] = true;
    }
    for (int i = 1; i <= WRITTEN; i++)
        missing += !got[i];
    assert_int_equal(missing, 0);
    assert_int_equal(r.c.skipped, 0);
    end(&r);
}

/* ---- hacker news ------------------------------------------------------ */

enum { HITS = 95, HITS_PAGE = 10 }; /* the real: 1000 */

static bool dead_hit[HITS], few_hits; /* nbHits is only approximate */

static int answer_hits(const struct http_request *request, struct buf *body)
{
    const char *until = strstr(request->url, "created_at_i%3C%3D"),
               *item = strstr(request->url, "/item/");
    long most = until ? strtol(until + 18, NULL, 10) : 1800000000;
    int hits = 0, shown = 0;
    if (item) {
        buf_puts(body, dead_hit[strtol(item + 6, NULL, 10)]
                           ? "null" : "{\"id\":1}");
        return 200;
    }
    assert_non_null(strstr(request->url, "typoTolerance=false"));
    buf_puts(body, "{\"hits\":[");
    for (int i = HITS - 1; i >= 0; i--) {
        long when = 1790000000 + i / 4; /* four share a second */
        if (dead_hit[i] || when > most || hits++ >= HITS_PAGE)
            continue;
        buf_printf(body, "%s{\"objectID\":\"%d\",\"author\":\"a\",\"title\":"
                   "\"A < B & c %d\",\"created_at_i\":%ld,\"points\":3}",
                   shown++ ? "," : "", i, i, when);
    }
    buf_printf(body, "],\"page\":0,\"nbPages\":1,\"nbHits\":%d}",
               few_hits ? shown : hits);
    return 200;
}

static void test_hackernews(void **state)
{
    struct run r;
    bool got[HITS] = { false };
    (void)state;
    memset(dead_hit, 0, sizeof(dead_hit));
    service.answer = answer_hits;
    begin(&r, "hackernews");
    for (int round = 0; round < 3; round++) {
        few_hits = round == 2;
        if (few_hits) {
            memset(got, 0, sizeof(got));
            buf_clear(&r.cursor);
        }
        clock_fix(1790000100 + round * 100000);
        r.c.since = 1789000000;
        ready(&r);
        set(&r, "query", "acme");
        set(&r, "page_size", "10");
        assert_int_equal(round_of(&r, 100), 0);
        for (size_t i = 0; i < r.out.count; i++)
            if (!r.out.posts[i].deleted)
                got[strtol(r.out.posts[i].native_id.data, NULL, 10)] = true;
        if (round == 0) {
            for (int i = 0; i < HITS; i++)
                assert_true(got[i]);
            assert_true(text_is(find(&r, "94")->text, "A &lt; B &amp; c 94"));
            dead_hit[90] = true;
        } else if (round == 1) {
            assert_true(find(&r, "90")->deleted);
        } else {
            for (int i = 0; i < HITS; i++)
                assert_true(got[i] || dead_hit[i]);
        }
    }
    assert_int_equal(r.c.skipped, 0);
    end(&r);
}

/* ---- feeds ------------------------------------------------------------ */

static struct {
    int newest, build; /* build: what changes each time a site is rebuilt */
    bool ids_change, dates_change, undated, json, same, flaps;
} site;

static int answer_feed(const struct http_request *request, struct buf *body)
{
    if (strstr(request->url, "/gone"))
        return 410;
    if (site.same)
        return 304;
    if (site.flaps && site.build % 2) { /* another front, another version */
        buf_puts(body, "<rss version='2.0'><channel><item><guid>other</guid>"
                 "<title>Other</title></item></channel></rss>");
        return 200;
    }
    buf_puts(body, site.json ? "{\"version\":\"https://jsonfeed.org/version/1.1"
             "\",\"items\":[" : "<rss version='2.0'><channel>");
    for (int i = site.newest; i > 0 && i > site.newest - 10; i--) {
        char when[CLOCK_TEXT];
        clock_format(1790000000 + i * 3600 +
                     (site.dates_change ? site.build * 60 : 0), when);
        if (site.json)
            buf_printf(body, "%s{\"id\":\"%d\",\"url\":\"https://s.example/%d"
                       "\",\"title\":\"A < B\",\"content_text\":\"x & y\","
                       "\"date_published\":\"%s\"}",
                       i == site.newest ? "" : ",", i, i, when);
        else
            buf_printf(body, "<item><guid>%d-%d</guid><link>https://s.example/"
                       "%d</link><title>Item %d</title>%s%s%s<description>&lt;"
                       "p&gt;words&lt;/p&gt;</description></item>", i,
                       site.ids_change ? site.build : 0, i, i,
                       site.undated ? "" : "<pubDate>", site.undated ? ""
                       : when, site.undated ? "" : "</pubDate>");
    }
    buf_puts(body, site.json ? "]}" : "</channel></rss>");
    return 200;
}

static int collect_feed(struct run *r, int64_t now)
{
    clock_fix(now);
    r->c.since = 1790000000;
    ready(r);
    set(r, "url", "https://s.example/feed");
    return round_of(r, 10);
}

/* Two windows of ten, the second with five new items: what is stored? */
static void read_twice(bool ids, bool dates, bool undated, bool json)
{
    struct run r;
    memset(&site, 0, sizeof(site));
    site.ids_change = ids;
    site.dates_change = dates;
    site.undated = undated;
    site.json = json;
    service.answer = answer_feed;
    service.head = NULL;
    begin(&r, "feed");
    struct { char id[200]; int64_t created; } first[10];
    site.newest = 20;
    assert_int_equal(collect_feed(&r, 1790100000), 0);
    assert_int_equal(r.out.count, 10);
    for (size_t i = 0; i < 10; i++) {
        snprintf(first[i].id, sizeof(first[i].id), "%.*s",
                 (int)r.out.posts[i].native_id.length,
                 r.out.posts[i].native_id.data);
        first[i].created = r.out.posts[i].created;
    }
    for (site.build = 1; site.build < 4; site.build++) {
        site.newest = 25;
        assert_int_equal(collect_feed(&r, 1790100000 + site.build * 1000), 0);
        assert_int_equal(r.out.count, 10);
        for (size_t i = 0; i < 5 && !ids; i++) {
            const struct post *p = find(&r, first[i].id);
            assert_non_null(p);
            assert_true(p->created == first[i].created);
        }
    }
    if (ids) { /* from now on the link is the id */
        assert_non_null(find(&r, "https://s.example/25"));
        assert_non_null(find(&r, "https://s.example/16"));
    }
    if (json)
        assert_true(text_is(r.out.posts[0].text, "A &lt; B<p>x &amp; y"));
    end(&r);
}

static void test_feed_windows(void **state)
{
    (void)state;
    read_twice(false, false, false, false);
    read_twice(false, true, false, false);
    read_twice(false, false, true, false);
    read_twice(true, false, false, false);
    read_twice(false, false, false, true);
}

/* Undated and now in one version, now in another: items keep their time. */
static void test_feed_flaps(void **state)
{
    struct run r;
    int64_t first = 1790100000;
    (void)state;
    memset(&site, 0, sizeof(site));
    site.flaps = site.undated = true;
    site.newest = 5;
    service.answer = answer_feed;
    begin(&r, "feed");
    for (site.build = 0; site.build < 5; site.build++) {
        assert_int_equal(collect_feed(&r, first + site.build * 900), 0);
        assert_int_equal(r.out.count, site.build % 2 ? 1 : 5);
        for (size_t i = 0; i < r.out.count; i++)
            assert_int_equal(r.out.posts[i].created,
                             first + site.build % 2 * 900);
    }
    end(&r);
}

static int answer_language(const struct http_request *request,
                           struct buf *body)
{
    (void)request;
    buf_puts(body, site.json
             ? "{\"version\":\"1\",\"language\":\"de-AT\",\"items\":[{\"id\":"
               "\"1\",\"content_text\":\"x\"},{\"id\":\"2\",\"content_text\":"
               "\"y\",\"language\":\"fr\"}]}"
             : "<rss version='2.0'><channel><language>\n de-AT </language><item>"
               "<guid>1</guid><title>x</title></item><item><guid>2</guid>"
               "<title>y</title><dc:language>fr</dc:language></item>"
               "</channel></rss>");
    return 200;
}

/* The item says its language, else the feed, else the configuration. */
static void test_feed_language(void **state)
{
    struct run r;
    (void)state;
    for (int n = 0; n < 3; n++) {
        memset(&site, 0, sizeof(site));
        site.json = n == 1;
        site.newest = 2;
        service.answer = n == 2 ? answer_feed : answer_language;
        begin(&r, "feed");
        ready(&r);
        set(&r, "url", "https://s.example/feed");
        set(&r, "language", "es");
        assert_int_equal(round_of(&r, 10), 0);
        assert_int_equal(r.out.count, 2);
        assert_true(text_begins(r.out.posts[0].lang, n == 2 ? "es" : "de-AT"));
        assert_true(text_is(r.out.posts[1].lang, n == 2 ? "es" : "fr"));
        end(&r);
    }
}

/* One that is gone for good is told, and not asked for a month. */
static void test_feed_gone(void **state)
{
    struct run r;
    (void)state;
    service.answer = answer_feed;
    begin(&r, "feed");
    for (int day = 0; day <= 31; day++) {
        clock_fix(1790000000 + day * DAY);
        ready(&r);
        set(&r, "url", "https://s.example/gone");
        assert_int_equal(round_of(&r, 10), -1);
        assert_non_null(strstr(r.err.text, "gone for good"));
        assert_int_equal(service.requests, day % 30 == 0);
    }
    end(&r);
}

static void test_feed_conditional(void **state)
{
    struct run r;
    (void)state;
    memset(&site, 0, sizeof(site));
    service.answer = answer_feed;
    begin(&r, "feed");
    site.newest = 12;
    service.head = "HTTP/1.1 200 OK\r\nETag: W/\"a1\"\r\nLast-Modified: Sat, "
                   "21 Nov 2026 22:00:00 GMT\r\n";
    assert_int_equal(collect_feed(&r, 1790100000), 0);
    assert_int_equal(r.out.count, 10);
    site.same = true;
    assert_int_equal(collect_feed(&r, 1790100900), 0);
    assert_string_equal(service.sent, "If-None-Match: W/\"a1\"If-Modified-Since"
                        ": Sat, 21 Nov 2026 22:00:00 GMT");
    assert_int_equal(r.out.count, 0);
    site.same = false;
    for (service.cut = 1; service.cut < 900; service.cut += 7) {
        assert_int_equal(collect_feed(&r, 1790101800), -1);
        assert_int_equal(r.out.count, 0);
    }
    end(&r);
    service.head = NULL;
}

static void test_feed_of_several(void **state)
{
    struct run r;
    (void)state;
    memset(&site, 0, sizeof(site));
    service.answer = answer_feed;
    begin(&r, "feed");
    site.newest = 12;
    for (int living = 0; living < 3; living++) {
        r.c.since = 1790000000;
        ready(&r);
        set(&r, "url", "https://s.example/gone");
        for (int i = 0; i < living; i++)
            set(&r, "url", "https://s.example/feed");
        set(&r, "url", "https://s.example/gone2");
        assert_int_equal(round_of(&r, 10), -1);
        assert_non_null(strstr(r.err.text, "gone for good"));
        assert_int_equal(r.out.count, living * 10);
        assert_int_equal(r.c.partial, living == 2);
    }
    end(&r);
}

/* ---- app store -------------------------------------------------------- */

static struct {
    int reviews;
    bool undated;
} shop;

static int answer_reviews(const struct http_request *request, struct buf *body)
{
    int page = (int)strtol(strstr(request->url, "page=") + 5, NULL, 10);
    int at = shop.reviews - (page - 1) * 50, shown = 0;
    char when[CLOCK_TEXT], date[80];
    assert_non_null(strstr(request->url, "/gb/rss/customerreviews/page="));
    assert_in_range(page, 1, 10);
    buf_puts(body, "{\"feed\":{\"author\":{}");
    if (at > 0)
        buf_puts(body, at == 1 ? ",\"entry\":" : ",\"entry\":[");
    for (int i = at; i > 0 && i > at - 50; i--) {
        snprintf(date, sizeof(date), ",\"updated\":{\"label\":\"%s\"}",
                 clock_format(1790000000 + i * 600, when));
        buf_printf(body, "%s{\"id\":{\"label\":\"%d\"},\"title\":{\"label\":"
                   "\"T & %d\"},\"content\":{\"label\":\"c < d\"},"
                   "\"im:rating\":{\"label\":\"%d\"},\"author\":{\"name\":"
                   "{\"label\":\"n\"},\"uri\":{\"label\":\"https://a.example/u"
                   "\"}}%s}", shown++ ? "," : "", i, i, i % 5 + 1,
                   shop.undated ? "" : date);
    }
    buf_puts(body, at > 1 ? "]}}" : "}}");
    return 200;
}

static size_t collect_reviews(struct run *r)
{
    clock_fix(1790000060 + shop.reviews * 600);
    r->c.since = 1790000000;
    ready(r);
    set(r, "app", "id123");
    set(r, "country", "gb");
    assert_int_equal(round_of(r, 20), 0);
    return r->out.count;
}

static void test_appstore(void **state)
{
    (void)state;
    for (int undated = 0; undated < 2; undated++) {
        struct run r;
        service.answer = answer_reviews;
        begin(&r, "appstore");
        shop.undated = undated;
        shop.reviews = 0;
        assert_int_equal(collect_reviews(&r), 0);
        shop.reviews = 1;
        assert_int_equal(collect_reviews(&r), 1);
        assert_true(text_is(r.out.posts[0].text, "T & 1\nc < d"));
        assert_int_equal(r.out.posts[0].rating, 2);
        assert_int_equal(r.out.posts[0].kind, POST_REVIEW);
        assert_true(r.out.posts[0].created ==
                    (undated ? 1790000660 : 1790000600));
        shop.reviews = 130;
        assert_int_equal(collect_reviews(&r),
                         undated ? 129 : 130);
        assert_int_equal(service.requests, undated ? 3 : 4);
        shop.reviews = 133;
        size_t count = collect_reviews(&r);
        /* a day again: all that there are */
        assert_int_equal(count, undated ? 3 : 133);
        assert_int_equal(service.requests, undated ? 1 : 4);
        /* an empty feed of a living app: an error, and nothing is forgotten,
         * or all would be of today when it is full again */
        shop.reviews = 0;
        ready(&r);
        set(&r, "app", "123");
        set(&r, "country", "gb");
        assert_int_equal(round_of(&r, 20), -1);
        assert_non_null(strstr(r.err.text, "the feed is empty"));
        shop.reviews = 134;
        assert_int_equal(collect_reviews(&r), undated ? 1 : 134);
        end(&r);
    }
}

/* ---- wordpress -------------------------------------------------------- */

static struct {
    int comments;
    int gone, held;
    int vanish;    /* deleted when the first page was read: so many above */
    int hidden;    /* of the first so many nothing is shown to strangers */
    bool old;      /* 400 past the end, as some versions */
} blog;

static int answer_blog(const struct http_request *request, struct buf *body)
{
    const char *one = strstr(request->url, "/comments/"),
               *number = strstr(request->url, "&offset=");
    bool reviews = strstr(request->url, "products/reviews?") != NULL;
    int shown = 0, place = 0;
    static char head[60];
    char when[CLOCK_TEXT];
    if (one) {
        int id = (int)strtol(one + 10, NULL, 10);
        buf_puts(body, "{\"id\":1}");
        return id == blog.gone ? 404 : id == blog.held ? 401 : 200;
    }
    int offset = (int)strtol(number + 8, NULL, 10);
    int count = reviews ? 3 : blog.comments - (offset ? blog.vanish : 0);
    snprintf(head, sizeof(head), "X-WP-Total: %d\r\n", count);
    service.head = blog.hidden ? head : NULL;
    buf_putc(body, '[');
    for (int i = count; i > 0; i--) {
        if (!reviews && (i == blog.gone || i == blog.held))
            continue;
        if (place++ < offset || place > offset + 10 ||
            (!reviews && place <= blog.hidden))
            continue;
        clock_format(1790000000 + i * 100, when);
        when[19] = '\0'; /* no zone: it is UTC */
        if (reviews)
            buf_printf(body, "%s{\"id\":%d,\"date_created_gmt\":\"%s\",\"review"
                       "\":\"<p>fine</p>\",\"reviewer\":\"R\",\"rating\":%d,"
                       "\"product_name\":\"Jacket\",\"product_permalink\":"
                       "\"https://b.example/jacket\"}", shown++ ? "," : "",
                       1000 + i, when, i);
        else
            buf_printf(body, "%s{\"id\":%d,\"parent\":%d,\"date_gmt\":\"%s\","
                       "\"content\":{\"rendered\":\"<p>c &#8217; %d</p>\"},"
                       "\"author_name\":\"A\",\"link\":\"https://b.example/x"
                       "#comment-%d\"}", shown++ ? "," : "", i, i == 2, when,
                       i, i);
    }
    buf_putc(body, ']');
    if (blog.old && !shown && offset) {
        buf_clear(body);
        buf_puts(body, "{\"code\":\"rest_post_invalid_page_number\"}");
        return 400;
    }
    return 200;
}

static size_t collect_blog(struct run *r)
{
    clock_fix(1790000050 + blog.comments * 100);
    r->c.since = 1780000000;
    ready(r);
    set(r, "site", "https://b.example/");
    set(r, "reviews", "yes");
    set(r, "page_size", "10");
    set(r, "overlap", "10m");
    assert_int_equal(round_of(r, 50), 0);
    return r->out.count;
}

static void test_wordpress(void **state)
{
    (void)state;
    for (int old = 0; old < 2; old++) {
        struct run r;
        memset(&blog, 0, sizeof(blog));
        blog.old = old;
        service.answer = answer_blog;
        begin(&r, "wordpress");
        blog.comments = 40;
        assert_int_equal(collect_blog(&r), 43 + 4); /* four twice */
        const struct post *p = find(&r, "https://b.example#comment-2");
        assert_true(text_is(p->reply_to, "https://b.example#comment-1"));
        assert_true(p->created == 1790000200 && p->kind == POST_COMMENT);
        p = find(&r, "https://b.example#comment-1003");
        assert_int_equal(p->rating, 3);
        assert_true(text_is(p->text, "Jacket<p><p>fine</p>"));
        blog.comments = 42;
        blog.gone = 38;
        blog.held = 37;
        collect_blog(&r);
        assert_true(find(&r, "https://b.example#comment-38")->deleted);
        assert_true(find(&r, "https://b.example#comment-37")->deleted);
        assert_non_null(find(&r, "https://b.example#comment-42"));
        assert_int_equal(r.c.skipped, 0);
        end(&r);
    }
}

/* What goes while the pages are read, or is hidden above, hides no other. */
static void test_wordpress_shifts(void **state)
{
    struct run r;
    (void)state;
    memset(&blog, 0, sizeof(blog));
    service.answer = answer_blog;
    begin(&r, "wordpress");
    blog.comments = 40;
    blog.vanish = 1;
    collect_blog(&r);
    for (int i = 1; i <= 40; i++) {
        char id[60];
        snprintf(id, sizeof(id), "https://b.example#comment-%d", i);
        if (!find(&r, id))
            fail_msg("%s is missing", id);
    }
    blog.vanish = 0;
    blog.hidden = 12;
    buf_clear(&r.cursor);
    assert_int_equal(collect_blog(&r), 28 + 3 + 3);
    service.head = NULL;
    end(&r);
}

static void test_post_addresses(void **state)
{
    static const struct { const char *uri, *url; } rows[] = {
        { "at://did:x/app.bsky.feed.post/k",
          "https://bsky.app/profile/did:x/post/k" },
        { "at://did:x/app.bsky.feed.like/k", "" },
        { "at://app.bsky.feed.post/k", "" }, /* of nobody */
        { "at:///app.bsky.feed.post/k", "" },
        { "http://x/app.bsky.feed.post/k", "" },
        { "at://", "" }, { "", "" } };
    struct batch out;
    (void)state;
    batch_init(&out);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_true(text_is(atproto_url(&out, text_of(rows[i].uri)),
                            rows[i].url));
    batch_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_captures),
        cmocka_unit_test(test_mastodon_rounds),
        cmocka_unit_test(test_mastodon_heals),
        cmocka_unit_test(test_mastodon_turns),
        cmocka_unit_test(test_mastodon_looks_again),
        cmocka_unit_test(test_mastodon_hidden),
        cmocka_unit_test(test_bluesky_tokens),
        cmocka_unit_test(test_bluesky_deep),
        cmocka_unit_test(test_hackernews),
        cmocka_unit_test(test_appstore),
        cmocka_unit_test(test_wordpress),
        cmocka_unit_test(test_wordpress_shifts),
        cmocka_unit_test(test_feed_windows),
        cmocka_unit_test(test_feed_flaps),
        cmocka_unit_test(test_feed_language),
        cmocka_unit_test(test_feed_gone),
        cmocka_unit_test(test_feed_conditional),
        cmocka_unit_test(test_feed_of_several),
        cmocka_unit_test(test_post_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
