/* SPDX-License-Identifier: Apache-2.0 */
/* What a source may use up in a day of what its service counts or sells: posts
 * paid for, units of a quota. Kept at the end of the source's cursor, so that
 * it holds across runs. Knows no prices. */
#ifndef BASE_BUDGET_H
#define BASE_BUDGET_H

#include <stdint.h>

#include "base/buf.h"

struct budget {
    uint64_t most;         /* a day */
    int64_t day;           /* the last one in which something was used */
    uint64_t used;         /* in it */
    struct zone *zone;     /* whose days; NULL: UTC; the user's to close */
};

void budget_read(struct budget *b, const char *cursor);
void budget_save(const struct budget *b, struct buf *cursor);
/* How much is left; on a new day all is. A clock set back frees nothing before
 * its next day. */
uint64_t budget_left(struct budget *b);
/* When the next day begins, after budget_left(). */
int64_t budget_renewed(const struct budget *b);

#endif
