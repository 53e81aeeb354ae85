/* SPDX-License-Identifier: Apache-2.0 */
/* Bluesky by its XRPC: searches and author feeds, newest first
 * (base/walk.h), on the server's times: createdAt is what the client claims.
 * Signing in is bluesky_session.c's. Does not read the firehose. Over 250
 * lines: searches and feeds list posts, feeds also reposts. */
#include "base/api.h"
#include "base/clock.h"
#include "base/walk.h"
#include "collectors/bluesky_session.h"
#include "collectors/collector.h"

struct bluesky {
    char *service, *identifier, *password;
    struct option_list queries, authors;
    uint64_t page;
    int64_t overlap;

    struct atproto account;
    struct walk walk;
    struct walk_list *list;
    size_t listing;             /* queries first, then authors */
    struct batch *out;
    struct collection *collection;
    struct walk_ring *asked;    /* whom getPosts still knows is marked seen */
};

static const struct option options[] = {
    { "query", OPTION_LIST, NULL, offsetof(struct bluesky, queries),
      "searches; each as one would type it in the app" },
    { "author", OPTION_LIST, NULL, offsetof(struct bluesky, authors),
      "handles or DIDs whose posts to read" },
    { "identifier", OPTION_STRING, NULL, offsetof(struct bluesky, identifier),
      "handle to sign in with; searching needs it" },
    { "password_file", OPTION_SECRET, NULL, offsetof(struct bluesky, password),
      "0600 file with an app password" },
    { "service", OPTION_URL, "https://bsky.social",
      offsetof(struct bluesky, service), "the account's server (PDS)" },
    { "page_size", OPTION_COUNT, "100", offsetof(struct bluesky, page),
      "posts a request, at most 100" },
    { "overlap", OPTION_DURATION, "30m", offsetof(struct bluesky, overlap),
      "read so far behind the last round again, for late and edited posts" },
    OPTION_END
};

enum { URI, TEXT_, CREATED, LANG, PARENT, EMBED, DID, HANDLE, INDEXED, LIKES,
       REPOSTS, REPLIES, REASON, REASON_URI, REASON_DID, REASON_HANDLE,
       REASON_TIME };
#define POST_PATHS(at) \
    at "uri", at "record.text", at "record.createdAt", at "record.langs[0]", \
    at "record.reply.parent.uri", at "record.embed.$type", at "author.did", \
    at "author.handle", at "indexedAt", at "likeCount", at "repostCount", \
    at "replyCount", "reason.$type", "reason.uri", "reason.by.did", \
    "reason.by.handle", "reason.indexedAt", "/cursor", NULL
static const char *const search_paths[] = { POST_PATHS("") };
static const char *const feed_paths[] = { POST_PATHS("post.") };

static int open_bluesky(struct collection *c, struct error *err)
{
    struct bluesky *b = c->state;
    if (!b->queries.count && !b->authors.count)
        return error_set(err, ERROR_CONFIG, "say what to read: query or "
                         "author");
    if (b->queries.count && (!b->identifier || !b->password))
        return error_set(err, ERROR_CONFIG, "searching needs identifier and "
                         "password_file (an app password)");
    if (b->page < 1 || b->page > 100)
        b->page = 100;
    b->collection = c;
    b->account = (struct atproto){ .http = c->http, .service = b->service,
                                   .identifier = b->identifier,
                                   .password = b->password,
                                   .folder = c->folder, .label = c->label };
    if (atproto_open(&b->account, err))
        return -1;
    walk_open(&b->walk, c->cursor, clock_now(), c->since, b->overlap);
    return 0;
}

static void close_bluesky(struct collection *c)
{
    struct bluesky *b = c->state;
    atproto_close(&b->account);
    walk_close(&b->walk);
}

/* ---- posts ------------------------------------------------------------ */

static void fill(struct bluesky *b, struct post *post,
                 const struct json_value *values)
{
    struct text embed = values[EMBED].text;
    post->source = TEXT("bluesky");
    post->url = atproto_url(b->out, values[URI].text);
    if (values[REASON_URI].type == JSON_STRING) {
        post->native_id = api_text(b->out, &values[REASON_URI], POST_ID_LIMIT);
        post->reply_to = api_text(b->out, &values[URI], POST_ID_LIMIT);
        post->author = api_text(b->out, &values[REASON_DID], POST_ID_LIMIT);
        post->handle = api_text(b->out, &values[REASON_HANDLE], POST_ID_LIMIT);
        post->created = post->indexed = api_time(&values[REASON_TIME]);
        post->kind = POST_REPOST;
        return;
    }
    post->native_id = api_text(b->out, &values[URI], POST_ID_LIMIT);
    post->author = api_text(b->out, &values[DID], POST_ID_LIMIT);
    post->handle = api_text(b->out, &values[HANDLE], POST_ID_LIMIT);
    post->text = api_text(b->out, &values[TEXT_], POST_TEXT_LIMIT);
    post->lang = api_text(b->out, &values[LANG], 16);
    post->reply_to = api_text(b->out, &values[PARENT], POST_ID_LIMIT);
    post->created = api_time(&values[CREATED]);
    post->indexed = api_time(&values[INDEXED]);
    json_count(&values[LIKES], &post->likes);
    json_count(&values[REPOSTS], &post->reposts);
    json_count(&values[REPLIES], &post->replies);
    if (post->reply_to.length)
        post->kind = POST_REPLY;
    else if (embed.length >= 21 &&
             memcmp(embed.data, "app.bsky.embed.record", 21) == 0)
        post->kind = POST_QUOTE;
}

static int take_post(void *context, const struct json_value *values,
                     struct error *err)
{
    struct bluesky *b = context;
    bool repost = values[REASON_URI].type == JSON_STRING;
    struct text uri = values[repost ? REASON_URI : URI].text;
    int64_t seen = api_time(&values[repost ? REASON_TIME : INDEXED]);
    (void)err;
    if (!uri.length || uri.length > POST_ID_LIMIT || !seen) {
        collection_skip(b->collection, "a post without uri or indexedAt");
        return 0;
    }
    if (values[REASON].type == JSON_STRING && !repost)
        return 0; /* pinned: comes again at its own place */
    if (walk_saw(&b->walk, b->list, uri, uri, seen))
        fill(b, batch_add(b->out), values);
    return 0;
}

static int take_alive(void *context, const struct json_value *values,
                      struct error *err)
{
    struct bluesky *b = context;
    (void)err;
    for (unsigned i = 0; i < b->asked->count; i++)
        if (text_is(values[URI].text, b->asked->items[i].id))
            b->asked->items[i].seen = true;
    return 0;
}

/* Posts that have left the listing and that getPosts does not know: gone. */
static int recheck(struct bluesky *b, struct error *err)
{
    enum { GROUP = 25 };
    struct walk_ring *gone = b->asked = &b->list->gone;
    int rc = 0;
    for (unsigned from = 0; rc == 0 && from < gone->count; from += GROUP) {
        unsigned until = from + GROUP < gone->count ? from + GROUP
                                                    : gone->count;
        struct buf url = BUF_INIT(0);
        struct api_call call = { .http = b->collection->http,
                                 .element = "posts[*]", .paths = search_paths,
                                 .take = take_alive, .context = b };
        buf_printf(&url, "%s/xrpc/app.bsky.feed.getPosts", b->service);
        for (unsigned i = from; i < until; i++) {
            buf_puts(&url, i == from ? "?uris=" : "&uris=");
            http_escape(&url, gone->items[i].id);
        }
        call.request.url = buf_text(&url);
        rc = atproto_send(&b->account, &call, err);
        for (unsigned i = from; rc == 0 && i < until; i++) {
            struct text id = text_of(gone->items[i].id);
            if (!gone->items[i].seen && !strstr(id.data, ".feed.repost/"))
                collection_gone(b->out, TEXT("bluesky"), id,
                                gone->items[i].time);
        }
        api_release(&call);
        buf_release(&url);
    }
    walk_gone_done(b->list);
    return rc;
}

/* ---- pages ------------------------------------------------------------ */

/* Tokens: "c" and the service's cursor, or "u" and a time below which to
 * search: deep pages fail on the service, past 10,000 posts or before. */
static int next_page(struct bluesky *b, const char *query, const char *author,
                     struct error *err)
{
    struct buf url = BUF_INIT(0), next = BUF_INIT(0);
    struct api_call call = { .http = b->collection->http, .take = take_post,
                             .context = b, .out = b->out,
                             .element = query ? "posts[*]" : "feed[*]",
                             .paths = query ? search_paths : feed_paths };
    const char *token = b->list->token;
    char when[CLOCK_TEXT];
    buf_printf(&url, "%s/xrpc/app.bsky.feed.%s", b->service,
               query ? "searchPosts?sort=latest&q=" : "getAuthorFeed?actor=");
    http_escape(&url, query ? query : author);
    buf_printf(&url, "&limit=%llu", (unsigned long long)b->page);
    if (*token) {
        buf_puts(&url, *token == 'u' ? "&until=" : "&cursor=");
        http_escape(&url, token + 1);
    }
    call.request.url = buf_text(&url);
    walk_page(&b->walk, b->list);
    int64_t oldest = b->list->oldest;
    int rc = atproto_send(&b->account, &call, err) ? -2 : 0;
    struct text cursor = rc ? TEXT("") : api_top(&call, "/cursor");
    if (cursor.length) {
        buf_putc(&next, 'c');
        buf_add(&next, cursor.data, cursor.length);
    }
    bool deep = rc && query && *token == 'c' && oldest != INT64_MAX &&
                (call.reply.status == 403 || call.reply.status >= 500);
    if (deep)
        buf_printf(&next, "u%s", clock_format(oldest + 1, when));
    if (rc == 0 || deep)
        rc = walk_page_end(&b->walk, b->list, (struct text){
                               buf_text(&next), next.length });
    api_release(&call);
    buf_release(&url);
    buf_release(&next);
    return rc;
}

static int fetch(struct collection *c, struct batch *out, struct error *err)
{
    struct bluesky *b = c->state;
    bool search = b->listing < b->queries.count;
    const char *what = search ? b->queries.items[b->listing]
                              : b->authors.items[b->listing -
                                                 b->queries.count];
    char name[500];
    b->out = out;
    snprintf(name, sizeof(name), "%s/%s", search ? "q" : "by", what);
    b->list = walk_list(&b->walk, name);
    int rc = next_page(b, search ? what : NULL, search ? NULL : what, err);
    if (rc == -2)
        return -1;
    if (rc == -1)
        collection_skip(c, "%s: the service sends the same page again", what);
    if (b->list->gone.count && recheck(b, err))
        return -1;
    if (rc <= 0)
        b->listing++;
    walk_save(&b->walk, &out->cursor);
    c->complete_from = walk_complete_from(&b->walk);
    return b->listing < b->queries.count + b->authors.count;
}

const struct collector collector_bluesky = {
    .name = "bluesky",
    .about = "searches and author feeds of Bluesky",
    .terms = "deletions are followed; 3,000 requests in 5 minutes",
    .key_help = "in the app: Settings, Privacy and security, App passwords; "
                "put it into a file of mode 0600. Author feeds need none "
                "with service: https://public.api.bsky.app",
    .options = options,
    .state_size = sizeof(struct bluesky),
    .every = 5 * MINUTE,
    .per_minute = 300,
    .open = open_bluesky,
    .fetch = fetch,
    .close = close_bluesky,
};
