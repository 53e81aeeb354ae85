/* SPDX-License-Identifier: Apache-2.0 */
/* From argv to a command's flags, and what the commands share: configuration,
 * store and rules opened on demand, ranges of time. */
#include "commands/command.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "commands/reading.h"
#include "pipeline/ingest_turn.h"

/* Seconds that a command waits for another's append. */
enum { PATIENCE = 5 };

const struct option global_options[] = {
    { "config", OPTION_STRING, NULL, offsetof(struct globals, config),
      "the configuration; default ./swell.yaml, else /etc/swell/swell.yaml" },
    { "store", OPTION_STRING, NULL, offsetof(struct globals, store),
      "the store: a folder or lmdb://PATH; default the configuration's" },
    { "now", OPTION_STRING, NULL, offsetof(struct globals, now),
      "take this moment (RFC 3339) for the present" },
    { "quiet", OPTION_BOOL, NULL, offsetof(struct globals, quiet),
      "-q: say only what went wrong" },
    { "verbose", OPTION_BOOL, NULL, offsetof(struct globals, verbose),
      "-v: say more" },
    { "help", OPTION_BOOL, NULL, offsetof(struct globals, help),
      "this text, or that of a subcommand" },
    OPTION_END
};

const struct option no_options[] = { OPTION_END };

/* Wraps at spaces outside [] so that a line ends before column 80; goes on
 * from `column`, further lines are indented by `indent`. */
static void print_wrapped(const char *text, int column, int indent)
{
    while (*text) {
        int length = 0, depth = 0;
        for (; text[length] && (depth > 0 || text[length] != ' '); length++)
            depth += (text[length] == '[') - (text[length] == ']');
        if (column + 1 + length > 79 && column > indent)
            column = printf("\n%*s", indent, "") - 1;
        else
            column += printf(" ");
        column += printf("%.*s", length, text);
        text += length + (text[length] == ' ');
    }
    printf("\n");
}

static void print_option(const struct option *o)
{
    static const char *const words[] = {
        [OPTION_STRING] = " TEXT", [OPTION_LIST] = " TEXT",
        [OPTION_COUNT] = " N", [OPTION_FLOAT] = " X", [OPTION_BOOL] = "",
        [OPTION_DURATION] = " TIME", [OPTION_DATE] = " DATE",
        [OPTION_SECRET] = " FILE", [OPTION_PATH] = " FILE",
        [OPTION_URL] = " URL", [OPTION_ZONE] = " ZONE", [OPTION_NONE] = "",
    };
    char left[64], right[256];
    bool shown = o->value && *o->value && o->type != OPTION_BOOL;
    snprintf(left, sizeof(left), "--%s%s", o->name, words[o->type]);
    snprintf(right, sizeof(right), "%s%s%s%s", o->help, shown ? " (" : "",
             shown ? o->value : "", shown ? ")" : "");
    print_wrapped(right, printf("  %-22s", left), 25);
}

static void print_help(const struct command *c)
{
    if (c) {
        print_wrapped(c->arguments, printf("usage: swell %s", c->name), 13);
        printf("\n%s.\n", c->about);
        if (c->help)
            printf("\n%s", c->help);
        if (c->options->name)
            printf("\nOptions\n");
        for (const struct option *o = c->options; o->name; o++)
            print_option(o);
    } else {
        printf("usage: swell COMMAND ...\n\nGroundswell listens to public "
               "posts about brands and notices what changes.\n\n");
        for (size_t i = 0; commands[i]; i++)
            printf("  %-12s %s\n", commands[i]->name, commands[i]->about);
        printf("\nswell COMMAND --help tells more. Start with: swell init\n");
    }
    printf("\nGlobal options, before or after the command\n");
    for (const struct option *o = global_options; o->name; o++)
        print_option(o);
}

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; commands[i]; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

static int unknown_option(const struct invocation *in, const char *word,
                          struct error *err)
{
    const char *name = in->command ? in->command->name : "";
    return error_set(err, ERROR_USAGE, "unknown option %.60s; swell %s%s--help "
                     "lists them", word, name, *name ? " " : "");
}

/* The word as an option, in the command's or the global table. */
static int read_flag(struct invocation *in, int argc, char **argv, int *at,
                     struct error *err)
{
    char name[64];
    const char *word = argv[*at] + 2, *value = strchr(word, '=');
    snprintf(name, sizeof(name), "%.*s", (int)strcspn(word, "="), word);
    void *state = in->flags;
    const struct option *o = in->command
                                 ? option_find(in->command->options, name)
                                 : NULL;
    if (!o) {
        o = option_find(global_options, name);
        state = &in->globals;
    }
    if (!o)
        return unknown_option(in, argv[*at], err);
    if (o->type == OPTION_BOOL && !value)
        value = "yes";
    else if (value)
        value++;
    else if (*at + 1 < argc)
        value = argv[++*at];
    if (!value || !*value)
        return error_set(err, ERROR_USAGE, "--%.60s needs a value", word);
    if (option_set(o, state, value, ".", err)) {
        struct error why = *err; /* "limit: ..." */
        return error_set(err, ERROR_USAGE, "--%s", why.text);
    }
    return 0;
}

/* The command, or a word for it. */
static int take_word(struct invocation *in, char *word, struct error *err)
{
    if (in->command) {
        in->argv[in->argc++] = word;
        return 0;
    }
    in->command = find_command(word);
    if (in->command) {
        in->flags = mem_alloc(in->command->state_size);
        option_defaults(in->command->options, in->flags);
    } else if (strcmp(word, "help") == 0) {
        in->globals.help = true;
    } else {
        return error_set(err, ERROR_USAGE, "%.60s is not a command; swell "
                         "--help lists them", word);
    }
    return 0;
}

static int read_words(struct invocation *in, int argc, char **argv,
                      struct error *err)
{
    static char version[] = "version";
    bool flags_over = false;
    int rc = 0;
    for (int i = 1; i < argc && rc == 0; i++) {
        char *word = argv[i];
        if (!in->command && strcmp(word, "--version") == 0)
            rc = take_word(in, version, err); /* as everybody types it */
        else if (flags_over || word[0] != '-' || !word[1])
            rc = take_word(in, word, err);
        else if (strcmp(word, "--") == 0)
            flags_over = true;
        else if (word[1] == '-')
            rc = read_flag(in, argc, argv, &i, err);
        else if (strcmp(word, "-q") == 0)
            in->globals.quiet = true;
        else if (strcmp(word, "-v") == 0)
            in->globals.verbose = true;
        else if (strcmp(word, "-h") == 0)
            in->globals.help = true;
        else
            rc = unknown_option(in, word, err);
    }
    return rc;
}

static int apply_globals(struct invocation *in, struct error *err)
{
    int64_t now;
    if (in->globals.quiet)
        log_set_level(LOG_ERROR);
    else if (in->globals.verbose)
        log_set_level(LOG_DETAIL);
    if (!in->globals.now)
        return 0;
    if (clock_parse(in->globals.now, strlen(in->globals.now), &now) || !now)
        return error_set(err, ERROR_USAGE,
                         "--now %.40s is not a moment like "
                         "2026-11-21T07:00:00Z", in->globals.now);
    clock_fix(now);
    return 0;
}

static int check_words(struct invocation *in, struct error *err)
{
    const struct command *c = in->command;
    if (c->words == NO_WORDS && in->argc)
        return error_set(err, ERROR_USAGE, "%.60s: swell %s takes options only",
                         in->argv[0], c->name);
    if (c->words == ONE_SUBJECT && in->argc != 1)
        return error_set(err, ERROR_USAGE, "%s needs one subject, or \"*\" "
                         "for every post", c->name);
    if (c->words == MAYBE_SUBJECT && in->argc > 1)
        return error_set(err, ERROR_USAGE, "%.60s: one subject at a time",
                         in->argv[1]);
    if (c->words == ONE_SUBJECT || c->words == MAYBE_SUBJECT)
        in->subject = in->argc ? in->argv[0] : NULL;
    return 0;
}

static int run_command(struct invocation *in, struct error *err)
{
    if (in->globals.help) {
        print_help(in->command);
        return EXIT_DONE;
    }
    if (!in->command)
        return error_set(err, ERROR_USAGE,
                         "which command? swell --help lists them");
    if (check_words(in, err) || apply_globals(in, err))
        return -1;
    return in->command->run(in, err);
}

/* Where 0, 1 or 2 is closed, a file of the store would get that number and
 * results be written into it: what refuses them takes the place. */
static void hold_standard_files(void)
{
    for (int fd = 0; fd < 3; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            (void)open("/dev/null", fd ? O_RDONLY : O_WRONLY);
}

int command_main(int argc, char **argv)
{
    hold_standard_files();
    struct invocation in = { .argv = mem_alloc((size_t)argc * sizeof(char *)) };
    struct error err = ERROR_INIT;
    int status = -1;
    if (!read_words(&in, argc, argv, &err))
        status = run_command(&in, &err);
    if (status >= 0 && in.store && store_kept(in.store, &err))
        status = -1;
    store_close(in.store); /* a pager may take its time */
    if (status < 0) {
        log_line(LOG_ERROR, "%s", err.text);
        status = err.kind == ERROR_USAGE ? EXIT_USAGE : EXIT_FAILED;
    } else {
        fwrite(buf_text(&in.out), 1, in.out.length, stdout);
    }
    if (fflush(stdout) || ferror(stdout)) {
        log_line(LOG_ERROR, "cannot write the output: %s", strerror(errno));
        status = EXIT_FAILED;
    }
    rules_close(in.rules);
    config_close(in.config);
    zone_close(in.zone);
    buf_release(&in.out);
    if (in.command)
        option_release(in.command->options, in.flags);
    option_release(global_options, &in.globals);
    mem_free(in.flags);
    mem_free(in.argv);
    return status;
}

const char *invocation_config_path(const struct invocation *in)
{
    static const char *const places[] = { "swell.yaml",
                                          "/etc/swell/swell.yaml" };
    const char *path = in->globals.config;
    struct stat there;
    /* One that cannot be read, as a link to a disk that is not mounted, is not
     * passed over: reading it says why. */
    for (size_t i = 0; !path && i < 2; i++)
        if (lstat(places[i], &there) == 0 || errno != ENOENT)
            path = places[i];
    return path;
}

int invocation_config(struct invocation *in, struct error *err)
{
    const char *path = invocation_config_path(in);
    if (in->config)
        return 0;
    if (!path)
        in->config = config_empty();
    else if (config_load(&in->config, path, NULL, err))
        return -1;
    in->config->data = data_folder();
    return 0;
}

bool invocation_names(const struct invocation *in, const char *word)
{
    for (int i = 0; i < in->argc; i++)
        if (strcmp(in->argv[i], word) == 0)
            return true;
    return false;
}

int invocation_format(struct invocation *in, const char *word, int count,
                      struct error *err)
{
    static const char *const names[] = { "text", "json", "csv", "ndjson" };
    int format = word_index("format", word, names, count, err);
    in->format = (enum format)format;
    in->writer = (struct writer){ .out = &in->out,
                                  .csv = in->format == FORMAT_CSV };
    return format < 0 ? -1 : 0;
}

int invocation_store_url(struct invocation *in, struct buf *out,
                         struct error *err)
{
    if (invocation_config(in, err))
        return -1;
    const char *url = in->globals.store ? in->globals.store : in->config->store;
    if (in->globals.store || *url == '/' || strstr(url, "://"))
        buf_puts(out, url);
    else
        buf_printf(out, "%s/%s", in->config->dir, url);
    return 0;
}

int invocation_store(struct invocation *in, enum store_mode mode,
                     struct error *err)
{
    struct buf url = BUF_INIT(0);
    if (in->store)
        return 0;
    int rc = invocation_store_url(in, &url, err);
    if (rc == 0)
        rc = turn_open(&in->store, buf_text(&url), mode, PATIENCE, NULL,
                       err);
    buf_release(&url);
    return rc;
}

void invocation_let_go(struct invocation *in)
{
    store_close(in->store);
    in->store = NULL;
}

int invocation_rules(struct invocation *in, struct error *err)
{
    if (in->rules)
        return 0;
    if (invocation_config(in, err))
        return -1;
    return rules_open(&in->rules, in->config, data_folder(), NULL, NULL, err);
}

static bool holds_lexicons(const char *folder)
{
    char path[PATH_MAX + 32];
    snprintf(path, sizeof(path), "%s/lexicons/README.md", folder);
    return access(path, R_OK) == 0;
}

const char *data_folder(void)
{
    static char beside[PATH_MAX];
    const char *named = getenv("SWELL_DATA");
    /* Not /proc/self/exe: a chroot may have no /proc. */
    const char *program = (const char *)(uintptr_t)getauxval(AT_EXECFN);
    if (program && realpath(program, beside)) {
        for (int up = 0; up < 2; up++) { /* CHECKOUT/build, PREFIX/bin */
            char *slash = strrchr(beside, '/');
            if (slash)
                *slash = '\0';
        }
        if (holds_lexicons(beside))
            return beside;
        strncat(beside, "/share/swell", sizeof(beside) - strlen(beside) - 1);
        if (holds_lexicons(beside))
            return beside;
    }
    return holds_lexicons(DATADIR) || !named ? DATADIR : named;
}

int invocation_zone(struct invocation *in, const char *tz, struct error *err)
{
    if (invocation_config(in, err))
        return -1;
    return zone_open(&in->zone, tz ? tz : in->config->digest.timezone, err);
}

int invocation_day(struct invocation *in, const char *text, const char *tz,
                   int64_t *day, struct error *err)
{
    if (invocation_zone(in, tz, err))
        return -1;
    return clock_parse_day(text, in->zone, day)
               ? error_set(err, ERROR_USAGE, "--day %.40s: write 2026-11-20, "
                           "today or yesterday", text)
               : 0;
}

/* One end of a range: a moment, or a day of the zone. */
static int range_moment(const char *text, const struct zone *z, int64_t *out,
                        struct error *err)
{
    int64_t day;
    if (clock_parse_day(text, z, &day) == 0)
        *out = zone_day_start(z, day);
    else if (clock_parse(text, strlen(text), out))
        return error_set(err, ERROR_USAGE,
                         "\"%.40s\" is not a time like 2026-11-20 or "
                         "2026-11-20T15:00Z", text);
    return 0;
}

int invocation_range(struct invocation *in, const struct range_flags *flags,
                     int64_t span, struct error *err)
{
    int64_t from, until = (clock_now() + QUARTER - 1) / QUARTER * QUARTER, day;
    if (flags->day ? flags->last || flags->from || flags->to
                   : flags->last && flags->from)
        return error_set(err, ERROR_USAGE, "give one of --day, --last and "
                         "--from: each says when it begins");
    if (flags->day) {
        if (invocation_day(in, flags->day, flags->tz, &day, err))
            return -1;
        from = zone_day_start(in->zone, day);
        until = zone_day_start(in->zone, day + 1);
    } else {
        if (invocation_zone(in, flags->tz, err))
            return -1;
        if (flags->last && clock_parse_duration(flags->last, &span))
            return error_set(err, ERROR_USAGE, "--last %.40s: write 24h, 7d or "
                             "30d", flags->last);
        if (flags->to && range_moment(flags->to, in->zone, &until, err))
            return -1;
        from = until - span;
        if (flags->from && range_moment(flags->from, in->zone, &from, err))
            return -1;
    }
    in->from = from / QUARTER * QUARTER;
    in->until = (until + QUARTER - 1) / QUARTER * QUARTER;
    if (in->from < 0 || in->from >= in->until)
        return error_set(err, ERROR_USAGE, in->from < 0
                         ? "the range begins before 1970"
                         : "the range ends before it begins");
    return 0;
}
