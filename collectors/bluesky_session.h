/* SPDX-License-Identifier: Apache-2.0 */
/* Signed-in calls to an AT Protocol server (Bluesky's). Tokens are kept
 * between runs and renewed in the middle of one. Knows no posts. */
#ifndef COLLECTORS_BLUESKY_SESSION_H
#define COLLECTORS_BLUESKY_SESSION_H

#include "base/api.h"

struct atproto {
    /* Borrowed. */
    struct http *http;
    const char *service;            /* "https://bsky.social" */
    const char *identifier;         /* NULL: ask as a stranger */
    const char *password;
    const char *folder, *label;     /* where tokens are kept */
    /* Its own. */
    struct buf access, refresh;     /* tokens; empty: none */
    unsigned logins;                /* since a token was last accepted */
};

int atproto_open(struct atproto *a, struct error *err);
void atproto_close(struct atproto *a);

/* api_send() with a token; signs in when there is none or it has died. */
int atproto_send(struct atproto *a, struct api_call *call, struct error *err);

#endif
