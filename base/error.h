/* SPDX-License-Identifier: Apache-2.0 */
/* One failure: a kind to act on and one sentence to show. Functions return
 * 0 or -1 and fill it once; layers above only add context in front. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

enum error_kind {
    ERROR_NONE,
    ERROR_INPUT,    /* bytes from outside were wrong; skip them, go on */
    ERROR_USAGE,    /* the person asked for something that cannot be */
    ERROR_CONFIG,   /* the configuration is wrong */
    ERROR_RETRY,    /* the peer was busy or away: later runs may succeed */
    ERROR_DENIED,   /* the peer or the file system said no */
    ERROR_FULL,     /* disk or map full */
    ERROR_BUSY,     /* another process holds the lock */
    ERROR_CORRUPT,  /* a stored file is not what it should be */
    ERROR_SYSTEM,   /* anything else the machine refused */
};

struct error {
    enum error_kind kind;
    char text[600];
};

#define ERROR_INIT { ERROR_NONE, "" }

/* Fill err (may be NULL) with a sentence; always returns -1. */
int error_set(struct error *err, enum error_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Put "CONTEXT: " in front of the sentence; always returns -1. */
int error_prefix(struct error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
