/* SPDX-License-Identifier: Apache-2.0 */
/* What the feed collector remembers of each feed between rounds: validators
 * for conditional requests and its last items. Reads no feeds. */
#ifndef COLLECTORS_FEED_MEMORY_H
#define COLLECTORS_FEED_MEMORY_H

#include "base/buf.h"
#include "base/post.h"

enum { FEED_ITEMS = 200 }; /* remembered of each feed */

struct feed_state {
    char *url;
    char *moved;           /* where it is now, by its old place; or NULL */
    int64_t gone;          /* since when it is gone for good, 0: it is not */
    char etag[256], modified[80];
    int64_t asked;         /* last good round; 0: never */
    bool by_link;          /* its ids change, its links do not */
    bool shared;           /* the last window met an item of the one before */
    int64_t oldest;        /* date of the oldest item in the last window */
    struct feed_item {
        uint64_t id, link; /* hashes */
        int64_t first;     /* the first date that it had */
    } items[FEED_ITEMS];
    unsigned count;
};

struct feed_memory {
    int64_t since;
    bool further;          /* since is earlier than it was: ask for all */
    struct feed_state *feeds;
    size_t count, room;
};

void feed_memory_open(struct feed_memory *m, const char *cursor,
                      int64_t since, bool further);
void feed_memory_close(struct feed_memory *m);
void feed_memory_save(const struct feed_memory *m, struct buf *out);
/* Valid until the next new url. */
struct feed_state *feed_memory_of(struct feed_memory *m, const char *url);

/* A whole window was read: give its posts (from index mark on; native_id as
 * in the feed, url its link) their lasting ids and first dates, drop the
 * ones before since, remember them. */
void feed_memory_settle(struct feed_memory *m, struct feed_state *f,
                        struct batch *out, size_t mark);
void feed_state_headers(struct feed_state *f, struct text etag,
                        struct text modified);
void feed_state_moved(struct feed_state *f, const char *url); /* NULL: back */

#endif
