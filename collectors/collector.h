/* SPDX-License-Identifier: Apache-2.0 */
/* What a source of posts provides. To add one: write collectors/NAME.c, add
 * its two lines to registry.c, record replies in tests/data/NAME/. */
#ifndef COLLECTORS_COLLECTOR_H
#define COLLECTORS_COLLECTOR_H

#include <signal.h>

#include "base/api.h"
#include "base/budget.h"
#include "base/config.h"
#include "base/walk.h"

/* One configured source, while it is being collected. */
struct collection {
    const struct collector *kind;
    const char *label;    /* "hn-front"; cursor and coverage are under it */
    const char *cursor;   /* where the last stored batch ended; "" at first */
    struct http *http;    /* NULL for collectors that read files */
    const char *folder;   /* 0700: cached sessions live here; may be NULL */
    int64_t since;        /* do not go back before this on the first round */
    bool further;         /* it was asked for: go back to it in any case */
    bool more;            /* the last round ended at a bound: what it had read
                           * to its end comes after what it had not */
    bool trial;           /* are the options right? it is not read */
    /* Not NULL: swell collect --follow; what streams goes on until it is set,
     * ending its round now and then. */
    const volatile sig_atomic_t *stop;
    void *state;          /* kind->state_size bytes, options filled in */
    /* Filled by fetch: how far back from now this round is complete. The
     * driver marks [complete_from, now) covered when fetch returns 0. */
    int64_t complete_from; /* 0: not known */
    int64_t wait_until;    /* a limit that no header says; 0: none */
    bool partial;          /* with -1: at least half of it was read */
    uint64_t skipped;      /* items left out as unusable, counted */
    char skipped_why[200]; /* the last reason, with its position */
};

/* What a collector says of listings that show the newest first: more on them
 * below. */
struct listings {
    /* Each item of these options, lists in the state, is a listing; its name
     * has "tag/" before it. */
    struct listings_of {
        const char *before;
        size_t offset;
    } of[2];
    /* Behind those, or without such: the name of a listing; "": there is none at
     * this place. */
    void (*name)(void *state, size_t place, struct buf *name);
    /* What to say where none is configured; NULL: an option says it. */
    const char *wanted;
    /* Ask for the page at pages.list->token ("": the top), give its posts to
     * walk_saw() and put the token of the page below into next; empty: there
     * is none. -1: see err. What is this listing's trouble alone is of kind
     * INPUT and told when the others are read, so that one shop that closed or
     * one word that a service dislikes keeps nobody else out. */
    int (*page)(void *state, struct buf *next, struct error *err);
    /* Look up pages.asked, at most at_once of them, which left the listing:
     * pages_take_alive() for those that are still there. NULL: never. */
    int (*look_up)(void *state, struct error *err);
    unsigned at_once;
};

struct collector {
    const char *name;              /* "hackernews" */
    const char *about;             /* one line for `swell sources` */
    const char *terms;             /* what the service asks: one line */
    const char *source;            /* of its posts; NULL: its name; "": as
                                    * each post says */
    const char *key_help;          /* how to get a key; NULL: none needed */
    struct listings listings;      /* for pages_fetch() */
    const struct option *options;  /* ends with OPTION_END */
    size_t state_size;
    int64_t every;                 /* default seconds between rounds */
    int64_t keep;                  /* longest retention allowed, 0: any */
    unsigned per_minute;           /* requests to a host; 0: a usual 120 */
    bool streams;                  /* listens: when followed, its next round
                                    * begins where the last one ends */

    /* Check the options, of which those are there that must be, take
     * resources. */
    int (*open)(struct collection *c, struct error *err);

    /* Add the next page to out and set out->cursor.
     * Returns 1: call again, 0: caught up, -1: see err. After -1 what was
     * added to out is valid and may be stored with the cursor as set. */
    int (*fetch)(struct collection *c, struct batch *out, struct error *err);

    /* Release what open took; called when that failed, or never was. */
    void (*close)(struct collection *c);
};

/* registry.c: every collector, NULL-terminated. */
extern const struct collector *const collectors[];
const struct collector *collector_find(const char *name); /* NULL: none */
/* May posts of a source come from collectors of a type? Of unknown ones, too. */
bool collector_brings(const char *type, const char *source);
/* Most requests a minute to a host, all sources together. */
unsigned collector_per_minute(const struct collector *c);

/* For who asks a source: its state, with the options as they are written; then
 * comes kind->open(). collection_close() is due also when either fails. */
int collection_read(struct collection *c, const struct config *config,
                    const struct source_config *source, struct error *err);
void collection_close(struct collection *c);

/* Count an item as left out and remember why. */
void collection_skip(struct collection *c, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* ---- listings that show the newest first ------------------------------- */

/* Most collectors read such listings by base/walk.h and differ in how a page
 * is asked for, what a post looks like, and how one that left a listing is
 * looked up. The rest is here. Listings take turns, so that a long gap in one
 * starves no other; and where a gap is filled that an earlier round began, the
 * newest page is read first. A round that ends at a bound is one with the next:
 * it is complete when each was read. The first member of their state. */
struct pages {
    int64_t overlap;          /* these three are options */
    uint64_t size;
    struct budget budget;     /* its most is one; 0: nothing is counted */
    struct walk walk;
    struct walk_list *list;   /* the page being read belongs to it */
    size_t place;             /* which listing: 0, 1, ... */
    unsigned turn;            /* pages of it in a row */
    struct batch *out;
    struct collection *collection;
    struct api_call call;     /* the last one of pages_call() */
    struct walk_item *asked;  /* those being looked up */
    unsigned asked_count;
    struct error failed;      /* of the first listing that cannot be read */
    unsigned ill;             /* services' faults in a row */
    size_t read, lost;        /* listings that were read, that cannot be */
};

/* Rows of their option tables. */
#define PAGES_OVERLAP(usual, why) \
    { "overlap", OPTION_DURATION, usual, offsetof(struct pages, overlap), \
      "read so far behind the last round again, for " why }
#define PAGES_SIZE(most, what) \
    { "page_size", OPTION_COUNT, most, offsetof(struct pages, size), \
      what " a request, at most " most }

/* What such a collector's open(), close() and fetch() do, or are. A size that is
 * none, or more than the most, is the most. */
int pages_open(struct collection *c, struct error *err);
void pages_close(struct collection *c);
/* A page of the present listing. The cursor is set when it is read; with a
 * budget, which is kept with it, also when it cannot be read: as it was. */
int pages_fetch(struct collection *c, struct batch *out, struct error *err);
/* A call whose reply is a page's or a look-up's; take() gets the state. The one
 * before is over: what is still wanted of its reply was taken. */
struct api_call *pages_call(struct pages *p, const char *element,
                            const char *const *paths, api_take *take);
/* A blank post of that id, or that it was deleted where it came from. */
struct post *pages_post(struct pages *p, struct text id);
void pages_gone(struct pages *p, struct text id, int64_t created);
/* walk_saw() for a post whose id is its key. False as well when it has no id
 * or date, which is told: "a review without id or date". */
bool pages_saw(struct pages *p, struct text id, int64_t when,
               const char *what);
/* An api_take of what is looked up, for a state or its pages: the element,
 * whose id is its first value, is still there. */
void pages_take_alive(void *pages, const struct json_value *values);
/* What a look-up of one alone says, after pages_take_alive(): 0, it is told.
 * Of these statuses ("404 410") the first mean that it is gone, the others
 * that strangers are not told: it stays. */
int pages_looked_up(struct pages *p, int rc, const char *gone,
                    const char *untold);
/* The ids of those looked up, with something between them. */
void pages_ids(const struct pages *p, struct buf *url, const char *between);
/* The item of the options that is being read; NULL: it is a listing by name. */
const char *pages_item(const struct pages *p);
/* The token as the number of a page, 1 at the top; and of the one below. */
long pages_number(const struct pages *p);
void pages_next(const struct pages *p, struct buf *next);

/* When the service may be asked again after a failed fetch, by its headers
 * or by what the collector knows; 0: not said. */
int64_t collection_wait(const struct collection *c);

#endif
