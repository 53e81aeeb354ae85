/* SPDX-License-Identifier: Apache-2.0 */
/* Thousands of random operations on a store and on a model of a few plain
 * lines: both must tell the same, and the store must verify. Seeds are
 * fixed, so a failure comes again; SEED=n tries one other, SEQUENCES (200)
 * says how many. Long: the model stands beside what it is held against. */
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "tests/unit/chance.h"
#include "tests/unit/storing.h"

/* So many ids that a source's identities outgrow one page. */
enum { IDS = 200, SOURCES = 2, SUBJECTS = 3, AUTHORS = 7, DAYS = 6,
       T0 = 20000 * 86400, SPAN = DAYS * 86400, BATCH = 24, STEPS = 100 };

static const char *const subjects[SUBJECTS] = { "acme", "acme/app", "bolt" };
static const char *const sources[SOURCES] = { "forum", "reviews" };

/* ---- the model ---- */

struct plain {
    bool present, forgotten, deleted, repost;
    int64_t created;
    uint64_t author;
    unsigned set;              /* of subjects */
    struct tags tags;
    uint32_t likes, rules;
};

struct model {
    struct plain post[SOURCES][IDS];
    struct plain before[SOURCES][IDS]; /* the batch or whatever else it was */
    bool told[DAYS * 96];
    uint64_t restated[DAYS * 96];
    struct plain *ghosts;      /* expired: still counted */
    int *ghost_source;
    size_t ghost_count, ghost_room, ghost_room2;
    int64_t expired[SOURCES];
    struct store_result result;
};

static void model_append(struct model *m, int source, int id,
                         const struct plain *p, bool deleted, bool archive)
{
    struct plain *have = &m->post[source][id];
    if (have->forgotten)
        return;
    if (deleted) {
        have->deleted = have->deleted || have->present || archive;
        have->present = false;
    } else if (!(have->deleted && archive) &&
               p->created >= m->expired[source]) {
        *have = *p;
        have->present = true;
    }
}

static void model_restate(struct model *m, const struct plain *p)
{
    int64_t when = p->created - T0;
    if (m->told[when / 900])
        m->restated[when / 900]++;
}

static bool counts_same(const struct plain *a, const struct plain *b)
{
    return a->author == b->author && a->set == b->set &&
           a->repost == b->repost &&
           tags_equal(&a->tags, &b->tags);
}

/* What was done at once is done: which posts of told hours came, changed or
 * went by it? */
static void model_settle(struct model *m)
{
    for (int i = 0; i < SOURCES * IDS; i++) {
        const struct plain *old = &m->before[i / IDS][i % IDS];
        const struct plain *new = &m->post[i / IDS][i % IDS];
        bool stays = old->present && new->present &&
                     old->created == new->created;
        if (stays ? !counts_same(old, new) : new->present)
            model_restate(m, new);
        if (old->present && !stays)
            model_restate(m, old);
    }
    memcpy(m->before, m->post, sizeof(m->post));
}

static void plain_count(const struct plain *p, int subject, int64_t from,
                        int64_t width, size_t count, struct counts *out)
{
    int64_t place = (p->created - from) / width;
    if (p->created < from || place >= (int64_t)count)
        return;
    if (subject >= 0 && !(p->set & 1u << subject))
        return;
    struct counts *c = &out[place];
    c->posts++;
    c->label[p->tags.label]++;
    c->score += p->tags.score;
    c->reposts += p->repost;
    for (int i = 0; i < CHANNEL_COUNT; i++)
        c->channel[i] += p->tags.channels >> i & 1;
    for (int i = 0; i < INTENT_COUNT; i++)
        c->intent[i] += p->tags.intents >> i & 1;
    for (int i = 0; i < ASPECT_COUNT; i++)
        if (p->tags.aspects & 1 << i) {
            c->aspect[i]++;
            c->aspect_negative[i] += p->tags.label == LABEL_NEGATIVE;
            c->aspect_positive[i] += p->tags.label == LABEL_POSITIVE;
        }
}

static void model_series(const struct model *m, int subject, int source,
                         int64_t from, int64_t width, size_t count,
                         struct counts *out)
{
    memset(out, 0, count * sizeof(*out));
    for (int s = 0; s < SOURCES; s++)
        for (int i = 0; i < IDS; i++)
            if (m->post[s][i].present && (source < 0 || source == s))
                plain_count(&m->post[s][i], subject, from, width, count, out);
    for (size_t i = 0; i < m->ghost_count; i++)
        if (source < 0 || m->ghost_source[i] == source)
            plain_count(&m->ghosts[i], subject, from, width, count, out);
}

static uint64_t model_authors(const struct model *m, int subject,
                              int64_t from, int64_t until)
{
    unsigned seen = 0;
    for (int s = 0; s < SOURCES; s++)
        for (int i = 0; i < IDS; i++) {
            const struct plain *p = &m->post[s][i];
            if (p->present && p->created >= from && p->created < until &&
                (subject < 0 || p->set & 1u << subject))
                seen |= 1u << p->author;
        }
    return (uint64_t)__builtin_popcount(seen & ~1u);
}

/* ---- both, side by side ---- */

struct run {
    struct model model;
    struct store *store;
    struct batch batch;
    char folder[SCRATCH_ROOM];
    unsigned killed;
    struct error err;
};

static void random_tags(struct run *r, struct plain *p)
{
    p->set = roll(1 << SUBJECTS);
    p->tags.label = (uint8_t)roll(LABEL_COUNT);
    p->tags.score = (int16_t)((int)roll(2001) - 1000);
    p->tags.aspects = (uint16_t)roll(1 << ASPECT_COUNT);
    p->tags.channels = (uint8_t)roll(1 << CHANNEL_COUNT);
    p->tags.intents = (uint8_t)roll(1 << INTENT_COUNT);
    p->rules = r->batch.rules;
}

static struct plain random_plain(struct run *r)
{
    struct plain p = { 0 };
    p.created = T0 + roll(SPAN);
    p.author = roll(AUTHORS);   /* 0: none */
    p.repost = roll(4) == 0;
    p.likes = roll(3);
    random_tags(r, &p);
    return p;
}

static void fill_post(struct run *r, int source, int id,
                      const struct plain *p)
{
    struct post *post = batch_add(&r->batch);
    char name[32];
    int length = snprintf(name, sizeof(name), "thread/%d", id);
    post->source = text_of(sources[source]);
    post->native_id = (struct text){
        arena_copy(&r->batch.memory, name, (size_t)length), (size_t)length };
    post->text = TEXT("It arrived broken, and nobody answers.");
    post->created = p->created;
    post->author_hash = p->author;
    post->kind = p->repost ? POST_REPOST : POST_ORIGINAL;
    post->likes = p->likes;
    post->tags = p->tags;
    post->mentions = arena_alloc(&r->batch.memory,
                                 2 * SUBJECTS * sizeof(*post->mentions));
    for (uint32_t i = SUBJECTS; i-- > 0;)
        for (int twice = 0; twice < 1 + (id == 3); twice++)
            if (p->set & 1u << i)
                post->mentions[post->mention_count++] =
                    (struct mention){ .subject = i, .tags = p->tags };
}

/* first: the source of the first post. */
static unsigned fill_batch(struct run *r, int first)
{
    unsigned count = 1 + roll(BATCH);
    r->batch.archive = roll(3) == 0;
    for (unsigned i = 0; i < count; i++) {
        int source = i ? (int)roll(SOURCES) : first;
        int id = (int)roll(IDS);
        struct plain p = random_plain(r);
        bool deleted = roll(6) == 0;
        const struct plain *old = &r->model.post[source][id];
        if (old->present && roll(3) == 0) {
            struct plain other = p;
            p = *old;            /* the same again, or one thing differs */
            switch (roll(4)) {
            case 0: p.likes = other.likes; break;
            case 1: p.author = other.author; break;
            case 2: p.set = other.set; break;
            }
            p.rules = r->batch.rules;
        }
        model_append(&r->model, source, id, &p, deleted, r->batch.archive);
        fill_post(r, source, id, &p);
        r->batch.posts[r->batch.count - 1].deleted = deleted;
    }
    model_settle(&r->model);
    return count;
}

static void do_append(struct run *r, int first)
{
    struct store_result result = { 0 };
    unsigned count = fill_batch(r, first);
    ok(r, store_append(r->store, &r->batch, &result, &r->err));
    assert_int_equal(result.added + result.replaced + result.unchanged +
                     result.removed + result.blocked, count);
    batch_reset(&r->batch);
}

static void open_store(struct run *r)
{
    ok(r, store_open(&r->store, r->folder, STORE_WRITE, &r->err));
}

/* A process dies somewhere in keeping a batch, or just does not; then the
 * batch is kept again. */
static void do_kill(struct run *r)
{
    struct store_result result = { 0 };
    int status;
    fill_batch(r, 0);
    unsigned moment = 1 + roll(1500);
    store_close(r->store);
    pid_t child = fork();
    if (child == 0) {
        struct itimerval soon = { .it_value = { 0, moment } };
        signal(SIGALRM, SIG_DFL);
        if (store_open(&r->store, r->folder, STORE_WRITE, NULL))
            _exit(1);
        setitimer(ITIMER_REAL, &soon, NULL);
        _exit(store_append(r->store, &r->batch, &result, NULL) != 0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
    r->killed += WIFSIGNALED(status) != 0;
    open_store(r);
    ok(r, store_append(r->store, &r->batch, &result, &r->err));
    batch_reset(&r->batch);
}

static void do_told(struct run *r)
{
    int from = (int)roll(DAYS * 96), until = from + (int)roll(120);
    until = until < DAYS * 96 ? until : DAYS * 96;
    ok(r, store_told(r->store, T0 + from * 900, T0 + until * 900, &r->err));
    for (int i = from; i < until; i++)
        r->model.told[i] = true;
}

/* All posts of a source once more: with nothing new but, maybe, the number of
 * the rules. */
static void do_repeat(struct run *r)
{
    struct store_result result = { 0 };
    unsigned same = 0, changed = 0;
    for (int i = 0; i < IDS; i++) {
        struct plain *p = &r->model.post[0][i];
        if (!p->present)
            continue;
        fill_post(r, 0, i, p);
        same += p->rules == r->batch.rules;
        changed += p->rules != r->batch.rules;
        p->rules = r->batch.rules;
    }
    ok(r, store_append(r->store, &r->batch, &result, &r->err));
    assert_int_equal(result.unchanged, same);
    assert_int_equal(result.replaced, changed);
    batch_reset(&r->batch);
}

/* As `swell retag` does: posts read from the store, tagged by new rules, and
 * kept again, a few of them in each transaction. */
static void do_retag(struct run *r)
{
    int source = (int)roll(SOURCES);
    unsigned size = 1 + roll(IDS);
    r->batch.rules++;
    for (int i = 0; i < IDS; i++) {
        struct store_result result = { 0 };
        struct plain *p = &r->model.post[source][i];
        if (p->present) {
            if (roll(4))
                random_tags(r, p);
            p->rules = r->batch.rules;
            fill_post(r, source, i, p);
        }
        if (r->batch.count < size && i + 1 < IDS)
            continue;
        uint64_t count = r->batch.count;
        model_settle(&r->model);
        ok(r, store_append(r->store, &r->batch, &result, &r->err));
        assert_int_equal(result.replaced, count);
        batch_reset(&r->batch);
        if (roll(10) == 0)
            return; /* cut short: the rest keeps its old rules */
    }
}

static void do_forget(struct run *r)
{
    uint64_t count, expected = 0;
    struct store_selector which = { 0 };
    char name[32];
    if (roll(3)) {
        int source = (int)roll(SOURCES), id = (int)roll(IDS);
        struct plain *p = &r->model.post[source][id];
        which.source = text_of(sources[source]);
        snprintf(name, sizeof(name), "thread/%d", id);
        which.native_id = text_of(name);
        expected = p->present;
        p->present = false;
        p->forgotten = true;
    } else {
        which.author = 1 + roll(AUTHORS - 1);
        for (int i = 0; i < SOURCES * IDS; i++) {
            struct plain *p = &r->model.post[i / IDS][i % IDS];
            if (!p->present || p->author != which.author)
                continue;
            expected++;
            p->present = false;
            p->forgotten = true;
        }
    }
    model_settle(&r->model);
    ok(r, store_forget(r->store, &which, &count, &r->err));
    assert_int_equal(count, expected);
}

static void do_expire(struct run *r)
{
    struct model *m = &r->model;
    int64_t before = T0 + roll(SPAN / 2);
    int64_t mark = before - before % 900;
    int only = (int)roll(SOURCES + 1) - 1;
    uint64_t count, expected = 0;
    for (int s = 0; s < SOURCES; s++) {
        if (only >= 0 && only != s)
            continue;
        if (m->expired[s] < mark)
            m->expired[s] = mark;
        for (int i = 0; i < IDS; i++) {
            struct plain *p = &m->post[s][i];
            if (!p->present || p->created >= mark)
                continue;
            m->ghosts = mem_grow(m->ghosts, &m->ghost_room, m->ghost_count,
                                 sizeof(*m->ghosts));
            m->ghost_source = mem_grow(m->ghost_source, &m->ghost_room2,
                                       m->ghost_count, sizeof(int));
            m->ghosts[m->ghost_count] = *p;
            m->ghost_source[m->ghost_count++] = s;
            p->present = false;
            expected++;
        }
    }
    memcpy(m->before, m->post, sizeof(m->post)); /* restates nothing */
    ok(r, store_expire(r->store, only < 0 ? NULL : sources[only], before,
                       &count, &r->err));
    assert_int_equal(count, expected);
}

static void do_reopen(struct run *r)
{
    store_close(r->store);
    open_store(r);
}

/* ---- comparing ---- */

static void compare_series(struct run *r, int64_t from, int64_t width,
                           size_t count)
{
    struct counts *mine = mem_alloc(count * sizeof(*mine));
    struct counts *theirs = mem_alloc(count * sizeof(*theirs));
    for (int subject = -1; subject < SUBJECTS; subject++)
        for (int source = -1; source < SOURCES; source++) {
            struct store_query q = { subject < 0 ? NULL : subjects[subject],
                                     source < 0 ? NULL : sources[source],
                                     from, from + width * (int64_t)count };
            model_series(&r->model, subject, source, from, width, count,
                         mine);
            ok(r, store_series(r->store, &q, width, theirs, count, &r->err));
            assert_memory_equal(mine, theirs, count * sizeof(*mine));
        }
    mem_free(mine);
    mem_free(theirs);
}

static void compare_authors(struct run *r)
{
    for (int subject = -1; subject < SUBJECTS; subject++) {
        uint64_t n;
        struct store_query q = { subject < 0 ? NULL : subjects[subject],
                                 NULL, T0 + 86400, T0 + 3 * 86400 };
        for (int half = 0; half < 2; half++, q.from += 43200 + 900) {
            ok(r, store_authors(r->store, &q, &n, &r->err));
            assert_int_equal(n, model_authors(&r->model, subject, q.from,
                                              q.until));
        }
    }
}

/* Each post that is visited is the model's; how many there were. */
struct check { struct run *run; int subject; uint64_t seen; };

static int check_post(void *context, const struct post *post,
                      const struct mention *mention)
{
    struct check *c = context;
    int source = text_equal(post->source, text_of(sources[1]));
    int id = 0;
    for (size_t i = strlen("thread/"); i < post->native_id.length; i++)
        id = id * 10 + post->native_id.data[i] - '0';
    const struct plain *p = &c->run->model.post[source][id];
    assert_true(p->present);
    assert_int_equal(post->created, p->created);
    assert_int_equal(post->author_hash, p->author);
    assert_int_equal(post->likes, p->likes);
    assert_int_equal(post->rules, p->rules);
    assert_int_equal(post->tags.score, p->tags.score);
    assert_int_equal(post->mention_count, __builtin_popcount(p->set));
    if (c->subject >= 0) {
        assert_true(p->set & 1u << c->subject);
        assert_true(tags_equal(&mention->tags, &p->tags));
    }
    c->seen++;
    return 0;
}

static void compare_posts(struct run *r)
{
    int64_t from = T0 + roll(SPAN), until = from + roll(SPAN);
    for (int subject = -1; subject < SUBJECTS; subject++) {
        struct check c = { r, subject, 0 };
        uint64_t expected = 0;
        struct store_query q = { subject < 0 ? NULL : subjects[subject],
                                 NULL, from, until };
        ok(r, store_posts(r->store, &q, check_post, &c, &r->err));
        for (int i = 0; i < SOURCES * IDS; i++) {
            const struct plain *p = &r->model.post[i / IDS][i % IDS];
            expected += p->present && p->created >= from &&
                        p->created < until &&
                        (subject < 0 || p->set & 1u << subject);
        }
        assert_int_equal(c.seen, expected);
    }
}

static void compare_restated(struct run *r)
{
    for (int at = 0; at < DAYS * 96; at += 1 + (int)roll(20)) {
        uint64_t count, expected = 0;
        int until = at + (int)roll(DAYS * 96 - (unsigned)at + 1);
        for (int i = at; i < until; i++)
            expected += r->model.restated[i];
        ok(r, store_restated(r->store, T0 + at * 900, T0 + until * 900, &count,
                             &r->err));
        assert_int_equal(count, expected);
    }
}

static void tell(void *context, const char *sentence)
{
    print_message("%s\n", sentence);
}

static void compare(struct run *r)
{
    uint64_t differences;
    struct store_stats stats;
    uint64_t present = 0;
    compare_series(r, T0, 3600, DAYS * 24);
    compare_series(r, T0 + 900, 2700, DAYS * 32);
    compare_posts(r);
    compare_restated(r);
    /* Sketches of days that lost posts to age only grow. */
    if (!r->model.expired[0] && !r->model.expired[1])
        compare_authors(r);
    ok(r, store_verify(r->store, false, tell, NULL, &differences, &r->err));
    assert_int_equal(differences, 0);
    for (int i = 0; i < SOURCES * IDS; i++)
        present += r->model.post[i / IDS][i % IDS].present;
    ok(r, store_stats(r->store, &stats, &r->err));
    assert_int_equal(stats.posts, present);
}

/* How many processes died in the middle. */
static unsigned live(uint64_t number)
{
    struct run *r = mem_alloc(sizeof(*r));
    seed = number;
    scratch_make(r->folder);
    open_store(r);
    batch_init(&r->batch);
    r->batch.rules = 1;
    r->batch.subjects = subjects;
    r->batch.subject_count = SUBJECTS;
    for (int source = 0; source < SOURCES; source++) /* each is known */
        do_append(r, source);
    for (int step = 0; step < STEPS; step++) {
        unsigned what = roll(100);
        if (what < 70)
            do_append(r, (int)roll(SOURCES));
        else if (what < 72)
            do_kill(r);
        else if (what < 74)
            do_told(r);
        else if (what < 80)
            do_repeat(r);
        else if (what < 86)
            do_retag(r);
        else if (what < 91)
            do_forget(r);
        else if (what < 95 && number % 2)
            do_expire(r);
        else if (what < 97)
            do_reopen(r);
        else if (what == 97)
            ok(r, store_compact(r->store, &r->err));
        if (step % 20 == 19)
            compare(r);
    }
    store_close(r->store);
    batch_release(&r->batch);
    scratch_remove(r->folder);
    mem_free(r->model.ghosts);
    mem_free(r->model.ghost_source);
    unsigned killed = r->killed;
    mem_free(r);
    return killed;
}

static void any_order_of_operations_ends_right(void **state)
{
    const char *one = getenv("SEED");
    if (one) {
        live(strtoull(one, NULL, 10));
        return;
    }
    const char *many = getenv("SEQUENCES");
    uint64_t last = many ? strtoull(many, NULL, 10) : 200;
    unsigned killed = 0;
    for (uint64_t i = 1; i <= last; i++)
        killed += live(i);
    assert_true(last < 100 || killed >= last / 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_order_of_operations_ends_right),
    };
    /* What is tested here is not the disk; thousands of syncs would be. */
    if (access("/dev/shm", W_OK) == 0)
        setenv("TMPDIR", "/dev/shm", 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
