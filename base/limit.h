/* SPDX-License-Identifier: Apache-2.0 */
/* How long a service asks to be left alone, out of its reply's headers.
 * Services write seconds, seconds left, epoch seconds, dates and ISO 8601
 * under the same names; here all become seconds from now. Never waits. */
#ifndef BASE_LIMIT_H
#define BASE_LIMIT_H

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

/* One clock a host that says when it may be asked again. */
enum { LIMIT_ORIGIN = 300 };
struct limit_clocks {
    struct limit_host {
        char origin[LIMIT_ORIGIN]; /* "https://host:port" */
        int64_t ready;             /* milliseconds, monotonic */
    } *hosts;
    size_t count, room;
};
void limit_clocks_release(struct limit_clocks *c);
int64_t limit_left(const struct limit_clocks *c, const char *origin); /* ms */
void limit_hold(struct limit_clocks *c, const char *origin, int64_t ms);

#endif
