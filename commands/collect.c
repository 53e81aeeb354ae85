/* SPDX-License-Identifier: Apache-2.0 */
/* swell collect: one bounded round of each source that is due, or round
 * after round. What a round is lives in pipeline/ingest.c. */
#include "commands/command.h"

#include <errno.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "pipeline/ingest.h"
#include "pipeline/round.h"

struct collect_flags {
    bool follow;
    uint64_t pages, threads;
    int64_t time, since;
};

static const struct option options[] = {
    { "follow", OPTION_BOOL, NULL, offsetof(struct collect_flags, follow),
      "go on until stopped, each source when it is due" },
    { "pages", OPTION_COUNT, "200", offsetof(struct collect_flags, pages),
      "most requests a source makes in a round" },
    { "time", OPTION_DURATION, "4m", offsetof(struct collect_flags, time),
      "longest round of a source; what is left waits for the next" },
    { "since", OPTION_DATE, NULL, offsetof(struct collect_flags, since),
      "how far back a new source begins; default 7 days ago" },
    { "threads", OPTION_COUNT, "0", offsetof(struct collect_flags, threads),
      "taggers beside the reader" },
    OPTION_END
};

/* What one pass over the sources came to. */
struct pass {
    struct ingest *ingest;
    struct http *http;
    char *folder;
    unsigned failed, ran;
    int64_t next;              /* when the first source is due again */
};

static volatile sig_atomic_t stopped; /* a signal said so: see watch() */

static void stop(int signal)
{
    (void)signal;
    stopped = 1;
}

/* The first signal ends after the present source, the second at once; both
 * lose nothing. */
static void watch(void)
{
    struct sigaction action = { .sa_handler = stop,
                                .sa_flags = (int)SA_RESETHAND };
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

static bool named(const struct invocation *in, const char *label)
{
    for (int i = 0; i < in->argc; i++)
        if (strcmp(in->argv[i], label) == 0)
            return true;
    return false;
}

static int check_names(const struct invocation *in, struct error *err)
{
    const struct config *config = in->config;
    if (!config->source_count)
        return error_set(err, ERROR_CONFIG, "no sources are configured; "
                         "swell init writes an example, swell sources lists "
                         "what there is");
    for (int i = 0; i < in->argc; i++) {
        size_t n = 0;
        while (n < config->source_count &&
               strcmp(config->sources[n].label, in->argv[i]) != 0)
            n++;
        if (n == config->source_count)
            return error_set(err, ERROR_USAGE, "no source is named \"%s\" in "
                             "%s", in->argv[i], config->path);
    }
    return 0;
}

static void say(const struct invocation *in, const char *label,
                const struct ingest_report *report, bool failed)
{
    if (report->skipped)
        log_line(LOG_WARN, "%s: left out %llu items, the last: %s", label,
                 (unsigned long long)report->skipped, report->skipped_why);
    if (in->globals.quiet || (failed && !report->fetched))
        return;
    printf("%s: %llu new, %llu changed, %llu removed, %llu as before%s\n",
           label, (unsigned long long)report->stored.added,
           (unsigned long long)report->stored.replaced,
           (unsigned long long)report->stored.removed,
           (unsigned long long)report->stored.unchanged,
           failed ? ", then it failed"
           : report->complete ? "" : ", more is waiting");
    fflush(stdout);
}

/* One round. -1: the source failed (err names it). */
static int run_source(struct invocation *in, struct pass *p,
                      const struct source_config *source,
                      const struct collector *kind, struct error *err)
{
    const struct collect_flags *flags = in->flags;
    struct buf cursor = BUF_INIT(0);
    struct ingest_report report;
    struct collection c = { .kind = kind, .label = source->label,
                            .http = p->http, .folder = p->folder };
    int rc = -1;
    bool open = false;
    c.since = flags->since ? flags->since : clock_now() - 7 * DAY;
    c.state = mem_alloc(kind->state_size);
    option_defaults(kind->options, c.state);
    if (config_source_options(in->config, source, kind->options, c.state, err))
        goto done;
    if (store_cursor(in->store, source->label, &cursor, err) < 0)
        goto done;
    c.cursor = buf_text(&cursor);
    open = true; /* close() may be called after a failed open() */
    if (kind->open && kind->open(&c, err)) {
        error_prefix(err, "%s", source->label);
        goto done;
    }
    rc = ingest_round(p->ingest, &c, (unsigned)flags->pages, flags->time,
                      &report, err);
    say(in, source->label, &report, rc != 0);
done:
    if (open && kind->close)
        kind->close(&c);
    option_release(kind->options, c.state);
    mem_free(c.state);
    buf_release(&cursor);
    return rc;
}

/* 1: to run now, 0: not yet. */
static int is_due(struct invocation *in, struct pass *p,
                  const struct source_config *source,
                  const struct collector *kind, struct error *err)
{
    struct round round;
    char when[CLOCK_TEXT];
    int64_t now = clock_now();
    int64_t every = source->every ? source->every : kind->every;
    if (round_read(in->store, source->label, &round, err) < 0)
        return -1;
    int64_t due = round_due(&round, every);
    bool asked = in->argc && !((struct collect_flags *)in->flags)->follow;
    if (!p->next || (due > now ? due : now + every) < p->next)
        p->next = due > now ? due : now + every;
    if (round.wait_until > now) {
        log_line(asked ? LOG_ERROR : LOG_DETAIL,
                 "%s: the service asks not to be called before %s",
                 source->label, clock_format(round.wait_until, when));
        p->failed += asked;
        return 0;
    }
    return asked || due <= now;
}

static bool fatal(const struct error *err)
{
    return err->kind == ERROR_FULL || err->kind == ERROR_CORRUPT ||
           err->kind == ERROR_BUSY;
}

static int pass_over(struct invocation *in, struct pass *p, struct error *err)
{
    for (size_t i = 0; i < in->config->source_count && !stopped; i++) {
        const struct source_config *source = &in->config->sources[i];
        const struct collector *kind = collector_find(source->type);
        struct error why = ERROR_INIT;
        if (in->argc ? !named(in, source->label) : !source->enabled)
            continue;
        if (!kind)
            return error_set(err, ERROR_CONFIG, "%s:%d: there is no source "
                             "type \"%s\"; swell sources lists them",
                             in->config->path, source->line, source->type);
        int due = is_due(in, p, source, kind, err);
        if (due < 0)
            return -1;
        if (!due)
            continue;
        p->ran++;
        if (run_source(in, p, source, kind, &why) == 0)
            continue;
        if (fatal(&why)) {
            *err = why;
            return -1;
        }
        p->failed++;
        log_line(LOG_ERROR, "%s", why.text);
    }
    return 0;
}

/* A pass with the store open, and closed again for others to write. */
static int one_pass(struct invocation *in, struct pass *p, struct error *err)
{
    const struct collect_flags *flags = in->flags;
    struct buf folder = BUF_INIT(0);
    int rc = -1;
    if (invocation_store(in, STORE_WRITE, err))
        return -1;
    buf_printf(&folder, "%s/sessions", store_folder(in->store));
    p->folder = folder.data;
    if (mkdir(p->folder, 0700) && errno != EEXIST) {
        error_set(err, ERROR_SYSTEM, "%s: %s", p->folder, strerror(errno));
        goto done;
    }
    if (ingest_open(&p->ingest, in->config, in->rules, in->store, 0,
                    (unsigned)flags->threads, err))
        goto done;
    rc = pass_over(in, p, err);
done:
    ingest_close(p->ingest);
    p->ingest = NULL;
    store_close(in->store);
    in->store = NULL;
    buf_release(&folder);
    return rc;
}

static int rounds(struct invocation *in, struct pass *p, struct error *err)
{
    bool follow = ((const struct collect_flags *)in->flags)->follow;
    do {
        p->next = 0;
        int rc = one_pass(in, p, err);
        if (rc && err->kind == ERROR_BUSY) {
            log_line(LOG_NOTE, "%s; %s", err->text,
                     follow ? "trying again" : "nothing to do here");
            p->next = clock_now() + 10;
        } else if (rc) {
            return -1;
        }
        while (follow && !stopped && clock_now() < p->next)
            sleep(1);
    } while (follow && !stopped);
    if (!p->ran && !p->failed && !in->globals.quiet)
        log_line(LOG_NOTE, "no source is due");
    return p->failed ? EXIT_INCOMPLETE : EXIT_DONE;
}

static int run(struct invocation *in, struct error *err)
{
    struct pass p = { .next = 0 };
    struct http_limits limits = { 0 };
    if (invocation_config(in, err) || check_names(in, err) ||
        invocation_rules(in, err))
        return -1;
    limits.allow_loopback = in->config->allow_loopback;
    limits.user_agent = in->config->user_agent;
    if (http_open(&p.http, &limits, err))
        return -1;
    if (((const struct collect_flags *)in->flags)->follow)
        watch();
    int rc = rounds(in, &p, err);
    http_close(p.http);
    return rc;
}

const struct command command_collect = {
    .name = "collect",
    .arguments = "[SOURCE...] [--follow]",
    .about = "one bounded round of each source that is due",
    .help =
        "A round brings what is new since the last one, as far as its bounds\n"
        "allow; the next goes on from there. Named sources run now, unless\n"
        "the service has asked for patience. Two at once are safe: the second\n"
        "says so and leaves. Status 3: some source failed, each is named.\n",
    .options = options,
    .state_size = sizeof(struct collect_flags),
    .run = run,
};
