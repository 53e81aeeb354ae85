/* SPDX-License-Identifier: Apache-2.0 */
/* What store.c measures, done by SQLite: the same posts, WAL, prepared
 * statements, keys in the same order, counters merged in memory and sorted
 * before they are written. It is spared much: five counters instead of 61, no
 * author sketches, no second row of hours, no check of what a known post
 * changes. SYNC: NORMAL (its commits may be lost with the power) or FULL. */
#include <sqlite3.h>

#include "base/hash.h"
#include "tests/bench/made.h"
#include "tests/unit/scratch.h"

enum { READS = 500 };

/* day, subject, source, quarter: as one number to sort by */
struct count { uint64_t key; int64_t posts, positive, negative, score; };

struct bench {
    sqlite3 *db;
    sqlite3_stmt *find, *post, *id, *mention, *window, *day;
    struct count *counts;
    size_t count, room;
};

static void check(struct bench *b, int rc)
{
    if (rc == SQLITE_OK || rc == SQLITE_DONE || rc == SQLITE_ROW)
        return;
    fprintf(stderr, "sqlite: %s\n", sqlite3_errmsg(b->db));
    exit(1);
}

static void run(struct bench *b, const char *sql)
{
    check(b, sqlite3_exec(b->db, sql, NULL, NULL, NULL));
}

static sqlite3_stmt *prepare(struct bench *b, const char *sql)
{
    sqlite3_stmt *s;
    check(b, sqlite3_prepare_v2(b->db, sql, -1, &s, NULL));
    return s;
}

static void step(struct bench *b, sqlite3_stmt *s)
{
    check(b, sqlite3_step(s));
    check(b, sqlite3_reset(s));
}

static void bench_open(struct bench *b, const char *path, const char *sync)
{
    char sql[80];
    check(b, sqlite3_open(path, &b->db));
    run(b, "PRAGMA journal_mode=WAL; PRAGMA cache_size=-262144");
    snprintf(sql, sizeof(sql), "PRAGMA synchronous=%s", sync);
    run(b, sql);
    run(b, "CREATE TABLE posts(created INT, hash INT, author INT, text TEXT,"
           " url TEXT, native_id TEXT, tags INT, PRIMARY KEY(created, hash))"
           " WITHOUT ROWID;"
           "CREATE TABLE ids(source INT, tail TEXT, hash INT, created INT,"
           " PRIMARY KEY(source, tail, hash)) WITHOUT ROWID;"
           "CREATE TABLE mentions(hour INT, subject INT, created INT,"
           " hash INT, author INT, PRIMARY KEY(hour, subject, created, hash))"
           " WITHOUT ROWID;"
           "CREATE TABLE windows(key INTEGER PRIMARY KEY, posts INT,"
           " positive INT, negative INT, score INT)");
    b->find = prepare(b, "SELECT created FROM ids "
                         "WHERE source=? AND tail=? AND hash=?");
    b->post = prepare(b, "INSERT INTO posts VALUES(?,?,?,?,?,?,?)");
    b->id = prepare(b, "INSERT INTO ids VALUES(?,?,?,?)");
    b->mention = prepare(b, "INSERT INTO mentions VALUES(?,?,?,?,?)");
    b->window = prepare(b, "INSERT INTO windows VALUES(?,?,?,?,?) "
        "ON CONFLICT DO UPDATE SET posts=posts+excluded.posts,"
        "positive=positive+excluded.positive,"
        "negative=negative+excluded.negative,score=score+excluded.score");
    b->day = prepare(b, "SELECT key, posts, positive, negative, score "
                        "FROM windows WHERE key BETWEEN ? AND ?");
}

static uint64_t window_key(const struct post *p, uint64_t subject)
{
    uint64_t source = p->source.length; /* each has its own */
    return (uint64_t)(p->created / 86400) << 40 | subject << 16 |
           source << 7 | (uint64_t)(p->created % 86400 / 900);
}

static void count(struct bench *b, const struct post *p, uint64_t subject)
{
    b->counts = mem_grow(b->counts, &b->room, b->count, sizeof(*b->counts));
    b->counts[b->count++] = (struct count){ window_key(p, subject), 1,
        p->tags.label == LABEL_POSITIVE, p->tags.label == LABEL_NEGATIVE,
        p->tags.score };
}

static int compare_counts(const void *a, const void *b)
{
    const struct count *x = a, *y = b;
    return x->key < y->key ? -1 : x->key > y->key;
}

static void write_counts(struct bench *b)
{
    size_t merged = 0;
    qsort(b->counts, b->count, sizeof(*b->counts), compare_counts);
    for (size_t i = 0; i < b->count; i++) {
        struct count *to = &b->counts[merged], *c = &b->counts[i];
        if (i && to->key == c->key) {
            to->posts += c->posts;
            to->positive += c->positive;
            to->negative += c->negative;
            to->score += c->score;
        } else {
            b->counts[i ? ++merged : 0] = *c;
        }
    }
    for (size_t i = 0; i <= merged && b->count; i++) {
        struct count *c = &b->counts[i];
        sqlite3_bind_int64(b->window, 1, (int64_t)c->key);
        sqlite3_bind_int64(b->window, 2, c->posts);
        sqlite3_bind_int64(b->window, 3, c->positive);
        sqlite3_bind_int64(b->window, 4, c->negative);
        sqlite3_bind_int64(b->window, 5, c->score);
        step(b, b->window);
    }
    b->count = 0;
}

static void bind_text(sqlite3_stmt *s, int place, struct text t)
{
    sqlite3_bind_text(s, place, t.data, (int)t.length, SQLITE_STATIC);
}

static void write_post(struct bench *b, const struct post *p)
{
    int64_t hash = (int64_t)hash64(p->native_id.data, p->native_id.length);
    const char *slash = memrchr(p->native_id.data, '/', p->native_id.length);
    struct text tail = text_of(slash + 1);
    sqlite3_bind_int64(b->find, 1, (int64_t)p->source.length);
    bind_text(b->find, 2, tail);
    sqlite3_bind_int64(b->find, 3, hash);
    if (sqlite3_step(b->find) == SQLITE_ROW)
        exit(3); /* the made-up posts are all new */
    sqlite3_reset(b->find);
    sqlite3_bind_int64(b->post, 1, p->created);
    sqlite3_bind_int64(b->post, 2, hash);
    sqlite3_bind_int64(b->post, 3, (int64_t)p->author_hash);
    bind_text(b->post, 4, p->text);
    bind_text(b->post, 5, p->url);
    bind_text(b->post, 6, p->native_id);
    sqlite3_bind_int64(b->post, 7, p->tags.aspects);
    step(b, b->post);
    sqlite3_bind_int64(b->id, 1, (int64_t)p->source.length);
    bind_text(b->id, 2, tail);
    sqlite3_bind_int64(b->id, 3, hash);
    sqlite3_bind_int64(b->id, 4, p->created);
    step(b, b->id);
    count(b, p, 0);
    for (uint32_t i = 0; i < p->mention_count; i++) {
        uint32_t subject = p->mentions[i].subject;
        if (i && subject == p->mentions[0].subject)
            continue;
        sqlite3_bind_int64(b->mention, 1, p->created / 3600);
        sqlite3_bind_int64(b->mention, 2, subject);
        sqlite3_bind_int64(b->mention, 3, p->created);
        sqlite3_bind_int64(b->mention, 4, hash);
        sqlite3_bind_int64(b->mention, 5, (int64_t)p->author_hash);
        step(b, b->mention);
        count(b, p, subject + 1);
    }
}

static void write_all(struct bench *s, size_t posts, size_t size)
{
    struct batch b;
    double wall = 0, cpu = 0;
    batch_init(&b);
    for (size_t i = 0; i < posts; i += size) {
        make_batch(&b, i, i + size < posts ? i + size : posts, posts);
        double w = seconds(CLOCK_MONOTONIC);
        double c = seconds(CLOCK_PROCESS_CPUTIME_ID);
        run(s, "BEGIN");
        for (size_t j = 0; j < b.count; j++)
            write_post(s, &b.posts[j]);
        write_counts(s);
        run(s, "COMMIT");
        wall += seconds(CLOCK_MONOTONIC) - w;
        cpu += seconds(CLOCK_PROCESS_CPUTIME_ID) - c;
    }
    printf("append       %zu a transaction: %.0f posts/s, %.0f a CPU "
           "second\n", size, (double)posts / wall, (double)posts / cpu);
    batch_release(&b);
}

/* 30 days by the hour of the busiest subject, a search a day. */
static void read_series(struct bench *b)
{
    static double took[READS];
    static struct count hours[DAYS * 24];
    for (int i = 0; i < READS; i++) {
        double start = seconds(CLOCK_MONOTONIC);
        memset(hours, 0, sizeof(hours));
        for (int64_t day = 0; day < DAYS; day++) {
            int64_t key = (T0 / 86400 + day) << 40 | 1 << 16;
            sqlite3_bind_int64(b->day, 1, key);
            sqlite3_bind_int64(b->day, 2, key | 0xffff);
            while (sqlite3_step(b->day) == SQLITE_ROW) {
                struct count *c = &hours[day * 24 +
                    (sqlite3_column_int64(b->day, 0) & 0x7f) / 4];
                c->posts += sqlite3_column_int64(b->day, 1);
                c->positive += sqlite3_column_int64(b->day, 2);
                c->negative += sqlite3_column_int64(b->day, 3);
                c->score += sqlite3_column_int64(b->day, 4);
            }
            sqlite3_reset(b->day);
        }
        took[i] = (seconds(CLOCK_MONOTONIC) - start) * 1e6;
    }
    qsort(took, READS, sizeof(*took), compare_doubles);
    printf("30 d hourly  busy subject: p50 %.0f us, p99 %.0f us\n",
           took[READS / 2], took[READS * 99 / 100]);
}

int main(void)
{
    char folder[SCRATCH_ROOM], path[SCRATCH_ROOM + 8];
    const char *sync = getenv("SYNC");
    struct bench b = { 0 };
    struct arena memory = { 0 };
    struct stat st;
    size_t posts = count_of("POSTS", 1000000);
    make_subjects(&memory);
    scratch_make(folder);
    snprintf(path, sizeof(path), "%s/db", folder);
    bench_open(&b, path, sync ? sync : "NORMAL");
    write_all(&b, posts, count_of("BATCH", 10000));
    run(&b, "PRAGMA wal_checkpoint(TRUNCATE)");
    if (stat(path, &st) == 0)
        printf("size         %.0f bytes a post (file)\n",
               (double)st.st_size / (double)posts);
    read_series(&b);
    sqlite3_stmt *const all[] = { b.find, b.post, b.id, b.mention, b.window,
                                  b.day };
    for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
        sqlite3_finalize(all[i]);
    sqlite3_close(b.db);
    mem_free(b.counts);
    arena_release(&memory);
    scratch_remove(folder);
    return 0;
}
