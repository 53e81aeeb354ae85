/* SPDX-License-Identifier: Apache-2.0 */
/* See ingest.h. One reader (the caller's thread: the collector), N taggers,
 * one appender. Batches are cut by the reader alone and appended in order, so
 * the store holds the same whatever N. Judges no post: that is the stages'.
 *
 *   slots:  [ free | filling | read | tagging | tagged ]   a ring
 *            reader ──────────▶ taggers ─────▶ appender
 */
#include "pipeline/ingest.h"

#include <pthread.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limit.h"
#include "base/log.h"
#include "base/mem.h"
#include "pipeline/ingest_left.h"
#include "pipeline/round.h"

/* A batch that fills slowly is appended before it is full: a run that dies
 * then has little to fetch again. */
enum { BATCH_POSTS = 10000, BATCH_SECONDS = 10, THREADS_MOST = 64 };

enum slot_state { SLOT_FREE, SLOT_READ, SLOT_TAGGING, SLOT_TAGGED };

struct slot {
    struct batch batch;
    enum slot_state state;
};

struct worker {
    struct ingest *ingest;
    struct tagger *tagger;
    pthread_t thread;
};

struct ingest {
    const struct config *config;
    struct turns *turns;
    size_t batch_size;
    unsigned threads;
    struct author_key key;
    uint32_t rules;
    struct worker *workers;     /* one a thread, at least one */
    unsigned worker_count;

    /* The round that runs. */
    int64_t now;
    pthread_t appender;
    unsigned running;           /* taggers; 0: the reader does it all */
    struct slot *slots;
    size_t slot_count;
    uint64_t read, taken, appended; /* batches, in order */
    bool last;                  /* the reader is through */
    bool failed;                /* the appender failed; error says why */
    struct error error;
    struct store_result *result;
    pthread_mutex_t lock;
    pthread_cond_t changed;
};

/* A store of posts whose key is gone goes on with a new one, which is said: what
 * its people write from now on is by strangers. */
static int load_key(struct author_key *key, struct store *store,
                    struct error *err)
{
    struct buf path = BUF_INIT(0);
    int64_t first, last;
    buf_printf(&path, "%s/author.key", store_folder(store));
    bool absent = access(buf_text(&path), F_OK) != 0;
    int rc = absent ? store_span(store, &first, &last, err) : 0;
    bool lost = rc > 0;
    rc = rc < 0 ? -1 : author_key_load(key, buf_text(&path), 1, err);
    if (lost && rc == 0)
        log_line(LOG_ERROR, "%s is missing, and a new one was made: nobody in "
                 "this store is recognised again; if a backup has the old one, "
                 "put it back now", buf_text(&path));
    buf_release(&path);
    return rc;
}

int ingest_open(struct ingest **out, const struct config *config,
                const struct rules *rules, struct turns *turns,
                size_t batch_size, unsigned threads, struct error *err)
{
    struct buf text = BUF_INIT(0);
    struct ingest *i = mem_alloc(sizeof(*i));
    *out = NULL;
    i->config = config;
    i->turns = turns;
    i->batch_size = batch_size ? batch_size : BATCH_POSTS;
    i->threads = threads < THREADS_MOST ? threads : THREADS_MOST;
    pthread_mutex_init(&i->lock, NULL);
    pthread_cond_init(&i->changed, NULL);
    struct store *store = turn_begin(turns, err);
    if (store && load_key(&i->key, store, err) == 0) {
        rules_describe(rules, &text);
        i->rules = store_rules(store, buf_bytes(&text), err);
    }
    if (store)
        turn_end(turns);
    buf_release(&text);
    if (!i->rules) {
        ingest_close(i);
        return -1;
    }
    i->worker_count = i->threads ? i->threads : 1;
    i->workers = mem_alloc(i->worker_count * sizeof(*i->workers));
    for (unsigned n = 0; n < i->worker_count; n++)
        i->workers[n] = (struct worker){ .ingest = i,
                                         .tagger = tagger_open(rules) };
    i->slot_count = i->threads ? i->threads + 1 : 1;
    i->slots = mem_alloc(i->slot_count * sizeof(*i->slots));
    for (size_t n = 0; n < i->slot_count; n++)
        batch_init(&i->slots[n].batch);
    *out = i;
    return 0;
}

void ingest_close(struct ingest *i)
{
    if (!i)
        return;
    for (size_t n = 0; n < i->slot_count; n++)
        batch_release(&i->slots[n].batch);
    for (unsigned n = 0; n < i->worker_count; n++)
        tagger_close(i->workers[n].tagger);
    mem_free(i->workers);
    mem_free(i->slots);
    pthread_mutex_destroy(&i->lock);
    pthread_cond_destroy(&i->changed);
    mem_free(i);
}

/* ---- what is done to each batch --------------------------------------- */

static bool possible(const struct ingest *i, int64_t when)
{
    return when >= POST_EARLIEST && when <= i->now + DAY;
}

/* Time is the server's when the writer's cannot be; people become hashes. */
static void settle(const struct ingest *i, struct post *post)
{
    if (!post->fetched)
        post->fetched = i->now;
    if (!possible(i, post->created)) {
        post->created = possible(i, post->indexed) ? post->indexed
                                                   : post->fetched;
        post->faults |= POST_FAULT_TIME;
    }
    if (post->author.length && !post->author_hash)
        post->author_hash = author_key_hash(
            &i->key, post->source.data, post->source.length,
            post->author.data, post->author.length);
}

static void tag(struct ingest *i, struct tagger *tagger, struct batch *batch)
{
    for (size_t n = 0; n < batch->count; n++)
        settle(i, &batch->posts[n]);
    tagger_run(tagger, batch, 0);
    batch->rules = i->rules;
    for (size_t n = 0; n < batch->count; n++)
        if (!i->config->keep_handles)
            batch->posts[n].handle = (struct text){ NULL, 0 };
}

static int append(struct ingest *i, struct batch *batch)
{
    struct store *store = turn_begin(i->turns, &i->error);
    if (!store)
        return -1;
    int rc = ingest_left(store, batch, &i->error);
    if (rc == 0)
        rc = store_append(store, batch, i->result, &i->error);
    turn_end(i->turns);
    return rc;
}

/* ---- threads ---------------------------------------------------------- */

static void *tag_batches(void *context)
{
    struct worker *w = context;
    struct ingest *i = w->ingest;
    pthread_mutex_lock(&i->lock);
    for (;;) {
        while (i->taken == i->read && !i->last)
            pthread_cond_wait(&i->changed, &i->lock);
        if (i->taken == i->read)
            break;
        struct slot *slot = &i->slots[i->taken++ % i->slot_count];
        slot->state = SLOT_TAGGING;
        pthread_mutex_unlock(&i->lock);
        tag(i, w->tagger, &slot->batch);
        pthread_mutex_lock(&i->lock);
        slot->state = SLOT_TAGGED;
        pthread_cond_broadcast(&i->changed);
    }
    pthread_mutex_unlock(&i->lock);
    return NULL;
}

static void *append_batches(void *context)
{
    struct ingest *i = context;
    pthread_mutex_lock(&i->lock);
    for (;;) {
        struct slot *slot = &i->slots[i->appended % i->slot_count];
        while (slot->state != SLOT_TAGGED &&
               !(i->last && i->appended == i->read))
            pthread_cond_wait(&i->changed, &i->lock);
        if (slot->state != SLOT_TAGGED)
            break;
        bool skip = i->failed;
        pthread_mutex_unlock(&i->lock);
        int rc = skip ? 0 : append(i, &slot->batch);
        pthread_mutex_lock(&i->lock);
        i->failed = i->failed || rc;
        slot->state = SLOT_FREE;
        i->appended++;
        pthread_cond_broadcast(&i->changed);
    }
    pthread_mutex_unlock(&i->lock);
    return NULL;
}

static void end_threads(struct ingest *i)
{
    pthread_mutex_lock(&i->lock);
    i->last = true;
    pthread_cond_broadcast(&i->changed);
    pthread_mutex_unlock(&i->lock);
    for (unsigned n = 0; n < i->running; n++)
        pthread_join(i->workers[n].thread, NULL);
    pthread_join(i->appender, NULL);
}

/* As many as there may be: a machine can be at its limit. */
static void start_threads(struct ingest *i)
{
    i->last = false;
    i->running = 0;
    if (!i->threads || pthread_create(&i->appender, NULL, append_batches, i))
        return;
    while (i->running < i->threads &&
           !pthread_create(&i->workers[i->running].thread, NULL, tag_batches,
                           &i->workers[i->running]))
        i->running++;
    if (!i->running)
        end_threads(i);
}

/* ---- the reader ------------------------------------------------------- */

/* A slot to fill; waits until one is free. */
static struct batch *next_batch(struct ingest *i, const struct collection *c)
{
    pthread_mutex_lock(&i->lock);
    struct slot *slot = &i->slots[i->read % i->slot_count];
    while (slot->state != SLOT_FREE)
        pthread_cond_wait(&i->changed, &i->lock);
    pthread_mutex_unlock(&i->lock);
    batch_reset(&slot->batch);
    snprintf(slot->batch.label, sizeof(slot->batch.label), "%s", c->label);
    return &slot->batch;
}

/* The batch is full: hand it on. -1: the store refused this or one before. */
static int pass_on(struct ingest *i)
{
    struct slot *slot = &i->slots[i->read % i->slot_count];
    if (!i->running) {
        tag(i, i->workers[0].tagger, &slot->batch);
        i->failed = append(i, &slot->batch) != 0;
        return i->failed ? -1 : 0;
    }
    pthread_mutex_lock(&i->lock);
    slot->state = SLOT_READ;
    i->read++;
    bool failed = i->failed;
    pthread_cond_broadcast(&i->changed);
    pthread_mutex_unlock(&i->lock);
    return failed ? -1 : 0;
}

static bool stopped(const struct collection *c)
{
    return c->stop && *c->stop;
}

/* Read pages and cut batches. Returns fetch's last verdict, 2: a bound of
 * the round was reached, -2: the store failed. */
static int read_pages(struct ingest *i, struct collection *c,
                      const struct ingest_bounds *bounds,
                      struct ingest_report *report, struct error *err)
{
    int64_t deadline = bounds->network.seconds;
    int64_t start = limit_now(), opened = start;
    struct batch *batch = next_batch(i, c);
    int rc = 1;
    while (rc == 1) {
        size_t before = batch->count;
        rc = c->kind->fetch(c, batch, err);
        report->pages++;
        report->fetched += batch->count - before;
        if (rc == -1 && (stopped(c) || (c->http && http_spent(c->http))))
            rc = 2; /* no fault: the next round goes on from the cursor */
        if (rc == 1 && stopped(c) && !c->kind->streams)
            rc = 2; /* those that listen end themselves */
        if (rc == 1 && ((bounds->pages && report->pages >= bounds->pages) ||
                        (deadline &&
                         limit_now() - start >= deadline * 1000)))
            rc = 2;
        if (rc == 1 && (batch->count >= i->batch_size ||
                        limit_now() - opened >= BATCH_SECONDS * 1000)) {
            if (pass_on(i))
                return -2;
            batch = next_batch(i, c);
            opened = limit_now();
        }
    }
    /* Not i->error: that is the appender's. */
    struct store *store = turn_begin(i->turns, err);
    if (!store)
        return -2;
    round_coverage(store, c, rc, err, i->now, &batch->coverage);
    turn_end(i->turns);
    return pass_on(i) ? -2 : rc;
}

/* -1: see err. */
static int note(struct ingest *i, const struct collection *c, int rc,
                const struct error *why, const struct ingest_report *report,
                struct error *err)
{
    struct store *store = *c->label ? turn_begin(i->turns, err) : NULL;
    if (!store)
        return *c->label ? -1 : 0;
    int failed = round_note(store, c, rc, why, report, i->now, err);
    turn_end(i->turns);
    return failed;
}

int ingest_refuse(struct ingest *i, const struct collection *c,
                  const struct error *why, struct error *err)
{
    const struct ingest_report nothing = { .wait_until = collection_wait(c) };
    i->now = clock_now();
    return note(i, c, -1, why, &nothing, err);
}

int ingest_round(struct ingest *i, struct collection *c,
                 const struct ingest_bounds *bounds,
                 struct ingest_report *report, struct error *err)
{
    struct error why = ERROR_INIT;
    i->now = clock_now();
    if (c->http)
        http_begin(c->http, &bounds->network);
    i->read = i->taken = i->appended = 0;
    i->failed = false;
    i->result = &report->stored;
    start_threads(i);
    int rc = read_pages(i, c, bounds, report, &why);
    if (i->running)
        end_threads(i);
    if (i->failed) {
        why = i->error;
        rc = -2;
    }
    report->complete = rc == 0;
    report->partial = rc == -1 && c->partial;
    report->skipped = c->skipped;
    snprintf(report->skipped_why, sizeof(report->skipped_why), "%s",
             c->skipped_why);
    if (rc < 0)
        report->wait_until = collection_wait(c);
    /* Stopped before anything came, it is no round: whether the service is
     * well is not known. */
    if (!(rc == 2 && stopped(c) && !report->fetched) &&
        note(i, c, rc, &why, report, rc < 0 ? NULL : err) && rc >= 0)
        return -1;
    if (rc >= 0)
        return 0;
    if (err)
        *err = why;
    return *c->label ? error_prefix(err, "%s", c->label) : -1;
}
