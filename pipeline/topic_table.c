/* SPDX-License-Identifier: Apache-2.0 */
/* Where each topic row is looked for: the table from words to rows. Reads no
 * file, matches nothing. */
#include "pipeline/topic_rows.h"

enum { COMMON_COST = 200, PAIRS_LIMIT = 400 };

static const char common_words[] =
    "the to a and i of is it in for you my that on have be this with was are "
    "not but at so your we me just if all can do what as they please would "
    "should from or an will no get . ! ? ,";

/* --- where a row is looked for ------------------------------------------ */

static void add_link(struct topic_rows *t, uint64_t hash, size_t row,
                     unsigned order, unsigned anchor, unsigned flags)
{
    t->links = mem_grow(t->links, &t->link_room, t->link_count,
                        sizeof(*t->links));
    t->links[t->link_count++] = (struct link){
        .hash = hash, .row = (uint32_t)row, .order = (uint8_t)order,
        .anchor = (uint8_t)anchor, .flags = (uint8_t)flags };
}

static bool single(const struct element *e)
{
    return e->kind == ELEMENT_WORDS && !e->optional;
}

/* How often the words of an element are met, roughly: function words cost. */
static unsigned cost(const struct topic_rows *t, const struct words *common,
                     const struct element *e)
{
    unsigned total = e->classes ? 4 : 0;
    for (uint32_t i = 0; i < e->count; i++) {
        total += 1;
        for (size_t k = 0; k < common->count; k++)
            if (common->items[k].hash == t->hashes[e->first + i])
                total += COMMON_COST;
    }
    return total;
}

static int anchor_row(struct topic_rows *t, size_t index,
                      const struct words *common, struct error *err)
{
    struct row *row = &t->rows[index];
    unsigned best = 0, least = UINT32_MAX;
    for (unsigned i = 0; i < row->count; i++) {
        const struct element *e = &t->elements[row->elements + i];
        unsigned price = single(e) ? cost(t, common, e) : UINT32_MAX;
        if (price < least) {
            least = price;
            best = i;
        }
    }
    if (least == UINT32_MAX)
        return error_set(err, ERROR_CONFIG, "the pattern \"%s\" needs a "
                         "word that must be there", t->names.data + row->name);
    const struct element *e = &t->elements[row->elements + best];
    for (uint32_t i = 0; i < e->count; i++)
        add_link(t, t->hashes[e->first + i], index, 2, best, 0);
    for (int i = 0; i < CLASS_COUNT; i++)
        if (e->classes >> i & 1)
            add_link(t, t->kinds[i], index, 2, best, 0);
    return 0;
}

/* One word or two neighbours need no matching: the table answers. */
static int link_row(struct topic_rows *t, size_t index,
                    const struct words *common, struct error *err)
{
    struct row *row = &t->rows[index];
    const struct element *e = &t->elements[row->elements];
    unsigned order = row->weighted ? 0 : 1;
    bool pair = row->count == 2 && single(e) && single(e + 1) &&
                !e->classes && !e[1].classes &&
                e->count * e[1].count <= PAIRS_LIMIT;
    if (row->count == 1 && single(e)) {
        row->kind = ROW_WORD;
        for (uint32_t i = 0; i < e->count; i++)
            add_link(t, t->hashes[e->first + i], index, order, 0, 0);
        for (int i = 0; i < CLASS_COUNT; i++)
            if (e->classes >> i & 1)
                add_link(t, t->kinds[i], index, order, 0, 0);
        return 0;
    }
    if (!pair)
        return anchor_row(t, index, common, err);
    row->kind = ROW_PAIR;
    for (uint32_t i = 0; i < e->count; i++) {
        uint64_t first = t->hashes[e->first + i];
        add_link(t, first, index, 3, 0, CELL_PAIR_FIRST);
        for (uint32_t k = 0; k < e[1].count; k++)
            add_link(t, words_join(first, t->hashes[e[1].first + k]), index,
                     order, 0, 0);
    }
    for (uint32_t k = 0; k < e[1].count; k++)
        add_link(t, t->hashes[e[1].first + k], index, 3, 0, CELL_PAIR_SECOND);
    return 0;
}

/* --- the table -------------------------------------------------------------- */

static int by_hash(const void *a, const void *b)
{
    const struct link *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    if (x->order != y->order)
        return x->order < y->order ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

static void index_cell(struct topic_rows *t, size_t index)
{
    uint64_t hash = t->cells[index].hash;
    size_t a = hash & ((1u << TOPIC_FILTER_BITS) - 1);
    size_t b = (hash >> 20) & ((1u << TOPIC_FILTER_BITS) - 1);
    size_t at = (hash >> 40) & t->slot_mask;
    t->filter[a >> 6] |= (uint64_t)1 << (a & 63);
    t->filter[b >> 6] |= (uint64_t)1 << (b & 63);
    while (t->slots[at])
        at = (at + 1) & t->slot_mask;
    t->slots[at] = (uint32_t)(index + 1);
}

static void build_cells(struct topic_rows *t)
{
    size_t room = 0, slots = 64;
    if (t->link_count)
        qsort(t->links, t->link_count, sizeof(*t->links), by_hash);
    for (size_t i = 0; i < t->link_count; i++) {
        const struct link *l = &t->links[i];
        if (i == 0 || l->hash != t->links[i - 1].hash) {
            t->cells = mem_grow(t->cells, &room, t->cell_count,
                                sizeof(*t->cells));
            t->cells[t->cell_count++] = (struct cell){
                .hash = l->hash, .first = (uint32_t)i };
        }
        struct cell *c = &t->cells[t->cell_count - 1];
        c->flags |= l->flags;
        c->adds += l->order == 0;
        c->plains += l->order == 1;
        c->patterns += l->order == 2;
        if (l->order == 1)
            c->hits |= 1u << t->rows[l->row].tag;
    }
    while (slots < t->cell_count * 3)
        slots *= 2;
    t->slots = mem_alloc(slots * sizeof(*t->slots));
    t->slot_mask = slots - 1;
    for (size_t i = 0; i < t->cell_count; i++)
        index_cell(t, i);
}

/* Rows of a tag with a bias are weighed, the others decide alone. */
int topic_rows_compile(struct topic_rows *t, struct error *err)
{
    struct words common = WORDS_INIT;
    int status = 0;
    words_split(&common, TEXT(common_words));
    for (size_t i = 0; i < t->row_count && status == 0; i++) {
        struct row *row = &t->rows[i];
        row->weighted = t->weighted >> row->tag & 1;
        if (row->kind == ROW_BIAS || row->kind == ROW_IMPLIED)
            continue;
        status = link_row(t, i, &common, err);
        if (row->weighted)
            row->bit = (uint16_t)t->weighted_count++;
        if (t->weighted_count > TOPIC_WEIGHTED_LIMIT)
            status = error_set(err, ERROR_CONFIG,
                               "more than 16384 weighted rows");
    }
    words_release(&common);
    if (status == 0)
        build_cells(t);
    return status;
}
