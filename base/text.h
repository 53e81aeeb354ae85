/* SPDX-License-Identifier: Apache-2.0 */
/* A borrowed stretch of bytes, not NUL-terminated unless its owner says so,
 * and what must hold for every text from outside: valid UTF-8, no NUL. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/mem.h"

struct text {
    const char *data;
    size_t length;
};

/* A stretch of a text, in bytes. length 0: none. */
struct span {
    uint32_t start, length;
};

#define TEXT(literal) ((struct text){ (literal), sizeof(literal) - 1 })

static inline struct text text_of(const char *string)
{
    return (struct text){ string, string ? strlen(string) : 0 };
}

static inline bool text_equal(struct text a, struct text b)
{
    if (!a.data || !b.data)
        return a.length == 0 && b.length == 0;
    return a.length == b.length && memcmp(a.data, b.data, a.length) == 0;
}

static inline bool text_is(struct text a, const char *string)
{
    return text_equal(a, text_of(string));
}

static inline bool text_begins(struct text a, const char *string)
{
    size_t length = strlen(string);
    return a.length >= length && memcmp(a.data, string, length) == 0;
}

/* Takes the part before the next separator off rest; false when none is left.
 * As strsep(): an empty text has one part, which is empty. */
static inline bool text_next(struct text *rest, char separator,
                             struct text *part)
{
    if (!rest->data)
        return false;
    const char *at = rest->length ? memchr(rest->data, separator, rest->length)
                                  : NULL;
    *part = (struct text){ rest->data, at ? (size_t)(at - rest->data)
                                          : rest->length };
    rest->length -= part->length + (at != NULL);
    rest->data = at ? at + 1 : NULL;
    return true;
}

/* Byte order, shorter first on a tie: <0, 0, >0. */
int text_compare(struct text a, struct text b);

/* A copy in the arena (NUL-terminated), at most limit bytes, cut at a
 * character; invalid UTF-8, surrogates and NUL become U+FFFD; C0 controls
 * other than tab and newline become a space. */
struct text text_copy(struct arena *memory, const char *data, size_t length,
                      size_t limit);

/* Would that copy be the same? (but for the limit) */
bool text_clean(const char *data, size_t length);

/* True when all bytes are valid UTF-8 (no surrogates, no overlong). */
bool text_valid(const char *data, size_t length);

/* Decode one character at data (length >= 1). Returns bytes used, at least 1;
 * *point is U+FFFD for an invalid byte. */
size_t text_decode(const char *data, size_t length, uint32_t *point);

/* Encode a code point: bytes written, 1 to 4. */
size_t text_encode(uint32_t point, char out[4]);

/* Simple lower-case mapping of one code point (Latin, Greek, Cyrillic). */
uint32_t text_lower(uint32_t point);

/* Terminal columns a text takes: 0 for combining, 2 for wide and emoji. */
size_t text_columns(struct text t);

/* The longest prefix of at most columns columns. */
struct text text_fit(struct text t, size_t columns);

#endif
