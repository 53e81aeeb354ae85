/* SPDX-License-Identifier: Apache-2.0 */
/* Bluesky by its XRPC: searches and author feeds, newest first
 * (base/walk.h), on the server's times: createdAt is what the client claims.
 * Logins are scarce (30 in five minutes), tokens live for two hours and a dead
 * one is HTTP 400 here. Does not read the firehose.
 * Longer than others: signing in is here, too. */
#include "base/atproto.h"
#include "base/clock.h"
#include "base/session.h"
#include "base/write.h"
#include "collectors/collector.h"

/* A service that refuses what it has just given out is not asked for ever. */
enum { LOGINS = 3, TOKEN_LIMIT = 16 * 1024 };

struct bluesky {
    struct pages pages;       /* listings: queries, then authors */
    char *service, *identifier, *password;
    struct option_list queries, authors;

    struct buf access, refresh; /* tokens, kept between runs; empty: none */
    unsigned logins;          /* since a token was last accepted */
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

/* ---- signing in ------------------------------------------------------- */

/* Kept as two lines: the token, and the one that renews it. */
static int read_session(struct bluesky *b, const struct collection *c,
                        struct error *err)
{
    struct buf kept = BUF_INIT(4 * TOKEN_LIMIT);
    b->access = b->refresh = (struct buf)BUF_INIT(TOKEN_LIMIT);
    if (b->identifier && session_read(c->folder, c->label, &kept, err) < 0)
        return -1;
    const char *line = buf_text(&kept);
    size_t first = strcspn(line, "\n");
    buf_add(&b->access, line, first);
    if (line[first])
        buf_add(&b->refresh, line + first + 1,
                strcspn(line + first + 1, "\n"));
    session_wipe(&kept);
    return 0;
}

static void take_session(void *context, const struct json_value *values)
{
    struct bluesky *b = context;
    if (values[0].type != JSON_STRING || values[1].type != JSON_STRING)
        return;
    buf_clear(&b->access);
    buf_clear(&b->refresh);
    buf_add(&b->access, values[0].text.data, values[0].text.length);
    buf_add(&b->refresh, values[1].text.data, values[1].text.length);
}

static int get_session(struct bluesky *b, bool refresh, struct error *err)
{
    static const char *const paths[] = { "accessJwt", "refreshJwt", NULL };
    const struct collection *c = b->pages.collection;
    struct buf body = BUF_INIT(0), kept = BUF_INIT(0), old = BUF_INIT(0);
    struct writer w = { .out = &body };
    struct api_call call = { .http = c->http, .element = "",
                             .paths = paths, .take = take_session,
                             .context = b };
    buf_puts(&old, buf_text(&b->refresh));
    buf_printf(&call.url, "%s/xrpc/com.atproto.server.%s", b->service,
               refresh ? "refreshSession" : "createSession");
    if (!refresh) {
        write_begin(&w, NULL, '{');
        write_text(&w, "identifier", b->identifier);
        write_text(&w, "password", b->password);
        write_end(&w, '}');
        call.request.content_type = "application/json";
        call.request.secret = b->password;
    }
    call.request.body = buf_text(&body);
    call.request.body_length = body.length;
    call.request.bearer = refresh ? buf_text(&old) : NULL;
    int rc = api_send(&call, err);
    if (rc == 0 && !b->access.length)
        rc = error_set(err, ERROR_INPUT, "%s: no token came with the session",
                       b->service);
    buf_printf(&kept, "%s\n%s\n", buf_text(&b->access), buf_text(&b->refresh));
    if (rc == 0)
        rc = session_write(c->folder, c->label, &kept, err);
    session_wipe(&body);
    session_wipe(&kept);
    session_wipe(&old);
    api_release(&call);
    return rc;
}

/* A new token: by the refresh token, else by the password; few times. */
static int sign_in(struct bluesky *b, struct error *err)
{
    bool refresh = b->refresh.length > 0;
    if (b->logins++ >= LOGINS)
        return error_set(err, ERROR_DENIED, "%s: keeps refusing its own "
                         "tokens", b->service);
    if (refresh && get_session(b, true, err) == 0)
        return 0;
    if (refresh && err->kind == ERROR_RETRY)
        return -1;
    buf_clear(&b->refresh);
    buf_clear(&b->access);
    if (get_session(b, false, err))
        return error_prefix(err, "signing in as %s", b->identifier);
    return 0;
}

/* api_send() with a token; signs in when there is none or it has died. */
static int ask(struct bluesky *b, struct api_call *call, struct error *err)
{
    for (;;) {
        if (b->identifier && !b->access.length && sign_in(b, err))
            return -1;
        call->request.bearer = b->access.length ? buf_text(&b->access) : NULL;
        if (api_send(call, err) == 0) {
            b->logins = 0;
            return 0;
        }
        bool token = (call->reply.status == 400 || call->reply.status == 401) &&
                     api_says(call, "ExpiredToken InvalidToken AuthMissing");
        if (!token || !b->identifier)
            return -1;
        buf_clear(&b->access);
        api_again(call);
    }
}

static int open_bluesky(struct collection *c, struct error *err)
{
    struct bluesky *b = c->state;
    if (b->queries.count && (!b->identifier || !b->password))
        return error_set(err, ERROR_CONFIG, "searching needs identifier and "
                         "password_file (an app password)");
    if (read_session(b, c, err))
        return -1;
    return pages_open(c, err);
}

static void close_bluesky(struct collection *c)
{
    struct bluesky *b = c->state;
    session_wipe(&b->access);
    session_wipe(&b->refresh);
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
    int rc = ask(b, call, err);
    for (unsigned i = 0; i < p->asked_count; i++)
        if (strstr(p->asked[i].id, ".feed.repost/"))
            p->asked[i].seen = true;
    return rc;
}

/* ---- pages ------------------------------------------------------------ */

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
    http_escape(&call->url, pages_item(p));
    buf_printf(&call->url, "&limit=%llu%s%s", (unsigned long long)p->size,
               until ? "&until=" : "", until ? clock_format(until, when) : "");
    api_and(&call->url, "&cursor=", cursor);
    int rc = ask(b, call, err);
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

const struct collector collector_bluesky = {
    .name = "bluesky",
    .about = "searches and author feeds of Bluesky",
    .terms = "deletions are followed; 3,000 requests in 5 minutes",
    .key_help = "in the app: Settings, Privacy and security, App passwords; "
                "put it into a file of mode 0600. Author feeds need none "
                "with service: https://public.api.bsky.app",
    .listings = {
        .of = { { "q/", offsetof(struct bluesky, queries) },
                { "by/", offsetof(struct bluesky, authors) } },
        .wanted = "say what to read: query or author",
        .page = page, .look_up = look_up, .at_once = 25 },
    .options = options,
    .state_size = sizeof(struct bluesky),
    .every = 5 * MINUTE,
    .per_minute = 300,
    .open = open_bluesky,
    .fetch = pages_fetch,
    .close = close_bluesky,
};
