/* SPDX-License-Identifier: Apache-2.0 */
/* See http_stream.h. Beside http.c because libcurl stays in one family. Built
 * against any libcurl from 7.87 on; what it can do is found at run time. */
#include "base/http_stream.h"

#include <curl/curl.h>
#include <errno.h>
#include <poll.h>
#include <strings.h>

#include "base/clock.h"
#include "base/http_target.h"
#include "base/mem.h"

enum { CONNECT_SECONDS = 20, CLOSE_WORDS = 100 };

struct http_stream {
    CURL *easy;
    char host[256];
    struct buf message;
    bool ended;                /* the message is whole: the next one is new */
    bool overlong;
};

static bool supported(void)
{
    const char *const *p = curl_version_info(CURLVERSION_NOW)->protocols;
    while (*p && strcasecmp(*p, "wss") != 0)
        p++;
    return *p != NULL;
}

static size_t on_header(char *data, size_t size, size_t count, void *context)
{
    return buf_add(context, data, size * count) ? 0 : size * count;
}

/* What an upgrade that was refused says. */
static int refused(CURL *easy, CURLcode code, const struct target *t,
                   const struct target_guard *guard, const struct buf *head,
                   int64_t *wait_until, struct error *err)
{
    struct http_reply reply = { .head = *head };
    char when[CLOCK_TEXT];
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    if (status == 101 && code == CURLE_OK)
        return 0;
    if (target_refused(t, guard, err))
        return -1;
    if (!status) /* libcurl may say that all went well */
        return error_set(err, code == CURLE_PEER_FAILED_VERIFICATION
                         ? ERROR_DENIED : ERROR_RETRY, "%s: %s", t->host,
                         code ? curl_easy_strerror(code)
                              : "it does not speak WebSocket here");
    reply.status = status;
    limit_read(&reply);
    *wait_until = reply.wait_until;
    return error_set(err, status == 429 || status >= 500 ? ERROR_RETRY
                     : status == 401 || status == 403 ? ERROR_DENIED
                     : ERROR_INPUT, "%s: HTTP %ld where a WebSocket was asked "
                     "for%s%s", t->host, status,
                     *wait_until ? ", asks to wait until " : "",
                     *wait_until ? clock_format(*wait_until, when) : "");
}

static int connect_to(struct http_stream *s, const struct http_limits *limits,
                      const struct target *t, int64_t *wait_until,
                      struct error *err)
{
    struct target_guard guard = { .allow_loopback = limits->allow_loopback };
    struct buf url = BUF_INIT(0), head = BUF_INIT(64 * KiB);
    buf_printf(&url, "ws%s", t->url + strlen("http"));
    target_guard(s->easy, &guard);
    target_stop(s->easy, limits->stop);
    curl_easy_setopt(s->easy, CURLOPT_PROTOCOLS_STR, "ws,wss");
    curl_easy_setopt(s->easy, CURLOPT_URL, buf_text(&url));
    curl_easy_setopt(s->easy, CURLOPT_USERAGENT, limits->user_agent);
    curl_easy_setopt(s->easy, CURLOPT_CONNECT_ONLY, 2L);
    curl_easy_setopt(s->easy, CURLOPT_TIMEOUT, (long)CONNECT_SECONDS);
    curl_easy_setopt(s->easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(s->easy, CURLOPT_HEADERDATA, &head);
    CURLcode code = curl_easy_perform(s->easy);
    int rc = refused(s->easy, code, t, &guard, &head, wait_until, err);
    curl_easy_setopt(s->easy, CURLOPT_TIMEOUT, 0L);
    curl_easy_setopt(s->easy, CURLOPT_HEADERFUNCTION, NULL);
    curl_easy_setopt(s->easy, CURLOPT_HEADERDATA, NULL);
    target_guard(s->easy, NULL); /* ours ends before it does */
    buf_release(&url);
    buf_release(&head);
    return rc;
}

int http_stream_open(struct http_stream **out, const struct http_limits *limits,
                     const char *url, int64_t *wait_until, struct error *err)
{
    struct target t = { 0 };
    *out = NULL;
    *wait_until = 0;
    if (!supported())
        return error_set(err, ERROR_DENIED, "the libcurl of this machine (%s) "
                         "knows no WebSocket: Debian 13 and "
                         "bookworm-backports have one that does",
                         curl_version_info(CURLVERSION_NOW)->version);
    if (target_resolve(&t, url, NULL, err))
        return -1;
    struct http_stream *s = mem_alloc(sizeof(*s));
    s->message = (struct buf)BUF_INIT(STREAM_MESSAGE);
    s->ended = true;
    s->easy = curl_easy_init();
    snprintf(s->host, sizeof(s->host), "%s", t.host);
    if (limits->clocks)
        limit_sleep(limit_turn(limits->clocks, t.origin,
                               STREAM_AGAIN * 1000), limits->stop);
    int rc = connect_to(s, limits, &t, wait_until, err);
    curl_free(t.url);
    if (rc)
        http_stream_close(s);
    else
        *out = s;
    return rc;
}

void http_stream_close(struct http_stream *s)
{
    if (!s)
        return;
    curl_easy_cleanup(s->easy);
    buf_release(&s->message);
    mem_free(s);
}

/* Add a piece. 1: the message is whole, 0: there is more of it, -1: the
 * service says good-bye. */
static int take(struct http_stream *s, const char *piece, size_t got,
                const struct curl_ws_frame *meta, struct error *err)
{
    if (meta->flags & CURLWS_CLOSE) {
        char words[CLOSE_WORDS];
        size_t n = 0;
        for (size_t i = 2; i < got && n + 1 < sizeof(words); i++)
            words[n++] = piece[i] >= ' ' && piece[i] < 0x7f ? piece[i] : '?';
        words[n] = '\0';
        return error_set(err, ERROR_RETRY, "%s: closed the connection%s%s",
                         s->host, n ? ": " : "", words);
    }
    if (!(meta->flags & (CURLWS_TEXT | CURLWS_BINARY | CURLWS_CONT)))
        return 0; /* ping and pong */
    if (s->ended) {
        buf_clear(&s->message);
        s->overlong = false;
    }
    s->overlong = buf_add(&s->message, piece, got) || s->overlong;
    s->ended = meta->bytesleft == 0 && !(meta->flags & CURLWS_CONT);
    return s->ended;
}

int http_stream_next(struct http_stream *s, int64_t ms, struct text *message,
                     struct error *err)
{
    const struct curl_ws_frame *meta;
    char piece[16 * 1024];
    curl_socket_t fd = CURL_SOCKET_BAD;
    int64_t until = limit_now() + ms;
    size_t got;
    *message = TEXT("");
    curl_easy_getinfo(s->easy, CURLINFO_ACTIVESOCKET, &fd);
    for (;;) {
        /* const in some versions of its header, not in others */
        CURLcode code = curl_ws_recv(s->easy, piece, sizeof(piece), &got,
                                     (void *)&meta);
        int64_t left = until - limit_now();
        if (code == CURLE_AGAIN) {
            struct pollfd wait = { .fd = fd, .events = POLLIN };
            if (left <= 0)
                return 0;
            if (poll(&wait, 1, (int)left) < 0 && errno == EINTR)
                return 0;
            continue;
        }
        if (code)
            return error_set(err, ERROR_RETRY, "%s: %s", s->host,
                             code == CURLE_GOT_NOTHING
                                 ? "the connection ended"
                                 : curl_easy_strerror(code));
        int rc = take(s, piece, got, meta, err);
        if (rc == 1 && !s->overlong)
            *message = buf_bytes(&s->message);
        if (rc)
            return rc;
    }
}
