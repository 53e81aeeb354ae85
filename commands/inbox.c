/* SPDX-License-Identifier: Apache-2.0 */
/* swell inbox: who asked our brands something and waits, and the state that
 * people give it. What counts as asked is digest/waiting's. */
#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "commands/reading.h"
#include "digest/digest.h"
#include "digest/waiting.h"

enum format { FORMAT_TEXT, FORMAT_CSV, FORMAT_JSON, FORMAT_COUNT };
static const char *const format_names[FORMAT_COUNT] = { "text", "csv",
                                                        "json" };
enum { STATE_ALL = ASK_STATE_COUNT, TEXT_COLUMNS = 320, THREAD_DAYS = 7 };
static const char *const state_words[] = { "open", "answered", "ignored",
                                           "all" };

struct flags {
    struct range_flags range;
    char *state, *format;
    uint64_t limit;
};

static const struct option options[] = {
    RANGE_OPTIONS(struct flags),
    { "state", OPTION_STRING, "open", offsetof(struct flags, state),
      "open, answered, ignored or all" },
    { "limit", OPTION_COUNT, "20", offsetof(struct flags, limit),
      "most asks given; 0: all" },
    { "format", OPTION_STRING, "text", offsetof(struct flags, format),
      "text, csv or json" },
    OPTION_END
};

struct inbox {
    struct invocation *in;
    const struct flags *flags;
    const char *subject;       /* NULL: our brands */
    int state, format;
    int64_t from, until;
    struct zone *zone;
    struct waiting *waiting;
    struct buf out;
};

/* ---- the states ------------------------------------------------------------ */

static int post_known(void *context, const struct post *post,
                      const struct mention *unused)
{
    (void)context;
    (void)post;
    (void)unused;
    return 0;
}

/* state NULL: open again. */
static int set_state(struct invocation *in, const char *id, const char *state,
                     struct error *err)
{
    const char *slash = strchr(id, '/');
    struct buf key = BUF_INIT(0), value = BUF_INIT(0);
    char now[CLOCK_TEXT];
    int rc = -1;
    if (!slash || slash == id || !slash[1])
        return error_set(err, ERROR_USAGE, "%.80s: write SOURCE/ID, as swell "
                         "inbox gives it", id);
    int known = store_post(in->store,
                           (struct text){ id, (size_t)(slash - id) },
                           text_of(slash + 1), post_known, NULL, err);
    if (known < 0)
        goto done;
    if (!known && state) {
        error_set(err, ERROR_USAGE, "%.120s: the store has no such post", id);
        goto done;
    }
    waiting_key(&key, id);
    if (state)
        buf_printf(&value, "%s %s", state, clock_format(clock_now(), now));
    rc = store_note_put(in->store, buf_text(&key),
                        (struct text){ buf_text(&value), value.length }, err);
done:
    buf_release(&key);
    buf_release(&value);
    return rc;
}

static int set_states(struct invocation *in, struct error *err)
{
    static const char *const verbs[] = { "answer", "ignore", "reopen" };
    static const char *const states[] = { "answered", "ignored", NULL };
    int verb = tag_index(verbs, 3, in->argv[0]);
    if (in->argc < 2)
        return error_set(err, ERROR_USAGE, "inbox %s needs SOURCE/ID, as "
                         "swell inbox gives it", verbs[verb]);
    if (invocation_store(in, STORE_CHANGE, err))
        return -1;
    for (int i = 1; i < in->argc; i++)
        if (set_state(in, in->argv[i], states[verb], err))
            return -1;
    log_line(LOG_NOTE, "%d %s", in->argc - 1,
             states[verb] ? states[verb] : "open again");
    return EXIT_DONE;
}

/* ---- the list ----------------------------------------------------------------- */

static int take_post(void *context, const struct post *post,
                     const struct mention *unused)
{
    struct inbox *b = context;
    (void)unused;
    waiting_take(b->waiting, post, post->created >= b->from);
    return 0;
}

static bool is_listed(const struct inbox *b, const struct ask *a)
{
    const struct asked *s = waiting_subject(b->waiting, a->subject);
    const struct asked *brand = waiting_subject(b->waiting, a->brand);
    return a->sample.text && (b->state == STATE_ALL || a->state == b->state) &&
           (!b->subject || strcmp(s->name, b->subject) == 0 ||
            strcmp(brand->name, b->subject) == 0);
}

static int oldest_first(const void *a, const void *b)
{
    const struct ask *x = *(const struct ask *const *)a,
                     *y = *(const struct ask *const *)b;
    if (x->asked != y->asked)
        return x->asked < y->asked ? -1 : 1;
    int source = strcmp(x->sample.source, y->sample.source);
    return source ? source : strcmp(x->sample.native_id, y->sample.native_id);
}

static const char *kind_of(const struct ask *a)
{
    return a->intents & 1 << INTENT_SUPPORT    ? "support"
           : a->intents & 1 << INTENT_QUESTION ? "question"
                                               : "complaint";
}

static void put_text(struct inbox *b, const struct ask *a)
{
    struct buf *out = &b->out;
    const struct asked *s = waiting_subject(b->waiting, a->subject);
    local_time(out, b->zone, a->asked);
    buf_printf(out, "  %s to ", kind_of(a));
    put_quoted(out, text_of(s->title), 40);
    buf_puts(out, a->state == ASK_OPEN ? ", waits " : ", ");
    if (a->state == ASK_OPEN) {
        phrase_age(out, b->until - a->asked);
    } else {
        buf_puts(out, ask_state_names[a->state]);
        if (a->answered && !a->by_hand) {
            buf_puts(out, " after ");
            phrase_age(out, a->answered - a->asked);
        } else {
            buf_puts(out, " by hand");
        }
    }
    if (a->posts > 1)
        buf_printf(out, ", %u posts", a->posts);
    buf_putc(out, '\n');
    put_folded(out, "  ", text_of(a->sample.text), TEXT_COLUMNS);
    if (a->sample.url[0] && strcmp(a->sample.url, a->sample.native_id) != 0)
        put_folded(out, "  ", text_of(a->sample.url), 0);
    buf_puts(out, "  ");
    put_quoted(out, text_of(a->sample.source), 0);
    buf_putc(out, '/');
    put_quoted(out, text_of(a->sample.native_id), 0);
    buf_puts(out, "\n\n");
}

static void put_csv(struct inbox *b, const struct ask *a)
{
    struct buf *out = &b->out;
    char when[CLOCK_TEXT];
    csv_text(out, text_of(a->sample.source));
    buf_putc(out, ',');
    csv_text(out, text_of(a->sample.native_id));
    buf_putc(out, ',');
    csv_text(out, text_of(waiting_subject(b->waiting, a->subject)->name));
    buf_printf(out, ",%s,%s,%s,%d,", clock_format(a->asked, when), kind_of(a),
               ask_state_names[a->state], a->by_hand);
    if (a->answered)
        buf_printf(out, "%s,%lld", clock_format(a->answered, when),
                   (long long)(a->answered - a->asked) / MINUTE);
    else
        buf_putc(out, ',');
    buf_printf(out, ",%u,", a->posts);
    csv_text(out, text_of(a->sample.url));
    buf_putc(out, ',');
    csv_text(out, text_of(a->sample.text));
    buf_putc(out, '\n');
}

static void json_text(struct buf *out, const char *name, const char *text)
{
    buf_printf(out, ",\"%s\":", name);
    json_write(out, text_of(text));
}

static void put_json(struct inbox *b, const struct ask *a)
{
    struct buf *out = &b->out;
    char when[CLOCK_TEXT];
    buf_puts(out, "{\"source\":");
    json_write(out, text_of(a->sample.source));
    json_text(out, "id", a->sample.native_id);
    json_text(out, "subject", waiting_subject(b->waiting, a->subject)->name);
    json_text(out, "asked_at", clock_format(a->asked, when));
    json_text(out, "kind", kind_of(a));
    json_text(out, "state", ask_state_names[a->state]);
    buf_printf(out, ",\"by_hand\":%s,\"posts\":%u",
               a->by_hand ? "true" : "false", a->posts);
    if (a->answered) {
        json_text(out, "answered_at", clock_format(a->answered, when));
        buf_printf(out, ",\"minutes\":%lld",
                   (long long)(a->answered - a->asked) / MINUTE);
    }
    json_text(out, "url", a->sample.url);
    json_text(out, "text", a->sample.text);
    buf_putc(out, '}');
}

/* ---- the brands beside each other ----------------------------------------------- */

static void brand_text(struct buf *out, const struct asked *s,
                       const struct ask_figures *f, int64_t until)
{
    put_quoted(out, text_of(s->title), 40);
    buf_puts(out, ": ");
    phrase_count(out, f->asked);
    buf_puts(out, " asked or complained");
    if (!s->replied && !f->by_hand)
        buf_puts(out, "; replies not known (no post of its accounts seen)");
    else
        phrase_answered(out, f->asked, f->answered, f->median_hours);
    if (f->open && s->replied) {
        buf_puts(out, ", ");
        phrase_count(out, f->open);
        buf_puts(out, " open, oldest ");
        phrase_age(out, until - f->oldest);
    }
    if (f->ignored)
        buf_printf(out, ", %llu ignored", (unsigned long long)f->ignored);
    buf_putc(out, '\n');
}

static void brand_json(struct buf *out, const struct asked *s,
                       const struct ask_figures *f)
{
    buf_puts(out, "{\"subject\":");
    json_write(out, text_of(s->name));
    buf_printf(out, ",\"own\":%s,\"known\":%s,\"asked\":%llu,\"answered\":%llu,"
               "\"answered_by_hand\":%llu,\"open\":%llu,\"ignored\":%llu",
               s->own ? "true" : "false", s->replied ? "true" : "false",
               (unsigned long long)f->asked, (unsigned long long)f->answered,
               (unsigned long long)f->by_hand, (unsigned long long)f->open,
               (unsigned long long)f->ignored);
    if (!isnan(f->median_hours))
        buf_printf(out, ",\"median_hours\":%.2f", f->median_hours);
    buf_putc(out, '}');
}

/* Ours first, then the rivals, in the order of their asks. */
static void put_brands(struct inbox *b, const struct ask *asks, size_t count)
{
    bool first = true;
    for (int rivals = 0; rivals < 2; rivals++)
        for (size_t i = 0, next; i < count; i = next) {
            const struct asked *s = waiting_subject(b->waiting, asks[i].brand);
            struct ask_figures figures;
            for (next = i + 1; next < count &&
                               asks[next].brand == asks[i].brand;)
                next++;
            if (s->ours != !rivals)
                continue;
            waiting_figures(&figures, &asks[i], next - i);
            if (b->format == FORMAT_TEXT) {
                brand_text(&b->out, s, &figures, b->until);
            } else {
                buf_puts(&b->out, first ? "" : ",\n");
                brand_json(&b->out, s, &figures);
            }
            first = false;
        }
}

static void put_asks(struct inbox *b, const struct ask *const *listed,
                     size_t count)
{
    static void (*const put[])(struct inbox *, const struct ask *) = {
        put_text, put_csv, put_json };
    for (size_t i = 0; i < count; i++) {
        buf_puts(&b->out, b->format == FORMAT_JSON && i ? ",\n" : "");
        put[b->format](b, listed[i]);
    }
}

static void print(struct inbox *b)
{
    size_t count, found = 0;
    const struct ask *asks = waiting_asks(b->waiting, &count);
    const struct ask **listed = mem_alloc((count + 1) * sizeof(*listed));
    for (size_t i = 0; i < count; i++)
        if (is_listed(b, &asks[i]))
            listed[found++] = &asks[i];
    qsort(listed, found, sizeof(*listed), oldest_first);
    size_t limit = b->flags->limit;
    size_t shown = limit && limit < found ? limit : found;
    if (b->format == FORMAT_CSV)
        buf_puts(&b->out, "source,id,subject,asked_at,kind,state,by_hand,"
                 "answered_at,minutes,posts,url,text\n");
    if (b->format == FORMAT_JSON)
        buf_puts(&b->out, "{\"brands\":[");
    if (b->format != FORMAT_CSV)
        put_brands(b, asks, count);
    buf_puts(&b->out, b->format == FORMAT_JSON   ? "],\n\"asks\":["
                      : b->format == FORMAT_TEXT ? "\n"
                                                 : "");
    put_asks(b, listed, shown);
    if (b->format == FORMAT_JSON)
        buf_puts(&b->out, "]}\n");
    if (b->format == FORMAT_TEXT)
        buf_printf(&b->out, "%zu %s%s\n", found, state_words[b->state],
                   found > shown ? "; --limit 0 gives all" : "");
    else if (found > shown)
        log_line(LOG_NOTE, "%zu of %zu given; --limit 0 gives all", shown,
                 found);
    fwrite(buf_text(&b->out), 1, b->out.length, stdout);
    mem_free(listed);
}

static int list(struct inbox *b, struct error *err)
{
    struct range_flags range = b->flags->range;
    struct store_query q = { 0 };
    if (!range.last && !range.from && !range.to && !range.day)
        range.last = "7d";
    if (range_resolve(b->in, &range, &b->from, &b->until, &b->zone, err) ||
        invocation_store(b->in, STORE_READ, err) ||
        (b->subject && subject_check(b->in, b->subject, err)) ||
        waiting_open(&b->waiting, b->in->store, b->in->config, b->subject,
                     err))
        return -1;
    /* The brands' posts that are replied to may be older. */
    q.from = b->from - THREAD_DAYS * DAY;
    q.until = b->until;
    if (store_posts(b->in->store, &q, take_post, b, err) < 0 ||
        waiting_finish(b->waiting, err))
        return -1;
    print(b);
    return EXIT_DONE;
}

static int run(struct invocation *in, struct error *err)
{
    struct inbox b = { .in = in, .flags = in->flags, .out = BUF_INIT(0) };
    if (in->argc && (!strcmp(in->argv[0], "answer") ||
                     !strcmp(in->argv[0], "ignore") ||
                     !strcmp(in->argv[0], "reopen")))
        return set_states(in, err);
    if (in->argc > 1)
        return error_set(err, ERROR_USAGE, "%.60s: one subject at a time",
                         in->argv[1]);
    b.subject = in->argc && strcmp(in->argv[0], "*") ? in->argv[0] : NULL;
    b.state = word_index("state", b.flags->state, state_words, STATE_ALL + 1,
                         err);
    b.format = word_index("format", b.flags->format, format_names,
                          FORMAT_COUNT, err);
    if (b.state < 0 || b.format < 0 || invocation_config(in, err))
        return -1;
    int rc = list(&b, err);
    waiting_close(b.waiting);
    buf_release(&b.out);
    zone_close(b.zone);
    return rc;
}

const struct command command_inbox = {
    .name = "inbox",
    .arguments = "[SUBJECT] [--last 7d] [--state open] | answer SOURCE/ID | "
                 "ignore SOURCE/ID | reopen SOURCE/ID",
    .about = "who waits for an answer, oldest first",
    .help =
        "Questions and support requests addressed to our brands, and\n"
        "complaints about them, to which no account of the brand (handles in\n"
        "the configuration) has replied in public. What one writer posts\n"
        "within an hour is one. Marked as answered or ignored, one leaves the\n"
        "list and the digest. Above it each brand's share and median time.\n\n"
        "  swell inbox\n"
        "  swell inbox acme --last 14d --state all --format csv --limit 0\n"
        "  swell inbox answer bluesky/at://did:plc:example/app.bsky.feed.post/"
        "3k\n",
    .options = options,
    .state_size = sizeof(struct flags),
    .run = run,
};
