/* SPDX-License-Identifier: Apache-2.0 */
/* swell dump: the store as text that mdb_load reads too. */
#include "commands/command.h"

static int print(void *context, const char *data, size_t length)
{
    return fwrite(data, 1, length, context) == length ? 0 : -1;
}

static int run(struct invocation *in, struct error *err)
{
    if (invocation_store(in, STORE_READ, err) ||
        store_dump(in->store, print, stdout, err))
        return -1;
    return EXIT_DONE;
}

const struct command command_dump = {
    .name = "dump",
    .words = NO_WORDS,
    .arguments = ">FILE",
    .about = "write the whole store as text (the format of mdb_dump -a)",
    .help = "Of one moment, also while others write: a backup. The author key "
            "is not in it:\ncopy author.key beside the store as well.\n\n"
            "  swell dump | gzip >backup.gz\n"
            "  gzip -dc backup.gz | swell --store new.db load\n",
    .options = no_options,
    .run = run,
};
