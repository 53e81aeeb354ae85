/* SPDX-License-Identifier: Apache-2.0 */
/* Mastodon and its relatives (GoToSocial, Pleroma, snac2): tag and public
 * timelines by base/walk.h, which says why not by min_id; the Link header is
 * absent or wrong on many servers and is not read. A post's native id is its
 * uri, the same on every server; what has left a timeline is asked for by
 * its id, and 404 or 410 means deleted. */
#include "base/api.h"
#include "base/clock.h"
#include "base/walk.h"
#include "collectors/collector.h"
#include "collectors/mastodon_parents.h"

struct mastodon {
    char *host, *token;
    struct option_list tags;
    bool public_timeline, local;
    uint64_t page;
    int64_t overlap;

    struct walk walk;
    struct parents parents;
    struct walk_list *list;   /* the page being read belongs to it */
    size_t timeline;          /* its number: tags first, then public */
    struct batch *out;
    struct collection *collection;
    char last_id[POST_ID_LIMIT];
};

static const struct option options[] = {
    { "host", OPTION_URL, NULL, offsetof(struct mastodon, host),
      "https://mastodon.example (required)" },
    { "tag", OPTION_LIST, NULL, offsetof(struct mastodon, tags),
      "hashtags to follow, without #" },
    { "public", OPTION_BOOL, "false", offsetof(struct mastodon,
      public_timeline), "also the whole public timeline" },
    { "local", OPTION_BOOL, "false", offsetof(struct mastodon, local),
      "only posts written on this server" },
    { "token_file", OPTION_SECRET, NULL, offsetof(struct mastodon, token),
      "0600 file with an access token, where the server asks for one" },
    { "page_size", OPTION_COUNT, "40", offsetof(struct mastodon, page),
      "posts a request, at most 40" },
    { "overlap", OPTION_DURATION, "30m", offsetof(struct mastodon, overlap),
      "read so far behind the last round again, for late and edited posts" },
    OPTION_END
};

enum { ID, URI, URL, CREATED, EDITED, CONTENT, SPOILER, LANGUAGE, ACCT,
       AUTHOR_URL, REPLY, REBLOG, LIKES, REBLOGS, REPLIES };
static const char *const paths[] = {
    "id", "uri", "url", "created_at", "edited_at", "content", "spoiler_text",
    "language", "account.acct", "account.url", "in_reply_to_id",
    "reblog.uri", "favourites_count", "reblogs_count", "replies_count", NULL
};

static int open_mastodon(struct collection *c, struct error *err)
{
    struct mastodon *m = c->state;
    if (!m->host)
        return error_set(err, ERROR_CONFIG, "say which host: "
                         "https://mastodon.example");
    if (!m->tags.count && !m->public_timeline)
        return error_set(err, ERROR_CONFIG, "say what to follow: tag, or "
                         "public: true");
    if (m->page < 1 || m->page > 40)
        m->page = 40;
    size_t length = strlen(m->host);
    while (length && m->host[length - 1] == '/')
        m->host[--length] = '\0';
    m->collection = c;
    walk_open(&m->walk, c->cursor, clock_now(), c->since, m->overlap);
    parents_load(&m->parents, c->cursor);
    return 0;
}

static void close_mastodon(struct collection *c)
{
    struct mastodon *m = c->state;
    walk_close(&m->walk);
    parents_release(&m->parents);
}

/* content, with a content warning in front as a paragraph of its own. */
static struct text content(struct mastodon *m, const struct json_value *values)
{
    struct buf whole = BUF_INIT(2 * POST_TEXT_LIMIT);
    struct text warning = values[SPOILER].text, text = values[CONTENT].text;
    if (warning.length) {
        buf_puts(&whole, "<p>");
        buf_add(&whole, warning.data, warning.length);
        buf_puts(&whole, "</p>");
    }
    buf_add(&whole, text.data, text.length);
    struct text copy = text_copy(&m->out->memory, buf_text(&whole),
                                 whole.length, POST_TEXT_LIMIT);
    buf_release(&whole);
    return copy;
}

static void fill(struct mastodon *m, struct post *post,
                 const struct json_value *values)
{
    struct batch *out = m->out;
    bool local = values[AUTHOR_URL].type != JSON_STRING;
    post->source = TEXT("mastodon");
    post->native_id = api_text(out, &values[URI], POST_ID_LIMIT);
    post->url = api_text(out, &values[URL], POST_URL_LIMIT);
    post->author = api_text(out, &values[local ? ACCT : AUTHOR_URL],
                            POST_ID_LIMIT);
    post->handle = api_text(out, &values[ACCT], POST_ID_LIMIT);
    post->lang = api_text(out, &values[LANGUAGE], 16);
    post->created = api_time(&values[CREATED]);
    post->edited = api_time(&values[EDITED]);
    json_count(&values[LIKES], &post->likes);
    json_count(&values[REBLOGS], &post->reposts);
    json_count(&values[REPLIES], &post->replies);
    post->html = true;
    if (values[REBLOG].type == JSON_STRING) {
        post->kind = POST_REPOST;
        post->reply_to = api_text(out, &values[REBLOG], POST_ID_LIMIT);
        return;
    }
    post->text = content(m, values);
    post->reply_to = api_text(out, &values[REPLY], POST_ID_LIMIT);
    post->kind = post->reply_to.length ? POST_REPLY : POST_ORIGINAL;
}

static int take_status(void *context, const struct json_value *values,
                       struct error *err)
{
    struct mastodon *m = context;
    struct text id = values[ID].text, uri = values[URI].text;
    (void)err;
    if (!id.length || !uri.length || id.length >= sizeof(m->last_id) ||
        uri.length > POST_ID_LIMIT) {
        collection_skip(m->collection, "a status without id or uri");
        return 0;
    }
    memcpy(m->last_id, id.data, id.length);
    m->last_id[id.length] = '\0';
    parents_add(&m->parents, id, uri);
    int64_t created = api_time(&values[CREATED]);
    if (walk_saw(&m->walk, m->list, id, uri, created ? created : m->walk.now))
        fill(m, batch_add(m->out), values);
    return 0;
}

/* One that is gone from the timeline: deleted, or only out of sight? */
static int recheck(struct mastodon *m, const struct walk_item *item,
                   struct error *err)
{
    struct buf url = BUF_INIT(POST_URL_LIMIT + 1000);
    struct api_call call = { .http = m->collection->http, .element = "",
                             .paths = paths };
    buf_printf(&url, "%s/api/v1/statuses/", m->host);
    http_escape(&url, item->id);
    call.request.url = buf_text(&url);
    call.request.bearer = m->token;
    int rc = api_send(&call, err);
    long status = call.reply.status;
    if (rc && (status == 404 || status == 410)) {
        collection_gone(m->out, TEXT("mastodon"), text_of(item->key),
                        item->time);
        rc = 0;
    } else if (rc && (status == 401 || status == 403 || status == 422)) {
        rc = 0; /* this server does not tell strangers */
    }
    api_release(&call);
    buf_release(&url);
    return rc;
}

static int next_page(struct mastodon *m, const char *tag, struct error *err)
{
    struct buf url = BUF_INIT(0);
    struct api_call call = { .http = m->collection->http, .element = "[*]",
                             .paths = paths, .take = take_status,
                             .context = m, .out = m->out };
    buf_printf(&url, "%s/api/v1/timelines/", m->host);
    if (tag) {
        buf_puts(&url, "tag/");
        http_escape(&url, *tag == '#' ? tag + 1 : tag);
    } else {
        buf_puts(&url, "public");
    }
    buf_printf(&url, "?limit=%llu%s", (unsigned long long)m->page,
               m->local ? "&local=true" : "");
    if (*m->list->token) {
        buf_puts(&url, "&max_id=");
        http_escape(&url, m->list->token);
    }
    call.request.url = buf_text(&url);
    call.request.bearer = m->token;
    m->last_id[0] = '\0';
    walk_page(&m->walk, m->list);
    int rc = api_send(&call, err);
    if (rc == 0)
        rc = walk_page_end(&m->walk, m->list, text_of(m->last_id));
    else
        rc = -2;
    api_release(&call);
    buf_release(&url);
    return rc;
}

static int fetch(struct collection *c, struct batch *out, struct error *err)
{
    struct mastodon *m = c->state;
    size_t timelines = m->tags.count + m->public_timeline;
    const char *tag = m->timeline < m->tags.count
                          ? m->tags.items[m->timeline] : NULL;
    char name[200];
    m->out = out;
    snprintf(name, sizeof(name), "%s%s", tag ? "tag/" : "public",
             tag ? tag : "");
    m->list = walk_list(&m->walk, name);
    int rc = next_page(m, tag, err);
    if (rc == -2)
        return -1;
    if (rc == -1)
        collection_skip(c, "%s: the server sends the same page again", name);
    for (unsigned i = 0; i < m->list->gone.count; i++)
        if (recheck(m, &m->list->gone.items[i], err))
            return -1;
    walk_gone_done(m->list);
    if (rc <= 0)
        m->timeline++;
    parents_resolve(&m->parents, out, 0); /* pages before waited for these */
    walk_save(&m->walk, &out->cursor);
    parents_save(&m->parents, &out->cursor);
    c->complete_from = walk_complete_from(&m->walk);
    return m->timeline < timelines;
}

const struct collector collector_mastodon = {
    .name = "mastodon",
    .about = "hashtags and public timelines of Mastodon-compatible servers",
    .terms = "per server; deletions are followed; 300 requests in 5 minutes",
    .key_help = "most servers need none; else: Preferences, Development, New "
                "application, scope read:statuses, put its access token into "
                "a file of mode 0600",
    .options = options,
    .state_size = sizeof(struct mastodon),
    .every = 5 * MINUTE,
    .open = open_mastodon,
    .fetch = fetch,
    .close = close_mastodon,
};
