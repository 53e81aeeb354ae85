/* SPDX-License-Identifier: Apache-2.0 */
/* A store that outgrows its address space grows it, and the batch that met
 * the edge is kept once. The file's own part is compiled in with a small
 * start; everything else comes from the library. */
#define MAP_START ((size_t)256 * 1024)
#include "store/lmdb.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "tests/unit/scratch.h"

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
    (void)state;
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
    assert_true(st.map_size >= st.bytes_file);
    assert_int_equal(store_verify(s, false, NULL, NULL, &differences, &err),
                     0);
    assert_int_equal(differences, 0);
    store_close(s);
    batch_release(&b);
    scratch_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(the_map_grows) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
