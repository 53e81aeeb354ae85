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

const struct command command_version = {
    .name = "version",
    .words = NO_WORDS,
    .arguments = "",
    .about = "print the version",
    .options = no_options,
    .run = run,
};
