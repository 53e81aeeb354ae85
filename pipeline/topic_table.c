/* SPDX-License-Identifier: Apache-2.0 */
/* Where each topic row is looked for: the table from words to rows. Reads no
 * file, matches nothing. */
#include "pipeline/topic_rows.h"

enum { COMMON_COST = 200, CLASS_COST = 1500, PAIRS_LIMIT = 4000 };

static const char common_words[] =
    "the to a and i of is it in for you my that on have be this with was are "
    "not but at so your we me just if all can do what as they please would "
    "should from or an will no get . ! ? ,";

/* --- where a row is looked for ------------------------------------------- */

static void add_link(struct topic_rows *t, uint64_t hash, size_t row,
                     unsigned order, unsigned anchor, unsigned flags)
{
    t->links = mem_grow(t->links, &t->link_room, t->link_count,
                        sizeof(*t->links));
    t->links[t->link_count++] = (struct link){
        .hash = hash, .row = (uint32_t)row, .order = (uint8_t)order,
        .anchor = (uint8_t)anchor, .flags = (uint16_t)flags };
}

static bool single(const struct element *e)
{
    return e->kind == ELEMENT_WORDS && !e->optional;
}

/* How often the words of an element are met, roughly: function words cost. */
static unsigned cost(const struct topic_rows *t, const struct words *common,
                     const struct element *e)
{
    unsigned total = e->classes ? CLASS_COST : 0;
    for (uint32_t i = 0; i < e->count; i++) {
        total += 1;
        for (size_t k = 0; k < common->count; k++)
            if (common->items[k].hash == t->hashes[e->first + i])
                total += COMMON_COST;
    }
    return total;
}

/* What a row needs for a tag, without what may be missing at its ends. */
struct core {
    const struct element *elements;
    unsigned from, until;
};

static bool idle(const struct element *e)
{
    return e->optional || e->kind == ELEMENT_GAP || e->kind == ELEMENT_REST;
}

static struct core core_of(const struct topic_rows *t, const struct row *row)
{
    struct core c = { t->elements + row->elements, 0, row->count };
    while (c.from < c.until && idle(&c.elements[c.from]))
        c.from++;
    while (c.until > c.from && idle(&c.elements[c.until - 1]))
        c.until--;
    return c;
}

/* Every word of element i followed by every word that may come next. */
static size_t pairs_at(const struct core *c, unsigned i)
{
    size_t next = 0;
    const struct element *e = &c->elements[i];
    if (!single(e) || e->classes)
        return 0;
    for (unsigned k = i + 1; k < c->until; k++) {
        const struct element *other = &c->elements[k];
        if (other->kind != ELEMENT_WORDS || other->classes)
            return 0;
        next += other->count;
        if (!other->optional)
            return e->count * next;
    }
    return 0;
}

static void link_pairs(struct topic_rows *t, size_t index,
                       const struct core *c, unsigned i, unsigned order)
{
    const struct element *e = &c->elements[i];
    const uint64_t *first = t->hashes + e->first;
    for (uint32_t a = 0; a < e->count; a++)
        add_link(t, first[a], index, ORDER_MARK, 0, CELL_PAIR_FIRST);
    for (unsigned k = i + 1; k < c->until; k++) {
        const struct element *other = &c->elements[k];
        const uint64_t *second = t->hashes + other->first;
        for (uint32_t b = 0; b < other->count; b++) {
            add_link(t, second[b], index, ORDER_MARK, 0, CELL_PAIR_SECOND);
            for (uint32_t a = 0; a < e->count; a++)
                add_link(t, words_join(first[a], second[b]), index, order, i,
                         CELL_PAIR);
        }
        if (!other->optional)
            return;
    }
}

static void link_words(struct topic_rows *t, size_t index,
                       const struct element *e, unsigned i, unsigned order,
                       unsigned flags)
{
    for (uint32_t k = 0; k < e->count; k++)
        add_link(t, t->hashes[e->first + k], index, order, i, flags);
    for (int k = 0; k < CLASS_COUNT; k++)
        if (e->classes >> k & 1)
            add_link(t, t->kinds[k], index, order, i, flags);
}

/* --- bits of sets -------------------------------------------------------- */

/* There are more sets than bits. Those with the same common words share one,
 * for that word alone sets it; the rare ones share theirs with more. */
struct shared_set {
    uint64_t common;        /* classes and common words that it has */
    uint64_t hash;
    struct element *element;
};

static int by_common(const void *a, const void *b)
{
    const struct shared_set *x = a, *y = b;
    if (x->common != y->common)
        return x->common < y->common ? -1 : 1;
    return (x->hash > y->hash) - (x->hash < y->hash);
}

/* The anchor is known to be there. */
static bool has_set(const struct row *row, const struct element *e, unsigned i)
{
    return i != row->anchor && (e->kind == ELEMENT_WORDS ||
                                e->kind == ELEMENT_UNLESS);
}

static struct shared_set shared_set(const struct topic_rows *t,
                                    const struct words *common,
                                    struct element *e)
{
    struct shared_set s = { e->classes, words_join(e->classes, e->count), e };
    for (size_t k = 0; k < common->count; k++)
        s.common = s.common << 1 | topic_has(t->hashes + e->first, e->count,
                                             common->items[k].hash);
    for (uint32_t i = 0; i < e->count; i++)
        s.hash = words_join(s.hash, t->hashes[e->first + i]);
    return s;
}

static void share_bits(struct topic_rows *t, const struct words *common)
{
    enum { RARE = 1, COMMON = 3, CLASS = 12 };
    size_t count = 0, weight = 0, all = 0;
    struct shared_set *sets = mem_alloc(t->element_count * sizeof(*sets));
    for (size_t i = 0; i < t->row_count; i++)
        for (unsigned k = 0; t->rows[i].kind == ROW_PATTERN &&
                             k < t->rows[i].count; k++) {
            struct element *e = &t->elements[t->rows[i].elements + k];
            if (has_set(&t->rows[i], e, k))
                sets[count++] = shared_set(t, common, e);
        }
    qsort(sets, count, sizeof(*sets), by_common);
    for (int last = 0; last < 2; last++) {
        all = weight;
        weight = 0;
        for (size_t i = 0; i < count; i++) {
            if (i && by_common(&sets[i], &sets[i - 1]))
                weight += sets[i].element->classes ? CLASS
                          : sets[i].common ? COMMON : RARE;
            if (last)
                sets[i].element->set = (uint8_t)(weight * SETS_NEVER /
                                                 (all + 1));
        }
    }
    mem_free(sets);
}

static void mark_sets(struct topic_rows *t, size_t index)
{
    const struct row *row = &t->rows[index];
    for (unsigned i = 0; i < row->count; i++) {
        const struct element *e = &t->elements[row->elements + i];
        if (has_set(row, e, i))
            link_words(t, index, e, e->set, ORDER_MARK, CELL_SET);
    }
}

static struct look look_for(int at, unsigned set)
{
    return (struct look){ (int16_t)(at * 2 + (int)set / 64), set % 64 };
}

/* Words on one side of element i that must be there, within how many words
 * each. A side with a pair has it beside its first word. */
static struct look *look_aside(const struct row *row, const struct element *e,
                               unsigned i, int step, bool pair,
                               struct look *next, const struct look *end)
{
    unsigned reach = 1;
    int level = 0;
    for (int k = (int)i + step; k >= 0 && k < row->count && next < end &&
                                e[k].kind != ELEMENT_REST; k += step) {
        while ((1u << level) < reach)
            level++;
        if (level >= NEAR_LEVELS)
            break;
        int first = step > 0 ? 1 : -(1 << level);
        if (single(&e[k]) && !pair)
            *next++ = look_for(first * NEAR_LEVELS + level, e[k].set);
        pair = false;
        if (e[k].kind == ELEMENT_WORDS) {
            reach++;
        } else if (e[k].kind == ELEMENT_GAP) {
            reach += e[k].most;
        } else if (e[k].kind == ELEMENT_NAME) {
            reach += NAME_WORDS;
        }
    }
    return next;
}

/* One look at least is left for what stands before. */
static void look_around(struct row *row, const struct element *e)
{
    unsigned i = row->anchor;
    struct look *next = row->looks, *end = row->looks + LOOKS;
    if (i && e[i - 1].kind == ELEMENT_START)
        *next++ = look_for(0, SETS_START);
    next = look_aside(row, e, i, 1, row->paired, next, end - 1);
    next = look_aside(row, e, i, -1, false, next, end);
    while (next < end)
        *next++ = look_for(0, SETS_ALL); /* at the word itself: true */
}

/* A row is tried where two of its words are met side by side; where that
 * cannot be, where its rarest word is. */
static int anchor_row(struct topic_rows *t, size_t index,
                      const struct core *c, const struct words *common,
                      struct error *err)
{
    unsigned best = 0, least = UINT32_MAX;
    bool pair = false;
    for (unsigned i = c->from; i < c->until; i++) {
        const struct element *e = &c->elements[i];
        size_t pairs = pairs_at(c, i);
        unsigned price = UINT32_MAX;
        if (pairs && pairs <= PAIRS_LIMIT)
            price = (unsigned)(pairs / 100);
        else if (single(e) && !pair)
            price = cost(t, common, e) + PAIRS_LIMIT;
        if (price < least) {
            least = price;
            best = i;
            pair = pairs && pairs <= PAIRS_LIMIT;
        }
    }
    if (least == UINT32_MAX)
        return error_set(err, ERROR_CONFIG, "the pattern \"%s\" needs a "
                         "word that must be there",
                         t->names.data + t->rows[index].name);
    if (pair)
        link_pairs(t, index, c, best, ORDER_PATTERN);
    else
        link_words(t, index, &c->elements[best], best, ORDER_PATTERN, 0);
    t->rows[index].anchor = (uint8_t)best;
    t->rows[index].paired = pair;
    return 0;
}

/* One word or two neighbours need no matching: the table answers. */
static int link_row(struct topic_rows *t, size_t index,
                    const struct words *common, struct error *err)
{
    struct row *row = &t->rows[index];
    struct core c = core_of(t, row);
    const struct element *e = &c.elements[c.from];
    unsigned order = row->weighted ? ORDER_ADD : ORDER_PLAIN;
    if (c.until - c.from == 1 && single(e)) {
        row->kind = ROW_WORD;
        if (row->weighted && e->count == 1 && !e->classes)
            order = ORDER_SOLO;
        link_words(t, index, e, c.from, order, 0);
        return 0;
    }
    size_t pairs = c.until - c.from == 2 ? pairs_at(&c, c.from) : 0;
    if (!pairs || pairs > PAIRS_LIMIT)
        return anchor_row(t, index, &c, common, err);
    row->kind = ROW_PAIR;
    if (row->weighted && pairs == 1)
        order = ORDER_SOLO;
    link_pairs(t, index, &c, c.from, order);
    return 0;
}

/* --- the table ----------------------------------------------------------- */

static int by_hash(const void *a, const void *b)
{
    const struct link *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    if (x->order != y->order)
        return x->order < y->order ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

static void index_cells(struct topic_rows *t)
{
    size_t pairs = 0;
    for (size_t i = 0; i < t->cell_count; i++)
        pairs += (t->cells[i].flags & CELL_PAIR) != 0;
    index_open(&t->pairs, pairs);
    index_open(&t->words, t->cell_count - pairs);
    for (size_t i = 1; i < t->cell_count; i++) {
        const struct cell *c = &t->cells[i];
        uint64_t bit = topic_pair_bit(c->hash);
        if (c->flags & CELL_PAIR)
            t->pair_filter[bit >> 6] |= (uint64_t)1 << (bit & 63);
        index_add(c->flags & CELL_PAIR ? &t->pairs : &t->words,
                  INDEX_OF(t->cells), i);
    }
    for (int i = 0; i < CLASS_COUNT; i++)
        t->kind_cells[i] = topic_cell(t, t->kinds[i]);
}

/* What many rows name is met often: what belongs to such words stands close
 * together, and stays in the caches. */
static int by_uses(const void *a, const void *b)
{
    const struct cell *x = a, *y = b;
    if (x->uses != y->uses)
        return x->uses > y->uses ? -1 : 1;
    return (x->hash > y->hash) - (x->hash < y->hash);
}

static void build_cells(struct topic_rows *t)
{
    size_t room = 0, kept = 0;
    if (t->link_count)
        qsort(t->links, t->link_count, sizeof(*t->links), by_hash);
    t->cells = mem_grow(t->cells, &room, 0, sizeof(*t->cells));
    t->cells[t->cell_count++] = (struct cell){ .hash = 0 };
    for (size_t i = 0; i < t->link_count; i++) {
        struct link l = t->links[i];
        if (i == 0 || l.hash != t->cells[t->cell_count - 1].hash) {
            t->cells = mem_grow(t->cells, &room, t->cell_count,
                                sizeof(*t->cells));
            t->cells[t->cell_count++] = (struct cell){
                .hash = l.hash, .first = (uint32_t)kept };
        }
        struct cell *c = &t->cells[t->cell_count - 1];
        c->flags |= l.flags;
        c->uses++;
        if (l.flags & CELL_SET)
            sets_add(&c->sets, l.anchor);
        if (l.order == ORDER_MARK)
            continue;
        if (t->rows[l.row].captures)
            c->flags |= CELL_CAPTURES;
        t->links[kept++] = l;
        c->solos += l.order == ORDER_SOLO;
        c->adds += l.order == ORDER_ADD;
        c->plains += l.order == ORDER_PLAIN;
        c->patterns += l.order == ORDER_PATTERN;
        if (l.order == ORDER_PLAIN)
            c->hits |= 1u << t->rows[l.row].tag;
        c->flags |= CELL_BUSY;
    }
    t->link_count = kept;
    qsort(t->cells + 1, t->cell_count - 1, sizeof(*t->cells), by_uses);
}

static void build_vectors(struct topic_rows *t)
{
    size_t vectors = 1, adds = 0;
    t->adds = mem_alloc((t->link_count + 1) * sizeof(*t->adds));
    t->vectors = mem_alloc((t->cell_count + 1) * sizeof(*t->vectors));
    for (size_t i = 0; i < t->cell_count; i++) {
        struct cell *c = &t->cells[i];
        uint32_t link = c->first;
        if (c->solos) {
            c->solo = t->rows[t->links[link].row].bit;
            c->vector = (uint32_t)vectors++;
        }
        for (unsigned k = 0; k < c->solos; k++) {
            const struct row *row = &t->rows[t->links[link++].row];
            t->vectors[c->vector].weights[t->slots_of[row->tag]] +=
                row->weight;
        }
        c->add = (uint32_t)adds;
        for (unsigned k = 0; k < c->adds; k++) {
            const struct row *row = &t->rows[t->links[link++].row];
            t->adds[adds++] = (struct add){ .weight = row->weight,
                                            .bit = row->bit,
                                            .slot = t->slots_of[row->tag] };
        }
    }
}

/* The last step of a cell is filled up with its last pattern again, which
 * passes seldom if ever, and is then known. */
static void build_trials(struct topic_rows *t)
{
    size_t room = 0;
    for (size_t i = 0; i < t->cell_count; i++) {
        struct cell *c = &t->cells[i];
        uint32_t link = c->first + c->solos + c->adds + c->plains;
        c->trials = (uint32_t)t->trial_count;
        c->steps = (uint16_t)((c->patterns + TOPIC_STEP - 1) / TOPIC_STEP);
        for (unsigned k = 0; k < c->steps * TOPIC_STEP; k++) {
            bool more = k >= c->patterns;
            uint32_t row = t->links[link + (more ? c->patterns - 1u : k)].row;
            t->trials = mem_grow(t->trials, &room, t->trial_count,
                                 sizeof(*t->trials));
            struct trial *trial = &t->trials[t->trial_count++];
            trial->row = row;
            memcpy(trial->looks, t->rows[row].looks, sizeof(trial->looks));
            if (more)
                trial->looks[0] = look_for(0, SETS_NEVER);
        }
    }
}

/* Rows of a tag with a bias are weighed, the others decide alone. */
int topic_rows_compile(struct topic_rows *t, struct error *err)
{
    struct words common = WORDS_INIT;
    int status = 0;
    unsigned weighed = 0;
    for (unsigned tag = 0; tag < TAG_COUNT; tag++)
        if (t->weighted >> tag & 1)
            t->slots_of[tag] = (uint8_t)weighed++;
    if (weighed > WEIGHED_LIMIT)
        return error_set(err, ERROR_CONFIG, "more than 8 tags with a bias");
    words_split(&common, TEXT(common_words));
    for (size_t i = 0; i < t->lead_count; i++)
        add_link(t, t->leads[i], 0, ORDER_MARK, 0, CELL_LEAD);
    for (size_t i = 0; i < t->element_count; i++)
        t->elements[i].set = SETS_ALL;
    for (size_t i = 0; i < t->row_count && status == 0; i++) {
        struct row *row = &t->rows[i];
        row->weighted = t->weighted >> row->tag & 1;
        if (row->kind == ROW_BIAS || row->kind == ROW_FEELING ||
            row->kind == ROW_IMPLIED)
            continue;
        status = link_row(t, i, &common, err);
        if (row->weighted)
            row->bit = (uint16_t)++t->weighted_count;
        if (t->weighted_count == TOPIC_WEIGHTED_LIMIT)
            status = error_set(err, ERROR_CONFIG,
                               "more than 8191 weighted rows");
    }
    share_bits(t, &common);
    for (size_t i = 0; i < t->row_count; i++)
        if (t->rows[i].kind == ROW_PATTERN) {
            mark_sets(t, i);
            look_around(&t->rows[i], t->elements + t->rows[i].elements);
        }
    words_release(&common);
    if (status)
        return status;
    build_cells(t);
    if (t->cell_count > INDEX_ROWS)
        return error_set(err, ERROR_CONFIG, "more than a million words and "
                         "pairs of words");
    index_cells(t);
    build_vectors(t);
    build_trials(t);
    return 0;
}
