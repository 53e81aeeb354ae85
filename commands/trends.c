/* SPDX-License-Identifier: Apache-2.0 */
/* swell trends: what stood out in a range, with its cause. */
#include <inttypes.h>

#include "commands/reading.h"
#include "digest/json.h"

struct flags {
    struct range_flags range;
    char *format;
    bool watch;
};

static const struct option options[] = {
    RANGE_OPTIONS("24h"),
    { "watch", OPTION_BOOL, "no", FLAG(watch),
      "also what is only worth watching" },
    { "format", OPTION_STRING, "text", FLAG(format), "text, csv or json" },
    OPTION_END
};

/* As of the end of its day. */
static const char *state_of(const struct alert *a)
{
    if (a->kind == ALERT_TOPIC)
        return "new";
    if (!a->rising)
        return "over";
    return a->kind == ALERT_QUIET ? "silent to the end of the day"
                                  : "up to the end of the day";
}

/* ---- text ------------------------------------------------------------- */

static void put_share(struct buf *out, const char *what,
                      const struct alert_share *s)
{
    if (s->name)
        buf_printf(out, "  %s: %s, %.0f %% (usually %.0f %%)\n", what, s->name,
                   100 * s->share, 100 * s->usual);
}

static void put_text(struct buf *out, const struct alert *a,
                     const struct zone *zone)
{
    buf_printf(out, "\n%s %s: %s ", detect_level_names[a->level],
               alert_kind_names[a->kind], a->subject);
    put_quoted(out, text_of(a->parts[0].name), 0);
    buf_puts(out, ", ");
    local_time(out, zone, a->since);
    buf_puts(out, " to ");
    local_time(out, zone, a->until);
    buf_printf(out, " (%s)%s\n", state_of(a),
               a->withheld ? " - coverage too poor to judge" : "");
    for (size_t i = 0; i < a->part_count; i++) {
        const struct alert_part *p = &a->parts[i];
        buf_printf(out, "  %s ", p->subject);
        put_quoted(out, text_of(p->name), 0);
        buf_printf(out, ": %" PRIu64 " where %.0f to %.0f are usual, score "
                   "%.1f\n", p->observed, p->low, p->high, p->score);
    }
    if (a->kind == ALERT_QUIET)
        return;
    buf_printf(out, "  %" PRIu64 " posts by %" PRIu64 " writers", a->posts,
               a->authors);
    if (a->kind != ALERT_TOPIC)
        buf_printf(out, "; busiest writer %.0f %%, copies %.0f %%%s%s",
                   100 * a->top_author, 100 * a->copied,
                   a->few_writers ? ", held: " : "",
                   a->few_writers ? alert_held : "");
    buf_putc(out, '\n');
    put_share(out, "aspect", &a->aspect);
    put_share(out, "channel", &a->channel);
    put_share(out, "source", &a->source);
    for (size_t i = 0; i < a->term_count; i++) {
        buf_puts(out, i ? ", " : "  terms: ");
        put_quoted(out, text_of(a->terms[i].text), 0);
    }
    buf_puts(out, a->term_count ? "\n" : "");
    for (size_t i = 0; i < a->sample_count; i++) {
        buf_puts(out, "  > ");
        put_quoted(out, text_of(a->samples[i].text), 72);
        buf_putc(out, '\n');
    }
}

/* ---- csv, json -------------------------------------------------------- */

/* Of the whole story only in the row of its first part. */
static void put_rows(struct writer *w, const struct alert *a)
{
    for (size_t i = 0; i < a->part_count; i++) {
        const struct alert_part *p = &a->parts[i];
        write_begin(w, NULL, '{');
        write_text(w, NULL, a->subject);
        write_text(w, NULL, alert_kind_names[a->kind]);
        write_text(w, NULL, detect_level_names[i ? p->level : a->level]);
        write_text(w, NULL, p->name);
        write_time(w, NULL, p->since);
        write_time(w, NULL, p->until);
        write_count(w, NULL, p->observed);
        write_real(w, NULL, p->expected);
        write_real(w, NULL, p->low);
        write_real(w, NULL, p->high);
        write_real(w, NULL, p->score);
        write_count(w, NULL, i ? 0 : a->authors);
        write_real(w, NULL, i ? 0 : a->top_author);
        write_real(w, NULL, i ? 0 : a->copied);
        write_real(w, NULL, a->coverage);
        write_text(w, NULL, p->subject);
        write_end(w, '}');
    }
}

/* What has been printed of a range so far. */
struct listing {
    struct invocation *in;
    const struct flags *flags;
    size_t count;
    uint64_t series, subjects, subjects_new; /* of the last day */
    bool withheld;
};

/* fresh: only what began in this day; the days before have told the rest. */
static void print_alerts(struct listing *l, const struct alerts *a, bool fresh)
{
    struct writer *w = &l->in->writer;
    for (size_t i = 0; i < a->count; i++) {
        const struct alert *e = &a->items[i];
        bool shown = l->flags->watch ||
                     (e->level == DETECT_ALERT && !e->withheld);
        if (!shown || (fresh && !e->fresh))
            continue;
        if (l->in->format == FORMAT_CSV) {
            put_rows(w, e);
        } else if (l->in->format == FORMAT_JSON) {
            write_begin(w, NULL, '{');
            json_alert(w, e);
            write_end(w, '}');
        } else {
            put_text(w->out, e, l->in->zone);
        }
        l->count++;
    }
    l->series = a->series;
    l->subjects = a->subjects;
    l->subjects_new = a->subjects_new;
    l->withheld = l->withheld || a->withheld;
}

/* A long range is told day by day, as the digest did. */
static int print_days(struct listing *l, struct error *err)
{
    struct invocation *in = l->in;
    bool days = in->until - in->from > 2 * DAY;
    for (int64_t at = in->from, end; at < in->until; at = end) {
        struct alerts *a;
        end = days ? zone_day_start(in->zone, zone_day(in->zone, at) + 1)
                   : in->until;
        if (end > in->until)
            end = in->until;
        struct alerts_query q = { .subject = in->subject, .from = at,
                                  .until = end };
        if (alerts_find(&a, in->store, in->config, &q, err))
            return -1;
        print_alerts(l, a, days);
        alerts_close(a);
    }
    return 0;
}

static int run(struct invocation *in, struct error *err)
{
    const struct flags *f = in->flags;
    struct listing l = { .in = in, .flags = f };
    if (invocation_format(in, f->format, 3, err) ||
        invocation_range(in, &f->range, DAY, err) || subject_open(in, err))
        return -1;
    if (in->format != FORMAT_TEXT)
        write_rows(&in->writer, "subject,kind,level,measure,since,until,observed,"
                   "expected,low,high,score,authors,top_author,copied,"
                   "coverage,part_subject");
    if (print_days(&l, err))
        return -1;
    if (in->format != FORMAT_TEXT)
        write_rows_end(&in->writer);
    else
        buf_printf(&in->out, "%s%zu told; %" PRIu64 " series of %" PRIu64
                   " subjects judged, %" PRIu64 " too new%s.\n",
                   l.count ? "\n" : "", l.count, l.series, l.subjects,
                   l.subjects_new,
                   l.withheld ? "; coverage too poor to judge all of it" : "");
    return EXIT_DONE;
}

const struct command command_trends = {
    .name = "trends",
    .words = MAYBE_SUBJECT,
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
