/* SPDX-License-Identifier: Apache-2.0 */
/* The digest as a message for a chat room: what changed, who waits, how the
 * brands stand, a line each. Slack and Teams know neither tables nor headings;
 * the whole digest is for mail and page. Computes nothing. */
#include <string.h>

#include "digest/phrase.h"

struct message {
    struct buf *out;
    const struct digest *d;
    bool slack;                /* else Teams, whose marks are Markdown's */
};

/* Slack: & < > as entities, and nothing else is special that could ping or
 * link. Teams: a backslash before what could be markup. */
static void say(const struct message *m, struct buf *phrase)
{
    for (const char *c = buf_text(phrase); *c; c++) {
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
    buf_release(phrase);
}

static void bold(const struct message *m, struct buf *phrase)
{
    const char *mark = m->slack ? "*" : "**";
    buf_puts(m->out, mark);
    say(m, phrase);
    buf_puts(m->out, mark);
}

/* Teams joins lines that no empty one divides. */
static void line(const struct message *m, struct buf *phrase)
{
    say(m, phrase);
    buf_puts(m->out, m->slack ? "\n" : "\n\n");
}

static void alert(const struct message *m, const struct alert *a)
{
    struct buf b = BUF_INIT(0);
    const struct sample *s = &a->samples[a->sample_count > 1];
    buf_puts(&b, phrase_level(a));
    bold(m, &b);
    buf_putc(m->out, ' ');
    phrase_alert(&b, m->d, a);
    line(m, &b);
    phrase_alert_detail(&b, m->d, a);
    line(m, &b);
    if (a->sample_count) {
        phrase_quote(&b, "“", s->text, 280, "”");
        say(m, &b);
        phrase_link(m->out, m->slack ? " <" : " [link](", s->url,
                    "<>()\\\"'`|[]*_~", m->slack ? "|link>" : ")");
        line(m, &b);
    }
}

static void brand(const struct message *m, const struct digest_standing *s)
{
    struct buf b = BUF_INIT(0);
    buf_puts(m->out, "• ");
    phrase_quote(&b, "", s->title, 40, "");
    bold(m, &b);
    phrase_posts(&b, " ", s->today.posts, " ");
    phrase_change(&b, s->change);
    buf_puts(&b, " · net sentiment ");
    phrase_net(&b, &s->net);
    phrase_share(&b, " · share ", s->share, "");
    line(m, &b);
}

static void people(const struct message *m)
{
    const struct digest *d = m->d;
    struct buf b = BUF_INIT(0);
    for (size_t i = 0; i < d->waiting_count; i++)
        if (d->waiting[i].own) {
            phrase_waiting(&b, d, &d->waiting[i]);
            line(m, &b);
        }
    for (size_t i = 0; i < d->wish_count && i < 3; i++) {
        const struct digest_wish *w = &d->wishes[i];
        phrase_quote(&b, i ? " · “" : "Asked for in 7 days: “", w->text, 60,
                     "” ");
        phrase_count(&b, "", w->authors, "");
    }
    if (d->wish_count)
        line(m, &b);
    for (size_t i = 0; i < d->experiment_count; i++) {
        const struct digest_experiment *x = &d->experiments[i];
        phrase_quote(&b, "", x->experiment.title, 60, ", ");
        phrase_experiment(&b, d->zone,
                          phrase_title(d, x->experiment.subject), x);
        for (int k = 0; k < EFFECT_COUNT && x->reading.days_after; k++) {
            buf_puts(&b, " · ");
            phrase_effect(&b, &x->reading.effects[k]);
        }
        line(m, &b);
    }
}

static void changes(const struct message *m)
{
    const struct digest *d = m->d;
    struct buf b = BUF_INIT(0);
    for (size_t i = 0; i < d->alerts->count; i++)
        alert(m, &d->alerts->items[i]);
    phrase_verdict(&b, d);
    line(m, &b);
    if (d->rising_count) {
        buf_puts(&b, "New words: ");
        phrase_words(&b, d);
        line(m, &b);
    }
}

void digest_chat(const struct digest *d, struct buf *out, bool slack)
{
    struct message m = { out, d, slack };
    struct buf b = BUF_INIT(0);
    bool any = d->posts || d->expired;
    phrase_day(&b, d->day);
    phrase_quote(&b, " · ", d->title, 60, "");
    bold(&m, &b);
    line(&m, &b);
    phrase_data(&b, d);
    line(&m, &b);
    for (size_t i = 0; phrase_note(&b, d, i) > 0; i++)
        if (b.length)
            line(&m, &b);
    buf_release(&b);
    if (any || d->alerts->count)
        changes(&m);
    for (size_t i = 0; i < d->standing_count && any; i++)
        if (!d->standing[i].product)
            brand(&m, &d->standing[i]);
    people(&m);
}
