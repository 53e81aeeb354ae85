/* SPDX-License-Identifier: Apache-2.0 */
/* The collectors that need a key, against invented replies in the documented
 * shapes: Reddit, X, Threads, Trustpilot. */
#include "tests/unit/collecting.h"

enum { START = 1790000000 }; /* 2026-09-21T14:13:20Z */

/* ---- reddit ----------------------------------------------------------- */

static struct {
    int newest, token, lives;  /* requests that a token lives for */
    bool refuse, same, closed, blocked, deleted[1300], removed[1300];
    bool hidden[1300], dead;    /* listed no more; tokens never live */
    const char *fixed;         /* children of the first page */
    unsigned info;
} sub;

static int sign_in(const struct http_request *request, struct buf *body)
{
    service.logins++;
    assert_string_equal(request->basic, "an-id:a secret");
    assert_string_equal(request->body, "grant_type=client_credentials");
    if (sub.refuse && service.logins > 1) {
        buf_puts(body, "{\"message\":\"Unauthorized\",\"error\":401}");
        return 401;
    }
    sub.lives = sub.dead ? 0 : 2;
    buf_printf(body, "{\"access_token\":\"t%d\",\"token_type\":\"bearer\","
               "\"expires_in\":86400,\"scope\":\"*\"}", ++sub.token);
    return 200;
}

static void child(struct buf *body, int i)
{
    buf_printf(body, "{\"kind\":\"t3\",\"data\":{\"name\":\"t3_%d\",\"author\":"
               "\"a\",\"title\":\"t %d\",\"selftext\":\"%s\",\"permalink\":"
               "\"/r/s/%d\",\"created_utc\":%d.0,\"edited\":false}}", i, i,
               sub.removed[i] ? "[removed]" : "w", i, START + i * 60);
}

static int answer_sub(const struct http_request *request, struct buf *body)
{
    char token[20];
    int shown = 0;
    if (strstr(request->url, "/api/v1/access_token"))
        return sign_in(request, body);
    snprintf(token, sizeof(token), "t%d", sub.token);
    if (!request->bearer || strcmp(request->bearer, token) ||
        sub.lives-- == 0) {
        buf_puts(body, "{\"message\":\"Unauthorized\",\"error\":401}");
        return 401;
    }
    if (sub.blocked) {
        buf_puts(body, "<html><h1>whoa there</h1></html>");
        return 403;
    }
    assert_non_null(strstr(request->url, "raw_json=1"));
    assert_null(strstr(request->url, "before="));
    if (strstr(request->url, "/r/closed/") && sub.closed) {
        buf_puts(body, "{\"reason\":\"private\",\"error\":403}");
        return 403;
    }
    buf_puts(body, "{\"kind\":\"Listing\",\"data\":{\"children\":[");
    const char *id = strstr(request->url, "&id=");
    if (id) {
        sub.info++;
        for (; (id = strstr(id, "t3_")); id += 3)
            if (!sub.deleted[strtol(id + 3, NULL, 10)]) {
                buf_puts(body, shown++ ? "," : "");
                child(body, (int)strtol(id + 3, NULL, 10));
            }
        buf_puts(body, "]}}");
        return 200;
    }
    long after = number_after(request->url, "after=t3_", sub.newest + 1);
    if (sub.fixed)
        buf_puts(body, sub.fixed);
    for (after--; !sub.fixed && after >= 0 && shown < 100; after--)
        if (!sub.deleted[after] && !sub.hidden[after]) {
            buf_puts(body, shown++ ? "," : "");
            child(body, (int)after);
        }
    if (sub.same)
        buf_puts(body, "],\"after\":\"t3_7\"}}");
    else if (after >= 0 && sub.newest - after < 1000 && !sub.fixed)
        buf_printf(body, "],\"after\":\"t3_%ld\"}}", after + 1);
    else
        buf_puts(body, "],\"after\":null}}");
    return 200;
}

static int collect_sub_of(struct run *r, const char *first, const char *second)
{
    clock_fix(START + sub.newest * 60 + 30);
    r->c.since = START - DAY;
    ready(r);
    secret(r, "key_file", "an-id:a secret\n");
    set(r, "comments", "no");
    set(r, "subreddit", first);
    if (second)
        set(r, "subreddit", second);
    return round_of(r, 50);
}

static int collect_sub(struct run *r)
{
    return collect_sub_of(r, "s", NULL);
}

static void test_reddit_posts(void **state)
{
    struct run r;
    (void)state;
    memset(&sub, 0, sizeof(sub));
    service.answer = answer_sub;
    sub.newest = 200;
    sub.fixed =
        "{\"kind\":\"t3\",\"data\":{\"name\":\"t3_a\",\"author\":\"ann\","
        "\"author_fullname\":\"t2_x\",\"title\":\"A & <b>\",\"selftext\":"
        "\"typed &amp; so\",\"permalink\":\"/r/s/comments/a/\",\"created_utc\""
        ":1790000100.0,\"edited\":1790000200.0,\"score\":7,\"num_comments\":2,"
        "\"removed_by_category\":null}},"
        "{\"kind\":\"t1\",\"data\":{\"name\":\"t1_b\",\"author\":\"[deleted]\","
        "\"body\":\"a \\ud83d\\ude0d comment\",\"parent_id\":\"t3_a\","
        "\"created_utc\":1790000090,\"edited\":false,\"score\":-3}},"
        "{\"kind\":\"t1\",\"data\":{\"name\":\"t1_c\",\"body\":\"[removed]\","
        "\"created_utc\":\"1790000080\"}},"
        "{\"kind\":\"t3\",\"data\":{\"name\":\"t3_d\",\"title\":\"spam\","
        "\"selftext\":\"\",\"removed_by_category\":\"moderator\","
        "\"created_utc\":1790000070}},"
        "{\"kind\":\"t3\",\"data\":{\"title\":\"no name\"}}";
    begin(&r, "reddit");
    assert_int_equal(collect_sub(&r), 0);
    assert_int_equal(r.out.count, 4);
    assert_int_equal(r.c.skipped, 1);
    const struct post *p = find(&r, "t3_a");
    assert_true(text_is(p->text, "A & <b>\n\ntyped &amp; so"));
    assert_true(text_is(p->url, "https://www.reddit.com/r/s/comments/a/"));
    assert_true(text_is(p->author, "t2_x"));
    assert_false(p->html);
    assert_int_equal(p->created, 1790000100);
    assert_int_equal(p->edited, 1790000200);
    assert_int_equal(p->likes, 7);
    p = find(&r, "t1_b");
    assert_int_equal(p->kind, POST_COMMENT);
    assert_int_equal(p->author.length, 0);
    assert_int_equal(p->edited, 0);
    assert_int_equal(p->likes, 0);
    assert_true(text_is(p->reply_to, "t3_a"));
    assert_true(find(&r, "t1_c")->deleted);
    assert_int_equal(find(&r, "t1_c")->created, 1790000080);
    assert_true(find(&r, "t3_d")->deleted);
    read_all_ways(&r, collect_sub, false);
    end(&r);
}

static void test_reddit_rounds(void **state)
{
    struct run r;
    (void)state;
    memset(&sub, 0, sizeof(sub));
    service.answer = answer_sub;
    begin(&r, "reddit");
    sub.newest = 299; /* three pages, a token lives for two */
    assert_int_equal(collect_sub(&r), 0);
    assert_int_equal(r.out.count, 300);
    assert_int_equal(service.logins, 2);
    /* gone at the source, gone from the listing only, removed in place */
    sub.deleted[298] = sub.removed[297] = sub.hidden[296] = true;
    sub.removed[295] = sub.hidden[295] = true;
    assert_int_equal(collect_sub(&r), 0);
    assert_int_equal(sub.info, 1);
    assert_true(find(&r, "t3_298")->deleted);
    assert_true(find(&r, "t3_297")->deleted);
    assert_true(find(&r, "t3_295")->deleted);
    assert_null(find(&r, "t3_296"));
    assert_false(find(&r, "t3_299")->deleted);
    end(&r);
}

static void test_reddit_faults(void **state)
{
    struct run r;
    (void)state;
    memset(&sub, 0, sizeof(sub));
    service.answer = answer_sub;
    begin(&r, "reddit");
    sub.newest = 299;
    /* the same page for ever */
    sub.same = true;
    assert_int_equal(collect_sub(&r), 0);
    assert_in_range(service.requests, 1, 6);
    assert_int_equal(r.c.skipped, 1);
    sub.same = false;
    /* one subreddit is closed: the others are read, and it is told */
    sub.closed = true;
    buf_clear(&r.cursor);
    assert_int_equal(collect_sub_of(&r, "closed", "s"), -1);
    assert_int_equal(r.err.kind, ERROR_DENIED);
    assert_non_null(find(&r, "t3_299"));
    assert_non_null(strstr(buf_text(&r.cursor), "/r/s/new"));
    /* we are not welcome: nobody else is asked */
    sub.blocked = true;
    assert_int_equal(collect_sub_of(&r, "a", "b"), -1);
    assert_in_range(service.requests, 1, 4);
    sub.blocked = false;
    /* tokens are refused in mid-run and no other is given out */
    sub.refuse = true;
    service.logins = 0;
    buf_clear(&r.cursor);
    assert_int_equal(collect_sub(&r), -1);
    assert_int_equal(r.err.kind, ERROR_DENIED);
    assert_in_range(service.requests, 1, 6);
    assert_null(strstr(r.err.text, "a secret"));
    assert_true(r.out.count >= 100);
    /* deeper than a listing is: complete only as far as it went */
    sub.refuse = false;
    sub.newest = 1250;
    buf_clear(&r.cursor);
    assert_int_equal(collect_sub(&r), 0);
    assert_int_equal(r.out.count, 1000);
    assert_int_equal(r.c.complete_from, START + 251 * 60);
    /* tokens that never live: one more is asked for, and that is it */
    sub.refuse = false;
    sub.dead = true;
    assert_int_equal(collect_sub(&r), -1);
    assert_int_equal(service.requests, 4);
    end(&r);
}

/* ---- x ---------------------------------------------------------------- */

static struct {
    int newest;
    unsigned shown, most;      /* posts paid for; most in one request */
    int fail;                  /* status to fail with */
    bool same, deleted[5000];
    const char *fixed;
    int64_t begin;             /* earliest start_time asked for */
} bird;

static int answer_bird(const struct http_request *request, struct buf *body)
{
    char when[CLOCK_TEXT];
    int64_t start = 0;
    unsigned shown = 0;
    assert_string_equal(request->bearer, "the token");
    if (bird.fail)
        return bird.fail;
    const char *ids = strstr(request->url, "/2/tweets?ids="),
               *from = strstr(request->url, "start_time=");
    buf_puts(body, "{\"data\":[");
    for (ids = ids ? ids + 14 : NULL; ids; ids = strstr(ids, "%2C")) {
        ids += strncmp(ids, "%2C", 3) ? 0 : 3;
        long id = strtol(ids, NULL, 10);
        if (!bird.deleted[id])
            buf_printf(body, "%s{\"id\":\"%ld\",\"text\":\"t\"}",
                       shown++ ? "," : "", id);
    }
    if (!from) {
        bird.shown += shown;
        buf_puts(body, "]}");
        return 200;
    }
    assert_non_null(strstr(request->url, "%20-is%3Aretweet"));
    snprintf(when, sizeof(when), "%.13s:%.2s:%.2sZ", from + 11, from + 27,
             from + 32);
    assert_int_equal(clock_parse(when, strlen(when), &start), 0);
    assert_true(start >= clock_now() - 7 * DAY);
    long at = number_after(request->url, "next_token=n", bird.newest),
         most = number_after(request->url, "max_results=", 0);
    assert_in_range(most, 10, 100);
    if (bird.fixed) {
        buf_clear(body);
        buf_puts(body, bird.fixed);
        return 200;
    }
    for (; at >= 0 && START + at * 60 >= start && shown < most; at--)
        if (!bird.deleted[at])
            buf_printf(body, "%s{\"id\":\"%ld\",\"edit_history_tweet_ids\":"
                       "[\"%ld\"],\"text\":\"t %ld\",\"author_id\":\"1\","
                       "\"created_at\":\"%.19s.000Z\"}", shown++ ? "," : "",
                       at, at, at, clock_format(START + at * 60, when));
    bird.shown += shown;
    bird.most = shown > bird.most ? shown : bird.most;
    if (!shown) { /* data is absent then */
        buf_clear(body);
        buf_putc(body, '{');
    } else {
        buf_puts(body, "],");
    }
    buf_printf(body, "\"meta\":{\"result_count\":%u", shown);
    if (bird.same)
        buf_puts(body, ",\"next_token\":\"n50\"");
    else if (at >= 0 && START + at * 60 >= start)
        buf_printf(body, ",\"next_token\":\"n%ld\"", at);
    buf_puts(body, "}}");
    return 200;
}

static const char *posts_cap, *dollars_cap;

static int collect_bird(struct run *r)
{
    r->c.since = START;
    r->c.wait_until = 0;
    ready(r);
    secret(r, "token_file", "the token\n");
    set(r, "query", "acme OR \"acme jacket\"");
    set(r, "posts_a_day", posts_cap);
    set(r, "dollars_a_day", dollars_cap);
    return round_of(r, 50);
}

static void begin_bird(struct run *r, int newest)
{
    memset(&bird, 0, sizeof(bird));
    service.answer = answer_bird;
    bird.newest = newest;
    posts_cap = "10k";
    dollars_cap = "100";
    begin(r, "x");
    clock_fix(START + newest * 60 + 30);
}

static void test_x_posts(void **state)
{
    struct run r;
    (void)state;
    begin_bird(&r, 200);
    bird.fixed =
        "{\"data\":[{\"id\":\"9007199254740993\",\"text\":\"cut\\u2026\","
        "\"note_tweet\":{\"text\":\"A &amp; B &lt;3 &amp;amp; so on\"},"
        "\"author_id\":\"12\",\"created_at\":\"2026-09-21T15:00:00.000Z\","
        "\"lang\":\"en\",\"edit_history_tweet_ids\":[\"9007199254740991\","
        "\"9007199254740993\"],\"public_metrics\":{\"retweet_count\":1,"
        "\"reply_count\":2,\"like_count\":3}},"
        "{\"id\":\"9007199254740991\",\"text\":\"before the edit\","
        "\"created_at\":\"2026-09-21T14:50:00.000Z\",\"edit_history_tweet_ids"
        "\":[\"9007199254740991\",\"9007199254740993\"]},"
        "{\"id\":\"30\",\"text\":\"RT @a: cut\\u2026\",\"created_at\":"
        "\"2026-09-21T14:40:00Z\",\"referenced_tweets\":[{\"type\":"
        "\"retweeted\",\"id\":\"29\"}]},"
        "{\"id\":\"31\",\"text\":\"yes\",\"created_at\":\"2026-09-21T14:30:00Z"
        "\",\"referenced_tweets\":[{\"type\":\"quoted\",\"id\":\"27\"},"
        "{\"type\":\"replied_to\",\"id\":\"28\"}]},"
        "{\"text\":\"no id\"}],\"meta\":{\"result_count\":5}}";
    assert_int_equal(collect_bird(&r), 0);
    assert_int_equal(r.out.count, 3);
    assert_int_equal(r.c.skipped, 1);
    const struct post *p = find(&r, "9007199254740991");
    assert_true(text_is(p->text, "A & B <3 &amp; so on"));
    assert_true(text_is(p->url, "https://x.com/i/status/9007199254740993"));
    assert_true(p->edited > 0);
    assert_int_equal(p->likes * 100 + p->replies * 10 + p->reposts, 321);
    p = find(&r, "30");
    assert_int_equal(p->kind, POST_REPOST);
    assert_int_equal(p->text.length, 0);
    assert_true(text_is(p->reply_to, "29"));
    p = find(&r, "31");
    assert_int_equal(p->kind, POST_REPLY);
    assert_true(text_is(p->reply_to, "28"));
    assert_int_equal(p->edited, 0);
    read_all_ways(&r, collect_bird, true);
    end(&r);
}

static void test_x_rounds(void **state)
{
    struct run r;
    (void)state;
    begin_bird(&r, 249);
    assert_int_equal(collect_bird(&r), 0);
    assert_int_equal(r.out.count, 250);
    assert_int_equal(service.requests, 3);
    /* nothing new, data absent: one request, the cursor stays of use */
    bird.newest = 255;
    clock_fix(START + 260 * 60);
    assert_int_equal(collect_bird(&r), 0);
    assert_int_equal(r.out.count, 255 - 247);
    clock_fix(START + 300 * 60);
    bird.shown = 0;
    assert_int_equal(collect_bird(&r), 0);
    assert_int_equal(r.out.count, 0);
    assert_int_equal(service.requests, 1);
    bird.newest = 301;
    clock_fix(START + 301 * 60 + 1);
    assert_int_equal(collect_bird(&r), 0);
    assert_int_equal(r.out.count, 4);
    /* deleted within the overlap: asked for by its id, and gone */
    bird.deleted[301] = true;
    bird.newest = 302;
    clock_fix(START + 302 * 60 + 1);
    assert_int_equal(collect_bird(&r), 0);
    assert_true(find(&r, "301")->deleted);
    assert_null(find(&r, "299"));
    /* the same token for ever */
    bird.same = true;
    buf_clear(&r.cursor);
    assert_int_equal(collect_bird(&r), 0);
    assert_int_equal(service.requests, 2);
    end(&r);
}

/* Rounds of a whole day never buy more than the cap. */
static void spend_day(struct run *r, unsigned most)
{
    int64_t day = clock_now() / DAY;
    bird.shown = 0;
    for (int64_t now = clock_now(); now / DAY == day; now += 20 * MINUTE) {
        clock_fix(now);
        bird.newest = (int)((now - START) / 60);
        if (collect_bird(r) == 0)
            continue;
        assert_int_equal(r->err.kind, ERROR_RETRY);
        assert_non_null(strstr(r->err.text, "the day's cap is used up"));
        assert_true(r->c.wait_until == (day + 1) * DAY);
    }
    assert_in_range(bird.shown, most - 9, most);
    assert_int_equal(service.requests, 0);
}

static void test_x_cap(void **state)
{
    struct run r;
    (void)state;
    begin_bird(&r, 300);
    posts_cap = "105"; /* five are left after a page: none is sold so few */
    spend_day(&r, 105);
    /* a new day: the newest first, not what was left yesterday */
    int64_t next = (START / DAY + 1) * DAY;
    clock_fix(next + 15 * MINUTE);
    bird.newest = (int)((next - START) / 60 + 15);
    bird.shown = 0;
    posts_cap = "45";
    assert_int_equal(collect_bird(&r), -1);
    assert_int_equal(bird.shown, 45);
    assert_true(r.out.posts[0].created > next);
    /* dollars: $0.30 at half a cent are 60 posts */
    clock_fix(next + DAY);
    posts_cap = "10k";
    dollars_cap = "0.30";
    spend_day(&r, 60);
    /* a page that broke off may have been paid for; a refused one was not */
    clock_fix(next + 3 * DAY);
    posts_cap = "100";
    dollars_cap = "100";
    bird.fail = 503;
    assert_int_equal(collect_bird(&r), -1);
    bird.fail = 0;
    service.cut = 700;
    assert_int_equal(collect_bird(&r), -1);
    assert_null(strstr(r.err.text, "cap"));
    service.cut = SIZE_MAX;
    assert_int_equal(collect_bird(&r), -1);
    assert_non_null(strstr(r.err.text, "100 of 100 posts, $0.50"));
    assert_int_equal(service.requests, 0);
    /* what the cap left unread is never called complete */
    clock_fix(next + 4 * DAY);
    posts_cap = "10k";
    assert_int_equal(collect_bird(&r), 0);
    assert_in_range(r.c.complete_from, next + DAY, next + 4 * DAY);
    end(&r);
}

static void test_x_config(void **state)
{
    struct run r;
    (void)state;
    begin_bird(&r, 10);
    posts_cap = "9";
    assert_int_equal(collect_bird(&r), -1);
    assert_int_equal(r.err.kind, ERROR_CONFIG);
    posts_cap = "400";
    dollars_cap = "0.04";
    assert_int_equal(collect_bird(&r), -1);
    assert_int_equal(r.err.kind, ERROR_CONFIG);
    assert_int_equal(service.requests, 0);
    end(&r);
}

/* ---- threads ---------------------------------------------------------- */

static struct {
    int newest, status;
    const char *error;         /* its body */
    bool same, refuse;         /* to renew a token */
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
         at = number_after(request->url, "after=", loop.newest);
    int shown = 0;
    assert_true(strncmp(request->bearer, "the token", 9) == 0);
    assert_null(strstr(request->url, "the"));
    snprintf(loop.bearer, sizeof(loop.bearer), "%s", request->bearer);
    if (strstr(request->url, "/refresh_access_token?grant_type=th_"))
        return renew_loop(request, body);
    if (loop.issued && clock_now() - loop.issued > 60 * DAY) {
        buf_puts(body, "{\"error\":{\"code\":190}}");
        return 400;
    }
    if (loop.status) {
        buf_puts(body, loop.error);
        return loop.status;
    }
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
    ready(r);
    secret(r, "token_file", loop.file ? loop.file : "the token\n");
    set(r, "query", "acme");
    return round_of(r, 50);
}

static void test_threads(void **state)
{
    struct run r;
    (void)state;
    memset(&loop, 0, sizeof(loop));
    service.answer = answer_loop;
    begin(&r, "threads");
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
    char folder[] = "/tmp/swell-test-XXXXXX", session[300];
    struct stat st;
    (void)state;
    assert_non_null(mkdtemp(folder));
    memset(&loop, 0, sizeof(loop));
    service.answer = answer_loop;
    begin(&r, "threads");
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
    snprintf(session, sizeof(session), "%s/test.session", folder);
    assert_int_equal(stat(session, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    unlink(session);
    rmdir(folder);
    end(&r);
}

/* ---- trustpilot ------------------------------------------------------- */

static struct {
    int newest;
    bool removed[400], reported[400], unknown, same;
    unsigned lookups;
} stars;

static int answer_stars(const struct http_request *request, struct buf *body)
{
    char when[CLOCK_TEXT];
    long page = number_after(request->url, "&page=", 1), one;
    int shown = 0;
    assert_null(strstr(request->url, "the-key"));
    assert_string_equal(service.sent, "apikey: the-key");
    if (strstr(request->url, "/find?name=")) {
        assert_non_null(strstr(request->url, "name=shop.example"));
        buf_puts(body, stars.unknown ? "{}" : "{\"id\":\"u1\",\"name\":{}}");
        return stars.unknown ? 404 : 200;
    }
    if ((one = number_after(request->url, "/v1/reviews/", -1)) >= 0) {
        stars.lookups++;
        buf_printf(body, "{\"id\":\"%ld\",\"status\":\"active\"}", one);
        return stars.removed[one] ? 404 : 200;
    }
    assert_non_null(strstr(request->url, "/v1/business-units/u1/reviews?"));
    buf_puts(body, "{\"reviews\":[");
    long skip = stars.same ? 0 : (page - 1) * 100;
    for (int i = stars.newest; i >= 0 && shown < 100; i--) {
        if (stars.removed[i] || skip-- > 0)
            continue;
        buf_printf(body, "%s{\"id\":\"%d\",\"stars\":%d,\"title\":\"T & %d\","
                   "\"text\":\"w &lt; <\",\"language\":\"en\",\"createdAt\":"
                   "\"%s\",\"updatedAt\":null,\"consumer\":{\"id\":\"c\","
                   "\"displayName\":\"N\"},\"companyReply\":null,\"status\":"
                   "\"%s\",\"numberOfLikes\":1}", shown++ ? "," : "", i,
                   i % 5 + 1, i, clock_format(START + i * HOUR, when),
                   stars.reported[i] ? "reported" : "active");
    }
    buf_puts(body, "],\"links\":[]}");
    return 200;
}

static int collect_stars(struct run *r)
{
    r->c.since = START;
    ready(r);
    secret(r, "key_file", "the-key\n");
    set(r, "shop", "shop.example");
    return round_of(r, 50);
}

static void test_trustpilot(void **state)
{
    struct run r;
    (void)state;
    memset(&stars, 0, sizeof(stars));
    service.answer = answer_stars;
    begin(&r, "trustpilot");
    stars.newest = 249;
    stars.reported[3] = true;
    clock_fix(START + 249 * HOUR + 60);
    assert_int_equal(collect_stars(&r), 0);
    assert_int_equal(r.out.count, 250);
    assert_int_equal(service.requests, 5); /* found, 100, 100, 50, none */
    const struct post *p = find(&r, "8");
    assert_true(text_is(p->text, "T & 8\nw &lt; <"));
    assert_int_equal(p->rating, 4);
    assert_int_equal(p->kind, POST_REVIEW);
    assert_true(text_is(p->url, "https://www.trustpilot.com/reviews/8"));
    assert_true(find(&r, "3")->deleted);
    /* a day again, one is removed and one is new */
    stars.removed[245] = true;
    stars.newest = 250;
    clock_fix(START + 250 * HOUR + 60);
    assert_int_equal(collect_stars(&r), 0);
    assert_int_equal(service.requests, 3);
    assert_true(find(&r, "245")->deleted);
    assert_int_equal(stars.lookups, 1);
    /* a week later: a month again */
    clock_fix(START + 250 * HOUR + 8 * DAY);
    assert_int_equal(collect_stars(&r), 0);
    assert_int_equal(r.out.count, 250);
    stars.same = true;
    buf_clear(&r.cursor);
    assert_int_equal(collect_stars(&r), 0);
    assert_int_equal(service.requests, 3);
    stars.same = false;
    stars.newest = 20;
    read_all_ways(&r, collect_stars, false);
    stars.unknown = true;
    assert_int_equal(collect_stars(&r), -1);
    assert_non_null(strstr(r.err.text, "shop shop.example: "));
    assert_null(strstr(r.err.text, "the-key"));
    end(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reddit_posts),
        cmocka_unit_test(test_reddit_rounds),
        cmocka_unit_test(test_reddit_faults),
        cmocka_unit_test(test_x_posts),
        cmocka_unit_test(test_x_rounds),
        cmocka_unit_test(test_x_cap),
        cmocka_unit_test(test_x_config),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_threads_year),
        cmocka_unit_test(test_trustpilot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
