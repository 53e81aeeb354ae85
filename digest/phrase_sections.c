/* SPDX-License-Identifier: Apache-2.0 */
/* The sentences of the digest's sections; those of an alert are in
 * phrase_alert.c, of an experiment in phrase_experiment.c, figures in
 * phrase.c. */
#include <ctype.h>
#include <math.h>

#include "digest/coverage.h"
#include "digest/phrase.h"

bool phrase_data(struct buf *out, const struct digest *d)
{
    if (d->expired && !d->posts)
        phrase_posts(out, "", d->collected, ", expired");
    else if (!d->collected)
        buf_puts(out, "no post was collected");
    else if (!d->posts)
        phrase_posts(out, "", d->collected,
                     " collected, none mentions a watched subject");
    else
        phrase_posts_by(out, d->posts, d->authors);
    if (d->planned)
        phrase_share(out, " · coverage ", d->coverage, "");
    else
        buf_puts(out, " · coverage unknown");
    if (!d->closed)
        buf_puts(out, " · the day is not over");
    return d->planned && d->coverage < COVERAGE_FLOOR;
}

/* What the history allows to say. */
static void note_history(struct buf *out, const struct digest *d)
{
    if (!d->posts)
        return;
    if (!d->usual.count)
        buf_puts(out, "no earlier day to compare with: counts and sentiment "
                 "hold, what is usual, new or changed cannot be said yet");
    else if (d->usual.count < DIGEST_DAYS / 4)
        buf_printf(out, "only %u earlier %s: counts and sentiment hold, "
                   "“usual” is a guess and little can be called a change "
                   "before %d days", d->usual.count,
                   d->usual.count == 1 ? "day" : "days", DIGEST_DAYS / 4);
}

static void note_change(struct buf *out, const struct digest *d)
{
    const struct coverage_change *change = &d->usual.change;
    if (!d->usual.first)
        return;
    phrase_quote(out, "", change->source, 40, change->added ? " was added "
                                                            : " ended ");
    phrase_clock(out, "", change->when, d, ": earlier days are not compared");
    if (d->alerts->partial)
        buf_puts(out, "; alerts are without it");
}

static void note_expired(struct buf *out, const struct digest *d)
{
    if (d->expired) {
        phrase_count(out, "", d->expired, " of the ");
        phrase_count(out, "", d->collected, " posts have expired: counts and "
                     "sentiment include them; words, wishes, answers and "
                     "samples do not");
    } else if (d->expired_before) {
        phrase_posts(out, "expired: ", d->expired_before, " of the two weeks; "
                     "wishes, answers and switches are without them");
    }
}

static void note_restated(struct buf *out, const struct digest *d)
{
    if (d->restated)
        phrase_posts(out, "restated since it was told: ", d->restated, "");
}

static void note_restated_before(struct buf *out, const struct digest *d)
{
    for (int i = 0, told = 0; i < 3; i++) {
        if (!d->restated_before[i])
            continue;
        buf_puts(out, told++ ? ", " : "to be read again, restated since it was "
                                      "told: ");
        phrase_date(out, d->day - 1 - i);
        phrase_posts(out, " (", d->restated_before[i], ")");
    }
}

static void note_unscored(struct buf *out, const struct digest *d)
{
    if (d->unscored * 20 <= d->collected) /* few are usual */
        return;
    phrase_share(out, "", (double)d->unscored / (double)d->collected,
                 " of the posts are in languages that are not scored");
}

static void note_rules(struct buf *out, const struct digest *d)
{
    if (d->rules_before)
        buf_printf(out, "tagged by rules %u, earlier days by rules %u: "
                   "compare with care (swell retag)", d->rules,
                   d->rules_before);
}

static void note_silent(struct buf *out, const struct digest *d)
{
    for (size_t i = 0, told = 0; i < d->source_count && d->closed; i++) {
        const struct digest_source *s = &d->sources[i];
        if (s->posts || !(s->usual >= 1))
            continue;
        phrase_quote(out, told++ ? ", " : "silent: ", s->name, 30,
                     " (usually ");
        phrase_number(out, "", s->usual, " posts a day)");
    }
}

static void note_gap(struct buf *out, const struct digest *d,
                     const struct digest_gap *g)
{
    phrase_quote(out, "", g->label, 40, " missing ");
    phrase_clock(out, "", g->from, d, "–");
    phrase_clock(out, "", g->until, d, "");
    if (g->state == COVERAGE_LIMITED || g->state == COVERAGE_FAILED)
        buf_printf(out, " (%s)", coverage_names[g->state]);
}

int phrase_note(struct buf *out, const struct digest *d, size_t at)
{
    enum { GAPS = 4 };
    static void (*const rest[])(struct buf *out, const struct digest *d) = {
        note_silent, note_unscored, note_change, note_history, note_expired,
        note_restated, note_restated_before, note_rules };
    size_t gaps = d->gap_count < GAPS ? d->gap_count : GAPS;
    if (at < gaps) {
        note_gap(out, d, &d->gaps[at]);
        if (at + 1 == GAPS && d->gap_count > GAPS)
            buf_printf(out, " · %zu more: swell coverage",
                       d->gap_count - GAPS);
        return 1;
    }
    at -= gaps;
    if (at < d->fault_count) {
        phrase_quote(out, "", d->faults[at], 0, "");
        return 1;
    }
    at -= d->fault_count;
    if (at >= sizeof(rest) / sizeof(*rest))
        return -1;
    rest[at](out, d);
    return rest[at] == note_silent;
}

/* Slow rises have no hour that stands out; the table has them all. A brand
 * whose product is told moves with it. */
static void phrase_drifts(struct buf *out, const struct digest *d)
{
    enum { NAMED = 5 };
    size_t told = 0, more = 0;
    for (size_t i = 0; i < d->standing_count; i++) {
        const struct digest_standing *s = &d->standing[i];
        bool explained = s->told || !s->drifted;
        for (size_t k = i + 1; k < d->standing_count && !s->product &&
                               d->standing[k].product; k++)
            explained |= d->standing[k].told || d->standing[k].drifted;
        if (explained)
            continue;
        if (told == NAMED) {
            more++;
            continue;
        }
        buf_puts(out, told++ ? ", " : " Over the day outside the usual "
                                      "range: ");
        phrase_quote(out, "", s->title, 40, " ");
        phrase_change(out, s->change);
    }
    if (more)
        buf_printf(out, " and %zu more", more);
    buf_puts(out, told ? "." : "");
}

/* What moves four brands of five alike is rarely the doing of one. An alert is
 * not counted: it may be of complaints, on a day with no more posts. */
static void phrase_together(struct buf *out, const struct digest *d)
{
    enum { LEAST = 3 };
    size_t brands = 0, moved[2] = { 0 };
    for (size_t i = 0; i < d->standing_count; i++) {
        const struct digest_standing *s = &d->standing[i];
        if (s->product || isnan(s->change))
            continue;
        brands++;
        moved[s->change > 0] += s->drifted;
    }
    for (int up = 0; up < 2 && brands >= LEAST; up++)
        if (moved[up] * 5 >= brands * 4)
            buf_printf(out, " %zu of %zu brands %s together: a holiday, a sale "
                       "or the sources may be why.", moved[up], brands,
                       up ? "rose" : "fell");
}

void phrase_verdict(struct buf *out, const struct digest *d)
{
    const struct alerts *all = d->alerts;
    bool unknown = !d->collected && !d->planned;
    bool judged = all->subjects && !all->withheld && !unknown;
    if (unknown)
        buf_puts(out, "Nothing was collected: this day cannot be judged.");
    else if (all->withheld)
        buf_puts(out, "Too little of the planned data is there to judge this "
                 "day.");
    else if (!all->subjects)
        buf_puts(out, "No baseline yet: nothing can be called unusual.");
    else
        buf_printf(out, "%s rose or fell suddenly.",
                   all->count ? "Nothing else" : "Nothing");
    if (judged)
        phrase_drifts(out, d);
    if (judged)
        phrase_together(out, d);
    if (all->subjects && all->subjects_new)
        buf_printf(out, " Too new to judge: %llu of %llu subjects.",
                   (unsigned long long)all->subjects_new,
                   (unsigned long long)(all->subjects + all->subjects_new));
    if (judged && !d->rising_count)
        buf_puts(out, " No new words.");
}

void phrase_word(struct buf *out, const struct term *t)
{
    phrase_quote(out, "“", t->phrase ? t->phrase : t->text, 40, "” by ");
    phrase_people(out, "", t->authors, "");
    buf_printf(out, t->before ? " (usual %.0f)" : " (not before)",
               t->expected);
}

void phrase_words(struct buf *out, const struct digest *d)
{
    for (size_t i = 0; i < d->rising_count; i++) {
        const struct digest_standing *s =
            phrase_standing(d, d->rising[i].subject);
        buf_puts(out, i ? " · " : "");
        if (s && !s->own)
            phrase_quote(out, "", s->title, 40, " ");
        phrase_word(out, &d->rising[i].term);
    }
}

static bool worth_a_row(const struct digest_standing *s, size_t products)
{
    enum { PRODUCTS_SHOWN = 12, RIVALS_LEAST = 30 };
    return !s->product || (products <= PRODUCTS_SHOWN && s->today.posts) ||
           s->told || s->drifted ||
           (!s->few && (s->own || s->today.posts >= RIVALS_LEAST));
}

size_t phrase_rows(const struct digest *d,
                   const struct digest_standing *rows[ROWS_MOST])
{
    size_t products = 0, count = 0;
    for (size_t i = 0; i < d->standing_count; i++)
        products += d->standing[i].product;
    for (size_t i = 0; i < d->standing_count && count < ROWS_MOST; i++)
        if (worth_a_row(&d->standing[i], products))
            rows[count++] = &d->standing[i];
    return count;
}

void phrase_rows_note(struct buf *out, const struct digest *d, size_t shown)
{
    size_t quiet = d->standing_count - shown;
    if (quiet)
        buf_printf(out, "%zu more with little to say (--format json has all)",
                   quiet);
    if (d->usual.count)
        buf_printf(out, "%susual: posts against the median of %u %s",
                   quiet ? " · " : "", d->usual.count,
                   d->usual.count == 1 ? "day" : "days");
    buf_printf(out, "%snet: −1 negative, +1 positive",
               quiet || d->usual.count ? " · " : "");
}

void phrase_against(struct buf *out, const struct digest *d,
                    const struct digest_standing *s)
{
    bool seen = false;
    phrase_change(out, s->change);
    if (!isnan(s->change) || !d->closed)
        return;
    for (int i = 0; i < DIGEST_DAYS; i++)
        seen |= s->history[i] > 0;
    buf_puts(out, !s->today.posts || isnan(s->usual) ? "–"
                  : seen ? "rare" : "new");
}

void phrase_days(struct buf *out, const struct digest *d,
                 const struct digest_standing *s, size_t days)
{
    size_t skip = DIGEST_DAYS + 1 - days;
    phrase_spark(out, s->history + skip, d->usual.known + skip, days);
}

/* Was most of the week before the last one collected, and is it there? */
static bool knows_week_before(const struct digest *d)
{
    int known = 0;
    for (int i = DAYS_SPAN - 14; i < DAYS_SPAN - 7; i++)
        known += d->usual.known[i] && i >= d->usual.first;
    return known > 3 && !d->expired_before;
}

void phrase_wish(struct buf *out, const struct digest *d,
                 const struct digest_wish *w)
{
    if (w->today)
        phrase_count(out, ", ", w->today, " on the day");
    if (!knows_week_before(d))
        return;
    if (w->authors_before)
        phrase_count(out, ", ", w->authors_before, " the week before");
    else
        buf_puts(out, ", none the week before");
}

/* The most asked first; what fewer than three ask is no subject of talk. */
void phrase_questions(struct buf *out, const struct digest *d)
{
    enum { ASKED_BY = 3, NAMED = 6 };
    uint8_t order[ASPECT_COUNT];
    size_t count = aspects_order(order, d->asked, ASKED_BY);
    for (size_t i = 0; i < count && i < NAMED; i++) {
        buf_puts(out, i ? " · " : "Asked about: ");
        buf_printf(out, "%s ", aspect_names[order[i]]);
        phrase_count(out, "", d->asked[order[i]], "");
        if (knows_week_before(d))
            phrase_count(out, " (", d->asked_before[order[i]],
                         i ? ")" : " the week before)");
    }
}

void phrase_figures(struct buf *out, const struct ask_figures *f, bool known,
                    const char *when, int64_t until)
{
    phrase_count(out, "", f->asked, " asked or complained");
    buf_puts(out, when);
    if (!known) {
        buf_puts(out, "; replies not known (no post of its accounts seen)");
        return;
    }
    phrase_share(out, ", answered ",
                 (double)f->answered / (double)(f->asked ? f->asked : 1), "");
    if (!isnan(f->median_hours))
        phrase_age(out, " (median ", (int64_t)(f->median_hours * HOUR), ")");
    if (f->open) {
        phrase_count(out, ", ", f->open, " open, oldest ");
        phrase_age(out, "", until - f->oldest, "");
    }
    if (f->ignored)
        phrase_count(out, ", ", f->ignored, " ignored");
}

void phrase_waiting(struct buf *out, const struct digest *d,
                    const struct digest_waiting *w)
{
    phrase_quote(out, "", w->title, 40, ": ");
    phrase_figures(out, &w->figures, w->known, " in 7 days",
                   d->closed ? d->until : d->now);
}

/* Rivals whose answers nobody saw, in one line. */
void phrase_unanswered(struct buf *out, const struct digest *d)
{
    size_t told = 0;
    for (size_t i = 0; i < d->waiting_count; i++) {
        const struct digest_waiting *w = &d->waiting[i];
        if (w->own || w->known)
            continue;
        phrase_quote(out, told++ ? ", " : "Replies not known: ", w->title, 40,
                     " (");
        phrase_count(out, "", w->figures.asked, " asked)");
    }
}

void phrase_switch(struct buf *out, const struct digest_switch *s)
{
    phrase_count(out, "", s->authors, " from ");
    phrase_quote(out, "", s->from, 40, " to ");
    phrase_quote(out, "", s->to, 40, "");
    if (s->aspect)
        buf_printf(out, " (%s)", s->aspect);
}

void phrase_rival_gap(struct buf *out, const struct digest_gap_to_rival *g)
{
    buf_printf(out, "%s: %s than ", g->aspect,
               g->ours > g->theirs ? "better" : "worse");
    phrase_quote(out, "", g->rival, 40, ", ");
    phrase_signed(out, "", g->ours, " against ");
    phrase_signed(out, "", g->theirs, " (");
    phrase_count(out, "", g->our_posts, " and ");
    phrase_count(out, "", g->their_posts, " posts)");
}

/* ---- the commands behind the figures ------------------------------------- */

/* Names are letters, digits, - and / as a rule; others are quoted for the
 * shell. */
static void shell_word(struct buf *out, const char *word)
{
    const char *c = word;
    while (isalnum((unsigned char)*c) || (*c && strchr("-_/.", *c)))
        c++;
    const char *mark = *word && !*c ? "" : "'";
    buf_puts(out, mark);
    for (c = word; *c; c++)
        if (*c == '\'')
            buf_puts(out, "'\\''");
        else
            buf_putc(out, *c);
    buf_puts(out, mark);
}

static void ask(struct buf *out, const struct digest *d, const char *command,
                const char *subject, int days)
{
    buf_printf(out, "swell %s ", command);
    shell_word(out, subject);
    buf_puts(out, days == 1 ? " --day " : days ? " --from " : "");
    if (days)
        phrase_date(out, d->day + 1 - days);
    if (days > 1) {
        buf_puts(out, " --to ");
        phrase_date(out, d->day + 1);
    }
}

void phrase_why(struct buf *out, const struct digest *d, const char *subject)
{
    ask(out, d, "why", subject, 1);
}

static const struct {
    const char *verb, *command;
    int days;                  /* asked about, the day the last; 0: no time */
    const char *rest;
} commands[] = {
    [SECTION_STANDING] = { "why", "why", 1, " --count negative" },
    [SECTION_WISHES] = { "read them", "posts", 7, " --intent question" },
    [SECTION_WAITING] = { "answer them", "inbox", 7, "" },
    [SECTION_EXPERIMENTS] = { "why", "experiment read", 0, "" },
    [SECTION_RIVALS] = { "why", "window", 7, " --by aspect" },
    [SECTION_SWITCHES] = { "who switched", "posts", 7, " --intent switch" },
    [SECTION_WHERE] = { "why", "why", 1, " --count " },
};

/* Ours, or the first there is: whom a section's command asks about. */
static const char *whose(const struct digest *d)
{
    for (size_t i = 0; i < d->standing_count; i++)
        if (d->standing[i].own)
            return d->standing[i].name;
    return d->standing_count ? d->standing[0].name : "*";
}

const char *phrase_verb(enum digest_section section)
{
    return commands[section].verb;
}

void phrase_command(struct buf *out, const struct digest *d,
                    enum digest_section section)
{
    const char *subject = whose(d), *rest = commands[section].rest;
    if (section == SECTION_EXPERIMENTS)
        subject = d->experiments[0].experiment.name;
    if (section == SECTION_WISHES && d->wish_count) {
        subject = d->wishes[0].subject;
        rest = " --intent suggestion";
    }
    ask(out, d, commands[section].command, subject, commands[section].days);
    buf_puts(out, rest);
    if (section == SECTION_WHERE)
        buf_puts(out, aspect_names[d->where_rows[0]]);
}
