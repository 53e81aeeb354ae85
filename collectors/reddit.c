/* SPDX-License-Identifier: Apache-2.0 */
/* Reddit by its OAuth interface, with a key that Reddit has approved: new
 * posts, comments and searches, newest first (base/walk.h). Never asks by
 * `before`: a deleted anchor answers nothing for ever. A listing ends after
 * 1,000; what has left it is looked up. Reads no pages meant for people. */
#include "base/api.h"
#include "base/clock.h"
#include "base/walk.h"
#include "collectors/collector.h"
#include "collectors/reddit_session.h"

/* Of a listing that ends so deep, the rest is out of reach. */
enum { DEEP = 900 };

struct reddit {
    char *key, *login, *service;
    struct option_list subreddits, queries;
    bool comments;
    uint64_t page;
    int64_t overlap;

    struct reddit_session session;
    struct walk walk;
    struct walk_list *list;
    size_t place;             /* the listing being read: see list_url() */
    size_t shown;             /* items of the present walk */
    int64_t reached;          /* nothing before it could be read */
    bool closed;              /* the last listing, not the service */
    struct error failed;      /* the first listing that cannot be read */
    struct batch *out;
    struct collection *collection;
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
    { "page_size", OPTION_COUNT, "100", offsetof(struct reddit, page),
      "posts a request, at most 100" },
    { "overlap", OPTION_DURATION, "1h", offsetof(struct reddit, overlap),
      "read so far behind the last round again, for late and edited posts" },
    { "login", OPTION_URL, "https://www.reddit.com",
      offsetof(struct reddit, login), "where tokens are given out" },
    { "service", OPTION_URL, "https://oauth.reddit.com",
      offsetof(struct reddit, service), "where posts are read" },
    OPTION_END
};

enum { NAME, AUTHOR, AUTHOR_ID, TITLE, SELF, BODY, LINK, CREATED, EDITED,
       SCORE, COMMENTS, PARENT, REMOVED };
static const char *const paths[] = {
    "name", "author", "author_fullname", "title", "selftext", "body",
    "permalink", "created_utc", "edited", "score", "num_comments",
    "parent_id", "removed_by_category", "/data.after", NULL
};

static int open_reddit(struct collection *c, struct error *err)
{
    struct reddit *r = c->state;
    if (!r->key || !strchr(r->key, ':'))
        return error_set(err, ERROR_CONFIG, "key_file: name a file with the "
                         "approved key on one line, ID:SECRET");
    if (!r->subreddits.count && !r->queries.count)
        return error_set(err, ERROR_CONFIG, "say what to read: subreddit or "
                         "query");
    if (r->page < 1 || r->page > 100)
        r->page = 100;
    r->collection = c;
    r->session = (struct reddit_session){ .http = c->http, .login = r->login,
                                          .key = r->key, .folder = c->folder,
                                          .label = c->label };
    if (reddit_session_open(&r->session, err))
        return -1;
    walk_open(&r->walk, c->cursor, clock_now(), c->since, r->overlap);
    return 0;
}

static void close_reddit(struct collection *c)
{
    struct reddit *r = c->state;
    reddit_session_close(&r->session);
    walk_close(&r->walk);
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
    struct batch *out = r->out;
    bool comment = values[BODY].type == JSON_STRING;
    struct text words = values[comment ? BODY : SELF].text;
    bool nobody = text_is(values[AUTHOR].text, "[deleted]");
    post->source = TEXT("reddit");
    post->native_id = api_text(out, &values[NAME], POST_ID_LIMIT);
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

static int take_post(void *context, const struct json_value *values,
                     struct error *err)
{
    struct reddit *r = context;
    struct text name = values[NAME].text;
    int64_t created = api_time(&values[CREATED]);
    (void)err;
    if (!name.length || name.length > POST_ID_LIMIT || !created) {
        collection_skip(r->collection, "a post without name or created_utc");
        return 0;
    }
    if (!walk_saw(&r->walk, r->list, name, name, created))
        return 0;
    if (is_gone(values))
        collection_gone(r->out, TEXT("reddit"), name, created);
    else
        fill(r, batch_add(r->out), values);
    return 0;
}

static int take_alive(void *context, const struct json_value *values,
                      struct error *err)
{
    struct walk_ring *gone = context;
    (void)err;
    for (unsigned i = 0; i < gone->count; i++)
        if (text_is(values[NAME].text, gone->items[i].id))
            gone->items[i].seen = !is_gone(values);
    return 0;
}

/* No longer listed: still there? */
static int recheck(struct reddit *r, struct error *err)
{
    struct walk_ring *gone = &r->list->gone;
    struct buf url = BUF_INIT(0);
    struct api_call call = { .http = r->collection->http,
                             .element = "data.children[*].data",
                             .paths = paths, .take = take_alive,
                             .context = gone };
    buf_printf(&url, "%s/api/info?raw_json=1&id=", r->service);
    for (unsigned i = 0; i < gone->count; i++) {
        buf_puts(&url, i ? "%2C" : "");
        http_escape(&url, gone->items[i].id);
        gone->items[i].seen = false;
    }
    call.request.url = buf_text(&url);
    int rc = reddit_send(&r->session, &call, err);
    for (unsigned i = 0; rc == 0 && i < gone->count; i++)
        if (!gone->items[i].seen)
            collection_gone(r->out, TEXT("reddit"),
                            text_of(gone->items[i].key), gone->items[i].time);
    api_release(&call);
    buf_release(&url);
    return rc;
}

/* ---- pages ------------------------------------------------------------ */

/* The listing at r->place: posts of each subreddit, their comments, then the
 * searches. False: there are no more. */
static bool list_url(struct reddit *r, struct buf *url)
{
    size_t each = r->subreddits.count, search = each * (1 + r->comments);
    if (r->place < search) {
        buf_puts(url, "/r/");
        http_escape(url, r->subreddits.items[r->place % each]);
        buf_puts(url, r->place < each ? "/new?" : "/comments?");
    } else if (r->place - search < r->queries.count) {
        buf_puts(url, "/search?sort=new&type=link&q=");
        http_escape(url, r->queries.items[r->place - search]);
        buf_putc(url, '&');
    }
    return url->length > 0;
}

static int next_page(struct reddit *r, const char *list, struct error *err)
{
    struct buf url = BUF_INIT(0);
    struct api_call call = { .http = r->collection->http,
                             .element = "data.children[*].data",
                             .paths = paths, .take = take_post,
                             .context = r, .out = r->out };
    struct walk_list *l = r->list;
    buf_printf(&url, "%s%sraw_json=1&limit=%llu", r->service, list,
               (unsigned long long)r->page);
    if (*l->token) {
        buf_puts(&url, "&after=");
        http_escape(&url, l->token);
    } else {
        r->shown = 0;
    }
    call.request.url = buf_text(&url);
    walk_page(&r->walk, l);
    int rc = reddit_send(&r->session, &call, err) ? -2 : 0;
    if (rc == 0) {
        struct text after = api_top(&call, "/data.after");
        r->shown += call.elements;
        if (!after.length && r->shown >= DEEP && !l->met &&
            l->oldest > r->reached)
            r->reached = l->oldest;
        rc = walk_page_end(&r->walk, l, after);
    }
    /* A 403 that is no JSON with a reason is meant for us. */
    r->closed = rc == -2 && (call.reply.status == 404 ||
                             (call.reply.status == 403 &&
                              api_says(&call, "\"reason\"")));
    api_release(&call);
    buf_release(&url);
    return rc;
}

/* A subreddit that is closed or gone must not keep the others from being
 * read; it is told when they are. */
static int fetch(struct collection *c, struct batch *out, struct error *err)
{
    struct reddit *r = c->state;
    struct buf url = BUF_INIT(0);
    r->out = out;
    list_url(r, &url);
    r->list = walk_list(&r->walk, buf_text(&url));
    int rc = next_page(r, buf_text(&url), err);
    if (r->closed && !r->failed.kind)
        r->failed = *err;
    if (rc == -1)
        collection_skip(c, "%s: the service sends the same page again",
                        buf_text(&url));
    buf_clear(&url);
    if ((rc == -2 && !r->closed) || (r->list->gone.count && recheck(r, err))) {
        buf_release(&url);
        return -1;
    }
    walk_gone_done(r->list);
    if (rc <= 0)
        r->place++;
    walk_save(&r->walk, &out->cursor);
    c->complete_from = walk_complete_from(&r->walk);
    if (r->reached > c->complete_from)
        c->complete_from = r->reached;
    bool more = list_url(r, &url);
    buf_release(&url);
    if (more || !r->failed.kind)
        return more;
    *err = r->failed;
    return -1;
}

const struct collector collector_reddit = {
    .name = "reddit",
    .about = "posts and comments of subreddits, searches, with your own key",
    .terms = "Reddit must approve the use; deletions are followed; no "
             "training of models; 100 requests a minute; 1,000 posts deep",
    .key_help = "apply under Reddit's Responsible Builder Policy and wait for "
                "the approval; then reddit.com/prefs/apps, create a script "
                "app; put its ID:SECRET into a file of mode 0600",
    .options = options,
    .state_size = sizeof(struct reddit),
    .every = 10 * MINUTE,
    .per_minute = 60,
    .open = open_reddit,
    .fetch = fetch,
    .close = close_reddit,
};
