/* SPDX-License-Identifier: Apache-2.0 */
/* See tweet.h. */
#include "base/tweet.h"

#include "base/api.h"

bool tweet_whole(const struct json_value *values)
{
    struct text id = values[TWEET_ID].text;
    return id.length && id.length <= POST_ID_LIMIT &&
           api_time(&values[TWEET_CREATED]);
}

struct text tweet_key(const struct json_value *values)
{
    struct text first = values[TWEET_FIRST].text;
    return first.length && first.length <= POST_ID_LIMIT
               ? first : values[TWEET_ID].text;
}

bool tweet_latest(const struct json_value *values)
{
    struct text last = tweet_key(values);
    for (int i = TWEET_FIRST + 1; i < TWEET_FIRST + TWEET_VERSIONS; i++)
        if (values[i].text.length)
            last = values[i].text;
    return text_equal(last, values[TWEET_ID].text);
}

static void refer(struct batch *out, struct post *post,
                  const struct json_value *values)
{
    for (int i = TWEET_TYPE; i < TWEET_FIRST; i += 2) {
        struct text type = values[i].text;
        if (text_is(type, "replied_to"))
            post->kind = POST_REPLY;
        else if (text_is(type, "retweeted"))
            post->kind = POST_REPOST;
        else if (text_is(type, "quoted") && post->kind == POST_ORIGINAL)
            post->kind = POST_QUOTE;
        if (text_is(type, "replied_to") || text_is(type, "retweeted"))
            post->reply_to = api_text(out, &values[i + 1], POST_ID_LIMIT);
    }
}

void tweet_post(struct batch *out, const struct json_value *values)
{
    struct post *post = batch_add(out);
    struct text key = tweet_key(values), id = values[TWEET_ID].text;
    bool note = values[TWEET_NOTE].type == JSON_STRING;
    post->source = TEXT("x");
    post->native_id = text_copy(&out->memory, key.data, key.length,
                                POST_ID_LIMIT);
    post->url = api_join(out, TEXT("https://x.com/i/status/"), "", id,
                         POST_URL_LIMIT);
    post->author = api_text(out, &values[TWEET_AUTHOR], POST_ID_LIMIT);
    post->handle = api_text(out, &values[TWEET_HANDLE], POST_ID_LIMIT);
    post->lang = api_text(out, &values[TWEET_LANG], 16);
    post->created = post->indexed = api_time(&values[TWEET_CREATED]);
    if (!text_equal(key, id))
        post->edited = post->created;
    json_count(&values[TWEET_LIKES], &post->likes);
    json_count(&values[TWEET_REPOSTS], &post->reposts);
    json_count(&values[TWEET_REPLIES], &post->replies);
    refer(out, post, values);
    struct text words = values[note ? TWEET_NOTE : TWEET_WORDS].text;
    words = api_unescape(&out->memory, words);
    if (post->kind != POST_REPOST && words.length)
        post->text = text_copy(&out->memory, words.data, words.length,
                               POST_TEXT_LIMIT);
}
