/* SPDX-License-Identifier: Apache-2.0 */
/* The collector that pays for what it reads, X, against invented replies in the
 * documented shape. */
#include "tests/unit/collecting.h"

enum { START = 1790000000 }; /* 2026-09-21T14:13:20Z */

/* ---- x ---------------------------------------------------------------- */

static struct {
    int newest;
    unsigned shown, most;      /* posts paid for; most in one request */
    int fail;                  /* status to fail with */
    bool same, deleted[5000];
    const char *fixed, *errors; /* ... instead of posts looked up */
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
        if (bird.errors)
            buf_clear(body);
        bird.shown += bird.errors ? 0 : shown;
        buf_puts(body, bird.errors ? bird.errors : "]}");
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
        return says(body, 200, bird.fixed);
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
    return says(body, 200, "}}");
}

static const char *posts_cap, *dollars_cap;

static int collect_bird(struct run *r)
{
    r->c.since = START;
    r->c.wait_until = 0;
    given(r, "query", "acme OR \"acme jacket\"", "posts_a_day", posts_cap,
          "dollars_a_day", dollars_cap, NULL);
    secret(r, "token_file", "the token\n");
    return round_of(r, 50);
}

static void begin_bird(struct run *r, int newest)
{
    memset(&bird, 0, sizeof(bird));
    bird.newest = newest;
    posts_cap = "10k";
    dollars_cap = "100";
    begin(r, "x", answer_bird);
    clock_fix(START + newest * 60 + 30);
}

static void test_x_posts(void **state)
{
    struct run r;
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
    bird.errors = "{\"errors\":[{\"title\":\"Internal Server Error\"}]}";
    assert_int_equal(collect_bird(&r), -1); /* that says nothing of it */
    assert_null(find(&r, "301"));
    bird.errors = "{\"errors\":[{\"resource_id\":\"301\",\"title\":"
                  "\"Not Found Error\"}]}";
    assert_int_equal(collect_bird(&r), 0);
    assert_true(find(&r, "301")->deleted);
    bird.errors = NULL;
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_x_posts),
        cmocka_unit_test(test_x_rounds),
        cmocka_unit_test(test_x_cap),
        cmocka_unit_test(test_x_config),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
