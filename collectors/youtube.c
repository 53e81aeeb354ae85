/* SPDX-License-Identifier: Apache-2.0 */
/* Long: threads, their replies, removals and the quota are one walk.
 * Comments under videos and channels of YouTube, newest thread first
 * (base/walk.h). A thread shows five replies at most: where it counts more,
 * all are asked for. The quota is a budget of units a day, kept beside the
 * cursor; the service's own "no" is 403 with a reason. No video is read. */
#include "base/api.h"
#include "base/clock.h"
#include "base/walk.h"
#include "collectors/collector.h"

enum { INLINE = 5, PENDING = 100 };

struct youtube {
    char *key, *service;
    struct option_list videos, channels;
    uint64_t quota;
    int64_t overlap;

    struct walk walk;
    struct walk_list *list;
    size_t place;             /* videos first, then channels */
    struct pending {          /* a thread whose replies are not complete */
        char id[100], video[40];
    } pending[PENDING];
    size_t pending_count;
    int page;                 /* what walk_page_end() said */
    char token[300];          /* of the page of replies */
    int64_t day, used;        /* units, in the service's own day */
    struct zone *zone;
    struct batch *out;
    struct collection *collection;
    const char *video;        /* of the thread being read */
};

static const struct option options[] = {
    { "key_file", OPTION_SECRET, NULL, offsetof(struct youtube, key),
      "0600 file with the API key (required)" },
    { "video", OPTION_LIST, NULL, offsetof(struct youtube, videos),
      "ids of videos: the part after v= of their address" },
    { "channel", OPTION_LIST, NULL, offsetof(struct youtube, channels),
      "ids of channels (UC...): comments under all their videos" },
    { "quota", OPTION_COUNT, "8000", offsetof(struct youtube, quota),
      "units this source may use in a day; a page costs one of 10,000" },
    { "overlap", OPTION_DURATION, "1d", offsetof(struct youtube, overlap),
      "read so far behind the last round again: replies, edits, removals" },
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
    y->collection = c;
    walk_open(&y->walk, c->cursor, clock_now(), c->since, y->overlap);
    const char *quota = strstr(c->cursor, "quota\t");
    y->day = zone_day(y->zone, clock_now());
    if (quota && strtoll(quota + 6, (char **)&quota, 10) == y->day)
        y->used = strtoll(quota, NULL, 10);
    return 0;
}

static void close_youtube(struct collection *c)
{
    struct youtube *y = c->state;
    zone_close(y->zone);
    walk_close(&y->walk);
}

static void add_comment(struct youtube *y, const struct json_value *values,
                        struct text parent)
{
    struct buf url = BUF_INIT(0);
    struct post *post = batch_add(y->out);
    post->source = TEXT("youtube");
    post->kind = POST_COMMENT;
    post->native_id = api_text(y->out, &values[ID], POST_ID_LIMIT);
    post->text = api_text(y->out, &values[WORDS], POST_TEXT_LIMIT);
    post->author = api_text(y->out, &values[AUTHOR], POST_ID_LIMIT);
    post->handle = api_text(y->out, &values[NAME], POST_ID_LIMIT);
    post->created = post->indexed = api_time(&values[CREATED]);
    post->edited = api_time(&values[EDITED]);
    if (post->edited == post->created)
        post->edited = 0;
    json_count(&values[LIKES], &post->likes);
    post->reply_to = text_copy(&y->out->memory, parent.data, parent.length,
                               POST_ID_LIMIT);
    buf_printf(&url, "https://www.youtube.com/watch?v=%s&lc=%.*s", y->video,
               (int)post->native_id.length, post->native_id.data);
    post->url = text_copy(&y->out->memory, buf_text(&url), url.length,
                          POST_URL_LIMIT);
    buf_release(&url);
}

static int take_reply(void *context, const struct json_value *values,
                      struct error *err)
{
    struct youtube *y = context;
    (void)err;
    if (values[ID].text.length && api_time(&values[CREATED]))
        add_comment(y, values,
                    text_of(y->pending[y->pending_count - 1].id));
    return 0;
}

static int take_thread(void *context, const struct json_value *values,
                       struct error *err)
{
    struct youtube *y = context;
    struct text id = values[ID].text, video = values[VIDEO].text;
    int64_t when = api_time(&values[CREATED]);
    uint32_t total = 0, shown = 0;
    struct pending thread;
    (void)err;
    if (!id.length || id.length >= sizeof(thread.id) || !when) {
        collection_skip(y->collection, "a comment without id or date");
        return 0;
    }
    snprintf(thread.id, sizeof(thread.id), "%.*s", (int)id.length, id.data);
    snprintf(thread.video, sizeof(thread.video), "%.*s", (int)video.length,
             video.length ? video.data : "");
    y->video = thread.video;
    if (!walk_saw(&y->walk, y->list, id, id, when))
        return 0;
    add_comment(y, values, TEXT(""));
    y->out->posts[y->out->count - 1].replies =
        json_count(&values[TOTAL], &total) ? total : 0;
    for (int i = 1; i <= INLINE; i++)
        if (values[i * COMMENT_END + ID].type == JSON_STRING) {
            add_comment(y, values + i * COMMENT_END, id);
            shown++;
        }
    if (total > shown && y->pending_count < PENDING)
        y->pending[y->pending_count++] = thread;
    return 0;
}

/* ---- asking ----------------------------------------------------------- */

static int64_t midnight(const struct youtube *y)
{
    return zone_day_start(y->zone, y->day + 1);
}

/* What a refusal means. 0: this place has no comments to give; -1: see err. */
static int refused(struct youtube *y, const struct api_call *call,
                   struct error *err)
{
    static const char *const spent[] = { "quotaExceeded",
                                         "dailyLimitExceeded" };
    static const char *const closed[] = { "commentsDisabled", "videoNotFound",
        "channelNotFound", "parentCommentNotFound", "commentNotFound" };
    for (size_t i = 0; i < sizeof(spent) / sizeof(spent[0]); i++)
        if (api_says(call, spent[i])) {
            y->collection->wait_until = midnight(y);
            return error_set(err, ERROR_RETRY, "the key's quota of the day is "
                             "used up; it is asked again after midnight in "
                             "California");
        }
    if (call->reply.status == 403 && (api_says(call, "rateLimitExceeded") ||
                                      api_says(call, "userRateLimit"))) {
        y->collection->wait_until = clock_now() + 5 * MINUTE;
        return error_set(err, ERROR_RETRY, "asked too fast for this key; it "
                         "is asked again in 5 minutes");
    }
    for (size_t i = 0; i < sizeof(closed) / sizeof(closed[0]); i++)
        if (api_says(call, closed[i])) {
            collection_skip(y->collection, "%s: the service says %s",
                            y->list->name, closed[i]);
            return 0;
        }
    return -1;
}

/* One request, one unit. 1: answered, 0: nothing to be had here, -1: err. */
static int ask(struct youtube *y, struct api_call *call, struct buf *url,
               struct error *err)
{
    char key[300];
    const char *const headers[] = { key, NULL };
    if ((uint64_t)y->used >= y->quota) {
        y->collection->wait_until = midnight(y);
        return error_set(err, ERROR_RETRY, "the %llu units that this source "
                         "may use in a day are used up",
                         (unsigned long long)y->quota);
    }
    y->used++;
    snprintf(key, sizeof(key), "X-Goog-Api-Key: %.250s", y->key);
    call->http = y->collection->http;
    call->out = y->out;
    call->request.url = buf_text(url);
    call->request.headers = headers;
    int rc = api_send(call, err);
    explicit_bzero(key, sizeof(key));
    call->request.headers = NULL;
    return rc == 0 ? 1 : refused(y, call, err);
}

static int next_page(struct youtube *y, const char *place, bool channel,
                     struct error *err)
{
    struct buf url = BUF_INIT(0);
    struct api_call call = { .element = "items[*]", .paths = thread_paths,
                             .take = take_thread, .context = y };
    y->pending_count = 0;
    buf_printf(&url, "%s/commentThreads?part=snippet,replies&order=time"
               "&maxResults=100&textFormat=plainText&%s=", y->service,
               channel ? "allThreadsRelatedToChannelId" : "videoId");
    http_escape(&url, place);
    if (*y->list->token) {
        buf_puts(&url, "&pageToken=");
        http_escape(&url, y->list->token);
    }
    walk_page(&y->walk, y->list);
    int rc = ask(y, &call, &url, err);
    if (rc >= 0)
        rc = walk_page_end(&y->walk, y->list,
                           rc ? api_top(&call, "/nextPageToken") : TEXT(""));
    else
        rc = -2;
    api_release(&call);
    buf_release(&url);
    return rc;
}

/* A page of the replies to the last pending thread. */
static int complete(struct youtube *y, struct error *err)
{
    struct buf url = BUF_INIT(0);
    struct api_call call = { .element = "items[*]", .paths = reply_paths,
                             .take = take_reply, .context = y };
    buf_printf(&url, "%s/comments?part=snippet&maxResults=100&textFormat="
               "plainText&parentId=", y->service);
    http_escape(&url, y->pending[y->pending_count - 1].id);
    y->video = y->pending[y->pending_count - 1].video;
    if (*y->token) {
        buf_puts(&url, "&pageToken=");
        http_escape(&url, y->token);
    }
    int rc = ask(y, &call, &url, err);
    struct text next = rc > 0 ? api_top(&call, "/nextPageToken") : TEXT("");
    bool same = text_is(next, y->token);
    snprintf(y->token, sizeof(y->token), "%.*s",
             same || next.length >= sizeof(y->token) ? 0 : (int)next.length,
             next.length ? next.data : "");
    if (!*y->token)
        y->pending_count--;
    api_release(&call);
    buf_release(&url);
    return rc;
}

/* ---- removals --------------------------------------------------------- */

static int take_here(void *context, const struct json_value *values,
                     struct error *err)
{
    struct walk_ring *gone = context;
    (void)err;
    for (unsigned i = 0; i < gone->count; i++)
        if (text_is(values[0].text, gone->items[i].id))
            gone->items[i].seen = true;
    return 0;
}

/* Known, but no longer listed: what the service does not know is deleted. */
static int recheck(struct youtube *y, struct error *err)
{
    static const char *const paths[] = { "id", NULL };
    struct walk_ring *gone = &y->list->gone;
    struct buf url = BUF_INIT(0);
    struct api_call call = { .element = "items[*]", .paths = paths,
                             .take = take_here, .context = gone };
    int rc = 0;
    buf_printf(&url, "%s/comments?part=id&id=", y->service);
    for (unsigned i = 0; i < gone->count; i++) {
        gone->items[i].seen = false;
        buf_puts(&url, i ? "," : "");
        http_escape(&url, gone->items[i].id);
    }
    if (gone->count)
        rc = ask(y, &call, &url, err);
    for (unsigned i = 0; rc > 0 && i < gone->count; i++)
        if (!gone->items[i].seen)
            collection_gone(y->out, TEXT("youtube"),
                            text_of(gone->items[i].key), gone->items[i].time);
    if (gone->count)
        api_release(&call);
    buf_release(&url);
    walk_gone_done(y->list);
    return rc;
}

static int fetch(struct collection *c, struct batch *out, struct error *err)
{
    struct youtube *y = c->state;
    bool channel = y->place >= y->videos.count;
    const char *place = channel
                            ? y->channels.items[y->place - y->videos.count]
                            : y->videos.items[y->place];
    char name[200];
    y->out = out;
    snprintf(name, sizeof(name), "%s/%.150s", channel ? "channel" : "video",
             place);
    y->list = walk_list(&y->walk, name);
    if (y->pending_count) {
        if (complete(y, err) < 0)
            return -1;
    } else {
        y->page = next_page(y, place, channel, err);
        if (y->page == -2 || recheck(y, err) < 0)
            return -1;
    }
    if (y->pending_count)
        return 1; /* the cursor waits for the page's replies */
    if (y->page <= 0)
        y->place++;
    walk_save(&y->walk, &out->cursor);
    buf_printf(&out->cursor, "quota\t%lld %lld\n", (long long)y->day,
               (long long)y->used);
    c->complete_from = walk_complete_from(&y->walk);
    return y->place < y->videos.count + y->channels.count;
}

const struct collector collector_youtube = {
    .name = "youtube",
    .about = "comments under videos and channels of YouTube",
    .terms = "10,000 units a day and key, a page of comments costs one; what "
             "is stored must be refreshed or deleted within 30 days",
    .key_help = "console.cloud.google.com: new project, enable YouTube Data "
                "API v3, Credentials, API key; put it into a file of mode "
                "0600",
    .options = options,
    .state_size = sizeof(struct youtube),
    .every = 30 * MINUTE,
    .keep = 30 * DAY,
    .open = open_youtube,
    .fetch = fetch,
    .close = close_youtube,
};
