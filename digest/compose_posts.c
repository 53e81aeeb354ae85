/* SPDX-License-Identifier: Apache-2.0 */
/* One pass over the last two weeks of posts, oldest first: who wrote, who
 * waits for an answer, and each post to the parts that look at texts. Keeps no
 * post. */
#include <stdlib.h>

#include "digest/compose.h"
#include "pipeline/words.h"

struct pass {
    struct composer *c;
    int64_t week;              /* where the last 7 days begin */
    uint32_t rules[2];         /* lowest and highest version before the day */
    struct hash_set authors;   /* of the day: any subject, and each */
    struct sighting sighting;
    struct hash_set asked;     /* texts that ask, of each week: copies */
    struct wishes *wishes;
    struct waiting *waiting;
    struct switches *switches;
    struct samples *samples;
};

/* The store numbers subjects its own way; names are asked for once each. */
static int watched_of(struct composer *c, uint32_t id)
{
    enum { UNKNOWN = -2 };
    if (id >= c->id_count) {
        size_t count = id + 64;
        c->by_id = mem_resize(c->by_id, count * sizeof(*c->by_id));
        for (size_t i = c->id_count; i < count; i++)
            c->by_id[i] = UNKNOWN;
        c->id_count = count;
    }
    if (c->by_id[id] == UNKNOWN) {
        const char *name = store_subject_name(c->store, id);
        c->by_id[id] = name ? watched_find(c, name) : -1;
    }
    return c->by_id[id];
}

bool author_first(struct hash_set *seen, uint64_t author, uint64_t of)
{
    uint64_t mix = words_join(author, of + 1);
    return !author || hash_set_add(seen, mix ? mix : 1);
}

/* Exact: every author of the day is looked at. */
static void count_authors(struct pass *p, const struct sighting *s)
{
    struct composer *c = p->c;
    uint64_t author = s->post->author_hash;
    bool kept = false;
    for (size_t i = 0; i < s->count; i++) {
        struct watched *w = &c->watched[s->watched[i]];
        kept |= w->kept;
        w->authors += author &&
                      author_first(&p->authors, author,
                                   (uint64_t)s->watched[i]);
    }
    if (!kept)
        return;
    c->d->posts++;
    if (author && hash_set_add(&p->authors, author))
        c->d->authors++;
}

static const uint8_t asking = 1 << INTENT_QUESTION | 1 << INTENT_SUGGESTION |
                              1 << INTENT_SWITCH;

static int take_post(void *context, const struct post *post,
                     const struct mention *unused)
{
    struct pass *p = context;
    struct sighting *s = &p->sighting;
    (void)unused;
    s->post = post;
    s->count = 0;
    s->today = post->created >= p->c->d->from;
    s->week = post->created >= p->week;
    for (size_t i = 0; i < post->mention_count &&
                       s->count < POST_MENTIONS_LIMIT; i++) {
        int index = watched_of(p->c, post->mentions[i].subject);
        if (index < 0)
            continue;
        s->watched[s->count] = index;
        s->mentions[s->count++] = &post->mentions[i];
    }
    if (s->today && post->rules > p->c->d->rules)
        p->c->d->rules = post->rules;
    if (!s->today && post->rules && (!p->rules[0] ||
                                     post->rules < p->rules[0]))
        p->rules[0] = post->rules;
    if (!s->today && post->rules > p->rules[1])
        p->rules[1] = post->rules;
    uint64_t *expired = s->today ? &p->c->d->expired
                                 : &p->c->d->expired_before;
    *expired -= *expired > 0;
    if (s->today)
        count_authors(p, s);
    bool official = waiting_take(p->waiting, post);
    if (official || !s->count) /* a reply need not mention anybody */
        return 0;
    s->copied = post->tags.intents & asking &&
                post_copied(&p->asked, post, s->week);
    wishes_take(p->wishes, s);
    switches_take(p->switches, s);
    samples_take(p->samples, s);
    return 0;
}

/* ---- who waits: each brand's figures, and the asks to look at first -------- */

/* Questions before complaints; of the last two days the oldest first, then
 * those that have waited longer. */
static int rank(const struct ask *a, int64_t fresh)
{
    return 2 * !a->question + (a->asked < fresh);
}

/* asks: all of one brand, oldest first. */
static void fill_brand(struct composer *c, struct digest_waiting *out,
                 const struct ask *asks, size_t count)
{
    enum { RANKS = 4 };
    int64_t fresh = c->d->until - 2 * DAY;
    waiting_figures(&out->figures, asks, count);
    out->known |= out->figures.by_hand > 0;
    for (int r = 0; r < RANKS; r++)
        for (size_t i = 0; i < count && out->sample_count < ASKS_QUOTED; i++)
            if (asks[i].state == ASK_OPEN && asks[i].sample.text &&
                rank(&asks[i], fresh) == r)
                sample_copy(&c->d->memory, &out->samples[out->sample_count++],
                            &asks[i].sample);
}

static int fill_waiting(struct composer *c, struct waiting *w, struct error *err)
{
    struct digest *d = c->d;
    size_t count, room = 0;
    if (waiting_finish(w, err))
        return -1;
    const struct ask *asks = waiting_asks(w, &count);
    for (size_t i = 0, next; i < count; i = next) {
        const struct asked *brand = waiting_subject(w, asks[i].brand);
        int index = kept_find(c, brand->name);
        for (next = i + 1; next < count && asks[next].brand == asks[i].brand;)
            next++;
        if (index < 0)
            continue;
        d->waiting = mem_grow(d->waiting, &room, d->waiting_count,
                              sizeof(*d->waiting));
        d->waiting[d->waiting_count] = (struct digest_waiting){
            .subject = c->watched[index].name,
            .title = c->watched[index].title, .own = brand->own,
            .known = brand->replied };
        fill_brand(c, &d->waiting[d->waiting_count], &asks[i], next - i);
        if (d->waiting[d->waiting_count].figures.asked)
            d->waiting_count++;
    }
    return 0;
}

/* ---- the whole ------------------------------------------------------------- */

int compose_posts(struct composer *c, struct error *err)
{
    struct pass p = { .c = c };
    struct store_query all = { .until = c->d->until };
    all.from = c->starts[DAYS_SPAN - 2 * COMPOSE_WEEK];
    p.week = c->starts[DAYS_SPAN - COMPOSE_WEEK];
    p.switches = switches_open(c);
    p.samples = samples_open(c);
    int rc = wishes_open(&p.wishes, c, err);
    if (!rc)
        rc = waiting_open(&p.waiting, c->store, c->config, NULL, p.week, err);
    if (!rc)
        rc = store_posts(c->store, &all, take_post, &p, err);
    wishes_finish(p.wishes);
    if (rc >= 0 && fill_waiting(c, p.waiting, err))
        rc = -1;
    waiting_close(p.waiting);
    switches_finish(p.switches);
    samples_finish(p.samples);
    hash_set_release(&p.authors);
    hash_set_release(&p.asked);
    /* Posts that are read again have today's rules: one that has not counts. */
    int other = p.rules[0] == c->d->rules;
    if (c->d->rules && p.rules[other] != c->d->rules)
        c->d->rules_before = p.rules[other];
    return rc < 0 ? -1 : 0;
}
