/* SPDX-License-Identifier: Apache-2.0 */
/* The collector of feeds, against sites that are a function (collecting.h); what
 * feeds look like is in feed.c. */
#include "tests/unit/collecting.h"

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
                       "%d</link><title>Item %d</title><pubDate>%s</pubDate>"
                       "<description>&lt;p&gt;words&lt;/p&gt;</description>"
                       "</item>", i, site.ids_change ? site.build : 0, i, i,
                       !site.undated ? when : i % 2 ? "" : i % 4 /* none */
                       ? "Mon, 01 Jan 0001 00:00:00 GMT"
                       : "Thu, 01 Jan 1970 00:00:00 PST");
    }
    buf_puts(body, site.json ? "]}" : "</channel></rss>");
    return 200;
}

static int collect_feed(struct run *r, int64_t now)
{
    clock_fix(now);
    r->c.since = 1790000000;
    given(r, "url", "https://s.example/feed", NULL);
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
    begin(&r, "feed", answer_feed);
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
    memset(&site, 0, sizeof(site));
    site.flaps = site.undated = true;
    site.newest = 5;
    begin(&r, "feed", answer_feed);
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
    buf_puts(body, site.json
             ? "{\"version\":\"1\",\"language\":\"de-AT\",\"items\":[{\"id\":"
               "\"1\",\"content_text\":\"x\"},{\"id\":\"2\",\"content_text\":"
               "\"y\",\"language\":\"fr\"}]}"
             : "<rss version='2.0'><channel><language>\n de-AT </language>"
               "<item><guid>1</guid><title>x</title></item><item><guid>2</guid>"
               "<title>y</title><dc:language>fr</dc:language></item>"
               "</channel></rss>");
    return 200;
}

/* The item says its language, else the feed, else the configuration. */
static void test_feed_language(void **state)
{
    struct run r;
    for (int n = 0; n < 3; n++) {
        memset(&site, 0, sizeof(site));
        site.json = n == 1;
        site.newest = 2;
        begin(&r, "feed", n == 2 ? answer_feed : answer_language);
        given(&r, "url", "https://s.example/feed", "language", "es", NULL);
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
    begin(&r, "feed", answer_feed);
    for (int day = 0; day <= 31; day++) {
        clock_fix(1790000000 + day * DAY);
        given(&r, "url", "https://s.example/gone", NULL);
        assert_int_equal(round_of(&r, 10), -1);
        assert_non_null(strstr(r.err.text, "gone for good"));
        assert_int_equal(service.requests, day % 30 == 0);
    }
    end(&r);
}

static void test_feed_conditional(void **state)
{
    struct run r;
    memset(&site, 0, sizeof(site));
    begin(&r, "feed", answer_feed);
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
    assert_int_equal(r.c.complete_from, 1790100000); /* nothing was missed */
    assert_int_equal(collect_feed(&r, 1790101200), 0);
    assert_int_equal(strncmp(service.sent, "If-None-Match: W/\"a1\"", 21), 0);
    site.same = false;
    for (service.cut = 1; service.cut < 900; service.cut += 7) {
        assert_int_equal(collect_feed(&r, 1790101800), -1);
        assert_int_equal(r.out.count, 0);
    }
    end(&r);
}

static int answer_entries(const struct http_request *request, struct buf *body)
{
    buf_puts(body, "<feed><entry><id>urn:1</id><title>x</title><published>"
             "2026-09-21T16:00:00Z</published><updated>2026-09-22T16:00:00Z"
             "</updated></entry><entry><id>urn:2</id><title>y</title><updated>"
             "2026-09-22T16:00:00Z</updated></entry><entry><summary>z</summary>"
             "</entry>");
    return says(body, 200, site.same ? "" : "</feed>");
}

/* An entry that was changed, one that is none, a reply that only begins. */
static void test_feed_entries(void **state)
{
    struct run r;
    memset(&site, 0, sizeof(site));
    begin(&r, "feed", answer_entries);
    assert_int_equal(collect_feed(&r, 1790100000), 0);
    assert_int_equal(r.out.count, 2);
    assert_int_equal(r.c.skipped, 1);
    assert_int_equal(r.out.posts[0].edited, r.out.posts[0].created + DAY);
    assert_int_equal(r.out.posts[1].edited, 0);
    site.same = true;
    assert_int_equal(collect_feed(&r, 1790100900), -1);
    assert_int_equal(r.out.count, 0);
    end(&r);
}

static void test_feed_of_several(void **state)
{
    struct run r;
    memset(&site, 0, sizeof(site));
    begin(&r, "feed", answer_feed);
    site.newest = 12;
    for (int living = 0; living < 3; living++) {
        r.c.since = 1790000000;
        given(&r, "url", "https://s.example/gone", NULL);
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

/* More feeds than a round may read: the next one goes on with those that were
 * not, and tells in the end which cannot be read. */
static void test_feed_of_many(void **state)
{
    struct run r;
    char url[60];
    begin(&r, "feed", answer_feed);
    for (int round = 0; round < 3; round++) {
        memset(&site, 0, sizeof(site));
        site.newest = 1;
        clock_fix(1790100000 + round * 900);
        given(&r, NULL);
        for (int i = 0; i < 10; i++) {
            snprintf(url, sizeof(url), "https://s.example/%s%d",
                     i == 3 ? "gone" : "feed", i);
            set(&r, "url", url);
        }
        r.c.more = round > 0;
        r.c.complete_from = 0;
        assert_int_equal(round_of(&r, 4), round == 2 ? -1 : 1);
    }
    assert_non_null(strstr(r.err.text, "gone3: is gone for good"));
    assert_true(r.c.partial);
    assert_int_equal(r.c.complete_from, 1790003600);
    /* one that failed has no next part: it begins with the first */
    r.c.more = false;
    given(&r, "url", "https://s.example/feed0", "url", "https://s.example/gone",
          NULL);
    assert_int_equal(round_of(&r, 4), -1);
    assert_int_equal(service.requests, 2);
    for (int i = 0; i < 10; i++) {
        snprintf(url, sizeof(url), "/%s%d\nasked\t%s", i == 3 ? "gone" : "feed",
                 i, i == 3 ? "0" : "1790");
        if (!strstr(buf_text(&r.cursor), url))
            fail_msg("%d was never asked for", i);
    }
    end(&r);
}

/* Asked to go back further, a round begins with the first, whatever the last
 * one had read. */
static void test_feed_further(void **state)
{
    struct run r;
    memset(&site, 0, sizeof(site));
    begin(&r, "feed", answer_feed);
    site.newest = 1;
    clock_fix(1790100000);
    for (int round = 0; round < 2; round++) {
        given(&r, "url", "https://s.example/a", "url", "https://s.example/b",
              NULL);
        r.c.more = r.c.further = round > 0;
        r.c.since = 1790000000 - round * DAY;
        assert_int_equal(round_of(&r, round ? 4 : 1), round ? 0 : 1);
        assert_int_equal(service.requests, round ? 2 : 1);
    }
    end(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_feed_windows),
        cmocka_unit_test(test_feed_flaps),
        cmocka_unit_test(test_feed_language),
        cmocka_unit_test(test_feed_gone),
        cmocka_unit_test(test_feed_conditional),
        cmocka_unit_test(test_feed_entries),
        cmocka_unit_test(test_feed_of_several),
        cmocka_unit_test(test_feed_of_many),
        cmocka_unit_test(test_feed_further),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
