/* SPDX-License-Identifier: Apache-2.0 */
/* swell expire: drop posts by age; their figures stay. */
#include <inttypes.h>
#include <string.h>

#include "base/log.h"
#include "commands/reading.h"

struct flags {
    int64_t before, older;
    char *source;
};

static const struct option options[] = {
    { "before", OPTION_DATE, NULL, FLAG(before),
      "drop posts created before this moment" },
    { "older", OPTION_DURATION, NULL, FLAG(older),
      "drop posts older than 90d, 26w" },
    { "source", OPTION_STRING, NULL, FLAG(source),
      "only posts of this source" },
    OPTION_END
};

static int expire(struct invocation *in, const char *source, int64_t before,
                  uint64_t *total, struct error *err)
{
    uint64_t count;
    if (store_expire(in->store, source, before, &count, err))
        return -1;
    *total += count;
    return 0;
}

/* By the configuration: the store's retention for all, a source's own for
 * the posts of its type. only: of this source; NULL: of all. */
static int expire_configured(struct invocation *in, const char *only,
                             uint64_t *total, struct error *err)
{
    const struct config *c = in->config;
    bool any = c->retention > 0;
    if (any && expire(in, only, clock_now() - c->retention, total, err))
        return -1;
    for (size_t i = 0; i < c->source_count; i++) {
        const struct source_config *s = &c->sources[i];
        if (s->retention <= 0 || (only && strcmp(only, s->type) != 0))
            continue;
        any = true;
        if (expire(in, s->type, clock_now() - s->retention, total, err) &&
            err->kind != ERROR_USAGE) /* USAGE: no posts of it yet */
            return -1;
    }
    if (!any) /* not a fault: cron calls this whatever is configured */
        log_line(LOG_NOTE, "no retention applies, so nothing expires; "
                 "give --before DATE or --older 90d");
    return 0;
}

static int run(struct invocation *in, struct error *err)
{
    const struct flags *flags = in->flags;
    uint64_t total = 0;
    int rc;
    if (flags->before && flags->older)
        return error_set(err, ERROR_USAGE, "--before or --older, not both");
    if (invocation_store(in, STORE_CHANGE, err) ||
        source_check(in, flags->source, STORE_SOURCES, err))
        return -1;
    if (flags->before || flags->older)
        rc = expire(in, flags->source, flags->before ? flags->before
                    : clock_now() - flags->older, &total, err);
    else
        rc = expire_configured(in, flags->source, &total, err);
    if (rc)
        return -1;
    log_line(LOG_NOTE, "%" PRIu64 " post%s dropped; the figures stay", total,
             total == 1 ? "" : "s");
    return EXIT_DONE;
}

const struct command command_expire = {
    .name = "expire",
    .words = NO_WORDS,
    .arguments = "[--before DATE | --older 90d] [--source S]",
    .about = "drop posts by age, keep their figures",
    .help = "Without a time the configuration's retention decides. The moment "
            "is\nrounded down to a quarter hour. Posts of a time that was "
            "expired are\nnot taken in again: they would be counted twice. "
            "Deleted text is gone\nfrom disk after swell compact.\n",
    .options = options,
    .state_size = sizeof(struct flags),
    .run = run,
};
