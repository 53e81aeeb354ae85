/* SPDX-License-Identifier: Apache-2.0 */
/* The collectors of the App Store and of WordPress, against sites that are a
 * function (collecting.h). */
#include "tests/unit/collecting.h"

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

/* Older feeds begin with the app; a review without id is none. */
static int answer_old_reviews(const struct http_request *request,
                              struct buf *body)
{
    if (!strstr(request->url, "page=1/"))
        return says(body, 200, "{\"feed\":{}}");
    return says(body, 200, "{\"feed\":{\"entry\":[{\"id\":{\"label\":\"app\"},"
                "\"title\":{\"label\":\"The app\"}},{\"id\":{\"label\":\"7\"},"
                "\"im:rating\":{\"label\":\"5\"},\"title\":{\"label\":\"T\"}},"
                "{\"im:rating\":{\"label\":\"5\"}}]}}");
}

static void test_appstore_old(void **state)
{
    struct run r;
    begin(&r, "appstore", answer_old_reviews);
    shop.reviews = 1;
    assert_int_equal(collect_reviews(&r), 1);
    assert_non_null(find(&r, "7"));
    assert_int_equal(r.c.skipped, 1);
    assert_string_equal(r.c.skipped_why, "a review without id");
    end(&r);
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
        cmocka_unit_test(test_appstore),
        cmocka_unit_test(test_appstore_old),
        cmocka_unit_test(test_appstore_depth),
        cmocka_unit_test(test_wordpress),
        cmocka_unit_test(test_wordpress_shifts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
