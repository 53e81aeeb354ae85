/* SPDX-License-Identifier: Apache-2.0 */
/* Records, cells and sketches: what goes in comes out, and broken bytes are
 * told, never read past. */
#include "store/counts.h"
#include "store/hll.h"
#include "store/record.h"
#include "tests/unit/test.h"

static uint64_t state_of_random = 7;

static uint64_t roll(uint64_t sides)
{
    state_of_random = state_of_random * 6364136223846793005u + 1;
    return (state_of_random >> 20) % sides;
}

static struct text random_text(struct arena *a, uint64_t longest)
{
    size_t length = roll(longest + 1);
    char *data = arena_alloc(a, length + 1);
    for (size_t i = 0; i < length; i++)
        data[i] = (char)(1 + roll(127));
    return (struct text){ data, length };
}

static struct tags random_tags(void)
{
    return (struct tags){ (int16_t)((int)roll(2001) - 1000),
                          (uint8_t)roll(4), (uint8_t)roll(16),
                          (uint16_t)roll(1 << 14), (uint8_t)roll(256) };
}

static struct span random_span(void)
{
    return (struct span){ (uint32_t)roll(70000), (uint32_t)roll(3) };
}

/* Ids of the forms that are kept without what they share, some a little off. */
static void random_form(struct post *p, struct arena *a)
{
    static const char *const ids[] = {
        "at://did:plc:%s/app.bsky.feed.post/%s",
        "at://did:plc:%s/app.bsky.feed.posts/%s",
        "https://town.example/users/%s/statuses/%s",
        "https://town.example/users/%s/statuses/%s/", "%s%s" };
    static const char *const urls[] = {
        "https://bsky.app/profile/did:plc:%s/post/%s",
        "https://town.example/@%s/%s",
        "https://news.ycombinator.com/item?id=%s%s", "%s%s" };
    static const char *const parts[] = { "", "abc", "a*c", "a/c", "z", "ab1",
        "3kforyouandme", "abcdefghijklmnopqrstuvwxyz234567" };
    const char *one = parts[roll(8)], *two = parts[roll(8)];
    struct text *out[] = { &p->native_id, &p->url, &p->reply_to };
    for (int i = 0; i < 3; i++) {
        char text[200];
        int length = snprintf(text, sizeof(text),
                              i == 1 ? urls[roll(4)] : ids[roll(5)], one,
                              two);
        *out[i] = (struct text){ arena_copy(a, text, (size_t)length),
                                 (size_t)length };
    }
}

static void random_post(struct post *p, struct arena *a,
                        struct mention *mentions)
{
    memset(p, 0, sizeof(*p));
    p->native_id = random_text(a, 400);
    p->url = roll(4) ? random_text(a, 2000) : p->native_id;
    p->handle = random_text(a, roll(2) * 40);
    p->text = random_text(a, 65536);
    p->reply_to = random_text(a, roll(2) * 400);
    if (roll(2))
        random_form(p, a);
    p->lang = roll(4) ? random_text(a, roll(2) * 10) : TEXT("und");
    p->created = (int64_t)roll(5000000000u);
    p->indexed = roll(2) ? p->created + (int64_t)roll(100) - 50 : 0;
    p->edited = roll(2) ? p->created + 3 : 0;
    p->fetched = (int64_t)roll(5000000000u);
    p->likes = (uint32_t)roll(1ull << 32);
    p->reposts = (uint32_t)roll(300);
    p->replies = (uint32_t)roll(300);
    p->kind = (uint8_t)roll(POST_KIND_COUNT);
    p->rating = (uint8_t)roll(6);
    p->author_hash = roll(UINT64_MAX);
    memcpy(p->language, "und", 4);
    p->confidence = (uint8_t)roll(101);
    p->faults = (uint8_t)roll(8);
    p->tags = random_tags();
    p->wish = random_span();
    p->from = random_span();
    p->to = random_span();
    p->mentions = mentions;
    p->mention_count = (uint32_t)roll(POST_MENTIONS_LIMIT + 1);
    for (uint32_t i = 0; i < p->mention_count; i++)
        mentions[i] = (struct mention){ i, random_span(), roll(2)
                                        ? p->tags : random_tags() };
}

static void same_span(struct span a, struct span b)
{
    assert_int_equal(a.length, b.length);
    if (a.length)
        assert_int_equal(a.start, b.start);
}

static void same_tags(const struct tags *a, const struct tags *b)
{
    assert_int_equal(a->score, b->score);
    assert_int_equal(a->label, b->label);
    assert_int_equal(a->channels, b->channels);
    assert_int_equal(a->aspects, b->aspects);
    assert_int_equal(a->intents, b->intents);
}

static void same_post(const struct post *a, const struct post *b)
{
    assert_true(text_equal(a->native_id, b->native_id));
    assert_true(text_equal(a->url, b->url));
    assert_true(text_equal(a->handle, b->handle));
    assert_true(text_equal(a->text, b->text));
    assert_true(text_equal(a->reply_to, b->reply_to));
    assert_true(text_equal(a->lang, b->lang));
    assert_int_equal(a->created, b->created);
    assert_int_equal(a->indexed, b->indexed);
    assert_int_equal(a->edited, b->edited);
    assert_int_equal(a->fetched, b->fetched);
    assert_int_equal(a->likes, b->likes);
    assert_int_equal(a->reposts, b->reposts);
    assert_int_equal(a->replies, b->replies);
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->rating, b->rating);
    assert_true(a->author_hash == b->author_hash);
    assert_string_equal(a->language, b->language);
    assert_int_equal(a->confidence, b->confidence);
    assert_int_equal(a->faults, b->faults);
    same_tags(&a->tags, &b->tags);
    same_span(a->wish, b->wish);
    same_span(a->from, b->from);
    same_span(a->to, b->to);
    assert_int_equal(a->mention_count, b->mention_count);
}

/* Any prefix and any changed byte: an answer, in bounds (ASan looks on). */
static void disturb(struct record *r, const struct buf *bytes)
{
    for (int i = 0; i < 20; i++) {
        size_t cut = roll(bytes->length);
        char *copy = mem_slice(bytes->data, cut);
        assert_int_equal(record_read(r, 1, (struct text){ copy, cut }), -1);
        mem_free(copy);
        copy = mem_slice(bytes->data, bytes->length);
        copy[roll(bytes->length)] ^= (char)(1 + roll(255));
        (void)record_read(r, 1, (struct text){ copy, bytes->length });
        (void)record_source((struct text){ copy, bytes->length });
        mem_free(copy);
    }
}

static void records_come_back(void **state)
{
    struct mention mentions[POST_MENTIONS_LIMIT];
    uint32_t ids[POST_MENTIONS_LIMIT];
    struct record *r = mem_alloc(sizeof(*r));
    struct arena memory = { 0 };
    struct buf bytes = BUF_INIT(0);
    for (uint32_t i = 0; i < POST_MENTIONS_LIMIT; i++)
        ids[i] = 1000 - i; /* the last first */
    for (int round = 0; round < 300; round++) {
        struct post p;
        arena_reset(&memory);
        buf_clear(&bytes);
        random_post(&p, &memory, mentions);
        record_write(&bytes, &p, 7, 3, ids);
        struct text all = { bytes.data, bytes.length };
        assert_int_equal(record_read(r, p.created, all), 0);
        same_post(&p, &r->post);
        assert_int_equal(r->post.rules, 3);
        assert_int_equal(record_source(all), 7);
        assert_true(record_author(all) == p.author_hash);
        for (uint32_t i = 0; i < p.mention_count; i++) {
            const struct mention *m = &mentions[p.mention_count - 1 - i];
            assert_int_equal(r->mentions[i].subject, ids[m->subject]);
            same_tags(&r->mentions[i].tags, &m->tags);
        }
        disturb(r, &bytes);
    }
    buf_release(&bytes);
    arena_release(&memory);
    mem_free(r);
}

static void records_tell_what_changed(void **state)
{
    struct mention mentions[POST_MENTIONS_LIMIT];
    uint32_t ids[POST_MENTIONS_LIMIT] = { 0 };
    struct arena memory = { 0 };
    struct buf a = BUF_INIT(0), b = BUF_INIT(0);
    struct post p;
    for (uint32_t i = 0; i < POST_MENTIONS_LIMIT; i++)
        ids[i] = i + 1;
    random_post(&p, &memory, mentions);
    record_write(&a, &p, 1, 1, ids);
    struct text first = { a.data, a.length };
    p.fetched++;
    record_write(&b, &p, 1, 1, ids);
    assert_true(record_same(first, (struct text){ b.data, b.length }));
    p.likes++;
    buf_clear(&b);
    record_write(&b, &p, 1, 1, ids);
    assert_false(record_same(first, (struct text){ b.data, b.length }));
    assert_true(record_counts_same(first, (struct text){ b.data, b.length }));
    p.tags.score ^= 1;
    buf_clear(&b);
    record_write(&b, &p, 1, 1, ids);
    assert_false(record_counts_same(first, (struct text){ b.data,
                                                          b.length }));
    buf_release(&a);
    buf_release(&b);
    arena_release(&memory);
}

static void cells_come_back(void **state)
{
    struct counts in[96], out;
    struct buf row = BUF_INIT(0);
    for (unsigned i = 0; i < 96; i++) {
        uint64_t *field = &in[i].posts;
        for (int f = 0; f < COUNTS_FIELDS; f++)
            field[f] = roll(3) ? 0 : roll(1ull << (1 + roll(40)));
        in[i].score = (int64_t)roll(4000) - 2000;
        if (i % 2) { /* one post, or nearly */
            struct tags tags = random_tags();
            memset(&in[i], 0, sizeof(in[i]));
            counts_post(&in[i], counted_by(&tags, roll(2)), tags.score, 1);
            if (roll(4) == 0)
                (&in[i].posts)[roll(COUNTS_FIELDS)] ^= 1;
        }
        cell_write(&row, i, &in[i]);
    }
    struct unpack at = { (unsigned char *)row.data,
                         (unsigned char *)row.data + row.length, false };
    struct cell cell;
    unsigned seen = 0;
    while (cell_next(&at, &cell) > 0) {
        memset(&out, 0, sizeof(out));
        assert_int_equal(cell_add(&out, &cell), 0);
        assert_int_equal(cell.index, seen);
        assert_memory_equal(&out, &in[seen++], sizeof(out));
    }
    assert_int_equal(seen, 96);
    for (int i = 0; i < 500; i++) { /* cut anywhere: an answer, in bounds */
        size_t cut = roll(row.length);
        char *copy = mem_slice(row.data, cut);
        at = (struct unpack){ (unsigned char *)copy,
                              (unsigned char *)copy + cut, false };
        while (cell_next(&at, &cell) > 0)
            (void)cell_add(&out, &cell);
        mem_free(copy);
    }
    buf_release(&row);
}

/* The estimate stays within four standard errors at every size. */
static void sketches_count(void **state)
{
    static const uint64_t sizes[] = { 1, 10, 999, 1000, 1001, 5000, 20000,
                                      200000, 1000000 };
    for (size_t i = 0; i < COUNT(sizes); i++) {
        struct hll all = { 0 }, half = { 0 }, other = { 0 };
        struct buf packed = BUF_INIT(0);
        for (uint64_t n = 0; n < sizes[i]; n++) {
            hll_add(n % 2 ? &half : &other, 1 + n);
            hll_add(&all, 1 + n);
        }
        hll_add(&half, 1); /* in both */
        hll_pack(&other, &packed);
        assert_int_equal(hll_merge(&half, packed.data, packed.length), 0);
        double error = sizes[i] <= HLL_CODES ? 0
                       : (double)sizes[i] * 4 * 0.01625;
        double difference = (double)hll_count(&all) - (double)sizes[i];
        assert_true(difference <= error && difference >= -error);
        difference = (double)hll_count(&half) - (double)sizes[i];
        assert_true(difference <= error && difference >= -error);
        hll_release(&all);
        hll_release(&half);
        hll_release(&other);
        buf_release(&packed);
    }
}

static void sketches_do_not_depend_on_order(void **state)
{
    struct hll up = { 0 }, down = { 0 };
    struct buf a = BUF_INIT(0), b = BUF_INIT(0);
    for (uint64_t n = 0; n < 900; n++) {
        hll_add(&up, n);
        hll_add(&down, 899 - n);
        if (n % 50 == 0)
            (void)hll_count(&down); /* settles in between */
    }
    hll_pack(&up, &a);
    hll_pack(&down, &b);
    assert_int_equal(a.length, b.length);
    assert_memory_equal(a.data, b.data, a.length);
    assert_int_equal(hll_merge(&up, "\3x", 2), -1);
    hll_release(&up);
    hll_release(&down);
    buf_release(&a);
    buf_release(&b);
}

/* However many posts come and go in one batch, a row has the bytes of its
 * cells' sums. */
static void rows_add_up(void **state)
{
    enum { CELLS = 5, MOST = 4000 };
    struct { uint32_t index; uint64_t counted; int score; } *post =
        mem_alloc(MOST * sizeof(*post));
    struct counts sum[CELLS] = { 0 };
    struct cells cells = { 0 };
    struct buf row = BUF_INIT(0), merged = BUF_INIT(0), right = BUF_INIT(0);
    size_t count = 0;
    for (int batch = 0; batch < 200; batch++) {
        cells_clear(&cells);
        unsigned more = roll(batch % 3 ? 4 : 70);
        for (unsigned i = 0; i < more && count < MOST; i++) {
            struct tags tags = random_tags();
            size_t which = count;
            int sign = count && roll(3) == 0 ? -1 : 1;
            if (sign > 0) {
                post[count].index = roll(CELLS);
                post[count].counted = counted_by(&tags, roll(2));
                post[count++].score = tags.score;
            } else {
                which = roll((unsigned)count);
            }
            counts_post(&sum[post[which].index], post[which].counted,
                        post[which].score, sign);
            cells_add(&cells, post[which].index * 40, post[which].counted,
                      post[which].score, sign);
            if (sign < 0)
                post[which] = post[--count];
        }
        buf_clear(&merged);
        buf_clear(&right);
        assert_int_equal(cells_merge(&cells, buf_bytes(&row), &merged), 0);
        for (uint32_t i = 0; i < CELLS; i++)
            cell_write(&right, i * 40, &sum[i]);
        assert_int_equal(merged.length, right.length);
        if (right.length)
            assert_memory_equal(merged.data, right.data, right.length);
        struct buf swap = row;
        row = merged;
        merged = swap;
    }
    cells_release(&cells);
    buf_release(&row);
    buf_release(&merged);
    buf_release(&right);
    mem_free(post);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_come_back),
        cmocka_unit_test(records_tell_what_changed),
        cmocka_unit_test(cells_come_back),
        cmocka_unit_test(rows_add_up),
        cmocka_unit_test(sketches_count),
        cmocka_unit_test(sketches_do_not_depend_on_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
