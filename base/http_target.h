/* SPDX-License-Identifier: Apache-2.0 */
/* The place that an address names, for base/http*.c alone: only http and
 * https, no password in it; and what each connection to it must keep to. */
#ifndef BASE_HTTP_TARGET_H
#define BASE_HTTP_TARGET_H

#include <signal.h>
#include <stdbool.h>

#include "base/error.h"
#include "base/limit.h"

struct target {
    char *url;                 /* libcurl's: curl_free() it */
    char origin[LIMIT_ORIGIN];
    char host[256];            /* for sentences: never the path or query */
    bool tls;
};

/* against: the address that a relative one is meant from, or NULL. */
int target_resolve(struct target *t, const char *url, const char *against,
                   struct error *err);

/* Set on a libcurl handle: only addresses that may be asked, no proxy, no
 * netrc, TLS 1.2 at least, no signals. guard must outlive the transfers; NULL:
 * from now on any address. */
struct target_guard {
    bool allow_loopback;
    bool in_clear;             /* secrets go unencrypted: to loopback only */
    const char *refused;       /* kind of address that was not asked */
    bool exposed;              /* ... as that would have been in_clear */
};
void target_guard(void *easy, struct target_guard *guard);
/* Was an address not asked? err says why. */
bool target_refused(const struct target *t, const struct target_guard *guard,
                    struct error *err);
/* Its transfers break off within a second once stop (NULL: none) is set. */
void target_stop(void *easy, const volatile sig_atomic_t *stop);

#endif
