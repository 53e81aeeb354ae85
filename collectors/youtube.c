/* SPDX-License-Identifier: Apache-2.0 */
/* Comments under videos and channels of YouTube, newest thread first
 * (base/walk.h). A thread shows five replies at most: where it counts more,
 * all are asked for. The quota is a budget of units a day, kept beside the
 * cursor; the service's own "no" is 403 with a reason. No video is read. Over
 * 250 lines: replies and the quota come on top of what all collectors do. */
#include "base/api.h"
#include "base/budget.h"
#include "base/clock.h"
#include "collectors/collector.h"

/* Replies that a thread shows with it; threads on a page. */
enum { INLINE = 5, THREADS = 100 };

struct youtube {
    struct pages pages;       /* listings: videos, then channels */
    char *key, *service;
    struct option_list videos, channels;

    struct thread {           /* whose replies are not complete */
        char id[100], video[40];
    } threads[THREADS];
    size_t thread_count;
    const struct thread *thread; /* being read */
    struct budget units;
    struct zone *zone;        /* whose days they are of */
};

static const struct option options[] = {
    { "key_file", OPTION_SECRET, NULL, offsetof(struct youtube, key),
      "0600 file with the API key (required)" },
    { "video", OPTION_LIST, NULL, offsetof(struct youtube, videos),
      "ids of videos: the part after v= of their address" },
    { "channel", OPTION_LIST, NULL, offsetof(struct youtube, channels),
      "ids of channels (UC...): comments under all their videos" },
    { "quota", OPTION_COUNT, "8000", offsetof(struct youtube, units.most),
      "units this source may use in a day; a page costs one of 10,000" },
    PAGES_OVERLAP("1d", "replies, edits, removals"),
    { "service", OPTION_URL, "https://www.googleapis.com/youtube/v3",
      offsetof(struct youtube, service), "where the interface is" },
    OPTION_END
};

#define COMMENT(at) \
    at "id", at "snippet.textDisplay", at "snippet.authorDisplayName", \
    at "snippet.authorChannelId.value", at "snippet.likeCount", \
    at "snippet.publishedAt", at "snippet.updatedAt"
enum { ID, WORDS, NAME, AUTHOR, LIKES, CREATED, EDITED, COMMENT_END,
       VIDEO = COMMENT_END * (INLINE + 1), TOTAL };
static const char *const thread_paths[] = {
    COMMENT("snippet.topLevelComment."), COMMENT("replies.comments[0]."),
    COMMENT("replies.comments[1]."), COMMENT("replies.comments[2]."),
    COMMENT("replies.comments[3]."), COMMENT("replies.comments[4]."),
    "snippet.videoId", "snippet.totalReplyCount", "/nextPageToken", NULL };
static const char *const reply_paths[] = { COMMENT(""), "/nextPageToken",
                                           NULL };

static int open_youtube(struct collection *c, struct error *err)
{
    struct youtube *y = c->state;
    if (!y->key || (!y->videos.count && !y->channels.count))
        return error_set(err, ERROR_CONFIG, "key_file and a video or a "
                         "channel are needed");
    if (zone_open(&y->zone, "America/Los_Angeles", err))
        return -1;
    pages_open(c);
    budget_read(&y->units, c->cursor);
    return 0;
}

static void close_youtube(struct collection *c)
{
    struct youtube *y = c->state;
    zone_close(y->zone);
    pages_close(c);
}

static void add_comment(struct youtube *y, const struct json_value *values,
                        struct text parent)
{
    struct post *post = batch_add(y->pages.out);
    post->source = TEXT("youtube");
    post->kind = POST_COMMENT;
    post->native_id = api_text(y->pages.out, &values[ID], POST_ID_LIMIT);
    post->text = api_text(y->pages.out, &values[WORDS], POST_TEXT_LIMIT);
    post->author = api_text(y->pages.out, &values[AUTHOR], POST_ID_LIMIT);
    post->handle = api_text(y->pages.out, &values[NAME], POST_ID_LIMIT);
    post->created = post->indexed = api_time(&values[CREATED]);
    post->edited = api_time(&values[EDITED]);
    if (post->edited == post->created)
        post->edited = 0;
    json_count(&values[LIKES], &post->likes);
    post->reply_to = text_copy(&y->pages.out->memory, parent.data,
                               parent.length, POST_ID_LIMIT);
    post->url = api_format(y->pages.out, POST_URL_LIMIT, "https://www.youtube."
                           "com/watch?v=%s&lc=%.*s", y->thread->video,
                           (int)post->native_id.length, post->native_id.data);
}

static int take_reply(void *context, const struct json_value *values,
                      struct error *err)
{
    struct youtube *y = context;
    (void)err;
    if (values[ID].text.length && api_time(&values[CREATED]))
        add_comment(y, values, text_of(y->thread->id));
    return 0;
}

static int take_thread(void *context, const struct json_value *values,
                       struct error *err)
{
    struct youtube *y = context;
    struct text id = values[ID].text, video = values[VIDEO].text;
    int64_t when = api_time(&values[CREATED]);
    uint32_t total = 0, shown = 0;
    struct thread thread;
    (void)err;
    if (!id.length || id.length >= sizeof(thread.id) || !when) {
        collection_skip(y->pages.collection, "a comment without id or date");
        return 0;
    }
    snprintf(thread.id, sizeof(thread.id), "%.*s", (int)id.length, id.data);
    snprintf(thread.video, sizeof(thread.video), "%.*s", (int)video.length,
             video.length ? video.data : "");
    y->thread = &thread;
    if (!walk_saw(&y->pages.walk, y->pages.list, id, id, when))
        return 0;
    add_comment(y, values, TEXT(""));
    y->pages.out->posts[y->pages.out->count - 1].replies =
        json_count(&values[TOTAL], &total) ? total : 0;
    for (int i = 1; i <= INLINE; i++)
        if (values[i * COMMENT_END + ID].type == JSON_STRING) {
            add_comment(y, values + i * COMMENT_END, id);
            shown++;
        }
    if (total > shown && y->thread_count < THREADS)
        y->threads[y->thread_count++] = thread;
    return 0;
}

/* ---- asking ----------------------------------------------------------- */

static int64_t midnight(const struct youtube *y)
{
    return zone_day_start(y->zone, zone_day(y->zone, clock_now()) + 1);
}

/* What a refusal means. 0: this place has no comments to give; -1: see err. */
static int refused(struct youtube *y, const struct api_call *call,
                   struct error *err)
{
    static const char *const spent[] = { "quotaExceeded",
                                         "dailyLimitExceeded" };
    static const char *const closed[] = { "commentsDisabled", "videoNotFound",
        "channelNotFound" };
    for (size_t i = 0; i < sizeof(spent) / sizeof(spent[0]); i++)
        if (api_says(call, spent[i])) {
            y->pages.collection->wait_until = midnight(y);
            return error_set(err, ERROR_RETRY, "the key's quota of the day is "
                             "used up; it is asked again after midnight in "
                             "California");
        }
    if (call->reply.status == 403 && (api_says(call, "rateLimitExceeded") ||
                                      api_says(call, "userRateLimit"))) {
        y->pages.collection->wait_until = clock_now() + 5 * MINUTE;
        return error_set(err, ERROR_RETRY, "asked too fast for this key; it "
                         "is asked again in 5 minutes");
    }
    for (size_t i = 0; i < sizeof(closed) / sizeof(closed[0]); i++)
        if (api_says(call, closed[i])) {
            collection_skip(y->pages.collection, "%s: the service says %s",
                            y->pages.list->name, closed[i]);
            return 0;
        }
    return api_says(call, "ommentNotFound") ? 0 : -1; /* or its parent */
}

/* One request, one unit. 1: answered, 0: nothing to be had here, -1: err. */
static int ask(struct youtube *y, struct api_call *call, struct error *err)
{
    if (!budget_left(&y->units, zone_day(y->zone, clock_now()))) {
        y->pages.collection->wait_until = midnight(y);
        return error_set(err, ERROR_RETRY, "the %llu units that this source "
                         "may use in a day are used up",
                         (unsigned long long)y->units.most);
    }
    y->units.used++;
    call->http = y->pages.collection->http;
    call->element = "items[*]";
    call->context = y;
    call->request.key_header = "X-Goog-Api-Key";
    call->request.key = y->key;
    return api_send(call, err) ? refused(y, call, err) : 1;
}

/* All pages of the replies to a thread. */
static int complete(struct youtube *y, struct error *err)
{
    struct buf token = BUF_INIT(0);
    int rc;
    do {
        struct api_call call = { .paths = reply_paths, .take = take_reply,
                                 .out = y->pages.out };
        buf_printf(&call.url, "%s/comments?part=snippet&maxResults=100&"
                   "textFormat=plainText&parentId=", y->service);
        http_escape(&call.url, y->thread->id);
        if (token.length) {
            buf_puts(&call.url, "&pageToken=");
            http_escape(&call.url, buf_text(&token));
        }
        rc = ask(y, &call, err);
        struct text next = rc > 0 ? api_top(&call, "/nextPageToken") : TEXT("");
        bool same = text_is(next, buf_text(&token));
        buf_clear(&token);
        if (!same)
            buf_add(&token, next.data, next.length);
        api_release(&call);
    } while (rc > 0 && token.length);
    buf_release(&token);
    return rc < 0 ? -1 : 0;
}

/* The place at which a listing is; also its name. */
static void name(void *state, size_t place, struct buf *out)
{
    const struct youtube *y = state;
    if (place < y->videos.count)
        buf_printf(out, "video/%.150s", y->videos.items[place]);
    else if (place - y->videos.count < y->channels.count)
        buf_printf(out, "channel/%.150s",
                   y->channels.items[place - y->videos.count]);
}

static int page(void *state, struct buf *next, struct error *err)
{
    struct youtube *y = state;
    struct pages *p = &y->pages;
    struct api_call call = { .paths = thread_paths, .take = take_thread,
                             .out = p->out };
    bool channel = p->place >= y->videos.count;
    y->thread_count = 0;
    buf_printf(&call.url, "%s/commentThreads?part=snippet,replies&order=time"
               "&maxResults=100&textFormat=plainText&%s=", y->service,
               channel ? "allThreadsRelatedToChannelId" : "videoId");
    http_escape(&call.url, strchr(p->list->name, '/') + 1);
    if (*p->list->token) {
        buf_puts(&call.url, "&pageToken=");
        http_escape(&call.url, p->list->token);
    }
    int rc = ask(y, &call, err);
    struct text below = rc > 0 ? api_top(&call, "/nextPageToken") : TEXT("");
    buf_add(next, below.data, below.length);
    api_release(&call);
    for (size_t i = 0; rc > 0 && i < y->thread_count; i++) {
        y->thread = &y->threads[i];
        rc = complete(y, err) ? -1 : 1;
    }
    return rc < 0 ? -1 : 0;
}

/* ---- removals --------------------------------------------------------- */

static int take_here(void *context, const struct json_value *values,
                     struct error *err)
{
    struct youtube *y = context;
    (void)err;
    pages_alive(&y->pages, values[0].text);
    return 0;
}

/* Known, but no longer listed: what the service does not know is deleted. It
 * says so by an empty list, or with 404 for all that were asked for. */
static int look_up(void *state, struct error *err)
{
    static const char *const paths[] = { "id", NULL };
    struct youtube *y = state;
    struct api_call call = { .paths = paths, .take = take_here };
    buf_printf(&call.url, "%s/comments?part=id&id=", y->service);
    pages_ids(&y->pages, &call.url, "");
    int rc = ask(y, &call, err);
    if (rc == 0 && !api_says(&call, "commentNotFound"))
        y->pages.asked->seen = true; /* it would not say */
    api_release(&call);
    return rc < 0 ? -1 : 0;
}

static const struct listings places = {
    .name = name, .page = page, .look_up = look_up, .at_once = 1,
    .counted = true
};

static int fetch(struct collection *c, struct batch *out, struct error *err)
{
    struct youtube *y = c->state;
    int rc = pages_fetch(c, out, err);
    budget_save(&y->units, &out->cursor);
    return rc;
}

const struct collector collector_youtube = {
    .name = "youtube",
    .about = "comments under videos and channels of YouTube",
    .terms = "10,000 units a day and key, a page of comments costs one; what "
             "is stored must be refreshed or deleted within 30 days",
    .key_help = "console.cloud.google.com: new project, enable YouTube Data "
                "API v3, Credentials, API key; put it into a file of mode "
                "0600",
    .listings = &places,
    .options = options,
    .state_size = sizeof(struct youtube),
    .every = 30 * MINUTE,
    .keep = 30 * DAY,
    .open = open_youtube,
    .fetch = fetch,
    .close = close_youtube,
};
