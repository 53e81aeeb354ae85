/* SPDX-License-Identifier: Apache-2.0 */
/* fetch [-l] [-j] [-b TOKEN] [-k KEY] [-d BODY] [-s SECONDS] [-w WAIT] [-m KIB]
 * [-n TIMES] URL: base/http.h from a shell. -l: loopback allowed, -j: read
 * the reply as JSON. Prints "STATUS bytes BYTES requests REQUESTS wait
 * SECONDS" and the failure as "KIND: sentence". */
#include <unistd.h>

#include "base/api.h"
#include "base/clock.h"

static int count(void *context, const char *data, size_t length,
                 struct error *err)
{
    (void)data;
    (void)err;
    *(size_t *)context += length;
    return 0;
}

static void again(void *context)
{
    *(size_t *)context = 0;
}

static int send_one(struct http *h, struct http_request *request, bool json,
                    struct error *err)
{
    static const char *const paths[] = { "ok", NULL };
    size_t bytes = 0;
    struct api_call call = { .http = h, .request = *request, .element = "",
                             .paths = paths };
    int rc;
    if (json) {
        buf_puts(&call.url, request->url);
        rc = api_send(&call, err);
        bytes = call.elements;
    } else {
        call.request.take = count;
        call.request.restart = again;
        call.request.context = &bytes;
        rc = http_send(h, &call.request, &call.reply, err);
    }
    printf("%ld %s %zu requests %u wait %lld\n", call.reply.status,
           json ? "documents" : "bytes", bytes, http_requests(h),
           (long long)(call.reply.wait_until
                           ? call.reply.wait_until - clock_now() : 0));
    api_release(&call);
    return rc;
}

int main(int argc, char **argv)
{
    static const char *const kinds[] = {
        "none", "input", "usage", "config", "retry", "denied", "full", "busy",
        "corrupt", "system" };
    struct http_limits limits = { .wait = 1 };
    struct http_request request = { .url = NULL };
    struct error err = ERROR_INIT;
    struct http *h;
    bool json = false;
    int option, rc = 0;
    unsigned times = 1;
    while ((option = getopt(argc, argv, "ljb:k:d:s:w:m:n:")) != -1) {
        limits.allow_loopback = limits.allow_loopback || option == 'l';
        json = json || option == 'j';
        if (option == 'b')
            request.bearer = optarg;
        if (option == 'k') {
            request.key_header = "apikey";
            request.key = optarg;
        }
        if (option == 'd') {
            request.body = optarg;
            request.body_length = strlen(optarg);
        }
        if (option == 's')
            limits.seconds = strtol(optarg, NULL, 10);
        if (option == 'w')
            limits.wait = strtol(optarg, NULL, 10);
        if (option == 'm')
            limits.body = strtoul(optarg, NULL, 10) * KiB;
        if (option == 'n')
            times = (unsigned)strtoul(optarg, NULL, 10);
    }
    if (optind >= argc || http_open(&h, &limits, &err))
        return 2;
    request.url = argv[optind];
    while (times--) {
        rc = send_one(h, &request, json, &err);
        if (rc)
            printf("%s: %s\n", kinds[err.kind], err.text);
    }
    http_close(h);
    return rc ? 1 : 0;
}
