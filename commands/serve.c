/* SPDX-License-Identifier: Apache-2.0 */
/* swell serve: the digest, what is behind it and the inbox in a browser on
 * one's own machine. The owner of libmicrohttpd: who may ask, for what, how
 * much at once. What a page says is serve_pages.c's.
 *
 * One thread: a page takes milliseconds, and the store is open no longer. */
#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <signal.h>
#include <string.h>
#include <sys/random.h>

#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "commands/reading.h"
#include "commands/serve.h"

enum { CONNECTIONS = 32, SECONDS = 20, MEMORY = 32 << 10,
       FORM_BYTES = 8 << 10, FIELD_BYTES = 2 << 10, WAIT = 500 };

struct flags {
    char *listen;
};

static const struct option options[] = {
    { "listen", OPTION_STRING, "127.0.0.1:8787", FLAG(listen),
      "address and port; one that others reach is warned of" },
    OPTION_END
};

struct server {
    struct site site;
    struct sockaddr_in address;
    bool loopback;
    char host[64], local[64];   /* what Host may be */
};

/* What a connection has sent so far. */
struct request {
    struct MHD_PostProcessor *form;
    struct buf fields[FIELD_COUNT];
    size_t bytes;
    bool too_large;
};

static volatile sig_atomic_t stopping;

static void stop(int signal)
{
    (void)signal;
    stopping = 1;
}

/* ---- replies ------------------------------------------------------------- */

static enum MHD_Result reply(struct MHD_Connection *c, int status,
                             const char *type, struct buf *body,
                             const char *location)
{
    static const char *const headers[][2] = {
        { "Content-Security-Policy", "default-src 'none'; style-src "
          "'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; "
          "base-uri 'none'" },
        { "X-Content-Type-Options", "nosniff" },
        { "Referrer-Policy", "same-origin" },
        { "Cross-Origin-Resource-Policy", "same-origin" },
        { "Cache-Control", "no-store" },
    };
    struct MHD_Response *r = MHD_create_response_from_buffer(
        body->length, body->data ? body->data : "", MHD_RESPMEM_MUST_COPY);
    buf_release(body);
    if (!r)
        return MHD_NO;
    for (size_t i = 0; i < sizeof(headers) / sizeof(*headers); i++)
        MHD_add_response_header(r, headers[i][0], headers[i][1]);
    MHD_add_response_header(r, "Content-Type", type);
    if (location)
        MHD_add_response_header(r, "Location", location);
    if (status == 405)
        MHD_add_response_header(r, "Allow", "GET, HEAD, POST");
    enum MHD_Result rc = MHD_queue_response(c, (unsigned)status, r);
    MHD_destroy_response(r);
    return rc;
}

static enum MHD_Result refuse(struct MHD_Connection *c, int status,
                              const char *title, const char *text)
{
    struct buf body = BUF_INIT(0);
    serve_refusal(&body, title, text);
    return reply(c, status, "text/html; charset=utf-8", &body, NULL);
}

static enum MHD_Result refuse_error(struct MHD_Connection *c, int status,
                                    const struct error *err)
{
    if (status < 0)
        log_line(LOG_ERROR, "%s", err->text);
    return refuse(c, status < 0 ? 500 : status,
                  status == 404 ? "Not here" : status < 0 ? "That failed"
                                                          : "Not understood",
                  err->text);
}

/* ---- who may ask --------------------------------------------------------- */

/* A page of another site could have its name point here: Host must be ours. */
static bool host_is_ours(const struct server *s, const char *host)
{
    return host && (strcmp(host, s->host) == 0 ||
                    (s->loopback && strcmp(host, s->local) == 0));
}

/* A change comes from a form of this start, in a page of this origin. */
static bool may_change(const struct server *s, struct MHD_Connection *c,
                       const struct request *q)
{
    const char *origin = MHD_lookup_connection_value(c, MHD_HEADER_KIND,
                                                     "Origin");
    const char *token = buf_text(&q->fields[FIELD_TOKEN]);
    return strlen(token) == SERVE_TOKEN - 1 &&
           secret_equal(token, s->site.token, SERVE_TOKEN - 1) &&
           (!origin || (strncmp(origin, "http://", 7) == 0 &&
                        host_is_ours(s, origin + 7)));
}

/* ---- requests ------------------------------------------------------------ */

static enum MHD_Result take_field(void *context, enum MHD_ValueKind kind,
                                  const char *key, const char *file,
                                  const char *type, const char *encoding,
                                  const char *data, uint64_t offset,
                                  size_t size)
{
    struct request *q = context;
    (void)kind, (void)file, (void)type, (void)encoding, (void)offset;
    for (int i = 0; i < FIELD_COUNT; i++)
        if (strcmp(key, serve_fields[i]) == 0 &&
            q->fields[i].length + size <= FIELD_BYTES)
            buf_add(&q->fields[i], data, size);
    return MHD_YES;
}

/* Where a form came from; another place is not gone to. */
static const char *way_back(const struct request *q)
{
    const char *back = buf_text(&q->fields[FIELD_BACK]);
    for (const unsigned char *c = (const unsigned char *)back; *c; c++)
        if (*c <= ' ' || *c >= 0x7f || *c == '\\')
            return "/";
    return strncmp(back, "/subject/", 9) == 0 || strcmp(back, "/inbox") == 0
               ? back : "/";
}

static enum MHD_Result finish(struct server *s, struct MHD_Connection *c,
                              const char *path, bool change,
                              const struct request *q)
{
    struct buf body = BUF_INIT(0);
    struct error err = ERROR_INIT;
    const char *type = "text/html; charset=utf-8", *location = NULL;
    int status;
    if (change) {
        status = serve_change(&s->site, path, q->fields, &err);
        location = status == 303 ? way_back(q) : NULL;
    } else {
        status = serve_page(&s->site, path,
                            MHD_lookup_connection_value(
                                c, MHD_GET_ARGUMENT_KIND, "day"),
                            &body, &type, &err);
    }
    invocation_let_go(s->site.in); /* the next request sees what is new */
    if (status == 200 || status == 303)
        return reply(c, status, type, &body, location);
    buf_release(&body);
    return refuse_error(c, status, &err);
}

static enum MHD_Result answer(void *context, struct MHD_Connection *c,
                              const char *path, const char *method,
                              const char *version, const char *data,
                              size_t *size, void **state)
{
    struct server *s = context;
    struct request *q = *state;
    bool change = strcmp(method, "POST") == 0;
    (void)version;
    if (!q) { /* the head has come, the body not yet */
        q = *state = mem_alloc(sizeof(*q));
        if (change)
            q->form = MHD_create_post_processor(c, 1024, take_field, q);
        return MHD_YES;
    }
    if (*size) {
        q->bytes += *size;
        q->too_large |= q->bytes > FORM_BYTES;
        if (q->form && !q->too_large)
            MHD_post_process(q->form, data, *size);
        *size = 0;
        return MHD_YES;
    }
    if (!host_is_ours(s, MHD_lookup_connection_value(c, MHD_HEADER_KIND,
                                                     "Host")))
        return refuse(c, 421, "Not this host", "Ask by the address that swell "
                      "serve was started with.");
    if (q->too_large)
        return refuse(c, 413, "Too much", "A form is a few lines.");
    if (!change && strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
        return refuse(c, 405, "Not that way", "Pages are read; forms are "
                      "posted.");
    if (change && !may_change(s, c, q))
        return refuse(c, 403, "Not from here", "The form is of another start "
                      "or another site: load the page again.");
    return finish(s, c, path, change, q);
}

static void done_with(void *context, struct MHD_Connection *c, void **state,
                      enum MHD_RequestTerminationCode how)
{
    struct request *q = *state;
    (void)context, (void)c, (void)how;
    if (!q)
        return;
    if (q->form)
        MHD_destroy_post_processor(q->form);
    for (int i = 0; i < FIELD_COUNT; i++)
        buf_release(&q->fields[i]);
    mem_free(q);
    *state = NULL;
}

/* ---- start and stop ------------------------------------------------------ */

static int read_address(struct server *s, const char *text, struct error *err)
{
    char host[INET_ADDRSTRLEN], rest;
    unsigned port;
    if (sscanf(text, "%15[0-9.]:%5u%c", host, &port, &rest) != 2 || !port ||
        port > UINT16_MAX ||
        inet_pton(AF_INET, host, &s->address.sin_addr) != 1 ||
        !s->address.sin_addr.s_addr)
        return error_set(err, ERROR_USAGE, "--listen %.60s: write one IPv4 "
                         "address and a port, 127.0.0.1:8787; pages check by "
                         "what name they are asked for", text);
    s->address.sin_family = AF_INET;
    s->address.sin_port = htons((uint16_t)port);
    s->loopback = ntohl(s->address.sin_addr.s_addr) >> 24 == 127;
    snprintf(s->host, sizeof(s->host), port == 80 ? "%s" : "%s:%u", host,
             port);
    snprintf(s->local, sizeof(s->local), port == 80 ? "%s" : "%s:%u",
             "localhost", port);
    return 0;
}

static int make_token(struct site *site, struct error *err)
{
    unsigned char bytes[(SERVE_TOKEN - 1) / 2];
    if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
        return error_set(err, ERROR_SYSTEM, "no random numbers: %s",
                         strerror(errno));
    for (size_t i = 0; i < sizeof(bytes); i++)
        snprintf(site->token + 2 * i, 3, "%02x", bytes[i]);
    return 0;
}

static int serve(struct server *s, struct error *err)
{
    struct sigaction action = { .sa_handler = stop,
                                .sa_flags = (int)SA_RESETHAND };
    struct MHD_Daemon *daemon = MHD_start_daemon(
        0, ntohs(s->address.sin_port), NULL, NULL, answer, s,
        MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&s->address,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)SECONDS,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY,
        MHD_OPTION_NOTIFY_COMPLETED, done_with, NULL, MHD_OPTION_END);
    if (!daemon)
        return error_set(err, ERROR_SYSTEM, "%s cannot be listened on: %s",
                         s->host, strerror(errno));
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    if (!s->loopback)
        log_line(LOG_ERROR, "%s can be reached by others: no password is "
                 "asked, and nothing is encrypted", s->host);
    log_line(LOG_NOTE, "http://%s/ until interrupted", s->host);
    while (!stopping)
        MHD_run_wait(daemon, WAIT);
    MHD_stop_daemon(daemon);
    return EXIT_DONE;
}

static int run(struct invocation *in, struct error *err)
{
    const struct flags *f = in->flags;
    struct server s = { .site.in = in };
    if (read_address(&s, f->listen, err) || make_token(&s.site, err) ||
        invocation_rules(in, err) ||
        invocation_store(in, STORE_READ, err) ||
        invocation_zone(in, NULL, err))
        return -1;
    replies_check(in);
    invocation_let_go(in); /* it is there: opened for each request */
    return serve(&s, err);
}

const struct command command_serve = {
    .name = "serve",
    .words = NO_WORDS,
    .arguments = "[--listen 127.0.0.1:8787]",
    .about = "the digest, its posts and the inbox in your own browser",
    .help =
        "A calendar that marks alerts, each day's digest, each subject with its\n"
        "words and posts and why they are tagged so; in the inbox mark what is\n"
        "answered, on a post say what it feels, for swell accuracy and swell\n"
        "fit; experiments and their lessons. No script, no account: it listens\n"
        "on this machine alone unless --listen says otherwise, and whoever\n"
        "reaches it may read and mark.\n\n"
        "  swell serve\n"
        "  ssh -L 8787:127.0.0.1:8787 server    # from elsewhere\n",
    .options = options,
    .state_size = sizeof(struct flags),
    .run = run,
};
