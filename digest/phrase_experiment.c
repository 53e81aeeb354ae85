/* SPDX-License-Identifier: Apache-2.0 */
/* The sentences of an experiment; see phrase.c. */
#include <math.h>

#include "digest/phrase.h"

static void put_points(struct buf *out, const char *before, double change,
                       const char *after)
{
    double points = nearbyint(change * 100);
    buf_printf(out, "%s%s%.0f%s", before, points < 0 ? "−" : points > 0 ? "+"
                                                                        : "",
               fabs(points), after);
}

/* A change of a share is said in points, one of a count in percent; where
 * none was detectable, how large one had to be. */
void phrase_effect(struct buf *out, const struct effect *e)
{
    const char *unit = e->measure == EFFECT_POSTS ? " %" : " points";
    buf_printf(out, "%s: %s", effect_names[e->measure],
               effect_verdict_names[e->verdict]);
    if (e->verdict == EFFECT_TOO_FEW)
        return;
    put_points(out, ", ", e->change, unit);
    put_points(out, " (", e->low, " to ");
    put_points(out, "", e->high, "");
    if (e->verdict == EFFECT_NONE)
        buf_printf(out, "; %.0f would show", e->detectable * 100);
    buf_puts(out, ")");
}

void phrase_cautions(struct buf *out, const char *before,
                     const struct experiment_reading *r, const char *after)
{
    if (r->days_poor || *r->parts)
        buf_printf(out, "%sleft out: ", before);
    if (r->days_poor)
        buf_printf(out, "%u day%s of which too little was collected",
                   r->days_poor, r->days_poor == 1 ? "" : "s");
    if (*r->parts)
        buf_printf(out, "%s%s, collected on some days only",
                   r->days_poor ? "; " : "", r->parts);
    buf_puts(out, r->days_poor || *r->parts ? after : "");
    if (!r->days_alerted)
        return;
    buf_printf(out, "%salerts on %u of these days, the last ", before,
               r->days_alerted);
    phrase_date(out, r->last_alerted);
    buf_puts(out, after);
}

void phrase_experiment(struct buf *out, const struct zone *zone,
                       const char *who, const struct digest_experiment *x)
{
    const struct experiment *e = &x->experiment;
    const struct experiment_reading *r = &x->reading;
    phrase_quote(out, "", who, 40, e->until ? " from " : " since ");
    phrase_date(out, zone_day(zone, e->from));
    if (e->until) {
        buf_puts(out, " to ");
        phrase_date(out, zone_day(zone, e->until));
    }
    if (*e->aspect)
        buf_printf(out, ", posts about %s", e->aspect);
    if (*e->channel)
        buf_printf(out, ", channel %s", e->channel);
    if (r->days_after)
        buf_printf(out, ": %u days before, %u after, %u brand%s to compare "
                   "with%s", r->days_before, r->days_after, r->controls,
                   r->controls == 1 ? "" : "s",
                   r->effects[EFFECT_POSTS].method == EFFECT_APPROXIMATE
                       ? "; approximate" : "");
    else
        buf_puts(out, ": nothing to compare yet");
    phrase_cautions(out, "; ", r, "");
}
