/* SPDX-License-Identifier: Apache-2.0 */
/* swell retag: show what today's rules would change in the past, then apply
 * it. The tagging is pipeline/ingest_retag.c's. */
#include "base/clock.h"
#include "base/write.h"
#include "commands/reading.h"
#include "commands/retag_alerts.h"
#include "pipeline/ingest_retag.h"

struct retag_flags {
    int64_t since;
    bool dry_run;
    char *format;
};

static const struct option options[] = {
    { "since", OPTION_DATE, NULL, offsetof(struct retag_flags, since),
      "only posts created since then; default all" },
    { "dry_run", OPTION_BOOL, NULL, offsetof(struct retag_flags, dry_run),
      "only show what would change" },
    { "format", OPTION_STRING, "text", offsetof(struct retag_flags, format),
      "text or json" },
    OPTION_END
};

static void print_text(const struct retag_report *r, bool applied)
{
    printf("%-32s %16s %16s %16s %7s\n", "subject", "posts", "positive",
           "negative", "turned");
    for (size_t i = 0; i < r->count; i++) {
        const struct retag_row *row = &r->rows[i];
        char part[3][40];
        const uint64_t pairs[3][2] = {
            { row->posts[0], row->posts[1] },
            { row->label[0][LABEL_POSITIVE], row->label[1][LABEL_POSITIVE] },
            { row->label[0][LABEL_NEGATIVE], row->label[1][LABEL_NEGATIVE] },
        };
        for (int k = 0; k < 3; k++)
            snprintf(part[k], sizeof(part[k]), "%llu → %llu",
                     (unsigned long long)pairs[k][0],
                     (unsigned long long)pairs[k][1]);
        /* the arrow is three bytes and one column */
        printf("%-32s %18s %18s %18s %7llu\n", row->subject, part[0], part[1],
               part[2], (unsigned long long)row->turned);
    }
    printf("%llu of %llu posts %s\n", (unsigned long long)r->changed,
           (unsigned long long)r->posts,
           applied ? "changed" : "would change");
}

static void put_days(struct buf *out, const char *what, uint32_t days,
                     int64_t first)
{
    const char *gap = what;
    for (unsigned n = 0; n < ALERT_DAYS; n++) {
        int year, month, day;
        if (!(days >> n & 1))
            continue;
        clock_date(first + n, &year, &month, &day);
        buf_printf(out, "%s%04d-%02d-%02d", gap, year, month, day);
        gap = " ";
    }
}

static void print_alerts(const struct alert_days *a)
{
    struct buf out = BUF_INIT(0);
    for (size_t i = 0; i < a->count; i++) {
        const struct alert_subject *s = &a->rows[i];
        uint32_t went = s->days[0] & ~s->days[1];
        uint32_t came = s->days[1] & ~s->days[0];
        if (!went && !came)
            continue;
        buf_printf(&out, "%-32s", s->subject);
        put_days(&out, " go: ", went, a->first);
        put_days(&out, went ? "; come: " : " come: ", came, a->first);
        buf_putc(&out, '\n');
    }
    if (a->days)
        printf("\nalerts of the last %u days%s\n%s", a->days,
               out.length ? " that would" : ": none would come or go",
               buf_text(&out));
    buf_release(&out);
}

static void put_side(struct writer *w, const struct retag_row *row, int side)
{
    write_begin(w, side ? "after" : "before", '{');
    write_count(w, "posts", row->posts[side]);
    for (int i = LABEL_COUNT - 1; i > LABEL_UNSCORED; i--)
        write_count(w, label_names[i], row->label[side][i]);
    write_end(w, '}');
}

static void put_day_list(struct writer *w, const char *name, uint32_t days,
                         int64_t first)
{
    write_begin(w, name, '[');
    for (unsigned n = 0; n < ALERT_DAYS; n++) {
        struct buf text = BUF_INIT(20);
        put_days(&text, "", days & 1u << n, first);
        if (text.length)
            write_text(w, NULL, buf_text(&text));
        buf_release(&text);
    }
    write_end(w, ']');
}

static void put_alerts(struct writer *w, const struct alert_days *a)
{
    write_begin(w, "alerts", '{');
    put_day_list(w, "days", a->days ? UINT32_MAX >> (32 - a->days) : 0,
                 a->first);
    write_begin(w, "subjects", '[');
    for (size_t i = 0; i < a->count; i++) {
        write_begin(w, NULL, '{');
        write_text(w, "subject", a->rows[i].subject);
        put_day_list(w, "before", a->rows[i].days[0], a->first);
        put_day_list(w, "after", a->rows[i].days[1], a->first);
        write_end(w, '}');
    }
    write_end(w, ']');
    write_end(w, '}');
}

static void print_json(const struct retag_report *r,
                       const struct alert_days *alerts, bool applied)
{
    struct buf out = BUF_INIT(0);
    struct writer w = { .out = &out };
    write_begin(&w, NULL, '{');
    write_flag(&w, "applied", applied);
    write_count(&w, "rules", r->rules);
    write_count(&w, "posts", r->posts);
    write_count(&w, "changed", r->changed);
    write_begin(&w, "subjects", '[');
    for (size_t i = 0; i < r->count; i++) {
        write_begin(&w, NULL, '{');
        write_text(&w, "subject", r->rows[i].subject);
        put_side(&w, &r->rows[i], 0);
        put_side(&w, &r->rows[i], 1);
        write_count(&w, "turned", r->rows[i].turned);
        write_end(&w, '}');
    }
    write_end(&w, ']');
    if (!applied)
        put_alerts(&w, alerts);
    write_end(&w, '}');
    puts(buf_text(&out));
    buf_release(&out);
}

static int run(struct invocation *in, struct error *err)
{
    const struct retag_flags *flags = in->flags;
    struct retag_report report = { 0 };
    struct alert_days alerts = { 0 };
    bool dry = flags->dry_run;
    int format = format_index(flags->format, 2, err);
    if (format < 0 || invocation_rules(in, err) ||
        invocation_zone(in, NULL, err) ||
        invocation_store(in, dry ? STORE_READ : STORE_CHANGE, err))
        return -1;
    int rc = retag_run(in->store, in->rules, flags->since,
                       clock_now() + 2 * DAY, dry ? NULL : in->store, &report,
                       err);
    if (!rc && dry)
        rc = alert_days_find(&alerts, in, flags->since, in->zone, err);
    if (!rc && format == FORMAT_JSON) {
        print_json(&report, &alerts, !dry);
    } else if (!rc) {
        print_text(&report, !dry);
        print_alerts(&alerts);
    }
    alert_days_release(&alerts);
    retag_report_release(&report);
    return rc ? -1 : EXIT_DONE;
}

const struct command command_retag = {
    .name = "retag",
    .words = NO_WORDS,
    .arguments = "[--since DATE] [--dry-run]",
    .about = "tag stored posts again by today's lexicons, brands and patterns",
    .help =
        "Shows for each subject the counts before and after and the posts whose\n"
        "sign turned; with --dry-run also the days of the last four weeks on\n"
        "which alerts would come or go: the posts they are judged by are tagged\n"
        "into a store of their own beside this one (TMPDIR says where else),\n"
        "removed afterwards. Without --dry-run the change is applied in\n"
        "transactions of 10,000 posts; interrupted, the next call goes on where\n"
        "it stopped.\n",
    .options = options,
    .state_size = sizeof(struct retag_flags),
    .run = run,
};
