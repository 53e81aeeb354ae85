/* SPDX-License-Identifier: Apache-2.0 */
/* swell sources: every type of source with its options, limits and terms,
 * straight from the collectors' tables. Asks nobody. */
#include <ctype.h>
#include <inttypes.h>

#include "collectors/collector.h"
#include "commands/reading.h"

struct flags {
    char *format;
};

static const struct option options[] = {
    { "format", OPTION_STRING, "text", FLAG(format), "text or markdown" },
    OPTION_END
};

static const char *type_name(enum option_type type)
{
    static const char *const names[] = {
        [OPTION_STRING] = "text", [OPTION_LIST] = "list",
        [OPTION_COUNT] = "number", [OPTION_FLOAT] = "number",
        [OPTION_BOOL] = "yes or no", [OPTION_DURATION] = "15m, 6h, 7d",
        [OPTION_DATE] = "date", [OPTION_SECRET] = "file",
        [OPTION_PATH] = "file", [OPTION_URL] = "address",
        [OPTION_ZONE] = "time zone" };
    return names[type];
}

static void print_text(const struct collector *c)
{
    char rhythm[PERIOD_TEXT];
    printf("%s: %s\n", c->name, c->about);
    printf("  every      %s, at most %u requests a minute to a host, unless "
           "said otherwise\n", period(c->every, rhythm),
           collector_per_minute(c));
    if (c->keep)
        printf("  keep       at most %" PRId64 " days\n", c->keep / DAY);
    printf("  terms      %s\n", c->terms);
    if (c->key_help)
        printf("  key        %s\n", c->key_help);
    for (const struct option *o = c->options; o->name; o++)
        printf("  %-16s %s%s%s%s\n", o->name, o->help,
               o->value ? " [" : "", o->value ? o->value : "",
               o->value ? "]" : "");
    putchar('\n');
}

static void print_markdown(const struct collector *c)
{
    char rhythm[PERIOD_TEXT];
    printf("\n## %s\n\n%c%s.\n\n", c->name, toupper(c->about[0]),
           c->about + 1);
    printf("- Asked every %s unless `every` says otherwise; a host is asked at "
           "most %u\n  times a minute unless `per_minute` says otherwise.\n",
           period(c->every, rhythm), collector_per_minute(c));
    if (c->keep)
        printf("- Its terms let posts be kept for %" PRId64 " days at most.\n",
               c->keep / DAY);
    printf("- Terms and limits: %s.\n", c->terms);
    if (c->key_help)
        printf("- Key: %s.\n", c->key_help);
    printf("\n| option | | default | meaning |\n|---|---|---|---|\n");
    for (const struct option *o = c->options; o->name; o++)
        printf("| `%s` | %s | %s%s%s | %s |\n", o->name, type_name(o->type),
               o->value ? "`" : "", o->value ? o->value : "",
               o->value ? "`" : "", o->help);
}

static int run(struct invocation *in, struct error *err)
{
    const struct flags *flags = in->flags;
    bool markdown = strcmp(flags->format, "markdown") == 0;
    for (int i = 0; i < in->argc; i++)
        if (!collector_find(in->argv[i]))
            return error_set(err, ERROR_USAGE, "there is no source type "
                             "\"%s\"", in->argv[i]);
    if (!markdown && strcmp(flags->format, "text") != 0)
        return error_set(err, ERROR_USAGE, "--format is text or markdown");
    if (markdown)
        printf("# Sources\n\nWritten by `swell sources --format markdown`. "
               "Each is a row under `sources:`\nwith a `name`, its `type`, "
               "perhaps `every`, and the options of its table.\n");
    for (const struct collector *const *c = collectors; *c; c++)
        if (!in->argc || invocation_names(in, (*c)->name))
            (markdown ? print_markdown : print_text)(*c);
    return EXIT_DONE;
}

const struct command command_sources = {
    .name = "sources",
    .arguments = "[TYPE...]",
    .about = "types of source with their options, limits and terms",
    .options = options,
    .state_size = sizeof(struct flags),
    .run = run,
};
