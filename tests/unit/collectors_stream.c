/* SPDX-License-Identifier: Apache-2.0 */
/* The collector that listens, Jetstream, to a stream that is a list of frames
 * and a clock that only they move; a real WebSocket is in
 * tests/servers/jetstream.sh. */
#include "tests/unit/collecting.h"

#include "base/http_stream.h"

enum { START = 1790000000 }; /* 2026-09-21T14:13:20Z */

/* ---- the stream ------------------------------------------------------- */

static struct {
    struct { int64_t at; char text[400]; } frames[100];
    size_t count, next;
    int64_t clock;             /* milliseconds */
    bool drops;                /* behind the last frame */
    int64_t cursor;            /* asked for */
} wire;

int64_t limit_now(void)
{
    return wire.clock;
}

int http_stream_open(struct http_stream **out, const struct http_limits *limits,
                     const char *url, int64_t *wait_until, struct error *err)
{
    const char *cursor = strstr(url, "&cursor=");
    assert_non_null(cursor);
    wire.cursor = strtoll(cursor + 8, NULL, 10);
    *out = (struct http_stream *)&wire;
    return 0;
}

void http_stream_close(struct http_stream *s)
{
}

int http_stream_next(struct http_stream *s, int64_t ms, struct text *message,
                     struct error *err)
{
    *message = TEXT("");
    if (wire.next == wire.count && wire.drops)
        return error_set(err, ERROR_RETRY, "host: the connection ended");
    if (wire.next == wire.count ||
        wire.frames[wire.next].at > wire.clock + ms) {
        wire.clock += ms;
        return 0;
    }
    if (wire.clock < wire.frames[wire.next].at)
        wire.clock = wire.frames[wire.next].at;
    *message = text_of(wire.frames[wire.next++].text);
    return 1;
}

/* A frame that comes so many seconds after the last one, of that time. */
static void frame(int seconds, int64_t when, const char *rest)
{
    int64_t last = wire.count ? wire.frames[wire.count - 1].at : wire.clock;
    wire.frames[wire.count].at = last + seconds * 1000;
    snprintf(wire.frames[wire.count++].text, sizeof(wire.frames[0].text),
             "{\"did\":\"did:x\",\"time_us\":%lld000000,%s}", (long long)when,
             rest);
}

static void post(int seconds, int64_t when, const char *operation, int key,
                 const char *text)
{
    char rest[300];
    snprintf(rest, sizeof(rest), "\"kind\":\"commit\",\"commit\":{\"operation\""
             ":\"%s\",\"collection\":\"app.bsky.feed.post\",\"rkey\":\"%d\","
             "\"record\":{\"text\":\"%s\",\"createdAt\":\"2026-09-21T14:00:00Z"
             "\"}}", operation, key, text);
    frame(seconds, when, rest);
}

static void begin_wire(struct run *r)
{
    memset(&wire, 0, sizeof(wire));
    begin(r, "jetstream", NULL);
    clock_fix(START);
    r->c.since = START - 1000;
}

static int collect_wire(struct run *r)
{
    given(r, "match", "acme", NULL);
    r->c.complete_from = 0;
    return round_of(r, 2000);
}

/* ---- rounds ----------------------------------------------------------- */

/* By cron until what was written before is read, however slowly it comes, or
 * nothing more does. */
static void test_a_round_by_cron(void **state)
{
    struct run r;
    begin_wire(&r);
    for (int i = 0; i < 8; i++)
        post(2, START - 80 + i * 10, "create", i, "my acme jacket");
    post(1, START + 1, "create", 8, "breakfast");
    post(0, START + 2, "create", 9, "acme, but of the next round");
    assert_int_equal(collect_wire(&r), 0);
    assert_int_equal(wire.cursor, (START - 1000) * 1000000ll);
    assert_int_equal(r.c.complete_from, START - 1000);
    assert_int_equal(r.out.count, 8);
    assert_non_null(find(&r, "at://did:x/app.bsky.feed.post/7"));
    end(&r);
    begin_wire(&r);
    post(1, START - 50, "create", 1, "acme");
    post(5, START - 40, "create", 2, "acme");
    assert_int_equal(collect_wire(&r), 0);
    assert_int_equal(r.out.count, 1);
    assert_in_range(wire.clock, 4000, 5000);
    end(&r);
}

static const volatile sig_atomic_t going_on;

/* Followed it goes on for a quarter of an hour; a silent line is dead. */
static void test_a_round_that_follows(void **state)
{
    struct run r;
    begin_wire(&r);
    r.c.stop = &going_on;
    for (int i = 0; i < 40; i++)
        post(30, START + i * 30, "create", i, "acme");
    assert_int_equal(collect_wire(&r), 0);
    assert_int_equal(r.out.count, 30);
    assert_in_range(wire.clock, 900000, 901000);
    end(&r);
    begin_wire(&r);
    r.c.stop = &going_on;
    post(30, START, "create", 1, "acme");
    assert_int_equal(collect_wire(&r), 0); /* and listens again */
    assert_in_range(wire.clock, 90000, 91000);
    end(&r);
    begin_wire(&r);
    r.c.stop = &going_on;
    assert_int_equal(collect_wire(&r), -1);
    assert_non_null(strstr(r.err.text, "nothing came for 60 seconds"));
    end(&r);
}

static void test_frames(void **state)
{
    struct run r;
    begin_wire(&r);
    post(0, START - 90, "create", 1, "An ACME coat");
    post(0, START - 80, "create", 2, "breakfast");
    post(0, START - 70, "update", 3, "acme, changed");
    post(0, START - 60, "update", 4, "of something else now");
    post(0, START - 50, "delete", 5, "");
    frame(0, START - 40, "\"kind\":\"account\",\"account\":{\"active\":false,"
          "\"status\":\"deleted\"}");
    frame(0, START + 100000, "\"kind\":\"identity\"");
    frame(0, START - 30, "\"kind\":\"commit\",\"commit\":{\"operation\":"
          "\"create\",\"collection\":\"app.bsky.feed.post\"}");
    frame(0, START - 20, "cut off");
    assert_int_equal(collect_wire(&r), 0);
    assert_int_equal(r.c.skipped, 2);
    assert_int_equal(r.out.count, 5);
    assert_true(text_is(r.out.posts[0].text, "An ACME coat"));
    assert_true(find(&r, "at://did:x/app.bsky.feed.post/3")->edited > 0);
    assert_true(find(&r, "at://did:x/app.bsky.feed.post/4")->deleted);
    assert_true(find(&r, "at://did:x/app.bsky.feed.post/5")->deleted);
    const struct post *all = &r.out.posts[4]; /* theirs, when the round ends */
    assert_true(all->deleted && !all->native_id.length);
    assert_true(text_is(all->author, "did:x"));
    /* the clock of one frame that is days ahead moves no cursor */
    assert_string_equal(buf_text(&r.cursor), "1789999970000000 5000000 0\n");
    end(&r);
}

/* What breaks off is asked again from a little before, ever less where a
 * service breaks off before anything is new. */
static void test_cursor(void **state)
{
    static const struct { int64_t below, newest; bool drops; int rc; } rows[] = {
        { 1000000, -100, false, 0 }, { 5000, -60, true, -1 },
        { 5000, -60, true, -1 }, { 2500, -60, true, -1 },
        { 1250, -50, true, -1 }, { 2500, -40, false, 0 },
        { 5000, -30, false, 0 } };
    struct run r;
    int64_t last = START;
    begin_wire(&r);
    for (size_t i = 0; i < COUNT(rows); i++) {
        wire.count = wire.next = 0;
        wire.drops = rows[i].drops;
        post(0, START + rows[i].newest, "create", (int)i, "acme");
        assert_int_equal(collect_wire(&r), rows[i].rc);
        assert_int_equal(r.out.count, 1);
        assert_int_equal(last * 1000 - wire.cursor / 1000, rows[i].below);
        last = START + rows[i].newest;
    }
    end(&r);
}

/* What one round has begun, and a bound or a fault has ended, the next one
 * completes: it covers both. */
static void test_a_round_in_parts(void **state)
{
    struct run r;
    begin_wire(&r);
    for (int i = 0; i < 40; i++)
        post(1, START - 50 + i, "create", i, "acme");
    given(&r, "match", "acme", NULL);
    assert_int_equal(round_of(&r, 10), 1);
    wire.drops = true;
    assert_int_equal(collect_wire(&r), -1);
    wire.drops = false;
    post(0, START + 1, "create", 40, "acme");
    assert_int_equal(collect_wire(&r), 0);
    assert_int_equal(r.c.complete_from, START - 1000);
    assert_int_equal(collect_wire(&r), 0);
    assert_int_equal(r.c.complete_from, START + 1 - 5);
    end(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_round_by_cron),
        cmocka_unit_test(test_a_round_that_follows),
        cmocka_unit_test(test_frames),
        cmocka_unit_test(test_cursor),
        cmocka_unit_test(test_a_round_in_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
