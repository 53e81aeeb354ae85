/* SPDX-License-Identifier: Apache-2.0 */
/* Files of rules: what a row is, what is passed over, what is refused. */
#include "pipeline/tsv.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test.h"

/* "a|b" for a row of two cells; a row that begins with "no" is refused. */
struct seen {
    struct buf told;
    struct tsv file;
    struct error *err;
};

static int take(void *context, const struct tsv_row *row)
{
    struct seen *s = context;
    size_t cells = row->count < TSV_CELLS ? row->count : TSV_CELLS;
    if (text_is(row->cells[0], "no"))
        return tsv_fault(&s->file, "no", s->err);
    for (size_t i = 0; i < cells; i++) {
        buf_puts(&s->told, i ? "|" : "");
        buf_add(&s->told, row->cells[i].data, row->cells[i].length);
    }
    buf_puts(&s->told, row->count > TSV_CELLS ? "|more\n" : "\n");
    return 0;
}

/* fault: what a refusal says, or NULL. */
static void expect(const char *content, const char *told, const char *fault)
{
    char path[] = "tsv-XXXXXX";
    struct error err = ERROR_INIT;
    struct seen s = { BUF_INIT(0), { .path = path }, &err };
    scratch_file(path, content);
    assert_int_equal(tsv_read(&s.file, take, &s, &err), fault ? -1 : 0);
    unlink(path);
    assert_string_equal(buf_text(&s.told), told);
    if (fault && !strstr(err.text, fault))
        fail_msg("\"%s\" gave \"%s\"", content, err.text);
    buf_release(&s.told);
}

static void test_rows(void **state)
{
    expect("", "", NULL);
    expect("a\tb\nc\n", "a|b\nc\n", NULL);
    expect("a\t\tb", "a||b\n", NULL);
    expect("# a\tb\n\n#\n#a\tb\r\nc\r\n", "#a|b\nc\n", NULL);
    expect("1\t2\t3\t4\t5\n", "1|2|3|4|5\n", NULL);
    expect("1\t2\t3\t4\t5\t6\t7\n", "1|2|3|4|5|more\n", NULL);
}

static void test_refused(void **state)
{
    char *big = mem_alloc(65538);
    memset(big, 'a', 65537);
    expect(big, "", ":1: the line is longer than 64 KiB");
    big[65536] = '\0';
    struct buf told = BUF_INIT(0);
    buf_printf(&told, "%s\n", big);
    expect(big, told.data, NULL);
    expect("a\nno\tb\nc\n", "a\n", ":2: no");
    expect("a\n\xff\n", "a\n", ":2: the line is not valid UTF-8");
    struct error err = ERROR_INIT;
    struct seen s = { BUF_INIT(0), { .path = "no/such" }, &err };
    assert_int_equal(tsv_read(&s.file, take, &s, &err), -1);
    assert_non_null(strstr(err.text, "lexicon no/such cannot be read"));
    s.file.optional = true;
    assert_int_equal(tsv_read(&s.file, take, &s, &err), 0);
    buf_release(&told);
    mem_free(big);
}

static void test_numbers(void **state)
{
    double n;
    assert_int_equal(tsv_number(TEXT("-1.5"), -4, 4, &n), 0);
    assert_true(n > -1.51 && n < -1.49);
    static const char *const none[] = { "", "x", "1x", "5", "-5", "nan", "inf",
        "0000000000000000000000000000000000000001" };
    for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
        assert_int_equal(tsv_number(text_of(none[i]), -4, 4, &n), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows), cmocka_unit_test(test_refused),
        cmocka_unit_test(test_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
