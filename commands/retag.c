/* SPDX-License-Identifier: Apache-2.0 */
/* swell retag: show what today's rules would change in the past, then apply
 * it. The tagging is pipeline/ingest_retag.c's. What alerts would come or go:
 * detector and guards need whole series and their writers, so the past as it
 * would be is a store, not a list in memory. */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "commands/command.h"
#include "digest/alerts.h"
#include "digest/phrase.h"
#include "pipeline/ingest_retag.h"

enum {
    ALERT_DAYS = 28,       /* the last of the store */
    PAST_DAYS = 36,        /* that a day is judged by, and a little */
};

struct flags {
    int64_t since;
    bool dry_run;
};

static const struct option options[] = {
    { "since", OPTION_DATE, NULL, FLAG(since),
      "only posts created since then; default all" },
    { "dry-run", OPTION_BOOL, NULL, FLAG(dry_run),
      "only show what would change" },
    OPTION_END
};

/* ---- alerts that would come or go ---------------------------------------- */

struct alert_days {
    struct alert_subject {
        char *subject;
        uint32_t days[2];      /* before, after; bit n: day first + n */
    } *rows;                   /* of subjects with an alert, by name */
    size_t count, room;
    int64_t first;             /* local day */
    unsigned days;             /* none: the store is empty, or since is later
                                * than all of it */
};

static struct alert_subject *subject_of(struct alert_days *a,
                                        const char *name)
{
    size_t at = 0;
    while (at < a->count && strcmp(a->rows[at].subject, name) < 0)
        at++;
    if (at < a->count && strcmp(a->rows[at].subject, name) == 0)
        return &a->rows[at];
    a->rows = mem_grow(a->rows, &a->room, a->count, sizeof(*a->rows));
    memmove(&a->rows[at + 1], &a->rows[at],
            (a->count++ - at) * sizeof(*a->rows));
    a->rows[at] = (struct alert_subject){ .subject = mem_string(name) };
    return &a->rows[at];
}

static void mark(struct alert_days *out, const struct alerts *found, int side,
                 unsigned day)
{
    for (size_t i = 0; i < found->count; i++) {
        const struct alert *a = &found->items[i];
        if (a->level != DETECT_ALERT || a->withheld)
            continue;
        for (size_t k = 0; k < a->part_count; k++)
            if (a->parts[k].level == DETECT_ALERT)
                subject_of(out, a->parts[k].subject)->days[side] |= 1u << day;
    }
}

static int find_side(struct alert_days *out, struct invocation *in,
                     struct store *store, int side, struct error *err)
{
    for (unsigned day = 0; day < out->days; day++) {
        struct alerts_query q = {
            .from = zone_day_start(in->zone, out->first + day),
            .until = zone_day_start(in->zone, out->first + day + 1),
            .counts_only = true, .coverage = in->store,
        };
        struct alerts *found;
        if (alerts_find(&found, store, in->config, &q, err))
            return -1;
        mark(out, found, side, day);
        alerts_close(found);
    }
    return 0;
}

/* A flat folder: a store is one. */
static void remove_folder(const char *path)
{
    struct buf file = BUF_INIT(0);
    DIR *folder = opendir(path);
    struct dirent *entry;
    while (folder && (entry = readdir(folder))) {
        buf_clear(&file);
        buf_printf(&file, "%s/%s", path, entry->d_name);
        unlink(file.data); /* which refuses . and .. */
    }
    if (folder)
        closedir(folder);
    rmdir(path);
    buf_release(&file);
}

/* A store whose files have no names: the system drops it with the process,
 * however that ends, and nobody's posts stay behind. */
static int open_nameless(struct store **out, const char *beside,
                         struct error *err)
{
    struct buf path = BUF_INIT(0);
    const char *place = getenv("TMPDIR");
    int rc;
    buf_printf(&path, "%s/retag-dry-run.XXXXXX",
               place && *place ? place : beside);
    if (mkdtemp(path.data)) {
        rc = store_open(out, path.data, STORE_WRITE, err);
        remove_folder(path.data);
    } else {
        rc = error_set(err, ERROR_SYSTEM, "%s: %s: set TMPDIR to a folder "
                       "with room for the posts of two months", path.data,
                       strerror(errno));
    }
    buf_release(&path);
    return rc;
}

/* The store as it would be, judged. */
static int find_after(struct alert_days *out, struct invocation *in,
                      struct error *err)
{
    struct retag_report report = { 0 };
    struct store *after = NULL;
    int64_t from = zone_day_start(in->zone, out->first - PAST_DAYS);
    int64_t until = zone_day_start(in->zone, out->first + out->days);
    if (open_nameless(&after, store_folder(in->store), err))
        return -1;
    int rc = retag_run(in->store, in->rules, from, until, after, &report,
                       err);
    if (rc == 0)
        rc = find_side(out, in, after, 1, err);
    retag_report_release(&report);
    store_close(after);
    return rc;
}

/* On which days alerts were told and, were the past tagged by today's rules,
 * would be; since: no earlier days. */
static int find_alerts(struct alert_days *out, struct invocation *in,
                       int64_t since, struct error *err)
{
    int64_t first, last;
    int rc = store_span(in->store, &first, &last, err);
    if (rc <= 0)
        return rc;
    last = zone_day(in->zone, last);
    first = zone_day(in->zone, since > first ? since : first);
    if (first > last)
        return 0;
    out->first = last - first >= ALERT_DAYS ? last - ALERT_DAYS + 1 : first;
    out->days = (unsigned)(last - out->first + 1);
    return find_side(out, in, in->store, 0, err) || find_after(out, in, err)
               ? -1 : 0;
}

/* ---- the report ---------------------------------------------------------- */

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
        rc = find_alerts(&alerts, in, flags->since, err);
    put_report(&in->out, &report, !dry);
    put_alerts(&in->out, &alerts);
    for (size_t i = 0; i < alerts.count; i++)
        mem_free(alerts.rows[i].subject);
    mem_free(alerts.rows);
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
