/* SPDX-License-Identifier: Apache-2.0 */
/* See budget.h. */
#include "base/budget.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

void budget_read(struct budget *b, const char *cursor)
{
    const char *line = cursor ? strstr(cursor, "\nspent\t") : NULL;
    char *end;
    if (!line)
        return;
    b->day = strtoll(line + 7, &end, 10);
    b->used = strtoull(end, NULL, 10);
}

void budget_save(const struct budget *b, struct buf *cursor)
{
    buf_printf(cursor, "spent\t%lld\t%llu\n", (long long)b->day,
               (unsigned long long)b->used);
}

int64_t budget_renewed(const struct budget *b)
{
    return b->zone ? zone_day_start(b->zone, b->day + 1) : (b->day + 1) * DAY;
}

uint64_t budget_left(struct budget *b)
{
    int64_t today = b->zone ? zone_day(b->zone, clock_now())
                            : clock_now() / DAY;
    if (today > b->day)
        b->used = 0;
    if (today > b->day || b->day > today + 1) /* days ahead: a wrong clock's */
        b->day = today;
    return b->used < b->most ? b->most - b->used : 0;
}
