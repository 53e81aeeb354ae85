/* SPDX-License-Identifier: Apache-2.0 */
/* See posts.h. */
#include "digest/posts.h"

#include <math.h>

#include "base/hash.h"
#include "pipeline/words.h"

enum {
    SHORT_TEXT = 25,
    WORD_LIMIT = 64,
    COPY_LEAST = 60,         /* bytes; shorter texts are said by many */
};

static const uint8_t wanting = 1 << INTENT_QUESTION | 1 << INTENT_SUPPORT |
                               1 << INTENT_COMPLAINT |
                               1 << INTENT_SUGGESTION | 1 << INTENT_SWITCH;

static double worth(const struct tags *tags, double echo, size_t length)
{
    double telling = fabs(tags->score / 1000.0) + 0.15 * log1p(echo);
    if (tags->intents & wanting)
        telling += 0.3;
    if (tags->aspects)
        telling += 0.2;
    if (length < SHORT_TEXT)
        telling -= 0.6;
    return telling < 0 ? 0 : telling;
}

double post_telling(const struct post *post, const struct tags *tags)
{
    return post->kind == POST_REPOST
               ? -1
               : worth(tags, (double)post->likes + 2.0 * post->reposts +
                                 post->replies, post->text.length);
}

double sample_telling(const struct sample *s)
{
    return worth(&s->tags, s->likes + 2.0 * s->reposts, strlen(s->text));
}

/* Letters and digits of the words that are no link and no handle. */
uint64_t post_fingerprint(struct text text)
{
    uint64_t hash = 0;
    char word[WORD_LIMIT];
    size_t length = 0;
    for (size_t i = 0; i <= text.length;) {
        uint32_t point = ' ';
        size_t used = i < text.length
                          ? text_decode(text.data + i, text.length - i, &point)
                          : 1;
        bool inside = point > 0x7f || (point >= '0' && point <= '9') ||
                      (point | 32) - 'a' < 26u ||
                      point == ':' || point == '/' || point == '@' ||
                      point == '.';
        i += used;
        if (inside && length + 4 < sizeof(word)) {
            length += text_encode(text_lower(point), word + length);
            continue;
        }
        if (inside)
            continue;
        while (length && strchr(":/@.", word[length - 1]))
            length--;
        word[length] = '\0';
        if (length && word[0] != '@' && !strstr(word, "://"))
            hash = hash64_seed(word, length, hash);
        length = 0;
    }
    return hash;
}

bool post_copied(struct hash_set *seen, const struct post *post, uint64_t of)
{
    uint64_t print;
    if (post->kind == POST_REPOST || post->text.length < COPY_LEAST)
        return post->kind == POST_REPOST;
    print = words_join(post_fingerprint(post->text), of + 1);
    return !hash_set_add(seen, print ? print : 1);
}

void post_sample(struct sample *out, struct arena *memory,
                 const struct post *post, const struct tags *tags, size_t most)
{
    *out = (struct sample){
        .source = arena_copy(memory, post->source.data, post->source.length),
        .native_id = arena_copy(memory, post->native_id.data,
                                post->native_id.length),
        .url = arena_copy(memory, post->url.data, post->url.length),
        .text = post->text.length <= most
                    ? arena_copy(memory, post->text.data, post->text.length)
                    : text_copy(memory, post->text.data, post->text.length,
                                most).data,
        .created = post->created,
        .author = post->author_hash,
        .likes = post->likes,
        .reposts = post->reposts,
        .tags = *tags,
    };
}

void sample_copy(struct arena *memory, struct sample *to,
                 const struct sample *from)
{
    *to = *from;
    to->source = arena_copy(memory, from->source, strlen(from->source));
    to->native_id = arena_copy(memory, from->native_id,
                               strlen(from->native_id));
    to->url = arena_copy(memory, from->url, strlen(from->url));
    to->text = arena_copy(memory, from->text, strlen(from->text));
}
