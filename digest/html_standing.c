/* SPDX-License-Identifier: Apache-2.0 */
/* The page's sections on where things stand: brands, wishes, who waits,
 * experiments, rivals, aspect by channel, posts worth reading. */
#include "digest/html.h"

#include <math.h>
#include <string.h>

#include "digest/chart.h"

enum { CELL_FLOOR = 20 }; /* posts; fewer in a cell are too few to say */

/* Set off only what a story above tells of: one day in ten leaves a range
 * that holds nine. */
static bool is_told(const struct digest *d, const char *subject)
{
    for (size_t i = 0; d->alerts && i < d->alerts->count; i++)
        for (size_t j = 0; j < d->alerts->items[i].part_count; j++)
            if (strcmp(d->alerts->items[i].parts[j].subject, subject) == 0)
                return true;
    return false;
}

static void put_standing_row(struct buf *out, const struct digest *d,
                             const struct digest_standing *s)
{
    struct buf what = BUF_INIT(0), safe = BUF_INIT(0);
    uint32_t days[DIGEST_DAYS + 1];
    memcpy(days, s->history, sizeof(s->history));
    bool known[DIGEST_DAYS + 1];
    memcpy(known, d->known, sizeof(d->known));
    known[DIGEST_DAYS] = true;
    days[DIGEST_DAYS] = (uint32_t)s->today.posts;
    buf_printf(out, "<tr%s><th scope=\"row\">",
               s->product ? " class=\"product\"" : "");
    html_escaped(out, s->title);
    buf_puts(out, "</th><td class=\"n\" data-l=\"posts\">");
    phrase_count(out, s->today.posts);
    buf_puts(out, "</td><td class=\"n\" data-l=\"people\">");
    phrase_count(out, s->authors);
    buf_puts(out, "</td><td class=\"n\" data-l=\"net\">");
    html_estimate(out, &s->net);
    buf_puts(out, "</td><td class=\"n\" data-l=\"of voice\">");
    if (!s->product)
        buf_printf(out, "%.0f %%", 100 * s->share);
    buf_puts(out, "</td><td class=\"n wide\">");
    phrase_count(out, s->yesterday.posts);
    buf_puts(out, "</td><td class=\"n\" data-l=\"usual\">");
    if (isnan(s->change)) {
        buf_puts(out, "<span class=\"dim\">no baseline</span>");
    } else {
        buf_printf(out, "<span%s>", is_told(d, s->name) ? " class=\"up\"" : "");
        phrase_change(out, s->change);
        buf_puts(out, "</span>");
    }
    buf_printf(&what, "%s: posts a day, last %d days, usually %.0f to %.0f",
               s->title, DIGEST_DAYS, s->low, s->high);
    html_escaped(&safe, buf_text(&what));
    buf_puts(out, "</td><td class=\"chart\">");
    chart_days(out, days, known, DIGEST_DAYS + 1, s->low, s->high,
               buf_text(&safe));
    buf_puts(out, "</td></tr>\n");
    buf_release(&what);
    buf_release(&safe);
}

static void put_whys(struct buf *out, const struct digest *d)
{
    buf_puts(out, "<details><summary>Ask for any of these figures</summary>"
             "<ul>");
    for (size_t i = 0; i < d->standing_count; i++) {
        buf_puts(out, "<li>");
        html_why(out, d, d->standing[i].name, NULL);
        buf_puts(out, "</li>");
    }
    buf_puts(out, "</ul><p>Net sentiment is (positive − negative) / all, with "
             "a 95 % interval for the count; usual is the median of the last "
             "28 days, the band holds nine days of ten.</p></details>\n");
}

void html_standing(struct buf *out, const struct digest *d)
{
    if (!d->standing_count) {
        buf_puts(out, "<p>No brands are configured: swell.yaml names "
                 "them.</p>\n");
        return;
    }
    buf_puts(out, "<section><h2>How each brand stands</h2>\n"
             "<div class=\"scroll\"><table class=\"standing\"><thead><tr>"
             "<th scope=\"col\">brand</th><th class=\"n\" scope=\"col\">"
             "posts</th><th class=\"n\" scope=\"col\">people</th>"
             "<th class=\"n\" scope=\"col\">net sentiment</th>"
             "<th class=\"n\" scope=\"col\">share of voice</th>"
             "<th class=\"n\" scope=\"col\">yesterday</th>"
             "<th class=\"n\" scope=\"col\">against usual</th>"
             "<th scope=\"col\">28 days</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < d->standing_count; i++)
        put_standing_row(out, d, &d->standing[i]);
    buf_puts(out, "</tbody></table></div>\n");
    put_whys(out, d);
    buf_puts(out, "</section>\n");
}

static void put_wishes(struct buf *out, const struct digest *d)
{
    if (!d->wish_count)
        return;
    buf_puts(out, "<section><h2>What shoppers ask for <small>· 7 days</small>"
             "</h2><ol>\n");
    for (size_t i = 0; i < d->wish_count; i++) {
        const struct digest_wish *w = &d->wishes[i];
        buf_puts(out, "<li><b>");
        html_text(out, w->text);
        buf_printf(out, "</b> <small>%llu people, %llu the week before, %llu "
                   "posts today</small>", (unsigned long long)w->authors,
                   (unsigned long long)w->authors_before,
                   (unsigned long long)w->today);
        if (w->sample.text)
            html_sample(out, d, &w->sample);
        buf_puts(out, "</li>\n");
    }
    buf_puts(out, "</ol></section>\n");
}

static void put_waiting(struct buf *out, const struct digest *d)
{
    if (!d->waiting_count)
        return;
    buf_puts(out, "<section><h2>Who waits for an answer <small>· 7 days"
             "</small></h2>\n<ul>");
    for (size_t i = 0; i < d->waiting_count; i++) {
        const struct digest_waiting *w = &d->waiting[i];
        buf_puts(out, "<li><b>");
        html_escaped(out, w->title);
        buf_printf(out, "</b>: %llu asked, %llu answered",
                   (unsigned long long)w->asked,
                   (unsigned long long)w->answered);
        if (!isnan(w->median_hours))
            buf_printf(out, " (half of them within %.1f h)", w->median_hours);
        if (w->oldest)
            buf_printf(out, "; the oldest open one has waited %.0f h",
                       (double)(d->until - w->oldest) / HOUR);
        if (!w->known)
            buf_puts(out, " <small>no replies of its handles were seen; name "
                     "them under handles</small>");
        for (size_t j = 0; w->own && j < w->sample_count; j++)
            html_sample(out, d, &w->samples[j]);
        buf_puts(out, "</li>\n");
    }
    buf_puts(out, "</ul></section>\n");
}

void html_people(struct buf *out, const struct digest *d)
{
    put_wishes(out, d);
    put_waiting(out, d);
}

static void put_effect(struct buf *out, const struct effect *e)
{
    bool share = e->measure != EFFECT_POSTS;
    const char *unit = share ? "points" : "%";
    buf_printf(out, "<li>%s: <b>%s</b>", effect_names[e->measure],
               effect_verdict_names[e->verdict]);
    if (e->verdict == EFFECT_ROSE || e->verdict == EFFECT_FELL)
        buf_printf(out, " %+.0f %s (%+.0f to %+.0f)", 100 * e->change, unit,
                   100 * e->low, 100 * e->high);
    else if (e->verdict == EFFECT_NONE)
        buf_printf(out, " (could only have seen more than %.0f %s)",
                   100 * e->detectable, unit);
    if (e->method == EFFECT_APPROXIMATE && e->verdict != EFFECT_TOO_FEW)
        buf_puts(out, " <small>approximate: little past to compare</small>");
    buf_puts(out, "</li>");
}

void html_experiments(struct buf *out, const struct digest *d)
{
    if (!d->experiment_count)
        return;
    buf_puts(out, "<section><h2>Experiments</h2><ul>\n");
    for (size_t i = 0; i < d->experiment_count; i++) {
        const struct digest_experiment *x = &d->experiments[i];
        buf_puts(out, "<li><b>");
        html_escaped(out, x->experiment.title && *x->experiment.title
                              ? x->experiment.title : x->experiment.name);
        buf_printf(out, "</b> <small>%u days before, %u after, %u controls"
                   "</small><ul>", x->reading.days_before,
                   x->reading.days_after, x->reading.controls);
        for (size_t j = 0; j < EFFECT_COUNT; j++)
            put_effect(out, &x->reading.effects[j]);
        buf_puts(out, "</ul></li>\n");
    }
    buf_puts(out, "</ul></section>\n");
}

static void put_switches(struct buf *out, const struct digest *d)
{
    if (!d->switch_count)
        return;
    buf_puts(out, "<p>Switches, 7 days:");
    for (size_t i = 0; i < d->switch_count; i++) {
        const struct digest_switch *s = &d->switches[i];
        buf_printf(out, "%s %llu %s from ", i ? ";" : "",
                   (unsigned long long)s->authors,
                   s->authors == 1 ? "person" : "people");
        html_escaped(out, s->from_own ? "us" : s->from);
        buf_puts(out, " to ");
        html_escaped(out, s->to_own ? "us" : s->to);
        if (s->aspect)
            buf_printf(out, " (%s)", s->aspect);
    }
    buf_puts(out, ".</p>\n");
}

void html_rivals(struct buf *out, const struct digest *d)
{
    double most = 0;
    size_t brands = 0;
    for (size_t i = 0; i < d->standing_count; i++) {
        brands += !d->standing[i].product;
        if (!d->standing[i].product && d->standing[i].share > most)
            most = d->standing[i].share;
    }
    if (brands < 2 || most <= 0)
        return;
    buf_puts(out, "<section><h2>Share of voice and rivals</h2>"
             "<ul class=\"voice\">\n");
    for (size_t i = 0; i < d->standing_count; i++) {
        const struct digest_standing *s = &d->standing[i];
        if (s->product)
            continue;
        buf_printf(out, "<li%s><span>", s->own ? " class=\"own\"" : "");
        html_escaped(out, s->title);
        buf_printf(out, "</span><span><i style=\"width:%.1f%%\"></i></span>"
                   "<span>%.0f %% <small>usually %.0f</small></span></li>\n",
                   100 * s->share / most, 100 * s->share,
                   100 * s->share_usual);
    }
    buf_puts(out, "</ul>\n");
    put_switches(out, d);
    for (size_t i = 0; i < d->rival_gap_count; i++) {
        const struct digest_gap_to_rival *g = &d->rival_gaps[i];
        buf_printf(out, "<p>On %s we are %s than ", g->aspect,
                   g->ours < g->theirs ? "liked less" : "liked more");
        html_escaped(out, g->rival);
        buf_printf(out, ": net %+.2f of %llu posts against %+.2f of %llu."
                   "</p>\n", g->ours, (unsigned long long)g->our_posts,
                   g->theirs, (unsigned long long)g->their_posts);
    }
    buf_puts(out, "</section>\n");
}

static void put_cell(struct buf *out, const struct digest_cell *c)
{
    if (c->posts < CELL_FLOOR) {
        buf_puts(out, "<td class=\"dim\">·</td>");
        return;
    }
    double net = ((double)c->positive - c->negative) / c->posts;
    buf_printf(out, "<td class=\"%s\" style=\"--a:%.0f%%\"><b>%+.2f</b>"
               "<small>%u</small></td>", net < 0 ? "m" : "p",
               fabs(net) * 45, net, c->posts);
}

void html_where(struct buf *out, const struct digest *d)
{
    bool any = false;
    for (int a = 0; a < ASPECT_COUNT; a++)
        any |= d->where[a][CHANNEL_COUNT].posts >= CELL_FLOOR;
    if (!any)
        return;
    buf_puts(out, "<section><h2>Where, and about what <small>· our brands, net "
             "sentiment and posts, 7 days</small></h2>\n<div class=\"scroll\">"
             "<table class=\"heat\"><thead><tr><td></td>");
    for (int c = 0; c < CHANNEL_COUNT; c++)
        buf_printf(out, "<th scope=\"col\">%s</th>", channel_names[c]);
    buf_puts(out, "<th scope=\"col\">anywhere</th></tr></thead><tbody>\n");
    for (int a = 0; a < ASPECT_COUNT; a++) {
        if (d->where[a][CHANNEL_COUNT].posts < CELL_FLOOR)
            continue;
        buf_printf(out, "<tr><th scope=\"row\">%s</th>", aspect_names[a]);
        for (int c = 0; c <= CHANNEL_COUNT; c++)
            put_cell(out, &d->where[a][c]);
        buf_puts(out, "</tr>\n");
    }
    buf_printf(out, "</tbody></table></div><p class=\"dim\">· is fewer than "
               "%d posts: too few to say.</p></section>\n", CELL_FLOOR);
}

void html_samples(struct buf *out, const struct digest *d)
{
    if (!d->sample_count)
        return;
    buf_puts(out, "<section><h2>Posts worth reading</h2>\n");
    for (size_t i = 0; i < d->sample_count; i++)
        html_sample(out, d, &d->samples[i]);
    buf_puts(out, "</section>\n");
}
