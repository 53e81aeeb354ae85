/* SPDX-License-Identifier: Apache-2.0 */
/* Which quarter hours of a source were really got. */
#include "store/lmdb.h"

#include <string.h>

enum { COVERAGE_KEY = 6 };

static void coverage_key(unsigned char out[COVERAGE_KEY], uint32_t label,
                         int64_t day)
{
    pack_big(out, label, 4);
    pack_big(out + 4, (uint64_t)day, 2);
}

static int load(struct txn t, uint32_t label, int64_t day,
                uint8_t states[QUARTERS])
{
    unsigned char key[COVERAGE_KEY];
    struct text value;
    coverage_key(key, label, day);
    int rc = lmdb_get(t, COVERAGE, key, COVERAGE_KEY, &value);
    memset(states, COVERAGE_NONE, QUARTERS);
    if (rc == 0 && value.length == QUARTERS)
        memcpy(states, value.data, QUARTERS);
    return rc == MDB_NOTFOUND ? 0 : rc;
}

static int64_t within_time(int64_t moment)
{
    int64_t end = (int64_t)(LAST_DAY + 1) * DAY_SECONDS;
    return moment < 0 ? 0 : moment > end ? end : moment;
}

static uint8_t next_state(uint8_t old, const struct coverage_span *span,
                          int64_t quarter)
{
    bool over = (quarter + 1) * QUARTER_SECONDS <= span->until;
    if (coverage_got(old))
        return old;
    return span->state == COVERAGE_COVERED && old != COVERAGE_NONE && over
               ? COVERAGE_LATE : span->state;
}

int lmdb_coverage_mark(struct txn t, uint32_t label,
                       const struct coverage_span *span)
{
    int64_t from = within_time(span->from) / QUARTER_SECONDS;
    int64_t until = (within_time(span->until) + QUARTER_SECONDS - 1) /
                    QUARTER_SECONDS;
    int rc = 0;
    while (from < until && rc == 0) {
        unsigned char key[COVERAGE_KEY];
        uint8_t states[QUARTERS], before[QUARTERS];
        int64_t day = from / QUARTERS;
        rc = load(t, label, day, states);
        memcpy(before, states, QUARTERS);
        for (; from < until && from / QUARTERS == day; from++)
            states[from % QUARTERS] = next_state(states[from % QUARTERS],
                                                 span, from);
        coverage_key(key, label, day);
        if (rc == 0 && memcmp(before, states, QUARTERS) != 0)
            rc = lmdb_put(t, COVERAGE, key, COVERAGE_KEY, states, QUARTERS);
    }
    return rc;
}

int lmdb_coverage(struct store *base, const char *label, int64_t from,
                  int64_t until, uint8_t *out, struct error *err)
{
    struct txn t;
    uint32_t id;
    uint8_t states[QUARTERS];
    size_t count = until > from ? (size_t)((until - from) / QUARTER_SECONDS)
                                : 0;
    memset(out, COVERAGE_NONE, count);
    if (lmdb_read_begin(base, &t, err))
        return -1;
    int rc = lmdb_name_id(t, STORE_LABELS, text_of(label), false, &id, err);
    int64_t loaded = -1;
    for (size_t i = 0; i < count && id && rc == 0; i++) {
        int64_t quarter = from / QUARTER_SECONDS + (int64_t)i;
        int64_t day = quarter / QUARTERS;
        if (quarter < 0 || day > LAST_DAY)
            continue;
        if (day != loaded)
            rc = load(t, id, day, states);
        loaded = day;
        out[i] = states[quarter % QUARTERS];
    }
    return lmdb_read_end(t, rc, "reading coverage", err);
}
