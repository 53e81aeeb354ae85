/* SPDX-License-Identifier: Apache-2.0 */
/* swell export: everything the store knows, in formats that other tools
 * read, in an order that depends on the content alone. */
#include <string.h>

#include "base/mem.h"
#include "commands/manifest.h"
#include "commands/reading.h"
#include "commands/sheet.h"
#include "digest/names.h"
#include "digest/terms.h"

struct flags {
    char *format, *what, *out, *subject, *source, *manifest;
    int64_t from, to;
    bool handles;
};

static const struct option options[] = {
    { "format", OPTION_STRING, "ndjson", FLAG(format),
      "ndjson, csv or sqlite" },
    { "what", OPTION_STRING, "posts", FLAG(what),
      "posts, mentions, windows, terms or coverage" },
    { "out", OPTION_STRING, NULL, FLAG(out),
      "a file; default standard output" },
    { "from", OPTION_DATE, NULL, FLAG(from),
      "start, UTC; default the first post" },
    { "to", OPTION_DATE, NULL, FLAG(to),
      "end, excluded; default after the last post" },
    { "subject", OPTION_STRING, NULL, FLAG(subject), "only this subject" },
    { "source", OPTION_STRING, NULL, FLAG(source), "only this source" },
    { "manifest", OPTION_STRING, NULL, FLAG(manifest),
      "what was asked, rules, queries and coverage (JSON); default beside "
      "--out: FILE.WHAT.manifest.json" },
    { "handles", OPTION_BOOL, NULL, FLAG(handles),
      "handles too, where the store keeps them" },
    OPTION_END
};

struct export {
    struct invocation *in;
    const struct flags *flags;
    struct sheet *sheet;
    struct store_query query, day;   /* day: of terms */
    struct error *err;
    bool failed;
};

/* ---- cells ---- */

static void cell_author(struct export *e, uint64_t hash)
{
    char text[AUTHOR_TEXT];
    sheet_text(e->sheet, "author", text_of(author_text(hash, text)));
}

static void cell_set(struct export *e, const char *name, unsigned set,
                     const char *const names[])
{
    struct buf list = BUF_INIT(0);
    set_words(&list, set, names, ",");
    sheet_list(e->sheet, name, buf_text(&list));
    buf_release(&list);
}

static void cell_tags(struct export *e, const struct tags *t)
{
    sheet_text(e->sheet, "label", text_of(label_names[t->label]));
    sheet_decimal(e->sheet, "score", t->score);
    cell_set(e, "aspects", t->aspects, aspect_names);
    cell_set(e, "intents", t->intents, intent_names);
    cell_set(e, "channels", t->channels, channel_names);
}

static void cell_span(struct export *e, const char *name, const struct post *p,
                      struct span s)
{
    bool within = s.start <= p->text.length &&
                  s.length <= p->text.length - s.start;
    sheet_text(e->sheet, name,
               s.length && within
                   ? (struct text){ p->text.data + s.start, s.length }
                   : TEXT(""));
}

/* A counter for each name. */
static void cell_counts(struct export *e, const char *before,
                        const char *const names[], const char *after,
                        const uint64_t *counts, int count)
{
    char name[64] = "";
    for (int i = 0; i < count; i++) {
        if (sheet_is_new(e->sheet))
            snprintf(name, sizeof(name), "%s%s%s", before, names[i], after);
        sheet_number(e->sheet, name, counts[i]);
    }
}

static int end_row(struct export *e)
{
    if (sheet_row(e->sheet, e->err))
        e->failed = true;
    return e->failed;
}

/* ---- posts and mentions ---- */

static const struct post no_post;

/* Mentions by their subject's name: numbers depend on who came first. */
struct named { const char *name; const struct mention *mention; };

static int by_subject(const void *a, const void *b)
{
    return strcmp(((const struct named *)a)->name,
                  ((const struct named *)b)->name);
}

static uint32_t name_mentions(struct export *e, const struct post *p,
                              struct named out[POST_MENTIONS_LIMIT])
{
    uint32_t count = p->mention_count;
    for (uint32_t i = 0; i < count; i++) {
        out[i].mention = &p->mentions[i];
        out[i].name = store_subject_name(e->in->store,
                                         p->mentions[i].subject);
        if (!out[i].name)
            out[i].name = "?";
    }
    if (count)
        qsort(out, count, sizeof(*out), by_subject);
    return count;
}

static void cell_subjects(struct export *e, const struct post *p)
{
    struct named names[POST_MENTIONS_LIMIT];
    struct buf list = BUF_INIT(0);
    uint32_t count = name_mentions(e, p, names);
    for (uint32_t i = 0; i < count; i++)
        buf_printf(&list, "%s%s", i ? "," : "", names[i].name);
    sheet_list(e->sheet, "subjects", buf_text(&list));
    buf_release(&list);
}

/* The first cells are the keys that swell import reads. */
static int export_post(void *context, const struct post *p,
                       const struct mention *mention)
{
    struct export *e = context;
    struct sheet *s = e->sheet;
    (void)mention;
    sheet_text(s, "id", p->native_id);
    sheet_text(s, "source", p->source);
    sheet_time(s, "created_at", p->created);
    cell_author(e, p->author_hash);
    sheet_text(s, "text", p->text);
    sheet_text(s, "lang", p->lang);
    sheet_text(s, "url", p->url);
    sheet_nonzero(s, "likes", p->likes);
    sheet_nonzero(s, "reposts", p->reposts);
    sheet_nonzero(s, "replies", p->replies);
    sheet_text(s, "reply_to", p->reply_to);
    sheet_text(s, "kind", text_of(post_kind_names[p->kind]));
    sheet_nonzero(s, "rating", p->rating);
    sheet_text(s, "handle", e->flags->handles ? p->handle : TEXT(""));
    sheet_time(s, "edited_at", p->edited);
    sheet_time(s, "indexed_at", p->indexed);
    sheet_time(s, "fetched_at", p->fetched);
    sheet_text(s, "language", text_of(p->language));
    sheet_nonzero(s, "language_percent", p->confidence);
    cell_tags(e, &p->tags);
    cell_subjects(e, p);
    cell_span(e, "wish", p, p->wish);
    cell_span(e, "switch_from", p, p->from);
    cell_span(e, "switch_to", p, p->to);
    sheet_nonzero(s, "rules", p->rules);
    return end_row(e);
}

static int run_posts(struct export *e)
{
    return export_post(e, &no_post, NULL) ||
           store_posts(e->in->store, &e->query, export_post, e, e->err);
}

static int export_mention(struct export *e, const struct post *p,
                          const char *subject, const struct mention *m)
{
    struct sheet *s = e->sheet;
    sheet_text(s, "source", p->source);
    sheet_text(s, "id", p->native_id);
    sheet_time(s, "created_at", p->created);
    sheet_text(s, "subject", text_of(subject));
    cell_author(e, p->author_hash);
    cell_span(e, "match", p, m->span);
    cell_tags(e, &m->tags);
    return end_row(e);
}

static int export_mentions(void *context, const struct post *p,
                           const struct mention *only)
{
    struct export *e = context;
    struct named names[POST_MENTIONS_LIMIT];
    uint32_t count = name_mentions(e, p, names);
    for (uint32_t i = 0; i < count; i++)
        if ((!only || names[i].mention == only) &&
            export_mention(e, p, names[i].name, names[i].mention))
            return 1;
    return 0;
}

static int run_mentions(struct export *e)
{
    return export_mention(e, &no_post, "", &(struct mention){ 0 }) ||
           store_posts(e->in->store, &e->query, export_mentions, e, e->err);
}

/* ---- windows ---- */

/* Names in an order of their own: the store's depends on who came first. */
static int get_names(struct export *e, enum store_name kind,
                     const char *only, struct names *n)
{
    if (only)
        names_add(n, only);
    else if (names_read(n, e->in->store, kind, e->err))
        return -1;
    names_sort(n);
    return 0;
}

static int export_window(struct export *e, int64_t start, const char *subject,
                         const char *source, const struct counts *c)
{
    struct sheet *s = e->sheet;
    sheet_time(s, "start", start);
    sheet_text(s, "subject", text_of(subject));
    sheet_text(s, "source", text_of(source));
    sheet_number(s, "posts", c->posts);
    cell_counts(e, "", label_names, "", c->label, LABEL_COUNT);
    sheet_decimal(s, "score_sum", c->score);
    sheet_number(s, "reposts", c->reposts);
    cell_counts(e, "channel_", channel_names, "", c->channel, CHANNEL_COUNT);
    cell_counts(e, "intent_", intent_names, "", c->intent, INTENT_COUNT);
    cell_counts(e, "", aspect_names, "", c->aspect, ASPECT_COUNT);
    cell_counts(e, "", aspect_names, "_negative", c->aspect_negative,
                ASPECT_COUNT);
    cell_counts(e, "", aspect_names, "_positive", c->aspect_positive,
                ASPECT_COUNT);
    return end_row(e);
}

/* A day of one subject and source: only quarter hours that have posts. */
static int window_day(struct export *e, int64_t day, const char *subject,
                      const char *source)
{
    struct counts cells[DAY / QUARTER];
    struct store_query q = { subject, source, day, day + DAY };
    if (store_series(e->in->store, &q, QUARTER, cells, DAY / QUARTER, e->err))
        return -1;
    for (int i = 0; i < DAY / QUARTER; i++) {
        int64_t start = day + i * QUARTER;
        if (cells[i].posts && start >= e->query.from &&
            start < e->query.until &&
            export_window(e, start, subject, source, &cells[i]))
            return -1;
    }
    return 0;
}

static int run_windows(struct export *e)
{
    struct names subjects = { 0 }, sources = { 0 };
    int rc = get_names(e, STORE_SUBJECTS, e->flags->subject, &subjects) ||
             get_names(e, STORE_SOURCES, e->flags->source, &sources) ||
             export_window(e, 0, "", "", &(struct counts){ 0 });
    if (!e->flags->subject) {
        names_add(&subjects, "*");
        names_sort(&subjects);
    }
    for (int64_t day = e->query.from / DAY * DAY;
         day < e->query.until && rc == 0; day += DAY)
        for (size_t i = 0; i < subjects.count; i++)
            for (size_t j = 0; j < sources.count && rc == 0; j++)
                rc = window_day(e, day, subjects.items[i], sources.items[j]);
    names_release(&subjects);
    names_release(&sources);
    return rc;
}

/* ---- terms ---- */

/* What only one writer says is their post, not a term. */
static int export_term(void *context, struct text term, uint8_t kind,
                       uint32_t posts, uint32_t authors)
{
    struct export *e = context;
    char day[CLOCK_TEXT];
    if (authors < 2)
        return 0;
    clock_format(e->day.from, day);
    sheet_text(e->sheet, "day", (struct text){ day, strlen("2026-11-20") });
    sheet_text(e->sheet, "subject", text_of(e->day.subject));
    sheet_text(e->sheet, "term", term);
    sheet_text(e->sheet, "kind", text_of(term_kind_names[kind]));
    sheet_number(e->sheet, "posts", posts);
    sheet_number(e->sheet, "authors", authors);
    return end_row(e);
}

static int run_terms(struct export *e)
{
    int rc = export_term(e, TEXT(""), 0, 2, 2);
    for (int64_t day = e->query.from / DAY * DAY;
         day < e->query.until && rc == 0 && !e->failed; day += DAY) {
        e->day = (struct store_query){ e->flags->subject ? e->flags->subject
                                       : "*", e->flags->source, day,
                                       day + DAY };
        rc = terms_day(e->in->store, e->in->config, &e->day, export_term, e,
                       e->err);
    }
    return rc;
}

/* ---- coverage ---- */

static int export_span(struct export *e, const char *label, int64_t from,
                       int64_t until, uint8_t state)
{
    sheet_text(e->sheet, "label", text_of(label));
    sheet_time(e->sheet, "from", from);
    sheet_time(e->sheet, "until", until);
    sheet_text(e->sheet, "state", text_of(coverage_names[state]));
    return end_row(e);
}

/* Each stretch of one state that a source was reported to have, in whole
 * quarter hours around the range. */
static int export_spans(struct export *e, const char *label)
{
    int64_t from = e->query.from / QUARTER * QUARTER;
    size_t count = (size_t)((e->query.until - from + QUARTER - 1) / QUARTER);
    uint8_t *states = mem_alloc(count + 1);
    int rc = store_coverage(e->in->store, label, from,
                            from + (int64_t)count * QUARTER, states, e->err);
    for (size_t at = 0, end; at < count && rc == 0; at = end) {
        for (end = at + 1; end < count && states[end] == states[at]; end++)
            continue;
        if (states[at] != COVERAGE_NONE)
            rc = export_span(e, label, from + (int64_t)at * QUARTER,
                             from + (int64_t)end * QUARTER, states[at]);
    }
    mem_free(states);
    return rc;
}

static int run_coverage(struct export *e)
{
    struct names labels = { 0 };
    int rc = get_names(e, STORE_LABELS, e->flags->source, &labels) ||
             export_span(e, "", 0, 0, COVERAGE_NONE);
    for (size_t i = 0; i < labels.count && rc == 0; i++)
        rc = export_spans(e, labels.items[i]);
    names_release(&labels);
    return rc;
}

/* ---- all ---- */

static const struct {
    const char *name;
    int (*run)(struct export *e);
} whats[] = {
    { "posts", run_posts }, { "mentions", run_mentions },
    { "windows", run_windows }, { "terms", run_terms },
    { "coverage", run_coverage },
};

/* Coverage may lie outside the posts: a source that failed has none. */
static int find_range(struct export *e, bool coverage)
{
    int64_t first, last;
    int any = store_span(e->in->store, &first, &last, e->err);
    if (any < 0)
        return -1;
    e->query.from = any ? first - first % QUARTER : 0; /* all its window */
    e->query.until = any ? last + 1 : 0;
    if (coverage) {
        int64_t now = clock_now();
        if (!any || now - 90 * DAY < first)
            e->query.from = (now - 90 * DAY) / DAY * DAY;
        if (!any || now > last)
            e->query.until = (now / DAY + 1) * DAY;
    }
    /* Outside the posts there is nothing but coverage. */
    if (e->flags->from && (coverage || e->flags->from > e->query.from))
        e->query.from = e->flags->from;
    if (e->flags->to && (coverage || e->flags->to < e->query.until))
        e->query.until = e->flags->to;
    if (e->query.until < e->query.from)
        e->query.until = e->query.from;
    return 0;
}

static int write_manifest(const struct export *e, uint64_t rows)
{
    const struct flags *flags = e->flags;
    struct buf path = BUF_INIT(0);
    struct manifest m = { NULL, flags->what, flags->format, e->query, rows };
    int rc = 0;
    if (flags->manifest)
        buf_puts(&path, flags->manifest);
    else if (flags->out)
        buf_printf(&path, "%s.%s.manifest.json", flags->out, flags->what);
    m.path = buf_text(&path);
    if (path.length)
        rc = manifest_write(&m, e->in, e->err);
    buf_release(&path);
    return rc;
}

static int run(struct invocation *in, struct error *err)
{
    const struct flags *flags = in->flags;
    struct export e = { .in = in, .flags = flags, .err = err };
    size_t what = 0, count = sizeof(whats) / sizeof(*whats);
    while (what < count && strcmp(whats[what].name, flags->what) != 0)
        what++;
    if (what == count)
        return error_set(err, ERROR_USAGE, "--what %.40s: posts, mentions, "
                         "windows, terms or coverage", flags->what);
    if (flags->from && flags->to && flags->from >= flags->to)
        return error_set(err, ERROR_USAGE, "--from is not before --to");
    if (flags->out && flags->manifest && !strcmp(flags->out, flags->manifest))
        return error_set(err, ERROR_USAGE, "--out and --manifest are the same "
                         "file");
    e.sheet = sheet_new(flags->format, flags->out, whats[what].name, err);
    if (!e.sheet)
        return -1;
    in->subject = e.query.subject = flags->subject;
    e.query.source = flags->source;
    bool coverage = whats[what].run == run_coverage;
    bool whole = !subject_open(in, err) &&
                 !source_check(in, flags->source, coverage ? STORE_LABELS
                                                  : STORE_SOURCES, err) &&
                 !find_range(&e, coverage) &&
                 !whats[what].run(&e) && !e.failed &&
                 !store_kept(in->store, err);
    uint64_t rows = sheet_rows(e.sheet);
    return sheet_close(e.sheet, whole, err) || write_manifest(&e, rows)
               ? -1 : EXIT_DONE;
}

const struct command command_export = {
    .name = "export",
    .words = NO_WORDS,
    .arguments = "[--what posts|mentions|windows|terms|coverage] [--format "
                 "ndjson|csv|sqlite]",
    .about = "everything the store knows, in open formats",
    .help = "Rows come oldest first, of the moment it began; the same store "
            "gives the\nsame bytes. Authors are keyed hashes. In CSV a text "
            "that a spreadsheet\nwould run as a formula has a ' in front. "
            "NDJSON of posts can be imported\nagain. docs/store-format.md "
            "explains the columns.\n",
    .options = options,
    .state_size = sizeof(struct flags),
    .run = run,
};
