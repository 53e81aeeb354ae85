/* SPDX-License-Identifier: Apache-2.0 */
/* Part of base/json.c alone: the short way of a whole line. An object written
 * as nearly every line is gets read here in one go; anything else is left to
 * yajl, which knows what is wrong with it. Not for others: see json.h. */
#ifndef BASE_JSON_PLAIN_H
#define BASE_JSON_PLAIN_H

#include "base/json_path.h"

struct json_plain {
    const struct json_paths *paths; /* none of the document's top */
    struct json_value *values;      /* one a path; all absent before */
    struct arena *memory;           /* for strings with escapes */
    uint64_t ignored;               /* keys that no path names */
    struct text ignored_name;       /* the first of them */
    size_t length;                  /* of the object and what precedes it */
};

/* The line must end with its newline and be valid UTF-8. True: it is one
 * object, and the values are those that yajl would have found; they lie in
 * the line or in memory. False: nothing is said of the line, and the values
 * mean nothing. */
bool json_plain(struct json_plain *p, const char *line, size_t length);

#endif
