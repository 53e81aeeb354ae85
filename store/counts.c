/* SPDX-License-Identifier: Apache-2.0 */
/* Adding counters up and packing them. Knows nothing of keys or files. */
#include "store/counts.h"

#include <string.h>

#include "base/mem.h"

_Static_assert(COUNTS_FIELDS < 64, "the cell's bit set has so many places");

#define FIELD(name) (offsetof(struct counts, name) / sizeof(uint64_t))

void counts_add(struct counts *to, const struct counts *from)
{
    uint64_t *a = &to->posts;
    const uint64_t *b = &from->posts;
    for (int i = 0; i < COUNTS_FIELDS; i++)
        a[i] += b[i];
}

static inline uint64_t bits_at(unsigned set, unsigned count, unsigned first)
{
    return (uint64_t)(set & ((1u << count) - 1)) << first;
}

uint64_t counted_by(const struct tags *tags, bool repost)
{
    unsigned label = tags->label % LABEL_COUNT;
    unsigned aspects = tags->aspects;
    unsigned negative = label == LABEL_NEGATIVE ? aspects : 0;
    unsigned positive = label == LABEL_POSITIVE ? aspects : 0;
    return bits_at(1, 1, FIELD(posts)) |
           bits_at(1u << label, LABEL_COUNT, FIELD(label)) |
           bits_at(repost, 1, FIELD(reposts)) |
           bits_at(tags->channels, CHANNEL_COUNT, FIELD(channel)) |
           bits_at(tags->intents, INTENT_COUNT, FIELD(intent)) |
           bits_at(aspects, ASPECT_COUNT, FIELD(aspect)) |
           bits_at(negative, ASPECT_COUNT, FIELD(aspect_negative)) |
           bits_at(positive, ASPECT_COUNT, FIELD(aspect_positive));
}

void counts_post(struct counts *to, uint64_t counted, int score, int sign)
{
    uint64_t *field = &to->posts;
    to->score += sign * score;
    for (; counted; counted &= counted - 1)
        field[__builtin_ctzll(counted)] += (uint64_t)sign; /* -1 wraps */
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

/* Also says, in which, what numbers the cell has. */
static int add_cell(struct counts *to, const struct cell *cell,
                    uint64_t *which)
{
    struct unpack in = cell->content;
    uint64_t *field = &to->posts;
    if (cell->one) {
        uint64_t counted = counted_by(&cell->tags, cell->repost);
        counts_post(to, counted, cell->tags.score, 1);
        *which |= counted | (uint64_t)1 << FIELD(score);
        return 0;
    }
    uint64_t left = unpack_varint(&in);
    if (left >> COUNTS_FIELDS)
        return -1;
    *which |= left;
    for (; left; left &= left - 1) {
        unsigned i = (unsigned)__builtin_ctzll(left);
        uint64_t value = unpack_varint(&in);
        field[i] += i == FIELD(score) ? (uint64_t)unzigzag(value) : value;
    }
    return in.broken || in.at != in.end ? -1 : 0;
}

int cell_add(struct counts *to, const struct cell *cell)
{
    uint64_t which = 0;
    return add_cell(to, cell, &which);
}

/* ---- writing ---- */

static unsigned bits_from(uint64_t which, unsigned first, unsigned count)
{
    return (unsigned)(which >> first) & ((1u << count) - 1);
}

/* What counted_by() would have made these of. */
static struct tags tags_of(uint64_t counted, int64_t score)
{
    unsigned label = bits_from(counted, FIELD(label), LABEL_COUNT);
    return (struct tags){
        .label = (uint8_t)__builtin_ctz(label),
        .score = (int16_t)score,
        .channels = (uint8_t)bits_from(counted, FIELD(channel), CHANNEL_COUNT),
        .intents = (uint8_t)bits_from(counted, FIELD(intent), INTENT_COUNT),
        .aspects = (uint16_t)bits_from(counted, FIELD(aspect), ASPECT_COUNT),
    };
}

static void write_one(struct buf *row, uint32_t index, uint64_t counted,
                      int64_t score)
{
    struct tags tags = tags_of(counted, score);
    unsigned char *at = pack_room(row, CELL_LIMIT);
    at = pack_varint(at, (uint64_t)index << 1 | 1);
    pack_end(row, pack_tags(at, &tags, counted >> FIELD(reposts) & 1));
}

/* Are these the numbers of one post? */
static bool one_post(const struct counts *c, uint64_t which)
{
    const uint64_t *field = &c->posts;
    uint64_t counted = which & ~(1ull << FIELD(score));
    unsigned label = bits_from(which, FIELD(label), LABEL_COUNT);
    int64_t score = which & 1ull << FIELD(score) ? c->score : 0;
    if (!(which & 1) || !label || label & (label - 1) || score < INT16_MIN ||
        score > INT16_MAX)
        return false;
    for (uint64_t left = counted; left; left &= left - 1)
        if (field[__builtin_ctzll(left)] != 1)
            return false;
    struct tags tags = tags_of(counted, score);
    return counted_by(&tags, which >> FIELD(reposts) & 1) == counted;
}

/* which: the numbers that may be other than zero. */
static void write_cell(struct buf *row, uint32_t index, uint64_t which,
                       const struct counts *c)
{
    const uint64_t *field = &c->posts;
    for (uint64_t left = which; left; left &= left - 1)
        if (!field[__builtin_ctzll(left)])
            which &= ~(left & (~left + 1));
    if (!which)
        return;
    if (one_post(c, which)) {
        write_one(row, index, which, c->score);
        return;
    }
    unsigned char *at = pack_room(row, CELL_LIMIT);
    at = pack_varint(at, (uint64_t)index << 1);
    /* A byte for the length, which is moved where it needs another. */
    unsigned char *start = at + 1, *end = pack_varint(start, which);
    for (uint64_t left = which; left; left &= left - 1) {
        unsigned i = (unsigned)__builtin_ctzll(left);
        end = pack_varint(end, i == FIELD(score) ? zigzag(c->score) : field[i]);
    }
    size_t length = (size_t)(end - start);
    if (length < 0x80) {
        *at = (unsigned char)length;
        pack_end(row, end);
    } else {
        memmove(start + 1, start, length);
        pack_end(row, pack_varint(at, length) + length);
    }
}

void cell_write(struct buf *row, uint32_t index, const struct counts *c)
{
    write_cell(row, index, ((uint64_t)1 << COUNTS_FIELDS) - 1, c);
}

/* ---- rows ---- */

/* Counters in the making. Posts that come are first counted in planes: bit i
 * of plane p says whether 1 << p is part of what they add to the i-th number,
 * so that a post is added to all its numbers at once; when the planes are full
 * they are added to the counters. */
enum { PLANES = 4, PLANES_POSTS = (1 << PLANES) - 1 };

struct slot {
    uint32_t index;
    uint32_t posts;        /* in the planes */
    int64_t score;         /* of those */
    uint64_t planes[PLANES];
    uint64_t which;        /* of counts: few of the 61; 0: it is not set yet */
    struct counts counts;
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

/* Apart from cells_add(), which is not to make room for it. */
__attribute__((noinline))
static struct slot *find_slot(struct cells *c, uint32_t index)
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
        return &c->slots[c->order[low]];
    c->slots = mem_grow(c->slots, &c->room, c->count, sizeof(*c->slots));
    c->order = mem_grow(c->order, &c->order_room, c->count,
                        sizeof(*c->order));
    memmove(c->order + low + 1, c->order + low,
            (c->count - low) * sizeof(*c->order));
    c->order[low] = (uint32_t)c->count;
    struct slot *slot = &c->slots[c->count++];
    memset(slot, 0, offsetof(struct slot, counts));
    slot->index = index;
    return slot;
}

/* How often the i-th number was counted. */
static inline unsigned in_planes(const struct slot *slot, int i)
{
    unsigned sum = 0;
#pragma GCC unroll 4
    for (int p = 0; p < PLANES; p++)
        sum |= (unsigned)(slot->planes[p] >> i & 1) << p;
    return sum;
}

static inline uint64_t seen_in_planes(const struct slot *slot)
{
    uint64_t seen = 0;
    for (int p = 0; p < PLANES; p++)
        seen |= slot->planes[p];
    return seen;
}

__attribute__((noinline))
static void empty_planes(struct slot *slot)
{
    struct counts *to = &slot->counts;
    uint64_t *field = &to->posts, seen = seen_in_planes(slot);
    if (!slot->which)
        memset(to, 0, sizeof(*to));
    slot->which |= seen | (uint64_t)1 << FIELD(score);
    to->score += slot->score;
    for (; seen; seen &= seen - 1)
        field[__builtin_ctzll(seen)] += in_planes(slot, __builtin_ctzll(seen));
    memset(slot->planes, 0, sizeof(slot->planes));
    slot->score = slot->posts = 0;
}

static inline void slot_add(struct slot *slot, uint64_t counted, int score)
{
#pragma GCC unroll 4
    for (int p = 0; p < PLANES; p++) {
        uint64_t carry = slot->planes[p] & counted;
        slot->planes[p] ^= counted;
        counted = carry;
    }
    slot->score += score;
    if (++slot->posts == PLANES_POSTS)
        empty_planes(slot);
}

void cells_add(struct cells *c, uint32_t index, uint64_t counted, int score,
               int sign)
{
    /* Asked for again and again, in no order: found without a search. */
    uint32_t *near = &c->near[index % CELLS_NEAR];
    if (*near >= c->count || c->slots[*near].index != index)
        *near = (uint32_t)(find_slot(c, index) - c->slots);
    struct slot *slot = &c->slots[*near];
    if (sign > 0) {
        slot_add(slot, counted, score);
        return;
    }
    empty_planes(slot);
    counts_post(&slot->counts, counted, score, sign);
    slot->which |= counted;
}

/* A cell of the posts in the planes. All but the score are bytes, and the
 * length is one. */
static void write_planes(struct buf *row, const struct slot *slot)
{
    uint64_t which = seen_in_planes(slot);
    if (slot->posts == 1) {
        write_one(row, slot->index, which, slot->score);
        return;
    }
    which |= (uint64_t)(slot->score != 0) << FIELD(score);
    unsigned char *at = pack_varint(pack_room(row, CELL_LIMIT),
                                    (uint64_t)slot->index << 1);
    unsigned char *end = pack_varint(at + 1, which);
    for (uint64_t left = which; left; left &= left - 1) {
        int i = __builtin_ctzll(left);
        if (i == FIELD(score))
            end = pack_varint(end, zigzag(slot->score));
        else
            *end++ = (unsigned char)in_planes(slot, i);
    }
    *at = (unsigned char)(end - at - 1);
    pack_end(row, end);
}

/* The slot's numbers and those of the cell that it joins, if there is one. */
static int write_slot(struct buf *out, struct slot *slot,
                      const struct cell *have)
{
    if (have && have->one && slot->posts) {
        slot_add(slot, counted_by(&have->tags, have->repost),
                 have->tags.score);
        have = NULL;
    }
    if (slot->posts && !slot->which && !have) {
        write_planes(out, slot);
        return 0;
    }
    empty_planes(slot);
    if (have && add_cell(&slot->counts, have, &slot->which))
        return -1;
    write_cell(out, slot->index, slot->which, &slot->counts);
    return 0;
}

int cells_merge(struct cells *c, struct text row, struct buf *out)
{
    struct unpack in = unpack_of(row);
    struct cell have;
    int more = cell_next(&in, &have);
    for (size_t i = 0; i < c->count || more > 0;) {
        if (i == c->count ||
            (more > 0 && have.index < c->slots[c->order[i]].index)) {
            buf_add(out, have.start, (size_t)(in.at - have.start));
            more = cell_next(&in, &have);
            continue;
        }
        struct slot *slot = &c->slots[c->order[i]];
        bool joins = more > 0 && have.index == slot->index;
        if (write_slot(out, slot, joins ? &have : NULL))
            return -1;
        if (joins)
            more = cell_next(&in, &have);
        i++;
    }
    return more;
}
