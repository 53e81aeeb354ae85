/* SPDX-License-Identifier: Apache-2.0 */
/* See tally.h. */
#include "digest/tally.h"

#include <stdlib.h>
#include <string.h>

#define NAME_LEAST 0.6        /* of the uses, written with a capital */

enum { FORMAT = 4, /* 4: phrases of one writer in a filter */
       SINGLE_BITS = 16, SINGLE_PROBES = 6 };

struct entry *tally_find(const struct tally *t, uint64_t hash)
{
    if (!t->slot_room)
        return NULL;
    size_t at = (size_t)hash & (t->slot_room - 1);
    while (t->slots[at] && t->items[t->slots[at] - 1].hash != hash)
        at = (at + 1) & (t->slot_room - 1);
    return t->slots[at] ? &t->items[t->slots[at] - 1] : NULL;
}

static void tally_place(struct tally *t, size_t index)
{
    size_t at = (size_t)t->items[index].hash & (t->slot_room - 1);
    while (t->slots[at])
        at = (at + 1) & (t->slot_room - 1);
    t->slots[at] = (uint32_t)index + 1;
}

struct entry *tally_add(struct tally *t, uint64_t hash)
{
    if (t->count * 2 >= t->slot_room) {
        mem_free(t->slots);
        t->slot_room = t->slot_room ? t->slot_room * 2 : 1024;
        t->slots = mem_alloc(t->slot_room * sizeof(*t->slots));
        for (size_t i = 0; i < t->count; i++)
            tally_place(t, i);
    }
    t->items = mem_grow(t->items, &t->room, t->count, sizeof(*t->items));
    t->items[t->count] = (struct entry){ .hash = hash,
                                         .document = UINT32_MAX };
    tally_place(t, t->count);
    return &t->items[t->count++];
}

void tally_release(struct tally *t)
{
    mem_free(t->items);
    mem_free(t->slots);
    *t = (struct tally){ 0 };
}

static void tally_candidate(void *context, const struct candidate *c)
{
    struct tally *t = context;
    struct entry *e = tally_find(t, c->hash);
    if (!e)
        e = tally_add(t, c->hash);
    if (t->document < e->document) {
        e->document = t->document;
        e->start = c->start;
        e->length = c->length;
    }
    if (c->kind != TERM_NAME)
        e->kind = c->kind;
    if (e->last_document == t->document + 1)
        return;
    e->last_document = t->document + 1;
    e->posts++;
    e->names += c->kind == TERM_NAME;
    if (e->last_author != t->author) {
        e->last_author = t->author;
        e->authors++;
        t->total++;
    }
}

struct by_author {
    uint64_t author;
    uint32_t document;
};

static int compare_authors(const void *a, const void *b)
{
    const struct by_author *x = a, *y = b;
    if (x->author != y->author)
        return x->author < y->author ? -1 : 1;
    return x->document < y->document ? -1 : x->document > y->document;
}

/* Writer by writer, so that "seen from this one before" is one comparison. */
void tally_count(struct tally *t, const struct documents *d,
                 const struct unwanted *u)
{
    struct by_author *order = mem_alloc((d->count + 1) * sizeof(*order));
    struct words words = WORDS_INIT;
    for (size_t i = 0; i < d->count; i++)
        order[i] = (struct by_author){ d->items[i].author, (uint32_t)i };
    qsort(order, d->count, sizeof(*order), compare_authors);
    for (size_t i = 0; i < d->count; i++) {
        if (i == 0 || order[i].author == 0 ||
            order[i].author != order[i - 1].author)
            t->author++; /* an unknown writer is one of their own */
        t->document = order[i].document;
        candidates_visit(u, &words, d->items[t->document].text,
                         tally_candidate, t);
    }
    t->authors = t->author;
    words_release(&words);
    mem_free(order);
}

uint8_t entry_kind(const struct entry *e)
{
    return e->names >= NAME_LEAST * e->posts ? TERM_NAME : e->kind;
}

const char *entry_text(const struct entry *e, struct documents *d,
                       struct arena *memory)
{
    const char *text = d->items[e->document].text;
    if (entry_kind(e) != TERM_NAME) {
        words_split(&d->words, text_of(text));
        text = d->words.folded;
    }
    return arena_copy(memory, text + e->start, e->length);
}

uint64_t tally_stamp(const struct unwanted *u)
{
    const struct hash_set *sets[] = { &u->stop, &u->own };
    uint64_t stamp = FORMAT;
    for (size_t s = 0; s < 2; s++)
        for (size_t i = 0; i < sets[s]->room; i++)
            stamp += sets[s]->slots[i] * (2 * s + 1);
    return stamp;
}

static int compare_packed(const void *a, const void *b)
{
    const struct packed_term *x = a, *y = b;
    return x->hash < y->hash ? -1 : x->hash > y->hash;
}

/* Probe number i of a phrase in a filter of so many bits. */
static uint64_t probe(uint64_t hash, uint64_t bits, unsigned i)
{
    uint64_t mixed = hash * 0x9e3779b97f4a7c15u;
    uint32_t at = (uint32_t)(mixed >> 32) + i * ((uint32_t)mixed | 1);
    return at * bits >> 32;
}

static size_t filter_size(const struct packed_head *head)
{
    return ((size_t)head->singles * SINGLE_BITS + 7) / 8;
}

void tally_pack(struct buf *out, const struct tally *t, uint64_t stamp)
{
    struct packed_head head = { stamp, t->authors, (uint32_t)t->total, 0, 0 };
    struct packed_term *items =
        mem_alloc((t->count + 1) * sizeof(*items));
    for (size_t i = 0; i < t->count; i++) {
        const struct entry *e = &t->items[i];
        if (e->authors == 1 && e->kind == TERM_PHRASE)
            head.singles++;
        else
            items[head.count++] =
                (struct packed_term){ e->hash, e->authors, 0 };
    }
    qsort(items, head.count, sizeof(*items), compare_packed);
    buf_add(out, &head, sizeof(head));
    buf_add(out, items, head.count * sizeof(*items));
    mem_free(items);
    size_t size = filter_size(&head);
    unsigned char *filter = mem_alloc(size + 1);
    for (size_t i = 0; i < t->count; i++) {
        const struct entry *e = &t->items[i];
        for (unsigned k = 0; e->authors == 1 && e->kind == TERM_PHRASE &&
                             k < SINGLE_PROBES; k++) {
            uint64_t bit = probe(e->hash, size * 8, k);
            filter[bit / 8] |= (unsigned char)(1u << bit % 8);
        }
    }
    buf_add(out, filter, size);
    mem_free(filter);
}

bool tally_single(const struct buf *packed, uint64_t hash)
{
    struct packed_head head;
    memcpy(&head, packed->data, sizeof(head));
    size_t size = filter_size(&head);
    const char *filter = packed->data + packed->length - size;
    bool all = size > 0;
    for (unsigned k = 0; all && k < SINGLE_PROBES; k++) {
        uint64_t bit = probe(hash, size * 8, k);
        all = (unsigned char)filter[bit / 8] >> bit % 8 & 1;
    }
    return all;
}

bool tally_packed(const struct buf *packed, uint64_t stamp)
{
    struct packed_head head;
    if (packed->length < sizeof(head))
        return false;
    memcpy(&head, packed->data, sizeof(head));
    return head.stamp == stamp &&
           packed->length == sizeof(head) + filter_size(&head) +
                                 head.count * sizeof(struct packed_term);
}
