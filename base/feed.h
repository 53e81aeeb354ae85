/* SPDX-License-Identifier: Apache-2.0 */
/* Items of RSS 0.9 to 2.0, Atom and JSON Feed, while the bytes come. The only
 * user of expat. Nothing is expanded or fetched: a document that declares
 * entities is refused, names of HTML entities pass through to be decoded as
 * HTML. */
#ifndef BASE_FEED_H
#define BASE_FEED_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"

enum feed_field { FEED_ID, FEED_LINK, FEED_TITLE, FEED_CONTENT, FEED_SUMMARY,
                  FEED_AUTHOR, FEED_PUBLISHED, FEED_UPDATED, FEED_LANGUAGE,
                  FEED_FIELDS };

/* Values are valid during the call. Title, content and summary are HTML; the
 * language is the item's own, else the feed's. */
typedef int feed_take(void *context, const struct buf values[FEED_FIELDS],
                      struct error *err);

struct feed;
struct feed *feed_open(feed_take *take, void *context);
int feed_bytes(struct feed *f, const char *data, size_t length,
               struct error *err);
int feed_end(struct feed *f, struct error *err); /* -1: not a whole feed */
/* Of the whole feed, once it ended: JSON may say it behind its items, which do
 * not have it then. Valid until feed_close(). */
struct text feed_language(const struct feed *f);
void feed_close(struct feed *f);

#endif
