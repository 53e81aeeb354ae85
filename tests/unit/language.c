/* SPDX-License-Identifier: Apache-2.0 */
/* Language guesses of short posts, and the file they rest on. */
#include "pipeline/language.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test.h"

static struct languages *languages;

static void claims(const char *text, const char *claim, const char *wanted)
{
    struct words w = WORDS_INIT;
    struct post post = { .text = text_of(text), .lang = text_of(claim) };
    words_split(&w, post.text);
    language_guess(languages, &post, &w);
    if (strcmp(post.language, wanted) != 0)
        fail_msg("\"%s\" is %s (%d), not %s", text, post.language,
                 post.confidence, wanted);
    assert_true(post.confidence <= 100);
    words_release(&w);
}

static void expect(const char *text, const char *wanted)
{
    claims(text, "", wanted);
}

static void test_latin(void **state)
{
    expect("the zipper broke after two days", "en");
    expect("I'm so happy with my order", "en");
    expect("crappy service lol", "en");
    expect("der Reißverschluss ist nach zwei Tagen kaputt", "de");
    expect("Lieferung kam nicht an, leider", "de");
    expect("je suis très déçu de ma commande", "fr");
    expect("el paquete llegó tarde y está roto", "es");
    expect("il pacco non è ancora arrivato", "it");
    expect("o pacote ainda não chegou", "pt");
    expect("het pakket is nog niet aangekomen", "nl");
    expect("paketet har inte kommit än och jag är arg", "sv");
    expect("pakken er ikke kommet og jeg har ventet meget", "da");
    expect("jeg har ikke fått pakken, hva skjer nå", "no");
    expect("paczka jeszcze nie przyszła, bardzo źle", "pl");
    expect("sipariş hala gelmedi, çok kötü bir hizmet", "tr");
    expect("barang saya belum sampai, tidak bisa dihubungi", "id");
}

static void test_scripts(void **state)
{
    expect("荷物がまだ届きません", "ja");
    expect("包裹还没有到", "zh");
    expect("아직 배송이 안 왔어요", "ko");
    expect("посылка ещё не пришла", "ru");
    expect("посилка ще не прийшла, дуже погано", "uk");
    expect("الطرد لم يصل بعد", "ar");
    expect("החבילה עוד לא הגיעה", "he");
    expect("पैकेज अभी तक नहीं आया", "hi");
    expect("พัสดุยังไม่มา", "th");
    expect("το δέμα δεν ήρθε ακόμα", "el");
}

static void test_little(void **state)
{
    expect("", "und");
    expect("\xf0\x9f\x98\x82\xf0\x9f\x98\x82", "und");
    expect("Harrowpine", "und");
    expect("@shop #fail 10/10", "und");
    expect("Café Cordova, La Brea", "und");
    claims("Harrowpine", "de", "de");
    claims("Harrowpine", "en-GB", "en");
    claims("Harrowpine", "und", "und");
    claims("Harrowpine", "<script>", "und");
    claims("the parcel is not here", "de", "en");
}

static void refuses(const char *content, const char *why)
{
    char path[] = "languages-XXXXXX";
    scratch_file(path, content);
    struct languages *l;
    struct error err = ERROR_INIT;
    assert_int_equal(languages_open(&l, path, &err), -1);
    unlink(path);
    assert_non_null(strstr(err.text, why));
}

static uint64_t hash_of_file(const char *content)
{
    char path[] = "languages-XXXXXX";
    scratch_file(path, content);
    struct languages *l;
    assert_int_equal(languages_open(&l, path, NULL), 0);
    unlink(path);
    uint64_t hash = languages_hash(l);
    languages_close(l);
    return hash;
}

static void test_file(void **state)
{
    assert_true(hash_of_file("en\twords\tthe\n") !=
                hash_of_file("en\twords\ta\n")); /* other rules */
    refuses("en\twords\tthe\nde die das\n", ":2: three columns");
    refuses("# c\nen\tverbs\tgo\n", ":2: the kind");
    refuses("english\twords\tgo\n", ":1: the language");
    refuses("en\twords\t\xff\n", ":1: the line is not valid UTF-8");
    struct languages *l;
    struct error err = ERROR_INIT;
    assert_int_equal(languages_open(&l, "no/such/file", &err), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_latin), cmocka_unit_test(test_scripts),
        cmocka_unit_test(test_little), cmocka_unit_test(test_file),
    };
    struct error err = ERROR_INIT;
    if (languages_open(&languages, "lexicons/languages.tsv", &err)) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    languages_close(languages);
    return failed;
}
