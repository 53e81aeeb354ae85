/* SPDX-License-Identifier: Apache-2.0 */
/* See api.h. */
#include "base/api.h"

#include <math.h>
#include <stdarg.h>

#include "base/clock.h"

static int take_element(void *context, const struct json_value *values,
                        struct error *err)
{
    struct api_call *call = context;
    (void)err;
    call->elements++;
    if (call->take)
        call->take(call->context, values);
    return 0;
}

static int take_bytes(void *context, const char *data, size_t length,
                      struct error *err)
{
    struct api_call *call = context;
    return json_feed(call->json, data, length, err);
}

static void restart(void *context)
{
    struct api_call *call = context;
    json_close(call->json);
    call->json = json_open(call->element, call->paths, take_element, call);
    call->elements = 0;
    while (call->out && call->out->count > call->mark)
        batch_drop(call->out);
}

/* An error told with status 200, or a service that changed, is no empty list:
 * taken for one, it would count as covered. */
static int check_shape(const struct api_call *call, struct error *err)
{
    size_t length = strlen(call->element);
    if (length < 3 || strcmp(call->element + length - 3, "[*]") != 0 ||
        json_listed(call->json) ||
        (call->or_else &&
         json_top(call->json, call->or_else).type != JSON_ABSENT))
        return 0;
    return error_set(err, ERROR_INPUT, "the reply is JSON, but holds no list%s"
                     "%.*s: the service is ill or has changed",
                     length > 3 ? " " : "", (int)length - 3, call->element);
}

void api_and(struct buf *url, const char *name, const char *value)
{
    if (!*value)
        return;
    buf_puts(url, name);
    http_escape(url, value);
}

int api_send(struct api_call *call, struct error *err)
{
    call->request.url = buf_text(&call->url);
    call->request.take = take_bytes;
    call->request.restart = restart;
    call->request.context = call;
    if (!call->request.accept)
        call->request.accept = "json";
    call->mark = call->out ? call->out->count : 0;
    call->json = NULL;
    call->whole = false;
    restart(call);
    if (http_send(call->http, &call->request, &call->reply, err))
        return -1;
    /* No list, nor a word that it is empty; nobody asked whether it changed. */
    if (call->reply.status == 204 || call->reply.status == 304)
        return error_set(err, ERROR_INPUT, "the reply is empty (%ld)",
                         call->reply.status);
    call->whole = !json_end(call->json, err) && !check_shape(call, err);
    return call->whole ? 0 : -1;
}

/* Nothing is left of what the last try said. */
void api_again(struct api_call *call)
{
    json_close(call->json);
    call->json = NULL;
    http_reply_release(&call->reply);
}

struct text api_top(const struct api_call *call, const char *path)
{
    if (!call->whole)
        return TEXT("");
    struct json_value value = json_top(call->json, path);
    return json_written(&value) ? value.text : TEXT("");
}

void api_next(const struct api_call *call, const char *path,
              struct buf *token)
{
    struct text next = api_top(call, path);
    bool same = text_is(next, buf_text(token));
    buf_clear(token);
    if (!same)
        buf_add(token, next.data, next.length);
}

bool api_says(const struct api_call *call, const char *words)
{
    const struct buf *body = &call->reply.error_body;
    for (size_t n; *words; words += n + (words[n] == ' ')) {
        n = strcspn(words, " ");
        if (memmem(buf_text(body), body->length, words, n))
            return true;
    }
    return false;
}

void api_release(struct api_call *call)
{
    api_again(call);
    buf_release(&call->url);
}

struct text api_text(struct batch *out, const struct json_value *value,
                     size_t limit)
{
    if (!json_written(value))
        return (struct text){ NULL, 0 };
    return text_copy(&out->memory, value->text.data, value->text.length,
                     limit);
}

struct text api_join(struct batch *out, struct text first,
                     const char *between, struct text second, size_t limit)
{
    size_t gap = first.length && second.length ? strlen(between) : 0;
    size_t length = first.length + gap + second.length;
    char *whole = arena_alloc(&out->memory, length + 1), *to = whole;
    if (first.length)
        to = mempcpy(to, first.data, first.length);
    to = mempcpy(to, between, gap);
    if (second.length)
        to = mempcpy(to, second.data, second.length);
    *to = '\0';
    if (length <= limit && text_clean(whole, length))
        return (struct text){ whole, length };
    return text_copy(&out->memory, whole, length, limit);
}

struct text api_format(struct batch *out, size_t limit, const char *format,
                       ...)
{
    char short_one[POST_URL_LIMIT + 1];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(short_one, sizeof(short_one), format, args);
    va_end(args);
    size_t length = n < 0 ? 0 : (size_t)n < sizeof(short_one)
                                    ? (size_t)n : sizeof(short_one) - 1;
    return text_copy(&out->memory, short_one, length, limit);
}

struct text api_titled(struct batch *out, struct text title, struct text html)
{
    struct buf above = BUF_INIT(2 * POST_TEXT_LIMIT);
    api_html(&above, title);
    struct text whole = api_join(out, buf_bytes(&above), "<p>", html,
                                 POST_TEXT_LIMIT);
    buf_release(&above);
    return whole;
}

void api_html(struct buf *out, struct text plain)
{
    for (size_t i = 0; i < plain.length; i++) {
        if (plain.data[i] == '<')
            buf_puts(out, "&lt;");
        else if (plain.data[i] == '&')
            buf_puts(out, "&amp;");
        else
            buf_putc(out, plain.data[i]);
    }
}

int64_t api_time(const struct json_value *value)
{
    int64_t when;
    if (!json_written(value) ||
        clock_parse(value->text.data, value->text.length, &when))
        return 0;
    return when < POST_EARLIEST ? 0 : when;
}

uint8_t api_rating(const struct json_value *value)
{
    char digits[16];
    if (!json_written(value) || value->text.length >= sizeof(digits))
        return 0;
    memcpy(digits, value->text.data, value->text.length);
    digits[value->text.length] = '\0';
    double stars = strtod(digits, NULL);
    return stars >= 0.5 && stars < 5.5 ? (uint8_t)lround(stars) : 0;
}

struct text api_unescape(struct arena *memory, struct text t)
{
    static const struct { const char *entity; char byte; } rows[] = {
        { "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' },
    };
    if (!t.length || !memchr(t.data, '&', t.length))
        return t;
    char *out = arena_alloc(memory, t.length);
    size_t used = 0;
    for (size_t i = 0; i < t.length;) {
        size_t size = 1;
        out[used] = t.data[i];
        for (size_t r = 0; t.data[i] == '&' && r < 3; r++) {
            size_t n = strlen(rows[r].entity);
            if (n <= t.length - i && memcmp(t.data + i, rows[r].entity,
                                            n) == 0) {
                out[used] = rows[r].byte;
                size = n;
            }
        }
        used++;
        i += size;
    }
    return (struct text){ out, used };
}
