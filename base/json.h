/* SPDX-License-Identifier: Apache-2.0 */
/* Reading JSON as a stream: "give me these paths of each element". The only
 * user of yajl. Depth is capped at 64, a string at limit bytes; every string
 * is repaired to valid UTF-8 without NUL or lone surrogates; numbers come as
 * their text, so big integers survive; a duplicate key's last value wins.
 *
 *   static const char *const paths[] = { "uri", "record.text",
 *       "record.langs[0]", "author.did", NULL };
 *   reader = json_open("posts[*]", paths, take_post, context);
 *
 * For each element that the element path names, take() is called once with
 * values[i] belonging to paths[i] (type JSON_ABSENT where it was missing).
 * Element path "": each whole document of a stream (NDJSON, one document);
 * "[*]": items of a top-level array; "data.children[*].data": nested.
 * Paths starting with "/" are read from the document's top instead of the
 * element ("/cursor"); they are known only when the document has ended:
 * ask json_top().
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/text.h"

enum json_type { JSON_ABSENT, JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING,
                 JSON_OTHER /* an object or array where a value was asked */ };

struct json_value {
    enum json_type type;
    struct text text;  /* string, or number as written, or "true"/"false" */
};

/* Values are valid during the call. 0: go on; -1: stop (err filled). */
typedef int json_take(void *context, const struct json_value *values,
                      struct error *err);

struct json;

struct json *json_open(const char *element, const char *const *paths,
                       json_take *take, void *context);
/* Feed bytes as they come. -1: not JSON (position said) or take() said so. */
int json_feed(struct json *j, const char *data, size_t length,
              struct error *err);
/* No more bytes: -1 when the document is unfinished. */
int json_end(struct json *j, struct error *err);
/* One line of NDJSON, whole in memory (its newline may be with it, which
 * saves a copy). Whatever was wrong with a line, the next one starts afresh: -1
 * says why this one is bad, with the byte counted from its start. Not to be
 * mixed with json_feed() on the same reader. */
int json_line(struct json *j, const char *data, size_t length,
              struct error *err);
/* Value of a "/path" after the document ended. */
struct json_value json_top(const struct json *j, const char *path);
/* Was the array there that the element path ends with, if only empty? */
bool json_listed(const struct json *j);
/* How many keys of elements no path named; the first of them. */
uint64_t json_ignored(const struct json *j, const char **example);
void json_close(struct json *j);

/* A text or a number: something is written there. */
static inline bool json_written(const struct json_value *v)
{
    return v->type == JSON_STRING || v->type == JSON_NUMBER;
}

/* Conversions; false when the value is not such a thing. */
bool json_count(const struct json_value *v, uint32_t *out); /* clamps */
bool json_integer(const struct json_value *v, int64_t *out);
bool json_true(const struct json_value *v);

/* Writing: a quoted, escaped string; U+2028 and < are escaped too, so that
 * the output may stand in a script element. */
void json_write(struct buf *out, struct text t);

#endif
