/* SPDX-License-Identifier: Apache-2.0 */
/* swell import: posts out of files into the store, tagged on the way; and
 * what is known of how complete they are. Reads no format itself: see
 * collectors/file.h. */
#include <inttypes.h>
#include <sched.h>

#include "base/limit.h"
#include "base/log.h"
#include "collectors/file.h"
#include "collectors/file_input.h"
#include "commands/command.h"
#include "pipeline/ingest.h"

enum { THREADS_DEFAULT_MOST = 4, COMPLAINTS = 10 };

struct flags {
    char *format, *source, *what, *threads;
    struct option_list map;
    uint64_t batch;
};

static const struct option options[] = {
    { "format", OPTION_STRING, "auto", FLAG(format),
      "auto, ndjson, csv, tsv, twarc, pushshift or jetstream" },
    { "map", OPTION_LIST, NULL, FLAG(map),
      "what a column or key means: theirs=ours, as body=text; repeatable" },
    { "source", OPTION_STRING, "import", FLAG(source),
      "the source of posts that name none" },
    { "what", OPTION_STRING, "posts", FLAG(what),
      "posts, or coverage: CSV with label,from,until,state" },
    { "batch", OPTION_COUNT, "10000", FLAG(batch), "posts a transaction" },
    { "threads", OPTION_STRING, "auto", FLAG(threads),
      "taggers beside the reader; 0: all in one thread" },
    OPTION_END
};

struct totals {
    struct ingest_report report;
    uint64_t posts, skipped, ignored;
    char ignored_name[80];
    char skipped_why[200];      /* the last reason */
    unsigned failed;            /* files that could not be read to the end */
};

/* ---- one file --------------------------------------------------------- */

/* The file collector, with a bar. */
static int fetch(struct collection *c, struct batch *out, struct error *err)
{
    struct file_counts counts;
    int rc = collector_file.fetch(c, out, err);
    file_counts(c, &counts);
    if (counts.size)
        log_progress("kB", counts.bytes / 1000, counts.size / 1000);
    else
        log_progress("posts", counts.posts, 0);
    return rc;
}

static int set_option(void *state, const char *name, const char *value,
                      struct error *err)
{
    return option_set(option_find(collector_file.options, name), state, value,
                      ".", err);
}

static int set_options(const struct flags *flags, const char *path,
                       void *state, struct error *err)
{
    option_defaults(collector_file.options, state);
    int rc = set_option(state, "path", path, err) ||
             set_option(state, "format", flags->format, err) ||
             set_option(state, "source", flags->source, err);
    for (size_t i = 0; i < flags->map.count && !rc; i++)
        rc = set_option(state, "map", flags->map.items[i], err);
    return rc ? -1 : 0;
}

static void add_totals(struct totals *t, const struct collection *c)
{
    struct file_counts counts;
    file_counts(c, &counts);
    t->posts += counts.posts;
    t->skipped += c->skipped;
    if (c->skipped)
        snprintf(t->skipped_why, sizeof(t->skipped_why), "%s",
                 c->skipped_why);
    if (counts.ignored && !t->ignored)
        snprintf(t->ignored_name, sizeof(t->ignored_name), "%s",
                 counts.ignored_name);
    t->ignored += counts.ignored;
}

/* A file that fails is said and counted; -1 only for what ends all. */
static int import_file(struct ingest *ingest, const struct flags *flags,
                       const char *path, struct totals *t, struct error *err)
{
    struct collector kind = collector_file;
    const struct ingest_bounds bounds = { .pages = 0 };
    kind.fetch = fetch;
    struct collection c = { .kind = &kind, .label = "", .cursor = "",
                            .state = mem_alloc(kind.state_size) };
    struct error why = ERROR_INIT;
    int rc = set_options(flags, path, c.state, &why);
    if (!rc)
        rc = kind.open(&c, &why);
    if (!rc) {
        rc = ingest_round(ingest, &c, &bounds, &t->report, &why);
        log_progress("kB", 1, 1);
        add_totals(t, &c);
    }
    collection_close(&c);
    if (!rc)
        return 0;
    if (why.kind != ERROR_INPUT && why.kind != ERROR_DENIED) {
        *err = why;
        return -1;
    }
    log_line(LOG_ERROR, "%s", why.text);
    t->failed++;
    return 0;
}

static int choose_threads(const struct flags *flags, unsigned *out,
                          struct error *err)
{
    cpu_set_t set;
    if (strcmp(flags->threads, "auto") == 0) {
        int cores = sched_getaffinity(0, sizeof(set), &set) == 0
            ? CPU_COUNT(&set) : 1;
        /* Tagging is most of the work: a tagger a core, beside the reader. On
         * one core, too: there is work while the disk is waited for. */
        *out = cores < THREADS_DEFAULT_MOST ? (unsigned)cores
                                            : THREADS_DEFAULT_MOST;
        return 0;
    }
    char *end;
    unsigned long n = strtoul(flags->threads, &end, 10);
    if (*end || end == flags->threads || n > 64)
        return error_set(err, ERROR_USAGE, "--threads %s: auto or a number "
                         "from 0 to 64", flags->threads);
    *out = (unsigned)n;
    return 0;
}

/* An exit status wants its reason; without -q each line was told. */
static void tell_skipped(const struct invocation *in, uint64_t skipped,
                         const char *why)
{
    if (skipped && in->globals.quiet)
        log_line(LOG_ERROR, "left out %" PRIu64 " line%s, the last: %s",
                 skipped, skipped == 1 ? "" : "s", why);
}

static void tell(const struct totals *t, double seconds)
{
    if (t->ignored)
        log_line(LOG_NOTE, "ignored %" PRIu64 " key%s or column%s without a "
                 "meaning here, first \"%s\" (--map THEIRS=OURS gives one)",
                 t->ignored, t->ignored == 1 ? "" : "s",
                 t->ignored == 1 ? "" : "s", t->ignored_name);
    const struct store_result *s = &t->report.stored;
    struct buf line = BUF_INIT(0);
    buf_printf(&line, "%" PRIu64 " post%s: %" PRIu64 " added, %" PRIu64
               " replaced, %" PRIu64 " unchanged", t->posts,
               t->posts == 1 ? "" : "s", s->added, s->replaced, s->unchanged);
    if (s->removed)
        buf_printf(&line, ", %" PRIu64 " removed", s->removed);
    if (s->blocked)
        buf_printf(&line, ", %" PRIu64 " forgotten, deleted or expired "
                   "earlier", s->blocked);
    buf_printf(&line, "; %" PRIu64 " skipped; %.1f s", t->skipped, seconds);
    log_line(LOG_NOTE, "%s", buf_text(&line));
    buf_release(&line);
}

static int import_posts(struct invocation *in, const struct flags *flags,
                        struct error *err)
{
    struct totals t = { .posts = 0 };
    struct ingest *ingest;
    unsigned threads = 0;
    int64_t start = limit_now();
    struct turns turns = TURNS_INIT;
    if (choose_threads(flags, &threads, err) || invocation_rules(in, err) ||
        invocation_store(in, STORE_WRITE, err))
        return -1;
    turns.held = in->store;
    if (ingest_open(&ingest, in->config, in->rules, &turns, flags->batch,
                    threads, err))
        return -1;
    int rc = 0;
    for (int i = 0; i < in->argc && !rc; i++)
        rc = import_file(ingest, flags, in->argv[i], &t, err);
    ingest_close(ingest);
    if (rc)
        return -1;
    tell(&t, (double)(limit_now() - start) / 1000);
    tell_skipped(in, t.skipped, t.skipped_why);
    if (!t.failed && !t.skipped)
        return EXIT_DONE;
    return t.posts ? EXIT_INCOMPLETE : EXIT_FAILED;
}

/* ---- coverage --------------------------------------------------------- */

/* One row: label,from,until,state. */
static int cover(struct store *store, const struct text row[],
                 struct error *err)
{
    struct batch batch;
    struct store_result result = { 0 };
    struct coverage_span span;
    char state[32];
    snprintf(state, sizeof(state), "%.*s", (int)row[3].length, row[3].data);
    int index = tag_index(coverage_names, COVERAGE_STATES, state);
    if (index < 0)
        return error_set(err, ERROR_INPUT, "\"%s\" is none of planned, "
                         "rate-limited, failed, covered", state);
    span.state = (uint8_t)index;
    if (clock_parse(row[1].data, row[1].length, &span.from) ||
        clock_parse(row[2].data, row[2].length, &span.until) ||
        span.from >= span.until)
        return error_set(err, ERROR_INPUT, "from and until must be dates, "
                         "the first before the second");
    struct text label = row[0];
    if (!label.length || label.length >= sizeof(batch.label) ||
        !text_clean(label.data, label.length) ||
        memchr(label.data, '\n', label.length) ||
        memchr(label.data, '\t', label.length))
        return error_set(err, ERROR_INPUT, "a label is a name of 1 to %zu "
                         "bytes", sizeof(batch.label) - 1);
    batch_init(&batch);
    batch.coverage = span;
    memcpy(batch.label, label.data, label.length);
    int rc = store_append(store, &batch, &result, err);
    batch_release(&batch);
    return rc;
}

struct covered {
    uint64_t rows, skipped;
    struct error last;          /* why the last was skipped */
};

static int cover_file(struct store *store, const char *path,
                      struct covered *to, struct error *err)
{
    struct file_input *input;
    struct text row[FILE_COLUMNS];
    size_t count;
    enum file_line rc;
    const char *name = strcmp(path, "-") == 0 ? "stdin" : path;
    if (file_input_open(&input, path, err))
        return error_prefix(err, "%s", name);
    for (bool header = true;; header = false) {
        struct error why = ERROR_INIT;
        rc = file_input_record(input, ',', row, &count, &why);
        if (rc == FILE_LINE_END || rc == FILE_LINE_ERROR) {
            *err = why;
            break;
        }
        if (rc == FILE_LINE_GOOD &&
            (!count || (header && text_is(row[0], "label"))))
            continue;
        if (rc == FILE_LINE_GOOD && count != 4)
            error_set(&why, ERROR_INPUT, "four columns are wanted: "
                      "label,from,until,state");
        if (why.kind == ERROR_NONE && cover(store, row, &why) == 0) {
            to->rows++;
            continue;
        }
        to->last = why;
        error_prefix(&to->last, "%s:%" PRIu64, name,
                     file_input_number(input));
        if (++to->skipped <= COMPLAINTS)
            log_line(LOG_WARN, "%s", to->last.text);
    }
    file_input_close(input);
    return rc == FILE_LINE_END ? 0 : error_prefix(err, "%s", name);
}

static int import_coverage(struct invocation *in, struct error *err)
{
    struct covered c = { .rows = 0 };
    if (invocation_store(in, STORE_WRITE, err))
        return -1;
    for (int i = 0; i < in->argc; i++)
        if (cover_file(in->store, in->argv[i], &c, err))
            return -1;
    log_line(LOG_NOTE, "%" PRIu64 " stretches of coverage; %" PRIu64
             " skipped", c.rows, c.skipped);
    tell_skipped(in, c.skipped, c.last.text);
    return !c.skipped ? EXIT_DONE : c.rows ? EXIT_INCOMPLETE : EXIT_FAILED;
}

static int run(struct invocation *in, struct error *err)
{
    const struct flags *flags = in->flags;
    if (in->argc == 0)
        return error_set(err, ERROR_USAGE, "name the files to import, or - "
                         "for standard input");
    if (strcmp(flags->what, "coverage") == 0)
        return import_coverage(in, err);
    if (strcmp(flags->what, "posts") == 0)
        return import_posts(in, flags, err);
    return error_set(err, ERROR_USAGE, "--what %s: posts or coverage",
                     flags->what);
}

const struct command command_import = {
    .name = "import",
    .arguments = "[--format FORMAT] [--map THEIRS=OURS] FILE...",
    .about = "read posts out of files; gzip and zstd as they are",
    .help =
        "Formats: ndjson, csv and tsv with a header line, twarc (1 and 2),\n"
        "pushshift, jetstream; auto looks at the first line. - is standard\n"
        "input. Keys and columns: id source created_at author text lang url\n"
        "likes reposts replies reply_to kind rating; ts, timestamp and date\n"
        "also mean created_at, in_reply_to reply_to. Importing a file again\n"
        "adds nothing twice.\n"
        "\n"
        "A line that cannot be used is left out, counted and, for the first\n"
        "few, told as FILE:LINE: reason; the exit status is then 3.\n"
        "\n"
        "  swell import posts.ndjson.zst\n"
        "  swell import --map body=text --map when=created_at mine.csv\n",
    .options = options,
    .state_size = sizeof(struct flags),
    .run = run,
};
