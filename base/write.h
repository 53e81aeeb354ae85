/* SPDX-License-Identifier: Apache-2.0 */
/* Named values written as JSON, or as rows of CSV: the same calls make either.
 * In CSV an object is a row and names are left out; whoever writes it writes
 * the header line. Reads nothing: base/json.h does. */
#ifndef BASE_WRITE_H
#define BASE_WRITE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/tags.h"
#include "base/text.h"

struct writer {
    struct buf *out;
    bool csv;
    bool one_line;     /* else each object of a list begins a line */
    bool within;       /* something stands before: a comma is due */
    const void *about; /* the caller's own */
};

/* bracket: '{' or '[', '}' or ']'. name NULL: inside an array, or the whole. */
void write_begin(struct writer *w, const char *name, char bracket);
void write_end(struct writer *w, char bracket);

/* What there is none of is null in JSON, an empty cell in CSV: a NULL text, a
 * number that is not finite, the time 0. */
void write_text(struct writer *w, const char *name, const char *value);
void write_slice(struct writer *w, const char *name, struct text value);
void write_count(struct writer *w, const char *name, uint64_t value);
void write_real(struct writer *w, const char *name, double value);
void write_flag(struct writer *w, const char *name, bool value);
void write_time(struct writer *w, const char *name, int64_t when);
/* A value that is JSON already. */
void write_json(struct writer *w, const char *name, struct text value);
/* A list that is the whole answer: brackets in JSON, a header line in CSV. */
void write_rows(struct writer *w, const char *header);
void write_rows_end(struct writer *w);
/* The names whose bits are set. */
void write_set(struct writer *w, const char *name, unsigned set,
               const char *const names[]);

/* label, score, aspects, intents, channels. */
void write_tags(struct writer *w, const struct tags *tags);

/* The names of a set with something between. */
void set_words(struct buf *out, unsigned set, const char *const names[],
               const char *between);

#endif
