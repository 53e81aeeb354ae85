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
    struct store *store;
    struct author_key key = { { 1 } };
    struct store_result result = { 0 };
    struct collection c = { .kind = &collector_file, .label = "",
                            .cursor = "" };
    struct stopwatch read = { 0, 0 }, tag = { 0, 0 }, append = { 0, 0 };
    const char *data = getenv("SWELL_DATA");
    clock_fix(1795305600);
    log_set_level(LOG_WARN);
    check(config_load(&config, argv[2], NULL, &err), &err);
    check(rules_open(&rules, config, data ? data : ".", NULL, NULL, &err),
          &err);
    check(store_open(&store, argv[3], STORE_WRITE, &err), &err);
    uint32_t number = store_rules(store, TEXT("bench"), &err);
    check(number == 0, &err);
    c.state = mem_alloc(collector_file.state_size);
    option_defaults(collector_file.options, c.state);
    check(option_set(option_find(collector_file.options, "path"), c.state,
                     argv[1], ".", &err), &err);
    check(collector_file.open(&c, &err), &err);
    struct tagger *tagger = tagger_open(rules);
    struct batch batch;
    uint64_t posts = 0;
    batch_init(&batch);
    for (int more = 1; more;) {
        start(&read);
        batch_reset(&batch);
        while (more > 0 && batch.count < size)
            more = collector_file.fetch(&c, &batch, &err);
        check(more < 0, &err);
        stop(&read);
        start(&tag);
        tagger_run(tagger, &batch, 0);
        finish(&batch, &key, number);
        stop(&tag);
        start(&append);
        check(store_append(store, &batch, &result, &err), &err);
        stop(&append);
        posts += batch.count;
    }
    struct stopwatch all = { read.wall + tag.wall + append.wall,
                             read.cpu + tag.cpu + append.cpu };
    tell("read", &read, posts);
    tell("tag", &tag, posts);
    tell("append", &append, posts);
    tell("all", &all, posts);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("memory   %9ld kB at most (the map of the store included)\n",
           usage.ru_maxrss);
    batch_release(&batch);
    tagger_close(tagger);
    collector_file.close(&c);
    option_release(collector_file.options, c.state);
    mem_free(c.state);
    store_close(store);
    rules_close(rules);
    config_close(config);
    return 0;
}
