/* SPDX-License-Identifier: Apache-2.0 */
/* swell load: a dump into a new store. */
#include <inttypes.h>

#include "commands/reading.h"

static int next(void *context, struct text *line)
{
    return lines_next(context, line, NULL);
}

static int run(struct invocation *in, struct error *err)
{
    struct lines lines;
    struct store_stats st;
    if (in->argc > 1)
        return error_set(err, ERROR_USAGE, "one file, or standard input");
    int rc = lines_open(&lines, in->argc ? in->argv[0] : "-", err) ||
             invocation_store(in, STORE_WRITE, err) ||
             store_load(in->store, next, &lines, err) ||
             store_stats(in->store, &st, err) ? -1 : EXIT_DONE;
    if (rc == EXIT_DONE)
        printf("%" PRIu64 " posts loaded\n", st.posts);
    lines_close(&lines);
    return rc;
}

const struct command command_load = {
    .name = "load",
    .arguments = "[FILE]",
    .about = "fill a new store from swell dump or mdb_dump -a",
    .help = "The author key is not in a dump: copy author.key into the new "
            "store before\nanything is collected or imported there.\n",
    .options = no_options,
    .run = run,
};
