/* SPDX-License-Identifier: Apache-2.0 */
/* English inflections by rule, for words whose class is known. Makes forms
 * that nobody uses ("gooder"): they match nothing. */
#ifndef PIPELINE_INFLECT_H
#define PIPELINE_INFLECT_H

#include "base/text.h"

typedef int take_inflection(void *context, struct text form);

/* class: v verb, n noun, a adjective; others have no forms. Stops and
 * returns what take returned when that was not 0. */
int inflect(struct text word, char class, take_inflection *take,
            void *context);

#endif
