/* SPDX-License-Identifier: Apache-2.0 */
/* The collectors that need a key, against invented replies in the documented
 * shapes: Reddit and Trustpilot; X is in collectors_x.c, Threads with those
 * that search. */
#include "tests/unit/collecting.h"

#include "base/session.h"

enum { START = 1790000000 }; /* 2026-09-21T14:13:20Z */

/* Sources whose names differ in a dot alone are two. */
static void test_sessions(void **state)
{
    char folder[SCRATCH_ROOM];
    struct buf kept = BUF_INIT(0);
    struct error err = ERROR_INIT;
    scratch_make(folder);
    buf_puts(&kept, "a token");
    assert_int_equal(session_write(folder, "sky.de", &kept, &err), 0);
    assert_int_equal(session_read(folder, "sky_de", &kept, &err), 0);
    assert_int_equal(session_read(folder, "sky.de", &kept, &err), 1);
    assert_string_equal(buf_text(&kept), "a token");
    session_wipe(&kept);
    scratch_remove(folder);
}

/* ---- reddit ----------------------------------------------------------- */

static struct {
    int newest, token, lives;  /* requests that a token lives for */
    bool refuse, same, closed, blocked, deleted[1300], removed[1300];
    bool hidden[1300], dead;    /* listed no more; tokens never live */
    const char *fixed;         /* children of the first page */
    const char *ill;           /* the reply to all */
    unsigned info;
} sub;

static int sign_in(const struct http_request *request, struct buf *body)
{
    service.logins++;
    assert_string_equal(request->basic, "an-id:a secret");
    assert_string_equal(request->body, "grant_type=client_credentials");
    if (sub.refuse && service.logins > 1)
        return says(body, 401, "{\"message\":\"Unauthorized\",\"error\":401}");
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
        sub.lives-- == 0)
        return says(body, 401, "{\"message\":\"Unauthorized\",\"error\":401}");
    if (sub.ill)
        return says(body, 200, sub.ill);
    if (sub.blocked)
        return says(body, 403, "<html><h1>whoa there</h1></html>");
    assert_non_null(strstr(request->url, "raw_json=1"));
    assert_null(strstr(request->url, "before="));
    if (strstr(request->url, "/r/closed/") && sub.closed)
        return says(body, 403, "{\"reason\":\"private\",\"error\":403}");
    buf_puts(body, "{\"kind\":\"Listing\",\"data\":{\"children\":[");
    const char *id = strstr(request->url, "&id=");
    if (id) {
        sub.info++;
        for (; (id = strstr(id, "t3_")); id += 3)
            if (!sub.deleted[strtol(id + 3, NULL, 10)]) {
                buf_puts(body, shown++ ? "," : "");
                child(body, (int)strtol(id + 3, NULL, 10));
            }
        return says(body, 200, "]}}");
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

static unsigned sub_pages = 50;

static int collect_sub_of(struct run *r, const char *first, const char *second)
{
    clock_fix(START + sub.newest * 60 + 30);
    r->c.since = START - DAY;
    given(r, "comments", "no", "subreddit", first, NULL);
    secret(r, "key_file", "an-id:a secret\n");
    if (second)
        set(r, "subreddit", second);
    return round_of(r, sub_pages);
}

static int collect_sub(struct run *r)
{
    return collect_sub_of(r, "s", NULL);
}

static void test_reddit_posts(void **state)
{
    struct run r;
    memset(&sub, 0, sizeof(sub));
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
    begin(&r, "reddit", answer_sub);
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
    memset(&sub, 0, sizeof(sub));
    begin(&r, "reddit", answer_sub);
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
    /* what is no listing, or one of nothing that can be used, deletes none
     * and is no empty round */
    static const char *const ill[] = {
        "null", "{}", "{\"message\":\"Internal\",\"error\":500}",
        "{\"data\":{\"children\":null}}",
        "{\"data\":{\"children\":[{\"data\":{}},{\"data\":{}}]}}" };
    for (size_t i = 0; i < COUNT(ill); i++) {
        sub.ill = ill[i];
        assert_int_equal(collect_sub(&r), -1);
        assert_int_equal(r.err.kind, ERROR_INPUT);
        assert_int_equal(r.out.count, 0);
    }
    end(&r);
}

static void test_reddit_faults(void **state)
{
    struct run r;
    memset(&sub, 0, sizeof(sub));
    begin(&r, "reddit", answer_sub);
    sub.newest = 299;
    /* the same page for ever */
    sub.same = true;
    assert_int_equal(collect_sub(&r), 0);
    assert_in_range(service.requests, 1, 7);
    assert_int_equal(r.c.skipped, 1);
    sub.same = false;
    /* one subreddit is closed: the others are read, and it is told */
    sub.closed = true;
    buf_clear(&r.cursor);
    assert_int_equal(collect_sub_of(&r, "closed", "s"), -1);
    assert_non_null(strstr(r.err.text, "/r/closed/new?: host: HTTP 403"));
    assert_true(r.c.partial);
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
    /* ... also where a round ends in the middle */
    r.c.complete_from = 0;
    buf_clear(&r.cursor);
    sub_pages = 4;
    assert_int_equal(collect_sub(&r), 1);
    sub_pages = 50;
    assert_int_equal(collect_sub(&r), 0);
    assert_int_equal(r.c.complete_from, START + 251 * 60);
    /* tokens that never live: one more is asked for, and that is it */
    sub.refuse = false;
    sub.dead = true;
    assert_int_equal(collect_sub(&r), -1);
    assert_int_equal(service.requests, 4);
    end(&r);
}

static int answer_search(const struct http_request *request, struct buf *body)
{
    if (strstr(request->url, "/access_token"))
        return says(body, 200, sub.refuse ? "{\"error\":\"invalid_grant\"}"
                                          : "{\"access_token\":\"t\"}");
    assert_non_null(strstr(request->url, "/search?sort=new&type=link&q=acme%20"
                           "coat&raw_json=1&limit=100"));
    buf_puts(body, "{\"data\":{\"children\":[");
    child(body, 5);
    return says(body, 200, "],\"after\":null}}");
}

/* A search; a key that is refused with 200; a key that is none. */
static void test_reddit_search(void **state)
{
    static const char *const said[] = { "", "gives no token for this key",
                                        "ID:SECRET" };
    struct run r;
    memset(&sub, 0, sizeof(sub));
    for (int i = 0; i < 3; i++) {
        begin(&r, "reddit", answer_search);
        clock_fix(START + 600);
        r.c.since = START;
        sub.refuse = i == 1;
        given(&r, "query", "acme coat", NULL);
        secret(&r, "key_file", i == 2 ? "an-id\n" : "an-id:a secret\n");
        assert_int_equal(round_of(&r, 5), i ? -1 : 0);
        assert_int_equal(r.out.count, i == 0);
        assert_non_null(strstr(r.err.text, said[i]));
        end(&r);
    }
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
    return says(body, 200, "],\"links\":[]}");
}

static int collect_stars(struct run *r)
{
    r->c.since = START;
    given(r, "shop", "shop.example", NULL);
    secret(r, "key_file", "the-key\n");
    return round_of(r, 50);
}

static void test_trustpilot(void **state)
{
    struct run r;
    memset(&stars, 0, sizeof(stars));
    begin(&r, "trustpilot", answer_stars);
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
    assert_int_equal(service.requests, 4);
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
        cmocka_unit_test(test_sessions),
        cmocka_unit_test(test_reddit_posts),
        cmocka_unit_test(test_reddit_rounds),
        cmocka_unit_test(test_reddit_faults),
        cmocka_unit_test(test_reddit_search),
        cmocka_unit_test(test_trustpilot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
