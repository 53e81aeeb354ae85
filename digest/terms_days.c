/* SPDX-License-Identifier: Apache-2.0 */
/* See terms_days.h. */
#include "digest/terms_days.h"

#include <stdio.h>

#include "base/clock.h"
#include "digest/names.h"

enum {
    SMALL_DAY = 500,        /* documents */
    KEEP_BYTES = 1 << 22,   /* counted anew, before they are written */
};

int days_flush(struct days_kept *k, struct store *store, struct error *err)
{
    int rc = store_terms_put(store, k->subject, k->days, k->count, err);
    for (size_t i = 0; i < k->count; i++)
        mem_free((char *)k->days[i].packed.data);
    k->count = k->bytes = 0;
    return rc;
}

static int add_day(struct days_kept *k, struct store *store, int64_t day,
                    const struct buf *packed, struct error *err)
{
    char *copy = mem_slice(buf_text(packed), packed->length);
    k->days[k->count++] = (struct store_terms){
        day, { copy, packed->length } };
    k->bytes += packed->length;
    return k->count == DAYS_KEPT || k->bytes >= KEEP_BYTES
               ? days_flush(k, store, err)
               : 0;
}

/* From the posts. */
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
        tally_pack(out, &t, stamp, d.count <= SMALL_DAY);
    }
    documents_release(&d);
    tally_release(&t);
    return rc;
}

int days_packed(struct buf *out, struct days_kept *kept, struct store *store,
                const struct terms_query *q, const struct unwanted *u,
                uint64_t stamp, int64_t day, struct error *err)
{
    struct store_query query = { q->subject, q->source, day * DAY,
                                 (day + 1) * DAY };
    int rc;
    if (!q->source) {
        rc = store_terms_get(store, q->subject, day, out, err);
        if (rc < 0)
            return -1;
        if (rc && tally_packed(out, stamp))
            return 0;
    }
    rc = count_day(out, store, &query, u, stamp, err);
    if (rc == 0 && q->write_cache && !q->source)
        rc = add_day(kept, store, day, out, err);
    return rc;
}

/* ---- are they what the posts say? ---- */

struct verify {
    struct store *store;
    const struct config *config;
    bool repair;
    visit_difference *visit;
    void *context;
    uint64_t differences, stamp;
    struct unwanted unwanted;  /* of the subject, once one of its days is kept */
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

static int load_unwanted(struct verify *v, const char *subject,
                         struct error *err)
{
    const char *data = v->config ? v->config->data : NULL;
    if (v->loaded)
        return 0;
    if (unwanted_load(&v->unwanted, data, v->config, subject, err))
        return -1;
    v->stamp = tally_stamp(&v->unwanted);
    v->loaded = true;
    return 0;
}

static int verify_day(struct verify *v, const char *subject, int64_t day,
                      struct error *err)
{
    struct store_query query = { subject, NULL, day * DAY, (day + 1) * DAY };
    char date[CLOCK_TEXT], said[200];
    int rc = store_terms_get(v->store, subject, day, &v->have, err);
    if (rc <= 0)
        return rc;
    if (load_unwanted(v, subject, err))
        return -1;
    if (!tally_packed(&v->have, v->stamp)) /* of other rules: never read */
        return 0;
    rc = is_whole(v->store, &query, err);
    if (rc <= 0)
        return rc;
    if (count_day(&v->right, v->store, &query, &v->unwanted, v->stamp, err))
        return -1;
    struct text right = { buf_text(&v->right), v->right.length };
    if (text_equal(right, (struct text){ buf_text(&v->have),
                                         v->have.length }))
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
