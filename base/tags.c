/* SPDX-License-Identifier: Apache-2.0 */
/* The printed names of the tags; nothing here decides a tag. */
#include "base/tags.h"

#include <string.h>

const char *const label_names[LABEL_COUNT] = {
    [LABEL_UNSCORED] = "unscored", [LABEL_NEGATIVE] = "negative",
    [LABEL_NEUTRAL] = "neutral", [LABEL_POSITIVE] = "positive",
};

const char *const aspect_names[ASPECT_COUNT] = {
    [ASPECT_PRICE] = "price", [ASPECT_DELIVERY] = "delivery",
    [ASPECT_STOCK] = "stock", [ASPECT_QUALITY] = "quality",
    [ASPECT_SIZING] = "sizing", [ASPECT_PACKAGING] = "packaging",
    [ASPECT_RETURNS] = "returns", [ASPECT_SERVICE] = "service",
    [ASPECT_STORE] = "store", [ASPECT_APP] = "app",
    [ASPECT_WEBSITE] = "website", [ASPECT_LOYALTY] = "loyalty",
    [ASPECT_SUSTAINABILITY] = "sustainability", [ASPECT_SAFETY] = "safety",
};

const char *const channel_names[CHANNEL_COUNT] = {
    [CHANNEL_STORE] = "store", [CHANNEL_ONLINE] = "online",
    [CHANNEL_APP] = "app", [CHANNEL_DELIVERY] = "delivery",
};

const char *const intent_names[INTENT_COUNT] = {
    [INTENT_QUESTION] = "question", [INTENT_SUPPORT] = "support",
    [INTENT_COMPLAINT] = "complaint", [INTENT_PRAISE] = "praise",
    [INTENT_SUGGESTION] = "suggestion", [INTENT_PURCHASE] = "purchase",
    [INTENT_RECOMMENDATION] = "recommendation", [INTENT_SWITCH] = "switch",
};

int tag_index(const char *const names[], int count, const char *name)
{
    for (int i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}
