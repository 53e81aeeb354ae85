/* SPDX-License-Identifier: Apache-2.0 */
/* A store that outgrows its address space grows it, and the batch that met
 * the edge is kept once; a reader in another process keeps its moment, also
 * when a compaction puts another file in place. The file's own part is
 * compiled in with a small start; everything else comes from the library. */
#define MAP_START ((size_t)256 * 1024)
#include "store/lmdb.h"
static lmdb_look *meanwhile; /* done before the next try, not a NULL one */
static bool try_later(lmdb_look *look, const struct lmdb *s,
                      const struct lmdb_size *size);
#define lmdb_try try_later
#include "store/lmdb.c"
#undef lmdb_try

#include <signal.h>
#include <sys/wait.h>

#include "tests/unit/storing.h"

enum { POSTS_A_BATCH = 500, BATCHES = 20 };

static void fill(struct fixture *f, int from)
{
    batch_reset(&f->batch);
    for (int i = from; i < from + POSTS_A_BATCH; i++) {
        char id[16];
        snprintf(id, sizeof(id), "%d", i);
        fixture_post(f, id, 1700000000 + i * 60, LABEL_UNSCORED,
                     "A sentence long enough to need some room, again and "
                     "again, until the room is used up.")->author_hash =
            1 + (uint64_t)i;
    }
}

/* An empty store and batch; closed by fixture_close(). */
static struct fixture *opened(void)
{
    static const char *const subjects[] = { "acme" };
    return fixture_open(subjects, 1);
}

/* So many batches are kept; returns their posts. */
static uint64_t append_batches(struct fixture *f, int count)
{
    for (int i = 0; i < count; i++) {
        fill(f, i * POSTS_A_BATCH);
        assert_int_equal(append(f).added, POSTS_A_BATCH);
    }
    return (uint64_t)count * POSTS_A_BATCH;
}

static struct store_stats stats_of(struct fixture *f)
{
    struct store_stats st;
    ok(f, store_stats(f->store, &st, &f->err));
    return st;
}

static void verified(struct fixture *f)
{
    uint64_t differences;
    ok(f, store_verify(f->store, false, NULL, NULL, &differences, &f->err));
    assert_int_equal(differences, 0);
}

static void leave_room(struct fixture *f, size_t pages)
{
    assert_int_equal(mdb_env_set_mapsize(lmdb_of(f->store)->env,
                     stats_of(f).bytes_file + pages * 4096), 0);
}

static void the_map_grows(void **state)
{
    struct fixture *f = opened();
    uint64_t posts = append_batches(f, BATCHES);
    assert_int_equal(stats_of(f).posts, posts);
    assert_true(stats_of(f).bytes_file > 4 * MAP_START);
    verified(f);
    fixture_close(f);
}

/* More than one transaction's posts expire; with room for some 20 to 32 pages
 * the first has found all that it drops when it meets the edge. */
static void the_map_grows_while_posts_expire(void **state)
{
    for (size_t pages = 8; pages <= 48; pages += 4) {
        struct fixture *f = opened();
        uint64_t count, posts = 0;
        for (; posts < 21 * POSTS_A_BATCH; posts += POSTS_A_BATCH) {
            fill(f, (int)posts);
            for (size_t n = 0; n < f->batch.count; n++)
                fixture_mention(f, &f->batch.posts[n], 1);
            append(f);
        }
        ok(f, store_compact(f->store, &f->err));
        leave_room(f, pages);
        ok(f, store_expire(f->store, NULL, 1800000000, &count, &f->err));
        assert_int_equal(count, posts);
        assert_int_equal(stats_of(f).posts, 0);
        assert_true(stats_of(f).bytes_used < stats_of(f).bytes_file / 2);
        fixture_close(f);
    }
}

static void add(struct fixture *f, const char *id, uint64_t author,
                bool deleted)
{
    struct post *p = fixture_post(f, id, 1700000000, LABEL_NEUTRAL, "Short.");
    p->author_hash = author;
    p->deleted = deleted;
}

/* Two of three posts of a day go, by one author, the first of them in a
 * transaction that meets the edge where the map cannot grow: all that it found
 * out of who is left comes to nothing with it. True: it did not meet it. */
static bool fail_with_room(size_t pages)
{
    struct fixture *f = opened();
    struct store_query q = { NULL, NULL, 1699920000, 1700006400 };
    struct store_result r = { 0 };
    uint64_t authors;
    add(f, "a", 1, false);
    add(f, "b", 1, false);
    add(f, "c", 2, false);
    append(f);
    leave_room(f, pages);
    fill(f, 0);
    for (size_t i = 0; i < f->batch.count; i++) /* a day each */
        f->batch.posts[i].created = 1700006400 + (int64_t)i * 86400;
    add(f, "a", 1, true);
    lmdb_of(f->store)->reading++; /* as a reader of this process keeps it */
    bool done = store_append(f->store, &f->batch, &r, &f->err) == 0;
    lmdb_of(f->store)->reading--;
    assert_true(done || f->err.kind == ERROR_FULL);
    batch_reset(&f->batch);
    add(f, "b", 1, true);
    append(f);
    ok(f, store_authors(f->store, &q, &authors, &f->err));
    assert_int_equal(authors, done ? 1 : 2);
    verified(f);
    fixture_close(f);
    return done;
}

static void what_failed_is_forgotten(void **state)
{
    size_t pages = 0;
    while (!fail_with_room(pages))
        pages++;
    assert_true(pages > 20);
}

static int keep(void *context, const char *data, size_t length)
{
    return buf_add(context, data, length);
}

static int next_line(void *context, struct text *line)
{
    const char **at = context, *end = strchrnul(*at, '\n');
    if (!**at)
        return 0;
    *line = (struct text){ *at, (size_t)(end - *at) };
    *at = *end ? end + 1 : end;
    return 1;
}

/* Lines come once, the transaction that writes them may not. */
static void the_map_grows_under_a_load(void **state)
{
    struct fixture *from = opened(), *to = opened();
    struct buf dump = BUF_INIT(0);
    uint64_t posts = append_batches(from, BATCHES);
    ok(from, store_dump(from->store, keep, &dump, &from->err));
    const char *at = buf_text(&dump);
    ok(to, store_load(to->store, next_line, &at, &to->err));
    assert_int_equal(stats_of(to).posts, posts);
    assert_true(stats_of(to).bytes_file > 4 * MAP_START);
    buf_release(&dump);
    fixture_close(from);
    fixture_close(to);
}

/* In the other process: posts that it sees each time it is asked, OVERWRITTEN when
 * they may not be what they were, until the pipe is closed. */
enum { OVERWRITTEN = -1 };

static void read_when_asked(const char *folder, int ask, int answer)
{
    struct store *s = NULL;
    struct store_stats st = { 0 };
    char byte;
    while (read(ask, &byte, 1) == 1) {
        if (byte == 'o')
            store_close(s);
        if (byte == 'o' && store_open(&s, folder, STORE_READ, NULL))
            _exit(1);
        int posts = store_kept(s, NULL) || store_stats(s, &st, NULL)
                        ? OVERWRITTEN : (int)st.posts;
        if (write(answer, &posts, sizeof(posts)) != sizeof(posts))
            _exit(2);
    }
    store_close(s);
    _exit(0);
}

struct other {
    pid_t child;
    int ask, answer;
};

static struct other start_other(struct fixture *f)
{
    int ask[2], answer[2];
    assert_int_equal(pipe(ask) | pipe(answer), 0);
    pid_t child = fork();
    if (child == 0) {
        close(ask[1]); /* or it never ends; and the lock is not its own */
        close(lmdb_of(f->store)->lock);
        read_when_asked(f->folder, ask[0], answer[1]);
    }
    return (struct other){ child, ask[1], answer[0] };
}

/* 'o': it opens the store anew before. */
static int64_t asked(const struct other *o, const char *how)
{
    int posts = 0;
    assert_int_equal(write(o->ask, how, 1), 1);
    assert_int_equal(read(o->answer, &posts, sizeof(posts)), sizeof(posts));
    return posts;
}

static void end_other(const struct other *o)
{
    int status;
    close(o->ask);
    assert_int_equal(waitpid(o->child, &status, 0), o->child);
    assert_int_equal(status, 0);
}

static void a_reader_keeps_its_moment(void **state)
{
    struct fixture *f = opened();
    struct other reader = start_other(f);
    int64_t added = 0;
    for (int i = 0; i < BATCHES; i++) {
        assert_int_equal(asked(&reader, "o"), added);
        fill(f, i * POSTS_A_BATCH);
        int64_t more = (int64_t)append(f).added;
        if (i % 5 == 4)
            ok(f, store_compact(f->store, &f->err));
        assert_int_equal(asked(&reader, "?"), added);
        added += more;
    }
    end_other(&reader);
    fixture_close(f);
}

/* As a compaction that is killed before it puts the new file in place. */
static void lose_reader_table(struct fixture *f)
{
    char path[SCRATCH_ROOM + 16];
    snprintf(path, sizeof(path), "%s/lock.mdb", f->folder);
    store_close(f->store);
    assert_int_equal(unlink(path), 0);
    ok(f, store_open(&f->store, f->folder, STORE_WRITE, &f->err));
}

/* No writer knows of it: what it reads then may be written anew. */
static void a_reader_without_its_table_says_so(void **state)
{
    struct fixture *f = opened();
    struct other reader = start_other(f);
    append_batches(f, 1);
    assert_int_equal(asked(&reader, "o"), POSTS_A_BATCH);
    lose_reader_table(f);
    assert_int_equal(asked(&reader, "?"), POSTS_A_BATCH);
    for (int i = 1; i < 4; i++) {
        fill(f, i * POSTS_A_BATCH);
        append(f);
    }
    assert_int_equal(asked(&reader, "?"), OVERWRITTEN);
    assert_int_equal(asked(&reader, "o"), 4 * POSTS_A_BATCH);
    end_other(&reader);
    fixture_close(f);
}

/* Pages at the end of the file that nothing is kept in. */
static size_t free_at_end(struct fixture *f)
{
    struct txn t;
    struct lmdb_size size;
    ok(f, lmdb_read_begin(f->store, &t, &f->err));
    assert_int_equal(lmdb_measure(t.s, &size), 0);
    bool *free_ones = mem_alloc(size.pages);
    struct scan r = scan_from(t, FREE_PAGES, NULL, 0);
    for (; r.rc == 0; scan_next(&r)) {
        const size_t *list = r.value.mv_data;
        for (size_t i = 1; i <= list[0]; i++)
            free_ones[list[i]] = true;
    }
    ok(f, lmdb_read_end(t, scan_end(&r), "counting", &f->err));
    size_t count = 0;
    while (free_ones[size.pages - 1 - count])
        count++;
    mem_free(free_ones);
    return count;
}

static bool try_later(lmdb_look *look, const struct lmdb *s,
                      const struct lmdb_size *size)
{
    lmdb_look *first = meanwhile;
    meanwhile = NULL;
    if (first)
        assert_true(lmdb_try(first, s, size));
    return lmdb_try(look, s, size);
}

/* The free pages at the end are written. */
static bool write_big(const struct lmdb *s, const struct lmdb_size *size)
{
    struct store *store;
    struct text value = { mem_alloc(1 << 20), 1 << 20 };
    (void)size;
    return store_open(&store, s->path, STORE_CHANGE, NULL) == 0 &&
           store_note_put(store, "a/big", value, NULL) == 0;
}

/* Free pages at the end may never have been written: the file is whole. */
static void a_file_may_lack_free_pages(void **state)
{
    struct fixture *f = opened();
    uint64_t posts = append_batches(f, 2);
    char path[SCRATCH_ROOM + 16], *big = mem_alloc(1 << 20);
    struct text value = { big, 1 << 20 };
    ok(f, store_note_put(f->store, "a/big", value, &f->err));
    ok(f, store_note_put(f->store, "a/big", TEXT(""), &f->err));
    size_t count = 0;
    for (int i = 0; i < 20 && !count; i++) {
        ok(f, store_note_put(f->store, "a/small", TEXT("x"), &f->err));
        count = free_at_end(f);
    }
    assert_true(count > 0);
    off_t size = (off_t)(stats_of(f).bytes_file - count * 4096);
    snprintf(path, sizeof(path), "%s/data.mdb", f->folder);
    store_close(f->store);
    assert_int_equal(truncate(path, size), 0);
    signal(SIGCHLD, SIG_IGN); /* as some start what they run */
    ok(f, store_open(&f->store, f->folder, STORE_READ, &f->err));
    assert_int_equal(stats_of(f).posts, posts);
    store_close(f->store);
    ok(f, store_open(&f->store, f->folder, STORE_WRITE, &f->err));
    verified(f);
    store_close(f->store);
    meanwhile = write_big;
    ok(f, store_open(&f->store, f->folder, STORE_READ, &f->err));
    assert_null(meanwhile);
    verified(f);
    store_close(f->store);
    assert_int_equal(truncate(path, size - 4096), 0);
    assert_int_equal(store_open(&f->store, f->folder, STORE_WRITE, &f->err),
                     -1);
    assert_int_equal(f->err.kind, ERROR_CORRUPT);
    f->store = NULL;
    mem_free(big);
    fixture_close(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_map_grows),
        cmocka_unit_test(the_map_grows_while_posts_expire),
        cmocka_unit_test(what_failed_is_forgotten),
        cmocka_unit_test(the_map_grows_under_a_load),
        cmocka_unit_test(a_reader_keeps_its_moment),
        cmocka_unit_test(a_reader_without_its_table_says_so),
        cmocka_unit_test(a_file_may_lack_free_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
