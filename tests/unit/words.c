/* SPDX-License-Identifier: Apache-2.0 */
/* The word splitter: one line of text in, its items as "kind:text" out. */
#include "base/buf.h"
#include "pipeline/words.h"
#include "tests/unit/test.h"

static const char *const kinds[] = {
    [WORD_PLAIN] = "w", [WORD_NUMBER] = "n", [WORD_HANDLE] = "@",
    [WORD_HASHTAG] = "#", [WORD_LINK] = "l", [WORD_EMOJI] = "e",
    [WORD_EMOTICON] = "f", [WORD_PUNCTUATION] = "p",
};

static void expect(const char *text, const char *wanted)
{
    struct words w = WORDS_INIT;
    struct buf got = BUF_INIT(0);
    words_split(&w, text_of(text));
    for (size_t i = 0; i < w.count; i++)
        buf_printf(&got, "%s%s:%.*s", i ? " " : "", kinds[w.items[i].kind],
                   (int)w.items[i].length, text + w.items[i].start);
    assert_string_equal(buf_text(&got), wanted);
    buf_release(&got);
    words_release(&w);
}

static void test_plain(void **state)
{
    expect("", "");
    expect("   \n\t ", "");
    expect("Hello, world", "w:Hello p:, w:world");
    expect("don't stop lovin' it", "w:don't w:stop w:lovin p:' w:it");
    expect("don\xe2\x80\x99t", "w:don\xe2\x80\x99t");
    expect("wide-leg so-called -- no", "w:wide-leg w:so-called p:-- w:no");
    expect("'quoted' text-", "p:' w:quoted p:' w:text p:-");
    expect("AT&T H & M P.C.", "w:AT p:& w:T w:H p:& w:M w:P p:. w:C p:.");
    expect("caf\xc3\xa9s \xc3\x89tude", "w:caf\xc3\xa9s w:\xc3\x89tude");
    expect("w/o w/ them", "w:w/o w:w/ w:them");
    expect("mp3 covid19 x", "w:mp3 w:covid19 w:x");
    expect("\xe2\x80\x9cwell\xe2\x80\x9d", "p:\xe2\x80\x9c w:well "
           "p:\xe2\x80\x9d");
}

static void test_numbers(void **state)
{
    expect("$5 $1,000.50! \xc2\xa3""20 5\xe2\x82\xac",
           "n:$5 n:$1,000.50 p:! n:\xc2\xa3""20 n:5\xe2\x82\xac");
    expect("10/10, 24/7. 5-star 2nd 50% 3.Go",
           "n:10/10 p:, n:24/7 p:. n:5-star n:2nd n:50% n:3 p:. w:Go");
    expect("#1 $ 5", "n:#1 p:$ n:5");
}

static void test_names(void **state)
{
    expect("@acme_shop, hi @a.example.org.", "@:@acme_shop p:, w:hi "
           "@:@a.example.org p:.");
    expect("@ home", "p:@ w:home");
    expect("#SoGood #2024sale #caf\xc3\xa9 #", "#:#SoGood #:#2024sale "
           "#:#caf\xc3\xa9 p:#");
    expect("see https://x.example/a?b=1#c. ok",
           "w:see l:https://x.example/a?b=1#c p:. w:ok");
    expect("www.example.com, mail me.you@example.com now",
           "l:www.example.com p:, w:mail l:me.you@example.com w:now");
    expect("go to sho.rt/abc or shop.com", "w:go w:to l:sho.rt/abc w:or w:shop "
           "p:. w:com");
    expect("fine.But", "w:fine p:. w:But");
}

static void test_emoji(void **state)
{
    expect("ok\xf0\x9f\x98\x82\xf0\x9f\x98\x82",
           "w:ok e:\xf0\x9f\x98\x82 e:\xf0\x9f\x98\x82");
    /* thumbs up, with a skin tone; a family; a flag; a keycap; a heart */
    expect("\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd",
           "e:\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd");
    expect("\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7",
           "e:\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7");
    expect("\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa\xf0\x9f\x87\xab\xf0\x9f\x87\xb7",
           "e:\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa "
           "e:\xf0\x9f\x87\xab\xf0\x9f\x87\xb7");
    expect("1\xef\xb8\x8f\xe2\x83\xa3 go", "e:1\xef\xb8\x8f\xe2\x83\xa3 w:go");
    expect("\xe2\x9d\xa4\xef\xb8\x8f!", "e:\xe2\x9d\xa4\xef\xb8\x8f p:!");
}

static void test_emoticons(void **state)
{
    expect("great :) thanks :-)) ;)", "w:great f::) w:thanks f::-)) f:;)");
    expect("yay:D no D: xD", "w:yay p:: w:D w:no f:D: f:xD");
    expect("yay :D <3 </3 <333", "w:yay f::D f:<3 f:</3 f:<333");
    expect("(see below): fine", "p:( w:see w:below p:) p:: w:fine");
    expect("at 10:30 :p :people", "w:at n:10:30 f::p p:: w:people");
    expect("T_T -_- ^_^ ... meh", "f:T_T f:-_- f:^_^ p:... w:meh");
    expect(":@shop :$5", "p:: @:@shop p:: n:$5");
    expect("\xc2\xaf\\_(\xe3\x83\x84)_/\xc2\xaf",
           "f:\xc2\xaf\\_(\xe3\x83\x84)_/\xc2\xaf");
}

static void test_scripts(void **state)
{
    expect("\xe6\x97\xa5\xe6\x9c\xac!", "w:\xe6\x97\xa5 w:\xe6\x9c\xac p:!");
    expect("\xd0\xbe\xd1\x87\xd0\xb5\xd0\xbd\xd1\x8c ok",
           "w:\xd0\xbe\xd1\x87\xd0\xb5\xd0\xbd\xd1\x8c w:ok");
}

static struct word first(const char *text)
{
    struct words w = WORDS_INIT;
    words_split(&w, text_of(text));
    assert_true(w.count > 0);
    struct word word = w.items[0];
    words_release(&w);
    return word;
}

static void same(const char *a, const char *b)
{
    assert_true(first(a).hash == first(b).hash);
}

static void test_normal_form(void **state)
{
    same("LOVED", "loved");
    same("don\xe2\x80\x99t", "DON'T");
    same("don`t", "don't");
    same("\xc3\x89T\xc3\x89", "\xc3\xa9t\xc3\xa9");
    same(":-))", ":)");
    same("=]", ":)");
    same("\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd", "\xf0\x9f\x91\x8d");
    same("\xe2\x9d\xa4\xef\xb8\x8f", "\xe2\x9d\xa4");
    same("\xe2\x80\xa6", "...");
    same("#SoGood", "#sogood");
    same("@Acme", "@acme");
    assert_true(first("good").hash != first("#good").hash);
    assert_true(first("#\xe6\x9d\xb1").hash != first("#\xe4\xba\xac").hash);
    assert_true(first("a").hash != first("b").hash);
    const char *const lengths[] = { "a", "abcdefg", "abcdefgh", "abcdefghi",
        "abcdefghijklmnop", "abcdefghijklmnopq" };
    for (size_t i = 0; i < 6; i++)
        assert_true(first(lengths[i]).hash ==
                    words_hash(lengths[i], strlen(lengths[i])));
}

static void test_flags(void **state)
{
    static const struct { const char *text; unsigned flags; } rows[] = {
        { "GREAT", WORD_LETTERS | WORD_CAPS | WORD_TITLE },
        { "Great", WORD_LETTERS | WORD_TITLE },
        { "I", WORD_LETTERS | WORD_TITLE },
        { "sooo", WORD_LETTERS | WORD_LENGTHENED | WORD_ODD },
        { "SOOO", WORD_LETTERS | WORD_CAPS | WORD_TITLE | WORD_LENGTHENED |
          WORD_ODD },
        { "#so", WORD_ODD },
        { "caf\xc3\xa9", WORD_LETTERS | WORD_HIGH },
        { "!", WORD_ASIDE | WORD_EXCLAMATION | WORD_END | WORD_SENTENCE |
          WORD_MARK },
        { "...", WORD_ASIDE | WORD_STOP | WORD_END | WORD_SENTENCE | WORD_MARK |
          WORD_ODD },
        { ",", WORD_ASIDE | WORD_SOFT | WORD_MARK },
        { "(", WORD_ASIDE | WORD_SOFT | WORD_MARK | WORD_OPENS },
        { ":)", WORD_ASIDE | WORD_OPENS },
        { "@so", WORD_ASIDE | WORD_CLASSED | WORD_ACCOUNT },
        { "50%", WORD_CLASSED },
        { "so", WORD_LETTERS },
        { "well-made", WORD_LETTERS | WORD_JOINED },
        { "don't", WORD_LETTERS | WORD_JOINED },
        { "WELL-Made", WORD_LETTERS | WORD_TITLE | WORD_JOINED },
        { "so-oooo", WORD_LETTERS | WORD_JOINED | WORD_LENGTHENED | WORD_ODD },
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        if (first(rows[i].text).flags != rows[i].flags)
            fail_msg("%s: %x, not %x", rows[i].text, first(rows[i].text).flags,
                     rows[i].flags);
    assert_int_equal(first("\xef\xbc\x8c").flags, first(",").flags);
    assert_int_equal(first("\xef\xbc\x81").flags, first("!").flags);
    struct words w = WORDS_INIT;
    words_split(&w, TEXT("a b\nc"));
    assert_int_equal(w.items[1].flags, WORD_LETTERS);
    assert_int_equal(w.items[2].flags, WORD_LETTERS | WORD_BREAK);
    words_release(&w);
}

/* Behind a word as by itself. */
static void test_marks(void **state)
{
    for (const char *mark = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"; *mark;
         mark++) {
        char text[] = "so  ", alone[] = " ";
        struct words w = WORDS_INIT, one = WORDS_INIT;
        text[2] = alone[0] = *mark;
        words_split(&w, text_of(text));
        words_split(&one, text_of(alone));
        assert_int_equal(2, w.count);
        assert_int_equal(one.items[0].hash, w.items[1].hash);
        assert_int_equal(words_hash(mark, 1), w.items[1].hash);
        assert_int_equal(one.items[0].flags, w.items[1].flags);
        assert_int_equal(one.items[0].kind, w.items[1].kind);
        assert_int_equal(one.items[0].length, w.items[1].length);
        words_release(&w);
        words_release(&one);
    }
}

static void test_folded(void **state)
{
    struct words w = WORDS_INIT;
    words_split(&w, TEXT("LOVED \xc3\x89T\xc3\x89 [Z] @Shop"));
    assert_string_equal(w.folded, "loved \xc3\xa9t\xc3\xa9 [z] @shop");
    words_release(&w);
}

/* Items are in order, inside the text, and never overlap. */
static void check_order(const char *data, size_t length)
{
    struct words w = WORDS_INIT;
    words_split(&w, (struct text){ data, length });
    size_t end = 0;
    for (size_t i = 0; i < w.count; i++) {
        assert_true(w.items[i].start >= end);
        assert_true(w.items[i].length > 0);
        end = w.items[i].start + w.items[i].length;
        assert_true(end <= length);
        assert_true(w.items[i].hash != 0);
    }
    words_release(&w);
}

static void test_hostile(void **state)
{
    enum { BIG = 1 << 20 };
    char *big = mem_alloc(BIG);
    static const char *const fills[] = { "a", "!", ":", "'", "-", "@", "#",
        "\xff", "\xe2\x80\x8d", "\xf0\x9f\x98\x82", "1", "a.", "\xcc\x81",
        "\xf0\x9f\x91\xa9\xe2\x80\x8d", "\xd7\x90" };
    for (size_t f = 0; f < COUNT(fills); f++) {
        for (size_t i = 0; i < BIG; i++)
            big[i] = fills[f][i % strlen(fills[f])];
        check_order(big, BIG);
    }
    uint32_t seed = 7;
    for (size_t i = 0; i < BIG; i++) {
        seed = seed * 1664525 + 1013904223;
        big[i] = (char)(seed >> 24);
    }
    check_order(big, BIG);
    for (size_t n = 0; n < 64; n++)
        check_order(big + n, n);
    mem_free(big);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain), cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_names), cmocka_unit_test(test_emoji),
        cmocka_unit_test(test_emoticons), cmocka_unit_test(test_scripts),
        cmocka_unit_test(test_normal_form), cmocka_unit_test(test_flags),
        cmocka_unit_test(test_folded), cmocka_unit_test(test_marks),
        cmocka_unit_test(test_hostile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
