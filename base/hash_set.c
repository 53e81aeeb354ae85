/* SPDX-License-Identifier: Apache-2.0 */
/* See hash_set.h. */
#include "base/hash_set.h"

#include "base/mem.h"

/* Where the hash is or belongs. */
static uint64_t *find(uint64_t *slots, size_t room, uint64_t hash)
{
    size_t at = (size_t)hash & (room - 1);
    while (slots[at] && slots[at] != hash)
        at = (at + 1) & (room - 1);
    return &slots[at];
}

bool hash_set_has(const struct hash_set *s, uint64_t hash)
{
    return s->room && *find(s->slots, s->room, hash) == hash;
}

bool hash_set_add(struct hash_set *s, uint64_t hash)
{
    if (hash_set_has(s, hash))
        return false;
    if (s->count * 2 >= s->room) {
        size_t room = s->room ? s->room * 2 : 64;
        uint64_t *slots = mem_alloc(room * sizeof(*slots));
        for (size_t i = 0; i < s->room; i++)
            if (s->slots[i])
                *find(slots, room, s->slots[i]) = s->slots[i];
        mem_free(s->slots);
        s->slots = slots;
        s->room = room;
    }
    *find(s->slots, s->room, hash) = hash;
    s->count++;
    return true;
}

void hash_set_release(struct hash_set *s)
{
    mem_free(s->slots);
    *s = (struct hash_set){ 0 };
}
