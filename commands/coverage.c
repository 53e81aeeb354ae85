/* SPDX-License-Identifier: Apache-2.0 */
/* swell coverage: which part of the planned collection was really got. Each
 * stretch of it: swell export --what coverage. */
#include <math.h>

#include "commands/reading.h"
#include "digest/names.h"

struct flags {
    struct range_flags range;
    char *format;
};

static const struct option options[] = {
    { "format", OPTION_STRING, "text", FLAG(format), "text, csv or json" },
    RANGE_OPTIONS("24h"),
    { "since", OPTION_STRING, NULL, FLAG(range.from), "the same as --from" },
    OPTION_END
};

/* Hours of each state, and the covered share of all that was planned. */
static int put_source(struct invocation *in, const char *label,
                      struct error *err)
{
    double hours[COVERAGE_STATES], planned = 0;
    if (coverage_sums(in, label, in->from, in->until, hours, err))
        return -1;
    for (int s = COVERAGE_PLANNED; s < COVERAGE_STATES; s++)
        planned += hours[s];
    double got = hours[COVERAGE_COVERED] + hours[COVERAGE_LATE];
    double share = planned > 0 ? got / planned : NAN; /* files plan nothing */
    if (in->format == FORMAT_TEXT) {
        buf_printf(&in->out, "%-20s", label);
        for (int s = COVERAGE_PLANNED; s < COVERAGE_STATES; s++)
            buf_printf(&in->out, " %9.2f", hours[s]);
        if (planned > 0)
            buf_printf(&in->out, " %6.1f %%", 100 * share);
        buf_puts(&in->out, "\n");
        return 0;
    }
    write_begin(&in->writer, NULL, '{');
    write_coverage(&in->writer, label, hours);
    write_real(&in->writer, "share", share);
    write_end(&in->writer, '}');
    return 0;
}

static int run(struct invocation *in, struct error *err)
{
    const struct flags *flags = in->flags;
    struct names names = { 0 };
    if (invocation_format(in, flags->format, 3, err) ||
        invocation_range(in, &flags->range, DAY, err) ||
        invocation_store(in, STORE_READ, err))
        return -1;
    int rc = names_read(&names, in->store, STORE_LABELS, err);
    names_sort(&names);
    if (in->format == FORMAT_TEXT)
        buf_printf(&in->out, "%-20s %9s %9s %9s %9s %9s %8s\n", "hours",
                   "planned", "limited", "failed", "covered", "late", "share");
    else
        write_rows(&in->writer, "label,planned,rate-limited,failed,covered,late,"
                   "share");
    for (size_t i = 0; i < names.count && rc == 0; i++)
        rc = put_source(in, names.items[i], err);
    if (in->format != FORMAT_TEXT)
        write_rows_end(&in->writer);
    names_release(&names);
    return rc;
}

const struct command command_coverage = {
    .name = "coverage",
    .words = NO_WORDS,
    .arguments = "[--last 7d] [--format text|csv|json]",
    .about = "which part of the planned collection was really got",
    .help = "Hours of each state and source, and the covered share of "
            "all hours that\nwere planned. Late: covered once it was over, "
            "and had failed before. No share\nwhere nothing was planned, as "
            "files plan nothing.\n",
    .options = options,
    .state_size = sizeof(struct flags),
    .run = run,
};
