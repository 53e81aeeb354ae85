/* SPDX-License-Identifier: Apache-2.0 */
/* Hacker News by Algolia's search_by_date, newest first (base/walk.h). A
 * query shows 1,000 hits at most, so none is asked for its second page: below
 * the first it is asked again, for what is as old or older. Algolia never
 * shows deleted and dead items, so what has left the listing is looked up at
 * the source. */
#include "base/clock.h"
#include "collectors/collector.h"

struct hackernews {
    struct pages pages;       /* listings: queries */
    char *service, *items, *tags;
    struct option_list queries;
};

static const struct option options[] = {
    { "query", OPTION_LIST, NULL, offsetof(struct hackernews, queries),
      "words to search for; \"quoted\" is a phrase (required)" },
    { "kinds", OPTION_STRING, "(story,comment)", offsetof(struct hackernews,
      tags), "Algolia's tag filter: which kinds of item" },
    PAGES_SIZE("1000", "posts"),
    PAGES_OVERLAP("6h", "late and edited posts"),
    { "service", OPTION_URL, "https://hn.algolia.com",
      offsetof(struct hackernews, service), "where the search is" },
    { "items", OPTION_URL, "https://hacker-news.firebaseio.com",
      offsetof(struct hackernews, items), "where single items are" },
    OPTION_END
};

enum { ID, AUTHOR, TITLE, STORY, COMMENT, POINTS, COMMENTS, PARENT, CREATED };
static const char *const paths[] = {
    "objectID", "author", "title", "story_text", "comment_text", "points",
    "num_comments", "parent_id", "created_at_i", "/nbHits", NULL
};

static void take_hit(void *context, const struct json_value *values)
{
    struct hackernews *h = context;
    struct text id = values[ID].text;
    int64_t created = api_time(&values[CREATED]);
    if (!pages_saw(&h->pages, id, created, "hit"))
        return;
    struct post *post = pages_post(&h->pages, id);
    post->url = api_join(h->pages.out, TEXT("https://news.ycombinator.com/"
                         "item?id="), "", id, POST_URL_LIMIT);
    post->author = post->handle = api_text(h->pages.out, &values[AUTHOR],
                                           POST_ID_LIMIT);
    post->created = post->indexed = created;
    post->html = true;
    json_count(&values[POINTS], &post->likes);
    json_count(&values[COMMENTS], &post->replies);
    if (values[COMMENT].type == JSON_STRING) {
        post->kind = POST_COMMENT;
        post->text = api_text(h->pages.out, &values[COMMENT], POST_TEXT_LIMIT);
        post->reply_to = api_text(h->pages.out, &values[PARENT], POST_ID_LIMIT);
    } else {
        post->text = api_titled(h->pages.out, values[TITLE].text,
                                values[STORY].text);
    }
}

enum { ITEM_ID, ITEM_DELETED, ITEM_DEAD };
static const char *const item_paths[] = { "id", "deleted", "dead", NULL };

/* A literal null: there is no such item any more. */
static void take_item(void *context, const struct json_value *values)
{
    bool gone = values[ITEM_ID].type == JSON_ABSENT ||
                json_true(&values[ITEM_DELETED]) ||
                json_true(&values[ITEM_DEAD]);
    if (!gone)
        pages_take_alive(context, values);
}

static int look_up(void *state, struct error *err)
{
    struct hackernews *h = state;
    struct api_call *call = pages_call(&h->pages, "", item_paths, take_item);
    buf_printf(&call->url, "%s/v0/item/", h->items);
    pages_ids(&h->pages, &call->url, "");
    buf_puts(&call->url, ".json");
    return api_send(call, err);
}

static int page(void *state, struct buf *next, struct error *err)
{
    struct hackernews *h = state;
    struct pages *p = &h->pages;
    struct api_call *call = pages_call(p, "hits[*]", paths, take_hit);
    int64_t until = strtoll(p->list->token, NULL, 10);
    buf_printf(&call->url, "%s/api/v1/search_by_date?typoTolerance=false&"
               "advancedSyntax=true&hitsPerPage=%llu&tags=", h->service,
               (unsigned long long)h->pages.size);
    http_escape(&call->url, h->tags);
    api_and(&call->url, "&query=", h->queries.items[p->place]);
    if (until)
        buf_printf(&call->url, "&numericFilters=created_at_i%%3C%%3D%lld",
                   (long long)until);
    int rc = api_send(call, err);
    struct json_value hits = json_top(call->json, "/nbHits");
    uint32_t all = 0;
    if (rc == 0 && call->elements &&
        (call->elements >= p->size || (json_count(&hits, &all) &&
                                      all > call->elements)))
        buf_printf(next, "%lld", (long long)p->list->oldest);
    return rc;
}

const struct collector collector_hackernews = {
    .name = "hackernews",
    .about = "stories and comments of Hacker News that hold the words",
    .terms = "public search by Algolia, 10,000 requests an hour",
    .listings = {
        .of = { { "", offsetof(struct hackernews, queries) } },
        .page = page, .look_up = look_up, .at_once = 1 },
    .options = options,
    .state_size = sizeof(struct hackernews),
    .every = 10 * MINUTE,
    .open = pages_open,
    .fetch = pages_fetch,
    .close = pages_close,
};
