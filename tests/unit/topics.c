/* SPDX-License-Identifier: Apache-2.0 */
/* Topics: the sentences of topics.tsv and others of our own over lexicons/en,
 * small rows made here, and figures on labelled posts where ../shared/data is
 * at hand. */
#include <unistd.h>

#include "base/buf.h"
#include "base/post.h"
#include "tests/tools/labelled.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test.h"

static int open_english(void **state)
{
    struct lexicons *english = mem_alloc(sizeof(*english));
    *english = lexicons_open("lexicons/en");
    *state = english;
    return 0;
}

static int close_english(void **state)
{
    lexicons_close(*state);
    mem_free(*state);
    return 0;
}

static struct post tag(struct lexicons *l, const char *text)
{
    struct post post = { .text = text_of(text) };
    post.tags = lexicons_read(l, post.text);
    spotter_tag(l->spotter, 0, l->words.count, &post.tags);
    spotter_spans(l->spotter, &post);
    return post;
}

static void assert_span(const struct post *p, struct span span,
                        const char *expected)
{
    char got[200];
    snprintf(got, sizeof(got), "%.*s", (int)span.length,
             p->text.data + span.start);
    assert_string_equal(got, expected);
}

/* All wrong ones are told before the test fails. */
static void test_sentences(void **state)
{
    static const struct {
        const char *kind, *const *names;
        int count;
    } kinds[] = {
        { "aspect", aspect_names, ASPECT_COUNT },
        { "channel", channel_names, CHANNEL_COUNT },
        { "intent", intent_names, INTENT_COUNT },
    };
    struct rows r = rows_open("tests/unit", "topics.tsv");
    unsigned wrong = 0, known = 0;
    while (rows_next(&r, 3)) {
        struct post p = tag(*state, r.cells[2]);
        unsigned sets[] = { p.tags.aspects, p.tags.channels, p.tags.intents };
        for (size_t k = 0; k < COUNT(kinds); k++)
            for (int i = 0; i < kinds[k].count; i++) {
                if (strcmp(kinds[k].kind, r.cells[0]) ||
                    strcmp(kinds[k].names[i], r.cells[1] + 1))
                    continue;
                known++;
                if ((sets[k] >> i & 1) == (*r.cells[1] == '+'))
                    continue;
                print_message("%s %s: %s (%d)\n", *r.cells[1] == '+'
                              ? "no" : "wrongly", r.cells[1] + 1, r.cells[2],
                              p.tags.score);
                wrong++;
            }
    }
    assert_int_equal(known, r.number);
    assert_true(known > 500);
    assert_int_equal(wrong, 0);
    rows_close(&r);
}

static void test_spans(void **state)
{
    static const struct { const char *text, *wish, *from, *to; } rows[] = {
        { "Hi, please bring back the oat biscuits! Thanks",
          "bring back the oat biscuits", "", "" },
        { "Fennel should let me choose the van slot in the app",
          "let me choose the van slot in the app", "", "" },
        { "please add an inside pocket to the walking coat",
          "add an inside pocket to the walking coat", "", "" },
        { "you should open a shop in Hull", "open a shop in Hull", "", "" },
        { "I wish you sold refills for them", "sold refills", "", "" },
        { "It would be nice to see the rug in smaller sizes",
          "see the rug in smaller sizes", "", "" },
        { "Do better.", "", "", "" },
        { "We'll see. Make of that what you will.", "", "", "" },
        { "Please send us your order number", "", "", "" },
        { "We switched from Northmart to Plum & Co last week", "",
          "Northmart", "Plum & Co" },
        { "I am done with Harrow & Pine", "", "Harrow & Pine", "" },
        { "my aunt left Plum & Co for Northmart", "", "Plum & Co",
          "Northmart" },
        { "ditched Northmart for Bluebell Foods", "", "Northmart",
          "Bluebell Foods" },
        { "nothing to see", "", "", "" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct post p = tag(*state, rows[i].text);
        assert_span(&p, p.wish, rows[i].wish);
        assert_span(&p, p.from, rows[i].from);
        assert_span(&p, p.to, rows[i].to);
    }
}

/* A part of a post is tagged by that part alone. */
static void test_parts(void **state)
{
    struct lexicons *l = *state;
    struct tags tags = { 0 };
    lexicons_read(l, TEXT("lovely coat, but the courier was rude"));
    spotter_tag(l->spotter, 0, 2, &tags);
    assert_false(tags.aspects >> ASPECT_DELIVERY & 1);
    spotter_tag(l->spotter, 3, l->words.count, &tags);
    assert_true(tags.aspects >> ASPECT_DELIVERY & 1);
    spotter_tag(l->spotter, 0, 0, &tags);
    assert_int_equal(tags.aspects | tags.channels | tags.intents, 0);
    /* a word of a name says nothing */
    static const uint8_t mask[8] = { [5] = 1 };
    spotter_read(l->spotter, &l->words, mask);
    spotter_tag(l->spotter, 0, l->words.count, &tags);
    assert_false(tags.aspects >> ASPECT_DELIVERY & 1);
}

static void take_reason(void *context, const char *name, const char *row,
                        double weight, struct span span)
{
    struct buf *out = context;
    buf_printf(out, "%s|%s|%g|%u+%u\n", name, row, weight, span.start,
               span.length);
}

/* Rows of our own in a folder of our own; no sentiment. False: see err. */
static bool small(struct lexicons *l, const char *aspects, const char *intents,
                  struct error *err)
{
    static const char *const names[] = { "classes", "aspects", "channels",
                                         "intents" };
    const char *texts[] = { "fruit\tapple+ pear+\nlead\tand so\n", aspects,
                            "# none\n", intents };
    char folder[SCRATCH_ROOM], path[SCRATCH_ROOM + 20];
    *l = (struct lexicons){ .words = WORDS_INIT };
    scratch_make(folder);
    for (int i = 0; i < 4; i++) {
        snprintf(path, sizeof(path), "%s/%s.tsv", folder, names[i]);
        scratch_write(path, texts[i]);
    }
    int status = topics_open(&l->topics, folder, err);
    assert_int_equal(status, l->topics ? 0 : -1);
    l->spotter = l->topics ? spotter_open(l->topics) : NULL;
    scratch_remove(folder);
    return l->topics;
}

static void test_language(void **state)
{
    static const struct { const char *row, *text; bool hit; } rows[] = {
        { "stop+", "it stopped", true },
        { "try+", "she tries", true },
        { "use+", "using it", true },
        { "<fruit> pie", "apples pie", true },
        { "<fruit> pie", "peach pie", false },
        { "^ open", "So, open it", true },
        { "^ open", "we open it", false },
        { "late $", "it was late, :)", true },
        { "late $", "late again", false },
        { "a *2 b", "a x, y b", true },
        { "a *2 b", "a x y z b", false },
        { "a * b", "a x. b", false },
        { "!no good", "no such good", false },
        { "!no good", "no. good", true },
        { "fit !in", "fit in", false },
        { "fit !in", "fit well", true },
        { "very? nice shop", "nice shop", true },
        { "x very? nice", "x very nice", true },
        { "x very? nice", "x nice", true },
        { "(a|b) c", "b, c", true },
        { "<money> off", "$5 off", true },
        { "<helpdesk>", "@AcmeHelp hi", true },
        { "<helpdesk>", "@acme hi", false },
        { "fail", "#FAIL", true },
        { "so", "sooooo", true },
        { "why ?", "why???", true },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char line[100];
        struct error err = ERROR_INIT;
        snprintf(line, sizeof(line), "price\t%s\n", rows[i].row);
        struct lexicons l;
        if (!small(&l, line, "# none\n", &err))
            fail_msg("%s", err.text);
        struct post p = tag(&l, rows[i].text);
        if ((p.tags.aspects & 1) != rows[i].hit)
            fail_msg("\"%s\" on \"%s\"", rows[i].row, rows[i].text);
        lexicons_close(&l);
    }
}

/* A pair whose first word is of the line before says nothing of this line,
 * and a pattern that it anchors is not tried there. */
static void test_part_behind_a_pair(void **state)
{
    struct lexicons l;
    struct tags tags = { 0 };
    assert_true(small(&l, "price\tno reply\ndelivery\treply\n"
                      "quality\tvery *2 no reply *1 here\n", "# none\n",
                      NULL));
    lexicons_read(&l, TEXT("very no\nreply here"));
    spotter_tag(l.spotter, 2, l.words.count, &tags);
    assert_int_equal(tags.aspects, 1 << ASPECT_DELIVERY);
    spotter_tag(l.spotter, 0, l.words.count, &tags);
    assert_int_equal(tags.aspects, 1 << ASPECT_DELIVERY | 1 << ASPECT_PRICE |
                                   1 << ASPECT_QUALITY);
    lexicons_close(&l);
}

static void test_weights(void **state)
{
    struct lexicons l;
    struct buf out = BUF_INIT(0);
    assert_true(small(&l, "# none\n", "complaint\t=bias\t-2\ncomplaint\tlate"
                      "\t1.5\ncomplaint\tno *1 reply\t1\n", NULL));
    assert_int_equal(tag(&l, "late late late").tags.intents, 0);
    assert_int_equal(tag(&l, "late and no reply").tags.intents,
                     1 << INTENT_COMPLAINT);
    tag(&l, "late, no reply");
    spotter_explain(l.spotter, 0, take_reason, &out);
    assert_string_equal(buf_text(&out), "complaint|late|1.5|0+4\n"
                                        "complaint|no *1 reply|1|6+8\n");
    buf_release(&out);
    uint64_t hash = topics_hash(l.topics);
    lexicons_close(&l);
    assert_true(small(&l, "# none\n", "complaint\t=bias\t-2\ncomplaint\tlate"
                      "\t1.4\ncomplaint\tno *1 reply\t1\n", NULL));
    assert_true(topics_hash(l.topics) != hash); /* other rules */
    lexicons_close(&l);
}

/* A pattern decides where words alone would not, either way. */
static void test_turning(void **state)
{
    static const struct { const char *text; bool is; } rows[] = {
        { "late", true },
        { "never was late", false },
        { "late, no kind reply", true },
        { "never late, no kind reply", false },
        { "never late, no reply, no kind reply, no answer", true },
        { "no kind reply", false },
    };
    struct lexicons l;
    assert_true(small(&l, "# none\n", "complaint\t=bias\t-1\ncomplaint\tlate"
                      "\t1.5\ncomplaint\tno *1 reply\t0.5\n"
                      "complaint\tno answer\t1.2\n"
                      "complaint\tnever *1 late\t-2\n", NULL));
    for (size_t i = 0; i < COUNT(rows); i++)
        if ((tag(&l, rows[i].text).tags.intents != 0) != rows[i].is)
            fail_msg("\"%s\"", rows[i].text);
    lexicons_close(&l);
}

/* What the text's sentiment adds to a sum, and is told. */
static void test_feeling(void **state)
{
    static const struct { int score; bool is; const char *told; } rows[] = {
        { 0, true, "complaint|late|1.5|0+4\n" },
        { 500, false, "complaint|late|1.5|0+4\ncomplaint|sentiment|-1|0+0\n" },
        { -500, true,
          "complaint|late|1.5|0+4\ncomplaint|sentiment|0.25|0+0\n" },
    };
    struct lexicons l;
    assert_true(small(&l, "# none\n", "complaint\t=bias\t-1\ncomplaint\tlate"
                      "\t1.5\ncomplaint\t=positive\t-2\n"
                      "complaint\t=negative\t0.5\n", NULL));
    tag(&l, "late");
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct tags tags = { .score = (int16_t)rows[i].score };
        struct buf out = BUF_INIT(0);
        spotter_tag(l.spotter, 0, l.words.count, &tags);
        assert_int_equal(tags.intents >> INTENT_COMPLAINT & 1, rows[i].is);
        spotter_explain(l.spotter, rows[i].score, take_reason, &out);
        assert_string_equal(buf_text(&out), rows[i].told);
        buf_release(&out);
    }
    lexicons_close(&l);
}

static void test_bad_rows(void **state)
{
    static const struct { const char *row, *sentence; } rows[] = {
        { "cost\tcheap\n", "no such tag" },
        { "price\n", "columns are" },
        { "price\t(a|b\n", "not one word" },
        { "price\t<vegetable>\n", "no such class" },
        { "price\ta  b\n", "two spaces" },
        { "price\t^ *3\n", "needs a word" },
        { "price\t*x a\n", "a gap is" },
        { "price\t[of] a\n", "a capture is" },
        { "price\ta\t99\n", "the weight is" },
        { "price\ta\nprice\ta\n", "the same row twice" },
        { "price\ta\t1\t2\n", "columns are" },
        { "# none\nprice\t=negative\t1\n",
          "aspects.tsv:2: a tag without a row =bias before it" },
        { "price\t\xff\n", "not valid UTF-8" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct error err = ERROR_INIT;
        struct lexicons l;
        if (small(&l, rows[i].row, "# none\n", &err) ||
            !strstr(err.text, rows[i].sentence))
            fail_msg("\"%s\" gave \"%s\"", rows[i].row, err.text);
    }
}

/* One million words, emptiness, emoji, right-to-left, broken bytes. */
static void test_hostile(void **state)
{
    static const char *const texts[] = {
        "", " ", "?", "\xf0\x9f\x98\x80\xf0\x9f\x98\x80", "\xff\xfe\x80",
        "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d", "e\xcc\x81\xcc\x81\xcc\x81",
        "(((((", "@ # $ % ^", "$", ("\xe2\x82\xac" "5"),
    };
    struct lexicons *l = *state;
    for (size_t i = 0; i < COUNT(texts); i++)
        tag(l, texts[i]);
    size_t length = 1000000;
    char *big = mem_alloc(length + 1);
    for (size_t i = 0; i < length; i++)
        big[i] = "please no a "[i % 12];
    struct post p = tag(l, big);
    p.tags.intents = 0xff;
    spotter_spans(l->spotter, &p);
    mem_free(big);
}

/* F1 of an intent on a labelled file. */
static void test_floors(void **state)
{
    static const struct {
        const char *file;
        int intent;
        size_t label, text;
        double floor;
    } sets[] = {
        { "suggestion_a_trial.tsv", INTENT_SUGGESTION, 1, 2, 0.79 },
        { "suggestion_b_trial.tsv", INTENT_SUGGESTION, 1, 2, 0.94 },
        { "complaints_dev.tsv", INTENT_COMPLAINT, 2, 4, 0.84 },
    };
    if (access("../shared/data/intents", R_OK)) {
        print_message("../shared/data is not at hand\n");
        skip();
    }
    for (size_t i = 0; i < COUNT(sets); i++) {
        size_t both = 0, said = 0, is = 0;
        struct rows r = rows_open("../shared/data/intents", sets[i].file);
        while (rows_next(&r, sets[i].text + 1)) {
            bool hit = tag(*state, r.cells[sets[i].text]).tags.intents >>
                           sets[i].intent & 1;
            said += hit;
            is += *r.cells[sets[i].label] == '1';
            both += hit && *r.cells[sets[i].label] == '1';
        }
        rows_close(&r);
        if (2.0 * (double)both < sets[i].floor * (double)(said + is))
            fail_msg("%s: F1 %.3f", sets[i].file,
                     2.0 * (double)both / (double)(said + is));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sentences), cmocka_unit_test(test_spans),
        cmocka_unit_test(test_parts),     cmocka_unit_test(test_language),
        cmocka_unit_test(test_part_behind_a_pair),
        cmocka_unit_test(test_weights),   cmocka_unit_test(test_turning),
        cmocka_unit_test(test_feeling),   cmocka_unit_test(test_bad_rows),
        cmocka_unit_test(test_hostile),   cmocka_unit_test(test_floors),
    };
    return cmocka_run_group_tests(tests, open_english, close_english);
}
