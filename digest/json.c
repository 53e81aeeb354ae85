/* SPDX-License-Identifier: Apache-2.0 */
/* The digest as one JSON object: every figure, keys in the order of
 * digest.h, null where there is nothing to say. No rounding for people. */
#include "digest/json.h"

#include <math.h>

#include "digest/phrase.h"

/* A list of objects, the members of each put there by fields(). */
#define PUT_EACH(w, name, items, count, fields) \
    do { \
        write_begin(w, name, '['); \
        for (size_t i_ = 0; i_ < (size_t)(count); i_++) { \
            write_begin(w, NULL, '{'); \
            fields(w, &(items)[i_]); \
            write_end(w, '}'); \
        } \
        write_end(w, ']'); \
    } while (0)

static void put_estimate(struct writer *w, const char *name,
                         const struct estimate *e)
{
    write_begin(w, name, '{');
    write_real(w, "value", e->value);
    write_real(w, "low", e->low);
    write_real(w, "high", e->high);
    write_flag(w, "few", e->few);
    write_end(w, '}');
}

static void put_why(struct writer *w, const char *subject)
{
    struct buf b = BUF_INIT(0);
    phrase_why(&b, w->about, subject);
    write_text(w, "why", buf_text(&b));
    buf_release(&b);
}

static void sample_fields(struct writer *w, const struct sample *s)
{
    write_text(w, "source", s->source);
    write_text(w, "id", s->native_id);
    write_text(w, "url", s->url && *s->url ? s->url : NULL);
    write_time(w, "created_at", s->created);
    write_text(w, "text", s->text);
    write_tags(w, &s->tags);
    write_count(w, "likes", s->likes);
    write_count(w, "reposts", s->reposts);
}

void json_term_fields(struct writer *w, const struct term *t)
{
    write_text(w, "term", t->text);
    write_text(w, "phrase", t->phrase);
    write_text(w, "kind", term_kind_names[t->kind]);
    write_count(w, "posts", t->posts);
    write_count(w, "authors", t->authors);
    write_count(w, "before", t->before);
    write_real(w, "expected", t->expected);
    write_real(w, "surprise", t->surprise);
    write_real(w, "z", t->z);
    write_real(w, "growth", t->growth);
    write_time(w, "first_seen", t->first_seen);
    write_flag(w, "weak", t->weak);
}

static void term_fields(struct writer *w, const struct term *t)
{
    json_term_fields(w, t);
    PUT_EACH(w, "examples", t->examples, t->example_count, sample_fields);
}

static void word_fields(struct writer *w, const struct digest_word *x)
{
    write_text(w, "subject", x->subject);
    term_fields(w, &x->term);
}

void json_terms(struct writer *w, const char *name, const struct term *terms,
                size_t count)
{
    PUT_EACH(w, name, terms, count, term_fields);
}

static void put_table(struct writer *w, const char *name,
                      const uint64_t *values, const char *const *names,
                      int count)
{
    write_begin(w, name, '{');
    for (int i = 0; i < count; i++)
        write_count(w, names[i], values[i]);
    write_end(w, '}');
}

static void put_counts(struct writer *w, const char *name,
                       const struct counts *c)
{
    write_begin(w, name, '{');
    write_count(w, "posts", c->posts);
    put_table(w, "labels", c->label, label_names, LABEL_COUNT);
    write_real(w, "score_sum", (double)c->score / 1000);
    write_count(w, "reposts", c->reposts);
    put_table(w, "aspects", c->aspect, aspect_names, ASPECT_COUNT);
    put_table(w, "aspects_negative", c->aspect_negative, aspect_names,
              ASPECT_COUNT);
    put_table(w, "aspects_positive", c->aspect_positive, aspect_names,
              ASPECT_COUNT);
    put_table(w, "channels", c->channel, channel_names, CHANNEL_COUNT);
    put_table(w, "intents", c->intent, intent_names, INTENT_COUNT);
    write_end(w, '}');
}

/* ---- sections ----------------------------------------------------------- */

static void gap_fields(struct writer *w, const struct digest_gap *g)
{
    write_text(w, "label", g->label);
    write_time(w, "from", g->from);
    write_time(w, "until", g->until);
    write_text(w, "state", coverage_names[g->state]);
}

static void source_fields(struct writer *w, const struct digest_source *s)
{
    write_text(w, "name", s->name);
    write_count(w, "posts", s->posts);
    write_real(w, "usual", s->usual);
}

/* Earlier days are not compared; the alerts are without it where they are
 * partial. */
static void put_change(struct writer *w, const struct digest *d)
{
    if (!d->usual.first) {
        write_text(w, "source_change", NULL);
        return;
    }
    write_begin(w, "source_change", '{');
    write_text(w, "source", d->usual.change.source);
    write_flag(w, "added", d->usual.change.added);
    write_time(w, "when", d->usual.change.when);
    write_end(w, '}');
}

static void put_data(struct writer *w)
{
    const struct digest *d = w->about;
    write_begin(w, "data", '{');
    write_count(w, "posts", d->posts);
    write_count(w, "authors", d->authors);
    write_count(w, "collected", d->collected);
    write_count(w, "unscored", d->unscored);
    write_count(w, "expired", d->expired);
    write_count(w, "expired_before", d->expired_before);
    write_real(w, "coverage", d->planned ? d->coverage : NAN);
    write_flag(w, "planned", d->planned);
    write_flag(w, "closed", d->closed);
    write_count(w, "restated", d->restated);
    write_begin(w, "restated_before", '[');
    for (int i = 0; i < 3; i++)
        write_count(w, NULL, d->restated_before[i]);
    write_end(w, ']');
    write_count(w, "history_days", d->usual.count);
    write_begin(w, "history_known", '[');
    for (int i = 0; i < DIGEST_DAYS; i++)
        write_flag(w, NULL, d->usual.known[i] && i >= d->usual.first);
    write_end(w, ']');
    write_count(w, "rules", d->rules);
    write_count(w, "rules_before", d->rules_before);
    PUT_EACH(w, "gaps", d->gaps, d->gap_count, gap_fields);
    write_begin(w, "source_faults", '[');
    for (size_t i = 0; i < d->fault_count; i++)
        write_text(w, NULL, d->faults[i]);
    write_end(w, ']');
    PUT_EACH(w, "sources", d->sources, d->source_count, source_fields);
    put_change(w, d);
    write_end(w, '}');
}

static void part_fields(struct writer *w, const struct alert_part *p)
{
    write_text(w, "subject", p->subject);
    write_text(w, "measure", p->name);
    write_text(w, "level", detect_level_names[p->level]);
    write_real(w, "score", p->score);
    write_time(w, "since", p->since);
    write_time(w, "until", p->until);
    write_flag(w, "rising", p->rising);
    write_count(w, "observed", p->observed);
    write_real(w, "expected", p->expected);
    write_real(w, "low", p->low);
    write_real(w, "high", p->high);
    write_time(w, "peak", p->peak);
    write_count(w, "peak_count", p->peak_count);
    write_real(w, "peak_expected", p->peak_expected);
    write_real(w, "peak_low", p->peak_low);
    write_real(w, "peak_high", p->peak_high);
}

static void put_share(struct writer *w, const char *name,
                      const struct alert_share *s)
{
    if (!s->name) {
        write_text(w, name, NULL);
        return;
    }
    write_begin(w, name, '{');
    write_text(w, "name", s->name);
    write_count(w, "posts", s->posts);
    write_real(w, "share", s->share);
    write_real(w, "usual", s->usual);
    write_end(w, '}');
}

void json_alert(struct writer *w, const struct alert *a)
{
    struct buf b = BUF_INIT(0);
    write_text(w, "kind", alert_kind_names[a->kind]);
    write_text(w, "level", detect_level_names[a->level]);
    write_text(w, "subject", a->subject);
    if (w->about) {
        phrase_alert(&b, w->about, a);
        write_text(w, "headline", buf_text(&b));
        put_why(w, a->subject);
        buf_release(&b);
    }
    write_real(w, "severity", a->severity);
    write_time(w, "since", a->since);
    write_time(w, "until", a->until);
    write_flag(w, "rising", a->rising);
    write_flag(w, "fresh", a->fresh);
    write_flag(w, "withheld", a->withheld);
    write_real(w, "coverage", a->coverage);
    write_count(w, "posts", a->posts);
    write_count(w, "authors", a->authors);
    write_real(w, "top_author", a->top_author);
    write_real(w, "copied", a->copied);
    write_real(w, "worth", a->worth);
    write_flag(w, "few_writers", a->few_writers);
    put_share(w, "aspect", &a->aspect);
    put_share(w, "channel", &a->channel);
    put_share(w, "source", &a->source);
    PUT_EACH(w, "parts", a->parts, a->part_count, part_fields);
    json_terms(w, "terms", a->terms, a->term_count);
    PUT_EACH(w, "samples", a->samples, a->sample_count, sample_fields);
}

static void put_changes(struct writer *w)
{
    const struct digest *d = w->about;
    const struct alerts *all = d->alerts;
    write_begin(w, "changes", '{');
    write_flag(w, "withheld", all->withheld);
    write_flag(w, "partial", all->partial);
    write_count(w, "series", all->series);
    write_count(w, "subjects", all->subjects);
    write_count(w, "subjects_new", all->subjects_new);
    PUT_EACH(w, "alerts", all->items, all->count, json_alert);
    PUT_EACH(w, "rising", d->rising, d->rising_count, word_fields);
    write_end(w, '}');
}

static void put_numbers(struct writer *w, const char *name,
                        const uint32_t *values, size_t count)
{
    write_begin(w, name, '[');
    for (size_t i = 0; i < count; i++)
        write_count(w, NULL, values[i]);
    write_end(w, ']');
}

static void standing_fields(struct writer *w, const struct digest_standing *s)
{
    write_text(w, "subject", s->name);
    write_text(w, "title", s->title);
    write_flag(w, "product", s->product);
    write_flag(w, "own", s->own);
    put_counts(w, "today", &s->today);
    put_counts(w, "yesterday", &s->yesterday);
    write_count(w, "authors", s->authors);
    write_flag(w, "few", s->few);
    write_flag(w, "told", s->told);
    write_flag(w, "drifted", s->drifted);
    put_estimate(w, "net", &s->net);
    put_estimate(w, "net_usual", &s->net_usual);
    write_real(w, "share", s->share);
    write_real(w, "share_usual", s->share_usual);
    write_real(w, "share_low", s->share_low);
    write_real(w, "share_high", s->share_high);
    write_real(w, "usual", s->usual);
    write_real(w, "low", s->low);
    write_real(w, "high", s->high);
    write_real(w, "change", s->change);
    put_numbers(w, "history", s->history, DIGEST_DAYS);
    write_begin(w, "history_net", '[');
    for (int i = 0; i < DIGEST_DAYS; i++)
        write_real(w, NULL, (double)s->history_net[i]);
    write_end(w, ']');
    put_numbers(w, "hours", s->hours, s->hour_count);
    json_terms(w, "terms", s->terms, s->term_count);
    put_why(w, s->name);
}

static void wish_fields(struct writer *w, const struct digest_wish *x)
{
    write_text(w, "subject", x->subject);
    write_text(w, "text", x->text);
    write_count(w, "posts", x->posts);
    write_count(w, "authors", x->authors);
    write_count(w, "authors_before", x->authors_before);
    write_count(w, "today", x->today);
    write_begin(w, "sample", '{');
    sample_fields(w, &x->sample);
    write_end(w, '}');
}

static void put_questions(struct writer *w)
{
    const struct digest *d = w->about;
    write_begin(w, "questions", '[');
    for (int a = 0; a < ASPECT_COUNT; a++) {
        if (!d->asked[a] && !d->asked_before[a])
            continue;
        write_begin(w, NULL, '{');
        write_text(w, "aspect", aspect_names[a]);
        write_count(w, "authors", d->asked[a]);
        write_count(w, "authors_before", d->asked_before[a]);
        write_end(w, '}');
    }
    write_end(w, ']');
}

void json_figures(struct writer *w, const struct ask_figures *f)
{
    write_count(w, "asked", f->asked);
    write_count(w, "answered", f->answered);
    write_count(w, "answered_by_hand", f->by_hand);
    write_count(w, "open", f->open);
    write_count(w, "ignored", f->ignored);
    write_time(w, "oldest", f->oldest);
    write_real(w, "median_hours", f->median_hours);
}

static void waiting_fields(struct writer *w, const struct digest_waiting *x)
{
    write_text(w, "subject", x->subject);
    write_text(w, "title", x->title);
    write_flag(w, "own", x->own);
    write_flag(w, "known", x->known);
    json_figures(w, &x->figures);
    PUT_EACH(w, "samples", x->samples, x->sample_count, sample_fields);
}

void json_effect(struct writer *w, const struct effect *e)
{
    write_text(w, "measure", effect_names[e->measure]);
    write_text(w, "verdict", effect_verdict_names[e->verdict]);
    write_text(w, "method", e->method == EFFECT_PLACEBO ? "placebo"
                                                      : "approximate");
    write_real(w, "before", e->before);
    write_real(w, "after", e->after);
    write_real(w, "change", e->change);
    write_real(w, "low", e->low);
    write_real(w, "high", e->high);
    write_real(w, "detectable", e->detectable);
    write_real(w, "pretrend", e->pretrend_known ? e->pretrend : NAN);
    write_count(w, "placebos", e->placebos);
    write_count(w, "posts_before", e->posts_before);
    write_count(w, "posts_after", e->posts_after);
}

static void experiment_fields(struct writer *w, const struct digest_experiment *x)
{
    write_text(w, "name", x->experiment.name);
    write_text(w, "subject", x->experiment.subject);
    write_text(w, "title", x->experiment.title);
    write_text(w, "aspect", x->experiment.aspect);
    write_text(w, "channel", x->experiment.channel);
    write_text(w, "controls", x->experiment.controls);
    write_time(w, "from", x->experiment.from);
    write_time(w, "until", x->experiment.until);
    write_time(w, "before_from", x->reading.before_from);
    write_time(w, "after_until", x->reading.until);
    write_count(w, "days_before", x->reading.days_before);
    write_count(w, "days_after", x->reading.days_after);
    write_count(w, "days_left_out", x->reading.days_poor);
    write_text(w, "sources_left_out",
               *x->reading.parts ? x->reading.parts : NULL);
    write_count(w, "days_alerted", x->reading.days_alerted);
    PUT_EACH(w, "effects", x->reading.effects,
             x->reading.days_after ? EFFECT_COUNT : 0, json_effect);
}

static void switch_fields(struct writer *w, const struct digest_switch *s)
{
    write_text(w, "from", s->from);
    write_text(w, "to", s->to);
    write_count(w, "posts", s->posts);
    write_count(w, "authors", s->authors);
    write_text(w, "aspect", s->aspect);
    write_flag(w, "from_own", s->from_own);
    write_flag(w, "to_own", s->to_own);
}

static void rival_gap_fields(struct writer *w,
                          const struct digest_gap_to_rival *g)
{
    write_text(w, "aspect", g->aspect);
    write_text(w, "rival", g->rival);
    write_real(w, "ours", g->ours);
    write_real(w, "theirs", g->theirs);
    write_count(w, "our_posts", g->our_posts);
    write_count(w, "their_posts", g->their_posts);
}

/* Only cells that hold something. */
static void put_where(struct writer *w)
{
    const struct digest *d = w->about;
    write_begin(w, "where", '[');
    for (int a = 0; a <= ASPECT_COUNT; a++)
        for (int k = 0; k <= CHANNEL_COUNT; k++) {
            const struct digest_cell *c = &d->where[a][k];
            if (!c->posts)
                continue;
            write_begin(w, NULL, '{');
            write_text(w, "aspect", a < ASPECT_COUNT ? aspect_names[a] : NULL);
            write_text(w, "channel", k < CHANNEL_COUNT ? channel_names[k]
                                                     : NULL);
            write_count(w, "posts", c->posts);
            write_count(w, "positive", c->positive);
            write_count(w, "negative", c->negative);
            write_end(w, '}');
        }
    write_end(w, ']');
}

static void put_head(struct writer *w)
{
    const struct digest *d = w->about;
    struct buf b = BUF_INIT(0);
    phrase_date(&b, d->day);
    write_text(w, "day", buf_text(&b));
    buf_release(&b);
    write_time(w, "from", d->from);
    write_time(w, "until", d->until);
    write_time(w, "now", d->now);
    write_text(w, "timezone", d->timezone);
    write_text(w, "title", d->title);
    write_text(w, "rivals", d->rivals);
}

void digest_json(const struct digest *d, struct buf *out)
{
    struct writer w = { .out = out, .about = d };
    write_begin(&w, NULL, '{');
    put_head(&w);
    put_data(&w);
    put_changes(&w);
    PUT_EACH(&w, "standing", d->standing, d->standing_count, standing_fields);
    PUT_EACH(&w, "wishes", d->wishes, d->wish_count, wish_fields);
    put_questions(&w);
    PUT_EACH(&w, "waiting", d->waiting, d->waiting_count, waiting_fields);
    PUT_EACH(&w, "experiments", d->experiments, d->experiment_count,
             experiment_fields);
    PUT_EACH(&w, "switches", d->switches, d->switch_count, switch_fields);
    PUT_EACH(&w, "rival_gaps", d->rival_gaps, d->rival_gap_count,
             rival_gap_fields);
    put_where(&w);
    PUT_EACH(&w, "samples", d->samples, d->sample_count, sample_fields);
    write_end(&w, '}');
    buf_putc(out, '\n');
}
