/* SPDX-License-Identifier: Apache-2.0 */
/* swell terms: what is newly talked of, against the days before. */
#include <inttypes.h>

#include "base/clock.h"
#include "base/json.h"
#include "commands/command.h"
#include "commands/reading.h"
#include "digest/terms.h"

struct flags {
    struct range_flags range;
    char *source, *format;
    uint64_t limit, background;
};

static const struct option options[] = {
    RANGE_OPTIONS(struct flags),
    { "source", OPTION_STRING, NULL, offsetof(struct flags, source),
      "posts of this source only" },
    { "limit", OPTION_COUNT, "20", offsetof(struct flags, limit),
      "most terms" },
    { "background", OPTION_COUNT, "60", offsetof(struct flags, background),
      "days before to compare with" },
    { "format", OPTION_STRING, "text", offsetof(struct flags, format),
      "text, csv or json" },
    OPTION_END
};

static const char *const basis_names[] = {
    [TERMS_NO_BASELINE] = "none", [TERMS_OWN_PAST] = "own past",
    [TERMS_OTHERS] = "other posts of the same time",
    [TERMS_BOTH] = "own past and other posts of the same time",
};

static void print_text(const struct terms *t, const char *subject)
{
    char when[CLOCK_TEXT];

    printf("%s: %" PRIu64 " posts by %" PRIu64 " writers, %" PRIu64
           " copies left out\n", subject, t->posts, t->authors, t->copies);
    if (t->basis == TERMS_NO_BASELINE)
        printf("No baseline yet: %u days before with %" PRIu64 " writers; "
               "nothing is called new.\n", t->background_days,
               t->background_authors);
    else
        printf("Compared with %s: %u days before%s.\n", basis_names[t->basis],
               t->background_days, t->basis == TERMS_OWN_PAST ? "" :
               ", too few alone");
    for (size_t i = 0; i < t->count; i++) {
        const struct term *e = &t->items[i];

        if (e->weak && (i == 0 || !t->items[i - 1].weak))
            printf("\nPerhaps only chance:\n");
        printf("\n%s%s%s%s  %s: %" PRIu64 " posts by %" PRIu64 " writers, "
               "%.1f expected\n", e->text, e->phrase ? " (\"" : "",
               e->phrase ? e->phrase : "", e->phrase ? "\")" : "",
               term_kind_names[e->kind], e->posts, e->authors, e->expected);
        printf("  first seen %s, surprise %.1f, z %.1f\n",
               clock_format(e->first_seen, when), e->surprise, e->z);
        for (size_t j = 0; j < e->example_count; j++) {
            struct text text = text_fit(text_of(e->examples[j].text), 70);
            printf("  > ");
            for (size_t k = 0; k < text.length; k++)
                putchar((unsigned char)text.data[k] < ' ' ? ' '
                                                          : text.data[k]);
            printf("\n");
        }
    }
    if (t->basis != TERMS_NO_BASELINE && t->count == 0)
        printf("Nothing new.\n");
}

/* A CSV field: quoted when it must be. */
static void put_field(const char *text)
{
    if (!text[strcspn(text, ",\"\r\n")]) {
        fputs(text, stdout);
        return;
    }
    putchar('"');
    for (; *text; text++) {
        if (*text == '"')
            putchar('"');
        putchar(*text);
    }
    putchar('"');
}

static void print_csv(const struct terms *t)
{
    char when[CLOCK_TEXT];

    printf("term,phrase,kind,posts,authors,before,expected,surprise,z,growth,"
           "first_seen,weak,url\n");
    for (size_t i = 0; i < t->count; i++) {
        const struct term *e = &t->items[i];

        put_field(e->text);
        putchar(',');
        put_field(e->phrase ? e->phrase : "");
        printf(",%s,%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%.2f,%.2f,%.2f,%.2f,"
               "%s,%d,", term_kind_names[e->kind], e->posts, e->authors,
               e->before, e->expected, e->surprise, e->z, e->growth,
               clock_format(e->first_seen, when), e->weak);
        put_field(e->example_count ? e->examples[0].url : "");
        putchar('\n');
    }
}

static void json_string(struct buf *out, const char *name, const char *text)
{
    buf_printf(out, ",\"%s\":", name);
    json_write(out, text_of(text));
}

static void json_term(struct buf *out, const struct term *e)
{
    char when[CLOCK_TEXT];

    buf_printf(out, "{\"term\":");
    json_write(out, text_of(e->text));
    if (e->phrase)
        json_string(out, "phrase", e->phrase);
    json_string(out, "kind", term_kind_names[e->kind]);
    buf_printf(out, ",\"posts\":%" PRIu64 ",\"authors\":%" PRIu64
               ",\"before\":%" PRIu64 ",\"expected\":%.2f,\"surprise\":%.2f,"
               "\"z\":%.2f,\"growth\":%.2f", e->posts, e->authors, e->before,
               e->expected, e->surprise, e->z, e->growth);
    buf_printf(out, ",\"weak\":%s", e->weak ? "true" : "false");
    json_string(out, "first_seen", clock_format(e->first_seen, when));
    buf_puts(out, ",\"examples\":[");
    for (size_t i = 0; i < e->example_count; i++) {
        const struct sample *s = &e->examples[i];

        buf_printf(out, "%s{\"created_at\":\"%s\"", i ? "," : "",
                   clock_format(s->created, when));
        json_string(out, "source", s->source);
        json_string(out, "id", s->native_id);
        json_string(out, "url", s->url);
        json_string(out, "text", s->text);
        buf_putc(out, '}');
    }
    buf_puts(out, "]}");
}

static void print_json(const struct terms *t, const char *subject)
{
    struct buf out = BUF_INIT(0);

    buf_puts(&out, "{\"subject\":");
    json_write(&out, text_of(subject));
    json_string(&out, "compared_with", basis_names[t->basis]);
    buf_printf(&out, ",\"background_days\":%u,\"background_authors\":%" PRIu64
               ",\"posts\":%" PRIu64 ",\"authors\":%" PRIu64
               ",\"copies\":%" PRIu64 ",\"terms\":[", t->background_days,
               t->background_authors, t->posts, t->authors, t->copies);
    for (size_t i = 0; i < t->count; i++) {
        buf_puts(&out, i ? ",\n" : "\n");
        json_term(&out, &t->items[i]);
    }
    buf_puts(&out, "]}\n");
    fputs(buf_text(&out), stdout);
    buf_release(&out);
}

static int run(struct invocation *in, struct error *err)
{
    const struct flags *f = in->flags;
    struct terms_query q = { .source = f->source, .weak = true };
    struct terms *t;
    const char *shown;
    bool csv = !strcmp(f->format, "csv"), json = !strcmp(f->format, "json");

    if (!csv && !json && strcmp(f->format, "text"))
        return error_set(err, ERROR_USAGE, "--format %.40s: text, csv or json",
                         f->format);
    if (in->argc > 1)
        return error_set(err, ERROR_USAGE, "%.60s: one subject at a time",
                         in->argv[1]);
    if (f->limit < 1 || f->limit > 1000 || f->background < 1 ||
        f->background > 366)
        return error_set(err, ERROR_USAGE, "--limit is 1 to 1000, "
                         "--background 1 to 366");
    q.subject = in->argc ? in->argv[0] : NULL;
    q.limit = f->limit;
    q.background_days = (unsigned)f->background;
    if (range_resolve(in, &f->range, &q.from, &q.until, NULL, err) ||
        invocation_store(in, STORE_READ, err) ||
        (q.subject && subject_check(in, q.subject, err)) ||
        terms_find(&t, in->store, in->config, &q, err))
        return -1;
    shown = q.subject ? q.subject : "every post";
    if (csv)
        print_csv(t);
    else if (json)
        print_json(t, shown);
    else
        print_text(t, shown);
    terms_close(t);
    return EXIT_DONE;
}

const struct command command_terms = {
    .name = "terms",
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
