/* SPDX-License-Identifier: Apache-2.0 */
/* What a source may buy in a UTC day, in posts and in dollars, counted on the
 * safe side and kept with the cursor. Asks nobody and knows no posts. */
#ifndef COLLECTORS_X_BUDGET_H
#define COLLECTORS_X_BUDGET_H

#include <stdint.h>

#include "base/buf.h"

struct x_budget {
    uint64_t posts;           /* a day */
    double dollars, price;    /* a day, a post */
    int64_t day;              /* the UTC day that spent belongs to */
    uint64_t spent;           /* posts */
};

/* Out of a cursor and into it, as a line of its own. */
void x_budget_read(struct x_budget *b, const char *cursor);
void x_budget_save(const struct x_budget *b, struct buf *out);

uint64_t x_budget_cap(const struct x_budget *b); /* posts; the lower cap */
/* What is left of today. */
uint64_t x_budget_left(struct x_budget *b);
/* Count before asking, and give back what did not come. */
void x_budget_reserve(struct x_budget *b, uint64_t posts);
void x_budget_settle(struct x_budget *b, uint64_t reserved, uint64_t shown);

#endif
