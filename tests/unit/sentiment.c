/* SPDX-License-Identifier: Apache-2.0 */
/* The scorer on short sentences of our own, over lexicons/en and over small
 * lexicons made here. */
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

#include "pipeline/sentiment.h"

static struct sentiment *english(void)
{
    struct sentiment *s = NULL;
    struct error err = ERROR_INIT;
    if (sentiment_open(&s, "lexicons/en", NULL, &err))
        fail_msg("%s", err.text);
    return s;
}

static struct tags score(const struct sentiment *s, const char *text)
{
    struct words w = WORDS_INIT;
    struct tags tags = { 0 };
    words_split(&w, text_of(text));
    sentiment_score(s, &w, 0, w.count, NULL, &tags, NULL, NULL);
    words_release(&w);
    return tags;
}

static void test_labels(void **state)
{
    static const struct { const char *text; enum label label; } rows[] = {
        { "I love this jacket!", LABEL_POSITIVE },
        { "the zip broke after a day, terrible quality", LABEL_NEGATIVE },
        { "The shop opens at nine.", LABEL_NEUTRAL },
        { "Everything has been smooth. No problems or complaints.",
          LABEL_POSITIVE },
        { "the staff was not helpful at all", LABEL_NEGATIVE },
        { "thanks for nothing", LABEL_NEGATIVE },
        { "not bad at all", LABEL_POSITIVE },
        { "", LABEL_NEUTRAL },
    };
    struct sentiment *s = english();
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        if (score(s, rows[i].text).label != rows[i].label)
            fail_msg("\"%s\" is %s", rows[i].text,
                     label_names[score(s, rows[i].text).label]);
    sentiment_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_labels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
