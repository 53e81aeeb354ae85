/* SPDX-License-Identifier: Apache-2.0 */
/* What JSON values mean and how strings are written. Parses no documents:
 * see json.c. */
#include <errno.h>
#include <math.h>

#include "base/json.h"

/* As written: -12, 1.5e3; a string that holds a number counts as one, for
 * sources quote big integers. */
static bool number_of(const struct json_value *v, double *fraction,
                      int64_t *whole, bool *is_whole)
{
    char digits[64];
    if (!json_written(v) || v->text.length == 0 ||
        v->text.length >= sizeof(digits))
        return false;
    memcpy(digits, v->text.data, v->text.length);
    digits[v->text.length] = '\0';
    size_t plain = strspn(digits, "-0123456789");
    if (strspn(digits, "-+.0123456789eE") != v->text.length)
        return false;
    char *end;
    errno = 0;
    *whole = strtoll(digits, &end, 10);
    *is_whole = plain == v->text.length && errno == 0 && !*end;
    *fraction = strtod(digits, &end);
    return !*end && isfinite(*fraction);
}

bool json_integer(const struct json_value *v, int64_t *out)
{
    double fraction;
    int64_t whole;
    bool is_whole;
    if (!number_of(v, &fraction, &whole, &is_whole))
        return false;
    if (is_whole)
        *out = whole;
    else if (fabs(fraction) < 9.2e18)
        *out = (int64_t)fraction;
    else
        return false;
    return true;
}

/* Nearly every count: up to nine digits and nothing else. */
static bool short_count(const struct json_value *v, uint32_t *out)
{
    uint32_t sum = 0;
    if (!json_written(v) || v->text.length == 0 || v->text.length > 9)
        return false;
    for (size_t i = 0; i < v->text.length; i++) {
        unsigned digit = (unsigned char)v->text.data[i] - (unsigned)'0';
        if (digit > 9)
            return false;
        sum = sum * 10 + digit;
    }
    *out = sum;
    return true;
}

bool json_count(const struct json_value *v, uint32_t *out)
{
    double fraction;
    int64_t whole;
    bool is_whole;
    if (short_count(v, out))
        return true;
    if (!number_of(v, &fraction, &whole, &is_whole))
        return false;
    *out = fraction <= 0 ? 0
         : fraction >= (double)UINT32_MAX ? UINT32_MAX : (uint32_t)fraction;
    return true;
}

bool json_true(const struct json_value *v)
{
    return v->type == JSON_BOOL && text_is(v->text, "true");
}

/* Bytes that may stand in a string as they are. */
static bool plain_byte(unsigned char c)
{
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\' && c != '<';
}

static void write_point(struct buf *out, uint32_t point, const char *data,
                        size_t size)
{
    switch (point) {
    case '"':  buf_add(out, "\\\"", 2); break;
    case '\\': buf_add(out, "\\\\", 2); break;
    case '\n': buf_add(out, "\\n", 2); break;
    case '\r': buf_add(out, "\\r", 2); break;
    case '\t': buf_add(out, "\\t", 2); break;
    default:
        if (point < 0x20 || point == '<' || point == 0x7f ||
            point == 0x2028 || point == 0x2029)
            buf_printf(out, "\\u%04x", (unsigned)point);
        else if (point == 0xfffd)
            buf_add(out, "\xef\xbf\xbd", 3); /* it, or an invalid byte */
        else
            buf_add(out, data, size);
    }
}

void json_write(struct buf *out, struct text t)
{
    buf_putc(out, '"');
    for (size_t i = 0; i < t.length;) {
        size_t run = i;
        while (run < t.length && plain_byte((unsigned char)t.data[run]))
            run++;
        if (run > i)
            buf_add(out, t.data + i, run - i);
        i = run;
        if (i == t.length)
            break;
        uint32_t point;
        size_t size = text_decode(t.data + i, t.length - i, &point);
        write_point(out, point, t.data + i, size);
        i += size;
    }
    buf_putc(out, '"');
}
