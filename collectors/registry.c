/* SPDX-License-Identifier: Apache-2.0 */
/* Every collector: a declaration and a row each. */
#include "collectors/collector.h"

extern const struct collector collector_appstore;
extern const struct collector collector_bluesky;
extern const struct collector collector_discourse;
extern const struct collector collector_feed;
extern const struct collector collector_file;
extern const struct collector collector_hackernews;
extern const struct collector collector_jetstream;
extern const struct collector collector_mastodon;
extern const struct collector collector_reddit;
extern const struct collector collector_threads;
extern const struct collector collector_trustpilot;
extern const struct collector collector_wordpress;
extern const struct collector collector_x;
extern const struct collector collector_youtube;

const struct collector *const collectors[] = {
    &collector_appstore,
    &collector_bluesky,
    &collector_discourse,
    &collector_feed,
    &collector_file,
    &collector_hackernews,
    &collector_jetstream,
    &collector_mastodon,
    &collector_reddit,
    &collector_threads,
    &collector_trustpilot,
    &collector_wordpress,
    &collector_x,
    &collector_youtube,
    NULL,
};

const struct collector *collector_find(const char *name)
{
    for (const struct collector *const *c = collectors; *c; c++)
        if (strcmp((*c)->name, name) == 0)
            return *c;
    return NULL;
}

bool collector_brings(const char *type, const char *source)
{
    const struct collector *c = collector_find(type);
    const char *brought = !c ? "" : c->source ? c->source : c->name;
    return !*brought || strcmp(brought, source) == 0;
}

unsigned collector_per_minute(const struct collector *c)
{
    return c->per_minute ? c->per_minute : 120;
}
