/* SPDX-License-Identifier: Apache-2.0 */
/* Regular expressions: PCRE2 with JIT, UTF-8, and limits on what a match may
 * cost. The only user of libpcre2. A pattern is immutable once compiled and
 * may be shared by threads; matching state is per matcher. */
#ifndef BASE_PATTERN_H
#define BASE_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct pattern;
struct matcher; /* match data, JIT stack: one a thread */

enum { PATTERN_CASELESS = 1, PATTERN_LITERAL = 2, PATTERN_WORD = 4 };

/* Compile; err names the offset and PCRE2's reason. Refuses a pattern that
 * matches the empty string, and one that runs away on a short probe text.
 * PATTERN_LITERAL: no character is special. PATTERN_WORD: neither side may be
 * a letter, a digit or an underscore. */
int pattern_open(struct pattern **out, const char *source, size_t length,
                 unsigned flags, struct error *err);
void pattern_close(struct pattern *p);

struct matcher *matcher_open(void);
void matcher_close(struct matcher *m);

/* The subject must be valid UTF-8 and from at a character: clean_post() has
 * seen to it. 1: matched, bounds of group 0 in *start and *end; 0: no; -1: the match
 * limit was passed (the post is marked, not dropped). */
int pattern_match(const struct pattern *p, struct matcher *m,
                  const char *subject, size_t length, size_t from,
                  size_t *start, size_t *end);

#endif
