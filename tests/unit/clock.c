/* SPDX-License-Identifier: Apache-2.0 */
/* Dates as sources write them, days of time zones, durations. */
#include "base/clock.h"
#include "base/error.h"
#include "tests/unit/test.h"

static void reads_every_form(void **state)
{
    static const struct { const char *text; int64_t when; } rows[] = {
        { "2026-11-20T15:00:00Z", 1795186800 },
        { "2026-11-20T15:00:00.123456Z", 1795186800 },
        { "2026-11-20T15:00Z", 1795186800 },
        { "2026-11-20 15:00:00", 1795186800 },
        { "2026-11-20T16:00:00+01:00", 1795186800 },
        { "2026-11-20T16:00:00+0100", 1795186800 },
        { "2026-11-20", 1795132800 },
        { "Fri, 20 Nov 2026 15:00:00 GMT", 1795186800 },
        { "Fri, 20 Nov 2026 10:00:00 EST", 1795186800 },
        { "20 Nov 26 15:00:00 +0000", 1795186800 },
        { "Fri Nov 20 15:00:00 +0000 2026", 1795186800 },
        { "1795186800", 1795186800 },
        { "1795186800.25", 1795186800 },
        { "1795186800123", 1795186800 },
        { "1795186800123456", 1795186800 },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t when = -1;
        assert_int_equal(0, clock_parse(rows[i].text, strlen(rows[i].text),
                                        &when));
        assert_int_equal(rows[i].when, when);
    }
}

static void refuses_what_is_no_date(void **state)
{
    static const char *const rows[] = {
        "", "soon", "2026-13-01", "2026-02-29", "2026-04-31", "12", "20:15",
        "2026-11-20T25:00:00Z", "2026-11-20T24:01:00Z", "9999-01-01", "-5",
        "2026-11-20T15:00:00+99:00",
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t when;
        assert_int_equal(-1, clock_parse(rows[i], strlen(rows[i]), &when));
    }
}

static void calendar_runs_both_ways(void **state)
{
    for (int64_t day = -1000; day < 90000; day += 7) {
        int y, m, d;
        clock_date(day, &y, &m, &d);
        assert_int_equal(day, clock_days(y, m, d));
    }
    assert_int_equal(4, clock_weekday(0)); /* a Thursday */
}

static void zones_know_summer_time(void **state)
{
    struct zone *z;
    struct error err = ERROR_INIT;
    char text[CLOCK_TEXT];
    assert_int_equal(0, zone_open(&z, "Europe/London", &err));
    assert_int_equal(0, zone_offset(z, 1795186800));
    assert_int_equal(3600, zone_offset(z, 1784646000)); /* July 2026 */
    assert_int_equal(3600, zone_offset(z, 2478394800)); /* July 2048 */
    int64_t day = clock_days(2026, 3, 29); /* 23 hours long */
    assert_int_equal(23 * HOUR,
                     zone_day_start(z, day + 1) - zone_day_start(z, day));
    day = clock_days(2026, 10, 25); /* 25 hours */
    assert_int_equal(25 * HOUR,
                     zone_day_start(z, day + 1) - zone_day_start(z, day));
    assert_string_equal("2026-10-24T23:00:00Z",
                        clock_format(zone_day_start(z, day), text));
    zone_close(z);
    assert_int_equal(0, zone_open(&z, "Asia/Kathmandu", &err));
    assert_int_equal(20700, zone_offset(z, 1795186800));
    zone_close(z);
    assert_int_equal(-1, zone_open(&z, "Mars/Olympus", &err));
    assert_int_equal(-1, zone_open(&z, "../../etc/passwd", &err));
}

static void durations(void **state)
{
    int64_t s;
    assert_int_equal(0, clock_parse_duration("15m", &s));
    assert_int_equal(900, s);
    assert_int_equal(0, clock_parse_duration("2w", &s));
    assert_int_equal(14 * DAY, s);
    assert_int_equal(-1, clock_parse_duration("15", &s));
    assert_int_equal(-1, clock_parse_duration("m", &s));
    assert_int_equal(-1, clock_parse_duration("15mm", &s));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_form),
        cmocka_unit_test(refuses_what_is_no_date),
        cmocka_unit_test(calendar_runs_both_ways),
        cmocka_unit_test(zones_know_summer_time),
        cmocka_unit_test(durations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
