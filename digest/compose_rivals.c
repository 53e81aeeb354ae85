/* SPDX-License-Identifier: Apache-2.0 */
/* Beside the rivals: who went from whom to whom, and the aspects where we
 * stand clearly better or worse. Shares of voice are with the standing. */
#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "digest/compose.h"
#include "digest/stats.h"

enum { SWITCHES_SHOWN = 8, GAPS_SHOWN = 5, GAP_POSTS = 30, PLACE_LIMIT = 40 };

/* ---- switches ----------------------------------------------------------- */

/* One end of a switch: a brand of ours to watch, else the words used. */
struct place {
    int brand;              /* -1: not watched */
    uint64_t hash;          /* of the folded words; 0: nothing said */
    const char *text;
};

struct route {
    struct place from, to;
    struct digest_switch told;
    uint32_t aspects[ASPECT_COUNT];
};

struct switches {
    struct composer *c;
    struct route *routes;
    size_t route_count, route_room;
    struct hash_set authors;  /* of each route */
};

struct switches *switches_open(struct composer *c)
{
    struct switches *w = mem_alloc(sizeof(*w));
    w->c = c;
    return w;
}

static bool overlap(struct span a, struct span b)
{
    return a.start < b.start + b.length && b.start < a.start + a.length;
}

static size_t fold(struct text t, char out[PLACE_LIMIT * 4 + 4])
{
    size_t length = 0;
    for (size_t i = 0; i < t.length && length < PLACE_LIMIT * 4;) {
        uint32_t point;
        i += text_decode(t.data + i, t.length - i, &point);
        if (length == 0 && (point == '@' || point == '#' || point == ' '))
            continue;
        length += text_encode(text_lower(point), out + length);
    }
    return length;
}

/* The mention under the span, else a name or title written out in it. */
static struct place find_place(struct switches *w, const struct sighting *s,
                               struct span span)
{
    struct place out = { -1, 0, NULL };
    const struct post *post = s->post;
    char words[PLACE_LIMIT * 4 + 4], name[PLACE_LIMIT * 4 + 4];
    if (!span.length || span.length > PLACE_LIMIT ||
        (uint64_t)span.start + span.length > post->text.length)
        return out;
    struct text text = { post->text.data + span.start, span.length };
    size_t length = fold(text, words);
    if (!length)
        return out;
    for (size_t i = 0; i < s->count && out.brand < 0; i++)
        if (overlap(span, s->mentions[i]->span))
            out.brand = w->c->watched[s->watched[i]].brand;
    for (size_t i = 0; i < w->c->watched_count && out.brand < 0; i++) {
        const struct watched *x = &w->c->watched[i];
        size_t n = fold(text_of(x->title), name);
        /* "Harrow" is short for Harrow & Pine. */
        if (n >= length && memcmp(name, words, length) == 0 &&
            (n == length || name[length] == ' '))
            out.brand = x->brand;
    }
    out.hash = hash64(words, length);
    if (out.brand >= 0) {
        out.text = w->c->watched[out.brand].title;
        out.hash = (uint64_t)out.brand + 1;
    } else {
        out.text = arena_copy(&w->c->d->memory, text.data, text.length);
    }
    return out;
}

static struct route *find_route(struct switches *w, struct place from,
                                struct place to)
{
    for (size_t i = 0; i < w->route_count; i++)
        if (w->routes[i].from.hash == from.hash &&
            w->routes[i].to.hash == to.hash)
            return &w->routes[i];
    w->routes = mem_grow(w->routes, &w->route_room, w->route_count,
                         sizeof(*w->routes));
    struct route *r = &w->routes[w->route_count++];
    *r = (struct route){ .from = from, .to = to };
    r->told.from = from.text;
    r->told.to = to.text;
    r->told.from_own = from.brand >= 0 && w->c->watched[from.brand].own;
    r->told.to_own = to.brand >= 0 && w->c->watched[to.brand].own;
    return r;
}

void switches_take(struct switches *w, const struct sighting *s)
{
    const struct post *post = s->post;
    if (!s->week || !(post->tags.intents & 1 << INTENT_SWITCH) ||
        s->copied)
        return;
    struct place from = find_place(w, s, post->from);
    struct place to = find_place(w, s, post->to);
    bool kept = (from.brand >= 0 && w->c->watched[from.brand].kept) ||
                (to.brand >= 0 && w->c->watched[to.brand].kept);
    if (!from.hash || !to.hash || from.hash == to.hash || !kept)
        return;
    struct route *r = find_route(w, from, to);
    r->told.posts++;
    for (int a = 0; a < ASPECT_COUNT; a++)
        r->aspects[a] += post->tags.aspects >> a & 1;
    r->told.authors += author_first(&w->authors, post->author_hash,
                                      (uint64_t)(r - w->routes));
}

/* Ours first, then the busiest. */
static int by_concern(const void *a, const void *b)
{
    const struct digest_switch *x = a, *y = b;
    int own_x = x->from_own || x->to_own, own_y = y->from_own || y->to_own;
    if (own_x != own_y)
        return own_y - own_x;
    if (x->authors != y->authors)
        return x->authors < y->authors ? 1 : -1;
    int names = strcmp(x->from, y->from);
    return names ? names : strcmp(x->to, y->to);
}

void switches_finish(struct switches *w)
{
    struct digest *d = w->c->d;
    size_t room = 0;
    for (size_t i = 0; i < w->route_count; i++) {
        struct route *r = &w->routes[i];
        int best = 0;
        if ((r->from.brand < 0 || r->to.brand < 0) && r->told.authors < 2)
            continue; /* a name that one person wrote may be no name */
        for (int a = 1; a < ASPECT_COUNT; a++)
            if (r->aspects[a] > r->aspects[best])
                best = a;
        r->told.aspect = r->aspects[best] ? aspect_names[best] : NULL;
        d->switches = mem_grow(d->switches, &room, d->switch_count,
                               sizeof(*d->switches));
        d->switches[d->switch_count++] = r->told;
    }
    if (d->switch_count)
        qsort(d->switches, d->switch_count, sizeof(*d->switches), by_concern);
    if (d->switch_count > SWITCHES_SHOWN)
        d->switch_count = SWITCHES_SHOWN;
    mem_free(w->routes);
    hash_set_release(&w->authors);
    mem_free(w);
}

/* ---- aspects where we differ -------------------------------------------- */

struct rated {
    struct digest_gap_to_rival gap;
    double z;
};

static int clearest_first(const void *a, const void *b)
{
    const struct rated *x = a, *y = b;
    double zx = fabs(x->z), zy = fabs(y->z);
    return zx != zy ? (zx < zy ? 1 : -1)
                    : strcmp(x->gap.aspect, y->gap.aspect);
}

/* As counted, and as estimated. */
static double net_value(const struct counts *c, int aspect)
{
    return ((double)c->aspect_positive[aspect] -
            (double)c->aspect_negative[aspect]) / (double)c->aspect[aspect];
}

static struct net aspect_net(const struct watched *w, int aspect)
{
    const struct counts *c = &w->week;
    return net_of(c->aspect_positive[aspect], c->aspect_negative[aspect],
                  c->aspect[aspect], c->posts, w->week_authors);
}

/* Add the aspects of which both have enough posts. */
static size_t rate(struct rated *found, const struct watched *us,
                   const struct watched *rival, uint64_t floor)
{
    const struct counts *ours = &us->week, *theirs = &rival->week;
    size_t count = 0;
    for (int a = 0; a < ASPECT_COUNT; a++) {
        if (ours->aspect[a] < floor || theirs->aspect[a] < floor)
            continue;
        struct net x = aspect_net(us, a), y = aspect_net(rival, a);
        found[count++] = (struct rated){
            { aspect_names[a], rival->title, net_value(ours, a),
              net_value(theirs, a), ours->aspect[a], theirs->aspect[a] },
            (x.mean - y.mean) / sqrt(x.variance + y.variance) };
    }
    return count;
}

/* The clearest differences. Many are compared at once: chance would tell some
 * on one day in twenty, however many there are (Bonferroni). */
void compose_rival_gaps(struct composer *c)
{
    struct digest *d = c->d;
    struct watched ours = { 0 };
    size_t count = 0;
    uint64_t floor = c->floor > GAP_POSTS ? c->floor : GAP_POSTS;
    struct rated *found =
        mem_alloc((c->watched_count * ASPECT_COUNT + 1) * sizeof(*found));
    for (size_t i = 0; i < c->watched_count; i++)
        if (c->any_own && !c->watched[i].product && watched_ours(c, (int)i)) {
            counts_add(&ours.week, &c->watched[i].week);
            ours.week_authors += c->watched[i].week_authors;
        }
    for (size_t i = 0; i < c->watched_count && ours.week.posts; i++) {
        const struct watched *w = &c->watched[i];
        if (!w->product && !w->own && w->kept)
            count += rate(found + count, &ours, w, floor);
    }
    qsort(found, count, sizeof(*found), clearest_first);
    double least = count ? stats_t(1 - 0.025 / (double)count, 1e6) : 0;
    d->rival_gaps = mem_alloc(GAPS_SHOWN * sizeof(*d->rival_gaps));
    for (size_t i = 0; i < count && i < GAPS_SHOWN && fabs(found[i].z) >= least;
         i++)
        d->rival_gaps[d->rival_gap_count++] = found[i].gap;
    mem_free(found);
}
