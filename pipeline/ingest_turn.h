/* SPDX-License-Identifier: Apache-2.0 */
/* The store's writer lock, held for one append at a time: a collector that
 * waits for the network must not keep an import out. The store is opened for
 * each turn and closed after it, so nothing that another process changed in
 * between (names, size, a compacted file) is remembered wrongly; that costs
 * less than a millisecond beside the sync of an append. Threads take turns,
 * too: LMDB must not be open twice in a process. Knows nothing of posts. */
#ifndef PIPELINE_INGEST_TURN_H
#define PIPELINE_INGEST_TURN_H

#include <pthread.h>
#include <signal.h>

#include "store/store.h"

struct turns {
    pthread_mutex_t lock;
    const char *url;      /* borrowed */
    int64_t patience;     /* seconds that a turn waits for another process */
    const volatile sig_atomic_t *stop; /* and no longer once it is set; NULL */
    struct store *held;   /* not NULL: this one, and it stays open */
    struct store *open;   /* during a turn */
};
#define TURNS_INIT { .lock = PTHREAD_MUTEX_INITIALIZER }

/* The store, open for writing; NULL: see err, and no turn has begun. */
struct store *turn_begin(struct turns *t, struct error *err);
void turn_end(struct turns *t);

/* store_open() that waits so many seconds while another process writes, or
 * until stop (NULL: none) is set. */
int turn_open(struct store **out, const char *url, enum store_mode mode,
              int64_t patience, const volatile sig_atomic_t *stop,
              struct error *err);

#endif
