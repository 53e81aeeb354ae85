/* SPDX-License-Identifier: Apache-2.0 */
/* A service that lists posts newest first, with all its habits, against
 * walk.c: whatever happens between rounds, each post is met. */
#include "base/walk.h"
#include "tests/unit/test.h"

enum { LIMIT = 10, MOST = 2000 };

/* posts[i] was published at second i; token is the id below which to go. */
struct service {
    bool there[MOST];
    int newest;
    unsigned requests;
    bool same_page;    /* fault: ignores the token */
    int hole;          /* one empty page with a token here */
    struct buf cursor;
};

static bool got[MOST];
static int64_t complete; /* from when on, says the last round */
static int64_t since;    /* how far back it goes; 100 unless asked for more */

/* One page. -2: broke off before it. */
static int page(struct service *s, struct walk *w, struct walk_list *l)
{
    int at = *l->token && !s->same_page ? (int)strtol(l->token, NULL, 10)
                                        : s->newest + 1;
    char id[16], next[16] = "";
    int count = 0;
    s->requests++;
    walk_page(w, l);
    if (s->hole && at == s->hole) {
        s->hole = 0;
        snprintf(next, sizeof(next), "%d", at);
        /* another token for the same place */
        char other[18];
        snprintf(other, sizeof(other), "%d.", at);
        return walk_page_end(w, l, text_of(other));
    }
    for (at--; at >= 0 && count < LIMIT; at--)
        if (s->there[at]) {
            snprintf(id, sizeof(id), "%d", at);
            if (walk_saw(w, l, text_of(id), text_of(id), at))
                got[at] = true;
            count++;
        }
    if (at >= 0 || count)
        snprintf(next, sizeof(next), "%d", at + 1);
    return walk_page_end(w, l, text_of(count ? next : ""));
}

/* A round of at most pages; returns the last verdict. */
static int round_of(struct service *s, int64_t now, unsigned pages,
                    struct walk_ring *gone)
{
    struct walk w;
    int verdict = 1;
    walk_open(&w, buf_text(&s->cursor), now, since, since < 100, 20);
    struct walk_list *l = walk_list(&w, "tag/acme");
    while (verdict > 0 && pages--)
        verdict = page(s, &w, l);
    if (gone) {
        *gone = l->gone;
        l->gone.count = 0;
    }
    complete = walk_complete_from(&w);
    walk_save(&w, &s->cursor);
    walk_close(&w);
    return verdict;
}

/* A round that ends the walk, and how many requests it took. */
static unsigned requests_at(struct service *s, int64_t now)
{
    s->requests = 0;
    assert_int_equal(round_of(s, now, 100, NULL), 0);
    return s->requests;
}

static void publish(struct service *s, int upto)
{
    for (; s->newest < upto; s->there[++s->newest] = true)
        ;
}

static unsigned missing(const struct service *s, int from)
{
    unsigned count = 0;
    for (int i = from; i <= s->newest; i++)
        count += s->there[i] && !got[i];
    return count;
}

static void forget(void)
{
    memset(got, 0, sizeof(got));
    since = 100;
}

/* All that there is up to here was read. */
static void first_walk(struct service *s, int upto)
{
    *s = (struct service){ .newest = -1 };
    forget();
    publish(s, upto);
    requests_at(s, upto + 1);
}

/* Rounds of a few pages, a second apart, end a walk. */
static void rounds_of(struct service *s, int64_t now, unsigned pages)
{
    int verdict = 1;
    for (int rounds = 0; verdict && rounds < 26; rounds++)
        verdict = round_of(s, now + rounds, pages, NULL);
    assert_int_equal(verdict, 0);
}

static void test_first_walk_and_quiet_rounds(void **state)
{
    struct service s;
    first_walk(&s, 300);
    assert_int_equal(missing(&s, 100), 0);
    assert_false(got[99]); /* before since */
    assert_int_equal(complete, 100);
    /* nothing new, much later: one page tells, behind the overlap */
    assert_int_equal(requests_at(&s, 900), 3);
    assert_int_equal(complete, 301);
    assert_int_equal(requests_at(&s, 901), 1);
    publish(&s, 301);
    assert_int_equal(requests_at(&s, 902), 1);
    assert_int_equal(missing(&s, 100), 0);
    buf_release(&s.cursor);
}

static void test_a_long_gap_in_small_rounds(void **state)
{
    struct service s;
    first_walk(&s, 200);
    publish(&s, 1000);
    /* four pages a round, while more are published */
    int verdict = 1, now = 1001;
    for (int rounds = 0; verdict > 0 && rounds < 100; rounds++) {
        publish(&s, s.newest + 3);
        now += 3;
        verdict = round_of(&s, now, 4, NULL);
    }
    assert_int_equal(verdict, 0);
    assert_int_equal(missing(&s, 100), 0);
    assert_true(complete == 201); /* through the gap, however many rounds */
    buf_release(&s.cursor);
}

/* Somebody wants last month, too: in small rounds, from then on without being
 * asked again, and nothing is read twice when it is there. */
static void test_further_back(void **state)
{
    struct service s;
    first_walk(&s, 300);
    since = 150; /* later than what is there: nothing changes */
    assert_in_range(requests_at(&s, 302), 1, 3);
    since = 30;
    assert_int_equal(round_of(&s, 303, 4, NULL), 1);
    since = 100;
    rounds_of(&s, 304, 4);
    assert_int_equal(missing(&s, 30), 0);
    assert_false(got[29]);
    assert_int_equal(complete, 30);
    since = 30;
    assert_in_range(requests_at(&s, 400), 1, 12);
    buf_release(&s.cursor);
}

static void test_late_ones_within_the_overlap(void **state)
{
    struct service s = { .newest = -1 };
    forget();
    publish(&s, 400);
    s.there[395] = false;
    requests_at(&s, 401);
    s.there[395] = true; /* arrives late, below what was given out */
    publish(&s, 403);
    requests_at(&s, 404);
    assert_int_equal(missing(&s, 100), 0);
    buf_release(&s.cursor);
}

/* A service that was stuck shows an hour's posts at once: their dates are far
 * behind the overlap, but they stand above what was known. */
static void test_late_ones_behind_the_overlap(void **state)
{
    struct service s;
    first_walk(&s, 300);
    requests_at(&s, 900);
    publish(&s, 360);
    assert_int_equal(round_of(&s, 1000, 2, NULL), 1);
    rounds_of(&s, 1001, 2);
    assert_int_equal(missing(&s, 100), 0);
    /* and a quiet round is as cheap as ever */
    assert_int_equal(requests_at(&s, 1100), 1);
    buf_release(&s.cursor);
}

/* A shop that opens without reviews and brings in those of its old address,
 * with their dates: none was there before, however old they are. */
static void test_many_where_nothing_was(void **state)
{
    struct service s = { .newest = -1 };
    forget();
    requests_at(&s, 900);
    publish(&s, 360);
    requests_at(&s, 1000);
    assert_int_equal(missing(&s, 100), 0);
    assert_int_equal(requests_at(&s, 1100), 1);
    buf_release(&s.cursor);
}

static void test_deleted_ones_are_told(void **state)
{
    struct service s;
    struct walk_ring gone = { .count = 0 };
    first_walk(&s, 400);
    s.there[400] = s.there[398] = false; /* the anchor itself, too */
    publish(&s, 405);
    s.there[400] = false;
    assert_int_equal(round_of(&s, 406, 100, &gone), 0);
    assert_int_equal(gone.count, 2);
    assert_string_equal(gone.items[0].id, "400");
    assert_string_equal(gone.items[1].id, "398");
    for (unsigned i = 0; i < gone.count; i++) {
        free(gone.items[i].id);
        free(gone.items[i].key);
    }
    /* every known one deleted: the time still ends the walk */
    memset(s.there, 0, sizeof(s.there));
    s.there[420] = s.there[90] = s.there[80] = true;
    s.newest = 420;
    got[420] = false;
    s.requests = 0;
    requests_at(&s, 421);
    assert_true(got[420]);
    assert_in_range(s.requests, 1, 2);
    buf_release(&s.cursor);
}

static void test_faults_end(void **state)
{
    struct service s = { .newest = -1, .same_page = true };
    forget();
    publish(&s, 400);
    assert_int_equal(round_of(&s, 401, 1000, NULL), -1);
    assert_in_range(s.requests, 2, 3);
    assert_int_equal(complete, 391); /* below is what it did not show */
    s.same_page = false;
    s.requests = 0;
    buf_clear(&s.cursor);
    forget();
    s.hole = 351; /* an empty page with a token is no end */
    assert_int_equal(round_of(&s, 401, 1000, NULL), 0);
    assert_int_equal(missing(&s, 100), 0);
    /* a cursor that somebody damaged starts over */
    buf_clear(&s.cursor);
    buf_puts(&s.cursor, "\t\nknown\nwalk\t\nlist\nlist\tx\t99999999999999999999"
             "99999\nfresh\t1\n");
    assert_int_equal(round_of(&s, 401, 1000, NULL), 0);
    buf_release(&s.cursor);
}

/* Pages that have new tokens for ever and show the same in other orders, or
 * in turns, end; one that new posts shifted by a whole page does not. */
static void test_the_same_in_other_orders(void **state)
{
    struct walk w;
    char id[16], token[16];
    int rc = 1, pages = 0;
    for (int habit = 0; habit < 3; habit++, pages = 0, rc = 1) {
        walk_open(&w, "", 1000, 0, false, 10);
        struct walk_list *l = walk_list(&w, "q");
        while (rc > 0 && pages < 50) {
            walk_page(&w, l);
            for (int n = 0; n < 10; n++) {
                int post = habit == 0 ? (n * 3 + pages) % 10  /* an order */
                           : habit == 1 ? n + pages % 2 * 10  /* in turns */
                           : n + (pages - (pages > 1)) * 10;  /* shifted */
                snprintf(id, sizeof(id), "%d", post);
                walk_saw(&w, l, text_of(id), text_of(id), 900 - post);
            }
            snprintf(token, sizeof(token), "%d", pages++);
            rc = walk_page_end(&w, l, pages == 20 ? TEXT("") : text_of(token));
        }
        assert_int_equal(rc, habit < 2 ? -1 : 0);
        assert_in_range(pages, habit < 2 ? 2 : 20, habit < 2 ? 5 : 20);
        walk_close(&w);
    }
}

static void test_dates_in_2031(void **state)
{
    struct walk w;
    struct buf cursor = BUF_INIT(0);
    for (int round = 0; round < 3; round++) {
        char id[16];
        walk_open(&w, buf_text(&cursor), 1000 + round, 0, false, 10);
        struct walk_list *l = walk_list(&w, "q");
        walk_page(&w, l);
        walk_saw(&w, l, TEXT("future"), TEXT("future"), 1924992000);
        snprintf(id, sizeof(id), "n%d", round);
        assert_true(walk_saw(&w, l, text_of(id), text_of(id), 999 + round));
        assert_int_equal(walk_page_end(&w, l, TEXT("")), 0);
        walk_save(&w, &cursor);
        walk_close(&w);
    }
    assert_non_null(strstr(buf_text(&cursor), "list\tq\t1002\n"));
    buf_release(&cursor);
}

static void test_an_edit_that_changes_the_id(void **state)
{
    struct walk w;
    struct buf cursor = BUF_INIT(0);
    for (int round = 0; round < 2; round++) {
        walk_open(&w, buf_text(&cursor), 1000 + round, 0, false, 10);
        struct walk_list *l = walk_list(&w, "q");
        walk_page(&w, l);
        walk_saw(&w, l, round ? TEXT("9-post") : TEXT("5-post"),
                 TEXT("https://h.example/post"), 990);
        assert_int_equal(walk_page_end(&w, l, TEXT("")), 0);
        assert_int_equal(l->gone.count, 0);
        walk_save(&w, &cursor);
        walk_close(&w);
    }
    assert_null(strstr(buf_text(&cursor), "5-post"));
    buf_release(&cursor);
}

/* Read to its end in an earlier part of a round, and once more, but not to its
 * end, in a later one: it stays read, as far back as it was. */
static void test_a_later_part_broken_off(void **state)
{
    struct walk w;
    struct buf cursor = BUF_INIT(0);
    for (int part = 0; part < 4; part++) {
        walk_open(&w, buf_text(&cursor), 1000 + part, 900, false, 10);
        struct walk_list *l = walk_list(&w, "q");
        assert_int_equal(l->before, part > 0);
        assert_int_equal(l->from, part == 0 ? -1 : 0);
        if (part < 2) {
            walk_page(&w, l);
            walk_saw(&w, l, TEXT("a"), TEXT("a"), 999 + part);
            assert_int_equal(walk_page_end(&w, l, part ? TEXT("2") : TEXT("")),
                             part);
            l->done = !part;
        }
        walk_save(&w, &cursor);
        walk_close(&w);
    }
    buf_release(&cursor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_walk_and_quiet_rounds),
        cmocka_unit_test(test_a_long_gap_in_small_rounds),
        cmocka_unit_test(test_further_back),
        cmocka_unit_test(test_late_ones_within_the_overlap),
        cmocka_unit_test(test_late_ones_behind_the_overlap),
        cmocka_unit_test(test_many_where_nothing_was),
        cmocka_unit_test(test_deleted_ones_are_told),
        cmocka_unit_test(test_faults_end),
        cmocka_unit_test(test_the_same_in_other_orders),
        cmocka_unit_test(test_dates_in_2031),
        cmocka_unit_test(test_an_edit_that_changes_the_id),
        cmocka_unit_test(test_a_later_part_broken_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
