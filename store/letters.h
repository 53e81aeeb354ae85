/* SPDX-License-Identifier: Apache-2.0 */
/* A text as stored where most are of base32 letters (a-z2-7), as Bluesky's
 * ids are: 5 bits each then, else as it is. Knows no ids.
 *
 *   [length * 2 + 1][5 bits a letter, highest first], or [length * 2][text] */
#ifndef STORE_LETTERS_H
#define STORE_LETTERS_H

#include "store/pack.h"

/* Returns the end, at most VARINT_LIMIT and the text's length on. */
unsigned char *pack_letters(unsigned char *out, struct text t);
/* *made: where there is room for so many bytes at most; moved on by those
 * that were needed. More than most is broken. */
struct text unpack_letters(struct unpack *u, char **made, size_t most);

#endif
