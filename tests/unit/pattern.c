/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns: what is refused, what a match costs, where it was. */
#include "base/mem.h"
#include "base/pattern.h"
#include "tests/unit/test.h"

static int match(const char *source, unsigned flags, const char *text,
                 size_t *start, size_t *end)
{
    struct pattern *p;
    struct error err = ERROR_INIT;
    struct matcher *m = matcher_open();
    assert_int_equal(pattern_open(&p, source, strlen(source), flags, &err), 0);
    int rc = pattern_match(p, m, text, strlen(text), 0, start, end);
    pattern_close(p);
    matcher_close(m);
    return rc;
}

static void refused(const char *source, const char *why)
{
    struct pattern *p;
    struct error err = ERROR_INIT;
    assert_int_equal(pattern_open(&p, source, strlen(source), 0, &err), -1);
    assert_null(p);
    assert_int_equal(err.kind, ERROR_CONFIG);
    if (!strstr(err.text, why))
        fail_msg("\"%s\" does not say \"%s\"", err.text, why);
}

static void test_match(void **state)
{
    size_t start = 0, end = 0;
    assert_int_equal(match("b+", 0, "aabbb", &start, &end), 1);
    assert_int_equal(start, 2);
    assert_int_equal(end, 5);
    assert_int_equal(match("B+", 0, "aabbb", &start, &end), 0);
    assert_int_equal(match("B+", PATTERN_CASELESS, "aabbb", &start, &end), 1);
    assert_int_equal(match("\xc3\x89", PATTERN_CASELESS, "\xc3\xa9", &start,
                           &end), 1);
    assert_int_equal(match("a.c", PATTERN_LITERAL, "abc", &start, &end), 0);
    assert_int_equal(match("a.c", PATTERN_LITERAL, "a.c", &start, &end), 1);
    assert_int_equal(match("cat|dog", PATTERN_WORD, "catalog", &start, &end),
                     0);
    assert_int_equal(match("cat|dog", PATTERN_WORD, "hot-dog!", &start, &end),
                     1);
    assert_int_equal(match("dog", PATTERN_WORD, "\xc3\xa9""dog", &start, &end),
                     0);
}

static void test_refused(void **state)
{
    refused("a*", "empty");
    refused("(acme", "wrong at character");
    refused("a(?", "wrong");
    refused("(x+x+)+y", "run away");
    refused("(\\w+\\s?)+$", "run away");
    refused("(foo|foo)*bar", "run away");
    refused("a+b?a+b?a+~#", "run away");
    refused("\\C", "wrong");
    char long_one[10000];
    memset(long_one, 'a', sizeof(long_one));
    struct pattern *p;
    struct error err = ERROR_INIT;
    assert_int_equal(pattern_open(&p, long_one, sizeof(long_one), 0, &err),
                     -1);
}

/* Honest patterns of the kind people write pass the probe. */
static void test_accepted(void **state)
{
    size_t start, end;
    assert_int_equal(match("\\bacme('?s)?\\b", 0, "acme's", &start, &end), 1);
    assert_int_equal(match("(?:still|again) (?:\\w+ ){0,4}waiting", 0,
                           "still at the door waiting", &start, &end), 1);
    assert_int_equal(match(".*foo.*bar.+", 0, "foo bar!", &start, &end), 1);
    assert_int_equal(match("[a-z]+ing [a-z]+ed", 0, "being told and tried",
                           &start, &end), 0);
}

/* Long texts cost little, and a match is found wherever it stands. */
static void test_long(void **state)
{
    enum { BIG = 60000 };
    struct pattern *p;
    struct error err = ERROR_INIT;
    struct matcher *m = matcher_open();
    const char *source = "[qr]+[^~]#";
    size_t start, end;
    char *text = mem_alloc(BIG);
    memset(text, 'q', BIG);
    text[BIG - 2] = '~'; /* what it needs is there, but out of reach */
    text[BIG - 1] = '#';
    assert_int_equal(pattern_open(&p, source, strlen(source), 0, &err), 0);
    assert_int_equal(pattern_match(p, m, text, BIG, 0, &start, &end), 0);
    pattern_close(p);

    assert_int_equal(pattern_open(&p, "needle", 6, PATTERN_WORD, &err), 0);
    for (size_t at = 1; at + 8 < BIG; at += 509) {
        memset(text, ' ', BIG);
        memcpy(text + at, "needle", 6);
        assert_int_equal(pattern_match(p, m, text, BIG, 0, &start, &end), 1);
        assert_int_equal(start, at);
        memcpy(text + at, "needles", 7);
        assert_int_equal(pattern_match(p, m, text, BIG, 0, &start, &end), 0);
    }
    pattern_close(p);
    matcher_close(m);
    mem_free(text);
}

/* What the probe cannot foresee is stopped on the post. */
static void test_limit(void **state)
{
    struct pattern *p;
    struct error err = ERROR_INIT;
    struct matcher *m = matcher_open();
    const char *source = "\xC3\xA9(?:[\xC3\xA9\xC3\xA8]+\xC3\xA8?)+z";
    char text[203];
    size_t start, end;
    for (size_t i = 0; i < 200; i += 2)
        memcpy(text + i, "\xC3\xA9", 2);
    memcpy(text + 200, "~z", 3);
    assert_int_equal(pattern_open(&p, source, strlen(source), 0, &err), 0);
    assert_int_equal(pattern_match(p, m, text, 202, 0, &start, &end), -1);
    pattern_close(p);
    matcher_close(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_match), cmocka_unit_test(test_refused),
        cmocka_unit_test(test_accepted), cmocka_unit_test(test_long),
        cmocka_unit_test(test_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
