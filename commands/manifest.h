/* SPDX-License-Identifier: Apache-2.0 */
/* What goes beside an export so that its figures can be made again: what was
 * asked, by which program, under which rules, and how complete it is. */
#ifndef COMMANDS_MANIFEST_H
#define COMMANDS_MANIFEST_H

#include "commands/command.h"

struct manifest {
    const char *path, *what, *format;
    struct store_query query;
    uint64_t rows;
};

int manifest_write(const struct manifest *m, struct invocation *in,
                   struct error *err);

#endif
