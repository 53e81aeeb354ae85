/* SPDX-License-Identifier: Apache-2.0 */
/* swell version: which program this is. */
#include "commands/command.h"

static int run(struct invocation *in, struct error *err)
{
    (void)in;
    (void)err;
    printf("swell %s\n", VERSION);
    return EXIT_DONE;
}

static const struct option options[] = { OPTION_END };

const struct command command_version = {
    .name = "version",
    .words = NO_WORDS,
    .arguments = "",
    .about = "print the version",
    .options = options,
    .run = run,
};
