/* SPDX-License-Identifier: Apache-2.0 */
/* Comments of a WordPress site and product reviews of a WooCommerce shop, by
 * their public REST interfaces, newest first (base/walk.h): pages shift when
 * comments arrive, which then only shows some twice. Totals in the headers
 * are counted before permissions and are not read. No e-mail is asked for. */
#include "base/api.h"
#include "base/clock.h"
#include "base/walk.h"
#include "collectors/collector.h"

struct wordpress {
    char *site;
    bool comments, reviews;
    int64_t overlap;
    uint64_t page;

    struct walk walk;
    struct walk_list *list;
    bool review;              /* what is being read */
    bool first_done;          /* comments are through */
    struct batch *out;
    struct collection *collection;
};

static const struct option options[] = {
    { "site", OPTION_URL, NULL, offsetof(struct wordpress, site),
      "address of the site: https://blog.example (required)" },
    { "comments", OPTION_BOOL, "true", offsetof(struct wordpress, comments),
      "read the comments" },
    { "reviews", OPTION_BOOL, "false", offsetof(struct wordpress, reviews),
      "read the shop's product reviews (WooCommerce)" },
    { "overlap", OPTION_DURATION, "6h", offsetof(struct wordpress, overlap),
      "read so far behind the last round again: comments are approved late" },
    { "page_size", OPTION_COUNT, "100", offsetof(struct wordpress, page),
      "comments a request, at most 100" },
    OPTION_END
};

enum { ID, DATE, TEXT_, LINK, NAME, PARENT, RATING, PRODUCT };
static const char *const comment_paths[] = {
    "id", "date_gmt", "content.rendered", "link", "author_name", "parent",
    NULL };
static const char *const review_paths[] = {
    "id", "date_created_gmt", "review", "product_permalink", "reviewer",
    "none", "rating", "product_name", NULL };

static int open_wordpress(struct collection *c, struct error *err)
{
    struct wordpress *w = c->state;
    if (!w->site)
        return error_set(err, ERROR_CONFIG, "say which site: "
                         "https://blog.example");
    if (!w->comments && !w->reviews)
        return error_set(err, ERROR_CONFIG, "neither comments nor reviews are "
                         "wanted");
    if (w->page < 1 || w->page > 100)
        w->page = 100;
    size_t length = strlen(w->site);
    while (length && w->site[length - 1] == '/')
        w->site[--length] = '\0';
    w->collection = c;
    w->first_done = !w->comments;
    walk_open(&w->walk, c->cursor, clock_now(), c->since, w->overlap);
    return 0;
}

static void close_wordpress(struct collection *c)
{
    struct wordpress *w = c->state;
    walk_close(&w->walk);
}

/* Numbers count within one site only; comments and reviews share them. */
static struct text identity(struct wordpress *w, struct text id)
{
    struct buf whole = BUF_INIT(POST_ID_LIMIT);
    buf_printf(&whole, "%s#comment-%.*s", w->site, (int)id.length, id.data);
    struct text copy = text_copy(&w->out->memory, buf_text(&whole),
                                 whole.length, POST_ID_LIMIT);
    buf_release(&whole);
    return copy;
}

/* A review's words, with the product that they are about in front. */
static struct text words(struct wordpress *w, const struct json_value *values)
{
    struct buf whole = BUF_INIT(2 * POST_TEXT_LIMIT);
    if (w->review && values[PRODUCT].type == JSON_STRING) {
        buf_add(&whole, values[PRODUCT].text.data, values[PRODUCT].text.length);
        buf_puts(&whole, "<p>");
    }
    buf_add(&whole, values[TEXT_].text.data, values[TEXT_].text.length);
    struct text copy = text_copy(&w->out->memory, buf_text(&whole),
                                 whole.length, POST_TEXT_LIMIT);
    buf_release(&whole);
    return copy;
}

static int take_comment(void *context, const struct json_value *values,
                        struct error *err)
{
    struct wordpress *w = context;
    struct text id = values[ID].text;
    int64_t when = api_time(&values[DATE]);
    (void)err;
    if (values[ID].type != JSON_NUMBER || id.length > 20 || !when) {
        collection_skip(w->collection, "a comment without id or date");
        return 0;
    }
    struct text key = identity(w, id);
    if (!walk_saw(&w->walk, w->list, id, key, when))
        return 0;
    struct post *post = batch_add(w->out);
    post->source = TEXT("wordpress");
    post->native_id = key;
    post->kind = w->review ? POST_REVIEW : POST_COMMENT;
    post->url = api_text(w->out, &values[LINK], POST_URL_LIMIT);
    post->author = post->handle = api_text(w->out, &values[NAME],
                                           POST_ID_LIMIT);
    post->created = post->indexed = when;
    post->text = words(w, values);
    post->html = true;
    if (w->review)
        post->rating = api_rating(&values[RATING]);
    else if (values[PARENT].type == JSON_NUMBER &&
             !text_is(values[PARENT].text, "0"))
        post->reply_to = identity(w, values[PARENT].text);
    return 0;
}

/* Gone from the list: 404 is deleted, 401 is held back for moderation. */
static int recheck(struct wordpress *w, const struct walk_item *item,
                   struct error *err)
{
    struct buf url = BUF_INIT(0);
    struct api_call call = { .http = w->collection->http, .element = "",
                             .paths = comment_paths };
    buf_printf(&url, "%s/wp-json/wp/v2/comments/", w->site);
    http_escape(&url, item->id);
    call.request.url = buf_text(&url);
    int rc = api_send(&call, err);
    long status = call.reply.status;
    if (rc && (status == 404 || status == 410 || status == 401)) {
        collection_gone(w->out, TEXT("wordpress"), text_of(item->key),
                        item->time);
        rc = 0;
    } else if (rc && status == 403) {
        rc = 0;
    }
    api_release(&call);
    buf_release(&url);
    return rc;
}

static int next_page(struct wordpress *w, struct error *err)
{
    struct buf url = BUF_INIT(0);
    struct api_call call = { .http = w->collection->http, .element = "[*]",
                             .paths = w->review ? review_paths : comment_paths,
                             .take = take_comment, .context = w,
                             .out = w->out };
    char next[24] = "";
    long page = *w->list->token ? strtol(w->list->token, NULL, 10) : 1;
    buf_printf(&url, "%s/wp-json/%s?per_page=%llu&page=%ld&order=desc&orderby="
               "%s", w->site, w->review ? "wc/store/v1/products/reviews"
                                        : "wp/v2/comments",
               (unsigned long long)w->page, page,
               w->review ? "date" : "date_gmt");
    call.request.url = buf_text(&url);
    walk_page(&w->walk, w->list);
    int rc = api_send(&call, err) ? -2 : 0;
    /* Some versions say 400 where others show an empty page. */
    if (rc && call.reply.status == 400 && page > 1 &&
        api_says(&call, "invalid_page_number"))
        rc = 0;
    if (rc == 0) {
        if (call.elements)
            snprintf(next, sizeof(next), "%ld", page + 1);
        rc = walk_page_end(&w->walk, w->list, text_of(next));
    }
    api_release(&call);
    buf_release(&url);
    return rc;
}

static int fetch(struct collection *c, struct batch *out, struct error *err)
{
    struct wordpress *w = c->state;
    w->out = out;
    w->review = w->first_done;
    w->list = walk_list(&w->walk, w->review ? "reviews" : "comments");
    int rc = next_page(w, err);
    if (rc == -2)
        return -1;
    for (unsigned i = 0; i < w->list->gone.count; i++)
        if (recheck(w, &w->list->gone.items[i], err))
            return -1;
    walk_gone_done(w->list);
    walk_save(&w->walk, &out->cursor);
    c->complete_from = walk_complete_from(&w->walk);
    if (rc > 0)
        return 1;
    bool more = !w->first_done && w->reviews;
    w->first_done = true;
    return more;
}

const struct collector collector_wordpress = {
    .name = "wordpress",
    .about = "comments of a WordPress site, reviews of a WooCommerce shop",
    .terms = "public interfaces of the site; meant for your own",
    .options = options,
    .state_size = sizeof(struct wordpress),
    .every = 15 * MINUTE,
    .open = open_wordpress,
    .fetch = fetch,
    .close = close_wordpress,
};
