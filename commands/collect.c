/* SPDX-License-Identifier: Apache-2.0 */
/* swell collect: one bounded round of each source that is due, or one after the
 * other, each source at its own times. What a round is: pipeline/ingest.c. */
#include "commands/command.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limit.h"
#include "base/log.h"
#include "base/mem.h"
#include "digest/alarm.h"
#include "pipeline/ingest.h"
#include "pipeline/round.h"

struct flags {
    bool follow;
    uint64_t at_once, pages, requests, bytes;
    int64_t time, since;
};

static const struct option options[] = {
    { "follow", OPTION_BOOL, NULL, FLAG(follow),
      "go on until stopped, by the configuration of its start" },
    { "at-once", OPTION_COUNT, "8", FLAG(at_once),
      "most sources that are asked at the same time" },
    { "pages", OPTION_COUNT, "200", FLAG(pages),
      "most pages that a source reads in a round" },
    { "requests", OPTION_COUNT, "1000", FLAG(requests),
      "most requests that a source makes in a round" },
    { "bytes", OPTION_COUNT, "500m", FLAG(bytes),
      "most bytes that a source sends in a round, unpacked" },
    { "time", OPTION_DURATION, "4m", FLAG(time),
      "longest round of a source; what is left waits for the next" },
    { "since", OPTION_DATE, NULL, FLAG(since),
      "how far back to go, also where a source began later; default 7 days "
      "before its first round" },
    OPTION_END
};

enum { AT_ONCE_MOST = 64, BUSY_SECONDS = 10, TELL_SECONDS = 60 };

/* A configured source and its present round. */
struct job {
    const struct source_config *source;
    const struct collector *kind;
    int64_t due;               /* not asked before; INT64_MAX: not again */
    bool more;                 /* its last round ended at a bound */
    bool runs;
    struct ingest_report report;
    struct error why;
    int rc;
};

/* Workers take the jobs that are due, the longest due first; each has its own
 * connection, the store and the hosts' clocks are shared. With --follow a job
 * that is done waits for its own next time, whatever the others do. */
struct crew {
    struct invocation *in;
    struct turns turns;
    struct limit_clocks clocks;
    struct buf url, folder;
    int lock;                  /* of the file that keeps a second one out */
    bool follow;
    struct job *jobs;
    size_t count;
    pthread_mutex_t mutex;     /* for what is below, and the jobs */
    unsigned failed, ran, at_work;
    int64_t looked;            /* when a job was looked for last */
    bool broken;               /* the store is: no more jobs */
    struct error why;          /* how */
};

struct worker {
    struct crew *crew;
    struct http *http;
    struct ingest *ingest;
    pthread_t thread;
};

/* A signal said so to --follow: the present rounds end; nothing is lost. */
static volatile sig_atomic_t stopped;

static void stop(int signal)
{
    stopped = signal;
}

static int check_names(const struct invocation *in, struct error *err)
{
    if (!in->config->source_count)
        return error_set(err, ERROR_CONFIG, "no sources are configured; "
                         "swell sources lists what there is");
    for (int i = 0; i < in->argc; i++)
        if (!config_source(in->config, in->argv[i]))
            return error_set(err, ERROR_USAGE, "no source is named \"%s\" in "
                             "%s", in->argv[i], in->config->path);
    return 0;
}

static void say(const struct invocation *in, const char *label,
                const struct ingest_report *report, bool failed)
{
    if (report->skipped)
        log_line(LOG_WARN, "%s: left out %" PRIu64 " item%s, the last: %s",
                 label, report->skipped, report->skipped == 1 ? "" : "s",
                 report->skipped_why);
    if (in->globals.quiet || (failed && !report->fetched))
        return;
    const struct store_result *s = &report->stored;
    printf("%s: %" PRIu64 " new, %" PRIu64 " changed, %" PRIu64 " removed, %"
           PRIu64 " as before%s\n", label, s->added, s->replaced, s->removed,
           s->unchanged,
           failed ? ", then it failed"
           : report->complete ? "" : ", more is waiting");
    fflush(stdout);
}

/* ---- one source ------------------------------------------------------- */

static struct ingest_bounds bounds_of(const struct flags *flags,
                                      const struct job *job)
{
    uint64_t rate = job->source->per_minute ? job->source->per_minute
                        : collector_per_minute(job->kind);
    bool streams = job->kind->streams; /* it ends its rounds itself */
    return (struct ingest_bounds){
        .pages = streams ? 0 : (unsigned)flags->pages,
        .network = { .requests = (unsigned)flags->requests,
                     .bytes = flags->bytes,
                     .seconds = streams && flags->follow ? 0 : flags->time,
                     .spacing = (int64_t)(60000 / rate) } };
}

static int read_cursor(struct turns *turns, const char *label,
                       struct buf *out, struct error *err)
{
    if (!turn_begin(turns, err))
        return -1;
    int rc = store_cursor(turns->open, label, out, err);
    turn_end(turns);
    return rc < 0 ? -1 : 0;
}

/* One round. -1: the source failed; job->why names it. */
static int run_source(struct worker *w, struct job *job)
{
    struct crew *crew = w->crew;
    const struct flags *flags = crew->in->flags;
    const struct ingest_bounds bounds = bounds_of(flags, job);
    struct buf cursor = BUF_INIT(0);
    struct collection c = { .kind = job->kind, .label = job->source->label,
                            .http = w->http,
                            .folder = buf_text(&crew->folder),
                            .stop = crew->follow ? &stopped : NULL,
                            .more = job->more,
                            .since = flags->since, .further = flags->since };
    int rc = -1;
    job->why = (struct error)ERROR_INIT;
    job->report = (struct ingest_report){ .pages = 0 };
    c.since = c.further ? c.since : clock_now() - 7 * DAY;
    bool read = collection_read(&c, crew->in->config, job->source,
                                &job->why) == 0;
    if (read && read_cursor(&crew->turns, c.label, &cursor, &job->why))
        goto done;
    c.cursor = buf_text(&cursor);
    if (!read || job->kind->open(&c, &job->why)) {
        struct error store_why = ERROR_INIT;
        if (ingest_refuse(w->ingest, &c, &job->why, &store_why))
            job->why = store_why;
        else if (read)
            error_prefix(&job->why, "%s", c.label);
    } else {
        rc = ingest_round(w->ingest, &c, &bounds, &job->report, &job->why);
    }
done:
    collection_close(&c);
    buf_release(&cursor);
    return rc;
}

/* ---- all that are due ------------------------------------------------- */

static bool fatal(const struct error *err)
{
    return err->kind == ERROR_FULL || err->kind == ERROR_CORRUPT ||
           err->kind == ERROR_BUSY;
}

/* Sets when the job is due, as the store remembers its rounds. 1: it waits
 * because the service said so, 0: not, -1: see err. */
static int plan(struct crew *crew, struct store *store, struct job *job,
                struct error *err)
{
    struct round round;
    char when[CLOCK_TEXT];
    bool asked = crew->in->argc && !crew->follow;
    if (round_read(store, job->source->label, &round, err) < 0)
        return -1;
    bool waits = round.wait_until > clock_now();
    job->more = round.more;
    job->due = asked && !waits ? 0
               : round_due(&round, round_every(job->source));
    if (waits)
        log_line(asked ? LOG_ERROR : LOG_DETAIL,
                 "%s: the service asks not to be called before %s",
                 job->source->label, clock_format(round.wait_until, when));
    return waits && asked;
}

/* The next one to run, NULL: none is due. With the mutex. When the clock is
 * put right by hours, so is what was planned by the wrong one. */
static struct job *next_job(struct crew *crew)
{
    struct job *first = NULL;
    int64_t now = clock_now(), back = crew->looked - now;
    for (size_t i = 0; i < crew->count; i++) {
        struct job *job = &crew->jobs[i];
        if (job->runs)
            continue;
        if (back > HOUR && job->due < INT64_MAX)
            job->due -= back;
        if (job->due <= now && (!first || job->due < first->due))
            first = job;
    }
    crew->looked = now;
    return first;
}

/* What came of a round, said and counted. */
static void finish(struct crew *crew, struct job *job)
{
    bool busy = job->rc && job->why.kind == ERROR_BUSY;
    pthread_mutex_lock(&crew->mutex);
    say(crew->in, job->source->label, &job->report, job->rc != 0);
    crew->ran++;
    if (job->rc && (!fatal(&job->why) || (busy && crew->follow))) {
        log_line(busy ? LOG_NOTE : LOG_ERROR, "%s", job->why.text);
        crew->failed++;
    } else if (job->rc) {
        crew->broken = true;
        crew->why = job->why;
    }
    pthread_mutex_unlock(&crew->mutex);
}

/* When a followed source is due again: behind those that wait already. Without
 * the mutex: the store may keep it waiting, and a running job is its own. */
static void plan_again(struct crew *crew, struct job *job)
{
    int64_t now = clock_now();
    job->due = crew->follow ? now + BUSY_SECONDS : INT64_MAX;
    if (!crew->follow || job->why.kind == ERROR_BUSY ||
        !turn_begin(&crew->turns, NULL))
        return;
    (void)plan(crew, crew->turns.open, job, NULL); /* unread: in a little */
    turn_end(&crew->turns);
    if (job->due < now || (job->kind->streams && !job->rc))
        job->due = now;
}

static void *work(void *context)
{
    struct worker *w = context;
    struct crew *crew = w->crew;
    pthread_mutex_lock(&crew->mutex);
    while (!crew->broken && !stopped) {
        struct job *job = next_job(crew);
        if (!job && !crew->follow)
            break;
        if (job)
            job->runs = true;
        pthread_mutex_unlock(&crew->mutex);
        if (job) {
            job->rc = run_source(w, job);
            finish(crew, job);
            plan_again(crew, job);
        } else {
            sleep(1);
        }
        pthread_mutex_lock(&crew->mutex);
        if (job)
            job->runs = false;
    }
    crew->at_work--;
    pthread_mutex_unlock(&crew->mutex);
    return NULL;
}

static int worker_open(struct crew *crew, struct worker *w, struct error *err)
{
    struct http_limits limits = {
        .allow_loopback = crew->in->config->allow_loopback,
        .user_agent = crew->in->config->user_agent,
        .clocks = &crew->clocks, .stop = &stopped };
    *w = (struct worker){ .crew = crew };
    if (http_open(&w->http, &limits, err))
        return -1;
    return ingest_open(&w->ingest, crew->in->config, crew->in->rules,
                       &crew->turns, 0, 0, err);
}

/* -1 only when the store fails. */
static int tell_operator(struct crew *crew, struct error *err)
{
    struct error why = ERROR_INIT;
    int rc = alarm_tell(&crew->turns, crew->in->config, &stopped, &why, err);
    if (rc == 1)
        log_line(LOG_ERROR, "the operator is not told: %s", why.text);
    return rc < 0 ? -1 : 0;
}

/* While others follow their sources, and until they have left. */
static void keep_telling(struct crew *crew)
{
    struct error err = ERROR_INIT;
    bool busy = true;
    for (int n = 1; busy; n++) {
        sleep(1);
        if (n % TELL_SECONDS == 0 && tell_operator(crew, &err))
            log_line(LOG_ERROR, "%s", err.text);
        pthread_mutex_lock(&crew->mutex);
        busy = crew->at_work > 0;
        pthread_mutex_unlock(&crew->mutex);
    }
}

static int run_jobs(struct crew *crew, struct error *err)
{
    size_t most = ((const struct flags *)crew->in->flags)->at_once;
    struct worker workers[AT_ONCE_MOST];
    size_t count = 0, started = 0, due = 0;
    int rc = 0;
    for (size_t i = 0; i < crew->count; i++)
        due += crew->follow || crew->jobs[i].due <= clock_now();
    most = most < 1 ? 1 : most > AT_ONCE_MOST ? AT_ONCE_MOST : most;
    while (rc == 0 && count < most && count < due)
        rc = worker_open(crew, &workers[count++], err);
    pthread_mutex_lock(&crew->mutex);
    while (rc == 0 && started < count &&
           !pthread_create(&workers[started].thread, NULL, work,
                           &workers[started]))
        started++;
    crew->at_work = (unsigned)started;
    pthread_mutex_unlock(&crew->mutex);
    if (rc == 0 && count && !started)
        rc = error_set(err, ERROR_SYSTEM, "no thread can be started");
    if (crew->follow)
        keep_telling(crew);
    while (started)
        pthread_join(workers[--started].thread, NULL);
    while (count) {
        ingest_close(workers[--count].ingest);
        http_close(workers[count].http);
    }
    if (rc == 0 && crew->broken) {
        *err = crew->why;
        rc = -1;
    }
    return rc || stopped ? rc : tell_operator(crew, err);
}

/* One swell collect at a time: two would ask everything twice. 1: there is
 * another, err names it. */
static int keep_out(struct crew *crew, struct store *store, struct error *err)
{
    struct buf path = BUF_INIT(0);
    int rc = 0;
    buf_printf(&path, "%s/collect.lock", store_folder(store));
    crew->lock = open(buf_text(&path), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (crew->lock < 0)
        rc = error_set(err, ERROR_DENIED, "%s: %s", buf_text(&path),
                       strerror(errno));
    else if (flock(crew->lock, LOCK_EX | LOCK_NB)) {
        error_set(err, ERROR_BUSY, "%s: another swell collect is at work",
                  store_folder(store));
        close(crew->lock);
        crew->lock = -1;
        rc = 1;
    }
    buf_release(&path);
    return rc;
}

static int list_jobs(struct crew *crew, struct store *store, struct error *err)
{
    const struct config *config = crew->in->config;
    crew->count = 0;
    for (size_t i = 0; i < config->source_count; i++) {
        const struct source_config *source = &config->sources[i];
        struct job *job = &crew->jobs[crew->count];
        if (!(crew->in->argc ? invocation_names(crew->in, source->label)
                             : source->enabled))
            continue;
        *job = (struct job){ .source = source, .why = ERROR_INIT,
                             .kind = collector_find(source->type) };
        if (!job->kind)
            return error_set(err, ERROR_CONFIG, "%s:%d: there is no source "
                             "type \"%s\"; swell sources lists them",
                             config->path, source->line, source->type);
        int waits = plan(crew, store, job, err);
        if (waits < 0)
            return -1;
        crew->failed += waits > 0;
        crew->count++;
    }
    return 0;
}

/* 1: another one does it. */
static int prepare(struct crew *crew, struct error *err)
{
    struct store *store = turn_begin(&crew->turns, err);
    if (!store)
        return -1;
    buf_clear(&crew->folder);
    buf_printf(&crew->folder, "%s/sessions", store_folder(store));
    int rc = keep_out(crew, store, err);
    if (rc == 0 && mkdir(buf_text(&crew->folder), 0700) && errno != EEXIST)
        rc = error_set(err, ERROR_SYSTEM, "%s: %s", buf_text(&crew->folder),
                       strerror(errno));
    if (rc == 0)
        rc = list_jobs(crew, store, err);
    turn_end(&crew->turns);
    return rc;
}

static int collect(struct crew *crew, struct error *err)
{
    int rc;
    while ((rc = prepare(crew, err)) && err->kind == ERROR_BUSY &&
           crew->follow && !stopped) {
        log_line(LOG_NOTE, "%s; trying again", err->text);
        limit_sleep(BUSY_SECONDS * 1000, &stopped);
    }
    if (rc == 0)
        rc = run_jobs(crew, err);
    if (rc < 0 && !(stopped && err->kind == ERROR_BUSY))
        return -1;
    if (rc)
        log_line(LOG_NOTE, "%s; nothing to do here", err->text);
    else if (!crew->ran && !crew->failed && !crew->in->globals.quiet)
        log_line(LOG_NOTE, "no source is due");
    return crew->failed ? EXIT_INCOMPLETE : EXIT_DONE;
}

static int run(struct invocation *in, struct error *err)
{
    const struct flags *flags = in->flags;
    struct crew crew = { .in = in, .turns = TURNS_INIT, .lock = -1,
                         .clocks = LIMIT_CLOCKS_INIT, .follow = flags->follow,
                         .mutex = PTHREAD_MUTEX_INITIALIZER };
    int rc = -1;
    if (invocation_config(in, err) || check_names(in, err) ||
        invocation_rules(in, err) || invocation_store_url(in, &crew.url, err))
        goto done;
    crew.turns.url = buf_text(&crew.url);
    crew.turns.patience = flags->time;
    crew.turns.stop = &stopped;
    crew.jobs = mem_alloc(in->config->source_count * sizeof(*crew.jobs));
    if (flags->follow) { /* the second signal ends at once, as ever */
        struct sigaction action = { .sa_handler = stop,
                                    .sa_flags = (int)SA_RESETHAND };
        sigaction(SIGINT, &action, NULL);
        sigaction(SIGTERM, &action, NULL);
    }
    rc = collect(&crew, err);
done:
    if (crew.lock >= 0)
        close(crew.lock);
    mem_free(crew.jobs);
    limit_clocks_release(&crew.clocks);
    buf_release(&crew.url);
    buf_release(&crew.folder);
    return rc;
}

const struct command command_collect = {
    .name = "collect",
    .arguments = "[SOURCE...] [--follow]",
    .about = "one bounded round of each source that is due",
    .help =
        "A round brings what is new since the last one, as far as its bounds\n"
        "allow; the next goes on from there. Sources are asked side by side, a\n"
        "host never faster than its types say, and with --follow each when it\n"
        "is due itself. Named sources run now, unless the service has asked for\n"
        "patience. Two at once are safe: the second leaves. Others may write to\n"
        "the store meanwhile; one that does not end is waited for as long as for\n"
        "a source. Status 3: some source failed, each is named.\n",
    .options = options,
    .state_size = sizeof(struct flags),
    .run = run,
};
