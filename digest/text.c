/* SPDX-License-Identifier: Apache-2.0 */
/* The digest on a terminal: as wide as it is, colours only when asked, every
 * line readable without them. Computes nothing. */
#include <math.h>

#include "digest/phrase.h"

enum { NARROWEST = 60, WIDEST = 132 };

struct painter {
    struct buf *out;
    const struct digest *d;
    size_t columns;
    bool colour;
    struct buf line;           /* what is to be said next: phrases add to it,
                                * cell() and say() put it out */
};

/* Yellow and green of the first eight are hardly seen on white: these are as
 * far from white as from black. */
#define BOLD "1"
#define DIM "2"
#define RED "31"
#define AMBER "38;5;130"
#define GREEN "38;5;28"

static void ink(struct painter *p, const char *code, struct text t)
{
    bool paint = p->colour && code;
    if (paint)
        buf_printf(p->out, "\033[%sm", code);
    buf_add(p->out, t.data, t.length);
    buf_puts(p->out, paint ? "\033[0m" : "");
}

/* A cell: cut to its columns, padded right, or left when right is set. */
static void cell(struct painter *p, const char *code, size_t columns,
                 bool right)
{
    struct text t = text_fit(buf_bytes(&p->line), columns);
    int blank = (int)(columns - text_columns(t));
    buf_printf(p->out, "%*s", right ? blank : 0, "");
    ink(p, code, t);
    buf_printf(p->out, "%*s", right ? 0 : blank, "");
    buf_clear(&p->line);
}

/* Words of a sentence broken at spaces, each line behind its margin. */
static void paragraph(struct painter *p, const char *first, const char *rest,
                      const char *code)
{
    struct text left = buf_bytes(&p->line);
    for (const char *margin = first; left.length; margin = rest) {
        size_t room = p->columns - text_columns(text_of(margin));
        buf_puts(p->out, margin);
        ink(p, code, phrase_line(&left, room));
        buf_putc(p->out, '\n');
    }
    buf_clear(&p->line);
}

static void say(struct painter *p, const char *code)
{
    paragraph(p, "", "  ", code);
}

static void heading(struct painter *p, const char *text, const char *note)
{
    buf_putc(p->out, '\n');
    ink(p, BOLD, text_of(text));
    if (note) {
        buf_puts(p->out, "  ");
        ink(p, DIM, text_of(note));
    }
    buf_putc(p->out, '\n');
}

static void command(struct painter *p, enum digest_section section)
{
    buf_printf(&p->line, "%s: ", phrase_verb(section));
    phrase_command(&p->line, p->d, section);
    say(p, DIM);
}

/* "text" Source 15:22 https://… */
static void sample(struct painter *p, const char *first, const char *rest,
                   const struct sample *s)
{
    phrase_quote(&p->line, "“", s->text, 3 * p->columns, "” ");
    phrase_quote(&p->line, "", s->source, 20, " ");
    phrase_clock(&p->line, "", s->created, p->d, "");
    if (*s->url)
        phrase_quote(&p->line, " ", s->url, 0, "");
    paragraph(p, first, rest, NULL);
}

/* ---- is anything wrong with the data? ----------------------------------- */

static void head(struct painter *p)
{
    const struct digest *d = p->d;
    struct buf rivals = BUF_INIT(0);
    phrase_day(&p->line, d->day);
    phrase_quote(&p->line, " · ", d->title, 60, "");
    buf_printf(&p->line, " · %s", d->timezone);
    if (*d->rivals)
        phrase_quote(&rivals, "against ", d->rivals, 60, "");
    /* The rivals on the same line only when they fit whole. */
    bool fits = text_columns(buf_bytes(&p->line)) + 3 +
                text_columns(buf_bytes(&rivals)) <= p->columns;
    if (rivals.length && fits)
        buf_printf(&p->line, " · %s", rivals.data);
    say(p, BOLD);
    buf_puts(&p->line, fits ? "" : buf_text(&rivals));
    say(p, NULL);
    buf_release(&rivals);
    bool poor = phrase_data(&p->line, d);
    say(p, poor ? AMBER : NULL);
}

static void notes(struct painter *p)
{
    int fault;
    for (size_t i = 0; (fault = phrase_note(&p->line, p->d, i)) >= 0; i++)
        say(p, fault ? AMBER : DIM);
}

/* What there is to do, the figures below each other. */
static void brief(struct painter *p)
{
    size_t told = 0;
    for (size_t i = 0; phrase_brief(&p->line, p->d, i); i++) {
        static const char margin[] = "     ";
        size_t figure = strspn(buf_text(&p->line), "0123456789,");
        if (!p->line.length)
            continue;
        buf_puts(p->out, told++ ? "" : "\n");
        paragraph(p, figure ? margin + (figure < 4 ? figure + 1 : 5) : margin,
                  "       ", i ? NULL : BOLD);
    }
}

/* ---- what changed ------------------------------------------------------- */

static void alert(struct painter *p, const struct alert *a)
{
    bool loud = phrase_is_alert(a);
    const char *bar = loud ? "▌       " : "│       ";
    const struct digest_standing *s = phrase_standing(p->d, a->subject);
    phrase_alert(&p->line, p->d, a);
    paragraph(p, loud ? "▌ALERT  " : a->withheld ? "│UNSURE " : "│WATCH  ",
              bar, loud ? "1;" RED : AMBER);
    phrase_alert_detail(&p->line, p->d, a);
    paragraph(p, bar, bar, NULL);
    if (a->fresh) { /* how it began was told before */
        if (s && s->hour_count && s->today.posts) {
            phrase_spark(&p->line, s->hours, NULL, s->hour_count);
            buf_puts(&p->line, a->term_count ? " by hour  " : " by hour");
        }
        phrase_alert_terms(&p->line, a);
        paragraph(p, bar, bar, NULL);
    }
    if (a->sample_count)
        sample(p, bar, bar, &a->samples[a->sample_count > 1]);
    buf_puts(&p->line, "why: ");
    phrase_why(&p->line, p->d, a->subject);
    paragraph(p, bar, bar, DIM);
}

static void changes(struct painter *p)
{
    const struct digest *d = p->d;
    const struct alerts *all = d->alerts;
    if (!d->posts && !d->expired && !all->count)
        return;
    if (all->count || d->rising_count)
        heading(p, "WHAT CHANGED", NULL);
    else
        buf_putc(p->out, '\n'); /* one line says so */
    for (size_t i = 0; i < all->count; i++)
        alert(p, &all->items[i]);
    phrase_verdict(&p->line, d);
    say(p, NULL);
    if (d->rising_count)
        buf_puts(&p->line, "New words: ");
    phrase_words(&p->line, d);
    say(p, NULL);
}

/* ---- how each brand stands ---------------------------------------------- */

struct columns {
    size_t title, before, spark;
};

static void standing_head(struct painter *p, const struct columns *w)
{
    buf_putc(p->out, '\n');
    buf_puts(&p->line, "HOW EACH STANDS");
    cell(p, BOLD, w->title, false);
    buf_printf(&p->line, "%7s%*s%7s  %-14s%6s%8s", "posts", (int)w->before,
               w->before ? "day before" : "", "people", "net sentiment",
               "share", "usual");
    if (w->spark)
        buf_printf(&p->line, "  %zu days", w->spark);
    say(p, DIM);
}

static const char *net_ink(const struct estimate *e)
{
    return e->few ? DIM : e->low > 0 ? GREEN : e->high < 0 ? RED : NULL;
}

static void standing_row(struct painter *p, const struct digest_standing *s,
                         const struct columns *w)
{
    phrase_quote(&p->line, "", s->title, w->title - 2 - 2 * s->product, "");
    buf_puts(p->out, s->product ? "  " : "");
    cell(p, s->product ? NULL : BOLD, w->title - 2 * s->product, false);
    phrase_count(&p->line, "", s->today.posts, "");
    cell(p, NULL, 7, true);
    phrase_count(&p->line, "", s->yesterday.posts, "");
    cell(p, DIM, w->before, true);
    phrase_count(&p->line, "", s->authors, "");
    cell(p, NULL, 7, true);
    buf_puts(p->out, "  ");
    phrase_net(&p->line, &s->net);
    cell(p, net_ink(&s->net), 14, false);
    phrase_share(&p->line, "", s->share, "");
    cell(p, NULL, 6, true);
    phrase_against(&p->line, p->d, s);
    cell(p, s->told || s->drifted ? AMBER : NULL, 8, true);
    if (w->spark) {
        buf_puts(p->out, "  ");
        phrase_days(p->out, p->d, s, w->spark);
    }
    buf_putc(p->out, '\n');
}

/* Titles whole where there is room; what is left is for the days. */
static struct columns fit_columns(const struct painter *p,
                                  const struct digest_standing *const *rows,
                                  size_t count)
{
    enum { FIGURES = 44, HEADING = 17 };
    bool wide = p->columns >= 110;
    size_t most = wide ? 32 : p->columns < 70 ? p->columns - FIGURES : 25;
    struct columns w = { HEADING, wide ? 12 : 0, 0 };
    for (size_t i = 0; i < count; i++) {
        size_t needed = text_columns(text_of(rows[i]->title)) + 2 +
                        2 * rows[i]->product;
        w.title = needed > w.title ? needed : w.title;
    }
    w.title = w.title > most ? most : w.title;
    size_t left = p->columns - w.title - w.before - FIGURES;
    w.spark = left > 9 ? left - 2 : 0;
    if (w.spark > DIGEST_DAYS)
        w.spark = DIGEST_DAYS;
    return w;
}

static void standing(struct painter *p)
{
    const struct digest *d = p->d;
    const struct digest_standing *rows[ROWS_MOST];
    size_t count = phrase_rows(d, rows);
    struct columns w = fit_columns(p, rows, count);
    if (!d->posts && !d->expired)
        return;
    standing_head(p, &w);
    for (size_t i = 0; i < count; i++)
        standing_row(p, rows[i], &w);
    phrase_rows_note(&p->line, d, count);
    paragraph(p, "", "", DIM);
    command(p, SECTION_STANDING);
}

/* ---- what shoppers ask for, who waits ----------------------------------- */

static void wishes(struct painter *p)
{
    const struct digest *d = p->d;
    struct buf asked = BUF_INIT(0);
    phrase_questions(&asked, d);
    if (!d->wish_count && !asked.length)
        return;
    heading(p, "WHAT SHOPPERS ASK FOR", "people in 7 days");
    for (size_t i = 0; i < d->wish_count; i++) {
        const struct digest_wish *w = &d->wishes[i];
        char margin[16];
        snprintf(margin, sizeof(margin), "%4llu  ",
                 (unsigned long long)w->authors);
        phrase_quote(&p->line, "", w->text, 100, " (");
        phrase_quote(&p->line, "", phrase_title(d, w->subject), 30, ")");
        phrase_wish(&p->line, d, w);
        paragraph(p, margin, "      ", NULL);
    }
    buf_puts(&p->line, buf_text(&asked));
    buf_release(&asked);
    say(p, NULL);
    command(p, SECTION_WISHES);
}

static void waiting(struct painter *p)
{
    const struct digest *d = p->d;
    if (!d->waiting_count)
        return;
    heading(p, "WHO WAITS FOR AN ANSWER", NULL);
    for (size_t i = 0; i < d->waiting_count; i++) {
        const struct digest_waiting *w = &d->waiting[i];
        if (!w->own && !w->known) /* one line for all of them */
            continue;
        phrase_waiting(&p->line, d, w);
        say(p, NULL);
        for (size_t k = 0; k < w->sample_count && w->own && w->known; k++)
            sample(p, "    ", "      ", &w->samples[k]);
    }
    phrase_unanswered(&p->line, d);
    say(p, DIM);
    command(p, SECTION_WAITING);
}

static void experiments(struct painter *p)
{
    const struct digest *d = p->d;
    if (!d->experiment_count)
        return;
    heading(p, "EXPERIMENTS", "95 % interval; after a date, not because of it");
    for (size_t i = 0; i < d->experiment_count; i++) {
        const struct digest_experiment *x = &d->experiments[i];
        phrase_quote(&p->line, "", x->experiment.title, 60, ", ");
        phrase_experiment(&p->line, d->zone,
                          phrase_title(d, x->experiment.subject), x);
        say(p, NULL);
        for (int k = 0; k < EFFECT_COUNT && x->reading.days_after; k++) {
            phrase_effect(&p->line, &x->reading.effects[k]);
            paragraph(p, "    ", "      ", NULL);
        }
    }
    command(p, SECTION_EXPERIMENTS);
}

static void rivals(struct painter *p)
{
    const struct digest *d = p->d;
    if (!d->switch_count && !d->rival_gap_count)
        return;
    heading(p, "BESIDE THE RIVALS", "last 7 days");
    for (size_t i = 0; i < d->switch_count; i++) {
        buf_puts(&p->line, i ? " · " : "Switched: ");
        phrase_switch(&p->line, &d->switches[i]);
    }
    say(p, NULL);
    for (size_t i = 0; i < d->rival_gap_count; i++) {
        phrase_rival_gap(&p->line, &d->rival_gaps[i]);
        say(p, NULL);
    }
    if (d->rival_gap_count)
        command(p, SECTION_RIVALS);
    if (d->switch_count)
        command(p, SECTION_SWITCHES);
}

/* ---- where and about what ----------------------------------------------- */

static void where_cell(struct painter *p, const struct digest_cell *c)
{
    const char *code = c->posts ? NULL : DIM;
    if (c->posts)
        phrase_count(&p->line, "", c->posts, "");
    else
        buf_puts(&p->line, "·");
    cell(p, code, 6, true);
    if (c->posts >= CELL_LEAST) {
        double net = cell_net(c);
        buf_printf(&p->line, " %s%.1f",
                   net <= -0.05 ? "−" : net >= 0.05 ? "+" : " ", fabs(net));
        code = net <= -0.05 ? RED : net >= 0.05 ? GREEN : DIM;
    }
    cell(p, code, 6, false);
}

static void where(struct painter *p)
{
    const struct digest *d = p->d;
    if (!d->where_count)
        return;
    heading(p, "WHERE AND ABOUT WHAT", "ours; posts and net sentiment");
    buf_printf(p->out, "%-16s%6s      ", "", "all");
    int channels = p->columns < 76 ? ((int)p->columns - 28) / 12
                                   : CHANNEL_COUNT;
    for (int k = 0; k < channels; k++)
        buf_printf(p->out, "%8s%4s", channel_names[k], "");
    buf_putc(p->out, '\n');
    for (size_t i = 0; i < d->where_count; i++) {
        const struct digest_cell *row = d->where[d->where_rows[i]];
        buf_printf(p->out, "%-16s", aspect_names[d->where_rows[i]]);
        where_cell(p, &row[CHANNEL_COUNT]);
        for (int k = 0; k < channels; k++)
            where_cell(p, &row[k]);
        buf_putc(p->out, '\n');
    }
    command(p, SECTION_WHERE);
}

static void samples(struct painter *p)
{
    const struct digest *d = p->d;
    if (!d->sample_count)
        return;
    heading(p, "WORTH READING", NULL);
    for (size_t i = 0; i < d->sample_count; i++)
        sample(p, "  ", "    ", &d->samples[i]);
}

void digest_text(const struct digest *d, struct buf *out, unsigned columns,
                 bool colour)
{
    struct painter p = { out, d, columns, colour, BUF_INIT(0) };
    if (p.columns < NARROWEST)
        p.columns = NARROWEST;
    if (p.columns > WIDEST)
        p.columns = WIDEST;
    head(&p);
    notes(&p);
    brief(&p);
    changes(&p);
    standing(&p);
    wishes(&p);
    waiting(&p);
    experiments(&p);
    rivals(&p);
    where(&p);
    samples(&p);
    buf_release(&p.line);
}
