/* SPDX-License-Identifier: Apache-2.0 */
/* swell tag: texts in, tags out, one for one and in order. Stores nothing and
 * needs no configuration.
 *
 *   block of input ──> lines (borrowed) ──> batch ──> tagger ──> output
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/log.h"
#include "commands/reading.h"

enum {
    BLOCK = 1024 * 1024,
    LINE_LIMIT = 16 * 1024 * 1024, /* a longer one is cut */
    FLUSH = 256 * 1024,
};

enum form { FORM_TEXT, FORM_TSV, FORM_NDJSON, FORM_COUNT };
static const char *const form_names[FORM_COUNT] = { "text", "tsv", "ndjson" };

struct flags {
    bool explain;
    char *format, *lexicon;
};

static const struct option options[] = {
    { "format", OPTION_STRING, "text", FLAG(format), "tsv, ndjson or text" },
    { "explain", OPTION_BOOL, NULL, FLAG(explain),
      "say which entries and rules made each tag" },
    { "lexicon", OPTION_STRING, NULL, FLAG(lexicon),
      "a lexicon of one's own on top: ours, VADER's or AFINN's format" },
    OPTION_END
};

struct run {
    struct tagger *tagger;
    struct json *json;    /* for NDJSON in */
    struct batch batch;
    struct buf out;
    enum form form;
    bool explain;
    uint64_t line;        /* of the input, from 1 */
    uint64_t bad;         /* lines that were no JSON */
};

/* Thousandths as -0.123. */
static void put_score(struct buf *out, int score)
{
    unsigned size = (unsigned)(score < 0 ? -score : score);
    char text[] = { '-', (char)('0' + size / 1000), '.',
                    (char)('0' + size / 100 % 10), (char)('0' + size / 10 % 10),
                    (char)('0' + size % 10) };
    buf_add(out, text + (score >= 0), sizeof(text) - (score >= 0));
}

/* Each text gets one of three labels: what is not scored is neutral here. */
static void put_tsv(struct run *r, const struct post *p)
{
    struct buf *out = &r->out;
    int label = p->tags.label == LABEL_UNSCORED ? LABEL_NEUTRAL : p->tags.label;
    buf_add(out, p->native_id.data, p->native_id.length);
    buf_putc(out, '\t');
    buf_puts(out, label_names[label]);
    buf_putc(out, '\t');
    put_score(out, p->tags.score);
    buf_putc(out, '\t');
    for (uint32_t i = 0; i < p->mention_count; i++) {
        if (i)
            buf_putc(out, ',');
        buf_puts(out, r->batch.subjects[p->mentions[i].subject]);
    }
    buf_putc(out, '\t');
    set_words(out, p->tags.aspects, aspect_names, ",");
    buf_putc(out, '\t');
    set_words(out, p->tags.intents, intent_names, ",");
    buf_putc(out, '\t');
    set_words(out, p->tags.channels, channel_names, ",");
    buf_putc(out, '\n');
}

static void put_span(struct writer *w, const char *name, const struct post *p,
                     struct span span)
{
    if (span.length)
        write_slice(w, name, (struct text){ p->text.data + span.start,
                                            span.length });
}

static void put_ndjson(struct run *r, const struct post *p)
{
    struct writer w = { .out = &r->out, .one_line = true };
    write_begin(&w, NULL, '{');
    write_slice(&w, "id", p->native_id);
    write_text(&w, "language", p->language);
    write_count(&w, "confidence", p->confidence);
    write_tags(&w, &p->tags);
    put_span(&w, "wish", p, p->wish);
    put_span(&w, "from", p, p->from);
    put_span(&w, "to", p, p->to);
    write_begin(&w, "mentions", '[');
    for (uint32_t i = 0; i < p->mention_count; i++) {
        const struct mention *m = &p->mentions[i];
        write_begin(&w, NULL, '{');
        write_text(&w, "subject", r->batch.subjects[m->subject]);
        write_count(&w, "start", m->span.start);
        write_count(&w, "length", m->span.length);
        write_tags(&w, &m->tags);
        write_end(&w, '}');
    }
    write_end(&w, ']');
    if (p->faults & POST_FAULT_PATTERN)
        write_flag(&w, "pattern_limit", true);
    if (p->faults & POST_FAULT_CUT)
        write_flag(&w, "cut", true);
    write_end(&w, '}');
    buf_putc(&r->out, '\n');
}

static void put_words(struct buf *out, const char *what, unsigned set,
                      const char *const names[])
{
    if (!set)
        return;
    buf_printf(out, "  %s: ", what);
    set_words(out, set, names, ",");
}

/* For people: the text, and under it what it says. */
static void put_text(struct run *r, const struct post *p)
{
    struct buf *out = &r->out;
    put_quoted(out, p->text, 0);
    buf_printf(out, "\n  %s", label_names[p->tags.label]);
    if (p->tags.label == LABEL_UNSCORED)
        buf_printf(out, " (language %.3s)", p->language);
    else
        buf_printf(out, " %+.3f", p->tags.score / 1000.0);
    put_words(out, "aspects", p->tags.aspects, aspect_names);
    put_words(out, "intents", p->tags.intents, intent_names);
    put_words(out, "channels", p->tags.channels, channel_names);
    buf_putc(out, '\n');
    for (uint32_t i = 0; i < p->mention_count; i++) {
        const struct mention *m = &p->mentions[i];
        buf_printf(out, "  %s: %s %+.3f\n", r->batch.subjects[m->subject],
                   label_names[m->tags.label], m->tags.score / 1000.0);
    }
}

static int flush(struct run *r, struct error *err)
{
    size_t wanted = r->out.length;
    bool written = wanted == 0 ||
                   fwrite(r->out.data, 1, wanted, stdout) == wanted;
    buf_clear(&r->out);
    if (!written || fflush(stdout))
        return error_set(err, ERROR_SYSTEM, "standard output: %s",
                         strerror(errno));
    return 0;
}

/* Tag what was gathered and print it. */
static int finish_batch(struct run *r, struct error *err)
{
    if (!r->explain)
        tagger_run(r->tagger, &r->batch, 0);
    for (size_t i = 0; i < r->batch.count; i++) {
        const struct post *p = &r->batch.posts[i];
        if (r->explain) {
            buf_puts(&r->out, "text ");
            put_quoted(&r->out, p->native_id, 0);
            buf_puts(&r->out, ": ");
            put_quoted(&r->out, p->text, 0);
            buf_putc(&r->out, '\n');
            tagger_explain(r->tagger, p->text, &r->out);
            buf_putc(&r->out, '\n');
        } else if (r->form == FORM_TSV) {
            put_tsv(r, p);
        } else if (r->form == FORM_NDJSON) {
            put_ndjson(r, p);
        } else {
            put_text(r, p);
        }
        if (r->out.length > FLUSH && flush(r, err))
            return -1;
    }
    batch_reset(&r->batch);
    return flush(r, err);
}

static void number_id(struct run *r, struct post *p)
{
    char digits[24];
    int length = snprintf(digits, sizeof(digits), "%" PRIu64, r->line);
    p->native_id.data = arena_copy(&r->batch.memory, digits, (size_t)length);
    p->native_id.length = (size_t)length;
}

static int take_object(void *context, const struct json_value *values,
                       struct error *err)
{
    struct run *r = context;
    (void)err;
    struct post *p = batch_add(&r->batch);
    struct text parts[3] = { { 0 } };
    for (int i = 0; i < 3; i++)
        if (values[i].type == JSON_STRING || values[i].type == JSON_NUMBER)
            parts[i] = (struct text){
                arena_copy(&r->batch.memory, values[i].text.data,
                           values[i].text.length), values[i].text.length };
    p->native_id = parts[0];
    p->text = parts[1];
    p->lang = parts[2];
    if (!parts[0].data)
        number_id(r, p);
    return 0;
}

/* One object a line; what is none is told and left out. */
static void take_json(struct run *r, struct text line)
{
    struct error err = ERROR_INIT;
    size_t before = r->batch.count;
    if (json_line(r->json, line.data, line.length, &err) ||
        r->batch.count != before + 1) {
        while (r->batch.count > before)
            batch_drop(&r->batch);
        log_line(LOG_WARN, "line %" PRIu64 " is left out: %s", r->line,
                 *err.text ? err.text : "one JSON object is expected");
        r->bad++;
    }
}

/* id TAB text; a line without a tab is all text, its number the id. */
static void take_line(struct run *r, struct text line)
{
    r->line++;
    if (line.length && line.data[line.length - 1] == '\r')
        line.length--;
    if (r->form == FORM_NDJSON && line.length && line.data[0] == '{') {
        take_json(r, line);
        return;
    }
    struct post *p = batch_add(&r->batch);
    const char *tab = line.length ? memchr(line.data, '\t', line.length) : NULL;
    if (tab) {
        size_t id = (size_t)(tab - line.data);
        p->native_id = (struct text){ line.data, id };
        p->text = (struct text){ tab + 1, line.length - id - 1 };
    } else {
        p->text = line;
        number_id(r, p);
    }
}

struct input {
    int fd;
    const char *name;
    char *block;     /* owned */
    size_t used, room;
    bool skipping;   /* the rest of a line that was too long */
};

/* The whole lines of the block, then the rest moved to its front. */
static int take_lines(struct run *r, struct input *in, bool last,
                      struct error *err)
{
    size_t at = 0;
    while (at < in->used) {
        char *end = memchr(in->block + at, '\n', in->used - at);
        size_t length = end ? (size_t)(end - in->block) - at : in->used - at;
        if (!end && !last && length < LINE_LIMIT)
            break;
        if (!in->skipping)
            take_line(r, (struct text){ in->block + at, length });
        in->skipping = !end && !last;
        at += length + (end != NULL);
    }
    int rc = finish_batch(r, err);
    in->used -= at;
    memmove(in->block, in->block + at, in->used);
    return rc;
}

static int read_all(struct run *r, struct input *in, struct error *err)
{
    for (;;) {
        if (in->room - in->used < BLOCK) {
            in->room = in->room * 2 + BLOCK;
            in->block = mem_resize(in->block, in->room);
        }
        ssize_t n = read(in->fd, in->block + in->used, BLOCK);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return error_set(err, ERROR_SYSTEM, "%s: %s", in->name,
                             strerror(errno));
        in->used += (size_t)n;
        if (take_lines(r, in, n == 0, err))
            return -1;
        if (n == 0)
            return 0;
    }
}

static int tag_file(struct run *r, const char *path, struct error *err)
{
    struct input in = { .fd = STDIN_FILENO, .name = "standard input" };
    if (strcmp(path, "-") != 0) {
        in.name = path;
        in.fd = open(path, O_RDONLY | O_CLOEXEC);
        if (in.fd < 0)
            return error_set(err, ERROR_SYSTEM, "%s: %s", path,
                             strerror(errno));
    }
    int rc = read_all(r, &in, err);
    if (in.fd != STDIN_FILENO)
        close(in.fd);
    mem_free(in.block);
    return rc;
}

/* No configuration is looked for: without --config there are no subjects. */
static int open_rules(struct invocation *in, struct error *err)
{
    const struct flags *flags = in->flags;
    if (in->globals.config && invocation_config(in, err))
        return -1;
    if (!in->config)
        in->config = config_empty();
    return rules_open(&in->rules, in->config, data_folder(), flags->lexicon,
                      NULL, err);
}

static int run(struct invocation *in, struct error *err)
{
    static const char *const paths[] = { "id", "text", "lang", NULL };
    const struct flags *flags = in->flags;
    struct run r = { .explain = flags->explain };
    int rc = -1;
    batch_init(&r.batch);
    int form = word_index("format", flags->format, form_names, FORM_COUNT,
                          err);
    if (form < 0 || open_rules(in, err))
        goto done;
    r.form = (enum form)form;
    r.tagger = tagger_open(in->rules);
    r.json = json_open("", paths, take_object, &r);
    rc = in->argc ? 0 : tag_file(&r, "-", err);
    for (int i = 0; i < in->argc && !rc; i++)
        rc = tag_file(&r, in->argv[i], err);
    if (!rc && r.bad) {
        if (in->globals.quiet) /* which ones was not told */
            log_line(LOG_ERROR, "left out %" PRIu64 " line%s", r.bad,
                     r.bad == 1 ? "" : "s");
        rc = EXIT_INCOMPLETE;
    }
done:
    tagger_close(r.tagger);
    json_close(r.json);
    batch_release(&r.batch);
    buf_release(&r.out);
    return rc;
}

const struct command command_tag = {
    .name = "tag",
    .arguments = "[FILE...]",
    .about = "tag texts: sentiment, subjects, aspects, intents, channels",
    .help =
        "Reads lines \"id<TAB>text\" (or only the text; the line number is\n"
        "its id then) from FILE or standard input, and prints one result each:\n"
        "  tsv     id, label, score (-1 to 1), subjects, aspects, intents,\n"
        "          channels; a text in a language that is not scored counts\n"
        "          as neutral here\n"
        "  ndjson  the same with language, mentions and spans; reads objects\n"
        "          with \"id\", \"text\" and \"lang\" as well\n"
        "  text    for people\n"
        "\n"
        "  echo \"love it, but delivery took weeks\" | swell tag --explain\n",
    .options = options,
    .state_size = sizeof(struct flags),
    .run = run,
};
