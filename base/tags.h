/* SPDX-License-Identifier: Apache-2.0 */
/* The words for what a post says: label, aspect, channel, intent. The order
 * of the enums is stored in the database: only ever append. */
#ifndef BASE_TAGS_H
#define BASE_TAGS_H

#include <stdbool.h>
#include <stdint.h>

enum label { LABEL_UNSCORED, LABEL_NEGATIVE, LABEL_NEUTRAL, LABEL_POSITIVE,
             LABEL_COUNT };

enum aspect {
    ASPECT_PRICE, ASPECT_DELIVERY, ASPECT_STOCK, ASPECT_QUALITY,
    ASPECT_SIZING, ASPECT_PACKAGING, ASPECT_RETURNS, ASPECT_SERVICE,
    ASPECT_STORE, ASPECT_APP, ASPECT_WEBSITE, ASPECT_LOYALTY,
    ASPECT_SUSTAINABILITY, ASPECT_SAFETY,
    ASPECT_COUNT
};

enum channel { CHANNEL_STORE, CHANNEL_ONLINE, CHANNEL_APP, CHANNEL_DELIVERY,
               CHANNEL_COUNT };

enum intent {
    INTENT_QUESTION, INTENT_SUPPORT, INTENT_COMPLAINT, INTENT_PRAISE,
    INTENT_SUGGESTION, INTENT_PURCHASE, INTENT_RECOMMENDATION, INTENT_SWITCH,
    INTENT_COUNT
};

/* Names as printed, in enum order. */
extern const char *const label_names[LABEL_COUNT];
extern const char *const aspect_names[ASPECT_COUNT];
extern const char *const channel_names[CHANNEL_COUNT];
extern const char *const intent_names[INTENT_COUNT];

/* Sets are bit masks: 1 << ASPECT_PRICE. */
struct tags {
    int16_t score;      /* thousandths, -1000 to 1000 */
    uint8_t label;      /* enum label */
    uint8_t channels;   /* set of enum channel */
    uint16_t aspects;   /* set of enum aspect */
    uint8_t intents;    /* set of enum intent */
};

static inline bool tags_equal(const struct tags *a, const struct tags *b)
{
    return a->label == b->label && a->score == b->score &&
           a->channels == b->channels && a->intents == b->intents &&
           a->aspects == b->aspects;
}

/* Index of a name in a table of count names, or -1. */
int tag_index(const char *const names[], int count, const char *name);

#endif
