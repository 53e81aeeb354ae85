/* SPDX-License-Identifier: Apache-2.0 */
/* swell compact: the store without free pages, so that what was deleted is
 * gone from the disk too. */
#include <inttypes.h>

#include "commands/command.h"

static int run(struct invocation *in, struct error *err)
{
    struct store_stats before, after;
    if (invocation_store(in, STORE_CHANGE, err) ||
        store_stats(in->store, &before, err) ||
        store_compact(in->store, err) ||
        store_stats(in->store, &after, err))
        return -1;
    printf("%" PRIu64 " bytes before, %" PRIu64 " after\n", before.bytes_file,
           after.bytes_file);
    return EXIT_DONE;
}

const struct command command_compact = {
    .name = "compact",
    .words = NO_WORDS,
    .arguments = "",
    .about = "rewrite the store without free pages",
    .help = "Needs as much free disk as the store is large. Those who read "
            "the store go on\nwith the old file until their next question.\n",
    .options = no_options,
    .run = run,
};
