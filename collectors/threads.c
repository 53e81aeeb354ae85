/* SPDX-License-Identifier: Apache-2.0 */
/* Threads by keyword search, newest first (base/walk.h), each round only
 * since the last one. `paging.next` holds the token and is not followed. The
 * search leaves posts out as it likes: what is not found is not taken for
 * deleted. Tokens live for 60 days and are renewed every week. */
#include "base/clock.h"
#include "base/hash.h"
#include "base/session.h"
#include "collectors/collector.h"

static const int64_t RENEW = 7 * DAY;

struct threads {
    struct pages pages;       /* listings: queries, then tags */
    char *first, *service;    /* first: the token in the file */
    struct option_list queries, tags;

    struct buf token;         /* the present one */
    int64_t renewed;
};

static const struct option options[] = {
    { "token_file", OPTION_SECRET, NULL, offsetof(struct threads, first),
      "0600 file with a long-lived access token (required)" },
    { "query", OPTION_LIST, NULL, offsetof(struct threads, queries),
      "words to search for" },
    { "tag", OPTION_LIST, NULL, offsetof(struct threads, tags),
      "topic tags to follow, without #" },
    PAGES_SIZE("100", "posts"),
    PAGES_OVERLAP("2h", "posts found late"),
    { "service", OPTION_URL, "https://graph.threads.net",
      offsetof(struct threads, service), "where the search is" },
    OPTION_END
};

enum { ID, WORDS, LINK, CREATED, NAME, REPLY, QUOTE };
static const char *const paths[] = {
    "id", "text", "permalink", "timestamp", "username", "is_reply",
    "is_quote_post", "/paging.cursors.after", "/paging.next", NULL
};

/* Kept as "RENEWED HASH TOKEN"; the hash is of the one in the file: another
 * there is a new beginning. */
static int write_token(struct threads *t, struct error *err)
{
    const struct collection *c = t->pages.collection;
    struct buf kept = BUF_INIT(0);
    buf_printf(&kept, "%lld %llx %s", (long long)t->renewed,
               (unsigned long long)hash64(t->first, strlen(t->first)),
               buf_text(&t->token));
    int rc = session_write(c->folder, c->label, &kept, err);
    session_wipe(&kept);
    return rc;
}

static int read_token(struct threads *t, struct collection *c,
                      struct error *err)
{
    struct buf kept = BUF_INIT(0);
    t->token = (struct buf)BUF_INIT(0);
    int rc = session_read(c->folder, c->label, &kept, err);
    char *at = (char *)buf_text(&kept);
    t->renewed = strtoll(at, &at, 10);
    bool same = strtoull(at, &at, 16) == hash64(t->first, strlen(t->first));
    buf_puts(&t->token, rc == 1 && same && *at == ' ' ? at + 1 : t->first);
    if (rc == 0 || (rc == 1 && !same)) {
        t->renewed = clock_now();
        rc = write_token(t, err);
    }
    session_wipe(&kept);
    return rc < 0 ? -1 : 0;
}

static void take_token(void *context, const struct json_value *values)
{
    struct threads *t = context;
    if (values[0].type != JSON_STRING || !values[0].text.length)
        return;
    buf_clear(&t->token);
    buf_add(&t->token, values[0].text.data, values[0].text.length);
    t->renewed = clock_now();
}

/* What does not work is tried again on the next day: there are weeks left. */
static void renew(struct threads *t)
{
    static const char *const token_paths[] = { "access_token", NULL };
    struct collection *c = t->pages.collection;
    struct error why = ERROR_INIT;
    struct buf old = BUF_INIT(0);
    struct api_call *call = pages_call(&t->pages, "", token_paths, take_token);
    buf_puts(&old, buf_text(&t->token));
    buf_printf(&call->url, "%s/refresh_access_token?grant_type="
               "th_refresh_token", t->service);
    call->request.bearer = buf_text(&old);
    t->renewed = clock_now() - RENEW + DAY; /* unless there is a new one */
    bool refused = api_send(call, &why) != 0;
    if (refused)
        collection_skip(c, "the token was not renewed: %.120s", why.text);
    if (write_token(t, &why) && !refused) /* one thing, counted once */
        collection_skip(c, "%.150s", why.text);
    session_wipe(&old);
}

static int open_threads(struct collection *c, struct error *err)
{
    struct threads *t = c->state;
    return pages_open(c, err) ? -1 : read_token(t, c, err);
}

static void close_threads(struct collection *c)
{
    struct threads *t = c->state;
    session_wipe(&t->token);
    pages_close(c);
}

static void take_post(void *context, const struct json_value *values)
{
    struct threads *t = context;
    struct text id = values[ID].text;
    int64_t created = api_time(&values[CREATED]);
    if (!pages_saw(&t->pages, id, created, "post"))
        return;
    struct post *post = pages_post(&t->pages, id);
    post->url = api_text(t->pages.out, &values[LINK], POST_URL_LIMIT);
    post->author = post->handle = api_text(t->pages.out, &values[NAME],
                                           POST_ID_LIMIT);
    post->text = api_text(t->pages.out, &values[WORDS], POST_TEXT_LIMIT);
    post->created = post->indexed = created;
    post->kind = json_true(&values[REPLY]) ? POST_REPLY
                 : json_true(&values[QUOTE]) ? POST_QUOTE : POST_ORIGINAL;
}

static int take_code(void *context, const struct json_value *values,
                     struct error *err)
{
    int64_t *code = context;
    (void)err;
    json_integer(&values[0], code);
    return 0;
}

/* Throttling is HTTP 400, 403 or 500 here, with a code in the body and no
 * word of when; a dead token is 400, too. */
static int judge(struct threads *t, const struct api_call *call,
                 struct error *err)
{
    static const char *const code_path[] = { "error.code", NULL };
    const struct buf *body = &call->reply.error_body;
    int64_t code = 0;
    struct json *json = json_open("", code_path, take_code, &code);
    (void)json_line(json, buf_text(body), body->length, NULL);
    json_close(json);
    if (code == 190)
        return error_set(err, ERROR_DENIED, "the access token has expired or "
                         "was withdrawn (code 190): put a new one into "
                         "token_file");
    if (code == 4 || code == 17 || code == 32 || code == 613) {
        t->pages.collection->wait_until = clock_now() + HOUR;
        return error_set(err, ERROR_RETRY, "the quota of searches is used up "
                         "(code %d): 2,200 in 24 hours", (int)code);
    }
    return -1;
}

static int page(void *state, struct buf *next, struct error *err)
{
    struct threads *t = state;
    struct pages *p = &t->pages;
    bool tag = p->place >= t->queries.count;
    if (clock_now() - t->renewed >= RENEW)
        renew(t);
    struct api_call *call = pages_call(p, "data[*]", paths, take_post);
    call->request.bearer = buf_text(&t->token);
    const char *what = pages_item(p);
    buf_printf(&call->url, "%s/v1.0/keyword_search?search_type=RECENT&"
               "search_mode=%s&fields=id%%2Ctext%%2Cpermalink%%2Ctimestamp%%2C"
               "username%%2Cis_reply%%2Cis_quote_post&limit=%llu&since=%lld&q=",
               t->service, tag ? "TAG" : "KEYWORD",
               (unsigned long long)t->pages.size,
               (long long)walk_horizon(&p->walk, p->list));
    http_escape(&call->url, tag && *what == '#' ? what + 1 : what);
    api_and(&call->url, "&after=", p->list->token);
    int rc = api_send(call, err);
    if (rc)
        judge(t, call, err);
    else if (api_top(call, "/paging.next").length)
        api_next(call, "/paging.cursors.after", next);
    return rc;
}

const struct collector collector_threads = {
    .name = "threads",
    .about = "keyword and tag search of Threads, with your own app's token",
    .terms = "an app that Meta has reviewed; 2,200 searches in 24 hours; "
             "before the review only your own posts are found",
    .key_help = "at developers.facebook.com: an app with the use case Threads "
                "API; ask for review of threads_basic and "
                "threads_keyword_search; exchange the user token for a "
                "long-lived one, into a file of mode 0600; swell renews it",
    .listings = {
        .of = { { "q/", offsetof(struct threads, queries) },
                { "tag/", offsetof(struct threads, tags) } },
        .wanted = "say what to read: query or tag",
        .page = page },
    .options = options,
    .state_size = sizeof(struct threads),
    .every = 15 * MINUTE,
    .per_minute = 30,
    .open = open_threads,
    .fetch = pages_fetch,
    .close = close_threads,
};
