/* SPDX-License-Identifier: Apache-2.0 */
/* The digest as Markdown for chat and wikis: every text from outside is
 * escaped, links are http(s) only. Computes nothing. */
#include <ctype.h>

#include "digest/phrase.h"

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

/* Take a phrase: escape it, between marks of ours, and let it go; of an empty
 * one nothing. */
static void say(struct buf *out, const char *before, struct buf *phrase,
                const char *after)
{
    if (phrase->length) {
        buf_puts(out, before);
        escape(out, phrase->data);
        buf_puts(out, after);
    }
    buf_release(phrase);
}

static void quote(struct buf *out, const char *text, size_t columns)
{
    struct buf b = BUF_INIT(0);
    phrase_quote(&b, "", text, columns, "");
    say(out, "", &b, "");
}

static void command(struct buf *out, const struct digest *d,
                    enum digest_section section)
{
    struct buf b = BUF_INIT(0);
    phrase_command(&b, d, section);
    const char *verb = phrase_verb(section);
    buf_printf(out, "\n%c%s: `%s`\n", toupper(*verb), verb + 1, buf_text(&b));
    buf_release(&b);
}

static void sample(struct buf *out, const struct digest *d, const char *lead,
                   const struct sample *s)
{
    struct buf b = BUF_INIT(0);
    buf_printf(out, "%s“", lead); /* the mark keeps # and - from the start */
    quote(out, s->text, 400);
    buf_puts(out, "” ");
    quote(out, s->source, 30);
    phrase_clock(&b, "", s->created, d, "");
    say(out, " ", &b, "");
    phrase_link(out, " [link](<", s->url, "<>()\\\"'`|[]", ">)");
    buf_putc(out, '\n');
}

static void head(struct buf *out, const struct digest *d)
{
    struct buf b = BUF_INIT(0);
    phrase_day(&b, d->day);
    say(out, "# ", &b, "\n\n**");
    quote(out, d->title, 0);
    buf_puts(out, "**");
    if (*d->rivals) {
        buf_puts(out, ", against ");
        quote(out, d->rivals, 0);
    }
    buf_puts(out, " · ");
    quote(out, d->timezone, 0);
    buf_puts(out, "\n\n");
    phrase_data(&b, d);
    say(out, "", &b, "\n");
    for (size_t i = 0, told = 0; phrase_note(&b, d, i) >= 0; i++)
        if (b.length)
            say(out, told++ ? "- " : "\n- ", &b, "\n");
    for (size_t i = 0, told = 0; phrase_brief(&b, d, i); i++)
        if (b.length)
            say(out, told++ ? "- " : "\n**In short**\n\n- ", &b, "\n");
}

static void alert(struct buf *out, const struct digest *d,
                  const struct alert *a)
{
    struct buf b = BUF_INIT(0);
    buf_printf(out, "\n**%s** ", phrase_level(a));
    phrase_alert(&b, d, a);
    say(out, "", &b, "  \n");
    phrase_alert_detail(&b, d, a);
    say(out, "", &b, "\n");
    if (a->term_count && a->fresh) {
        phrase_alert_terms(&b, a);
        say(out, "\nWords: ", &b, "\n");
    }
    if (a->sample_count)
        sample(out, d, "\n> ", &a->samples[a->sample_count > 1]);
    phrase_why(&b, d, a->subject);
    buf_printf(out, "\nWhy: `%s`\n", buf_text(&b));
    buf_release(&b);
}

static void changes(struct buf *out, const struct digest *d)
{
    const struct alerts *all = d->alerts;
    struct buf b = BUF_INIT(0);
    if (!d->posts && !d->expired && !all->count)
        return;
    buf_puts(out, "\n## What changed\n");
    for (size_t i = 0; i < all->count; i++)
        alert(out, d, &all->items[i]);
    phrase_verdict(&b, d);
    say(out, "\n", &b, "\n");
    phrase_words(&b, d);
    say(out, "\nNew words: ", &b, "\n");
}

static void standing(struct buf *out, const struct digest *d)
{
    const struct digest_standing *rows[ROWS_MOST];
    size_t count = phrase_rows(d, rows);
    struct buf b = BUF_INIT(0);
    if (!d->posts && !d->expired)
        return;
    buf_puts(out, "\n## How each brand stands\n\n| | posts | day before "
             "| people | net sentiment | share | usual | 28 days |\n"
             "|---|---:|---:|---:|---|---:|---:|---|\n");
    for (size_t i = 0; i < count; i++) {
        const struct digest_standing *s = rows[i];
        buf_puts(out, s->product ? "| ↳ " : "| ");
        quote(out, s->title, 40);
        buf_puts(out, " | ");
        phrase_count(&b, "", s->today.posts, " | ");
        phrase_count(&b, "", s->yesterday.posts, " | ");
        phrase_count(&b, "", s->authors, " | ");
        phrase_net(&b, &s->net);
        phrase_share(&b, " | ", s->share, " | ");
        phrase_change(&b, s->change);
        buf_puts(&b, " | ");
        phrase_days(&b, d, s, DIGEST_DAYS);
        buf_printf(out, "%s |\n", buf_text(&b));
        buf_release(&b);
    }
    phrase_rows_note(&b, d, count);
    say(out, "\n", &b, "\n");
    command(out, d, SECTION_STANDING);
}

static void people(struct buf *out, const struct digest *d)
{
    struct buf b = BUF_INIT(0), asked = BUF_INIT(0);
    phrase_questions(&asked, d);
    bool any = d->wish_count || asked.length;
    if (any)
        buf_puts(out, "\n## What shoppers ask for\n\n");
    for (size_t i = 0; i < d->wish_count; i++) {
        const struct digest_wish *w = &d->wishes[i];
        buf_printf(out, "- **%llu** ", (unsigned long long)w->authors);
        quote(out, w->text, 100);
        buf_puts(out, " (");
        quote(out, phrase_title(d, w->subject), 40);
        buf_puts(out, ")");
        phrase_wish(out, d, w);
        buf_puts(out, "\n");
    }
    say(out, "- ", &asked, "\n");
    if (any)
        command(out, d, SECTION_WISHES);
    if (d->waiting_count)
        buf_puts(out, "\n## Who waits for an answer\n\n");
    for (size_t i = 0; i < d->waiting_count; i++) {
        const struct digest_waiting *w = &d->waiting[i];
        if (!w->own && !w->known)
            continue;
        phrase_waiting(&b, d, w);
        say(out, "- ", &b, "\n");
        for (size_t k = 0; k < w->sample_count && w->own && w->known; k++)
            sample(out, d, "  - ", &w->samples[k]);
    }
    phrase_unanswered(&b, d);
    say(out, "- ", &b, "\n");
    if (d->waiting_count)
        command(out, d, SECTION_WAITING);
}

static void loop(struct buf *out, const struct digest *d)
{
    struct buf b = BUF_INIT(0);
    if (d->experiment_count)
        buf_puts(out, "\n## Experiments\n\n");
    for (size_t i = 0; i < d->experiment_count; i++) {
        const struct digest_experiment *x = &d->experiments[i];
        phrase_quote(&b, "", x->experiment.title, 60, "");
        say(out, "- **", &b, "**, ");
        phrase_experiment(&b, d->zone,
                          phrase_title(d, x->experiment.subject), x);
        say(out, "", &b, "\n");
        for (int k = 0; k < EFFECT_COUNT && x->reading.days_after; k++) {
            phrase_effect(&b, &x->reading.effects[k]);
            say(out, "  - ", &b, "\n");
        }
    }
    if (d->experiment_count)
        command(out, d, SECTION_EXPERIMENTS);
    if (d->switch_count || d->rival_gap_count)
        buf_puts(out, "\n## Beside the rivals\n\n");
    for (size_t i = 0; i < d->switch_count; i++) {
        phrase_switch(&b, &d->switches[i]);
        say(out, i ? " · " : "- Switched: ", &b,
            i + 1 == d->switch_count ? "\n" : "");
    }
    for (size_t i = 0; i < d->rival_gap_count; i++) {
        phrase_rival_gap(&b, &d->rival_gaps[i]);
        say(out, "- ", &b, "\n");
    }
    if (d->rival_gap_count)
        command(out, d, SECTION_RIVALS);
    if (d->switch_count)
        command(out, d, SECTION_SWITCHES);
}

static void where(struct buf *out, const struct digest *d)
{
    if (!d->where_count)
        return;
    buf_puts(out, "\n## Where and about what\n\n| | posts | net |");
    for (int k = 0; k < CHANNEL_COUNT; k++)
        buf_printf(out, " %s |", channel_names[k]);
    buf_puts(out, "\n|---|---:|---:|---:|---:|---:|---:|\n");
    for (size_t i = 0; i < d->where_count; i++) {
        const struct digest_cell *row = d->where[d->where_rows[i]];
        const struct digest_cell *c = &row[CHANNEL_COUNT];
        buf_printf(out, "| %s | %u | ", aspect_names[d->where_rows[i]],
                   c->posts);
        phrase_signed(out, "", cell_net(c), " |");
        for (int k = 0; k < CHANNEL_COUNT; k++)
            buf_printf(out, " %u |", row[k].posts);
        buf_putc(out, '\n');
    }
    command(out, d, SECTION_WHERE);
}

void digest_markdown(const struct digest *d, struct buf *out)
{
    head(out, d);
    changes(out, d);
    standing(out, d);
    people(out, d);
    loop(out, d);
    where(out, d);
    if (d->sample_count)
        buf_puts(out, "\n## Worth reading\n\n");
    for (size_t i = 0; i < d->sample_count; i++)
        sample(out, d, "- ", &d->samples[i]);
}
