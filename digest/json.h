/* SPDX-License-Identifier: Apache-2.0 */
/* What a digest is made of, as the members of an object whose braces the
 * caller writes: the commands that look at one kind write it as the digest
 * does. The whole: digest_json(). */
#ifndef DIGEST_JSON_H
#define DIGEST_JSON_H

#include "base/write.h"
#include "digest/alerts.h"
#include "digest/experiment.h"
#include "digest/terms.h"
#include "digest/waiting.h"

/* All but the examples: a row of CSV, too. */
void json_term_fields(struct writer *w, const struct term *t);
void json_terms(struct writer *w, const char *name, const struct term *terms,
                size_t count);
/* With headline and the command that tells why where w->about is a digest. */
void json_alert(struct writer *w, const struct alert *a);
void json_effect(struct writer *w, const struct effect *e);
void json_figures(struct writer *w, const struct ask_figures *f);

#endif
