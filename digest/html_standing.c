/* SPDX-License-Identifier: Apache-2.0 */
/* The page's tables: how each brand stands, and aspect by channel. */
#include "digest/html.h"

#include <math.h>
#include <string.h>

#include "digest/chart.h"

static void put_days(const struct page *p, const struct digest_standing *s)
{
    const struct digest *d = p->d;
    struct buf what = BUF_INIT(0), safe = BUF_INIT(0);
    if (p->mail) {
        enum { LAST = 8 }; /* a week, and the day */
        buf_puts(p->out, "<br><span class=\"spark\">");
        phrase_days(p->out, d, s, LAST);
        buf_puts(p->out, "</span>");
        return;
    }
    buf_printf(&what, "%s: posts a day, last %d days", s->title, DIGEST_DAYS);
    if (!isnan(s->usual))
        buf_printf(&what, ", usually %.0f to %.0f", s->low, s->high);
    html_escaped(&safe, buf_text(&what));
    chart_days(p->out, s->history, d->known, DIGEST_DAYS + 1, s->low, s->high,
               buf_text(&safe));
    buf_release(&what);
    buf_release(&safe);
}

/* What it usually is, where the day's interval leaves that out. */
static void put_net(const struct page *p, const struct digest_standing *s)
{
    const struct estimate *usual = &s->net_usual;
    buf_puts(p->out, "<td class=\"n net\">");
    html_estimate(p->out, &s->net);
    if (!s->net.few && !usual->few &&
        (usual->low > s->net.high || usual->high < s->net.low)) {
        buf_puts(p->out, " <small>usually ");
        phrase_signed(p->out, usual->value);
        buf_puts(p->out, "</small>");
    }
    buf_puts(p->out, "</td>");
}

static void put_row(const struct page *p, const struct digest_standing *s)
{
    struct buf *out = p->out;
    buf_printf(out, "<tr%s><th scope=\"row\">",
               s->product ? " class=\"product\"" : "");
    html_subject(p, s->name);
    if (p->mail)
        put_days(p, s);
    buf_puts(out, "</th><td class=\"n posts\">");
    phrase_count(out, s->today.posts);
    buf_puts(out, "</td>");
    if (!p->mail) {
        buf_puts(out, "<td class=\"n wide\">");
        phrase_count(out, s->authors);
        buf_puts(out, "</td><td class=\"n wide\">");
        phrase_count(out, s->yesterday.posts);
        buf_puts(out, "</td><td class=\"n wide\">");
        if (!s->product)
            phrase_share(out, s->share);
        buf_puts(out, "</td>");
    }
    put_net(p, s);
    buf_printf(out, "<td class=\"n change%s\">",
               s->told || s->drifted ? " up" : "");
    if (isnan(s->change))
        buf_puts(out, "<small>no baseline</small>");
    else
        phrase_change(out, s->change);
    buf_puts(out, "</td>");
    if (!p->mail) {
        buf_puts(out, "<td class=\"chart\">");
        put_days(p, s);
        buf_puts(out, "</td>");
    }
    buf_puts(out, "</tr>\n");
}

static void put_column(struct buf *out, const char *kind, const char *title)
{
    buf_printf(out, "<th class=\"%s\" scope=\"col\">%s</th>", kind, title);
}

/* A mail has the width of a phone: what matters, and the chart below the
 * name. */
static void put_columns(const struct page *p)
{
    struct buf *out = p->out;
    buf_puts(out, "<table class=\"standing\"><thead><tr>");
    put_column(out, "", "brand");
    put_column(out, "n", "posts");
    if (!p->mail) {
        put_column(out, "n wide", "people");
        put_column(out, "n wide", "day before");
        put_column(out, "n wide", "share of voice");
    }
    put_column(out, "n", "net sentiment");
    put_column(out, "n", "against usual");
    if (!p->mail)
        put_column(out, "", "28 days");
    buf_puts(out, "</tr></thead>\n<tbody>\n");
}

void html_standing(const struct page *p)
{
    const struct digest *d = p->d;
    buf_puts(p->out, "<section id=\"standing\"><h2>How each brand stands</h2>"
             "\n");
    if (!d->standing_count) {
        buf_puts(p->out, "<p>No brands are configured: swell.yaml names "
                 "them.</p></section>\n");
        return;
    }
    put_columns(p);
    for (size_t i = 0; i < d->standing_count; i++)
        if (!d->standing[i].product || d->standing[i].today.posts ||
            d->standing[i].told)
            put_row(p, &d->standing[i]);
    buf_puts(p->out, "</tbody></table>\n<p><small>Arrows: posts against the "
             "usual day. ");
    buf_puts(p->out, p->mail ? "Bars: the last eight days.</small></p>\n"
                             : "The band holds eight days of ten; orange is "
                               "told above.</small></p>\n");
    html_command(p, SECTION_STANDING);
    buf_puts(p->out, "</section>\n");
}

static void put_cell(struct buf *out, const struct digest_cell *c)
{
    if (c->posts < CELL_LEAST) {
        buf_puts(out, "<td class=\"dim\">·</td>");
        return;
    }
    double net = cell_net(c);
    buf_printf(out, "<td class=\"%s\" style=\"--a:%.0f%%\"><b>",
               net < 0 ? "m" : "p", fabs(net) * 40);
    phrase_signed(out, net);
    buf_puts(out, "</b><small>");
    phrase_count(out, c->posts);
    buf_puts(out, "</small></td>");
}

/* Columns in which there is something to say; the last, any channel, has. A
 * mail has no room for the others. */
static size_t fill_columns(const struct page *p, int *columns)
{
    const struct digest *d = p->d;
    size_t count = 0;
    for (int c = p->mail ? CHANNEL_COUNT : 0; c <= CHANNEL_COUNT; c++) {
        bool any = false;
        for (int a = 0; a < ASPECT_COUNT; a++)
            any |= d->where[a][c].posts >= CELL_LEAST;
        if (any)
            columns[count++] = c;
    }
    return count;
}

void html_where(const struct page *p)
{
    const struct digest *d = p->d;
    int columns[CHANNEL_COUNT + 1];
    size_t count = fill_columns(p, columns);
    if (!count)
        return;
    buf_puts(p->out, "<section id=\"where\"><h2>Where, and about what</h2>\n"
             "<p class=\"dim\">Our brands: net sentiment, and posts</p>\n"
             "<div class=\"scroll\"><table class=\"heat\"><thead><tr><td></td>"
             );
    for (size_t c = 0; c < count; c++)
        buf_printf(p->out, "<th class=\"n\" scope=\"col\">%s</th>",
                   columns[c] == CHANNEL_COUNT ? "all"
                                               : channel_names[columns[c]]);
    buf_puts(p->out, "</tr></thead><tbody>\n");
    for (size_t i = 0; i < d->where_count; i++) {
        int row = d->where_rows[i];
        buf_printf(p->out, "<tr><th scope=\"row\">%s</th>",
                   aspect_names[row]);
        for (size_t c = 0; c < count; c++)
            put_cell(p->out, &d->where[row][columns[c]]);
        buf_puts(p->out, "</tr>\n");
    }
    buf_printf(p->out, "</tbody></table></div><p><small>· is fewer than %d "
               "posts: too few to say.</small></p>\n", CELL_LEAST);
    html_command(p, SECTION_WHERE);
    buf_puts(p->out, "</section>\n");
}
