/* SPDX-License-Identifier: Apache-2.0 */
/* swell experiment: what was tried, from when, and what came of it. */
#include <math.h>

#include "base/log.h"
#include "commands/reading.h"
#include "digest/json.h"
#include "digest/phrase.h"

enum { NAME_MOST = 80 };

struct flags {
    char *subject, *title, *aspect, *channel, *controls, *from, *to, *lesson,
        *tz, *format;
};

static const struct option options[] = {
    { "subject", OPTION_STRING, NULL, FLAG(subject),
      "add: the brand or product it was tried on" },
    { "from", OPTION_STRING, NULL, FLAG(from), "add: the first day of it" },
    { "to", OPTION_STRING, NULL, FLAG(to), "add, close: the day it ended" },
    { "title", OPTION_STRING, NULL, FLAG(title),
      "add: what was tried, in a few words" },
    { "controls", OPTION_STRING, NULL, FLAG(controls),
      "add: up to 16 brands it could not touch, comma-joined" },
    { "aspect", OPTION_STRING, NULL, FLAG(aspect),
      "add: measure only posts about this" },
    { "channel", OPTION_STRING, NULL, FLAG(channel),
      "add: measure only posts about this channel" },
    { "lesson", OPTION_STRING, NULL, FLAG(lesson), "close: what was learnt" },
    { "tz", OPTION_ZONE, NULL, FLAG(tz),
      "time zone of days; default the digest's" },
    { "format", OPTION_STRING, "text", FLAG(format),
      "list, read: text or json" },
    OPTION_END
};

struct call {
    struct invocation *in;
    const struct flags *flags;
    const char *name;
    struct arena memory;       /* of the experiments' texts */
};

/* The day; NULL where there is none. */
static const char *day_of(const struct call *c, int64_t when,
                          char out[CLOCK_TEXT])
{
    clock_format(zone_day(c->in->zone, when) * DAY, out);
    out[10] = '\0';
    return when ? out : NULL;
}

/* ---- writing ---------------------------------------------------------- */

static int read_day(const struct call *c, const char *flag, const char *text,
                    int64_t *out, struct error *err)
{
    int64_t day;
    if (clock_parse_day(text, c->in->zone, &day))
        return error_set(err, ERROR_USAGE, "--%s %.40s: write 2026-11-20",
                         flag, text);
    *out = zone_day_start(c->in->zone, day);
    return 0;
}

static int read_end(const struct call *c, struct experiment *e,
                    struct error *err)
{
    if (read_day(c, "to", c->flags->to, &e->until, err))
        return -1;
    return e->until <= e->from
               ? error_set(err, ERROR_USAGE, "--to %.40s: not after the day it "
                           "began", c->flags->to)
               : 0;
}

static int check_controls(const struct call *c, struct error *err)
{
    const struct flags *f = c->flags;
    size_t count = 0;
    for (const char *at = f->controls; at && *at;) {
        char name[128];
        size_t length = strcspn(at, ", ");
        snprintf(name, sizeof(name), "%.*s", (int)length, at);
        if (strcmp(name, f->subject) == 0)
            return error_set(err, ERROR_USAGE, "--controls: %s cannot be its "
                             "own control", f->subject);
        if (length && c->in->config->subject_count &&
            !config_subject(c->in->config, name))
            return error_set(err, ERROR_USAGE, "--controls %.60s is not in the "
                             "configuration", name);
        count += length > 0;
        at += length + strspn(at + length, ", ");
    }
    return count > EXPERIMENT_CONTROLS
               ? error_set(err, ERROR_USAGE, "--controls names %zu brands, "
                           "compared are at most %d", count,
                           EXPERIMENT_CONTROLS)
               : 0;
}

static int check_add(const struct call *c, struct error *err)
{
    const struct flags *f = c->flags;
    if (!f->subject || !f->from)
        return error_set(err, ERROR_USAGE, "experiment add needs --subject "
                         "and --from");
    if ((f->aspect && word_index("aspect", f->aspect, aspect_names,
                                 ASPECT_COUNT, err) < 0) ||
        (f->channel && word_index("channel", f->channel, channel_names,
                                  CHANNEL_COUNT, err) < 0) ||
        check_controls(c, err))
        return -1;
    if (c->in->config->subject_count &&
        !config_subject(c->in->config, f->subject))
        return error_set(err, ERROR_USAGE, "--subject %.60s is not in the "
                         "configuration", f->subject);
    return 0;
}

/* The experiment that was named, which must be there. */
static int get(struct call *c, struct experiment *e, struct error *err)
{
    int rc = experiment_get(e, &c->memory, c->in->store, c->name, err);
    return rc == 0 ? error_set(err, ERROR_USAGE, "there is no experiment %s",
                               c->name)
                   : rc < 0 ? -1 : 0;
}

static int run_add(struct call *c, struct error *err)
{
    const struct flags *f = c->flags;
    struct experiment old, e = {
        .name = c->name, .subject = f->subject,
        .title = f->title ? f->title : c->name,
        .aspect = f->aspect ? f->aspect : "",
        .channel = f->channel ? f->channel : "",
        .controls = f->controls ? f->controls : "", .lesson = "" };
    if (check_add(c, err))
        return -1;
    int rc = experiment_get(&old, &c->memory, c->in->store, c->name, err);
    if (rc == 1)
        return error_set(err, ERROR_USAGE, "experiment %s exists: choose "
                         "another name", c->name);
    if (rc < 0 || read_day(c, "from", f->from, &e.from, err) ||
        (f->to && read_end(c, &e, err)) ||
        experiment_put(c->in->store, &e, err))
        return -1;
    log_line(LOG_NOTE, "experiment %s added", c->name);
    return EXIT_DONE;
}

static int run_close(struct call *c, struct error *err)
{
    struct experiment e;
    int rc = get(c, &e, err);
    if (rc)
        return -1;
    e.closed = clock_now();
    if (c->flags->to)
        rc = read_end(c, &e, err);
    else if (!e.until)
        e.until = zone_day_start(c->in->zone, zone_day(c->in->zone, e.closed));
    if (c->flags->lesson)
        e.lesson = c->flags->lesson;
    if (rc == 0)
        rc = experiment_put(c->in->store, &e, err);
    return rc;
}

/* ---- reading ---------------------------------------------------------- */

static void put_experiment(struct writer *w, const struct call *c,
                           const struct experiment *e)
{
    char day[CLOCK_TEXT];
    write_text(w, "name", e->name);
    write_text(w, "subject", e->subject);
    write_text(w, "title", e->title);
    write_text(w, "aspect", e->aspect);
    write_text(w, "channel", e->channel);
    write_text(w, "controls", e->controls);
    write_text(w, "from", day_of(c, e->from, day));
    write_text(w, "to", day_of(c, e->until, day));
    write_text(w, "state", e->closed ? "closed" : "open");
    write_text(w, "lesson", e->lesson);
}

static void list_one(struct call *c, const struct experiment *e)
{
    char from[CLOCK_TEXT], to[CLOCK_TEXT];
    struct writer *w = &c->in->writer;
    if (c->in->format == FORMAT_JSON) {
        write_begin(w, NULL, '{');
        put_experiment(w, c, e);
        write_end(w, '}');
    } else {
        const char *until = day_of(c, e->until, to);
        buf_printf(w->out, "%s: %s, %s, %s to %s, %s%s%s\n", e->name, e->title,
                   e->subject, day_of(c, e->from, from), until ? until : "now",
                   e->closed ? "closed" : "open", *e->lesson ? ": " : "",
                   e->lesson);
    }
}

static int run_list(struct call *c, struct error *err)
{
    struct experiment *all;
    size_t count;
    struct invocation *in = c->in;
    int rc = experiment_list(&all, &count, &c->memory, in->store, err);
    if (in->format == FORMAT_JSON)
        write_rows(&in->writer, NULL);
    for (size_t i = 0; i < count; i++)
        list_one(c, &all[i]);
    mem_free(all);
    if (rc)
        return -1;
    if (in->format == FORMAT_JSON)
        write_rows_end(&in->writer);
    else if (!in->out.length)
        buf_puts(&in->out, "No experiments yet. Add one: swell experiment add "
                 "NAME --subject S --from DATE\n");
    return EXIT_DONE;
}

/* In hundredths; no change has no sign but plus. */
static double whole(double share)
{
    return rint(100 * share) + 0.0;
}

static void put_effect(struct buf *out, const struct effect *e)
{
    bool posts = e->measure == EFFECT_POSTS;
    const char *unit = posts ? "%" : "points";
    buf_printf(out, "%s: %s", effect_names[e->measure],
               effect_verdict_names[e->verdict]);
    if (e->verdict == EFFECT_NONE)
        buf_printf(out, " (could only have seen > %.0f %s)",
                   100 * e->detectable, unit);
    buf_putc(out, '\n');
    if (e->verdict == EFFECT_TOO_FEW)
        return;
    buf_printf(out, "  change %+.0f %s, 95 %% interval %+.0f to %+.0f; %s\n",
               whole(e->change), unit, whole(e->low), whole(e->high),
               e->method == EFFECT_PLACEBO ? "from its own past"
                                           : "approximate");
    buf_printf(out, posts ? "  %.1f posts a day before, %.1f after\n"
                          : "  %.3f before, %.3f after\n",
               e->before, e->after);
    buf_printf(out, e->method == EFFECT_PLACEBO
                        ? "  judged by %u earlier window%s"
                        : "  only %u earlier window%s; 5 are wanted",
               e->placebos, e->placebos == 1 ? "" : "s");
    if (e->verdict != EFFECT_NONE)
        buf_printf(out, "; four of five changes of %.0f %s would show",
                   100 * e->detectable, unit);
    if (e->pretrend_known)
        buf_printf(out, "; the change one window earlier was %+.0f %s",
                   whole(e->pretrend), unit);
    buf_putc(out, '\n');
}

static void show_reading(struct call *c, const struct experiment *e,
                         const struct experiment_reading *r)
{
    struct writer *w = &c->in->writer;
    if (c->in->format != FORMAT_JSON) {
        buf_printf(w->out, "%s, %s: %u days before against %u after, %u "
                   "control%s\n", e->title, e->subject, r->days_before,
                   r->days_after, r->controls, r->controls == 1 ? "" : "s");
        phrase_cautions(w->out, "", r, "\n");
        for (int m = 0; m < EFFECT_COUNT; m++)
            put_effect(w->out, &r->effects[m]);
        return;
    }
    write_begin(w, NULL, '{');
    put_experiment(w, c, e);
    write_count(w, "days_before", r->days_before);
    write_count(w, "days_after", r->days_after);
    write_count(w, "controls_with_posts", r->controls);
    write_count(w, "days_left_out", r->days_poor);
    write_text(w, "sources_left_out", *r->parts ? r->parts : NULL);
    write_count(w, "days_alerted", r->days_alerted);
    write_begin(w, "effects", '[');
    for (int m = 0; m < EFFECT_COUNT; m++) {
        write_begin(w, NULL, '{');
        json_effect(w, &r->effects[m]);
        write_end(w, '}');
    }
    write_end(w, ']');
    write_end(w, '}');
    buf_putc(w->out, '\n');
}

static int run_read(struct call *c, struct error *err)
{
    struct experiment_reading r;
    struct experiment e;
    if (get(c, &e, err))
        return -1;
    int rc = experiment_read(&r, c->in->store, c->in->config, &e, c->in->zone,
                             clock_now(), err);
    if (rc >= 0)
        show_reading(c, &e, &r);
    return rc < 0 ? -1 : EXIT_DONE;
}

static const struct verb {
    const char *name;
    int (*run)(struct call *c, struct error *err);
    bool needs_name, writes;
} verbs[] = {
    { "add", run_add, true, true },
    { "list", run_list, false, false },
    { "read", run_read, true, false },
    { "close", run_close, true, true },
};

static int run(struct invocation *in, struct error *err)
{
    const struct flags *f = in->flags;
    struct call c = { .in = in, .flags = f };
    const struct verb *verb = NULL;
    for (size_t i = 0; in->argc && i < sizeof(verbs) / sizeof(*verbs); i++)
        if (!strcmp(verbs[i].name, in->argv[0]))
            verb = &verbs[i];
    if (!verb)
        return error_set(err, ERROR_USAGE, "experiment add, list, read or "
                         "close");
    if (in->argc != (verb->needs_name ? 2 : 1))
        return error_set(err, ERROR_USAGE, "experiment %s %s", verb->name,
                         verb->needs_name ? "takes one NAME"
                                          : "takes no name");
    c.name = verb->needs_name ? in->argv[1] : "all";
    if (!*c.name || strlen(c.name) > NAME_MOST || strpbrk(c.name, "/\n\r\t"))
        return error_set(err, ERROR_USAGE, "a name has 1 to %d bytes and no "
                         "slash", NAME_MOST);
    if (invocation_format(in, f->format, 2, err) ||
        invocation_zone(in, f->tz, err) ||
        invocation_store(in, verb->writes ? STORE_CHANGE : STORE_READ, err))
        return -1;
    int rc = verb->run(&c, err);
    arena_release(&c.memory);
    return rc;
}

const struct command command_experiment = {
    .name = "experiment",
    .arguments = "add NAME --subject S --from DATE | list | read NAME | "
                 "close NAME",
    .about = "what was tried, and what came of it",
    .help =
        "Compares up to 28 days before with the days after, beside brands it\n"
        "could not touch. How far the figure moves when nothing happens is\n"
        "learnt from the subject's own past. Verdicts: rose, fell, no change\n"
        "detectable, too few to say.\n\n"
        "  swell experiment add chat --subject acme --from 2026-11-02 \\\n"
        "      --title \"chat answers until midnight\" --controls rival\n"
        "  swell experiment read chat\n"
        "  swell experiment close chat --lesson \"evening chat is worth it\"\n",
    .options = options,
    .state_size = sizeof(struct flags),
    .run = run,
};
