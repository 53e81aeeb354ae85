/* SPDX-License-Identifier: Apache-2.0 */
/* See index.h. What is added gets a place at once: its group's factor is
 * changed until all of the group have one that is free. */
#include "base/index.h"

#include "base/mem.h"

enum { GROUP_PLACES = 2 /* few rows a group: few factors are tried */ };

void index_open(struct index *x, size_t count)
{
    size_t places = 16;
    while (places < count + count / 2)
        places *= 2;
    *x = (struct index){ .mask = places - 1,
                         .groups = places / GROUP_PLACES - 1 };
    x->places = mem_alloc(places * sizeof(*x->places));
    x->factors = mem_alloc((x->groups + 1) * sizeof(*x->factors));
    x->first = mem_alloc((x->groups + 1) * sizeof(*x->first));
}

void index_close(struct index *x)
{
    mem_free(x->places);
    mem_free(x->factors);
    mem_free(x->first);
    mem_free(x->next);
    *x = (struct index){ 0 };
}

/* The places of a group's rows from one up to another, which is not of them,
 * are left. */
static void leave(struct index *x, struct index_rows rows, uint32_t number,
                  uint32_t until)
{
    for (; number != until; number = x->next[number])
        *index_place(x, index_hash(rows, number)) = 0;
}

/* Places for the rows of a group, of which only the first has none yet. */
static bool settle(struct index *x, struct index_rows rows, size_t group)
{
    uint32_t first = x->first[group], number;
    leave(x, rows, x->next[first], 0);
    do {
        for (number = first; number; number = x->next[number]) {
            uint64_t hash = index_hash(rows, number);
            uint32_t *place = index_place(x, hash);
            if (*place)
                break;
            *place = ((uint32_t)hash & ~(uint32_t)INDEX_ROWS) | number;
        }
        if (!number)
            return true;
        leave(x, rows, first, number);
    } while (++x->factors[group]);
    return false;
}

/* With twice the room. */
static void grow(struct index *x, struct index_rows rows)
{
    struct index old = *x;
    index_open(x, old.mask + 1);
    for (size_t i = 0; i <= old.groups; i++)
        for (uint32_t n = old.first[i]; n; n = old.next[n])
            index_add(x, rows, n);
    index_close(&old);
}

void index_add(struct index *x, struct index_rows rows, size_t number)
{
    size_t group = index_hash(rows, (uint32_t)number) & x->groups;
    while (number >= x->next_room)
        x->next = mem_grow(x->next, &x->next_room, x->next_room,
                           sizeof(*x->next));
    x->next[number] = x->first[group];
    x->first[group] = (uint32_t)number;
    x->count++;
    if (x->count * 3 > x->mask * 2 || !settle(x, rows, group))
        grow(x, rows);
}
