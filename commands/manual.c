/* SPDX-License-Identifier: Apache-2.0 */
/* swell manual: the manual page swell(1) in roff, written from the command
 * and option tables, so that it cannot disagree with the program. */
#include "commands/command.h"

/* Roff text: backslashes and leading dots and quotes escaped, - kept. */
static void print_roff(const char *text)
{
    bool line_start = true;
    for (; *text; text++) {
        if (line_start && (*text == '.' || *text == '\''))
            fputs("\\&", stdout);
        if (*text == '\\')
            fputs("\\e", stdout);
        else if (*text == '-')
            fputs("\\-", stdout);
        else
            putchar(*text);
        line_start = *text == '\n';
    }
}

/* before and after: how the name is written where it is used. */
static void print_table(const struct option *o, const char *before,
                        const char *after)
{
    for (; o->name; o++) {
        printf(".TP\n\\fB%s", before);
        print_roff(o->name);
        printf("%s\\fR\n", after);
        print_roff(o->help);
        if (o->value && *o->value) {
            printf(" (default: ");
            print_roff(o->value);
            printf(")");
        }
        printf("\n");
    }
}

static void print_keys(const char *title, const struct option *o)
{
    printf(".SS %s\n", title);
    print_table(o, "", ":");
}

static int run(struct invocation *in, struct error *err)
{
    char now[CLOCK_TEXT];
    (void)in;
    (void)err;
    printf(".TH SWELL 1 \"%.10s\" \"swell %s\" \"Groundswell\"\n"
           ".SH NAME\nswell \\- listen to public posts about brands and "
           "notice what changes\n"
           ".SH SYNOPSIS\n.B swell\n\\fICOMMAND\\fR [\\fIoptions\\fR] ...\n"
           ".SH DESCRIPTION\nCollectors pull public posts through APIs or "
           "files; a stage of patterns and lexicons tags them; a store keeps "
           "posts and rolling windows in one transaction; a daily digest says "
           "what changed, whether it is real, and why.\n"
           ".SH COMMANDS\n", clock_format(clock_now(), now), VERSION);
    for (size_t i = 0; commands[i]; i++) {
        const struct command *c = commands[i];
        printf(".SS swell %s ", c->name);
        print_roff(c->arguments);
        printf("\n");
        print_roff(c->about);
        printf(".\n");
        if (c->help) {
            printf(".PP\n.nf\n");
            print_roff(c->help);
            printf(".fi\n");
        }
        print_table(c->options, "\\-\\-", "");
    }
    printf(".SH GLOBAL OPTIONS\nBefore or after the command.\n");
    print_table(global_options, "\\-\\-", "");
    printf(".SH CONFIGURATION\n\\fIswell.yaml\\fR, else "
           "\\fI/etc/swell/swell.yaml\\fR. swell init writes an example.\n");
    print_keys("Top level", config_options);
    print_keys("brands:, and products: under a brand", config_subject_options);
    print_keys("sources: (and the options of the type, see swell sources)",
               config_source_common);
    print_keys("digest:", config_digest_options);
    print_keys("digest: recipients:", config_recipient_options);
    printf(".SH EXIT STATUS\n0 done; 1 failed; 2 usage; 3 done but "
           "incomplete: some source or line failed.\n"
           ".SH ENVIRONMENT\n.TP\n.B SWELL_DATA\nwhere lexicons/ is, when it "
           "is neither beside the program nor installed.\n");
    return EXIT_DONE;
}

const struct command command_manual = {
    .name = "manual",
    .words = NO_WORDS,
    .arguments = "",
    .about = "print the manual page: swell manual | man -l -",
    .options = no_options,
    .run = run,
};
