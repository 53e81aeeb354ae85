/* SPDX-License-Identifier: Apache-2.0 */
/* See measure.h. */
#include "digest/measure.h"

uint64_t measure_count(const struct counts *c, int measure)
{
    switch (measure) {
    case MEASURE_POSTS:
        return c->posts;
    case MEASURE_NEGATIVE:
        return c->label[LABEL_NEGATIVE];
    case MEASURE_COMPLAINTS:
        return c->intent[INTENT_COMPLAINT];
    default:
        return c->aspect[measure - MEASURE_ASPECT];
    }
}

const char *measure_name(int measure)
{
    static const char *const names[] = { "posts", "negative", "complaints" };
    return measure < MEASURE_ASPECT ? names[measure]
                                    : aspect_names[measure - MEASURE_ASPECT];
}

bool measure_holds(const struct alert_part *part, const struct tags *tags)
{
    switch (part->measure) {
    case MEASURE_NEGATIVE:
        return tags->label == LABEL_NEGATIVE;
    case MEASURE_COMPLAINTS:
        return tags->intents >> INTENT_COMPLAINT & 1;
    case MEASURE_ASPECT:
        return tags->aspects >> part->aspect & 1;
    default:
        return true;
    }
}
