/* SPDX-License-Identifier: Apache-2.0 */
/* A byte buffer that grows up to a ceiling, never past it (curl's dynbuf).
 * Always NUL-terminated once something was added. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

#define KiB ((size_t)1024)
#define MiB (1024 * KiB)

struct buf {
    char *data;     /* owned; NULL while empty */
    size_t length;  /* bytes, the NUL not counted */
    size_t room;
    size_t limit;   /* most bytes it may hold; 0: no limit (own output) */
    bool overflow;  /* something did not fit; what fitted is kept */
};

#define BUF_INIT(ceiling) { NULL, 0, 0, (ceiling), false }

void buf_release(struct buf *b);  /* empty again, limit kept */
void buf_clear(struct buf *b);    /* length 0, room kept */

/* 0, or -1 and overflow set when the ceiling was reached (nothing added). */
int buf_add(struct buf *b, const void *data, size_t length);
int buf_puts(struct buf *b, const char *text);
int buf_putc(struct buf *b, char byte);
int buf_printf(struct buf *b, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

const char *buf_text(const struct buf *b); /* "" when empty; borrowed */

static inline struct text buf_bytes(const struct buf *b)
{
    return (struct text){ buf_text(b), b->length };
}

#endif
