/* SPDX-License-Identifier: Apache-2.0 */
/* Customer reviews from Apple's App Store, by its public feed in JSON: 500 an
 * app and country at most, most recently changed first (base/walk.h). An
 * entry list may be an array, one object or absent; dates are missing for
 * weeks at times; feeds of living apps are empty at times, which is an error:
 * nothing is deleted by it, and what was known is not forgotten. */
#include "base/clock.h"
#include "collectors/collector.h"

enum { PAGES = 10 };

struct appstore {
    struct pages pages;       /* listings: each country of each app */
    char *service;
    struct option_list apps, countries;

    const char *country, *app;
    bool first;               /* entry of a page */
};

static const struct option options[] = {
    { "app", OPTION_LIST, NULL, offsetof(struct appstore, apps),
      "numbers of the apps, as in their address: id123456789 (required)" },
    { "country", OPTION_LIST, NULL, offsetof(struct appstore, countries),
      "stores to read: us, gb, de; each has its own reviews (required)" },
    PAGES_OVERLAP("1d", "late reviews"),
    { "service", OPTION_URL, "https://itunes.apple.com",
      offsetof(struct appstore, service), "where the feed is" },
    OPTION_END
};

#define ENTRY(at) \
    at "id.label", at "title.label", at "content.label", \
    at "im:rating.label", at "author.name.label", at "author.uri.label", \
    at "updated.label", at "im:voteSum.label"
enum { ID, TITLE, CONTENT, RATING, NAME, AUTHOR, UPDATED, VOTES, VALUES };
static const char *const paths[] = { ENTRY(""), ENTRY("/feed.entry."), "/feed",
                                     NULL };

static void take_entry(void *context, const struct json_value *values)
{
    struct appstore *s = context;
    struct text id = values[ID].text, title = values[TITLE].text,
                words = values[CONTENT].text;
    int64_t when = api_time(&values[UPDATED]);
    bool app = s->first && values[RATING].type == JSON_ABSENT;
    s->first = false;
    if (app)
        return; /* older feeds begin with it */
    if (values[RATING].type == JSON_ABSENT) {
        collection_skip(s->pages.collection, "an entry without rating");
        return;
    }
    if (!id.length || id.length > POST_ID_LIMIT) {
        collection_skip(s->pages.collection, "a review without id");
        return;
    }
    if (!when) /* new ones are of now; below a known one all are old */
        when = s->pages.list->met || walk_knows(s->pages.list, id)
                   ? 0 : s->pages.walk.now;
    if (!walk_saw(&s->pages.walk, s->pages.list, id, id, when))
        return;
    struct post *post = pages_post(&s->pages, id);
    post->kind = POST_REVIEW;
    post->author = api_text(s->pages.out, &values[AUTHOR], POST_ID_LIMIT);
    post->handle = api_text(s->pages.out, &values[NAME], POST_ID_LIMIT);
    post->created = when;
    post->rating = api_rating(&values[RATING]);
    json_count(&values[VOTES], &post->likes);
    post->url = api_format(s->pages.out, POST_URL_LIMIT, "https://apps.apple."
                           "com/%s/app/id%s?see-all=reviews", s->country,
                           s->app);
    post->text = api_join(s->pages.out, title, "\n", words, POST_TEXT_LIMIT);
}

/* One single entry is an object, not an array of one. */
static void take_single(struct appstore *s)
{
    struct json_value values[VALUES];
    for (int i = 0; i < VALUES; i++)
        values[i] = json_top(s->pages.call.json, paths[VALUES + i]);
    if (values[ID].type == JSON_STRING)
        take_entry(s, values);
}

static void name(void *state, size_t place, struct buf *out)
{
    struct appstore *s = state;
    if (place >= s->apps.count * s->countries.count)
        return;
    s->app = s->apps.items[place / s->countries.count];
    s->country = s->countries.items[place % s->countries.count];
    if (strncmp(s->app, "id", 2) == 0)
        s->app += 2;
    buf_printf(out, "%.60s/%.30s", s->app, s->country);
}

static int page(void *state, struct buf *next, struct error *err)
{
    struct appstore *s = state;
    struct pages *p = &s->pages;
    struct api_call *call = pages_call(p, "feed.entry[*]", paths, take_entry);
    call->or_else = "/feed";
    s->first = true;
    buf_printf(&call->url, "%s/%s/rss/customerreviews/page=%ld/id=%s/sortby="
               "mostrecent/json", s->service, s->country, pages_number(p),
               s->app);
    int rc = api_send(call, err);
    if (rc == 0 && !call->elements)
        take_single(s);
    if (rc == 0 && !p->list->page_count && !*p->list->token &&
        p->list->known.count)
        rc = error_set(err, ERROR_INPUT, "the feed is empty, though it had "
                       "reviews: the service is ill, or the app is gone");
    else if (rc == 0 && call->elements && pages_number(p) < PAGES)
        pages_next(p, next);
    p->list->cut = call->elements && pages_number(p) == PAGES;
    return rc;
}

const struct collector collector_appstore = {
    .name = "appstore",
    .about = "reviews of apps in Apple's App Store, per country",
    .terms = "public feed, the 500 last changed of an app and country; "
             "no limit is published, stay under a request a second",
    /* Past 500 all are out of sight, not deleted: none is looked up. */
    .listings = { .name = name, .page = page },
    .options = options,
    .state_size = sizeof(struct appstore),
    .every = HOUR,
    .per_minute = 60,
    .open = pages_open,
    .fetch = pages_fetch,
    .close = pages_close,
};
