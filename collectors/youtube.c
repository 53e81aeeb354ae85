/* SPDX-License-Identifier: Apache-2.0 */
/* Comments under videos and channels of YouTube and their replies, newest
 * thread first (base/walk.h). The quota is a budget of units a day, kept with
 * the cursor; the service's own "no" is 403 with a reason. Reads no video. */
#include "base/clock.h"
#include "collectors/collector.h"

/* Replies that a thread shows at most; pages of more, of a hundred each. */
enum { INLINE = 5, REPLY_PAGES = 50 };

struct youtube {
    struct pages pages;       /* listings: videos, then channels */
    char *key, *service;
    struct option_list videos, channels;

    /* Of the thread being read, in the batch's memory. */
    struct text thread;       /* its id */
    struct text address;      /* of its comments, up to their ids */
};

static const struct option options[] = {
    { "key_file", OPTION_SECRET, NULL, offsetof(struct youtube, key),
      "0600 file with the API key (required)" },
    { "video", OPTION_LIST, NULL, offsetof(struct youtube, videos),
      "ids of videos: the part after v= of their address" },
    { "channel", OPTION_LIST, NULL, offsetof(struct youtube, channels),
      "ids of channels (UC...): comments under all their videos" },
    { "quota", OPTION_COUNT, "8000", offsetof(struct youtube, pages.budget.most),
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
    if (pages_open(c, err))
        return -1;
    return zone_open(&y->pages.budget.zone, "America/Los_Angeles", err);
}

static void take_comment(void *context, const struct json_value *values)
{
    struct youtube *y = context;
    struct batch *out = y->pages.out;
    if (!values[ID].text.length || !api_time(&values[CREATED]))
        return;
    struct post *post = pages_post(&y->pages, values[ID].text);
    post->kind = POST_COMMENT;
    post->text = api_text(out, &values[WORDS], POST_TEXT_LIMIT);
    post->author = api_text(out, &values[AUTHOR], POST_ID_LIMIT);
    post->handle = api_text(out, &values[NAME], POST_ID_LIMIT);
    post->created = post->indexed = api_time(&values[CREATED]);
    int64_t edited = api_time(&values[EDITED]); /* else the same */
    post->edited = edited > post->created ? edited : 0;
    json_count(&values[LIKES], &post->likes);
    post->reply_to = y->thread;
    post->url = api_join(out, y->address, "", post->native_id, POST_URL_LIMIT);
}

static void take_thread(void *context, const struct json_value *values)
{
    struct youtube *y = context;
    struct pages *p = &y->pages;
    struct text video = values[VIDEO].text;
    if (!pages_saw(p, values[ID].text, api_time(&values[CREATED]), "comment"))
        return;
    y->thread = TEXT("");
    y->address = api_format(p->out, POST_URL_LIMIT, "https://www.youtube.com/"
                            "watch?v=%.*s&lc=", (int)video.length, video.data);
    take_comment(y, values);
    struct post *post = &p->out->posts[p->out->count - 1];
    json_count(&values[TOTAL], &post->replies);
    y->thread = post->native_id;
    for (int i = 1; i <= INLINE; i++)
        take_comment(y, values + i * COMMENT_END);
}

/* ---- asking ----------------------------------------------------------- */

/* What a refusal means, by the reason in it. 0: there are no comments to be
 * had here; -1: see err. */
static int refused(struct youtube *y, const struct api_call *call,
                   struct error *err)
{
    struct collection *c = y->pages.collection;
    if (api_says(call, "quotaExceeded dailyLimitExceeded")) {
        c->wait_until = budget_renewed(&y->pages.budget);
        return error_set(err, ERROR_RETRY, "the key's quota of the day is "
                         "used up; it is asked again after midnight in "
                         "California");
    }
    if (api_says(call, "rateLimitExceeded userRateLimit")) {
        c->wait_until = clock_now() + 5 * MINUTE;
        return error_set(err, ERROR_RETRY, "asked too fast for this key; it "
                         "is asked again in 5 minutes");
    }
    if (api_says(call, "commentsDisabled videoNotFound channelNotFound")) {
        collection_skip(c, "%s: %s", y->pages.list->name, err->text);
        return 0;
    }
    return api_says(call, "ommentNotFound") ? 0 : -1; /* or its parent */
}

/* One request, one unit. 1: answered, 0: nothing to be had here, -1: err. */
static int ask(struct youtube *y, struct api_call *call, struct error *err)
{
    struct budget *units = &y->pages.budget;
    if (!budget_left(units)) {
        y->pages.collection->wait_until = budget_renewed(units);
        return error_set(err, ERROR_RETRY, "the %llu units that this source "
                         "may use in a day are used up",
                         (unsigned long long)units->most);
    }
    units->used++;
    call->request.key_header = "X-Goog-Api-Key";
    call->request.key = y->key;
    return api_send(call, err) ? refused(y, call, err) : 1;
}

/* All pages of the replies to a thread; each costs a unit of the day. */
static int complete(struct youtube *y, struct error *err)
{
    struct buf token = BUF_INIT(0);
    int rc, pages = 0;
    do {
        struct api_call *call = pages_call(&y->pages, "items[*]", reply_paths,
                                           take_comment);
        buf_printf(&call->url, "%s/comments?part=snippet&maxResults=100&"
                   "textFormat=plainText", y->service);
        api_and(&call->url, "&parentId=", y->thread.data);
        api_and(&call->url, "&pageToken=", buf_text(&token));
        rc = ask(y, call, err);
        api_next(call, "/nextPageToken", &token);
    } while (token.length && ++pages < REPLY_PAGES);
    if (token.length)
        collection_skip(y->pages.collection, "%.*s: more than %d pages of "
                        "replies", (int)y->thread.length, y->thread.data,
                        REPLY_PAGES);
    buf_release(&token);
    return rc;
}

/* Threads of a page that count more replies than stand behind them. */
static int complete_all(struct youtube *y, size_t from, struct error *err)
{
    struct batch *out = y->pages.out;
    size_t shown = 0;
    int rc = 0;
    for (size_t i = out->count; i-- > from && rc >= 0;) {
        struct post top = out->posts[i];
        if (top.reply_to.length) {
            shown++;
            continue;
        }
        y->thread = top.native_id;
        y->address = (struct text){ top.url.data, top.url.length -
                                                  y->thread.length };
        if (top.replies > shown)
            rc = complete(y, err);
        shown = 0;
    }
    return rc < 0 ? -1 : 0;
}

/* ---- listings --------------------------------------------------------- */

static int page(void *state, struct buf *next, struct error *err)
{
    struct youtube *y = state;
    struct pages *p = &y->pages;
    struct api_call *call = pages_call(p, "items[*]", thread_paths,
                                       take_thread);
    buf_printf(&call->url, "%s/commentThreads?part=snippet,replies&order=time"
               "&maxResults=100&textFormat=plainText", y->service);
    api_and(&call->url, p->place < y->videos.count ? "&videoId="
                           : "&allThreadsRelatedToChannelId=",
            pages_item(p));
    api_and(&call->url, "&pageToken=", p->list->token);
    int rc = ask(y, call, err);
    api_next(call, "/nextPageToken", next);
    return rc < 0 ? -1 : complete_all(y, call->mark, err);
}

/* Known, but no longer listed: what the service does not know is deleted. It
 * says so by an empty list, or with 404 for all that were asked for. */
static int look_up(void *state, struct error *err)
{
    struct youtube *y = state;
    struct api_call *call = pages_call(&y->pages, "items[*]", reply_paths,
                                       pages_take_alive);
    buf_printf(&call->url, "%s/comments?part=id&id=", y->service);
    pages_ids(&y->pages, &call->url, "");
    int rc = ask(y, call, err);
    if (rc == 0 && !api_says(call, "commentNotFound"))
        y->pages.asked->seen = true; /* it would not say */
    return rc < 0 ? -1 : 0;
}

const struct collector collector_youtube = {
    .name = "youtube",
    .about = "comments under videos and channels of YouTube",
    .terms = "10,000 units a day and key, a page of comments costs one; what "
             "is stored must be refreshed or deleted within 30 days",
    .key_help = "console.cloud.google.com: new project, enable YouTube Data "
                "API v3, Credentials, API key; put it into a file of mode "
                "0600",
    .listings = {
        .of = { { "video/", offsetof(struct youtube, videos) },
                { "channel/", offsetof(struct youtube, channels) } },
        .wanted = "key_file and a video or a channel are needed",
        .page = page, .look_up = look_up, .at_once = 1 },
    .options = options,
    .state_size = sizeof(struct youtube),
    .every = 30 * MINUTE,
    .keep = 30 * DAY,
    .open = open_youtube,
    .fetch = pages_fetch,
    .close = pages_close,
};
