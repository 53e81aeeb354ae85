/* SPDX-License-Identifier: Apache-2.0 */
/* See http_mail.h. Beside http.c because libcurl stays in one family. */
#include "base/http_mail.h"

#include <curl/curl.h>

#include "base/buf.h"
#include "base/http_target.h"

struct upload {
    struct text left;
};

static size_t give(char *data, size_t size, size_t count, void *context)
{
    struct upload *u = context;
    size_t n = size * count < u->left.length ? size * count : u->left.length;
    memcpy(data, u->left.data, n);
    u->left.data += n;
    u->left.length -= n;
    return n;
}

/* The host of the URL, for sentences: never the login that may be in it. */
static const char *host_of(const char *url)
{
    const char *host = strstr(url, "://");
    host = host ? host + 3 : url;
    const char *at = strrchr(host, '@');
    return at ? at + 1 : host;
}

int mail_send(const struct mail_server *server, const char *from,
              const char *to, struct text message, struct error *err)
{
    struct upload upload = { message };
    struct target_guard plain = { .allow_loopback = true, .in_clear = true };
    struct curl_slist *receivers = NULL;
    char detail[CURL_ERROR_SIZE] = "";
    int rc = -1;
    CURL *c = curl_easy_init();
    if (!c)
        return error_set(err, ERROR_SYSTEM, "libcurl does not start");
    receivers = curl_slist_append(NULL, to);
    target_guard(c, NULL);
    target_stop(c, server->stop);
    curl_easy_setopt(c, CURLOPT_URL, server->url);
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(c, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
    if (server->user && *server->user) {
        curl_easy_setopt(c, CURLOPT_USERNAME, server->user);
        curl_easy_setopt(c, CURLOPT_PASSWORD,
                         server->password ? server->password : "");
    }
    curl_easy_setopt(c, CURLOPT_MAIL_FROM, from);
    curl_easy_setopt(c, CURLOPT_MAIL_RCPT, receivers);
    curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(c, CURLOPT_READFUNCTION, give);
    curl_easy_setopt(c, CURLOPT_READDATA, &upload);
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, 15L);
    curl_easy_setopt(c, CURLOPT_TIMEOUT,
                     (long)(server->seconds ? server->seconds : 60));
    curl_easy_setopt(c, CURLOPT_ERRORBUFFER, detail);
    CURLcode code = curl_easy_perform(c);
    if (code == CURLE_USE_SSL_FAILED && server->allow_plain) {
        target_guard(c, &plain);
        curl_easy_setopt(c, CURLOPT_USE_SSL, (long)CURLUSESSL_NONE);
        code = curl_easy_perform(c);
        if (code && (plain.refused || plain.exposed))
            code = CURLE_USE_SSL_FAILED;
    }
    long status = 0;
    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
    if (code == CURLE_OK)
        rc = 0;
    else if (code == CURLE_LOGIN_DENIED)
        error_set(err, ERROR_DENIED, "mail server %s: login refused; check "
                  "smtp_user and smtp_password_file", host_of(server->url));
    else if (code == CURLE_USE_SSL_FAILED)
        error_set(err, ERROR_DENIED, "mail server %s: no TLS offered; the "
                  "digest is not sent in the clear", host_of(server->url));
    else
        error_set(err, status >= 500 ? ERROR_DENIED : ERROR_RETRY,
                  "mail server %s: %s (SMTP %ld)", host_of(server->url),
                  *detail ? detail : curl_easy_strerror(code), status);
    curl_slist_free_all(receivers);
    curl_easy_cleanup(c);
    return rc;
}
