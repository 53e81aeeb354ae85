/* SPDX-License-Identifier: Apache-2.0 */
/* See hll.h. The estimate is Ertl's improved one ("New cardinality estimation
 * algorithms for HyperLogLog sketches", 2017, algorithm 6): no bias tables
 * and no seam between small and large counts. */
#include "store/hll.h"

#include <endian.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "store/sort.h"

enum { CODE_BITS = 32, RANK_BITS = CODE_BITS - HLL_BITS };
enum { FORM_CODES = 1, FORM_REGISTERS = 2 };
enum { INSERT_LIMIT = 64 };

void hll_release(struct hll *h)
{
    mem_free(h->codes);
    mem_free(h->registers);
    memset(h, 0, sizeof(*h));
}

void hll_clear(struct hll *h)
{
    mem_free(h->registers);
    h->registers = NULL;
    h->count = h->sorted = 0;
}

bool hll_empty(const struct hll *h)
{
    return !h->registers && h->count == 0;
}

/* splitmix64's finaliser: small test numbers spread as well as real hashes.
 * Stored in effect: never change it. */
uint32_t hll_code(uint64_t x)
{
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return (uint32_t)((x ^ x >> 31) >> 32);
}

unsigned hll_place(uint32_t code)
{
    return code >> RANK_BITS;
}

/* Where the code is or belongs among those that are sorted. */
static size_t find_code(const struct hll *h, uint32_t code)
{
    size_t low = 0, high = h->sorted;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (h->codes[middle] < code)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* A few new codes among many: each is put in its place. */
static void insert_code(struct hll *h, uint32_t code)
{
    size_t low = find_code(h, code);
    if (low < h->sorted && h->codes[low] == code)
        return;
    memmove(h->codes + low + 1, h->codes + low,
            (h->sorted - low) * sizeof(*h->codes));
    h->codes[low] = code;
    h->sorted++;
}

/* Many new ones: sorted by themselves, then both runs become one. */
static void merge_tail(struct hll *h)
{
    uint32_t *old = h->codes, *end = old + h->sorted;
    uint32_t *more = end, *last = old + h->count;
    uint32_t *merged = mem_resize(NULL, h->count * sizeof(*merged));
    size_t count = 0;
    sort_numbers(more, (size_t)(last - more));
    while (old < end || more < last) {
        uint32_t code = more == last || (old < end && *old <= *more)
            ? *old++ : *more++;
        if (!count || merged[count - 1] != code)
            merged[count++] = code;
    }
    mem_free(h->codes);
    h->codes = merged;
    h->room = h->count;
    h->sorted = count;
}

static void settle(struct hll *h)
{
    size_t count = h->count;
    if (count - h->sorted > INSERT_LIMIT)
        merge_tail(h);
    else /* the place of each is free: so many or more were read already */
        for (size_t i = h->sorted; i < count; i++)
            insert_code(h, h->codes[i]);
    h->count = h->sorted;
}

static uint8_t rank_of(uint32_t code)
{
    uint32_t rest = code << HLL_BITS | 1u << (HLL_BITS - 1);
    return (uint8_t)(__builtin_clz(rest) + 1);
}

static void raise_register(uint8_t *registers, uint32_t code)
{
    uint8_t *reg = &registers[hll_place(code)], rank = rank_of(code);
    if (*reg < rank)
        *reg = rank;
}

static void use_registers(struct hll *h)
{
    if (h->registers)
        return;
    h->registers = mem_alloc(HLL_REGISTERS);
    for (size_t i = 0; i < h->count; i++)
        raise_register(h->registers, h->codes[i]);
    h->count = h->sorted = 0;
}

static void add_code(struct hll *h, uint32_t code)
{
    if (h->registers) {
        raise_register(h->registers, code);
        return;
    }
    h->codes = mem_grow(h->codes, &h->room, h->count, sizeof(*h->codes));
    h->codes[h->count++] = code;
    if (h->count < 2 * (h->stored ? HLL_CODES : HLL_CODES_MEMORY))
        return;
    settle(h);
    if (h->count > (h->stored ? HLL_CODES : HLL_CODES_MEMORY))
        use_registers(h);
}

void hll_add(struct hll *h, uint64_t author)
{
    add_code(h, hll_code(author));
}

bool hll_drop(struct hll *h, uint32_t code)
{
    if (h->registers) {
        uint8_t *reg = &h->registers[hll_place(code)];
        bool held = *reg == rank_of(code);
        *reg = held ? 0 : *reg;
        return held;
    }
    settle(h);
    size_t at = find_code(h, code);
    if (at == h->count || h->codes[at] != code)
        return false;
    memmove(h->codes + at, h->codes + at + 1,
            (h->count - at - 1) * sizeof(*h->codes));
    h->sorted = --h->count;
    return true;
}

bool hll_misses(const struct hll *h, uint32_t dropped, uint32_t code)
{
    return h->registers ? h->registers[hll_place(code)] < rank_of(code)
                        : code == dropped;
}

/* As many authors as registers in use, or more. */
bool hll_unsure(const struct hll *h)
{
    size_t used = 0;
    for (int i = 0; h->registers && i < HLL_REGISTERS; i++)
        used += h->registers[i] > 0;
    return h->registers && used <= HLL_CODES;
}

int hll_merge(struct hll *h, const void *packed, size_t length)
{
    const unsigned char *in = packed;
    if (length == 1 + HLL_REGISTERS && in[0] == FORM_REGISTERS) {
        use_registers(h);
        for (int i = 0; i < HLL_REGISTERS; i++) {
            uint8_t mine = h->registers[i], other = in[1 + i];
            h->registers[i] = mine < other ? other : mine;
        }
        return 0;
    }
    if (length % 4 != 1 || in[0] != FORM_CODES ||
        length > 1 + 4 * HLL_CODES)
        return -1;
    uint32_t codes[HLL_CODES];
    size_t count = length / 4;
    memcpy(codes, in + 1, 4 * count);
    for (size_t i = 0; i < count; i++)
        codes[i] = le32toh(codes[i]);
    if (hll_empty(h)) { /* they are stored in order */
        if (h->room < count) {
            h->room = count;
            h->codes = mem_resize(h->codes, count * sizeof(*codes));
        }
        memcpy(h->codes, codes, count * sizeof(*codes));
        h->count = h->sorted = count;
        return 0;
    }
    for (size_t i = 0; i < count; i++)
        add_code(h, codes[i]);
    return 0;
}

void hll_pack(struct hll *h, struct buf *out)
{
    settle(h);
    if (h->count > HLL_CODES)
        use_registers(h);
    if (h->registers) {
        buf_putc(out, FORM_REGISTERS);
        buf_add(out, h->registers, HLL_REGISTERS);
        return;
    }
    uint32_t codes[HLL_CODES];
    for (size_t i = 0; i < h->count; i++)
        codes[i] = htole32(h->codes[i]);
    buf_putc(out, FORM_CODES);
    buf_add(out, codes, 4 * h->count);
}

static double sigma(double x)
{
    if (x == 1)
        return INFINITY;
    double y = 1, sum = x, before;
    do {
        x *= x;
        before = sum;
        sum += x * y;
        y += y;
    } while (sum != before);
    return sum;
}

static double tau(double x)
{
    if (x == 0 || x == 1)
        return 0;
    double y = 1, sum = 1 - x, before;
    do {
        x = sqrt(x);
        before = sum;
        y *= 0.5;
        sum -= (1 - x) * (1 - x) * y;
    } while (sum != before);
    return sum / 3;
}

uint64_t hll_count(struct hll *h)
{
    settle(h);
    if (!h->registers)
        return h->count;
    int histogram[RANK_BITS + 2] = { 0 };
    for (int i = 0; i < HLL_REGISTERS; i++)
        histogram[h->registers[i] <= RANK_BITS ? h->registers[i]
                                               : RANK_BITS + 1]++;
    const double m = HLL_REGISTERS;
    double z = m * tau(1 - histogram[RANK_BITS + 1] / m);
    for (int k = RANK_BITS; k >= 1; k--)
        z = 0.5 * (z + histogram[k]);
    z += m * sigma(histogram[0] / m);
    return (uint64_t)(m * m / (2 * log(2) * z) + 0.5);
}
