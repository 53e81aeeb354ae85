/* SPDX-License-Identifier: Apache-2.0 */
/* One entry of a match, exclude or require list: a name, @handle, #tag,
 * /pattern/flags, or a query over such.
 *
 *   query   = group (OR group)*
 *   group   = near ((AND | NOT)? near)*       side by side after a bracket
 *   near    = unary (NEAR/n unary)*           or phrase is AND
 *   unary   = NOT unary | ( query ) | "a phrase" | words | @ | # | /re/
 *
 * Operators are upper case; words side by side are one name. */
#ifndef PIPELINE_QUERY_H
#define PIPELINE_QUERY_H

#include "base/error.h"
#include "base/hash_set.h"
#include "base/pattern.h"
#include "pipeline/name.h"

struct query;

int query_open(struct query **out, struct text source, bool sensitive,
               struct error *err);
void query_close(struct query *q);

/* True when the entry is one name, handle or tag: no pattern, no operator. */
bool query_is_name(const struct query *q);

/* What must stand in a text for the query to be worth a try: any of the
 * names given to the visitor (borrowed from the query), or a word of that
 * hash alone. False: it must be tried on every text. Where two are needed one
 * is told, rather that with no name_key() or word in usual: of a thousand
 * queries "acme AND ..." few are then tried where acme is. */
typedef void visit_trigger(void *context, const struct name *name,
                           uint64_t word);
bool query_triggers(const struct query *q, const struct hash_set *usual,
                    visit_trigger *visit, void *context);

/* The first hit in words [from, until]; 1, 0, -1: a pattern passed its limit.
 * A query's hit is that of its first operand that holds. */
int query_find(const struct query *q, struct matcher *matcher,
               const struct words *words, size_t from, size_t until,
               struct hit *hit);

#endif
