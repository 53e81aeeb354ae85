/* SPDX-License-Identifier: Apache-2.0 */
/* See atproto.h. */
#include "base/atproto.h"

#include "base/api.h"

struct text atproto_url(struct batch *out, struct text uri)
{
    static const char middle[] = "/app.bsky.feed.post/";
    if (!text_begins(uri, "at://"))
        return TEXT("");
    const char *who = uri.data + 5, *end = uri.data + uri.length;
    const char *key = memmem(who, (size_t)(end - who), middle,
                             sizeof(middle) - 1);
    if (!key || key == who) /* of nobody */
        return TEXT("");
    const char *rest = key + sizeof(middle) - 1;
    return api_format(out, POST_URL_LIMIT,
                      "https://bsky.app/profile/%.*s/post/%.*s",
                      (int)(key - who), who, (int)(end - rest), rest);
}

enum post_kind atproto_kind(struct text parent, struct text embed)
{
    return parent.length ? POST_REPLY /* recordWithMedia is a quote, too */
           : text_begins(embed, "app.bsky.embed.record") ? POST_QUOTE
                                                         : POST_ORIGINAL;
}

/* ---- frames ----------------------------------------------------------- */

#define COMMIT(at) \
    at "operation", at "collection", at "rkey", at "record.text", \
    at "record.createdAt", at "record.langs[0]", \
    at "record.reply.parent.uri", at "record.embed.$type", NULL

const struct atproto_wire atproto_wires[2] = {
    { "v1", "/subscribe?wantedCollections=app.bsky.feed.post",
      { "did", "time_us", "none", "account.active", "account.status", "none",
        "error", COMMIT("commit.") } },
    { "v2", "/xrpc/network.bsky.jetstream.subscribeEvents?collections=app.bsky."
      "feed.post&kinds=commit&kinds=account",
      { "payload.did", "payload.witnessedAt", "payload.time",
        "payload.account.active", "payload.account.status", "payload.name",
        "error", COMMIT("payload.") } },
};

/* A number of microseconds, or a date with a fraction; 0: none. */
static int64_t microseconds(const struct json_value *value)
{
    int64_t when = 0;
    if (value->type == JSON_NUMBER && json_integer(value, &when))
        return when;
    when = api_time(value) * 1000000;
    const char *at = when ? memchr(value->text.data, '.', value->text.length)
                          : NULL;
    for (int unit = 100000; at && *++at >= '0' && *at <= '9'; unit /= 10)
        when += unit * (*at - '0');
    return when;
}

enum frame atproto_frame(const struct json_value *values, int64_t *when)
{
    struct text status = values[FRAME_STATUS].text,
                did = values[FRAME_DID].text, key = values[FRAME_KEY].text;
    *when = microseconds(&values[FRAME_TIME]);
    if (!*when)
        *when = microseconds(&values[FRAME_TIME_ELSE]);
    if (values[FRAME_ACTIVE].type == JSON_BOOL && did.length &&
        did.length < POST_ID_LIMIT)
        return json_true(&values[FRAME_ACTIVE]) ? FRAME_RETURNED
               : text_is(status, "desynchronized") || /* its host's trouble */
                 text_is(status, "throttled") ? FRAME_OTHER : FRAME_LEFT;
    if (!text_is(values[FRAME_COLLECTION].text, "app.bsky.feed.post"))
        return FRAME_OTHER;
    if (!did.length || !key.length || did.length + key.length > 370)
        return FRAME_BROKEN;
    return text_is(values[FRAME_OPERATION].text, "delete") ? FRAME_DELETED
                                                           : FRAME_WRITTEN;
}

void atproto_post(struct batch *out, const struct json_value *values,
                  int64_t when, bool gone)
{
    struct text did = values[FRAME_DID].text, key = values[FRAME_KEY].text;
    struct post *post = batch_add(out);
    post->source = TEXT("bluesky");
    post->native_id = api_format(out, POST_ID_LIMIT,
                                 "at://%.*s/app.bsky.feed.post/%.*s",
                                 (int)did.length, did.data, (int)key.length,
                                 key.data);
    post->created = post->indexed = when / 1000000;
    post->deleted = gone;
    if (gone)
        return;
    post->url = atproto_url(out, post->native_id);
    post->author = api_text(out, &values[FRAME_DID], POST_ID_LIMIT);
    post->text = api_text(out, &values[FRAME_WORDS], POST_TEXT_LIMIT);
    post->lang = api_text(out, &values[FRAME_LANG], 16);
    post->reply_to = api_text(out, &values[FRAME_PARENT], POST_ID_LIMIT);
    post->created = api_time(&values[FRAME_CREATED]);
    if (text_is(values[FRAME_OPERATION].text, "update"))
        post->edited = post->indexed;
    post->kind = atproto_kind(values[FRAME_PARENT].text,
                              values[FRAME_EMBED].text);
}
