/* SPDX-License-Identifier: Apache-2.0 */
/* A digest as a mail message (RFC 5322, MIME multipart/alternative: plain
 * text and page). Makes the message; base/http_mail.h carries it. */
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

#endif
