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

/* All that a word does: by itself, as second of a pair, by what it is. */
static void take_word(struct topic_place *p, size_t at, struct found *f)
{
    const struct topic_word *v = &p->view[at];
    take_cell(p, v->cell, at, f);
    if (v->pair->hash && v->before >= p->from)
        take_cell(p, v->pair, v->before, f);
    for (unsigned left = v->classes; left; left &= left - 1)
        take_cell(p, p->t->kind_cells[__builtin_ctz(left)], at, f);
}

/* Where the piece that starts at a word ends. */
static size_t piece_end(const struct topic_place *p, size_t at)
{
    if (p->until - at <= PIECE_WORDS)
        return p->until;
    for (at += PIECE_WORDS - 1; at < p->until && !p->view[at].ends; at++)
        ;
    return at < p->until ? at + 1 : p->until;
}

/* Channels that follow from aspects. */
static uint32_t with_implied(const struct topic_rows *t, uint32_t hits)
{
    for (uint32_t left = hits & t->implying; left; left &= left - 1)
        hits |= t->implied[__builtin_ctz(left)];
    return hits;
}

struct spotter {
    struct topic_place place;
};

struct spotter *spotter_open(const struct topics *t)
{
    struct spotter *s = mem_alloc(sizeof(*s));
    s->place.t = &t->rows;
    return s;
}

void spotter_close(struct spotter *s)
{
    if (s)
        mem_free(s->place.view);
    mem_free(s);
}

void spotter_read(struct spotter *s, const struct words *words,
                  const uint8_t *mask)
{
    topic_read(&s->place, words, mask);
}

void spotter_tag(struct spotter *s, size_t from, size_t until,
                 struct tags *out)
{
    struct topic_place *p = &s->place;
    struct found f;
    f.hits = 0;
    p->from = from;
    p->until = until;
    do {
        size_t end = piece_end(p, from);
        begin_piece(p->t, &f);
        for (; from < end; from++)
            if (p->view[from].busy)
                take_word(p, from, &f);
        close_piece(p->t, &f, out->score);
    } while (from < until);
    uint32_t hits = with_implied(p->t, f.hits);
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
    if (!(c->flags & (to->captures ? CELL_CAPTURES : CELL_BUSY)))
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
static void visit_rows(struct topic_place *p, bool captures, visit_row *visit,
                       void *context)
{
    struct visitor to = { p, captures, visit, context };
    p->from = 0;
    p->until = p->words->count;
    for (size_t i = 0; i < p->until; i++) {
        const struct topic_word *v = &p->view[i];
        visit_cell(&to, v->cell, i, i);
        visit_cell(&to, v->pair, v->before, i);
        for (int k = 0; v->classes >> k; k++)
            if (v->classes >> k & 1)
                visit_cell(&to, p->t->kind_cells[k], i, i);
    }
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
    return words_span(w, from, until);
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

void spotter_spans(struct spotter *s, struct post *post)
{
    struct spans spans = { .post = post };
    post->wish = post->from = post->to = (struct span){ 0, 0 };
    if (post->tags.intents & (1u << INTENT_SUGGESTION | 1u << INTENT_SWITCH))
        visit_rows(&s->place, true, take_spans, &spans);
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
    r->visit(r->context, topic_name(row->tag), p->t->names.data + row->name,
             row->weighted ? (double)row->weight : 0,
             words_span(p->words, begin, end));
}

void spotter_explain(struct spotter *s, int score, visit_topic *visit,
                     void *context)
{
    const struct topic_rows *t = s->place.t;
    struct reasons r = { visit, context };
    visit_rows(&s->place, false, take_reason, &r);
    for (uint32_t left = t->weighted; left; left &= left - 1) {
        unsigned tag = (unsigned)__builtin_ctz(left);
        float adds = topic_feeling(t, tag, score);
        if (adds < 0 || adds > 0)
            visit(context, topic_name(tag), "sentiment", (double)adds,
                  (struct span){ 0, 0 });
    }
}
