/* SPDX-License-Identifier: Apache-2.0 */
/* Which subjects a text mentions: names and their variants, handles, tags,
 * patterns, queries, exclude, require, longer names. */
#include "base/buf.h"
#include "pipeline/mentions.h"
#include "pipeline/query.h"
#include "tests/unit/test.h"

enum { SUBJECTS = 8, ITEMS = 8 };

/* A configuration without a file. */
struct watch {
    const char *name;
    int brand;
    const char *match[ITEMS], *exclude[ITEMS], *require[ITEMS];
    size_t near;
    bool sensitive;
};

struct rig {
    struct config config;
    struct subject subjects[SUBJECTS];
    char *lists[SUBJECTS][3][ITEMS];
    struct mentions *m;
    struct finder *finder;
};

static struct option_list list_of(char **items, const char *const *from)
{
    static int lines[ITEMS];
    struct option_list list = { items, 0, lines };
    while (list.count < ITEMS && from[list.count]) {
        items[list.count] = (char *)(uintptr_t)from[list.count];
        lines[list.count] = 20 + (int)list.count;
        list.count++;
    }
    return list;
}

static int rig_open(struct rig *r, const struct watch *watch, size_t count,
                    struct buf *faults, struct error *err)
{
    memset(r, 0, sizeof(*r));
    r->config.path = (char *)(uintptr_t)"swell.yaml";
    r->config.subjects = r->subjects;
    r->config.subject_count = count;
    for (size_t i = 0; i < count; i++)
        r->subjects[i] = (struct subject){
            .name = (char *)(uintptr_t)watch[i].name,
            .match = list_of(r->lists[i][0], watch[i].match),
            .exclude = list_of(r->lists[i][1], watch[i].exclude),
            .require = list_of(r->lists[i][2], watch[i].require),
            .near = watch[i].near ? watch[i].near : 12,
            .case_sensitive = watch[i].sensitive,
            .brand = watch[i].brand,
            .line = 10 + (int)i,
        };
    int rc = mentions_open(&r->m, &r->config, faults, err);
    r->finder = rc ? NULL : finder_open(r->m);
    return rc;
}

static void rig_close(struct rig *r)
{
    finder_close(r->finder);
    mentions_close(r->m);
}

/* A text and what was found in it. */
struct found {
    struct words words;
    struct arena memory;
    struct post post;
    uint8_t *mask;
};

static struct found found_in(struct finder *finder, struct text text)
{
    struct found f = { .words = WORDS_INIT, .post = { .text = text } };
    words_split(&f.words, text);
    f.mask = mem_alloc(f.words.count + 1);
    finder_find(finder, &f.words, &f.post, &f.memory, f.mask);
    assert_int_equal(f.mask[f.words.count], 0);
    return f;
}

static void found_release(struct found *f)
{
    mem_free(f->mask);
    arena_release(&f->memory);
    words_release(&f->words);
}

/* "acme=Acme acme/card=Acme Card": subjects and what matched. */
static void rig_expect(struct rig *r, const char *text, const char *wanted)
{
    struct found f = found_in(r->finder, text_of(text));
    struct buf got = BUF_INIT(0);
    for (uint32_t i = 0; i < f.post.mention_count; i++)
        buf_printf(&got, "%s%s=%.*s", i ? " " : "",
                   r->subjects[f.post.mentions[i].subject].name,
                   (int)f.post.mentions[i].span.length,
                   text + f.post.mentions[i].span.start);
    if (strcmp(buf_text(&got), wanted) != 0)
        fail_msg("\"%s\" gives \"%s\", not \"%s\"", text, buf_text(&got),
                 wanted);
    buf_release(&got);
    found_release(&f);
}

static void one(const char *match, const char *text, const char *wanted)
{
    struct watch w = { .name = "s", .match = { match } };
    struct rig r;
    struct error err = ERROR_INIT;
    if (rig_open(&r, &w, 1, NULL, &err))
        fail_msg("%s", err.text);
    rig_expect(&r, text, wanted);
    rig_close(&r);
}

static void test_names(void **state)
{
    one("Acme", "I like acme a lot", "s=acme");
    one("Acme", "ACME!", "s=ACME");
    one("Acme", "acmeist placement", "");
    one("Acme", "Acme's shop", "s=Acme");
    one("Acme", "Acme\xe2\x80\x99s shop", "s=Acme");
    one("Acme", "two Acmes", "s=Acmes");
    one("Acme", "non-Acme goods, acme-branded", "s=Acme");
    one("Acme", "#acme", "s=#acme");
    one("Acme", "@acme", "");
    one("Acme", "see https://acme.example/x", "");
    one("Harrow Pine", "harrow  pine", "s=harrow  pine");
    one("Harrow Pine", "Harrow-Pine", "s=Harrow-Pine");
    one("Harrow Pine", "my harrowpine bag", "s=harrowpine");
    one("Harrow Pine", "#HarrowPine", "s=#HarrowPine");
    one("Harrow Pine", "harrow, pine", "");
    one("Harrow-Pine", "harrow pine's", "s=harrow pine");
    one("Wilma's", "wilmas and Wilma's", "s=wilmas");
    one("7-Star", "the 7 star shop", "s=7 star");
    one("7-Star", "the 7\xe2\x80\x91star shop", "s=7\xe2\x80\x91star");
    one("Toys R Fun", "Toys \"R\" Fun", "s=Toys \"R\" Fun");
    one("Toys R Fun", "Toys \xe2\x80\x9cR\xe2\x80\x9d Fun",
        "s=Toys \xe2\x80\x9cR\xe2\x80\x9d Fun");
    one("Caf\xc3\xa9 Ole", "cafe ole", "s=cafe ole");
    one("Caf\xc3\xa9 Ole", "CAF\xc3\x89 Ole", "s=CAF\xc3\x89 Ole");
    one("\xe7\x84\xa1\xe5\x8d\xb0", "\xe5\xa4\xa7\xe7\x84\xa1\xe5\x8d\xb0!",
        "s=\xe7\x84\xa1\xe5\x8d\xb0");
}

static void test_initials(void **state)
{
    static const char *const spellings[] = { "P.C. Wendel & Son",
        "PC Wendel and Sons", "p.c.wendel&sons", "P. C. Wendel & Son",
        "pcwendelandson", "PC Wendel & Sons", "#PCWendelAndSon",
        "#pcwendelson" };
    for (size_t i = 0; i < 8; i++) {
        char wanted[80];
        snprintf(wanted, sizeof(wanted), "s=%s", spellings[i]);
        one("P.C. Wendel & Son", spellings[i], wanted);
        one("PC Wendel and Son", i == 7 ? "#pcwendelandson" : spellings[i],
            i == 7 ? "s=#pcwendelandson" : wanted);
    }
    one("P.C. Wendel & Son(s)", "at pc wendel and sons today",
        "s=pc wendel and sons");
    one("Q&T", "#QT and q&t", "s=#QT");
    one("Q&T", "qt", "");
    one("J. Wick", "J.Wick, J Wick", "s=J.Wick");
}

static void test_marked(void **state)
{
    one("@acme_help", "hey @Acme_Help!", "s=@Acme_Help");
    one("@acme", "@acme_help", "");
    one("#freeship", "#FreeShip now", "s=#FreeShip");
    one("#freeship", "freeship", "");
}

static void test_case(void **state)
{
    struct watch w = { .name = "s", .match = { "Aimer", "Old Barn" },
                       .sensitive = true };
    struct rig r;
    assert_int_equal(rig_open(&r, &w, 1, NULL, NULL), 0);
    rig_expect(&r, "aimer at AIMER", "");
    rig_expect(&r, "I went to Aimer's", "s=Aimer");
    rig_expect(&r, "old barn, Old Barn", "s=Old Barn");
    rig_expect(&r, "#oldbarn #OldBarn", "s=#OldBarn");
    rig_close(&r);
}

static void test_patterns(void **state)
{
    one("/acm[ei]/i", "ACMI", "s=ACMI");
    one("/acm[ei]/", "ACMI", "");
    one("/\\bacme\\b.{0,9}card/i", "an Acme gift card", "s=Acme gift card");
    one("/\\bacme\\b.{0,9}card/i", "x'acme card", "s=acme card");
    one("/\\bacme\\b/", "see acme.example or www.acme.example/acme",
        "s=acme");
    one("/(\\bacme\\b)?cards/", "bcards", "s=cards");
    one("/[)]?(x\\bacme\\b)?cards/", "bcards", "s=cards");
    one("/[^]\\bno\\b]cards/", "acards", "s=acards");
    one("/[]\\bno\\b]?cards/", "acards", "s=cards");
    one("/a\\/b/", "a/b", "s=a/b");
}

static void test_queries(void **state)
{
    one("acme AND card", "my card is from acme", "s=acme");
    one("acme AND card", "acme", "");
    one("acme OR zenith", "Zenith", "s=Zenith");
    one("acme NOT coyote", "acme shop", "s=acme");
    one("acme NOT coyote", "acme and the coyote", "");
    one("NOT coyote AND acme", "acme shop", "s=acme");
    one("(acme OR zenith) AND (card OR \"gift box\")", "a gift box by zenith",
        "s=zenith");
    one("(acme OR zenith) AND (card OR \"gift box\")", "a box by zenith", "");
    one("acme NEAR/2 card", "acme gift card", "s=acme");
    one("acme NEAR/2 card", "acme makes one more card", "");
    one("acme NEAR/2 (card OR box)", "card acme", "s=acme");
    one("harrow pine AND boots", "boots at Harrow Pine", "s=Harrow Pine");
    one("@acme AND /refund(ed)?/i", "Refunded by @acme", "s=@acme");
    one("/acm./ OR zenith", "acmx", "s=acmx");
    one("((NOT a) AND (NOT b)) AND acme", "acme c", "s=acme");
}

static void test_exclude_require(void **state)
{
    struct watch w[] = {
        { .name = "gate", .brand = 0, .match = { "Gate" },
          .exclude = { "water gate", "@gatekeepers" } },
        { .name = "peach", .brand = 1, .match = { "peach" },
          .require = { "phone", "/\\bstore\\b/" }, .near = 3 },
    };
    struct rig r;
    assert_int_equal(rig_open(&r, w, 2, NULL, NULL), 0);
    rig_expect(&r, "the gate shop", "gate=gate");
    rig_expect(&r, "the gate shop at water gate", "");
    rig_expect(&r, "@gatekeepers gate", "");
    rig_expect(&r, "a peach", "");
    rig_expect(&r, "a peach phone", "peach=peach");
    rig_expect(&r, "phone a b c d peach", "");
    rig_expect(&r, "peach a b c d e the peach store", "peach=peach");
    rig_close(&r);
}

static void test_longer(void **state)
{
    struct watch w[] = {
        { .name = "acme", .brand = 0, .match = { "Acme" } },
        { .name = "acme/card", .brand = 0, .match = { "Acme Card" } },
        { .name = "express", .brand = 2, .match = { "Acme Express" } },
        { .name = "press", .brand = 3, .match = { "Express" } },
        { .name = "acme/app", .brand = 0, .match = { "returns app" } },
    };
    struct rig r;
    assert_int_equal(rig_open(&r, w, 5, NULL, NULL), 0);
    rig_expect(&r, "acme", "acme=acme");
    rig_expect(&r, "acme express", "express=acme express");
    rig_expect(&r, "acme express beats acme", "acme=acme "
               "express=acme express");
    rig_expect(&r, "acme card", "acme=acme acme/card=acme card");
    rig_expect(&r, "the returns app", "acme=returns app acme/app=returns app");
    rig_expect(&r, "express", "press=express");
    struct buf why = BUF_INIT(0);
    finder_explain(r.finder, "acme", TEXT("Acme Express"), &why);
    assert_string_equal(why.data,
                        "acme: no, its name is only part of a longer name\n");
    buf_clear(&why);
    finder_explain(r.finder, "acme", TEXT("our ACME"), &why);
    assert_string_equal(why.data, "acme: yes, \"ACME\"\n");
    buf_clear(&why);
    finder_explain(r.finder, "acme", TEXT("nobody"), &why);
    assert_string_equal(why.data, "acme: no, none of its names is there\n");
    buf_release(&why);
    rig_close(&r);
}

static void refused(const char *match, const char *why)
{
    struct watch w = { .name = "acme", .match = { "fine", match, "@" } };
    struct rig r;
    struct error err = ERROR_INIT;
    struct buf faults = BUF_INIT(0);
    assert_int_equal(rig_open(&r, &w, 1, &faults, &err), -1);
    assert_null(r.m);
    if (strncmp(err.text, "swell.yaml:21: acme: ", 21) != 0 ||
        !strstr(err.text, why))
        fail_msg("\"%s\" does not say \"%s\"", err.text, why);
    size_t lines = 0;
    for (size_t i = 0; i < faults.length; i++)
        lines += faults.data[i] == '\n';
    assert_int_equal(lines, 2); /* all are told, not only the first */
    buf_release(&faults);
    rig_close(&r);
}

static void test_refused(void **state)
{
    refused("", "empty name");
    refused("!!!", "no letter");
    refused("@a b", "handle");
    refused("#", "hashtag");
    refused("/abc", "closing slash");
    refused("/(abc/", "wrong at character");
    refused("/abc/x", "flag");
    refused("/(a+)+b/", "run away");
    refused("NOT acme", "what must not");
    refused("acme AND", "name is missing");
    refused("(acme OR zenith", "bracket");
    refused("\"acme", "quotation");
    refused("acme NEAR/0 x", "NEAR/n");
    refused("(acme) AND x)", "not understood");
    refused("((((((((((((((((((((acme OR x", "nested");
    refused("a b c d e f g h i j k l m n", "more than 12 words");
}

/* A post that costs too much says so and keeps its other mentions. */
static void test_limit(void **state)
{
    struct watch w[] = {
        { .name = "slow", .brand = 0, .match = {
            "/\xc3\xa9(?:[\xc3\xa9\xc3\xa8]+\xc3\xa8?)+z/" } },
        { .name = "acme", .brand = 1, .match = { "acme" } },
    };
    struct rig r;
    assert_int_equal(rig_open(&r, w, 2, NULL, NULL), 0);
    char text[300] = "acme ";
    for (size_t i = 5; i < 205; i += 2)
        memcpy(text + i, "\xc3\xa9", 2);
    memcpy(text + 205, "~z", 3);
    struct found f = found_in(r.finder, text_of(text));
    assert_int_equal(f.post.faults, POST_FAULT_PATTERN);
    assert_int_equal(f.post.mention_count, 1);
    found_release(&f);
    rig_close(&r);
}

/* A long post of nothing but names takes time in proportion. */
static void test_hostile(void **state)
{
    struct watch w[] = {
        { .name = "acme", .brand = 0, .match = { "acme acme acme" },
          .require = { "never" }, .exclude = { "nowhere" } },
        { .name = "zen", .brand = 1, .match = {
            "(acme NEAR/3 (acme NEAR/3 (acme NEAR/3 nothere)))" } },
    };
    static const char *const fills[] = { "acme ", "acme-", "a.", "acme'",
                                         "&", "#acme " };
    struct rig r;
    assert_int_equal(rig_open(&r, w, 2, NULL, NULL), 0);
    char *big = mem_alloc(POST_TEXT_LIMIT);
    for (size_t f = 0; f < COUNT(fills); f++) {
        for (size_t i = 0; i < POST_TEXT_LIMIT; i++)
            big[i] = fills[f][i % strlen(fills[f])];
        struct found found = found_in(r.finder, (struct text){
            big, POST_TEXT_LIMIT });
        assert_int_equal(found.post.mention_count, 0);
        found_release(&found);
    }
    mem_free(big);
    rig_close(&r);
}

/* A brand with so many products that each waits for the same word, shares a
 * name with all others and differs by what stands near: none is overlooked,
 * and of more than fit in a post the brand is kept. */
static void test_crowd(void **state)
{
    enum { CROWD = 300 };
    static char names[CROWD + 1][24], matches[CROWD + 1][24],
        nears[CROWD + 1][24];
    static char *items[CROWD + 1][3];
    static struct subject subjects[CROWD + 1];
    struct config config = { .path = (char *)(uintptr_t)"crowd.yaml",
                             .subjects = subjects,
                             .subject_count = CROWD + 1 };
    struct mentions *m;
    struct buf text = BUF_INIT(0);
    for (int i = 0; i <= CROWD; i++) {
        bool query = i % 2;
        snprintf(names[i], sizeof(names[i]), "acme/w%d", i);
        snprintf(matches[i], sizeof(matches[i]),
                 query && i < CROWD ? "acme AND w%d" : "Acme", i);
        snprintf(nears[i], sizeof(nears[i]), "w%d", i);
        items[i][0] = matches[i];
        items[i][1] = nears[i];
        subjects[i] = (struct subject){
            .name = names[i], .match = { .items = &items[i][0], .count = 1 },
            .require = { .items = &items[i][1],
                         .count = i < CROWD && !query },
            .near = 3, .brand = CROWD, /* the last one */
        };
        buf_printf(&text, "acme w%d. ", i);
    }
    assert_int_equal(mentions_open(&m, &config, NULL, NULL), 0);
    struct finder *finder = finder_open(m);
    for (int i = 0; i < CROWD; i++) {
        char one[40];
        snprintf(one, sizeof(one), "my acme w%d broke", i);
        struct found f = found_in(finder, text_of(one));
        assert_int_equal(f.post.mention_count, 2);
        assert_int_equal(f.post.mentions[0].subject, i);
        assert_int_equal(f.post.mentions[1].subject, CROWD);
        found_release(&f);
    }
    struct found f = found_in(finder, text_of(buf_text(&text)));
    assert_int_equal(f.post.mention_count, POST_MENTIONS_LIMIT);
    assert_int_equal(f.post.mentions[POST_MENTIONS_LIMIT - 1].subject, CROWD);
    found_release(&f);
    buf_release(&text);
    finder_close(finder);
    mentions_close(m);
}

/* Whatever changes what is found makes other rules. */
static void test_rules(void **state)
{
    static const struct watch watches[] = {
        { .name = "gate", .match = { "Gate" } },
        { .name = "gates", .match = { "Gate" } },
        { .name = "gate", .match = { "Gates" } },
        { .name = "gate", .match = { "Gate", "Gate" } },
        { .name = "gate", .match = { "Gate" }, .exclude = { "door" } },
        { .name = "gate", .match = { "Gate" }, .require = { "door" } },
        { .name = "gate", .match = { "Gate" }, .near = 3 },
        { .name = "gate", .match = { "Gate" }, .sensitive = true },
    };
    uint64_t hashes[COUNT(watches)];
    struct rig r;
    for (size_t i = 0; i < COUNT(watches); i++) {
        assert_int_equal(rig_open(&r, &watches[i], 1, NULL, NULL), 0);
        hashes[i] = mentions_hash(r.m);
        rig_close(&r);
        for (size_t k = 0; k < i; k++)
            assert_true(hashes[k] != hashes[i]);
    }
    assert_int_equal(rig_open(&r, &watches[0], 1, NULL, NULL), 0);
    assert_true(mentions_hash(r.m) == hashes[0]);
    rig_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names), cmocka_unit_test(test_initials),
        cmocka_unit_test(test_marked), cmocka_unit_test(test_case),
        cmocka_unit_test(test_patterns), cmocka_unit_test(test_queries),
        cmocka_unit_test(test_exclude_require), cmocka_unit_test(test_longer),
        cmocka_unit_test(test_refused), cmocka_unit_test(test_limit),
        cmocka_unit_test(test_hostile), cmocka_unit_test(test_crowd),
        cmocka_unit_test(test_rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
