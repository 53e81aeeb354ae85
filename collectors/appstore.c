/* SPDX-License-Identifier: Apache-2.0 */
/* Customer reviews from Apple's App Store, by its public feed in JSON: 500 an
 * app and country at most, most recently changed first (base/walk.h). An
 * entry list may be an array, one object or absent; dates are missing for
 * weeks at times; an empty page says nothing about deletes. */
#include "base/api.h"
#include "base/clock.h"
#include "base/walk.h"
#include "collectors/collector.h"

enum { PAGES = 10 };

struct appstore {
    char *service;
    struct option_list apps, countries;
    int64_t overlap;

    struct walk walk;
    struct walk_list *list;
    size_t place;             /* app × country being read */
    struct batch *out;
    struct collection *collection;
    const char *country, *app;
};

static const struct option options[] = {
    { "app", OPTION_LIST, NULL, offsetof(struct appstore, apps),
      "numbers of the apps, as in their address: id123456789 (required)" },
    { "country", OPTION_LIST, NULL, offsetof(struct appstore, countries),
      "stores to read: us, gb, de; each has its own reviews (required)" },
    { "overlap", OPTION_DURATION, "1d", offsetof(struct appstore, overlap),
      "read so far behind the last round again: reviews appear late" },
    { "service", OPTION_URL, "https://itunes.apple.com",
      offsetof(struct appstore, service), "where the feed is" },
    OPTION_END
};

#define ENTRY(at) \
    at "id.label", at "title.label", at "content.label", \
    at "im:rating.label", at "author.name.label", at "author.uri.label", \
    at "updated.label", at "im:voteSum.label"
enum { ID, TITLE, CONTENT, RATING, NAME, AUTHOR, UPDATED, VOTES, VALUES };
static const char *const paths[] = { ENTRY(""), ENTRY("/feed.entry."), NULL };

static int open_appstore(struct collection *c, struct error *err)
{
    struct appstore *s = c->state;
    if (!s->apps.count || !s->countries.count)
        return error_set(err, ERROR_CONFIG, "say which reviews: app and "
                         "country");
    s->collection = c;
    walk_open(&s->walk, c->cursor, clock_now(), c->since, s->overlap);
    return 0;
}

static void close_appstore(struct collection *c)
{
    struct appstore *s = c->state;
    walk_close(&s->walk);
}

static int take_entry(void *context, const struct json_value *values,
                      struct error *err)
{
    struct appstore *s = context;
    struct text id = values[ID].text, title = values[TITLE].text,
                words = values[CONTENT].text;
    int64_t when = api_time(&values[UPDATED]);
    struct buf text = BUF_INIT(POST_TEXT_LIMIT);
    (void)err;
    if (values[RATING].type == JSON_ABSENT)
        return 0; /* older feeds begin with the app itself */
    if (!id.length || id.length > POST_ID_LIMIT) {
        collection_skip(s->collection, "a review without id");
        return 0;
    }
    if (!when) /* new ones are of now; below a known one all are old */
        when = s->list->met || walk_knows(s->list, id) ? 0 : s->walk.now;
    if (!walk_saw(&s->walk, s->list, id, id, when))
        return 0;
    struct post *post = batch_add(s->out);
    post->source = TEXT("appstore");
    post->kind = POST_REVIEW;
    post->native_id = api_text(s->out, &values[ID], POST_ID_LIMIT);
    post->author = api_text(s->out, &values[AUTHOR], POST_ID_LIMIT);
    post->handle = api_text(s->out, &values[NAME], POST_ID_LIMIT);
    post->created = when;
    post->rating = api_rating(&values[RATING]);
    json_count(&values[VOTES], &post->likes);
    buf_printf(&text, "https://apps.apple.com/%s/app/id%s?see-all=reviews",
               s->country, s->app);
    post->url = text_copy(&s->out->memory, text.data, text.length,
                          POST_URL_LIMIT);
    buf_clear(&text);
    buf_add(&text, title.data, title.length);
    if (title.length && words.length)
        buf_putc(&text, '\n');
    buf_add(&text, words.data, words.length);
    post->text = text_copy(&s->out->memory, buf_text(&text), text.length,
                           POST_TEXT_LIMIT);
    buf_release(&text);
    return 0;
}

/* One single entry is an object, not an array of one. */
static void take_single(struct appstore *s, const struct api_call *call)
{
    struct json_value values[VALUES];
    for (int i = 0; i < VALUES; i++)
        values[i] = json_top(call->json, paths[VALUES + i]);
    if (values[ID].type == JSON_STRING)
        take_entry(s, values, NULL);
}

static int next_page(struct appstore *s, struct error *err)
{
    struct buf url = BUF_INIT(0);
    struct api_call call = { .http = s->collection->http,
                             .element = "feed.entry[*]", .paths = paths,
                             .take = take_entry, .context = s,
                             .out = s->out };
    char next[24] = "";
    long page = *s->list->token ? strtol(s->list->token, NULL, 10) : 1;
    buf_printf(&url, "%s/%s/rss/customerreviews/page=%ld/id=%s/sortby="
               "mostrecent/json", s->service, s->country, page, s->app);
    call.request.url = buf_text(&url);
    walk_page(&s->walk, s->list);
    int rc = api_send(&call, err) ? -2 : 0;
    if (rc == 0) {
        if (!call.elements)
            take_single(s, &call);
        if (call.elements && page < PAGES)
            snprintf(next, sizeof(next), "%ld", page + 1);
        rc = walk_page_end(&s->walk, s->list, text_of(next));
    }
    api_release(&call);
    buf_release(&url);
    return rc;
}

static int fetch(struct collection *c, struct batch *out, struct error *err)
{
    struct appstore *s = c->state;
    char name[100];
    s->out = out;
    s->app = s->apps.items[s->place / s->countries.count];
    s->country = s->countries.items[s->place % s->countries.count];
    if (strncmp(s->app, "id", 2) == 0)
        s->app += 2;
    snprintf(name, sizeof(name), "%.60s/%.30s", s->app, s->country);
    s->list = walk_list(&s->walk, name);
    int rc = next_page(s, err);
    if (rc == -2)
        return -1;
    walk_gone_done(s->list); /* past 500 all are out of sight, not deleted */
    if (rc <= 0)
        s->place++;
    walk_save(&s->walk, &out->cursor);
    c->complete_from = walk_complete_from(&s->walk);
    return s->place < s->apps.count * s->countries.count;
}

const struct collector collector_appstore = {
    .name = "appstore",
    .about = "reviews of apps in Apple's App Store, per country",
    .terms = "public feed, the 500 last changed of an app and country; "
             "no limit is published, stay under a request a second",
    .options = options,
    .state_size = sizeof(struct appstore),
    .every = HOUR,
    .per_minute = 60,
    .open = open_appstore,
    .fetch = fetch,
    .close = close_appstore,
};
