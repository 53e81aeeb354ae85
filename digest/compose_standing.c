/* SPDX-License-Identifier: Apache-2.0 */
/* How each brand and product stands: the day beside its own four weeks, from
 * the store's windows alone. Reads no post. */
#include <math.h>
#include <stdlib.h>

#include "digest/candidates.h"
#include "digest/compose.h"
#include "digest/stats.h"

enum { TERM_SUBJECTS = 12, RISING = 8 };
#define DRIFT_CHANCE 0.2    /* of a digest in which nothing happened */
#define MEDIAN_STEP 0.954   /* of |x - y|, normal with a deviation of one */
#define RIVALS_SURPRISE 6.0 /* of a rival's word, to be told: one in 10^6 */

struct net net_of(uint64_t positive, uint64_t negative, uint64_t all,
                  uint64_t posts, uint64_t people)
{
    double p = (double)positive, n = (double)negative, total = (double)all + 2;
    double mean = (p - n) / total;
    double each = people ? fmax(1, (double)posts / (double)people) : 1;
    return (struct net){ mean, ((p + n + 1) / total - mean * mean) * each /
                                   total };
}

/* The value is what was counted. */
void estimate_net(struct estimate *out, const struct counts *counts,
                  uint64_t people, uint64_t floor)
{
    uint64_t p = counts->label[LABEL_POSITIVE];
    uint64_t n = counts->label[LABEL_NEGATIVE];
    uint64_t all = p + n + counts->label[LABEL_NEUTRAL];
    struct net net = net_of(p, n, all, counts->posts, people);
    double half = 1.959964 * sqrt(net.variance);
    *out = (struct estimate){ 0, 0, 0, true };
    if (all == 0)
        return;
    out->value = ((double)p - (double)n) / (double)all;
    out->low = fmax(-1, fmin(out->value, net.mean - half));
    out->high = fmin(1, fmax(out->value, net.mean + half));
    out->few = all < floor || all < 2;
}

/* Where clocks move by half an hour, that day ends with half an hour. */
static int day_hours(struct composer *c, struct digest_standing *s,
                     struct error *err)
{
    struct counts hours[25];
    struct store_query q = { s->name, NULL, c->d->from, c->d->until };
    size_t whole = (size_t)((q.until - q.from) / HOUR);
    int64_t rest = (q.until - q.from) % HOUR;
    if (whole >= 25) {
        whole = 25;
        rest = 0;
    }
    if (store_series(c->store, &q, HOUR, hours, whole, err))
        return -1;
    q.from = q.until - rest;
    if (rest && store_series(c->store, &q, rest, &hours[whole], 1, err))
        return -1;
    s->hour_count = whole + (rest > 0);
    for (size_t i = 0; i < s->hour_count; i++)
        s->hours[i] = (uint32_t)hours[i].posts;
    return 0;
}

/* Of a count its deviation is 1/2, whatever is usual, when posts come one by
 * one. */
static double root(double posts)
{
    return sqrt(posts + 0.375);
}

/* How far the roots of two days usually are apart, as a deviation of one: of
 * days a week apart, for weekends differ; of few days, of those side by side.
 * By the median, so that one loud day does not hide what comes in the four
 * weeks after it. *count: pairs. */
static double deviation(const struct digest *d, const struct digest_standing *s,
                        int apart, int *count)
{
    double steps[DIGEST_DAYS];
    *count = 0;
    for (int i = d->usual.first + apart; i < DIGEST_DAYS; i++)
        if (d->usual.known[i] && d->usual.known[i - apart])
            steps[(*count)++] =
                fabs(root(s->history[i]) - root(s->history[i - apart]));
    if (apart > 1 && *count < DIGEST_DAYS / 4)
        return deviation(d, s, 1, count);
    stats_sort(steps, (size_t)*count);
    /* fmax passes over the NAN of no pair. */
    return fmax(0.5, stats_quantile(steps, (size_t)*count, 0.5) /
                         MEDIAN_STEP);
}

/* Beyond what the past shows by a fifth and a post, and so far that chance
 * would name some subject on one day in five, however many there are. Eight
 * days of ten are within low and high, or 1.28 deviations of the middle. Rising
 * to too few to say is no news, nor is falling from there. */
static bool drifted(const struct composer *c, const struct digest_standing *s)
{
    const struct digest *d = c->d;
    double posts = (double)s->today.posts;
    int pairs;
    if (d->usual.count < DIGEST_DAYS / 4 || isnan(s->change) ||
        d->alerts->withheld)
        return false;
    double all = posts / fmax(d->coverage, COVERAGE_FLOOR); /* had all come */
    double usual = deviation(d, s, 7, &pairs);
    double far = usual * sqrt(1 + 1.0 / d->usual.count) *
                 fmax(0, stats_t(1 - DRIFT_CHANCE / 2 /
                                         (double)d->standing_count,
                                 fmax(1, pairs)) - 1.28);
    return (!s->few && posts > s->high * 1.2 + 1 &&
            root(posts) > root(s->high) + far) ||
           (s->usual >= (double)c->floor && all < s->low * 0.8 - 1 &&
            root(all) < root(s->low) - far);
}

/* Against its own past: only days that were collected count. Of 28 days, wider
 * quantiles would be single days. */
static int compare(struct composer *c, struct digest_standing *s,
                   const struct counts *days, struct error *err)
{
    struct store_query before = { s->name, NULL,
                                  c->starts[c->d->usual.first], c->d->from };
    uint64_t people;
    double sorted[DIGEST_DAYS];
    size_t known = 0;
    struct counts past = { 0 }, all = { 0 };
    if (store_authors(c->store, &before, &people, err))
        return -1;
    for (int i = 0; i < DIGEST_DAYS; i++) {
        struct estimate net;
        estimate_net(&net, &days[i], 0, 0);
        s->history[i] = (uint32_t)days[i].posts;
        s->history_net[i] = days[i].posts ? (float)net.value : NAN;
        if (i < c->d->usual.first)
            continue;
        counts_add(&all, &days[i]);
        if (!c->d->usual.known[i])
            continue;
        counts_add(&past, &days[i]);
        sorted[known++] = (double)days[i].posts;
    }
    if (all.posts) /* people are of all these days */
        people = people * past.posts / all.posts;
    estimate_net(&s->net_usual, &past, people, c->floor);
    stats_sort(sorted, known);
    s->usual = stats_quantile(sorted, known, 0.5);
    s->low = stats_quantile(sorted, known, 0.1);
    s->high = stats_quantile(sorted, known, 0.9);
    s->change = s->usual > 0 && c->d->closed
                    ? (double)s->today.posts / s->usual - 1 : NAN;
    return 0;
}

static bool is_told(const struct digest *d, const char *subject)
{
    for (size_t i = 0; i < d->alerts->count; i++)
        for (size_t k = 0; k < d->alerts->items[i].part_count; k++)
            if (strcmp(d->alerts->items[i].parts[k].subject, subject) == 0)
                return true;
    return false;
}

static int add_standing(struct composer *c, struct watched *w, size_t *room,
                        const struct counts *days, struct error *err)
{
    struct digest *d = c->d;
    d->standing = mem_grow(d->standing, room, d->standing_count,
                           sizeof(*d->standing));
    struct digest_standing *s = &d->standing[d->standing_count++];
    memset(s, 0, sizeof(*s));
    s->name = w->name;
    s->title = w->title;
    s->product = w->product;
    s->own = w->own;
    s->told = is_told(d, s->name);
    s->today = days[DIGEST_DAYS];
    s->history[DIGEST_DAYS] = (uint32_t)s->today.posts;
    s->yesterday = days[DIGEST_DAYS - 1];
    s->authors = w->authors;
    if (d->expired) { /* the sketches outlive the posts */
        struct store_query q = { s->name, NULL, d->from, d->until };
        if (store_authors(c->store, &q, &s->authors, err))
            return -1;
    }
    s->few = s->today.posts < c->floor;
    estimate_net(&s->net, &s->today, s->authors, c->floor);
    if (compare(c, s, days, err))
        return -1;
    return s->today.posts ? day_hours(c, s, err) : 0;
}

/* Of all brands, also those that this reader did not ask for; usual as its
 * posts are: by the days, so that one loud day is not the month. */
static void share_voice(struct digest *d, struct digest_standing *s,
                        const uint64_t all[DAYS_SPAN])
{
    double shares[DIGEST_DAYS];
    size_t count = 0;
    s->share = s->product ? NAN : (double)s->today.posts /
                                      (double)all[DIGEST_DAYS];
    for (int i = d->usual.first; i < DIGEST_DAYS && !s->product; i++)
        if (d->usual.known[i] && all[i])
            shares[count++] = s->history[i] / (double)all[i];
    stats_sort(shares, count);
    s->share_usual = stats_quantile(shares, count, 0.5);
    s->share_low = stats_quantile(shares, count, 0.1);
    s->share_high = stats_quantile(shares, count, 0.9);
}

int compose_standing(struct composer *c, struct error *err)
{
    struct counts days[DAYS_SPAN];
    uint64_t all[DAYS_SPAN] = { 0 }; /* posts of all brands */
    size_t room = 0;
    for (size_t i = 0; i < c->watched_count; i++) {
        struct watched *w = &c->watched[i];
        struct store_query week = {
            w->name, NULL, c->starts[DAYS_SPAN - COMPOSE_WEEK], c->d->until };
        if (days_series(c->store, c->starts, w->name, NULL, days, err))
            return -1;
        for (int k = DAYS_SPAN - COMPOSE_WEEK; k < DAYS_SPAN; k++)
            counts_add(&w->week, &days[k]);
        for (int k = 0; k < DAYS_SPAN && !w->product; k++)
            all[k] += days[k].posts;
        if ((w->kept && add_standing(c, w, &room, days, err)) ||
            (!w->product &&
             store_authors(c->store, &week, &w->week_authors, err)))
            return -1;
    }
    for (size_t i = 0; i < c->d->standing_count; i++) {
        struct digest_standing *s = &c->d->standing[i];
        share_voice(c->d, s, all);
        s->drifted = drifted(c, s);
    }
    return 0;
}

/* ---- newly frequent words ---------------------------------------------- */

/* Words of what we watch are no news by themselves: the table counts them. */
bool watched_named(const struct composer *c, int index, const char *text)
{
    struct words w = WORDS_INIT;
    struct hash_set title = { 0 };
    words_split(&w, text_of(c->watched[index].title));
    for (size_t i = 0; i < w.count; i++)
        hash_set_add(&title, w.items[i].hash);
    words_split(&w, text_of(text));
    bool all = w.count > 0;
    for (size_t i = 0; i < w.count; i++)
        all &= hash_set_has(&title, w.items[i].hash);
    words_release(&w);
    hash_set_release(&title);
    return all;
}

static bool is_name(const struct composer *c, const char *text)
{
    for (size_t i = 0; i < c->watched_count; i++)
        if (watched_named(c, (int)i, text))
            return true;
    return false;
}

static bool already_told(const struct digest *d, const char *text)
{
    for (size_t i = 0; i < d->alerts->count; i++)
        for (size_t k = 0; k < d->alerts->items[i].term_count; k++)
            if (strcmp(d->alerts->items[i].terms[k].text, text) == 0)
                return true;
    for (size_t i = 0; i < d->rising_count; i++) {
        const struct term *t = &d->rising[i].term;
        if (strcmp(t->text, text) == 0 ||
            (t->phrase && strcasestr(t->phrase, text)))
            return true;
    }
    return false;
}

static int by_z(const void *a, const void *b)
{
    const struct term *x = &((const struct digest_word *)a)->term;
    const struct term *y = &((const struct digest_word *)b)->term;
    return x->z != y->z ? (x->z < y->z ? 1 : -1) : strcmp(x->text, y->text);
}

static int find_terms(struct composer *c, struct digest_standing *s,
                      size_t *room, struct error *err)
{
    struct digest *d = c->d;
    struct terms *found = NULL;
    struct terms_query q = { .subject = s->name, .from = d->from,
                             .until = d->until, .limit = 5 };
    bool ours = watched_ours(c, watched_find(c, s->name));
    if (terms_find(&found, c->store, c->config, &q, err))
        return -1;
    alerts_own(d->alerts, found);
    for (size_t i = 0; i < found->count && s->term_count < 5; i++) {
        struct term t = found->items[i];
        s->terms[s->term_count++] = t;
        if ((!ours && t.surprise < RIVALS_SURPRISE) ||
            already_told(d, t.text) || is_name(c, t.text))
            continue;
        d->rising = mem_grow(d->rising, room, d->rising_count,
                             sizeof(*d->rising));
        d->rising[d->rising_count++] = (struct digest_word){ s->name, t };
    }
    return 0;
}

static int busiest_first(const void *a, const void *b)
{
    const struct digest_standing *x = *(struct digest_standing *const *)a;
    const struct digest_standing *y = *(struct digest_standing *const *)b;
    if (x->own != y->own)
        return x->own ? -1 : 1;
    if (x->today.posts != y->today.posts)
        return x->today.posts < y->today.posts ? 1 : -1;
    return strcmp(x->name, y->name);
}

/* Words cost a scan of the day's posts: only for brands, the busiest. */
int compose_rising(struct composer *c, struct error *err)
{
    struct digest *d = c->d;
    size_t room = 0, count = 0;
    int rc = -1;
    struct digest_standing **order =
        mem_alloc((d->standing_count + 1) * sizeof(struct digest_standing *));
    for (size_t i = 0; i < d->standing_count; i++)
        if (!d->standing[i].product && !d->standing[i].few)
            order[count++] = &d->standing[i];
    qsort(order, count, sizeof(struct digest_standing *), busiest_first);
    for (size_t i = 0; i < count && i < TERM_SUBJECTS; i++)
        if (find_terms(c, order[i], &room, err))
            goto done;
    if (d->rising_count)
        qsort(d->rising, d->rising_count, sizeof(*d->rising), by_z);
    if (d->rising_count > RISING)
        d->rising_count = RISING;
    rc = 0;
done:
    mem_free(order);
    return rc;
}
