/* SPDX-License-Identifier: Apache-2.0 */
/* See live.h. */
#include "commands/live.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "collectors/collector.h"
#include "commands/reading.h"
#include "pipeline/clean.h"

/* A login, a lookup and a page: no source needs more to show itself. */
enum { REQUESTS = 4, SHOWN = 70 };

/* Where sessions are cached, so that asking does not log in anew; "" where
 * there is no store yet. */
static void find_sessions(struct invocation *in, struct buf *out)
{
    if (invocation_store(in, STORE_READ, NULL))
        return;
    buf_printf(out, "%s/sessions", store_folder(in->store));
    if (access(buf_text(out), X_OK))
        buf_clear(out);
    invocation_let_go(in);
}

static void tell(const char *label, const struct collection *c,
                 struct batch *out, bool more)
{
    char from[CLOCK_TEXT], to[CLOCK_TEXT];
    const struct post *newest = NULL, *oldest = NULL;
    size_t posts = 0;
    for (size_t i = 0; i < out->count; i++) {
        const struct post *p = &out->posts[i];
        if (p->deleted)
            continue;
        posts++;
        if (!newest || p->created > newest->created)
            newest = p;
        if (!oldest || p->created < oldest->created)
            oldest = p;
    }
    printf("%s answers: %zu posts of the last 7 days on the first page%s; %u "
           "requests\n", label, posts, more ? ", more below" : "",
           http_requests(c->http));
    if (c->skipped)
        printf("  left out %llu items, the last: %s\n",
               (unsigned long long)c->skipped, c->skipped_why);
    if (!newest)
        return;
    printf("  from %s to %s\n", clock_format(oldest->created, from),
           clock_format(newest->created, to));
    struct buf words = BUF_INIT(0);
    put_quoted(&words, newest->text, SHOWN);
    printf("  the newest: %s\n", buf_text(&words));
    buf_release(&words);
}

static int ask(struct invocation *in, const struct source_config *source,
               const struct collector *kind, struct http *http,
               struct error *err)
{
    struct buf folder = BUF_INIT(0);
    struct batch out;
    struct http_budget budget = { .requests = REQUESTS, .seconds = MINUTE };
    struct collection c = { .kind = kind, .label = source->label,
                            .cursor = "", .http = http,
                            .since = clock_now() - 7 * DAY };
    int rc = -1;
    batch_init(&out);
    find_sessions(in, &folder);
    c.folder = folder.length ? buf_text(&folder) : NULL;
    if (collection_read(&c, in->config, source, err))
        goto done;
    http_begin(http, &budget);
    rc = kind->open(&c, err) ? -1 : 1;
    /* The first of several tags or words may have nothing. */
    for (int page = 0; rc == 1 && !out.count && page < REQUESTS; page++)
        rc = kind->fetch(&c, &out, err);
    if (rc < 0 && http_spent(http))
        rc = 1; /* enough was seen */
    if (rc < 0)
        error_prefix(err, "%s", source->label);
done:
    if (rc >= 0) {
        for (size_t i = 0; i < out.count; i++)
            clean_post(&out.posts[i], &out.memory);
        tell(source->label, &c, &out, rc > 0);
    }
    collection_close(&c);
    batch_release(&out);
    buf_release(&folder);
    return rc < 0 ? -1 : EXIT_DONE;
}

int live_check(struct invocation *in, const char *label, struct error *err)
{
    struct http_limits limits = { .allow_loopback = in->config->allow_loopback,
                                  .user_agent = in->config->user_agent,
                                  .tries = 1 };
    struct http *http;
    const struct source_config *source = config_source(in->config, label);
    if (!source)
        return error_set(err, ERROR_USAGE, "no source is named \"%s\" in %s",
                         label, in->config->path);
    if (http_open(&http, &limits, err))
        return -1;
    int rc = ask(in, source, collector_find(source->type), http, err);
    http_close(http);
    return rc;
}
