/* SPDX-License-Identifier: Apache-2.0 */
/* See sort.h. A radix sort from the last four bytes of the head to the first,
 * of numbers that hold those bytes and which record they are of: each pass
 * reads and writes one row of memory, where moving records or comparing them
 * would wait for theirs. A batch's keys share most of their bits (day,
 * source, the head of an id): passes are made over those that differ. The few
 * records that have one head are then sorted by the rest of their keys. */
#include "store/sort.h"

#include <endian.h>
#include <stdbool.h>
#include <string.h>

#include "base/mem.h"

/* Of many items the passes cost more than their digits' tables. */
enum { WORD = 4, WORD_BITS = 8 * WORD, FEW = 24, MANY = 4096,
       DIGIT_BITS = 8, DIGIT_BITS_OF_MANY = 11 };

/* Into to in order of some bits, stable. */
static void place(const uint64_t *from, uint64_t *to, size_t count,
                  unsigned shift, uint64_t mask)
{
    uint32_t next[1 << DIGIT_BITS_OF_MANY], sum = 0;
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

static void insert_items(uint64_t *items, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        uint64_t item = items[i];
        size_t at = i;
        for (; at && items[at - 1] >> WORD_BITS > item >> WORD_BITS; at--)
            items[at] = items[at - 1];
        items[at] = item;
    }
}

uint64_t *sort_items(uint64_t *items, uint64_t *spare, size_t count)
{
    uint64_t differ = 0;
    bool risen = true;
    for (size_t i = 1; i < count; i++) {
        differ |= items[i] ^ items[0];
        risen &= items[i - 1] >> WORD_BITS <= items[i] >> WORD_BITS;
    }
    differ >>= WORD_BITS;
    if (risen)
        return items;
    if (count < FEW) {
        insert_items(items, count);
        return items;
    }
    unsigned digit = count < MANY ? DIGIT_BITS : DIGIT_BITS_OF_MANY;
    for (unsigned at = 0; differ >> at;) {
        if (!(differ >> at & 1)) {
            at++;
            continue;
        }
        unsigned left = 64 - (unsigned)__builtin_clzll(differ >> at);
        unsigned passes = (left + digit - 1) / digit;
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

/* The bytes of the key before end, WORD of them or all. */
static inline uint32_t word_before(const unsigned char *key, size_t end)
{
    uint32_t word;
    size_t more = end < WORD ? WORD - end : 0;
    memcpy(&word, key + end + more - WORD, WORD);
    return be32toh(word) >> 8 * more;
}

/* By the first bytes of the key alone. */
static void sort_heads(unsigned char *data, size_t count, size_t size,
                       size_t offset, size_t head)
{
    const unsigned char *keys = data + offset;
    uint64_t *both = mem_resize(NULL, 2 * count * sizeof(*both));
    uint64_t *items = both, *spare = both + count;
    for (size_t i = 0; i < count; i++)
        items[i] = i;
    for (size_t end = head; end > 0; end -= end < WORD ? end : WORD) {
        for (size_t i = 0; i < count; i++) {
            uint32_t record = (uint32_t)items[i];
            items[i] = sort_item(word_before(keys + record * size, end),
                                 record);
        }
        uint64_t *right = sort_items(items, spare, count);
        spare = right == items ? spare : items;
        items = right;
    }
    unsigned char *copy = mem_resize(NULL, count * size);
    for (size_t i = 0; i < count; i++)
        memcpy(copy + i * size, data + (uint32_t)items[i] * size, size);
    memcpy(data, copy, count * size);
    mem_free(copy);
    mem_free(both);
}

void sort_records(void *records, size_t count, size_t size, size_t offset,
                  size_t length, size_t head)
{
    unsigned char *data = records;
    const unsigned char *keys = data + offset;
    if (sorted(keys, count, size, length))
        return;
    sort_heads(data, count, size, offset, head);
    for (size_t from = 0, end; from < count && head < length; from = end) {
        for (end = from + 1; end < count; end++)
            if (memcmp(keys + from * size, keys + end * size, head) != 0)
                break;
        if (end - from > 1)
            sort_records(data + from * size, end - from, size, offset + head,
                         length - head, length - head);
    }
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
