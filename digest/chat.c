/* SPDX-License-Identifier: Apache-2.0 */
/* The digest as a message for a chat room: what changed, who waits, how the
 * brands stand, a line each. Slack and Teams know neither tables nor headings;
 * the whole digest is for mail and page. Computes nothing. */
#include <math.h>
#include <string.h>

#include "digest/phrase.h"

struct message {
    struct buf *out;
    const struct digest *d;
    bool slack;                /* else Teams, whose marks are Markdown's */
    struct buf line;           /* what is to be said next: phrases add to it */
};

/* Slack: & < > as entities, and nothing else is special that could ping or
 * link. Teams: a backslash before what could be markup. */
static void say(struct message *m)
{
    for (const char *c = buf_text(&m->line); *c; c++) {
        if (*c == '&' && m->slack)
            buf_puts(m->out, "&amp;");
        else if (*c == '<')
            buf_puts(m->out, m->slack ? "&lt;" : "\\<");
        else if (*c == '>')
            buf_puts(m->out, m->slack ? "&gt;" : "\\>");
        else if (!m->slack && strchr("\\`*_[]#|~", *c))
            buf_printf(m->out, "\\%c", *c);
        else
            buf_putc(m->out, *c);
    }
    buf_clear(&m->line);
}

static void bold(struct message *m)
{
    const char *mark = m->slack ? "*" : "**";
    buf_puts(m->out, mark);
    say(m);
    buf_puts(m->out, mark);
}

/* Teams joins lines that no empty one divides. */
static void say_line(struct message *m)
{
    say(m);
    buf_puts(m->out, m->slack ? "\n" : "\n\n");
}

static void alert(struct message *m, const struct alert *a)
{
    const struct sample *s = &a->samples[a->sample_count > 1];
    buf_puts(&m->line, phrase_level(a));
    bold(m);
    buf_putc(m->out, ' ');
    phrase_alert(&m->line, m->d, a);
    say_line(m);
    phrase_alert_detail(&m->line, m->d, a);
    say_line(m);
    if (a->sample_count) {
        phrase_quote(&m->line, "“", s->text, 280, "”");
        say(m);
        phrase_link(m->out, m->slack ? " <" : " [link](", s->url,
                    "<>()\\\"'`|[]*_~", m->slack ? "|link>" : ")");
        say_line(m);
    }
}

static void brand(struct message *m, const struct digest_standing *s)
{
    buf_puts(m->out, "• ");
    phrase_quote(&m->line, "", s->title, 40, "");
    bold(m);
    phrase_posts(&m->line, " ", s->today.posts, isnan(s->change) ? "" : " ");
    phrase_change(&m->line, s->change);
    buf_puts(&m->line, " · net sentiment ");
    phrase_net(&m->line, &s->net);
    phrase_share(&m->line, " · share ", s->share, "");
    say_line(m);
}

static void people(struct message *m)
{
    const struct digest *d = m->d;
    for (size_t i = 0; i < d->waiting_count; i++)
        if (d->waiting[i].own) {
            phrase_waiting(&m->line, d, &d->waiting[i]);
            say_line(m);
        }
    for (size_t i = 0; i < d->wish_count && i < 3; i++) {
        const struct digest_wish *w = &d->wishes[i];
        phrase_quote(&m->line, i ? " · “" : "Asked for in 7 days: “", w->text,
                     60, "” ");
        phrase_count(&m->line, "", w->authors, "");
    }
    if (d->wish_count)
        say_line(m);
    for (size_t i = 0; i < d->experiment_count; i++) {
        const struct digest_experiment *x = &d->experiments[i];
        phrase_quote(&m->line, "Experiment “", x->experiment.title, 60, "”, ");
        phrase_experiment(&m->line, d->zone,
                          phrase_title(d, x->experiment.subject), x);
        for (int k = 0; k < EFFECT_COUNT && x->reading.days_after; k++) {
            buf_puts(&m->line, " · ");
            phrase_effect(&m->line, &x->reading.effects[k]);
        }
        say_line(m);
    }
}

static void changes(struct message *m)
{
    const struct digest *d = m->d;
    for (size_t i = 0; i < d->alerts->count; i++)
        alert(m, &d->alerts->items[i]);
    phrase_verdict(&m->line, d);
    say_line(m);
    if (d->rising_count) {
        buf_puts(&m->line, "New words: ");
        phrase_words(&m->line, d);
        say_line(m);
    }
}

void digest_chat(const struct digest *d, struct buf *out, bool slack)
{
    struct message m = { out, d, slack, BUF_INIT(0) };
    bool any = d->posts || d->expired;
    phrase_day(&m.line, d->day);
    phrase_quote(&m.line, " · ", d->title, 60, "");
    bold(&m);
    say_line(&m);
    phrase_data(&m.line, d);
    say_line(&m);
    for (size_t i = 0; phrase_note(&m.line, d, i) > 0; i++)
        if (m.line.length)
            say_line(&m);
    buf_clear(&m.line);        /* a note that is no fault */
    if (any || d->alerts->count)
        changes(&m);
    for (size_t i = 0; i < d->standing_count && any; i++)
        if (!d->standing[i].product)
            brand(&m, &d->standing[i]);
    people(&m);
    buf_release(&m.line);
}
