/* SPDX-License-Identifier: Apache-2.0 */
/* A subject's days: their terms packed, from the store's cache or from the
 * posts, compared with the posts, or listed one by one. Judges nothing. */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "digest/names.h"
#include "digest/tally.h"

enum {
    DAYS_KEPT = 64,         /* counted anew, before they are written ... */
    KEEP_BYTES = 1 << 22,   /* ... in one transaction */
};

/* ---- packed, from the cache or counted ---------------------------------- */

/* Days counted anew, on their way to the cache. */
struct fresh {
    struct store *store;
    const char *subject;
    struct store_terms days[DAYS_KEPT];
    size_t count, bytes;
};

/* On a full disk nothing is kept, and the answer is the same. */
static int fresh_write(struct fresh *f, struct error *err)
{
    struct error why = ERROR_INIT;
    int rc = store_terms_put(f->store, f->subject, f->days, f->count, &why);
    if (rc && why.kind == ERROR_FULL)
        rc = 0;
    else if (rc && err)
        *err = why;
    for (size_t i = 0; i < f->count; i++)
        mem_free((char *)f->days[i].packed.data);
    f->count = f->bytes = 0;
    return rc;
}

static int fresh_add(struct fresh *f, int64_t day, const struct buf *packed,
                     struct error *err)
{
    f->days[f->count++] = (struct store_terms){
        day, { mem_slice(packed->data, packed->length), packed->length } };
    f->bytes += packed->length;
    return f->count == DAYS_KEPT || f->bytes >= KEEP_BYTES
               ? fresh_write(f, err) : 0;
}

static int count_day(struct buf *out, struct store *store,
                     const struct store_query *day, const struct unwanted *u,
                     uint64_t stamp, struct error *err)
{
    struct documents d = { 0 };
    struct tally t = { 0 };
    int rc = documents_read(&d, store, day, err);
    buf_clear(out);
    if (rc == 0) {
        tally_count(&t, &d, u);
        tally_pack(out, &t, stamp);
    }
    documents_release(&d);
    tally_release(&t);
    return rc;
}

int tally_days(struct store *store, const struct terms_query *q,
               const struct unwanted *u, int64_t first, int64_t last,
               visit_packed *visit, void *context, struct error *err)
{
    struct fresh fresh = { .store = store,
                           .subject = q->subject ? q->subject : "*" };
    struct buf packed = BUF_INIT(0);
    uint64_t stamp = tally_stamp(u);
    int rc = 0;
    for (int64_t day = first; rc >= 0 && day <= last; day++) {
        struct store_query query = { fresh.subject, q->source, day * DAY,
                                     (day + 1) * DAY };
        buf_clear(&packed);
        rc = q->source ? 0 : store_terms_get(store, fresh.subject, day,
                                             &packed, err);
        if (rc == 0 || (rc > 0 && !tally_packed(&packed, stamp))) {
            rc = count_day(&packed, store, &query, u, stamp, err);
            if (rc == 0 && !q->source && store_writable(store))
                rc = fresh_add(&fresh, day, &packed, err);
        }
        if (rc >= 0)
            visit(context, &packed, day);
    }
    if (fresh_write(&fresh, rc < 0 ? NULL : err))
        rc = -1;
    buf_release(&packed);
    return rc < 0 ? -1 : 0;
}

/* ---- are they what the posts say? --------------------------------------- */

struct verify {
    struct store *store;
    const struct config *config;
    bool repair;
    visit_difference *visit;
    void *context;
    uint64_t differences, stamp;
    struct unwanted unwanted;  /* of the subject, once a day of it is kept */
    bool loaded;
    struct buf have, right;
};

static int count_post(void *context, const struct post *post,
                      const struct mention *mention)
{
    (void)post;
    (void)mention;
    ++*(uint64_t *)context;
    return 0;
}

/* 1: every post that is counted is there, 0: some have expired, -1. */
static int is_whole(struct store *store, const struct store_query *day,
                    struct error *err)
{
    struct counts all;
    uint64_t posts = 0;
    if (store_series(store, day, DAY, &all, 1, err) ||
        store_posts(store, day, count_post, &posts, err) < 0)
        return -1;
    return posts == all.posts;
}

static int verify_day(struct verify *v, const char *subject, int64_t day,
                      struct error *err)
{
    struct store_query query = { subject, NULL, day * DAY, (day + 1) * DAY };
    char date[CLOCK_TEXT], said[200];
    int rc = store_terms_get(v->store, subject, day, &v->have, err);
    if (rc <= 0)
        return rc;
    if (!v->loaded && unwanted_load(&v->unwanted, v->config, subject, err))
        return -1;
    v->loaded = true;
    v->stamp = tally_stamp(&v->unwanted);
    if (!tally_packed(&v->have, v->stamp)) /* of other rules: never read */
        return 0;
    rc = is_whole(v->store, &query, err);
    if (rc <= 0)
        return rc;
    if (count_day(&v->right, v->store, &query, &v->unwanted, v->stamp, err))
        return -1;
    struct text right = buf_bytes(&v->right);
    if (text_equal(right, buf_bytes(&v->have)))
        return 0;
    rc = store_terms_get(v->store, subject, day, &v->have, err);
    if (rc <= 0) /* dropped meanwhile, with a post that came */
        return rc;
    clock_format(day * DAY, date);
    snprintf(said, sizeof(said), "%.10s: terms of %.100s: they differ from "
             "what the posts say", date, subject);
    v->visit(v->context, said);
    v->differences++;
    return v->repair ? store_terms_put(v->store, subject,
                                       &(struct store_terms){ day, right }, 1,
                                       err) : 0;
}

int terms_verify(struct store *store, const struct config *config,
                 bool repair, visit_difference *visit, void *context,
                 uint64_t *differences, struct error *err)
{
    struct verify v = { .store = store, .config = config, .repair = repair,
                        .visit = visit, .context = context };
    struct names subjects = { 0 };
    int64_t first, last;
    int rc = store_span(store, &first, &last, err);
    if (rc > 0)
        rc = names_read(&subjects, store, STORE_SUBJECTS, err);
    names_add(&subjects, "*");
    for (size_t i = 0; i < subjects.count && rc >= 0; i++) {
        for (int64_t day = first / DAY; day <= last / DAY && rc >= 0; day++)
            rc = verify_day(&v, subjects.items[i], day, err);
        if (v.loaded)
            unwanted_release(&v.unwanted);
        v.loaded = false;
    }
    *differences += v.differences;
    names_release(&subjects);
    buf_release(&v.have);
    buf_release(&v.right);
    return rc < 0 ? -1 : 0;
}

/* ---- one by one --------------------------------------------------------- */

struct listed {
    const char *text;
    const struct entry *entry;
};

static int by_text(const void *a, const void *b)
{
    const struct listed *x = a, *y = b;
    int order = strcmp(x->text, y->text);
    return order ? order : (x->entry->hash > y->entry->hash) -
                           (x->entry->hash < y->entry->hash);
}

static void visit_all(const struct tally *t, struct documents *d,
                      visit_term *visit, void *context)
{
    struct listed *list = mem_alloc((t->count + 1) * sizeof(*list));
    for (size_t i = 0; i < t->count; i++)
        list[i] = (struct listed){
            entry_text(&t->items[i], d, &d->memory), &t->items[i] };
    qsort(list, t->count, sizeof(*list), by_text);
    for (size_t i = 0; i < t->count; i++) {
        const struct entry *e = list[i].entry;
        if (visit(context, text_of(list[i].text), entry_kind(e), e->posts,
                  e->authors))
            break;
    }
    mem_free(list);
}

int terms_day(struct store *store, const struct config *config,
              const struct store_query *day, visit_term *visit, void *context,
              struct error *err)
{
    struct unwanted u = { 0 };
    struct documents d = { 0 };
    struct tally t = { 0 };
    int rc = unwanted_load(&u, config, day->subject, err);
    if (rc == 0)
        rc = documents_read(&d, store, day, err);
    if (rc == 0) {
        tally_count(&t, &d, &u);
        visit_all(&t, &d, visit, context);
    }
    tally_release(&t);
    documents_release(&d);
    unwanted_release(&u);
    return rc;
}
