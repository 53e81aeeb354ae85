/* SPDX-License-Identifier: Apache-2.0 */
/* How fast posts become durable and windows are read: POSTS (1,000,000)
 * made-up posts in transactions of BATCH (10,000), then READERS_POSTS
 * (100,000) more beside 1, 2 and 4 reading processes. Making the posts is not
 * timed. FOLDER says where (a fresh folder under TMPDIR otherwise); with
 * POSTS=0 what is there is only read. SQLite does the same work in sqlite.c.
 * Judges nothing. */
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "store/store.h"
#include "tests/bench/made.h"
#include "tests/unit/scratch.h"

enum { READS = 2000, READERS = 4 };

static void check(int failed, const struct error *err)
{
    if (!failed)
        return;
    fprintf(stderr, "bench: %s\n", err->text);
    exit(1);
}

/* Bytes this process had written to disk. */
static double bytes_written(void)
{
    FILE *f = fopen("/proc/self/io", "r");
    char line[80];
    unsigned long long bytes = 0;
    while (f && fgets(line, sizeof(line), f))
        if (strncmp(line, "write_bytes:", 12) == 0)
            bytes = strtoull(line + 12, NULL, 10);
    if (f)
        fclose(f);
    return (double)bytes;
}

static void write_all(struct store *s, const char *what, size_t from,
                      size_t posts, size_t size, size_t all)
{
    size_t until = from + posts;
    struct batch b;
    struct store_result r = { 0 };
    struct error err = ERROR_INIT;
    double wall = 0, cpu = 0, bytes = bytes_written();
    batch_init(&b);
    for (size_t i = from; i < until; i += size) {
        make_batch(&b, i, i + size < until ? i + size : until, all);
        double w = seconds(CLOCK_MONOTONIC);
        double c = seconds(CLOCK_PROCESS_CPUTIME_ID);
        check(store_append(s, &b, &r, &err), &err);
        wall += seconds(CLOCK_MONOTONIC) - w;
        cpu += seconds(CLOCK_PROCESS_CPUTIME_ID) - c;
    }
    printf("%s %zu a transaction: %.0f posts/s, %.0f a CPU second, %.0f "
           "bytes written a post\n", what, size, (double)posts / wall,
           (double)posts / cpu, (bytes_written() - bytes) / (double)posts);
    batch_release(&b);
}

static double *read_series(struct store *s, const char *subject,
                           const char *source, int64_t width, size_t reads)
{
    double *took = mem_alloc(reads * sizeof(*took));
    size_t count = (size_t)(DAYS * 86400 / width);
    struct counts *out = mem_alloc(count * sizeof(*out));
    struct store_query q = { subject, source, T0, T0 + DAYS * 86400 };
    struct error err = ERROR_INIT;
    for (size_t i = 0; i < reads; i++) {
        double start = seconds(CLOCK_MONOTONIC);
        check(store_series(s, &q, width, out, count, &err), &err);
        took[i] = (seconds(CLOCK_MONOTONIC) - start) * 1e6;
    }
    qsort(took, reads, sizeof(*took), compare_doubles);
    mem_free(out);
    return took;
}

static void tell_series(struct store *s, const char *what,
                        const char *subject, const char *source,
                        int64_t width)
{
    double *took = read_series(s, subject, source, width, READS);
    printf("%s p50 %.0f us, p95 %.0f us, p99 %.0f us\n", what,
           took[READS / 2], took[READS * 95 / 100], took[READS * 99 / 100]);
    mem_free(took);
}

/* ---- readers: processes of this program, until the writer's pipe ends ---- */

static int reader(const char *folder)
{
    struct error err = ERROR_INIT;
    struct store *s;
    double worst = 0, start = seconds(CLOCK_MONOTONIC);
    size_t reads = 0;
    int gone = 0;
    fcntl(0, F_SETFL, O_NONBLOCK);
    for (char c; !gone; gone = read(0, &c, 1) == 0) {
        check(store_open(&s, folder, STORE_READ, &err), &err);
        double *took = read_series(s, "brand0", NULL, 3600, 100);
        store_close(s);
        reads += 100;
        if (took[98] > worst)
            worst = took[98];
        mem_free(took);
    }
    printf("  a reader   %.0f series a second, p99 of the worst hundred "
           "%.0f us\n", (double)reads / (seconds(CLOCK_MONOTONIC) - start),
           worst);
    return 0;
}

static void write_beside(struct store *s, const char *folder, size_t readers,
                         size_t from, size_t posts, size_t size, size_t all)
{
    int ends[2];
    char what[40];
    if (pipe(ends))
        exit(1);
    fflush(stdout);
    for (size_t i = 0; i < readers; i++)
        if (fork() == 0) {
            dup2(ends[0], 0);
            close(ends[0]);
            close(ends[1]);
            execl("/proc/self/exe", "store", "read", folder, (char *)NULL);
            _exit(1);
        }
    close(ends[0]);
    snprintf(what, sizeof(what), "%zu readers   ", readers);
    write_all(s, what, from, posts, size, all);
    fflush(stdout);
    close(ends[1]);
    while (wait(NULL) > 0)
        ;
}

int main(int argc, char **argv)
{
    char scratch[SCRATCH_ROOM];
    struct error err = ERROR_INIT;
    struct arena memory = { 0 };
    struct store *s;
    struct store_stats st;
    struct rusage use;
    if (argc > 2)
        return reader(argv[2]);
    const char *folder = getenv("FOLDER");
    size_t posts = count_of("POSTS", 1000000);
    size_t batch = count_of("BATCH", 10000);
    size_t more = count_of("READERS_POSTS", 100000), from = posts;
    make_subjects(&memory);
    scratch_make(scratch);
    folder = folder ? folder : scratch;
    check(store_open(&s, folder, STORE_WRITE, &err), &err);
    if (posts)
        write_all(s, "append      ", 0, posts, batch, posts);
    store_stats(s, &st, &err);
    printf("size         %.0f bytes a post (file), %.0f (pages in use)\n",
           (double)st.bytes_file / (double)st.posts,
           (double)st.bytes_used / (double)st.posts);
    tell_series(s, "30 d hourly  busy subject:", "brand0", NULL, 3600);
    tell_series(s, "30 d hourly  rare subject:", "brand999", NULL, 3600);
    tell_series(s, "30 d hourly  busy, one source:", "brand0", "bluesky",
                3600);
    tell_series(s, "30 d quarter busy subject:", "brand0", NULL, 900);
    tell_series(s, "30 d daily   every post:", NULL, NULL, 86400);
    for (size_t n = 1; posts && more && n <= READERS; n *= 2, from += more)
        write_beside(s, folder, n, from, more, batch, posts);
    double start = seconds(CLOCK_MONOTONIC);
    double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    uint64_t differences = 0;
    check(store_verify(s, false, NULL, NULL, &differences, &err), &err);
    printf("verify       %.2f s, %.2f of CPU, %llu differences\n",
           seconds(CLOCK_MONOTONIC) - start,
           seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu,
           (unsigned long long)differences);
    store_close(s);
    start = seconds(CLOCK_MONOTONIC);
    check(store_open(&s, folder, STORE_READ, &err), &err);
    printf("open         %.0f us\n",
           (seconds(CLOCK_MONOTONIC) - start) * 1e6);
    getrusage(RUSAGE_SELF, &use);
    printf("memory       %ld MB at most, the mapped file included\n",
           use.ru_maxrss / 1024);
    store_close(s);
    arena_release(&memory);
    scratch_remove(scratch);
    return differences > 0;
}
