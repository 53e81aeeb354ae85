/* SPDX-License-Identifier: Apache-2.0 */
/* Who carried an incident, and what it was about: writers and copies, shares
 * against the usual, terms, posts. Does not decide whether it is told.
 *
 * A share is called the cause when it stands furthest above its
 * usual, in standard deviations, and makes up a fair part of the posts. */
#include "digest/survey.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "digest/posts.h"

enum {
    SHARE_POSTS_LEAST = 5,
    SHARE_USUAL_DAYS = 28,
    CHAIN_MOST = 100,         /* replies to replies that are followed up */
    TALK_POSTS = 2000,        /* of the past, to know its conversations */
};
#define SHARE_LEAST 0.1      /* of the incident's posts */
#define SHARE_MORE 0.1       /* above its usual, to be shown */
#define SHARE_TIMES 1.5      /* ... and so many times it */
#define SHARE_SURE 3.0       /* standard deviations above usual */

/* ---- who -------------------------------------------------------------- */

/* A post of the incident, or of the time before it, and whom it replies to. */
enum { VOICE_PAST, VOICE_COUNTED, VOICE_OTHER };
struct voice {
    uint64_t id, parent;     /* parent 0: nobody */
    uint8_t when;            /* other: then, but not counted */
};

struct crowd {
    const struct survey *survey;
    const struct alert_part *part;
    struct documents *docs;
    uint64_t *authors;       /* one a post */
    size_t count, room;
    struct voice *voices;
    size_t voice_count, voice_room;
};

/* Does a post, by its tags, count for the part's measure? */
static bool is_counted(const struct alert_part *part, const struct tags *tags)
{
    switch (part->measure) {
    case MEASURE_NEGATIVE:
        return tags->label == LABEL_NEGATIVE;
    case MEASURE_COMPLAINTS:
        return tags->intents >> INTENT_COMPLAINT & 1;
    case MEASURE_ASPECT:
        return tags->aspects >> part->aspect & 1;
    default:
        return true;
    }
}

static void add_voice(struct crowd *c, const struct post *post, uint8_t when)
{
    struct text id = post->native_id, parent = post->reply_to;
    uint64_t source = hash64(post->source.data, post->source.length);
    c->voices = mem_grow(c->voices, &c->voice_room, c->voice_count,
                         sizeof(*c->voices));
    c->voices[c->voice_count++] = (struct voice){
        hash64_seed(id.data, id.length, source),
        parent.length ? hash64_seed(parent.data, parent.length, source) : 0,
        when };
}

static int take_past(void *context, const struct post *post,
                     const struct mention *mention)
{
    (void)mention;
    add_voice(context, post, VOICE_PAST);
    return 0;
}

static int take_post(void *context, const struct post *post,
                     const struct mention *mention)
{
    struct crowd *c = context;
    const struct tags *tags = mention ? &mention->tags : &post->tags;
    uint64_t author = post->author_hash;
    if (!survey_counted(c->survey, post->source))
        return 0;
    bool counted = is_counted(c->part, tags);
    add_voice(c, post, counted ? VOICE_COUNTED : VOICE_OTHER);
    if (!counted)
        return 0;
    if (author == 0) /* unknown: somebody of their own */
        author = words_hash(post->native_id.data, post->native_id.length);
    c->authors = mem_grow(c->authors, &c->room, c->count, sizeof(author));
    c->authors[c->count++] = author;
    documents_add(c->docs, post, tags);
    return 0;
}

static int compare_hashes(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

static int compare_voices(const void *a, const void *b)
{
    const struct voice *x = a, *y = b;
    return compare_hashes(&x->id, &y->id);
}

/* The first post of the conversation, as far up as is known. */
static uint64_t root_of(const struct crowd *c, const struct voice *v)
{
    for (int up = 0; v->parent && up < CHAIN_MOST; up++) {
        struct voice parent = { .id = v->parent };
        const struct voice *found =
            bsearch(&parent, c->voices, c->voice_count, sizeof(parent),
                    compare_voices);
        if (!found)
            return v->parent;
        v = found;
    }
    return v->id;
}

/* In how large a conversation a post stands, on average. */
static double talk_size(const struct crowd *c, uint8_t when)
{
    uint64_t *roots = mem_alloc((c->voice_count + 1) * sizeof(*roots));
    size_t count = 0;
    double squares = 0, run = 0;
    for (size_t i = 0; i < c->voice_count; i++)
        if (c->voices[i].when == when)
            roots[count++] = root_of(c, &c->voices[i]);
    qsort(roots, count, sizeof(*roots), compare_hashes);
    for (size_t i = 0; i < count; i++) {
        run = i && roots[i] == roots[i - 1] ? run + 1 : 1;
        squares += 2 * run - 1;
    }
    mem_free(roots);
    return count ? squares / (double)count : 1;
}

/* Posts that come in conversations come many at once: how many are worth one
 * that comes alone, by this crowd and by the subject's past alike. */
static int talk_worth(const struct survey *s, struct alert *a, struct crowd *c)
{
    struct store_query q = { a->subject, NULL,
                             a->since - SHARE_USUAL_DAYS * (int64_t)DAY,
                             a->since };
    struct counts past;
    if (store_series(s->store, &q, q.until - q.from, &past, 1, s->err))
        return -1;
    if (past.posts > TALK_POSTS)
        q.from = q.until - (int64_t)((double)(q.until - q.from) * TALK_POSTS /
                                     (double)past.posts);
    if (store_posts(s->store, &q, take_past, c, s->err))
        return -1;
    if (c->voice_count)
        qsort(c->voices, c->voice_count, sizeof(*c->voices), compare_voices);
    a->worth = fmin(talk_size(c, VOICE_COUNTED),
                    talk_size(c, VOICE_PAST));
    return 0;
}

int cause_crowd(const struct survey *s, struct alert *a,
                struct documents *docs)
{
    struct store_query q = { a->subject, NULL, a->since, a->until };
    struct crowd c = { .survey = s, .part = &a->parts[0], .docs = docs };
    size_t run = 0, most = 0;
    *docs = (struct documents){ .words = WORDS_INIT };
    int rc = store_posts(s->store, &q, take_post, &c, s->err);
    if (rc == 0)
        rc = talk_worth(s, a, &c);
    if (c.count)
        qsort(c.authors, c.count, sizeof(*c.authors), compare_hashes);
    for (size_t i = 0; i < c.count; i++) {
        bool same = i > 0 && c.authors[i] == c.authors[i - 1];
        run = same ? run + 1 : 1;
        a->authors += !same;
        most = run > most ? run : most;
    }
    a->posts = c.count;
    if (c.count) {
        a->top_author = (double)most / (double)c.count;
        a->copied = (double)docs->copies / (double)c.count;
    }
    mem_free(c.authors);
    mem_free(c.voices);
    return rc ? -1 : 0;
}

/* ---- what about ------------------------------------------------------- */

/* Of the incident, and of what was usual before it. */
struct compared {
    struct counts now, usual;
};

static int compare(struct compared *out, const struct survey *s,
                   const struct alert *a, const char *source)
{
    int64_t from = a->since - SHARE_USUAL_DAYS * (int64_t)DAY;
    if (from < s->start)
        from = s->start;
    struct store_query now = { a->subject, source, a->since, a->until };
    struct store_query usual = { a->subject, source, from, a->since };
    if (survey_series(s, &now, now.until - now.from, &out->now, 1))
        return -1;
    return survey_series(s, &usual, usual.until - usual.from, &out->usual, 1);
}

bool alert_share_tells(const struct alert_share *s)
{
    return s->name && s->share >= s->usual + SHARE_MORE &&
           s->share >= s->usual * SHARE_TIMES;
}

/* Take the share when it beats the one found so far, by *best deviations. */
static void share_try(struct alert_share *out, double *best, const char *name,
                      uint64_t posts, uint64_t all, uint64_t before,
                      uint64_t all_before)
{
    double share = (double)posts / (double)(all ? all : 1);
    double usual = ((double)before + 0.5) / ((double)all_before + 1);
    double unit = sqrt(usual * (1 - fmin(usual, 0.99)) / (double)(all + 1));
    double sure = (share - usual) / fmax(unit, 1e-9);
    if (posts < SHARE_POSTS_LEAST || share < SHARE_LEAST || sure < *best)
        return;
    *best = sure;
    *out = (struct alert_share){ name, posts, share, usual };
}

static int find_source(const struct survey *s, struct alert *a,
                       const struct compared *all)
{
    struct names sources;
    double best = SHARE_SURE;
    int rc = names_read(&sources, s->store, STORE_SOURCES, s->err);
    for (size_t i = 0; rc == 0 && sources.count > 1 && i < sources.count; i++) {
        struct compared here;
        if (!survey_counted(s, text_of(sources.items[i])))
            continue;
        rc = compare(&here, s, a, sources.items[i]);
        if (rc == 0)
            share_try(&a->source, &best, sources.items[i], here.now.posts,
                      all->now.posts, here.usual.posts, all->usual.posts);
    }
    if (a->source.name)
        a->source.name = arena_copy(&s->out->memory, a->source.name,
                                    strlen(a->source.name));
    names_release(&sources);
    return rc;
}

/* An aspect that stood out itself is the cause, the strongest first, also
 * where the subject is always about it (an app). -1: none did. */
static int aspect_part(const struct alert *a)
{
    int aspect = -1;
    double score = 0;
    for (size_t i = 0; i < a->part_count; i++) {
        const struct alert_part *p = &a->parts[i];
        if (p->measure == MEASURE_ASPECT && p->level == DETECT_ALERT &&
            p->score > score) {
            aspect = p->aspect;
            score = p->score;
        }
    }
    return aspect;
}

static int find_shares(const struct survey *s, struct alert *a)
{
    struct compared all;
    int told = aspect_part(a);
    double best = told < 0 ? SHARE_SURE : -INFINITY;
    if (compare(&all, s, a, NULL))
        return -1;
    for (int i = 0; i < ASPECT_COUNT; i++)
        if (told < 0 || told == i)
            share_try(&a->aspect, &best, aspect_names[i], all.now.aspect[i],
                      all.now.posts, all.usual.aspect[i], all.usual.posts);
    best = SHARE_SURE;
    for (int i = 0; i < CHANNEL_COUNT; i++)
        share_try(&a->channel, &best, channel_names[i], all.now.channel[i],
                  all.now.posts, all.usual.channel[i], all.usual.posts);
    return find_source(s, a, &all);
}

static int find_terms(const struct survey *s, struct alert *a)
{
    struct terms_query q = { .subject = a->subject, .from = a->since,
                             .until = a->until, .limit = ALERT_TERMS };
    struct terms *terms;
    if (terms_find(&terms, s->store, s->config, &q, s->err))
        return -1;
    alerts_own(s->out, terms);
    for (size_t i = 0; i < terms->count; i++)
        a->terms[a->term_count++] = terms->items[i];
    return 0;
}

/* How many of the terms a post holds, then what it says. */
static double telling(const struct alert *a, const struct sample *s)
{
    double terms = 0;
    for (size_t i = 0; i < a->term_count; i++)
        terms += strcasestr(s->text, a->terms[i].text) != NULL;
    return 2 * terms + sample_telling(s);
}

/* The first and the most telling of the range that is asked about: what was
 * quoted the day before is not quoted again. */
static void find_samples(const struct survey *s, struct alert *a,
                         const struct documents *docs)
{
    const struct sample *chosen[ALERT_SAMPLES];
    size_t count = 0, first = 0;
    while (first < docs->count && docs->items[first].created < s->query->from)
        first++;
    if (first < docs->count)
        chosen[count++] = &docs->items[first];
    while (count < ALERT_SAMPLES) {
        const struct sample *best = NULL;
        double most = -1;
        for (size_t i = first + 1; i < docs->count; i++) {
            const struct sample *d = &docs->items[i];
            double value = telling(a, d);
            bool taken = false;
            for (size_t j = 0; j < count; j++)
                taken |= chosen[j] == d ||
                         (d->author && chosen[j]->author == d->author);
            if (!taken && value > most) {
                best = d;
                most = value;
            }
        }
        if (!best)
            break;
        chosen[count++] = best;
    }
    for (size_t i = 0; i < count; i++)
        sample_copy(&s->out->memory, &a->samples[a->sample_count++],
                    chosen[i]);
}

int cause_explain(const struct survey *s, struct alert *a,
                  const struct documents *docs)
{
    if (find_shares(s, a) || find_terms(s, a))
        return -1;
    find_samples(s, a, docs);
    return 0;
}
