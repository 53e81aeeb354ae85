/* SPDX-License-Identifier: Apache-2.0 */
/* swell collect: one bounded round of each source that is due, or round
 * after round. What a round is lives in pipeline/ingest.c. */
#include "commands/command.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limit.h"
#include "base/log.h"
#include "base/mem.h"
#include "pipeline/ingest.h"
#include "pipeline/round.h"

struct collect_flags {
    bool follow;
    uint64_t at_once, pages, requests, bytes;
    int64_t time, since;
};

static const struct option options[] = {
    { "follow", OPTION_BOOL, NULL, offsetof(struct collect_flags, follow),
      "go on until stopped, each source when it is due" },
    { "at_once", OPTION_COUNT, "8", offsetof(struct collect_flags, at_once),
      "most sources that are asked at the same time" },
    { "pages", OPTION_COUNT, "200", offsetof(struct collect_flags, pages),
      "most pages that a source reads in a round" },
    { "requests", OPTION_COUNT, "1000",
      offsetof(struct collect_flags, requests),
      "most requests that a source makes in a round" },
    { "bytes", OPTION_COUNT, "500m", offsetof(struct collect_flags, bytes),
      "most bytes that a source sends in a round, unpacked" },
    { "time", OPTION_DURATION, "4m", offsetof(struct collect_flags, time),
      "longest round of a source; what is left waits for the next" },
    { "since", OPTION_DATE, NULL, offsetof(struct collect_flags, since),
      "how far back a new source begins; default 7 days ago" },
    OPTION_END
};

enum { AT_ONCE_MOST = 64 };

/* A source that is due, and what came of it. */
struct job {
    const struct source_config *source;
    const struct collector *kind;
    struct ingest_report report;
    struct error why;
    int rc;
    bool done;
};

/* What one pass over the sources came to. Workers take the jobs in order;
 * each has its own connection, the store and the hosts' clocks are shared. */
struct pass {
    struct invocation *in;
    struct turns turns;
    struct limit_clocks clocks;
    struct buf url, folder;
    int lock;                  /* of the file that keeps a second one out */
    struct job *jobs;
    size_t count, room;
    unsigned failed, ran;
    int64_t next;              /* when the first source is due again */
    pthread_mutex_t mutex;     /* for what is below, and each job's results */
    size_t taken, said;
    bool broken;               /* the store is: no more jobs */
};

struct worker {
    struct pass *pass;
    struct http *http;
    struct ingest *ingest;
    pthread_t thread;
};

static volatile sig_atomic_t stopped; /* a signal said so: see watch() */

static void stop(int signal)
{
    (void)signal;
    stopped = 1;
}

/* The first signal ends after the present sources, the second at once; both
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

/* ---- one source ------------------------------------------------------- */

static struct ingest_bounds bounds_of(const struct collect_flags *flags,
                                      const struct job *job)
{
    uint64_t rate = job->source->per_minute ? job->source->per_minute
                        : collector_per_minute(job->kind);
    return (struct ingest_bounds){
        .pages = (unsigned)flags->pages,
        .network = { .requests = (unsigned)flags->requests,
                     .bytes = flags->bytes, .seconds = flags->time,
                     .spacing = (int64_t)(60000 / rate) } };
}

static int read_cursor(struct pass *p, const char *label, struct buf *out,
                       struct error *err)
{
    struct store *store = turn_begin(&p->turns, err);
    if (!store)
        return -1;
    int rc = store_cursor(store, label, out, err);
    turn_end(&p->turns);
    return rc < 0 ? -1 : 0;
}

/* One round. -1: the source failed; job->why names it. */
static int run_source(struct worker *w, struct job *job)
{
    struct pass *p = w->pass;
    const struct collect_flags *flags = p->in->flags;
    const struct collector *kind = job->kind;
    struct buf cursor = BUF_INIT(0);
    struct ingest_bounds bounds = bounds_of(flags, job);
    struct collection c = { .kind = kind, .label = job->source->label,
                            .http = w->http, .folder = buf_text(&p->folder) };
    int rc = -1;
    bool open = false;
    c.since = flags->since ? flags->since : clock_now() - 7 * DAY;
    c.state = mem_alloc(kind->state_size);
    option_defaults(kind->options, c.state);
    if (config_source_options(p->in->config, job->source, kind->options,
                              c.state, &job->why) ||
        read_cursor(p, c.label, &cursor, &job->why))
        goto done;
    c.cursor = buf_text(&cursor);
    open = true; /* close() may be called after a failed open() */
    if (kind->open && kind->open(&c, &job->why)) {
        error_prefix(&job->why, "%s", c.label);
        goto done;
    }
    rc = ingest_round(w->ingest, &c, &bounds, &job->report, &job->why);
done:
    if (open && kind->close)
        kind->close(&c);
    option_release(kind->options, c.state);
    mem_free(c.state);
    buf_release(&cursor);
    return rc;
}

/* ---- all that are due ------------------------------------------------- */

static bool fatal(const struct error *err)
{
    return err->kind == ERROR_FULL || err->kind == ERROR_CORRUPT ||
           err->kind == ERROR_BUSY;
}

/* Say what is done, in the order of the configuration; with the mutex. */
static void say_done(struct pass *p)
{
    for (; p->said < p->count && p->jobs[p->said].done; p->said++) {
        const struct job *job = &p->jobs[p->said];
        say(p->in, job->source->label, &job->report, job->rc != 0);
        if (job->rc && !fatal(&job->why))
            log_line(LOG_ERROR, "%s", job->why.text);
    }
}

static void *work(void *context)
{
    struct worker *w = context;
    struct pass *p = w->pass;
    pthread_mutex_lock(&p->mutex);
    while (p->taken < p->count && !p->broken && !stopped) {
        struct job *job = &p->jobs[p->taken++];
        pthread_mutex_unlock(&p->mutex);
        job->rc = run_source(w, job);
        pthread_mutex_lock(&p->mutex);
        job->done = true;
        p->ran++;
        p->broken = p->broken || (job->rc && fatal(&job->why));
        p->failed += job->rc && !fatal(&job->why);
        say_done(p);
    }
    pthread_mutex_unlock(&p->mutex);
    return NULL;
}

static int worker_open(struct pass *p, struct worker *w, struct error *err)
{
    struct http_limits limits = {
        .allow_loopback = p->in->config->allow_loopback,
        .user_agent = p->in->config->user_agent,
        .clocks = &p->clocks };
    *w = (struct worker){ .pass = p };
    if (http_open(&w->http, &limits, err))
        return -1;
    return ingest_open(&w->ingest, p->in->config, p->in->rules, &p->turns, 0,
                       0, err);
}

static int run_jobs(struct pass *p, struct error *err)
{
    size_t most = ((const struct collect_flags *)p->in->flags)->at_once;
    struct worker workers[AT_ONCE_MOST];
    size_t count = 0, started = 0;
    int rc = 0;
    most = most < 1 ? 1 : most > AT_ONCE_MOST ? AT_ONCE_MOST : most;
    while (rc == 0 && count < most && count < p->count)
        rc = worker_open(p, &workers[count++], err);
    for (; rc == 0 && started < count; started++)
        if (pthread_create(&workers[started].thread, NULL, work,
                           &workers[started])) {
            work(&workers[started]); /* no threads to be had: one by one */
            break;
        }
    while (started)
        pthread_join(workers[--started].thread, NULL);
    while (count) {
        ingest_close(workers[--count].ingest);
        http_close(workers[count].http);
    }
    for (size_t i = 0; rc == 0 && i < p->count; i++)
        if (p->jobs[i].done && p->jobs[i].rc && fatal(&p->jobs[i].why)) {
            if (err)
                *err = p->jobs[i].why;
            rc = -1;
        }
    return rc;
}

/* 1: to run now, 0: not yet. */
static int is_due(struct pass *p, struct store *store, const struct job *job,
                  struct error *err)
{
    const struct invocation *in = p->in;
    const char *label = job->source->label;
    struct round round;
    char when[CLOCK_TEXT];
    int64_t now = clock_now();
    int64_t every = job->source->every ? job->source->every
                                       : job->kind->every;
    if (round_read(store, label, &round, err) < 0)
        return -1;
    int64_t due = round_due(&round, every);
    bool asked = in->argc &&
                 !((const struct collect_flags *)in->flags)->follow;
    if (!p->next || (due > now ? due : now + every) < p->next)
        p->next = due > now ? due : now + every;
    if (round.wait_until > now) {
        log_line(asked ? LOG_ERROR : LOG_DETAIL,
                 "%s: the service asks not to be called before %s",
                 label, clock_format(round.wait_until, when));
        p->failed += asked;
        return 0;
    }
    return asked || due <= now;
}

static int list_jobs(struct pass *p, struct store *store, struct error *err)
{
    const struct config *config = p->in->config;
    p->count = p->taken = p->said = 0;
    p->next = 0;
    for (size_t i = 0; i < config->source_count; i++) {
        const struct source_config *source = &config->sources[i];
        struct job job = { .source = source,
                           .kind = collector_find(source->type),
                           .why = ERROR_INIT };
        if (p->in->argc ? !named(p->in, source->label) : !source->enabled)
            continue;
        if (!job.kind)
            return error_set(err, ERROR_CONFIG, "%s:%d: there is no source "
                             "type \"%s\"; swell sources lists them",
                             config->path, source->line, source->type);
        int due = is_due(p, store, &job, err);
        if (due < 0)
            return -1;
        if (!due)
            continue;
        p->jobs = mem_grow(p->jobs, &p->room, p->count, sizeof(*p->jobs));
        p->jobs[p->count++] = job;
    }
    return 0;
}

/* One swell collect at a time: two would ask everything twice. */
static int keep_out(struct pass *p, struct store *store, struct error *err)
{
    struct buf path = BUF_INIT(0);
    int rc = 0;
    if (p->lock >= 0)
        return 0;
    buf_printf(&path, "%s/collect.lock", store_folder(store));
    p->lock = open(buf_text(&path), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (p->lock < 0)
        rc = error_set(err, ERROR_DENIED, "%s: %s", buf_text(&path),
                       strerror(errno));
    else if (flock(p->lock, LOCK_EX | LOCK_NB)) {
        rc = error_set(err, ERROR_BUSY, "%s: another swell collect is at "
                       "work", store_folder(store));
        close(p->lock);
        p->lock = -1;
    }
    buf_release(&path);
    return rc;
}

static int prepare(struct pass *p, struct error *err)
{
    struct store *store = turn_begin(&p->turns, err);
    if (!store)
        return -1;
    buf_clear(&p->folder);
    buf_printf(&p->folder, "%s/sessions", store_folder(store));
    int rc = keep_out(p, store, err);
    if (rc == 0 && mkdir(buf_text(&p->folder), 0700) && errno != EEXIST)
        rc = error_set(err, ERROR_SYSTEM, "%s: %s", buf_text(&p->folder),
                       strerror(errno));
    if (rc == 0)
        rc = list_jobs(p, store, err);
    turn_end(&p->turns);
    return rc;
}

static int rounds(struct pass *p, struct error *err)
{
    bool follow = ((const struct collect_flags *)p->in->flags)->follow;
    do {
        int rc = prepare(p, err);
        if (rc == 0)
            rc = run_jobs(p, err);
        if (rc && err->kind == ERROR_BUSY) {
            log_line(LOG_NOTE, "%s; %s", err->text,
                     follow ? "trying again" : "nothing to do here");
            if (!follow)
                return p->failed ? EXIT_INCOMPLETE : EXIT_DONE;
            p->next = clock_now() + 10;
        } else if (rc) {
            return -1;
        }
        while (follow && !stopped && clock_now() < p->next)
            sleep(1);
    } while (follow && !stopped);
    if (!p->ran && !p->failed && !p->in->globals.quiet)
        log_line(LOG_NOTE, "no source is due");
    return p->failed ? EXIT_INCOMPLETE : EXIT_DONE;
}

static int run(struct invocation *in, struct error *err)
{
    const struct collect_flags *flags = in->flags;
    struct pass p = { .in = in, .turns = TURNS_INIT, .lock = -1,
                      .clocks = LIMIT_CLOCKS_INIT,
                      .mutex = PTHREAD_MUTEX_INITIALIZER };
    int rc = -1;
    if (invocation_config(in, err) || check_names(in, err) ||
        invocation_rules(in, err) || invocation_store_url(in, &p.url, err))
        goto done;
    p.turns.url = buf_text(&p.url);
    p.turns.patience = flags->time;
    if (flags->follow)
        watch();
    rc = rounds(&p, err);
done:
    if (p.lock >= 0)
        close(p.lock);
    mem_free(p.jobs);
    limit_clocks_release(&p.clocks);
    buf_release(&p.url);
    buf_release(&p.folder);
    return rc;
}

const struct command command_collect = {
    .name = "collect",
    .arguments = "[SOURCE...] [--follow]",
    .about = "one bounded round of each source that is due",
    .help =
        "A round brings what is new since the last one, as far as its bounds\n"
        "allow; the next goes on from there. Sources are asked at the same\n"
        "time, a host never faster than its types say. Named sources run now,\n"
        "unless the service has asked for patience. Two at once are safe: the\n"
        "second says so and leaves. The store is kept from other writers only\n"
        "while posts are put into it. Status 3: some source failed, each is\n"
        "named.\n",
    .options = options,
    .state_size = sizeof(struct collect_flags),
    .run = run,
};
