/* SPDX-License-Identifier: Apache-2.0 */
/* swell terms: what is newly talked of, against the days before. */
#include <inttypes.h>

#include "commands/reading.h"
#include "digest/json.h"

struct flags {
    struct range_flags range;
    char *source, *format;
    uint64_t limit, background;
};

static const struct option options[] = {
    RANGE_OPTIONS("24h"),
    { "source", OPTION_STRING, NULL, FLAG(source),
      "posts of this source only" },
    { "limit", OPTION_COUNT, "20", FLAG(limit), "most terms" },
    { "background", OPTION_COUNT, "60", FLAG(background),
      "days before to compare with" },
    { "format", OPTION_STRING, "text", FLAG(format), "text, csv or json" },
    OPTION_END
};

static const char *const basis_names[] = {
    [TERMS_NO_BASELINE] = "none", [TERMS_OWN_PAST] = "own past",
    [TERMS_OTHERS] = "other posts of the same time",
    [TERMS_BOTH] = "own past and other posts of the same time",
};

static void put_term(struct buf *out, const struct term *e,
                     const struct zone *zone)
{
    buf_putc(out, '\n');
    put_quoted(out, text_of(e->text), 0);
    if (e->phrase) {
        buf_puts(out, " (\"");
        put_quoted(out, text_of(e->phrase), 0);
        buf_puts(out, "\")");
    }
    buf_printf(out, "  %s: %" PRIu64 " posts by %" PRIu64 " writers, "
               "%.1f expected\n", term_kind_names[e->kind], e->posts,
               e->authors, e->expected);
    buf_puts(out, "  first seen ");
    local_time(out, zone, e->first_seen);
    buf_printf(out, ", surprise %.1f, z %.1f\n", e->surprise, e->z);
    for (size_t i = 0; i < e->example_count; i++) {
        buf_puts(out, "  > ");
        put_quoted(out, text_of(e->examples[i].text), 70);
        buf_putc(out, '\n');
    }
}

static void put_text(struct buf *out, const struct terms *t,
                     const char *subject, const struct zone *zone)
{
    buf_printf(out, "%s: %" PRIu64 " posts by %" PRIu64 " writers, %" PRIu64
               " copies left out\n", subject, t->posts, t->authors,
               t->copies);
    if (t->basis == TERMS_NO_BASELINE)
        buf_printf(out, "No baseline yet: %u days before with %" PRIu64
                   " writers; nothing is called new.\n", t->background_days,
                   t->background_authors);
    else
        buf_printf(out, "Compared with %s: %u days before%s.\n",
                   basis_names[t->basis], t->background_days,
                   t->basis == TERMS_OWN_PAST ? "" : ", too few alone");
    for (size_t i = 0; i < t->count; i++) {
        if (t->items[i].weak && (i == 0 || !t->items[i - 1].weak))
            buf_puts(out, "\nPerhaps only chance:\n");
        put_term(out, &t->items[i], zone);
    }
    if (t->basis != TERMS_NO_BASELINE && t->count == 0)
        buf_puts(out, "Nothing new.\n");
}

static void put_csv(struct writer *w, const struct terms *t)
{
    write_rows(w, "term,phrase,kind,posts,authors,before,expected,surprise,z,"
               "growth,first_seen,weak,url");
    for (size_t i = 0; i < t->count; i++) {
        const struct term *e = &t->items[i];
        write_begin(w, NULL, '{');
        json_term_fields(w, e);
        write_text(w, NULL, e->example_count ? e->examples[0].url : NULL);
        write_end(w, '}');
    }
}

static void put_json(struct writer *w, const struct terms *t,
                     const char *subject)
{
    write_begin(w, NULL, '{');
    write_text(w, "subject", subject);
    write_text(w, "compared_with", basis_names[t->basis]);
    write_count(w, "background_days", t->background_days);
    write_count(w, "background_authors", t->background_authors);
    write_count(w, "posts", t->posts);
    write_count(w, "authors", t->authors);
    write_count(w, "copies", t->copies);
    json_terms(w, "terms", t->items, t->count);
    write_end(w, '}');
    buf_putc(w->out, '\n');
}

static int run(struct invocation *in, struct error *err)
{
    const struct flags *f = in->flags;
    struct terms_query q = {
        .subject = in->subject, .source = f->source, .limit = f->limit,
        .background_days = (unsigned)f->background, .weak = true };
    const char *shown = in->subject ? in->subject : "every post";
    struct terms *t;
    if (invocation_format(in, f->format, 3, err))
        return -1;
    if (f->limit < 1 || f->limit > 1000 || f->background < 1 ||
        f->background > 366)
        return error_set(err, ERROR_USAGE, "--limit is 1 to 1000, "
                         "--background 1 to 366");
    if (invocation_range(in, &f->range, DAY, err) || subject_open(in, err) ||
        source_check(in, f->source, STORE_SOURCES, err))
        return -1;
    q.from = in->from;
    q.until = in->until;
    if (terms_find(&t, in->store, in->config, &q, err))
        return -1;
    if (in->format == FORMAT_CSV)
        put_csv(&in->writer, t);
    else if (in->format == FORMAT_JSON)
        put_json(&in->writer, t, shown);
    else
        put_text(&in->out, t, shown, in->zone);
    terms_close(t);
    return EXIT_DONE;
}

const struct command command_terms = {
    .name = "terms",
    .words = MAYBE_SUBJECT,
    .arguments = "[SUBJECT] [--last 24h | --day DATE | --from A --to B]",
    .about = "what is newly talked of",
    .help =
        "Words, phrases, hashtags, emoji and names that many more writers\n"
        "used than in the days before. Copies and reposts count once; the\n"
        "subject's own names are left out. With too little before it says so\n"
        "and calls nothing new.\n\n"
        "  swell terms acme --day yesterday\n",
    .options = options,
    .state_size = sizeof(struct flags),
    .run = run,
};
