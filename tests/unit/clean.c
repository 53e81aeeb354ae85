/* SPDX-License-Identifier: Apache-2.0 */
/* HTML to text: what is dropped, what is decoded, what is left alone. */
#include "pipeline/clean.h"
#include "tests/unit/test.h"

static void expect(const char *html, const char *wanted)
{
    struct arena memory = { 0 };
    struct text got = clean_html(&memory, text_of(html));
    assert_string_equal(got.data, wanted);
    assert_int_equal(got.length, strlen(wanted));
    arena_release(&memory);
}

static void test_tags(void **state)
{
    expect("", "");
    expect("<p>one</p><p>two</p>", "one\ntwo");
    expect("one<br/>two<br>three", "one\ntwo\nthree");
    expect("<b>bo</b>ld <a href=\"https://x.example/?a>b\">link</a>",
           "bold link");
    expect("  many \n\t spaces  ", "many spaces");
    expect("a<script>alert('<b>')</script>b<style>p{}</style>c", "abc");
    expect("a<script>never closed", "a");
    expect("a<!-- <b>no</b> -->b<!DOCTYPE html>c", "abc");
    expect("<ul><li>one</li><li>two</li></ul>", "one\ntwo");
    expect("<SPAN class='x'>up</SPAN>", "up");
}

static void test_no_tags(void **state)
{
    expect("I <3 it, 5 < 6 > 4", "I <3 it, 5 < 6 > 4");
    expect("<angry>grr</angry>", "<angry>grr</angry>");
    expect("<b unclosed", "<b unclosed");
    expect("<", "<");
    expect("</", "</");
    expect("<a href=\"never closed", "<a href=\"never closed");
}

static void test_entities(void **state)
{
    expect("fish &amp; chips &lt;3", "fish & chips <3");
    expect("&amp;amp; once", "&amp; once");
    expect("it&#39;s &#x27;so&#X27; &quot;good&quot;", "it's 'so' \"good\"");
    expect("a&nbsp;b&hellip;", "a b\xe2\x80\xa6");
    expect("&#128;&#8364;&euro;",
           "\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac");
    expect("&#x1F600;", "\xf0\x9f\x98\x80");
    expect("&#0;&#xD800;&#x110000;",
           "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
    expect("AT&T &nosuch; &; &#; &#x; & &amp", "AT&T &nosuch; &; &#; &#x; & "
           "&amp");
    expect("&#7;bell", " bell");
    struct arena memory = { 0 };
    struct text t = clean_entities(&memory, TEXT("<b>5 &gt; 4</b>\n\n &amp;"));
    assert_string_equal(t.data, "<b>5 > 4</b>\n\n &");
    arena_release(&memory);
}

static void test_post(void **state)
{
    struct arena memory = { 0 };
    struct post p = { .text = TEXT("<p>bad \xff byte</p>"), .html = true };
    clean_post(&p, &memory);
    assert_string_equal(p.text.data, "bad \xef\xbf\xbd byte");
    assert_false(p.html);
    p = (struct post){ .text = TEXT("<p> stays &amp;") };
    clean_post(&p, &memory);
    assert_string_equal(p.text.data, "<p> stays &amp;");
    assert_int_equal(p.faults, 0);
    p = (struct post){ .text = { "nul\0and\x01" "control", 15 } };
    clean_post(&p, &memory);
    assert_string_equal(p.text.data, "nul\xef\xbf\xbd" "and control");
    p = (struct post){ .text = { NULL, 0 }, .html = true };
    clean_post(&p, &memory);
    assert_int_equal(p.text.length, 0);

    size_t big = POST_TEXT_LIMIT + 10;
    char *long_one = arena_alloc(&memory, big);
    for (size_t i = 0; i < big; i++)
        long_one[i] = "\xc3\xa9"[i % 2];
    p = (struct post){ .text = { long_one, big } };
    clean_post(&p, &memory);
    assert_int_equal(p.faults, POST_FAULT_CUT);
    assert_true(p.text.length <= POST_TEXT_LIMIT);
    assert_true(text_valid(p.text.data, p.text.length));
    arena_release(&memory);
}

/* Broken markup of any size takes time in proportion, and no more room. */
static void test_hostile(void **state)
{
    static const char *const fills[] = { "<", "<b ", "<a x=\"", "&", "&#",
        "<!--", "<script>", "</script", "<a x='<b y=\"", "<br>", "&amp" };
    enum { BIG = 1 << 20 };
    char *big = mem_alloc(BIG + 1);
    for (size_t f = 0; f < COUNT(fills); f++) {
        struct arena memory = { 0 };
        for (size_t i = 0; i < BIG; i++)
            big[i] = fills[f][i % strlen(fills[f])];
        struct text t = clean_html(&memory, (struct text){ big, BIG });
        assert_true(t.length <= BIG);
        arena_release(&memory);
    }
    mem_free(big);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tags), cmocka_unit_test(test_no_tags),
        cmocka_unit_test(test_entities), cmocka_unit_test(test_post),
        cmocka_unit_test(test_hostile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
