/* SPDX-License-Identifier: Apache-2.0 */
/* Sorted as the C library sorts, and equal ones left in their order. */
#include "base/mem.h"
#include "store/sort.h"
#include "tests/unit/chance.h"
#include "tests/unit/test.h"

enum { KEY = 16, MOST = 10000 };

struct record {
    uint32_t number;
    unsigned char key[KEY];
};

static int compare(const void *a, const void *b, void *length)
{
    const struct record *x = a, *y = b;
    int order = memcmp(x->key, y->key, *(const size_t *)length);
    return order ? order : x->number < y->number ? -1 : 1;
}

/* values: how many each byte of a key may have. */
static void check(size_t count, size_t length, size_t head, unsigned values)
{
    struct record *have = mem_alloc(count * sizeof(*have));
    struct record *right = mem_alloc(count * sizeof(*right));
    for (size_t i = 0; i < count; i++) {
        have[i].number = (uint32_t)i;
        for (int b = 0; b < KEY; b++)
            have[i].key[b] = (unsigned char)(roll(values) * (256 / values));
    }
    memcpy(right, have, count * sizeof(*have));
    qsort_r(right, count, sizeof(*right), compare, &length);
    sort_records(have, count, sizeof(*have), offsetof(struct record, key),
                 length, head);
    assert_memory_equal(have, right, count * sizeof(*have));
    mem_free(have);
    mem_free(right);
}

static void records_come_in_order(void **state)
{
    static const struct { size_t all, head; } lengths[] = {
        { 4, 4 }, { 6, 6 }, { 7, 7 }, { 8, 4 }, { 11, 11 }, { 11, 7 },
        { 16, 4 }, { 16, 10 }, { 16, 16 },
    };
    for (unsigned values = 1; values <= 256; values *= 2)
        for (size_t i = 0; i < COUNT(lengths); i++) {
            check(1, lengths[i].all, lengths[i].head, values);
            check(2 + roll(20), lengths[i].all, lengths[i].head, values);
            check(2 + roll(200), lengths[i].all, lengths[i].head, values);
            check(MOST, lengths[i].all, lengths[i].head, values);
        }
    sort_records(NULL, 0, sizeof(struct record), 0, KEY, KEY);
}

static int compare_numbers(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static void numbers_come_in_order(void **state)
{
    for (unsigned round = 0; round < 100; round++) {
        uint32_t have[500], right[500];
        size_t count = roll(500);
        for (size_t i = 0; i < count; i++)
            have[i] = right[i] = roll(1u << 31) << (round & 1);
        qsort(right, count, sizeof(*right), compare_numbers);
        sort_numbers(have, count);
        assert_memory_equal(have, right, count * sizeof(*have));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_come_in_order),
        cmocka_unit_test(numbers_come_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
