/* SPDX-License-Identifier: Apache-2.0 */
/* Every collector: a declaration and a row each. */
#include "collectors/collector.h"

#include <stdarg.h>

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

unsigned collector_per_minute(const struct collector *c)
{
    return c->per_minute ? c->per_minute : 120;
}

void collection_skip(struct collection *c, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(c->skipped_why, sizeof(c->skipped_why), format, args);
    va_end(args);
    c->skipped++;
}

int64_t collection_wait(const struct collection *c)
{
    int64_t wait = c->http ? http_wait_until(c->http) : 0;
    return wait > c->wait_until ? wait : c->wait_until;
}

void collection_gone(struct batch *out, struct text source,
                     struct text native_id, int64_t created)
{
    struct post *post = batch_add(out);
    post->source = source;
    post->native_id = text_copy(&out->memory, native_id.data,
                                native_id.length, POST_ID_LIMIT);
    post->created = created;
    post->deleted = true;
}
