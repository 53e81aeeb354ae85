/* SPDX-License-Identifier: Apache-2.0 */
/* What a subcommand is: data and one function. To add one: write
 * commands/NAME.c with a const struct command command_NAME, add its two lines
 * to registry.c. Only files here print or decide the exit status. */
#ifndef COMMANDS_COMMAND_H
#define COMMANDS_COMMAND_H

#include <stdio.h>

#include "base/clock.h"
#include "base/config.h"
#include "base/error.h"
#include "base/option.h"
#include "base/write.h"
#include "pipeline/tagger.h"
#include "store/store.h"

enum exit_status { EXIT_DONE, EXIT_FAILED, EXIT_USAGE, EXIT_INCOMPLETE };

/* In which form an answer is given; each command takes the first so many. */
enum format { FORMAT_TEXT, FORMAT_JSON, FORMAT_CSV, FORMAT_NDJSON };

/* Global options, before or after the subcommand. */
struct globals {
    char *config;    /* --config; NULL: ./swell.yaml, else the one in
                      * /etc/swell/, else none */
    char *store;     /* --store; NULL: the configuration's */
    char *now;       /* --now RFC3339 */
    bool quiet, verbose, help;
};

struct invocation {
    const struct command *command;
    struct globals globals;
    void *flags;          /* command->state_size bytes, options filled in */
    int argc;             /* words that are not options */
    char **argv;
    const char *subject;  /* the word of ONE_SUBJECT, MAYBE_SUBJECT; or NULL */
    struct buf out;       /* printed after the command, unless that failed */
    enum format format;   /* of invocation_format() */
    struct writer writer; /* likewise: JSON or CSV into out */
    /* Opened by the functions below, closed by command_main(). */
    struct config *config;
    struct store *store;
    struct rules *rules;
    struct zone *zone;
    int64_t from, until;  /* of invocation_range() */
};

struct command {
    const char *name;
    enum { ANY_WORDS, NO_WORDS, ONE_SUBJECT, MAYBE_SUBJECT } words;
    const char *arguments;         /* "SUBJECT [--last 24h]" */
    const char *about;             /* one line */
    const char *help;              /* paragraphs and examples, or NULL */
    const struct option *options;  /* flags, same tables as configuration:
                                    * "last" is --last; BOOL takes no value;
                                    * "out" may be given as --out=PATH too */
    size_t state_size;
    /* Returns an exit status, or -1: err is printed, status 1 (2 for
     * ERROR_USAGE). */
    int (*run)(struct invocation *in, struct error *err);
};

extern const struct option global_options[], no_options[];
extern const struct command *const commands[]; /* NULL-terminated, by name */

/* The program: options, the command, its exit status. */
int command_main(int argc, char **argv);

/* Is it one of the words? */
bool invocation_names(const struct invocation *in, const char *word);
/* The form that --format says, of the first so many. */
int invocation_format(struct invocation *in, const char *word, int count,
                      struct error *err);
/* The configuration that is or would be read; NULL: there is none. */
const char *invocation_config_path(const struct invocation *in);
int invocation_config(struct invocation *in, struct error *err);
/* One that is read is held at this moment: all that an answer says is of it.
 * So let go of it before waiting for a network or a person. */
int invocation_store(struct invocation *in, enum store_mode mode,
                     struct error *err);
void invocation_let_go(struct invocation *in);
/* Where the store is, for who opens it himself; released by the caller. */
int invocation_store_url(struct invocation *in, struct buf *out,
                         struct error *err);
int invocation_rules(struct invocation *in, struct error *err);

/* The folder that holds lexicons/: the program's checkout, else the installed
 * data folder (PREFIX/share/swell), else SWELL_DATA. */
const char *data_folder(void);

/* Where a row of a command's options keeps its value: in its struct flags. */
#define FLAG(member) offsetof(struct flags, member)

/* Time words shared by window, posts, terms, trends, coverage, inbox, label: a
 * struct range_flags range in the flags, and these rows in the table. unsaid:
 * the stretch where nobody said. */
struct range_flags {
    char *last, *from, *to, *day, *tz;
};
#define RANGE_OPTIONS(unsaid) \
    { "last", OPTION_STRING, NULL, FLAG(range.last), \
      "the stretch that ends now: 24h, 7d, 30d; default " unsaid }, \
    { "from", OPTION_STRING, NULL, FLAG(range.from), \
      "start: 2026-11-20 or 2026-11-20T15:00Z" }, \
    { "to", OPTION_STRING, NULL, FLAG(range.to), \
      "end, excluded; default now" }, \
    { "day", OPTION_STRING, NULL, FLAG(range.day), \
      "one day: 2026-11-20, today, yesterday" }, \
    { "tz", OPTION_ZONE, NULL, FLAG(range.tz), \
      "time zone of days; default the digest's" }

/* The zone: that of --tz, else the digest's. */
int invocation_zone(struct invocation *in, const char *tz, struct error *err);
/* The zone, and a day of it: --day. */
int invocation_day(struct invocation *in, const char *text, const char *tz,
                   int64_t *day, struct error *err);
/* The zone, and whole quarter hours [from, until); span: how much where
 * nobody said. */
int invocation_range(struct invocation *in, const struct range_flags *flags,
                     int64_t span, struct error *err);

#endif
