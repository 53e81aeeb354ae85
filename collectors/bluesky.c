/* SPDX-License-Identifier: Apache-2.0 */
/* Bluesky by its XRPC: searches and author feeds, newest first
 * (base/walk.h), on the server's times: createdAt is what the client claims.
 * Signing in is bluesky_session.c's. Does not read the firehose. */
#include "base/api.h"
#include "base/atproto.h"
#include "base/clock.h"
#include "collectors/bluesky_session.h"
#include "collectors/collector.h"

struct bluesky {
    struct pages pages;       /* listings: queries, then authors */
    char *service, *identifier, *password;
    struct option_list queries, authors;

    struct atproto account;
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
    PAGES_SIZE("100", "posts"),
    PAGES_OVERLAP("30m", "late and edited posts"),
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
    b->account = (struct atproto){ .http = c->http, .service = b->service,
                                   .identifier = b->identifier,
                                   .password = b->password,
                                   .folder = c->folder, .label = c->label };
    if (atproto_open(&b->account, err))
        return -1;
    pages_open(c);
    return 0;
}

static void close_bluesky(struct collection *c)
{
    struct bluesky *b = c->state;
    atproto_close(&b->account);
    pages_close(c);
}

/* ---- posts ------------------------------------------------------------ */

static void fill(struct batch *out, struct post *post,
                 const struct json_value *values)
{
    post->url = atproto_url(out, values[URI].text);
    if (values[REASON_URI].type == JSON_STRING) {
        post->reply_to = api_text(out, &values[URI], POST_ID_LIMIT);
        post->author = api_text(out, &values[REASON_DID], POST_ID_LIMIT);
        post->handle = api_text(out, &values[REASON_HANDLE], POST_ID_LIMIT);
        post->created = post->indexed = api_time(&values[REASON_TIME]);
        post->kind = POST_REPOST;
        return;
    }
    post->author = api_text(out, &values[DID], POST_ID_LIMIT);
    post->handle = api_text(out, &values[HANDLE], POST_ID_LIMIT);
    post->text = api_text(out, &values[TEXT_], POST_TEXT_LIMIT);
    post->lang = api_text(out, &values[LANG], 16);
    post->reply_to = api_text(out, &values[PARENT], POST_ID_LIMIT);
    post->created = api_time(&values[CREATED]);
    post->indexed = api_time(&values[INDEXED]);
    json_count(&values[LIKES], &post->likes);
    json_count(&values[REPOSTS], &post->reposts);
    json_count(&values[REPLIES], &post->replies);
    post->kind = atproto_kind(values[PARENT].text, values[EMBED].text);
}

static void take_post(void *context, const struct json_value *values)
{
    struct bluesky *b = context;
    bool repost = values[REASON_URI].type == JSON_STRING;
    struct text uri = values[repost ? REASON_URI : URI].text;
    int64_t seen = api_time(&values[repost ? REASON_TIME : INDEXED]);
    if (values[REASON].type == JSON_STRING && !repost)
        return; /* pinned: comes again at its own place */
    if (pages_saw(&b->pages, uri, seen, "post"))
        fill(b->pages.out, pages_post(&b->pages, uri), values);
}

/* Posts that have left the listing and that getPosts does not know: gone. Of
 * reposts it knows nothing: they are left. */
static int look_up(void *state, struct error *err)
{
    struct bluesky *b = state;
    struct pages *p = &b->pages;
    struct api_call *call = pages_call(p, "posts[*]", search_paths,
                                       pages_take_alive);
    buf_printf(&call->url, "%s/xrpc/app.bsky.feed.getPosts?uris=", b->service);
    pages_ids(p, &call->url, "&uris=");
    int rc = atproto_send(&b->account, call, err);
    for (unsigned i = 0; i < p->asked_count; i++)
        if (strstr(p->asked[i].id, ".feed.repost/"))
            p->asked[i].seen = true;
    return rc;
}

/* ---- pages ------------------------------------------------------------ */

static void name(void *state, size_t place, struct buf *out)
{
    const struct bluesky *b = state;
    pages_name(out, place, "q", &b->queries, "by", &b->authors);
}

/* The service shows some 10,000 posts of a search, then no cursor or fails. */
enum { DEEP = 5000 };

/* A token is "UNTIL SHOWN CURSOR": the time below which the present search
 * is for (0: none), how many posts it showed, the service's cursor. */
static int page(void *state, struct buf *next, struct error *err)
{
    struct bluesky *b = state;
    struct pages *p = &b->pages;
    bool query = p->place < b->queries.count;
    struct api_call *call = pages_call(p, query ? "posts[*]" : "feed[*]",
                                       query ? search_paths : feed_paths,
                                       take_post);
    char *cursor = p->list->token, when[CLOCK_TEXT];
    int64_t until = strtoll(cursor, &cursor, 10), oldest = p->list->oldest;
    size_t shown = strtoul(cursor, &cursor, 10);
    cursor = *cursor == ' ' ? cursor + 1 : "";
    buf_printf(&call->url, "%s/xrpc/app.bsky.feed.%s", b->service,
               query ? "searchPosts?sort=latest&q=" : "getAuthorFeed?actor=");
    http_escape(&call->url, pages_item(p->place, &b->queries, &b->authors));
    buf_printf(&call->url, "&limit=%llu%s%s", (unsigned long long)p->size,
               until ? "&until=" : "", until ? clock_format(until, when) : "");
    api_and(&call->url, "&cursor=", cursor);
    int rc = atproto_send(&b->account, call, err);
    struct text below = api_top(call, "/cursor");
    shown += call->elements;
    if (below.length) {
        buf_printf(next, "%lld %zu ", (long long)until, shown);
        buf_add(next, below.data, below.length);
    } else if (query && (rc == 0 ? shown >= DEEP
                         : *cursor && oldest != INT64_MAX &&
                           (call->reply.status == 403 ||
                            call->reply.status >= 500))) {
        buf_printf(next, "%lld 0", (long long)p->list->oldest + 1);
        rc = 0;
    }
    return rc;
}

static const struct listings listings = {
    .name = name, .page = page, .look_up = look_up, .at_once = 25
};

const struct collector collector_bluesky = {
    .name = "bluesky",
    .about = "searches and author feeds of Bluesky",
    .terms = "deletions are followed; 3,000 requests in 5 minutes",
    .key_help = "in the app: Settings, Privacy and security, App passwords; "
                "put it into a file of mode 0600. Author feeds need none "
                "with service: https://public.api.bsky.app",
    .listings = &listings,
    .options = options,
    .state_size = sizeof(struct bluesky),
    .every = 5 * MINUTE,
    .per_minute = 300,
    .open = open_bluesky,
    .fetch = pages_fetch,
    .close = close_bluesky,
};
