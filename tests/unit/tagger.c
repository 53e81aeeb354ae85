/* SPDX-License-Identifier: Apache-2.0 */
/* All stages together on one post: what is scored, whose clause counts, what
 * a mention inherits, and that hostile text changes nothing but its tags. */
#include "pipeline/tagger.h"
#include "tests/unit/test.h"

static struct rules *rules;
static struct tagger *tagger;

static void tag(struct batch *b, const char *text)
{
    struct post *p;
    batch_init(b);
    p = batch_add(b);
    p->text = text_of(text);
    tagger_run(tagger, b, 0);
}

static const struct mention *mention_of(const struct batch *b,
                                        const char *subject)
{
    const struct post *p = &b->posts[0];
    for (uint32_t i = 0; i < p->mention_count; i++)
        if (strcmp(b->subjects[p->mentions[i].subject], subject) == 0)
            return &p->mentions[i];
    return NULL;
}

static void test_labels(void **state)
{
    struct batch b;
    tag(&b, "I love this jacket, it is wonderful");
    assert_int_equal(b.posts[0].tags.label, LABEL_POSITIVE);
    assert_true(b.posts[0].tags.score > 0);
    batch_release(&b);
    tag(&b, "terrible service, the worst shop I know");
    assert_int_equal(b.posts[0].tags.label, LABEL_NEGATIVE);
    assert_true(b.posts[0].tags.score < 0);
    batch_release(&b);
}

static void test_other_language(void **state)
{
    struct batch b;
    tag(&b, "Acme ist leider sehr schlecht, die Lieferung kam nicht");
    assert_string_equal(b.posts[0].language, "de");
    assert_int_equal(b.posts[0].tags.label, LABEL_UNSCORED);
    assert_int_equal(b.posts[0].tags.aspects, 0);
    assert_non_null(mention_of(&b, "acme"));
    assert_int_equal(mention_of(&b, "acme")->tags.label, LABEL_UNSCORED);
    batch_release(&b);
}

static void test_mentions(void **state)
{
    struct batch b;
    tag(&b, "I love Zenith, they are wonderful. Acme is terrible and awful.");
    assert_int_equal(b.posts[0].mention_count, 2);
    assert_int_equal(mention_of(&b, "zenith")->tags.label, LABEL_POSITIVE);
    assert_int_equal(mention_of(&b, "acme")->tags.label, LABEL_NEGATIVE);
    batch_release(&b);
    /* alone in the post: what the other sentence says is about it */
    tag(&b, "I went to Acme today. The staff were horrible and rude.");
    assert_int_equal(mention_of(&b, "acme")->tags.label, LABEL_NEGATIVE);
    assert_int_equal(mention_of(&b, "acme")->tags.aspects,
                     b.posts[0].tags.aspects);
    batch_release(&b);
    tag(&b, "Lovely people at Acme, but my parcel is lost and nobody cares");
    assert_int_equal(mention_of(&b, "acme")->tags.label, LABEL_POSITIVE);
    batch_release(&b);
    tag(&b, "Well done Acme, the parcel is lost again and nobody answers");
    assert_int_equal(b.posts[0].tags.label, LABEL_NEGATIVE);
    assert_int_equal(mention_of(&b, "acme")->tags.label, LABEL_NEGATIVE);
    batch_release(&b);
    /* beside another: only what its own sentence says */
    tag(&b, "Acme has a shop in town. Zenith was terrible and awful.");
    assert_int_equal(b.posts[0].tags.label, LABEL_NEGATIVE);
    assert_int_equal(mention_of(&b, "acme")->tags.label, LABEL_NEUTRAL);
    assert_int_equal(mention_of(&b, "zenith")->tags.label, LABEL_NEGATIVE);
    batch_release(&b);
    tag(&b, "Acme: great prices. Zenith: awful staff.");
    assert_int_equal(mention_of(&b, "acme")->tags.label, LABEL_POSITIVE);
    assert_int_equal(mention_of(&b, "zenith")->tags.label, LABEL_NEGATIVE);
    assert_false(mention_of(&b, "acme")->tags.intents >> INTENT_COMPLAINT & 1);
    batch_release(&b);
    /* a product and its brand, each in a place of its own */
    tag(&b, "The Acme Card is great. Acme: awful staff, the worst queue.");
    assert_int_equal(mention_of(&b, "acme/card")->tags.label, LABEL_POSITIVE);
    batch_release(&b);
    /* addressed: what every sentence says, beside another, too */
    tag(&b, "@acme hello there. My parcel is lost, awful. Zenith never lost one.");
    assert_int_equal(mention_of(&b, "acme")->tags.label, LABEL_NEGATIVE);
    batch_release(&b);
    tag(&b, "the Acme Card is great");
    assert_non_null(mention_of(&b, "acme"));
    assert_non_null(mention_of(&b, "acme/card"));
    batch_release(&b);
}

static void test_names_feel_nothing(void **state)
{
    struct batch b;
    tag(&b, "the Horrible Awful shop in town");
    assert_non_null(mention_of(&b, "horrible"));
    int16_t masked = b.posts[0].tags.score;
    assert_false(b.posts[0].tags.intents >> INTENT_COMPLAINT & 1);
    batch_release(&b);
    tag(&b, "the horrible, awful shop in town");
    assert_true(b.posts[0].tags.score < masked);
    assert_true(b.posts[0].tags.intents >> INTENT_COMPLAINT & 1);
    batch_release(&b);
}

static void test_hostile(void **state)
{
    static const char *const fills[] = { "\xff", "\xf0\x9f\x98\x82", " ", "a",
        "\xd7\x90\xd7\x91 ", "\xcc\x81", "not ", "Acme ", "<b>", "!?", ":(",
        "\xe2\x80\x8f", "good bad " };
    enum { BIG = 1 << 20 };
    char *big = mem_alloc(BIG);
    for (size_t f = 0; f < COUNT(fills); f++) {
        struct batch b;
        batch_init(&b);
        for (size_t i = 0; i < BIG; i++)
            big[i] = fills[f][i % strlen(fills[f])];
        struct post *p = batch_add(&b);
        p->text = (struct text){ big, BIG };
        p->html = f % 2;
        tagger_run(tagger, &b, 0);
        p = &b.posts[0];
        assert_true(p->text.length <= POST_TEXT_LIMIT);
        assert_true(text_valid(p->text.data, p->text.length));
        assert_true(p->tags.score >= -1000 && p->tags.score <= 1000);
        for (uint32_t i = 0; i < p->mention_count; i++)
            assert_true(p->mentions[i].span.start +
                        p->mentions[i].span.length <= p->text.length);
        batch_release(&b);
    }
    mem_free(big);
    struct batch b;
    tag(&b, "");
    assert_int_equal(b.posts[0].tags.score, 0);
    batch_release(&b);
}

static void test_explain(void **state)
{
    struct buf why = BUF_INIT(0);
    tagger_explain(tagger, TEXT("Acme's delivery was terrible"), &why);
    assert_non_null(strstr(why.data, "language: en"));
    assert_non_null(strstr(why.data, "sentiment: negative"));
    assert_non_null(strstr(why.data, "\"terrible\" at 20"));
    assert_non_null(strstr(why.data, "mention of acme: \"Acme\" at 0"));
    assert_non_null(strstr(why.data, "aspects: "));
    buf_release(&why);
}

int main(void)
{
    static char *const matches[][2] = { { "Acme", "@acme" }, { "Acme Card" },
                                        { "Zenith" }, { "Horrible Awful" } };
    static struct subject subjects[] = {
        { .name = "acme", .brand = 0 }, { .name = "acme/card", .brand = 0 },
        { .name = "zenith", .brand = 2 }, { .name = "horrible", .brand = 3 },
    };
    struct config config = { .path = "swell.yaml", .subjects = subjects,
                             .subject_count = 4 };
    for (size_t i = 0; i < 4; i++)
        subjects[i].match = (struct option_list){
            (char **)(uintptr_t)matches[i], matches[i][1] ? 2 : 1, NULL };
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_labels), cmocka_unit_test(test_other_language),
        cmocka_unit_test(test_mentions),
        cmocka_unit_test(test_names_feel_nothing),
        cmocka_unit_test(test_hostile), cmocka_unit_test(test_explain),
    };
    struct error err = ERROR_INIT;
    if (rules_open(&rules, &config, ".", NULL, NULL, &err)) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    tagger = tagger_open(rules);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    tagger_close(tagger);
    rules_close(rules);
    return failed;
}
