/* SPDX-License-Identifier: Apache-2.0 */
/* Who waits for an answer, for the digest: each brand's figures and the few
 * asks to look at first. Counting is waiting.c's. */
#include <stdlib.h>

#include "digest/compose.h"
#include "digest/waiting.h"

enum { SHOWN_MOST = 3 };

/* Questions before complaints; of the last two days the oldest first, then
 * those that have waited longer. */
static int rank(const struct ask *a, int64_t fresh)
{
    return 2 * !a->question + (a->asked < fresh);
}

static void keep_sample(struct composer *c, struct digest_waiting *out,
                        const struct ask *a)
{
    sample_copy(&c->d->memory, &out->samples[out->sample_count++],
                &a->sample);
}

/* asks: all of one brand, oldest first. */
static void fill(struct composer *c, struct digest_waiting *out,
                 const struct ask *asks, size_t count)
{
    enum { RANKS = 4 };
    int64_t fresh = c->d->until - 2 * DAY;
    waiting_figures(&out->figures, asks, count);
    out->known |= out->figures.by_hand > 0;
    for (int r = 0; r < RANKS; r++)
        for (size_t i = 0; i < count && out->sample_count < SHOWN_MOST; i++)
            if (asks[i].state == ASK_OPEN && asks[i].sample.text &&
                rank(&asks[i], fresh) == r)
                keep_sample(c, out, &asks[i]);
}

int compose_waiting(struct composer *c, struct waiting *w, struct error *err)
{
    struct digest *d = c->d;
    size_t count, room = 0;
    if (waiting_finish(w, err))
        return -1;
    const struct ask *asks = waiting_asks(w, &count);
    for (size_t i = 0, next; i < count; i = next) {
        const struct asked *brand = waiting_subject(w, asks[i].brand);
        int index = watched_find(c, brand->name);
        for (next = i + 1; next < count && asks[next].brand == asks[i].brand;)
            next++;
        if (index < 0 || !c->watched[index].kept)
            continue;
        d->waiting = mem_grow(d->waiting, &room, d->waiting_count,
                              sizeof(*d->waiting));
        d->waiting[d->waiting_count] = (struct digest_waiting){
            .subject = c->watched[index].name,
            .title = c->watched[index].title, .own = brand->own,
            .known = brand->replied };
        fill(c, &d->waiting[d->waiting_count], &asks[i], next - i);
        if (d->waiting[d->waiting_count].figures.asked)
            d->waiting_count++;
    }
    return 0;
}
