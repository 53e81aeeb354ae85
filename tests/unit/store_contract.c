/* SPDX-License-Identifier: Apache-2.0 */
/* What every store backend must do, through store.h alone. Not a test of
 * files or keys. STORE_URL=scheme://place runs it against another backend;
 * the place must be empty. Long: one test a promise of store.h. */
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/storing.h"

enum { DAY_0 = 20000, T0 = DAY_0 * 86400, NEXT_DAY = 86400 };

static const char *const subjects[] = { "acme", "acme/returns-app", "bolt" };

static int setup(void **state)
{
    *state = fixture_open(subjects, COUNT(subjects));
    return 0;
}

static int teardown(void **state)
{
    fixture_close(*state);
    return 0;
}

/* A post that mentions the subjects of a set (bit i: subjects[i]). */
static struct post *add(struct fixture *f, const char *id, int64_t created,
                        unsigned set, enum label label)
{
    struct post *p = fixture_post(f, id, created, label,
                                  "The parcel came late.");
    p->fetched = T0 + 5 * NEXT_DAY;
    p->author_hash = 7;
    p->tags.aspects = 1 << ASPECT_DELIVERY;
    return fixture_mention(f, p, set);
}

static struct counts total(struct fixture *f, const char *subject,
                           int64_t from, int64_t until)
{
    struct counts c;
    struct store_query q = { subject, NULL, from, until };
    ok(f, store_series(f->store, &q, until - from, &c, 1, &f->err));
    return c;
}

static uint64_t authors(struct fixture *f, const char *subject, int64_t from,
                        int64_t until)
{
    uint64_t n;
    struct store_query q = { subject, NULL, from, until };
    ok(f, store_authors(f->store, &q, &n, &f->err));
    return n;
}

static void tell(void *context, const char *sentence)
{
    print_message("%s\n", sentence);
}

static void verified(struct fixture *f)
{
    uint64_t differences;
    ok(f, store_verify(f->store, false, tell, NULL, &differences, &f->err));
    assert_int_equal(differences, 0);
}

static int count_post(void *context, const struct post *p,
                      const struct mention *m)
{
    ++*(int *)context;
    return 0;
}

static int posts(struct fixture *f, const char *subject)
{
    int n = 0;
    struct store_query q = { subject, NULL, 0, T0 + 100 * NEXT_DAY };
    ok(f, store_posts(f->store, &q, count_post, &n, &f->err));
    return n;
}

/* ---- identity ---- */

static void same_post_twice_is_kept_once(void **state)
{
    struct fixture *f = *state;
    add(f, "a/1", T0 + 60, 1, LABEL_NEGATIVE);
    assert_int_equal(append(f).added, 1);
    add(f, "a/1", T0 + 60, 1, LABEL_NEGATIVE)->fetched += 99;
    struct store_result r = append(f);
    assert_int_equal(r.unchanged, 1);
    assert_int_equal(r.added + r.replaced, 0);
    assert_int_equal(total(f, "acme", T0, T0 + NEXT_DAY).posts, 1);
    verified(f);
}

static void changed_post_replaces_its_old_self(void **state)
{
    struct fixture *f = *state;
    add(f, "1", T0 + 60, 1, LABEL_NEGATIVE);
    append(f);
    add(f, "1", T0 + 60, 4, LABEL_POSITIVE)->author_hash = 8;
    assert_int_equal(append(f).replaced, 1);
    assert_int_equal(total(f, "acme", T0, T0 + NEXT_DAY).posts, 0);
    struct counts c = total(f, "bolt", T0, T0 + NEXT_DAY);
    assert_int_equal(c.label[LABEL_POSITIVE], 1);
    assert_int_equal(c.score, 500);
    assert_int_equal(total(f, NULL, T0, T0 + NEXT_DAY)
                         .aspect_negative[ASPECT_DELIVERY], 0);
    assert_int_equal(authors(f, NULL, T0, T0 + NEXT_DAY), 1);
    assert_int_equal(authors(f, "acme", T0, T0 + NEXT_DAY), 0);
    verified(f);
}

static void post_that_moved_in_time_is_counted_where_it_is(void **state)
{
    struct fixture *f = *state;
    add(f, "1", T0 + 60, 1, LABEL_NEUTRAL);
    append(f);
    add(f, "1", T0 + 3 * NEXT_DAY, 1, LABEL_NEUTRAL);
    assert_int_equal(append(f).replaced, 1);
    assert_int_equal(total(f, "acme", T0, T0 + NEXT_DAY).posts, 0);
    assert_int_equal(total(f, "acme", T0 + 3 * NEXT_DAY,
                           T0 + 4 * NEXT_DAY).posts, 1);
    assert_int_equal(posts(f, NULL), 1);
    verified(f);
}

static void likes_alone_change_no_figure(void **state)
{
    struct fixture *f = *state;
    add(f, "1", T0, 1, LABEL_NEUTRAL);
    append(f);
    ok(f, store_told(f->store, T0, T0 + NEXT_DAY, &f->err));
    add(f, "1", T0, 1, LABEL_NEUTRAL)->likes = 40;
    assert_int_equal(append(f).replaced, 1);
    uint64_t restated;
    ok(f, store_restated(f->store, T0, T0 + NEXT_DAY, &restated, &f->err));
    assert_int_equal(restated, 0);
    verified(f);
}

static void last_of_a_batch_wins(void **state)
{
    struct fixture *f = *state;
    add(f, "1", T0, 1, LABEL_NEGATIVE);
    add(f, "2", T0, 1, LABEL_NEGATIVE);
    add(f, "1", T0 + 900, 2, LABEL_POSITIVE);
    add(f, "2", T0, 1, LABEL_NEGATIVE);
    struct store_result r = append(f);
    assert_int_equal(r.added, 2);
    assert_int_equal(r.replaced, 1);
    assert_int_equal(r.unchanged, 1);
    assert_int_equal(total(f, "acme/returns-app", T0, T0 + NEXT_DAY)
                         .label[LABEL_POSITIVE], 1);
    assert_int_equal(posts(f, NULL), 2);
    verified(f);
}

static void sources_have_ids_of_their_own(void **state)
{
    struct fixture *f = *state;
    add(f, "1", T0, 1, LABEL_NEUTRAL);
    add(f, "1", T0, 1, LABEL_NEUTRAL)->source = TEXT("reviews");
    assert_int_equal(append(f).added, 2);
    struct counts c;
    struct store_query q = { "acme", "reviews", T0, T0 + NEXT_DAY };
    ok(f, store_series(f->store, &q, NEXT_DAY, &c, 1, &f->err));
    assert_int_equal(c.posts, 1);
    assert_int_equal(total(f, "acme", T0, T0 + NEXT_DAY).posts, 2);
    verified(f);
}

/* ---- leaving ---- */

/* What a source said is gone stays out of archives, in whatever order they
 * come; the source itself may show it again. */
static void deleted_post_stays_out_of_archives(void **state)
{
    struct fixture *f = *state;
    add(f, "1", T0, 1, LABEL_NEGATIVE);
    append(f);
    add(f, "1", T0, 1, LABEL_NEGATIVE)->deleted = true;
    assert_int_equal(append(f).removed, 1);
    add(f, "1", T0 + 60, 1, LABEL_NEUTRAL);
    f->batch.archive = true;
    assert_int_equal(append(f).blocked, 1);
    add(f, "2", T0, 1, LABEL_NEGATIVE)->deleted = true;
    add(f, "2", T0, 1, LABEL_NEGATIVE);
    add(f, "3", T0, 1, LABEL_NEGATIVE)->deleted = true;
    f->batch.archive = true;
    append(f);
    add(f, "2", T0, 1, LABEL_NEGATIVE);
    add(f, "3", T0, 1, LABEL_NEGATIVE);
    f->batch.archive = true;
    assert_int_equal(append(f).blocked, 2);
    assert_int_equal(posts(f, NULL), 0);
    verified(f);
    add(f, "1", T0, 1, LABEL_NEGATIVE);
    assert_int_equal(append(f).added, 1);
    assert_int_equal(total(f, "acme", T0, T0 + NEXT_DAY).posts, 1);
    verified(f);
}

static void deleted_post_leaves_and_may_return(void **state)
{
    struct fixture *f = *state;
    add(f, "1", T0, 3, LABEL_NEGATIVE);
    add(f, "2", T0, 1, LABEL_NEGATIVE);
    append(f);
    add(f, "1", T0, 3, LABEL_NEGATIVE)->deleted = true;
    add(f, "unknown", T0, 1, LABEL_NEGATIVE)->deleted = true;
    assert_int_equal(append(f).removed, 1);
    assert_int_equal(total(f, "acme", T0, T0 + NEXT_DAY).posts, 1);
    assert_int_equal(posts(f, "acme/returns-app"), 0);
    assert_int_equal(authors(f, "acme/returns-app", T0, T0 + NEXT_DAY), 0);
    verified(f);
    add(f, "1", T0, 3, LABEL_NEGATIVE);
    assert_int_equal(append(f).added, 1);
    verified(f);
}

static void forgotten_post_stays_out(void **state)
{
    struct fixture *f = *state;
    uint64_t count;
    add(f, "1", T0, 1, LABEL_NEGATIVE)->url = TEXT("https://a.example/1");
    add(f, "2", T0, 1, LABEL_NEGATIVE)->author_hash = 9;
    add(f, "3", T0, 1, LABEL_NEGATIVE);
    append(f);
    struct store_selector by_url = { .source = TEXT("shop"),
                                     .url = TEXT("https://a.example/1") };
    struct store_selector by_author = { .author = 9 };
    struct store_selector by_id = { .source = TEXT("forum"),
                                    .native_id = TEXT("4") };
    ok(f, store_forget(f->store, &by_url, &count, &f->err));
    assert_int_equal(count, 0);
    by_url.source = TEXT("forum");
    ok(f, store_forget(f->store, &by_url, &count, &f->err));
    assert_int_equal(count, 1);
    ok(f, store_forget(f->store, &by_author, &count, &f->err));
    assert_int_equal(count, 1);
    ok(f, store_forget(f->store, &by_id, &count, &f->err));
    assert_int_equal(count, 0);
    add(f, "1", T0, 1, LABEL_NEGATIVE);
    add(f, "2", T0 + 5, 1, LABEL_NEGATIVE);
    add(f, "3", T0, 1, LABEL_NEGATIVE);
    add(f, "4", T0, 1, LABEL_NEGATIVE);
    struct store_result r = append(f);
    assert_int_equal(r.blocked, 3);
    assert_int_equal(r.unchanged, 1);
    assert_int_equal(total(f, NULL, T0, T0 + NEXT_DAY).posts, 1);
    assert_int_equal(authors(f, NULL, T0, T0 + NEXT_DAY), 1);
    struct store_stats stats;
    ok(f, store_stats(f->store, &stats, &f->err));
    assert_int_equal(stats.tombstones, 3);
    verified(f);
}

static int join_note(void *context, const char *key, struct text value)
{
    buf_printf(context, "%s=%.*s;", key, (int)value.length, value.data);
    return 0;
}

static void notes_go_with_a_forgotten_post(void **state)
{
    struct fixture *f = *state;
    struct buf out = BUF_INIT(1000);
    uint64_t count;
    struct store_selector one = { .author = 9 };
    struct store_selector unknown = { .source = TEXT("forum"),
                                      .native_id = TEXT("b/2") };
    for (int i = 1; i <= 3; i++) { /* beside each other in the file */
        char id[] = { 'a', '/', (char)('0' + i), '\0' };
        add(f, id, T0 + i, 1, LABEL_NEGATIVE)->author_hash = 9;
    }
    append(f);
    store_note_put(f->store, "inbox/forum/a/1", TEXT("answered"), NULL);
    store_note_put(f->store, "inbox/forum/a/2", TEXT("answered"), NULL);
    store_note_put(f->store, "inbox/forum/a/3", TEXT("answered"), NULL);
    store_note_put(f->store, "label/forum/a/1", TEXT("negative"), NULL);
    store_note_put(f->store, "label/forum/b/2", TEXT("negative"), NULL);
    store_note_put(f->store, "label/forum/c/3", TEXT("neutral"), NULL);
    ok(f, store_forget(f->store, &one, &count, &f->err));
    ok(f, store_forget(f->store, &unknown, &count, &f->err));
    assert_int_equal(store_note_scan(f->store, "", join_note, &out, NULL), 0);
    assert_string_equal(out.data, "label/forum/c/3=neutral;");
    buf_release(&out);
}

static void expired_posts_leave_their_windows(void **state)
{
    struct fixture *f = *state;
    uint64_t count;
    add(f, "1", T0, 1, LABEL_NEGATIVE);
    add(f, "2", T0 + 2 * NEXT_DAY, 1, LABEL_NEGATIVE);
    add(f, "1", T0, 1, LABEL_NEGATIVE)->source = TEXT("reviews");
    append(f);
    ok(f, store_expire(f->store, "forum", T0 + NEXT_DAY + 1, &count, &f->err));
    assert_int_equal(count, 1);
    assert_int_equal(posts(f, "acme"), 2);
    assert_int_equal(total(f, "acme", T0, T0 + NEXT_DAY).posts, 2);
    assert_int_equal(authors(f, "acme", T0, T0 + NEXT_DAY), 1);
    verified(f);
    /* Coming again it would be counted twice. */
    add(f, "1", T0, 1, LABEL_NEGATIVE);
    assert_int_equal(append(f).blocked, 1);
    ok(f, store_expire(f->store, NULL, T0 + 9 * NEXT_DAY, &count, &f->err));
    assert_int_equal(count, 2);
    assert_int_equal(total(f, NULL, T0, T0 + 9 * NEXT_DAY).posts, 3);
    verified(f);
}

/* The span reaches as far as the windows do, on either side. */
static void expired_posts_stay_in_the_span(void **state)
{
    struct fixture *f = *state;
    uint64_t count;
    int64_t first, last, noon = T0 / NEXT_DAY * NEXT_DAY + NEXT_DAY / 2;
    add(f, "1", noon + 70, 1, LABEL_NEGATIVE)->source = TEXT("reviews");
    add(f, "2", noon + 3600, 1, LABEL_NEGATIVE);
    add(f, "3", noon + 8000, 1, LABEL_NEGATIVE)->source = TEXT("reviews");
    append(f);
    assert_int_equal(store_span(f->store, &first, &last, &f->err), 1);
    assert_int_equal(first, noon + 70);
    assert_int_equal(last, noon + 8000);
    ok(f, store_expire(f->store, "reviews", noon + NEXT_DAY, &count, &f->err));
    assert_int_equal(store_span(f->store, &first, &last, &f->err), 1);
    assert_int_equal(first, noon);
    assert_int_equal(last, noon + 3 * 3600 - 1);
    ok(f, store_expire(f->store, NULL, noon + NEXT_DAY, &count, &f->err));
    assert_int_equal(store_span(f->store, &first, &last, &f->err), 1);
    assert_int_equal(first, noon);
    assert_int_equal(last, noon + 3 * 3600 - 1);
}

/* ---- later ---- */

static void late_posts_are_told_apart(void **state)
{
    struct fixture *f = *state;
    uint64_t restated;
    add(f, "1", T0 + 60, 1, LABEL_NEUTRAL);
    append(f);
    ok(f, store_told(f->store, T0, T0 + NEXT_DAY, &f->err));
    add(f, "2", T0 + 7200, 1, LABEL_NEUTRAL);
    add(f, "3", T0 + NEXT_DAY, 1, LABEL_NEUTRAL);
    append(f);
    add(f, "1", T0 + 60, 1, LABEL_NEUTRAL)->deleted = true;
    append(f);
    ok(f, store_restated(f->store, T0, T0 + NEXT_DAY, &restated, &f->err));
    assert_int_equal(restated, 2);
    ok(f, store_restated(f->store, T0 + 3600, T0 + NEXT_DAY, &restated,
                         &f->err));
    assert_int_equal(restated, 1);
}

/* A day of another time zone ends within one of UTC, of which the rest is yet
 * to be told. */
static void what_was_not_told_is_not_restated(void **state)
{
    struct fixture *f = *state;
    const int64_t noon = T0 + NEXT_DAY / 2;
    uint64_t restated;
    ok(f, store_told(f->store, noon - NEXT_DAY, noon, &f->err));
    add(f, "1", noon - 1, 1, LABEL_NEUTRAL);
    add(f, "2", noon, 1, LABEL_NEUTRAL);
    add(f, "3", noon - NEXT_DAY - 1, 1, LABEL_NEUTRAL);
    append(f);
    ok(f, store_restated(f->store, T0 - NEXT_DAY, T0 + NEXT_DAY, &restated,
                         &f->err));
    assert_int_equal(restated, 1);
    ok(f, store_told(f->store, noon - NEXT_DAY, noon + NEXT_DAY, &f->err));
    ok(f, store_restated(f->store, noon - NEXT_DAY, noon, &restated, &f->err));
    assert_int_equal(restated, 1);
    add(f, "2", noon, 1, LABEL_NEUTRAL)->deleted = true;
    append(f);
    ok(f, store_restated(f->store, noon, noon + NEXT_DAY, &restated, &f->err));
    assert_int_equal(restated, 1);
}

static void cursor_comes_with_its_posts(void **state)
{
    struct fixture *f = *state;
    struct buf out = BUF_INIT(1000);
    ok(f, store_cursor(f->store, "mine", &out, &f->err));
    add(f, "1", T0, 1, LABEL_NEUTRAL);
    memcpy(f->batch.label, "mine", 5);
    buf_puts(&f->batch.cursor, "page 2");
    append(f);
    assert_int_equal(store_cursor(f->store, "mine", &out, &f->err), 1);
    assert_string_equal(out.data, "page 2");
    /* A batch that is refused moves nothing. */
    add(f, "2", T0, 1, LABEL_NEUTRAL);
    add(f, "", T0, 1, LABEL_NEUTRAL);
    memcpy(f->batch.label, "mine", 5);
    buf_puts(&f->batch.cursor, "page 3");
    struct store_result r = { 0 };
    assert_int_equal(store_append(f->store, &f->batch, &r, &f->err), -1);
    assert_int_equal(f->err.kind, ERROR_INPUT);
    assert_int_equal(store_cursor(f->store, "mine", &out, &f->err), 1);
    assert_string_equal(out.data, "page 2");
    assert_int_equal(posts(f, NULL), 1);
    buf_release(&out);
}

static void covered_stays_covered(void **state)
{
    struct fixture *f = *state;
    uint8_t states[6];
    static const struct coverage_span spans[] = {
        { T0 + 900, T0 + 1800, COVERAGE_COVERED },
        { T0, T0 + 3600, COVERAGE_PLANNED },
        { T0 + 2700, T0 + 3000, COVERAGE_COVERED }, /* not over yet */
        { T0 + 1, T0 + 2700, COVERAGE_FAILED },
        { T0 - 900, T0, COVERAGE_LIMITED },
        { T0 + 1800, T0 + 3600, COVERAGE_COVERED } };
    for (int i = 0; i < 6; i++) {
        memcpy(f->batch.label, "mine", 5);
        f->batch.coverage = spans[i];
        append(f);
    }
    ok(f, store_coverage(f->store, "mine", T0 - 900, T0 + 4500, states,
                         &f->err));
    static const uint8_t wanted[6] = { COVERAGE_LIMITED, COVERAGE_FAILED,
        COVERAGE_COVERED, COVERAGE_LATE, COVERAGE_COVERED, COVERAGE_NONE };
    assert_memory_equal(states, wanted, 6);
}

static void notes_are_kept_in_order(void **state)
{
    struct fixture *f = *state;
    struct buf out = BUF_INIT(1000);
    assert_int_equal(store_note_put(f->store, "alert/b", TEXT("2"), NULL), 0);
    assert_int_equal(store_note_put(f->store, "alert/a", TEXT("1"), NULL), 0);
    assert_int_equal(store_note_put(f->store, "label/x", TEXT("3"), NULL), 0);
    assert_int_equal(store_note_scan(f->store, "alert/", join_note, &out,
                                     NULL), 0);
    assert_string_equal(out.data, "alert/a=1;alert/b=2;");
    assert_int_equal(store_note_put(f->store, "alert/a", TEXT(""), NULL), 0);
    assert_int_equal(store_note_get(f->store, "alert/a", &out, NULL), 0);
    assert_int_equal(store_note_get(f->store, "alert/b", &out, NULL), 1);
    assert_string_equal(out.data, "2");
    buf_release(&out);
}

static int join_rules(void *context, uint32_t number, struct text what)
{
    buf_printf(context, "%u=%.*s;", number, (int)what.length, what.data);
    return 0;
}

static void rules_are_numbered_once(void **state)
{
    struct fixture *f = *state;
    struct buf out = BUF_INIT(1000);
    assert_int_equal(store_rules(f->store, TEXT("first"), NULL), 1);
    assert_int_equal(store_rules(f->store, TEXT("second"), NULL), 2);
    assert_int_equal(store_rules(f->store, TEXT("first"), NULL), 1);
    assert_int_equal(store_rules_scan(f->store, join_rules, &out, NULL), 0);
    assert_string_equal(out.data, "1=first;2=second;");
    buf_release(&out);
}

static void terms_go_when_their_day_changes(void **state)
{
    struct fixture *f = *state;
    struct buf out = BUF_INIT(1000);
    add(f, "1", T0, 1, LABEL_NEUTRAL);
    add(f, "2", T0 + NEXT_DAY, 1, LABEL_NEUTRAL);
    append(f);
    for (int day = 0; day < 2; day++) {
        struct store_terms acme = { DAY_0 + day, TEXT("t") };
        struct store_terms all = { DAY_0 + day, TEXT("all") };
        store_terms_put(f->store, "acme", &acme, 1, NULL);
        store_terms_put(f->store, NULL, &all, 1, NULL);
    }
    add(f, "3", T0, 4, LABEL_NEUTRAL);
    append(f);
    assert_int_equal(store_terms_get(f->store, "acme", DAY_0, &out, NULL), 1);
    assert_int_equal(store_terms_get(f->store, "*", DAY_0, &out, NULL), 0);
    add(f, "1", T0, 1, LABEL_NEUTRAL)->deleted = true;
    append(f);
    assert_int_equal(store_terms_get(f->store, "acme", DAY_0, &out, NULL), 0);
    assert_int_equal(store_terms_get(f->store, "acme", DAY_0 + 1, &out, NULL),
                     1);
    assert_string_equal(out.data, "t");
    buf_release(&out);
}

/* ---- reading ---- */

static void unknown_names_are_zero(void **state)
{
    struct fixture *f = *state;
    add(f, "1", T0, 1, LABEL_NEUTRAL);
    append(f);
    assert_int_equal(total(f, "nobody", T0, T0 + NEXT_DAY).posts, 0);
    assert_int_equal(authors(f, "nobody", T0, T0 + NEXT_DAY), 0);
    assert_int_equal(posts(f, "nobody"), 0);
    assert_null(store_subject_name(f->store, 99));
    ok(f, store_post(f->store, TEXT("forum"), TEXT("9"), count_post, NULL,
                     &f->err));
}

struct seen { char order[64]; bool mention; };

static int see(void *context, const struct post *p, const struct mention *m)
{
    struct seen *s = context;
    size_t used = strlen(s->order);
    snprintf(s->order + used, sizeof(s->order) - used, "%.*s ",
             (int)p->native_id.length, p->native_id.data);
    s->mention = m != NULL;
    return 0;
}

static void posts_come_oldest_first(void **state)
{
    struct fixture *f = *state;
    struct seen s = { "", false };
    add(f, "c", T0 + 3 * NEXT_DAY, 1, LABEL_NEUTRAL);
    add(f, "a", T0, 1, LABEL_NEUTRAL);
    append(f);
    add(f, "b", T0 + 900, 5, LABEL_NEUTRAL);
    append(f);
    struct store_query q = { "acme", "forum", T0, T0 + 9 * NEXT_DAY };
    ok(f, store_posts(f->store, &q, see, &s, &f->err));
    assert_string_equal(s.order, "a b c ");
    assert_true(s.mention);
    q.until = T0 + 900;
    s.order[0] = '\0';
    ok(f, store_posts(f->store, &q, see, &s, &f->err));
    assert_string_equal(s.order, "a ");
    int64_t first, last;
    assert_int_equal(store_span(f->store, &first, &last, &f->err), 1);
    assert_int_equal(first, T0);
    assert_int_equal(last, T0 + 3 * NEXT_DAY);
}

static void an_empty_store_answers(void **state)
{
    struct fixture *f = *state;
    int64_t first, last;
    ok(f, store_span(f->store, &first, &last, &f->err));
    assert_int_equal(total(f, NULL, T0, T0 + NEXT_DAY).posts, 0);
    assert_int_equal(posts(f, NULL), 0);
    verified(f);
}

static void many_authors_are_estimated(void **state)
{
    struct fixture *f = *state;
    char id[16];
    for (int i = 0; i < 20000; i++) {
        snprintf(id, sizeof(id), "%d", i);
        add(f, id, T0 + i, 1, LABEL_NEUTRAL)->author_hash = 1 + (uint64_t)i;
    }
    append(f);
    uint64_t n = authors(f, "acme", T0, T0 + NEXT_DAY);
    assert_in_range(n, 20000 - 960, 20000 + 960); /* three errors of 1.6 % */
    assert_int_equal(authors(f, "acme", T0, T0 + 900), 900);
    verified(f);
}

/* Two days of 1,300 writers, two posts each, until only those are left who
 * came meanwhile: sketches of registers become codes again. */
static void writers_leave_a_full_day(void **state)
{
    enum { WRITERS = 2600, POSTS = 2 * WRITERS, ROUND = 260, COME = 13 };
    struct fixture *f = *state;
    char id[16];
    for (unsigned i = 0; i < POSTS; i++) {
        snprintf(id, sizeof(id), "%u", i);
        struct post *p = add(f, id, T0 + i % 2 * NEXT_DAY + i * 16,
                             i % 16 ? 1 : 3, LABEL_NEUTRAL);
        p->author_hash = 1 + i % WRITERS;
    }
    assert_int_equal(append(f).added, POSTS);
    for (unsigned i = 0; i < POSTS; i++) {
        /* no factor in common with POSTS: each once, in no order */
        unsigned which = i * 3137u % POSTS;
        snprintf(id, sizeof(id), "%u", which);
        add(f, id, T0 + which % 2 * NEXT_DAY + which * 16, 0,
            LABEL_NEUTRAL)->deleted = true;
        if (i % (ROUND / COME) == 0) {
            snprintf(id, sizeof(id), "new%u", i);
            add(f, id, T0 + i, 1, LABEL_NEUTRAL)->author_hash = WRITERS + 1 + i;
        }
        if ((i + 1) % ROUND)
            continue;
        assert_int_equal(append(f).removed, ROUND);
        verified(f);
    }
    assert_int_equal(authors(f, NULL, T0, T0 + 2 * NEXT_DAY),
                     POSTS / ROUND * COME);
}

/* Each sees what the other did to a day of which somebody left before. */
static void writers_take_turns(void **state)
{
    struct fixture *f = *state;
    char id[16];
    for (int i = 0; i < 6; i++) {
        snprintf(id, sizeof(id), "%d", i);
        add(f, id, T0 + i, 1, LABEL_NEUTRAL);
    }
    append(f);
    for (int i = 0; i < 6; i++) {
        struct store *other;
        snprintf(id, sizeof(id), "%d", i);
        add(f, id, T0 + i, 1, LABEL_NEUTRAL)->deleted = true;
        assert_int_equal(append(f).removed, 1);
        assert_int_equal(store_open(&other, fixture_place(f),
                                    STORE_WRITE, &f->err), -1);
        assert_int_equal(f->err.kind, ERROR_BUSY);
        store_close(f->store);
        ok(f, store_open(&f->store, fixture_place(f), STORE_WRITE, &f->err));
        snprintf(id, sizeof(id), "more%d", i);
        add(f, id, T0 + 60 + i, 1, LABEL_NEUTRAL)->author_hash = 7 + i % 2;
        append(f);
        assert_int_equal(authors(f, "acme", T0, T0 + NEXT_DAY), 1 + (i > 0));
        verified(f);
    }
}

/* That of opening, or a figure and the posts behind it would differ beside a
 * writer. */
static void a_reader_sees_one_moment(void **state)
{
    struct fixture *f = *state;
    add(f, "1", T0, 1, LABEL_NEUTRAL);
    append(f);
    for (int after = 0; after < 2; after++) {
        int ready[2], go[2], status;
        char byte;
        assert_int_equal(pipe(ready) | pipe(go), 0);
        pid_t child = fork();
        if (child == 0) {
            struct fixture own = *f;
            if (store_open(&own.store, fixture_place(f), STORE_READ, NULL) ||
                write(ready[1], "", 1) != 1 || read(go[0], &byte, 1) != 1)
                _exit(1);
            int rc = posts(&own, "acme") != 1 + after ||
                     posts(&own, NULL) != 1 + after ||
                     total(&own, "acme", T0, T0 + NEXT_DAY).posts !=
                         1u + (unsigned)after;
            store_close(own.store);
            _exit(rc ? 2 : 0);
        }
        assert_int_equal(read(ready[0], &byte, 1), 1);
        add(f, after ? "3" : "2", T0, 1, LABEL_NEUTRAL);
        assert_int_equal(append(f).added, 1);
        assert_int_equal(write(go[1], "", 1), 1);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
    }
}

static void compaction_keeps_everything(void **state)
{
    struct fixture *f = *state;
    add(f, "1", T0, 1, LABEL_NEUTRAL);
    append(f);
    ok(f, store_compact(f->store, &f->err));
    assert_int_equal(total(f, "acme", T0, T0 + NEXT_DAY).posts, 1);
    add(f, "2", T0, 1, LABEL_NEUTRAL);
    assert_int_equal(append(f).added, 1);
    verified(f);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

/* Ids of subjects are kept from batch to batch: not where the list is another
 * one, and not what a batch made that failed. */
static void batches_have_lists_of_their_own(void **state)
{
    static const char *const other[] = { "bolt", "acme", "new" };
    struct fixture *f = *state;
    struct store_result r;
    for (uint64_t said = 0; said < 2; said++) {
        f->batch.subjects = subjects;
        f->batch.subject_count = COUNT(subjects);
        f->batch.subjects_hash = said;
        for (int i = 0; i < 3; i++) {
            add(f, NULL, T0, 1, LABEL_NEUTRAL);
            append(f);
        }
        f->batch.subjects = other;
        f->batch.subject_count = COUNT(other);
        f->batch.subjects_hash = 2 * said;
        add(f, NULL, T0, 1, LABEL_NEUTRAL);
        append(f);
    }
    add(f, NULL, T0, 4, LABEL_NEUTRAL);
    add(f, "", T0, 4, LABEL_NEUTRAL);
    assert_int_equal(store_append(f->store, &f->batch, &r, &f->err), -1);
    batch_reset(&f->batch);
    assert_int_equal(total(f, "new", T0, T0 + 900).posts, 0);
    add(f, NULL, T0, 4, LABEL_NEUTRAL);
    append(f);
    assert_int_equal(total(f, "acme", T0, T0 + 900).posts, 6);
    assert_int_equal(total(f, "bolt", T0, T0 + 900).posts, 2);
    assert_int_equal(total(f, "new", T0, T0 + 900).posts, 1);
    verified(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(same_post_twice_is_kept_once),
        CASE(changed_post_replaces_its_old_self),
        CASE(post_that_moved_in_time_is_counted_where_it_is),
        CASE(likes_alone_change_no_figure),
        CASE(last_of_a_batch_wins),
        CASE(sources_have_ids_of_their_own),
        CASE(deleted_post_leaves_and_may_return),
        CASE(deleted_post_stays_out_of_archives),
        CASE(forgotten_post_stays_out),
        CASE(notes_go_with_a_forgotten_post),
        CASE(expired_posts_leave_their_windows),
        CASE(expired_posts_stay_in_the_span),
        CASE(late_posts_are_told_apart),
        CASE(what_was_not_told_is_not_restated),
        CASE(cursor_comes_with_its_posts),
        CASE(covered_stays_covered),
        CASE(notes_are_kept_in_order),
        CASE(rules_are_numbered_once),
        CASE(terms_go_when_their_day_changes),
        CASE(unknown_names_are_zero),
        CASE(posts_come_oldest_first),
        CASE(an_empty_store_answers),
        CASE(many_authors_are_estimated),
        CASE(writers_leave_a_full_day),
        CASE(writers_take_turns),
        CASE(a_reader_sees_one_moment),
        CASE(compaction_keeps_everything),
        CASE(batches_have_lists_of_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
