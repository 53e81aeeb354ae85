/* SPDX-License-Identifier: Apache-2.0 */
/* The way of a post, stage by stage in one thread, as an import takes it:
 * read (unpack, parse, make posts), tag, append (one synced transaction a
 * batch). Posts a CPU second and a wall second of each, and of all together.
 *
 *   stages FILE CONFIG STORE [BATCH] */
#include <sys/resource.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "collectors/file.h"
#include "pipeline/tagger.h"
#include "store/store.h"

struct stopwatch {
    double wall, cpu;
};

static double seconds(clockid_t which)
{
    struct timespec t;
    clock_gettime(which, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void start(struct stopwatch *w)
{
    w->wall -= seconds(CLOCK_MONOTONIC);
    w->cpu -= seconds(CLOCK_PROCESS_CPUTIME_ID);
}

static void stop(struct stopwatch *w)
{
    w->wall += seconds(CLOCK_MONOTONIC);
    w->cpu += seconds(CLOCK_PROCESS_CPUTIME_ID);
}

static void check(int failed, const struct error *err)
{
    if (!failed)
        return;
    fprintf(stderr, "stages: %s\n", err->text);
    exit(1);
}

static void tell(const char *what, const struct stopwatch *w, uint64_t posts)
{
    printf("%-8s %9.0f posts/s wall %9.0f posts/s cpu\n", what,
           (double)posts / w->wall, (double)posts / w->cpu);
}

static void finish(struct batch *b, const struct author_key *key,
                   uint32_t rules)
{
    for (size_t i = 0; i < b->count; i++) {
        struct post *p = &b->posts[i];
        p->author_hash = author_key_hash(key, p->source.data,
                                         p->source.length, p->author.data,
                                         p->author.length);
        p->handle.length = 0;
    }
    b->rules = rules;
}

struct stages {
    struct store *store;
    struct tagger *tagger;
    struct stopwatch read, tag, append;
    uint64_t posts;
};

static void run(struct stages *s, struct collection *c, size_t size)
{
    struct error err = ERROR_INIT;
    struct author_key key = { { 1 } };
    struct store_result result = { 0 };
    struct batch batch;
    uint32_t number = store_rules(s->store, TEXT("bench"), &err);
    check(number == 0, &err);
    batch_init(&batch);
    for (int more = 1; more;) {
        start(&s->read);
        batch_reset(&batch);
        while (more > 0 && batch.count < size)
            more = collector_file.fetch(c, &batch, &err);
        check(more < 0, &err);
        stop(&s->read);
        start(&s->tag);
        tagger_run(s->tagger, &batch, 0);
        finish(&batch, &key, number);
        stop(&s->tag);
        start(&s->append);
        check(store_append(s->store, &batch, &result, &err), &err);
        stop(&s->append);
        s->posts += batch.count;
    }
    batch_release(&batch);
}

static void tell_all(const struct stages *s)
{
    struct stopwatch all = { s->read.wall + s->tag.wall + s->append.wall,
                             s->read.cpu + s->tag.cpu + s->append.cpu };
    struct rusage usage;
    tell("read", &s->read, s->posts);
    tell("tag", &s->tag, s->posts);
    tell("append", &s->append, s->posts);
    tell("all", &all, s->posts);
    getrusage(RUSAGE_SELF, &usage);
    printf("memory   %9ld kB at most (the map of the store included)\n",
           usage.ru_maxrss);
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        fputs("usage: stages FILE CONFIG STORE [BATCH]\n", stderr);
        return 2;
    }
    size_t size = argc > 4 ? strtoul(argv[4], NULL, 10) : 10000;
    struct error err = ERROR_INIT;
    struct config *config;
    struct rules *rules;
    struct stages s = { 0 };
    struct collection c = { .kind = &collector_file, .label = "",
                            .cursor = "" };
    const char *data = getenv("SWELL_DATA");
    clock_fix(1795305600);
    log_set_level(LOG_WARN);
    check(config_load(&config, argv[2], NULL, &err), &err);
    check(rules_open(&rules, config, data ? data : ".", NULL, NULL, &err),
          &err);
    check(store_open(&s.store, argv[3], STORE_WRITE, &err), &err);
    c.state = mem_alloc(collector_file.state_size);
    option_defaults(collector_file.options, c.state);
    check(option_set(option_find(collector_file.options, "path"), c.state,
                     argv[1], ".", &err), &err);
    check(collector_file.open(&c, &err), &err);
    s.tagger = tagger_open(rules);
    run(&s, &c, size);
    tell_all(&s);
    tagger_close(s.tagger);
    collector_file.close(&c);
    option_release(collector_file.options, c.state);
    mem_free(c.state);
    store_close(s.store);
    rules_close(rules);
    config_close(config);
    return 0;
}
