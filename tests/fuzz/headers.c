/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer: any bytes as the headers and error words of a reply, as a wait,
 * as an address and as where a redirect leads. No wait is longer than the
 * longest, no value reaches past its line, words are printable, what is asked
 * is http or https. */
#include <curl/curl.h>

#include "base/clock.h"
#include "base/http_reply.h"
#include "base/http_target.h"
#include "base/limit.h"
#include "base/mem.h"

static void check_address(const char *url, const char *against)
{
    struct target t = { 0 };
    if (target_resolve(&t, url, against, NULL))
        return;
    if (strncmp(t.url, t.tls ? "https://" : "http://", t.tls ? 8 : 7) != 0 ||
        strchr(t.url, '\n') || !*t.host)
        abort();
    curl_free(t.url);
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    static const char *const names[] = { "retry-after", "content-type",
                                         "location", "etag", "a" };
    const struct http_request request = { .bearer = "secret" };
    struct http_reply reply = { .head = BUF_INIT(0),
                                .error_body = BUF_INIT(0) };
    char words[60], *text = mem_slice((const char *)bytes, size);
    buf_add(&reply.head, (const char *)bytes, size);
    buf_puts(&reply.error_body, text);
    for (int i = 0; i < 5; i++) {
        struct text value = http_header(&reply, names[i]);
        if (value.length && memchr(value.data, '\n', value.length))
            abort();
        if (limit_seconds(value, 1790000000) > LIMIT_LONGEST)
            abort();
    }
    for (reply.status = 200; reply.status < 600; reply.status += 229) {
        limit_read(&reply);
        if (reply.wait_until && reply.wait_until >
                                    clock_now() + LIMIT_LONGEST)
            abort();
    }
    http_reply_words(&reply, &request, words, sizeof(words));
    for (const char *c = words; *c; c++)
        if ((unsigned char)*c < 0x20 || (unsigned char)*c >= 0x7f)
            abort();
    check_address(text, NULL);
    check_address(text, "https://shop.example/reviews?page=2");
    mem_free(text);
    http_reply_release(&reply);
    return 0;
}
