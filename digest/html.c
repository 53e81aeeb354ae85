/* SPDX-License-Identifier: Apache-2.0 */
/* The digest as one self-contained page, and as the page of a mail: no
 * script, no network, light and dark, phone and paper. Computes nothing. */
#include "digest/html.h"

#include <string.h>

/* The day, whose it is, and whether anything is wrong with its data. */
static void put_header(struct page *p)
{
    const struct digest *d = p->d;
    buf_printf(&p->line, "%s, ", d->title);
    phrase_day(&p->line, d->day);
    html_open(p->out, p->line.data, p->mail);
    html_nav(p->out, p->links);
    buf_clear(&p->line);
    phrase_day(&p->line, d->day);
    html_say(p, "<header><h1>", "</h1>\n<div class=\"dim\">");
    html_escaped(p->out, "", d->title, "");
    if (*d->rivals)
        html_escaped(p->out, ", against ", d->rivals, "");
    html_escaped(p->out, " · days of ", d->timezone, "</div>\n");
    buf_puts(p->out, "<ul class=\"facts\">");
    int warn = phrase_data(&p->line, d);
    for (size_t i = 0; warn >= 0; warn = phrase_note(&p->line, d, i++))
        html_say(p, warn ? "<li class=\"warn\">" : "<li>", "</li>\n");
    buf_puts(p->out, "</ul></header>\n");
}

/* The day in short, each line a link to where it is told; its figure, which
 * leads, in bold. */
static void put_brief(struct page *p)
{
    const char *section;
    size_t told = 0;
    for (size_t i = 0; (section = phrase_brief(&p->line, p->d, i)); i++) {
        size_t figure = strspn(buf_text(&p->line), "0123456789,");
        if (!p->line.length)
            continue;
        buf_puts(p->out, told++ ? "" : "<ul class=\"brief\" aria-label=\"in "
                                       "short\">\n");
        buf_printf(p->out, "<li%s>", i ? "" : " class=\"first\"");
        if (!p->mail)
            buf_printf(p->out, "<a href=\"#%s\">", section);
        if (figure)
            buf_printf(p->out, "<b>%.*s</b>", (int)figure, p->line.data);
        html_escaped(p->out, "", buf_text(&p->line) + figure,
                     p->mail ? "</li>\n" : "</a></li>\n");
        buf_clear(&p->line);
    }
    buf_puts(p->out, told ? "</ul>\n" : "");
}

static void put_footer(const struct page *p)
{
    const struct digest *d = p->d;
    char now[CLOCK_TEXT], day[CLOCK_TEXT];
    buf_printf(p->out, "<footer><p>Net sentiment is (positive − negative) / "
               "posts in a language that is scored, with its 95 %% interval. "
               "Usual is the median of the days before that were collected: %u. "
               "Rules %u. Made %s by <code>swell digest --day %.10s</code>.</p>"
               "</footer>\n</main></body></html>\n", d->usual.count, d->rules,
               clock_format(d->now, now), clock_format(d->day * DAY, day));
}

static void put_page(struct page *p)
{
    put_header(p);
    put_brief(p);
    html_sections(p);
    put_footer(p);
    buf_release(&p->line);
}

void digest_html(const struct digest *d, struct buf *out,
                 const struct digest_links *links)
{
    put_page(&(struct page){ out, d, links, false, BUF_INIT(0) });
}

void digest_html_mail(const struct digest *d, struct buf *out)
{
    put_page(&(struct page){ out, d, NULL, true, BUF_INIT(0) });
}
