/* SPDX-License-Identifier: Apache-2.0 */
/* The digest as one self-contained page, and as the page of a mail: no
 * script, no network, light and dark, phone and paper. Computes nothing. */
#include "digest/html.h"

#include <string.h>

/* Is anything wrong with the data? */
static void put_facts(const struct page *p)
{
    const struct digest *d = p->d;
    struct buf b = BUF_INIT(0);
    buf_puts(p->out, "<ul class=\"facts\">");
    int warn = phrase_data(&b, d);
    for (size_t i = 0; warn >= 0; warn = phrase_note(&b, d, i++))
        html_phrase(p->out, warn ? "<li class=\"warn\">" : "<li>", &b,
                    "</li>\n");
    buf_puts(p->out, "</ul></header>\n");
}

static void put_header(const struct page *p)
{
    const struct digest *d = p->d;
    struct buf b = BUF_INIT(0);
    buf_printf(&b, "%s, ", d->title);
    phrase_day(&b, d->day);
    html_open(p->out, b.data, p->mail);
    html_nav(p->out, p->links);
    buf_clear(&b);
    phrase_day(&b, d->day);
    html_phrase(p->out, "<header><h1>", &b, "</h1>\n<div class=\"dim\">");
    html_escaped(p->out, "", d->title, "");
    if (*d->rivals)
        html_escaped(p->out, ", against ", d->rivals, "");
    html_escaped(p->out, " · days of ", d->timezone, "</div>\n");
    put_facts(p);
}

/* The day in short, each line a link to where it is told; its figure, which
 * leads, in bold. */
static void put_brief(const struct page *p)
{
    const char *section;
    struct buf b = BUF_INIT(0);
    size_t told = 0;
    for (size_t i = 0; (section = phrase_brief(&b, p->d, i)); i++) {
        size_t figure = strspn(buf_text(&b), "0123456789,");
        if (!b.length)
            continue;
        buf_puts(p->out, told++ ? "" : "<ul class=\"brief\" aria-label=\"in "
                                       "short\">\n");
        buf_printf(p->out, "<li%s>", i ? "" : " class=\"first\"");
        if (!p->mail)
            buf_printf(p->out, "<a href=\"#%s\">", section);
        if (figure)
            buf_printf(p->out, "<b>%.*s</b>", (int)figure, b.data);
        html_escaped(p->out, "", buf_text(&b) + figure,
                     p->mail ? "</li>\n" : "</a></li>\n");
        buf_clear(&b);
    }
    buf_puts(p->out, told ? "</ul>\n" : "");
    buf_release(&b);
}

static void put_footer(const struct page *p)
{
    const struct digest *d = p->d;
    char now[CLOCK_TEXT], day[CLOCK_TEXT];
    buf_printf(p->out, "<footer><p>Net sentiment is (positive − negative) / "
               "posts in a language that is scored, with its 95 %% interval. "
               "Usual is the median of the %u days before that were collected. "
               "Rules %u. Made %s by <code>swell digest --day %.10s</code>.</p>"
               "</footer>\n</main></body></html>\n", d->usual.count, d->rules,
               clock_format(d->now, now), clock_format(d->day * DAY, day));
}

static void put_page(const struct page *p)
{
    put_header(p);
    put_brief(p);
    html_sections(p);
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
