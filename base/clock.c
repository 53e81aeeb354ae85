/* SPDX-License-Identifier: Apache-2.0 */
/* Calendar arithmetic, reading dates in the forms sources write them, and
 * printing one form. Time zones are in zone.c. */
#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

static int64_t fixed_now; /* 0: the machine's clock; set once, at start */

int64_t clock_now(void)
{
    return fixed_now ? fixed_now : (int64_t)time(NULL);
}

int64_t clock_past(int64_t when)
{
    return when > clock_now() + HOUR ? 0 : when;
}

void clock_fix(int64_t now)
{
    fixed_now = now;
}

/* H. Hinnant, "chrono-Compatible Low-Level Date Algorithms". */
int64_t clock_days(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 +
                          day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 -
                         year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

void clock_date(int64_t days, int *year, int *month, int *day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t doe = days - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    *day = (int)(doy - (153 * mp + 2) / 5 + 1);
    *month = (int)(mp < 10 ? mp + 3 : mp - 9);
    *year = (int)(yoe + era * 400 + (*month <= 2));
}

int clock_weekday(int64_t days)
{
    return (int)(((days + 4) % 7 + 7) % 7);
}

const char *clock_format(int64_t when, char out[CLOCK_TEXT])
{
    int64_t days = when / DAY - (when % DAY < 0);
    int64_t second = when - days * DAY;
    int year, month, day;
    clock_date(days, &year, &month, &day);
    snprintf(out, CLOCK_TEXT, "%04d-%02d-%02dT%02d:%02d:%02dZ", year, month,
             day, (int)(second / 3600), (int)(second / 60 % 60),
             (int)(second % 60));
    return out;
}

/* A cursor over the bytes being read. */
struct scan {
    const char *at, *end;
};

static bool take(struct scan *s, char wanted)
{
    if (s->at < s->end && *s->at == wanted) {
        s->at++;
        return true;
    }
    return false;
}

/* Between least and most digits; -1 when there are fewer. */
static int64_t take_digits(struct scan *s, int least, int most)
{
    int64_t value = 0;
    int n = 0;
    while (n < most && s->at < s->end && *s->at >= '0' && *s->at <= '9') {
        value = value * 10 + (*s->at++ - '0');
        n++;
    }
    return n >= least ? value : -1;
}

static void skip_spaces(struct scan *s)
{
    while (s->at < s->end && (*s->at == ' ' || *s->at == ','))
        s->at++;
}

/* The moment of a date, a clock (hour, minute, second) and a zone's offset. */
static int moment_of(int year, int month, int day, const int64_t part[3],
                     int64_t offset, int64_t *out)
{
    int64_t within = part[0] * HOUR + part[1] * MINUTE;
    if (month < 1 || month > 12 || part[0] < 0 || part[1] < 0 ||
        part[1] > 59 || within > DAY || part[2] < 0 || part[2] > 60)
        return -1;
    int64_t days = clock_days(year, month, day);
    int same_year, same_month, same_day = day;
    if (day < 1 || day > 28)
        clock_date(days, &same_year, &same_month, &same_day);
    if (same_day != day) /* the month has no such day */
        return -1;
    int64_t when = days * DAY + within + (part[2] == 60 ? 59 : part[2]);
    *out = when - offset;
    return when < 0 ? -1 : 0;
}

/* "Z", "+01:00", "+0100", "GMT", "EST"; nothing is UTC. -1: junk. */
static int take_zone(struct scan *s, int64_t *offset)
{
    static const struct { const char *name; int hours; } names[] = {
        { "Z", 0 }, { "z", 0 }, { "UTC", 0 }, { "GMT", 0 }, { "UT", 0 },
        { "EST", -5 }, { "EDT", -4 }, { "CST", -6 }, { "CDT", -5 },
        { "MST", -7 }, { "MDT", -6 }, { "PST", -8 }, { "PDT", -7 },
        { "BST", 1 }, { "CET", 1 }, { "CEST", 2 },
    };
    *offset = 0;
    skip_spaces(s);
    if (s->at == s->end)
        return 0;
    if (*s->at == '+' || *s->at == '-') {
        int sign = *s->at++ == '-' ? -1 : 1;
        int64_t hours = take_digits(s, 2, 2);
        take(s, ':');
        int64_t minutes = take_digits(s, 2, 2);
        if (hours < 0 || hours > 15)
            return -1;
        *offset = sign * (hours * HOUR + (minutes > 0 ? minutes * MINUTE : 0));
        return 0;
    }
    size_t left = (size_t)(s->end - s->at);
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        if (strlen(names[i].name) == left &&
            memcmp(s->at, names[i].name, left) == 0) {
            s->at = s->end;
            *offset = names[i].hours * HOUR;
            return 0;
        }
    }
    return -1;
}

static int64_t take_clock(struct scan *s, int64_t part[3])
{
    part[0] = take_digits(s, 1, 2);
    part[1] = part[2] = 0;
    if (part[0] < 0 || !take(s, ':'))
        return -1;
    part[1] = take_digits(s, 2, 2);
    if (take(s, ':'))
        part[2] = take_digits(s, 2, 2);
    if ((take(s, '.') || take(s, ',')) && take_digits(s, 1, 12) < 0)
        return -1;
    return part[1] < 0 || part[2] < 0 ? -1 : 0;
}

/* 2026-11-20[T ]15:00[:00[.000]][zone] */
static int parse_iso(struct scan s, int64_t *out)
{
    int64_t year = take_digits(&s, 4, 4), offset = 0;
    if (year < 0 || !(take(&s, '-') || take(&s, '/')))
        return -1;
    int64_t month = take_digits(&s, 1, 2);
    if (month < 0 || !(take(&s, '-') || take(&s, '/')))
        return -1;
    int64_t day = take_digits(&s, 1, 2);
    int64_t part[3] = { 0, 0, 0 };
    if (day < 0)
        return -1;
    if (s.at < s.end &&
        (!(take(&s, 'T') || take(&s, 't') || take(&s, ' ')) ||
         take_clock(&s, part) || take_zone(&s, &offset)))
        return -1;
    return s.at != s.end ? -1
                         : moment_of((int)year, (int)month, (int)day, part,
                                     offset, out);
}

static int take_month(struct scan *s)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (s->end - s->at < 3)
        return -1;
    for (int i = 0; i < 12; i++) {
        if (strncasecmp(s->at, names + i * 3, 3) == 0) {
            while (s->at < s->end && *s->at != ' ' && *s->at != '-')
                s->at++;
            return i + 1;
        }
    }
    return -1;
}

/* [Wed, ]10 Oct 2018 20:19:24 +0000, and Twitter's
 * Wed Oct 10 20:19:24 +0000 2018. */
static int parse_words(struct scan s, int64_t *out)
{
    int64_t part[3] = { 0, 0, 0 }, offset = 0, year = -1, day;
    int month;
    if (s.at < s.end && (*s.at < '0' || *s.at > '9')) {
        struct scan after = s;
        while (after.at < after.end && *after.at != ' ' && *after.at != ',')
            after.at++;
        skip_spaces(&after);
        s = after; /* the weekday says nothing new */
    }
    if ((month = take_month(&s)) > 0) { /* Twitter's order */
        skip_spaces(&s);
        day = take_digits(&s, 1, 2);
        skip_spaces(&s);
        if (day < 0 || take_clock(&s, part) || s.end - s.at < 11)
            return -1;
        struct scan zone = { s.at, s.end - 5 };
        if (take_zone(&zone, &offset) || zone.at != zone.end)
            return -1;
        s.at = s.end - 4;
        year = take_digits(&s, 4, 4);
    } else {
        day = take_digits(&s, 1, 2);
        take(&s, '-');
        skip_spaces(&s);
        month = take_month(&s);
        take(&s, '-');
        skip_spaces(&s);
        const char *digits = s.at;
        year = take_digits(&s, 2, 4);
        if (year >= 0 && s.at - digits == 2) /* 0001 is none, not 2001 */
            year += year < 70 ? 2000 : 1900;
        skip_spaces(&s);
        if (day < 0 || month < 0 || year < 0)
            return -1;
        if (s.at < s.end && (take_clock(&s, part) || take_zone(&s, &offset)))
            return -1;
    }
    if (s.at != s.end || year < 0)
        return -1;
    return moment_of((int)year, month, (int)day, part, offset, out);
}

/* Seconds, milliseconds or microseconds since 1970, by number of digits. */
static int parse_unix(struct scan s, int64_t *out)
{
    const char *start = s.at;
    int64_t value = take_digits(&s, 9, 17);
    int64_t digits = s.at - start;
    if (value < 0 || (take(&s, '.') && take_digits(&s, 1, 18) < 0) ||
        s.at != s.end)
        return -1;
    *out = digits <= 11 ? value : digits <= 14 ? value / 1000 : value / 1000000;
    return 0;
}

int clock_parse(const char *data, size_t length, int64_t *out)
{
    struct scan s = { data, data + length };
    while (s.at < s.end && (*s.at == ' ' || *s.at == '\t'))
        s.at++;
    while (s.end > s.at && (s.end[-1] == ' ' || s.end[-1] == '\t'))
        s.end--;
    int64_t when;
    if (s.end - s.at > 64 ||
        (parse_iso(s, &when) && parse_unix(s, &when) && parse_words(s, &when)))
        return -1;
    if (when < 0 || when >= clock_days(2200, 1, 1) * DAY)
        return -1;
    *out = when;
    return 0;
}

int clock_parse_duration(const char *text, int64_t *seconds)
{
    static const struct { char unit; int64_t seconds; } units[] = {
        { 's', 1 }, { 'm', MINUTE }, { 'h', HOUR }, { 'd', DAY },
        { 'w', 7 * DAY },
    };
    struct scan s = { text, text + strlen(text) };
    int64_t value = take_digits(&s, 1, 9);
    if (value < 0 || s.end - s.at != 1)
        return -1;
    for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
        if (*s.at == units[i].unit) {
            *seconds = value * units[i].seconds;
            return 0;
        }
    }
    return -1;
}

int clock_parse_day(const char *text, const struct zone *z, int64_t *day)
{
    int64_t when;
    if (strcmp(text, "today") == 0 || strcmp(text, "yesterday") == 0) {
        *day = zone_day(z, clock_now()) - (text[0] == 'y');
        return 0;
    }
    if (strlen(text) > 10 || clock_parse(text, strlen(text), &when) ||
        !strchr(text, '-'))
        return -1;
    *day = when / DAY;
    return 0;
}
