/* SPDX-License-Identifier: Apache-2.0 */
/* Reddit by its OAuth interface, with a key that Reddit has approved: new
 * posts, comments and searches, newest first (base/walk.h). Never asks by
 * `before`: a deleted anchor answers nothing for ever. A listing ends after
 * 1,000; what has left it is looked up. Reads no pages meant for people.
 * Longer than others: signing in is here, too. */
#include "base/clock.h"
#include "base/session.h"
#include "collectors/collector.h"

/* Of a listing that ends so deep, the rest is out of reach. */
enum { DEEP = 900, TOKEN_LIMIT = 16 * 1024 };

struct reddit {
    struct pages pages;       /* listings: see name() */
    char *key, *login, *service;
    struct option_list subreddits, queries;
    bool comments;

    struct buf token;         /* kept between runs; empty: none */
    bool renewed;             /* since one was last accepted */
};

static const struct option options[] = {
    { "key_file", OPTION_SECRET, NULL, offsetof(struct reddit, key),
      "0600 file with the approved key, one line: ID:SECRET (required)" },
    { "subreddit", OPTION_LIST, NULL, offsetof(struct reddit, subreddits),
      "subreddits to read whole, without r/" },
    { "comments", OPTION_BOOL, "true", offsetof(struct reddit, comments),
      "also the comments of these subreddits" },
    { "query", OPTION_LIST, NULL, offsetof(struct reddit, queries),
      "searches in the posts of all subreddits" },
    PAGES_SIZE("100", "posts"),
    PAGES_OVERLAP("1h", "late and edited posts"),
    { "login", OPTION_URL, "https://www.reddit.com",
      offsetof(struct reddit, login), "where tokens are given out" },
    { "service", OPTION_URL, "https://oauth.reddit.com",
      offsetof(struct reddit, service), "where posts are read" },
    OPTION_END
};

enum { NAME, AUTHOR, AUTHOR_ID, TITLE, SELF, BODY, LINK, CREATED, EDITED,
       SCORE, COMMENTS, PARENT, REMOVED };
static const char *const paths[] = {
    "data.name", "data.author", "data.author_fullname", "data.title",
    "data.selftext", "data.body", "data.permalink", "data.created_utc",
    "data.edited", "data.score", "data.num_comments", "data.parent_id",
    "data.removed_by_category", "/data.after", NULL
};

static int open_reddit(struct collection *c, struct error *err)
{
    struct reddit *r = c->state;
    if (!strchr(r->key, ':'))
        return error_set(err, ERROR_CONFIG, "key_file: name a file with the "
                         "approved key on one line, ID:SECRET");
    r->token = (struct buf)BUF_INIT(TOKEN_LIMIT);
    if (session_read(c->folder, c->label, &r->token, err) < 0)
        return -1;
    return pages_open(c, err);
}

static void close_reddit(struct collection *c)
{
    struct reddit *r = c->state;
    session_wipe(&r->token);
    pages_close(c);
}

/* ---- signing in ------------------------------------------------------- */

static void take_token(void *context, const struct json_value *values)
{
    struct reddit *r = context;
    if (values[0].type == JSON_STRING)
        buf_add(&r->token, values[0].text.data, values[0].text.length);
}

/* An application's token lives for a day and has no refresh token: the key
 * gets the next one. */
static int sign_in(struct reddit *r, struct error *err)
{
    static const char *const token_paths[] = { "access_token", NULL };
    static const char body[] = "grant_type=client_credentials";
    const struct collection *c = r->pages.collection;
    struct api_call call = { .http = c->http, .element = "",
                             .paths = token_paths, .take = take_token,
                             .context = r };
    buf_printf(&call.url, "%s/api/v1/access_token", r->login);
    call.request.basic = r->key;
    call.request.body = body;
    call.request.body_length = sizeof(body) - 1;
    call.request.content_type = "application/x-www-form-urlencoded";
    buf_clear(&r->token);
    int rc = api_send(&call, err);
    if (rc)
        error_prefix(err, "signing in with the key");
    else if (!r->token.length)
        rc = error_set(err, ERROR_DENIED, "%s gives no token for this key: is "
                       "it approved?", r->login);
    else
        rc = session_write(c->folder, c->label, &r->token, err);
    api_release(&call);
    return rc;
}

/* api_send() with a token. One may die at any page and is renewed; one that is
 * refused when it is fresh is the end. */
static int ask(struct reddit *r, struct api_call *call, struct error *err)
{
    for (;;) {
        if (!r->token.length && sign_in(r, err))
            return -1;
        call->request.bearer = buf_text(&r->token);
        int rc = api_send(call, err);
        if (rc == 0)
            r->renewed = false;
        if (rc == 0 || call->reply.status != 401 || r->renewed)
            return rc;
        r->renewed = true;
        buf_clear(&r->token);
        api_again(call);
    }
}

/* ---- posts ------------------------------------------------------------ */

static bool is_gone(const struct json_value *values)
{
    struct text text = values[BODY].text;
    if (values[BODY].type != JSON_STRING)
        text = values[SELF].text;
    return text_is(text, "[deleted]") || text_is(text, "[removed]") ||
           (values[REMOVED].type == JSON_STRING &&
            values[REMOVED].text.length);
}

static void fill(struct reddit *r, struct post *post,
                 const struct json_value *values)
{
    struct batch *out = r->pages.out;
    bool comment = values[BODY].type == JSON_STRING;
    struct text words = values[comment ? BODY : SELF].text;
    bool nobody = text_is(values[AUTHOR].text, "[deleted]");
    post->kind = comment ? POST_COMMENT : POST_ORIGINAL;
    if (!nobody) {
        post->handle = api_text(out, &values[AUTHOR], POST_ID_LIMIT);
        post->author = api_text(out, &values[values[AUTHOR_ID].type ==
                            JSON_STRING ? AUTHOR_ID : AUTHOR], POST_ID_LIMIT);
    }
    post->created = post->indexed = api_time(&values[CREATED]);
    post->edited = api_time(&values[EDITED]); /* false: never */
    post->reply_to = api_text(out, &values[PARENT], POST_ID_LIMIT);
    json_count(&values[SCORE], &post->likes);
    json_count(&values[COMMENTS], &post->replies);
    if (values[LINK].type == JSON_STRING)
        post->url = api_join(out, TEXT("https://www.reddit.com"), "",
                             values[LINK].text, POST_URL_LIMIT);
    post->text = api_join(out, values[TITLE].text, "\n\n", words,
                          POST_TEXT_LIMIT); /* comments have no title */
}

static void take_post(void *context, const struct json_value *values)
{
    struct reddit *r = context;
    struct text name = values[NAME].text;
    int64_t created = api_time(&values[CREATED]);
    if (!pages_saw(&r->pages, name, created, "post"))
        return;
    if (is_gone(values))
        pages_gone(&r->pages, name, created);
    else
        fill(r, pages_post(&r->pages, name), values);
}

static void take_alive(void *context, const struct json_value *values)
{
    if (!is_gone(values))
        pages_take_alive(context, values);
}

static int look_up(void *state, struct error *err)
{
    struct reddit *r = state;
    struct api_call *call = pages_call(&r->pages, "data.children[*]", paths,
                                       take_alive);
    buf_printf(&call->url, "%s/api/info?raw_json=1&id=", r->service);
    pages_ids(&r->pages, &call->url, "%2C");
    return ask(r, call, err);
}

/* ---- pages ------------------------------------------------------------ */

/* The posts of each subreddit, their comments, then the searches; named by
 * their addresses. */
static void name(void *state, size_t place, struct buf *url)
{
    const struct reddit *r = state;
    size_t each = r->subreddits.count, search = each * (1 + r->comments);
    if (place < search) {
        buf_puts(url, "/r/");
        http_escape(url, r->subreddits.items[place % each]);
        buf_puts(url, place < each ? "/new?" : "/comments?");
    } else if (place - search < r->queries.count) {
        buf_puts(url, "/search?sort=new&type=link&q=");
        http_escape(url, r->queries.items[place - search]);
        buf_putc(url, '&');
    }
}

/* A token is "SHOWN AFTER": how many were shown, and the last of them. */
static int page(void *state, struct buf *next, struct error *err)
{
    struct reddit *r = state;
    struct walk_list *l = r->pages.list;
    char *after = l->token;
    size_t shown = strtoul(after, &after, 10);
    struct api_call *call = pages_call(&r->pages, "data.children[*]", paths,
                                       take_post);
    buf_printf(&call->url, "%s%sraw_json=1&limit=%llu", r->service, l->name,
               (unsigned long long)r->pages.size);
    api_and(&call->url, "&after=", *after == ' ' ? after + 1 : after);
    int rc = ask(r, call, err);
    struct text below = api_top(call, "/data.after");
    shown += call->elements;
    if (below.length)
        buf_printf(next, "%zu %.*s", shown, (int)below.length, below.data);
    l->cut = !below.length && shown >= DEEP;
    /* With a reason in JSON a 403 is the listing's, else it is meant for us. */
    if (rc && call->reply.status == 403 && api_says(call, "\"reason\""))
        err->kind = ERROR_INPUT;
    return rc;
}

const struct collector collector_reddit = {
    .name = "reddit",
    .about = "posts and comments of subreddits, searches, with your own key",
    .terms = "Reddit must approve the use; deletions are followed; no "
             "training of models; 100 requests a minute; 1,000 posts deep",
    .key_help = "apply under Reddit's Responsible Builder Policy and wait for "
                "the approval; then reddit.com/prefs/apps, create a script "
                "app; put its ID:SECRET into a file of mode 0600",
    .listings = {
        .wanted = "name a subreddit or a query",
        .name = name, .page = page, .look_up = look_up, .at_once = WALK_RING },
    .options = options,
    .state_size = sizeof(struct reddit),
    .every = 10 * MINUTE,
    .per_minute = 60,
    .open = open_reddit,
    .fetch = pages_fetch,
    .close = close_reddit,
};
