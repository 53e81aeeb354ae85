/* SPDX-License-Identifier: Apache-2.0 */
/* Reviews of a shop at Trustpilot, by the public interface and the brand's
 * own key, newest first (base/walk.h); once a week a month of them is read
 * again, for edits. The key travels in a header, never in the address. Asks
 * for nothing private: no orders, no e-mail. */
#include "base/clock.h"
#include "collectors/collector.h"

struct trustpilot {
    struct pages pages;       /* listings: shops */
    char *key, *service;
    struct option_list shops;
    int64_t edits;

    char unit[100];           /* the business unit of a shop ... */
    size_t unit_of;           /* ... of this one, from 1 */
};

static const struct option options[] = {
    { "key_file", OPTION_SECRET, NULL, offsetof(struct trustpilot, key),
      "0600 file with the API key (required)" },
    { "shop", OPTION_LIST, NULL, offsetof(struct trustpilot, shops),
      "domains as Trustpilot lists them: shop.example (required)" },
    PAGES_SIZE("100", "reviews"),
    PAGES_OVERLAP("1d", "late reviews"),
    { "edits", OPTION_DURATION, "30d", offsetof(struct trustpilot, edits),
      "so far once a week, for edited and removed ones" },
    { "service", OPTION_URL, "https://api.trustpilot.com",
      offsetof(struct trustpilot, service), "where the reviews are" },
    OPTION_END
};

enum { ID, STARS, TITLE, WORDS, LANGUAGE, CREATED, UPDATED, AUTHOR, NAME,
       STATUS, LIKES };
static const char *const paths[] = {
    "id", "stars", "title", "text", "language", "createdAt", "updatedAt",
    "consumer.id", "consumer.displayName", "status", "numberOfLikes", NULL
};

/* api_send() with the key. */
static int ask(struct trustpilot *t, struct api_call *call, struct error *err)
{
    call->request.key_header = "apikey";
    call->request.key = t->key;
    return api_send(call, err);
}

static void take_unit(void *context, const struct json_value *values)
{
    struct trustpilot *t = context;
    if (values[ID].text.length < sizeof(t->unit) && values[ID].text.length)
        snprintf(t->unit, sizeof(t->unit), "%.*s",
                 (int)values[ID].text.length, values[ID].text.data);
}

static int find_unit(struct trustpilot *t, struct error *err)
{
    const char *shop = t->shops.items[t->pages.place];
    if (t->unit_of == t->pages.place + 1)
        return 0;
    struct api_call *call = pages_call(&t->pages, "", paths, take_unit);
    t->unit[0] = '\0';
    buf_printf(&call->url, "%s/v1/business-units/find?name=", t->service);
    http_escape(&call->url, shop);
    int rc = ask(t, call, err);
    if (rc == 0 && !*t->unit)
        rc = error_set(err, ERROR_INPUT, "the answer names no business unit");
    if (rc)
        error_prefix(err, "shop %s", shop);
    else
        t->unit_of = t->pages.place + 1;
    return rc;
}

static bool is_gone(const struct json_value *values)
{
    return values[STATUS].type == JSON_STRING &&
           !text_is(values[STATUS].text, "active") &&
           !text_is(values[STATUS].text, "published");
}

static void take_review(void *context, const struct json_value *values)
{
    struct trustpilot *t = context;
    struct batch *out = t->pages.out;
    struct text id = values[ID].text;
    int64_t created = api_time(&values[CREATED]);
    if (!pages_saw(&t->pages, id, created, "review"))
        return;
    if (is_gone(values)) {
        pages_gone(&t->pages, id, created);
        return;
    }
    struct post *post = pages_post(&t->pages, id);
    post->kind = POST_REVIEW;
    post->url = api_join(out, TEXT("https://www.trustpilot.com/reviews/"), "",
                         id, POST_URL_LIMIT);
    post->author = api_text(out, &values[AUTHOR], POST_ID_LIMIT);
    post->handle = api_text(out, &values[NAME], POST_ID_LIMIT);
    post->lang = api_text(out, &values[LANGUAGE], 16);
    post->created = post->indexed = created;
    post->edited = api_time(&values[UPDATED]);
    post->rating = api_rating(&values[STARS]);
    json_count(&values[LIKES], &post->likes);
    post->text = api_join(out, values[TITLE].text, "\n", values[WORDS].text,
                          POST_TEXT_LIMIT);
}

static void take_shown(void *context, const struct json_value *values)
{
    if (!is_gone(values))
        pages_take_alive(context, values);
}

static int look_up(void *state, struct error *err)
{
    struct trustpilot *t = state;
    struct api_call *call = pages_call(&t->pages, "", paths, take_shown);
    buf_printf(&call->url, "%s/v1/reviews/", t->service);
    pages_ids(&t->pages, &call->url, "");
    return pages_looked_up(&t->pages, ask(t, call, err), "404 410",
                           "");
}

static int page(void *state, struct buf *next, struct error *err)
{
    struct trustpilot *t = state;
    struct pages *p = &t->pages;
    if (find_unit(t, err))
        return -1;
    struct api_call *call = pages_call(p, "reviews[*]", paths, take_review);
    buf_printf(&call->url, "%s/v1/business-units/", t->service);
    http_escape(&call->url, t->unit);
    buf_printf(&call->url, "/reviews?orderBy=createdat.desc&perPage=%llu&page="
               "%ld", (unsigned long long)t->pages.size, pages_number(p));
    p->walk.overlap = p->walk.now / (7 * DAY) != p->list->asked / (7 * DAY)
                          ? t->edits : p->overlap;
    int rc = ask(t, call, err);
    if (rc == 0 && call->elements)
        pages_next(p, next);
    return rc;
}

const struct collector collector_trustpilot = {
    .name = "trustpilot",
    .about = "reviews of shops at Trustpilot, with your own API key",
    .terms = "the key's contract with Trustpilot; removed reviews are "
             "followed; public data only",
    .key_help = "Trustpilot Business with API access: Integrations, "
                "Developers, APIs, create an application; put its API key "
                "into a file of mode 0600",
    .listings = {
        .of = { { "", offsetof(struct trustpilot, shops) } },
        .page = page, .look_up = look_up, .at_once = 1 },
    .options = options,
    .state_size = sizeof(struct trustpilot),
    .every = HOUR,
    .open = pages_open,
    .fetch = pages_fetch,
    .close = pages_close,
};
