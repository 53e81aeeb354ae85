/* SPDX-License-Identifier: Apache-2.0 */
/* See ingest_retag.h. Posts are copied out of the store batch by batch, so
 * that no read transaction stays open while one is written. */
#include "pipeline/ingest_retag.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

enum { RETAG_BATCH = 10000 };
static const char progress_key[] = "retag/progress";

/* What a post said before, kept beside its copy in the batch. */
struct before {
    struct tags tags;
    struct mention *mentions;  /* in the batch's arena */
    const char **subjects;     /* names of the mentions; same */
    uint32_t count;
};

struct retag {
    struct store *store;
    struct tagger *tagger;
    struct retag_report *report;
    struct batch batch;
    struct before *before;     /* one a post of the batch */
    size_t before_room;
    int64_t began;             /* posts from then on have the new tags ... */
    int64_t next;              /* ... until here, where the next batch begins */
};

void retag_report_release(struct retag_report *r)
{
    for (size_t i = 0; i < r->count; i++)
        mem_free(r->rows[i].subject);
    mem_free(r->rows);
    r->rows = NULL;
    r->count = r->room = 0;
}

static struct retag_row *row_of(struct retag_report *r, const char *subject)
{
    size_t low = r->count ? 1 : 0, high = r->count;
    if (r->count && strcmp(subject, "*") == 0)
        return &r->rows[0];
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(r->rows[middle].subject, subject);
        if (order == 0)
            return &r->rows[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    r->rows = mem_grow(r->rows, &r->room, r->count, sizeof(*r->rows));
    memmove(&r->rows[low + 1], &r->rows[low],
            (r->count - low) * sizeof(*r->rows));
    r->count++;
    r->rows[low] = (struct retag_row){ .subject = mem_string(subject) };
    return &r->rows[low];
}

static void keep_text(struct arena *memory, struct text *t)
{
    t->data = arena_copy(memory, t->data, t->length);
}

/* Copy the post and what its tags were. Stops when the batch is full and the
 * second is over: the next batch begins at that second. */
static int take_post(void *context, const struct post *post,
                     const struct mention *mention)
{
    struct retag *r = context;
    struct arena *memory = &r->batch.memory;
    (void)mention;
    if (r->batch.count >= RETAG_BATCH &&
        post->created > r->batch.posts[r->batch.count - 1].created) {
        r->next = post->created;
        return 1;
    }
    r->before = mem_grow(r->before, &r->before_room, r->batch.count,
                         sizeof(*r->before));
    struct before *b = &r->before[r->batch.count];
    struct post *p = batch_add(&r->batch);
    *p = *post;
    keep_text(memory, &p->source);
    keep_text(memory, &p->native_id);
    keep_text(memory, &p->url);
    keep_text(memory, &p->author);
    keep_text(memory, &p->handle);
    keep_text(memory, &p->text);
    keep_text(memory, &p->reply_to);
    keep_text(memory, &p->lang);
    b->tags = post->tags;
    b->count = post->mention_count;
    b->mentions = arena_alloc(memory, b->count * sizeof(*b->mentions));
    b->subjects = arena_alloc(memory, b->count * sizeof(*b->subjects));
    for (uint32_t i = 0; i < b->count; i++) {
        const char *name = store_subject_name(r->store,
                                              post->mentions[i].subject);
        b->mentions[i] = post->mentions[i];
        b->subjects[i] = name ? name : "?";
    }
    p->mentions = NULL;
    p->mention_count = 0;
    p->html = false;
    return 0;
}

static void count_side(struct retag_report *report, int side,
                       const char *subject, const struct tags *tags)
{
    struct retag_row *row = row_of(report, subject);
    row->posts[side]++;
    row->label[side][tags->label]++;
}

static const struct tags *tags_for(const struct before *b, const char *subject)
{
    for (uint32_t i = 0; i < b->count; i++)
        if (strcmp(b->subjects[i], subject) == 0)
            return &b->mentions[i].tags;
    return NULL;
}

static bool turned(const struct tags *a, const struct tags *b)
{
    return (a->label == LABEL_POSITIVE && b->label == LABEL_NEGATIVE) ||
           (a->label == LABEL_NEGATIVE && b->label == LABEL_POSITIVE);
}

/* Count one post on both sides; true when anything differs. */
static bool compare(struct retag *r, const struct post *p,
                    const struct before *b)
{
    struct retag_report *report = r->report;
    bool differs = !tags_equal(&p->tags, &b->tags) ||
                   p->mention_count != b->count;
    count_side(report, 0, "*", &b->tags);
    count_side(report, 1, "*", &p->tags);
    row_of(report, "*")->turned += turned(&b->tags, &p->tags);
    for (uint32_t i = 0; i < b->count; i++)
        count_side(report, 0, b->subjects[i], &b->mentions[i].tags);
    for (uint32_t i = 0; i < p->mention_count; i++) {
        const struct mention *m = &p->mentions[i];
        const char *subject = r->batch.subjects[m->subject];
        const struct tags *old = tags_for(b, subject);
        count_side(report, 1, subject, &m->tags);
        if (!old || !tags_equal(old, &m->tags))
            differs = true;
        if (old && turned(old, &m->tags))
            row_of(report, subject)->turned++;
    }
    return differs;
}

/* Where an interrupted run by the same rules stopped that began no later, or
 * from. */
static int resume(struct retag *r, int64_t from, int64_t *start,
                  struct error *err)
{
    struct buf value = BUF_INIT(100);
    unsigned rules = 0;
    long long began = 0, next = 0;
    int rc = store_note_get(r->store, progress_key, &value, err);
    *start = r->began = from;
    if (rc > 0 && sscanf(buf_text(&value), "%u %lld %lld", &rules, &began,
                         &next) == 3 &&
        rules == r->report->rules && began <= from && next > from) {
        *start = next;
        r->began = began;
    }
    buf_release(&value);
    return rc < 0 ? -1 : 0;
}

static int save_progress(struct retag *r, bool done, struct error *err)
{
    char text[64] = "";
    if (!done)
        snprintf(text, sizeof(text), "%u %lld %lld", r->report->rules,
                 (long long)r->began, (long long)r->next);
    return store_note_put(r->store, progress_key, text_of(text), err);
}

static int retag_batch(struct retag *r, struct store *into, struct error *err)
{
    struct store_result result = { 0 };
    tagger_run(r->tagger, &r->batch, 0);
    r->batch.rules = r->report->rules;
    for (size_t i = 0; i < r->batch.count; i++)
        r->report->changed += compare(r, &r->batch.posts[i], &r->before[i]);
    r->report->posts += r->batch.count;
    return into ? store_append(into, &r->batch, &result, err) : 0;
}

int retag_run(struct store *store, const struct rules *rules, int64_t from,
              int64_t until, struct store *into, struct retag_report *report,
              struct error *err)
{
    struct retag r = { .store = store, .report = report };
    struct buf text = BUF_INIT(0);
    bool more = true, apply = into == store;
    int rc = -1;
    batch_init(&r.batch);
    r.tagger = tagger_open(rules);
    memset(report, 0, sizeof(*report));
    row_of(report, "*");
    rules_describe(rules, &text);
    if (into &&
        !(report->rules = store_rules(into, (struct text){
              text.data, text.length }, err)))
        goto done;
    if (apply && resume(&r, from, &from, err))
        goto done;
    report->from = from;
    while (more) {
        struct store_query q = { NULL, NULL, from, until };
        batch_reset(&r.batch);
        r.next = INT64_MAX;
        if (store_posts(store, &q, take_post, &r, err) ||
            retag_batch(&r, into, err))
            goto done;
        more = r.next != INT64_MAX;
        from = r.next;
        if (apply && save_progress(&r, !more, err))
            goto done;
        log_progress("posts tagged again", report->posts, 0);
    }
    rc = 0;
done:
    log_progress("posts tagged again", 1, 1);
    tagger_close(r.tagger);
    batch_release(&r.batch);
    mem_free(r.before);
    buf_release(&text);
    return rc;
}
