/* SPDX-License-Identifier: Apache-2.0 */
/* swell detect: the spike detector on any series from stdin. Needs neither
 * store nor configuration. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "collectors/file_input.h"
#include "commands/command.h"
#include "digest/detect.h"

enum {
    GAP_LIMIT = 10 * 366 * 24,    /* hours without a row */
    ROWS_LIMIT = 20000000,
};
#define COUNT_LIMIT 1e15          /* doubles are exact well past this */

struct flags {
    char *format;
    double threshold;
};

static const struct option options[] = {
    { "format", OPTION_STRING, "csv", FLAG(format), "csv is the one there is" },
    { "threshold", OPTION_FLOAT, "4.5", FLAG(threshold),
      "usual spreads above expected that make an alert" },
    OPTION_END
};

struct row {
    int64_t when;
    double count;
    unsigned long line;
};

struct reading {
    struct row *rows;
    size_t count, room;
    int64_t step;       /* smallest distance between rows; 0: unknown */
    unsigned long shuffled, first_shuffled; /* earlier than the row before */
    bool rfc;           /* times come, and go, as 2026-11-20T15:00:00Z */
};

static void put_hour(const struct reading *r, struct detector *d, int64_t hour,
                     double sum, bool rows)
{
    struct detect_point p;
    char when[CLOCK_TEXT];
    /* A series that always had rows and has none now is missing some. */
    detector_skip(d, hour, &p);
    if (rows || !(p.low > 0))
        detector_step(d, hour, sum, &p);
    clock_format(p.hour, when);
    if (!r->rfc) {
        when[10] = ' ';
        when[19] = '\0';
    }
    printf("%s,%.15g,%.2f,%.2f,%d\n", when, p.count, p.expected, p.score,
           p.level == DETECT_ALERT);
}

static int by_time(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    return x->when != y->when ? (x->when > y->when) - (x->when < y->when)
                              : (x->line > y->line) - (x->line < y->line);
}

/* In order of time, or an error; warns of what it had to mend. */
static int order_rows(struct reading *r, struct error *err)
{
    unsigned long repeats = 0, first = 0;
    char text[CLOCK_TEXT];
    if (r->shuffled) {
        qsort(r->rows, r->count, sizeof(*r->rows), by_time);
        log_line(LOG_NOTE, "line %lu: earlier than the row before (%lu such "
                 "rows): sorted by time", r->first_shuffled, r->shuffled);
    }
    for (size_t i = 1; i < r->count; i++) {
        int64_t gap = r->rows[i].when - r->rows[i - 1].when;
        if (gap / HOUR > GAP_LIMIT)
            return error_set(err, ERROR_INPUT, "line %lu: %s is more than ten "
                             "years after the row before", r->rows[i].line,
                             clock_format(r->rows[i].when, text));
        if (gap && (!r->step || gap < r->step))
            r->step = gap;
        if (!gap && repeats++ == 0)
            first = r->rows[i].line;
    }
    if (repeats)
        log_line(LOG_WARN, "line %lu: same time as the row before (%lu such "
                 "rows): both are counted", first, repeats);
    return 0;
}

static void detect_rows(const struct reading *r, double threshold)
{
    struct detector d;
    size_t i = 0;
    printf("timestamp,count,expected,score,alert\n");
    detector_init(&d, threshold);
    if (!r->count)
        return;
    int64_t last = r->rows[r->count - 1].when;
    int64_t hour = r->rows[0].when - r->rows[0].when % HOUR;
    /* The last hour is closed when the next row would fall after it. */
    for (; hour <= last && hour + HOUR <= last + r->step; hour += HOUR) {
        size_t first = i;
        double sum = 0;
        for (; i < r->count && r->rows[i].when < hour + HOUR; i++)
            sum += r->rows[i].count;
        put_hour(r, &d, hour, sum, i > first);
    }
    if (i < r->count)
        log_line(LOG_NOTE, "the last hour has not ended: left out");
}

/* "timestamp,count": 1: a row, 0: the header, -1: see err. */
static int read_row(struct reading *r, const struct text cells[], size_t count,
                    struct row *out, struct error *err)
{
    struct text when = cells[0];
    char number[64], *end;
    if (count != 2)
        return error_set(err, ERROR_INPUT, "%s: a line is timestamp,count",
                         count < 2 ? "no comma" : "a comma too many");
    if (text_begins(when, "\xef\xbb\xbf")) /* a byte order mark */
        when = (struct text){ when.data + 3, when.length - 3 };
    if (clock_parse(when.data, when.length, &out->when)) {
        if (!r->count && !(when.length && *when.data >= '0' &&
                           *when.data <= '9'))
            return 0;
        return error_set(err, ERROR_INPUT, "\"%.*s\" is not a time like "
                         "2026-11-20T15:00:00Z",
                         when.length < 40 ? (int)when.length : 40, when.data);
    }
    if (!r->count)
        r->rfc = memchr(when.data, 'T', when.length) != NULL;
    snprintf(number, sizeof(number), "%.*s", (int)cells[1].length,
             cells[1].data);
    out->count = strtod(number, &end);
    if (end == number || end[strspn(end, " \t")] || !(out->count >= 0) ||
        out->count > COUNT_LIMIT)
        return error_set(err, ERROR_INPUT, "\"%.40s\" is not a count", number);
    return 1;
}

static int add_row(struct reading *r, const struct text cells[], size_t count,
                   unsigned long line, struct error *err)
{
    struct row row = { .line = line };
    int rc = read_row(r, cells, count, &row, err);
    if (rc <= 0)
        return rc;
    if (r->count == ROWS_LIMIT)
        return error_set(err, ERROR_INPUT, "more than %d rows; sum the series "
                         "to hours first", ROWS_LIMIT);
    if (r->count && row.when < r->rows[r->count - 1].when &&
        r->shuffled++ == 0)
        r->first_shuffled = line;
    r->rows = mem_grow(r->rows, &r->room, r->count, sizeof(*r->rows));
    r->rows[r->count++] = row;
    return 0;
}

static int read_all(struct reading *r, struct error *err)
{
    struct file_input *input;
    struct text cells[FILE_COLUMNS];
    size_t count;
    enum file_line rc;
    if (file_input_open(&input, "-", err))
        return -1;
    while ((rc = file_input_record(input, ',', cells, &count, err)) ==
           FILE_LINE_GOOD)
        if (count && add_row(r, cells, count, file_input_number(input), err)) {
            rc = FILE_LINE_BAD;
            break;
        }
    if (rc == FILE_LINE_BAD)
        error_prefix(err, "line %" PRIu64, file_input_number(input));
    file_input_close(input);
    return rc == FILE_LINE_END ? 0 : -1;
}

static int run(struct invocation *in, struct error *err)
{
    const struct flags *f = in->flags;
    struct reading r = { 0 };
    if (in->argc)
        return error_set(err, ERROR_USAGE, "%.60s: detect reads stdin only",
                         in->argv[0]);
    if (strcmp(f->format, "csv"))
        return error_set(err, ERROR_USAGE, "--format %.40s: csv is the one "
                         "there is", f->format);
    if (!(f->threshold > 0))
        return error_set(err, ERROR_USAGE, "--threshold must be above 0");
    int rc = read_all(&r, err) || order_rows(&r, err) ? -1 : EXIT_DONE;
    if (rc == EXIT_DONE)
        detect_rows(&r, f->threshold);
    mem_free(r.rows);
    return rc;
}

const struct command command_detect = {
    .name = "detect",
    .arguments = "[--threshold X] < SERIES.csv",
    .about = "find spikes in any series of counts",
    .help =
        "Reads lines of timestamp,count from stdin, a header allowed, in any\n"
        "order. Rows finer than an hour are summed; hours without a row count\n"
        "zero, but teach nothing where zero is beyond what is usual; the last\n"
        "hour is given once its last minutes are there (rows as close as the\n"
        "closest two reach its end). Each hour is judged from itself and\n"
        "earlier hours alone. A count cannot tell one long thread from as many\n"
        "people, so posts that come in threads give more alerts here than in\n"
        "the digest, which knows who replied to whom. Times are UTC where no\n"
        "zone is written, and given in UTC, with T and Z where they came with\n"
        "a T.\n\n"
        "  swell detect < mentions.csv | grep ',1$'\n",
    .options = options,
    .state_size = sizeof(struct flags),
    .run = run,
};
