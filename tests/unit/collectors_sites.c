/* SPDX-License-Identifier: Apache-2.0 */
/* The collectors of feeds, of the App Store and of WordPress, against sites
 * that are a function (collecting.h). */
#include "tests/unit/collecting.h"

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

/* ---- app store -------------------------------------------------------- */

static struct {
    int reviews;
    bool undated, renamed;
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
                   "\"im:%s\":{\"label\":\"%d\"},\"author\":{\"name\":"
                   "{\"label\":\"n\"},\"uri\":{\"label\":\"https://a.example/u"
                   "\"}}%s}", shown++ ? "," : "", i, i,
                   shop.renamed ? "stars" : "rating", i % 5 + 1,
                   shop.undated ? "" : date);
    }
    buf_puts(body, at > 1 ? "]}}" : "}}");
    return 200;
}

static size_t collect_reviews(struct run *r)
{
    clock_fix(1790000060 + shop.reviews * 600);
    r->c.since = 1790000000;
    given(r, "app", "id123", "country", "gb", NULL);
    assert_int_equal(round_of(r, 20), 0);
    return r->out.count;
}

static void test_appstore(void **state)
{
    for (int undated = 0; undated < 2; undated++) {
        struct run r;
        begin(&r, "appstore", answer_reviews);
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
        given(&r, "app", "123", "country", "gb", NULL);
        assert_int_equal(round_of(&r, 20), -1);
        assert_non_null(strstr(r.err.text, "the feed is empty"));
        shop.reviews = 134;
        assert_int_equal(collect_reviews(&r), undated ? 1 : 134);
        /* nor is it empty when all of it is other than it was */
        shop.renamed = true;
        buf_clear(&r.cursor);
        given(&r, "app", "123", "country", "gb", NULL);
        assert_int_equal(round_of(&r, 20), -1);
        assert_non_null(strstr(r.err.text, "(an entry without rating)"));
        shop.renamed = false;
        end(&r);
    }
}

/* Ten pages are all that is shown: it is complete as far as they reach. */
static void test_appstore_depth(void **state)
{
    struct run r;
    begin(&r, "appstore", answer_reviews);
    shop.undated = false;
    shop.reviews = 700;
    assert_int_equal(collect_reviews(&r), 500);
    assert_int_equal(r.c.complete_from, 1790000000 + 201 * 600);
    end(&r);
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
        return says(body, 400, "{\"code\":\"rest_post_invalid_page_number\"}");
    }
    return 200;
}

static size_t collect_blog(struct run *r)
{
    clock_fix(1790000050 + blog.comments * 100);
    r->c.since = 1780000000;
    given(r, "site", "https://b.example/", "reviews", "yes", "page_size", "10",
          "overlap", "10m", NULL);
    assert_int_equal(round_of(r, 50), 0);
    return r->out.count;
}

static void test_wordpress(void **state)
{
    for (int old = 0; old < 2; old++) {
        struct run r;
        memset(&blog, 0, sizeof(blog));
        blog.old = old;
        begin(&r, "wordpress", answer_blog);
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
    memset(&blog, 0, sizeof(blog));
    begin(&r, "wordpress", answer_blog);
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
        cmocka_unit_test(test_appstore),
        cmocka_unit_test(test_appstore_depth),
        cmocka_unit_test(test_wordpress),
        cmocka_unit_test(test_wordpress_shifts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
