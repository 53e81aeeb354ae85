/* SPDX-License-Identifier: Apache-2.0 */
/* See x_budget.h. */
#include "collectors/x_budget.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

void x_budget_read(struct x_budget *b, const char *cursor)
{
    const char *line = cursor ? strstr(cursor, "\nspent\t") : NULL;
    char *end;
    if (!line)
        return;
    b->day = strtoll(line + 7, &end, 10);
    b->spent = strtoull(end, NULL, 10);
}

void x_budget_save(const struct x_budget *b, struct buf *out)
{
    buf_printf(out, "spent\t%lld\t%llu\n", (long long)b->day,
               (unsigned long long)b->spent);
}

uint64_t x_budget_cap(const struct x_budget *b)
{
    double affordable = b->dollars / b->price + 1e-6;
    return affordable < (double)b->posts ? (uint64_t)affordable : b->posts;
}

uint64_t x_budget_left(struct x_budget *b)
{
    uint64_t cap = x_budget_cap(b);
    if (clock_now() / DAY > b->day) { /* a clock set back frees nothing */
        b->day = clock_now() / DAY;
        b->spent = 0;
    }
    return b->spent < cap ? cap - b->spent : 0;
}

void x_budget_reserve(struct x_budget *b, uint64_t posts)
{
    b->spent += posts;
}

void x_budget_settle(struct x_budget *b, uint64_t reserved, uint64_t shown)
{
    b->spent = b->spent - reserved + shown;
}
