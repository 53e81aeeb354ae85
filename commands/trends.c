/* SPDX-License-Identifier: Apache-2.0 */
/* swell trends: what stood out in a range, with its cause. */
#include <inttypes.h>

#include "base/clock.h"
#include "base/json.h"
#include "commands/command.h"
#include "commands/reading.h"
#include "digest/alerts.h"

struct flags {
    struct range_flags range;
    char *format;
    bool watch;
};

static const struct option options[] = {
    RANGE_OPTIONS(struct flags),
    { "watch", OPTION_BOOL, "no", offsetof(struct flags, watch),
      "also what is only worth watching" },
    { "format", OPTION_STRING, "text", offsetof(struct flags, format),
      "text, csv or json" },
    OPTION_END
};

static bool shown(const struct alert *a, const struct flags *f)
{
    return f->watch || (a->level == DETECT_ALERT && !a->withheld);
}

static const char *state_of(const struct alert *a)
{
    if (a->kind == ALERT_TOPIC)
        return "new";
    if (a->kind == ALERT_QUIET)
        return a->rising ? "still silent" : "over";
    return a->rising ? "still up" : "over";
}

/* ---- text ------------------------------------------------------------- */

static void print_share(const char *what, const struct alert_share *s)
{
    if (s->name)
        printf("  %s: %s, %.0f %% (usually %.0f %%)\n", what, s->name,
               100 * s->share, 100 * s->usual);
}

static void print_line(const char *text)
{
    struct text fit = text_fit(text_of(text), 72);

    for (size_t i = 0; i < fit.length; i++)
        putchar((unsigned char)fit.data[i] < ' ' ? ' ' : fit.data[i]);
    putchar('\n');
}

static void print_text(const struct alert *a)
{
    char since[CLOCK_TEXT], until[CLOCK_TEXT];

    printf("\n%s %s: %s %s, %s to %s (%s)%s\n",
           detect_level_names[a->level], alert_kind_names[a->kind],
           a->subject, a->parts[0].name, clock_format(a->since, since),
           clock_format(a->until, until),
           state_of(a),
           a->withheld ? " - coverage too poor to judge" : "");
    for (size_t i = 0; i < a->part_count; i++) {
        const struct alert_part *p = &a->parts[i];
        printf("  %s %s: %" PRIu64 " where %.0f to %.0f are usual, score "
               "%.1f\n", p->subject, p->name, p->observed, p->low, p->high,
               p->score);
    }
    if (a->kind == ALERT_QUIET)
        return;
    if (a->kind == ALERT_TOPIC)
        printf("  %" PRIu64 " posts by %" PRIu64 " writers\n", a->posts,
               a->authors);
    else
        printf("  %" PRIu64 " posts by %" PRIu64 " writers; busiest writer "
               "%.0f %%, copies %.0f %%%s\n", a->posts, a->authors,
               100 * a->top_author, 100 * a->copied,
               a->few_writers ? " - carried by few" : "");
    print_share("aspect", &a->aspect);
    print_share("channel", &a->channel);
    print_share("source", &a->source);
    if (a->term_count) {
        printf("  terms:");
        for (size_t i = 0; i < a->term_count; i++)
            printf("%s %s", i ? "," : "", a->terms[i].text);
        printf("\n");
    }
    for (size_t i = 0; i < a->sample_count; i++) {
        printf("  > ");
        print_line(a->samples[i].text);
    }
}

/* ---- csv, json -------------------------------------------------------- */

static void print_csv(const struct alert *a)
{
    char since[CLOCK_TEXT], until[CLOCK_TEXT];

    for (size_t i = 0; i < a->part_count; i++) {
        const struct alert_part *p = &a->parts[i];
        printf("%s,%s,%s,%s,%s,%s,%" PRIu64 ",%.2f,%.0f,%.0f,%.2f,%" PRIu64
               ",%.3f,%.3f,%.3f,%s\n", a->subject, alert_kind_names[a->kind],
               detect_level_names[i ? p->level : a->level], p->name,
               clock_format(p->since, since), clock_format(p->until, until),
               p->observed, p->expected, p->low, p->high, p->score,
               i ? 0 : a->authors, i ? 0 : a->top_author, i ? 0 : a->copied,
               a->coverage, p->subject);
    }
}

static void json_field(struct buf *out, const char *name, const char *text)
{
    buf_printf(out, ",\"%s\":", name);
    json_write(out, text_of(text));
}

static void json_part(struct buf *out, const struct alert_part *p)
{
    char when[CLOCK_TEXT];

    buf_puts(out, "{\"subject\":");
    json_write(out, text_of(p->subject));
    json_field(out, "measure", p->name);
    json_field(out, "level", detect_level_names[p->level]);
    json_field(out, "since", clock_format(p->since, when));
    json_field(out, "until", clock_format(p->until, when));
    buf_printf(out, ",\"observed\":%" PRIu64 ",\"expected\":%.2f,\"low\":%.0f,"
               "\"high\":%.0f,\"score\":%.2f}", p->observed, p->expected,
               p->low, p->high, p->score);
}

static void json_share(struct buf *out, const char *what,
                       const struct alert_share *s)
{
    if (!s->name)
        return;
    buf_printf(out, ",\"%s\":{\"name\":", what);
    json_write(out, text_of(s->name));
    buf_printf(out, ",\"posts\":%" PRIu64 ",\"share\":%.3f,\"usual\":%.3f}",
               s->posts, s->share, s->usual);
}

static void json_alert(struct buf *out, const struct alert *a)
{
    char when[CLOCK_TEXT];

    buf_puts(out, "{\"subject\":");
    json_write(out, text_of(a->subject));
    json_field(out, "kind", alert_kind_names[a->kind]);
    json_field(out, "level", detect_level_names[a->level]);
    json_field(out, "since", clock_format(a->since, when));
    json_field(out, "until", clock_format(a->until, when));
    buf_printf(out, ",\"rising\":%s,\"fresh\":%s,\"judged\":%s,"
               "\"coverage\":%.3f,\"severity\":%.2f,\"posts\":%" PRIu64
               ",\"authors\":%" PRIu64 ",\"top_author\":%.3f,"
               "\"copied\":%.3f,\"parts\":[", a->rising ? "true" : "false",
               a->fresh ? "true" : "false", a->withheld ? "false" : "true",
               a->coverage, a->severity, a->posts, a->authors, a->top_author,
               a->copied);
    for (size_t i = 0; i < a->part_count; i++) {
        buf_puts(out, i ? "," : "");
        json_part(out, &a->parts[i]);
    }
    buf_putc(out, ']');
    json_share(out, "aspect", &a->aspect);
    json_share(out, "channel", &a->channel);
    json_share(out, "source", &a->source);
    buf_puts(out, ",\"terms\":[");
    for (size_t i = 0; i < a->term_count; i++) {
        buf_puts(out, i ? "," : "");
        json_write(out, text_of(a->terms[i].text));
    }
    buf_puts(out, "],\"samples\":[");
    for (size_t i = 0; i < a->sample_count; i++) {
        buf_puts(out, i ? ",{\"source\":" : "{\"source\":");
        json_write(out, text_of(a->samples[i].source));
        json_field(out, "id", a->samples[i].native_id);
        json_field(out, "text", a->samples[i].text);
        buf_putc(out, '}');
    }
    buf_puts(out, "]}");
}

/* What has been printed of a range so far. */
struct listing {
    const struct flags *flags;
    bool csv, json;
    size_t count;
    uint64_t series, subjects, subjects_new; /* of the last day */
    bool withheld;
};

/* fresh: only what began in this day; the days before have told the rest. */
static void print_alerts(struct listing *l, const struct alerts *a, bool fresh)
{
    for (size_t i = 0; i < a->count; i++) {
        const struct alert *e = &a->items[i];
        struct buf out = BUF_INIT(0);

        if (!shown(e, l->flags) || (fresh && !e->fresh))
            continue;
        if (l->csv) {
            print_csv(e);
        } else if (l->json) {
            json_alert(&out, e);
            printf("%s%s", l->count ? ",\n" : "\n", out.data);
        } else {
            print_text(e);
        }
        l->count++;
        buf_release(&out);
    }
    l->series = a->series;
    l->subjects = a->subjects;
    l->subjects_new = a->subjects_new;
    l->withheld = l->withheld || a->withheld;
}

/* A long range is told day by day, as the digest did. */
static int print_days(struct listing *l, struct invocation *in,
                      struct alerts_query *q, const struct zone *zone,
                      struct error *err)
{
    int64_t from = q->from, until = q->until;
    bool days = until - from > 2 * DAY;

    for (int64_t at = from; at < until; at = q->until) {
        struct alerts *a;

        q->from = at;
        q->until = days ? zone_day_start(zone, zone_day(zone, at) + 1) : until;
        if (q->until > until)
            q->until = until;
        if (alerts_find(&a, in->store, in->config, q, err))
            return -1;
        print_alerts(l, a, days);
        alerts_close(a);
    }
    return 0;
}

static int run(struct invocation *in, struct error *err)
{
    const struct flags *f = in->flags;
    struct alerts_query q = { .causes = true };
    struct listing l = { .flags = f, .csv = !strcmp(f->format, "csv"),
                         .json = !strcmp(f->format, "json") };
    struct zone *zone = NULL;
    int rc = -1;

    if (!l.csv && !l.json && strcmp(f->format, "text"))
        return error_set(err, ERROR_USAGE, "--format %.40s: text, csv or json",
                         f->format);
    if (in->argc > 1)
        return error_set(err, ERROR_USAGE, "%.60s: one subject at a time",
                         in->argv[1]);
    q.subject = in->argc ? in->argv[0] : NULL;
    if (range_resolve(in, &f->range, &q.from, &q.until, &zone, err) ||
        invocation_store(in, STORE_READ, err) ||
        (q.subject && subject_check(in, q.subject, err)))
        goto done;
    if (l.csv)
        printf("subject,kind,level,measure,since,until,observed,expected,low,"
               "high,score,authors,top_author,copied,coverage,part_subject\n");
    if (l.json)
        printf("[");
    if (print_days(&l, in, &q, zone, err))
        goto done;
    if (l.json)
        printf("\n]\n");
    else if (!l.csv)
        printf("%s%zu told; %" PRIu64 " series of %" PRIu64 " subjects "
               "judged, %" PRIu64 " too new%s.\n", l.count ? "\n" : "",
               l.count, l.series, l.subjects, l.subjects_new,
               l.withheld ? "; coverage too poor to judge all of it" : "");
    rc = EXIT_DONE;
done:
    zone_close(zone);
    return rc;
}

const struct command command_trends = {
    .name = "trends",
    .arguments = "[SUBJECT] [--last 24h | --day DATE | --from A --to B]",
    .about = "what stood out, and why",
    .help =
        "Hours in which posts, negative posts, complaints or an aspect of a\n"
        "subject stood far above what its own last five weeks lead to expect,\n"
        "joined to one story a brand; and brands that fell silent while the\n"
        "sources work. Nothing is said from fewer than three writers.\n\n"
        "  swell trends --last 7d\n"
        "  swell trends acme --day yesterday --watch --format json\n",
    .options = options,
    .state_size = sizeof(struct flags),
    .run = run,
};
