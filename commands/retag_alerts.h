/* SPDX-License-Identifier: Apache-2.0 */
/* On which days alerts were told and, were the past tagged by today's rules,
 * would be. Changes nothing. */
#ifndef COMMANDS_RETAG_ALERTS_H
#define COMMANDS_RETAG_ALERTS_H

#include "commands/command.h"

enum { ALERT_DAYS = 28 };      /* the last of the store */

struct alert_days {
    struct alert_subject {
        char *subject;
        uint32_t days[2];      /* before, after; bit n: day first + n */
    } *rows;                   /* of subjects with an alert, by name */
    size_t count, room;
    int64_t first;             /* local day */
    unsigned days;             /* none: the store is empty, or since is later
                                * than all of it */
};

/* since: no earlier days. Tags the posts those days are judged by again, into
 * a store of its own beside this one (or in TMPDIR), whose files have no
 * names and go with the process. */
int alert_days_find(struct alert_days *out, struct invocation *in,
                    int64_t since, struct error *err);
void alert_days_release(struct alert_days *a);

#endif
