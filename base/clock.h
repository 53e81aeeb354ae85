/* SPDX-License-Identifier: Apache-2.0 */
/* Time: seconds since 1970 UTC as int64_t. Reading dates as sources write
 * them, printing RFC 3339, days of a time zone, and the program's own now,
 * which --now fixes so that the same input gives the same bytes. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MINUTE = 60, QUARTER = 900, HOUR = 3600, DAY = 86400 };

int64_t clock_now(void);
void clock_fix(int64_t now);         /* --now */
/* When, 0 where it is more than an hour ahead: a wrong clock noted it. */
int64_t clock_past(int64_t when);

/* Read a date: RFC 3339 and ISO 8601 (T or space, fraction, Z, +00:00,
 * +0000, no zone = UTC, date only = midnight), RFC 822/1123 (2-digit years,
 * zone names), "Wed Oct 10 20:19:24 +0000 2018", and unix seconds,
 * milliseconds or microseconds (10, 13, 16 digits, fraction allowed).
 * 0, or -1 when it is none of these or outside 1970 to 2200. */
int clock_parse(const char *data, size_t length, int64_t *out);

/* "15m" "6h" "7d" "2w" "90s" to seconds; -1 when wrong. */
int clock_parse_duration(const char *text, int64_t *seconds);

enum { CLOCK_TEXT = 32 };
/* "2026-11-20T15:00:00Z" */
const char *clock_format(int64_t when, char out[CLOCK_TEXT]);

/* Days since 1970-01-01 and back, proleptic Gregorian. */
int64_t clock_days(int year, int month, int day);
void clock_date(int64_t days, int *year, int *month, int *day);
/* 0 is Sunday. */
int clock_weekday(int64_t days);

/* A time zone: read from the system's zoneinfo (TZif), no TZ environment
 * games. "UTC" always works. */
struct zone;
struct error;
int zone_open(struct zone **out, const char *name, struct error *err);
void zone_close(struct zone *z);
const char *zone_name(const struct zone *z); /* Europe/London */
int64_t zone_offset(const struct zone *z, int64_t when); /* seconds east */
/* First second of the local day (given as days since 1970, local). */
int64_t zone_day_start(const struct zone *z, int64_t local_day);
/* The local day a moment falls on. */
int64_t zone_day(const struct zone *z, int64_t when);

/* "today", "yesterday", "2026-11-20" to a local day number; -1 wrong. */
int clock_parse_day(const char *text, const struct zone *z, int64_t *day);

#endif
