/* SPDX-License-Identifier: Apache-2.0 */
/* A configuration that is right is read whole; each fault has its line. */
#include "base/config.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test.h"

/* What config_load() says to a file of this content. */
static int load(struct config **out, const char *content, struct buf *faults,
                struct error *err)
{
    char path[] = "/tmp/swell-config-XXXXXX";
    scratch_file(path, content);
    int rc = config_load(out, path, faults, err);
    unlink(path);
    return rc;
}

static void a_configuration_is_read(void **state)
{
    struct config *c;
    struct error err = ERROR_INIT;
    static const char content[] =
        "store: s.db\n"
        "brands:\n"
        "  - name: acme\n"
        "    match: [Acme, \"@acme\"]\n"
        "    products:\n"
        "      - name: app\n"
        "        match: Acme app\n"
        "  - name: rival\n"
        "sources:\n"
        "  - name: hn\n"
        "    type: hackernews\n"
        "    every: 30m\n"
        "    query: [acme, rival]\n"
        "digest:\n"
        "  timezone: Europe/London\n";
    assert_int_equal(0, load(&c, content, NULL, &err));
    assert_int_equal(3, c->subject_count);
    assert_string_equal("acme/app", c->subjects[1].name);
    assert_int_equal(0, c->subjects[1].brand);
    assert_true(c->subjects[1].own);
    assert_false(c->subjects[2].own);
    assert_string_equal("rival", c->subjects[2].match.items[0]);
    assert_int_equal(1800, c->sources[0].every);
    assert_int_equal(2, c->sources[0].pair_count);
    config_close(c);
}

static void faults_have_their_lines(void **state)
{
    static const char *const expected[] = {
        ":1: unknown key \"stroe\"", ":2: retention: \"forever\"",
        ":4: name:", ":5: name is missing", ":6: expected a list",
        ":7: mail needs smtp_url", ":9: timezone: Mars/Base:",
        ":9: format: text, html or markdown", ":9: webhook_kind: slack",
        ":10: brands: \"zenith\" is no brand here",
        ":11: \"sources\" is given in line 6 already",
    };
    struct config *c;
    struct error err = ERROR_INIT;
    struct buf faults = BUF_INIT(0);
    static const char content[] =
        "stroe: s.db\n"
        "retention: forever\n"
        "brands:\n"
        "  - name: bad name\n"
        "  - match: [x]\n"
        "sources: nothing\n"
        "digest: { operator: keeper@shop.example,\n"
        "  recipients: [\n"
        "    { name: x, path: y, format: pdf, webhook_kind: irc, "
        "timezone: Mars/Base,\n"
        "      brands: [ zenith ] }]}\n"
        "sources: []\n";
    assert_int_equal(-1, load(&c, content, &faults, &err));
    for (size_t i = 0; i < COUNT(expected); i++)
        assert_non_null(strstr(faults.data, expected[i]));
    assert_non_null(strstr(err.text, expected[0]));
    assert_non_null(c); /* what could be read: there may be more to find */
    assert_int_equal(2, c->subject_count);
    config_close(c);
    buf_release(&faults);
}

static void what_is_not_yaml_is_refused(void **state)
{
    static const char *const rows[] = { "a: [", "", "- x\n", "{", "\x01" };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct config *c;
        struct error err = ERROR_INIT;
        assert_int_equal(-1, load(&c, rows[i], NULL, &err));
        assert_int_equal(ERROR_CONFIG, err.kind);
    }
}

static void bytes_of_another_encoding_have_their_line(void **state)
{
    struct config *c;
    struct error err = ERROR_INIT;
    assert_int_equal(-1, load(&c, "brands:\n  - name: a\n    match: caf\xe9\n",
                              NULL, &err));
    assert_non_null(strstr(err.text, ":3: "));
}

static void a_file_that_cannot_be_read_says_why(void **state)
{
    struct config *c;
    struct error err = ERROR_INIT;
    assert_int_equal(-1, config_load(&c, "/proc/self/mem", NULL, &err));
    assert_non_null(strstr(err.text, "Input/output error"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_configuration_is_read),
        cmocka_unit_test(faults_have_their_lines),
        cmocka_unit_test(what_is_not_yaml_is_refused),
        cmocka_unit_test(bytes_of_another_encoding_have_their_line),
        cmocka_unit_test(a_file_that_cannot_be_read_says_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
