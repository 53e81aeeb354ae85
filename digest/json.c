/* SPDX-License-Identifier: Apache-2.0 */
/* The digest as one JSON object: every figure, keys in the order of
 * digest.h, null where there is nothing to say. No rounding for people.
 * Long: a short function for each section or sentence. */
#include <math.h>

#include "base/json.h"
#include "digest/digest.h"

/* Where a value goes; first: no comma is due. */
struct writer {
    struct buf *out;
    const struct digest *d;
    bool first;
};

static void key(struct writer *w, const char *name)
{
    buf_puts(w->out, w->first ? "" : ",");
    w->first = false;
    if (name) {
        json_write(w->out, text_of(name));
        buf_putc(w->out, ':');
    }
}

static void begin(struct writer *w, const char *name, char bracket)
{
    key(w, name);
    buf_putc(w->out, bracket);
    w->first = true;
}

static void end(struct writer *w, char bracket)
{
    buf_putc(w->out, bracket);
    w->first = false;
}

static void put_text(struct writer *w, const char *name, const char *value)
{
    key(w, name);
    if (value)
        json_write(w->out, text_of(value));
    else
        buf_puts(w->out, "null");
}

static void put_count(struct writer *w, const char *name, uint64_t value)
{
    key(w, name);
    buf_printf(w->out, "%llu", (unsigned long long)value);
}

static void put_real(struct writer *w, const char *name, double value)
{
    key(w, name);
    if (isfinite(value))
        buf_printf(w->out, "%.6g", value);
    else
        buf_puts(w->out, "null");
}

static void put_flag(struct writer *w, const char *name, bool value)
{
    key(w, name);
    buf_puts(w->out, value ? "true" : "false");
}

/* 0: never. */
static void put_time(struct writer *w, const char *name, int64_t when)
{
    char text[CLOCK_TEXT];
    put_text(w, name, when ? clock_format(when, text) : NULL);
}

static void put_estimate(struct writer *w, const char *name,
                         const struct estimate *e)
{
    begin(w, name, '{');
    put_real(w, "value", e->value);
    put_real(w, "low", e->low);
    put_real(w, "high", e->high);
    put_flag(w, "few", e->few);
    end(w, '}');
}

static void put_set(struct writer *w, const char *name, unsigned set,
                    const char *const *names, int count)
{
    begin(w, name, '[');
    for (int i = 0; i < count; i++)
        if (set >> i & 1)
            put_text(w, NULL, names[i]);
    end(w, ']');
}

static void put_why(struct writer *w, const char *subject, const char *count)
{
    struct buf b = BUF_INIT(0);
    phrase_why(&b, w->d, subject, count);
    put_text(w, "why", buf_text(&b));
    buf_release(&b);
}

static void put_sample(struct writer *w, const char *name,
                       const struct sample *s)
{
    begin(w, name, '{');
    put_text(w, "source", s->source);
    put_text(w, "id", s->native_id);
    put_text(w, "url", s->url && *s->url ? s->url : NULL);
    put_time(w, "created_at", s->created);
    put_text(w, "text", s->text);
    put_text(w, "label", label_names[s->tags.label]);
    put_real(w, "score", s->tags.score / 1000.0);
    put_set(w, "aspects", s->tags.aspects, aspect_names, ASPECT_COUNT);
    put_set(w, "channels", s->tags.channels, channel_names, CHANNEL_COUNT);
    put_set(w, "intents", s->tags.intents, intent_names, INTENT_COUNT);
    put_count(w, "likes", s->likes);
    put_count(w, "reposts", s->reposts);
    end(w, '}');
}

static void put_term(struct writer *w, const struct term *t)
{
    begin(w, NULL, '{');
    put_text(w, "text", t->text);
    put_text(w, "kind", term_kind_names[t->kind]);
    put_count(w, "posts", t->posts);
    put_count(w, "authors", t->authors);
    put_count(w, "before", t->before);
    put_real(w, "expected", t->expected);
    put_real(w, "surprise", t->surprise);
    put_real(w, "z", t->z);
    put_real(w, "growth", t->growth);
    put_time(w, "first_seen", t->first_seen);
    begin(w, "examples", '[');
    for (size_t i = 0; i < t->example_count; i++)
        put_sample(w, NULL, &t->examples[i]);
    end(w, ']');
    end(w, '}');
}

static void put_terms(struct writer *w, const char *name,
                      const struct term *terms, size_t count)
{
    begin(w, name, '[');
    for (size_t i = 0; i < count; i++)
        put_term(w, &terms[i]);
    end(w, ']');
}

static void put_table(struct writer *w, const char *name,
                      const uint64_t *values, const char *const *names,
                      int count)
{
    begin(w, name, '{');
    for (int i = 0; i < count; i++)
        put_count(w, names[i], values[i]);
    end(w, '}');
}

static void put_counts(struct writer *w, const char *name,
                       const struct counts *c)
{
    begin(w, name, '{');
    put_count(w, "posts", c->posts);
    put_table(w, "labels", c->label, label_names, LABEL_COUNT);
    put_real(w, "score_sum", (double)c->score / 1000);
    put_count(w, "reposts", c->reposts);
    put_table(w, "aspects", c->aspect, aspect_names, ASPECT_COUNT);
    put_table(w, "aspects_negative", c->aspect_negative, aspect_names,
              ASPECT_COUNT);
    put_table(w, "aspects_positive", c->aspect_positive, aspect_names,
              ASPECT_COUNT);
    put_table(w, "channels", c->channel, channel_names, CHANNEL_COUNT);
    put_table(w, "intents", c->intent, intent_names, INTENT_COUNT);
    end(w, '}');
}

/* ---- sections ------------------------------------------------------------ */

static void put_data(struct writer *w)
{
    const struct digest *d = w->d;
    begin(w, "data", '{');
    put_count(w, "posts", d->posts);
    put_count(w, "authors", d->authors);
    put_count(w, "collected", d->collected);
    put_count(w, "unscored", d->unscored);
    put_count(w, "expired", d->expired);
    put_real(w, "coverage", d->planned ? d->coverage : NAN);
    put_flag(w, "planned", d->planned);
    put_flag(w, "closed", d->closed);
    put_count(w, "restated", d->restated);
    put_count(w, "history_days", d->history_days);
    begin(w, "history_known", '[');
    for (int i = 0; i < DIGEST_DAYS; i++)
        put_flag(w, NULL, d->known[i]);
    end(w, ']');
    put_count(w, "rules", d->rules);
    put_count(w, "rules_before", d->rules_before);
    begin(w, "gaps", '[');
    for (size_t i = 0; i < d->gap_count; i++) {
        begin(w, NULL, '{');
        put_text(w, "label", d->gaps[i].label);
        put_time(w, "from", d->gaps[i].from);
        put_time(w, "until", d->gaps[i].until);
        put_text(w, "state", coverage_names[d->gaps[i].state]);
        end(w, '}');
    }
    end(w, ']');
    begin(w, "source_faults", '[');
    for (size_t i = 0; i < d->fault_count; i++)
        put_text(w, NULL, d->faults[i]);
    end(w, ']');
    begin(w, "sources", '[');
    for (size_t i = 0; i < d->source_count; i++) {
        begin(w, NULL, '{');
        put_text(w, "name", d->sources[i].name);
        put_count(w, "posts", d->sources[i].posts);
        put_real(w, "usual", d->sources[i].usual);
        end(w, '}');
    }
    end(w, ']');
    end(w, '}');
}

static void put_part(struct writer *w, const struct alert_part *p)
{
    begin(w, NULL, '{');
    put_text(w, "subject", p->subject);
    put_text(w, "measure", p->name);
    put_text(w, "level", detect_level_names[p->level]);
    put_real(w, "score", p->score);
    put_time(w, "since", p->since);
    put_time(w, "until", p->until);
    put_flag(w, "rising", p->rising);
    put_count(w, "observed", p->observed);
    put_real(w, "expected", p->expected);
    put_real(w, "low", p->low);
    put_real(w, "high", p->high);
    put_time(w, "peak", p->peak);
    put_count(w, "peak_count", p->peak_count);
    put_real(w, "peak_expected", p->peak_expected);
    put_real(w, "peak_low", p->peak_low);
    put_real(w, "peak_high", p->peak_high);
    end(w, '}');
}

static void put_share(struct writer *w, const char *name,
                      const struct alert_share *s)
{
    if (!s->name) {
        put_text(w, name, NULL);
        return;
    }
    begin(w, name, '{');
    put_text(w, "name", s->name);
    put_count(w, "posts", s->posts);
    put_real(w, "share", s->share);
    put_real(w, "usual", s->usual);
    end(w, '}');
}

static void put_alert(struct writer *w, const struct alert *a)
{
    struct buf b = BUF_INIT(0);
    begin(w, NULL, '{');
    put_text(w, "kind", alert_kind_names[a->kind]);
    put_text(w, "level", detect_level_names[a->level]);
    put_text(w, "subject", a->subject);
    phrase_alert(&b, w->d, a);
    put_text(w, "headline", buf_text(&b));
    buf_release(&b);
    put_real(w, "severity", a->severity);
    put_time(w, "since", a->since);
    put_time(w, "until", a->until);
    put_flag(w, "rising", a->rising);
    put_flag(w, "fresh", a->fresh);
    put_flag(w, "withheld", a->withheld);
    put_real(w, "coverage", a->coverage);
    put_count(w, "posts", a->posts);
    put_count(w, "authors", a->authors);
    put_real(w, "top_author", a->top_author);
    put_real(w, "copied", a->copied);
    put_flag(w, "few_writers", a->few_writers);
    put_share(w, "aspect", &a->aspect);
    put_share(w, "channel", &a->channel);
    put_share(w, "source", &a->source);
    begin(w, "parts", '[');
    for (size_t i = 0; i < a->part_count; i++)
        put_part(w, &a->parts[i]);
    end(w, ']');
    put_terms(w, "terms", a->terms, a->term_count);
    begin(w, "samples", '[');
    for (size_t i = 0; i < a->sample_count; i++)
        put_sample(w, NULL, &a->samples[i]);
    end(w, ']');
    put_why(w, a->subject, NULL);
    end(w, '}');
}

static void put_changes(struct writer *w)
{
    const struct alerts *all = w->d->alerts;
    begin(w, "changes", '{');
    put_flag(w, "withheld", all->withheld);
    put_count(w, "series", all->series);
    put_count(w, "subjects", all->subjects);
    put_count(w, "subjects_new", all->subjects_new);
    begin(w, "alerts", '[');
    for (size_t i = 0; i < all->count; i++)
        put_alert(w, &all->items[i]);
    end(w, ']');
    put_terms(w, "rising", w->d->rising, w->d->rising_count);
    end(w, '}');
}

static void put_standing(struct writer *w, const struct digest_standing *s)
{
    begin(w, NULL, '{');
    put_text(w, "subject", s->name);
    put_text(w, "title", s->title);
    put_flag(w, "product", s->product);
    put_flag(w, "own", s->own);
    put_counts(w, "today", &s->today);
    put_counts(w, "yesterday", &s->yesterday);
    put_count(w, "authors", s->authors);
    put_flag(w, "few", s->few);
    put_estimate(w, "net", &s->net);
    put_estimate(w, "net_usual", &s->net_usual);
    put_real(w, "share", s->share);
    put_real(w, "share_usual", s->share_usual);
    put_real(w, "usual", s->usual);
    put_real(w, "low", s->low);
    put_real(w, "high", s->high);
    put_real(w, "change", s->change);
    begin(w, "history", '[');
    for (int i = 0; i < DIGEST_DAYS; i++)
        put_count(w, NULL, s->history[i]);
    end(w, ']');
    begin(w, "history_net", '[');
    for (int i = 0; i < DIGEST_DAYS; i++)
        put_real(w, NULL, (double)s->history_net[i]);
    end(w, ']');
    begin(w, "hours", '[');
    for (size_t i = 0; i < s->hour_count; i++)
        put_count(w, NULL, s->hours[i]);
    end(w, ']');
    put_terms(w, "terms", s->terms, s->term_count);
    put_why(w, s->name, NULL);
    end(w, '}');
}

static void put_wish(struct writer *w, const struct digest_wish *x)
{
    begin(w, NULL, '{');
    put_text(w, "subject", x->subject);
    put_text(w, "text", x->text);
    put_count(w, "posts", x->posts);
    put_count(w, "authors", x->authors);
    put_count(w, "authors_before", x->authors_before);
    put_count(w, "today", x->today);
    put_sample(w, "sample", &x->sample);
    end(w, '}');
}

static void put_waiting(struct writer *w, const struct digest_waiting *x)
{
    begin(w, NULL, '{');
    put_text(w, "subject", x->subject);
    put_text(w, "title", x->title);
    put_flag(w, "own", x->own);
    put_flag(w, "known", x->known);
    put_count(w, "asked", x->asked);
    put_count(w, "answered", x->answered);
    put_count(w, "open", x->open);
    put_time(w, "oldest", x->oldest);
    put_real(w, "median_hours", x->median_hours);
    begin(w, "samples", '[');
    for (size_t i = 0; i < x->sample_count; i++)
        put_sample(w, NULL, &x->samples[i]);
    end(w, ']');
    end(w, '}');
}

static void put_effect(struct writer *w, const struct effect *e)
{
    begin(w, NULL, '{');
    put_text(w, "measure", effect_names[e->measure]);
    put_text(w, "verdict", effect_verdict_names[e->verdict]);
    put_text(w, "method", e->method == EFFECT_PLACEBO ? "placebo"
                                                      : "approximate");
    put_real(w, "before", e->before);
    put_real(w, "after", e->after);
    put_real(w, "change", e->change);
    put_real(w, "low", e->low);
    put_real(w, "high", e->high);
    put_real(w, "detectable", e->detectable);
    put_real(w, "pretrend", e->pretrend);
    put_count(w, "placebos", e->placebos);
    put_count(w, "posts_before", e->posts_before);
    put_count(w, "posts_after", e->posts_after);
    end(w, '}');
}

static void put_experiment(struct writer *w, const struct digest_experiment *x)
{
    begin(w, NULL, '{');
    put_text(w, "name", x->experiment.name);
    put_text(w, "subject", x->experiment.subject);
    put_text(w, "title", x->experiment.title);
    put_text(w, "aspect", x->experiment.aspect);
    put_text(w, "channel", x->experiment.channel);
    put_text(w, "controls", x->experiment.controls);
    put_time(w, "from", x->experiment.from);
    put_time(w, "until", x->experiment.until);
    put_time(w, "before_from", x->reading.before_from);
    put_time(w, "after_until", x->reading.until);
    put_count(w, "days_before", x->reading.days_before);
    put_count(w, "days_after", x->reading.days_after);
    begin(w, "effects", '[');
    for (int i = 0; i < EFFECT_COUNT && x->reading.days_after; i++)
        put_effect(w, &x->reading.effects[i]);
    end(w, ']');
    end(w, '}');
}

static void put_rivals(struct writer *w)
{
    const struct digest *d = w->d;
    begin(w, "switches", '[');
    for (size_t i = 0; i < d->switch_count; i++) {
        const struct digest_switch *s = &d->switches[i];
        begin(w, NULL, '{');
        put_text(w, "from", s->from);
        put_text(w, "to", s->to);
        put_count(w, "posts", s->posts);
        put_count(w, "authors", s->authors);
        put_text(w, "aspect", s->aspect);
        put_flag(w, "from_own", s->from_own);
        put_flag(w, "to_own", s->to_own);
        end(w, '}');
    }
    end(w, ']');
    begin(w, "rival_gaps", '[');
    for (size_t i = 0; i < d->rival_gap_count; i++) {
        const struct digest_gap_to_rival *g = &d->rival_gaps[i];
        begin(w, NULL, '{');
        put_text(w, "aspect", g->aspect);
        put_text(w, "rival", g->rival);
        put_real(w, "ours", g->ours);
        put_real(w, "theirs", g->theirs);
        put_count(w, "our_posts", g->our_posts);
        put_count(w, "their_posts", g->their_posts);
        end(w, '}');
    }
    end(w, ']');
}

/* Only cells that hold something. */
static void put_where(struct writer *w)
{
    const struct digest *d = w->d;
    begin(w, "where", '[');
    for (int a = 0; a <= ASPECT_COUNT; a++)
        for (int k = 0; k <= CHANNEL_COUNT; k++) {
            const struct digest_cell *c = &d->where[a][k];
            if (!c->posts)
                continue;
            begin(w, NULL, '{');
            put_text(w, "aspect", a < ASPECT_COUNT ? aspect_names[a] : NULL);
            put_text(w, "channel", k < CHANNEL_COUNT ? channel_names[k]
                                                     : NULL);
            put_count(w, "posts", c->posts);
            put_count(w, "positive", c->positive);
            put_count(w, "negative", c->negative);
            end(w, '}');
        }
    end(w, ']');
}

static void put_head(struct writer *w)
{
    const struct digest *d = w->d;
    struct buf b = BUF_INIT(0);
    phrase_date(&b, d->day);
    put_text(w, "day", buf_text(&b));
    buf_release(&b);
    put_time(w, "from", d->from);
    put_time(w, "until", d->until);
    put_time(w, "now", d->now);
    put_text(w, "timezone", d->timezone);
    put_text(w, "title", d->title);
    put_text(w, "rivals", d->rivals);
}

void digest_json(const struct digest *d, struct buf *out)
{
    struct writer w = { out, d, true };
    begin(&w, NULL, '{');
    put_head(&w);
    put_data(&w);
    put_changes(&w);
    begin(&w, "standing", '[');
    for (size_t i = 0; i < d->standing_count; i++)
        put_standing(&w, &d->standing[i]);
    end(&w, ']');
    begin(&w, "wishes", '[');
    for (size_t i = 0; i < d->wish_count; i++)
        put_wish(&w, &d->wishes[i]);
    end(&w, ']');
    begin(&w, "waiting", '[');
    for (size_t i = 0; i < d->waiting_count; i++)
        put_waiting(&w, &d->waiting[i]);
    end(&w, ']');
    begin(&w, "experiments", '[');
    for (size_t i = 0; i < d->experiment_count; i++)
        put_experiment(&w, &d->experiments[i]);
    end(&w, ']');
    put_rivals(&w);
    put_where(&w);
    begin(&w, "samples", '[');
    for (size_t i = 0; i < d->sample_count; i++)
        put_sample(&w, NULL, &d->samples[i]);
    end(&w, ']');
    end(&w, '}');
    buf_putc(out, '\n');
}
