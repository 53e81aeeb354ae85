/* SPDX-License-Identifier: Apache-2.0 */
/* One pass over the words: a table answers for single words and pairs, and
 * says which patterns to try where. Reads no file. See topics.h. */
#include "pipeline/topics.h"

#include "pipeline/topic_match.h"

/* A long text is weighed in pieces of whole sentences. */
enum { PIECE_WORDS = 40 };

struct topics {
    struct topic_rows rows;
};

int topics_open(struct topics **out, const char *folder, struct error *err)
{
    struct topics *t = mem_alloc(sizeof(*t));
    *out = NULL;
    if (topic_rows_load(&t->rows, folder, err)) {
        topics_close(t);
        return -1;
    }
    *out = t;
    return 0;
}

void topics_close(struct topics *t)
{
    if (!t)
        return;
    topic_rows_release(&t->rows);
    mem_free(t);
}

uint64_t topics_hash(const struct topics *t)
{
    return t->rows.hash;
}

/* --- all words ----------------------------------------------------------- */

/* What is found so far. */
struct found {
    uint32_t hits;                /* set of tags */
    struct vector sums;           /* of this piece */
    uint64_t done[TOPIC_WEIGHTED_LIMIT / 64];
};

/* A weighted row counts once a piece. */
static bool first_time(struct found *f, unsigned row)
{
    uint64_t bit = (uint64_t)1 << (row & 63);
    bool known = f->done[row >> 6] & bit;
    f->done[row >> 6] |= bit;
    return !known;
}

static void try_patterns(struct topic_place *p, const struct link *l,
                         size_t count, size_t at, struct found *f)
{
    for (const struct link *end = l + count; l < end; l++) {
        const struct row *row = &p->t->rows[l->row];
        if (row->need & ~p->present)
            continue;
        if (row->weighted) {
            if (!(f->done[row->bit >> 6] >> (row->bit & 63) & 1) &&
                topic_near(p, row, at) &&
                topic_try(p, row, l->anchor, at) && first_time(f, row->bit))
                f->sums.weights[p->t->slots_of[row->tag]] += row->weight;
        } else if (!(f->hits >> row->tag & 1) && topic_near(p, row, at) &&
                   topic_try(p, row, l->anchor, at)) {
            f->hits |= 1u << row->tag;
        }
    }
}

static __attribute__((noinline)) void
take_rows(struct topic_place *p, const struct cell *c, size_t at,
          struct found *f)
{
    const struct add *a = p->t->adds + c->first + c->solos;
    const struct link *l = p->t->links + c->first + c->solos + c->adds +
                           c->plains;
    for (const struct add *end = a + c->adds; a < end; a++)
        if (first_time(f, a->bit))
            f->sums.weights[a->slot] += a->weight;
    if (c->patterns)
        try_patterns(p, l, c->patterns, at, f);
    if (c->starts && topic_at_start(p, at))
        try_patterns(p, l + c->patterns, c->starts, at, f);
}

/* Most cells set a tag or add their weights and have no more to say. */
static inline void take_cell(struct topic_place *p, const struct cell *c,
                             size_t at, struct found *f)
{
    f->hits |= c->hits;
    if (c->solos && first_time(f, p->t->adds[c->first].bit))
        for (int i = 0; i < WEIGHED_LIMIT; i++)
            f->sums.weights[i] += p->t->vectors[c->vector].weights[i];
    if (c->adds | c->patterns | c->starts)
        take_rows(p, c, at, f);
}

/* Weighted tags of the piece that ends here. */
static void close_piece(const struct topic_rows *t, struct found *f, int score)
{
    for (uint32_t left = t->weighted; left; left &= left - 1) {
        unsigned tag = (unsigned)__builtin_ctz(left);
        if (f->sums.weights[t->slots_of[tag]] + t->bias[tag] +
                topic_feeling(t, tag, score) > 0)
            f->hits |= 1u << tag;
    }
}

static void begin_piece(const struct topic_rows *t, struct found *f)
{
    memset(&f->sums, 0, sizeof(f->sums));
    memset(f->done, 0, (t->weighted_count + 63) / 64 * sizeof(*f->done));
}

/* Some words are looked up by what they are, too. */
static void take_classes(struct topic_place *p, size_t at, struct found *f)
{
    unsigned classes = p->view[at - p->from].classes;
    for (; classes; classes &= classes - 1) {
        const struct cell *c = p->t->kind_cells[__builtin_ctz(classes)];
        if (c)
            take_cell(p, c, at, f);
    }
}

/* Channels that follow from aspects. */
static uint32_t with_implied(const struct topic_rows *t, uint32_t hits)
{
    for (uint32_t left = hits & t->implying; left; left &= left - 1)
        hits |= t->implied[__builtin_ctz(left)];
    return hits;
}

void topics_tag(const struct topics *topics, const struct words *words,
                size_t from, size_t until, const uint8_t *mask,
                struct tags *out)
{
    const struct topic_rows *t = &topics->rows;
    struct topic_place p;
    const struct cell *previous = NULL;
    struct found f;
    size_t piece = 0, before = 0;
    topic_read(&p, t, words, from, until, mask);
    f.hits = 0;
    begin_piece(t, &f);
    for (size_t i = from; i < until; i++) {
        const struct topic_word *v = &p.view[i - from];
        if (v->cell) {
            const struct cell *pair =
                previous ? topic_pair(t, previous, v->cell) : NULL;
            take_cell(&p, v->cell, i, &f);
            if (pair)
                take_cell(&p, pair, before, &f);
        }
        if (v->classes)
            take_classes(&p, i, &f);
        if (!v->soft) {
            previous = v->cell;
            before = i;
        }
        if (++piece >= PIECE_WORDS && v->ends) {
            close_piece(t, &f, out->score);
            begin_piece(t, &f);
            piece = 0;
        }
    }
    topic_done(&p);
    if (piece || from == until)
        close_piece(t, &f, out->score);
    uint32_t hits = with_implied(t, f.hits);
    out->aspects = hits & ((1u << ASPECT_COUNT) - 1);
    out->channels = hits >> TAG_CHANNELS & ((1u << CHANNEL_COUNT) - 1);
    out->intents = (uint8_t)(hits >> TAG_INTENTS);
}

/* --- every row that fires ------------------------------------------------ */

typedef void visit_row(void *context, const struct topic_place *p,
                       const struct row *row, size_t begin, size_t end);

struct visitor {
    struct topic_place *place;
    bool captures;
    visit_row *visit;
    void *context;
};

static void visit_cell(const struct visitor *to, const struct cell *c,
                       size_t begin, size_t at)
{
    struct topic_place *p = to->place;
    if (!c || (to->captures && !(c->flags & CELL_CAPTURES)))
        return;
    const struct link *l = p->t->links + c->first;
    int count = c->solos + c->adds + c->plains + c->patterns + c->starts;
    for (int i = 0; i < count; i++, l++) {
        const struct row *row = &p->t->rows[l->row];
        if ((to->captures && !row->captures) || row->need & ~p->present)
            continue;
        if (topic_try(p, row, l->anchor, begin))
            to->visit(to->context, p, row, p->begin, p->end);
        else if (l->order <= ORDER_PLAIN) /* its idle ends did not match */
            to->visit(to->context, p, row, begin, at + 1);
    }
}

/* captures: only rows that capture. */
static void visit_rows(const struct topic_rows *t, const struct words *words,
                       const uint8_t *mask, bool captures, visit_row *visit,
                       void *context)
{
    struct topic_place p;
    struct visitor to = { &p, captures, visit, context };
    const struct cell *previous = NULL;
    size_t before = 0;
    topic_read(&p, t, words, 0, words->count, mask);
    for (size_t i = 0; i < words->count; i++) {
        const struct topic_word *v = &p.view[i];
        visit_cell(&to, v->cell, i, i);
        if (v->cell && previous)
            visit_cell(&to, topic_pair(t, previous, v->cell), before, i);
        for (int k = 0; v->classes >> k; k++)
            if (v->classes >> k & 1)
                visit_cell(&to, t->kind_cells[k], i, i);
        if (!v->soft) {
            previous = v->cell;
            before = i;
        }
    }
    topic_done(&p);
}

/* --- spans --------------------------------------------------------------- */

struct spans {
    struct post *post;
    unsigned names;      /* of the switch: captured so far */
};

static bool idle(const struct topic_place *p, size_t i)
{
    const struct word *item = &p->words->items[i];
    return item->kind == WORD_PUNCTUATION || item->kind == WORD_EMOJI ||
           topic_has(p->t->trims, p->t->trim_count, item->hash);
}

/* The wished thing with its verb and without loose ends: "please add |a mirror
 * to the|" wishes "add a mirror", "if only |there were refills|" "refills". */
static struct span trimmed(const struct topic_place *p, struct span span)
{
    const struct words *w = p->words;
    size_t from = 0, until = w->count;
    while (from < until && w->items[from].start < span.start)
        from++;
    if (from && topic_has(p->t->verbs, p->t->verb_count,
                          w->items[from - 1].hash))
        from--;
    while (from < until && idle(p, from))
        from++;
    while (until > from &&
           (w->items[until - 1].start >= span.start + span.length ||
            idle(p, until - 1)))
        until--;
    if (from == until)
        return (struct span){ 0, 0 };
    uint32_t start = w->items[from].start;
    const struct word *last = &w->items[until - 1];
    return (struct span){ start, last->start + last->length - start };
}

/* The wish that starts first; of switches the one that names most. */
static void take_spans(void *context, const struct topic_place *p,
                       const struct row *row, size_t begin, size_t end)
{
    struct spans *s = context;
    (void)begin;
    (void)end;
    const struct span *c = p->captures;
    struct span *wish = &s->post->wish;
    if (row->tag == TAG_SUGGESTION && c[CAPTURE_WISH].length &&
        s->post->tags.intents >> INTENT_SUGGESTION & 1) {
        struct span wished = trimmed(p, c[CAPTURE_WISH]);
        if (wished.length &&
            (!wish->length || wished.start < wish->start))
            *wish = wished;
    }
    unsigned names = (c[CAPTURE_FROM].length > 0) + (c[CAPTURE_TO].length > 0);
    if (row->tag == TAG_SWITCH && names > s->names) {
        s->post->from = c[CAPTURE_FROM];
        s->post->to = c[CAPTURE_TO];
        s->names = names;
    }
}

void topics_spans(const struct topics *t, const struct words *words,
                  const uint8_t *mask, struct post *post)
{
    struct spans s = { .post = post };
    post->wish = post->from = post->to = (struct span){ 0, 0 };
    if (post->tags.intents & (1u << INTENT_SUGGESTION | 1u << INTENT_SWITCH))
        visit_rows(&t->rows, words, mask, true, take_spans, &s);
}

/* --- why ----------------------------------------------------------------- */

struct reasons {
    visit_topic *visit;
    void *context;
};

static void take_reason(void *context, const struct topic_place *p,
                        const struct row *row, size_t begin, size_t end)
{
    const struct reasons *r = context;
    struct span span = { 0, 0 };
    if (begin < end) {
        const struct word *last = &p->words->items[end - 1];
        span.start = p->words->items[begin].start;
        span.length = last->start + last->length - span.start;
    }
    r->visit(r->context, topic_name(row->tag), p->t->names.data + row->name,
             row->weighted ? (double)row->weight : 0, span);
}

void topics_explain(const struct topics *t, const struct words *words,
                    const uint8_t *mask, int score, visit_topic *visit,
                    void *context)
{
    struct reasons r = { visit, context };
    visit_rows(&t->rows, words, mask, false, take_reason, &r);
    for (uint32_t left = t->rows.weighted; left; left &= left - 1) {
        unsigned tag = (unsigned)__builtin_ctz(left);
        float adds = topic_feeling(&t->rows, tag, score);
        if (adds < 0 || adds > 0)
            visit(context, topic_name(tag), "sentiment", (double)adds,
                  (struct span){ 0, 0 });
    }
}
