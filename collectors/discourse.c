/* SPDX-License-Identifier: Apache-2.0 */
/* All public posts of a Discourse forum, newest first (base/walk.h), by
 * /posts.json; "before" is an id, so deletions do not shift its pages. What
 * has left the list is asked for by its number. Reads no private messages. */
#include "base/clock.h"
#include "collectors/collector.h"

/* A page is this many ids, also where some of their posts are removed. */
enum { PAGE = 50 };

struct discourse {
    struct pages pages;       /* one listing */
    char *site, *key, *user;

    int64_t last_id;          /* smallest id of the page */
};

static const struct option options[] = {
    { "site", OPTION_URL, NULL, offsetof(struct discourse, site),
      "address of the forum: https://forum.example (required)" },
    { "key_file", OPTION_SECRET, NULL, offsetof(struct discourse, key),
      "0600 file with an API key, where the forum is not public" },
    { "user", OPTION_STRING, "system", offsetof(struct discourse, user),
      "with key_file: whom the key is for" },
    PAGES_OVERLAP("6h", "edits and removals"),
    OPTION_END
};

enum { ID, USER_ID, USER, CREATED, UPDATED, COOKED, TOPIC, SLUG, NUMBER,
       REPLY_TO, REVISION, HIDDEN, USER_DELETED, TITLE, REPLIES, LIKES,
       TYPE, DELETED_AT };
static const char *const paths[] = {
    "id", "user_id", "username", "created_at", "updated_at", "cooked",
    "topic_id", "topic_slug", "post_number", "reply_to_post_number",
    "version", "hidden", "user_deleted", "topic_title", "reply_count",
    "like_count", "post_type", "deleted_at", NULL };

/* "https://forum.example/t/12/3": topic and number, the forum's own address
 * of a post. Ids count within one forum only. */
static struct text identity(struct discourse *d, struct text topic,
                            struct text number)
{
    return api_format(d->pages.out, POST_ID_LIMIT, "%s/t/%.*s/%.*s", d->site,
                      (int)topic.length, topic.data, (int)number.length,
                      number.data);
}

static void fill(struct discourse *d, struct text key,
                 const struct json_value *values)
{
    uint32_t version = 0;
    struct batch *out = d->pages.out;
    struct post *post = pages_post(&d->pages, key);
    bool first = text_is(values[NUMBER].text, "1");
    post->url = post->native_id;
    post->kind = first ? POST_ORIGINAL : POST_REPLY;
    post->author = api_text(out, &values[USER_ID], POST_ID_LIMIT);
    post->handle = api_text(out, &values[USER], POST_ID_LIMIT);
    post->created = post->indexed = api_time(&values[CREATED]);
    if (json_count(&values[REVISION], &version) && version > 1)
        post->edited = api_time(&values[UPDATED]);
    json_count(&values[LIKES], &post->likes);
    json_count(&values[REPLIES], &post->replies);
    /* The title belongs to the first post of a topic. */
    post->text = api_titled(out, first ? values[TITLE].text : TEXT(""),
                            values[COOKED].text);
    post->html = true;
    if (!first)
        post->reply_to = identity(d, values[TOPIC].text,
                                  values[REPLY_TO].type == JSON_NUMBER
                                      ? values[REPLY_TO].text : TEXT("1"));
}

static void take_post(void *context, const struct json_value *values)
{
    struct discourse *d = context;
    struct text id = values[ID].text;
    int64_t when = api_time(&values[CREATED]), number = 0;
    if (!json_integer(&values[ID], &number) || id.length > 18 || !when ||
        values[TOPIC].type != JSON_NUMBER || values[TOPIC].text.length > 18 ||
        values[NUMBER].type != JSON_NUMBER ||
        values[NUMBER].text.length > 18) {
        collection_skip(d->pages.collection,
                        "a post without id, topic or date");
        return;
    }
    if (!d->last_id || number < d->last_id)
        d->last_id = number;
    struct text key = identity(d, values[TOPIC].text, values[NUMBER].text);
    /* The staff's bookkeeping ("closed this topic") is of type 2 and up. */
    bool ordinary = values[TYPE].type != JSON_NUMBER ||
                    text_is(values[TYPE].text, "1");
    if (!walk_saw(&d->pages.walk, d->pages.list, id, key, when) || !ordinary)
        return;
    if (json_true(&values[HIDDEN]) || json_true(&values[USER_DELETED]))
        pages_gone(&d->pages, key, when);
    else
        fill(d, key, values);
}

static int ask(struct discourse *d, struct api_call *call, struct error *err)
{
    char user[200];
    const char *const headers[] = { user, NULL };
    snprintf(user, sizeof(user), "Api-Username: %.150s", d->user);
    if (d->key) {
        call->request.key_header = "Api-Key";
        call->request.key = d->key;
        call->request.headers = headers;
    }
    int rc = api_send(call, err);
    call->request.headers = NULL;
    return rc;
}

static void take_shown(void *context, const struct json_value *values)
{
    bool gone = json_true(&values[HIDDEN]) ||
                json_true(&values[USER_DELETED]) ||
                values[DELETED_AT].type == JSON_STRING;
    if (!gone)
        pages_take_alive(context, values);
}

/* No longer listed: 404, deleted. The forum's own 403 to a stranger: it is
 * where only members read now. To a key that may be the key's scope, and in
 * other words it is a wall around the forum: neither says anything of it. */
static int look_up(void *state, struct error *err)
{
    struct discourse *d = state;
    struct api_call *call = pages_call(&d->pages, "", paths, take_shown);
    buf_printf(&call->url, "%s/posts/%s.json", d->site, d->pages.asked->id);
    int rc = ask(d, call, err);
    bool closed = !d->key && api_says(call, "\"invalid_access\"");
    return pages_looked_up(&d->pages, rc,
                           closed ? "403 404 410" : "404 410",
                           closed ? "" : "403");
}

static void name(void *state, size_t place, struct buf *out)
{
    (void)state;
    if (place == 0)
        buf_puts(out, "posts");
}

static int page(void *state, struct buf *next, struct error *err)
{
    struct discourse *d = state;
    const char *token = d->pages.list->token;
    struct api_call *call = pages_call(&d->pages, "latest_posts[*]", paths,
                                       take_post);
    d->last_id = 0;
    buf_printf(&call->url, "%s/posts.json", d->site);
    if (*token)
        buf_printf(&call->url, "?before=%s", token);
    int rc = ask(d, call, err);
    if (rc == 0 && !d->last_id && *token) /* 50 removed in a row */
        d->last_id = strtol(token, NULL, 10) - PAGE + 1;
    if (rc == 0 && d->last_id > 1)
        buf_printf(next, "%lld", (long long)d->last_id - 1);
    return rc;
}

const struct collector collector_discourse = {
    .name = "discourse",
    .about = "public posts of a Discourse forum",
    .terms = "per forum; removals are followed; 60 requests a minute",
    .key_help = "none for a public forum; else its Admin, API, New API key, "
                "scope posts: list and read, into a file of mode 0600",
    .listings = {
        .name = name, .page = page, .look_up = look_up, .at_once = 1 },
    .options = options,
    .state_size = sizeof(struct discourse),
    .every = 10 * MINUTE,
    .per_minute = 60,
    .open = pages_open,
    .fetch = pages_fetch,
    .close = pages_close,
};
