/* SPDX-License-Identifier: Apache-2.0 */
/* The digest as one self-contained page, and as the page of a mail: no
 * script, no network, light and dark, phone and paper. Computes nothing. */
#include "digest/html.h"

#include <string.h>

static void put_head(const struct page *p)
{
    struct buf title = BUF_INIT(0);
    buf_printf(&title, "%s, ", p->d->title);
    phrase_day(&title, p->d->day);
    html_open(p->out, buf_text(&title), p->mail);
    buf_release(&title);
    html_nav(p->out, p->links);
}

static void put_fact(const struct page *p, bool warn, struct buf *phrase)
{
    if (phrase->length)
        html_phrase(p->out, warn ? "<li class=\"warn\">" : "<li>", phrase,
                    "</li>\n");
}

/* Is anything wrong with the data? */
static void put_facts(const struct page *p)
{
    const struct digest *d = p->d;
    struct buf b = BUF_INIT(0);
    buf_puts(p->out, "<ul class=\"facts\">");
    phrase_data(&b, d);
    put_fact(p, d->planned && d->coverage < 0.8, &b);
    for (size_t i = 0;; i++) {
        int fault = phrase_note(&b, d, i);
        if (fault < 0)
            break;
        put_fact(p, fault, &b);
    }
    buf_puts(p->out, "</ul></header>\n");
}

static void put_header(const struct page *p)
{
    const struct digest *d = p->d;
    struct buf b = BUF_INIT(0);
    phrase_day(&b, d->day);
    html_phrase(p->out, "<header><h1>", &b, "</h1>\n<div class=\"dim\">");
    html_escaped(p->out, "", d->title, "");
    if (*d->rivals)
        html_escaped(p->out, ", against ", d->rivals, "");
    html_escaped(p->out, " · days of ", d->timezone, "</div>\n");
    put_facts(p);
}

/* A line of the day in short: the figure, then what it counts, as a link to
 * where it is told. */
static void open_brief(const struct page *p, const char *to, uint64_t n,
                       bool first)
{
    buf_printf(p->out, "<li%s>", first ? " class=\"first\"" : "");
    if (!p->mail)
        buf_printf(p->out, "<a href=\"#%s\">", to);
    phrase_count(p->out, "<b>", n, "</b>");
}

static void close_brief(const struct page *p)
{
    buf_puts(p->out, p->mail ? "</li>\n" : "</a></li>\n");
}

static void brief_alerts(const struct page *p)
{
    const struct alerts *all = p->d->alerts;
    size_t alerts = 0;
    for (size_t i = 0; i < all->count; i++)
        alerts += all->items[i].level == DETECT_ALERT &&
                  !all->items[i].withheld;
    if (!alerts)
        return;
    open_brief(p, "changed", alerts, true);
    buf_puts(p->out, alerts == 1 ? "alert: " : "alerts: ");
    for (size_t i = 0, told = 0; i < all->count && told < 3; i++) {
        const char *subject = all->items[i].subject;
        bool before = all->items[i].level != DETECT_ALERT ||
                      all->items[i].withheld;
        for (size_t k = 0; k < i && !before; k++)
            before = strcmp(all->items[k].subject, subject) == 0;
        if (before)
            continue;
        html_escaped(p->out, told++ ? ", " : "", phrase_title(p->d, subject),
                     "");
    }
    close_brief(p);
}

/* The day in short: what there is to do, each with its figure. */
static void put_brief(const struct page *p)
{
    const struct digest *d = p->d;
    buf_puts(p->out, "<ul class=\"brief\" aria-label=\"in short\">\n");
    brief_alerts(p);
    for (size_t i = 0; i < d->waiting_count; i++) {
        const struct digest_waiting *w = &d->waiting[i];
        if (!w->own || !w->known || !w->figures.open)
            continue;
        open_brief(p, "waiting", w->figures.open, false);
        html_escaped(p->out, w->figures.open == 1 ? "waits for an answer of "
                                                  : "wait for an answer of ",
                     w->title, "");
        close_brief(p);
    }
    if (d->wish_count && d->wishes->authors > 2 * d->wishes->authors_before) {
        open_brief(p, "wishes", d->wishes->authors, false);
        html_text(p->out, "ask for “", d->wishes->text, "”");
        phrase_wish(p->out, d, d->wishes);
        close_brief(p);
    }
    for (size_t i = 0; i < d->switch_count; i++) {
        if (!d->switches[i].from_own)
            continue;
        open_brief(p, "rivals", d->switches[i].authors, false);
        html_text(p->out, "left us for ", d->switches[i].to, " in 7 days");
        close_brief(p);
        break; /* the largest */
    }
    buf_puts(p->out, "</ul>\n");
}

static void put_footer(const struct page *p)
{
    const struct digest *d = p->d;
    char now[CLOCK_TEXT], day[CLOCK_TEXT];
    clock_format(d->day * DAY, day);
    buf_printf(p->out, "<footer><p>Net sentiment is (positive − negative) / "
               "posts in a language that is scored, with its 95 %% interval. "
               "Usual is the median of the %u days before that were collected. "
               "Rules %u. Made %s by <code>swell digest --day %.10s</code>.</p>"
               "</footer>\n</main></body></html>\n", d->history_days, d->rules,
               clock_format(d->now, now), day);
}

static void put_page(const struct page *p)
{
    const struct digest *d = p->d;
    put_head(p);
    put_header(p);
    if (d->collected || d->posts || d->expired || d->alerts->count) {
        put_brief(p);
        html_sections(p);
    }
    put_footer(p);
}

void digest_html(const struct digest *d, struct buf *out,
                 const struct digest_links *links)
{
    put_page(&(struct page){ out, d, links, false });
}

void digest_html_mail(const struct digest *d, struct buf *out)
{
    put_page(&(struct page){ out, d, NULL, true });
}
