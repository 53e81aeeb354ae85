/* SPDX-License-Identifier: Apache-2.0 */
/* Emerging terms and alerts over a store of invented posts: what must be
 * told, and what must not. Long: one store serves them all. */
#include <math.h>

#include "base/clock.h"
#include "digest/alerts.h"
#include "digest/candidates.h"
#include "digest/terms.h"
#include "tests/unit/chance.h"
#include "tests/unit/storing.h"

enum { DAY_0 = 20000, DAYS = 30, TODAY = DAY_0 + DAYS };

static const char *const subjects[] = { "acme", "bolt", "acme/tote",
                                        "acme/raincoat" };

/* A product brings its brand. */
static void add(struct fixture *f, int subject, int64_t when, uint64_t author,
                const char *text, bool negative)
{
    struct post *p = fixture_post(f, NULL, when, negative ? LABEL_NEGATIVE
                                  : LABEL_NEUTRAL, text);
    p->author_hash = author;
    fixture_mention(f, p, 1u << subject | (subject >= 2));
}

/* Ordinary talk: rate posts an hour, words from a small stock. */
static void add_usual(struct fixture *f, int subject, int from, int until,
                      unsigned rate)
{
    static const char *const things[] = {
        "jumper", "boots", "kettle", "curtains", "lamp", "trousers", "shelf",
        "apron", "basket", "blanket", "mirror", "stool",
    };
    static const char *const said[] = {
        "arrived in the rain", "looks fine by the window", "was on the sale",
        "got a second glance", "reminds me of school", "went to my sister",
        "sits in the hall", "needs a wash", "came in blue", "fits the corner",
    };
    char text[160];
    for (int hour = from * 24; hour < until * 24; hour++) {
        unsigned posts = roll(2 * rate + 1);
        for (unsigned i = 0; i < posts; i++) {
            snprintf(text, sizeof(text), "the %s %s %u", things[roll(12)],
                     said[roll(10)], roll(90) + 10);
            add(f, subject, (DAY_0 * 24 + hour) * (int64_t)HOUR +
                                roll(3600), 1000 + roll(5000), text,
                roll(4) == 0);
        }
    }
}

/* Complaints of so many people, over hours. */
static void add_wave(struct fixture *f, int subject, int people, int64_t from,
                     unsigned hours, const char *what)
{
    char text[120];
    for (int i = 0; i < people; i++) {
        snprintf(text, sizeof(text), "%u the %s %u", roll(999), what,
                 roll(999));
        add(f, subject, from + roll(hours * HOUR),
            (uint64_t)(400 + 200 * subject + i), text, true);
    }
}

static int setup(void **state)
{
    *state = fixture_open(subjects, COUNT(subjects));
    seed = 9;
    clock_fix((TODAY + 1) * (int64_t)DAY + HOUR);
    return 0;
}

static int teardown(void **state)
{
    fixture_close(*state);
    return 0;
}

static int64_t today(int hour)
{
    return TODAY * (int64_t)DAY + hour * (int64_t)HOUR;
}

static struct terms *find_terms(struct fixture *f, const char *subject,
                                bool weak)
{
    struct terms_query q = { .subject = subject, .from = today(0),
                             .until = today(24), .weak = weak };
    struct terms *t;
    append(f);
    ok(f, terms_find(&t, f->store, NULL, &q, &f->err));
    return t;
}

static struct alerts *find_alerts(struct fixture *f)
{
    struct alerts_query q = { .from = today(0), .until = today(24) };
    struct alerts *a;
    append(f);
    ok(f, alerts_find(&a, f->store, NULL, &q, &f->err));
    return a;
}

static size_t told(const struct alerts *a)
{
    size_t n = 0;
    for (size_t i = 0; i < a->count; i++)
        n += a->items[i].level == DETECT_ALERT;
    return n;
}

/* ---- terms ------------------------------------------------------------ */

static void a_new_hashtag_comes_first_with_its_phrase(void **state)
{
    struct fixture *f = *state;
    char text[120];
    add_usual(f, 0, 0, DAYS + 1, 5);
    for (int i = 0; i < 12; i++) {
        snprintf(text, sizeof(text), "%d the gift card is stuck #stuckcard",
                 i);
        add(f, 0, today(9) + i * 60, 50 + (uint64_t)i, text, true);
    }
    struct terms *t = find_terms(f, "acme", false);
    assert_int_equal(t->basis, TERMS_OWN_PAST);
    assert_int_equal(t->background_days, DAYS);
    assert_in_range(t->count, 2, 4);
    for (size_t i = 0; i < t->count; i++) {
        const struct term *e = &t->items[i];
        assert_int_equal(e->authors, 12);
        assert_int_equal(e->before, 0);
        assert_true(e->surprise > 8 && !e->weak && e->growth > 10);
        assert_int_equal(e->first_seen, today(9));
        assert_int_equal(e->example_count, TERM_EXAMPLES);
        assert_true(e->examples[0].author != e->examples[1].author);
        /* "gift", "card" and "gift card" are one thing. */
        assert_true(strcmp(e->text, "gift") || e->phrase);
    }
    terms_close(t);
}

static void a_usual_day_has_no_new_terms(void **state)
{
    struct fixture *f = *state;
    add_usual(f, 0, 0, DAYS + 1, 5);
    struct terms *t = find_terms(f, "acme", false);
    assert_int_equal(t->count, 0);
    assert_true(t->posts > 60);
    terms_close(t);
}

/* One writer a day of busy days uses a phrase, then seven do in a day. */
static struct terms *add_ladles(struct fixture *f, const char *at_last)
{
    char text[120];
    add_usual(f, 0, 0, DAYS + 1, 30);
    for (int i = 0; i < DAYS + 7; i++) {
        int day = i < DAYS ? i : DAYS;
        snprintf(text, sizeof(text), "%u a %s %u", roll(999),
                 day < DAYS ? "copper ladle" : at_last, roll(999));
        add(f, 0, (DAY_0 + day) * (int64_t)DAY + 9 * HOUR + i, 50 + (uint64_t)i,
            text, false);
    }
    return find_terms(f, "acme", true);
}

static void a_rare_phrase_of_busy_days_is_known(void **state)
{
    struct terms *t = add_ladles(*state, "copper ladle");
    bool found = false;
    for (size_t i = 0; i < t->count; i++) {
        const struct term *e = &t->items[i];
        bool it = strstr(e->text, "ladle") || strstr(e->text, "copper");
        found |= it;
        assert_true(!it || (e->weak && e->before >= DAYS &&
                            e->before < DAYS + 3 && e->yesterday == 1));
    }
    assert_true(found);
    terms_close(t);
}

/* Also when all seven write it like a name, which nobody did before. */
static void a_rare_phrase_is_known_as_a_name(void **state)
{
    struct terms *t = add_ladles(*state, "Copper Ladle");
    for (size_t i = 0; i < t->count; i++)
        assert_true(t->items[i].weak && t->items[i].before >= DAYS);
    terms_close(t);
}

static void one_writer_or_copies_make_no_term(void **state)
{
    struct fixture *f = *state;
    char text[120];
    add_usual(f, 0, 0, DAYS + 1, 5);
    for (int i = 0; i < 30; i++) { /* one writer, thirty posts */
        snprintf(text, sizeof(text), "zeppelin %d", i);
        add(f, 0, today(9) + i, 77, text, false);
    }
    for (int i = 0; i < 30; i++) /* thirty writers, one text */
        add(f, 0, today(10) + i, 300 + (uint64_t)i,
            "please sign the wonderful gondola petition right now", false);
    struct terms *t = find_terms(f, "acme", true);
    for (size_t i = 0; i < t->count; i++) {
        assert_null(strstr(t->items[i].text, "zeppelin"));
        assert_null(strstr(t->items[i].text, "gondola"));
    }
    assert_in_range(t->copies, 29, 40); /* usual talk repeats itself */
    terms_close(t);
}

static void without_a_past_nothing_is_new(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 20; i++)
        add(f, 0, today(9) + i, 300 + (uint64_t)i, "a gondola", false);
    struct terms *t = find_terms(f, "acme", true);
    assert_int_equal(t->basis, TERMS_NO_BASELINE);
    assert_int_equal(t->count, 0);
    terms_close(t);
}

static void a_new_subject_is_held_against_the_others(void **state)
{
    struct fixture *f = *state;
    add_usual(f, 1, 0, DAYS + 1, 5);
    for (int i = 0; i < 20; i++)
        add(f, 0, today(9) + i, 300 + (uint64_t)i, "a gondola", false);
    struct terms *t = find_terms(f, "acme", false);
    assert_int_equal(t->basis, TERMS_OTHERS);
    assert_true(t->count >= 1);
    assert_string_equal(t->items[0].text, "gondola");
    terms_close(t);
}

static void the_cache_gives_the_same_answer(void **state)
{
    struct fixture *f = *state;
    struct terms_query q = { .subject = "acme", .from = today(0),
                             .until = today(24), .weak = true };
    struct terms *first, *second;
    add_usual(f, 0, 0, DAYS + 1, 5);
    for (int i = 0; i < 12; i++)
        add(f, 0, today(9) + i, 50 + (uint64_t)i, "a gondola", false);
    append(f);
    ok(f, terms_find(&first, f->store, NULL, &q, &f->err));
    ok(f, terms_find(&second, f->store, NULL, &q, &f->err));
    assert_int_equal(first->count, second->count);
    assert_true(first->count > 0);
    for (size_t i = 0; i < first->count; i++) {
        assert_string_equal(first->items[i].text, second->items[i].text);
        assert_true(fabs(first->items[i].z - second->items[i].z) < 1e-12);
    }
    terms_close(first);
    terms_close(second);
}

static void ignore(void *context, const char *sentence)
{
}

static uint64_t wrong_terms(struct fixture *f, bool repair)
{
    uint64_t differences = 0;
    ok(f, terms_verify(f->store, NULL, repair, ignore, NULL, &differences,
                       &f->err));
    return differences;
}

static void a_kept_term_that_is_wrong_is_found(void **state)
{
    struct fixture *f = *state;
    struct terms_query q = { .subject = "acme", .from = today(0),
                             .until = today(24) };
    struct buf kept = BUF_INIT(0);
    struct terms *t;
    int64_t day = today(0) / 86400 - 1;
    add_usual(f, 0, 0, DAYS + 1, 5);
    append(f);
    ok(f, terms_find(&t, f->store, NULL, &q, &f->err));
    terms_close(t);
    assert_int_equal(wrong_terms(f, false), 0);
    assert_int_equal(store_terms_get(f->store, "acme", day, &kept, &f->err),
                     1);
    kept.data[kept.length - 8]++; /* of the filter */
    struct store_terms row = { day, { kept.data, kept.length } };
    ok(f, store_terms_put(f->store, "acme", &row, 1, &f->err));
    assert_int_equal(wrong_terms(f, false), 1);
    assert_int_equal(wrong_terms(f, true), 1);
    assert_int_equal(wrong_terms(f, false), 0);
    buf_release(&kept);
}

/* Cut short, or of other rules: counted anew, and kept so. */
static void a_kept_day_that_is_damaged_is_not_read(void **state)
{
    struct fixture *f = *state;
    struct buf kept = BUF_INIT(0), again = BUF_INIT(0);
    int64_t day = today(0) / 86400 - 1;
    add_usual(f, 0, 0, DAYS + 1, 5);
    terms_close(find_terms(f, "acme", false));
    assert_int_equal(store_terms_get(f->store, "acme", day, &kept, &f->err),
                     1);
    char *bad = mem_slice(kept.data, kept.length);
    bad[0] ^= 1;
    const struct text rows[] = { { kept.data, 10 }, { kept.data, 24 },
                                 { kept.data, kept.length - 1 },
                                 { bad, kept.length } };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct store_terms row = { day, rows[i] };
        ok(f, store_terms_put(f->store, "acme", &row, 1, &f->err));
        terms_close(find_terms(f, "acme", false));
        assert_int_equal(store_terms_get(f->store, "acme", day, &again,
                                         &f->err), 1);
        assert_int_equal(again.length, kept.length);
        assert_memory_equal(again.data, kept.data, kept.length);
    }
    mem_free(bad);
    buf_release(&kept);
    buf_release(&again);
}

/* ---- alerts ----------------------------------------------------------- */

static void a_usual_month_has_no_alerts(void **state)
{
    struct fixture *f = *state;
    struct alerts *a;
    add_usual(f, 0, 0, DAYS + 1, 6);
    add_usual(f, 1, 0, DAYS + 1, 2);
    append(f);
    for (int day = 8; day <= DAYS; day++) {
        struct alerts_query q = {
            .from = (DAY_0 + day) * (int64_t)DAY,
            .until = (DAY_0 + day + 1) * (int64_t)DAY };
        ok(f, alerts_find(&a, f->store, NULL, &q, &f->err));
        assert_int_equal(told(a), 0);
        assert_int_equal(a->subjects, 2);
        alerts_close(a);
    }
}

static void a_wave_is_one_story_with_its_cause(void **state)
{
    struct fixture *f = *state;
    add_usual(f, 0, 0, DAYS + 1, 6);
    add_usual(f, 1, 0, DAYS + 1, 6);
    add_wave(f, 2, 150, today(14), 4, "checkout froze");
    for (int i = 1; i <= 150; i++)
        f->batch.posts[f->batch.count - (size_t)i].source = TEXT("shop");
    struct alerts *a = find_alerts(f);
    assert_int_equal(told(a), 1);
    const struct alert *e = &a->items[0];
    assert_string_equal(e->source.name, "shop");
    assert_int_equal(e->source.posts, 150);
    assert_true(e->source.share > 0.5 && e->source.usual < 0.01);
    assert_null(e->aspect.name);
    assert_string_equal(e->parts[0].name, "negative");
    assert_string_equal(e->subject, "acme");
    assert_true(e->part_count >= 2); /* its posts rose as well */
    assert_in_range(e->since, today(14), today(15));
    assert_in_range(e->until, today(18), today(19));
    assert_false(e->rising);
    assert_true(e->fresh && !e->few_writers && !e->withheld);
    assert_in_range(e->authors, 120, 260);
    assert_true(e->parts[0].observed > e->parts[0].high);
    assert_in_range(e->term_count, 1, ALERT_TERMS);
    assert_non_null(strstr("the checkout froze", e->terms[0].text));
    assert_true(e->sample_count >= 2);
    alerts_close(a);
}

/* Of a day four times as loud the end is told beside the days before, not
 * beside its own beginning. */
static void a_loud_day_is_not_its_own_usual(void **state)
{
    struct fixture *f = *state;
    add_usual(f, 0, 0, DAYS + 1, 6);
    add_usual(f, 0, DAYS, DAYS + 1, 18);
    struct alerts *a = find_alerts(f);
    assert_int_equal(told(a), 1);
    const struct alert_part *p = &a->items[0].parts[0];
    double hours = (double)(p->until - p->since) / HOUR;
    assert_string_equal(p->name, "posts");
    assert_true(hours >= 18);
    assert_true(p->expected > 5 * hours && p->expected < 7 * hours);
    alerts_close(a);
}

/* What goes on is told with today's words, not again with yesterday's. */
static void a_second_day_quotes_the_day(void **state)
{
    struct fixture *f = *state;
    add_usual(f, 0, 0, DAYS + 1, 6);
    add_wave(f, 0, 400, today(-8), 20, "checkout froze");
    struct alerts *a = find_alerts(f);
    assert_int_equal(told(a), 1);
    assert_false(a->items[0].fresh);
    assert_in_range(a->items[0].since, today(-9), today(-7));
    assert_true(a->items[0].sample_count > 1);
    for (size_t i = 0; i < a->items[0].sample_count; i++)
        assert_true(a->items[0].samples[i].created >= today(0));
    alerts_close(a);
}

static void what_ended_in_the_night_was_told(void **state)
{
    struct fixture *f = *state;
    add_usual(f, 0, 0, DAYS + 1, 6);
    add_wave(f, 0, 300, today(-5), 7, "checkout froze");
    struct alerts *a = find_alerts(f);
    assert_int_equal(a->count, 0);
    alerts_close(a);
}

/* A discounter is always spoken of for its prices: what it is about is named
 * all the same. */
static void an_aspect_that_is_usual_is_named(void **state)
{
    struct fixture *f = *state;
    add_usual(f, 0, 0, DAYS + 1, 6);
    add_wave(f, 0, 120, today(14), 4, "prices doubled");
    for (size_t i = 0; i < f->batch.count; i++)
        f->batch.posts[i].mentions[0].tags.aspects = 1 << ASPECT_PRICE;
    struct alerts *a = find_alerts(f);
    assert_int_equal(told(a), 1);
    assert_non_null(a->items[0].aspect.name);
    assert_string_equal(a->items[0].aspect.name, "price");
    assert_true(a->items[0].aspect.usual > 0.99);
    alerts_close(a);
}

static void two_loud_products_are_two_stories(void **state)
{
    struct fixture *f = *state;
    for (int subject = 2; subject < 4; subject++) {
        add_usual(f, subject, 0, DAYS + 1, 6);
        add_wave(f, subject, 120, today(14), 4,
                 subject == 2 ? "strap tore" : "sleeve came off");
        for (size_t i = 1; i <= 120; i++) {
            struct post *p = &f->batch.posts[f->batch.count - i];
            for (uint32_t k = 0; k < p->mention_count; k++) {
                p->mentions[k].tags.aspects = 1 << ASPECT_DELIVERY;
                p->mentions[k].tags.channels = i % 3 ? 1 << CHANNEL_APP : 0;
            }
        }
    }
    struct alerts *a = find_alerts(f);
    assert_int_equal(told(a), 2);
    assert_int_equal(a->count, 2);
    for (int i = 0; i < 2; i++) {
        assert_non_null(strchr(a->items[i].subject, '/'));
        assert_string_equal(a->items[i].aspect.name, "delivery");
        assert_non_null(a->items[i].channel.name);
        assert_string_equal(a->items[i].channel.name, "app");
    }
    alerts_close(a);
}

/* Also where the brand is hardly louder, and the other's name is longer. */
static void the_louder_of_two_products_is_told(void **state)
{
    struct fixture *f = *state;
    add_usual(f, 0, 0, DAYS + 1, 60);
    for (int subject = 2; subject < 4; subject++) {
        add_usual(f, subject, 0, DAYS + 1, 6);
        add_wave(f, subject, subject == 2 ? 150 : 120, today(14), 4,
                 subject == 2 ? "strap tore" : "sleeve came off");
    }
    struct alerts *a = find_alerts(f);
    assert_int_equal(told(a), 2);
    assert_string_equal(a->items[0].subject, "acme/tote");
    assert_string_equal(a->items[1].subject, "acme/raincoat");
    alerts_close(a);
}

static void few_writers_are_at_most_a_watch(void **state)
{
    struct fixture *f = *state;
    char text[120];
    add_usual(f, 0, 0, DAYS + 1, 6);
    for (int i = 0; i < 150; i++) { /* two writers: not even shown */
        snprintf(text, sizeof(text), "%u refund me %u", roll(999), i);
        add(f, 1, today(14) + i, 400 + (uint64_t)i % 2, text, true);
    }
    add_usual(f, 1, 0, DAYS + 1, 1);
    for (int i = 0; i < 150; i++) { /* many copies of one text */
        add(f, 0, today(14) + i, 400 + (uint64_t)i,
            "everybody should read this letter about the old factory", false);
    }
    struct alerts *a = find_alerts(f);
    assert_int_equal(told(a), 0);
    assert_true(a->count > 0);
    for (size_t i = 0; i < a->count; i++)
        assert_true(a->items[i].few_writers);
    alerts_close(a);
}

/* So many people under one post. */
static void add_talk(struct fixture *f, int subject, int people, int64_t from)
{
    char text[120], root[32];
    snprintf(root, sizeof(root), "n%u", f->made);
    for (int i = 0; i < people; i++) {
        snprintf(text, sizeof(text), "%u the till %u", roll(999),
                 roll(999));
        add(f, subject, from + i * 60, f->made + 9000, text, false);
        if (i)
            f->batch.posts[f->batch.count - 1].reply_to =
                text_of(arena_copy(&f->batch.memory, root, strlen(root)));
    }
}

/* What comes in conversations comes many at once: one of the usual size is
 * nothing, where one post a day is usual. */
static void a_conversation_is_told_when_it_is_large(void **state)
{
    struct fixture *f = *state;
    add_usual(f, 0, 0, DAYS + 1, 6);
    for (int day = 0; day < DAYS; day += 12)
        add_talk(f, 1, 12, today(14) - (DAYS - day) * (int64_t)DAY);
    add_talk(f, 1, 14, today(14));
    struct alerts *a = find_alerts(f);
    assert_int_equal(a->count, 0);
    alerts_close(a);
    add_talk(f, 1, 90, today(15));
    a = find_alerts(f);
    assert_int_equal(told(a), 1);
    assert_string_equal(a->items[0].subject, "bolt");
    assert_true(a->items[0].worth > 9 && a->items[0].worth < 15);
    alerts_close(a);
}

static void cover(struct fixture *f, int64_t from, int64_t until,
                  enum coverage_state as)
{
    snprintf(f->batch.label, sizeof(f->batch.label), "forum");
    f->batch.coverage = (struct coverage_span){ from, until, (uint8_t)as };
    append(f);
    f->batch.coverage = (struct coverage_span){ 0 };
}

static void silence_is_told_only_when_the_source_works(void **state)
{
    struct fixture *f = *state;
    add_usual(f, 0, 0, DAYS, 6); /* acme: nothing at all today */
    add_usual(f, 1, 0, DAYS, 6);
    /* Nobody knows whether it worked: shown, once. */
    struct alerts *a = find_alerts(f);
    assert_int_equal(told(a), 0);
    assert_int_equal(a->count, 1);
    assert_true(a->items[0].kind == ALERT_QUIET && a->items[0].withheld);
    alerts_close(a);
    cover(f, DAY_0 * (int64_t)DAY, today(0), COVERAGE_COVERED);
    cover(f, today(0), today(24), COVERAGE_FAILED);
    a = find_alerts(f);
    assert_int_equal(a->count, 0);
    assert_true(a->withheld && a->coverage < 0.1);
    alerts_close(a);
    cover(f, today(0), today(24), COVERAGE_COVERED);
    a = find_alerts(f);
    assert_int_equal(told(a), 2);
    assert_int_equal(a->items[0].kind, ALERT_QUIET);
    assert_true(a->items[0].rising && a->items[0].parts[0].expected > 50);
    alerts_close(a);
}

static void poor_coverage_withholds_the_verdict(void **state)
{
    struct fixture *f = *state;
    add_usual(f, 0, 0, DAYS + 1, 6);
    add_wave(f, 0, 150, today(14), 4, "checkout froze");
    cover(f, DAY_0 * (int64_t)DAY, today(14), COVERAGE_COVERED);
    cover(f, today(14), today(24), COVERAGE_FAILED);
    struct alerts *a = find_alerts(f);
    assert_int_equal(told(a), 0);
    assert_true(a->count >= 1);
    assert_true(a->items[0].withheld);
    alerts_close(a);
}

static bool is_new(struct documents *d, const char *text)
{
    static const struct tags none = { 0 };
    struct post post = { .source = TEXT("forum"), .native_id = TEXT("x"),
                         .text = text_of(text) };
    return documents_add(d, &post, &none);
}

/* Changed greetings and ends are copies; people who begin alike are not. */
static void copies_agree_in_most_words(void **state)
{
    struct documents d = { .words = WORDS_INIT };
    assert_true(is_new(&d, "The new acme tote has lost its strap on the very "
                           "first day and nobody at the till would help"));
    assert_false(is_new(&d, "The new ACME tote has lost its strap on the very "
                            "first day and nobody at the till would care!"));
    assert_false(is_new(&d, "Hello: new acme tote has lost its strap on the "
                            "very first day and nobody at the till would help"));
    assert_true(is_new(&d, "The new acme tote has lost its strap on the way "
                           "to work, so my lunch fell into the canal"));
    assert_true(is_new(&d, "thank you acme"));
    assert_true(is_new(&d, "Thank you, acme!"));
    assert_int_equal(d.copies, 2);
    documents_release(&d);
}

/* Ten points above its usual and half as much again. */
static void shares_tell_when_clearly_above_usual(void **state)
{
    static const struct alert_share all = { "app", 99, 0.99, 0.98 },
                                    little = { "app", 9, 0.09, 0.01 },
                                    partly = { "app", 60, 0.60, 0.45 },
                                    much = { "app", 40, 0.40, 0.20 },
                                    none = { NULL, 0, 0.9, 0.1 };
    assert_false(alert_share_tells(&all));
    assert_false(alert_share_tells(&little));
    assert_false(alert_share_tells(&partly));
    assert_true(alert_share_tells(&much));
    assert_false(alert_share_tells(&none));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_new_hashtag_comes_first_with_its_phrase),
        TEST(a_usual_day_has_no_new_terms),
        TEST(a_rare_phrase_of_busy_days_is_known),
        TEST(a_rare_phrase_is_known_as_a_name),
        TEST(one_writer_or_copies_make_no_term),
        cmocka_unit_test(copies_agree_in_most_words),
        cmocka_unit_test(shares_tell_when_clearly_above_usual),
        TEST(without_a_past_nothing_is_new),
        TEST(a_new_subject_is_held_against_the_others),
        TEST(the_cache_gives_the_same_answer),
        TEST(a_kept_term_that_is_wrong_is_found),
        TEST(a_kept_day_that_is_damaged_is_not_read),
        TEST(a_usual_month_has_no_alerts),
        TEST(a_wave_is_one_story_with_its_cause),
        TEST(a_loud_day_is_not_its_own_usual),
        TEST(a_second_day_quotes_the_day),
        TEST(what_ended_in_the_night_was_told),
        TEST(an_aspect_that_is_usual_is_named),
        TEST(two_loud_products_are_two_stories),
        TEST(the_louder_of_two_products_is_told),
        TEST(few_writers_are_at_most_a_watch),
        TEST(a_conversation_is_told_when_it_is_large),
        TEST(silence_is_told_only_when_the_source_works),
        TEST(poor_coverage_withholds_the_verdict),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
