/* SPDX-License-Identifier: Apache-2.0 */
/* Part of base/json.c alone: what yajl would decode wrongly is overwritten
 * before it sees it, by as many bytes, so that positions stay true. A
 * surrogate without its other half and \u0000 become \ufffd, a byte order mark
 * at the start becomes spaces. Not for others: see json.h. */
#ifndef BASE_JSON_REPAIR_H
#define BASE_JSON_REPAIR_H

#include "base/buf.h"

enum { JSON_REPAIR_CUT = 12 }; /* bytes of \ud83d\ude00 */

/* Returns the chunk, or its repaired copy in own. *length becomes what may be
 * read now: the rest, less than JSON_REPAIR_CUT bytes, goes on in the next
 * chunk. first: the stream begins here. */
const char *json_repair(struct buf *own, bool first, const char *data,
                        size_t *length);

/* The value of four hexadecimal digits, or -1. */
int json_hex(const char *digits);

#endif
