/* SPDX-License-Identifier: Apache-2.0 */
/* Bluesky's Jetstream: every public post as it is written, of which those
 * with one of the words are kept; edits and deletes come the same way. Posts
 * have the identity that the bluesky collector gives them. A post that the
 * words no longer fit is gone, as is one that was deleted, and all of whoever
 * leaves or is taken down: the store knows whose it ever had. No likes. */
#include "base/atproto.h"
#include "base/clock.h"
#include "base/departed.h"
#include "base/http_stream.h"
#include "base/limit.h"
#include "base/pattern.h"
#include "collectors/collector.h"

/* A page is a second, or so many posts: what is read and not yet stored stays
 * small, and the service waits. */
enum { PAGE_MS = 1000, PAGE_POSTS = 5000 };

/* Order is not strict, and a cursor may be the last one seen: so much again;
 * half of it where a service breaks off before anything is new. */
static const int64_t REWIND = 5 * 1000 * 1000; /* microseconds */

/* Our clock is no worse than that. */
static const int64_t AHEAD = HOUR;

/* Older cursors are answered from here on, without a word. */
static const int64_t DEPTH = 36 * HOUR;

/* Followed, a round ends after this, so that status and coverage tell. */
static const int64_t ROUND_MS = 15 * MINUTE * 1000;

struct jetstream {
    char *service, *protocol;
    struct option_list words;
    int64_t idle;

    const struct atproto_wire *wire;

    struct pattern *pattern;
    struct matcher *matcher;
    struct http_stream *stream;
    struct json *json;
    struct batch *out;
    struct collection *collection;
    int64_t asked, newest;     /* microseconds: the cursor; seen */
    int64_t from;              /* complete since then; 0: not known */
    int64_t last, rewind;      /* newest of the round before; how far below */
    struct departed departed;  /* told when the round ends */
    int64_t started, heard;    /* limit_now() */
    int64_t now;
};

static const struct option options[] = {
    { "match", OPTION_LIST, NULL, offsetof(struct jetstream, words),
      "keep posts that hold one of these, in any case: acme, #acmefan "
      "(required)" },
    { "service", OPTION_URL, "https://jetstream2.us-east.bsky.network",
      offsetof(struct jetstream, service), "where the stream is" },
    { "protocol", OPTION_STRING, "v1", offsetof(struct jetstream, protocol),
      "v1, or v2 where the service has it: that says what it left out" },
    { "idle", OPTION_DURATION, "60s", offsetof(struct jetstream, idle),
      "followed and silent for so long, the line is taken for dead" },
    OPTION_END
};

/* ---- frames ----------------------------------------------------------- */

/* A post that the words do not fit is gone unless it is new. */
static void take_words(struct jetstream *j, const struct json_value *values,
                       int64_t when)
{
    struct text words = values[FRAME_WORDS].text;
    size_t start, end;
    bool fits = words.length &&
                pattern_match(j->pattern, j->matcher, words.data, words.length,
                              0, &start, &end) == 1;
    if (fits || !text_is(values[FRAME_OPERATION].text, "create"))
        atproto_post(j->out, values, when, !fits);
}

static int take_frame(void *context, const struct json_value *values,
                      struct error *err)
{
    struct jetstream *j = context;
    int64_t when;
    enum frame what = atproto_frame(values, &when);
    if (when > (clock_now() + AHEAD) * 1000000)
        when = 0; /* as a cursor it would be ahead of all that comes */
    if (when > j->newest)
        j->newest = when;
    struct text fault = values[FRAME_FAULT].text;
    if (fault.length)
        return error_set(err, ERROR_RETRY, "the service says %.*s",
                         (int)fault.length, fault.data);
    if (text_is(values[FRAME_NOTICE].text, "OutdatedCursor"))
        j->from = 0; /* it begins later, where is not said */
    else if (!j->from)
        j->from = when;
    if (what == FRAME_WRITTEN)
        take_words(j, values, when);
    else if (what == FRAME_DELETED)
        atproto_post(j->out, values, when, true);
    else if (what == FRAME_LEFT || what == FRAME_RETURNED)
        departed_note(&j->departed, values[FRAME_DID].text,
                      what == FRAME_LEFT);
    else if (what == FRAME_BROKEN)
        collection_skip(j->collection, "a frame without did or rkey");
    return 0;
}

/* ---- the round -------------------------------------------------------- */

static int open_pattern(struct jetstream *j, struct error *err)
{
    struct buf all = BUF_INIT(0);
    for (size_t i = 0; i < j->words.count; i++) {
        buf_puts(&all, i ? "|" : "");
        for (const char *at = j->words.items[i]; *at; at++) {
            buf_puts(&all, strchr("\\^$.[|()?*+{", *at) ? "\\" : "");
            buf_putc(&all, *at);
        }
    }
    int rc = pattern_open(&j->pattern, buf_text(&all), all.length,
                          PATTERN_CASELESS, err);
    buf_release(&all);
    return rc;
}

static int open_jetstream(struct collection *c, struct error *err)
{
    struct jetstream *j = c->state;
    for (int i = 0; i < 2; i++)
        if (strcmp(j->protocol, atproto_wires[i].name) == 0)
            j->wire = &atproto_wires[i];
    if (!j->wire)
        return error_set(err, ERROR_CONFIG, "protocol: v1 or v2");
    j->matcher = matcher_open();
    j->json = json_open("", j->wire->paths, take_frame, j);
    j->collection = c;
    j->now = clock_now();
    /* "NEWEST REWIND FROM", and who is gone; FROM: of a round that has not
     * ended, 0: it has. */
    char *end = (char *)c->cursor;
    j->last = j->newest = strtoll(end, &end, 10);
    j->rewind = strtoll(end, &end, 10);
    j->from = strtoll(end, &end, 10);
    departed_load(&j->departed, end);
    j->asked = j->last ? j->last - j->rewind : c->since * 1000000;
    if (!j->from)
        j->from = j->asked;
    return open_pattern(j, err);
}

static void close_jetstream(struct collection *c)
{
    struct jetstream *j = c->state;
    http_stream_close(j->stream);
    json_close(j->json);
    pattern_close(j->pattern);
    matcher_close(j->matcher);
    departed_release(&j->departed);
}

static int begin(struct jetstream *j, struct error *err)
{
    struct buf url = BUF_INIT(0);
    buf_printf(&url, "%s%s&cursor=%lld", j->service, j->wire->address,
               (long long)j->asked);
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

static void save_cursor(struct jetstream *j, bool broke_off, bool ended)
{
    int64_t rewind = broke_off && j->newest == j->last ? j->rewind / 2
                     : broke_off ? j->rewind * 2 : REWIND;
    if (rewind > REWIND || (rewind == 0 && j->newest > j->last))
        rewind = REWIND;
    if (!j->newest)
        return;
    buf_clear(&j->out->cursor);
    buf_printf(&j->out->cursor, "%lld %lld %lld%s", (long long)j->newest,
               (long long)rewind, ended ? 0 : (long long)j->from,
               buf_text(&j->departed.lines));
}

static int fetch(struct collection *c, struct batch *out, struct error *err)
{
    struct jetstream *j = c->state;
    j->out = out;
    if (!j->stream && begin(j, err))
        return -1;
    int rc = listen(j, err);
    bool broke_off = rc != 0;
    if (rc == 0 && c->stop && !*c->stop &&
        limit_now() - j->heard >= j->idle * 1000)
        rc = error_set(err, ERROR_RETRY, "nothing came for %lld seconds: the "
                       "line is dead", (long long)j->idle);
    /* Followed, it is listened to again. */
    bool ended = rc ? c->stop && j->newest : over(j);
    if (ended || j->departed.lines.length > DEPARTED_MOST)
        departed_tell(&j->departed, j->out);
    save_cursor(j, broke_off, ended);
    if (!ended)
        return rc ? -1 : 1;
    c->complete_from = j->from / 1000000;
    if (c->complete_from && c->complete_from < j->now - DEPTH)
        c->complete_from = j->now - DEPTH;
    return 0;
}

const struct collector collector_jetstream = {
    .name = "jetstream",
    .about = "all public posts of Bluesky as they are written, by their words",
    .terms = "public stream, a day and a half back; edits, deletions and "
             "accounts that leave are followed; needs a libcurl with "
             "WebSocket (Debian 13)",
    .source = "bluesky",
    .options = options,
    .state_size = sizeof(struct jetstream),
    .every = 5 * MINUTE,
    .streams = true,
    .open = open_jetstream,
    .fetch = fetch,
    .close = close_jetstream,
};
