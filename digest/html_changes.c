/* SPDX-License-Identifier: Apache-2.0 */
/* The page's section on what changed: a card for each alert, with its cause,
 * its hours and its arithmetic. */
#include "digest/html.h"

#include <string.h>

#include "digest/chart.h"

static const struct digest_standing *standing_of(const struct digest *d,
                                                 const char *subject)
{
    for (size_t i = 0; subject && i < d->standing_count; i++)
        if (strcmp(d->standing[i].name, subject) == 0)
            return &d->standing[i];
    return NULL;
}

static void put_alert_tags(struct buf *out, const struct alert *a)
{
    if (!a->term_count)
        return;
    buf_puts(out, "<ul class=\"tags\">");
    for (size_t i = 0; i < a->term_count; i++) {
        buf_puts(out, "<li>“");
        html_text(out, a->terms[i].text);
        buf_printf(out, "” ×%llu%s</li>",
                   (unsigned long long)a->terms[i].posts,
                   a->terms[i].before ? "" : ", new");
    }
    buf_puts(out, "</ul>\n");
}

/* The arithmetic behind an alert, folded away. */
static void put_alert_why(struct buf *out, const struct digest *d,
                          const struct alert *a)
{
    buf_puts(out, "<details><summary>Why this is told</summary><ul>");
    for (size_t i = 0; i < a->part_count; i++) {
        const struct alert_part *p = &a->parts[i];
        buf_puts(out, "<li>");
        html_escaped(out, p->subject);
        buf_printf(out, ", %s: %llu against %.1f expected from its own past "
                   "(usually %.0f to %.0f); %.1f times its usual spread in "
                   "its highest hour</li>", p->name,
                   (unsigned long long)p->observed, p->expected,
                   p->low < 0 ? 0 : p->low, p->high, p->score);
    }
    buf_printf(out, "<li>%llu writers; the busiest wrote %.0f %%; copies and "
               "reposts %.0f %%; coverage of these hours ",
               (unsigned long long)a->authors, 100 * a->top_author,
               100 * a->copied);
    if (d->planned)
        phrase_share(out, a->coverage);
    else
        buf_puts(out, "not recorded");
    buf_puts(out, "</li></ul>");
    html_why(out, d, a->subject, NULL);
    buf_puts(out, "</details>\n");
}

static void put_alert_chart(struct buf *out, const struct digest *d,
                            const struct alert *a)
{
    const struct digest_standing *s = standing_of(d, a->subject);
    if (!s || !s->hour_count || a->until <= d->from)
        return;
    struct buf what = BUF_INIT(0), safe = BUF_INIT(0);
    int64_t since = a->since > d->from ? a->since - d->from : 0;
    buf_printf(&what, "%s: posts by hour of the day", s->title);
    html_escaped(&safe, buf_text(&what));
    chart_hours(out, s->hours, s->hour_count, (size_t)(since / HOUR),
                (size_t)((a->until - d->from + HOUR - 1) / HOUR),
                s->usual > 0 ? s->usual / 24 : -1, buf_text(&safe));
    buf_release(&what);
    buf_release(&safe);
}

static void put_alert(struct buf *out, const struct digest *d,
                      const struct alert *a)
{
    struct buf phrase = BUF_INIT(0);
    const char *level = detect_level_names[a->level];
    buf_printf(out, "<article class=\"story %s\"><h3><span class=\"level\">"
               "%s</span> ", level, a->withheld ? "shown, not judged" : level);
    phrase_alert(&phrase, d, a);
    html_phrase(out, &phrase);
    buf_puts(out, "</h3>\n<p>");
    phrase_alert_detail(&phrase, d, a);
    html_phrase(out, &phrase);
    buf_puts(out, "</p>\n");
    put_alert_chart(out, d, a);
    put_alert_tags(out, a);
    for (size_t i = 0; i < a->sample_count && i < 2; i++)
        html_sample(out, d, &a->samples[i]);
    put_alert_why(out, d, a);
    buf_puts(out, "</article>\n");
}

static void put_rising(struct buf *out, const struct digest *d)
{
    if (!d->rising_count)
        return;
    buf_puts(out, "<h3>Newly frequent words</h3><ul>");
    for (size_t i = 0; i < d->rising_count; i++) {
        const struct term *t = &d->rising[i];
        buf_puts(out, "<li>“");
        html_text(out, t->text);
        buf_printf(out, "”: %llu people today, %.1f expected",
                   (unsigned long long)t->authors, t->expected);
        if (!t->before)
            buf_puts(out, ", never before");
        buf_puts(out, "</li>");
    }
    buf_puts(out, "</ul>\n");
}

void html_changes(struct buf *out, const struct digest *d)
{
    size_t told = d->alerts ? d->alerts->count : 0;
    struct buf phrase = BUF_INIT(0);
    buf_puts(out, "<section><h2>What changed</h2>\n");
    for (size_t i = 0; i < told; i++)
        put_alert(out, d, &d->alerts->items[i]);
    if (d->alerts) {
        buf_printf(out, "<p class=\"%s\">", d->alerts->withheld ? "warn"
                                            : told ? "dim" : "");
        phrase_verdict(&phrase, d);
        html_phrase(out, &phrase);
        buf_puts(out, "</p>\n");
    }
    if (d->history_days < DIGEST_DAYS / 4) {
        buf_puts(out, "<p class=\"dim\">");
        phrase_history(&phrase, d);
        html_phrase(out, &phrase);
        buf_puts(out, "</p>\n");
    }
    put_rising(out, d);
    buf_puts(out, "</section>\n");
}
