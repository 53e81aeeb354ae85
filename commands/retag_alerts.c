/* SPDX-License-Identifier: Apache-2.0 */
/* See retag_alerts.h. Detector and guards need whole series and their
 * writers, so the past as it would be is a store, not a list in memory. */
#include "commands/retag_alerts.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "digest/alerts.h"
#include "pipeline/ingest_retag.h"

enum { PAST_DAYS = 36 };       /* that a day is judged by, and a little */

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

int alert_days_find(struct alert_days *out, struct invocation *in,
                    int64_t since, struct error *err)
{
    int64_t first, last;
    int rc = store_span(in->store, &first, &last, err);
    *out = (struct alert_days){ 0 };
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

void alert_days_release(struct alert_days *a)
{
    for (size_t i = 0; i < a->count; i++)
        mem_free(a->rows[i].subject);
    mem_free(a->rows);
    *a = (struct alert_days){ 0 };
}
