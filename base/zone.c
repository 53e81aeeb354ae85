/* SPDX-License-Identifier: Apache-2.0 */
/* Time zones from the system's TZif files (RFC 8536), without touching the
 * process's TZ. A moment after the last transition uses the footer's rule
 * through that file's own 64-bit table up to 2037 as Debian ships it ("fat")
 * or, in "slim" files, by evaluating the POSIX rule. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/buf.h"
#include "base/mem.h"

enum { ZONE_FILE_LIMIT = 256 * 1024 };

/* One side of a POSIX rule: M month.week.weekday/time. */
struct zone_rule {
    int month, week, weekday;
    int64_t time;
};

struct zone {
    char *name;
    size_t count;
    int64_t *at;             /* transitions, rising */
    int32_t *offset;         /* after each */
    int32_t first;           /* before the first */
    bool ruled;              /* the footer has two offsets */
    int32_t standard, summer;
    struct zone_rule start, end; /* of summer time */
};

static int64_t big_endian(const unsigned char *c, int bytes)
{
    uint64_t value = c[0] & 0x80 ? ~(uint64_t)0 : 0;
    for (int i = 0; i < bytes; i++)
        value = value << 8 | c[i];
    return (int64_t)value;
}

static const char *rule_offset(const char *s, int64_t *out)
{
    int sign = 1;
    int64_t part[3] = { 0, 0, 0 };
    if (*s == '+' || *s == '-')
        sign = *s++ == '-' ? -1 : 1;
    for (int i = 0; i < 3; i++) {
        if (i && *s++ != ':') {
            s--;
            break;
        }
        while (*s >= '0' && *s <= '9')
            part[i] = part[i] * 10 + (*s++ - '0');
    }
    *out = sign * (part[0] * HOUR + part[1] * MINUTE + part[2]);
    return s;
}

static const char *rule_name(const char *s)
{
    if (*s == '<') {
        while (*s && *s != '>')
            s++;
        return *s ? s + 1 : s;
    }
    while ((*s >= 'A' && *s <= 'Z') || (*s >= 'a' && *s <= 'z'))
        s++;
    return s;
}

static const char *rule_side(const char *s, struct zone_rule *r)
{
    if (s[0] != ',' || s[1] != 'M')
        return NULL;
    int *parts[] = { &r->month, &r->week, &r->weekday };
    s += 2;
    for (int i = 0; i < 3; i++) {
        if (i && *s++ != '.')
            return NULL;
        for (*parts[i] = 0; *s >= '0' && *s <= '9'; s++)
            *parts[i] = *parts[i] * 10 + (*s - '0');
    }
    r->time = 2 * HOUR;
    return *s == '/' ? rule_offset(s + 1, &r->time) : s;
}

/* "CET-1CEST,M3.5.0,M10.5.0/3": the rule after the last transition. */
static void read_footer(struct zone *z, const char *s)
{
    int64_t offset;
    s = rule_offset(rule_name(s), &offset);
    z->standard = (int32_t)-offset;
    if (!*s)
        return;
    z->summer = z->standard + HOUR;
    s = rule_name(s);
    if (*s && *s != ',') {
        s = rule_offset(s, &offset);
        z->summer = (int32_t)-offset;
    }
    s = rule_side(s, &z->start);
    z->ruled = s && rule_side(s, &z->end);
}

/* The moment a side of the rule falls on in a year; offset is in force. */
static int64_t rule_moment(const struct zone_rule *r, int year, int32_t offset)
{
    int64_t first = clock_days(year, r->month, 1);
    int64_t day = first + (r->weekday - clock_weekday(first) + 7) % 7 +
                  (r->week - 1) * 7;
    int64_t next = r->month == 12 ? clock_days(year + 1, 1, 1)
                                  : clock_days(year, r->month + 1, 1);
    while (day >= next)
        day -= 7;
    return day * DAY + r->time - offset;
}

static int32_t rule_at(const struct zone *z, int64_t when)
{
    int year, month, day;
    if (!z->ruled)
        return z->standard;
    clock_date((when + z->standard) / DAY, &year, &month, &day);
    int64_t start = rule_moment(&z->start, year, z->standard);
    int64_t end = rule_moment(&z->end, year, z->summer);
    bool summer = start < end ? when >= start && when < end
                              : when >= start || when < end;
    return summer ? z->summer : z->standard;
}

/* Of a TZif block: a header of 44 bytes that ends in six counts (isut, isstd,
 * leap seconds, times, types, bytes of names), then so many of each. */
static size_t block_size(const unsigned char *h, size_t time_size)
{
    const size_t each[] = { 1, 1, time_size + 4, time_size + 1, 6, 1 };
    size_t size = 44;
    for (int i = 0; i < 6; i++) {
        size_t count = (size_t)big_endian(h + 20 + 4 * i, 4);
        if (count > 1u << 20)
            return SIZE_MAX;
        size += count * each[i];
    }
    return size;
}

static int read_tzif(struct zone *z, const unsigned char *data, size_t length)
{
    if (length < 44 || memcmp(data, "TZif", 4) != 0 || data[4] < '2')
        return -1;
    size_t skip = block_size(data, 4);
    if (skip > length || length - skip < 44)
        return -1;
    const unsigned char *h = data + skip;
    size_t size = block_size(h, 8);
    if (size > length - skip)
        return -1;
    size_t times = (size_t)big_endian(h + 32, 4);
    size_t types = (size_t)big_endian(h + 36, 4);
    const unsigned char *at = h + 44, *kind = at + times * 8,
                        *type = kind + times;
    if (!types)
        return -1;
    z->count = times;
    z->at = mem_alloc(times * sizeof(*z->at));
    z->offset = mem_alloc(times * sizeof(*z->offset));
    z->first = (int32_t)big_endian(type, 4);
    for (size_t i = 0; i < times; i++) {
        if (kind[i] >= types)
            return -1;
        z->at[i] = big_endian(at + i * 8, 8);
        z->offset[i] = (int32_t)big_endian(type + kind[i] * 6, 4);
    }
    z->standard = times ? z->offset[times - 1] : z->first;
    const char *footer = (const char *)h + size;
    size_t left = length - skip - size;
    if (left > 2 && footer[0] == '\n') {
        const char *end = memchr(footer + 1, '\n', left - 1);
        if (end) {
            char *rule = mem_slice(footer + 1, (size_t)(end - footer - 1));
            if (*rule)
                read_footer(z, rule);
            mem_free(rule);
        }
    }
    return 0;
}

static bool name_is_safe(const char *name)
{
    return *name && *name != '/' && strlen(name) < 100 && !strstr(name, "..");
}

int zone_open(struct zone **out, const char *name, struct error *err)
{
    struct zone *z = mem_alloc(sizeof(*z));
    struct buf path = BUF_INIT(0), data = BUF_INIT(ZONE_FILE_LIMIT);
    int fd = -1, rc = -1;
    bool utc = !name || !*name || strcmp(name, "UTC") == 0;
    z->name = mem_string(utc ? "UTC" : name);
    if (utc) {
        *out = z;
        return 0;
    }
    buf_printf(&path, "/usr/share/zoneinfo/%s", name);
    if (name_is_safe(name))
        fd = open(path.data, O_RDONLY | O_CLOEXEC);
    char chunk[4096];
    for (ssize_t n; fd >= 0 && (n = read(fd, chunk, sizeof(chunk))) > 0;)
        buf_add(&data, chunk, (size_t)n);
    if (fd < 0 ||
        read_tzif(z, (const unsigned char *)buf_text(&data), data.length))
        error_set(err, ERROR_CONFIG,
                  "%s: no such time zone; write it as in Europe/London "
                  "(package tzdata has the list)", name);
    else
        rc = 0;
    if (fd >= 0)
        close(fd);
    buf_release(&path);
    buf_release(&data);
    if (rc)
        zone_close(z);
    else
        *out = z;
    return rc;
}

void zone_close(struct zone *z)
{
    if (z) {
        mem_free(z->name);
        mem_free(z->at);
        mem_free(z->offset);
        mem_free(z);
    }
}

const char *zone_name(const struct zone *z)
{
    return z->name;
}

int64_t zone_offset(const struct zone *z, int64_t when)
{
    if (!z->count)
        return z->ruled ? rule_at(z, when) : z->first ? z->first : z->standard;
    if (when >= z->at[z->count - 1])
        return rule_at(z, when);
    size_t low = 0, high = z->count;
    while (low < high) { /* first transition after when */
        size_t middle = (low + high) / 2;
        if (z->at[middle] <= when)
            low = middle + 1;
        else
            high = middle;
    }
    return low ? z->offset[low - 1] : z->first;
}

int64_t zone_day_start(const struct zone *z, int64_t local_day)
{
    /* Two rounds settle a change of offset during the day before. */
    int64_t when = local_day * DAY - zone_offset(z, local_day * DAY);
    return local_day * DAY - zone_offset(z, when);
}

int64_t zone_day(const struct zone *z, int64_t when)
{
    int64_t local = when + zone_offset(z, when);
    return local / DAY - (local % DAY < 0);
}
