/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of options: one row is a key, its type, default, place and help.
 * The same table reads the configuration, prints `swell sources` and writes
 * the example, so none of them can go stale. */
#ifndef BASE_OPTION_H
#define BASE_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"

enum option_type {
    OPTION_NONE,      /* ends a table */
    OPTION_STRING,    /* char *, owned */
    OPTION_NAME,      /* char *: letters, digits, - _ . only, at most 60; an
                       * odd one is "unnamed" */
    OPTION_PATH,      /* char *: a file; "-" stays as it is */
    OPTION_LIST,      /* struct option_list: a sequence or one scalar */
    OPTION_COUNT,     /* uint64_t; 1k, 2m understood */
    OPTION_FLOAT,     /* double */
    OPTION_BOOL,      /* bool; true false yes no */
    OPTION_DURATION,  /* int64_t seconds; 15m 6h 7d */
    OPTION_DATE,      /* int64_t seconds UTC */
    OPTION_SECRET,    /* char *: the content of a 0600 file, given by path;
                       * refused when others may read it; wiped on release.
                       * The key in the configuration ends in _file. */
    OPTION_URL,       /* char *: http or https only, no slash at its end */
    OPTION_ZONE,      /* char *: a time zone that zone_open() knows */
};

struct option_list {
    char **items; /* owned */
    size_t count;
    int *lines;   /* owned: where each was written, 0: unknown; or NULL */
};

struct option {
    const char *name;
    enum option_type type;
    const char *value;   /* default as it would be written; NULL: none */
    size_t offset;       /* offsetof in the state struct */
    const char *help;    /* one line; ends in "(required)" when it is */
};

#define OPTION_END { NULL, OPTION_NONE, NULL, 0, NULL }

/* Fill a zeroed state with the defaults. */
void option_defaults(const struct option *table, void *state);
const struct option *option_find(const struct option *table, const char *name);
/* Set one from text; for OPTION_LIST each call appends.
 * dir: relative paths are meant from here; a secret's may also be the name of
 * a systemd credential. */
int option_set(const struct option *o, void *state, const char *value,
               const char *dir, struct error *err);
/* True when the option holds a value (a string, one item, nonzero). */
bool option_given(const struct option *o, const void *state);
/* Free what the state owns; secrets are wiped first. */
void option_release(const struct option *table, void *state);

#endif
