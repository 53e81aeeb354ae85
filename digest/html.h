/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces of the page, shared by its sections. Private to digest/html*.c and
 * to who serves pages (commands/serve*.c). */
#ifndef DIGEST_HTML_H
#define DIGEST_HTML_H

#include "digest/phrase.h"

struct page {
    struct buf *out;
    const struct digest *d;
    const struct digest_links *links;
    bool mail;                 /* no SVG, no folds, no variables */
    struct buf line;           /* what is to be said next: phrases add to it,
                                * html_say() puts it out */
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
/* One post, quoted, of at most columns columns (0: all of it). d gives the zone
 * and the day that needs no date. */
void html_sample(struct buf *out, const struct digest *d,
                 const struct sample *s, size_t columns);
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
/* The command behind a section's figures, in a fold. */
void html_command(struct page *p, enum digest_section section);
/* A fold; in a mail the summary and what follows it are one small line. */
void html_fold(const struct page *p, const char *summary);
void html_fold_end(const struct page *p);

/* The line as html_phrase(). */
void html_say(struct page *p, const char *before, const char *after);

void html_sections(struct page *p);
/* How a story's level stands on the page: by it site.c finds the alerts of
 * pages that were made before. */
#define HTML_LEVEL(level) "<div class=\"level\">" level "</div>"

/* Small charts (chart.c): inline SVG with a text alternative for a page, block
 * characters for a mail, where readers drop SVG. They take numbers, not
 * posts, and use the page's colours by class. */

/* A line over the days, the usual range as a band, a dot on the last. Days
 * that are not known (nothing was collected) are no zeros but gaps in the
 * line. */
void chart_days(struct buf *out, const uint32_t days[DAYS_SPAN],
                const bool known[DAYS_SPAN], double low, double high,
                const char *what);

/* A day's posts by hour; those in [since, until) (of the count, and at least
 * one) stand out. */
struct chart_hours {
    const uint32_t *hours;
    size_t count, since, until;
    double usual;          /* posts an hour, a dashed line; < 0: none */
    const char *title;
};
void chart_hours(struct buf *out, const struct chart_hours *c);
void chart_hours_plain(struct buf *out, const struct chart_hours *c);

#endif
