/* SPDX-License-Identifier: Apache-2.0 */
/* See sort.h. A radix sort from the last four bytes of the key to the first,
 * of numbers that hold those bytes and which record they are of: each pass
 * reads and writes one row of memory, where moving records or comparing them
 * would wait for theirs. A batch's keys share most of their bits (day,
 * source, the head of an id): passes are made over those that differ. */
#include "store/sort.h"

#include <endian.h>
#include <stdbool.h>
#include <string.h>

#include "base/mem.h"

enum { WORD = 4, WORD_BITS = 8 * WORD, DIGIT_BITS = 8, FEW = 16 };

/* Into to in order of some bits, stable. */
static void place(const uint64_t *from, uint64_t *to, size_t count,
                  unsigned shift, uint64_t mask)
{
    uint32_t next[1 << DIGIT_BITS], sum = 0;
    memset(next, 0, (mask + 1) * sizeof(*next));
    for (size_t i = 0; i < count; i++)
        next[from[i] >> shift & mask]++;
    for (uint64_t v = 0; v <= mask; v++) {
        uint32_t seen = next[v];
        next[v] = sum;
        sum += seen;
    }
    for (size_t i = 0; i < count; i++)
        to[next[from[i] >> shift & mask]++] = from[i];
}

uint64_t *sort_items(uint64_t *items, uint64_t *spare, size_t count)
{
    uint64_t differ = 0;
    for (size_t i = 1; i < count; i++)
        differ |= items[i] ^ items[0];
    differ >>= WORD_BITS;
    for (unsigned at = 0; differ >> at;) {
        if (!(differ >> at & 1)) {
            at++;
            continue;
        }
        unsigned left = 64 - (unsigned)__builtin_clzll(differ >> at);
        unsigned passes = (left + DIGIT_BITS - 1) / DIGIT_BITS;
        unsigned bits = (left + passes - 1) / passes;
        place(items, spare, count, WORD_BITS + at, (1u << bits) - 1);
        uint64_t *swap = items;
        items = spare;
        spare = swap;
        at += bits;
    }
    return items;
}

/* Posts mostly come in order of time. */
static bool sorted(const unsigned char *keys, size_t count, size_t size,
                   size_t length)
{
    for (size_t i = 1; i < count; i++)
        if (memcmp(keys + (i - 1) * size, keys + i * size, length) > 0)
            return false;
    return true;
}

struct sort {
    const unsigned char *keys;
    size_t size, length;
    uint64_t *spare;           /* as many as there are records */
};

static inline const unsigned char *key_of(const struct sort *s, uint64_t item)
{
    return s->keys + (uint32_t)item * s->size;
}

/* The word of the key from at on; behind its end there are zeros. */
static inline uint32_t word_at(const struct sort *s, uint64_t item, size_t at)
{
    uint32_t word;
    size_t less = at + WORD > s->length ? at + WORD - s->length : 0;
    memcpy(&word, key_of(s, item) + at - less, WORD);
    return be32toh(word) << 8 * less;
}

static void insert_few(const struct sort *s, uint64_t *items, size_t count,
                       size_t at)
{
    for (size_t i = 1; i < count; i++) {
        uint64_t item = items[i];
        const unsigned char *key = key_of(s, item) + at;
        size_t to = i;
        for (; to > 0 && memcmp(key_of(s, items[to - 1]) + at, key,
                                s->length - at) > 0; to--)
            items[to] = items[to - 1];
        items[to] = item;
    }
}

/* Where the keys first differ. */
static size_t find_difference(const struct sort *s, const uint64_t *items,
                              size_t count, size_t at)
{
    uint32_t differ = 0;
    for (; at < s->length; at += WORD) {
        uint32_t first = word_at(s, items[0], at);
        for (size_t i = 1; i < count; i++)
            differ |= word_at(s, items[i], at) ^ first;
        if (differ)
            return at + (unsigned)__builtin_clz(differ) / 8;
    }
    return at;
}

/* Those that are the same up to there. */
static void sort_from(const struct sort *s, uint64_t *items, size_t count,
                      size_t at)
{
    if (count <= FEW) {
        insert_few(s, items, count, at);
        return;
    }
    at = find_difference(s, items, count, at);
    if (at >= s->length)
        return;
    for (size_t i = 0; i < count; i++)
        items[i] = sort_item(word_at(s, items[i], at), (uint32_t)items[i]);
    if (sort_items(items, s->spare, count) != items)
        memcpy(items, s->spare, count * sizeof(*items));
    if (at + WORD >= s->length)
        return;
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && items[end] >> WORD_BITS ==
                                         items[i] >> WORD_BITS; end++)
            ;
        if (end - i > 1)
            sort_from(s, items + i, end - i, at + WORD);
    }
}

void sort_records(void *records, size_t count, size_t size, size_t offset,
                  size_t length)
{
    unsigned char *data = records;
    struct sort s = { data + offset, size, length, NULL };
    if (sorted(s.keys, count, size, length))
        return;
    uint64_t *items = mem_resize(NULL, 2 * count * sizeof(*items));
    s.spare = items + count;
    for (size_t i = 0; i < count; i++)
        items[i] = i;
    sort_from(&s, items, count, 0);
    unsigned char *copy = mem_resize(NULL, count * size);
    for (size_t i = 0; i < count; i++)
        memcpy(copy + i * size, data + (uint32_t)items[i] * size, size);
    memcpy(data, copy, count * size);
    mem_free(copy);
    mem_free(items);
}

void sort_numbers(uint32_t *numbers, size_t count)
{
    uint64_t *both = mem_resize(NULL, 2 * count * sizeof(*both));
    for (size_t i = 0; i < count; i++)
        both[i] = sort_item(numbers[i], 0);
    const uint64_t *right = sort_items(both, both + count, count);
    for (size_t i = 0; i < count; i++)
        numbers[i] = (uint32_t)(right[i] >> WORD_BITS);
    mem_free(both);
}
