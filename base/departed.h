/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts of Bluesky that left, or were taken down, and have not come back.
 * They are told all at once and seldom, since the store looks through all its
 * posts for theirs; until then they are lines of the cursor. Asks no server. */
#ifndef BASE_DEPARTED_H
#define BASE_DEPARTED_H

#include "base/buf.h"
#include "base/post.h"

/* So many bytes of them are told at once. */
enum { DEPARTED_MOST = 128 * 1024 };

struct departed {
    struct buf lines; /* "\nDID\nDID\n": to be put behind the cursor's own */
};

void departed_load(struct departed *d, const char *lines);
void departed_release(struct departed *d);
/* One left, or came back. */
void departed_note(struct departed *d, struct text did, bool left);
/* Tell all that are noted, and forget them: for each a post that is deleted
 * and names an author only, all of theirs (pipeline/ingest_left.c). */
void departed_tell(struct departed *d, struct batch *out);

#endif
