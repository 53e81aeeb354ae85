/* SPDX-License-Identifier: Apache-2.0 */
/* The collectors that search Bluesky, Hacker News and Threads, against services
 * that are a function (collecting.h). */
#include "tests/unit/collecting.h"

#include "base/atproto.h"

enum { START = 1790000000 }; /* 2026-09-21T14:13:20Z */

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
        if (sky.refuse_login)
            return says(body, 401, "{\"error\":\"AuthenticationRequired\"}");
        sky.token++;
        sky.dies_after = 2;
    } else if (strstr(request->url, "refreshSession")) {
        sky.refreshes++;
        if (sky.refuse_refresh)
            return says(body, 400, "{\"error\":\"ExpiredToken\"}");
        sky.token++;
        sky.dies_after = 2;
    } else {
        snprintf(token, sizeof(token), "access%d", sky.token);
        if (!request->bearer || strcmp(request->bearer, token) != 0 ||
            sky.dies_after-- == 0)
            return says(body, 400,
                        "{\"error\":\"ExpiredToken\",\"message\":\"Token has ex"
                        "pired\"}");
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
    clock_fix(1790001000);
    r->c.folder = folder;
    given(r, "query", "acme", "identifier", "us.example", NULL);
    secret(r, "password_file", "pass word\n");
    return round_of(r, 100);
}

/* What a source keeps for its next round is nobody else's to read. */
static void check_session(const char *folder)
{
    char path[SCRATCH_ROOM + 20];
    struct stat st;
    snprintf(path, sizeof(path), "%s/test.session", folder);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void test_bluesky_tokens(void **state)
{
    struct run r;
    char folder[SCRATCH_ROOM];
    scratch_make(folder);
    memset(&sky, 0, sizeof(sky));
    sky.posts = 75;
    begin(&r, "bluesky", answer_sky);
    /* tokens die after two pages: refreshed in the middle */
    assert_int_equal(collect_sky(&r, folder), 0);
    assert_int_equal(r.out.count, 75);
    assert_int_equal(service.logins, 1);
    assert_int_equal(sky.refreshes, 3);
    assert_true(r.out.posts[0].indexed == 1790000075);
    assert_true(r.out.posts[0].created > 1900000000); /* ingest.c judges */
    check_session(folder);
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
    scratch_remove(folder);
}

enum { SHOWN = 6000, WRITTEN = 7000 }; /* the real: 10,000 */

/* Past so many posts there is no cursor; "until" goes on below. */
static int answer_deep(const struct http_request *request, struct buf *body)
{
    const char *cursor = strstr(request->url, "&cursor="),
               *until = strstr(request->url, "&until=");
    char when[CLOCK_TEXT];
    int64_t most = WRITTEN;
    if (strstr(request->url, "createSession"))
        return says(body, 200, "{\"accessJwt\":\"a\",\"refreshJwt\":\"r\"}");
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
    begin(&r, "bluesky", answer_deep);
    clock_fix(1790000000 + WRITTEN);
    for (int round = 0; round < 2; round++) { /* it may end in the middle */
        r.c.since = 1790000000;
        given(&r, "query", "acme", "identifier", "a.example", NULL);
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
    batch_init(&out);
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_true(text_is(atproto_url(&out, text_of(rows[i].uri)),
                            rows[i].url));
    batch_release(&out);
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
    memset(dead_hit, 0, sizeof(dead_hit));
    begin(&r, "hackernews", answer_hits);
    for (int round = 0; round < 3; round++) {
        few_hits = round == 2;
        if (few_hits) {
            memset(got, 0, sizeof(got));
            buf_clear(&r.cursor);
        }
        clock_fix(1790000100 + round * 100000);
        r.c.since = 1789000000;
        given(&r, "query", "acme", "page_size", "10", NULL);
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

/* ---- threads ---------------------------------------------------------- */

static struct {
    int newest, status;
    const char *error;         /* its body */
    bool same, none, refuse;   /* one page for ever, empty ones, no renewal */
    int64_t issued;            /* the present token; 0: tokens live for ever */
    unsigned renewals, refusals;
    const char *file;          /* the token in the file, if another */
    char bearer[40];           /* the last one that came */
} loop;

static int renew_loop(const struct http_request *request, struct buf *body)
{
    char token[40];
    snprintf(token, sizeof(token), "the token %u", loop.renewals);
    assert_string_equal(request->bearer, loop.renewals ? token : "the token");
    loop.refusals += loop.refuse;
    if (loop.refuse || clock_now() - loop.issued < DAY)
        return 400;
    loop.issued = clock_now();
    buf_printf(body, "{\"access_token\":\"the token %u\",\"token_type\":"
               "\"bearer\",\"expires_in\":5184000}", ++loop.renewals);
    return 200;
}

static int answer_loop(const struct http_request *request, struct buf *body)
{
    long since = number_after(request->url, "since=", 0),
         at = loop.none ? -1 : number_after(request->url, "after=",
                                            loop.newest);
    int shown = 0;
    assert_true(strncmp(request->bearer, "the token", 9) == 0);
    assert_null(strstr(request->url, "the"));
    snprintf(loop.bearer, sizeof(loop.bearer), "%s", request->bearer);
    if (strstr(request->url, "/refresh_access_token?grant_type=th_"))
        return renew_loop(request, body);
    if (loop.issued && clock_now() - loop.issued > 60 * DAY)
        return says(body, 400, "{\"error\":{\"code\":190}}");
    if (loop.status)
        return says(body, loop.status, loop.error);
    buf_puts(body, "{\"data\":[");
    for (; at >= 0 && START + at * 60 >= since && shown < 100; at--) {
        char when[CLOCK_TEXT];
        buf_printf(body, "%s{\"id\":\"1%03ld\",\"media_type\":\"TEXT_POST\",%s"
                   "\"permalink\":\"https://t.example/%ld\",\"timestamp\":"
                   "\"%.19s+0000\",\"username\":\"u\",\"has_replies\":false,"
                   "\"is_quote_post\":%s,\"is_reply\":%s}", shown++ ? "," : "",
                   at, at % 3 ? "\"text\":\"A &amp; <b>\"," : "", at,
                   clock_format(START + at * 60, when),
                   at == 2 ? "true" : "false", at == 1 ? "true" : "false");
    }
    buf_puts(body, "],\"paging\":{\"cursors\":{\"before\":\"x\",\"after\":");
    if (loop.same)
        buf_puts(body, "\"9\"},\"next\":\"https://t.example/?secret\"}}");
    else if (at >= 0 && START + at * 60 >= since)
        buf_printf(body, "\"%ld\"},\"next\":\"https://t.example/?s\"}}", at);
    else
        buf_puts(body, "\"last\"}}}");
    return 200;
}

static int collect_loop(struct run *r)
{
    clock_fix(START + loop.newest * 60 + 30);
    r->c.since = START;
    r->c.wait_until = 0;
    given(r, "query", "acme", NULL);
    secret(r, "token_file", loop.file ? loop.file : "the token\n");
    return round_of(r, 50);
}

static void test_threads(void **state)
{
    struct run r;
    memset(&loop, 0, sizeof(loop));
    begin(&r, "threads", answer_loop);
    loop.newest = 299;
    assert_int_equal(collect_loop(&r), 0);
    assert_int_equal(r.out.count, 300);
    assert_int_equal(service.requests, 3);
    assert_true(text_is(find(&r, "1001")->text, "A &amp; <b>"));
    assert_false(find(&r, "1001")->html);
    assert_int_equal(find(&r, "1001")->kind, POST_REPLY);
    assert_int_equal(find(&r, "1001")->created, START + 60);
    assert_int_equal(find(&r, "1002")->kind, POST_QUOTE);
    assert_int_equal(find(&r, "1003")->text.length, 0);
    /* one more: only the overlap is asked for */
    loop.newest = 300;
    assert_int_equal(collect_loop(&r), 0);
    assert_in_range(r.out.count, 100, 122);
    loop.same = true;
    buf_clear(&r.cursor);
    assert_int_equal(collect_loop(&r), 0);
    assert_int_equal(service.requests, 2);
    assert_int_equal(r.c.skipped, 1);
    loop.same = false;
    /* throttled in Meta's way: HTTP 400 or 403, a code, no word of when */
    loop.status = 400;
    loop.error = "{\"error\":{\"message\":\"Calls to this api have exceeded the"
                 " rate limit.\",\"type\":\"OAuthException\",\"code\":613}}";
    struct buf kept = BUF_INIT(0);
    buf_puts(&kept, buf_text(&r.cursor));
    assert_int_equal(collect_loop(&r), -1);
    assert_int_equal(r.err.kind, ERROR_RETRY);
    assert_int_equal(service.requests, 1);
    assert_true(collection_wait(&r.c) == clock_now() + HOUR);
    assert_string_equal(buf_text(&r.cursor), buf_text(&kept));
    loop.error = "{\"error\":{\"message\":\"Error validating access token\","
                 "\"type\":\"OAuthException\",\"code\":190}}";
    assert_int_equal(collect_loop(&r), -1);
    assert_int_equal(r.err.kind, ERROR_DENIED);
    assert_int_equal(collection_wait(&r.c), 0);
    loop.error = "<html>who are you?</html>";
    assert_int_equal(collect_loop(&r), -1);
    loop.status = 0;
    loop.newest = 20;
    buf_clear(&r.cursor);
    read_all_ways(&r, collect_loop, false);
    buf_release(&kept);
    end(&r);
}

/* A year alone: tokens of 60 days are renewed, some days without success, and
 * then asked for once a day, also after a month without a round; a new one in
 * the file counts. */
static void test_threads_year(void **state)
{
    struct run r;
    char folder[SCRATCH_ROOM];
    scratch_make(folder);
    memset(&loop, 0, sizeof(loop));
    begin(&r, "threads", answer_loop);
    r.c.folder = folder;
    loop.issued = START;
    for (int day = 0; day < 365; day++) {
        loop.newest = day * 24 * 60;
        loop.refuse = day > 100 && day < 130;
        assert_int_equal(collect_loop(&r), 0);
        assert_int_equal(r.c.skipped, loop.refuse && day >= 105);
    }
    assert_in_range(loop.renewals, 40, 52);
    loop.newest += 30 * 24 * 60;
    loop.refuse = true;
    loop.refusals = 0;
    assert_int_equal(collect_loop(&r), 1); /* much is waiting */
    assert_int_equal(collect_loop(&r), 1);
    assert_int_equal(loop.refusals, 1);
    loop.file = "the token anew\n";
    assert_int_equal(collect_loop(&r), 1);
    assert_string_equal(loop.bearer, "the token anew");
    check_session(folder);
    /* not renewed, nor can that be kept; that nobody wrote is no fault */
    struct buf fresh = BUF_INIT(0);
    buf_printf(&fresh, "%s/test.session.%ld", folder, (long)getpid());
    loop.none = true;
    loop.file = NULL;
    loop.renewals = 0;
    assert_int_equal(collect_loop(&r), 0);
    assert_int_equal(mkdir(buf_text(&fresh), 0700), 0);
    loop.newest += 8 * 24 * 60;
    assert_int_equal(collect_loop(&r), 0);
    assert_int_equal(r.c.skipped, 1);
    buf_release(&fresh);
    scratch_remove(folder);
    end(&r);
}

static int answer_none(const struct http_request *request, struct buf *body)
{
    return says(body, 200, "{\"hits\":[],\"nbHits\":0}");
}

/* A search of any length and with any character is a listing of its own, in
 * the next round, too. */
static void test_odd_searches(void **state)
{
    struct run r;
    char words[701];
    memset(words, 'a', 700);
    words[700] = '\0';
    begin(&r, "hackernews", answer_none);
    for (int round = 0; round < 2; round++) {
        clock_fix(START + round * 600);
        given(&r, "query", words, "query", "tea\tcoat", "query", "acme", NULL);
        assert_int_equal(round_of(&r, 10), 0);
        assert_int_equal(service.requests, 3);
        assert_non_null(strstr(buf_text(&r.cursor), "aaa\t1790000"));
        assert_non_null(strstr(buf_text(&r.cursor), "\ttea coat\t1790000"));
    }
    end(&r);
}

/* More listings than a round may read: the next one goes on with those that
 * were not, and is complete when each was. */
static void test_many_searches(void **state)
{
    struct run r;
    char word[20], line[40];
    begin(&r, "hackernews", answer_none);
    for (int round = 0; round < 4; round++) {
        clock_fix(START + round * 600);
        given(&r, NULL);
        for (int i = 0; i < 30; i++) {
            snprintf(word, sizeof(word), "word%d", i);
            set(&r, "query", word);
        }
        r.c.more = round > 0;
        assert_int_equal(round_of(&r, 13), round != 2);
        assert_int_equal(service.requests, round == 2 ? 4 : 13); /* and anew */
    }
    for (int i = 0; i < 30; i++) {
        snprintf(line, sizeof(line), "list\tword%d\t1790", i);
        if (!strstr(buf_text(&r.cursor), line))
            fail_msg("word%d was never asked for", i);
    }
    end(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bluesky_tokens),
        cmocka_unit_test(test_bluesky_deep),
        cmocka_unit_test(test_post_addresses),
        cmocka_unit_test(test_hackernews),
        cmocka_unit_test(test_odd_searches),
        cmocka_unit_test(test_many_searches),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_threads_year),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
