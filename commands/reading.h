/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands share: a subject that is known, what posts are told apart
 * by, coverage, words of options, text for people. No command itself. */
#ifndef COMMANDS_READING_H
#define COMMANDS_READING_H

#include "base/buf.h"
#include "base/write.h"
#include "commands/command.h"

/* 0 when the subject is "*", configured, or known to the store; else -1 with
 * the names that are near. The store is open. */
int subject_check(struct invocation *in, const char *name, struct error *err);
/* What a command that looks at a subject begins with: the store, to be read
 * as it is at one moment, and in->subject, known if there is one. */
int subject_open(struct invocation *in, struct error *err);
/* The same for a source whose posts (STORE_SOURCES: "mastodon") or coverage
 * (STORE_LABELS, as it is named in the configuration) are asked for, lest one
 * that is misspelt has nothing. name NULL: all. */
int source_check(struct invocation *in, const char *name,
                 enum store_name kind, struct error *err);
/* Says so once, before the brands' accounts and their replies are looked for,
 * when the store's key does not let them be recognised. */
void replies_check(const struct invocation *in);
/* As written in the configuration; else the name. */
const char *subject_title(const struct invocation *in, const char *name);

/* What posts are told apart by, and counted by: one member of one kind. */
enum tag_kind { TAG_POST, TAG_LABEL, TAG_ASPECT, TAG_INTENT, TAG_CHANNEL,
                TAG_KINDS };
extern const struct tag_names {
    const char *kind;
    const char *const *names;
    int count;             /* at most ASPECT_COUNT */
    size_t place;          /* of the first one's counter in struct counts */
} tag_kinds[TAG_KINDS];
bool tags_hold(const struct tags *t, enum tag_kind kind, int member);
uint64_t counts_of(const struct counts *c, enum tag_kind kind, int member);

/* Hours of each state, with what was planned but not reported. */
int coverage_sums(struct invocation *in, const char *label, int64_t from,
                  int64_t until, double hours[COVERAGE_STATES],
                  struct error *err);
/* "label" and the hours as members of an object. */
void write_coverage(struct writer *w, const char *label,
                    const double hours[COVERAGE_STATES]);

/* An author's hash, marked so that an import does not hash it again; "" where
 * none is known. */
enum { AUTHOR_TEXT = 24 };
const char *author_text(uint64_t hash, char out[AUTHOR_TEXT]);

/* The post SOURCE/ID: 1 visited, 0 the store has none, -1 see err. */
int post_find(struct store *store, const char *id, visit_post *visit,
              void *context, struct error *err);
/* Keep a note about the post SOURCE/ID, which must be there; an empty value
 * takes the note away, whatever became of the post. -1: ERROR_USAGE when it
 * is the id. */
int post_note(struct store *store, const char *id, const char *key,
              const char *value, struct error *err);

/* Columns of the terminal: COLUMNS, the window's, else 80. */
unsigned terminal_columns(void);

/* Index of word in names, -1 with an error that lists them. */
int word_index(const char *option, const char *word,
               const char *const *names, int count, struct error *err);

/* A text from outside on the line, cut to so many columns. */
void put_quoted(struct buf *out, struct text t, size_t columns);
/* A text from outside in lines behind a margin, at most so many columns of it
 * in all; 0: all of it. */
void put_folded(struct buf *out, const char *margin, struct text t,
                size_t most);

enum { PERIOD_TEXT = 32 };
/* "7d", "6h", "15m": as it would be written in the configuration. */
const char *period(int64_t seconds, char out[PERIOD_TEXT]);
/* "2026-11-20 15:00" of the zone. */
void local_time(struct buf *out, const struct zone *zone, int64_t when);

#endif
