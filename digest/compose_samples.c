/* SPDX-License-Identifier: Apache-2.0 */
/* Posts of the day worth reading, and where and about what they are. Picks by
 * rule, not by taste: see post_telling(). */
#include <stdlib.h>

#include "digest/compose.h"

enum { EACH = 3, SHOWN = 8 };

/* The most telling posts of one brand so far, best first. */
struct shelf {
    struct shelved {
        struct sample sample;
        double telling;
        uint64_t print;
    } items[EACH];
    size_t count;
};

struct samples {
    struct composer *c;
    struct shelf *shelves;     /* by watched index; brands only */
    struct hash_set told;      /* prints of what the alerts show */
};

struct samples *samples_open(struct composer *c)
{
    struct samples *all = mem_alloc(sizeof(*all));
    all->c = c;
    all->shelves = mem_alloc((c->watched_count + 1) * sizeof(*all->shelves));
    const struct alerts *alerts = c->d->alerts;
    for (size_t i = 0; i < alerts->count; i++)
        for (size_t k = 0; k < alerts->items[i].sample_count; k++) {
            const char *text = alerts->items[i].samples[k].text;
            hash_set_add(&all->told, post_fingerprint(text_of(text)));
        }
    return all;
}

/* A better one pushes the others down; one writer, one text, one place. */
static void shelve(struct samples *all, struct shelf *shelf,
                   const struct post *post, const struct tags *tags)
{
    double telling = post_telling(post, tags);
    size_t at = shelf->count;
    if (telling <= 0 ||
        (at == EACH && telling <= shelf->items[EACH - 1].telling))
        return;
    uint64_t print = post_fingerprint(post->text);
    if (!print || hash_set_has(&all->told, print))
        return;
    for (size_t i = 0; i < shelf->count; i++) {
        const struct shelved *x = &shelf->items[i];
        if (x->print != print &&
            (!post->author_hash || x->sample.author != post->author_hash))
            continue;
        if (telling <= x->telling)
            return;
        at = i;
    }
    if (at == shelf->count && shelf->count < EACH)
        shelf->count++;
    if (at == EACH)
        at = EACH - 1;
    for (; at > 0 && shelf->items[at - 1].telling < telling; at--)
        shelf->items[at] = shelf->items[at - 1];
    shelf->items[at].telling = telling;
    shelf->items[at].print = print;
    post_sample(&shelf->items[at].sample, &all->c->d->memory, post, tags,
                SIZE_MAX);
}

static void count_cell(struct digest_cell *cell, uint8_t label)
{
    cell->posts++;
    cell->positive += label == LABEL_POSITIVE;
    cell->negative += label == LABEL_NEGATIVE;
}

double cell_net(const struct digest_cell *c)
{
    return ((double)c->positive - (double)c->negative) / (double)c->posts;
}

static void count_where(struct digest *d, const struct tags *tags)
{
    for (int a = 0; a <= ASPECT_COUNT; a++) {
        if (a < ASPECT_COUNT && !(tags->aspects >> a & 1))
            continue;
        for (int k = 0; k < CHANNEL_COUNT; k++)
            if (tags->channels >> k & 1)
                count_cell(&d->where[a][k], tags->label);
        count_cell(&d->where[a][CHANNEL_COUNT], tags->label);
    }
}

void samples_take(struct samples *all, const struct sighting *s)
{
    struct composer *c = all->c;
    bool counted = false;
    if (!s->today)
        return;
    for (size_t i = 0; i < s->count; i++) {
        const struct watched *w = &c->watched[s->watched[i]];
        if (w->brand != s->watched[i] || !w->kept)
            continue; /* the brand's mention stands for its products' */
        if (!counted && watched_ours(c, s->watched[i])) {
            count_where(c->d, &s->mentions[i]->tags);
            counted = true;
        }
        shelve(all, &all->shelves[s->watched[i]], s->post,
               &s->mentions[i]->tags);
    }
}

static bool same(const struct sample *a, const struct sample *b)
{
    return strcmp(a->native_id, b->native_id) == 0 &&
           strcmp(a->source, b->source) == 0;
}

/* Here, or by who waits or wishes: nothing is quoted twice. */
static bool shown(const struct digest *d, const struct sample *s)
{
    for (size_t i = 0; i < d->sample_count; i++)
        if (same(&d->samples[i], s))
            return true;
    for (size_t i = 0; i < d->waiting_count; i++)
        for (size_t k = 0; d->waiting[i].known &&
                           k < d->waiting[i].sample_count; k++)
            if (same(&d->waiting[i].samples[k], s))
                return true;
    for (size_t i = 0; i < d->wish_count && i < WISHES_QUOTED; i++)
        if (same(&d->wishes[i].sample, s))
            return true;
    return false;
}

size_t aspects_order(uint8_t order[ASPECT_COUNT],
                     const uint64_t values[ASPECT_COUNT], uint64_t least)
{
    size_t count = 0;
    for (int a = 0; a < ASPECT_COUNT; a++) {
        size_t at = count;
        if (values[a] < least)
            continue;
        for (; at > 0 && values[a] > values[order[at - 1]]; at--)
            order[at] = order[at - 1];
        order[at] = (uint8_t)a;
        count++;
    }
    return count;
}

/* The aspects that enough is said about. */
static void order_where(struct digest *d)
{
    uint64_t posts[ASPECT_COUNT];
    for (int a = 0; a < ASPECT_COUNT; a++)
        posts[a] = d->where[a][CHANNEL_COUNT].posts;
    d->where_count = aspects_order(d->where_rows, posts, CELL_LEAST);
}

/* Ours, then the rivals': each brand's best, then each one's second. */
void samples_finish(struct samples *all)
{
    struct composer *c = all->c;
    struct digest *d = c->d;
    order_where(d);
    d->samples = mem_alloc(SHOWN * sizeof(*d->samples));
    for (int ours = 1; ours >= 0; ours--)
        for (size_t rank = 0; rank < EACH; rank++)
            for (size_t i = 0; i < c->watched_count; i++) {
                const struct shelf *shelf = &all->shelves[i];
                if (watched_ours(c, (int)i) == ours && rank < shelf->count &&
                    d->sample_count < SHOWN &&
                    !shown(d, &shelf->items[rank].sample))
                    d->samples[d->sample_count++] = shelf->items[rank].sample;
            }
    hash_set_release(&all->told);
    mem_free(all->shelves);
    mem_free(all);
}
