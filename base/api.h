/* SPDX-License-Identifier: Apache-2.0 */
/* One JSON reply of a web service: asked for over http.h and read by json.h
 * while it comes. What collectors share; knows no service. */
#ifndef BASE_API_H
#define BASE_API_H

#include "base/http.h"
#include "base/json.h"
#include "base/post.h"

/* Values are valid during the call. */
typedef void api_take(void *context, const struct json_value *values);

struct api_call {
    struct http *http;
    struct http_request request; /* its url, take, restart and context are
                                  * set here */
    struct buf url;
    const char *element;         /* as for json_open(); its array must be
                                  * there, or the reply is not what was
                                  * asked for ... */
    const char *or_else;         /* ... unless this "/path" is; NULL: none */
    const char *const *paths;
    api_take *take;              /* gets each element; NULL: none is wanted */
    void *context;
    struct batch *out;           /* posts of a reply that broke off are taken
                                  * back before it is asked for again */
    /* Results; api_release() frees them, and url. */
    struct http_reply reply;
    size_t elements;             /* that take() saw */
    struct json *json;           /* for json_top() */
    size_t mark;                 /* posts in out before the call */
    bool whole;                  /* read to its end */
};

/* 0: read to its end. -1: see err and reply. */
int api_send(struct api_call *call, struct error *err);
/* "&after=" and the value, escaped, at the end of a url; nothing when it is
 * empty. */
void api_and(struct buf *url, const char *name, const char *value);
/* A "/path" of the reply, empty when it is no string or number, or the call
 * failed. */
struct text api_top(const struct api_call *call, const char *path);
/* The same into token, which is empty then where it is as it was: no service
 * means the page that it just sent. */
void api_next(const struct api_call *call, const char *path,
              struct buf *token);
/* The reply's error body says one of these: "ExpiredToken InvalidToken". */
bool api_says(const struct api_call *call, const char *words);
void api_release(struct api_call *call);
/* Before the same call is sent again. */
void api_again(struct api_call *call);

/* A string or number as text in the batch's arena; empty for all else. */
struct text api_text(struct batch *out, const struct json_value *value,
                     size_t limit);
/* Both in the batch's arena, between them what parts them when none is
 * empty: a title and its words, an address and an id. */
struct text api_join(struct batch *out, struct text first,
                     const char *between, struct text second, size_t limit);
/* What printf() would say, likewise: an address, an identity. */
struct text api_format(struct batch *out, size_t limit, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* A plain title as HTML and the HTML below it: one text of a post. */
struct text api_titled(struct batch *out, struct text title, struct text html);
/* 1 to 5, rounded; 0: none. */
uint8_t api_rating(const struct json_value *value);
/* Plain text as HTML, appended: for posts that are put together as HTML. */
void api_html(struct buf *out, struct text plain);
/* &amp; &lt; &gt; undone once: what X and Reddit put into their texts. */
struct text api_unescape(struct arena *memory, struct text t);
/* A date in any form that clock_parse() knows; 0: none, or one that stands
 * for none, as 0001-01-01 does. */
int64_t api_time(const struct json_value *value);

#endif
