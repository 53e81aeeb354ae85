/* SPDX-License-Identifier: Apache-2.0 */
/* swell init: a commented configuration that works as it stands. */
#include "commands/command.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static const char head[] =
    "# Groundswell's configuration. It works as it stands: it watches three\n"
    "# retailers through sources that need no key. Then: swell check, swell\n"
    "# collect, swell digest.\n"
    "\n"
    "# Where posts are kept, beside this file unless it starts with /.\n"
    "store: groundswell.db\n"
    "\n"
    "# Services ask for a way to reach you.\n"
    "user_agent: \"groundswell/" VERSION " (you@example.com)\"\n"
    "\n"
    "# Who and what is watched. A product belongs to a brand; a post about it\n"
    "# counts for the brand too. The first brand is ours, others are rivals\n"
    "# (own: yes says it for another). match takes names, @handles, #tags,\n"
    "# /patterns/i and queries such as: '\"Acme app\" AND (crash OR login)'.\n"
    "brands:\n"
    "  - name: lidl\n"
    "    title: Lidl\n"
    "    match: [Lidl, \"#lidl\"]\n"
    "    products:\n"
    "      - name: lidl-plus\n"
    "        title: Lidl Plus\n"
    "        match: [\"Lidl Plus\", \"Lidl app\"]\n"
    "  - name: ikea\n"
    "    title: IKEA\n"
    "    match: [IKEA, \"#ikea\"]\n"
    "  - name: target\n"
    "    title: Target\n"
    "    match: [Target]\n"
    "    case_sensitive: yes          # not the common word\n"
    "    require: [store, shop, shopping, bought, aisle, cart, drive-up]\n"
    "    near: 12                     # one of these within 12 words\n"
    "    exclude: [\"target audience\", \"target market\"]\n"
    "\n"
    "# Where posts come from: swell sources lists all types and options.\n"
    "sources:\n"
    "  - name: mastodon-tags\n"
    "    type: mastodon\n"
    "    host: https://mastodon.social\n"
    "    tag: [lidl, ikea]\n"
    "    every: 15m\n"
    "  - name: hackernews\n"
    "    type: hackernews\n"
    "    query: [ikea, lidl]\n"
    "    every: 30m\n"
    "  # Needs an account; the file holds an app password, mode 0600.\n"
    "  # - name: bluesky\n"
    "  #   type: bluesky\n"
    "  #   identifier: you.bsky.social\n"
    "  #   password_file: bluesky.password\n"
    "  #   query: [lidl, ikea]\n"
    "\n"
    "digest:\n"
    "  timezone: Europe/London        # whose days are told\n";

/* The options not shown above, from the tables, each as a comment. */
static void print_table(FILE *file, const char *title, const char *indent,
                        const struct option *table)
{
    fprintf(file, "\n# %s\n", title);
    for (; table->name; table++)
        fprintf(file, "# %s%s: %-14s # %s\n", indent, table->name,
                table->value ? table->value : "", table->help);
}

static int run(struct invocation *in, struct error *err)
{
    const char *path = in->argc ? in->argv[0]
                       : in->globals.config ? in->globals.config : "swell.yaml";
    if (in->argc > 1)
        return error_set(err, ERROR_USAGE, "swell init takes one file name");
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_EXCL, 0644);
    if (fd < 0 && errno == EEXIST)
        return error_set(err, ERROR_DENIED, "%s is there already; swell init "
                         "FILE writes another", path);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    if (!file)
        return error_set(err, ERROR_SYSTEM, "%s: %s", path, strerror(errno));
    fputs(head, file);
    print_table(file, "Everything at the top level:", "", config_options);
    print_table(file, "Everything under a brand or product:", "    ",
                config_subject_options);
    print_table(file, "Everything common to sources:", "    ",
                config_source_common);
    print_table(file, "Everything under digest:", "  ",
                config_digest_options);
    print_table(file, "Everything under digest: recipients: -", "      ",
                config_recipient_options);
    bool whole = !fflush(file) && !ferror(file);
    if (fclose(file) || !whole) {
        error_set(err, ERROR_SYSTEM, "%s: %s", path, strerror(errno));
        unlink(path); /* half of one would be taken for one */
        return -1;
    }
    printf("%s\n", path);
    return EXIT_DONE;
}

const struct command command_init = {
    .name = "init",
    .arguments = "[FILE]",
    .about = "write a commented swell.yaml that works as it stands",
    .options = no_options,
    .run = run,
};
