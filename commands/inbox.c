/* SPDX-License-Identifier: Apache-2.0 */
/* swell inbox: who asked our brands something and waits, and the state that
 * people give it. What counts as asked is digest/waiting's. */
#include <math.h>

#include "base/log.h"
#include "commands/reading.h"
#include "digest/json.h"
#include "digest/phrase.h"

enum { STATE_ALL = ASK_STATE_COUNT, TEXT_COLUMNS = 320 };
static const char *const state_words[] = { "open", "answered", "ignored",
                                           "all" };

struct flags {
    struct range_flags range;
    char *state, *format;
    uint64_t limit;
};

static const struct option options[] = {
    RANGE_OPTIONS("7d"),
    { "state", OPTION_STRING, "open", FLAG(state),
      "open, answered, ignored or all" },
    { "limit", OPTION_COUNT, "20", FLAG(limit), "most asks given; 0: all" },
    { "format", OPTION_STRING, "text", FLAG(format), "text, csv or json" },
    OPTION_END
};

struct inbox {
    struct invocation *in;
    const struct flags *flags;
    int state;
    struct waiting *waiting;
};

/* ---- the states ---------------------------------------------------------- */

enum { VERB_COUNT = 3 };
static const char *const verbs[VERB_COUNT] = { "answer", "ignore", "reopen" };
static const char *const verb_states[VERB_COUNT] = { "answered", "ignored",
                                                     NULL };

static int set_states(struct invocation *in, struct error *err)
{
    struct buf key = BUF_INIT(0), value = BUF_INIT(0);
    int verb = tag_index(verbs, VERB_COUNT, in->argv[0]), rc = 0;
    if (in->argc < 2)
        return error_set(err, ERROR_USAGE, "inbox %s needs SOURCE/ID, as "
                         "swell inbox gives it", verbs[verb]);
    if (invocation_store(in, STORE_CHANGE, err))
        return -1;
    for (int i = 1; i < in->argc && rc == 0; i++) {
        buf_clear(&key);
        buf_clear(&value);
        waiting_note(&key, &value, in->argv[i], verb_states[verb]);
        rc = post_note(in->store, in->argv[i], buf_text(&key),
                       buf_text(&value), err);
    }
    buf_release(&key);
    buf_release(&value);
    if (rc)
        return -1;
    log_line(LOG_NOTE, "%d %s", in->argc - 1,
             verb_states[verb] ? verb_states[verb] : "open again");
    return EXIT_DONE;
}

/* ---- the list ------------------------------------------------------------ */

static const char *kind_of(const struct ask *a)
{
    return a->intents & 1 << INTENT_SUPPORT    ? "support"
           : a->intents & 1 << INTENT_QUESTION ? "question"
                                               : "complaint";
}

static void put_text(struct inbox *b, const struct ask *a)
{
    struct buf *out = &b->in->out;
    const struct asked *s = waiting_subject(b->waiting, a->subject);
    local_time(out, b->in->zone, a->asked);
    buf_printf(out, "  %s to ", kind_of(a));
    put_quoted(out, text_of(s->title), 40);
    buf_puts(out, a->state == ASK_OPEN ? ", waits " : ", ");
    if (a->state == ASK_OPEN) {
        phrase_age(out, "", b->in->until - a->asked, "");
    } else {
        buf_puts(out, ask_state_names[a->state]);
        if (a->answered && !a->by_hand)
            phrase_age(out, " after ", a->answered - a->asked, "");
        else
            buf_puts(out, " by hand");
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

static void put_row(struct inbox *b, const struct ask *a)
{
    struct writer *w = &b->in->writer;
    int64_t minutes = (a->answered - a->asked) / MINUTE;
    write_begin(w, NULL, '{');
    write_text(w, "source", a->sample.source);
    write_text(w, "id", a->sample.native_id);
    write_text(w, "subject", waiting_subject(b->waiting, a->subject)->name);
    write_time(w, "asked_at", a->asked);
    write_text(w, "kind", kind_of(a));
    write_text(w, "state", ask_state_names[a->state]);
    write_flag(w, "by_hand", a->by_hand);
    write_time(w, "answered_at", a->answered);
    write_real(w, "minutes", a->answered ? (double)minutes : NAN);
    write_count(w, "posts", a->posts);
    write_text(w, "url", a->sample.url);
    write_text(w, "text", a->sample.text);
    write_end(w, '}');
}

/* ---- the brands beside each other ---------------------------------------- */

/* Are its answers seen, or told? */
static bool is_known(const struct asked *s, const struct ask_figures *f)
{
    return s->replied || f->by_hand;
}

static void brand_text(struct buf *out, const struct asked *s,
                       const struct ask_figures *f, int64_t until)
{
    put_quoted(out, text_of(s->title), 40);
    buf_puts(out, ": ");
    phrase_figures(out, f, is_known(s, f), "", until);
    buf_putc(out, '\n');
}

static void brand_json(struct writer *w, const struct asked *s,
                       const struct ask_figures *f)
{
    write_begin(w, NULL, '{');
    write_text(w, "subject", s->name);
    write_flag(w, "own", s->own);
    write_flag(w, "known", is_known(s, f));
    json_figures(w, f);
    write_end(w, '}');
}

/* Ours first, then the rivals, in the order of their asks. */
static void put_brands(struct inbox *b, const struct ask *asks, size_t count)
{
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
            if (b->in->format == FORMAT_TEXT)
                brand_text(&b->in->out, s, &figures, b->in->until);
            else
                brand_json(&b->in->writer, s, &figures);
        }
}

static void put_asks(struct inbox *b, const struct ask *const *listed,
                     size_t count)
{
    for (size_t i = 0; i < count; i++)
        (b->in->format == FORMAT_TEXT ? put_text : put_row)(b, listed[i]);
}

static void print_json(struct inbox *b, const struct ask *asks, size_t count,
                       const struct ask *const *listed, size_t shown)
{
    struct writer *w = &b->in->writer;
    write_begin(w, NULL, '{');
    write_begin(w, "brands", '[');
    put_brands(b, asks, count);
    write_end(w, ']');
    write_begin(w, "asks", '[');
    put_asks(b, listed, shown);
    write_end(w, ']');
    write_end(w, '}');
    buf_putc(w->out, '\n');
}

static void print(struct inbox *b)
{
    struct invocation *in = b->in;
    size_t count, found;
    const struct ask *asks = waiting_asks(b->waiting, &count);
    const struct ask **listed = waiting_list(b->waiting, b->state, &found);
    size_t limit = b->flags->limit;
    size_t shown = limit && limit < found ? limit : found;
    if (in->format == FORMAT_JSON) {
        print_json(b, asks, count, listed, shown);
    } else if (in->format == FORMAT_CSV) {
        write_rows(&in->writer, "source,id,subject,asked_at,kind,state,by_hand,"
                   "answered_at,minutes,posts,url,text");
        put_asks(b, listed, shown);
    } else {
        put_brands(b, asks, count);
        buf_putc(&in->out, '\n');
        put_asks(b, listed, shown);
        buf_printf(&in->out, "%zu %s%s\n", found, state_words[b->state],
                   found > shown ? "; --limit 0 gives all" : "");
    }
    if (in->format != FORMAT_TEXT && found > shown)
        log_line(LOG_NOTE, "%zu of %zu given; --limit 0 gives all", shown,
                 found);
    mem_free(listed);
}

static int list(struct inbox *b, struct error *err)
{
    struct invocation *in = b->in;
    if (invocation_range(in, &b->flags->range, 7 * DAY, err) ||
        subject_open(in, err))
        return -1;
    replies_check(in);
    if (waiting_read(&b->waiting, in->store, in->config, in->subject, in->from,
                     in->until, err))
        return -1;
    print(b);
    waiting_close(b->waiting);
    return EXIT_DONE;
}

static int run(struct invocation *in, struct error *err)
{
    struct inbox b = { .in = in, .flags = in->flags };
    if (in->argc && tag_index(verbs, VERB_COUNT, in->argv[0]) >= 0)
        return set_states(in, err);
    if (in->argc > 1)
        return error_set(err, ERROR_USAGE, "inbox %.60s %.60s: give one "
                         "subject, or answer, ignore or reopen and SOURCE/ID",
                         in->argv[0], in->argv[1]);
    if (in->argc && strcmp(in->argv[0], "*") != 0)
        in->subject = in->argv[0]; /* NULL: our brands */
    b.state = word_index("state", b.flags->state, state_words, STATE_ALL + 1,
                         err);
    if (b.state < 0 || invocation_format(in, b.flags->format, 3, err))
        return -1;
    return list(&b, err);
}

const struct command command_inbox = {
    .name = "inbox",
    .arguments = "[SUBJECT] [--last 7d] [--state open] | answer SOURCE/ID | "
                 "ignore SOURCE/ID | reopen SOURCE/ID",
    .about = "who waits for an answer, oldest first",
    .help =
        "Questions and support requests addressed to our brands, and\n"
        "complaints about them, to whose writers no account of the brand\n"
        "(handles in the configuration) has replied in public since. A choice\n"
        "between brands asks neither. What one writer asks within a day before\n"
        "any answer is one. Marked as answered or ignored, one leaves the list\n"
        "and the digest. Above it each brand's share and median time.\n\n"
        "  swell inbox\n"
        "  swell inbox acme --last 14d --state all --format csv --limit 0\n"
        "  swell inbox answer bluesky/at://did:plc:example/app.bsky.feed.post/"
        "3k\n",
    .options = options,
    .state_size = sizeof(struct flags),
    .run = run,
};
