/* SPDX-License-Identifier: Apache-2.0 */
/* Comments of a WordPress site and product reviews of a WooCommerce shop, by
 * their public REST interfaces, newest first (base/walk.h): pages shift when
 * comments come and go, so each begins a little above where the last ended.
 * The total in the headers is counted before permissions: a page of which all
 * is hidden is no end by it. No e-mail is asked for. */
#include "base/clock.h"
#include "collectors/collector.h"

/* This part of a page is read again with the next one. */
enum { SHIFT = 20 };

struct wordpress {
    struct pages pages;       /* listings: comments, reviews */
    char *site;
    bool comments, reviews;

    bool review;              /* what is being read */
};

static const struct option options[] = {
    { "site", OPTION_URL, NULL, offsetof(struct wordpress, site),
      "address of the site: https://blog.example (required)" },
    { "comments", OPTION_BOOL, "true", offsetof(struct wordpress, comments),
      "read the comments" },
    { "reviews", OPTION_BOOL, "false", offsetof(struct wordpress, reviews),
      "read the shop's product reviews (WooCommerce)" },
    PAGES_OVERLAP("6h", "comments approved late"),
    PAGES_SIZE("100", "comments"),
    OPTION_END
};

enum { ID, DATE, TEXT_, LINK, NAME, PARENT, RATING, PRODUCT };
static const char *const comment_paths[] = {
    "id", "date_gmt", "content.rendered", "link", "author_name", "parent",
    NULL };
static const char *const review_paths[] = {
    "id", "date_created_gmt", "review", "product_permalink", "reviewer",
    "none", "rating", "product_name", NULL };

/* Numbers count within one site only; comments and reviews share them. */
static struct text identity(struct wordpress *w, struct text id)
{
    return api_format(w->pages.out, POST_ID_LIMIT, "%s#comment-%.*s", w->site,
                      (int)id.length, id.data);
}

static void take_comment(void *context, const struct json_value *values)
{
    struct wordpress *w = context;
    struct text id = values[ID].text;
    int64_t when = api_time(&values[DATE]);
    if (values[ID].type != JSON_NUMBER || id.length > 20 || !when) {
        collection_skip(w->pages.collection, "a comment without id or date");
        return;
    }
    struct text key = identity(w, id);
    if (!walk_saw(&w->pages.walk, w->pages.list, id, key, when))
        return;
    struct post *post = pages_post(&w->pages, key);
    post->kind = w->review ? POST_REVIEW : POST_COMMENT;
    post->url = api_text(w->pages.out, &values[LINK], POST_URL_LIMIT);
    post->author = post->handle = api_text(w->pages.out, &values[NAME],
                                           POST_ID_LIMIT);
    post->created = post->indexed = when;
    /* A review has the product that it is about in front. */
    post->text = api_join(w->pages.out, w->review ? values[PRODUCT].text
                          : TEXT(""), "<p>", values[TEXT_].text,
                          POST_TEXT_LIMIT);
    post->html = true;
    if (w->review)
        post->rating = api_rating(&values[RATING]);
    else if (values[PARENT].type == JSON_NUMBER &&
             !text_is(values[PARENT].text, "0"))
        post->reply_to = identity(w, values[PARENT].text);
}

/* Gone from the list: 404 is deleted, 401 is held back for moderation. */
static int look_up(void *state, struct error *err)
{
    struct wordpress *w = state;
    struct api_call *call = pages_call(&w->pages, "", comment_paths,
                                       pages_take_alive);
    buf_printf(&call->url, "%s/wp-json/wp/v2/comments/", w->site);
    pages_ids(&w->pages, &call->url, "");
    return pages_looked_up(&w->pages, api_send(call, err),
                           "401 404 410", "403");
}

static void name(void *state, size_t place, struct buf *out)
{
    struct wordpress *w = state;
    w->review = place == w->comments;
    if (place == 0 && w->comments)
        buf_puts(out, "comments");
    else if (w->review && w->reviews)
        buf_puts(out, "reviews");
}

static int page(void *state, struct buf *next, struct error *err)
{
    struct wordpress *w = state;
    struct pages *p = &w->pages;
    struct api_call *call = pages_call(p, "[*]", w->review ? review_paths
                                                           : comment_paths,
                                       take_comment);
    uint64_t offset = strtoull(p->list->token, NULL, 10);
    buf_printf(&call->url, "%s/wp-json/%s?per_page=%llu&offset=%llu&order=desc&"
               "orderby=date_gmt", w->site, w->review
                   ? "wc/store/v1/products/reviews" : "wp/v2/comments",
               (unsigned long long)p->size, (unsigned long long)offset);
    int rc = api_send(call, err);
    /* Some versions say 400 where others show an empty page. */
    if (rc && call->reply.status == 400 && offset &&
        api_says(call, "invalid_page_number"))
        rc = 0;
    uint64_t again = p->size > 1 ? 1 + p->size / SHIFT : 0;
    uint64_t below = offset + p->size - again;
    struct text total = rc ? TEXT("") : http_header(&call->reply, "x-wp-total");
    if (rc == 0 && (call->elements > again ||
                    (total.length && strtoull(total.data, NULL, 10) > below)))
        buf_printf(next, "%llu", (unsigned long long)below);
    return rc;
}

const struct collector collector_wordpress = {
    .name = "wordpress",
    .about = "comments of a WordPress site, reviews of a WooCommerce shop",
    .terms = "public interfaces of the site; meant for your own",
    .listings = {
        .wanted = "neither comments nor reviews are wanted",
        .name = name, .page = page, .look_up = look_up, .at_once = 1 },
    .options = options,
    .state_size = sizeof(struct wordpress),
    .every = 15 * MINUTE,
    .open = pages_open,
    .fetch = pages_fetch,
    .close = pages_close,
};
