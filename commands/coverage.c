/* SPDX-License-Identifier: Apache-2.0 */
/* swell coverage: which part of the planned collection was really got. */
#include "base/clock.h"
#include "base/mem.h"
#include "base/write.h"
#include "commands/reading.h"
#include "digest/names.h"

struct coverage_flags {
    struct range_flags range;
    char *format;
    bool spans;
};

static const struct option options[] = {
    { "format", OPTION_STRING, "text", offsetof(struct coverage_flags, format),
      "text, csv or json" },
    { "spans", OPTION_BOOL, NULL, offsetof(struct coverage_flags, spans),
      "each stretch of one state instead of totals" },
    RANGE_OPTIONS(struct coverage_flags),
    { "since", OPTION_STRING, NULL,
      offsetof(struct coverage_flags, range.from), "the same as --from" },
    OPTION_END
};

struct table {
    int format;
    bool spans;
    int64_t from, until;
    struct buf out;
    struct writer writer;
};

static void put_span(struct table *t, const char *label, int64_t from,
                     int64_t until, uint8_t state)
{
    struct writer *w = &t->writer;
    char a[CLOCK_TEXT], b[CLOCK_TEXT];
    if (t->format == FORMAT_TEXT) {
        buf_printf(&t->out, "%-20s %s  %s  %s\n", label,
                   clock_format(from, a), clock_format(until, b),
                   coverage_names[state]);
        return;
    }
    write_begin(w, NULL, '{');
    write_text(w, "label", label);
    write_time(w, "from", from);
    write_time(w, "until", until);
    write_text(w, "state", coverage_names[state]);
    write_end(w, '}');
}

static void put_spans(struct table *t, const char *label,
                      const uint8_t *states, size_t count)
{
    size_t start = 0;
    for (size_t i = 1; i <= count; i++)
        if (i == count || states[i] != states[start]) {
            if (states[start] != COVERAGE_NONE)
                put_span(t, label, t->from + (int64_t)start * QUARTER,
                         t->from + (int64_t)i * QUARTER, states[start]);
            start = i;
        }
}

/* Hours of each state, and the covered share of all that was planned. */
static void put_totals(struct table *t, const char *label,
                       const uint8_t *states, size_t count)
{
    struct writer *w = &t->writer;
    size_t sum[COVERAGE_STATES] = { 0 };
    for (size_t i = 0; i < count; i++)
        sum[states[i]]++;
    size_t planned = count - sum[COVERAGE_NONE];
    size_t got = sum[COVERAGE_COVERED] + sum[COVERAGE_LATE];
    double share = planned ? (double)got / (double)planned : 0;
    if (t->format == FORMAT_TEXT) {
        buf_printf(&t->out, "%-20s", label);
        for (int s = COVERAGE_PLANNED; s < COVERAGE_STATES; s++)
            buf_printf(&t->out, " %9.2f", (double)sum[s] / 4);
        buf_printf(&t->out, " %6.1f %%\n", 100 * share);
        return;
    }
    write_begin(w, NULL, '{');
    write_text(w, "label", label);
    for (int s = COVERAGE_PLANNED; s < COVERAGE_STATES; s++)
        write_real(w, coverage_names[s], (double)sum[s] / 4);
    write_real(w, "share", share);
    write_end(w, '}');
}

static void put_head(struct table *t)
{
    struct buf *out = &t->out;
    if (t->format == FORMAT_JSON)
        write_begin(&t->writer, NULL, '[');
    else if (t->format == FORMAT_CSV)
        buf_puts(out, t->spans ? "label,from,until,state\n"
                               : "label,planned,rate-limited,failed,covered,"
                                 "late,share\n");
    else if (t->spans)
        buf_printf(out, "%-20s %-20s  %-20s  %s\n", "source", "from", "until",
                   "state");
    else
        buf_printf(out, "%-20s %9s %9s %9s %9s %9s %8s\n", "hours",
                   "planned", "limited", "failed", "covered", "late",
                   "share");
}

static int put_source(struct invocation *in, struct table *t,
                      const char *label, struct error *err)
{
    size_t count = (size_t)((t->until - t->from) / QUARTER);
    uint8_t *states = mem_alloc(count);
    int rc = store_coverage(in->store, label, t->from, t->until, states, err);
    if (rc == 0)
        (t->spans ? put_spans : put_totals)(t, label, states, count);
    mem_free(states);
    return rc;
}

static int run(struct invocation *in, struct error *err)
{
    const struct coverage_flags *flags = in->flags;
    struct names names = { 0 };
    struct table t = { .spans = flags->spans };
    int rc = -1;
    t.format = format_index(flags->format, 3, err);
    t.writer = (struct writer){ .out = &t.out, .csv = t.format == FORMAT_CSV };
    if (t.format < 0 ||
        range_resolve(in, &flags->range, &t.from, &t.until, NULL, err) ||
        invocation_store(in, STORE_READ, err) ||
        names_read(&names, in->store, STORE_LABELS, err))
        goto done;
    names_sort(&names);
    put_head(&t);
    rc = EXIT_DONE;
    for (size_t i = 0; i < names.count && rc == EXIT_DONE; i++)
        rc = put_source(in, &t, names.items[i], err);
    if (t.format == FORMAT_JSON) {
        write_end(&t.writer, ']');
        buf_putc(&t.out, '\n');
    }
    if (rc == EXIT_DONE)
        fwrite(buf_text(&t.out), 1, t.out.length, stdout);
done:
    buf_release(&t.out);
    names_release(&names);
    return rc;
}

const struct command command_coverage = {
    .name = "coverage",
    .wordless = true,
    .arguments = "[--last 7d] [--spans] [--format text|csv|json]",
    .about = "which part of the planned collection was really got",
    .help = "Hours of each state and source, and the covered share of "
            "all hours that\nwere planned. Late: covered once it was over, "
            "and had failed before.\n",
    .options = options,
    .state_size = sizeof(struct coverage_flags),
    .run = run,
};
