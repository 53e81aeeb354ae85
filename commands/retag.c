/* SPDX-License-Identifier: Apache-2.0 */
/* swell retag: show what today's rules would change in the past, then apply
 * it. The tagging is pipeline/ingest_retag.c's. */
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "commands/command.h"
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

static void print_json(const struct retag_report *r, bool applied)
{
    struct buf out = BUF_INIT(0);
    buf_printf(&out, "{\"applied\":%s,\"rules\":%u,\"posts\":%llu,"
               "\"changed\":%llu,\"subjects\":[", applied ? "true" : "false",
               r->rules, (unsigned long long)r->posts,
               (unsigned long long)r->changed);
    for (size_t i = 0; i < r->count; i++) {
        const struct retag_row *row = &r->rows[i];
        buf_puts(&out, i ? ",{\"subject\":" : "{\"subject\":");
        json_write(&out, text_of(row->subject));
        for (int side = 0; side < 2; side++)
            buf_printf(&out, ",\"%s\":{\"posts\":%llu,\"positive\":%llu,"
                       "\"neutral\":%llu,\"negative\":%llu}",
                       side ? "after" : "before",
                       (unsigned long long)row->posts[side],
                       (unsigned long long)row->label[side][LABEL_POSITIVE],
                       (unsigned long long)row->label[side][LABEL_NEUTRAL],
                       (unsigned long long)row->label[side][LABEL_NEGATIVE]);
        buf_printf(&out, ",\"turned\":%llu}", (unsigned long long)row->turned);
    }
    buf_puts(&out, "]}\n");
    fputs(buf_text(&out), stdout);
    buf_release(&out);
}

static int run(struct invocation *in, struct error *err)
{
    const struct retag_flags *flags = in->flags;
    struct retag_report report = { 0 };
    bool json = strcmp(flags->format, "json") == 0;
    if (!json && strcmp(flags->format, "text") != 0)
        return error_set(err, ERROR_USAGE, "--format text or json");
    if (invocation_rules(in, err) ||
        invocation_store(in, flags->dry_run ? STORE_READ : STORE_CHANGE, err))
        return -1;
    int rc = retag_run(in->store, in->rules, flags->since,
                       clock_now() + 2 * DAY, !flags->dry_run, &report, err);
    if (!rc && json)
        print_json(&report, !flags->dry_run);
    else if (!rc)
        print_text(&report, !flags->dry_run);
    retag_report_release(&report);
    return rc ? -1 : EXIT_DONE;
}

const struct command command_retag = {
    .name = "retag",
    .wordless = true,
    .arguments = "[--since DATE] [--dry-run]",
    .about = "tag stored posts again by today's lexicons, brands and patterns",
    .help = "Shows for each subject the counts before and after and the posts "
            "whose\nsign turned. Without --dry-run the change is applied in "
            "transactions\nof 10,000 posts; interrupted, the next call goes "
            "on where it stopped.\n",
    .options = options,
    .state_size = sizeof(struct retag_flags),
    .run = run,
};
