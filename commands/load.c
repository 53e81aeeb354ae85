/* SPDX-License-Identifier: Apache-2.0 */
/* swell load: a dump into a new store. */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "commands/command.h"

static const struct option options[] = { OPTION_END };

struct lines {
    FILE *file;
    char *line;
    size_t room;
};

static int next(void *context, struct text *line)
{
    struct lines *l = context;
    ssize_t length = getline(&l->line, &l->room, l->file);
    if (length < 0)
        return ferror(l->file) ? -1 : 0;
    if (length && l->line[length - 1] == '\n')
        length--;
    *line = (struct text){ l->line, (size_t)length };
    return 1;
}

static int run(struct invocation *in, struct error *err)
{
    struct lines l = { .file = stdin };
    struct store_stats st;
    if (in->argc > 1)
        return error_set(err, ERROR_USAGE, "one file, or standard input");
    if (in->argc == 1 && strcmp(in->argv[0], "-") != 0)
        l.file = fopen(in->argv[0], "re");
    if (!l.file)
        return error_set(err, ERROR_SYSTEM, "%s: %s", in->argv[0],
                         strerror(errno));
    int rc = invocation_store(in, STORE_WRITE, err) ||
             store_load(in->store, next, &l, err) ||
             store_stats(in->store, &st, err) ? -1 : EXIT_DONE;
    if (rc == EXIT_DONE)
        printf("%llu posts loaded\n", (unsigned long long)st.posts);
    if (l.file != stdin)
        fclose(l.file);
    mem_free(l.line);
    return rc;
}

const struct command command_load = {
    .name = "load",
    .arguments = "[FILE]",
    .about = "fill a new store from swell dump or mdb_dump -a",
    .options = options,
    .run = run,
};
