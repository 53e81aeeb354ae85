/* SPDX-License-Identifier: Apache-2.0 */
/* base/json.h: paths, chunks cut anywhere, hostile documents. */
#include <math.h>

#include "base/json.h"
#include "base/write.h"
#include "tests/unit/chance.h"
#include "tests/unit/test.h"

/* What take() was given, printed: "[path=value ...]" for each element. */
struct seen {
    struct buf text;
    size_t paths;
    int elements;
    int stop_at; /* element that take() refuses; 0: none */
};

static const char *const type_names[] = { "absent", "null", "bool", "number",
                                          "string", "other" };

static int take(void *context, const struct json_value *values,
                struct error *err)
{
    struct seen *s = context;
    buf_putc(&s->text, '[');
    for (size_t i = 0; i < s->paths; i++) {
        if (i)
            buf_putc(&s->text, '|');
        buf_puts(&s->text, type_names[values[i].type]);
        if (values[i].text.length) {
            buf_putc(&s->text, ':');
            buf_add(&s->text, values[i].text.data, values[i].text.length);
        }
    }
    buf_putc(&s->text, ']');
    if (++s->elements == s->stop_at)
        return error_set(err, ERROR_DENIED, "enough");
    return 0;
}

static size_t count_of(const char *const *paths)
{
    size_t n = 0;
    while (paths[n])
        n++;
    return n;
}

/* Feed in pieces of the given size (0: whole), print elements and outcome. */
static void parse(struct buf *out, const char *element,
                  const char *const *paths, const char *data, size_t length,
                  size_t first, size_t piece)
{
    struct error err = ERROR_INIT;
    struct seen seen = { BUF_INIT(0), count_of(paths), 0, 0 };
    struct json *j = json_open(element, paths, take, &seen);
    int rc = 0;
    for (size_t i = 0; i < length && !rc;) {
        size_t size = i == 0 && first ? first : piece ? piece : length;
        if (size > length - i)
            size = length - i;
        /* A copy of its own: a value borrowed too long is a use after free. */
        char *copy = mem_slice(data + i, size);
        rc = json_feed(j, copy, size, &err);
        memset(copy, '#', size);
        mem_free(copy);
        i += size;
    }
    if (!rc)
        rc = json_end(j, &err);
    buf_clear(out);
    buf_puts(out, buf_text(&seen.text));
    for (size_t i = 0; i < seen.paths; i++)
        if (paths[i][0] == '/') {
            struct json_value v = json_top(j, paths[i]);
            buf_printf(out, " top=%s:%.*s", type_names[v.type],
                       (int)v.text.length, v.text.data ? v.text.data : "");
        }
    if (rc)
        buf_printf(out, " %s", err.text);
    json_close(j);
    buf_release(&seen.text);
}

struct example {
    const char *element, *paths[6], *json, *expected;
};

static const struct example examples[] = {
    { "", { "id", "text" }, "{\"id\":7,\"text\":\"caf\xc3\xa9\"}",
      "[number:7|string:caf\xc3\xa9]" },
    { "", { "a", "b", "c", "d" },
      "{\"a\":null,\"b\":true,\"c\":{\"x\":1},\"d\":[]}",
      "[null|bool:true|other|other]" },
    { "[*]", { "id" }, "[{\"id\":1},{},{\"id\":\"x\"},3,null,[]]",
      "[number:1][absent][string:x][absent][absent][absent]" },
    { "[*]", { "" }, "[\"a\",2,{\"z\":0}]", "[string:a][number:2][other]" },
    { "posts[*]", { "uri", "record.langs[0]", "author.did", "/cursor" },
      "{\"cursor\":\"c1\",\"posts\":[{\"uri\":\"u1\",\"record\":{\"langs\":"
      "[\"en\",\"de\"]},\"author\":{\"did\":\"d\"}},{\"uri\":\"u2\"}],"
      "\"hits\":2}",
      "[string:u1|string:en|string:d|string:c1]"
      "[string:u2|absent|absent|string:c1] top=string:c1" },
    { "data.children[*].data", { "name" },
      "{\"data\":{\"children\":[{\"kind\":\"t3\",\"data\":{\"name\":\"a\"}},"
      "{\"data\":{\"name\":\"b\",\"data\":{\"name\":\"no\"}}}]}}",
      "[string:a][string:b]" },
    { "", { "a.b", "a.c" }, "{\"a\":{\"b\":1,\"c\":2},\"a\":{\"c\":3}}",
      "[absent|number:3]" },
    { "", { "a" }, "{\"a\":1,\"a\":\"two\"}", "[string:two]" },
    { "", { "a", "a.b" }, "{\"a\":{\"b\":5}}", "[other|number:5]" },
    { "", { "a", "a" }, "{\"a\":5}", "[number:5|number:5]" },
    { "", { "n[1]", "n[3]", "n[0].x" }, "{\"n\":[{\"x\":1},[8,9],7]}",
      "[other|absent|number:1]" },
    { "", { "n[0].x", "n[1]" }, "{\"n\":[{\"x\":1,\"y\":\"q\"},\"s\"]}",
      "[number:1|string:s]" },
    /* streams of documents */
    { "", { "" }, "{\"y\":\"q\"} \"s\"", "[other][string:s]" },
    { "", { "i" }, "{\"i\":1}\n\n{\"i\":2}\r\n{}", 
      "[number:1][number:2][absent]" },
    { "", { "" }, "1 22 333", "[number:1][number:22][number:333]" },
    /* byte order mark */
    { "", { "i" }, "\xef\xbb\xbf{\"i\":1}", "[number:1]" },
    { "", { "i" }, "\xef\xbb{\"i\":1}",
      " not JSON at byte 1: lexical error: invalid char in json text." },
    /* escapes and surrogates */
    { "", { "t" }, "{\"t\":\"\\ud83d\\ude00\\u00e9\\n\\\\ud800\"}",
      "[string:\xf0\x9f\x98\x80\xc3\xa9\n\\ud800]" },
    { "", { "t" }, "{\"t\":\"<\\ude0d>\"}", "[string:<\xef\xbf\xbd>]" },
    { "", { "t" }, "{\"t\":\"<\\ud83d>\"}", "[string:<\xef\xbf\xbd>]" },
    { "", { "t" }, "{\"t\":\"<\\ud83d\"}", "[string:<\xef\xbf\xbd]" },
    { "", { "t" }, "{\"t\":\"\\ud83d\\u0041\\ud83d\\n\"}",
      "[string:\xef\xbf\xbd" "A\xef\xbf\xbd\n]" },
    { "", { "t" }, "{\"t\":\"\\ud83d\\ud83d\\ude00\"}",
      "[string:\xef\xbf\xbd\xf0\x9f\x98\x80]" },
    { "", { "t" }, "{\"t\":\"a\\u0000b\"}", "[string:a\xef\xbf\xbd" "b]" },
    { "", { "a.t" }, "{\"a\":{\"t\":\"\xed\xb8\x8d\xff\xc0\x80\"}}",
      "[string:\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
      "\xef\xbf\xbd]" },
    { "", { "t\xc3\xa9" }, "{\"t\\u00e9\":1}", "[number:1]" },
    /* numbers */
    { "", { "a", "b", "c" },
      "{\"a\":1e400,\"b\":123456789012345678901234567890,\"c\":-0.5}",
      "[number:1e400|number:123456789012345678901234567890|number:-0.5]" },
    /* broken ones */
    { "", { "a" }, "", " empty: no JSON at all" },
    { "", { "a" }, " \n", " empty: no JSON at all" },
    { "", { "a" }, "{\"a\":1", " the JSON ends in the middle, after byte 6" },
    { "", { "a" }, "{\"a\":1}{\"a\":x}",
      "[number:1] not JSON at byte 13: lexical error: invalid char in json "
      "text." },
    { "", { "a" }, "{\"a\":1}]",
      "[number:1] not JSON at byte 8: parse error: unallowed token at this "
      "point in JSON text" },
};

static void test_examples_cut_anywhere(void **state)
{
    struct buf out = BUF_INIT(0);
    for (size_t e = 0; e < COUNT(examples); e++) {
        const struct example *x = &examples[e];
        size_t length = strlen(x->json);
        parse(&out, x->element, x->paths, x->json, length, 0, 0);
        assert_string_equal(buf_text(&out), x->expected);
        parse(&out, x->element, x->paths, x->json, length, 0, 1);
        assert_string_equal(buf_text(&out), x->expected);
        for (size_t cut = 1; cut < length; cut++) {
            parse(&out, x->element, x->paths, x->json, length, cut, 0);
            assert_string_equal(buf_text(&out), x->expected);
        }
    }
    buf_release(&out);
}

static void test_html_is_named(void **state)
{
    static const char *const paths[] = { "a", NULL };
    struct buf out = BUF_INIT(0);
    parse(&out, "", paths, "  <html>", 8, 0, 0);
    assert_string_equal(buf_text(&out), " this is HTML or XML, not JSON");
    buf_release(&out);
}

static void test_brackets(void **state)
{
    static const char *const paths[] = { "a", NULL };
    struct buf deep = BUF_INIT(0), out = BUF_INIT(0);
    for (int i = 0; i < 200000; i++)
        buf_putc(&deep, '[');
    parse(&out, "", paths, deep.data, deep.length, 0, 0);
    assert_string_equal(buf_text(&out),
                        " byte 65: nested deeper than 64 levels");
    buf_clear(&deep);
    for (int i = 0; i < 64; i++)
        buf_putc(&deep, '[');
    for (int i = 0; i < 64; i++)
        buf_putc(&deep, ']');
    parse(&out, "", paths, deep.data, deep.length, 0, 0);
    assert_string_equal(buf_text(&out), "[absent]");
    buf_release(&deep);
    buf_release(&out);
}

static void test_big_strings(void **state)
{
    enum { LONGEST = 1 << 20 };
    static const char *const paths[] = { "a", NULL };
    struct error err = ERROR_INIT;
    struct seen seen = { BUF_INIT(0), 1, 0, 0 };
    struct buf big = BUF_INIT(0);
    buf_puts(&big, "{\"a\":\"");
    for (int i = 0; i < LONGEST / 16; i++)
        buf_puts(&big, "0123456789abcdef");
    struct json *j = json_open("", paths, take, &seen);
    assert_int_equal(json_feed(j, big.data, big.length, &err), 0);
    assert_int_equal(json_feed(j, "\"}", 2, &err), 0);
    assert_int_equal(json_end(j, &err), 0);
    assert_int_equal(seen.text.length, LONGEST + strlen("[string:]"));
    json_close(j);

    buf_putc(&big, '0'); /* one too many */
    j = json_open("", paths, take, &seen);
    assert_int_equal(json_feed(j, big.data, big.length, &err), 0);
    assert_int_equal(json_feed(j, "\"}", 2, &err), -1);
    assert_non_null(strstr(err.text, "longer than 1048576 bytes"));
    assert_int_equal(json_feed(j, "{}", 2, &err), -1);
    json_close(j);

    /* A string without end is stopped while it comes. */
    j = json_open("", paths, take, &seen);
    size_t fed = 0;
    while (json_feed(j, big.data + (fed ? 6 : 0), LONGEST / 2, &err) == 0)
        assert_true((fed += LONGEST / 2) < 8 * LONGEST);
    assert_non_null(strstr(err.text, "longer than 1048576 bytes"));
    json_close(j);
    buf_release(&big);
    buf_release(&seen.text);
}

#define CUT "cut off: the JSON ends in the middle, after byte "
#define OPEN16 "[[[[[[[[[[[[[[[["

static void test_lines_stand_alone(void **state)
{
    static const char *const paths[] = { "i", NULL };
    static const struct { const char *line, *why; } rows[] = {
        { "{\"i\":1}\n", "" },
        { "{\"i\":2", CUT "6" },
        { "{\"i\":\"3\r\n", CUT "7" },
        { "{\"i\":4}", "" },
        { "\"bare", CUT "5" },
        { "{\"i\":5} \"x\n", CUT "10" },
        { "{\"i\":\"\\ud83", CUT "11" },
        { "{\"i\":nul}\n",
          "not JSON at byte 8: lexical error: invalid string in json text." },
        { "\n", "" },
        { "", "" },
        { OPEN16 OPEN16 OPEN16 OPEN16 "[",
          "byte 65: nested deeper than 64 levels" },
        { "\xef\xbb\xbf{\"i\":\"\\ud83d\"}\r\n", "" },
        { "6\n", "" },
        { "{\"i\":7}{\"i\":8}\n", "" },
        { "{\"i\":\"\\u0000\"} \"\\ud", CUT "19" },
    };
    struct seen seen = { BUF_INIT(0), 1, 0, 0 };
    struct json *j = json_open("", paths, take, &seen);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct error err = ERROR_INIT;
        char *copy = mem_string(rows[i].line);
        int rc = json_line(j, copy, strlen(copy), &err);
        mem_free(copy);
        assert_string_equal(err.text, rows[i].why);
        assert_int_equal(rc, rows[i].why[0] ? -1 : 0);
    }
    for (size_t i = 0; i < 20; i++) { /* many blanks are not one long value */
        char *blanks = mem_alloc(100000);
        memset(blanks, ' ', 100000);
        assert_int_equal(json_line(j, blanks, 100000, NULL), 0);
        mem_free(blanks);
    }
    assert_string_equal(buf_text(&seen.text),
        "[number:1][number:4][number:5][string:\xef\xbf\xbd][absent]"
        "[number:7][number:8][string:\xef\xbf\xbd]");
    json_close(j);
    buf_release(&seen.text);
}

/* A value as some program may write it: every fifth piece is a rare one. */
static void compose(struct buf *out, int depth)
{
    static const char *const scalars[] = {
        "1", "\"b\"", "null", "true", "-12.5e+3", "\"\"", "\"caf\xc3\xa9\"",
        "false", "\"a longer text with sixteen bytes and some\"", "0",
        "\"\\n\\/\\\"\"", "\"\\ud83d\\ude00\"", "\"\\ud83d x\"", "\"\\u0000\"",
        "\"\xff\"", "\"\x7f\"", "\"\x01\"", "01", "-", "1.", "nul", "\"\\x\"",
        "\"\\u00g0\"", "1E9", "\"\\ude00\\\\\"", "tru\"", "2 3", "",
    };
    static const char *const keys[] = { "a", "b", "t", "t", "c", "n", "zzzz",
        "x", "", "\\u0061", "a.b" };
    bool rare = roll(5) == 0;
    unsigned kind = roll(8);
    if (depth > 4 || kind > 3) {
        buf_puts(out, scalars[roll(rare ? COUNT(scalars) : 10)]);
        return;
    }
    unsigned count = roll(5);
    buf_puts(out, kind ? "{" : "[");
    for (unsigned i = 0; i < count; i++) {
        buf_puts(out, i ? "," : "");
        if (rare)
            buf_puts(out, " \t" + roll(3));
        if (kind)
            buf_printf(out, "\"%s\":", keys[roll(rare ? COUNT(keys) : 8)]);
        compose(out, depth + 1);
    }
    buf_puts(out, kind ? "}" : "]");
}

/* The short way of lines says what yajl says, or leaves the line to it. */
static void test_lines_read_as_documents(void **state)
{
    static const char *const paths[] = { "a", "a.b", "b", "b", "t[1]",
        "t[0].a", "n.x.a", "c", NULL };
    struct buf line = BUF_INIT(0);
    int good = 0;
    for (int round = 0; round < 60000; round++) {
        struct seen by_line = { BUF_INIT(0), 8, 0, 0 };
        struct seen by_feed = { BUF_INIT(0), 8, 0, 0 };
        struct error err = ERROR_INIT;
        const char *names[2];
        buf_clear(&line);
        compose(&line, 0);
        if (round % 3 == 0 && line.length) /* a byte gone wrong */
            line.data[roll((unsigned)line.length)] =
                "\"\\{}[],: 1\0"[roll(11)];
        if (round % 2)
            buf_putc(&line, '\n');
        struct json *a = json_open("", paths, take, &by_line);
        struct json *b = json_open("", paths, take, &by_feed);
        char *copy = mem_slice(line.data, line.length);
        int rc = json_line(a, copy, line.length, NULL);
        int expected = json_feed(b, copy, line.length, &err);
        if (!expected)
            expected = json_end(b, &err);
        if (expected && strncmp(err.text, "empty", 5) == 0)
            expected = 0; /* a blank line is fine */
        mem_free(copy);
        assert_int_equal(rc, expected);
        assert_string_equal(buf_text(&by_line.text), buf_text(&by_feed.text));
        assert_int_equal(json_ignored(a, &names[0]), json_ignored(b, &names[1]));
        assert_string_equal(names[0], names[1]);
        good += rc == 0;
        json_close(a);
        json_close(b);
        buf_release(&by_line.text);
        buf_release(&by_feed.text);
    }
    assert_in_range(good, 20000, 50000); /* both kinds came */
    buf_release(&line);
}

static void test_take_stops(void **state)
{
    static const char *const paths[] = { "", NULL };
    struct error err = ERROR_INIT;
    struct seen seen = { BUF_INIT(0), 1, 0, 2 };
    struct json *j = json_open("[*]", paths, take, &seen);
    assert_int_equal(json_feed(j, "[1,2,3]", 7, &err), -1);
    assert_string_equal(err.text, "enough");
    assert_int_equal(err.kind, ERROR_DENIED);
    assert_int_equal(seen.elements, 2);
    json_close(j);
    buf_release(&seen.text);
}

static struct json_value value(enum json_type type, const char *text)
{
    return (struct json_value){ type, text_of(text) };
}

static void test_conversions(void **state)
{
    static const struct { const char *text; bool ok; int64_t whole; } rows[] = {
        { "0", true, 0 }, { "-5", true, -5 }, { "1.9", true, 1 },
        { "1e3", true, 1000 }, { "9223372036854775807", true, INT64_MAX },
        { "9223372036854775808", false, 0 }, { "1e400", false, 0 },
        { "", false, 0 }, { "12x", false, 0 }, { "0x10", false, 0 },
        { "inf", false, 0 }, { "-", false, 0 },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t got = 0;
        struct json_value v = value(JSON_STRING, rows[i].text);
        assert_int_equal(json_integer(&v, &got), rows[i].ok);
        if (rows[i].ok)
            assert_int_equal(got, rows[i].whole);
    }
    uint32_t count;
    struct json_value v = value(JSON_NUMBER, "-3");
    assert_true(json_count(&v, &count) && count == 0);
    v = value(JSON_NUMBER, "99999999999999999999");
    assert_true(json_count(&v, &count) && count == UINT32_MAX);
    v = value(JSON_NULL, "null");
    assert_false(json_count(&v, &count));
    v = value(JSON_BOOL, "true");
    assert_true(json_true(&v));
    v = value(JSON_STRING, "true");
    assert_false(json_true(&v));
}

static void test_write(void **state)
{
    struct buf out = BUF_INIT(0);
    json_write(&out, TEXT("a\"b\\c\n\t\x01</x>\xe2\x80\xa8\xc3\xa9\xff"));
    assert_string_equal(buf_text(&out),
        "\"a\\\"b\\\\c\\n\\t\\u0001\\u003c/x>\\u2028\xc3\xa9\xef\xbf\xbd\"");
    buf_release(&out);
}

/* The same calls give an object and a row. */
static void put_one(struct writer *w)
{
    write_begin(w, NULL, '{');
    write_text(w, "text", "=a,\"b\"");
    write_text(w, "none", NULL);
    write_real(w, "real", 0.25);
    write_real(w, "none", NAN);
    write_flag(w, "flag", true);
    write_time(w, "time", 0);
    write_set(w, "set", 5, label_names);
    write_end(w, '}');
}

static void test_writer(void **state)
{
    struct buf out = BUF_INIT(0);
    struct writer json = { .out = &out }, csv = { .out = &out, .csv = true };
    write_begin(&json, NULL, '[');
    put_one(&json);
    put_one(&json);
    write_end(&json, ']');
    const char *one = "{\"text\":\"=a,\\\"b\\\"\",\"none\":null,\"real\":0.25,"
                      "\"none\":null,\"flag\":true,\"time\":null,"
                      "\"set\":[\"unscored\",\"neutral\"]}";
    struct buf wanted = BUF_INIT(0);
    buf_printf(&wanted, "[\n%s,\n%s]", one, one);
    assert_string_equal(buf_text(&out), buf_text(&wanted));
    buf_clear(&out);
    put_one(&csv);
    put_one(&csv);
    assert_string_equal(buf_text(&out),
                        "\"'=a,\"\"b\"\"\",,0.25,,1,,\"unscored,neutral\"\n"
                        "\"'=a,\"\"b\"\"\",,0.25,,1,,\"unscored,neutral\"\n");
    buf_release(&out);
    buf_release(&wanted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_examples_cut_anywhere),
        cmocka_unit_test(test_html_is_named),
        cmocka_unit_test(test_brackets),
        cmocka_unit_test(test_big_strings),
        cmocka_unit_test(test_lines_stand_alone),
        cmocka_unit_test(test_lines_read_as_documents),
        cmocka_unit_test(test_take_stops),
        cmocka_unit_test(test_conversions),
        cmocka_unit_test(test_write),
        cmocka_unit_test(test_writer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
