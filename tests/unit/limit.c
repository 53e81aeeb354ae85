/* SPDX-License-Identifier: Apache-2.0 */
/* What headers say about waiting, and which addresses are asked. */
#include <arpa/inet.h>
#include <netinet/in.h>

#include "base/address.h"
#include "base/budget.h"
#include "base/clock.h"
#include "base/http_reply.h"
#include "base/limit.h"
#include "tests/unit/test.h"

/* 2026-11-21T22:58:22Z: the Date header of the replies below. */
static const int64_t SERVER = 1795301902;

static void test_each_unit(void **state)
{
    static const struct { const char *value; int64_t wait; } rows[] = {
        { "0", 0 },
        { "7", 7 },
        { "249.3", 250 },        /* seconds left, rounded up */
        { "1795302191", 289 },   /* epoch */
        { "1795302191.5", 290 },
        { "1795302191000", 289 }, /* epoch in milliseconds */
        { "1795301000", 0 },     /* passed */
        { "Sat, 21 Nov 2026 23:00:22 GMT", 120 },
        { "Sat, 21 Nov 2026 22:00:00 GMT", 0 },
        { "2026-11-21T23:05:00.000000Z", 398 },
        { "999999", LIMIT_LONGEST },
        { "99999999999999999999999", -1 },
        { "-5", -1 },
        { "soon", -1 },
        { "", -1 },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t got = limit_seconds(text_of(rows[i].value), SERVER);
        if (got != rows[i].wait)
            fail_msg("%s: %lld", rows[i].value, (long long)got);
    }
}

static int64_t read_reply(long status, const char *head)
{
    struct http_reply reply = { .status = status };
    buf_puts(&reply.head, head);
    limit_read(&reply);
    int64_t wait = reply.wait_until ? reply.wait_until - clock_now() : 0;
    http_reply_release(&reply);
    return wait;
}

static void test_headers_together(void **state)
{
    clock_fix(1500000000); /* our clock is years off: only Date counts */
    static const char date[] = "Date: Sat, 21 Nov 2026 22:58:22 GMT\r\n";
    char head[600];
    snprintf(head, sizeof(head), "HTTP/1.1 429 Too Many\r\n%s"
             "RateLimit-Reset: 1795302191\r\nRetry-After: 3\r\n\r\n", date);
    assert_int_equal(read_reply(429, head), 289);
    snprintf(head, sizeof(head), "HTTP/1.1 200 OK\r\n%sX-RateLimit-Remaining:"
             " 5\r\nX-RateLimit-Reset: 2026-11-21T23:05:00Z\r\n\r\n", date);
    assert_int_equal(read_reply(200, head), 0);
    snprintf(head, sizeof(head), "HTTP/1.1 200 OK\r\n%sX-RateLimit-Remaining:"
             " 0\r\nX-RateLimit-Reset: 2026-11-21T23:05:00Z\r\n\r\n", date);
    assert_int_equal(read_reply(200, head), 398);
    snprintf(head, sizeof(head), "HTTP/1.1 503 Busy\r\n%sretry-after:"
             "Sat, 21 Nov 2026 22:59:22 GMT\r\n\r\n", date);
    assert_int_equal(read_reply(503, head), 60);
    assert_int_equal(read_reply(429, "HTTP/1.1 429 No\r\n\r\n"), 0);
    clock_fix(0);
}

static const char *refused(const char *address, bool loopback)
{
    struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
    struct sockaddr_in four = { .sin_family = AF_INET };
    if (inet_pton(AF_INET, address, &four.sin_addr) == 1)
        return address_refused((struct sockaddr *)&four, loopback);
    assert_int_equal(inet_pton(AF_INET6, address, &six.sin6_addr), 1);
    return address_refused((struct sockaddr *)&six, loopback);
}

static void test_addresses(void **state)
{
    static const char *const no[] = {
        "0.0.0.0", "10.1.2.3", "100.64.0.1", "100.127.255.255", "127.0.0.1",
        "127.9.9.9", "169.254.169.254", "172.16.0.1", "172.31.255.255",
        "192.168.1.1", "192.0.0.8", "192.0.2.1", "198.18.0.1",
        "198.19.255.255", "203.0.113.9", "224.0.0.1", "240.0.0.1",
        "255.255.255.255", "::", "::1", "::ffff:127.0.0.1",
        "::ffff:10.0.0.1", "::10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::",
        "2001::1", "2001:db8::1", "fc00::1", "fd12::1", "fe80::1", "fec0::1",
        "ff02::1", "100::1", "64:ff9b:1::a00:1", "::ffff:0:a00:1", "1fff::1",
        "2001:1ff::1", "3fff::1", "4000::1", "5f00::1", "8000::1" };
    static const char *const yes[] = {
        "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255",
        "100.128.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255",
        "198.17.255.255", "198.20.0.0", "223.255.255.255", "2606:4700::1",
        "::ffff:1.1.1.1", "64:ff9b::101:101", "2a00::1", "2001:200::1",
        "3ffe::1" };
    for (size_t i = 0; i < COUNT(no); i++)
        if (!refused(no[i], false))
            fail_msg("%s is asked", no[i]);
    for (size_t i = 0; i < COUNT(yes); i++)
        if (refused(yes[i], false))
            fail_msg("%s is refused", yes[i]);
    assert_null(refused("127.0.0.1", true));
    assert_null(refused("::1", true));
    assert_non_null(refused("10.0.0.1", true));
    assert_non_null(refused("169.254.169.254", true));
    struct sockaddr other = { .sa_family = AF_UNIX };
    assert_non_null(address_refused(&other, true));
}

static void test_host_clocks(void **state)
{
    struct limit_clocks c = LIMIT_CLOCKS_INIT;
    assert_int_equal(limit_left(&c, "https://a:443"), 0);
    limit_hold(&c, "https://a:443", 60000);
    limit_hold(&c, "https://a:443", 10); /* a shorter one changes nothing */
    assert_in_range(limit_left(&c, "https://A:443"), 59000, 60000);
    assert_int_equal(limit_left(&c, "https://b:443"), 0);
    assert_int_equal(limit_turn(&c, "https://c:443", 1000), 0);
    assert_in_range(limit_turn(&c, "https://c:443", 1000), 900, 1000);
    assert_in_range(limit_turn(&c, "https://C:443", 0), 1900, 2000);
    assert_in_range(limit_turn(&c, "https://c:443", 0), 1900, 2000);
    assert_int_equal(limit_turn(&c, "https://d:443", 0), 0);
    limit_clocks_release(&c);
}

/* What is sent back of a secret, in any writing that services use. */
static void test_secrets_are_not_told(void **state)
{
    static const struct { const char *body; bool told; } rows[] = {
        { "no such user", true },
        { "bad: p\"a\\s+s%41 w\xc3\xb6rd&1", false },
        { "{\"sent\":\"p\\\"a\\\\s+s%41 w\xc3\xb6rd&1\"}", false },
        { "{\"sent\":\"p\\u0022a\\u005Cs+s%41 w\\u00f6rd\\u00261\"}", false },
        { "{'sent': 'p\"a\\\\s+s%41 w\\xc3\\xb6rd&1'}", false },
        { "no page /in?p=p%22a%5Cs%2bs%2541%20w%C3%B6rd%261", false },
        { "no page /in?p=p%22a%5cs+s%2541%20w%C3%B6rd%261", false },
        { "p%22a%5Cs%2Bs%2541+w%C3%B6rd%261 is wrong", false },
        { "<p>p&quot;a\\s+s%41 w&#xf6;rd&amp;1</p>", false },
        { "<p>p&#34;a&#92;s+s%41 w&#246;rd&#x26;1</p>", false },
        { "half an escape: \\u00 \\ % %2 &# &#x &am \\", true },
    };
    const struct http_request request = {
        .secret = "p\"a\\s+s%41 w\xc3\xb6rd&1" };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct http_reply reply = { .status = 400,
                                    .error_body = BUF_INIT(0) };
        char words[140];
        buf_puts(&reply.error_body, rows[i].body);
        http_reply_words(&reply, &request, words, sizeof(words));
        if (rows[i].told != (*words != '\0'))
            fail_msg("%s: \"%s\"", rows[i].body, words);
        http_reply_release(&reply);
    }
}

/* What a clock days ahead noted keeps no source waiting for those days. */
static void test_budget_of_a_wrong_clock(void **state)
{
    static const struct { int64_t now, day; uint64_t left; } rows[] = {
        { 100, 100, 0 },
        { 101, 101, 10 },        /* all of a new day */
        { 100, 101, 0 },         /* set back: frees nothing */
        { 50, 50, 0 },
        { 51, 51, 10 },
    };
    struct budget b = { .most = 10, .day = 100, .used = 10 };
    for (size_t i = 0; i < COUNT(rows); i++) {
        clock_fix(rows[i].now * DAY);
        assert_int_equal(rows[i].left, budget_left(&b));
        assert_int_equal(rows[i].day, b.day);
        assert_int_equal((rows[i].day + 1) * DAY, budget_renewed(&b));
        b.used = 10;
    }
    clock_fix(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_budget_of_a_wrong_clock),
        cmocka_unit_test(test_each_unit),
        cmocka_unit_test(test_headers_together),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_host_clocks),
        cmocka_unit_test(test_secrets_are_not_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
