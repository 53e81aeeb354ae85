/* SPDX-License-Identifier: Apache-2.0 */
/* Figures as people read them, the same in every form of the digest. Plain
 * text only: who renders escapes, colours and wraps.
 * Long: a short function for each section or sentence. */
#include <math.h>

#include "digest/digest.h"

#define COPIES_TOLD 0.2 /* of the posts; fewer are usual */

static const char *const weekdays[] = { "Sunday", "Monday", "Tuesday",
    "Wednesday", "Thursday", "Friday", "Saturday" };
static const char *const months[] = { "January", "February", "March", "April",
    "May", "June", "July", "August", "September", "October", "November",
    "December" };

void phrase_day(struct buf *out, int64_t day)
{
    int year, month, date;
    clock_date(day, &year, &month, &date);
    buf_printf(out, "%s %d %s %d", weekdays[clock_weekday(day)], date,
               months[month - 1], year);
}

void phrase_date(struct buf *out, int64_t day)
{
    int year, month, date;
    clock_date(day, &year, &month, &date);
    buf_printf(out, "%04d-%02d-%02d", year, month, date);
}

void phrase_count(struct buf *out, uint64_t n)
{
    char digits[24];
    int length = snprintf(digits, sizeof(digits), "%llu",
                          (unsigned long long)n);
    for (int i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0)
            buf_putc(out, ',');
        buf_putc(out, digits[i]);
    }
}

void phrase_people(struct buf *out, uint64_t n)
{
    phrase_count(out, n);
    buf_puts(out, n == 1 ? " person" : " people");
}

void phrase_posts(struct buf *out, uint64_t n)
{
    phrase_count(out, n);
    buf_puts(out, n == 1 ? " post" : " posts");
}

void phrase_posts_by(struct buf *out, uint64_t posts, uint64_t people)
{
    phrase_posts(out, posts);
    buf_puts(out, " by ");
    phrase_people(out, people);
}

static void phrase_number(struct buf *out, double n)
{
    phrase_count(out, n < 0 || !isfinite(n) ? 0 : (uint64_t)(n + 0.5));
}

void phrase_change(struct buf *out, double change)
{
    double percent = change * 100;
    if (isnan(change))
        return;
    if (fabs(percent) < 0.5) {
        buf_puts(out, "=");
        return;
    }
    buf_puts(out, change > 0 ? "▲ " : "▼ ");
    if (change >= 9.5) {
        buf_puts(out, "×");
        phrase_number(out, change + 1);
        return;
    }
    phrase_number(out, fabs(percent));
    buf_puts(out, " %");
}

void phrase_share(struct buf *out, double share)
{
    double percent = share * 100;
    if (isnan(share))
        return;
    if (percent > 0 && percent < 0.5)
        buf_puts(out, "<1 %");
    else
        buf_printf(out, "%.0f %%", percent);
}

void phrase_signed(struct buf *out, double value)
{
    buf_printf(out, "%s%.2f", value < -0.005 ? "−" : value > 0.005 ? "+" : "",
               fabs(value));
}

void phrase_net(struct buf *out, const struct estimate *e)
{
    if (e->few) {
        buf_puts(out, "too few to say");
        return;
    }
    phrase_signed(out, e->value);
    buf_printf(out, " ±%.2f", fmax(e->high - e->value, e->value - e->low));
}

static void phrase_date_short(struct buf *out, int64_t day)
{
    int year, month, date;
    clock_date(day, &year, &month, &date);
    buf_printf(out, "%d %.3s ", date, months[month - 1]);
}

void phrase_clock(struct buf *out, int64_t when, const struct digest *d)
{
    int64_t local = when + zone_offset(d->zone, when);
    int64_t day = local / DAY, second = local % DAY;
    if (day != d->day && when != d->until)
        phrase_date_short(out, day);
    if (when == d->until)
        buf_puts(out, "24:00");
    else
        buf_printf(out, "%02d:%02d", (int)(second / HOUR),
                   (int)(second % HOUR / MINUTE));
}

void phrase_age(struct buf *out, int64_t seconds)
{
    if (seconds < 0)
        seconds = 0;
    if (seconds < 100 * MINUTE)
        buf_printf(out, "%lld min", (long long)(seconds / MINUTE));
    else if (seconds < 60 * HOUR)
        buf_printf(out, "%lld h", (long long)((seconds + HOUR / 2) / HOUR));
    else
        buf_printf(out, "%lld days", (long long)((seconds + DAY / 2) / DAY));
}

void phrase_spark(struct buf *out, const uint32_t *values, const bool *known,
                  size_t count)
{
    static const char *const bars[] = { "▁", "▂", "▃", "▄", "▅", "▆", "▇",
                                        "█" };
    uint32_t most = 0;
    for (size_t i = 0; i < count; i++)
        most = values[i] > most ? values[i] : most;
    for (size_t i = 0; i < count; i++)
        buf_puts(out, known && !known[i] ? "·"
                      : !most ? bars[0]
                      : bars[((uint64_t)values[i] * 7 + most / 2) / most]);
}

/* ---- texts from outside -------------------------------------------------- */

/* 0: drop it, ' ': a space instead, else itself. Controls could drive a
 * terminal; direction and invisible marks could hide or reorder words. */
static uint32_t harmless(uint32_t c)
{
    if (c <= 0x20 || (c >= 0x7f && c <= 0xa0) || c == 0x2028 || c == 0x2029)
        return ' ';
    if (c == 0xad || c == 0x61c || c == 0x180e || c == 0x200b ||
        c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
        (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
        (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe0fff))
        return 0;
    return c;
}

void phrase_quote(struct buf *out, const char *text, size_t columns)
{
    enum { MARKS = 4 }; /* zero-width characters in a row */
    struct text t = text_of(text ? text : "");
    size_t start = out->length, marks = 0;
    bool space = true;
    for (size_t i = 0; i < t.length;) {
        uint32_t point;
        char bytes[4];
        i += text_decode(t.data + i, t.length - i, &point);
        point = harmless(point);
        if (!point || (point == ' ' && space))
            continue;
        space = point == ' ';
        size_t n = text_encode(point, bytes);
        marks = text_columns((struct text){ bytes, n }) ? 0 : marks + 1;
        if (marks <= MARKS)
            buf_add(out, bytes, n);
    }
    while (out->length > start && out->data[out->length - 1] == ' ')
        out->data[--out->length] = '\0';
    if (out->length == start)
        return;
    struct text all = { out->data + start, out->length - start };
    if (columns && text_columns(all) > columns) {
        out->length = start + text_fit(all, columns - 1).length;
        out->data[out->length] = '\0';
        while (out->length > start && out->data[out->length - 1] == ' ')
            out->data[--out->length] = '\0';
        buf_puts(out, "…");
    }
}

bool phrase_is_link(const char *url)
{
    return url && (strncmp(url, "https://", 8) == 0 ||
                   strncmp(url, "http://", 7) == 0);
}

struct text phrase_line(struct text *left, size_t room)
{
    struct text line = text_fit(*left, room);
    size_t cut = line.length;
    while (cut > 0 && cut < left->length && left->data[cut] != ' ')
        cut--;
    if (cut)
        line.length = cut;
    else if (!line.length) /* not even one character fits */
        line.length = left->length;
    left->data += line.length;
    left->length -= line.length;
    while (left->length && *left->data == ' ') {
        left->data++;
        left->length--;
    }
    return line;
}

const struct digest_standing *phrase_standing(const struct digest *d,
                                              const char *subject)
{
    for (size_t i = 0; subject && i < d->standing_count; i++)
        if (strcmp(d->standing[i].name, subject) == 0)
            return &d->standing[i];
    return NULL;
}

const char *phrase_title(const struct digest *d, const char *subject)
{
    const struct digest_standing *s = phrase_standing(d, subject);
    return s ? s->title : subject;
}

/* ---- sentences ----------------------------------------------------------- */

void phrase_data(struct buf *out, const struct digest *d)
{
    if (d->expired && !d->posts) {
        phrase_posts(out, d->collected);
        buf_puts(out, ", expired");
    } else if (!d->collected) {
        buf_puts(out, "no post was collected");
    } else if (!d->posts) {
        phrase_posts(out, d->collected);
        buf_puts(out, " collected, none mentions a watched subject");
    } else {
        phrase_posts_by(out, d->posts, d->authors);
    }
    if (d->planned) {
        buf_puts(out, " · coverage ");
        phrase_share(out, d->coverage);
    } else {
        buf_puts(out, " · coverage unknown");
    }
    if (!d->closed)
        buf_puts(out, " · the day is not over");
}

void phrase_history(struct buf *out, const struct digest *d)
{
    if (!d->history_days)
        buf_puts(out, "no earlier day to compare with: counts and sentiment "
                 "hold, what is usual, new or changed cannot be said yet");
    else if (d->history_days < DIGEST_DAYS / 4)
        buf_printf(out, "only %u earlier %s: counts and sentiment hold, "
                   "“usual” is a guess and little can be called a change "
                   "before %d days", d->history_days,
                   d->history_days == 1 ? "day" : "days", DIGEST_DAYS / 4);
}

void phrase_expired(struct buf *out, const struct digest *d)
{
    if (!d->expired)
        return;
    phrase_count(out, d->expired);
    buf_puts(out, " of the ");
    phrase_count(out, d->collected);
    buf_puts(out, " posts have expired: counts and sentiment include them; "
             "words, wishes, answers and samples do not");
}

void phrase_restated(struct buf *out, const struct digest *d)
{
    if (!d->restated)
        return;
    buf_puts(out, "restated since it was told: ");
    phrase_posts(out, d->restated);
}

void phrase_verdict(struct buf *out, const struct digest *d)
{
    const struct alerts *all = d->alerts;
    if (all->withheld)
        buf_puts(out, "Too little of the planned data is there to judge this "
                 "day.");
    else if (!all->subjects)
        buf_puts(out, "No baseline yet: nothing can be called unusual.");
    else
        buf_printf(out, "%s left its usual range.",
                   all->count ? "Nothing else" : "Nothing");
    if (all->subjects && all->subjects_new)
        buf_printf(out, " Too new to judge: %llu of %llu subjects.",
                   (unsigned long long)all->subjects_new,
                   (unsigned long long)(all->subjects + all->subjects_new));
    if (all->subjects && !all->withheld && !d->rising_count)
        buf_puts(out, " No new words.");
}

void phrase_gap(struct buf *out, const struct digest *d,
                const struct digest_gap *g)
{
    phrase_quote(out, g->label, 40);
    buf_puts(out, " missing ");
    phrase_clock(out, g->from, d);
    buf_puts(out, "–");
    phrase_clock(out, g->until, d);
    if (g->state == COVERAGE_LIMITED || g->state == COVERAGE_FAILED)
        buf_printf(out, " (%s)", coverage_names[g->state]);
}

static const char *measure_noun(const struct alert_part *p, struct buf *scratch)
{
    switch (p->measure) {
    case MEASURE_NEGATIVE:
        return "negative posts";
    case MEASURE_COMPLAINTS:
        return "complaints";
    case MEASURE_TERM:
        return "people"; /* its counts are of writers */
    case MEASURE_ASPECT:
        buf_clear(scratch);
        buf_printf(scratch, "posts about %s", p->name ? p->name : "it");
        return buf_text(scratch);
    default:
        return "posts";
    }
}

static void phrase_times(struct buf *out, const struct alert_part *p)
{
    double times = p->expected > 0 ? (double)p->observed / p->expected : 0;
    if (p->expected < 0.5)
        buf_puts(out, "unusually many");
    else if (times >= 9.5)
        buf_printf(out, "%.0f times the usual", times);
    else if (times >= 1.95)
        buf_printf(out, "%.1f times the usual", times);
    else
        buf_puts(out, "more than the usual");
}

/* "#mendnotspend", said by 45 people since 09:00, usual 0 (new) */
static void phrase_topic(struct buf *out, const struct digest *d,
                         const struct alert *a)
{
    const struct alert_part *p = a->parts;
    buf_puts(out, "“");
    phrase_quote(out, p->name, 40);
    buf_puts(out, "”, said by ");
    phrase_people(out, p->observed);
    buf_puts(out, " since ");
    phrase_clock(out, a->since, d);
    buf_puts(out, ", usually by ");
    phrase_number(out, p->expected);
    buf_puts(out, a->fresh ? " (new)" : " (since before)");
}

/* "Click & Collect app: 4.4 times the usual complaints since 15:00, about
 * app: "log in", "order gone" (new, still high)" */
void phrase_alert(struct buf *out, const struct digest *d,
                  const struct alert *a)
{
    struct buf noun = BUF_INIT(0);
    const struct alert_part *p = a->parts;
    phrase_quote(out, phrase_title(d, a->subject), 60);
    buf_puts(out, ": ");
    if (a->kind == ALERT_TOPIC) {
        phrase_topic(out, d, a);
        return;
    }
    if (a->kind == ALERT_QUIET)
        buf_puts(out, "unusually few");
    else
        phrase_times(out, p);
    bool lasting = a->rising && a->kind == ALERT_SPIKE;
    buf_printf(out, " %s %s", measure_noun(p, &noun), lasting ? "since " : "");
    phrase_clock(out, a->since, d);
    if (!lasting) {
        buf_puts(out, "–");
        if (a->since < d->from && a->until >= d->from)
            phrase_date_short(out, d->day);
        phrase_clock(out, a->until, d);
    }
    if (a->aspect.name && p->measure != MEASURE_ASPECT)
        buf_printf(out, ", about %s", a->aspect.name);
    for (size_t i = 0; i < a->term_count && i < 2; i++) {
        buf_puts(out, i ? ", “" : ": “");
        phrase_quote(out, a->terms[i].text, 30);
        buf_puts(out, "”");
    }
    buf_puts(out, a->fresh ? " (new" : " (since before");
    if (a->kind == ALERT_SPIKE)
        buf_puts(out, a->rising ? ", still high)" : ", over)");
    else
        buf_puts(out, ")");
    buf_release(&noun);
}

static void phrase_lift(struct buf *out, const struct alert_share *s)
{
    if (!alert_share_tells(s))
        return;
    buf_puts(out, " · ");
    phrase_quote(out, s->name, 30);
    buf_puts(out, " ");
    phrase_share(out, s->share);
    buf_puts(out, ", usually ");
    phrase_share(out, s->usual);
}

void phrase_alert_detail(struct buf *out, const struct digest *d,
                         const struct alert *a)
{
    struct buf noun = BUF_INIT(0);
    const struct alert_part *p = a->parts;
    phrase_count(out, p->observed);
    buf_printf(out, " %s, usual ", measure_noun(p, &noun));
    phrase_number(out, p->expected);
    buf_puts(out, " (");
    phrase_number(out, p->low);
    buf_puts(out, "–");
    phrase_number(out, p->high);
    buf_puts(out, ")");
    if (a->kind == ALERT_TOPIC) {
        buf_puts(out, " · ");
        phrase_posts(out, a->posts);
    } else if (a->authors && a->posts == p->observed) {
        buf_puts(out, ", by ");
        phrase_people(out, a->authors);
    } else if (a->authors) {
        buf_puts(out, " · ");
        phrase_posts_by(out, a->posts, a->authors);
    }
    if (a->kind == ALERT_SPIKE && p->peak_count) {
        buf_puts(out, " · highest at ");
        phrase_clock(out, p->peak, d);
    }
    phrase_lift(out, &a->aspect);
    phrase_lift(out, &a->channel);
    phrase_lift(out, &a->source);
    if (a->copied >= COPIES_TOLD) {
        buf_puts(out, " · copies ");
        phrase_share(out, a->copied);
    }
    if (a->top_author >= 0.1) {
        buf_puts(out, " · one writer ");
        phrase_share(out, a->top_author);
    }
    if (a->few_writers)
        buf_puts(out, " · held at watch: few writers or copies");
    if (a->withheld && a->kind == ALERT_QUIET) {
        buf_puts(out, " · not judged: whether its sources worked is not "
                 "recorded");
    } else if (a->withheld) {
        buf_puts(out, " · not judged: only ");
        phrase_share(out, a->coverage);
        buf_puts(out, " of the planned data is there");
    }
    buf_release(&noun);
}

void phrase_alert_terms(struct buf *out, const struct alert *a)
{
    for (size_t i = 0; i < a->term_count; i++) {
        const struct term *t = &a->terms[i];
        buf_puts(out, i ? " · “" : "“");
        phrase_quote(out, t->text, 40);
        buf_puts(out, "” ×");
        phrase_count(out, t->posts);
        if (!t->before)
            buf_puts(out, " new");
    }
}

/* A change of a share is said in points, one of a count in percent. */
void phrase_effect(struct buf *out, const struct effect *e)
{
    const char *unit = e->measure == EFFECT_POSTS ? "%" : "points";
    buf_printf(out, "%s ", effect_names[e->measure]);
    if (e->verdict == EFFECT_TOO_FEW) {
        buf_puts(out, "too few to say");
        return;
    }
    buf_printf(out, "%s%.0f (%+.0f to %+.0f) %s: %s",
               e->change < 0 ? "−" : "+", fabs(e->change) * 100, e->low * 100,
               e->high * 100, unit, effect_verdict_names[e->verdict]);
    if (e->verdict == EFFECT_NONE)
        buf_printf(out, " (could have seen %.0f)", e->detectable * 100);
}

void phrase_experiment(struct buf *out, const struct digest *d,
                       const struct digest_experiment *e)
{
    const struct experiment_reading *r = &e->reading;
    phrase_quote(out, e->experiment.title, 60);
    buf_puts(out, ", since ");
    phrase_clock(out, e->experiment.from, d);
    if (e->experiment.aspect[0])
        buf_printf(out, ", posts about %s", e->experiment.aspect);
    if (e->experiment.channel[0])
        buf_printf(out, ", channel %s", e->experiment.channel);
    buf_puts(out, ": ");
    if (!r->days_after) {
        buf_puts(out, "no whole day yet");
        return;
    }
    for (int i = 0; i < EFFECT_COUNT; i++) {
        if (i)
            buf_puts(out, " · ");
        phrase_effect(out, &r->effects[i]);
    }
}

void phrase_answered(struct buf *out, uint64_t asked, uint64_t answered,
                     double median_hours)
{
    buf_puts(out, ", answered ");
    phrase_share(out, (double)answered / (double)(asked ? asked : 1));
    if (!isnan(median_hours)) {
        buf_puts(out, " (median ");
        phrase_age(out, (int64_t)(median_hours * HOUR));
        buf_puts(out, ")");
    }
}

void phrase_waiting(struct buf *out, const struct digest *d,
                    const struct digest_waiting *w)
{
    phrase_quote(out, w->title, 40);
    buf_puts(out, ": ");
    phrase_count(out, w->asked);
    buf_puts(out, " asked or complained in 7 days");
    if (!w->known) {
        buf_puts(out, "; replies not known (no post of its accounts seen)");
        return;
    }
    phrase_answered(out, w->asked, w->answered, w->median_hours);
    if (w->open) {
        buf_puts(out, ", ");
        phrase_count(out, w->open);
        buf_puts(out, " open, oldest ");
        phrase_age(out, d->until - w->oldest);
    }
}

void phrase_switch(struct buf *out, const struct digest_switch *s)
{
    phrase_count(out, s->authors);
    buf_puts(out, " from ");
    phrase_quote(out, s->from, 40);
    buf_puts(out, " to ");
    phrase_quote(out, s->to, 40);
    if (s->aspect)
        buf_printf(out, " (%s)", s->aspect);
}

void phrase_rival_gap(struct buf *out, const struct digest_gap_to_rival *g)
{
    buf_printf(out, "%s: %s than ", g->aspect,
               g->ours > g->theirs ? "better" : "worse");
    phrase_quote(out, g->rival, 40);
    buf_puts(out, ", ");
    phrase_signed(out, g->ours);
    buf_puts(out, " against ");
    phrase_signed(out, g->theirs);
    buf_puts(out, " (");
    phrase_count(out, g->our_posts);
    buf_puts(out, " and ");
    phrase_count(out, g->their_posts);
    buf_puts(out, " posts)");
}

/* Names are letters, digits, - and / as a rule; others are quoted for the
 * shell. */
static void shell_word(struct buf *out, const char *word)
{
    bool plain = *word != '\0';
    for (const char *c = word; *c; c++)
        plain &= (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
                 (*c >= '0' && *c <= '9') || strchr("-_/.", *c) != NULL;
    buf_puts(out, plain ? "" : "'");
    for (const char *c = word; *c; c++)
        if (*c == '\'')
            buf_puts(out, "'\\''");
        else
            buf_putc(out, *c);
    buf_puts(out, plain ? "" : "'");
}

void phrase_why(struct buf *out, const struct digest *d, const char *subject,
                const char *count)
{
    buf_puts(out, "swell why ");
    shell_word(out, subject);
    buf_puts(out, " --day ");
    phrase_date(out, d->day);
    if (count)
        buf_printf(out, " --count %s", count);
}

void phrase_week(struct buf *out, const struct digest *d, const char *command,
                 const char *subject, const char *rest)
{
    buf_printf(out, "swell %s ", command);
    shell_word(out, subject);
    buf_puts(out, " --from ");
    phrase_date(out, d->day - 6);
    buf_puts(out, " --to ");
    phrase_date(out, d->day + 1);
    if (rest)
        buf_printf(out, " %s", rest);
}
