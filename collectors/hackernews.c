/* SPDX-License-Identifier: Apache-2.0 */
/* Hacker News by Algolia's search_by_date, newest first (base/walk.h). A
 * query shows 1,000 hits at most: below them it is asked again for what is
 * older. Algolia never shows deleted and dead items, so what has left the
 * listing is looked up at the source. */
#include "base/api.h"
#include "base/clock.h"
#include "base/walk.h"
#include "collectors/collector.h"

struct hackernews {
    char *service, *items, *tags;
    struct option_list queries;
    uint64_t page;
    int64_t overlap;

    struct walk walk;
    struct walk_list *list;
    size_t query;             /* number of the one being read */
    struct batch *out;
    struct collection *collection;
    bool gone;                /* what the item looked up is */
};

static const struct option options[] = {
    { "query", OPTION_LIST, NULL, offsetof(struct hackernews, queries),
      "words to search for; \"quoted\" is a phrase (required)" },
    { "kinds", OPTION_STRING, "(story,comment)", offsetof(struct hackernews,
      tags), "Algolia's tag filter: which kinds of item" },
    { "page_size", OPTION_COUNT, "1000", offsetof(struct hackernews, page),
      "posts a request, at most 1000" },
    { "overlap", OPTION_DURATION, "6h", offsetof(struct hackernews, overlap),
      "read so far behind the last round again, for late and edited posts" },
    { "service", OPTION_URL, "https://hn.algolia.com",
      offsetof(struct hackernews, service), "where the search is" },
    { "items", OPTION_URL, "https://hacker-news.firebaseio.com",
      offsetof(struct hackernews, items), "where single items are" },
    OPTION_END
};

enum { ID, AUTHOR, TITLE, STORY, COMMENT, LINK, POINTS, COMMENTS, PARENT,
       CREATED };
static const char *const paths[] = {
    "objectID", "author", "title", "story_text", "comment_text", "url",
    "points", "num_comments", "parent_id", "created_at_i", "/page",
    "/nbPages", "/nbHits", "/hitsPerPage", NULL
};

static int open_hackernews(struct collection *c, struct error *err)
{
    struct hackernews *h = c->state;
    if (!h->queries.count)
        return error_set(err, ERROR_CONFIG, "say what to search for: query");
    if (h->page < 1 || h->page > 1000)
        h->page = 1000;
    h->collection = c;
    walk_open(&h->walk, c->cursor, clock_now(), c->since, h->overlap);
    return 0;
}

static void close_hackernews(struct collection *c)
{
    struct hackernews *h = c->state;
    walk_close(&h->walk);
}

/* A story's text is its title, plain, and perhaps words below, HTML. */
static struct text story(struct hackernews *h, const struct json_value *values)
{
    struct buf whole = BUF_INIT(2 * POST_TEXT_LIMIT);
    struct text title = values[TITLE].text, words = values[STORY].text;
    api_html(&whole, title);
    if (words.length) {
        buf_puts(&whole, "<p>");
        buf_add(&whole, words.data, words.length);
    }
    struct text copy = text_copy(&h->out->memory, buf_text(&whole),
                                 whole.length, POST_TEXT_LIMIT);
    buf_release(&whole);
    return copy;
}

static int take_hit(void *context, const struct json_value *values,
                    struct error *err)
{
    struct hackernews *h = context;
    struct buf url = BUF_INIT(POST_URL_LIMIT);
    struct text id = values[ID].text;
    int64_t created = api_time(&values[CREATED]);
    (void)err;
    if (!id.length || id.length > 20 || !created) {
        collection_skip(h->collection, "a hit without objectID or date");
        return 0;
    }
    if (!walk_saw(&h->walk, h->list, id, id, created))
        return 0;
    struct post *post = batch_add(h->out);
    post->source = TEXT("hackernews");
    post->native_id = api_text(h->out, &values[ID], POST_ID_LIMIT);
    buf_printf(&url, "https://news.ycombinator.com/item?id=%.*s",
               (int)id.length, id.data);
    post->url = text_copy(&h->out->memory, buf_text(&url), url.length,
                          POST_URL_LIMIT);
    buf_release(&url);
    post->author = post->handle = api_text(h->out, &values[AUTHOR],
                                           POST_ID_LIMIT);
    post->created = post->indexed = created;
    post->html = true;
    json_count(&values[POINTS], &post->likes);
    json_count(&values[COMMENTS], &post->replies);
    if (values[COMMENT].type == JSON_STRING) {
        post->kind = POST_COMMENT;
        post->text = api_text(h->out, &values[COMMENT], POST_TEXT_LIMIT);
        post->reply_to = api_text(h->out, &values[PARENT], POST_ID_LIMIT);
    } else {
        post->text = story(h, values);
    }
    return 0;
}

enum { ITEM_ID, ITEM_DELETED, ITEM_DEAD };
static const char *const item_paths[] = { "id", "deleted", "dead", NULL };

static int take_item(void *context, const struct json_value *values,
                     struct error *err)
{
    struct hackernews *h = context;
    (void)err; /* a literal null: there is no such item any more */
    h->gone = values[ITEM_ID].type == JSON_ABSENT ||
              json_true(&values[ITEM_DELETED]) || json_true(&values[ITEM_DEAD]);
    return 0;
}

static int recheck(struct hackernews *h, const struct walk_item *item,
                   struct error *err)
{
    struct buf url = BUF_INIT(0);
    struct api_call call = { .http = h->collection->http, .element = "",
                             .paths = item_paths, .take = take_item,
                             .context = h };
    buf_printf(&url, "%s/v0/item/", h->items);
    http_escape(&url, item->id);
    buf_puts(&url, ".json");
    call.request.url = buf_text(&url);
    h->gone = true;
    int rc = api_send(&call, err);
    if (rc == 0 && h->gone)
        collection_gone(h->out, TEXT("hackernews"), text_of(item->key),
                        item->time);
    api_release(&call);
    buf_release(&url);
    return rc;
}

/* "TIME/PAGE" of what lies below, "" at the end. */
static void next_token(struct hackernews *h, const struct api_call *call,
                       int64_t until, uint64_t page, char *token, size_t room)
{
    struct json_value pages = json_top(call->json, "/nbPages"),
                      hits = json_top(call->json, "/nbHits");
    int64_t page_count = 0, hit_count = 0;
    json_integer(&pages, &page_count);
    json_integer(&hits, &hit_count);
    *token = '\0';
    if (!call->elements)
        return;
    if ((int64_t)page + 1 < page_count)
        snprintf(token, room, "%lld/%llu", (long long)until,
                 (unsigned long long)page + 1);
    else if (hit_count > (int64_t)(page * h->page + call->elements))
        snprintf(token, room, "%lld/0", (long long)h->list->oldest);
}

static int next_page(struct hackernews *h, const char *query,
                     struct error *err)
{
    struct buf url = BUF_INIT(0);
    struct api_call call = { .http = h->collection->http,
                             .element = "hits[*]", .paths = paths,
                             .take = take_hit, .context = h, .out = h->out };
    char token[64], *slash;
    int64_t until = strtoll(h->list->token, &slash, 10);
    uint64_t page = *slash == '/' ? strtoull(slash + 1, NULL, 10) : 0;
    buf_printf(&url, "%s/api/v1/search_by_date?typoTolerance=false&"
               "advancedSyntax=true&hitsPerPage=%llu&page=%llu&tags=",
               h->service, (unsigned long long)h->page,
               (unsigned long long)page);
    http_escape(&url, h->tags ? h->tags : "");
    buf_puts(&url, "&query=");
    http_escape(&url, query);
    if (until)
        buf_printf(&url, "&numericFilters=created_at_i%%3C%%3D%lld",
                   (long long)until);
    call.request.url = buf_text(&url);
    walk_page(&h->walk, h->list);
    int rc = api_send(&call, err) ? -2 : 0;
    if (rc == 0) {
        next_token(h, &call, until, page, token, sizeof(token));
        rc = walk_page_end(&h->walk, h->list, text_of(token));
    }
    api_release(&call);
    buf_release(&url);
    return rc;
}

static int fetch(struct collection *c, struct batch *out, struct error *err)
{
    struct hackernews *h = c->state;
    const char *query = h->queries.items[h->query];
    h->out = out;
    h->list = walk_list(&h->walk, query);
    int rc = next_page(h, query, err);
    if (rc == -2)
        return -1;
    if (rc == -1)
        collection_skip(c, "%s: the service sends the same page again", query);
    for (unsigned i = 0; i < h->list->gone.count; i++)
        if (recheck(h, &h->list->gone.items[i], err))
            return -1;
    walk_gone_done(h->list);
    if (rc <= 0)
        h->query++;
    walk_save(&h->walk, &out->cursor);
    c->complete_from = walk_complete_from(&h->walk);
    return h->query < h->queries.count;
}

const struct collector collector_hackernews = {
    .name = "hackernews",
    .about = "stories and comments of Hacker News that hold the words",
    .terms = "public search by Algolia, 10,000 requests an hour",
    .options = options,
    .state_size = sizeof(struct hackernews),
    .every = 10 * MINUTE,
    .open = open_hackernews,
    .fetch = fetch,
    .close = close_hackernews,
};
