/* SPDX-License-Identifier: Apache-2.0 */
/* swell detect: the spike detector on any series from stdin. Needs neither
 * store nor configuration. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "commands/command.h"
#include "digest/detect.h"

enum {
    LINE_LIMIT = 1024,            /* bytes of a line */
    GAP_LIMIT = 10 * 366 * 24,    /* hours without a row */
};
#define COUNT_LIMIT 1e15          /* doubles are exact well past this */

struct flags {
    char *format;
    double threshold;
};

static const struct option options[] = {
    { "format", OPTION_STRING, "csv", offsetof(struct flags, format),
      "csv is the one there is" },
    { "threshold", OPTION_FLOAT, "4.5", offsetof(struct flags, threshold),
      "usual spreads above expected that make an alert" },
    OPTION_END
};

/* Rows of one hour on their way to be a closed hour. */
struct reading {
    struct detector detector;
    int64_t hour;       /* being summed; -1: none yet */
    double sum;
    int64_t last;       /* time of the newest row */
    int64_t step;       /* smallest distance between rows; 0: unknown */
    unsigned long line, repeats, first_repeat;
};

static void put_hour(struct reading *r)
{
    struct detect_point p;
    char when[CLOCK_TEXT];

    detector_step(&r->detector, r->hour, r->sum, &p);
    clock_format(p.hour, when);
    when[10] = ' ';
    when[19] = '\0';
    printf("%s,%.15g,%.2f,%.2f,%d\n", when, p.count, p.expected, p.score,
           p.level == DETECT_ALERT);
    r->hour += HOUR;
    r->sum = 0;
}

static int take_row(struct reading *r, int64_t when, double count,
                    struct error *err)
{
    int64_t hour = when - when % HOUR;
    char text[CLOCK_TEXT];

    if (r->hour < 0)
        r->hour = hour;
    else if (when != r->last && (!r->step || llabs(when - r->last) < r->step))
        r->step = llabs(when - r->last);
    if (r->last == when && r->line > 1 && r->repeats++ == 0)
        r->first_repeat = r->line;
    if (hour < r->hour)
        return error_set(err, ERROR_INPUT,
                         "line %lu: %s is in an hour that a later row closed; "
                         "sort the series by time", r->line,
                         clock_format(when, text));
    if ((hour - r->hour) / HOUR > GAP_LIMIT)
        return error_set(err, ERROR_INPUT, "line %lu: %s is more than ten "
                         "years after the row before", r->line,
                         clock_format(when, text));
    while (r->hour < hour)
        put_hour(r);
    r->sum += count;
    r->last = when;
    return 0;
}

/* "timestamp,count": 1: a row, 0: nothing (blank, header), -1: see err. */
static int read_line(struct reading *r, char *line, int64_t *when,
                     double *count, struct error *err)
{
    char *comma, *end;
    size_t length = strcspn(line, "\r\n");

    line[length] = '\0';
    if (r->line == 1 && strncmp(line, "\xef\xbb\xbf", 3) == 0)
        line += 3;
    if (line[strspn(line, " \t")] == '\0')
        return 0;
    /* Some programs quote every cell; neither cell can hold a quote. */
    end = line;
    for (const char *from = line; *from; from++)
        if (*from != '"')
            *end++ = *from;
    *end = '\0';
    comma = strchr(line, ',');
    if (!comma)
        return error_set(err, ERROR_INPUT, "line %lu: no comma: a line is "
                         "timestamp,count", r->line);
    if (clock_parse(line, (size_t)(comma - line), when)) {
        if (r->hour < 0 && (*line < '0' || *line > '9'))
            return 0;
        *comma = '\0';
        return error_set(err, ERROR_INPUT, "line %lu: \"%.40s\" is not a time "
                         "like 2026-11-20T15:00:00Z", r->line, line);
    }
    *count = strtod(comma + 1, &end);
    if (end == comma + 1 || end[strspn(end, " \t")] || !(*count >= 0) ||
        *count > COUNT_LIMIT)
        return error_set(err, ERROR_INPUT, "line %lu: \"%.40s\" is not a "
                         "count", r->line, comma + 1);
    return 1;
}

static int read_all(struct reading *r, struct error *err)
{
    char line[LINE_LIMIT];
    int64_t when = 0;
    double count = 0;
    int rc;

    while (fgets(line, sizeof(line), stdin)) {
        r->line++;
        if (strlen(line) == sizeof(line) - 1 && !strchr(line, '\n'))
            return error_set(err, ERROR_INPUT, "line %lu: longer than %d "
                             "bytes", r->line, LINE_LIMIT - 2);
        rc = read_line(r, line, &when, &count, err);
        if (rc < 0 || (rc && take_row(r, when, count, err)))
            return -1;
    }
    if (ferror(stdin))
        return error_set(err, ERROR_SYSTEM, "cannot read stdin: %s",
                         strerror(errno));
    return 0;
}

static int run(struct invocation *in, struct error *err)
{
    const struct flags *f = in->flags;
    struct reading r = { .hour = -1, .last = -1 };

    if (in->argc)
        return error_set(err, ERROR_USAGE, "%.60s: detect reads stdin only",
                         in->argv[0]);
    if (strcmp(f->format, "csv"))
        return error_set(err, ERROR_USAGE, "--format %.40s: csv is the one "
                         "there is", f->format);
    if (!(f->threshold > 0))
        return error_set(err, ERROR_USAGE, "--threshold must be above 0");
    detector_init(&r.detector, f->threshold);
    printf("timestamp,count,expected,score,alert\n");
    if (read_all(&r, err))
        return -1;
    /* The last hour is closed when the next row would fall after it. */
    if (r.hour >= 0 && r.last + r.step >= r.hour + HOUR)
        put_hour(&r);
    else if (r.hour >= 0)
        log_line(LOG_NOTE, "the last hour has not ended: left out");
    if (r.repeats)
        log_line(LOG_WARN, "line %lu: same time as the row before (%lu such "
                 "rows): both are counted", r.first_repeat, r.repeats);
    return EXIT_DONE;
}

const struct command command_detect = {
    .name = "detect",
    .arguments = "[--threshold X] < SERIES.csv",
    .about = "find spikes in any series of counts",
    .help =
        "Reads lines of timestamp,count from stdin, a header allowed. Rows\n"
        "finer than an hour are summed; hours without a row count zero; the\n"
        "last hour is given once its last minutes are there (rows as close\n"
        "as the closest two reach its end). Each hour is judged from itself\n"
        "and earlier hours alone. Times are UTC where no zone is written.\n\n"
        "  swell detect < mentions.csv | grep ',1$'\n",
    .options = options,
    .state_size = sizeof(struct flags),
    .run = run,
};
