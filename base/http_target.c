/* SPDX-License-Identifier: Apache-2.0 */
/* See http_target.h. Beside http.c because libcurl stays in one family. */
#include "base/http_target.h"

#include <curl/curl.h>
#include <string.h>

#include "base/address.h"

/* Its host alone is told: before an @ may be a password, behind a slash a
 * key, as in the addresses of chats. */
static int refuse(const char *url, struct error *err)
{
    const char *host = strstr(url, "://");
    host = host ? host + 3 : url;
    int length = (int)strcspn(host, "/?#\\");
    if (strchr(host + length, '@')) /* or was it a password with a slash? */
        length = (int)strcspn(host, "/?#\\:");
    for (int i = length; i > 0; i--)
        if (host[i - 1] == '@') {
            host += i;
            length -= i;
            break;
        }
    return error_set(err, ERROR_INPUT, "%.*s… is not an address of a page "
                     "(http or https, without a password in it)",
                     length < 60 ? length : 60, host);
}

int target_resolve(struct target *t, const char *url, const char *against,
                   struct error *err)
{
    char *scheme = NULL, *host = NULL, *port = NULL, *whole = NULL;
    int rc = -1;
    CURLU *u = curl_url();
    unsigned flags = CURLU_DISALLOW_USER | CURLU_URLENCODE;
    bool bad =
        (against && curl_url_set(u, CURLUPART_URL, against, flags)) ||
        curl_url_set(u, CURLUPART_URL, url, flags | CURLU_NON_SUPPORT_SCHEME) ||
        curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) ||
        curl_url_get(u, CURLUPART_HOST, &host, 0) ||
        curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) ||
        curl_url_get(u, CURLUPART_URL, &whole, CURLU_NO_DEFAULT_PORT);
    t->tls = scheme && strcmp(scheme, "https") == 0;
    if (scheme && !t->tls && strcmp(scheme, "http") != 0) {
        error_set(err, ERROR_DENIED, "%.20s: addresses are not asked, only "
                  "http and https", scheme);
    } else if (bad) {
        refuse(url, err);
    } else {
        snprintf(t->host, sizeof(t->host), "%s", host);
        snprintf(t->origin, sizeof(t->origin), "%s://%.250s:%s", scheme, host,
                 port);
        t->url = whole;
        whole = NULL;
        rc = 0;
    }
    curl_free(scheme);
    curl_free(host);
    curl_free(port);
    curl_free(whole);
    curl_url_cleanup(u);
    return rc;
}

static curl_socket_t open_socket(void *context, curlsocktype purpose,
                                 struct curl_sockaddr *address)
{
    struct target_guard *guard = context;
    (void)purpose;
    guard->refused = address_refused(&address->addr, guard->allow_loopback);
    guard->exposed = guard->in_clear && !address_refused(&address->addr, false);
    if (guard->refused || guard->exposed)
        return CURL_SOCKET_BAD;
    return socket(address->family, address->socktype | SOCK_CLOEXEC,
                  address->protocol);
}

bool target_refused(const struct target *t, const struct target_guard *guard,
                    struct error *err)
{
    if (guard->exposed)
        error_set(err, ERROR_DENIED, "%s: its key would travel unencrypted: "
                  "write https", t->host);
    else if (guard->refused)
        error_set(err, ERROR_DENIED, "%s: it is at a %s address, and those "
                  "are not asked", t->host, guard->refused);
    return guard->exposed || guard->refused;
}

static int on_progress(void *stop, curl_off_t a, curl_off_t b, curl_off_t c,
                       curl_off_t d)
{
    (void)a, (void)b, (void)c, (void)d;
    return *(const volatile sig_atomic_t *)stop;
}

void target_stop(void *easy, const volatile sig_atomic_t *stop)
{
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, stop);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, stop ? on_progress : NULL);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, (long)!stop);
    /* Nor is the end of a look-up of a name waited for. */
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, (long)!!stop);
}

void target_guard(void *easy, struct target_guard *guard)
{
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, guard);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION,
                     guard ? open_socket : NULL);
    /* One kept from before was opened for what is no secret. */
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT,
                     (long)(guard && guard->in_clear));
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
}
