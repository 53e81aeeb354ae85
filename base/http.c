/* SPDX-License-Identifier: Apache-2.0 */
/* See http.h. The only user of libcurl. Redirects are followed by hand, so
 * that each hop is judged like a first request; what to wait for is read by
 * limit.c, which addresses are fit to ask by address.c. */
#include "base/http.h"

#include <curl/curl.h>
#include <strings.h>

#include "base/clock.h"
#include "base/http_reply.h"
#include "base/http_target.h"
#include "base/limit.h"
#include "base/log.h"
#include "base/mem.h"

enum {
    REDIRECTS = 3,
    HEAD_LIMIT = 64 * 1024,
    ERROR_BODY_LIMIT = 4 * 1024,
    SLOW_BYTES = 64,        /* a reply slower than so many bytes a second */
    SLOW_SECONDS = 10,      /* ... for so long is cut */
    BACKOFF_MS = 200,       /* retries wait up to 2, 4, 8… times this */
};

struct http {
    struct http_limits limits;
    CURL *easy;
    struct limit_clocks own, *clocks;
    unsigned requests;
    int64_t wait_until;
    /* Since http_begin(). */
    struct http_budget budget;
    const char *spent;         /* the bound that stopped a request */
    unsigned begun;            /* requests before */
    uint64_t bytes;
    int64_t ends;              /* limit_now() of the end, 0: none */
    int64_t slept;             /* milliseconds, because hosts asked for it */
};

/* One request on the wire. */
struct exchange {
    struct http *http;
    const struct http_request *request;
    struct http_reply *reply;
    struct error *err;
    size_t taken;              /* decoded bytes given to take() */
    bool other_type;           /* 2xx, but not what was asked for */
    struct target_guard guard;
    char details[CURL_ERROR_SIZE]; /* libcurl's own words */
    enum { STOP_NONE, STOP_SIZE, STOP_HEAD, STOP_TAKER } stop;
};

/* ---- session ---------------------------------------------------------- */

int http_open(struct http **out, const struct http_limits *limits,
              struct error *err)
{
    *out = NULL;
    if (curl_global_init(CURL_GLOBAL_DEFAULT))
        return error_set(err, ERROR_SYSTEM, "libcurl does not start");
    struct http *h = mem_alloc(sizeof(*h));
    h->limits = *limits;
    h->own = (struct limit_clocks)LIMIT_CLOCKS_INIT;
    h->clocks = h->limits.clocks = limits->clocks ? limits->clocks : &h->own;
    h->limits.body = limits->body ? limits->body : 16 * MiB;
    h->limits.seconds = limits->seconds ? limits->seconds : 30;
    h->limits.wait = limits->wait ? limits->wait : 20;
    h->limits.tries = limits->tries ? limits->tries : 3;
    if (!h->limits.user_agent || !*h->limits.user_agent)
        h->limits.user_agent = "groundswell/" VERSION;
    h->easy = curl_easy_init();
    if (!h->easy) {
        http_close(h);
        return error_set(err, ERROR_SYSTEM, "libcurl does not start");
    }
    *out = h;
    return 0;
}

void http_close(struct http *h)
{
    if (!h)
        return;
    curl_easy_cleanup(h->easy);
    limit_clocks_release(&h->own);
    mem_free(h);
    curl_global_cleanup();
}

void http_begin(struct http *h, const struct http_budget *budget)
{
    h->budget = *budget;
    h->spent = NULL;
    h->begun = h->requests;
    h->bytes = 0;
    h->ends = budget->seconds ? limit_now() + budget->seconds * 1000 : 0;
    h->slept = 0;
    h->wait_until = 0;
}

const struct http_limits *http_limits(const struct http *h)
{
    return &h->limits;
}

const char *http_spent(const struct http *h)
{
    return h->spent;
}

unsigned http_requests(const struct http *h)
{
    return h->requests;
}

int64_t http_wait_until(const struct http *h)
{
    return h->wait_until;
}

/* ---- places and waiting ----------------------------------------------- */

/* May one more request be made after so many milliseconds? */
static int within_budget(struct http *h, const struct target *t, int64_t ms,
                         struct error *err)
{
    const struct http_budget *b = &h->budget;
    bool ended = (h->limits.stop && *h->limits.stop) ||
                 (h->ends && limit_now() + ms >= h->ends);
    h->spent = b->requests && h->requests - h->begun >= b->requests
                   ? "requests"
               : b->bytes && h->bytes >= b->bytes ? "bytes"
               : ended ? "time" : NULL;
    if (!h->spent)
        return 0;
    return error_set(err, ERROR_RETRY, "%s: this round has used up its %s",
                     t->host, h->spent);
}

/* -1: the round was to end meanwhile. */
static int sleep_ms(struct http *h, const struct target *t, int64_t ms,
                    struct error *err)
{
    limit_sleep(ms, h->limits.stop);
    return within_budget(h, t, 0, err);
}

/* Sleep until the host may be asked; -1 when that is too long for a run. */
static int host_wait(struct http *h, const struct target *t,
                     struct http_reply *reply, struct error *err)
{
    int64_t ms = limit_left(h->clocks, t->origin);
    if (ms <= 0)
        return within_budget(h, t, 0, err);
    int64_t until = clock_now() + (ms + 999) / 1000;
    if (h->slept + ms > h->limits.wait * 1000) {
        char when[CLOCK_TEXT];
        reply->wait_until = h->wait_until = until;
        return error_set(err, ERROR_RETRY, "%s: asks not to be called before "
                         "%s; left to a later run", t->host,
                         clock_format(until, when));
    }
    if (within_budget(h, t, ms, err))
        return -1;
    log_line(LOG_DETAIL, "%s: waiting %.1f s", t->host, (double)ms / 1000);
    h->slept += ms;
    return sleep_ms(h, t, ms, err);
}

/* ---- one exchange ----------------------------------------------------- */

static size_t on_header(char *data, size_t size, size_t count, void *context)
{
    struct exchange *x = context;
    size_t length = size * count;
    if (length > 5 && strncasecmp(data, "HTTP/", 5) == 0)
        buf_clear(&x->reply->head); /* after a 100, or a proxy's */
    if (memchr(data, '\0', length) ||
        buf_add(&x->reply->head, data, length)) {
        x->stop = STOP_HEAD;
        return 0;
    }
    if (length > 2 || data[0] == ' ')
        return length;
    curl_easy_getinfo(x->http->easy, CURLINFO_RESPONSE_CODE,
                      &x->reply->status);
    x->other_type = !http_is_type(x->reply, x->request->accept);
    return length;
}

static size_t on_body(char *data, size_t size, size_t count, void *context)
{
    struct exchange *x = context;
    size_t length = size * count;
    struct buf *words = &x->reply->error_body;
    if (x->reply->status < 200 || x->reply->status > 299 || x->other_type) {
        size_t room = ERROR_BODY_LIMIT - words->length;
        buf_add(words, data, length < room ? length : room);
        x->taken += length;
        if (x->taken <= x->http->limits.body)
            return length;
        x->stop = STOP_SIZE;
        return 0;
    }
    if (length > x->http->limits.body - x->taken) {
        x->stop = STOP_SIZE;
        return 0;
    }
    x->taken += length;
    x->http->bytes += length;
    if (x->request->take &&
        x->request->take(x->request->context, data, length, x->err)) {
        x->stop = STOP_TAKER;
        return 0;
    }
    return length;
}

static void set_limits(struct exchange *x, bool in_clear)
{
    CURL *e = x->http->easy;
    long seconds = (long)x->http->limits.seconds, ms = seconds * 1000;
    if (x->http->ends) {
        int64_t left = x->http->ends - limit_now();
        ms = left < 1 ? 1 : left < ms ? (long)left : ms;
    }
    x->guard = (struct target_guard){ .in_clear = in_clear,
        .allow_loopback = x->http->limits.allow_loopback };
    target_guard(e, &x->guard);
    target_stop(e, x->http->limits.stop);
    curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(e, CURLOPT_ACCEPT_ENCODING, "gzip");
    curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, ms);
    curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT, seconds < 10 ? seconds : 10L);
    curl_easy_setopt(e, CURLOPT_LOW_SPEED_LIMIT, (long)SLOW_BYTES);
    curl_easy_setopt(e, CURLOPT_LOW_SPEED_TIME, (long)SLOW_SECONDS);
    curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(e, CURLOPT_HEADERDATA, x);
    curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(e, CURLOPT_WRITEDATA, x);
    curl_easy_setopt(e, CURLOPT_USERAGENT, x->http->limits.user_agent);
    x->details[0] = '\0';
    curl_easy_setopt(e, CURLOPT_ERRORBUFFER, x->details);
}

/* own: the host that the request was written for; only it sees secrets, and
 * custom headers, which may be keys. */
static CURLcode perform(struct exchange *x, const struct target *t, bool own)
{
    const struct http_request *r = x->request;
    CURL *e = x->http->easy;
    struct curl_slist *lines = NULL;
    char type[200];
    curl_easy_reset(e);
    set_limits(x, own && !t->tls && http_has_secret(r));
    curl_easy_setopt(e, CURLOPT_URL, t->url);
    if (r->body) {
        curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE,
                         (curl_off_t)r->body_length);
        curl_easy_setopt(e, CURLOPT_POSTFIELDS, r->body);
    }
    if (r->method)
        curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, r->method);
    if (r->body && r->content_type) {
        snprintf(type, sizeof(type), "Content-Type: %.180s", r->content_type);
        lines = curl_slist_append(lines, type);
    }
    if (own && r->key) {
        struct buf line = BUF_INIT(0);
        buf_printf(&line, "%s: %s", r->key_header, r->key);
        lines = curl_slist_append(lines, buf_text(&line));
        explicit_bzero(line.data, line.room);
        buf_release(&line);
    }
    for (const char *const *h = r->headers; own && h && *h; h++)
        lines = curl_slist_append(lines, *h);
    curl_easy_setopt(e, CURLOPT_HTTPHEADER, lines);
    if (own && r->bearer) {
        curl_easy_setopt(e, CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER);
        curl_easy_setopt(e, CURLOPT_XOAUTH2_BEARER, r->bearer);
    } else if (own && r->basic) {
        curl_easy_setopt(e, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        curl_easy_setopt(e, CURLOPT_USERPWD, r->basic);
    }
    buf_clear(&x->reply->head);
    buf_clear(&x->reply->error_body);
    x->reply->status = 0;
    x->http->requests++;
    CURLcode code = curl_easy_perform(e);
    curl_easy_setopt(e, CURLOPT_ERRORBUFFER, NULL); /* x ends before e */
    for (struct curl_slist *l = lines; l; l = l->next)
        explicit_bzero(l->data, strlen(l->data)); /* one may be a key */
    curl_slist_free_all(lines);
    return code;
}

/* ---- judging ---------------------------------------------------------- */

enum verdict { FINAL = -1, DONE, AGAIN };

/* Why the transport failed, and whether asking again may help. */
static enum verdict judge_transport(struct exchange *x, const struct target *t,
                                    CURLcode code)
{
    static const CURLcode transient[] = {
        CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT, CURLE_PARTIAL_FILE,
        CURLE_OPERATION_TIMEDOUT, CURLE_SSL_CONNECT_ERROR, CURLE_GOT_NOTHING,
        CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_HTTP2_STREAM };
    struct error *err = x->err;
    if (!x->reply->status && target_refused(t, &x->guard, err))
        return FINAL;
    if (x->stop == STOP_SIZE)
        error_set(err, ERROR_INPUT, "%s: the reply is larger than %zu KiB "
                  "when unpacked", t->host, x->http->limits.body / KiB);
    else if (x->stop == STOP_HEAD)
        error_set(err, ERROR_INPUT, "%s: the headers of the reply are larger "
                  "than %d KiB or hold a NUL", t->host, HEAD_LIMIT / 1024);
    else if (x->stop == STOP_TAKER)
        error_prefix(err, "%s", t->host);
    if (x->stop != STOP_NONE)
        return FINAL;
    if (code == CURLE_ABORTED_BY_CALLBACK) {
        within_budget(x->http, t, 0, err);
        return FINAL;
    }
    /* Cut by the round's end, not by the service; a first request is. */
    if (code == CURLE_OPERATION_TIMEDOUT && x->http->ends &&
        limit_now() >= x->http->ends - 5 &&
        x->http->requests - x->http->begun > 1)
        return within_budget(x->http, t, 5, err) ? FINAL : AGAIN;
    bool before_sent = code == CURLE_COULDNT_RESOLVE_HOST ||
                       code == CURLE_COULDNT_CONNECT;
    for (size_t i = 0; i < sizeof(transient) / sizeof(transient[0]); i++)
        if (code == transient[i]) {
            error_set(err, ERROR_RETRY, "%s: %s", t->host,
                      curl_easy_strerror(code));
            /* What may have been carried out is not sent twice. */
            return before_sent || !x->request->body ? AGAIN : FINAL;
        }
    if (code == CURLE_PEER_FAILED_VERIFICATION)
        error_set(err, ERROR_DENIED, "%s: its certificate is not to be "
                  "trusted (%s), so nothing was asked", t->host, x->details);
    else
        error_set(err, ERROR_INPUT, "%s: %s", t->host,
                  curl_easy_strerror(code));
    return FINAL;
}

static enum verdict judge_status(struct exchange *x, const struct target *t)
{
    long status = x->reply->status;
    char words[140], when[CLOCK_TEXT];
    http_reply_words(x->reply, x->request, words, sizeof(words));
    const char *colon = *words ? ": " : "";
    if (x->other_type && status >= 200 && status <= 299) {
        struct text type = http_header(x->reply, "content-type");
        error_set(x->err, ERROR_INPUT, "%s: sent %.*s where %s was expected%s"
                  "%s", t->host, (int)type.length, type.data,
                  x->request->accept, colon, words);
        return FINAL;
    }
    if ((status >= 200 && status <= 299) || status == 304)
        return DONE;
    /* Some say 400 or 403, and that nothing is left in the headers alone. */
    bool limited = status == 429 || ((status == 400 || status == 403) &&
                                     x->reply->wait_until);
    if (limited || status == 408 || status == 425 || status >= 500) {
        error_set(x->err, ERROR_RETRY, "%s: HTTP %ld%s%s%s%s", t->host, status,
                  x->reply->wait_until ? ", asks to wait until " : "",
                  x->reply->wait_until
                      ? clock_format(x->reply->wait_until, when) : "",
                  colon, words);
        return status == 501 || status == 505 ? FINAL : AGAIN;
    }
    error_set(x->err, status == 401 || status == 403 ? ERROR_DENIED
                                                     : ERROR_INPUT,
              "%s: HTTP %ld%s%s", t->host, status, colon, words);
    return FINAL;
}

/* Where a redirect leads. 1: followed, 0: it is none, -1: not to be. */
static int redirect(struct exchange *x, struct target *t)
{
    long status = x->reply->status;
    struct text place = http_header(x->reply, "location");
    struct target next = { 0 };
    if (!((status >= 301 && status <= 303) || status == 307 ||
          status == 308) || !place.length)
        return 0;
    if (x->request->body)
        return error_set(x->err, ERROR_INPUT, "%s: HTTP %ld, it has moved; "
                         "data is not sent after it: put the new address "
                         "into the configuration", t->host, status);
    char *url = mem_slice(place.data, place.length);
    int rc = target_resolve(&next, url, t->url, x->err);
    mem_free(url);
    if (rc)
        return error_prefix(x->err, "%s: redirects", t->host);
    if (t->tls && !next.tls) {
        curl_free(next.url);
        return error_set(x->err, ERROR_DENIED, "%s: redirects from https to "
                         "http, which is not followed", t->host);
    }
    curl_free(t->url);
    *t = next;
    return 1;
}

/* The request and the redirects after it. t ends as the last place asked. */
static enum verdict follow(struct exchange *x, struct target *t)
{
    char own[LIMIT_ORIGIN];
    bool for_good = true;
    mem_free(x->reply->moved);
    x->reply->moved = NULL;
    snprintf(own, sizeof(own), "%s", t->origin);
    for (int hops = 0;; hops++) {
        x->taken = 0;
        x->other_type = false;
        x->stop = STOP_NONE;
        /* Who asked for patience is not asked by way of others either. */
        if (hops && host_wait(x->http, t, x->reply, x->err))
            return FINAL;
        int64_t ms = limit_turn(x->http->clocks, t->origin,
                                x->http->budget.spacing);
        if (within_budget(x->http, t, ms, x->err) ||
            sleep_ms(x->http, t, ms, x->err))
            return FINAL;
        CURLcode code = perform(x, t, strcasecmp(own, t->origin) == 0);
        limit_read(x->reply);
        x->http->wait_until = x->reply->wait_until;
        if (x->reply->wait_until)
            limit_hold(x->http->clocks, t->origin,
                       (x->reply->wait_until - clock_now()) * 1000);
        if (code)
            return judge_transport(x, t, code);
        int moved = redirect(x, t);
        if (moved < 0)
            return FINAL;
        if (moved == 0 && hops && for_good)
            x->reply->moved = mem_string(t->url);
        if (moved == 0)
            return judge_status(x, t);
        for_good = for_good && (x->reply->status == 301 ||
                                x->reply->status == 308);
        if (hops == REDIRECTS) {
            error_set(x->err, ERROR_INPUT, "%s: more than %d redirects",
                      t->host, REDIRECTS);
            return FINAL;
        }
    }
}

int http_send(struct http *h, const struct http_request *request,
              struct http_reply *reply, struct error *err)
{
    struct exchange x = { .http = h, .request = request, .reply = reply,
                          .err = err };
    enum verdict verdict = FINAL;
    *reply = (struct http_reply){ .head = BUF_INIT(HEAD_LIMIT),
                                  .error_body = BUF_INIT(ERROR_BODY_LIMIT) };
    h->wait_until = 0;
    for (unsigned attempt = 1; attempt <= h->limits.tries; attempt++) {
        struct target t = { 0 };
        if (target_resolve(&t, request->url, NULL, err))
            return -1;
        if (!t.tls && !h->limits.allow_loopback && http_has_secret(request)) {
            target_refused(&t, &(struct target_guard){ .exposed = true }, err);
            curl_free(t.url);
            return -1;
        }
        /* A wait too long for a second try: the first fault is the news. */
        if (host_wait(h, &t, reply, attempt == 1 ? err : NULL)) {
            h->spent = attempt == 1 ? h->spent : NULL;
            curl_free(t.url);
            return -1;
        }
        verdict = follow(&x, &t);
        if (verdict == AGAIN) /* full jitter: no herd of equal clients */
            limit_hold(h->clocks, t.origin, arc4random_uniform(
                           BACKOFF_MS << (attempt < 8 ? attempt : 8)));
        curl_free(t.url);
        bool fed = request->take && x.taken && reply->status >= 200 &&
                   reply->status <= 299 && !x.other_type;
        if (verdict != AGAIN || (fed && !request->restart))
            break;
        if (fed && attempt < h->limits.tries)
            request->restart(request->context);
    }
    return verdict == DONE ? 0 : -1;
}
