/* SPDX-License-Identifier: Apache-2.0 */
/* The collectors of talk under videos and in forums, YouTube and Discourse,
 * and whom a reply on Mastodon answers; invented replies in their documented
 * shapes. */
#include "tests/unit/collecting.h"

enum { START = 1790000000 }; /* 2026-09-21T14:13:20Z */

/* ---- youtube ---------------------------------------------------------- */

static struct {
    int newest, lookups, completed;
    bool removed[400], same, endless;
    const char *reason;       /* of a 403 for the video "shut" */
} tube;

static void comment(struct buf *body, const char *id, int n, const char *more)
{
    char when[CLOCK_TEXT], edited[CLOCK_TEXT];
    int64_t at = START + (int64_t)n * 60;
    buf_printf(body, "{\"id\":\"%s\",\"snippet\":{\"textDisplay\":\"acme %s "
               "& \\ud83e\\udde5\",\"authorDisplayName\":\"@someone\","
               "\"authorChannelId\":{\"value\":\"UC%d\"},\"likeCount\":%d,"
               "\"publishedAt\":\"%s\",\"updatedAt\":\"%s\"%s}}", id, id, n, n,
               clock_format(at, when),
               clock_format(n == 7 ? at + 30 : at, edited), more);
}

/* Every fourth thread has six or seven, others three; five are shown with it. */
static int replies_of(int n)
{
    return n % 4 == 2 ? 3 : n % 4 ? 0 : n % 8 ? 6 : 7;
}

static void thread(struct buf *body, int n)
{
    char id[40];
    int replies = replies_of(n);
    snprintf(id, sizeof(id), "t%d", n);
    buf_printf(body, "{\"id\":\"t%d\",\"snippet\":{\"videoId\":\"v%d\","
               "\"totalReplyCount\":%d,\"topLevelComment\":", n, n % 2,
               replies);
    comment(body, id, n, "");
    buf_puts(body, "}");
    for (int i = 0; i < replies && i < 5; i++) {
        snprintf(id, sizeof(id), "t%d.%d", n, i);
        buf_puts(body, i ? "," : ",\"replies\":{\"comments\":[");
        comment(body, id, n + 1, "");
    }
    buf_puts(body, replies ? "]}}" : "}");
}

static int answer_tube(const struct http_request *request, struct buf *body)
{
    const char *url = request->url;
    long page = number_after(url, "&pageToken=p", 0), of;
    char id[40];
    int shown = 0;
    assert_null(strstr(url, "the-key"));
    assert_string_equal(service.sent, "X-Goog-Api-Key: the-key");
    if (tube.reason && strstr(url, "videoId=shut")) {
        buf_printf(body, "{\"error\":{\"code\":403,\"errors\":[{\"reason\":"
                   "\"%s\"}]}}", tube.reason);
        return 403;
    }
    buf_puts(body, "{\"items\":[");
    if ((of = number_after(url, "parentId=t", -1)) >= 0) {
        tube.completed++;
        for (int i = (int)page * 4; i < replies_of((int)of) &&
                                    i < (page + 1) * 4; i++) {
            snprintf(id, sizeof(id), "t%ld.%d", of, i);
            buf_puts(body, shown++ ? "," : "");
            comment(body, id, (int)of + 1, "");
        }
        if (tube.endless || !page)
            buf_printf(body, "],\"nextPageToken\":\"p%ld\"}", page + 1);
        else
            buf_puts(body, "]}");
        return 200;
    }
    if ((of = number_after(url, "part=id&id=t", -1)) >= 0) {
        tube.lookups++;
        if (tube.removed[of]) {
            buf_clear(body);
            buf_puts(body, "{\"error\":{\"code\":404,\"errors\":[{\"reason\":"
                     "\"commentNotFound\"}]}}");
            return 404;
        }
        buf_printf(body, "{\"id\":\"t%ld\"}]}", of);
        return 200;
    }
    assert_non_null(strstr(url, "order=time"));
    long skip = tube.same ? 0 : page * 20;
    for (int n = tube.newest; n >= 0 && shown < 20; n--)
        if (!tube.removed[n] && skip-- <= 0) {
            buf_puts(body, shown++ ? "," : "");
            thread(body, n);
        }
    if (shown == 20)
        buf_printf(body, "],\"nextPageToken\":\"p%ld\"}", page + 1);
    else
        buf_puts(body, "]}");
    return 200;
}

static int collect_tube(struct run *r)
{
    r->c.since = START;
    given(r, "channel", "UCacme", "overlap", "10m", NULL);
    secret(r, "key_file", "the-key\n");
    return round_of(r, 200);
}

static void test_youtube(void **state)
{
    struct run r;
    memset(&tube, 0, sizeof(tube));
    begin(&r, "youtube", answer_tube);
    tube.newest = 49;
    clock_fix(START + 49 * 60 + 5);
    assert_int_equal(collect_tube(&r), 0);
    unsigned found = 0;
    for (int n = 0; n < 50; n++)
        for (int i = -1; i < replies_of(n); i++) {
            char id[40];
            snprintf(id, sizeof(id), i < 0 ? "t%d" : "t%d.%d", n, i);
            const struct post *p = find(&r, id);
            if (!p)
                fail_msg("%s is missing", id);
            assert_true(i < 0 ? !p->reply_to.length
                              : p->reply_to.length >= 2);
            found++;
        }
    assert_int_equal(found, 50 + 7 * 7 + 6 * 6 + 12 * 3);
    assert_int_equal(tube.completed, 13 * 2);
    const struct post *p = find(&r, "t7");
    assert_true(text_is(p->text, "acme t7 & \xf0\x9f\xa7\xa5"));
    assert_true(text_is(p->url, "https://www.youtube.com/watch?v=v1&lc=t7"));
    assert_true(text_is(p->author, "UC7"));
    assert_int_equal(p->edited, p->created + 30);
    assert_int_equal(p->kind, POST_COMMENT);
    assert_true(text_is(find(&r, "t8.6")->reply_to, "t8"));
    assert_true(text_is(find(&r, "t8.6")->url,
                        "https://www.youtube.com/watch?v=v0&lc=t8.6"));
    /* again: one is removed, one is new, one page is enough */
    tube.removed[47] = true;
    tube.newest = 50;
    clock_fix(START + 50 * 60 + 5);
    assert_int_equal(collect_tube(&r), 0);
    assert_true(find(&r, "t47")->deleted);
    assert_non_null(find(&r, "t50"));
    assert_int_equal(tube.lookups, 1);
    assert_in_range(service.requests, 2, 2 + 5 * 2);
    tube.same = true;
    buf_clear(&r.cursor);
    assert_int_equal(collect_tube(&r), 0);
    assert_in_range(service.requests, 2, 3 + 3 * 5 * 2);
    tube.same = false;
    tube.newest = 1; /* replies that have a next page for ever */
    tube.endless = true;
    buf_clear(&r.cursor);
    assert_int_equal(collect_tube(&r), 0);
    assert_int_equal(service.requests, 1 + 50);
    assert_string_equal(r.c.skipped_why, "t0: more than 50 pages of replies");
    assert_non_null(find(&r, "t0.6"));
    tube.endless = false;
    tube.newest = 4; /* the first is one with more replies than it shows */
    read_all_ways(&r, collect_tube, true);
    end(&r);
}

static void test_youtube_refusals(void **state)
{
    static const struct { const char *reason; int rc; int64_t wait; } rows[] = {
        { "commentsDisabled", 0, 0 }, { "videoNotFound", 0, 0 },
        { "quotaExceeded", -1, 1790060400 },  /* midnight in California */
        { "rateLimitExceeded", -1, START + 300 }, { "forbidden", -1, 0 } };
    struct run r;
    memset(&tube, 0, sizeof(tube));
    for (size_t i = 0; i < COUNT(rows); i++) {
        begin(&r, "youtube", answer_tube);
        clock_fix(START);
        tube.reason = rows[i].reason;
        r.c.since = START;
        given(&r, "video", "shut", "video", "open", NULL);
        secret(&r, "key_file", "the-key\n");
        assert_int_equal(round_of(&r, 10), rows[i].rc);
        assert_int_equal(r.c.wait_until, rows[i].wait);
        assert_int_equal(r.out.count, rows[i].rc ? 0 : 13);
        assert_int_equal(r.c.skipped, rows[i].rc ? 0 : 1);
        end(&r);
    }
    /* our own budget holds across rounds, and ends with their day */
    tube.reason = NULL;
    begin(&r, "youtube", answer_tube);
    for (int round = 0; round < 3; round++) {
        r.c.since = START;
        r.c.wait_until = 0;
        given(&r, "video", "open", "quota", "4", NULL);
        secret(&r, "key_file", "the-key\n");
        clock_fix(START + round * 60);
        if (round == 2)
            clock_fix(1790060400);
        assert_int_equal(round_of(&r, 10), round == 1 ? -1 : 0);
        assert_int_equal(r.c.wait_until, round == 1 ? 1790060400 : 0);
    }
    end(&r);
}

/* ---- discourse -------------------------------------------------------- */

static struct {
    int newest, lookups;
    bool removed[400], hidden[400];
    int status;               /* of removed ones; 0: 404 */
    const char *wall;         /* ... and what is said with it */
} forum;

static void forum_post(struct buf *body, int n)
{
    char when[CLOCK_TEXT];
    clock_format(START + (int64_t)n * 60, when);
    buf_printf(body, "{\"id\":%d,\"user_id\":%d,\"username\":\"u%d\","
               "\"created_at\":\"%s\",\"updated_at\":\"%s\",\"cooked\":"
               "\"<p>acme &amp; %d</p>\",\"topic_id\":%d,\"topic_slug\":\"s\","
               "\"topic_title\":\"Is <acme> ok\",\"post_number\":%d,"
               "\"reply_to_post_number\":%s,\"version\":%d,\"hidden\":%s,"
               "\"reply_count\":2,\"like_count\":3,\"post_type\":%d}", n, n % 9,
               n % 9, when, when, n, n / 10, n % 10 + 1,
               n % 10 == 5 ? "3" : "null", n == 42 ? 2 : 1,
               forum.hidden[n] ? "true" : "false", n == 44 ? 3 : 1);
}

static int answer_forum(const struct http_request *request, struct buf *body)
{
    long top = number_after(request->url, "?before=", forum.newest), one;
    int shown = 0;
    assert_string_equal(service.sent, "");
    if ((one = number_after(request->url, "/posts/", -1)) >= 0) {
        forum.lookups++;
        if (forum.removed[one] && forum.status)
            return says(body, forum.status, forum.wall);
        forum_post(body, (int)one);
        return forum.removed[one] ? 404 : 200;
    }
    buf_puts(body, "{\"latest_posts\":[");
    for (long n = top; n > 0 && n > top - 50; n--)
        if (!forum.removed[n]) {
            buf_puts(body, shown++ ? "," : "");
            forum_post(body, (int)n);
        }
    return says(body, 200, "]}");
}

static int collect_forum(struct run *r)
{
    r->c.since = START;
    given(r, "site", "https://forum.example/", "overlap", "10m", NULL);
    return round_of(r, 50);
}

/* After the first two rounds of the test below. */
static void forum_is_closed_or_ill(struct run *r)
{
    /* closed to strangers it is gone; who keeps a crawler out deletes none */
    static const char *const walls[] = {
        "{\"errors\":[\"No.\"],\"error_type\":\"invalid_access\"}",
        "{\"errors\":[\"No.\"],\"error_type\":\"not_logged_in\"}",
        "<h1>Checking your browser</h1>" };
    for (int i = 0; i < 3; i++) {
        forum.status = 403;
        forum.wall = walls[i];
        forum.removed[232 - i] = true;
        forum.newest++;
        clock_fix(START + forum.newest * 60 + 5);
        assert_int_equal(collect_forum(r), 0);
        assert_int_equal(forum.lookups, i + 2);
        const struct post *p = find(r, i == 0 ? "https://forum.example/t/23/3"
                 : i == 1 ? "https://forum.example/t/23/2"
                          : "https://forum.example/t/23/1");
        assert_true(i == 0 ? p->deleted : !p);
    }
    /* nor does one that it stumbles over keep the cursor, or others, back */
    static const int ill[] = { 304, 500 };
    for (int i = 0; i < 2; i++) {
        forum.status = ill[i];
        forum.removed[234 + i] = true;
        forum.newest++;
        clock_fix(START + forum.newest * 60 + 5);
        assert_int_equal(collect_forum(r), -1);
        assert_true(r->c.partial);
        assert_null(find(r, "https://forum.example/t/23/5"));
        assert_true(!i || !find(r, "https://forum.example/t/23/6"));
        assert_non_null(find(r, i ? "https://forum.example/t/23/9"
                                   : "https://forum.example/t/23/8"));
    }
    forum.status = 0; /* well again: they are not forgotten */
    assert_int_equal(collect_forum(r), 0);
    assert_int_equal(service.requests, 3);
    assert_true(find(r, "https://forum.example/t/23/5")->deleted);
    assert_true(find(r, "https://forum.example/t/23/6")->deleted);
}

static void test_discourse(void **state)
{
    struct run r;
    memset(&forum, 0, sizeof(forum));
    begin(&r, "discourse", answer_forum);
    forum.newest = 230;
    for (int n = 60; n < 140; n++) /* a window without posts is no end */
        forum.removed[n] = true;
    clock_fix(START + 230 * 60 + 5);
    assert_int_equal(collect_forum(&r), 0);
    assert_int_equal(r.out.count, 230 - 80 - 1); /* one is bookkeeping */
    const struct post *p = find(&r, "https://forum.example/t/4/6");
    assert_true(text_is(p->reply_to, "https://forum.example/t/4/3"));
    assert_true(text_is(p->text, "<p>acme &amp; 45</p>"));
    assert_int_equal(p->kind, POST_REPLY);
    p = find(&r, "https://forum.example/t/4/1");
    assert_true(text_is(p->text, "Is &lt;acme> ok<p><p>acme &amp; 40</p>"));
    assert_int_equal(p->kind, POST_ORIGINAL);
    assert_int_equal(p->likes, 3);
    p = find(&r, "https://forum.example/t/4/3");
    assert_int_equal(p->edited, p->created);
    assert_null(find(&r, "https://forum.example/t/4/5"));
    forum.newest = 233;
    forum.removed[229] = forum.hidden[227] = true;
    clock_fix(START + 233 * 60 + 5);
    assert_int_equal(collect_forum(&r), 0);
    assert_true(find(&r, "https://forum.example/t/22/10")->deleted);
    assert_true(find(&r, "https://forum.example/t/22/8")->deleted);
    assert_non_null(find(&r, "https://forum.example/t/23/4"));
    assert_int_equal(forum.lookups, 1);
    assert_int_equal(service.requests, 2);
    forum_is_closed_or_ill(&r);
    forum.newest = 20;
    read_all_ways(&r, collect_forum, false);
    end(&r);
}

/* ---- whom a reply answers --------------------------------------------- */

static int round_shown;

static void status(struct buf *body, int n, const char *parent)
{
    char when[CLOCK_TEXT];
    buf_printf(body, "{\"id\":\"%d\",\"uri\":\"https://a.example/%d\",\"url\":"
               "null,\"created_at\":\"%s\",\"content\":\"x\",\"account\":"
               "{\"acct\":\"a\"},\"in_reply_to_id\":%s}", n, n,
               clock_format(START + n * 60, when), parent);
}

static int answer_replies(const struct http_request *request, struct buf *body)
{
    if (strstr(request->url, "tag/other"))
        return 404;
    buf_putc(body, '[');
    if (strstr(request->url, "max_id=")) {
        if (round_shown == 1 && strstr(request->url, "max_id=3"))
            status(body, 1, "null");
    } else if (round_shown == 1) {
        status(body, 4, "\"99\"");
        buf_putc(body, ',');
        status(body, 3, "\"1\"");
    } else {
        status(body, 5, "\"1\"");
    }
    buf_putc(body, ']');
    return 200;
}

static void test_parents(void **state)
{
    struct run r;
    begin(&r, "mastodon", answer_replies);
    for (round_shown = 1; round_shown < 3; round_shown++) {
        r.c.since = START;
        given(&r, "host", "https://a.example", "tag", "parent", NULL);
        clock_fix(START + 600);
        if (round_shown == 1) /* what was seen is kept all the same */
            set(&r, "tag", "other");
        assert_int_equal(round_of(&r, 9), round_shown == 1 ? -1 : 0);
        if (round_shown == 1) {
            assert_true(text_is(find(&r, "https://a.example/3")->reply_to,
                                "https://a.example/1"));
            assert_true(text_is(find(&r, "https://a.example/4")->reply_to,
                                "99"));
        } else {
            assert_true(text_is(find(&r, "https://a.example/5")->reply_to,
                                "https://a.example/1"));
        }
    }
    end(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_youtube),
        cmocka_unit_test(test_youtube_refusals),
        cmocka_unit_test(test_discourse),
        cmocka_unit_test(test_parents),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
