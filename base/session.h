/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens that a collector keeps between runs, so that it need not log in
 * every five minutes: one small file a source, mode 0600. No configuration
 * and no passwords: those are base/option.h's secrets. */
#ifndef BASE_SESSION_H
#define BASE_SESSION_H

#include "base/buf.h"
#include "base/error.h"

/* 1: read, 0: there is none (or others may read it: then it is not used),
 * -1: see err. folder NULL: nothing is kept. */
int session_read(const char *folder, const char *label, struct buf *out,
                 struct error *err);
/* Replaces the old one whole. */
int session_write(const char *folder, const char *label,
                  const struct buf *content, struct error *err);

/* Release what held a token. */
void session_wipe(struct buf *b);

#endif
