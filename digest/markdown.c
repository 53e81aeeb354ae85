/* SPDX-License-Identifier: Apache-2.0 */
/* The digest as Markdown for chat and wikis: every text from outside is
 * escaped, links are http(s) only. Computes nothing. */
#include <ctype.h>

#include "digest/phrase.h"

struct markdown {
    struct buf *out;
    const struct digest *d;
    struct buf line;           /* what is to be said next: phrases add to it,
                                * say() puts it out */
};

/* A backslash before what could be markup, a link or a ping; < and & as HTML
 * would have them. */
static void escape(struct buf *out, const char *text)
{
    for (const char *c = text; *c; c++) {
        if (*c == '<')
            buf_puts(out, "&lt;");
        else if (*c == '>')
            buf_puts(out, "&gt;");
        else if (*c == '&')
            buf_puts(out, "&amp;");
        else if (strchr("\\`*_[]#|~@", *c) || (*c == ':' && c[1] == '/'))
            buf_printf(out, "\\%c", *c);
        else
            buf_putc(out, *c);
    }
}

/* The line, escaped, between marks of ours; of an empty one nothing. */
static void say(struct markdown *m, const char *before, const char *after)
{
    if (m->line.length) {
        buf_puts(m->out, before);
        escape(m->out, m->line.data);
        buf_puts(m->out, after);
    }
    buf_clear(&m->line);
}

static void command(struct markdown *m, enum digest_section section)
{
    const char *verb = phrase_verb(section);
    buf_printf(m->out, "\n%c%s: `", toupper(*verb), verb + 1);
    phrase_command(m->out, m->d, section);
    buf_puts(m->out, "`\n");
}

static void sample(struct markdown *m, const char *lead,
                   const struct sample *s)
{
    /* The mark keeps # and - from the start. */
    phrase_quote(&m->line, "“", s->text, QUOTE_COLUMNS, "” ");
    phrase_quote(&m->line, "", s->source, 30, " ");
    phrase_clock(&m->line, "", s->created, m->d, "");
    say(m, lead, "");
    phrase_link(m->out, " [link](<", s->url, "<>()\\\"'`|[]", ">)");
    buf_putc(m->out, '\n');
}

static void head(struct markdown *m)
{
    const struct digest *d = m->d;
    phrase_day(&m->line, d->day);
    say(m, "# ", "\n\n");
    phrase_quote(&m->line, "", d->title, 0, "");
    say(m, "**", "**");
    if (*d->rivals)
        phrase_quote(&m->line, ", against ", d->rivals, 0, "");
    phrase_quote(&m->line, " · ", d->timezone, 0, "\n\n");
    phrase_data(&m->line, d);
    say(m, "", "\n");
    for (size_t i = 0, told = 0; phrase_note(&m->line, d, i) >= 0; i++)
        if (m->line.length)
            say(m, told++ ? "- " : "\n- ", "\n");
    for (size_t i = 0, told = 0; phrase_brief(&m->line, d, i); i++)
        if (m->line.length)
            say(m, told++ ? "- " : "\n**In short**\n\n- ", "\n");
}

static void alert(struct markdown *m, const struct alert *a)
{
    buf_printf(m->out, "\n**%s** ", phrase_level(a));
    phrase_alert(&m->line, m->d, a);
    say(m, "", "  \n");
    phrase_alert_detail(&m->line, m->d, a);
    say(m, "", "\n");
    if (a->term_count && a->fresh) {
        phrase_alert_terms(&m->line, a);
        say(m, "\nWords: ", "\n");
    }
    if (a->sample_count)
        sample(m, "\n> ", &a->samples[a->sample_count > 1]);
    buf_puts(m->out, "\nWhy: `");
    phrase_why(m->out, m->d, a->subject);
    buf_puts(m->out, "`\n");
}

static void changes(struct markdown *m)
{
    const struct digest *d = m->d;
    const struct alerts *all = d->alerts;
    if (!d->posts && !d->expired && !all->count)
        return;
    buf_puts(m->out, "\n## What changed\n");
    for (size_t i = 0; i < all->count; i++)
        alert(m, &all->items[i]);
    phrase_verdict(&m->line, d);
    say(m, "\n", "\n");
    phrase_words(&m->line, d);
    say(m, "\nNew words: ", "\n");
}

static void standing(struct markdown *m)
{
    const struct digest *d = m->d;
    const struct digest_standing *rows[ROWS_MOST];
    size_t count = phrase_rows(d, rows);
    if (!d->posts && !d->expired)
        return;
    buf_puts(m->out, "\n## How each brand stands\n\n| | posts | day before "
             "| people | net sentiment | share | usual | 28 days |\n"
             "|---|---:|---:|---:|---|---:|---:|---|\n");
    for (size_t i = 0; i < count; i++) {
        const struct digest_standing *s = rows[i];
        phrase_quote(&m->line, "", s->title, 40, "");
        buf_puts(m->out, s->product ? "| ↳ " : "| ");
        say(m, "", "");
        phrase_count(m->out, " | ", s->today.posts, " | ");
        phrase_count(m->out, "", s->yesterday.posts, " | ");
        phrase_count(m->out, "", s->authors, " | ");
        phrase_net(m->out, &s->net);
        phrase_share(m->out, " | ", s->share, " | ");
        phrase_against(m->out, d, s);
        buf_puts(m->out, " | ");
        phrase_days(m->out, d, s, DIGEST_DAYS);
        buf_puts(m->out, " |\n");
    }
    phrase_rows_note(&m->line, d, count);
    say(m, "\n", "\n");
    command(m, SECTION_STANDING);
}

static void wishes(struct markdown *m)
{
    const struct digest *d = m->d;
    struct buf asked = BUF_INIT(0);
    phrase_questions(&asked, d);
    if (!d->wish_count && !asked.length)
        return;
    buf_puts(m->out, "\n## What shoppers ask for\n\n");
    for (size_t i = 0; i < d->wish_count; i++) {
        const struct digest_wish *w = &d->wishes[i];
        buf_printf(m->out, "- **%llu** ", (unsigned long long)w->authors);
        phrase_quote(&m->line, "", w->text, 100, " (");
        phrase_quote(&m->line, "", phrase_title(d, w->subject), 40, ")");
        phrase_wish(&m->line, d, w);
        say(m, "", "\n");
    }
    buf_puts(&m->line, buf_text(&asked));
    buf_release(&asked);
    say(m, "- ", "\n");
    command(m, SECTION_WISHES);
}

static void waiting(struct markdown *m)
{
    const struct digest *d = m->d;
    if (d->waiting_count)
        buf_puts(m->out, "\n## Who waits for an answer\n\n");
    for (size_t i = 0; i < d->waiting_count; i++) {
        const struct digest_waiting *w = &d->waiting[i];
        if (!w->own && !w->known)
            continue;
        phrase_waiting(&m->line, d, w);
        say(m, "- ", "\n");
        for (size_t k = 0; k < w->sample_count && w->own && w->known; k++)
            sample(m, "  - ", &w->samples[k]);
    }
    phrase_unanswered(&m->line, d);
    say(m, "- ", "\n");
    if (d->waiting_count)
        command(m, SECTION_WAITING);
}

static void experiments(struct markdown *m)
{
    const struct digest *d = m->d;
    if (d->experiment_count)
        buf_puts(m->out, "\n## Experiments\n\n");
    for (size_t i = 0; i < d->experiment_count; i++) {
        const struct digest_experiment *x = &d->experiments[i];
        phrase_quote(&m->line, "", x->experiment.title, 60, "");
        say(m, "- **", "**, ");
        phrase_experiment(&m->line, d->zone,
                          phrase_title(d, x->experiment.subject), x);
        say(m, "", "\n");
        for (int k = 0; k < EFFECT_COUNT && x->reading.days_after; k++) {
            phrase_effect(&m->line, &x->reading.effects[k]);
            say(m, "  - ", "\n");
        }
    }
    if (d->experiment_count)
        command(m, SECTION_EXPERIMENTS);
}

static void rivals(struct markdown *m)
{
    const struct digest *d = m->d;
    if (d->switch_count || d->rival_gap_count)
        buf_puts(m->out, "\n## Beside the rivals\n\n");
    for (size_t i = 0; i < d->switch_count; i++) {
        buf_puts(&m->line, i ? " · " : "");
        phrase_switch(&m->line, &d->switches[i]);
    }
    say(m, "- Switched: ", "\n");
    for (size_t i = 0; i < d->rival_gap_count; i++) {
        phrase_rival_gap(&m->line, &d->rival_gaps[i]);
        say(m, "- ", "\n");
    }
    if (d->rival_gap_count)
        command(m, SECTION_RIVALS);
    if (d->switch_count)
        command(m, SECTION_SWITCHES);
}

static void where(struct markdown *m)
{
    const struct digest *d = m->d;
    if (!d->where_count)
        return;
    buf_puts(m->out, "\n## Where and about what\n\n| | posts | net |");
    for (int k = 0; k < CHANNEL_COUNT; k++)
        buf_printf(m->out, " %s |", channel_names[k]);
    buf_puts(m->out, "\n|---|---:|---:|---:|---:|---:|---:|\n");
    for (size_t i = 0; i < d->where_count; i++) {
        const struct digest_cell *row = d->where[d->where_rows[i]];
        const struct digest_cell *c = &row[CHANNEL_COUNT];
        buf_printf(m->out, "| %s | %u | ", aspect_names[d->where_rows[i]],
                   c->posts);
        phrase_signed(m->out, "", cell_net(c), " |");
        for (int k = 0; k < CHANNEL_COUNT; k++)
            buf_printf(m->out, " %u |", row[k].posts);
        buf_putc(m->out, '\n');
    }
    command(m, SECTION_WHERE);
}

void digest_markdown(const struct digest *d, struct buf *out)
{
    struct markdown m = { out, d, BUF_INIT(0) };
    head(&m);
    changes(&m);
    standing(&m);
    wishes(&m);
    waiting(&m);
    experiments(&m);
    rivals(&m);
    where(&m);
    if (d->sample_count)
        buf_puts(out, "\n## Worth reading\n\n");
    for (size_t i = 0; i < d->sample_count; i++)
        sample(&m, "- ", &d->samples[i]);
    buf_release(&m.line);
}
