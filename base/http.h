/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP for collectors and delivery: the only user of libcurl. One session a
 * run; per host one clock that says when the next request may go. Bounded in
 * everything: decoded bytes, seconds, redirects, addresses, retries.
 *
 * Addresses: private, loopback, link-local, CGNAT, multicast and v4-mapped
 * ranges are refused after resolution; loopback is allowed by option only.
 */
#ifndef BASE_HTTP_H
#define BASE_HTTP_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"

struct http;

struct limit_clocks;

struct http_limits {
    size_t body;           /* decoded bytes of one reply; default 16 MiB */
    int64_t seconds;       /* one request; default 30 */
    int64_t wait;          /* most seconds slept since http_begin() because
                            * a host asked for it; default 20; a longer wait
                            * is left to later */
    unsigned tries;        /* of one request; default 3 */
    bool allow_loopback;
    /* Not NULL: once it is set no request is made, and what is under way or
     * waits ends within about a second; http_spent() says time. */
    const volatile sig_atomic_t *stop;
    const char *user_agent;
    struct limit_clocks *clocks; /* hosts' clocks, shared with sessions of
                                  * other threads; NULL: its own */
};

int http_open(struct http **out, const struct http_limits *limits,
              struct error *err);
void http_close(struct http *h);

struct http_request {
    const char *url;
    const char *method;        /* NULL: GET, or POST with a body */
    const char *bearer;        /* secret; sent to this host only, by https */
    const char *basic;         /* "user:password"; same */
    const char *key_header;    /* name of a header whose value is ... */
    const char *key;           /* ... this secret; same */
    const char *secret;        /* what the body holds of one: see below */
    const char *const *headers; /* "Name: value", NULL-terminated, or NULL */
    const char *body;          /* NULL: none */
    size_t body_length;
    const char *content_type;  /* of the body */
    const char *accept;        /* expected type, e.g. "json": another type
                                * is a fault that shows the first words */
    /* Called with decoded bytes of a 2xx reply as they come. -1: stop. */
    int (*take)(void *context, const char *data, size_t length,
                struct error *err);
    /* Optional: forget what take() got, the reply broke off and is asked for
     * again. Without it a reply that broke off is a failure. */
    void (*restart)(void *context);
    void *context;
};

struct http_reply {
    long status;
    int64_t date;              /* server's clock, 0: not said */
    int64_t wait_until;        /* a limit that the headers announced, 0 none */
    struct buf head;           /* header lines as received, ≤ 64 KiB */
    struct buf error_body;     /* first 4 KiB of a non-2xx reply */
    char *moved;               /* where it is for good (301, 308); or NULL */
};

/* 0 on 2xx and 304. Otherwise -1 with one sentence naming host and status and,
 * unless a secret that it was sent is in it, the first words of the reply;
 * kind RETRY for 408 425 429 5xx and transport faults after the tries are
 * used up or the wait is too long (reply.wait_until says until when), DENIED
 * for 401 403, INPUT for other 4xx. *reply is always filled; release it. */
int http_send(struct http *h, const struct http_request *request,
              struct http_reply *reply, struct error *err);
void http_reply_release(struct http_reply *reply);
/* Value of a header (last one), "" when absent; borrowed. */
struct text http_header(const struct http_reply *reply, const char *name);

/* "a b&c" → "a%20b%26c", appended. */
void http_escape(struct buf *out, const char *text);

/* What a source may use in a round; 0: as much as it likes. */
struct http_budget {
    unsigned requests;
    uint64_t bytes;        /* of replies, decoded */
    int64_t seconds;
    int64_t spacing;       /* milliseconds between requests to a host */
};

/* A new source begins: it may use this, and what the last one was told about
 * waiting is not its own. The hosts' clocks go on. */
void http_begin(struct http *h, const struct http_budget *budget);
/* Why the last request was not made: a bound of the budget, NULL: none. */
const char *http_spent(const struct http *h);

const struct http_limits *http_limits(const struct http *h); /* as they hold */
unsigned http_requests(const struct http *h); /* made so far */
/* reply.wait_until of the last http_send(), for callers far above it. */
int64_t http_wait_until(const struct http *h);

#endif
