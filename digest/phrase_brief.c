/* SPDX-License-Identifier: Apache-2.0 */
/* The day in short, what there is to do, a line each with its figure first;
 * the sections tell the same at length. See phrase.c. */
#include "digest/phrase.h"

bool phrase_is_alert(const struct alert *a)
{
    return a->level == DETECT_ALERT && !a->withheld;
}

size_t phrase_alert_count(const struct digest *d)
{
    size_t count = 0;
    for (size_t i = 0; i < d->alerts->count; i++)
        count += phrase_is_alert(&d->alerts->items[i]);
    return count;
}

/* 2 alerts: Acme, 4.4 times the usual complaints; Bolt, unusually few posts */
static void brief_alerts(struct buf *out, const struct digest *d)
{
    enum { NAMED = 3 };
    const struct alerts *all = d->alerts;
    size_t count = phrase_alert_count(d);
    if (count)
        phrase_count(out, "", count, count == 1 ? " alert: " : " alerts: ");
    for (size_t i = 0, told = 0; i < all->count && told < NAMED; i++) {
        const char *subject = all->items[i].subject;
        bool known = !phrase_is_alert(&all->items[i]);
        for (size_t k = 0; k < i && !known; k++)
            known = strcmp(all->items[k].subject, subject) == 0;
        if (known)
            continue;
        phrase_quote(out, told++ ? "; " : "", phrase_title(d, subject), 40,
                     ", ");
        phrase_alert_what(out, &all->items[i]);
    }
}

/* 654 wait for an answer from Acme, 12 from Bolt */
static void brief_waiting(struct buf *out, const struct digest *d)
{
    for (size_t i = 0, told = 0; i < d->waiting_count; i++) {
        const struct digest_waiting *w = &d->waiting[i];
        if (!w->own || !w->known || !w->figures.open)
            continue;
        phrase_count(out, told ? ", " : "", w->figures.open,
                     told                   ? " from "
                     : w->figures.open == 1 ? " waits for an answer from "
                                            : " wait for an answer from ");
        phrase_quote(out, "", w->title, 40, "");
        told++;
    }
}

/* Only a wish that spreads. */
static void brief_wishes(struct buf *out, const struct digest *d)
{
    const struct digest_wish *w = d->wishes;
    if (!d->wish_count || w->authors <= 2 * w->authors_before)
        return;
    phrase_count(out, "", w->authors,
                 w->authors == 1 ? " asks for “" : " ask for “");
    phrase_quote(out, "", w->text, 60, "” (");
    phrase_quote(out, "", phrase_title(d, w->subject), 40, ") in 7 days");
    phrase_wish(out, d, w);
}

/* Only what moved; what did not is in its section. */
static void brief_experiments(struct buf *out, const struct digest *d)
{
    for (size_t i = 0, told = 0; i < d->experiment_count; i++) {
        const struct digest_experiment *x = &d->experiments[i];
        for (int k = 0, moved = 0; k < EFFECT_COUNT && x->reading.days_after;
             k++) {
            const struct effect *e = &x->reading.effects[k];
            if (e->verdict != EFFECT_ROSE && e->verdict != EFFECT_FELL)
                continue;
            if (!moved++)
                phrase_quote(out, told++ ? "; since “" : "since “",
                             x->experiment.title, 60, "” ");
            else
                buf_puts(out, ", ");
            buf_printf(out, "%s %s", effect_names[e->measure],
                       effect_verdict_names[e->verdict]);
        }
    }
}

/* To whom we lose most. Named, for the digest may be that of a rival. */
static void brief_switches(struct buf *out, const struct digest *d)
{
    for (size_t i = 0; i < d->switch_count; i++)
        if (d->switches[i].from_own) {
            phrase_count(out, "", d->switches[i].authors, " left ");
            phrase_quote(out, "", d->switches[i].from, 40, " for ");
            phrase_quote(out, "", d->switches[i].to, 40, " in 7 days");
            return;
        }
}

const char *phrase_brief(struct buf *out, const struct digest *d, size_t at)
{
    static const struct {
        const char *section;
        void (*say)(struct buf *out, const struct digest *d);
    } parts[] = {
        { "changed", brief_alerts }, { "waiting", brief_waiting },
        { "wishes", brief_wishes }, { "experiments", brief_experiments },
        { "rivals", brief_switches },
    };
    if (at >= sizeof(parts) / sizeof(*parts))
        return NULL;
    parts[at].say(out, d);
    return parts[at].section;
}
