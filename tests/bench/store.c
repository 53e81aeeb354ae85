/* SPDX-License-Identifier: Apache-2.0 */
/* How fast posts become durable and windows are read: POSTS (1,000,000)
 * made-up tagged posts over 30 days, 4 sources, 10,000 subjects by Zipf, in
 * transactions of BATCH (10,000). Making the posts is not timed. FOLDER says
 * where (a fresh folder under TMPDIR otherwise). Judges nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "store/store.h"
#include "tests/unit/scratch.h"

enum { SUBJECTS = 10000, SOURCES = 4, DAYS = 30, T0 = 20000 * 86400,
       READS = 2000 };

static uint64_t state = 42;

static double uniform(void)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (double)(state >> 11) / (double)(1ull << 53);
}

static unsigned roll(unsigned sides)
{
    return (unsigned)(uniform() * sides);
}

static double seconds(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static size_t count_of(const char *name, size_t otherwise)
{
    const char *value = getenv(name);
    return value ? strtoull(value, NULL, 10) : otherwise;
}

static const char *subjects[SUBJECTS];
static double zipf[SUBJECTS];

static void make_subjects(struct arena *memory)
{
    double sum = 0;
    for (int i = 0; i < SUBJECTS; i++) {
        char name[16];
        int length = snprintf(name, sizeof(name), "brand%d", i);
        subjects[i] = arena_copy(memory, name, (size_t)length);
        zipf[i] = sum += 1.0 / (i + 1);
    }
    for (int i = 0; i < SUBJECTS; i++)
        zipf[i] /= sum;
}

static uint32_t pick_subject(void)
{
    double u = uniform();
    uint32_t i = 0;
    while (i < SUBJECTS - 1 && zipf[i] < u)
        i++;
    return i;
}

static struct text words(struct arena *memory, size_t count)
{
    static const char *const list[] = { "parcel", "late", "again", "the",
        "app", "shows", "nothing", "they", "said", "tomorrow", "lovely",
        "jacket", "but", "sleeves", "too", "short", "returned", "queue" };
    char text[400];
    size_t used = 0;
    while (count-- && used < 380)
        used += (size_t)snprintf(text + used, sizeof(text) - used, "%s ",
                                 list[roll(18)]);
    return (struct text){ arena_copy(memory, text, used), used };
}

static struct text format_id(struct arena *memory, const char *form,
                             unsigned writer, uint64_t number)
{
    char text[200];
    int n = snprintf(text, sizeof(text), form, writer, writer * 7919ull,
                     (unsigned long long)number);
    return (struct text){ arena_copy(memory, text, (size_t)n), (size_t)n };
}

static void make_post(struct batch *b, size_t i, size_t all)
{
    static const char *const sources[SOURCES] = { "bluesky", "mastodon",
                                                  "lemmy", "forum" };
    struct post *p = batch_add(b);
    unsigned writer = roll(200000);
    p->source = text_of(sources[roll(SOURCES)]);
    p->created = T0 + (int64_t)((double)i / (double)all * DAYS * 86400);
    p->native_id = format_id(&b->memory,
        "at://did:plc:%06x%018llx/app.bsky.feed.post/%013llu", writer, i);
    p->url = format_id(&b->memory,
        "https://bsky.example/profile/did:plc:%06x%018llx/post/%013llu",
        writer, i);
    p->text = words(&b->memory, 16 + roll(14));
    p->author_hash = 1 + writer;
    p->fetched = p->created + 60;
    memcpy(p->language, "en", 3);
    p->confidence = 90;
    p->likes = roll(30);
    uint32_t count = 1 + (roll(10) < 3);
    p->mentions = arena_alloc(&b->memory, 2 * sizeof(*p->mentions));
    p->tags.label = (uint8_t)(1 + roll(3));
    p->tags.score = (int16_t)((int)roll(2001) - 1000);
    p->tags.aspects = (uint16_t)(1 << roll(ASPECT_COUNT));
    p->tags.channels = (uint8_t)(1 << roll(CHANNEL_COUNT));
    p->tags.intents = (uint8_t)(1 << roll(INTENT_COUNT));
    for (uint32_t m = 0; m < count; m++)
        p->mentions[p->mention_count++] = (struct mention){
            .subject = pick_subject(), .span = { 10, 6 }, .tags = p->tags };
}

static void write_all(struct store *s, size_t posts, size_t size)
{
    struct batch b;
    struct store_result r = { 0 };
    struct error err = ERROR_INIT;
    double wall = 0, cpu = 0;
    batch_init(&b);
    for (size_t i = 0; i < posts; i += size) {
        batch_reset(&b);
        b.subjects = subjects;
        b.subject_count = SUBJECTS;
        b.rules = 1;
        for (size_t j = i; j < i + size && j < posts; j++)
            make_post(&b, j, posts);
        double w = seconds(CLOCK_MONOTONIC);
        double c = seconds(CLOCK_PROCESS_CPUTIME_ID);
        if (store_append(s, &b, &r, &err)) {
            fprintf(stderr, "%s\n", err.text);
            exit(1);
        }
        wall += seconds(CLOCK_MONOTONIC) - w;
        cpu += seconds(CLOCK_PROCESS_CPUTIME_ID) - c;
    }
    printf("append       %zu a transaction: %.0f posts/s, %.0f a CPU second\n",
           size, (double)posts / wall, (double)posts / cpu);
    batch_release(&b);
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void read_series(struct store *s, const char *what,
                        const char *subject, const char *source,
                        int64_t width)
{
    static double took[READS];
    size_t count = (size_t)(DAYS * 86400 / width);
    struct counts *out = mem_alloc(count * sizeof(*out));
    struct store_query q = { subject, source, T0, T0 + DAYS * 86400 };
    struct error err = ERROR_INIT;
    for (int i = 0; i < READS; i++) {
        double start = seconds(CLOCK_MONOTONIC);
        if (store_series(s, &q, width, out, count, &err))
            fprintf(stderr, "%s\n", err.text);
        took[i] = (seconds(CLOCK_MONOTONIC) - start) * 1e6;
    }
    qsort(took, READS, sizeof(*took), compare_doubles);
    printf("%s p50 %.0f us, p99 %.0f us\n", what, took[READS / 2],
           took[READS * 99 / 100]);
    mem_free(out);
}

int main(void)
{
    char scratch[SCRATCH_ROOM];
    const char *folder = getenv("FOLDER");
    struct error err = ERROR_INIT;
    struct arena memory = { 0 };
    struct store *s;
    struct store_stats st;
    struct rusage use;
    size_t posts = count_of("POSTS", 1000000);
    make_subjects(&memory);
    scratch_make(scratch);
    if (store_open(&s, folder ? folder : scratch, STORE_WRITE, &err) != 0) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    write_all(s, posts, count_of("BATCH", 10000));
    store_stats(s, &st, &err);
    printf("size         %.0f bytes a post (file), %.0f (pages in use)\n",
           (double)st.bytes_file / (double)st.posts,
           (double)st.bytes_used / (double)st.posts);
    if (getenv("APPEND_ONLY"))
        return 0;
    read_series(s, "30 d hourly  busy subject:", "brand0", NULL, 3600);
    read_series(s, "30 d hourly  rare subject:", "brand99", NULL, 3600);
    read_series(s, "30 d hourly  busy, one source:", "brand0", "bluesky",
                3600);
    read_series(s, "30 d quarter busy subject:", "brand0", NULL, 900);
    read_series(s, "30 d daily   every post:", NULL, NULL, 86400);
    double start = seconds(CLOCK_MONOTONIC);
    uint64_t differences = 0;
    store_verify(s, false, NULL, NULL, &differences, &err);
    printf("verify       %.2f s, %llu differences\n",
           seconds(CLOCK_MONOTONIC) - start, (unsigned long long)differences);
    getrusage(RUSAGE_SELF, &use);
    printf("memory       %ld MB at most, the mapped file included\n",
           use.ru_maxrss / 1024);
    store_close(s);
    arena_release(&memory);
    scratch_remove(scratch);
    return 0;
}
