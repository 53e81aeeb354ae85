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
#include "store/sort.h"

struct leaver {
    uint64_t author;
    bool back;                 /* came in the same breath */
};

/* Somebody with a post of the day, in the place of one who left. */
struct other {
    unsigned char subject[4];  /* to sort by */
    uint64_t author;
};

void left_release(struct left *l)
{
    mem_free(l->leavers);
    mem_free(l->others);
    mem_free(l->record);
}

static int compare_leavers(const void *a, const void *b)
{
    const struct leaver *x = a, *y = b;
    return x->author < y->author ? -1 : x->author > y->author;
}

bool left_find(struct left *l, const struct change *from,
               const struct change *until)
{
    l->leaver_count = 0;
    for (const struct change *c = from; c < until; c++)
        if (c->sign < 0 && c->author) {
            l->leavers = mem_grow(l->leavers, &l->leaver_room,
                                  l->leaver_count, sizeof(*l->leavers));
            l->leavers[l->leaver_count++] = (struct leaver){ c->author,
                                                             false };
        }
    if (!l->leaver_count)
        return false;
    qsort(l->leavers, l->leaver_count, sizeof(*l->leavers), compare_leavers);
    size_t count = 0, gone = 0;
    for (size_t i = 0; i < l->leaver_count; i++)
        if (!count || l->leavers[count - 1].author != l->leavers[i].author)
            l->leavers[count++] = l->leavers[i];
    for (const struct change *c = from; c < until; c++) {
        struct leaver key = { c->author, false }, *same = NULL;
        if (c->sign > 0)
            same = bsearch(&key, l->leavers, count, sizeof(key),
                           compare_leavers);
        if (same)
            same->back = true;
    }
    for (size_t i = 0; i < count; i++)
        if (!l->leavers[i].back)
            l->leavers[gone++] = l->leavers[i];
    l->leaver_count = gone;
    return gone > 0;
}

static void add_other(struct left *l, uint32_t subject, uint64_t author)
{
    l->others = mem_grow(l->others, &l->other_room, l->other_count,
                         sizeof(*l->others));
    struct other *o = &l->others[l->other_count++];
    pack_big(o->subject, subject, 4);
    o->author = author;
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
    item->place = (uint16_t)hll_place(author);
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
        s->authors[i] = (struct day_authors){ 0 };
    }
}

static int walk_day(struct lmdb *s, MDB_txn *txn, struct day_authors *d,
                    int64_t day)
{
    unsigned char from[POST_KEY];
    MDB_cursor *c = NULL;
    MDB_val k = { POST_KEY, from }, v;
    d->day = day;
    d->walked = true;
    d->count = 0;
    int rc = mdb_cursor_open(txn, s->table[POSTS], &c);
    if (rc)
        return rc;
    post_key(from, day * DAY_SECONDS, 0);
    for (rc = mdb_cursor_get(c, &k, &v, MDB_SET_RANGE);
         rc == 0 && created_of(k.mv_data) < (day + 1) * DAY_SECONDS;
         rc = mdb_cursor_get(c, &k, &v, MDB_NEXT))
        note_author(d, k.mv_data, record_author(value_text(&v)));
    mdb_cursor_close(c);
    return rc == MDB_NOTFOUND ? 0 : rc;
}

/* ---- who may take the place of those who left ---- */

static int read_other(struct lmdb *s, MDB_txn *txn, struct left *l,
                      const unsigned char *key)
{
    struct record *r = l->record;
    struct text value;
    int rc = lmdb_get(s, txn, POSTS, key, POST_KEY, &value);
    if (rc)
        return rc == MDB_NOTFOUND ? 0 : rc; /* gone since it was noted */
    if (record_read(r, created_of(key), value))
        return MDB_CORRUPTED;
    if (!r->post.author_hash) /* had one when it was noted */
        return 0;
    add_other(l, 0, r->post.author_hash);
    for (uint32_t i = 0; i < r->post.mention_count; i++)
        add_other(l, r->mentions[i].subject, r->post.author_hash);
    return 0;
}

/* from: the first change of a row of the day; its later rows follow. */
static int find_others(struct lmdb *s, MDB_txn *txn, struct left *l,
                       const struct change *from, const struct change *end)
{
    bool places[HLL_REGISTERS] = { false };
    for (const struct change *c = from;
         c < end && memcmp(c->key, from->key, 2) == 0; c++)
        if (c->sign < 0 && c->author)
            places[hll_place(c->author)] = true;
    if (!l->record)
        l->record = mem_alloc(sizeof(*l->record));
    l->other_count = l->next = 0;
    l->day = (int64_t)unpack_big(from->key, 2);
    struct day_authors *d = kept_for(s, l->day);
    int rc = d->walked && d->day == l->day ? 0 : walk_day(s, txn, d, l->day);
    for (size_t i = 0; i < d->count && rc == 0; i++)
        if (places[d->items[i].place])
            rc = read_other(s, txn, l, d->items[i].key);
    sort_records(l->others, l->other_count, sizeof(*l->others),
                 offsetof(struct other, subject), 4);
    return rc;
}

int left_mend(struct lmdb *s, MDB_txn *txn, struct left *l,
              struct hll *sketch, const struct change *from,
              const struct change *end)
{
    const unsigned char *subject = from->key + 2;
    bool dropped = false;
    int rc = 0;
    for (size_t i = 0; i < l->leaver_count; i++)
        dropped |= hll_drop(sketch, l->leavers[i].author);
    if (dropped && (!l->record ||
                    l->day != (int64_t)unpack_big(from->key, 2)))
        rc = find_others(s, txn, l, from, end);
    if (!dropped || rc)
        return rc;
    const struct other *last = l->others + l->other_count;
    const struct other *o = l->others + l->next;
    while (o < last && memcmp(o->subject, subject, 4) < 0)
        o++;
    for (; o < last && memcmp(o->subject, subject, 4) == 0; o++)
        hll_add(sketch, o->author);
    l->next = (size_t)(o - l->others);
    return 0;
}
