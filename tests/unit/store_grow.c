/* SPDX-License-Identifier: Apache-2.0 */
/* A store that outgrows its address space grows it, and the batch that met
 * the edge is kept once; a reader in another process follows, also when a
 * compaction puts another file in place. The file's own part is compiled in
 * with a small start; everything else comes from the library. */
#define MAP_START ((size_t)256 * 1024)
#include "store/lmdb.c"

#include <sys/wait.h>

#include "tests/unit/scratch.h"
#include "tests/unit/test.h"

enum { POSTS_A_BATCH = 500, BATCHES = 20 };

static void fill(struct batch *b, int from)
{
    batch_reset(b);
    for (int i = from; i < from + POSTS_A_BATCH; i++) {
        char id[16];
        int length = snprintf(id, sizeof(id), "%d", i);
        struct post *p = batch_add(b);
        p->source = TEXT("forum");
        p->native_id = (struct text){
            arena_copy(&b->memory, id, (size_t)length), (size_t)length };
        p->text = TEXT("A sentence long enough to need some room, again and "
                       "again, until the room is used up.");
        p->created = 1700000000 + i * 60;
        p->author_hash = 1 + (uint64_t)i;
    }
}

static void the_map_grows(void **state)
{
    struct store *s;
    struct batch b;
    struct store_stats st;
    struct store_result r = { 0 };
    struct error err = ERROR_INIT;
    char folder[SCRATCH_ROOM];
    uint64_t differences;
    scratch_make(folder);
    batch_init(&b);
    if (store_open(&s, folder, STORE_WRITE, &err))
        fail_msg("%s", err.text);
    for (int i = 0; i < BATCHES; i++) {
        fill(&b, i * POSTS_A_BATCH);
        if (store_append(s, &b, &r, &err))
            fail_msg("%s", err.text);
    }
    assert_int_equal(r.added, BATCHES * POSTS_A_BATCH);
    assert_int_equal(store_stats(s, &st, &err), 0);
    assert_int_equal(st.posts, BATCHES * POSTS_A_BATCH);
    assert_true(st.bytes_file > 4 * MAP_START);
    assert_int_equal(store_verify(s, false, NULL, NULL, &differences, &err),
                     0);
    assert_int_equal(differences, 0);
    store_close(s);
    batch_release(&b);
    scratch_remove(folder);
}

/* More than one transaction's posts expire; with room for some 20 to 32 pages
 * the first has found all that it drops when it meets the edge. */
static void expire_with_room(size_t pages)
{
    enum { BATCHES_HERE = 21 };
    static const char *const subjects[] = { "acme" };
    char folder[SCRATCH_ROOM];
    struct store *s;
    struct store_stats st;
    struct store_result r = { 0 };
    struct mention mention = { .subject = 0 };
    struct batch b;
    uint64_t count;
    batch_init(&b);
    b.subjects = subjects;
    b.subject_count = 1;
    scratch_make(folder);
    assert_int_equal(store_open(&s, folder, STORE_WRITE, NULL), 0);
    for (int i = 0; i < BATCHES_HERE; i++) {
        fill(&b, i * POSTS_A_BATCH);
        for (size_t n = 0; n < b.count; n++) {
            b.posts[n].mentions = &mention;
            b.posts[n].mention_count = 1;
        }
        assert_int_equal(store_append(s, &b, &r, NULL), 0);
    }
    assert_int_equal(store_compact(s, NULL), 0);
    assert_int_equal(store_stats(s, &st, NULL), 0);
    assert_int_equal(mdb_env_set_mapsize(lmdb_of(s)->env, st.bytes_file +
                                         pages * 4096), 0);
    assert_int_equal(store_expire(s, NULL, 1800000000, &count, NULL), 0);
    assert_int_equal(count, BATCHES_HERE * POSTS_A_BATCH);
    assert_int_equal(store_stats(s, &st, NULL), 0);
    assert_int_equal(st.posts, 0);
    store_close(s);
    batch_release(&b);
    scratch_remove(folder);
}

static void the_map_grows_while_posts_expire(void **state)
{
    for (size_t pages = 8; pages <= 48; pages += 4)
        expire_with_room(pages);
}

static void one_post(struct batch *b, const char *id, uint64_t author,
                     bool deleted)
{
    struct post *p = batch_add(b);
    p->source = TEXT("forum");
    p->native_id = text_of(id);
    p->text = TEXT("Short.");
    p->created = 1700000000;
    p->author_hash = author;
    p->deleted = deleted;
}

/* Two of three posts of a day go, by one author, the first of them in a
 * transaction that meets the edge where the map cannot grow: all that it found
 * out of who is left comes to nothing with it. True: it did not meet it. */
static bool fail_with_room(size_t pages)
{
    char folder[SCRATCH_ROOM];
    struct store *s;
    struct store_stats st;
    struct store_result r = { 0 };
    struct store_query q = { NULL, NULL, 1699920000, 1700006400 };
    struct batch b;
    struct error err = ERROR_INIT;
    uint64_t authors, differences;
    batch_init(&b);
    scratch_make(folder);
    assert_int_equal(store_open(&s, folder, STORE_WRITE, NULL), 0);
    one_post(&b, "a", 1, false);
    one_post(&b, "b", 1, false);
    one_post(&b, "c", 2, false);
    assert_int_equal(store_append(s, &b, &r, NULL), 0);
    assert_int_equal(store_stats(s, &st, NULL), 0);
    assert_int_equal(mdb_env_set_mapsize(lmdb_of(s)->env, st.bytes_file +
                                         pages * 4096), 0);
    fill(&b, 0);
    for (size_t i = 0; i < b.count; i++) /* a day each, behind the other */
        b.posts[i].created = 1700006400 + (int64_t)i * 86400;
    one_post(&b, "a", 1, true);
    lmdb_of(s)->reading++; /* as a reader of this process would keep it */
    bool done = store_append(s, &b, &r, &err) == 0;
    lmdb_of(s)->reading--;
    assert_true(done || err.kind == ERROR_FULL);
    batch_reset(&b);
    one_post(&b, "b", 1, true);
    assert_int_equal(store_append(s, &b, &r, NULL), 0);
    assert_int_equal(store_authors(s, &q, &authors, NULL), 0);
    assert_int_equal(authors, done ? 1 : 2);
    assert_int_equal(store_verify(s, false, NULL, NULL, &differences, NULL),
                     0);
    assert_int_equal(differences, 0);
    store_close(s);
    batch_release(&b);
    scratch_remove(folder);
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
    struct store *s;
    struct batch b;
    struct store_stats st;
    struct store_result r = { 0 };
    struct buf dump = BUF_INIT(0);
    char from[SCRATCH_ROOM], to[SCRATCH_ROOM];
    scratch_make(from);
    scratch_make(to);
    batch_init(&b);
    assert_int_equal(store_open(&s, from, STORE_WRITE, NULL), 0);
    for (int i = 0; i < BATCHES; i++) {
        fill(&b, i * POSTS_A_BATCH);
        assert_int_equal(store_append(s, &b, &r, NULL), 0);
    }
    assert_int_equal(store_dump(s, keep, &dump, NULL), 0);
    store_close(s);
    const char *at = buf_text(&dump);
    assert_int_equal(store_open(&s, to, STORE_WRITE, NULL), 0);
    assert_int_equal(store_load(s, next_line, &at, NULL), 0);
    assert_int_equal(store_stats(s, &st, NULL), 0);
    assert_int_equal(st.posts, BATCHES * POSTS_A_BATCH);
    assert_true(st.bytes_file > 4 * MAP_START);
    store_close(s);
    buf_release(&dump);
    batch_release(&b);
    scratch_remove(from);
    scratch_remove(to);
}

/* In the other process: posts that it sees each time it is asked, until the
 * pipe is closed. */
static void read_when_asked(const char *folder, int ask, int answer)
{
    struct store *s;
    struct store_stats st = { 0 };
    char byte;
    if (store_open(&s, folder, STORE_READ, NULL))
        _exit(1);
    while (read(ask, &byte, 1) == 1) {
        if (store_stats(s, &st, NULL) ||
            write(answer, &st.posts, sizeof(st.posts)) != sizeof(st.posts))
            _exit(2);
    }
    store_close(s);
    _exit(0);
}

static uint64_t asked(int ask, int answer)
{
    uint64_t posts = 0;
    assert_int_equal(write(ask, "?", 1), 1);
    assert_int_equal(read(answer, &posts, sizeof(posts)), sizeof(posts));
    return posts;
}

static void a_reader_follows(void **state)
{
    struct store *s;
    struct batch b;
    struct store_result r = { 0 };
    char folder[SCRATCH_ROOM];
    int ask[2], answer[2], status;
    scratch_make(folder);
    batch_init(&b);
    assert_int_equal(store_open(&s, folder, STORE_WRITE, NULL), 0);
    assert_int_equal(pipe(ask) | pipe(answer), 0);
    pid_t child = fork();
    if (child == 0) {
        close(ask[1]);
        read_when_asked(folder, ask[0], answer[1]);
    }
    assert_int_equal(asked(ask[1], answer[0]), 0);
    for (int i = 0; i < BATCHES; i++) {
        fill(&b, i * POSTS_A_BATCH);
        assert_int_equal(store_append(s, &b, &r, NULL), 0);
        if (i % 5 == 4)
            assert_int_equal(store_compact(s, NULL), 0);
        assert_int_equal(asked(ask[1], answer[0]), r.added);
    }
    close(ask[1]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    store_close(s);
    batch_release(&b);
    scratch_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_map_grows),
        cmocka_unit_test(the_map_grows_while_posts_expire),
        cmocka_unit_test(what_failed_is_forgotten),
        cmocka_unit_test(the_map_grows_under_a_load),
        cmocka_unit_test(a_reader_follows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
