/* SPDX-License-Identifier: Apache-2.0 */
/* swell digest: one day, on the terminal, as a file, as a site, or to the
 * recipients. What it says is digest/'s. */
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "commands/reading.h"
#include "digest/deliver.h"
#include "digest/digest.h"

enum { PATIENCE = 5 * 60 }; /* seconds: what was sent must be noted */

enum form { FORM_TEXT, FORM_HTML, FORM_MARKDOWN, FORM_JSON,
              FORM_COUNT };
static const char *const form_names[FORM_COUNT] = { "text", "html",
                                                        "markdown", "json" };

struct flags {
    char *day, *tz, *format, *out, *site;
    struct option_list brands;
    bool send;
};

static const struct option options[] = {
    { "day", OPTION_STRING, "yesterday", FLAG(day),
      "2026-11-20, today or yesterday" },
    { "tz", OPTION_ZONE, NULL, FLAG(tz),
      "time zone of the day; default the digest's" },
    { "brand", OPTION_LIST, NULL, FLAG(brands),
      "only this brand and its products; may be given again" },
    { "format", OPTION_STRING, "text", FLAG(format),
      "text, html, markdown or json" },
    { "out", OPTION_STRING, NULL, FLAG(out),
      "write to this file, whole or not at all" },
    { "site", OPTION_STRING, NULL, FLAG(site),
      "write the day's page and index.html into this folder" },
    { "send", OPTION_BOOL, "no", FLAG(send),
      "tell each recipient whose hour has come, once" },
    OPTION_END
};

/* A digest that leaves the terminal was told: later posts restate it. That
 * needs the writer's lock; while a collection holds it, the digest goes out
 * all the same. Looking writes nothing but the cache of earlier days' words,
 * and only when nobody else is writing: it does not wait. */
static int open_store(struct invocation *in, bool tell, struct error *err)
{
    struct error busy = ERROR_INIT;
    struct buf url = BUF_INIT(0);
    if (tell)
        (void)invocation_store(in, STORE_CHANGE, &busy);
    else if (!invocation_store_url(in, &url, &busy))
        (void)store_open(&in->store, buf_text(&url), STORE_CHANGE, &busy);
    buf_release(&url);
    return in->store ? 0 : invocation_store(in, STORE_READ, err);
}

static void tell(struct invocation *in, const struct digest *d)
{
    struct error err = ERROR_INIT;
    if (digest_told(d, in->store, &err))
        log_line(LOG_NOTE, "this day is not marked as told: %s", err.text);
}

static int send(struct invocation *in, int64_t day, struct error *err)
{
    struct deliver_report report = { 0 };
    struct buf talk = BUF_INIT(0), url = BUF_INIT(0);
    struct turns turns = TURNS_INIT;
    int rc = -1;
    if (invocation_store_url(in, &url, err) ||
        invocation_store(in, STORE_READ, err)) /* it is there */
        goto done;
    if (!in->config->digest.recipient_count) {
        error_set(err, ERROR_CONFIG, "nobody to send it to: %s has no "
                  "recipients under digest", *in->config->path
                  ? in->config->path : "swell.yaml");
        goto done;
    }
    replies_check(in);
    invocation_let_go(in);
    turns.url = buf_text(&url);
    turns.patience = PATIENCE;
    if (deliver_all(&turns, in->config, day, &report, &talk, err))
        goto done;
    for (char *line = talk.data, *end; line && *line; line = end + 1) {
        end = strchr(line, '\n'); /* each failure ends in one */
        log_line(LOG_ERROR, "%.*s", (int)(end - line), line);
    }
    log_line(LOG_NOTE, "sent %u, waiting for their hour %u, failed %u",
             report.sent, report.waiting, report.failed);
    rc = report.failed ? EXIT_INCOMPLETE : EXIT_DONE;
done:
    buf_release(&talk);
    buf_release(&url);
    return rc;
}

/* Colours are welcome: stdout is a terminal, NO_COLOR is not set. */
static bool is_colourful(void)
{
    const char *never = getenv("NO_COLOR");
    return isatty(STDOUT_FILENO) && !(never && *never);
}

static int put(struct invocation *in, const struct flags *f, int format,
               const struct digest *d, struct error *err)
{
    struct buf *out = &in->out;
    bool screen = !f->out;
    if (format == FORM_HTML)
        digest_html(d, out, NULL);
    else if (format == FORM_MARKDOWN)
        digest_markdown(d, out);
    else if (format == FORM_JSON)
        digest_json(d, out);
    else
        digest_text(d, out, screen ? terminal_columns() : 80,
                    screen && is_colourful());
    if (screen)
        return 0;
    int rc = file_replace(f->out, out, err);
    buf_clear(out); /* is not printed */
    if (!rc)
        tell(in, d);
    return rc;
}

/* The page of a day, when the site has one. */
static int neighbour(struct digest **out, struct invocation *in,
                     const char *site, const struct digest *d, int64_t day,
                     const struct option_list *brands, struct error *err)
{
    *out = NULL;
    return digest_site_has(site, day)
               ? digest_compose(out, in->store, in->config, d->zone, day,
                                brands, err)
               : 0;
}

static int put_site(struct invocation *in, const char *site,
                    const struct digest *d, const struct option_list *brands,
                    struct error *err)
{
    struct digest *before = NULL, *after = NULL;
    int rc = neighbour(&before, in, site, d, d->day - 1, brands, err) ||
             neighbour(&after, in, site, d, d->day + 1, brands, err) ||
             digest_site(d, before, after, site, err) ? -1 : 0;
    digest_close(before);
    digest_close(after);
    if (!rc)
        tell(in, d);
    return rc;
}

static int show(struct invocation *in, const struct flags *f, int format,
                int64_t day, struct error *err)
{
    struct digest *d = NULL;
    int rc = open_store(in, f->out || f->site, err);
    for (size_t i = 0; i < f->brands.count && !rc; i++)
        rc = subject_check(in, f->brands.items[i], err);
    if (!rc) {
        replies_check(in);
        rc = digest_compose(&d, in->store, in->config, in->zone, day,
                            &f->brands, err);
    }
    if (!rc && f->site)
        rc = put_site(in, f->site, d, &f->brands, err);
    if (!rc && (f->out || !f->site))
        rc = put(in, f, format, d, err);
    digest_close(d);
    return rc;
}

static int run(struct invocation *in, struct error *err)
{
    const struct flags *f = in->flags;
    int64_t day;
    int format = word_index("format", f->format, form_names, FORM_COUNT,
                            err);
    if (format < 0 || invocation_day(in, f->day, f->tz, &day, err))
        return -1;
    if (zone_day_start(in->zone, day) > clock_now())
        return error_set(err, ERROR_USAGE, "--day %.40s has not begun", f->day);
    if (f->send && f->brands.count && !f->out && !f->site)
        return error_set(err, ERROR_USAGE, "with --send, --brand is for --out "
                         "and --site; the recipients' stand in swell.yaml");
    if ((!f->send || f->out || f->site) && show(in, f, format, day, err))
        return -1;
    return f->send ? send(in, strcmp(f->day, "yesterday") ? day : INT64_MIN,
                          err)
                   : EXIT_DONE;
}

const struct command command_digest = {
    .name = "digest",
    .words = NO_WORDS,
    .arguments = "[--day DATE] [--format text|html|markdown|json] "
                 "[--out PATH] [--site DIR] [--send]",
    .about = "one day as it is told: what changed, why, and who waits",
    .help =
        "Yesterday when no day is given. Every figure has its command:\n"
        "swell why SUBJECT --day DATE. Who wishes, asks or switches counts\n"
        "once, and so do copies of a text of 60 bytes and more.\n\n"
        "  swell digest\n"
        "  swell digest --day 2026-11-20 --format html --out friday.html\n"
        "  swell digest --site /var/www/groundswell\n"
        "  swell digest --send          # from cron, every hour\n",
    .options = options,
    .state_size = sizeof(struct flags),
    .run = run,
};
