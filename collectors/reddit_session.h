/* SPDX-License-Identifier: Apache-2.0 */
/* Signed calls to Reddit: an application's token, kept between runs and
 * renewed in the middle of one. Knows no posts. */
#ifndef COLLECTORS_REDDIT_SESSION_H
#define COLLECTORS_REDDIT_SESSION_H

#include "base/api.h"

struct reddit_session {
    /* Borrowed. */
    struct http *http;
    const char *login;              /* "https://www.reddit.com" */
    const char *key;                /* "ID:SECRET" */
    const char *folder, *label;     /* where the token is kept */
    /* Its own. */
    struct buf token;
    bool renewed;                   /* since one was last accepted */
};

int reddit_session_open(struct reddit_session *s, struct error *err);
void reddit_session_close(struct reddit_session *s);

/* api_send() with a token. A token may die at any page and is renewed; one
 * that is refused when it is fresh is the end. */
int reddit_send(struct reddit_session *s, struct api_call *call,
                struct error *err);

#endif
