/* SPDX-License-Identifier: Apache-2.0 */
/* swell status: is collecting well? How much is stored, when each source last
 * succeeded, what it waits for, how much of the last day it covers. Status 3
 * when something is wrong. Reads only. */
#include <inttypes.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "commands/reading.h"
#include "pipeline/round.h"

struct flags {
    char *format, *metrics;
};

static const struct option options[] = {
    { "format", OPTION_STRING, "text", FLAG(format), "text or json" },
    { "metrics", OPTION_STRING, NULL, FLAG(metrics),
      "write figures for node_exporter's textfile collector to this file "
      "instead" },
    OPTION_END
};

struct health {
    const struct source_config *source;
    struct round round;
    unsigned covered;      /* percent of the last 24 hours */
    bool planned;          /* false: it plans no hours, as files */
    char wrong[ROUND_WRONG]; /* "": well */
};

/* All that is told. Deliveries that failed: names and what digest/deliver.c
 * noted. */
struct state {
    struct store_stats stats;
    struct health *sources;  /* owned; as the configuration has them */
    size_t count, undelivered;
    struct buf text, json;   /* of deliveries */
};

static int keep_message(void *context, const struct json_value *values,
                        struct error *err)
{
    struct buf *out = context;
    (void)err;
    for (int i = 0; i < 2; i++)
        if (values[i].type == JSON_STRING) {
            buf_puts(out, i ? ": " : " of ");
            put_quoted(out, values[i].text, 0);
        }
    return 0;
}

static int take_delivery(void *context, const char *key, struct text value)
{
    static const char *const paths[] = { "day", "message", NULL };
    struct state *s = context;
    const char *name = key + strlen("delivery/");
    struct json *json = json_open("", paths, keep_message, &s->text);
    buf_printf(&s->text, "digest to %s failed", name);
    if (!json_feed(json, value.data, value.length, NULL))
        (void)json_end(json, NULL);
    json_close(json);
    buf_putc(&s->text, '\n');
    struct writer w = { .out = &s->json, .within = s->undelivered++ > 0 };
    write_begin(&w, NULL, '{');
    write_text(&w, "to", name);
    write_json(&w, "failure", value);
    write_end(&w, '}');
    return 0;
}

static int examine(struct invocation *in, const struct source_config *source,
                   struct health *h, struct error *err)
{
    enum { QUARTERS = DAY / QUARTER };
    uint8_t states[QUARTERS];
    int64_t now = clock_now(), until = now - now % QUARTER;
    *h = (struct health){ .source = source };
    if (round_read(in->store, source->label, &h->round, err) < 0 ||
        store_coverage(in->store, source->label, until - DAY, until, states,
                       err))
        return -1;
    unsigned covered = 0;
    for (size_t i = 0; i < QUARTERS; i++) {
        covered += coverage_got(states[i]);
        h->planned |= states[i] != COVERAGE_NONE;
    }
    h->covered = covered * 100 / QUARTERS;
    if (source->enabled)
        round_wrong(&h->round, round_every(source), now, h->wrong);
    return 0;
}

static const char *ago(int64_t when, char out[32])
{
    int64_t seconds = clock_now() - when;
    if (!when)
        snprintf(out, 32, "never");
    else if (seconds < 2 * MINUTE)
        snprintf(out, 32, "%" PRId64 " s ago", seconds);
    else if (seconds < 2 * HOUR)
        snprintf(out, 32, "%" PRId64 " min ago", seconds / MINUTE);
    else if (seconds < 2 * DAY)
        snprintf(out, 32, "%" PRId64 " h ago", seconds / HOUR);
    else
        snprintf(out, 32, "%" PRId64 " days ago", seconds / DAY);
    return out;
}

static void print_text(const struct state *s)
{
    char a[32], b[32], when[CLOCK_TEXT];
    struct buf words = BUF_INIT(0);
    const struct store_stats *stats = &s->stats;
    printf("%" PRIu64 " post%s, %u subject%s, %.1f MiB used of %.1f MiB\n",
           stats->posts, stats->posts == 1 ? "" : "s", stats->subjects,
           stats->subjects == 1 ? "" : "s",
           (double)stats->bytes_used / (double)MiB,
           (double)stats->bytes_file / (double)MiB);
    for (size_t i = 0; i < s->count; i++) {
        const struct health *h = &s->sources[i];
        printf("%-20s last success %s, last new post %s", h->source->label,
               ago(h->round.last_ok, a), ago(h->round.last_post, b));
        if (h->planned)
            printf(", covers %u %% of the last day", h->covered);
        printf("%s\n", h->source->enabled ? "" : " (switched off)");
        if (*h->wrong || h->round.failures) {
            buf_clear(&words);
            put_quoted(&words, text_of(*h->wrong ? h->wrong
                                                 : h->round.message), 0);
            printf("%-20s %s%s\n", "", *h->wrong ? "" : "failed once: ",
                   buf_text(&words));
        }
        if (h->round.wait_until > clock_now() && !*h->wrong)
            printf("%-20s waits until %s, as the service asks\n", "",
                   clock_format(h->round.wait_until, when));
    }
    fputs(buf_text(&s->text), stdout);
    buf_release(&words);
}

static void put_health(struct writer *w, const struct health *h)
{
    write_begin(w, NULL, '{');
    write_text(w, "name", h->source->label);
    write_text(w, "type", h->source->type);
    write_time(w, "last_try", h->round.last_try);
    write_time(w, "last_ok", h->round.last_ok);
    write_time(w, "last_post", h->round.last_post);
    write_time(w, "wait_until", h->round.wait_until);
    write_count(w, "failures", h->round.failures);
    write_count(w, "covered_percent", h->covered);
    write_flag(w, "ok", !*h->wrong);
    write_text(w, "message", *h->wrong ? h->wrong : h->round.message);
    write_end(w, '}');
}

static void print_json(struct writer *w, const struct state *s)
{
    write_begin(w, NULL, '{');
    write_count(w, "posts", s->stats.posts);
    write_count(w, "subjects", s->stats.subjects);
    write_count(w, "bytes_used", s->stats.bytes_used);
    write_count(w, "bytes_file", s->stats.bytes_file);
    write_begin(w, "sources", '[');
    for (size_t i = 0; i < s->count; i++)
        put_health(w, &s->sources[i]);
    write_end(w, ']');
    write_begin(w, "deliveries_failed", '[');
    write_json(w, NULL, buf_bytes(&s->json));
    write_end(w, ']');
    write_end(w, '}');
    buf_putc(w->out, '\n');
}

/* ---- for node_exporter ------------------------------------------------ */

static double up(const struct health *h) { return !*h->wrong; }
static double ran(const struct health *h) { return h->round.last_try; }
static double worked(const struct health *h) { return h->round.last_ok; }
static double posted(const struct health *h) { return h->round.last_post; }
static double failing(const struct health *h) { return h->round.failures; }
static double waits(const struct health *h) { return h->round.wait_until; }
static double share(const struct health *h) { return h->covered / 100.0; }

static const struct metric {
    const char *name, *help;
    double (*value)(const struct health *h);
} metrics[] = {
    { "up", "1: all is well with the source, 0: swell status says what is not",
      up },
    { "last_round_timestamp_seconds", "start of its last round, 0: never",
      ran },
    { "last_success_timestamp_seconds", "start of its last round that worked",
      worked },
    { "last_post_timestamp_seconds", "last round that brought a new post",
      posted },
    { "failures", "failed rounds in a row", failing },
    { "wait_until_timestamp_seconds", "the service asked for this, 0: not",
      waits },
    { "covered_ratio", "part of the last 24 hours that was got", share },
};

/* A label's value: backslash and quote are escaped, a line end is a space. */
static void put_label(struct buf *out, const char *value)
{
    for (; *value; value++) {
        if (*value == '\\' || *value == '"')
            buf_putc(out, '\\');
        buf_putc(out, *value == '\n' ? ' ' : *value);
    }
}

static int write_metrics(const char *path, const struct state *s,
                         struct error *err)
{
    struct buf out = BUF_INIT(0);
    buf_printf(&out, "# HELP swell_posts posts in the store\n"
               "# TYPE swell_posts gauge\nswell_posts %" PRIu64 "\n"
               "# HELP swell_store_bytes size of the store\n"
               "# TYPE swell_store_bytes gauge\n"
               "swell_store_bytes %" PRIu64 "\n"
               "# HELP swell_undelivered digests whose delivery failed\n"
               "# TYPE swell_undelivered gauge\nswell_undelivered %zu\n",
               s->stats.posts, s->stats.bytes_file, s->undelivered);
    for (size_t m = 0; m < sizeof(metrics) / sizeof(metrics[0]); m++) {
        buf_printf(&out, "# HELP swell_source_%s %s\n"
                   "# TYPE swell_source_%s gauge\n", metrics[m].name,
                   metrics[m].help, metrics[m].name);
        for (size_t i = 0; i < s->count; i++) {
            const struct health *h = &s->sources[i];
            if (!h->source->enabled)
                continue;
            buf_printf(&out, "swell_source_%s{source=\"", metrics[m].name);
            put_label(&out, h->source->label);
            buf_puts(&out, "\",type=\"");
            put_label(&out, h->source->type);
            buf_printf(&out, "\"} %.12g\n", metrics[m].value(h));
        }
    }
    int rc = file_replace(path, &out, err);
    buf_release(&out);
    return rc;
}

static int run(struct invocation *in, struct error *err)
{
    const struct flags *flags = in->flags;
    struct state s = { .count = 0 };
    bool wrong = false;
    if (invocation_format(in, flags->format, 2, err) ||
        invocation_store(in, STORE_READ, err) ||
        store_stats(in->store, &s.stats, err))
        return -1;
    s.count = in->config->source_count;
    s.sources = mem_alloc((s.count + 1) * sizeof(*s.sources));
    int rc = store_note_scan(in->store, "delivery/", take_delivery, &s, err);
    for (size_t i = 0; i < s.count && !rc; i++) {
        rc = examine(in, &in->config->sources[i], &s.sources[i], err);
        wrong = wrong || *s.sources[i].wrong;
    }
    if (!rc && flags->metrics)
        rc = write_metrics(flags->metrics, &s, err);
    else if (!rc && in->format == FORMAT_JSON)
        print_json(&in->writer, &s);
    else if (!rc)
        print_text(&s);
    buf_release(&s.text);
    buf_release(&s.json);
    mem_free(s.sources);
    return rc                      ? -1
           : wrong || s.undelivered ? EXIT_INCOMPLETE
                                    : EXIT_DONE;
}

const struct command command_status = {
    .name = "status",
    .words = NO_WORDS,
    .arguments = "[--format text|json] [--metrics FILE]",
    .about = "is collecting well? store, sources, waits, coverage",
    .help =
        "Status 3 when a source never ran, is no longer run, failed twice in\n"
        "a row, has not worked for a day, is told to wait for an hour or more,\n"
        "or is silent for far longer than it used to be; and when a digest\n"
        "could not be delivered. What is wrong with a source is told in the\n"
        "same words in the digest and, with operator: under digest:, in a\n"
        "mail; in --metrics its swell_source_up is 0.\n",
    .options = options,
    .state_size = sizeof(struct flags),
    .run = run,
};
