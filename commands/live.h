/* SPDX-License-Identifier: Apache-2.0 */
/* swell check --live: one page of a source, told and not kept. Part of
 * check.c; no store is written. */
#ifndef COMMANDS_LIVE_H
#define COMMANDS_LIVE_H

#include "commands/command.h"

/* An exit status, or -1: see err. */
int live_check(struct invocation *in, const char *label, struct error *err);

#endif
