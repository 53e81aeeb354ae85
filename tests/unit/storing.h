/* SPDX-License-Identifier: Apache-2.0 */
/* For tests over a store: one in a folder of its own, the batch that is kept
 * next, and posts with what every post has. */
#ifndef TESTS_STORING_H
#define TESTS_STORING_H

#include "store/store.h"
#include "tests/unit/scratch.h"
#include "tests/unit/test.h"

struct fixture {
    char folder[SCRATCH_ROOM];
    struct store *store;
    struct batch batch;
    struct error err;
    unsigned made;           /* posts without an id of their own */
};

/* What fails says why. */
#define ok(f, call)                                                           \
    do {                                                                      \
        if (call)                                                             \
            fail_msg("%s", (f)->err.text);                                    \
    } while (0)

/* Another backend is tested at STORE_URL. */
static inline const char *fixture_place(const struct fixture *f)
{
    const char *url = getenv("STORE_URL");
    return url ? url : f->folder;
}

static inline struct fixture *fixture_open(const char *const *subjects,
                                           size_t count)
{
    struct fixture *f = mem_alloc(sizeof(*f));
    scratch_make(f->folder);
    ok(f, store_open(&f->store, fixture_place(f), STORE_WRITE, &f->err));
    batch_init(&f->batch);
    f->batch.subjects = subjects;
    f->batch.subject_count = count;
    f->batch.rules = 1;
    return f;
}

static inline void fixture_close(struct fixture *f)
{
    store_close(f->store);
    batch_release(&f->batch);
    scratch_remove(f->folder);
    mem_free(f);
}

/* id NULL: another than all before. */
static inline struct post *fixture_post(struct fixture *f, const char *id,
                                        int64_t created, enum label label,
                                        const char *text)
{
    struct post *p = batch_add(&f->batch);
    struct arena *memory = &f->batch.memory;
    char own[20];
    snprintf(own, sizeof(own), "p%u", f->made);
    f->made += !id;
    id = id ? id : own;
    p->source = TEXT("forum");
    p->native_id = text_of(arena_copy(memory, id, strlen(id)));
    p->text = text_of(arena_copy(memory, text, strlen(text)));
    p->created = p->fetched = created;
    p->tags.label = (uint8_t)label;
    p->tags.score = label == LABEL_NEGATIVE ? -500
                    : label == LABEL_POSITIVE ? 500 : 0;
    memcpy(p->language, "en", 3);
    return p;
}

/* The post mentions the subjects of a set (bit i: subjects[i]), as it is
 * tagged. */
static inline struct post *fixture_mention(struct fixture *f, struct post *p,
                                           unsigned set)
{
    p->mention_count = 0;
    p->mentions = arena_alloc(&f->batch.memory, 8 * sizeof(*p->mentions));
    for (uint32_t i = 0; i < 8; i++)
        if (set >> i & 1)
            p->mentions[p->mention_count++] = (struct mention){
                .subject = i, .tags = p->tags };
    return p;
}

/* Keeps the batch. */
static inline struct store_result append(struct fixture *f)
{
    struct store_result r = { 0 };
    ok(f, store_append(f->store, &f->batch, &r, &f->err));
    batch_reset(&f->batch);
    return r;
}

#endif
