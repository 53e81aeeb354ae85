/* SPDX-License-Identifier: Apache-2.0 */
/* swell check: is everything that was written down right, and what would be
 * collected. Changes nothing; asks no service but the one of --live. */
#include <inttypes.h>
#include <unistd.h>

#include "collectors/collector.h"
#include "collectors/file_input.h"
#include "commands/reading.h"
#include "pipeline/clean.h"
#include "pipeline/round.h"

struct flags {
    char *sample, *subject, *live;
};

static const struct option options[] = {
    { "sample", OPTION_STRING, NULL, FLAG(sample),
      "a file of texts, one a line (- is standard input): say which subjects "
      "match which, and why not" },
    { "subject", OPTION_STRING, NULL, FLAG(subject),
      "with --sample: only this one" },
    { "live", OPTION_STRING, NULL, FLAG(live),
      "ask this source for one page, and say what it would bring" },
    OPTION_END
};

/* A source's type, its options through the type's own table, and what it says
 * of them when it is opened, which asks nobody. */
static void check_source(const struct config *c, const struct source_config *s,
                         struct buf *faults)
{
    struct error err = ERROR_INIT;
    const struct collector *kind = s->type ? collector_find(s->type) : NULL;
    if (!s->type)
        return; /* which was told */
    if (!kind) {
        buf_printf(faults, "%s:%d: the type \"%s\" of the source %s is not "
                   "known; swell sources lists all\n", c->path, s->line,
                   s->type, s->label);
        return;
    }
    struct collection trial = { .kind = kind, .label = s->label, .cursor = "",
                                .since = clock_now(), .trial = true };
    if (collection_read(&trial, c, s, &err))
        buf_printf(faults, "%s\n", err.text);
    else if (kind->open(&trial, &err) &&
             (err.kind == ERROR_CONFIG || err.kind == ERROR_USAGE))
        buf_printf(faults, "%s:%d: source %s: %s\n", c->path, s->line,
                   s->label, err.text);
    collection_close(&trial);
}

/* Everything that can be wrong, told at once. */
static bool check_all(struct invocation *in, const char *path,
                      struct buf *faults)
{
    struct error err = ERROR_INIT;
    if (config_load(&in->config, path, faults, &err) && !faults->length)
        buf_printf(faults, "%s\n", err.text);
    if (!in->config)
        return false;
    for (size_t i = 0; i < in->config->source_count; i++)
        check_source(in->config, &in->config->sources[i], faults);
    if (store_check(in->config->store, &err))
        buf_printf(faults, "%s:%d: store: %s\n", path,
                   in->config->store_line, err.text);
    size_t before = faults->length;
    if (rules_open(&in->rules, in->config, data_folder(), NULL, faults,
                   &err) && faults->length == before)
        buf_printf(faults, "%s\n", err.text); /* a lexicon, not a subject */
    return faults->length == 0;
}

static void print_list(const char *what, const struct option_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        printf("%s%s", i ? ", " : what, list->items[i]);
}

static void print_subject(const struct config *c, size_t i)
{
    const struct subject *s = &c->subjects[i];
    printf("  %s%s: ", s->brand == (int)i ? "" : "  ", s->name);
    print_list("", &s->match);
    print_list("; not with ", &s->exclude);
    print_list("; only near ", &s->require);
    if (s->require.count)
        printf(" (%" PRIu64 " words)", s->near);
    puts(s->case_sensitive ? "; as written" : "");
}

/* Secrets are files in the configuration: only their path is shown. */
static void print_source(const struct source_config *s)
{
    char text[PERIOD_TEXT];
    printf("  %s: %s", s->label, s->type);
    for (size_t i = 0; i < s->pair_count; i++)
        printf(", %s %s", s->pairs[i].key, s->pairs[i].value);
    if (!s->enabled)
        printf("; switched off");
    else
        printf("; every %s", period(round_every(s), text));
    putchar('\n');
}

static void print_plan(const struct config *c)
{
    printf("%s is in order.\n\nStore: %s\n", c->path, c->store);
    puts(c->subject_count ? "\nSubjects" : "\nNo brand is watched.");
    for (size_t i = 0; i < c->subject_count; i++)
        print_subject(c, i);
    puts(c->source_count ? "\nSources" : "\nNothing is collected.");
    for (size_t i = 0; i < c->source_count; i++)
        print_source(&c->sources[i]);
    if (c->digest.recipient_count) {
        printf("\nThe digest goes to");
        for (size_t i = 0; i < c->digest.recipient_count; i++)
            printf("%s %s", i ? "," : "", c->digest.recipients[i].name);
        putchar('\n');
    }
}

enum { SAMPLE_LINES = 10000, SHOWN = 70 };

struct sample {
    struct arena memory;
    struct text *lines; /* owned array */
    size_t count, room;
};

static int read_sample(struct sample *s, const char *path, struct error *err)
{
    struct file_input *input;
    struct text line;
    enum file_line rc = FILE_LINE_GOOD;
    if (file_input_open(&input, path, err))
        return error_prefix(err, "%s", path);
    while (s->count < SAMPLE_LINES &&
           (rc = file_input_line(input, &line, err)) == FILE_LINE_GOOD) {
        s->lines = mem_grow(s->lines, &s->room, s->count, sizeof(*s->lines));
        line.length -= line.data[line.length - 1] == '\n';
        s->lines[s->count++] = text_copy(&s->memory, line.data, line.length,
                                         POST_TEXT_LIMIT);
    }
    int status = rc == FILE_LINE_GOOD || rc == FILE_LINE_END
                     ? 0 : error_prefix(err, "%s:%" PRIu64, path,
                                        file_input_number(input));
    file_input_close(input);
    return status;
}

static void sample_subject(struct finder *finder, const char *subject,
                           const struct sample *s)
{
    struct buf why = BUF_INIT(0);
    size_t yes = 0, none = 0;
    printf("\n%s\n", subject);
    for (size_t i = 0; i < s->count; i++) {
        buf_clear(&why);
        int found = finder_explain(finder, subject, s->lines[i], &why);
        yes += found == 1;
        none += found < 0;
        if (found < 0)
            continue;
        const char *reason = buf_text(&why) + strlen(subject) + 2;
        printf("  line %zu: %s", i + 1, reason);
        buf_clear(&why);
        put_quoted(&why, s->lines[i], SHOWN);
        printf("    %s\n", buf_text(&why));
    }
    printf("  %zu of %zu texts; %zu have none of its names\n", yes, s->count,
           none);
    buf_release(&why);
}

static int print_sample(struct invocation *in, struct error *err)
{
    const struct flags *flags = in->flags;
    const struct config *c = in->config;
    struct sample sample = { .count = 0 };
    if (flags->subject && !config_subject(c, flags->subject))
        return error_set(err, ERROR_USAGE, "the subject \"%s\" is not in %s",
                         flags->subject, c->path);
    int rc = read_sample(&sample, flags->sample, err);
    struct finder *finder = finder_open(rules_mentions(in->rules));
    for (size_t i = 0; rc == 0 && i < c->subject_count; i++)
        if (!flags->subject || strcmp(flags->subject, c->subjects[i].name) == 0)
            sample_subject(finder, c->subjects[i].name, &sample);
    finder_close(finder);
    arena_release(&sample.memory);
    mem_free(sample.lines);
    return rc ? -1 : EXIT_DONE;
}

/* ---- --live: one page of a source, told and not kept ------------------- */

/* A login, a lookup and a page: no source needs more to show itself. */
enum { REQUESTS = 4 };

/* Where sessions are cached, so that asking does not log in anew; "" where
 * there is no store yet. */
static void find_sessions(struct invocation *in, struct buf *out)
{
    if (invocation_store(in, STORE_READ, NULL))
        return;
    buf_printf(out, "%s/sessions", store_folder(in->store));
    if (access(buf_text(out), X_OK))
        buf_clear(out);
    invocation_let_go(in);
}

static void tell(const struct collection *c, const struct batch *out, bool more)
{
    char from[CLOCK_TEXT], to[CLOCK_TEXT];
    const struct post *newest = NULL, *oldest = NULL;
    size_t posts = 0;
    for (size_t i = 0; i < out->count; i++) {
        const struct post *p = &out->posts[i];
        if (p->deleted)
            continue;
        posts++;
        if (!newest || p->created > newest->created)
            newest = p;
        if (!oldest || p->created < oldest->created)
            oldest = p;
    }
    printf("%s answers: %zu posts of the last 7 days on the first page%s; %u "
           "requests\n", c->label, posts, more ? ", more below" : "",
           http_requests(c->http));
    if (c->skipped)
        printf("  left out %" PRIu64 " item%s, the last: %s\n", c->skipped,
               c->skipped == 1 ? "" : "s", c->skipped_why);
    if (!newest)
        return;
    printf("  from %s to %s\n", clock_format(oldest->created, from),
           clock_format(newest->created, to));
    struct buf words = BUF_INIT(0);
    put_quoted(&words, newest->text, SHOWN);
    printf("  the newest: %s\n", buf_text(&words));
    buf_release(&words);
}

static int ask(struct invocation *in, const char *label, struct error *err)
{
    struct http_limits limits = { .allow_loopback = in->config->allow_loopback,
                                  .user_agent = in->config->user_agent,
                                  .tries = 1 };
    struct http_budget budget = { .requests = REQUESTS, .seconds = MINUTE };
    struct buf folder = BUF_INIT(0);
    struct batch out;
    struct collection c = { .label = label, .cursor = "",
                            .since = clock_now() - 7 * DAY };
    const struct source_config *source = config_source(in->config, label);
    if (!source)
        return error_set(err, ERROR_USAGE, "no source is named \"%s\" in %s",
                         label, in->config->path);
    if (http_open(&c.http, &limits, err))
        return -1;
    batch_init(&out);
    find_sessions(in, &folder);
    c.folder = folder.length ? buf_text(&folder) : NULL;
    c.kind = collector_find(source->type);
    int rc = collection_read(&c, in->config, source, err);
    if (rc)
        goto done;
    http_begin(c.http, &budget);
    rc = c.kind->open(&c, err) ? -1 : 1;
    /* The first of several tags or words may have nothing. */
    for (int page = 0; rc == 1 && !out.count && page < REQUESTS; page++)
        rc = c.kind->fetch(&c, &out, err);
    if (rc < 0 && http_spent(c.http))
        rc = 1; /* enough was seen */
    for (size_t i = 0; i < out.count; i++)
        clean_post(&out.posts[i], &out.memory);
    if (rc < 0)
        error_prefix(err, "%s", label);
    else
        tell(&c, &out, rc > 0);
done:
    collection_close(&c);
    batch_release(&out);
    buf_release(&folder);
    http_close(c.http);
    return rc < 0 ? -1 : EXIT_DONE;
}

static int run(struct invocation *in, struct error *err)
{
    const struct flags *flags = in->flags;
    const char *path = invocation_config_path(in);
    struct buf faults = BUF_INIT(4 * MiB);
    if (!path)
        return error_set(err, ERROR_CONFIG, "there is no configuration: "
                         "neither swell.yaml here nor /etc/swell/swell.yaml; "
                         "swell init writes one");
    int rc = EXIT_DONE;
    if (!check_all(in, path, &faults)) {
        fputs(buf_text(&faults), stderr);
        rc = EXIT_FAILED;
    } else {
        if (!flags->live)
            print_plan(in->config);
        if (flags->sample)
            rc = print_sample(in, err);
        if (flags->live && rc == EXIT_DONE)
            rc = ask(in, flags->live, err);
    }
    buf_release(&faults);
    return rc;
}

const struct command command_check = {
    .name = "check",
    .words = NO_WORDS,
    .arguments = "[--sample FILE] [--live SOURCE]",
    .about = "is the configuration right, and what would be collected",
    .help =
        "Each fault of the configuration, its patterns and the lexicons is\n"
        "one line FILE:LINE: sentence, and the exit status 1. With --sample,\n"
        "says for each subject which texts of the file it matches, and of\n"
        "those that hold its name but do not count, why.\n"
        "\n"
        "match, exclude and require take:\n"
        "  Acme, P.C. Wendel & Son   names: any case, 's and plural, spaces,\n"
        "                            hyphens and dots as they come, #hashtag\n"
        "  @acme_help, #acmefan      only so\n"
        "  /acm[ei] card/i           a PCRE2 pattern; i: any case\n"
        "  \"gift card\" AND (acme OR zenith) NOT coyote, acme NEAR/3 refund\n"
        "The longest name counts: \"Acme Express\" is no mention of Acme, but\n"
        "of both where it is Acme's product.\n"
        "\n"
        "  grep -i target posts | swell check --sample - --subject target\n",
    .options = options,
    .state_size = sizeof(struct flags),
    .run = run,
};
