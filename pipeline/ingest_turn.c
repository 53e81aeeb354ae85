/* SPDX-License-Identifier: Apache-2.0 */
/* See ingest_turn.h. */
#include "pipeline/ingest_turn.h"

#include <stdlib.h>

#include "base/limit.h"

enum { TRY_AGAIN_MS = 50 };

int turn_open(struct store **out, const char *url, enum store_mode mode,
              int64_t patience, const volatile sig_atomic_t *stop,
              struct error *err)
{
    int64_t waited = 0;
    for (;;) {
        struct error why = ERROR_INIT;
        if (store_open(out, url, mode, &why) == 0)
            return 0;
        if (why.kind != ERROR_BUSY || waited >= patience * 1000 ||
            (stop && *stop)) {
            if (err)
                *err = why;
            return -1;
        }
        /* Not in step with others that wait. */
        int64_t ms = TRY_AGAIN_MS / 2 + arc4random_uniform(TRY_AGAIN_MS);
        limit_sleep(ms, stop);
        waited += ms;
    }
}

struct store *turn_begin(struct turns *t, struct error *err)
{
    pthread_mutex_lock(&t->lock);
    if (t->held)
        return t->open = t->held;
    if (turn_open(&t->open, t->url, STORE_WRITE, t->patience, t->stop,
                  err) == 0)
        return t->open;
    pthread_mutex_unlock(&t->lock);
    return NULL;
}

void turn_end(struct turns *t)
{
    if (!t->held)
        store_close(t->open);
    t->open = NULL;
    pthread_mutex_unlock(&t->lock);
}
