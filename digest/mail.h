/* SPDX-License-Identifier: Apache-2.0 */
/* Mail messages (RFC 5322): a digest as MIME multipart/alternative, plain text
 * and page, or a few plain lines. Makes them; base/http_mail.h carries them. */
#ifndef DIGEST_MAIL_H
#define DIGEST_MAIL_H

#include "base/buf.h"
#include "digest/digest.h"

struct mail_head {
    const char *from, *to;
    const char *unsubscribe;  /* URL or mailto: for List-Unsubscribe; NULL */
};

void mail_compose(struct buf *out, const struct mail_head *head,
                  const struct digest *d);
void mail_plain(struct buf *out, const struct mail_head *head,
                const char *subject, int64_t when, const struct buf *text);

#endif
