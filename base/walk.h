/* SPDX-License-Identifier: Apache-2.0 */
/* Walking down listings that show the newest first, again and again, so that
 * nothing is lost between two rounds and little is asked twice. What such
 * collectors share; knows no service and asks nothing itself.
 *
 *      newest   ┌────────┐ ── page 1: token ""
 *               │ fresh  │      saw(id, key, time) each
 *               ├────────┤ ── page 2: token from page_end(next)
 *               │ fresh  │
 *      asked ─▶ ├────────┤    where the last whole walk began
 *               │ known  │    overlap: late and edited posts are met again
 *               ├────────┤ ── the end: a known id met and overlap behind
 *
 * Walking down and not up (min_id): servers insert late posts below ids that
 * were already given out, some forget the middle of a long gap when asked
 * upwards, and the newest page shows edits and deletes for nothing.
 *
 * The cursor text holds for each list the newest ids of the last walk and,
 * when a walk was interrupted, where it goes on.
 */
#ifndef BASE_WALK_H
#define BASE_WALK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/hash_set.h"
#include "base/text.h"

/* Newest items of a list that are remembered. */
enum { WALK_RING = 40 };

struct walk_item {
    char *id;          /* what the service calls it, to ask for it alone */
    char *key;         /* native id of the post */
    int64_t time;      /* the server's, where there is one */
    bool seen;         /* met again in the present walk */
};

struct walk_ring {
    struct walk_item items[WALK_RING];
    unsigned count;
};

struct walk_list {
    char *name;
    char *token;       /* how the next page is asked for; "" at the top */
    bool walking;      /* between pages */
    bool resumed;      /* the walk began in an earlier round */
    bool again;        /* it ended, and the top is still to be looked at */
    bool met;          /* a known item was met in this walk */
    bool peeked, done; /* its user's, for a round */
    bool before;       /* done in an earlier part of it */
    bool cut;          /* its user's, for a page: the service shows no more
                        * than this, though there may be more */
    unsigned empty;    /* empty pages in a row */
    int64_t asked;     /* start of the last whole walk; 0: none yet */
    int64_t started;   /* of the present one */
    int64_t from;      /* what was read to its end reaches back to here;
                        * -1: nothing was */
    int64_t oldest;    /* time of the oldest item in it */
    struct walk_ring known, fresh;
    struct walk_ring gone;  /* after the end: known, but no longer listed */
    /* The page being read. */
    unsigned page_count, page_old, page_new;
    int64_t page_last, old_before;
    unsigned stale;    /* pages in a row without an id that is new to ... */
    struct hash_set ids;    /* those of this walk, in this round */
    struct hash_set tokens; /* asked for in this round */
};

struct walk {
    int64_t now, since, overlap;
    bool peek;         /* what is seen now is no part of a walk */
    bool further;      /* while opening: the cursor's since may be undercut */
    struct walk_list *lists;
    size_t count, room;
};

/* since: no item before it is kept; the first cursor fixes it. further: an
 * earlier one counts, and every list is walked down to it once more. */
void walk_open(struct walk *w, const char *cursor, int64_t now, int64_t since,
               bool further, int64_t overlap);
void walk_close(struct walk *w);
void walk_save(const struct walk *w, struct buf *out);

/* The list of that name, new when unknown. The pointer lasts until the next
 * new name. */
struct walk_list *walk_list(struct walk *w, const char *name);
/* Before each page (and each new try of one). */
void walk_page(struct walk *w, struct walk_list *l);
/* For each item in the page's order. True: keep it, false: too old. */
bool walk_saw(struct walk *w, struct walk_list *l, struct text id,
              struct text key, int64_t time);
/* So far back a walk of this list goes. */
int64_t walk_horizon(const struct walk *w, const struct walk_list *l);
/* Was it there in the walk before? */
bool walk_knows(const struct walk_list *l, struct text id);
/* After a page that was read to its end. next: token of the page below, ""
 * when the service says there is none. 1: walk on, 0: the list is done and
 * l->gone filled, -1: the service goes in a circle; the list is done, too. */
int walk_page_end(struct walk *w, struct walk_list *l, struct text next);
/* So many of l->gone were looked at; the others are known again, to be missed
 * in the next walk as well. */
void walk_gone_done(struct walk_list *l, unsigned looked_at);
/* When all lists are done: from when on what was read is complete. */
int64_t walk_complete_from(const struct walk *w);

#endif
