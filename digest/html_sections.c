/* SPDX-License-Identifier: Apache-2.0 */
/* The page's sections, in the order of reading. Their sentences are phrases,
 * their pieces html_piece.c's. */
#include "digest/html.h"

#include <math.h>
#include <string.h>

static void open_section(const struct page *p, const char *id,
                         const char *title)
{
    buf_printf(p->out, "<section id=\"%s\"><h2>%s</h2>\n", id, title);
}

/* ---- what changed: a card for each alert -------------------------------- */

static void put_words(const struct page *p, const struct alert *a)
{
    if (!a->term_count)
        return;
    buf_puts(p->out, "<p class=\"words\"><span class=\"dim\">Words:</span> ");
    for (size_t i = 0; i < a->term_count; i++) {
        html_text(p->out, i ? ", <b>" : "<b>", a->terms[i].text, "");
        phrase_count(p->out, "</b>&nbsp;", a->terms[i].posts,
                     a->terms[i].before ? "" : "&nbsp;<small>new</small>");
    }
    buf_puts(p->out, "</p>\n");
}

static void put_part(const struct page *p, const struct alert_part *part)
{
    html_escaped(p->out, "<li>", phrase_title(p->d, part->subject), ", ");
    html_text(p->out, "", part->name, "");
    phrase_count(p->out, ": ", part->observed, "");
    buf_printf(p->out, " against %.1f expected from its own past (usually "
               "%.0f to %.0f); %.1f times its usual spread in its highest "
               "hour</li>", part->expected, part->low < 0 ? 0 : part->low,
               part->high, part->score);
}

/* The arithmetic behind an alert, folded away, and where to read on. A mail
 * has the command alone. */
static void put_why(struct page *p, const struct alert *a)
{
    html_fold(p, p->mail ? "Why: " : "Why this is told");
    if (!p->mail) {
        buf_puts(p->out, "<ul>");
        for (size_t i = 0; i < a->part_count; i++)
            put_part(p, &a->parts[i]);
        phrase_count(p->out, "<li>", a->authors, "");
        buf_printf(p->out, " %s; the busiest wrote %.0f %%; copies and "
                   "reposts %.0f %%; coverage of these hours ",
                   a->authors == 1 ? "writer" : "writers",
                   100 * a->top_author, 100 * a->copied);
        if (p->d->planned)
            phrase_share(p->out, "", a->coverage, "");
        else
            buf_puts(p->out, "not recorded");
        buf_puts(p->out, "</li></ul>");
    }
    phrase_why(&p->line, p->d, a->subject);
    html_say(p, "<code>", "</code>");
    html_fold_end(p);
}

static void put_hours(const struct page *p, const struct alert *a)
{
    const struct digest *d = p->d;
    const struct digest_standing *s = phrase_standing(d, a->subject);
    int64_t since = a->since > d->from ? a->since - d->from : 0;
    if (!s || since / HOUR >= (int64_t)s->hour_count || a->until <= d->from)
        return;
    size_t until = (size_t)((a->until - d->from + HOUR - 1) / HOUR);
    struct chart_hours chart = {
        s->hours, s->hour_count, (size_t)(since / HOUR),
        until < s->hour_count ? until : s->hour_count,
        s->usual > 0 ? s->usual / 24 : -1, s->title };
    (p->mail ? chart_hours_plain : chart_hours)(p->out, &chart);
}

static void put_alert(struct page *p, const struct alert *a)
{
    buf_printf(p->out, "<article class=\"story%s\">" HTML_LEVEL("%s"),
               phrase_is_alert(a) ? " alert" : "",
               a->withheld ? "shown, not judged"
                           : detect_level_names[a->level]);
    phrase_alert(&p->line, p->d, a);
    html_say(p, "<h3>", "</h3>\n");
    phrase_alert_detail(&p->line, p->d, a);
    html_say(p, "<p>", "</p>\n");
    put_hours(p, a);
    if (a->fresh) /* how it began was told before */
        put_words(p, a);
    for (size_t i = a->fresh ? 0 : a->sample_count > 1;
         i < a->sample_count && i < 2; i++)
        html_sample(p->out, p->d, &a->samples[i], QUOTE_COLUMNS);
    if (p->links && p->links->served) {
        buf_puts(p->out, "<p>More of it: ");
        html_subject(p, a->subject);
        buf_puts(p->out, "</p>\n");
    }
    put_why(p, a);
    buf_puts(p->out, "</article>\n");
}

static void put_changes(struct page *p)
{
    const struct digest *d = p->d;
    const struct alerts *alerts = d->alerts;
    if (!d->posts && !d->expired && !alerts->count)
        return;
    open_section(p, "changed", "What changed");
    for (size_t i = 0; i < alerts->count; i++)
        put_alert(p, &alerts->items[i]);
    phrase_verdict(&p->line, d);
    html_say(p, alerts->withheld ? "<p class=\"warn\">" : "<p>", "</p>\n");
    phrase_words(&p->line, d);
    html_say(p, "<p><span class=\"dim\">New words:</span> ", "</p>\n");
    buf_puts(p->out, "</section>\n");
}

/* ---- how each brand stands ---------------------------------------------- */

static void put_days(const struct page *p, const struct digest_standing *s)
{
    const struct digest *d = p->d;
    struct buf what = BUF_INIT(0);
    enum { LAST = 8 }; /* in a mail: a week, and the day */
    if (p->mail) {
        buf_puts(p->out, "<br><span class=\"spark\">");
        phrase_days(p->out, d, s, LAST);
        buf_puts(p->out, "</span>");
        return;
    }
    buf_printf(&what, "%s: posts a day, last %d days", s->title, DIGEST_DAYS);
    if (!isnan(s->usual))
        buf_printf(&what, ", usually %.0f to %.0f", s->low, s->high);
    chart_days(p->out, s->history, d->usual.known, s->low, s->high,
               buf_text(&what));
    buf_release(&what);
}

/* What it usually is, where the day's interval leaves that out. */
static void put_net(const struct page *p, const struct digest_standing *s)
{
    const struct estimate *usual = &s->net_usual;
    buf_puts(p->out, "<td class=\"n net\">");
    html_estimate(p->out, &s->net);
    if (!s->net.few && !usual->few &&
        (usual->low > s->net.high || usual->high < s->net.low))
        phrase_signed(p->out, " <small>usually ", usual->value, "</small>");
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
    phrase_count(out, "</th><td class=\"n posts\">", s->today.posts, "</td>");
    if (!p->mail) {
        phrase_count(out, "<td class=\"n wide\">", s->authors,
                     "</td><td class=\"n wide\">");
        phrase_count(out, "", s->yesterday.posts, "</td><td class=\"n wide\">");
        phrase_share(out, "", s->share, "</td>");
    }
    put_net(p, s);
    buf_printf(out, "<td class=\"n change%s\">",
               s->told || s->drifted ? " up" : "");
    phrase_against(out, p->d, s);
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

/* Products with little to say, in a fold; who has no post is only counted, as
 * are all in a mail. */
static void put_quiet(struct page *p,
                      const struct digest_standing *const *rows, size_t count)
{
    const struct digest *d = p->d;
    size_t shown = 0, told = 0, silent = 0;
    buf_printf(&p->line, "%zu more with little to say",
               d->standing_count - count);
    html_fold(p, buf_text(&p->line));
    buf_clear(&p->line);
    for (size_t i = 0; i < d->standing_count && !p->mail; i++) {
        const struct digest_standing *s = &d->standing[i];
        if (shown < count && rows[shown] == s) {
            shown++;
        } else if (!s->today.posts) {
            silent++;
        } else {
            if (!told++)
                put_columns(p);
            put_row(p, s);
        }
    }
    buf_puts(p->out, told ? "</tbody></table>\n" : "");
    if (silent)
        buf_printf(p->out, "<p>%zu without a post</p>\n", silent);
    html_fold_end(p);
}

static void put_standing(struct page *p)
{
    const struct digest *d = p->d;
    const struct digest_standing *rows[ROWS_MOST];
    size_t count = phrase_rows(d, rows);
    if (!d->posts && !d->expired)
        return;
    open_section(p, "standing", "How each brand stands");
    put_columns(p);
    for (size_t i = 0; i < count; i++)
        put_row(p, rows[i]);
    buf_puts(p->out, "</tbody></table>\n<p><small>Net sentiment: −1 all "
             "negative, +1 all positive. Arrows: posts against the usual "
             "day. ");
    buf_puts(p->out, p->mail ? "Bars: the last eight days.</small></p>\n"
                             : "The band holds eight days of ten; orange is "
                               "told above.</small></p>\n");
    if (count < d->standing_count)
        put_quiet(p, rows, count);
    html_command(p, SECTION_STANDING);
    buf_puts(p->out, "</section>\n");
}

/* ---- wishes, who waits, experiments, rivals ----------------------------- */

static void put_wishes(struct page *p)
{
    const struct digest *d = p->d;
    phrase_questions(&p->line, d);
    if (!d->wish_count && !p->line.length)
        return;
    open_section(p, "wishes", "What shoppers ask for <small>people in 7 days"
                 "</small>");
    html_say(p, "<p>", "</p>\n");
    buf_puts(p->out, d->wish_count ? "<ol>\n" : "");
    for (size_t i = 0; i < d->wish_count; i++) {
        const struct digest_wish *w = &d->wishes[i];
        html_text(p->out, "<li><b>", w->text, "</b>, ");
        html_subject(p, w->subject);
        phrase_people(p->out, ": ", w->authors, "");
        phrase_wish(&p->line, d, w);
        html_say(p, "<small>", "</small>");
        if (i < WISHES_QUOTED)
            html_sample(p->out, d, &w->sample, QUOTE_COLUMNS);
        buf_puts(p->out, "</li>\n");
    }
    buf_puts(p->out, d->wish_count ? "</ol>\n" : "");
    html_command(p, SECTION_WISHES);
    buf_puts(p->out, "</section>\n");
}

static void put_waiting(struct page *p)
{
    const struct digest *d = p->d;
    if (!d->waiting_count)
        return;
    open_section(p, "waiting", "Who waits for an answer");
    buf_puts(p->out, "<ul>");
    for (size_t i = 0; i < d->waiting_count; i++) {
        const struct digest_waiting *w = &d->waiting[i];
        if (!w->own && !w->known)
            continue;
        phrase_waiting(&p->line, d, w);
        html_say(p, "<li>", "");
        for (size_t j = 0; w->own && w->known && j < w->sample_count; j++)
            html_sample(p->out, d, &w->samples[j], QUOTE_COLUMNS);
        buf_puts(p->out, "</li>\n");
    }
    phrase_unanswered(&p->line, d);
    html_say(p, "<li>", "</li>\n");
    buf_puts(p->out, "</ul>\n");
    if (p->links && p->links->served)
        buf_puts(p->out, "<p><a href=\"/inbox\">All of ours, to answer</a></p>"
                 "\n");
    else
        html_command(p, SECTION_WAITING);
    buf_puts(p->out, "</section>\n");
}

static void put_experiments(struct page *p)
{
    const struct digest *d = p->d;
    if (!d->experiment_count)
        return;
    open_section(p, "experiments", "Experiments <small>95 % interval; after a "
                 "date, not because of it</small>");
    for (size_t i = 0; i < d->experiment_count; i++)
        html_experiment(p->out, d->zone,
                        phrase_title(d, d->experiments[i].experiment.subject),
                        &d->experiments[i]);
    html_command(p, SECTION_EXPERIMENTS);
    buf_puts(p->out, "</section>\n");
}

static void put_voice(const struct page *p, double most)
{
    const struct digest *d = p->d;
    buf_puts(p->out, "<ul class=\"voice\">\n");
    for (size_t i = 0; i < d->standing_count; i++) {
        const struct digest_standing *s = &d->standing[i];
        if (s->product)
            continue;
        buf_printf(p->out, "<li%s><span>", s->own ? " class=\"own\"" : "");
        html_escaped(p->out, "", s->title, "</span> ");
        if (!p->mail)
            buf_printf(p->out, "<span><i style=\"width:%.1f%%\"></i></span>",
                       100 * s->share / most);
        phrase_share(p->out, "<span>", s->share, "");
        if (s->share_low < s->share_high) {
            buf_puts(p->out, " <small>usually ");
            if (round(100 * s->share_low) < round(100 * s->share_high))
                phrase_number(p->out, "", 100 * s->share_low, "–");
            phrase_share(p->out, "", s->share_high, "</small>");
        }
        buf_puts(p->out, "</span></li>\n");
    }
    buf_puts(p->out, "</ul>\n");
}

static void put_rivals(struct page *p)
{
    const struct digest *d = p->d;
    double most = 0;
    size_t brands = 0;
    for (size_t i = 0; i < d->standing_count; i++) {
        brands += !d->standing[i].product;
        if (!d->standing[i].product && d->standing[i].share > most)
            most = d->standing[i].share;
    }
    bool voice = brands > 1 && most > 0;
    bool week = d->switch_count || d->rival_gap_count;
    if (!voice && !week)
        return;
    open_section(p, "rivals", "Beside the rivals");
    if (voice)
        put_voice(p, most);
    buf_puts(p->out, week ? "<h3>In 7 days</h3><ul>\n" : "");
    for (size_t i = 0; i < d->switch_count; i++) {
        phrase_switch(&p->line, &d->switches[i]);
        html_say(p, "<li>switched: ", "</li>\n");
    }
    for (size_t i = 0; i < d->rival_gap_count; i++) {
        phrase_rival_gap(&p->line, &d->rival_gaps[i]);
        html_say(p, "<li>", "</li>\n");
    }
    buf_puts(p->out, week ? "</ul>\n" : "");
    if (d->rival_gap_count)
        html_command(p, SECTION_RIVALS);
    if (d->switch_count)
        html_command(p, SECTION_SWITCHES);
    buf_puts(p->out, "</section>\n");
}

/* ---- where and about what ----------------------------------------------- */

static void put_cell(struct buf *out, const struct digest_cell *c)
{
    if (c->posts < CELL_LEAST) {
        buf_puts(out, "<td class=\"dim\">·</td>");
        return;
    }
    double net = cell_net(c);
    buf_printf(out, "<td class=\"%s\" style=\"--a:%.0f%%\"><b>",
               net < 0 ? "m" : "p", fabs(net) * 40);
    phrase_signed(out, "", net, "</b><small>");
    phrase_count(out, "", c->posts, "</small></td>");
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

static void put_where(struct page *p)
{
    const struct digest *d = p->d;
    int columns[CHANNEL_COUNT + 1];
    size_t count = fill_columns(p, columns);
    if (!count)
        return;
    open_section(p, "where", "Where, and about what");
    buf_puts(p->out, "<p class=\"dim\">Our brands: net sentiment, and posts</p>"
             "\n<div class=\"scroll\"><table class=\"heat\"><thead><tr><td></td>"
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

/* ---- posts -------------------------------------------------------------- */

static void put_samples(const struct page *p)
{
    const struct digest *d = p->d;
    if (!d->sample_count)
        return;
    open_section(p, "posts", "Posts worth reading");
    for (size_t i = 0; i < d->sample_count; i++)
        html_sample(p->out, d, &d->samples[i], QUOTE_COLUMNS);
    buf_puts(p->out, "</section>\n");
}

void html_sections(struct page *p)
{
    put_changes(p);
    put_standing(p);
    put_wishes(p);
    put_waiting(p);
    put_experiments(p);
    put_rivals(p);
    put_where(p);
    put_samples(p);
}
