/* SPDX-License-Identifier: Apache-2.0 */
/* Adding counters up and packing them. Knows nothing of keys or files. */
#include "store/counts.h"

#include <string.h>

#include "base/mem.h"

_Static_assert(COUNTS_FIELDS < 64, "the cell's bit set has so many places");

enum { FIELD_SCORE = offsetof(struct counts, score) / sizeof(uint64_t) };

void counts_add(struct counts *to, const struct counts *from)
{
    uint64_t *a = &to->posts;
    const uint64_t *b = &from->posts;
    for (int i = 0; i < COUNTS_FIELDS; i++)
        a[i] += b[i];
}

static inline void tally_add(struct tally *t, unsigned field, uint64_t one)
{
    uint64_t *number = &t->counts.posts + field, bit = 1ull << field;
    *number = (t->which & bit ? *number : 0) + one;
    t->which |= bit;
}

static void tally_set(struct tally *t, unsigned first, unsigned set,
                      unsigned count, uint64_t one)
{
    for (set &= (1u << count) - 1; set; set &= set - 1)
        tally_add(t, first + (unsigned)__builtin_ctz(set), one);
}

#define FIELD(name) (offsetof(struct counts, name) / sizeof(uint64_t))

void tally_post(struct tally *t, const struct tags *tags, bool repost,
                int sign)
{
    uint64_t one = (uint64_t)sign; /* -1 wraps, as subtraction does */
    tally_add(t, FIELD(posts), one);
    if (tags->label < LABEL_COUNT)
        tally_add(t, (unsigned)FIELD(label) + tags->label, one);
    tally_add(t, FIELD_SCORE, (uint64_t)((int64_t)sign * tags->score));
    if (repost)
        tally_add(t, FIELD(reposts), one);
    tally_set(t, FIELD(channel), tags->channels, CHANNEL_COUNT, one);
    tally_set(t, FIELD(intent), tags->intents, INTENT_COUNT, one);
    tally_set(t, FIELD(aspect), tags->aspects, ASPECT_COUNT, one);
    if (tags->label == LABEL_NEGATIVE)
        tally_set(t, FIELD(aspect_negative), tags->aspects, ASPECT_COUNT,
                  one);
    if (tags->label == LABEL_POSITIVE)
        tally_set(t, FIELD(aspect_positive), tags->aspects, ASPECT_COUNT,
                  one);
}

int cell_next(struct unpack *row, struct cell *cell)
{
    unsigned extra;
    if (row->at == row->end)
        return 0;
    cell->start = row->at;
    uint64_t head = unpack_varint(row);
    cell->index = (uint32_t)(head >> 1);
    cell->one = head & 1;
    if (cell->one) {
        cell->tags = unpack_tags(row, &extra);
        cell->repost = extra & 1;
        return row->broken ? -1 : 1;
    }
    uint64_t length = unpack_varint(row);
    const unsigned char *data = unpack_bytes(row, length);
    if (!data)
        return -1;
    cell->content = (struct unpack){ data, data + length, false };
    return 1;
}

int cell_add(struct counts *to, const struct cell *cell)
{
    struct unpack in = cell->content;
    uint64_t *field = &to->posts;
    if (cell->one) {
        struct tally t;
        const uint64_t *one = &t.counts.posts;
        t.which = 0;
        tally_post(&t, &cell->tags, cell->repost, 1);
        for (; t.which; t.which &= t.which - 1) {
            int i = __builtin_ctzll(t.which);
            field[i] += one[i];
        }
        return 0;
    }
    uint64_t which = unpack_varint(&in);
    if (which >> COUNTS_FIELDS)
        return -1;
    for (; which; which &= which - 1) {
        int i = __builtin_ctzll(which);
        uint64_t value = unpack_varint(&in);
        field[i] += i == FIELD_SCORE ? (uint64_t)unzigzag(value) : value;
    }
    return in.broken || in.at != in.end ? -1 : 0;
}

static int tally_cell(struct tally *t, const struct cell *cell)
{
    if (cell->one) {
        tally_post(t, &cell->tags, cell->repost, 1);
        return 0;
    }
    struct unpack in = cell->content;
    uint64_t more = unpack_varint(&in) & ~t->which &
                    (((uint64_t)1 << COUNTS_FIELDS) - 1);
    for (; more; more &= more - 1)
        tally_add(t, (unsigned)__builtin_ctzll(more), 0);
    return cell_add(&t->counts, cell);
}

/* ---- writing ---- */

static unsigned bits_from(uint64_t which, unsigned first, unsigned count)
{
    return (unsigned)(which >> first) & ((1u << count) - 1);
}

/* Are these the numbers of one post? Then what its tags are. */
static bool one_post(const struct counts *c, uint64_t which,
                     struct tags *tags)
{
    const uint64_t *field = &c->posts;
    unsigned label = bits_from(which, FIELD(label), LABEL_COUNT);
    int64_t score = which & 1ull << FIELD_SCORE ? c->score : 0;
    if (!(which & 1) || !label || label & (label - 1) || score < INT16_MIN ||
        score > INT16_MAX)
        return false;
    for (uint64_t left = which & ~(1ull << FIELD_SCORE); left;
         left &= left - 1)
        if (field[__builtin_ctzll(left)] != 1)
            return false;
    unsigned aspects = bits_from(which, FIELD(aspect), ASPECT_COUNT);
    *tags = (struct tags){
        .label = (uint8_t)__builtin_ctz(label),
        .score = (int16_t)score,
        .channels = (uint8_t)bits_from(which, FIELD(channel), CHANNEL_COUNT),
        .intents = (uint8_t)bits_from(which, FIELD(intent), INTENT_COUNT),
        .aspects = (uint16_t)aspects,
    };
    return bits_from(which, FIELD(aspect_negative), ASPECT_COUNT) ==
               (tags->label == LABEL_NEGATIVE ? aspects : 0) &&
           bits_from(which, FIELD(aspect_positive), ASPECT_COUNT) ==
               (tags->label == LABEL_POSITIVE ? aspects : 0);
}

/* which: the numbers that may be other than zero. */
static void write_cell(struct buf *row, uint32_t index, uint64_t which,
                       const struct counts *c)
{
    unsigned char bytes[CELL_LIMIT], head[2 * VARINT_LIMIT + TAGS_LIMIT];
    const uint64_t *field = &c->posts;
    struct tags tags;
    for (uint64_t left = which; left; left &= left - 1)
        if (!field[__builtin_ctzll(left)])
            which &= ~(left & (~left + 1));
    if (!which)
        return;
    if (one_post(c, which, &tags)) {
        unsigned char *at = pack_varint(head, (uint64_t)index << 1 | 1);
        at = pack_tags(at, &tags, which >> FIELD(reposts) & 1);
        buf_add(row, head, (size_t)(at - head));
        return;
    }
    unsigned char *end = pack_varint(bytes, which);
    for (uint64_t left = which; left; left &= left - 1) {
        int i = __builtin_ctzll(left);
        end = pack_varint(end, i == FIELD_SCORE ? zigzag(c->score) : field[i]);
    }
    unsigned char *at = pack_varint(head, (uint64_t)index << 1);
    at = pack_varint(at, (uint64_t)(end - bytes));
    buf_add(row, head, (size_t)(at - head));
    buf_add(row, bytes, (size_t)(end - bytes));
}

void cell_write(struct buf *row, uint32_t index, const struct counts *c)
{
    write_cell(row, index, ((uint64_t)1 << COUNTS_FIELDS) - 1, c);
}

/* ---- rows ---- */

struct slot {
    uint32_t index;
    struct tally tally;
};

void cells_clear(struct cells *c)
{
    c->count = 0;
}

void cells_release(struct cells *c)
{
    mem_free(c->slots);
    mem_free(c->order);
    memset(c, 0, sizeof(*c));
}

struct tally *cells_at(struct cells *c, uint32_t index)
{
    size_t low = 0, high = c->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (c->slots[c->order[middle]].index < index)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < c->count && c->slots[c->order[low]].index == index)
        return &c->slots[c->order[low]].tally;
    c->slots = mem_grow(c->slots, &c->room, c->count, sizeof(*c->slots));
    c->order = mem_grow(c->order, &c->order_room, c->count,
                        sizeof(*c->order));
    memmove(c->order + low + 1, c->order + low,
            (c->count - low) * sizeof(*c->order));
    c->order[low] = (uint32_t)c->count;
    struct slot *slot = &c->slots[c->count++];
    slot->index = index;
    slot->tally.which = 0;
    return &slot->tally;
}

int cells_merge(struct cells *c, struct text row, struct buf *out)
{
    struct unpack in = unpack_of(row);
    struct cell have;
    int more = cell_next(&in, &have);
    for (size_t i = 0; i < c->count || more > 0;) {
        struct slot *slot = i < c->count ? &c->slots[c->order[i]] : NULL;
        if (more > 0 && (!slot || have.index < slot->index)) {
            buf_add(out, have.start, (size_t)(in.at - have.start));
            more = cell_next(&in, &have);
            continue;
        }
        if (more > 0 && have.index == slot->index) {
            if (tally_cell(&slot->tally, &have))
                return -1;
            more = cell_next(&in, &have);
        }
        write_cell(out, slot->index, slot->tally.which, &slot->tally.counts);
        i++;
    }
    return more;
}
