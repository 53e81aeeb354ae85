/* SPDX-License-Identifier: Apache-2.0 */
/* Which language a short post is in, by function words and letters. */
#ifndef PIPELINE_LANGUAGE_H
#define PIPELINE_LANGUAGE_H

#include "base/post.h"
#include "pipeline/words.h"

/* Fills post->language and post->confidence. The source's claim (post->lang)
 * only breaks ties. "und" when there is too little to say. */
void language_guess(struct post *post, const struct words *words);

#endif
