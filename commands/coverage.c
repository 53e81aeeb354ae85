/* SPDX-License-Identifier: Apache-2.0 */
/* swell coverage: which part of the planned collection was really got. */
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/tags.h"
#include "commands/command.h"

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
    OPTION_END
};

struct names {
    char **items;
    size_t count, room;
};

static int keep_name(void *context, const char *name)
{
    struct names *n = context;
    n->items = mem_grow(n->items, &n->room, n->count, sizeof(*n->items));
    n->items[n->count++] = mem_string(name);
    return 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

enum form { TEXT_FORM, CSV_FORM, JSON_FORM };

struct table {
    enum form form;
    bool spans, first;
    int64_t from, until;
};

/* A source's name comes from the configuration, so no comma is in it that
 * would not be quoted. */
static void print_label(const struct table *t, const char *label)
{
    struct buf out = BUF_INIT(0);
    if (t->form == JSON_FORM)
        json_write(&out, text_of(label));
    else
        buf_puts(&out, label);
    printf(t->form == TEXT_FORM ? "%-20s" : "%s", out.data);
    buf_release(&out);
}

static void print_span(struct table *t, const char *label, int64_t from,
                       int64_t until, uint8_t state)
{
    char a[CLOCK_TEXT], b[CLOCK_TEXT];
    const char *name = coverage_names[state];
    clock_format(from, a);
    clock_format(until, b);
    if (t->form == JSON_FORM)
        printf("%s\n {\"label\":", t->first ? "" : ",");
    print_label(t, label);
    if (t->form == JSON_FORM)
        printf(",\"from\":\"%s\",\"until\":\"%s\",\"state\":\"%s\"}", a, b,
               name);
    else
        printf(t->form == CSV_FORM ? ",%s,%s,%s\n" : " %s  %s  %s\n", a, b,
               name);
    t->first = false;
}

static void print_spans(struct table *t, const char *label,
                        const uint8_t *states, size_t count)
{
    size_t start = 0;
    for (size_t i = 1; i <= count; i++)
        if (i == count || states[i] != states[start]) {
            if (states[start] != COVERAGE_NONE)
                print_span(t, label, t->from + (int64_t)start * QUARTER,
                           t->from + (int64_t)i * QUARTER, states[start]);
            start = i;
        }
}

/* Hours of each state, and the covered share of all that was planned. */
static void print_totals(struct table *t, const char *label,
                         const uint8_t *states, size_t count)
{
    size_t sum[COVERAGE_STATES] = { 0 };
    for (size_t i = 0; i < count; i++)
        sum[states[i]]++;
    size_t planned = count - sum[COVERAGE_NONE];
    double share = planned ? (double)sum[COVERAGE_COVERED] / (double)planned
                           : 0;
    if (t->form == JSON_FORM)
        printf("%s\n {\"label\":", t->first ? "" : ",");
    print_label(t, label);
    for (uint8_t s = COVERAGE_PLANNED; s < COVERAGE_STATES; s++) {
        double hours = (double)sum[s] / 4;
        if (t->form == JSON_FORM)
            printf(",\"%s\":%.2f", coverage_names[s], hours);
        else
            printf(t->form == CSV_FORM ? ",%.2f" : " %12.2f", hours);
    }
    if (t->form == JSON_FORM)
        printf(",\"share\":%.3f}", share);
    else
        printf(t->form == CSV_FORM ? ",%.3f\n" : " %8.1f %%\n",
               t->form == CSV_FORM ? share : 100 * share);
    t->first = false;
}

static void print_head(const struct table *t)
{
    if (t->form == JSON_FORM)
        printf("[");
    else if (t->form == CSV_FORM)
        printf(t->spans ? "label,from,until,state\n"
               : "label,planned,rate-limited,failed,covered,share\n");
    else if (t->spans)
        printf("%-20s %-20s  %-20s  %s\n", "source", "from", "until", "state");
    else
        printf("%-20s %12s %12s %12s %12s %10s\n", "hours", "planned only",
               "rate-limited", "failed", "covered", "covered");
}

static int print_source(struct invocation *in, struct table *t,
                        const char *label, struct error *err)
{
    size_t count = (size_t)((t->until - t->from) / QUARTER);
    uint8_t *states = mem_alloc(count);
    int rc = store_coverage(in->store, label, t->from, t->until, states, err);
    if (rc == 0 && t->spans)
        print_spans(t, label, states, count);
    else if (rc == 0)
        print_totals(t, label, states, count);
    mem_free(states);
    return rc;
}

static int run(struct invocation *in, struct error *err)
{
    static const char *const forms[] = { "text", "csv", "json" };
    const struct coverage_flags *flags = in->flags;
    struct names names = { 0 };
    int form = tag_index(forms, 3, flags->format), rc = -1;
    struct table t = { .spans = flags->spans, .first = true };
    if (form < 0)
        return error_set(err, ERROR_USAGE, "--format %s: text, csv or json",
                         flags->format);
    t.form = (enum form)form;
    if (range_resolve(in, &flags->range, &t.from, &t.until, NULL, err) ||
        invocation_store(in, STORE_READ, err) ||
        store_names(in->store, STORE_LABELS, keep_name, &names, err))
        goto done;
    if (names.count)
        qsort(names.items, names.count, sizeof(*names.items), by_name);
    print_head(&t);
    rc = EXIT_DONE;
    for (size_t i = 0; i < names.count && rc == EXIT_DONE; i++)
        rc = print_source(in, &t, names.items[i], err);
    if (rc == EXIT_DONE && t.form == JSON_FORM)
        printf("\n]\n");
done:
    for (size_t i = 0; i < names.count; i++)
        mem_free(names.items[i]);
    mem_free(names.items);
    return rc;
}

const struct command command_coverage = {
    .name = "coverage",
    .wordless = true,
    .arguments = "[--last 7d] [--spans] [--format text|csv|json]",
    .about = "which part of the planned collection was really got",
    .help = "Hours of each state and source, and the covered share of "
            "all hours that\nwere planned.\n",
    .options = options,
    .state_size = sizeof(struct coverage_flags),
    .run = run,
};
