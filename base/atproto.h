/* SPDX-License-Identifier: Apache-2.0 */
/* What Bluesky's records look like, whoever brings them: its interface, its
 * stream, a file of that stream's frames. Asks nobody. */
#ifndef BASE_ATPROTO_H
#define BASE_ATPROTO_H

#include "base/json.h"
#include "base/post.h"

/* The page of a post by its at:// address, empty when it is none. */
struct text atproto_url(struct batch *out, struct text uri);
enum post_kind atproto_kind(struct text parent, struct text embed);

/* ---- frames of the stream --------------------------------------------- */

enum { FRAME_DID, FRAME_TIME, FRAME_TIME_ELSE, FRAME_ACTIVE, FRAME_STATUS,
       FRAME_NOTICE, FRAME_FAULT, FRAME_OPERATION, FRAME_COLLECTION, FRAME_KEY,
       FRAME_WORDS, FRAME_CREATED, FRAME_LANG, FRAME_PARENT, FRAME_EMBED,
       FRAME_VALUES };

/* Its two forms. A cursor is a time in both: the numbers of the second mean
 * something to one server only. The first sends every account's frames, the
 * second if asked to. */
struct atproto_wire {
    const char *name;          /* v1, v2 */
    const char *address;       /* below the service's, up to the cursor */
    const char *paths[FRAME_VALUES + 1];
};
extern const struct atproto_wire atproto_wires[2];

enum frame { FRAME_OTHER, FRAME_WRITTEN, FRAME_DELETED, FRAME_LEFT,
             FRAME_RETURNED, FRAME_BROKEN };

/* What a frame says. WRITTEN: a post, new or changed; LEFT, RETURNED: an
 * account; BROKEN: one without did or rkey. *when: microseconds, 0: no time. */
enum frame atproto_frame(const struct json_value *values, int64_t *when);
/* Add the post of a frame, or with gone that it was deleted. */
void atproto_post(struct batch *out, const struct json_value *values,
                  int64_t when, bool gone);

#endif
