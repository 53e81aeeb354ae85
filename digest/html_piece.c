/* SPDX-License-Identifier: Apache-2.0 */
/* Escaping and the small repeated pieces of the page. The one place where a
 * text by others enters it. */
#include "digest/html.h"

#include <math.h>
#include <string.h>

#include "digest/chart.h"

/* Escaped; controls and bidi controls left out, line breaks to spaces. */
void html_escaped(struct buf *out, const char *text)
{
    size_t length = strlen(text);
    for (size_t i = 0; i < length;) {
        uint32_t point;
        size_t n = text_decode(text + i, length - i, &point);
        if (point == '<')
            buf_puts(out, "&lt;");
        else if (point == '>')
            buf_puts(out, "&gt;");
        else if (point == '&')
            buf_puts(out, "&amp;");
        else if (point == '"')
            buf_puts(out, "&quot;");
        else if (point == '\'')
            buf_puts(out, "&#39;");
        else if (point < 0x20)
            buf_putc(out, ' ');
        else if ((point >= 0x7f && point < 0xa0) || point == 0x061c ||
                 (point >= 0x202a && point <= 0x202e) ||
                 (point >= 0x2066 && point <= 0x2069) || point == 0x200e ||
                 point == 0x200f)
            ;
        else
            buf_add(out, text + i, n);
        i += n;
    }
}

void html_text(struct buf *out, const char *text)
{
    buf_puts(out, "<bdi>");
    html_escaped(out, text);
    buf_puts(out, "</bdi>");
}

/* A phrase_* result is our own words and names: escape it too. */
void html_phrase(struct buf *out, struct buf *phrase)
{
    html_escaped(out, buf_text(phrase));
    buf_release(phrase);
}

void html_why(struct buf *out, const struct digest *d,
                    const char *subject, const char *count)
{
    struct buf phrase = BUF_INIT(0);
    buf_puts(out, "<code>");
    phrase_why(&phrase, d, subject, count);
    html_phrase(out, &phrase);
    buf_puts(out, "</code>");
}

/* Only web addresses become links. */
static bool is_link(const char *url)
{
    return url && (strncmp(url, "https://", 8) == 0 ||
                   strncmp(url, "http://", 7) == 0);
}

void html_sample(struct buf *out, const struct digest *d,
                       const struct sample *s)
{
    struct buf phrase = BUF_INIT(0);
    buf_puts(out, "<blockquote>");
    html_text(out, s->text);
    buf_puts(out, " <cite>");
    if (is_link(s->url)) {
        buf_puts(out, "<a rel=\"noopener noreferrer\" href=\"");
        html_escaped(out, s->url);
        buf_puts(out, "\">");
    }
    html_escaped(out, s->source);
    buf_puts(out, ", ");
    phrase_clock(&phrase, s->created, d);
    html_phrase(out, &phrase);
    if (is_link(s->url))
        buf_puts(out, "</a>");
    if (s->likes || s->reposts) {
        buf_puts(out, " · ");
        phrase_count(out, (uint64_t)s->likes + s->reposts);
        buf_puts(out, " likes and reposts");
    }
    buf_puts(out, "</cite></blockquote>\n");
}

void html_estimate(struct buf *out, const struct estimate *e)
{
    if (e->few) {
        buf_puts(out, "<span class=\"dim\">too few to say</span>");
        return;
    }
    buf_printf(out, "%s%.2f <small>±%.2f</small>", e->value < 0 ? "−" : "+",
               fabs(e->value), (e->high - e->low) / 2);
    chart_net(out, e);
}
