/* SPDX-License-Identifier: Apache-2.0 */
/* Adding counters up and packing them. Knows nothing of keys or files. */
#include "store/counts.h"

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
    if (row->at == row->end)
        return 0;
    cell->start = row->at;
    cell->index = *row->at++;
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

int tally_cell(struct tally *t, const struct cell *cell)
{
    struct unpack in = cell->content;
    uint64_t which = unpack_varint(&in);
    if (which >> COUNTS_FIELDS)
        return -1;
    for (; which; which &= which - 1) {
        unsigned i = (unsigned)__builtin_ctzll(which);
        uint64_t value = unpack_varint(&in);
        tally_add(t, i, i == FIELD_SCORE ? (uint64_t)unzigzag(value) : value);
    }
    return in.broken || in.at != in.end ? -1 : 0;
}

/* which: the numbers that may be other than zero. */
static void write_cell(struct buf *row, unsigned index, uint64_t which,
                       const struct counts *c)
{
    unsigned char bytes[CELL_LIMIT], head[1 + VARINT_LIMIT];
    const uint64_t *field = &c->posts;
    for (uint64_t left = which; left; left &= left - 1)
        if (!field[__builtin_ctzll(left)])
            which &= ~(left & (~left + 1));
    if (!which)
        return;
    unsigned char *end = pack_varint(bytes, which);
    for (uint64_t left = which; left; left &= left - 1) {
        int i = __builtin_ctzll(left);
        end = pack_varint(end, i == FIELD_SCORE ? zigzag(c->score) : field[i]);
    }
    head[0] = (unsigned char)index;
    unsigned char *at = pack_varint(head + 1, (uint64_t)(end - bytes));
    buf_add(row, head, (size_t)(at - head));
    buf_add(row, bytes, (size_t)(end - bytes));
}

void cell_write(struct buf *row, unsigned index, const struct counts *c)
{
    write_cell(row, index, ((uint64_t)1 << COUNTS_FIELDS) - 1, c);
}

void tally_write(struct buf *row, unsigned index, const struct tally *t)
{
    write_cell(row, index, t->which, &t->counts);
}
