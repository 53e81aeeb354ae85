/* SPDX-License-Identifier: Apache-2.0 */
/* Before/after effects: how often they err when nothing happened, and that
 * they see what did. Series are invented by a fixed generator. */
#include "digest/experiment.h"
#include "digest/stats.h"
#include "tests/unit/chance.h"
#include "tests/unit/test.h"

enum { DAYS = 200, LAUNCH = 190, BEFORE = 28, AFTER = 7, CONTROLS = 3,
       ROUNDS = 2000 };

struct brand {
    double posts[DAYS], net[DAYS];
};

/* Posts with a week's rhythm and bursts that last some days (variance far
 * above Poisson), net sentiment that wanders a little. */
static void invent(struct brand *b, double size, double lift, double shift)
{
    double burst = 0, mood = 0;
    for (int i = 0; i < DAYS; i++) {
        double week = i % 7 >= 5 ? 0.7 : 1, mean;
        burst = 0.5 * burst + 0.25 * normal();
        mood = 0.5 * mood + 0.05 * normal();
        mean = size * week * exp(burst) * (i >= LAUNCH ? 1 + lift : 1);
        b->posts[i] = poisson(mean);
        b->net[i] = 0;
        for (int p = 0; p < b->posts[i]; p++) {
            double u = uniform() - mood - (i >= LAUNCH ? shift : 0);
            b->net[i] += u < 0.3 ? 1 : u < 0.6 ? 0 : -1;
        }
    }
}

static struct effect read_effect(struct brand brands[CONTROLS + 1],
                                 enum effect_measure measure, size_t days,
                                 size_t launch)
{
    struct effect_series s[CONTROLS + 1];
    struct effect out;
    size_t skip = DAYS - days;
    for (int i = 0; i <= CONTROLS; i++) {
        s[i].value = (measure ? brands[i].net : brands[i].posts) + skip;
        s[i].weight = measure ? brands[i].posts + skip : NULL;
    }
    effect_measure_days(&out, measure, &s[0], s + 1, CONTROLS, days, launch,
                        BEFORE, AFTER);
    return out;
}

/* Of ROUNDS invented brands: how many are said to have changed. */
static double changed(enum effect_measure measure, double lift, double shift,
                      size_t days, int *method)
{
    static struct brand brands[CONTROLS + 1];
    int said = 0;
    seed = 20261121;
    for (int round = 0; round < ROUNDS; round++) {
        struct effect e;
        invent(&brands[0], 40, lift, shift);
        for (int i = 1; i <= CONTROLS; i++)
            invent(&brands[i], 60, 0, 0);
        e = read_effect(brands, measure, days, days - (DAYS - LAUNCH));
        *method = e.method;
        assert_true(e.low <= e.change && e.change <= e.high);
        said += e.verdict == EFFECT_ROSE || e.verdict == EFFECT_FELL;
    }
    return (double)said / ROUNDS;
}

static void errs_in_one_of_twenty_when_nothing_happened(void **state)
{
    int method;
    double posts = changed(EFFECT_POSTS, 0, 0, DAYS, &method);
    double net;
    assert_int_equal(method, EFFECT_PLACEBO);
    net = changed(EFFECT_SENTIMENT, 0, 0, DAYS, &method);
    assert_int_equal(method, EFFECT_PLACEBO);
    print_message("false alarms at nominal 5 %%: posts %.1f %%, net "
                  "sentiment %.1f %%\n", 100 * posts, 100 * net);
    assert_true(posts > 0.03 && posts < 0.07);
    assert_true(net > 0.03 && net < 0.07);
}

static void is_approximate_without_a_past(void **state)
{
    int method;
    double posts = changed(EFFECT_POSTS, 0, 0, 60, &method);
    assert_int_equal(method, EFFECT_APPROXIMATE);
    double net = changed(EFFECT_SENTIMENT, 0, 0, 60, &method);
    print_message("approximate: posts %.1f %%, net sentiment %.1f %%\n",
                  100 * posts, 100 * net);
    assert_true(posts < 0.08 && net < 0.08);
}

static void sees_what_did_happen(void **state)
{
    int method;
    assert_true(changed(EFFECT_POSTS, 2, 0, DAYS, &method) > 0.9);
    assert_true(changed(EFFECT_SENTIMENT, 0, 0.3, DAYS, &method) > 0.9);
}

static void says_which_way_and_how_much(void **state)
{
    static struct brand brands[CONTROLS + 1];
    struct effect e;
    seed = 5;
    invent(&brands[0], 300, 1.5, -0.3);
    for (int i = 1; i <= CONTROLS; i++)
        invent(&brands[i], 300, 0, 0);
    e = read_effect(brands, EFFECT_POSTS, DAYS, LAUNCH);
    assert_int_equal(e.verdict, EFFECT_ROSE);
    assert_true(e.low > 0 && e.low < 1.5 && e.high > 1.5);
    assert_true(e.detectable > 0 && e.pretrend_known);
    assert_true(e.pretrend > -0.7 && e.pretrend < 1.5);
    e = read_effect(brands, EFFECT_SENTIMENT, DAYS, LAUNCH);
    assert_int_equal(e.verdict, EFFECT_FELL);
    assert_true(e.high < 0 && e.low > -1);
}

static void says_nothing_from_little(void **state)
{
    static struct brand brands[CONTROLS + 1]; /* no posts at all */
    struct effect e = read_effect(brands, EFFECT_POSTS, DAYS, LAUNCH);
    assert_int_equal(e.verdict, EFFECT_TOO_FEW);
    e = read_effect(brands, EFFECT_SENTIMENT, DAYS, LAUNCH);
    assert_int_equal(e.verdict, EFFECT_TOO_FEW);
    e = read_effect(brands, EFFECT_POSTS, DAYS, 2); /* before: 2 days */
    assert_int_equal(e.verdict, EFFECT_TOO_FEW);
}

/* One day after days that scatter: not even a fivefold would be seen. */
static void says_nothing_when_blind(void **state)
{
    double wild[BEFORE + 1], calm[BEFORE + 1];
    struct effect_series s[] = { { wild, NULL }, { calm, NULL } };
    struct effect e;
    for (int i = 0; i <= BEFORE; i++) {
        wild[i] = i % 7 == 3 ? 40 : 0;
        calm[i] = 10;
    }
    wild[BEFORE] = 2;
    effect_measure_days(&e, EFFECT_POSTS, &s[0], &s[1], 1, BEFORE + 1, BEFORE,
                        BEFORE, 1);
    assert_true(e.posts_before > 100 && e.detectable > 5);
    assert_int_equal(e.verdict, EFFECT_TOO_FEW);
}

/* Windows of which nothing is known do not say how still a share is. */
static void a_gap_is_no_window(void **state)
{
    double net[DAYS], posts[DAYS];
    struct effect_series s = { net, posts };
    struct effect all, most;
    for (int i = 0; i < DAYS; i++) {
        posts[i] = 30;
        net[i] = i % 40 < 20 ? 10 : -10;
    }
    effect_measure_days(&all, EFFECT_SENTIMENT, &s, NULL, 0, DAYS, LAUNCH,
                        BEFORE, AFTER);
    for (int i = 60; i < 116; i++)
        net[i] = posts[i] = 0;
    effect_measure_days(&most, EFFECT_SENTIMENT, &s, NULL, 0, DAYS, LAUNCH,
                        BEFORE, AFTER);
    assert_int_equal(all.placebos, 23);
    assert_int_equal(most.placebos, 15);
}

static void near(double value, double wanted)
{
    assert_true(fabs(value - wanted) < 0.001 * (1 + fabs(wanted)));
}

/* Against tables and an exact sum in another language. */
static void distributions_are_right(void **state)
{
    near(stats_t(0.975, 1), 12.7062);
    near(stats_t(0.975, 5), 2.5706);
    near(stats_t(0.05, 10), -1.8125);
    near(stats_t(0.975, 1e6), 1.95997);
    near(stats_surprise(5, 0, 60), 9.5326);
    near(stats_surprise(132, 0, 2), 64.2020);
    near(stats_surprise(10, 600, 60), 0.2659);
    assert_true(stats_surprise(0, 5, 10) <= 0);
    assert_true(stats_surprise(1e6, 0, 1) > 100);
    assert_true(stats_log_odds(50, 1000, 0, 100000) > 3);
    assert_true(fabs(stats_log_odds(10, 1000, 1000, 100000)) < 0.2);
}

static void quantiles(void **state)
{
    double values[] = { 9, 1, 4, 2 };
    stats_sort(values, 4);
    near(stats_quantile(values, 4, 0.5), 3);
    near(stats_quantile(values, 4, 0.1), 1.3);
    near(stats_quantile(values, 4, 1), 9);
    near(stats_quantile(values, 1, 0.9), 1);
    stats_sort(values, 0);
    assert_true(isnan(stats_quantile(values, 0, 0.5)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errs_in_one_of_twenty_when_nothing_happened),
        cmocka_unit_test(is_approximate_without_a_past),
        cmocka_unit_test(sees_what_did_happen),
        cmocka_unit_test(says_which_way_and_how_much),
        cmocka_unit_test(says_nothing_from_little),
        cmocka_unit_test(says_nothing_when_blind),
        cmocka_unit_test(a_gap_is_no_window),
        cmocka_unit_test(distributions_are_right),
        cmocka_unit_test(quantiles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
