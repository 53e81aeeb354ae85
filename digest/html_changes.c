/* SPDX-License-Identifier: Apache-2.0 */
/* The page's section on what changed: a card for each alert, with its cause,
 * its hours and its arithmetic. */
#include "digest/html.h"

#include <string.h>

#include "digest/chart.h"

static void put_words(const struct page *p, const struct alert *a)
{
    if (!a->term_count)
        return;
    buf_puts(p->out, "<p class=\"words\"><span class=\"dim\">Words:</span> ");
    for (size_t i = 0; i < a->term_count; i++) {
        buf_puts(p->out, i ? ", <b>" : "<b>");
        html_text(p->out, a->terms[i].text);
        buf_puts(p->out, "</b>&nbsp;");
        phrase_count(p->out, a->terms[i].posts);
        buf_puts(p->out, a->terms[i].before ? "" : "&nbsp;<small>new</small>");
    }
    buf_puts(p->out, "</p>\n");
}

static void put_part(const struct page *p, const struct alert_part *part)
{
    buf_puts(p->out, "<li>");
    html_escaped(p->out, phrase_title(p->d, part->subject));
    buf_puts(p->out, ", ");
    html_text(p->out, part->name);
    buf_puts(p->out, ": ");
    phrase_count(p->out, part->observed);
    buf_printf(p->out, " against %.1f expected from its own past (usually "
               "%.0f to %.0f); %.1f times its usual spread in its highest "
               "hour</li>", part->expected, part->low < 0 ? 0 : part->low,
               part->high, part->score);
}

/* The arithmetic behind an alert, folded away, and where to read on. A mail
 * has the command alone. */
static void put_why(const struct page *p, const struct alert *a)
{
    html_fold(p, "Why this is told");
    if (!p->mail) {
        buf_puts(p->out, "<ul>");
        for (size_t i = 0; i < a->part_count; i++)
            put_part(p, &a->parts[i]);
        buf_puts(p->out, "<li>");
        phrase_count(p->out, a->authors);
        buf_printf(p->out, " %s; the busiest wrote %.0f %%; copies and "
                   "reposts %.0f %%; coverage of these hours ",
                   a->authors == 1 ? "writer" : "writers",
                   100 * a->top_author, 100 * a->copied);
        if (p->d->planned)
            phrase_share(p->out, a->coverage);
        else
            buf_puts(p->out, "not recorded");
        buf_puts(p->out, "</li></ul>");
    }
    html_why(p, a->subject);
    html_fold_end(p);
}

static void put_hours(const struct page *p, const struct alert *a)
{
    const struct digest *d = p->d;
    const struct digest_standing *s = phrase_standing(d, a->subject);
    struct chart_hours chart = { .usual = -1 };
    struct buf safe = BUF_INIT(0);
    if (!s || !s->hour_count || a->until <= d->from)
        return;
    chart.hours = s->hours;
    chart.count = s->hour_count;
    chart.since = (size_t)((a->since > d->from ? a->since - d->from : 0) /
                           HOUR);
    chart.until = (size_t)((a->until - d->from + HOUR - 1) / HOUR);
    if (s->usual > 0)
        chart.usual = s->usual / 24;
    html_escaped(&safe, s->title);
    chart.title = buf_text(&safe);
    if (p->mail)
        chart_hours_plain(p->out, &chart);
    else
        chart_hours(p->out, &chart);
    buf_release(&safe);
}

static void put_alert(const struct page *p, const struct alert *a)
{
    struct buf phrase = BUF_INIT(0);
    const char *level = detect_level_names[a->level];
    buf_printf(p->out, "<article class=\"story %s\"><div class=\"level\">%s"
               "</div><h3>", level, a->withheld ? "shown, not judged" : level);
    phrase_alert(&phrase, p->d, a);
    html_phrase(p->out, &phrase);
    buf_puts(p->out, "</h3>\n<p>");
    phrase_alert_detail(&phrase, p->d, a);
    html_phrase(p->out, &phrase);
    buf_puts(p->out, "</p>\n");
    put_hours(p, a);
    if (a->fresh) /* how it began was told before */
        put_words(p, a);
    for (size_t i = a->fresh ? 0 : a->sample_count > 1;
         i < a->sample_count && i < 2; i++)
        html_sample(p->out, p->d, &a->samples[i]);
    if (p->links && p->links->served) {
        buf_puts(p->out, "<p>More of it: ");
        html_subject(p, a->subject);
        buf_puts(p->out, "</p>\n");
    }
    put_why(p, a);
    buf_puts(p->out, "</article>\n");
}

void html_changes(const struct page *p)
{
    const struct alerts *alerts = p->d->alerts;
    struct buf phrase = BUF_INIT(0);
    buf_puts(p->out, "<section id=\"changed\"><h2>What changed</h2>\n");
    for (size_t i = 0; i < alerts->count; i++)
        put_alert(p, &alerts->items[i]);
    buf_puts(p->out, alerts->withheld ? "<p class=\"warn\">" : "<p>");
    phrase_verdict(&phrase, p->d);
    html_phrase(p->out, &phrase);
    buf_puts(p->out, "</p>\n");
    if (p->d->rising_count) {
        buf_puts(p->out, "<p><span class=\"dim\">New words:</span> ");
        phrase_words(&phrase, p->d);
        html_phrase(p->out, &phrase);
        buf_puts(p->out, "</p>\n");
    }
    buf_puts(p->out, "</section>\n");
}
