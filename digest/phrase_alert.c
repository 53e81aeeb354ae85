/* SPDX-License-Identifier: Apache-2.0 */
/* The sentences of an alert; see phrase.c. */
#include "digest/phrase.h"

#define COPIES_TOLD 0.2 /* of the posts; fewer are usual */

const char *phrase_level(const struct alert *a)
{
    return a->withheld ? "UNSURE"
           : a->level == DETECT_ALERT ? "ALERT" : "WATCH";
}

static void put_measure(struct buf *out, const struct alert_part *p)
{
    static const char *const nouns[] = {
        [MEASURE_POSTS] = "posts", [MEASURE_NEGATIVE] = "negative posts",
        [MEASURE_COMPLAINTS] = "complaints", [MEASURE_ASPECT] = "posts about ",
        [MEASURE_TERM] = "people", /* its counts are of writers */
    };
    buf_puts(out, nouns[p->measure]);
    buf_puts(out, p->measure == MEASURE_ASPECT ? p->name : "");
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

void phrase_alert_what(struct buf *out, const struct alert *a)
{
    const struct alert_part *p = a->parts;
    if (a->kind == ALERT_TOPIC) {
        phrase_quote(out, "“", p->name, 40, "”, said by ");
        phrase_people(out, "", p->observed, "");
        return;
    }
    if (a->kind == ALERT_QUIET)
        buf_puts(out, "unusually few");
    else
        phrase_times(out, p);
    buf_putc(out, ' ');
    put_measure(out, p);
}

/* ... since 09:00, usually by 0 (new) */
static void phrase_topic(struct buf *out, const struct digest *d,
                         const struct alert *a)
{
    phrase_clock(out, " since ", a->since, d, ", usually by ");
    phrase_number(out, "", a->parts->expected,
                  a->fresh ? " (new)" : " (since before)");
}

static void put_hours(struct buf *out, const struct digest *d, int64_t since,
                      int64_t until)
{
    phrase_clock(out, " ", since, d, "–");
    if (since < d->from && until >= d->from)
        phrase_date_short(out, d->day);
    phrase_clock(out, "", until, d, "");
}

/* "Click & Collect app: 4.4 times the usual complaints since 15:00, about
 * app: "log in", "order gone" (new, still high)" */
void phrase_alert(struct buf *out, const struct digest *d,
                  const struct alert *a)
{
    const struct alert_part *p = a->parts;
    phrase_quote(out, "", phrase_title(d, a->subject), 60, ": ");
    phrase_alert_what(out, a);
    if (a->kind == ALERT_TOPIC) {
        phrase_topic(out, d, a);
        return;
    }
    if (a->rising && a->kind == ALERT_SPIKE)
        phrase_clock(out, " since ", a->since, d, "");
    else
        put_hours(out, d, a->since, a->until);
    if (a->aspect.name && p->measure != MEASURE_ASPECT)
        buf_printf(out, ", about %s", a->aspect.name);
    for (size_t i = 0; i < a->term_count && i < 2; i++)
        phrase_quote(out, i ? ", “" : ": “", a->terms[i].text, 30, "”");
    buf_puts(out, a->fresh ? " (new" : " (since before");
    if (a->kind == ALERT_SPIKE)
        buf_puts(out, a->rising ? ", still high)" : ", over)");
    else
        buf_puts(out, ")");
}

/* The same story at other hours of the day: the greatest. */
static void phrase_also(struct buf *out, const struct digest *d,
                        const struct alert *a)
{
    const struct alert_part *also = NULL;
    for (size_t i = 1; i < a->part_count; i++) {
        const struct alert_part *p = &a->parts[i];
        if ((p->since >= a->until || p->until <= a->since) &&
            (!also || p->observed > also->observed))
            also = p;
    }
    if (!also)
        return;
    phrase_count(out, " · also ", also->observed, " ");
    put_measure(out, also);
    put_hours(out, d, also->since, also->until);
    phrase_number(out, ", usual ", also->expected, "");
}

static void phrase_lift(struct buf *out, const struct alert_share *s)
{
    if (!alert_share_tells(s))
        return;
    phrase_quote(out, " · ", s->name, 30, " ");
    phrase_share(out, "", s->share, ", usually ");
    phrase_share(out, "", s->usual, "");
}

void phrase_alert_detail(struct buf *out, const struct digest *d,
                         const struct alert *a)
{
    const struct alert_part *p = a->parts;
    phrase_count(out, "", p->observed, " ");
    put_measure(out, p);
    phrase_number(out, ", usual ", p->expected, " (");
    phrase_number(out, "", p->low, "–");
    phrase_number(out, "", p->high, ")");
    if (a->kind == ALERT_TOPIC) {
        phrase_posts(out, " · ", a->posts, "");
    } else if (a->authors && a->posts == p->observed) {
        phrase_people(out, ", by ", a->authors, "");
    } else if (a->authors) {
        buf_puts(out, " · ");
        phrase_posts_by(out, a->posts, a->authors);
    }
    if (a->kind == ALERT_SPIKE && p->peak_count)
        phrase_clock(out, " · highest at ", p->peak, d, "");
    phrase_lift(out, &a->aspect);
    /* An aspect and a channel may have one name: the app. */
    if (!alert_share_tells(&a->aspect) || !a->channel.name ||
        strcmp(a->aspect.name, a->channel.name) != 0)
        phrase_lift(out, &a->channel);
    phrase_lift(out, &a->source);
    phrase_also(out, d, a);
    if (a->copied >= COPIES_TOLD)
        phrase_share(out, " · copies ", a->copied, "");
    if (a->top_author >= 0.1 && a->authors < a->posts)
        phrase_share(out, " · one writer ", a->top_author, "");
    if (a->few_writers)
        buf_printf(out, " · held at watch: %s", alert_held);
    if (a->withheld && a->kind == ALERT_QUIET)
        buf_puts(out, " · not judged: whether its sources worked is not "
                 "recorded");
    else if (a->withheld)
        phrase_share(out, " · not judged: only ", a->coverage,
                     " of the planned data is there");
}

void phrase_alert_terms(struct buf *out, const struct alert *a)
{
    for (size_t i = 0; i < a->term_count; i++) {
        const struct term *t = &a->terms[i];
        phrase_quote(out, i ? " · “" : "“", t->text, 40, "” ×");
        phrase_count(out, "", t->posts, "");
        if (!t->before)
            buf_puts(out, " new");
    }
}
