/* SPDX-License-Identifier: Apache-2.0 */
/* A post of X in the shape of its interface's second version, whoever brings
 * it: the search, or a file of what was archived from it. Asks nobody. */
#ifndef BASE_TWEET_H
#define BASE_TWEET_H

#include "base/json.h"
#include "base/post.h"

enum { TWEET_ID, TWEET_WORDS, TWEET_NOTE, TWEET_CREATED, TWEET_AUTHOR,
       TWEET_HANDLE, TWEET_LANG, TWEET_LIKES, TWEET_REPOSTS, TWEET_REPLIES,
       TWEET_TYPE, TWEET_FIRST = TWEET_TYPE + 4, TWEET_VERSIONS = 6 };

/* Begins a list of paths; values[TWEET_ID] and so on are theirs. */
#define TWEET_PATHS \
    "id", "text", "note_tweet.text", "created_at", "author_id", \
    "author.username", "lang", "public_metrics.like_count", \
    "public_metrics.retweet_count", "public_metrics.reply_count", \
    "referenced_tweets[0].type", "referenced_tweets[0].id", \
    "referenced_tweets[1].type", "referenced_tweets[1].id", \
    "edit_history_tweet_ids[0]", "edit_history_tweet_ids[1]", \
    "edit_history_tweet_ids[2]", "edit_history_tweet_ids[3]", \
    "edit_history_tweet_ids[4]", "edit_history_tweet_ids[5]"

/* Is there what every post has, an id and a date? */
bool tweet_whole(const struct json_value *values);
/* An edit has an id of its own: the first of its family names the post, and
 * only the last one is the post as it is. */
struct text tweet_key(const struct json_value *values);
bool tweet_latest(const struct json_value *values);
/* Add the post. A repost has no words of its own. */
void tweet_post(struct batch *out, const struct json_value *values);

#endif
