/* SPDX-License-Identifier: Apache-2.0 */
/* How many different authors: exact codes while few, HyperLogLog (2^12
 * registers, standard error 1.6 %) when many. Cannot subtract.
 *
 *   packed: [1][codes, 4 B LE each, ascending]   up to HLL_CODES of them
 *           [2][4096 registers]
 *
 * A code is 32 bits of the mixed hash, so among 1,000 authors two are taken
 * for one in one case of 8,600. */
#ifndef STORE_HLL_H
#define STORE_HLL_H

#include "base/buf.h"

#include <stdint.h>

enum { HLL_BITS = 12, HLL_REGISTERS = 1 << HLL_BITS,
       HLL_CODES = 1000,          /* stored as codes up to here */
       HLL_CODES_MEMORY = 1 << 15 /* unions in memory stay exact for longer */
};

/* Zero-initialised is empty. */
struct hll {
    uint32_t *codes;       /* owned */
    size_t count, room;
    size_t sorted;         /* so many at the front are sorted and distinct */
    uint8_t *registers;    /* owned; NULL while the codes do */
    bool stored;           /* will be packed: no more codes than that keeps */
};

void hll_release(struct hll *h);
void hll_clear(struct hll *h);
void hll_add(struct hll *h, uint64_t author);
/* -1: not a packed sketch. */
int hll_merge(struct hll *h, const void *packed, size_t length);
void hll_pack(struct hll *h, struct buf *out);
/* What of an author is looked at. Those of one place cannot always be told
 * apart. */
uint32_t hll_code(uint64_t author);
unsigned hll_place(uint32_t code);
/* Take out a code and what cannot be told from it. False: it makes no
 * difference. */
bool hll_drop(struct hll *h, uint32_t code);
/* Another of its place, if it is still there: must it be added again? */
bool hll_misses(const struct hll *h, uint32_t dropped, uint32_t code);
/* After dropping: registers, but maybe few enough to be codes. */
bool hll_unsure(const struct hll *h);
bool hll_empty(const struct hll *h);
uint64_t hll_count(struct hll *h);

#endif
