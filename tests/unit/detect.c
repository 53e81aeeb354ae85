/* SPDX-License-Identifier: Apache-2.0 */
/* The spike detector on invented series; shared series when they are there. */
#include "base/clock.h"
#include "digest/detect.h"
#include "tests/unit/chance.h"
#include "tests/unit/test.h"

enum { START = 1700006400 }; /* midnight UTC, a Wednesday */

/* Nights a fifth of days, weekends two thirds of weekdays. */
static double rhythm(int hour)
{
    double clock = 0.6 - 0.4 * cos((hour % 24) / 24.0 * 6.283185307179586);
    return clock * (hour / 24 % 7 >= 5 ? 0.66 : 1);
}

struct told {
    int alerts, watches, first; /* hour of the first alert, -1 */
    int late;                   /* alerts after the first week */
    int last;                   /* hour of the last */
};

static struct told run(double (*mean)(int hour, double size), double size,
                       int hours)
{
    struct told told = { 0, 0, -1, 0, -1 };
    struct detector d;
    struct detect_point p;
    seed = 42;
    detector_init(&d, DETECT_THRESHOLD);
    for (int i = 0; i < hours; i++) {
        detector_step(&d, START + i * (int64_t)HOUR, poisson(mean(i, size)),
                      &p);
        assert_true(p.expected > 0 && p.low <= p.high && p.score >= 0);
        told.watches += p.level == DETECT_WATCH;
        told.late += i >= 24 * 7 && p.level == DETECT_ALERT;
        if (p.level == DETECT_ALERT)
            told.last = i;
        if (p.level == DETECT_ALERT && told.alerts++ == 0)
            told.first = i;
    }
    return told;
}

static double usual(int hour, double size)
{
    return size * rhythm(hour);
}

/* Shops: busy weekends, Saturday twice a weekday. */
static double weekend(int hour, double size)
{
    static const double week[] = { 1, 1, 1.2, 2, 1.6, 0.9, 1 };
    return size * (0.6 - 0.4 * cos((hour % 24) / 24.0 * 6.283185307179586)) *
           week[hour / 24 % 7];
}

/* Two and a half times as much for three days on end. */
static double campaign(int hour, double size)
{
    return usual(hour, size) * (hour >= 21 * 24 && hour < 24 * 24 ? 2.5 : 1);
}

static double spiked(int hour, double size)
{
    return usual(hour, size) * (hour >= 700 && hour < 703 ? 8 : 1);
}

/* Rises to three times over half a day. */
static double swelling(int hour, double size)
{
    double by = hour < 708 ? 0 : hour < 720 ? (hour - 708) / 12.0 : 1;
    return usual(hour, size) * (1 + 2 * by);
}

static double shifted(int hour, double size)
{
    return usual(hour, size) * (hour >= 700 ? 4 : 1);
}

static void finds_a_spike_in_its_first_hour(void **state)
{
    for (double size = 10; size <= 10000; size *= 10) {
        struct told t = run(spiked, size, 900);
        assert_int_equal(t.first, 700);
        assert_int_equal(t.alerts, 1);
    }
}

static void finds_a_slow_swell_the_same_day(void **state)
{
    struct told t = run(swelling, 60, 900);
    assert_in_range(t.first, 709, 726);
}

static void finds_a_busier_day_where_no_hour_is_a_spike(void **state)
{
    struct told t = run(campaign, 8, 900);
    assert_in_range(t.first, 21 * 24, 22 * 24);
    assert_in_range(t.alerts, 1, 2);
}

/* Two posts a day for four weeks; then one or two an hour from nine to nine:
 * no hour is a spike, the day is nine times the usual. */
static void hears_of_a_small_shop_the_same_day(void **state)
{
    struct detector d;
    struct detect_point p;
    int told = 0;

    detector_init(&d, DETECT_THRESHOLD);
    for (int i = 0; i < 29 * 24; i++) {
        int clock = i % 24;
        bool busy = i >= 28 * 24 && clock >= 9 && clock < 21;
        detector_step(&d, START + i * (int64_t)HOUR,
                      busy ? 1 + clock % 2 : clock == 10 || clock == 16, &p);
        told += p.level == DETECT_ALERT;
        assert_true(busy || p.level != DETECT_ALERT);
        assert_true(i < 14 * 24 || busy || p.expected < 1.2);
    }
    assert_int_equal(told, 1);
}

static void leaves_days_and_weeks_alone(void **state)
{
    for (double size = 1; size <= 1000; size *= 10)
        assert_int_equal(run(usual, size, 24 * 56).alerts, 0);
    for (double size = 1; size <= 1000; size *= 10)
        assert_int_equal(run(weekend, size, 24 * 56).late, 0);
}

/* Weekends triple; six hours of the seventh Thursday, too. */
static double market(int hour, double size)
{
    return size * (hour / 24 % 7 >= 5 ? 3 : 1) *
           (hour >= 45 * 24 + 9 && hour < 45 * 24 + 15 ? 3 : 1);
}

static void knows_weekends_and_what_is_none(void **state)
{
    struct told t = run(market, 1000, 24 * 60);
    assert_int_equal(t.late, 1);
    assert_int_equal(t.last, 45 * 24 + 9);
}

static void tells_a_new_level_once_or_twice_then_takes_it_as_usual(void **state)
{
    struct told t = run(shifted, 50, 24 * 60);
    assert_in_range(t.first, 700, 705);
    assert_in_range(t.alerts, 1, 2);
}

static double seldom(int hour, double size)
{
    return size;
}

static void is_silent_on_quiet_series(void **state)
{
    assert_int_equal(run(seldom, 0.02, 24 * 60).alerts, 0);
    assert_int_equal(run(seldom, 0.2, 24 * 60).alerts, 0);
}

static void never_calls_four_posts_a_spike(void **state)
{
    struct detector d;
    struct detect_point p;
    detector_init(&d, DETECT_THRESHOLD);
    for (int i = 0; i < 24 * 40; i++) {
        detector_step(&d, START + i * (int64_t)HOUR, i == 900 ? 4 : 0, &p);
        assert_int_equal(p.level, DETECT_NONE);
    }
}

static void says_nothing_on_the_first_day(void **state)
{
    struct detector d;
    struct detect_point p;
    detector_init(&d, DETECT_THRESHOLD);
    for (int i = 0; i < 24; i++) {
        detector_step(&d, START + i * (int64_t)HOUR, i == 12 ? 5000 : 10, &p);
        assert_int_equal(p.level, DETECT_NONE);
        assert_true(p.score <= 0);
    }
}

/* What an hour was given must not depend on what came after it. */
static void judges_without_looking_ahead(void **state)
{
    struct detector a, b;
    struct detect_point p, q;
    detector_init(&a, DETECT_THRESHOLD);
    detector_init(&b, DETECT_THRESHOLD);
    seed = 7;
    for (int i = 0; i < 800; i++) {
        int64_t hour = START + i * (int64_t)HOUR;
        double count = poisson(usual(i, 30));
        detector_step(&a, hour, count, &p);
        detector_step(&b, hour, count, &q);
        assert_memory_equal(&p, &q, sizeof(p));
        if (i % 100 == 0) { /* a copy taken ahead changes nothing */
            struct detector ahead = a;
            detector_step(&ahead, hour + HOUR, 1e6, &q);
        }
    }
}

static void an_unknown_hour_is_expected_but_not_judged(void **state)
{
    struct detector d;
    struct detect_point p;
    seed = 3;
    detector_init(&d, DETECT_THRESHOLD);
    for (int i = 0; i < 400; i++)
        detector_step(&d, START + i * (int64_t)HOUR, poisson(usual(i, 30)),
                      &p);
    detector_skip(&d, START + 400 * (int64_t)HOUR, &p);
    assert_true(p.score <= 0 && p.level == DETECT_NONE);
    assert_true(p.expected > 1);
}

/* Sums in which it was once keep nothing of it. */
static void a_huge_count_is_forgotten(void **state)
{
    struct detector d[2];
    struct detect_point p[2];
    seed = 5;
    detector_init(&d[0], DETECT_THRESHOLD);
    detector_init(&d[1], DETECT_THRESHOLD);
    for (int i = 0; i < 24 * 100; i++) {
        double count = poisson(usual(i, 30));
        detector_step(&d[0], START + i * (int64_t)HOUR, count, &p[0]);
        detector_step(&d[1], START + i * (int64_t)HOUR,
                      i == 700 ? 1e15 : count, &p[1]);
    }
    assert_float_equal(p[0].spread, p[1].spread, 0.1);
    assert_float_equal(p[0].expected, p[1].expected, 0.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_a_spike_in_its_first_hour),
        cmocka_unit_test(finds_a_slow_swell_the_same_day),
        cmocka_unit_test(finds_a_busier_day_where_no_hour_is_a_spike),
        cmocka_unit_test(hears_of_a_small_shop_the_same_day),
        cmocka_unit_test(leaves_days_and_weeks_alone),
        cmocka_unit_test(knows_weekends_and_what_is_none),
        cmocka_unit_test(tells_a_new_level_once_or_twice_then_takes_it_as_usual),
        cmocka_unit_test(is_silent_on_quiet_series),
        cmocka_unit_test(never_calls_four_posts_a_spike),
        cmocka_unit_test(says_nothing_on_the_first_day),
        cmocka_unit_test(judges_without_looking_ahead),
        cmocka_unit_test(an_unknown_hour_is_expected_but_not_judged),
        cmocka_unit_test(a_huge_count_is_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
