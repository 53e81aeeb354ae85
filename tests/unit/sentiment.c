/* SPDX-License-Identifier: Apache-2.0 */
/* The scorer on short sentences of our own, over lexicons/en and over small
 * lexicons made here. */
#include <math.h>
#include <unistd.h>

#include "base/buf.h"
#include "pipeline/sentiment.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test.h"

static int open_english(void **state)
{
    struct error err = ERROR_INIT;
    struct sentiment *s;
    if (sentiment_open(&s, "lexicons/en", NULL, &err))
        fail_msg("%s", err.text);
    *state = s;
    return 0;
}

static int close_english(void **state)
{
    sentiment_close(*state);
    return 0;
}

static struct tags score(const struct sentiment *s, const char *text)
{
    struct words w = WORDS_INIT;
    struct tags tags = { 0 };
    struct scorer *scorer = scorer_open(s);
    words_split(&w, text_of(text));
    scorer_read(scorer, &w, NULL);
    scorer_score(scorer, 0, w.count, &tags, NULL, NULL);
    scorer_close(scorer);
    words_release(&w);
    return tags;
}

static void test_labels(void **state)
{
    static const struct { const char *text; enum label label; } rows[] = {
        { "I love this jacket!", LABEL_POSITIVE },
        { "the zip broke after a day, terrible quality", LABEL_NEGATIVE },
        { "The shop opens at nine.", LABEL_NEUTRAL },
        { "", LABEL_NEUTRAL },
        /* What lexicons get wrong, from their users. */
        { "Everything has been smooth. No problems or complaints.",
          LABEL_POSITIVE },
        { "nothing for redheads :(", LABEL_NEGATIVE },
        { "thanks for nothing", LABEL_NEGATIVE },
        { "the staff was not helpful at all", LABEL_NEGATIVE },
        { "not bad at all, would buy again", LABEL_POSITIVE },
        { "Don't waste your money on these boots.", LABEL_NEGATIVE },
        { "on hold for two hours and still waiting", LABEL_NEGATIVE },
        { "worst customer service ever", LABEL_NEGATIVE },
        { "best coat I have ever owned, thank you!", LABEL_POSITIVE },
        { "The app crashes every time I open it", LABEL_NEGATIVE },
        { "the new store is gorgeous \xf0\x9f\x98\x8d", LABEL_POSITIVE },
        { "What time does the sale start?", LABEL_NEUTRAL },
        { "I wish it lasted longer", LABEL_NEGATIVE },
        { "2/10", LABEL_NEGATIVE },
        { "10/10", LABEL_POSITIVE },
        { "0 stars", LABEL_NEGATIVE },
        { "far too tight round the arms", LABEL_NEGATIVE },
        { "I don't have any complaints", LABEL_POSITIVE },
        { "I have yet to have any issues with it", LABEL_POSITIVE },
        { "I have a problem with my order", LABEL_NEGATIVE },
        { "Let me know if there are any problems", LABEL_NEUTRAL },
        { "I am not sure it is good", LABEL_NEGATIVE },
        { "#acmefail", LABEL_NEGATIVE },
        { "water gets in everywhere", LABEL_NEGATIVE },
        { "The strap snapped the first time I wore it.", LABEL_NEGATIVE },
        { "nothing like the photo", LABEL_NEGATIVE },
        { "the sole came off on day two", LABEL_NEGATIVE },
        { "fits like it was made for me", LABEL_POSITIVE },
        { "replaced it without a quibble", LABEL_POSITIVE },
        { "they wouldn't take a penny for it", LABEL_POSITIVE },
    };
    int wrong = 0;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct tags tags = score(*state, rows[i].text);
        if (tags.label == rows[i].label)
            continue;
        wrong++;
        print_message("\"%s\" is %s (%d)\n", rows[i].text,
                      label_names[tags.label], tags.score);
    }
    assert_int_equal(wrong, 0);
}

/* The first text must be more positive than the second. */
static void test_order(void **state)
{
    static const char *const rows[][2] = {
        { "the fit is good", "the fit is not good" },
        { "the delivery was excellent", "the delivery was very slow" },
        { "no problem", "a problem" },
        { "I like the shop, but the app is awful",
          "I like the shop, and the app is awful and ugly" },
        { "the colour is nice \xf0\x9f\x98\x8d",
          "the colour is nice \xf0\x9f\x98\xa1" },
        { "this is proper", "this is not proper" },
        { "the evaluation is correct", "the evaluation is not correct" },
        { "my parcel has arrived", "my parcel has not arrived" },
        { "great :)", "great :(" },
    };
    int wrong = 0;
    for (size_t i = 0; i < COUNT(rows); i++) {
        int first = score(*state, rows[i][0]).score;
        int second = score(*state, rows[i][1]).score;
        if (first > second)
            continue;
        wrong++;
        print_message("\"%s\" %d, \"%s\" %d\n", rows[i][0], first,
                      rows[i][1], second);
    }
    assert_int_equal(wrong, 0);
}

/* Writing that differs in form only scores the same. */
static void test_same(void **state)
{
    static const char *const rows[][2] = {
        { "nice shop \xe2\x9d\xa4\xef\xb8\x8f", "nice shop \xe2\x9d\xa4" },
        { "thanks \xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd",
          "thanks \xf0\x9f\x91\x8d" },
        { "I don't like it", "I don\xe2\x80\x99t like it" },
        { "@united is here", "@lovely is here" },
        { "see http://example.org/love", "see http://example.org/hate" },
        { "soooo good", "sooooooo good" },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(score(*state, rows[i][0]).score,
                         score(*state, rows[i][1]).score);
}

/* Long texts stay within bounds and do not turn around. */
static void test_long(void **state)
{
    static const struct { const char *piece; enum label label; } rows[] = {
        { "\xf0\x9f\x98\x8d", LABEL_POSITIVE },
        { "awful and rude. ", LABEL_NEGATIVE },
        { "?", LABEL_NEUTRAL },
        { "\xd8\xa7", LABEL_NEUTRAL },
        { "e\xcc\x81", LABEL_NEUTRAL },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct buf text = BUF_INIT(MiB);
        while (buf_puts(&text, rows[i].piece) == 0)
            continue;
        assert_int_equal(score(*state, text.data).label, rows[i].label);
        buf_release(&text);
    }
}

struct sums {
    double positive, negative;
    size_t count;
};

static void add_up(void *context, const struct contribution *c)
{
    struct sums *sums = context;
    assert_non_null(c->rule);
    assert_non_null(c->entry);
    sums->positive += c->positive;
    sums->negative += c->negative;
    sums->count++;
}

/* The contributions told are the whole score. */
static void test_explained(void **state)
{
    static const char *const texts[] = {
        "I LOVE the coat, but not the slow, rude delivery!! :( #fail",
        "If only it was not so ugly... would you buy it? thanks for nothing",
        "great great great great great great great great great great great",
    };
    struct scorer *scorer = scorer_open(*state);
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct words w = WORDS_INIT;
        struct tags tags;
        struct sums sums = { 0, 0, 0 };
        words_split(&w, text_of(texts[i]));
        scorer_read(scorer, &w, NULL);
        scorer_score(scorer, 0, w.count, &tags, add_up, &sums);
        double p = exp(sums.positive), n = exp(sums.negative);
        double told = 1000 * (p - n) / (1 + p + n);
        assert_true(sums.count > 3);
        assert_true(fabs(told - tags.score) < 1);
        words_release(&w);
    }
    scorer_close(scorer);
}

/* A masked word is a name and adds nothing. */
static void test_mask(void **state)
{
    struct scorer *scorer = scorer_open(*state);
    struct words w = WORDS_INIT;
    struct tags tags, other;
    uint8_t mask[3] = { 1, 0, 0 };
    words_split(&w, TEXT("Lovely opens tomorrow"));
    scorer_read(scorer, &w, mask);
    scorer_score(scorer, 0, w.count, &tags, NULL, NULL);
    words_split(&w, TEXT("Horrid opens tomorrow"));
    scorer_read(scorer, &w, mask);
    scorer_score(scorer, 0, w.count, &other, NULL, NULL);
    assert_int_equal(tags.score, other.score);
    assert_int_equal(tags.label, LABEL_NEUTRAL);
    words_release(&w);
    scorer_close(scorer);
}

/* What lay in memory before says nothing: all ones are no number, not even
 * times 0. */
static void test_first(void **state)
{
    for (size_t size = 32; size <= 2048; size += 16) {
        void *block = mem_resize(NULL, size);
        memset(block, 0xff, size);
        mem_free(block);
    }
    assert_int_equal(score(*state, "this is not good").label, LABEL_NEGATIVE);
}

/* The sentiment towards a name: of the clause around it, of the other side of
 * a "but" never, and turned round where it is who was surpassed. Long, for its
 * sentences stand in it. */
static void test_mention(void **state)
{
    static const struct {
        const char *name, *text;
        enum label label;
    } rows[] = {
        { "jacket", "love the jacket, but Acme's delivery was a joke",
          LABEL_POSITIVE },
        { "Acme", "love the jacket, but Acme's delivery was a joke",
          LABEL_NEGATIVE },
        { "delivery", "love it, but delivery took weeks", LABEL_NEGATIVE },
        { "price", "The price is fair but the returns process is a mess",
          LABEL_POSITIVE },
        { "checkout", "I like the shop but the checkout took 40 minutes",
          LABEL_NEGATIVE },
        { "coat", "Although the shop was rude, the coat is perfect.",
          LABEL_POSITIVE },
        { "coffee", "Friendly staff, awful coffee, lovely cake",
          LABEL_NEGATIVE },
        { "cake", "Friendly staff, awful coffee, lovely cake",
          LABEL_POSITIVE },
        { "keyboard", "The screen is gorgeous and the keyboard is a disaster",
          LABEL_NEGATIVE },
        { "Norvik", "The tent from Plumly is fantastic while the one from "
          "Norvik leaks", LABEL_NEGATIVE },
        { "Kettler", "Kettler is so much better than Bramford",
          LABEL_POSITIVE },
        { "Bramford", "Kettler is so much better than Bramford",
          LABEL_NEGATIVE },
        { "Bramford", "Kettler is worse than the old Bramford",
          LABEL_POSITIVE },
        { "Kettler", "Switched from Kettler to Bramford and never looked back",
          LABEL_NEGATIVE },
        /* who is addressed is told all of it */
        { "@kettler", "@kettler thanks for the reply, but my order is still "
          "lost, this is the worst service", LABEL_NEGATIVE },
        { "@bramford", ".@kettler @bramford thanks, but the parcel is still "
          "lost and your support is useless", LABEL_NEGATIVE },
        { "@kettler", "a great lamp from @kettler, but awful service",
          LABEL_POSITIVE },
    };
    struct scorer *scorer = scorer_open(*state);
    struct words w = WORDS_INIT;
    int wrong = 0;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct tags tags = { 0 };
        const char *at = strstr(rows[i].text, rows[i].name);
        struct span span = { (uint32_t)(at - rows[i].text),
                             (uint32_t)strlen(rows[i].name) };
        words_split(&w, text_of(rows[i].text));
        scorer_read(scorer, &w, NULL);
        scorer_score(scorer, 0, w.count, &tags, NULL, NULL);
        scorer_mention(scorer, words_around(&w, span), false, &tags);
        if (tags.label == rows[i].label)
            continue;
        wrong++;
        print_message("%s in \"%s\" is %s (%d)\n", rows[i].name,
                      rows[i].text, label_names[tags.label], tags.score);
    }
    assert_int_equal(wrong, 0);
    words_release(&w);
    scorer_close(scorer);
}

/* --- lexicons of one's own ------------------------------------------- */

static int open_with(const char *rows, struct sentiment **s,
                     struct error *err)
{
    char path[] = "/tmp/swell-lexicon-XXXXXX";
    scratch_file(path, rows);
    int status = sentiment_open(s, "lexicons/en", path, err);
    unlink(path);
    return status;
}

static void test_formats(void **state)
{
    static const char *const good[] = {
        "zorbly\t3.1\n",                              /* ours, AFINN's */
        "zorbly\t5\n",                                /* AFINN's best */
        "zorbly\ta\t3.1\n",                           /* words.tsv */
        "zorbly\t3.1\t0.5\t[3, 3, 4, 3]\r\n",         /* VADER's */
        "zorbly\t4.0\t-1.0\n",                        /* weights.tsv */
    };
    for (size_t i = 0; i < COUNT(good); i++) {
        struct sentiment *s = NULL;
        struct error err = ERROR_INIT;
        if (open_with(good[i], &s, &err))
            fail_msg("%s: %s", good[i], err.text);
        assert_true(score(s, "a zorbly hat").score >
                    score(*state, "a zorbly hat").score + 50);
        assert_true(sentiment_hash(s) != sentiment_hash(*state));
        sentiment_close(s);
    }
}

static void test_bad_lines(void **state)
{
    static const char *const bad[] = {
        "fine\t2\nzorbly\n", "fine\t2\nzorbly\tx\n", "fine\t2\nzorbly\t7\n",
        "fine\t2\n\t2\n", "fine\t2\nzorbly\tnan\n",
        ("fine\t2\nzor\xff" "bly\t2\n"),
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct sentiment *s = NULL;
        struct error err = ERROR_INIT;
        assert_int_equal(open_with(bad[i], &s, &err), -1);
        assert_null(s);
        assert_non_null(strstr(err.text, ":2: "));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_labels),    cmocka_unit_test(test_order),
        cmocka_unit_test(test_same),      cmocka_unit_test(test_explained),
        cmocka_unit_test(test_long),      cmocka_unit_test(test_first),
        cmocka_unit_test(test_mask),      cmocka_unit_test(test_mention),
        cmocka_unit_test(test_formats),   cmocka_unit_test(test_bad_lines),
    };
    return cmocka_run_group_tests(tests, open_english, close_english);
}
