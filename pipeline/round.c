/* SPDX-License-Identifier: Apache-2.0 */
/* See round.h. */
#include "pipeline/round.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/write.h"

/* A source that keeps failing is asked at growing distance, to this. */
static const int64_t FAILING_MOST = 6 * HOUR;

/* A rhythm is known after so many rounds with posts and a week; then a silence
 * of so many times the longest usual gap is news. A gap is forgotten in weeks,
 * so that last weekend's still excuses this one's. */
enum { RHYTHM_KNOWN = 10, SILENT_GAPS = 3 };
static const int64_t RHYTHM_WATCHED = 7 * DAY, SILENT_LEAST = 6 * HOUR,
                     GAP_FORGOTTEN = 21 * DAY;

/* So many failures in a row are wrong, so many rounds that did not come, and
 * a wait of so long that a service asks for: its quota is used up. */
enum { FAILURES_WRONG = 2, ROUNDS_LATE = 3 };
static const int64_t WAIT_WRONG = HOUR, LATE_LEAST = HOUR;

enum { AT_TRY, AT_OK, AT_POST, AT_FAILURES, AT_WAIT, AT_MORE, AT_MESSAGE,
       AT_GAP, AT_WATCHED, AT_ARRIVALS, AT_PARTIAL };
static const char *const paths[] = { "last_try", "last_ok", "last_post",
                                     "failures", "wait_until", "more",
                                     "message", "gap", "watched", "arrivals",
                                     "partial", NULL };

static int take(void *context, const struct json_value *values,
                struct error *err)
{
    struct round *r = context;
    (void)err;
    json_integer(&values[AT_TRY], &r->last_try);
    json_integer(&values[AT_OK], &r->last_ok);
    json_integer(&values[AT_POST], &r->last_post);
    json_count(&values[AT_FAILURES], &r->failures);
    json_integer(&values[AT_WAIT], &r->wait_until);
    json_integer(&values[AT_GAP], &r->gap);
    json_integer(&values[AT_WATCHED], &r->watched);
    json_count(&values[AT_ARRIVALS], &r->arrivals);
    r->more = json_true(&values[AT_MORE]);
    r->partial = json_true(&values[AT_PARTIAL]);
    snprintf(r->message, sizeof(r->message), "%.*s",
             (int)values[AT_MESSAGE].text.length,
             values[AT_MESSAGE].text.length ? values[AT_MESSAGE].text.data
                                            : "");
    return 0;
}

/* Of a round in days to come its clock was wrong: it would keep the source from
 * being asked until then. Nothing that it measured counts. */
static void mend_times(struct round *r)
{
    if (r->last_try != clock_past(r->last_try))
        r->wait_until = r->gap = r->arrivals = 0;
    r->last_try = clock_past(r->last_try);
    r->last_ok = clock_past(r->last_ok);
    r->last_post = clock_past(r->last_post);
    r->watched = clock_past(r->watched);
}

int round_read(struct store *s, const char *label, struct round *out,
               struct error *err)
{
    struct buf key = BUF_INIT(0), note = BUF_INIT(64 * KiB);
    *out = (struct round){ 0 };
    buf_printf(&key, "round/%s", label);
    int rc = store_note_get(s, buf_text(&key), &note, err);
    if (rc == 1) {
        struct json *json = json_open("", paths, take, out);
        if (json_feed(json, buf_text(&note), note.length, err) ||
            json_end(json, err))
            rc = error_prefix(err, "the note on %s", label);
        json_close(json);
        mend_times(out);
    }
    buf_release(&key);
    buf_release(&note);
    return rc;
}

int64_t round_due(const struct round *r, int64_t every)
{
    int64_t distance = every;
    uint32_t failures = r->partial ? 0 : r->failures;
    for (uint32_t n = 1; n < failures && distance < FAILING_MOST; n++)
        distance *= 2;
    if (distance > FAILING_MOST && every < FAILING_MOST)
        distance = FAILING_MOST;
    int64_t due = r->last_try ? r->last_try + distance : 0;
    if (r->more)
        due = 0;
    return due > r->wait_until ? due : r->wait_until;
}

int64_t round_every(const struct source_config *s)
{
    const struct collector *kind = collector_find(s->type);
    return s->every ? s->every : kind ? kind->every : HOUR;
}

/* The longest usual time without a new post, as rounds so far apart see it. */
static int64_t usual_silence(const struct round *r, int64_t every)
{
    return r->gap + (every > LATE_LEAST ? every : LATE_LEAST);
}

/* A source that answers but brings nothing for much longer than it used to:
 * seconds since its last new post, 0: all is as usual, or not yet known. */
static int64_t silent(const struct round *r, int64_t every, int64_t now)
{
    int64_t since = now - r->last_post;
    if (r->arrivals < RHYTHM_KNOWN || r->failures ||
        now - r->watched < RHYTHM_WATCHED || since < SILENT_LEAST ||
        since <= SILENT_GAPS * usual_silence(r, every))
        return 0;
    return since;
}

void round_wrong(const struct round *r, int64_t every, int64_t now,
                 char out[ROUND_WRONG])
{
    char when[CLOCK_TEXT], until[40] = "";
    int64_t quiet = silent(r, every, now), due = round_due(r, every);
    int64_t late = now - (due > r->last_try ? due : r->last_try);
    *out = '\0';
    if (r->failures && r->wait_until > now)
        snprintf(until, sizeof(until), " (waits until %s)",
                 clock_format(r->wait_until, when));
    if (!r->last_try)
        snprintf(out, ROUND_WRONG, "never ran");
    else if (late > LATE_LEAST && late > ROUNDS_LATE * every)
        snprintf(out, ROUND_WRONG, "is not being run: the last round was %lld "
                 "min ago", (long long)((now - r->last_try) / MINUTE));
    else if (r->failures >= FAILURES_WRONG)
        snprintf(out, ROUND_WRONG, "failed%s %u rounds in a row%s: %s",
                 r->partial ? " in part" : "", r->failures, until, r->message);
    else if (r->failures && (r->wait_until - r->last_try >= WAIT_WRONG ||
                             now - r->last_ok > DAY))
        snprintf(out, ROUND_WRONG, "failed%s: %s", until, r->message);
    else if (quiet)
        snprintf(out, ROUND_WRONG, "has brought nothing new for %lld h, "
                 "usually for %lld h at most", (long long)(quiet / HOUR),
                 (long long)((usual_silence(r, every) + HOUR - 1) / HOUR));
}

/* This round brought a new post. Catching up tells nothing of a rhythm, and a
 * time without a round that worked is no silence: nobody knows. */
static void arrived(struct round *r, bool caught_up, int64_t now)
{
    int64_t since = now - r->last_post, gap = r->last_ok - r->last_post;
    bool measured = r->watched && r->last_post;
    r->last_post = now;
    if (!caught_up)
        return;
    if (!r->watched)
        r->watched = now;
    if (!measured)
        return;
    r->gap -= since < GAP_FORGOTTEN ? r->gap * since / GAP_FORGOTTEN : r->gap;
    r->gap = gap > r->gap ? gap : r->gap;
    r->arrivals += r->arrivals < 1000;
}

void round_coverage(struct store *s, const struct collection *c, int rc,
                    const struct error *why, int64_t now,
                    struct coverage_span *out)
{
    struct round before;
    out->state = COVERAGE_NONE;
    if (!*c->label || rc == 2)
        return;
    if (rc == 0 || c->partial) {
        if (!c->complete_from)
            return;
        *out = (struct coverage_span){ c->complete_from, now,
                                       COVERAGE_COVERED };
        return;
    }
    int64_t from = now - QUARTER;
    if (round_read(s, c->label, &before, NULL) == 1 && before.last_ok)
        from = before.last_ok;
    bool limited = why->kind == ERROR_RETRY && collection_wait(c) > now;
    *out = (struct coverage_span){ from, now, limited ? COVERAGE_LIMITED
                                                      : COVERAGE_FAILED };
}

static void put(struct writer *w, int at, int64_t number)
{
    write_count(w, paths[at], (uint64_t)number);
}

static void write_note(const struct round *r, struct buf *note)
{
    struct writer w = { .out = note, .one_line = true };
    size_t length = strlen(r->message); /* never half a character */
    while (length && !text_valid(r->message, length))
        length--;
    write_begin(&w, NULL, '{');
    put(&w, AT_TRY, r->last_try);
    put(&w, AT_OK, r->last_ok);
    put(&w, AT_POST, r->last_post);
    put(&w, AT_FAILURES, r->failures);
    put(&w, AT_WAIT, r->wait_until);
    put(&w, AT_GAP, r->gap);
    put(&w, AT_WATCHED, r->watched);
    put(&w, AT_ARRIVALS, r->arrivals);
    write_flag(&w, paths[AT_MORE], r->more);
    write_flag(&w, paths[AT_PARTIAL], r->partial);
    write_slice(&w, paths[AT_MESSAGE], (struct text){ r->message, length });
    write_end(&w, '}');
}

int round_note(struct store *s, const struct collection *c, int rc,
               const struct error *why, const struct ingest_report *report,
               int64_t now, struct error *err)
{
    struct buf key = BUF_INIT(0), note = BUF_INIT(0);
    struct round r;
    if (round_read(s, c->label, &r, NULL) < 0)
        r = (struct round){ 0 };
    r.last_try = now;
    if (report->stored.added)
        arrived(&r, rc == 0 && !r.more, now);
    if (rc >= 0 || report->partial)
        r.last_ok = now;
    r.failures = rc < 0 ? r.failures + 1 : 0;
    r.wait_until = report->wait_until;
    r.more = rc == 2;
    r.partial = report->partial;
    snprintf(r.message, sizeof(r.message), "%.250s", rc < 0 ? why->text : "");
    write_note(&r, &note);
    buf_printf(&key, "round/%s", c->label);
    rc = store_note_put(s, buf_text(&key), buf_bytes(&note), err);
    buf_release(&key);
    buf_release(&note);
    return rc;
}
