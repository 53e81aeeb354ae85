/* SPDX-License-Identifier: Apache-2.0 */
/* Mastodon and its relatives (GoToSocial, Pleroma, snac2): tag and public
 * timelines by base/walk.h, which says why not by min_id; the Link header is
 * absent or wrong on many servers and is read of empty pages alone. A post's
 * native id is its uri, the same on every server; what has left a timeline is
 * asked for by its id, and 404 or 410 means deleted. Whoever asks not to be
 * indexed is left out. */
#include "base/clock.h"
#include "collectors/collector.h"
#include "collectors/mastodon_parents.h"

struct mastodon {
    struct pages pages;       /* listings: tags, then public */
    char *host, *token;
    struct option_list tags;
    bool public_timeline, local;

    struct parents parents;
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
    PAGES_SIZE("40", "posts"),
    PAGES_OVERLAP("30m", "late and edited posts"),
    OPTION_END
};

enum { ID, URI, URL, CREATED, EDITED, CONTENT, SPOILER, LANGUAGE, ACCT,
       AUTHOR_URL, REPLY, REBLOG, LIKES, REBLOGS, REPLIES, QUOTE, NOINDEX };
static const char *const paths[] = {
    "id", "uri", "url", "created_at", "edited_at", "content", "spoiler_text",
    "language", "account.acct", "account.url", "in_reply_to_id",
    "reblog.uri", "favourites_count", "reblogs_count", "replies_count",
    "quote", "account.noindex", NULL
};

static int open_mastodon(struct collection *c, struct error *err)
{
    struct mastodon *m = c->state;
    parents_load(&m->parents, c->cursor);
    return pages_open(c, err);
}

static void close_mastodon(struct collection *c)
{
    struct mastodon *m = c->state;
    pages_close(c);
    parents_release(&m->parents);
}

static void fill(struct mastodon *m, struct post *post,
                 const struct json_value *values)
{
    struct batch *out = m->pages.out;
    bool local = values[AUTHOR_URL].type != JSON_STRING;
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
    /* A content warning is a paragraph of its own. */
    struct text warning = values[SPOILER].text;
    post->text = api_join(out, warning.length
                          ? api_format(out, POST_URL_LIMIT, "<p>%.*s</p>",
                                       (int)warning.length, warning.data)
                          : TEXT(""), "", values[CONTENT].text,
                          POST_TEXT_LIMIT);
    post->reply_to = api_text(out, &values[REPLY], POST_ID_LIMIT);
    post->kind = post->reply_to.length ? POST_REPLY
                 : values[QUOTE].type == JSON_OTHER ? POST_QUOTE
                                                    : POST_ORIGINAL;
}

static void take_status(void *context, const struct json_value *values)
{
    struct mastodon *m = context;
    struct text id = values[ID].text, uri = values[URI].text;
    if (!id.length || !uri.length || id.length >= sizeof(m->last_id) ||
        uri.length > POST_ID_LIMIT) {
        collection_skip(m->pages.collection, "a status without id or uri");
        return;
    }
    memcpy(m->last_id, id.data, id.length);
    m->last_id[id.length] = '\0';
    parents_add(&m->parents, id, uri);
    int64_t created = api_time(&values[CREATED]);
    if (!walk_saw(&m->pages.walk, m->pages.list, id, uri,
                  created ? created : m->pages.walk.now))
        return;
    if (json_true(&values[NOINDEX]))
        pages_gone(&m->pages, uri, created);
    else
        fill(m, pages_post(&m->pages, uri), values);
}

/* One that is gone from the timeline: deleted, or only out of sight? */
static int look_up(void *state, struct error *err)
{
    struct mastodon *m = state;
    struct api_call *call = pages_call(&m->pages, "", paths, pages_take_alive);
    call->request.bearer = m->token;
    buf_printf(&call->url, "%s/api/v1/statuses/", m->host);
    pages_ids(&m->pages, &call->url, "");
    return pages_looked_up(&m->pages, api_send(call, err),
                           "404 410", "401 403 422");
}

/* What lies below a page of which all was hidden: <…max_id=N>; rel="next". */
static void linked(const struct http_reply *reply, struct buf *next)
{
    struct text link = http_header(reply, "link");
    const char *rel = link.length ? memmem(link.data, link.length,
                                           "rel=\"next\"", 10) : NULL;
    const char *id = NULL, *at = link.data;
    while (rel && (at = memmem(at, (size_t)(rel - at), "max_id=", 7)))
        id = at += 7;
    if (id)
        buf_add(next, id, strcspn(id, "&>"));
}

static void name(void *state, size_t place, struct buf *out)
{
    const struct mastodon *m = state;
    if (place == m->tags.count && m->public_timeline)
        buf_puts(out, "public");
}

static int page(void *state, struct buf *next, struct error *err)
{
    struct mastodon *m = state;
    struct pages *p = &m->pages;
    struct api_call *call = pages_call(p, "[*]", paths, take_status);
    const char *tag = pages_item(p);
    call->request.bearer = m->token;
    buf_printf(&call->url, "%s/api/v1/timelines/%s", m->host,
               tag ? "tag/" : "public");
    http_escape(&call->url, tag ? tag + (*tag == '#') : "");
    buf_printf(&call->url, "?limit=%llu%s", (unsigned long long)m->pages.size,
               m->local ? "&local=true" : "");
    api_and(&call->url, "&max_id=", p->list->token);
    m->last_id[0] = '\0';
    int rc = api_send(call, err);
    buf_puts(next, m->last_id);
    if (rc == 0 && !next->length)
        linked(&call->reply, next);
    return rc;
}

static int fetch(struct collection *c, struct batch *out, struct error *err)
{
    struct mastodon *m = c->state;
    int rc = pages_fetch(c, out, err);
    parents_resolve(&m->parents, out); /* pages before waited for these */
    parents_save(&m->parents, &out->cursor);
    return rc;
}

const struct collector collector_mastodon = {
    .name = "mastodon",
    .about = "hashtags and public timelines of Mastodon-compatible servers",
    .terms = "per server; deletions are followed; who asks not to be indexed "
             "is left out; 300 requests in 5 minutes",
    .key_help = "most servers need none; else: Preferences, Development, New "
                "application, scope read:statuses, put its access token into "
                "a file of mode 0600",
    .listings = {
        .of = { { "tag/", offsetof(struct mastodon, tags) } },
        .wanted = "say what to follow: tag, or public: true",
        .name = name, .page = page, .look_up = look_up, .at_once = 1 },
    .options = options,
    .state_size = sizeof(struct mastodon),
    .every = 5 * MINUTE,
    .per_minute = 60,
    .open = open_mastodon,
    .fetch = fetch,
    .close = close_mastodon,
};
