/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of composing share: the watched subjects, the days, and one
 * pass over the last two weeks of posts that hands each post to whoever
 * counts something. Internal to digest/compose*.c. */
#ifndef DIGEST_COMPOSE_H
#define DIGEST_COMPOSE_H

#include "base/hash_set.h"
#include "digest/digest.h"
#include "digest/posts.h"

enum { COMPOSE_WEEK = 7 };

/* A brand or product that is watched, kept in this digest or not. */
struct watched {
    const char *name, *title;
    int brand;                 /* index of its brand; its own for one */
    bool product, own, kept;
    struct counts week;        /* last 7 days, the day included */
    uint64_t authors;          /* of the day */
    uint64_t week_authors;     /* of brands */
};

struct composer {
    struct digest *d;
    struct store *store;
    const struct config *config;
    struct watched *watched;   /* brands each followed by products */
    size_t watched_count, watched_room;
    int *by_id;                /* store's subject number -> index, -1 */
    size_t id_count;
    bool any_own;
    int64_t starts[DAYS_SPAN + 1]; /* of the local days; the last two are
                                    * the day's own from and until */
    uint64_t floor;            /* fewer posts: too few to say */
};

/* One post as the parts see it: only watched subjects. */
struct sighting {
    const struct post *post;
    size_t count;
    int watched[POST_MENTIONS_LIMIT];             /* indexes */
    const struct mention *mentions[POST_MENTIONS_LIMIT];
    bool today;                /* of the day itself */
    bool week;                 /* of the last 7 days */
    bool copied;               /* asks or switches in another's words: many
                                * accounts with one text are no crowd */
};

/* Ours, or anybody's when nothing is marked as ours. */
bool watched_ours(const struct composer *c, int index);
/* Index of the subject of that name, -1: none. */
int watched_find(const struct composer *c, const char *name);
int kept_find(const struct composer *c, const char *name); /* of those kept */
/* Is the text made of words of its title only? */
bool watched_named(const struct composer *c, int index, const char *text);

/* True when the author is seen for the first time with this number; nobody
 * (0) always is. */
bool author_first(struct hash_set *seen, uint64_t author, uint64_t of);

/* Net sentiment of all posts, so many of them positive and negative: half a
 * post is added to each cell (Agresti and Min, 2005), so that few or unanimous
 * posts do not look certain. What one person writes mostly agrees, so that only
 * people count for the variance; people 0: not known. */
struct net {
    double mean, variance;
};
struct net net_of(uint64_t positive, uint64_t negative, uint64_t all,
                  uint64_t posts, uint64_t people);

int compose_data(struct composer *c, struct error *err);
int compose_standing(struct composer *c, struct error *err);
int compose_rising(struct composer *c, struct error *err);
void compose_rival_gaps(struct composer *c);

/* The parts that look at posts: take each sighting, then finish. */
struct wishes;
int wishes_open(struct wishes **out, struct composer *c, struct error *err);
void wishes_take(struct wishes *w, const struct sighting *s);
void wishes_finish(struct wishes *w); /* fills the digest; frees w, even one
                                       * that did not open */

struct switches;
struct switches *switches_open(struct composer *c);
void switches_take(struct switches *w, const struct sighting *s);
void switches_finish(struct switches *w);

struct samples;
struct samples *samples_open(struct composer *c);
void samples_take(struct samples *all, const struct sighting *s);
void samples_finish(struct samples *all);

/* One pass over the posts: all of the above. */
int compose_posts(struct composer *c, struct error *err);

#endif
