/* SPDX-License-Identifier: Apache-2.0 */
/* Adding counters up and packing them. Knows nothing of keys or files. */
#include "store/counts.h"

_Static_assert(COUNTS_FIELDS <= 64, "the cell's bit set has 64 places");

enum { FIELD_SCORE = offsetof(struct counts, score) / sizeof(uint64_t) };

void counts_add(struct counts *to, const struct counts *from)
{
    uint64_t *a = &to->posts;
    const uint64_t *b = &from->posts;
    for (int i = 0; i < COUNTS_FIELDS; i++)
        a[i] += b[i];
}

bool counts_empty(const struct counts *c)
{
    const uint64_t *field = &c->posts;
    uint64_t any = 0;
    for (int i = 0; i < COUNTS_FIELDS; i++)
        any |= field[i];
    return any == 0;
}

static void count_set(uint64_t *field, unsigned set, int count, uint64_t one)
{
    for (; set; set &= set - 1) {
        int i = __builtin_ctz(set);
        if (i < count)
            field[i] += one;
    }
}

void counts_post(struct counts *c, const struct tags *tags, bool repost,
                 int sign)
{
    uint64_t one = (uint64_t)sign; /* -1 wraps, as subtraction does */
    c->posts += one;
    if (tags->label < LABEL_COUNT)
        c->label[tags->label] += one;
    c->score += sign * tags->score;
    if (repost)
        c->reposts += one;
    count_set(c->channel, tags->channels, CHANNEL_COUNT, one);
    count_set(c->intent, tags->intents, INTENT_COUNT, one);
    count_set(c->aspect, tags->aspects, ASPECT_COUNT, one);
    if (tags->label == LABEL_NEGATIVE)
        count_set(c->aspect_negative, tags->aspects, ASPECT_COUNT, one);
    if (tags->label == LABEL_POSITIVE)
        count_set(c->aspect_positive, tags->aspects, ASPECT_COUNT, one);
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
    if (COUNTS_FIELDS < 64 && which >> COUNTS_FIELDS)
        return -1;
    for (; which; which &= which - 1) {
        int i = __builtin_ctzll(which);
        uint64_t value = unpack_varint(&in);
        field[i] += i == FIELD_SCORE ? (uint64_t)unzigzag(value) : value;
    }
    return in.broken || in.at != in.end ? -1 : 0;
}

void cell_write(struct buf *row, unsigned index, const struct counts *c)
{
    unsigned char bytes[CELL_LIMIT], head[1 + VARINT_LIMIT];
    const uint64_t *field = &c->posts;
    uint64_t which = 0;
    for (int i = 0; i < COUNTS_FIELDS; i++)
        which |= (uint64_t)(field[i] != 0) << i;
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
