/* SPDX-License-Identifier: Apache-2.0 */
/* Topics: see survey.h. The bar is high, for a brand's day has thousands of
 * terms: a chance of 1e-15 against the own past, a tenth of the day's writers,
 * and three times as many as the day before, so that it is told once. */
#include "digest/survey.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#define TOPIC_SURPRISE 15.0
#define TOPIC_SHARE 0.1        /* of the day's writers */
#define TOPIC_GROWTH 3.0       /* of the writers of the day before */

enum {
    TOPIC_AUTHORS = 20,
    TOPIC_BRANDS = 50,         /* the day's most talked of; the rest is quiet */
    TOPIC_PAST = 3,            /* days with posts before */
    TOPIC_BACKGROUND = 28,     /* days compared with */
    TOPIC_TERMS = 5,
    TOPIC_RANGE = 2 * DAY,     /* longer ranges have no "today" */
};

struct brand {
    const char *name;
    uint64_t posts;
};

static int compare_brands(const void *a, const void *b)
{
    const struct brand *x = a, *y = b;
    if (x->posts != y->posts)
        return x->posts > y->posts ? -1 : 1;
    return strcmp(x->name, y->name);
}

static bool is_topic(const struct terms *t, const struct term *e)
{
    return !e->weak && e->surprise >= TOPIC_SURPRISE &&
           e->authors >= TOPIC_AUTHORS &&
           (double)e->authors >= TOPIC_SHARE * (double)t->authors &&
           (double)e->authors >= TOPIC_GROWTH * (double)e->yesterday;
}

static bool in_text(const char *text, const struct term *e)
{
    return strcasestr(text, e->text) != NULL;
}

/* Does an alert of the brand or its products already say so? */
static bool is_told(const struct alerts *out, const char *brand,
                    const struct term *e)
{
    for (size_t i = 0; i < out->count; i++) {
        const struct alert *a = &out->items[i];
        if (a->level != DETECT_ALERT || !subject_within(a->subject, brand))
            continue;
        if (a->term_count == 0)
            return true;
        for (size_t j = 0; j < a->term_count; j++)
            if (in_text(a->terms[j].text, e) ||
                (a->terms[j].phrase && in_text(a->terms[j].phrase, e)))
                return true;
        for (size_t j = 0; j < a->sample_count; j++)
            if (in_text(a->samples[j].text, e))
                return true;
    }
    return false;
}

static void tell_topic(struct survey *s, const char *brand,
                       const struct terms *t, const struct term *e)
{
    struct alerts *out = s->out;
    struct alert_part *part = arena_alloc(&out->memory, sizeof(*part));
    double spread = 1.96 * sqrt(e->expected + 1);
    struct alert a = {
        .kind = ALERT_TOPIC,
        .level = out->withheld ? DETECT_WATCH : DETECT_ALERT,
        .subject = arena_copy(&out->memory, brand, strlen(brand)),
        .severity = fmin(e->surprise, 30) / 3 +
                    2 * log10(1 + (double)e->authors),
        .parts = part, .part_count = 1,
        .since = e->first_seen - e->first_seen % HOUR, .until = s->until,
        .fresh = true, .coverage = out->coverage,
        .withheld = out->withheld, .posts = e->posts, .authors = e->authors,
        .terms = { *e }, .term_count = 1,
    };
    *part = (struct alert_part){
        .subject = a.subject, .measure = MEASURE_TERM, .name = e->text,
        .level = DETECT_ALERT, .score = e->surprise, .since = a.since,
        .until = s->until, .observed = e->authors, .expected = e->expected,
        .low = fmax(0, floor(e->expected - spread)),
        .high = ceil(e->expected + spread),
        .peak = a.since, .peak_expected = e->expected,
    };
    for (size_t i = 0; i < t->count && a.term_count < ALERT_TERMS; i++)
        if (&t->items[i] != e && !t->items[i].weak)
            a.terms[a.term_count++] = t->items[i];
    for (size_t i = 0; i < e->example_count; i++)
        a.samples[a.sample_count++] = e->examples[i];
    survey_add(s, &a);
}

static int judge_brand(struct survey *s, const char *brand)
{
    struct terms_query q = {
        .subject = brand, .from = s->query->from, .until = s->until,
        .background_days = TOPIC_BACKGROUND, .limit = TOPIC_TERMS };
    struct terms *t;
    if (terms_find(&t, s->store, s->config, &q, s->err))
        return -1;
    alerts_own(s->out, t);
    if (t->basis == TERMS_OTHERS || t->background_days < TOPIC_PAST)
        return 0;
    for (size_t i = 0; i < t->count; i++)
        if (is_topic(t, &t->items[i]) &&
            !is_told(s->out, brand, &t->items[i])) {
            tell_topic(s, brand, t, &t->items[i]);
            break;
        }
    return 0;
}

int topics_tell(struct survey *s, const struct names *subjects)
{
    int64_t from = s->query->from;
    size_t count = 0;
    int rc = 0;
    if (s->until - from > TOPIC_RANGE || s->until <= from) /* no hour is over */
        return 0;
    struct brand *brands = mem_alloc((subjects->count + 1) * sizeof(*brands));
    for (size_t i = 0; i < subjects->count && rc == 0; i++) {
        struct store_query q = { subjects->items[i], NULL, from, s->until };
        struct counts c;
        if (strchr(q.subject, '/'))
            continue;
        rc = store_series(s->store, &q, s->until - from, &c, 1, s->err);
        if (rc == 0 && c.posts >= TOPIC_AUTHORS)
            brands[count++] = (struct brand){ q.subject, c.posts };
    }
    qsort(brands, count, sizeof(*brands), compare_brands);
    for (size_t i = 0; i < count && i < TOPIC_BRANDS && rc == 0; i++)
        rc = judge_brand(s, brands[i].name);
    mem_free(brands);
    return rc;
}
