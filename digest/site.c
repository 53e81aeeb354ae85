/* SPDX-License-Identifier: Apache-2.0 */
/* A folder of digest pages and the calendar in front of them. What a page
 * says is html.c's. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/file.h"
#include "digest/html.h"

enum { PAGE_MOST = 8 << 20 };  /* bytes of a page that are looked at */

static void page_name(struct buf *out, int64_t day)
{
    phrase_date(out, day);
    buf_puts(out, ".html");
}

/* A page's day from its file name; -1: another file. */
static int64_t page_day(const char *name)
{
    struct buf again = BUF_INIT(0);
    int64_t when = -1;
    if (strlen(name) != strlen("2026-11-20.html") ||
        clock_parse(name, 10, &when))
        return -1;
    page_name(&again, when / DAY);
    bool same = strcmp(buf_text(&again), name) == 0;
    buf_release(&again);
    return same ? when / DAY : -1;
}

static void full_path(struct buf *out, const char *folder, int64_t day)
{
    buf_printf(out, "%s/", folder);
    page_name(out, day);
}

bool digest_site_has(const char *folder, int64_t day)
{
    struct buf path = BUF_INIT(0);
    struct stat st;
    full_path(&path, folder, day);
    bool has = stat(path.data, &st) == 0;
    buf_release(&path);
    return has;
}

/* How many alerts the page of a day tells: of earlier days only their pages
 * still say so. */
static size_t page_alerts(const char *folder, int64_t day)
{
    static const char mark[] = HTML_LEVEL("alert");
    struct buf path = BUF_INIT(0), page = BUF_INIT(PAGE_MOST);
    char block[BUFSIZ];
    size_t count = 0, n;
    full_path(&path, folder, day);
    FILE *file = fopen(path.data, "re");
    while (file && (n = fread(block, 1, sizeof(block), file)) > 0)
        buf_add(&page, block, n);
    if (file)
        fclose(file);
    for (const char *at = buf_text(&page); (at = strstr(at, mark)); at++)
        count++;
    buf_release(&path);
    buf_release(&page);
    return count;
}

static int by_day(const void *a, const void *b)
{
    const struct calendar_day *x = a, *y = b;
    return (x->day > y->day) - (x->day < y->day);
}

/* The days that have a page, and the one that gets one; oldest first. */
static int read_days(struct calendar_day **days, size_t *count, int64_t own,
                     const char *folder, struct error *err)
{
    size_t room = 0;
    DIR *dir = opendir(folder);
    if (!dir)
        return error_set(err, ERROR_SYSTEM, "%s: %s", folder, strerror(errno));
    *days = mem_grow(*days, &room, 0, sizeof(**days));
    (*days)[(*count)++] = (struct calendar_day){ own, 0 };
    for (struct dirent *entry; (entry = readdir(dir));) {
        int64_t day = page_day(entry->d_name);
        if (day < 0 || day == own)
            continue;
        *days = mem_grow(*days, &room, *count, sizeof(**days));
        (*days)[(*count)++] = (struct calendar_day){ day, 0 };
    }
    closedir(dir);
    qsort(*days, *count, sizeof(**days), by_day);
    return 0;
}

/* A day without a page, with one, or with one that tells alerts: marked by the
 * word and not by colour alone, for the eye and for who has the page read. */
static void put_day(struct buf *out, int64_t day, const struct calendar_day *d)
{
    int year, month, date;
    clock_date(day, &year, &month, &date);
    if (!d) {
        buf_printf(out, "<td class=\"dim\">%d</td>", date);
        return;
    }
    buf_puts(out, d->alerts ? "<td class=\"told\"><a href=\""
                            : "<td><a href=\"");
    page_name(out, day);
    buf_puts(out, "\" aria-label=\"");
    phrase_day(out, day);
    if (d->alerts)
        phrase_count(out, ", ", d->alerts, d->alerts == 1 ? " alert"
                                                          : " alerts");
    buf_printf(out, "\">%d%s</a></td>", date,
               d->alerts ? "<small>alert</small>" : "");
}

/* The month of the last of the days, Monday first; how many days are of the
 * months before it. */
static size_t put_month(struct buf *out, const struct calendar_day *days,
                        size_t count)
{
    static const char *const weekdays[] = { "Mo", "Tu", "We", "Th", "Fr",
                                            "Sa", "Su" };
    int year, month, date;
    struct buf name = BUF_INIT(0);
    clock_date(days[count - 1].day, &year, &month, &date);
    int64_t first = clock_days(year, month, 1);
    int64_t after = month == 12 ? clock_days(year + 1, 1, 1)
                                : clock_days(year, month + 1, 1);
    int blank = (clock_weekday(first) + 6) % 7;
    const struct calendar_day *next = days + count, *end = next;
    while (next > days && next[-1].day >= first)
        next--;
    size_t before = (size_t)(next - days);
    phrase_day(&name, first);
    buf_printf(out, "<h2>%s</h2>\n<table class=\"month\"><thead><tr>",
               strchr(strchr(buf_text(&name), ' ') + 1, ' ') + 1);
    buf_release(&name);
    for (size_t i = 0; i < sizeof(weekdays) / sizeof(*weekdays); i++)
        buf_printf(out, "<th scope=\"col\">%s</th>", weekdays[i]);
    buf_puts(out, "</tr></thead><tbody>\n<tr>");
    for (int i = 0; i < blank; i++)
        buf_puts(out, "<td></td>");
    for (int64_t day = first; day < after; day++) {
        if (day > first && clock_weekday(day) == 1)
            buf_puts(out, "</tr>\n<tr>");
        put_day(out, day, next < end && next->day == day ? next++ : NULL);
    }
    buf_puts(out, "</tr>\n</tbody></table>\n");
    return before;
}

void digest_calendar(struct buf *out, const char *title,
                     const struct calendar_day *days, size_t count,
                     bool served, size_t unlooked)
{
    html_open(out, title, false);
    if (served)
        html_nav(out, &(struct digest_links){ .served = true });
    html_text(out, "<h1>", title, "</h1>\n");
    if (count) {
        buf_puts(out, "<p>Latest: <a href=\"");
        page_name(out, days[count - 1].day);
        buf_puts(out, "\">");
        phrase_day(out, days[count - 1].day);
        buf_puts(out, "</a></p>\n");
    }
    if (unlooked)
        buf_printf(out, "<p class=\"dim\">Alerts have not been looked for on "
                   "%zu of these days yet: load this page again</p>\n",
                   unlooked);
    while (count)
        count = put_month(out, days, count);
    buf_puts(out, "</main></body></html>\n");
}

static int put_file(const char *folder, const char *name,
                    const struct buf *content, struct error *err)
{
    struct buf path = BUF_INIT(0);
    buf_printf(&path, "%s/%s", folder, name);
    int rc = file_replace(path.data, content, err);
    buf_release(&path);
    return rc;
}

static int put_page(const struct digest *d, const char *folder,
                    const struct calendar_day *days, size_t count,
                    struct error *err)
{
    struct buf out = BUF_INIT(0), name = BUF_INIT(0);
    struct digest_links links = { .before = "", .after = ".html" };
    for (size_t i = 0; i < count; i++) {
        if (days[i].day < d->day)
            links.previous = days[i].day;
        if (days[i].day > d->day && !links.next)
            links.next = days[i].day;
    }
    digest_html(d, &out, &links);
    page_name(&name, d->day);
    int rc = put_file(folder, name.data, &out, err);
    buf_release(&out);
    buf_release(&name);
    return rc;
}

int digest_site(const struct digest *d, const struct digest *before,
                const struct digest *after, const char *folder,
                struct error *err)
{
    const struct digest *pages[] = { d, before, after };
    struct calendar_day *days = NULL;
    struct buf index = BUF_INIT(0);
    size_t count = 0;
    if (mkdir(folder, 0755) && errno != EEXIST)
        return error_set(err, ERROR_SYSTEM, "%s: %s", folder,
                         strerror(errno));
    int rc = read_days(&days, &count, d->day, folder, err);
    for (size_t i = 0; i < 3 && !rc; i++)
        rc = pages[i] ? put_page(pages[i], folder, days, count, err) : 0;
    for (size_t i = 0; i < count; i++)
        days[i].alerts = page_alerts(folder, days[i].day);
    digest_calendar(&index, d->title, days, count, false, 0);
    if (!rc)
        rc = put_file(folder, "index.html", &index, err);
    buf_release(&index);
    mem_free(days);
    return rc;
}
