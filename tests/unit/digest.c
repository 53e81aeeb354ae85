/* SPDX-License-Identifier: Apache-2.0 */
/* A small made-up store and the digest of its day, each figure counted by
 * hand beside it; hostile texts through every form. Tags are set here: no
 * lexicon is involved. Long: all forms tell of that one day. */
#include <math.h>

#include "base/hash.h"
#include "digest/phrase.h"
#include "tests/unit/storing.h"

enum { D = 20000 };                     /* the day; 2024-10-04 */
#define T ((int64_t)D * DAY)

static const char *const subjects[] = { "acme", "acme/returns-app", "bolt",
                                        "acme-two", "corso" };

static const char yaml[] =
    "digest:\n  floor: 3\n"
    "brands:\n"
    "  - name: acme\n    title: Acme & Sons\n    match: [acme]\n"
    "    handles: [\"@acmehelp\"]\n"
    "    products:\n"
    "      - name: returns-app\n        title: Returns app\n"
    "        match: [returns app]\n"
    "  - name: bolt\n    title: Bolt\n    match: [bolt]\n";

static struct config *config;
static struct zone *zone;
static struct digest *digest;

static int setup(void **state)
{
    struct fixture *f = *state = fixture_open(subjects, COUNT(subjects));
    struct buf path = BUF_INIT(0);
    buf_printf(&path, "%s/swell.yaml", f->folder);
    scratch_write(path.data, yaml);
    ok(f, config_load(&config, path.data, NULL, &f->err));
    config->data = "."; /* lexicons */
    ok(f, zone_open(&zone, "UTC", &f->err));
    clock_fix(T + 2 * DAY);
    buf_release(&path);
    return 0;
}

static int teardown(void **state)
{
    digest_close(digest);
    digest = NULL;
    config_close(config);
    zone_close(zone);
    fixture_close(*state);
    return 0;
}

/* A post at a time that mentions the subjects of a set. */
static struct post *add(struct fixture *f, int64_t created, unsigned set,
                        enum label label, uint64_t author, const char *text)
{
    struct post *p = fixture_post(f, NULL, created, label, text);
    p->fetched = T + DAY;
    p->author_hash = author;
    return fixture_mention(f, p, set);
}

static void tag(struct post *p, unsigned aspects, unsigned intents)
{
    p->tags.aspects = (uint16_t)aspects;
    p->tags.intents = (uint8_t)intents;
    for (uint32_t i = 0; i < p->mention_count; i++)
        p->mentions[i].tags = p->tags;
}

static struct span span_in(const struct post *p, const char *words)
{
    const char *at = strstr(p->text.data, words);
    assert_non_null(at);
    return (struct span){ (uint32_t)(at - p->text.data),
                          (uint32_t)strlen(words) };
}

/* Of a day; the one before it is closed. */
static const struct digest *compose_day(struct fixture *f, int64_t day,
                                        const struct option_list *brands)
{
    digest_close(digest);
    ok(f, digest_compose(&digest, f->store, config, zone, day, brands,
                         &f->err));
    return digest;
}

static const struct digest *compose(struct fixture *f,
                                    const struct option_list *brands)
{
    return compose_day(f, D, brands);
}

#define assert_near(a, b) assert_true(fabs((a) - (b)) < 1e-4)

static bool tells(const struct digest *d, const char *words)
{
    struct buf out = BUF_INIT(0);
    digest_text(d, &out, 120, false);
    bool found = strstr(out.data, words);
    buf_release(&out);
    return found;
}

static bool json_tells(const struct digest *d, const char *words)
{
    struct buf out = BUF_INIT(0);
    digest_json(d, &out);
    bool found = strstr(out.data, words);
    buf_release(&out);
    return found;
}

/* Ten days before with 2, 4 ... 20 posts; the day: 6 positive, 2 negative,
 * 4 neutral and 1 unscored of acme by 5 people, 3 of bolt by one of them. */
static void fill(struct fixture *f)
{
    for (int day = 1; day <= 10; day++)
        for (int i = 0; i < 2 * day; i++)
            add(f, T - (11 - day) * DAY + i * HOUR, 1, LABEL_NEUTRAL,
                100 + (uint64_t)i, "an ordinary day");
    for (int i = 0; i < 13; i++)
        add(f, T + i * HOUR, i < 4 ? 3 : 1,
            i < 6 ? LABEL_POSITIVE : i < 8 ? LABEL_NEGATIVE
            : i < 12 ? LABEL_NEUTRAL : LABEL_UNSCORED,
            (uint64_t)(i % 5) + 1, "a word about acme and its returns app");
    for (int i = 0; i < 3; i++)
        add(f, T + i * HOUR, 4, LABEL_NEUTRAL, 1, "bolt again");
    append(f);
}

static void standing_is_counted(void **state)
{
    struct fixture *f = *state;
    fill(f);
    const struct digest *d = compose(f, NULL);
    assert_int_equal(d->posts, 16);
    assert_int_equal(d->authors, 5);
    assert_int_equal(d->collected, 16);
    assert_int_equal(d->unscored, 1);
    assert_int_equal(d->usual.count, 10);
    assert_false(d->planned);
    assert_true(d->closed);
    assert_string_equal(d->title, "Acme & Sons");
    assert_string_equal(d->rivals, "Bolt");
    assert_int_equal(d->standing_count, 3);
    const struct digest_standing *s = &d->standing[0];
    assert_int_equal(s->today.posts, 13);
    assert_int_equal(s->yesterday.posts, 20);
    assert_int_equal(s->authors, 5);
    assert_near(s->net.value, 4.0 / 12);
    assert_near(s->net.low, -0.347043); /* 13 posts by 5: as of 5 */
    assert_near(s->net.high, 0.918471);
    assert_false(s->net.few);
    assert_near(s->share, 13.0 / 16);
    assert_near(s->share_usual, 1);
    assert_near(s->usual, 11);
    assert_near(s->low, 3.8);
    assert_near(s->high, 18.2);
    assert_near(s->change, 13.0 / 11 - 1);
    assert_int_equal(s->history[DIGEST_DAYS - 1], 20);
    assert_int_equal(s->history[DIGEST_DAYS - 10], 2);
    assert_int_equal(s->history[0], 0);
    assert_true(isnan(s->history_net[0]));
    assert_int_equal(s->hour_count, 24);
    assert_int_equal(s->hours[12], 1);
    assert_int_equal(s->hours[13], 0);
    assert_true(d->standing[1].product);
    assert_int_equal(d->standing[1].today.posts, 4);
    assert_int_equal(d->standing[1].authors, 4);
    assert_true(isnan(d->standing[1].share));
    assert_int_equal(d->standing[2].authors, 1);
    assert_near(d->standing[2].share, 3.0 / 16);
    assert_near(d->standing[2].usual, 0);
    assert_true(isnan(d->standing[2].change));
}

static void the_first_day_has_no_usual(void **state)
{
    struct fixture *f = *state;
    struct buf out = BUF_INIT(0);
    for (int i = 0; i < 12; i++)
        add(f, T + i * HOUR, 1, LABEL_NEUTRAL, (uint64_t)i + 1, "opening day");
    append(f);
    const struct digest *d = compose(f, NULL);
    assert_true(isnan(d->standing[0].usual));
    digest_html(d, &out, NULL);
    assert_null(strstr(out.data, "nan"));
    buf_clear(&out);
    digest_markdown(d, &out);
    assert_null(strstr(out.data, "nan"));
    buf_release(&out);
}

/* Two brands with as many posts, and a day of fifty times as many of one. */
static void a_loud_day_is_not_the_usual_share(void **state)
{
    struct fixture *f = *state;
    for (int day = 1; day <= 10; day++)
        for (int i = 0; i < (day == 4 ? 102 : 4); i++)
            add(f, T - day * DAY + i * 60, i % 2 || i > 3 ? 1 : 4,
                LABEL_NEUTRAL, (uint64_t)i + 1, "said on a day");
    append(f);
    const struct digest *d = compose(f, NULL);
    assert_near(d->standing[0].share_usual, 0.5);
    assert_near(d->standing[0].share_low, 0.5);
    assert_in_range((int)(100 * d->standing[0].share_high), 50, 60);
    assert_near(d->standing[2].share_usual, 0.5);
}

/* A filter drops the others from the table; shares stay those of all. */
static void a_brand_alone_keeps_its_share(void **state)
{
    struct fixture *f = *state;
    static char *names[] = { "bolt" };
    static const struct option_list only = { .items = names, .count = 1 };
    fill(f);
    const struct digest *d = compose(f, &only);
    assert_int_equal(d->standing_count, 1);
    assert_near(d->standing[0].share, 3.0 / 16);
    assert_int_equal(d->posts, 3);
    assert_int_equal(d->authors, 1);
    assert_int_equal(d->collected, 16);
}

/* Without a configuration: each product with its brand. */
static void a_store_alone_is_told(void **state)
{
    static const char *const names[] = { "acme", "acme/returns-app",
                                         "acme-two", "bolt", "corso" };
    char *name = "acme";
    const struct option_list only = { .items = &name, .count = 1 };
    struct fixture *f = *state;
    size_t configured = config->subject_count;
    fill(f);
    add(f, T + HOUR, 8 | 16, LABEL_NEUTRAL, 1, "acme two and corso");
    append(f);
    config->subject_count = 0;
    const struct digest *d = compose(f, NULL);
    assert_string_equal(d->title, "acme, acme-two and 2 more");
    assert_int_equal(d->standing_count, COUNT(names));
    for (size_t i = 0; i < COUNT(names); i++) {
        assert_string_equal(d->standing[i].name, names[i]);
        assert_int_equal(d->standing[i].product, i == 1);
    }
    d = compose(f, &only);
    assert_string_equal(d->title, "acme");
    assert_int_equal(d->standing_count, 2);
    name = "acme/returns-app";
    d = compose(f, &only);
    config->subject_count = configured;
    assert_string_equal(d->title, "acme/returns-app");
    assert_int_equal(d->standing_count, 1);
}

/* On white and on black: none of the first eight colours but red is. */
static void colours_are_seen(void **state)
{
    struct fixture *f = *state;
    struct buf out = BUF_INIT(0);
    for (unsigned i = 0; i < 12; i++)
        add(f, T + HOUR + i, i % 2 ? 1 : 4,
            i % 2 ? LABEL_POSITIVE : LABEL_NEGATIVE, 10 + i, "acme bolt");
    append(f);
    digest_text(compose(f, NULL), &out, 80, true);
    assert_non_null(strstr(out.data, "\033[38;5;28m+1.00"));
    assert_non_null(strstr(out.data, "\033[31m−1.00"));
    for (const char *c = out.data; (c = strstr(c, "\033[3")); c++)
        assert_true(c[3] == '1' || c[3] == '8');
    buf_release(&out);
}

static void an_empty_store_composes(void **state)
{
    struct fixture *f = *state;
    struct buf out = BUF_INIT(0);
    const struct digest *d = compose(f, NULL);
    assert_int_equal(d->posts, 0);
    assert_int_equal(d->usual.count, 0);
    digest_text(d, &out, 80, false);
    assert_string_equal(buf_text(&out),
                        "Friday 4 October 2024 · Acme & Sons · UTC · against "
                        "Bolt\nno post was collected · coverage unknown\n");
    buf_clear(&out);
    digest_markdown(d, &out);
    assert_non_null(strstr(out.data, "no post was collected"));
    buf_clear(&out);
    digest_json(d, &out);
    assert_non_null(strstr(out.data, "\"wishes\":[]"));
    buf_release(&out);
}

static void a_day_that_is_not_over_is_not_compared(void **state)
{
    struct fixture *f = *state;
    fill(f);
    clock_fix(T + 14 * HOUR);
    const struct digest *d = compose(f, NULL);
    assert_false(d->closed);
    assert_true(isnan(d->standing[0].change));
    assert_true(tells(d, "the day is not over"));
    assert_false(tells(d, "▲"));
    /* 14 hours without a source are not yet a day without it. */
    snprintf(f->batch.label, sizeof(f->batch.label), "forum");
    f->batch.coverage = (struct coverage_span){ T - 30 * DAY, T,
                                                COVERAGE_COVERED };
    append(f);
    assert_true(json_tells(compose(f, NULL), "\"source_change\":null"));
    clock_fix(T + DAY);
    assert_true(json_tells(compose(f, NULL), "\"source_change\":{"));
}

static void add_wish(struct fixture *f, int64_t when, uint64_t author,
                     const char *text, const char *wish)
{
    struct post *p = add(f, when, 3, LABEL_NEUTRAL, author, text);
    tag(p, 0, 1 << INTENT_SUGGESTION);
    p->wish = span_in(p, wish);
}

/* Five accounts with one text, but for links, are no five people; what was
 * asked so last week is asked again. */
static void copies_of_a_wish_are_one(void **state)
{
    static const char *const texts[] = {
        "Acme, please sell walnut shelves with free delivery for members",
        "acme please sell walnut shelves with free delivery for members! "
        "https://shop.example/?a=7" };
    struct fixture *f = *state;
    for (uint64_t i = 0; i < 5; i++)
        add_wish(f, T + (int64_t)i * HOUR, 20 + i, texts[i % 2],
                 "walnut shelves with free delivery for members");
    for (uint64_t i = 0; i < 6; i++)
        tag(add(f, i < 5 ? T + (int64_t)i * HOUR : T - 9 * DAY, 1,
                LABEL_NEUTRAL, 30 + i,
                "@acme does anybody know when the delivery comes to Upper "
                "Fold at last?"),
            1 << ASPECT_DELIVERY, 1 << INTENT_QUESTION);
    append(f);
    const struct digest *d = compose(f, NULL);
    assert_int_equal(d->wish_count, 0);
    assert_int_equal(d->asked[ASPECT_DELIVERY], 1);
    assert_int_equal(d->asked_before[ASPECT_DELIVERY], 1);
}

static void wishes_are_grouped_by_the_thing(void **state)
{
    struct fixture *f = *state;
    struct buf out = BUF_INIT(0);
    add_wish(f, T - 9 * DAY, 1, "Please add collection without the app",
             "collection without the app");
    add_wish(f, T - 2 * DAY, 2, "I want COLLECTION without apps",
             "COLLECTION without apps");
    add_wish(f, T + HOUR, 3, "you should offer collection without any app",
             "collection without any app");
    add_wish(f, T + 2 * HOUR, 3, "again: collection without the app please",
             "collection without the app please");
    add_wish(f, T + 3 * HOUR, 7, "collection without app!",
             "collection without app");
    add_wish(f, T + 4 * HOUR, 10, "collection without app",
             "collection without app");
    add_wish(f, T + 3 * HOUR, 4, "please make it in petrol", "it in petrol");
    add_wish(f, T + 3 * HOUR, 5, "I'd like petrol too", "petrol");
    for (uint64_t i = 8; i < 11; i++)
        add_wish(f, T + 3 * HOUR, i, "petrol, please", "petrol");
    add_wish(f, T + 4 * HOUR, 6, "lockers please", "lockers");
    add_wish(f, T + 4 * HOUR, 9, "a wish of two: lockers", "lockers");
    append(f);
    const struct digest *d = compose(f, NULL);
    assert_int_equal(d->wish_count, 2);
    assert_string_equal(d->wishes[1].subject, "acme/returns-app");
    assert_int_equal(d->wishes[1].posts, 5);
    assert_int_equal(d->wishes[1].authors, 4);
    assert_int_equal(d->wishes[1].authors_before, 1);
    assert_int_equal(d->wishes[1].today, 3);
    assert_string_equal(d->wishes[1].text, "collection without app");
    assert_int_equal(d->wishes[0].authors, 5);
    assert_string_equal(d->wishes[0].text, "petrol");
    digest_html(d, &out, NULL); /* one day of the week before was collected */
    assert_non_null(strstr(out.data, "ask for “petrol”"));
    assert_null(strstr(out.data, "the week before"));
    buf_release(&out);
}

/* Who said it first, last week, said more of it than anybody since. */
static void a_wish_is_worded_by_this_week(void **state)
{
    struct fixture *f = *state;
    add_wish(f, T - 9 * DAY, 1, "please sell walnut shelves with hooks",
             "walnut shelves with hooks");
    for (uint64_t i = 0; i < 3; i++)
        add_wish(f, T + (int64_t)i * HOUR, 2 + i, "please sell walnut shelves",
                 "walnut shelves");
    append(f);
    const struct digest *d = compose(f, NULL);
    assert_int_equal(d->wish_count, 1);
    assert_string_equal(d->wishes[0].text, "walnut shelves");
    assert_int_equal(d->wishes[0].authors_before, 1);
    add_wish(f, T + 5 * HOUR, 9, "do sell walnut shelves and all their hooks",
             "walnut shelves and all their hooks");
    append(f);
    assert_string_equal(compose(f, NULL)->wishes[0].text,
                        "walnut shelves and all their hooks");
}

/* What expired of the two weeks is counted no more, and nobody says that there
 * was none. */
static void expired_weeks_are_told(void **state)
{
    static const char told[] = "expired: 1 post of the two weeks; wishes, "
                               "answers and switches are without them";
    struct fixture *f = *state;
    uint64_t dropped;
    for (int i = 0; i < 12; i++)
        add(f, T - 12 * DAY + i * DAY, 1, LABEL_NEUTRAL, 50, "an ordinary day");
    add_wish(f, T - 13 * DAY, 7, "please sell lockers", "lockers");
    for (uint64_t i = 0; i < 3; i++)
        add_wish(f, T + HOUR, 1 + i, "please sell lockers", "lockers");
    append(f);
    assert_true(tells(compose(f, NULL), "3 on the day, 1 the week before"));
    assert_false(tells(digest, told));
    ok(f, store_expire(f->store, NULL, T - 13 * DAY + HOUR, &dropped, &f->err));
    assert_int_equal(dropped, 1);
    assert_true(tells(compose(f, NULL), told));
    assert_false(tells(digest, "the week before"));
    assert_true(json_tells(digest, "\"expired\":0,\"expired_before\":1,"));
}

/* The group has its subject: its name is no word of what is wished; one thing
 * or many are one. */
static void a_wish_leaves_out_the_name(void **state)
{
    struct fixture *f = *state;
    for (unsigned i = 0; i < 3; i++) {
        add_wish(f, T + i * HOUR, 1 + i, "please add returns app lockers",
                 i ? "returns app lockers" : "returns app locker");
        f->batch.posts[i].mentions[1].span =
            span_in(&f->batch.posts[i], "returns app");
    }
    append(f);
    assert_int_equal(compose(f, NULL)->wish_count, 1);
    assert_string_equal(digest->wishes[0].text, "locker");
}

/* A writer's best post, whichever came first; a text once. */
static void a_writer_is_quoted_once(void **state)
{
    static const char *const texts[] = {
        "the kettles of acme leak", "the lids of acme leak, too",
        "and the cups of acme leak", "The lids of acme leak, too!" };
    static const uint32_t likes[] = { 30, 500, 10, 400 };
    struct fixture *f = *state;
    for (unsigned i = 0; i < 4; i++)
        add(f, T + i * HOUR, 1, LABEL_NEGATIVE, 1 + i / 3, texts[i])->likes =
            likes[i];
    append(f);
    assert_int_equal(compose(f, NULL)->sample_count, 1);
    assert_string_equal(digest->samples[0].native_id, "p1");
}

/* The best post stands with its wish, the next names two brands. */
static void nothing_is_quoted_twice(void **state)
{
    static const char *const texts[] = { "please add lockers to the app soon",
                                         "lockers would be of use to me",
                                         "why are there no lockers anywhere" };
    struct fixture *f = *state;
    for (uint64_t i = 0; i < 3; i++)
        add_wish(f, T + (int64_t)(1 + i) * HOUR, 1 + i, texts[i], "lockers");
    f->batch.posts[0].likes = 1000;
    add(f, T + HOUR, 1 | 4, LABEL_NEGATIVE, 9,
        "acme and bolt were late again")->likes = 500;
    append(f);
    const struct digest *d = compose(f, NULL);
    assert_int_equal(d->wish_count, 1);
    assert_string_equal(d->wishes[0].sample.native_id, "p0");
    assert_int_equal(d->sample_count, 2);
    assert_string_equal(d->samples[0].native_id, "p3");
}

/* Three people of this week and one of the last ask us about sizing, one of
 * them twice; who asks the rival is not counted. */
static void questions_are_counted_by_what_they_are_about(void **state)
{
    struct fixture *f = *state;
    static const struct {
        int64_t when;
        unsigned set;
        uint64_t author;
    } asked[] = { { T - 9 * DAY, 1, 1 }, { T - DAY, 1, 1 }, { T, 1, 2 },
                  { T, 3, 3 }, { T + HOUR, 1, 3 }, { T, 4, 4 } };
    fill(f);
    for (size_t i = 0; i < COUNT(asked); i++)
        tag(add(f, asked[i].when, asked[i].set, LABEL_NEUTRAL,
                asked[i].author, "does it run small?"),
            1 << ASPECT_SIZING, 1 << INTENT_QUESTION);
    append(f);
    const struct digest *d = compose(f, NULL);
    assert_int_equal(d->asked[ASPECT_SIZING], 3);
    assert_int_equal(d->asked_before[ASPECT_SIZING], 1);
    assert_int_equal(d->asked[ASPECT_PRICE], 0);
    assert_true(tells(d, "Asked about: sizing 3 (1 the week before)\n"));
}

/* Ten days of ten posts, then three: no hour stands out. */
static void a_slow_fall_is_told(void **state)
{
    struct fixture *f = *state;
    for (int day = 1; day <= 10; day++)
        for (int i = 0; i < 10; i++)
            add(f, T - day * DAY + i * 2 * HOUR, 1, LABEL_NEUTRAL,
                100 + (uint64_t)i, "an ordinary day");
    for (int i = 0; i < 3; i++)
        add(f, T + i * 6 * HOUR, 1, LABEL_NEUTRAL, 1, "not much");
    for (int day = 1; day <= 10; day++) /* so few that none is no news */
        for (int i = 0; i < 2; i++)
            add(f, T - day * DAY + i * 4 * HOUR, 4, LABEL_NEUTRAL,
                200 + (uint64_t)i, "an ordinary day at bolt");
    append(f);
    const struct digest *d = compose(f, NULL);
    assert_int_equal(d->alerts->count, 0);
    assert_true(d->standing[0].drifted && !d->standing[0].told);
    assert_true(tells(d, "Nothing rose or fell suddenly. Over the day outside "
                         "the usual range: Acme & Sons ▼ 70 %."));
}

/* One loud day of the four weeks does not hide the next rise. */
static void a_slow_rise_is_told_after_a_loud_day(void **state)
{
    struct fixture *f = *state;
    for (int day = 0; day <= 29; day++) {
        int64_t posts = day == 0 ? 65 : day == 12 ? 400 : 40;
        for (int64_t i = 0; i < posts; i++)
            add(f, T - day * DAY + i * DAY / posts, 1, LABEL_NEUTRAL,
                100 + (uint64_t)i, "an ordinary day at acme");
    }
    append(f);
    const struct digest *d = compose(f, NULL);
    assert_int_equal(d->alerts->count, 0);
    assert_true(d->standing[0].drifted);
}

static void covered(struct fixture *f, const char *label, int64_t from)
{
    snprintf(f->batch.label, sizeof(f->batch.label), "%s", label);
    f->batch.coverage = (struct coverage_span){ from, T + 2 * DAY,
                                                COVERAGE_COVERED };
    append(f);
}

/* A second source brings as many posts again, and words of its own: twice as
 * much is no rise, and what is said there is not new, from its first day on.
 * Where nothing is known of sources it is. */
static void a_source_that_came_is_no_change(void **state)
{
    struct fixture *f = *state;
    for (int64_t i = 0; i < 40 * 32; i++) {
        int64_t when = T - 31 * DAY + i * DAY / 40;
        add(f, when, 1, LABEL_NEUTRAL, 100 + (uint64_t)i,
            "an ordinary day at acme")->source = TEXT("mastodon");
        if (when >= T)
            add(f, when, 1, LABEL_NEUTRAL, 9000 + (uint64_t)i,
                "tramlines and acme")->source = TEXT("bluesky");
    }
    append(f);
    assert_true(compose(f, NULL)->standing[0].drifted);
    assert_int_equal(digest->standing[0].term_count, 1);
    assert_int_equal(digest->alerts->subjects, 1);
    covered(f, "mastodon", T - 31 * DAY);
    covered(f, "bluesky", T);
    const struct digest *d = compose(f, NULL);
    assert_false(d->standing[0].drifted);
    assert_true(isnan(d->standing[0].change));
    assert_int_equal(d->standing[0].term_count, 0);
    assert_int_equal(d->alerts->subjects, 1);
    assert_int_equal(d->alerts->count, 0);
    assert_int_equal(d->usual.count, 0);
    assert_true(tells(d, "bluesky was added 00:00: earlier days are not "
                         "compared; alerts are without it"));
    assert_true(json_tells(d, "\"source_change\":{\"source\":\"bluesky\","
                              "\"added\":true,\"when\":"));
    assert_true(json_tells(d, "\"partial\":true"));
    /* ... but what the first source tells on that day is, and as its own. */
    for (int64_t i = 0; i < 100; i++) {
        add(f, T + 9 * HOUR + i * 90, 1, LABEL_NEUTRAL, 20000 + (uint64_t)i,
            "the kettles of acme leak")->source = TEXT("mastodon");
        add(f, T + 9 * HOUR + i * 90, 1, LABEL_NEUTRAL, 30000 + (uint64_t)i,
            "tramlines and acme")->source = TEXT("bluesky");
    }
    append(f);
    d = compose(f, NULL);
    assert_int_equal(d->alerts->count, 1);
    assert_int_equal(d->alerts->items[0].level, DETECT_ALERT);
    const struct alert *a = &d->alerts->items[0];
    assert_int_equal(a->parts[0].observed, 105);
    assert_int_equal(a->posts, 105);
    assert_null(a->source.name);
    assert_string_equal(a->samples[0].source, "mastodon");
    /* A day later: people and posts of that day alone, one post each. */
    compose_day(f, D + 1, NULL);
    assert_int_equal(digest->usual.count, 1);
    assert_near(digest->standing[0].net_usual.high, 1.959964 / 282);
}

/* A rival's new phrase is told with its name, and lives as long as the
 * digest. */
static void a_rivals_new_phrase_is_told(void **state)
{
    struct fixture *f = *state;
    struct buf out = BUF_INIT(0);
    static const char *const about[] = { "how do I get", "thanks for", "no" };
    for (int day = 1; day <= 10; day++)
        for (int i = 0; i < 10; i++)
            add(f, T - day * DAY + i * HOUR, 4, LABEL_NEUTRAL,
                100 + (uint64_t)i, "an ordinary day at bolt");
    for (int i = 0; i < 12; i++) {
        char text[60];
        snprintf(text, sizeof(text), "%s companion pass %d", about[i % 3], i);
        add(f, T + i * HOUR, 4, LABEL_NEUTRAL, 200 + (uint64_t)i, text);
    }
    append(f);
    const struct digest *d = compose(f, NULL);
    assert_int_equal(d->rising_count, 1);
    assert_string_equal(d->rising[0].subject, "bolt");
    assert_string_equal(d->rising[0].term.phrase, "companion pass");
    assert_true(tells(d, "New words: Bolt “companion pass” by 12 people (not "
                         "before)"));
    digest_markdown(d, &out);
    assert_non_null(strstr(out.data, "\nNew words: Bolt “companion pass” by "
                           "12 people"));
    buf_clear(&out);
    digest_json(d, &out);
    assert_non_null(strstr(out.data, "\"subject\":\"bolt\",\"term\":"));
    assert_non_null(strstr(out.data, "\"phrase\":\"companion pass\""));
    buf_release(&out);
}

static bool has_term(const struct digest_standing *s, const char *text)
{
    for (size_t i = 0; i < s->term_count; i++)
        if (strcmp(s->terms[i].text, text) == 0)
            return true;
    return false;
}

/* The rival's name is new where it was not said before, and no news. */
static void a_rivals_name_is_no_new_word(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 100; i++)
        add(f, T - 10 * DAY + i * DAY / 10, 1, LABEL_NEUTRAL,
            100 + (uint64_t)i, "an ordinary day");
    for (int i = 0; i < 20; i++)
        add(f, T + i * HOUR, 1, LABEL_NEUTRAL, 300 + (uint64_t)i,
            i % 2 ? "tramlines again" : "a bolt from above");
    append(f);
    const struct digest *d = compose(f, NULL);
    assert_true(has_term(&d->standing[0], "bolt"));
    assert_int_equal(d->rising_count, 1);
    assert_string_equal(d->rising[0].term.text, "tramlines");
}

/* Five ask acme, its account answers two of them after 2 and 4 hours, and
 * somebody else's reply is none. */
static void answers_are_matched_to_questions(void **state)
{
    struct fixture *f = *state;
    struct author_key key;
    struct buf path = BUF_INIT(0);
    struct post *ask[5];
    buf_printf(&path, "%s/author.key", store_folder(f->store));
    assert_int_equal(0, author_key_load(&key, path.data, 1, &f->err));
    uint64_t help = author_key_hash(&key, "forum", 5, "acmehelp", 8);
    for (int i = 0; i < 5; i++) {
        add(f, T - DAY + i * HOUR, 1, LABEL_NEGATIVE, 10 + (uint64_t)i,
            "where is my parcel, acme?");
        tag(&f->batch.posts[i], 0, 1 << INTENT_QUESTION);
    }
    for (int i = 0; i < 3; i++) {
        struct post *p = add(f, T - DAY + (2 + 3 * i) * HOUR, 0,
                             LABEL_NEUTRAL, i < 2 ? help : 99,
                             "we are looking into it");
        for (int k = 0; k < 5; k++)
            ask[k] = &f->batch.posts[k]; /* adding may move them */
        p->reply_to = ask[i]->native_id;
        p->kind = POST_REPLY;
    }
    add(f, T + HOUR, 1, LABEL_NEGATIVE, help,
        "we at acme are sorry that it takes so long")->likes = 1000;
    append(f);
    const struct digest *d = compose(f, NULL);
    assert_int_equal(d->waiting_count, 1);
    const struct digest_waiting *w = &d->waiting[0];
    assert_true(w->known);
    assert_true(w->own);
    assert_int_equal(w->figures.asked, 5);
    assert_int_equal(w->figures.answered, 2);
    assert_int_equal(w->figures.open, 3);
    assert_int_equal(w->figures.oldest, T - DAY + 2 * HOUR);
    assert_near(w->figures.median_hours, 3);
    assert_int_equal(w->sample_count, 3);
    assert_string_equal(w->samples[0].native_id, "p2");
    assert_int_equal(d->sample_count, 0); /* its own words are not the day's */
    assert_true(tells(d, "3 open, oldest 46 h\n"));
    clock_fix(T + 8 * HOUR); /* the day is not over */
    assert_true(tells(compose(f, NULL), "3 open, oldest 30 h\n"));
    buf_release(&path);
}

/* Writers' hashes are the store's own secret: they order nothing that is told. */
static void asks_of_one_second_have_one_order(void **state)
{
    struct fixture *stores[] = { fixture_open(subjects, COUNT(subjects)),
                                 *state };
    char first[2][32];
    for (unsigned s = 0; s < 2; s++) {
        for (unsigned i = 0; i < 6; i++)
            tag(add(stores[s], T, 1, LABEL_NEGATIVE, s ? 10 + i : 90 - i,
                    "where is my parcel, acme?"), 0, 1 << INTENT_QUESTION);
        append(stores[s]);
        snprintf(first[s], sizeof(first[s]), "%s",
                 compose(stores[s], NULL)->waiting[0].samples[0].native_id);
    }
    assert_string_equal(first[0], first[1]);
    fixture_close(stores[0]);
}

static void add_switch(struct fixture *f, int64_t when, uint64_t author,
                       const char *text)
{
    struct post *p = add(f, when, 5, LABEL_NEUTRAL, author, text);
    tag(p, 1 << ASPECT_PRICE, 1 << INTENT_SWITCH);
    p->from = p->mentions[0].span = span_in(p, "acme");
    p->to = p->mentions[1].span = span_in(p, "bolt");
}

static void switches_know_both_ends(void **state)
{
    static const char *const texts[] = {
        "left acme for bolt, so cheap", "left acme for bolt, so cheap",
        "after ten years with acme we all went over to bolt, and are glad",
        "after ten years with acme we all went over to bolt, and are glad" };
    struct fixture *f = *state;
    for (uint64_t i = 0; i < 4; i++)
        add_switch(f, T + (int64_t)i * HOUR, 1 + i - i / 2, texts[i]);
    append(f);
    const struct digest *d = compose(f, NULL);
    assert_int_equal(d->switch_count, 1);
    assert_string_equal(d->switches[0].from, "Acme & Sons");
    assert_string_equal(d->switches[0].to, "Bolt");
    assert_int_equal(d->switches[0].posts, 3);
    assert_int_equal(d->switches[0].authors, 2);
    assert_string_equal(d->switches[0].aspect, "price");
    assert_true(d->switches[0].from_own && !d->switches[0].to_own);
}

/* A title's first word is a name of ours; whom we do not watch is called as
 * two wrote it, not as one did. */
static void switches_know_names_in_words(void **state)
{
    static const struct {
        const char *text, *from, *to;
    } said[] = { { "from #Acme to Zorro", "#Acme", "Zorro" },
                 { "acme, goodbye; hello zorro", "acme", "zorro" },
                 { "left acme for ferrago", "acme", "ferrago" },
                 { "left acm for zorro", "acm", "zorro" },
                 { "zorro or ferrago now", "zorro", "ferrago" } };
    struct fixture *f = *state;
    for (unsigned i = 0; i < COUNT(said); i++) {
        struct post *p = add(f, T + i * HOUR, 1, LABEL_NEUTRAL, 1 + i,
                             said[i].text);
        tag(p, 0, 1 << INTENT_SWITCH);
        p->from = span_in(p, said[i].from);
        p->to = span_in(p, said[i].to);
    }
    append(f);
    const struct digest *d = compose(f, NULL);
    assert_int_equal(d->switch_count, 1);
    assert_string_equal(d->switches[0].from, "Acme & Sons");
    assert_string_equal(d->switches[0].to, "Zorro");
    assert_int_equal(d->switches[0].authors, 2);
    assert_null(d->switches[0].aspect);
    assert_true(d->switches[0].from_own && !d->switches[0].to_own);
}

/* 40 of our posts on delivery are negative, 40 of theirs positive; on price
 * both are alike. */
static void clear_gaps_to_rivals_are_told(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 80; i++) {
        bool ours = i < 40;
        tag(add(f, T + i * MINUTE, ours ? 1 : 4,
                ours ? LABEL_NEGATIVE : LABEL_POSITIVE, 1 + (uint64_t)i,
                "about the parcel"),
            1 << ASPECT_DELIVERY, 0);
        tag(add(f, T + i * MINUTE, ours ? 1 : 4,
                i % 2 ? LABEL_NEGATIVE : LABEL_POSITIVE, 1 + (uint64_t)i,
                "about the price"),
            1 << ASPECT_PRICE, 0);
    }
    append(f);
    const struct digest *d = compose(f, NULL);
    assert_int_equal(d->rival_gap_count, 1);
    assert_string_equal(d->rival_gaps[0].aspect, "delivery");
    assert_near(d->rival_gaps[0].ours, -1);
    assert_near(d->rival_gaps[0].theirs, 1);
    assert_int_equal(d->where[ASPECT_DELIVERY][CHANNEL_COUNT].posts, 40);
    assert_int_equal(d->where[ASPECT_DELIVERY][CHANNEL_COUNT].negative, 40);
    assert_int_equal(d->where[ASPECT_COUNT][CHANNEL_COUNT].posts, 80);
}

/* 19 of 40 positive: −0.05, which is shown as −0.1. */
static void a_cell_has_the_sign_of_what_it_shows(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 40; i++)
        tag(add(f, T + i * MINUTE, 1, i < 19 ? LABEL_POSITIVE : LABEL_NEGATIVE,
                1 + (uint64_t)i, "about the parcel"), 1 << ASPECT_DELIVERY, 0);
    append(f);
    assert_true(tells(compose(f, NULL), "40 −0.1"));
}

static void gaps_and_late_posts_are_told(void **state)
{
    struct fixture *f = *state;
    fill(f);
    snprintf(f->batch.label, sizeof(f->batch.label), "forum-live");
    f->batch.coverage = (struct coverage_span){ T, T + DAY, COVERAGE_COVERED };
    append(f);
    snprintf(f->batch.label, sizeof(f->batch.label), "feed");
    f->batch.coverage = (struct coverage_span){ T + 3 * HOUR, T + 5 * HOUR,
                                                COVERAGE_FAILED };
    append(f);
    compose(f, NULL);
    ok(f, digest_told(digest, f->store, &f->err));
    add(f, T + 5 * HOUR, 1, LABEL_NEUTRAL, 1, "late word about acme");
    append(f);
    const struct digest *d = compose(f, NULL);
    assert_int_equal(d->restated, 1);
    assert_true(d->planned);
    assert_int_equal(d->gap_count, 1);
    assert_string_equal(d->gaps[0].label, "feed");
    assert_int_equal(d->gaps[0].until, T + 5 * HOUR);
    assert_true(tells(d, "feed missing 03:00–05:00 (failed)"));
    assert_true(tells(d, "restated since it was told: 1 post"));
    compose_day(f, D + 1, NULL);
    assert_int_equal(digest->restated_before[0], 0); /* 1 of 17 */
    add(f, T + 5 * HOUR, 1, LABEL_NEUTRAL, 1, "and another about acme");
    append(f);
    compose_day(f, D + 1, NULL);
    assert_int_equal(digest->restated_before[0], 2);
    assert_true(tells(digest, "to be read again, restated since it was "
                                 "told: 2024-10-04 (2 posts)"));
}

/* A month and a day on which all happens: 120 people complain of one thing,
 * three wish for another, two leave, and of delivery the rival does better. */
static void fill_all(struct fixture *f)
{
    char text[80];
    for (int i = 0; i < 30 * 40; i++)
        add(f, T - 30 * DAY + i * DAY / 40, i % 4 ? 1 : 4, LABEL_NEUTRAL,
            100 + (uint64_t)i, "an ordinary day");
    for (int i = 0; i < 120; i++) {
        snprintf(text, sizeof(text), "%d the kettles leak %d", i * 7, i);
        tag(add(f, T + 9 * HOUR + i * MINUTE, 1, LABEL_NEGATIVE,
                3000 + (uint64_t)i, text),
            1 << ASPECT_DELIVERY, 1 << INTENT_COMPLAINT);
        tag(add(f, T + i * MINUTE, 4, LABEL_POSITIVE, 4000 + (uint64_t)(i % 9),
                "about the parcel"), 1 << ASPECT_DELIVERY, 0);
    }
    for (uint64_t i = 0; i < 3; i++)
        add_wish(f, T + HOUR, 1 + i, "please sell lockers", "lockers");
    for (uint64_t i = 0; i < 2; i++)
        add_switch(f, T + HOUR, 5000 + i,
                   i ? "goodbye acme, bolt is next, and cheaper"
                     : "from acme we all went over to bolt");
    append(f);
}

static const char *const told_text[] = {
    "\n   2 alerts: Acme & Sons, unusually many negative posts; Bolt, ",
    "\n   3 ask for “lockers” (Returns app) in 7 days, 3 on the day, none ",
    "\n   2 left Acme & Sons for Bolt in 7 days\n\nWHAT CHANGED\n"
    "▌ALERT  Acme & Sons: unusually many negative posts 09:00–11:00, about",
    "\n▌       120 negative posts, usual 0 (0–3), by 120 people · highest at",
    "\n▌       ▁▂▁▁▁▁▁▁▁██▁▁▁▁▁▁▁▁▁▁▁▁▁ by hour  “leak” ×120 new · “kettles” ",
    "\n▌       “7 the kettles leak 1” forum 09:01\n"
    "▌       why: swell why acme --day 2024-10-04\n▌ALERT  Bolt: ",
    "by 9 people", "one writer 12 %\n",
    "\nNothing else rose or fell suddenly. Too new to judge: 1 of 3 ",
    "\n\nWHAT SHOPPERS ASK FOR  people in 7 days\n"
    "   3  lockers (Returns app), 3 on the day, none the week before\n"
    "read them: swell posts acme/returns-app --from 2024-09-28 --to ",
    "\n\nWHO WAITS FOR AN ANSWER\n", "replies not known",
    "\nBESIDE THE RIVALS  last 7 days\n"
    "Switched: 2 from Acme & Sons to Bolt (price)\n"
    "delivery: worse than Bolt, −1.00 against +1.00 (120 and 120 posts)\n"
    "why: swell window acme --from 2024-09-28 --to 2024-10-05 --by aspect",
    "\n\nWHERE AND ABOUT WHAT  ours; posts and net sentiment\n",
    "\ndelivery           120 −1.0      ·  ",
    "\nwhy: swell why acme --day 2024-10-04 --count delivery\n\nWORTH READ",
    "\n  “goodbye acme, bolt is next, and cheaper” forum 01:00\n" };

static const char *const told_markdown[] = {
    "\n- 2 alerts: Acme &amp; Sons, unusually many negative posts; Bolt, ",
    "\n- 2 left Acme &amp; Sons for Bolt in 7 days\n\n## What changed\n\n"
    "**ALERT** Acme &amp; Sons: unusually many negative posts 09:00–11:00",
    "  \n120 negative posts, usual 0 (0–3), by 120 people · highest at ",
    "\n\nWords: “leak” ×120 new · “kettles” ×120 new\n\n"
    "> “7 the kettles leak 1” forum 09:01\n\n"
    "Why: `swell why acme --day 2024-10-04`\n\n**ALERT** Bolt: unusually ",
    "\n\nNothing else rose or fell suddenly. Too new to judge: 1 of 3 ",
    "\n\n## What shoppers ask for\n\n"
    "- **3** lockers (Returns app), 3 on the day, none the week before\n\n"
    "Read them: `swell posts acme/returns-app --from 2024-09-28 --to ",
    "\n\n## Who waits for an answer\n\n- Acme &amp; Sons: 12",
    "\n\nAnswer them: `swell inbox acme --from 2024-09-28 --to 2024-10-05`\n",
    "\n## Beside the rivals\n\n"
    "- Switched: 2 from Acme &amp; Sons to Bolt (price)\n"
    "- delivery: worse than Bolt, −1.00 against +1.00 (120 and 120 posts)\n"
    "\nWhy: `swell window acme --from 2024-09-28 --to 2024-10-05 --by asp",
    "\n\nWho switched: `", "\n\n## Where and about what\n\n"
    "| | posts | net | store | online | app | delivery |\n"
    "|---|---:|---:|---:|---:|---:|---:|\n"
    "| delivery | 120 | −1.00 | 0 | 0 | 0 | 0 |\n\nWhy: `swell why acme ",
    "\n\n## Worth reading\n\n- “", "next, and cheaper” forum 01:00\n" };

static const char *const told_html[] = {
    "<b>2</b> alerts: Acme &amp; Sons, unusually many negative posts;",
    "<article class=\"story alert\"><div class=\"level\">alert</div><h3>Ac",
    "<b><bdi>leak</bdi></b>&nbsp;120&nbsp;<small>new</small>, <b><bdi>ket",
    "</cite></blockquote>\n<details><summary>Why this is told</summary>",
    "change up\">▲ ", "</td></tr>\n<tr class=\"product\">",
    "</td></tr>\n<tr><th scope=\"row\">Bolt</th>", "</td></tr>\n</tbody>",
    "<li>delivery: worse than Bolt, −1.00 against +1.00 (120 and 120 pos",
    "<td class=\"m\" style=\"--a:40%\"><b>−1.00</b><small>120</small></td>" };

static const char *const told_mail[] = {
    "<li class=\"first\"><b>2</b> alerts: ", "<p><span class=\"spark\">▁▂▁▁▁▁▁▁▁"
    "<b>██</b>▁▁▁▁▁▁▁▁▁▁▁▁▁</span><br><small>All its posts by hour, at most ",
    "<p class=\"dim\"><small>Why: <code>swell why acme --day 2024-10-04</code>",
    "<th scope=\"row\">Acme &amp; Sons<br><span class=\"spark\">",
    "</span></th><td class=\"n posts\">", "</td><td class=\"n net\">",
    "<small>usually 0.00</small></td><td class=\"n change up\">▲ ",
    "</td></tr>\n<tr class=\"product\">", "<th class=\"n\" scope=\"col\">all" };

/* One after the other. */
static void check_in_order(const char *out, const char *const lines[],
                           size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *at = strstr(out, lines[i]);
        if (!at)
            fail_msg("not told, or not here: %s", lines[i]);
        out = at + strlen(lines[i]);
    }
}

static void each_form_tells_all(void **state)
{
    struct fixture *f = *state;
    struct buf out = BUF_INIT(0);
    fill_all(f);
    const struct digest *d = compose(f, NULL);
    digest_text(d, &out, 80, false);
    check_in_order(out.data, told_text, COUNT(told_text));
    buf_clear(&out);
    digest_markdown(d, &out);
    check_in_order(out.data, told_markdown, COUNT(told_markdown));
    buf_clear(&out);
    digest_html(d, &out, NULL);
    check_in_order(out.data, told_html, COUNT(told_html));
    buf_clear(&out);
    digest_html_mail(d, &out);
    check_in_order(out.data, told_mail, COUNT(told_mail));
    assert_null(strstr(out.data, "<svg"));
    buf_release(&out);
}

/* Words of an alert stand with it and not among the new ones. */
static void what_an_alert_tells_is_not_told_again(void **state)
{
    struct fixture *f = *state;
    fill_all(f);
    const struct digest *d = compose(f, NULL);
    assert_true(d->standing[0].told && d->standing[2].told);
    assert_false(d->standing[1].told);
    assert_true(has_term(&d->standing[0], "leak"));
    for (size_t i = 0; i < d->rising_count; i++)
        assert_null(strstr("leak kettles", d->rising[i].term.text));
}

/* Of what is tried: what runs on the day, on brands that are kept. */
static void a_brand_alone_has_its_own_news(void **state)
{
    static char *names[] = { "acme" };
    static const struct option_list only = { .items = names, .count = 1 };
    static const struct experiment tried[] = {
        { .name = "begun", .subject = "acme", .from = T - 5 * DAY,
          .closed = T + DAY + HOUR },
        { .name = "closed", .subject = "acme", .from = T - 9 * DAY,
          .closed = T + DAY - 1 },
        { .name = "later", .subject = "acme", .from = T + DAY },
        { .name = "theirs", .subject = "bolt", .from = T - 5 * DAY } };
    struct fixture *f = *state;
    fill_all(f);
    for (size_t i = 0; i < COUNT(tried); i++) {
        struct experiment e = tried[i];
        e.title = e.aspect = e.channel = e.controls = e.lesson = "";
        ok(f, experiment_put(f->store, &e, &f->err));
    }
    assert_int_equal(compose(f, NULL)->alerts->count, 2);
    assert_int_equal(digest->experiment_count, 2);
    const struct digest *d = compose(f, &only);
    assert_int_equal(d->alerts->count, 1);
    assert_string_equal(d->alerts->items[0].subject, "acme");
    assert_int_equal(d->experiment_count, 1);
    assert_string_equal(d->experiments[0].experiment.name, "begun");
}

/* Of bolt 30 people say a new word on each of two days: the name of acme, which
 * has an alert, is its story; on the next day three more write as many posts
 * within half an hour, which is a watch, and the word's story. */
static void a_story_is_told_once(void **state)
{
    struct fixture *f = *state;
    char text[60];
    for (int i = 0; i < 30 * 40; i++)
        add(f, T - 30 * DAY + i * DAY / 40, i % 2 ? 1 : 4, LABEL_NEUTRAL,
            100 + (uint64_t)i, "an ordinary day");
    for (int i = 0; i < 60; i++) {
        bool spread = i < 30;
        uint64_t author = 1000 + (uint64_t)(spread ? i : i % 3);
        int64_t when = spread ? T + i * 45 * MINUTE : T + 14 * HOUR + i * MINUTE;
        snprintf(text, sizeof(text), "%d the kettles leak %d", i * 7, i);
        add(f, T + 9 * HOUR + i * MINUTE, 1, LABEL_NEGATIVE,
            2000 + (uint64_t)i, text);
        snprintf(text, sizeof(text), "%d acme again %d", i * 7, i);
        if (spread)
            add(f, when, 4, LABEL_NEUTRAL, author, text);
        snprintf(text, sizeof(text), "%d tramlines %d", i * 7, i);
        add(f, when + DAY, 4, LABEL_NEUTRAL, author, text);
    }
    append(f);
    const struct alerts *told = compose(f, NULL)->alerts;
    assert_int_equal(told->count, 1);
    assert_string_equal(told->items[0].subject, "acme");
    told = compose_day(f, D + 1, NULL)->alerts;
    assert_int_equal(told->count, 1);
    assert_int_equal(told->items[0].kind, ALERT_TOPIC);
    assert_string_equal(told->items[0].terms[0].text, "tramlines");
}

/* The clocks go back: 25 hours, and the hour at the end is told. */
static void a_day_of_25_hours(void **state)
{
    struct fixture *f = *state;
    int64_t day = clock_days(2024, 10, 27);
    zone_close(zone);
    assert_int_equal(0, zone_open(&zone, "Europe/Berlin", &f->err));
    int64_t from = zone_day_start(zone, day);
    for (int i = 0; i < 25; i++)
        add(f, from + i * HOUR, 1, LABEL_NEUTRAL, 1, "hourly");
    add(f, from - 1, 1, LABEL_NEUTRAL, 1, "the day before");
    add(f, from + 25 * HOUR, 1, LABEL_NEUTRAL, 1, "the day after");
    append(f);
    clock_fix(from + 3 * DAY);
    const struct digest_standing *s = &compose_day(f, day, NULL)->standing[0];
    assert_int_equal(s->today.posts, 25);
    assert_int_equal(s->yesterday.posts, 1);
    assert_int_equal(s->hour_count, 25);
    for (int i = 0; i < 25; i++)
        assert_int_equal(s->hours[i], 1);
}

/* Escape sequences, direction marks, markup, line breaks, a long word. */
static const char hostile[] =
    "acme \x1b[31mred\x1b]0;title\x07 \xe2\x80\xae txet \xe2\x81\xa6 "
    "\xc2\x9b" "2J <script>alert(1)</script> | `code` [a](javascript:x)\n"
    "# heading\r\n=1+1 @everyone \xf3\xa0\x81\x81 "
    "e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81";

static void check_harmless(const char *text)
{
    for (const char *c = text; *c; c++)
        assert_true((unsigned char)*c >= 0x20 || *c == '\n');
    assert_null(strstr(text, "\x7f"));
    assert_null(strstr(text, "\xc2\x9b"));
    assert_null(strstr(text, "\xe2\x80\xae"));
    assert_null(strstr(text, "\xe2\x81\xa6"));
    assert_null(strstr(text, "\xf3\xa0\x81\x81"));
}

static void hostile_texts_are_harmless(void **state)
{
    struct fixture *f = *state;
    struct buf out = BUF_INIT(0);
    fill(f);
    struct post *p = add(f, T + HOUR, 1, LABEL_NEGATIVE, 42, hostile);
    tag(p, 0, 1 << INTENT_SUGGESTION | 1 << INTENT_COMPLAINT);
    p->wish = span_in(p, "<script>alert(1)</script> | `code`");
    p->url = TEXT("https://a.example/<b>\"'>?x=(1)");
    p->likes = 1000;
    append(f);
    const struct digest *d = compose(f, NULL);
    assert_true(d->sample_count > 0);
    assert_string_equal(d->samples[0].text, hostile);
    digest_text(d, &out, 80, false);
    check_harmless(out.data);
    assert_non_null(strstr(out.data, "<script>"));
    assert_null(strstr(out.data, "e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81"));
    buf_clear(&out);
    digest_markdown(d, &out);
    check_harmless(out.data);
    assert_null(strstr(out.data, "<script"));
    assert_null(strstr(out.data, "<b>"));
    assert_null(strstr(out.data, "[a]("));
    assert_null(strstr(out.data, " @everyone"));
    assert_null(strstr(out.data, "\n# heading"));
    buf_clear(&out);
    digest_json(d, &out);
    for (size_t i = 0; i + 1 < out.length; i++)
        assert_true((unsigned char)out.data[i] >= 0x20 ||
                    out.data[i] == '\n'); /* between items, so not in one */
    assert_null(strstr(out.data, "<script"));
    buf_release(&out);
}

static void no_line_is_wider_than_the_terminal(void **state)
{
    struct fixture *f = *state;
    fill(f);
    add(f, T + HOUR, 1, LABEL_NEGATIVE, 42,
        "acme \xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97 "
        "averyveryveryveryveryveryveryveryveryveryveryveryveryveryveryvery"
        "veryveryveryveryveryveryverylongword and some more of it")->likes = 99;
    append(f);
    const struct digest *d = compose(f, NULL);
    for (unsigned columns = 60; columns <= 130; columns += 7) {
        struct buf out = BUF_INIT(0);
        digest_text(d, &out, columns, false);
        for (const char *line = out.data; *line;) {
            size_t length = strcspn(line, "\n");
            assert_true(text_columns((struct text){ line, length }) <=
                        columns);
            line += length + 1;
        }
        buf_release(&out);
    }
}

static void an_unrecorded_empty_day_is_not_judged(void **state)
{
    struct alerts alerts = { .subjects = 3 };
    struct digest_standing gone = { .name = "acme", .title = "Acme",
                                    .drifted = true, .change = -1 };
    struct digest d = { .alerts = &alerts, .standing = &gone,
                        .standing_count = 1 };
    struct buf b = BUF_INIT(0);
    phrase_verdict(&b, &d);
    assert_string_equal(b.data, "Nothing was collected: this day cannot be "
                                "judged.");
    buf_clear(&b);
    d.planned = true;
    d.coverage = 1;
    phrase_verdict(&b, &d);
    assert_non_null(strstr(b.data, "Acme ▼ 100 %"));
    buf_release(&b);
}

/* What moves most brands alike is said so; two are not many. */
static void brands_that_move_together_are_said_so(void **state)
{
    struct alerts alerts = { .subjects = 4 };
    struct digest_standing brands[] = {
        { .title = "Acme", .drifted = true, .told = true, .change = 2 },
        { .title = "Returns app", .product = true, .change = -0.1 },
        { .title = "Bolt", .drifted = true, .change = 1.8 },
        { .title = "Corso", .drifted = true, .change = 2.2 } };
    struct digest d = { .alerts = &alerts, .standing = brands, .posts = 99,
                        .collected = 99 };
    struct buf b = BUF_INIT(0);
    static const size_t counts[] = { 4, 3, 4, 4 };
    for (int i = 0; i < 4; i++) {
        d.standing_count = counts[i];
        brands[3].change = i == 2 ? -0.8 : i == 3 ? 0.05 : 2.2;
        brands[3].drifted = i < 3;
        brands[3].told = i == 3; /* complaints, as many posts as usual */
        phrase_verdict(&b, &d);
        assert_int_equal(strstr(b.data, "3 of 3 brands rose together") != NULL,
                         i == 0);
        buf_clear(&b);
    }
    buf_release(&b);
}

/* Each subject once, judged ones only; own brands; what moved. */
static void the_day_in_short(void **state)
{
    struct alert_part spike = { .measure = MEASURE_NEGATIVE, .observed = 175,
                                .expected = 13.6 },
                      topic = { .measure = MEASURE_TERM, .observed = 45,
                                .name = "#mendnotspend" },
                      quiet = { .measure = MEASURE_POSTS, .expected = 50 };
    struct alert items[] = {
        { .subject = "acme", .level = DETECT_ALERT, .parts = &spike },
        { .subject = "acme", .level = DETECT_ALERT, .parts = &topic },
        { .subject = "bolt", .level = DETECT_ALERT, .withheld = true },
        { .subject = "corso", .level = DETECT_WATCH },
        { .subject = "dune", .level = DETECT_ALERT, .kind = ALERT_TOPIC,
          .parts = &topic },
        { .subject = "elm", .level = DETECT_ALERT, .kind = ALERT_QUIET,
          .parts = &quiet },
    };
    struct alerts alerts = { .items = items, .count = COUNT(items) };
    struct digest_waiting waits[] = {
        { .title = "Acme", .own = true, .known = true, .figures.open = 1 },
        { .title = "Bolt", .own = false, .known = true, .figures.open = 7 },
        { .title = "Dune", .own = true, .known = true, .figures.open = 3 },
    };
    struct digest_experiment moved = {
        .experiment.title = "Chat", .reading.days_after = 2,
        .reading.effects = { { .measure = EFFECT_POSTS,
                               .verdict = EFFECT_ROSE },
                             { .measure = EFFECT_SENTIMENT,
                               .verdict = EFFECT_NONE },
                             { .measure = EFFECT_COMPLAINTS,
                               .verdict = EFFECT_FELL } } };
    struct digest_switch left[] = {
        { .from = "Corso", .to = "Acme", .authors = 20, .to_own = true },
        { .from = "Acme", .to = "Bolt", .authors = 12, .from_own = true } };
    struct digest d = { .alerts = &alerts, .waiting = waits,
                        .waiting_count = 3, .experiments = &moved,
                        .experiment_count = 1, .switches = left,
                        .switch_count = 2 };
    static const char *const wanted[] = {
        "4 alerts: acme, 13 times the usual negative posts; dune, "
        "“#mendnotspend”, said by 45 people; elm, unusually few posts",
        "1 waits for an answer from Acme, 3 from Dune", "",
        "since “Chat” posts rose, complaint share fell",
        "12 left Acme for Bolt in 7 days" };
    struct buf b = BUF_INIT(0);
    for (size_t i = 0; phrase_brief(&b, &d, i); i++) {
        assert_string_equal(buf_text(&b), wanted[i]);
        buf_release(&b);
    }
}

static void phrases(void **state)
{
    static const uint32_t values[] = { 0, 1, 4, 7 };
    static const bool known[] = { false, true, true, true };
    struct buf b = BUF_INIT(0);
    phrase_count(&b, "", 1234567, "");
    phrase_change(&b, 0.62);
    phrase_change(&b, -0.06);
    phrase_change(&b, 0.001);
    phrase_spark(&b, values, known, 4);
    phrase_change(&b, 47.2);
    phrase_share(&b, "", 0.001, "");
    assert_string_equal(b.data, "1,234,567▲ 62 %▼ 6 %=·▂▅█▲ ×48<1 %");
    buf_clear(&b);
    struct estimate few = { 0.5, 0, 1, true }, net = { -0.41, -0.49, -0.33,
                                                      false };
    phrase_net(&b, &few);
    phrase_net(&b, &net);
    assert_string_equal(b.data, "too few to say−0.41 ±0.08");
    buf_clear(&b);
    phrase_signed(&b, "", -0.005, "");
    phrase_signed(&b, "", -0.0049, "");
    assert_string_equal(b.data, "−0.010.00"); /* what is shown has its sign */
    buf_clear(&b);
    phrase_quote(&b, "(", "  two\n\n lines\tand a half ", 12, ")");
    assert_string_equal(b.data, "(two lines a…)");
    buf_clear(&b);
    struct digest d = { .closed = true };
    struct digest_standing s = { .change = NAN, .today.posts = 1 };
    phrase_against(&b, &d, &s);
    s.history[3] = 1; /* of 28 days: the median is none */
    phrase_against(&b, &d, &s);
    s.today.posts = 0;
    phrase_against(&b, &d, &s);
    d.closed = false;
    phrase_against(&b, &d, &s);
    assert_string_equal(b.data, "newrare–");
    buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(standing_is_counted),
        TEST(an_unrecorded_empty_day_is_not_judged),
        TEST(the_first_day_has_no_usual),
        TEST(a_loud_day_is_not_the_usual_share),
        TEST(a_brand_alone_keeps_its_share),
        TEST(a_store_alone_is_told),
        TEST(colours_are_seen),
        TEST(an_empty_store_composes),
        TEST(a_day_that_is_not_over_is_not_compared),
        TEST(wishes_are_grouped_by_the_thing),
        TEST(a_wish_is_worded_by_this_week),
        TEST(a_wish_leaves_out_the_name),
        TEST(a_writer_is_quoted_once),
        TEST(expired_weeks_are_told),
        TEST(nothing_is_quoted_twice),
        TEST(copies_of_a_wish_are_one),
        TEST(questions_are_counted_by_what_they_are_about),
        TEST(a_slow_fall_is_told),
        TEST(a_slow_rise_is_told_after_a_loud_day),
        TEST(a_source_that_came_is_no_change),
        TEST(a_rivals_new_phrase_is_told),
        TEST(a_rivals_name_is_no_new_word),
        TEST(answers_are_matched_to_questions),
        TEST(asks_of_one_second_have_one_order),
        TEST(switches_know_both_ends),
        TEST(switches_know_names_in_words),
        TEST(clear_gaps_to_rivals_are_told),
        TEST(a_cell_has_the_sign_of_what_it_shows),
        TEST(gaps_and_late_posts_are_told),
        TEST(each_form_tells_all),
        TEST(what_an_alert_tells_is_not_told_again),
        TEST(a_brand_alone_has_its_own_news),
        TEST(a_story_is_told_once),
        TEST(a_day_of_25_hours),
        TEST(hostile_texts_are_harmless),
        TEST(no_line_is_wider_than_the_terminal),
        cmocka_unit_test(brands_that_move_together_are_said_so),
        cmocka_unit_test(the_day_in_short),
        cmocka_unit_test(phrases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
