/* SPDX-License-Identifier: Apache-2.0 */
/* RSS, Atom and JSON Feed: news, blogs, alerts. Asked conditionally. A feed
 * shows a window and never says what was deleted. Its ids and dates may be
 * made up anew each time: so the first date of an item counts, and where ids
 * change but links do not, the link is the id (collectors/feed_memory.c).
 * Reads no format itself: that is base/feed.h's. */
#include "base/feed.h"

#include "base/clock.h"
#include "collectors/collector.h"
#include "collectors/feed_memory.h"

/* A feed that is gone for good is asked again after this. */
static const int64_t GONE_AGAIN = 30 * DAY;

struct feeds {
    struct option_list urls;
    char *language;

    struct feed_memory memory;
    struct feed_state *state;    /* of the feed being read */
    size_t number;
    struct batch *out;
    size_t mark;                 /* posts before this feed */
    struct feed *feed;
    struct collection *collection;
    struct error failed;         /* the first feed that cannot be read */
    size_t read;                 /* feeds that can */
};

static const struct option options[] = {
    { "url", OPTION_LIST, NULL, offsetof(struct feeds, urls),
      "addresses of feeds: RSS, Atom or JSON Feed (required)" },
    { "language", OPTION_STRING, NULL, offsetof(struct feeds, language),
      "what they are written in, where they do not say: en, de" },
    OPTION_END
};

/* A line of the cursor: where a round that has ended at a bound goes on, and
 * what it knows by then. */
static const char word[] = "\nround\t";

static void save_round(const struct feeds *f, struct buf *cursor)
{
    buf_printf(cursor, "%s%zu\t%zu\t%lld\t%d\t%s\n", word + 1, f->number,
               f->read, (long long)f->collection->complete_from,
               (int)f->failed.kind, f->failed.text);
}

static void read_round(struct feeds *f)
{
    const char *line = strstr(f->collection->cursor, word);
    char *at = (char *)line + sizeof(word) - 1;
    size_t number = line ? strtoul(at, &at, 10) : 0;
    if (!number || number >= f->urls.count)
        return;
    f->number = number;
    f->read = strtoul(at, &at, 10);
    f->collection->complete_from = strtoll(at, &at, 10);
    f->failed.kind = (enum error_kind)strtol(at, &at, 10);
    at += *at == '\t';
    snprintf(f->failed.text, sizeof(f->failed.text), "%.*s",
             (int)strcspn(at, "\n"), at);
}

static int open_feeds(struct collection *c, struct error *err)
{
    struct feeds *f = c->state;
    f->collection = c;
    for (size_t i = 0; i < f->urls.count; i++)
        if (!text_begins(text_of(f->urls.items[i]), "http://") &&
            !text_begins(text_of(f->urls.items[i]), "https://"))
            return error_set(err, ERROR_CONFIG, "url: \"%.100s\" is not an "
                             "http or https address", f->urls.items[i]);
    feed_memory_open(&f->memory, c->cursor, c->since, c->further);
    if (c->more && !f->memory.further)
        read_round(f);
    return 0;
}

static void close_feeds(struct collection *c)
{
    struct feeds *f = c->state;
    feed_memory_close(&f->memory);
    feed_close(f->feed);
}

/* ---- items ------------------------------------------------------------ */

static int64_t when(const struct buf *b)
{
    return api_time(&(struct json_value){ JSON_STRING, buf_bytes(b) });
}

static struct text copy(struct feeds *f, const struct buf *value, size_t limit)
{
    return text_copy(&f->out->memory, buf_text(value), value->length, limit);
}

static int take_item(void *context, const struct buf v[FEED_FIELDS],
                     struct error *err)
{
    struct feeds *f = context;
    const struct buf *body = &v[v[FEED_CONTENT].length ? FEED_CONTENT
                                                       : FEED_SUMMARY];
    struct text title = buf_bytes(&v[FEED_TITLE]), words = buf_bytes(body);
    const char *lang = buf_text(&v[FEED_LANGUAGE]);
    int64_t published = when(&v[FEED_PUBLISHED]);
    int64_t updated = when(&v[FEED_UPDATED]);
    (void)err;
    if (!v[FEED_ID].length && !v[FEED_LINK].length && !title.length) {
        collection_skip(f->collection, "an item without id, link or title");
        return 0;
    }
    struct post *post = batch_add(f->out);
    post->source = TEXT("feed");
    post->native_id = copy(f, &v[FEED_ID], POST_ID_LIMIT);
    post->url = copy(f, &v[FEED_LINK], POST_URL_LIMIT);
    post->author = post->handle = copy(f, &v[FEED_AUTHOR], POST_ID_LIMIT);
    if (text_begins(words, title.data)) /* some say it twice */
        title = TEXT("");
    post->text = api_join(f->out, title, "<p>", words, POST_TEXT_LIMIT);
    post->html = true;
    post->created = published ? published : updated;
    if (updated > post->created)
        post->edited = updated;
    lang += strspn(lang, " \t\r\n");
    post->lang = text_copy(&f->out->memory, lang, strlen(lang), 16);
    return 0;
}

/* ---- fetching --------------------------------------------------------- */

static int take_bytes(void *context, const char *data, size_t length,
                      struct error *err)
{
    struct feeds *f = context;
    return feed_bytes(f->feed, data, length, err);
}

static void restart(void *context)
{
    struct feeds *f = context;
    feed_close(f->feed);
    f->feed = feed_open(take_item, f);
    while (f->out->count > f->mark)
        batch_drop(f->out);
}

/* What an item does not say, the feed does, or else the configuration. */
static void settle_language(struct feeds *f)
{
    struct text lang = feed_language(f->feed);
    lang = lang.length ? lang : text_of(f->language);
    for (size_t i = f->mark; i < f->out->count && lang.length; i++)
        if (!f->out->posts[i].lang.length)
            f->out->posts[i].lang = text_copy(&f->out->memory, lang.data,
                                              lang.length, 16);
}

static int is_gone(const char *url, struct error *err)
{
    return error_set(err, ERROR_INPUT, "%s: is gone for good (HTTP 410): take "
                     "it out", url);
}

static int read_feed(struct feeds *f, const char *url, struct error *err)
{
    char etag[300], modified[120];
    const char *headers[3] = { NULL };
    size_t count = 0;
    struct http_reply reply;
    const char *place = f->state->moved ? f->state->moved : url;
    struct http_request request = { .url = place, .headers = headers,
                                    .take = take_bytes, .restart = restart,
                                    .context = f };
    snprintf(etag, sizeof(etag), "If-None-Match: %s", f->state->etag);
    snprintf(modified, sizeof(modified), "If-Modified-Since: %s",
             f->state->modified);
    if (*f->state->etag)
        headers[count++] = etag;
    if (*f->state->modified)
        headers[count++] = modified;
    f->mark = f->out->count;
    restart(f);
    if (f->state->gone > clock_now() - GONE_AGAIN)
        return is_gone(url, err);
    f->state->shared = true; /* 304: it is the window of the last round */
    int rc = http_send(f->collection->http, &request, &reply, err);
    if (rc == 0 && reply.status != 304)
        rc = feed_end(f->feed, err) ? error_prefix(err, "%s", url) : 0;
    f->state->gone = rc && reply.status == 410 ? clock_now() : 0;
    if (f->state->gone)
        is_gone(url, err);
    if (rc == 0 ? reply.moved != NULL : err->kind != ERROR_RETRY)
        feed_state_moved(f->state, rc ? NULL : reply.moved);
    if (rc == 0 && reply.status != 304) {
        settle_language(f);
        feed_memory_settle(&f->memory, f->state, f->out, f->mark);
        feed_state_headers(f->state, http_header(&reply, "etag"),
                           http_header(&reply, "last-modified"));
    }
    http_reply_release(&reply);
    if (rc)
        restart(f); /* half a window has no lasting ids */
    return rc;
}

/* How far back the feed just read is complete: a window that shares nothing
 * with the last one has lost something. */
static int64_t complete_from(const struct feed_state *s, int64_t before)
{
    return !before ? s->oldest : s->shared ? before : clock_now();
}

/* Feeds are of many hosts: one that cannot be read keeps none out, and is
 * told when all were asked. */
static int fetch(struct collection *c, struct batch *out, struct error *err)
{
    struct feeds *f = c->state;
    const char *url = f->urls.items[f->number];
    f->out = out;
    f->state = feed_memory_of(&f->memory, url);
    int64_t before = f->state->asked;
    int rc = read_feed(f, url, err);
    if (rc == 0) {
        f->read++;
        f->state->asked = clock_now();
        if (complete_from(f->state, before) > c->complete_from)
            c->complete_from = complete_from(f->state, before);
    }
    if (rc && http_spent(c->http))
        return -1;
    if (rc && !f->failed.kind)
        f->failed = *err;
    bool last = ++f->number == f->urls.count;
    if (rc == 0 || f->urls.count > 1 || f->state->gone)
        feed_memory_save(&f->memory, &out->cursor);
    if (!last)
        save_round(f, &out->cursor);
    if (!last || !f->failed.kind)
        return !last;
    c->partial = f->read * 2 >= f->urls.count;
    *err = f->failed;
    return -1;
}

const struct collector collector_feed = {
    .name = "feed",
    .about = "RSS, Atom and JSON Feed: news, blogs, alerts, channels",
    .terms = "conditional requests; shorten every where a feed keeps few items",
    .options = options,
    .state_size = sizeof(struct feeds),
    .every = 15 * MINUTE,
    .open = open_feeds,
    .fetch = fetch,
    .close = close_feeds,
};
