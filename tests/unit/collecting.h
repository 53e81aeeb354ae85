/* SPDX-License-Identifier: Apache-2.0 */
/* For tests of collectors: services that are a function. http_send() is
 * replaced here (the linker then leaves base/http.c out), and a round is run
 * as swell collect does, without a store. */
#ifndef TESTS_COLLECTING_H
#define TESTS_COLLECTING_H

#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hash.h"
#include "collectors/collector.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test.h"

/* ---- the service ------------------------------------------------------ */

/* Fills body; returns the status, or 0: the line is dead. */
typedef int answer(const struct http_request *request, struct buf *body);

static inline int says(struct buf *body, int status, const char *text)
{
    buf_puts(body, text);
    return status;
}

static struct {
    answer *answer;
    size_t chunk;    /* bytes at a time; 0: whole */
    size_t cut;      /* break off here; SIZE_MAX: not */
    bool heals;      /* asked again it comes whole, as http.c would */
    bool broke;      /* it did break off */
    unsigned requests, logins;
    int64_t wait;
    const char *head; /* header lines of a reply */
    char sent[600];   /* header lines of the last request */
} service;

int http_send(struct http *h, const struct http_request *request,
              struct http_reply *reply, struct error *err)
{
    struct buf body = BUF_INIT(0);
    int rc = 0;
    *reply = (struct http_reply){ .head = BUF_INIT(0),
                                  .error_body = BUF_INIT(0) };
    service.requests++;
    snprintf(service.sent, sizeof(service.sent), "%s%s%s",
             request->key ? request->key_header : "", request->key ? ": " : "",
             request->key ? request->key : "");
    for (const char *const *l = request->headers; l && *l; l++)
        strncat(service.sent, *l, sizeof(service.sent) -
                                      strlen(service.sent) - 1);
    reply->status = service.answer(request, &body);
    buf_puts(&reply->head, service.head ? service.head : "");
    if (reply->status != 304 &&
        (reply->status < 200 || reply->status > 299)) {
        buf_add(&reply->error_body, buf_text(&body), body.length);
        rc = error_set(err, reply->status == 0 || reply->status >= 429
                       ? ERROR_RETRY : reply->status == 401 ||
                       reply->status == 403 ? ERROR_DENIED : ERROR_INPUT,
                       "host: HTTP %ld", reply->status);
    }
    bool cut = service.cut < body.length;
    size_t length = cut ? service.cut : body.length;
    for (size_t at = 0; rc == 0 && reply->status != 304 && at < length;) {
        size_t piece = service.chunk && service.chunk < length - at
                           ? service.chunk : length - at;
        rc = request->take(request->context, buf_text(&body) + at, piece,
                           err);
        at += piece;
    }
    service.broke = service.broke || cut;
    if (rc == 0 && cut && service.heals) {
        request->restart(request->context);
        rc = request->take(request->context, buf_text(&body), body.length,
                           err);
    } else if (rc == 0 && cut)
        rc = error_set(err, ERROR_RETRY, "host: broke off");
    buf_release(&body);
    return rc;
}

int64_t http_wait_until(const struct http *h)
{
    return service.wait;
}

const struct http_limits *http_limits(const struct http *h)
{
    return NULL;
}

const char *http_spent(const struct http *h)
{
    return NULL;
}

/* ---- a collection ----------------------------------------------------- */

struct run {
    struct collection c;
    struct batch out;
    struct buf cursor;
    struct error err;
    int rc;
};

static void set(struct run *r, const char *name, const char *value)
{
    const struct option *o = option_find(r->c.kind->options, name);
    assert_non_null(o);
    assert_int_equal(option_set(o, r->c.state, value, "/", &r->err), 0);
}

static void begin(struct run *r, const char *kind, answer *answers)
{
    *r = (struct run){ .cursor = BUF_INIT(0) };
    batch_init(&r->out);
    r->c.kind = collector_find(kind);
    assert_non_null(r->c.kind);
    r->c.label = "test";
    service.answer = answers;
    service.head = NULL;
    service.chunk = 0;
    service.cut = SIZE_MAX;
    service.heals = false;
    service.logins = 0;
}

/* Options for a fresh state; each round opens anew, as collect does. */
static void ready(struct run *r)
{
    r->c.state = calloc(1, r->c.kind->state_size);
    option_defaults(r->c.kind->options, r->c.state);
}

/* ... and more options: name, value, ... NULL. */
static inline void given(struct run *r, ...)
{
    va_list pairs;
    const char *name;
    ready(r);
    va_start(pairs, r);
    while ((name = va_arg(pairs, const char *)))
        set(r, name, va_arg(pairs, const char *));
    va_end(pairs);
}

static int round_of(struct run *r, unsigned pages)
{
    batch_reset(&r->out);
    buf_clear(&r->out.cursor);
    r->c.cursor = buf_text(&r->cursor);
    service.requests = 0;
    r->c.skipped = 0;
    r->c.partial = false;
    r->rc = r->c.kind->open(&r->c, &r->err);
    if (r->rc == 0)
        for (r->rc = 1; r->rc == 1 && pages; pages--)
            r->rc = r->c.kind->fetch(&r->c, &r->out, &r->err);
    if (r->out.cursor.length) {
        buf_clear(&r->cursor);
        buf_puts(&r->cursor, buf_text(&r->out.cursor));
    }
    r->c.kind->close(&r->c);
    option_release(r->c.kind->options, r->c.state);
    free(r->c.state);
    return r->rc;
}

static void end(struct run *r)
{
    batch_release(&r->out);
    buf_release(&r->cursor);
}

static uint64_t digest_of(const struct batch *b)
{
    struct buf all = BUF_INIT(0);
    for (size_t i = 0; i < b->count; i++) {
        const struct post *p = &b->posts[i];
        const struct text texts[] = { p->source, p->native_id, p->url,
                                      p->author, p->handle, p->text,
                                      p->reply_to, p->lang };
        for (size_t t = 0; t < COUNT(texts); t++) {
            assert_true(text_valid(texts[t].data, texts[t].length));
            buf_add(&all, texts[t].data, texts[t].length);
            buf_putc(&all, '\n');
        }
        buf_printf(&all, "%u %d\n", p->rating, p->deleted);
        buf_printf(&all, "%lld %lld %lld %u %u %u %u\n", (long long)p->created,
                   (long long)p->indexed, (long long)p->edited, p->kind,
                   p->likes, p->reposts, p->replies);
    }
    uint64_t hash = hash64(buf_text(&all), all.length);
    buf_release(&all);
    return hash;
}

static const struct post *find(const struct run *r, const char *id)
{
    for (size_t i = 0; i < r->out.count; i++)
        if (text_is(r->out.posts[i].native_id, id))
            return &r->out.posts[i];
    return NULL;
}

/* An option that is read from a file. */
static inline void secret(struct run *r, const char *name, const char *content)
{
    char path[] = "/tmp/swell-test-XXXXXX";
    scratch_file(path, content);
    set(r, name, path);
    unlink(path);
}

static inline long number_after(const char *url, const char *word, long without)
{
    const char *at = strstr(url, word);
    return at ? strtol(at + strlen(word), NULL, 10) : without;
}

/* What a page says is the same however it comes, and of a page that breaks
 * off the cursor says nothing; when it comes whole then, it is as ever. */
static inline void read_all_ways(struct run *r, int collect(struct run *r),
                          bool keeps_cursor)
{
    buf_clear(&r->cursor);
    assert_int_equal(collect(r), 0);
    uint64_t whole = digest_of(&r->out);
    size_t count = r->out.count;
    assert_true(count > 0);
    for (service.chunk = 1; service.chunk < 4; service.chunk++) {
        buf_clear(&r->cursor);
        assert_int_equal(collect(r), 0);
        assert_int_equal(digest_of(&r->out), whole);
    }
    service.chunk = 0;
    for (size_t cut = 0; cut < 200; cut += 3) {
        buf_clear(&r->cursor);
        service.cut = cut;
        assert_int_equal(collect(r), -1);
        assert_true(r->out.count <= count);
        assert_true(keeps_cursor || r->cursor.length == 0);
    }
    service.heals = true;
    service.broke = true;
    for (service.cut = 0; service.broke; service.cut += 97) {
        buf_clear(&r->cursor);
        service.broke = false;
        assert_int_equal(collect(r), 0);
        assert_int_equal(digest_of(&r->out), whole);
    }
    service.heals = false;
    service.cut = SIZE_MAX;
    buf_clear(&r->cursor);
}

#endif
