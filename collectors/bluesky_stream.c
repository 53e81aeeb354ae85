/* SPDX-License-Identifier: Apache-2.0 */
/* Bluesky's Jetstream: every public post as it is written, of which those
 * with one of the words are kept; edits and deletes come the same way. Posts
 * have the identity that the bluesky collector gives them. A post that the
 * words no longer fit is gone, as is one that was deleted: the store knows
 * which of them it ever had. Reads neither likes nor accounts. Over 250 lines:
 * a line that is kept open breaks in ways of its own. */
#include "base/api.h"
#include "base/clock.h"
#include "base/http_stream.h"
#include "base/limit.h"
#include "base/pattern.h"
#include "collectors/bluesky_session.h"
#include "collectors/collector.h"

/* A page is a second, or so many posts: what is read and not yet stored stays
 * small, and the service waits. */
enum { PAGE_MS = 1000, PAGE_POSTS = 5000 };

/* Order is not strict, and a cursor may be the last one seen: so much again;
 * half of it where a service breaks off before anything is new. */
static const int64_t REWIND = 5 * 1000 * 1000; /* microseconds */

/* Older cursors are answered from here on, without a word. */
static const int64_t DEPTH = 36 * HOUR;

/* Followed, a round ends after this, so that status and coverage tell. */
static const int64_t ROUND_MS = 15 * MINUTE * 1000;

struct jetstream {
    char *service;
    struct option_list words;
    int64_t idle;

    struct pattern *pattern;
    struct matcher *matcher;
    struct http_stream *stream;
    struct json *json;
    struct batch *out;
    struct collection *collection;
    int64_t from, newest;      /* microseconds: asked for, seen */
    int64_t last, rewind;      /* newest of the round before; how far below */
    int64_t started, heard;    /* limit_now() */
    int64_t now;
};

static const struct option options[] = {
    { "match", OPTION_LIST, NULL, offsetof(struct jetstream, words),
      "keep posts that hold one of these, in any case: acme, #acmefan "
      "(required)" },
    { "service", OPTION_URL, "https://jetstream2.us-east.bsky.network",
      offsetof(struct jetstream, service), "where the stream is" },
    { "idle", OPTION_DURATION, "60s", offsetof(struct jetstream, idle),
      "followed and silent for so long, the line is taken for dead" },
    OPTION_END
};

enum { DID, TIME, OPERATION, COLLECTION, KEY, WORDS, CREATED, LANG, PARENT,
       EMBED };
static const char *const paths[] = {
    "did", "time_us", "commit.operation", "commit.collection", "commit.rkey",
    "commit.record.text", "commit.record.createdAt", "commit.record.langs[0]",
    "commit.record.reply.parent.uri", "commit.record.embed.$type", NULL
};

/* ---- frames ----------------------------------------------------------- */

static void fill(struct jetstream *j, struct post *post, struct text uri,
                 const struct json_value *values)
{
    struct batch *out = j->out;
    post->source = TEXT("bluesky");
    post->native_id = uri;
    post->url = atproto_url(out, uri);
    post->author = api_text(out, &values[DID], POST_ID_LIMIT);
    post->text = api_text(out, &values[WORDS], POST_TEXT_LIMIT);
    post->lang = api_text(out, &values[LANG], 16);
    post->reply_to = api_text(out, &values[PARENT], POST_ID_LIMIT);
    post->created = api_time(&values[CREATED]);
    post->indexed = api_time(&values[TIME]);
    if (text_is(values[OPERATION].text, "update"))
        post->edited = post->indexed;
    post->kind = atproto_kind(values[PARENT].text, values[EMBED].text);
}

static int take_frame(void *context, const struct json_value *values,
                      struct error *err)
{
    struct jetstream *j = context;
    struct text did = values[DID].text, key = values[KEY].text;
    struct text words = values[WORDS].text;
    int64_t when;
    size_t start, end;
    (void)err;
    if (json_integer(&values[TIME], &when) && when > j->newest)
        j->newest = when;
    if (!text_is(values[COLLECTION].text, "app.bsky.feed.post"))
        return 0;
    if (!did.length || !key.length || did.length + key.length > 400) {
        collection_skip(j->collection, "a frame without did or rkey");
        return 0;
    }
    bool kept = words.length &&
                pattern_match(j->pattern, j->matcher, words.data, words.length,
                              0, &start, &end) == 1;
    if (!kept && text_is(values[OPERATION].text, "create"))
        return 0;
    struct text id = api_format(j->out, POST_ID_LIMIT,
                                "at://%.*s/app.bsky.feed.post/%.*s",
                                (int)did.length, did.data, (int)key.length,
                                key.data);
    if (kept)
        fill(j, batch_add(j->out), id, values);
    else
        collection_gone(j->out, TEXT("bluesky"), id, api_time(&values[TIME]));
    return 0;
}

/* ---- the round -------------------------------------------------------- */

static int open_pattern(struct jetstream *j, struct error *err)
{
    struct buf all = BUF_INIT(0);
    for (size_t i = 0; i < j->words.count; i++)
        if (strstr(j->words.items[i], "\\E"))
            return error_set(err, ERROR_CONFIG, "match: \"%.40s\" holds \\E",
                             j->words.items[i]);
        else
            buf_printf(&all, "%s\\Q%s\\E", i ? "|" : "", j->words.items[i]);
    int rc = pattern_open(&j->pattern, buf_text(&all), all.length,
                          PATTERN_CASELESS, err);
    buf_release(&all);
    return rc;
}

static int open_jetstream(struct collection *c, struct error *err)
{
    struct jetstream *j = c->state;
    if (!j->words.count)
        return error_set(err, ERROR_CONFIG, "match: say which words to listen "
                         "for; the whole stream is millions of posts a day");
    if (open_pattern(j, err))
        return -1;
    j->matcher = matcher_open();
    j->json = json_open("", paths, take_frame, j);
    j->collection = c;
    j->now = clock_now();
    char *end = (char *)c->cursor; /* "NEWEST REWIND" */
    j->last = j->newest = strtoll(end, &end, 10);
    j->rewind = strtoll(end, NULL, 10);
    j->from = j->last ? j->last - j->rewind : c->since * 1000000;
    return 0;
}

static void close_jetstream(struct collection *c)
{
    struct jetstream *j = c->state;
    http_stream_close(j->stream);
    json_close(j->json);
    pattern_close(j->pattern);
    matcher_close(j->matcher);
}

static int begin(struct jetstream *j, struct error *err)
{
    struct buf url = BUF_INIT(0);
    buf_printf(&url, "%s/subscribe?wantedCollections=app.bsky.feed.post"
               "&cursor=%lld", j->service, (long long)j->from);
    int rc = http_stream_open(&j->stream, http_limits(j->collection->http),
                              buf_text(&url), &j->collection->wait_until, err);
    j->started = j->heard = limit_now();
    buf_release(&url);
    return rc;
}

/* Is the round over? By cron when what was written before it is read, or
 * nothing more comes; followed after a while. */
static bool over(const struct jetstream *j)
{
    const struct collection *c = j->collection;
    if (c->stop)
        return *c->stop || limit_now() - j->started >= ROUND_MS;
    return j->newest >= j->now * 1000000 ||
           limit_now() - j->heard >= 3 * PAGE_MS;
}

static int listen(struct jetstream *j, struct error *err)
{
    int64_t until = limit_now() + PAGE_MS;
    size_t before = j->out->count;
    int rc = 1;
    while (limit_now() < until && j->out->count - before < PAGE_POSTS) {
        struct text message;
        rc = http_stream_next(j->stream, until - limit_now(), &message, err);
        if (rc <= 0)
            break;
        j->heard = limit_now();
        if (!message.length)
            collection_skip(j->collection, "a frame of more than a megabyte");
        else if (json_line(j->json, message.data, message.length, err))
            collection_skip(j->collection, "a frame: %s", err->text);
    }
    return rc < 0 ? -1 : 0;
}

static void save_cursor(struct jetstream *j, bool broke_off)
{
    int64_t rewind = broke_off && j->newest == j->last ? j->rewind / 2
                     : broke_off ? j->rewind * 2 : REWIND;
    if (rewind > REWIND || (rewind == 0 && j->newest > j->last))
        rewind = REWIND;
    if (!j->newest)
        return;
    buf_clear(&j->out->cursor);
    buf_printf(&j->out->cursor, "%lld %lld", (long long)j->newest,
               (long long)rewind);
}

static int fetch(struct collection *c, struct batch *out, struct error *err)
{
    struct jetstream *j = c->state;
    j->out = out;
    if (!j->stream && begin(j, err))
        return -1;
    int rc = listen(j, err);
    save_cursor(j, rc != 0);
    if (rc == 0 && c->stop && !*c->stop &&
        limit_now() - j->heard >= j->idle * 1000)
        rc = error_set(err, ERROR_RETRY, "nothing came for %lld seconds: the "
                       "line is dead", (long long)j->idle);
    if (rc && !(c->stop && j->newest)) /* else it is listened to again */
        return -1;
    if (!rc && !over(j))
        return 1;
    c->complete_from = j->from / 1000000;
    if (c->complete_from < j->now - DEPTH)
        c->complete_from = j->now - DEPTH;
    return 0;
}

const struct collector collector_jetstream = {
    .name = "jetstream",
    .about = "all public posts of Bluesky as they are written, by their words",
    .terms = "public stream, a day and a half back; edits and deletions are "
             "followed; needs a libcurl with WebSocket (Debian 13)",
    .options = options,
    .state_size = sizeof(struct jetstream),
    .every = 5 * MINUTE,
    .streams = true,
    .open = open_jetstream,
    .fetch = fetch,
    .close = close_jetstream,
};
