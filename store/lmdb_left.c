/* SPDX-License-Identifier: Apache-2.0 */
/* A sketch of authors cannot subtract. Who left a day is taken out of it with
 * all that cannot be told from them, and whoever is still there is put back.
 * They are found by one walk over the day's posts, of which the few in the
 * places of those who left are read whole. What the walk saw is kept: a day's
 * posts are deleted in many batches. */
#include "store/lmdb.h"

#include <stdlib.h>
#include <string.h>

#include "store/hll.h"
#include "store/record.h"

struct leaver {
    uint64_t author;
    bool back;                 /* came in the same breath */
};

void left_release(struct left *l)
{
    mem_free(l->leavers);
    mem_free(l->record);
}

static int compare_leavers(const void *a, const void *b)
{
    const struct leaver *x = a, *y = b;
    return x->author < y->author ? -1 : x->author > y->author;
}

static void find_leavers(struct left *l, struct run row)
{
    l->count = 0;
    for (size_t i = 0; i < row.count; i++) {
        const struct change *c = row.items[i];
        if (c->sign >= 0 || !c->author)
            continue;
        l->leavers = mem_grow(l->leavers, &l->room, l->count,
                              sizeof(*l->leavers));
        l->leavers[l->count++] = (struct leaver){ c->author, false };
    }
}

/* Few of those who came need to be looked for: met says of whom there may be
 * one who left. */
static void find_back(struct left *l, struct run row)
{
    bool met[1 << 12] = { false };
    for (size_t i = 0; i < l->count; i++)
        met[l->leavers[i].author % sizeof(met)] = true;
    for (size_t i = 0; i < row.count; i++) {
        struct leaver key = { row.items[i]->author, false }, *same = NULL;
        if (row.items[i]->sign > 0 && met[key.author % sizeof(met)])
            same = bsearch(&key, l->leavers, l->count, sizeof(key),
                           compare_leavers);
        if (same)
            same->back = true;
    }
}

bool left_find(struct left *l, struct run row)
{
    size_t count = 0, gone = 0;
    find_leavers(l, row);
    if (!l->count)
        return false;
    qsort(l->leavers, l->count, sizeof(*l->leavers), compare_leavers);
    for (size_t i = 0; i < l->count; i++)
        if (!count || l->leavers[count - 1].author != l->leavers[i].author)
            l->leavers[count++] = l->leavers[i];
    l->count = count;
    find_back(l, row);
    for (size_t i = 0; i < count; i++)
        if (!l->leavers[i].back)
            l->leavers[gone++] = l->leavers[i];
    l->count = gone;
    return gone > 0;
}

/* ---- a day's authors ---- */

static void note_author(struct day_authors *d, const void *key,
                        uint64_t author)
{
    if (!author)
        return;
    d->items = mem_grow(d->items, &d->room, d->count, sizeof(*d->items));
    struct day_author *item = &d->items[d->count++];
    memcpy(item->key, key, POST_KEY);
    item->code = hll_code(author);
    uint32_t *last = &d->last[hll_place(item->code)];
    item->next = *last;
    *last = (uint32_t)d->count;
}

static struct day_authors *kept_for(struct lmdb *s, int64_t day)
{
    return &s->authors[day & 1];
}

void day_authors_note(struct lmdb *s, const unsigned char *key,
                      uint64_t author)
{
    int64_t day = created_of(key) / DAY_SECONDS;
    struct day_authors *d = kept_for(s, day);
    if (d->walked && d->day == day)
        note_author(d, key, author);
}

void day_authors_forget(struct lmdb *s)
{
    for (int i = 0; i < 2; i++) {
        mem_free(s->authors[i].items);
        mem_free(s->authors[i].last);
        s->authors[i] = (struct day_authors){ 0 };
    }
}

static int walk_day(struct txn t, struct day_authors *d, int64_t day)
{
    unsigned char from[POST_KEY];
    int64_t until = (day + 1) * DAY_SECONDS;
    d->day = day;
    d->walked = true;
    d->count = 0;
    mem_free(d->last);
    d->last = mem_alloc(HLL_REGISTERS * sizeof(*d->last));
    post_key(from, day * DAY_SECONDS, 0);
    struct scan r = scan_from(t, POSTS, from, POST_KEY);
    for (; r.rc == 0 && created_of(r.key.mv_data) < until; scan_next(&r))
        note_author(d, r.key.mv_data, record_author(value_text(&r.value)));
    return scan_end(&r);
}

/* ---- who may take the place of those who left ---- */

static bool mentions(const struct post *p, uint32_t subject)
{
    for (uint32_t i = 0; i < p->mention_count; i++)
        if (p->mentions[i].subject == subject)
            return true;
    return subject == 0;
}

static int put_back(struct txn t, struct record *r, uint32_t subject,
                    const unsigned char *key, struct hll *sketch)
{
    struct text value;
    int rc = lmdb_get(t, POSTS, key, POST_KEY, &value);
    if (rc)
        return rc == MDB_NOTFOUND ? 0 : rc; /* gone since it was noted */
    if (record_read(r, created_of(key), value))
        return MDB_CORRUPTED;
    if (r->post.author_hash && mentions(&r->post, subject))
        hll_add(sketch, r->post.author_hash);
    return 0;
}

int left_mend(struct txn t, struct left *l, int64_t day, uint32_t subject,
              struct hll *sketch)
{
    struct day_authors *d = kept_for(t.s, day);
    int rc = 0;
    if (!l->record)
        l->record = mem_alloc(sizeof(*l->record));
    for (size_t i = 0; i < l->count && rc == 0; i++) {
        uint32_t gone = hll_code(l->leavers[i].author);
        if (!hll_drop(sketch, gone))
            continue;
        if (!d->walked || d->day != day)
            rc = walk_day(t, d, day);
        for (uint32_t n = rc ? 0 : d->last[hll_place(gone)]; n && rc == 0;
             n = d->items[n - 1].next)
            if (hll_misses(sketch, gone, d->items[n - 1].code))
                rc = put_back(t, l->record, subject, d->items[n - 1].key,
                              sketch);
    }
    return rc;
}
