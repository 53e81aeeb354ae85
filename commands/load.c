/* SPDX-License-Identifier: Apache-2.0 */
/* swell load: a dump into a new store. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/mem.h"
#include "commands/command.h"

struct dump {
    FILE *file;
    char *line;  /* of any length: a day's terms are in one */
    size_t room;
};

static int next(void *context, struct text *line)
{
    struct dump *d = context;
    ssize_t length = getline(&d->line, &d->room, d->file);
    if (length < 0)
        return ferror(d->file) ? -1 : 0;
    while (length && strchr("\r\n", d->line[length - 1]))
        length--;
    *line = (struct text){ d->line, (size_t)length };
    return 1;
}

static int run(struct invocation *in, struct error *err)
{
    const char *path = in->argc ? in->argv[0] : "-";
    struct dump d = { .file = stdin };
    struct store_stats st;
    if (in->argc > 1)
        return error_set(err, ERROR_USAGE, "one file, or standard input");
    if (strcmp(path, "-") != 0 && !(d.file = fopen(path, "re")))
        return error_set(err, ERROR_DENIED, "%s cannot be read: %s", path,
                         strerror(errno));
    int rc = invocation_store(in, STORE_WRITE, err) ||
             store_load(in->store, next, &d, err) ||
             store_stats(in->store, &st, err) ? -1 : EXIT_DONE;
    if (rc == EXIT_DONE)
        printf("%" PRIu64 " posts loaded\n", st.posts);
    if (d.file != stdin)
        fclose(d.file);
    mem_free(d.line);
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
