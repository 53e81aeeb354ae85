/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces of the page, shared by its sections. Private to digest/html*.c. */
#ifndef DIGEST_HTML_H
#define DIGEST_HTML_H

#include "digest/digest.h"

/* Escaped; control and bidi control characters are left out. */
void html_escaped(struct buf *out, const char *text);
/* The same in <bdi>: a text by others cannot turn the line around. */
void html_text(struct buf *out, const char *text);
/* A phrase_* result, escaped; phrase is released. */
void html_phrase(struct buf *out, struct buf *phrase);
void html_why(struct buf *out, const struct digest *d, const char *subject,
              const char *count);
void html_sample(struct buf *out, const struct digest *d,
                 const struct sample *s);
void html_estimate(struct buf *out, const struct estimate *e);

/* Sections, in reading order. */
void html_changes(struct buf *out, const struct digest *d);
void html_standing(struct buf *out, const struct digest *d);
void html_people(struct buf *out, const struct digest *d); /* wishes, waiting */
void html_experiments(struct buf *out, const struct digest *d);
void html_rivals(struct buf *out, const struct digest *d);
void html_where(struct buf *out, const struct digest *d);
void html_samples(struct buf *out, const struct digest *d);

#endif
