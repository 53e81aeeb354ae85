/* SPDX-License-Identifier: Apache-2.0 */
/* See limit.h. */
#include "base/limit.h"

#include <poll.h>
#include <strings.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"

/* Numbers below are a stretch, above a moment: no service announces a wait
 * of a year, none runs in 1971. */
static const int64_t EPOCH_FROM = 365 * 24 * 3600;

enum { STEP_MS = 250 }; /* between looks at whether to stop */

static bool whole_number(struct text value, int64_t *out)
{
    size_t i = 0;
    *out = 0;
    for (; i < value.length && value.data[i] >= '0' && value.data[i] <= '9';
         i++) {
        if (i == 18)
            return false;
        *out = *out * 10 + (value.data[i] - '0');
    }
    if (i == 0)
        return false;
    if (i < value.length && value.data[i] == '.') {
        for (i++; i < value.length && value.data[i] >= '0' &&
                  value.data[i] <= '9'; i++)
            ;
        ++*out; /* a part of a second is waited for, too */
    }
    return i == value.length;
}

int64_t limit_seconds(struct text value, int64_t date)
{
    int64_t number, wait;
    while (value.length && value.data[value.length - 1] == ' ')
        value.length--;
    if (whole_number(value, &number)) {
        if (number > EPOCH_FROM * 1000 * 30) /* milliseconds since 1970 */
            number /= 1000;
        wait = number < EPOCH_FROM ? number : number - date;
    } else if (clock_parse(value.data, value.length, &number) == 0) {
        wait = number - date;
    } else {
        return -1;
    }
    if (wait < 0)
        return 0;
    return wait > LIMIT_LONGEST ? LIMIT_LONGEST : wait;
}

void limit_read(struct http_reply *reply)
{
    static const char *const resets[] = {
        "x-ratelimit-reset", "ratelimit-reset", "x-rate-limit-reset" };
    static const char *const remains[] = {
        "x-ratelimit-remaining", "ratelimit-remaining",
        "x-rate-limit-remaining" };
    struct text date = http_header(reply, "date");
    int64_t now = clock_now(), base, wait = 0, one;
    if (clock_parse(date.data, date.length, &reply->date))
        reply->date = 0;
    base = reply->date ? reply->date : now;
    bool limited = reply->status == 429 || reply->status == 503;
    struct text after = http_header(reply, "retry-after");
    if (after.length && reply->status >= 300 &&
        (one = limit_seconds(after, base)) > wait)
        wait = one;
    for (size_t i = 0; i < sizeof(resets) / sizeof(resets[0]); i++) {
        struct text left = http_header(reply, remains[i]);
        if (!limited && !text_is(left, "0") && !text_is(left, "0.0"))
            continue;
        struct text reset = http_header(reply, resets[i]);
        if (reset.length && (one = limit_seconds(reset, base)) > wait)
            wait = one;
    }
    reply->wait_until = wait ? now + wait : 0;
}

int64_t limit_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void limit_sleep(int64_t ms, const volatile sig_atomic_t *stop)
{
    for (int64_t until = limit_now() + ms;
         (ms = until - limit_now()) > 0 && !(stop && *stop);)
        poll(NULL, 0, ms < STEP_MS ? (int)ms : STEP_MS);
}

void limit_clocks_release(struct limit_clocks *c)
{
    mem_free(c->hosts);
    c->hosts = NULL;
    c->count = c->room = 0;
    pthread_mutex_destroy(&c->lock);
}

/* The host's row, new when unknown. With the lock held. */
static struct limit_host *host_of(struct limit_clocks *c, const char *origin)
{
    for (size_t i = 0; i < c->count; i++)
        if (strcasecmp(c->hosts[i].origin, origin) == 0)
            return &c->hosts[i];
    c->hosts = mem_grow(c->hosts, &c->room, c->count, sizeof(*c->hosts));
    struct limit_host *host = &c->hosts[c->count++];
    *host = (struct limit_host){ .ready = 0 };
    snprintf(host->origin, sizeof(host->origin), "%s", origin);
    return host;
}

int64_t limit_left(struct limit_clocks *c, const char *origin)
{
    pthread_mutex_lock(&c->lock);
    int64_t left = host_of(c, origin)->ready - limit_now();
    pthread_mutex_unlock(&c->lock);
    return left > 0 ? left : 0;
}

void limit_hold(struct limit_clocks *c, const char *origin, int64_t ms)
{
    pthread_mutex_lock(&c->lock);
    struct limit_host *host = host_of(c, origin);
    int64_t ready = limit_now() + ms;
    if (host->ready < ready)
        host->ready = ready;
    pthread_mutex_unlock(&c->lock);
}

int64_t limit_turn(struct limit_clocks *c, const char *origin,
                   int64_t spacing)
{
    pthread_mutex_lock(&c->lock);
    struct limit_host *host = host_of(c, origin);
    int64_t now = limit_now(), at = host->next > now ? host->next : now;
    host->next = at + spacing;
    pthread_mutex_unlock(&c->lock);
    return at - now;
}
