/* SPDX-License-Identifier: Apache-2.0 */
/* Handing one message to a mail server by SMTP (libcurl). The message is
 * made elsewhere; here it is only carried. */
#ifndef BASE_HTTP_MAIL_H
#define BASE_HTTP_MAIL_H

#include <signal.h>
#include <stdbool.h>

#include "base/error.h"
#include "base/text.h"

struct mail_server {
    const char *url;       /* smtp://host:587 (STARTTLS) or smtps://host */
    const char *user, *password; /* NULL: no login */
    bool allow_plain;      /* without TLS, for a server on this machine */
    int64_t seconds;       /* at most; 0: 60 */
    const volatile sig_atomic_t *stop; /* set: no longer; NULL: none */
};

/* message: a whole RFC 5322 message with CRLF lines. 0: the server took it.
 * ERROR_RETRY when it may work later, ERROR_DENIED when it said no. */
int mail_send(const struct mail_server *server, const char *from,
              const char *to, struct text message, struct error *err);

#endif
