/* SPDX-License-Identifier: Apache-2.0 */
/* Listening: text messages of a service over a WebSocket, where the installed
 * libcurl knows them (8.x of Debian 13 and backports; 7.88 of Debian 12 does
 * not). Keeps to the rules of http.h for addresses and hosts' clocks. Nothing
 * is queued here but one message: who reads slowly makes the service wait. */
#ifndef BASE_HTTP_STREAM_H
#define BASE_HTTP_STREAM_H

#include "base/http.h"

enum { STREAM_MESSAGE = 1024 * 1024 }; /* longer ones are left out */

struct http_stream;

/* url: http(s)://, asked for as ws(s)://. The host is not asked more often
 * than every STREAM_AGAIN seconds. -1: see err, DENIED when libcurl cannot;
 * *wait_until: when the service may be asked again, 0: it did not say. */
enum { STREAM_AGAIN = 5 };
int http_stream_open(struct http_stream **out, const struct http_limits *limits,
                     const char *url, int64_t *wait_until, struct error *err);
void http_stream_close(struct http_stream *s);

/* 1: a message, valid until the next call; empty: one was too long.
 * 0: none within so many milliseconds; -1: it has ended, see err. */
int http_stream_next(struct http_stream *s, int64_t ms, struct text *message,
                     struct error *err);

#endif
