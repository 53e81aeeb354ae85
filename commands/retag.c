/* SPDX-License-Identifier: Apache-2.0 */
/* swell retag: show what today's rules would change in the past, then apply
 * it. The tagging is pipeline/ingest_retag.c's. */
#include <inttypes.h>

#include "commands/retag_alerts.h"
#include "digest/digest.h"
#include "pipeline/ingest_retag.h"

struct flags {
    int64_t since;
    bool dry_run;
};

static const struct option options[] = {
    { "since", OPTION_DATE, NULL, offsetof(struct flags, since),
      "only posts created since then; default all" },
    { "dry-run", OPTION_BOOL, NULL, offsetof(struct flags, dry_run),
      "only show what would change" },
    OPTION_END
};

static void put_report(struct buf *out, const struct retag_report *r,
                       bool applied)
{
    buf_printf(out, "%-32s %16s %16s %16s %7s\n", "subject", "posts",
               "positive", "negative", "turned");
    for (size_t i = 0; i < r->count; i++) {
        const struct retag_row *row = &r->rows[i];
        const uint64_t pairs[3][2] = {
            { row->posts[0], row->posts[1] },
            { row->label[0][LABEL_POSITIVE], row->label[1][LABEL_POSITIVE] },
            { row->label[0][LABEL_NEGATIVE], row->label[1][LABEL_NEGATIVE] },
        };
        buf_printf(out, "%-32s", row->subject);
        for (int k = 0; k < 3; k++) {
            char pair[64];
            snprintf(pair, sizeof(pair), "%" PRIu64 " → %" PRIu64, pairs[k][0],
                     pairs[k][1]);
            /* the arrow is three bytes and one column */
            buf_printf(out, " %18s", pair);
        }
        buf_printf(out, " %7" PRIu64 "\n", row->turned);
    }
    buf_printf(out, "%" PRIu64 " of %" PRIu64 " posts %s\n", r->changed,
               r->posts, applied ? "changed" : "would change");
}

static void put_days(struct buf *out, const char *what, uint32_t days,
                     int64_t first)
{
    for (unsigned n = 0; n < ALERT_DAYS; n++)
        if (days >> n & 1) {
            buf_puts(out, what);
            phrase_date(out, first + n);
            what = " ";
        }
}

static void put_alerts(struct buf *out, const struct alert_days *a)
{
    struct buf list = BUF_INIT(0);
    for (size_t i = 0; i < a->count; i++) {
        const struct alert_subject *s = &a->rows[i];
        uint32_t went = s->days[0] & ~s->days[1];
        uint32_t came = s->days[1] & ~s->days[0];
        if (!went && !came)
            continue;
        buf_printf(&list, "%-32s", s->subject);
        put_days(&list, " go: ", went, a->first);
        put_days(&list, went ? "; come: " : " come: ", came, a->first);
        buf_putc(&list, '\n');
    }
    if (a->days)
        buf_printf(out, "\nalerts of the last %u days%s\n%s", a->days,
                   list.length ? " that would" : ": none would come or go",
                   buf_text(&list));
    buf_release(&list);
}

static int run(struct invocation *in, struct error *err)
{
    const struct flags *flags = in->flags;
    struct retag_report report = { 0 };
    struct alert_days alerts = { 0 };
    bool dry = flags->dry_run;
    if (invocation_rules(in, err) || invocation_zone(in, NULL, err) ||
        invocation_store(in, dry ? STORE_READ : STORE_CHANGE, err))
        return -1;
    int rc = retag_run(in->store, in->rules, flags->since,
                       clock_now() + 2 * DAY, dry ? NULL : in->store, &report,
                       err);
    if (!rc && dry)
        rc = alert_days_find(&alerts, in, flags->since, err);
    put_report(&in->out, &report, !dry);
    put_alerts(&in->out, &alerts);
    alert_days_release(&alerts);
    retag_report_release(&report);
    return rc;
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
    .state_size = sizeof(struct flags),
    .run = run,
};
