/* SPDX-License-Identifier: Apache-2.0 */
/* Figures and texts from outside as people read them, the same in every form
 * of the digest; sentences are in phrase_sections.c and phrase_alert.c. Plain
 * text only: who renders escapes, colours and wraps. */
#include <math.h>

#include "digest/phrase.h"

static const char *const weekdays[] = { "Sunday", "Monday", "Tuesday",
    "Wednesday", "Thursday", "Friday", "Saturday" };
static const char *const months[] = { "January", "February", "March", "April",
    "May", "June", "July", "August", "September", "October", "November",
    "December" };

void phrase_day(struct buf *out, int64_t day)
{
    int year, month, date;
    clock_date(day, &year, &month, &date);
    buf_printf(out, "%s %d %s %d", weekdays[clock_weekday(day)], date,
               months[month - 1], year);
}

void phrase_date(struct buf *out, int64_t day)
{
    char when[CLOCK_TEXT];
    buf_printf(out, "%.10s", clock_format(day * DAY, when));
}

void phrase_count(struct buf *out, const char *before, uint64_t n,
                  const char *after)
{
    char digits[24];
    int length = snprintf(digits, sizeof(digits), "%llu",
                          (unsigned long long)n);
    buf_puts(out, before);
    for (int i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0)
            buf_putc(out, ',');
        buf_putc(out, digits[i]);
    }
    buf_puts(out, after);
}

void phrase_people(struct buf *out, const char *before, uint64_t n,
                   const char *after)
{
    phrase_count(out, before, n, n == 1 ? " person" : " people");
    buf_puts(out, after);
}

void phrase_posts(struct buf *out, const char *before, uint64_t n,
                  const char *after)
{
    phrase_count(out, before, n, n == 1 ? " post" : " posts");
    buf_puts(out, after);
}

void phrase_posts_by(struct buf *out, uint64_t posts, uint64_t people)
{
    phrase_posts(out, "", posts, " by ");
    phrase_people(out, "", people, "");
}

void phrase_number(struct buf *out, const char *before, double n,
                   const char *after)
{
    phrase_count(out, before, n < 0 || !isfinite(n) ? 0 : (uint64_t)(n + 0.5),
                 after);
}

void phrase_change(struct buf *out, double change)
{
    double percent = change * 100;
    if (isnan(change))
        return;
    if (fabs(percent) < 0.5) {
        buf_puts(out, "=");
        return;
    }
    buf_puts(out, change > 0 ? "▲ " : "▼ ");
    if (change >= 9.5)
        phrase_number(out, "×", change + 1, "");
    else
        phrase_number(out, "", fabs(percent), " %");
}

void phrase_share(struct buf *out, const char *before, double share,
                  const char *after)
{
    double percent = share * 100;
    buf_puts(out, before);
    if (percent > 0 && percent < 0.5)
        buf_puts(out, "<1 %");
    else if (!isnan(share))
        buf_printf(out, "%.0f %%", percent);
    buf_puts(out, after);
}

void phrase_signed(struct buf *out, const char *before, double value,
                   const char *after)
{
    buf_printf(out, "%s%s%.2f%s", before,
               value <= -0.005 ? "−" : value >= 0.005 ? "+" : "", fabs(value),
               after);
}

void phrase_net(struct buf *out, const struct estimate *e)
{
    if (e->few) {
        buf_puts(out, "too few to say");
        return;
    }
    phrase_signed(out, "", e->value, " ±");
    buf_printf(out, "%.2f", fmax(e->high - e->value, e->value - e->low));
}

void phrase_date_short(struct buf *out, int64_t day)
{
    int year, month, date;
    clock_date(day, &year, &month, &date);
    buf_printf(out, "%d %.3s ", date, months[month - 1]);
}

void phrase_clock(struct buf *out, const char *before, int64_t when,
                  const struct digest *d, const char *after)
{
    int64_t local = when + zone_offset(d->zone, when);
    int64_t day = local / DAY, second = local % DAY;
    buf_puts(out, before);
    if (day != d->day && when != d->until)
        phrase_date_short(out, day);
    if (when == d->until)
        buf_puts(out, "24:00");
    else
        buf_printf(out, "%02d:%02d", (int)(second / HOUR),
                   (int)(second % HOUR / MINUTE));
    buf_puts(out, after);
}

void phrase_age(struct buf *out, const char *before, int64_t seconds,
                const char *after)
{
    if (seconds < 0)
        seconds = 0;
    buf_puts(out, before);
    if (seconds < 100 * MINUTE)
        buf_printf(out, "%lld min", (long long)(seconds / MINUTE));
    else if (seconds < 60 * HOUR)
        buf_printf(out, "%lld h", (long long)((seconds + HOUR / 2) / HOUR));
    else
        buf_printf(out, "%lld days", (long long)((seconds + DAY / 2) / DAY));
    buf_puts(out, after);
}

void phrase_spark(struct buf *out, const uint32_t *values, const bool *known,
                  size_t count)
{
    static const char *const bars[] = { "▁", "▂", "▃", "▄", "▅", "▆", "▇",
                                        "█" };
    uint32_t most = 0;
    for (size_t i = 0; i < count; i++)
        most = values[i] > most ? values[i] : most;
    for (size_t i = 0; i < count; i++)
        buf_puts(out, known && !known[i] ? "·"
                      : !most ? bars[0]
                      : bars[((uint64_t)values[i] * 7 + most / 2) / most]);
}

/* ---- texts from outside ------------------------------------------------- */

uint32_t phrase_harmless(uint32_t c)
{
    if (c <= 0x20 || (c >= 0x7f && c <= 0xa0) || c == 0x2028 || c == 0x2029)
        return ' ';
    if (c == 0xad || c == 0x61c || c == 0x180e || c == 0x200b ||
        c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
        (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
        (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe0fff))
        return 0;
    return c;
}

/* Spaces at the end, from start on, go. */
static void trim(struct buf *out, size_t start)
{
    while (out->length > start && out->data[out->length - 1] == ' ')
        out->data[--out->length] = '\0';
}

void phrase_quote(struct buf *out, const char *before, const char *text,
                  size_t columns, const char *after)
{
    enum { MARKS = 4 }; /* zero-width characters in a row */
    struct text t = text_of(text);
    buf_puts(out, before);
    size_t start = out->length, marks = 0;
    bool space = true;
    for (size_t i = 0; i < t.length;) {
        uint32_t point;
        char bytes[4];
        i += text_decode(t.data + i, t.length - i, &point);
        point = phrase_harmless(point);
        if (!point || (point == ' ' && space))
            continue;
        space = point == ' ';
        size_t n = text_encode(point, bytes);
        marks = text_columns((struct text){ bytes, n }) ? 0 : marks + 1;
        if (marks <= MARKS)
            buf_add(out, bytes, n);
    }
    trim(out, start);
    struct text all = { buf_text(out) + start, out->length - start };
    if (columns && text_columns(all) > columns) {
        out->length = start + text_fit(all, columns - 1).length;
        out->data[out->length] = '\0';
        trim(out, start);
        buf_puts(out, "…");
    }
    buf_puts(out, after);
}

bool phrase_is_link(const char *url)
{
    return url && (strncmp(url, "https://", 8) == 0 ||
                   strncmp(url, "http://", 7) == 0);
}

void phrase_link(struct buf *out, const char *before, const char *url,
                 const char *marks, const char *after)
{
    if (!phrase_is_link(url))
        return;
    buf_puts(out, before);
    for (const unsigned char *c = (const unsigned char *)url; *c; c++)
        if (*c <= ' ' || *c >= 0x7f || strchr(marks, *c))
            buf_printf(out, "%%%02X", *c);
        else
            buf_putc(out, (char)*c);
    buf_puts(out, after);
}

struct text phrase_line(struct text *left, size_t room)
{
    struct text line = text_fit(*left, room);
    size_t cut = line.length, last = left->length - 1;
    while (cut > 0 && cut <= last &&
           (left->data[cut] != ' ' || (cut < last &&
                                       left->data[cut + 1] == '%')))
        cut--;
    if (cut)
        line.length = cut;
    else if (!line.length) /* not even one character fits */
        line.length = left->length;
    left->data += line.length;
    left->length -= line.length;
    while (left->length && *left->data == ' ') {
        left->data++;
        left->length--;
    }
    return line;
}

const struct digest_standing *phrase_standing(const struct digest *d,
                                              const char *subject)
{
    for (size_t i = 0; subject && i < d->standing_count; i++)
        if (strcmp(d->standing[i].name, subject) == 0)
            return &d->standing[i];
    return NULL;
}

const char *phrase_title(const struct digest *d, const char *subject)
{
    const struct digest_standing *s = phrase_standing(d, subject);
    return s ? s->title : subject;
}
