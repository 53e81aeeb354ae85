/* SPDX-License-Identifier: Apache-2.0 */
/* HTML to plain text, entities decoded exactly once, UTF-8 repaired. A
 * tolerant stripper, never a strict parser: sources send raw "<angry>". */
#ifndef PIPELINE_CLEAN_H
#define PIPELINE_CLEAN_H

#include "base/post.h"

/* Makes post->text plain when post->html is set; always repairs it. New text
 * goes to the arena. */
void clean_post(struct post *post, struct arena *memory);

/* The same for any text; returns what it made, in the arena. */
struct text clean_html(struct arena *memory, struct text html);
/* Entities only (&amp; &#x27;), once. */
struct text clean_entities(struct arena *memory, struct text text);

#endif
