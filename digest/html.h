/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces of the page, shared by its sections. Private to digest/html*.c and
 * to who serves pages (commands/serve*.c). */
#ifndef DIGEST_HTML_H
#define DIGEST_HTML_H

#include "digest/digest.h"

struct page {
    struct buf *out;
    const struct digest *d;
    const struct digest_links *links;
    bool mail;                 /* no SVG, no folds, no variables */
};

/* A text between markup of ours: escaped, control and bidi control characters
 * left out. */
void html_escaped(struct buf *out, const char *before, const char *text,
                  const char *after);
/* The same in <bdi>: a text by others cannot turn the line around. */
void html_text(struct buf *out, const char *before, const char *text,
               const char *after);
/* A phrase_* result, escaped, and released; of an empty one nothing. */
void html_phrase(struct buf *out, const char *before, struct buf *phrase,
                 const char *after);
/* One post, quoted. d gives the zone and the day that needs no date. */
void html_sample(struct buf *out, const struct digest *d,
                 const struct sample *s);
/* In green or red where the interval leaves zero out. */
void html_estimate(struct buf *out, const struct estimate *e);
/* The document up to <main>; mail: with colours as plain values. */
void html_open(struct buf *out, const char *title, bool mail);
/* Links to the pages around; NULL: none. */
void html_nav(struct buf *out, const struct digest_links *l);
/* What was tried on whom, and what came of it. */
void html_experiment(struct buf *out, const struct zone *zone,
                     const char *who, const struct digest_experiment *x);

/* The subject's title, a link where its page is served. */
void html_subject(const struct page *p, const char *name);
void html_why(const struct page *p, const char *subject);
/* The command behind a section's figures, in a fold. */
void html_command(const struct page *p, enum digest_section section);
/* A fold, open in mail. */
void html_fold(const struct page *p, const char *summary);
void html_fold_end(const struct page *p);

void html_sections(const struct page *p);

#endif
