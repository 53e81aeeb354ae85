/* SPDX-License-Identifier: Apache-2.0 */
/* X by recent search, newest first (base/walk.h). Each post shown is paid
 * for, so a cap in posts and in dollars holds for each UTC day: what a page
 * may cost is counted before it is asked for. Asks for no people. */
#include "base/clock.h"
#include "base/tweet.h"
#include "collectors/collector.h"

/* The search knows seven days; a walk may be gone on with for an hour. */
enum { PAGE_LEAST = 10, QUERY_MOST = 490, DEPTH = 7 * DAY - HOUR };

struct x {
    struct pages pages;       /* listings: queries */
    char *token, *service;
    struct option_list queries;
    bool reposts;
    double dollars, price;    /* a day; of a post */

    int64_t start;            /* where the present search begins */
};

static const struct option options[] = {
    { "token_file", OPTION_SECRET, NULL, offsetof(struct x, token),
      "0600 file with the app's bearer token (required)" },
    { "query", OPTION_LIST, NULL, offsetof(struct x, queries),
      "searches in X's own language, 490 characters at most (required)" },
    { "posts_a_day", OPTION_COUNT, "400", offsetof(struct x, pages.budget.most),
      "posts that this source may buy in a UTC day" },
    { "dollars_a_day", OPTION_FLOAT, "2", offsetof(struct x, dollars),
      "dollars that it may spend in a UTC day; the lower cap holds" },
    { "price", OPTION_FLOAT, "0.005", offsetof(struct x, price),
      "dollars that X asks for a post" },
    { "reposts", OPTION_BOOL, "false", offsetof(struct x, reposts),
      "buy reposts, too; they have no words of their own" },
    PAGES_SIZE("100", "posts"),
    PAGES_OVERLAP("2m", "late posts; 1d also for deletions, as X asks: by X's "
                  "prices a post is free on the same UTC day, but it counts "
                  "against posts_a_day"),
    { "service", OPTION_URL, "https://api.x.com", offsetof(struct x, service),
      "where the search is" },
    OPTION_END
};

/* Of posts that are asked for and none is there; an error that names none is
 * X's own. */
static const char missing[] = "/errors[0].resource_id";
static const char *const paths[] = { TWEET_PATHS, "/meta.next_token", "/meta",
                                     missing, NULL };

static int open_x(struct collection *c, struct error *err)
{
    struct x *x = c->state;
    for (size_t i = 0; i < x->queries.count; i++)
        if (strlen(x->queries.items[i]) > QUERY_MOST ||
            strpbrk(x->queries.items[i], "\n\t"))
            return error_set(err, ERROR_CONFIG, "query: \"%.40s...\" must be "
                             "one line of at most 490 bytes, without tabs",
                             x->queries.items[i]);
    double affordable = x->dollars / x->price + 1e-6;
    if (!(x->price > 0) || !(affordable >= PAGE_LEAST) ||
        x->pages.budget.most < PAGE_LEAST)
        return error_set(err, ERROR_CONFIG, "posts_a_day, dollars_a_day and "
                         "price: they must allow %d posts a day, the least "
                         "that X sells at once", PAGE_LEAST);
    if (affordable < (double)x->pages.budget.most)
        x->pages.budget.most = (uint64_t)affordable;
    if (pages_open(c, err))
        return -1;
    if (x->pages.size < PAGE_LEAST)
        x->pages.size = PAGE_LEAST;
    return 0;
}

static void take_post(void *context, const struct json_value *values)
{
    struct x *x = context;
    struct pages *p = &x->pages;
    if (!tweet_whole(values))
        collection_skip(p->collection, "a post without id or created_at");
    else if (tweet_latest(values) &&
             walk_saw(&p->walk, p->list, values[TWEET_ID].text,
                      tweet_key(values), api_time(&values[TWEET_CREATED])))
        tweet_post(p->out, values);
}

/* Where the present walk of a list ends. */
static int64_t horizon(const struct x *x)
{
    const struct walk *w = &x->pages.walk;
    int64_t from = walk_horizon(w, x->pages.list);
    return from > w->now - DEPTH ? from : w->now - DEPTH;
}

/* Ask, and pay for what is shown. Of a reply that broke off nobody knows, and
 * all that was asked for is taken for paid. */
static int ask(struct x *x, struct api_call *call, uint64_t posts,
               struct error *err)
{
    call->request.bearer = x->token;
    x->pages.budget.used += posts;
    int rc = api_send(call, err);
    if (!rc || call->reply.status < 200 || call->reply.status >= 400)
        x->pages.budget.used -= posts - (rc ? 0 : call->elements);
    return rc;
}

/* Listed in the last walk, not in this one, not too old for it, and to be
 * afforded. */
static int look_up(void *state, struct error *err)
{
    struct x *x = state;
    struct pages *p = &x->pages;
    struct api_call *call = pages_call(p, "data[*]", paths, pages_take_alive);
    call->or_else = missing;
    uint64_t asked = 0, room = budget_left(&x->pages.budget);
    buf_printf(&call->url, "%s/2/tweets", x->service);
    for (unsigned i = 0; i < p->asked_count; i++) {
        struct walk_item *item = &p->asked[i];
        item->seen = item->time < x->start || asked == room;
        if (item->seen)
            continue;
        buf_puts(&call->url, asked++ ? "%2C" : "?ids=");
        http_escape(&call->url, item->id);
    }
    return asked ? ask(x, call, asked, err) : 0;
}

/* A token is "START NEXT": the pages of a search all begin at one time. */
static int page(void *state, struct buf *next, struct error *err)
{
    struct x *x = state;
    struct pages *p = &x->pages;
    struct api_call *call = pages_call(p, "data[*]", paths, take_post);
    call->or_else = "/meta";
    char *token = p->list->token, when[CLOCK_TEXT];
    uint64_t posts = budget_left(&x->pages.budget);
    posts = posts < p->size ? posts : p->size;
    x->start = *token ? strtoll(token, &token, 10) : horizon(x);
    if (x->start < p->walk.now - DEPTH - HOUR + MINUTE) { /* refused by now */
        x->start = horizon(x);
        token = "";
    }
    buf_printf(&call->url, "%s/2/tweets/search/recent?tweet.fields=created_at"
               "%%2Cauthor_id%%2Clang%%2Cedit_history_tweet_ids%%2C"
               "referenced_tweets%%2Cpublic_metrics%%2Cnote_tweet&max_results"
               "=%llu&query=%%28", x->service, (unsigned long long)posts);
    http_escape(&call->url, p->list->name);
    buf_printf(&call->url, "%%29%s&start_time=",
               x->reposts ? "" : "%20-is%3Aretweet");
    http_escape(&call->url, clock_format(x->start, when));
    api_and(&call->url, "&next_token=", *token ? token + 1 : "");
    int rc = ask(x, call, posts, err);
    if (rc && api_says(call, "UsageCapExceeded"))
        p->collection->wait_until = budget_renewed(&x->pages.budget);
    struct text below = api_top(call, "/meta.next_token");
    if (below.length)
        buf_printf(next, "%lld %.*s", (long long)x->start, (int)below.length,
                   below.data);
    return rc;
}

/* The day's money is spent. What lies below is not bought tomorrow: then the
 * newest matter. */
static int capped(struct x *x, struct buf *cursor, struct error *err)
{
    for (size_t i = 0; i < x->pages.walk.count; i++) {
        struct walk_list *l = &x->pages.walk.lists[i];
        if (!l->walking)
            continue;
        collection_skip(x->pages.collection, "%s: older posts are left "
                        "unread, the day's cap is used up", l->name);
        walk_page(&x->pages.walk, l);
        (void)walk_page_end(&x->pages.walk, l, TEXT(""));
        walk_gone_done(l, 0);
        l->from = -1; /* nothing is complete by that */
        l->again = false;
    }
    walk_save(&x->pages.walk, cursor);
    budget_save(&x->pages.budget, cursor);
    x->pages.collection->wait_until = budget_renewed(&x->pages.budget);
    return error_set(err, ERROR_RETRY, "the day's cap is used up: %llu of "
                     "%llu posts, $%.2f; it goes on at 00:00 UTC",
                     (unsigned long long)x->pages.budget.used,
                     (unsigned long long)x->pages.budget.most,
                     (double)x->pages.budget.used * x->price);
}

static int fetch(struct collection *c, struct batch *out, struct error *err)
{
    struct x *x = c->state;
    int64_t deepest = x->pages.walk.now - DEPTH;
    bool some = budget_left(&x->pages.budget) >= PAGE_LEAST;
    int rc = some ? pages_fetch(c, out, err) : capped(x, &out->cursor, err);
    c->complete_from = c->complete_from < deepest ? deepest : c->complete_from;
    return rc;
}

const struct collector collector_x = {
    .name = "x",
    .about = "recent search of X, with your own token and a cap on spending",
    .terms = "paid for by the post; seven days back; 450 requests in 15 "
             "minutes. X asks that deletions be followed within a day, and "
             "that is off, for it buys the day's posts again: overlap: 1d "
             "follows them",
    .key_help = "at console.x.com: create an app, buy credits, set X's own "
                "spending limit, too; then Keys and tokens, Bearer token; put "
                "it into a file of mode 0600",
    .listings = {
        .of = { { "", offsetof(struct x, queries) } },
        .page = page, .look_up = look_up, .at_once = WALK_RING },
    .options = options,
    .state_size = sizeof(struct x),
    .every = 15 * MINUTE,
    .per_minute = 30,
    .open = open_x,
    .fetch = fetch,
    .close = pages_close,
};
