/* SPDX-License-Identifier: Apache-2.0 */
/* How long a service asks to be left alone, out of its reply's headers.
 * Services write seconds, seconds left, epoch seconds, dates and ISO 8601
 * under the same names; here all become seconds from now. */
#ifndef BASE_LIMIT_H
#define BASE_LIMIT_H

#include <pthread.h>
#include <signal.h>
#include <stdint.h>

#include "base/http.h"

/* No announced wait counts longer than this: a daily quota's reset. */
enum { LIMIT_LONGEST = 24 * 3600 };

/* Seconds to wait, 0 to LIMIT_LONGEST; -1: not understood. date: the
 * server's own clock (its Date header) when it said so, in the same units as
 * what it announces, so a wrong clock of ours does no harm. */
int64_t limit_seconds(struct text value, int64_t date);

/* Fill date and wait_until of a reply from its head: Retry-After of a
 * refusal, the reset of a budget that is used up; the longer one counts. */
void limit_read(struct http_reply *reply);

/* One clock a host that says when it may be asked again, and how far apart
 * requests to it are. Sessions of several threads may share one set. */
enum { LIMIT_ORIGIN = 300 };
struct limit_clocks {
    pthread_mutex_t lock;
    struct limit_host {
        char origin[LIMIT_ORIGIN]; /* "https://host:port" */
        int64_t ready;             /* milliseconds, monotonic */
        int64_t next;              /* the next place in the row */
    } *hosts;
    size_t count, room;
};
#define LIMIT_CLOCKS_INIT { .lock = PTHREAD_MUTEX_INITIALIZER }

void limit_clocks_release(struct limit_clocks *c);
int64_t limit_left(struct limit_clocks *c, const char *origin); /* ms */
void limit_hold(struct limit_clocks *c, const char *origin, int64_t ms);
/* Take the next place in the row of requests to a host, spacing ms behind the
 * one before it. Returns the milliseconds until it is one's turn. */
int64_t limit_turn(struct limit_clocks *c, const char *origin,
                   int64_t spacing);
int64_t limit_now(void); /* milliseconds, monotonic */
/* Sleep so long, or until soon after stop (NULL: none) is set. */
void limit_sleep(int64_t ms, const volatile sig_atomic_t *stop);

#endif
