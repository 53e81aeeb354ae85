/* SPDX-License-Identifier: Apache-2.0 */
/* Which language a short post is in, by function words, letters and script.
 * Made to tell what the lexicons can score, not to win at telling languages
 * apart. */
#ifndef PIPELINE_LANGUAGE_H
#define PIPELINE_LANGUAGE_H

#include "base/error.h"
#include "base/post.h"
#include "pipeline/words.h"

struct languages;

/* path: lexicons/languages.tsv. A bad line is "FILE:LINE: sentence". */
int languages_open(struct languages **out, const char *path,
                   struct error *err);
void languages_close(struct languages *l);

/* Fills post->language and post->confidence (percent). English is expected a
 * little more than others. The source's claim (post->lang) breaks ties and
 * decides when nothing in the text speaks; without one that is "und", which
 * is scored like English, for it is mostly names, numbers and emoji. */
void language_guess(const struct languages *l, struct post *post,
                    const struct words *words);

uint64_t languages_hash(const struct languages *l);

#endif
