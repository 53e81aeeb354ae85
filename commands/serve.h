/* SPDX-License-Identifier: Apache-2.0 */
/* The pages of swell serve, made from the store; no HTTP here. */
#ifndef COMMANDS_SERVE_H
#define COMMANDS_SERVE_H

#include "base/buf.h"
#include "commands/command.h"

enum { SERVE_TOKEN = 33,       /* 16 random bytes in hex */
       CALENDAR_DAYS = 400 };

struct site {
    struct invocation *in;      /* its store is opened for one request */
    char token[SERVE_TOKEN];    /* of this start: proof that a form is ours */
    struct looked {             /* at a day, in the place day modulo all */
        uint64_t counts;        /* hash of what was counted in it and before */
        size_t alerts;
    } looked[CALENDAR_DAYS];
};

enum serve_field { FIELD_TOKEN, FIELD_ID, FIELD_SET, FIELD_BACK, FIELD_COUNT };
extern const char *const serve_fields[FIELD_COUNT]; /* token id set back */

/* Append the page of a path; day: what follows ?day=, or NULL. The HTTP
 * status, or -1: see err. *type: of what was appended. */
int serve_page(struct site *site, const char *path, const char *day,
               struct buf *out, const char **type, struct error *err);
/* Do what a form asks: path /inbox or /label. The HTTP status or -1. */
int serve_change(struct site *site, const char *path,
                 const struct buf *fields, struct error *err);
/* A page that says why there is none. */
void serve_refusal(struct buf *out, const char *title, const char *text);

#endif
