/* SPDX-License-Identifier: Apache-2.0 */
/* What is read from the asks: those of a range, a list of them, the figures
 * of a brand, the note that keeps a state. What an ask is, waiting.c says. */
#include <stdlib.h>

#include "base/clock.h"
#include "digest/stats.h"
#include "digest/waiting.h"

enum { THREAD_DAYS = 7 }; /* brands' posts that are replied to may be older */

static int take_post(void *context, const struct post *post,
                     const struct mention *unused)
{
    (void)unused;
    waiting_take(context, post);
    return 0;
}

int waiting_read(struct waiting **out, struct store *store,
                 const struct config *config, const char *subject,
                 int64_t from, int64_t until, struct error *err)
{
    struct store_query q = { .from = from - THREAD_DAYS * DAY,
                             .until = until };
    if (waiting_open(out, store, config, subject, from, err))
        return -1;
    if (store_posts(store, &q, take_post, *out, err) < 0 ||
        waiting_finish(*out, err)) {
        waiting_close(*out);
        return -1;
    }
    return 0;
}

static int oldest_first(const void *a, const void *b)
{
    const struct ask *x = *(const struct ask *const *)a,
                     *y = *(const struct ask *const *)b;
    if (x->asked != y->asked)
        return x->asked < y->asked ? -1 : 1;
    int source = strcmp(x->sample.source, y->sample.source);
    return source ? source : strcmp(x->sample.native_id, y->sample.native_id);
}

const struct ask **waiting_list(const struct waiting *w, int state,
                                size_t *found)
{
    size_t count;
    const struct ask *asks = waiting_asks(w, &count);
    const struct ask **list = mem_alloc((count + 1) * sizeof(*list));
    *found = 0;
    for (size_t i = 0; i < count; i++)
        if (asks[i].sample.text &&
            (state == ASK_STATE_COUNT || asks[i].state == state))
            list[(*found)++] = &asks[i];
    qsort(list, *found, sizeof(*list), oldest_first);
    return list;
}

void waiting_figures(struct ask_figures *out, const struct ask *asks,
                     size_t count)
{
    double *hours = mem_alloc((count + 1) * sizeof(*hours));
    size_t n = 0;
    *out = (struct ask_figures){ 0 };
    for (size_t i = 0; i < count; i++) {
        const struct ask *a = &asks[i];
        out->asked += a->state != ASK_IGNORED;
        out->ignored += a->state == ASK_IGNORED;
        out->answered += a->state == ASK_ANSWERED;
        out->by_hand += a->state == ASK_ANSWERED && a->by_hand;
        out->open += a->state == ASK_OPEN;
        if (a->state == ASK_OPEN && (!out->oldest || a->asked < out->oldest))
            out->oldest = a->asked;
        if (a->state == ASK_ANSWERED && a->answered) {
            double wait = (double)(a->answered - a->asked) / HOUR;
            hours[n++] = wait > 0 ? wait : 0;
        }
    }
    stats_sort(hours, n);
    out->median_hours = stats_quantile(hours, n, 0.5);
    mem_free(hours);
}

void waiting_note(struct buf *key, struct buf *value, const char *id,
                  const char *state)
{
    char now[CLOCK_TEXT];
    buf_printf(key, WAITING_NOTES "%s", id);
    if (state)
        buf_printf(value, "%s %s", state, clock_format(clock_now(), now));
}
