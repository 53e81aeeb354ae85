/* SPDX-License-Identifier: Apache-2.0 */
/* The page: hostile texts cannot leave their place, nothing is fetched, the
 * markup is balanced, an empty day is a page too. */
#include <math.h>

#include "digest/mail.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test.h"

static const char hostile[] =
    "</p><script>alert(1)</script><img src=x onerror=alert(1)> \"quoted\" "
    "'single' & \xe2\x80\xae" "backwards \x1b[31m =HYPERLINK(\"x\")";

static struct zone *utc;
static struct alerts none;

static void init(struct digest *d)
{
    memset(d, 0, sizeof(*d));
    d->day = clock_days(2026, 11, 20);
    d->from = d->day * DAY;
    d->until = d->from + DAY;
    d->now = d->until + 7 * HOUR;
    d->timezone = "UTC";
    d->zone = utc;
    d->title = hostile;
    d->rivals = hostile;
    d->closed = true;
    d->alerts = &none;
}

static struct sample a_sample(void)
{
    return (struct sample){ .source = "mastodon", .native_id = "1",
                            .url = "javascript:alert(1)", .text = hostile,
                            .created = 1795186800, .likes = 3 };
}

static size_t count_of(const struct buf *page, const char *what)
{
    size_t n = 0;
    for (const char *at = page->data; (at = strstr(at, what)); at++)
        n++;
    return n;
}

static void check_page(const struct buf *page)
{
    static const char *const never[] = {
        "<script", "<img", "onerror=alert(1)>", "javascript:", "\x1b",
        "\xe2\x80\xae", "<link", "@import", " src=x onerror=alert(1)>", "nan", "-0.00",
    };
    static const char *const pairs[][2] = {
        { "<section", "</section>" }, { "<table", "</table>" },
        { "<ul", "</ul>" }, { "<ol", "</ol>" }, { "<svg", "</svg>" },
        { "<bdi>", "</bdi>" }, { "<blockquote>", "</blockquote>" },
        { "<details>", "</details>" }, { "<article", "</article>" },
        { "<tr", "</tr>" }, { "<td", "</td>" }, { "<p>", "</p>" },
    };
    for (size_t i = 0; i < COUNT(never); i++)
        if (strstr(page->data, never[i]))
            fail_msg("the page has %s", never[i]);
    for (size_t i = 0; i < COUNT(pairs); i++)
        if (strcmp(pairs[i][0], "<p>") != 0)
            assert_int_equal(count_of(page, pairs[i][0]),
                             count_of(page, pairs[i][1]));
    assert_true(text_valid(page->data, page->length));
    assert_int_equal(1, count_of(page, "<main>"));
}

static void an_empty_day_is_a_page(void **state)
{
    struct digest d;
    struct buf page = BUF_INIT(0);
    init(&d);
    digest_html(&d, &page, NULL);
    check_page(&page);
    assert_non_null(strstr(page.data, "Friday 20 November 2026"));
    assert_non_null(strstr(page.data, "no post was collected"));
    assert_null(strstr(page.data, "<section")); /* a line, no more */
    buf_release(&page);
}

static void hostile_texts_stay_in_their_place(void **state)
{
    struct digest d;
    struct buf page = BUF_INIT(0);
    struct sample samples[] = { a_sample(), a_sample() };
    struct digest_standing standing = {
        .name = "acme", .title = hostile, .own = true, .hour_count = 24,
        .net = { -0.4, -0.5, -0.3, false }, .change = NAN,
        .net_usual = { 0, 0, 0, true },
    };
    struct digest_wish wish = { "acme", hostile, 4, 3, 1, 2, a_sample() };
    struct digest_waiting waiting = {
        .subject = "acme", .title = hostile, .own = true,
        .figures = { .asked = 3, .open = 1, .oldest = 1795186800,
                     .median_hours = NAN },
        .samples = { a_sample() }, .sample_count = 1 };
    struct digest_switch gone = { hostile, hostile, 2, 2, "price", false,
                                  false };
    struct digest_gap gap = { hostile, 0, 900, COVERAGE_FAILED };
    init(&d);
    d.collected = d.posts = 2;
    samples[1].url = "https://example.org/\"><script>";
    d.samples = samples;
    d.sample_count = 2;
    d.standing = &standing;
    d.standing_count = 1;
    d.wishes = &wish;
    d.wish_count = 1;
    d.waiting = &waiting;
    d.waiting_count = 1;
    d.switches = &gone;
    d.switch_count = 1;
    d.gaps = &gap;
    d.gap_count = 1;
    d.planned = true;
    digest_html(&d, &page, &(struct digest_links){
        .before = "/\"><script>", .after = ".html", .previous = d.day - 1,
        .next = d.day + 1, .day = d.day, .served = true });
    check_page(&page);
    assert_non_null(strstr(page.data, "&lt;script&gt;alert(1)"));
    assert_int_equal(1, count_of(&page, "href=\"https://example.org"));
    assert_int_equal(count_of(&page, "rel=\"noopener"),
                     count_of(&page, "href=\"http"));
    buf_release(&page);
}

static void a_chat_cannot_be_pinged(void **state)
{
    struct digest d;
    struct alert_part part = { .subject = "acme", .name = "posts",
                               .observed = 4, .expected = 1 };
    struct alert alert = { .level = DETECT_ALERT, .subject = "acme",
                           .parts = &part, .part_count = 1,
                           .sample_count = 1, .samples = { a_sample() } };
    struct alerts alerts = { .items = &alert, .count = 1 };
    init(&d);
    d.posts = d.collected = 1;
    d.alerts = &alerts;
    alert.samples[0].text = "<!channel> <https://evil.example|us> "
                            "[us](https://evil.example) **now**";
    alert.samples[0].url = "https://a.example/|x>\n<!here>";
    struct digest_standing standing = {
        .name = "acme", .title = "<!here> Acme", .change = NAN,
        .today.posts = 1, .net.few = true, .share = 1 };
    d.standing = &standing;
    d.standing_count = 1;
    struct buf slack = BUF_INIT(0), teams = BUF_INIT(0);
    digest_chat(&d, &slack, true);
    digest_chat(&d, &teams, false);
    assert_non_null(strstr(slack.data, "&lt;!channel&gt;"));
    assert_null(strstr(slack.data, "<!"));
    assert_non_null(strstr(slack.data, "Acme* 1 post · net sentiment too few"));
    assert_non_null(strstr(slack.data, "<https://a.example/%7Cx%3E"));
    assert_non_null(strstr(teams.data, "\\[us\\]("));
    assert_null(strstr(teams.data, " [us]"));
    buf_release(&slack);
    buf_release(&teams);
}

/* Who still waits does so on a day without a post, too. */
static void an_empty_day_has_its_chat(void **state)
{
    struct digest d;
    struct digest_waiting waiting = {
        .title = "Acme", .own = true, .known = true,
        .figures = { .asked = 3, .median_hours = NAN } };
    struct digest_experiment tried = {
        .experiment = { .title = "Late chat", .subject = "acme",
                        .aspect = "", .channel = "" },
        .reading.parts = "" };
    struct buf said = BUF_INIT(0);
    init(&d);
    d.waiting = &waiting;
    d.waiting_count = 1;
    d.experiments = &tried;
    d.experiment_count = 1;
    digest_chat(&d, &said, true);
    assert_non_null(strstr(said.data, "no post was collected"));
    assert_non_null(strstr(said.data, "Acme: 3 asked or complained"));
    assert_non_null(strstr(said.data, "\nExperiment “Late chat”, acme since"));
    buf_release(&said);
}

static void alerts_show_cause_and_arithmetic(void **state)
{
    struct digest d;
    struct buf page = BUF_INIT(0);
    struct alert_part part = {
        .subject = "acme", .name = "complaints", .level = DETECT_ALERT,
        .score = 9.4, .since = 1795186800, .until = 1795197600,
        .observed = 40, .expected = 5.5, .low = 1, .high = 11 };
    struct alert alert = {
        .level = DETECT_ALERT, .subject = "acme", .parts = &part,
        .part_count = 1, .since = 1795186800, .until = 1795197600,
        .coverage = 1, .posts = 40, .authors = 33, .top_author = 0.05,
        .aspect = { "app", 30, 0.75, 0.1 },
        .channel = { "app", 30, 0.75, 0.1 }, .term_count = 1,
        .terms = { { .text = hostile, .posts = 12 } },
        .sample_count = 1, .samples = { a_sample() } };
    struct alerts alerts = { .items = &alert, .count = 1, .coverage = 1 };
    struct digest_standing standing = { .name = "acme", .title = "Acme",
                                        .hour_count = 24, .change = 3.4,
                                        .usual = 90, .low = 60, .high = 120,
                                        .net = { .few = true } };
    init(&d);
    d.posts = d.collected = 40;
    standing.hours[15] = 20;
    standing.today.posts = 40;
    d.alerts = &alerts;
    d.usual.count = 28;
    d.standing = &standing;
    d.standing_count = 1;
    digest_html(&d, &page, NULL);
    check_page(&page);
    assert_non_null(strstr(page.data, "40 against 5.5 expected"));
    assert_non_null(strstr(page.data, "class=\"bar hot\""));
    assert_non_null(strstr(page.data, "too few to say"));
    assert_int_equal(1, count_of(&page, "app 75&nbsp;%"));
    buf_release(&page);
}

/* A silence that is not judged may come first of the alerts; the subject of a
 * mail is the first that is judged. */
static void a_mail_is_named_by_what_is_judged(void **state)
{
    static const struct mail_head head = { "swell@a.example",
                                           "team@a.example", NULL };
    struct digest d;
    struct alert_part part = { .subject = "acme", .name = "posts" };
    struct alert items[] = {
        { .kind = ALERT_QUIET, .level = DETECT_ALERT, .withheld = true,
          .subject = "acme", .parts = &part },
        { .level = DETECT_ALERT, .subject = "bolt", .parts = &part } };
    struct alerts alerts = { .items = items, .count = 2 };
    struct buf both = BUF_INIT(0), one = BUF_INIT(0);
    init(&d);
    d.posts = d.collected = 1;
    d.alerts = &alerts;
    mail_compose(&both, &head, &d);
    alerts = (struct alerts){ .items = items + 1, .count = 1 };
    mail_compose(&one, &head, &d);
    const char *subject = strstr(one.data, "Subject:");
    size_t length = (size_t)(strstr(subject, "Date:") - subject);
    assert_memory_equal(strstr(both.data, "Subject:"), subject, length);
    buf_release(&both);
    buf_release(&one);
}

/* In colour where it is too little; of many gaps the first. */
static void poor_data_is_marked(void **state)
{
    struct digest d;
    struct digest_gap gaps[6];
    struct buf page = BUF_INIT(0);
    init(&d);
    for (size_t i = 0; i < COUNT(gaps); i++)
        gaps[i] = (struct digest_gap){ "feed", d.from, d.from + HOUR,
                                       COVERAGE_FAILED };
    d.planned = true;
    d.coverage = 0.5;
    d.gaps = gaps;
    d.gap_count = COUNT(gaps);
    digest_html(&d, &page, NULL);
    assert_non_null(strstr(page.data, "<li class=\"warn\">no post was "
                           "collected · coverage 50&nbsp;%</li>"));
    assert_int_equal(4, count_of(&page, "feed missing 00:00–01:00 (failed)"));
    assert_int_equal(1, count_of(&page, " · 2 more: swell coverage</li>"));
    buf_clear(&page);
    d.coverage = 1;
    d.gap_count = 4;
    digest_html(&d, &page, NULL);
    assert_non_null(strstr(page.data, "<li>no post was collected · coverage "));
    assert_null(strstr(page.data, " more: "));
    buf_release(&page);
}

/* A post may be an article of 64 KiB. */
static void a_long_post_is_cut(void **state)
{
    struct digest d;
    struct buf page = BUF_INIT(0), text = BUF_INIT(0);
    struct sample sample = a_sample();
    init(&d);
    d.samples = &sample;
    d.sample_count = 1;
    for (int i = 0; i < 5000; i++)
        buf_puts(&text, "kettle ");
    sample.text = text.data;
    digest_html(&d, &page, NULL);
    check_page(&page);
    assert_int_equal(400 / 7, count_of(&page, "kettle"));
    assert_non_null(strstr(page.data, "kettle…</bdi>"));
    buf_release(&page);
    buf_release(&text);
}

/* Of many products a page lists those that have something to say; a fold has
 * the others with posts, and no table where none has one. */
static void quiet_products_are_folded(void **state)
{
    enum { PRODUCTS = 20 };
    struct digest d;
    struct buf page = BUF_INIT(0);
    struct digest_standing standing[1 + PRODUCTS] = { 0 };
    init(&d);
    d.posts = d.collected = 50;
    d.standing = standing;
    d.standing_count = 1 + PRODUCTS;
    for (size_t i = 0; i <= PRODUCTS; i++)
        standing[i] = (struct digest_standing){
            .name = "acme", .title = i ? "Widget" : "Acme", .product = i > 0,
            .own = true, .few = true, .net.few = true, .change = NAN };
    digest_html(&d, &page, NULL);
    check_page(&page);
    assert_non_null(strstr(page.data, "20 more with little to say"));
    assert_non_null(strstr(page.data, "20 without a post"));
    assert_int_equal(1, count_of(&page, "<table"));
    buf_clear(&page);
    standing[3].today.posts = 1; /* in the fold */
    standing[4].told = true;     /* in the table */
    digest_html(&d, &page, NULL);
    check_page(&page);
    assert_non_null(strstr(page.data, "19 more with little to say"));
    assert_non_null(strstr(page.data, "18 without a post"));
    assert_int_equal(2, count_of(&page, "<table"));
    buf_release(&page);
}

/* The calendar of a site marks the days whose pages tell alerts, in words, also
 * when it is made again for another day; a text that looks like the mark, and
 * an alert that is not judged, are none. */
static void a_calendar_marks_alerts(void **state)
{
    char folder[SCRATCH_ROOM];
    struct error err = ERROR_INIT;
    struct digest d;
    struct buf index = BUF_INIT(0), path = BUF_INIT(0);
    struct alert_part part = { .subject = "acme", .name = "posts" };
    struct sample sample = a_sample();
    struct alert items[2] = {
        { .level = DETECT_ALERT, .subject = "acme", .parts = &part },
        { .level = DETECT_ALERT, .subject = "bolt", .parts = &part,
          .withheld = true } };
    struct alerts alerts = { .items = items, .count = 2 };
    scratch_make(folder);
    init(&d);
    d.posts = d.collected = 1;
    d.alerts = &alerts;
    sample.text = "<div class=\"level\">alert</div>";
    d.samples = &sample;
    d.sample_count = 1;
    assert_int_equal(digest_site(&d, NULL, NULL, folder, &err), 0);
    d.day++;
    d.alerts = &none;
    assert_int_equal(digest_site(&d, NULL, NULL, folder, &err), 0);
    buf_printf(&path, "%s/index.html", folder);
    char page[32768];
    FILE *file = fopen(path.data, "r");
    assert_non_null(file);
    buf_add(&index, page, fread(page, 1, sizeof(page), file));
    fclose(file);
    check_page(&index);
    assert_non_null(strstr(index.data, "20 November 2026, 1 alert\">20<small>"
                                       "alert</small></a>"));
    assert_non_null(strstr(index.data, "21 November 2026\">21</a>"));
    assert_int_equal(1, count_of(&index, "<small>alert"));
    buf_release(&index);
    buf_release(&path);
    scratch_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_day_is_a_page),
        cmocka_unit_test(hostile_texts_stay_in_their_place),
        cmocka_unit_test(a_chat_cannot_be_pinged),
        cmocka_unit_test(an_empty_day_has_its_chat),
        cmocka_unit_test(alerts_show_cause_and_arithmetic),
        cmocka_unit_test(a_mail_is_named_by_what_is_judged),
        cmocka_unit_test(poor_data_is_marked),
        cmocka_unit_test(a_long_post_is_cut),
        cmocka_unit_test(quiet_products_are_folded),
        cmocka_unit_test(a_calendar_marks_alerts),
    };
    if (zone_open(&utc, "UTC", NULL))
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    zone_close(utc);
    return failed;
}
