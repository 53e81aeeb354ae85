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

/* Which words a text has is hard to foresee, and a wrong guess costs more than
 * the work: so what they bring is gathered first, in steps of a fixed size,
 * then gone through. */
enum { STEP = TOPIC_STEP, GATHERED = 128 /* a power of two */ };

/* A pattern that may match at a word. */
struct candidate {
    uint32_t row, at;
};

/* What is found so far. */
struct found {
    uint32_t hits;                /* set of tags */
    struct vector sums;           /* of this piece */
    size_t adder_count, anchor_count, kept_count;
    const struct cell *adders[GATHERED];
    const struct event *anchors[GATHERED];
    struct candidate kept[GATHERED];
    uint64_t done[TOPIC_WEIGHTED_LIMIT / 64];
};

/* A weighted row counts once a piece: all ones the first time, then 0. */
static inline uint32_t first_time(struct found *f, unsigned row)
{
    uint64_t *done = &f->done[row >> 6], before = *done;
    *done |= (uint64_t)1 << (row & 63);
    return (uint32_t)(before >> (row & 63) & 1) - 1;
}

static void try_pattern(struct topic_place *p, struct candidate c,
                        struct found *f)
{
    const struct row *row = &p->t->rows[c.row];
    bool known = row->weighted ? f->done[row->bit >> 6] >> (row->bit & 63) & 1
                               : f->hits >> row->tag & 1;
    if (known || !topic_try(p, row, row->anchor, c.at))
        return;
    if (!row->weighted)
        f->hits |= 1u << row->tag;
    else if (first_time(f, row->bit))
        f->sums.weights[p->t->slots_of[row->tag]] += row->weight;
}

static void settle_adds(const struct topic_rows *t, struct found *f)
{
    for (size_t i = 0; i < f->adder_count; i++) {
        const struct add *a = t->adds + f->adders[i]->add;
        for (unsigned left = f->adders[i]->adds; left; left--, a++)
            f->sums.weights[a->slot] += a->weight &
                                        (int32_t)first_time(f, a->bit);
    }
    f->adder_count = 0;
}

/* Those of a set of tags. */
static void try_kept(struct topic_place *p, struct found *f, uint32_t tags)
{
    size_t count = 0;
    for (size_t i = 0; i < f->kept_count; i++) {
        f->kept[count] = f->kept[i];
        count += tags >> p->t->rows[f->kept[i].row].tag & 1;
    }
    for (size_t i = 0; i < count; i++)
        try_pattern(p, f->kept[i], f);
    f->kept_count = 0;
}

/* Of the patterns anchored at the words gathered those are kept that may
 * match. */
static void settle_anchors(struct topic_place *p, struct found *f)
{
    const struct trial *trials = p->t->trials;
    size_t count = f->kept_count;
    for (size_t i = 0; i < f->anchor_count; i++) {
        const struct event *e = f->anchors[i];
        const struct topic_word *v = &p->view[e->first];
        const struct trial *trial = trials + e->cell->trials;
        const union sets *near = v->near;
        bool soft = v->flags & WORD_SOFT; /* its place is the next word's */
        for (unsigned steps = e->cell->steps; steps; steps--) {
#pragma GCC unroll 2
            for (int k = 0; k < STEP; k++, trial++) {
                f->kept[count] = (struct candidate){ trial->row, e->first };
                count += topic_near(near, trial) | soft;
            }
            if (count <= GATHERED - STEP)
                continue;
            f->kept_count = count;
            try_kept(p, f, UINT32_MAX);
            count = 0;
        }
    }
    f->kept_count = count;
    f->anchor_count = 0;
}

static void settle(struct topic_place *p, struct found *f)
{
    settle_adds(p->t, f);
    settle_anchors(p, f);
}

/* What the words of a piece do by themselves; those with more to them are
 * gathered. What grows with each stays in registers. */
static void take_events(struct topic_place *p, const struct event *e,
                        const struct event *end, struct found *f)
{
    const struct vector *vectors = p->t->vectors;
    four_weights low = { 0 }, high = { 0 };
    size_t adders = 0, anchors = 0;
    uint32_t hits = 0;
    for (; e < end; e++) {
        const struct cell *c = e->cell;
        if (e->first < p->from) /* a pair that began before the part */
            continue;
        const struct vector *v = &vectors[c->vector & first_time(f, c->solo)];
        low += v->fours[0];
        high += v->fours[1];
        hits |= c->hits;
        f->adders[adders] = c;
        adders += c->adds > 0;
        f->anchors[anchors] = e;
        anchors += c->steps > 0;
        if (!((adders | anchors) & GATHERED)) /* none is full */
            continue;
        f->adder_count = adders;
        f->anchor_count = anchors;
        settle(p, f);
        adders = anchors = 0;
    }
    f->sums.fours[0] += low;
    f->sums.fours[1] += high;
    f->hits |= hits;
    f->adder_count = adders;
    f->anchor_count = anchors;
}

/* What is weighed before any word. */
static int32_t leaning(const struct topic_rows *t, unsigned tag, int score)
{
    return t->bias[tag] + topic_feeling(t, tag, score);
}

/* Tags of the piece that ends here. Weighted ones are mostly decided before a
 * pattern is tried: whatever matched could not turn the sum. */
static void close_piece(struct topic_place *p, struct found *f, int score)
{
    const struct topic_rows *t = p->t;
    settle(p, f);
    struct vector least = f->sums, most = f->sums;
    for (size_t i = 0; i < f->kept_count; i++) {
        const struct row *row = &t->rows[f->kept[i].row];
        int32_t weight = row->weight & -(int32_t)row->weighted;
        unsigned slot = t->slots_of[row->tag];
        least.weights[slot] += weight < 0 ? weight : 0;
        most.weights[slot] += weight > 0 ? weight : 0;
    }
    uint32_t open = ~t->weighted;
    for (uint32_t left = t->weighted; left; left &= left - 1) {
        unsigned tag = (unsigned)__builtin_ctz(left), slot = t->slots_of[tag];
        int32_t lean = leaning(t, tag, score);
        f->hits |= (uint32_t)(least.weights[slot] + lean > 0) << tag;
        open |= (uint32_t)(most.weights[slot] + lean > 0) << tag;
    }
    open &= ~f->hits;
    try_kept(p, f, open);
    for (uint32_t left = open & t->weighted; left; left &= left - 1) {
        unsigned tag = (unsigned)__builtin_ctz(left);
        int32_t sum = f->sums.weights[t->slots_of[tag]] +
                      leaning(t, tag, score);
        f->hits |= (uint32_t)(sum > 0) << tag;
    }
}

static void begin_piece(const struct topic_rows *t, struct found *f)
{
    memset(&f->sums, 0, sizeof(f->sums));
    memset(f->done, 0, (t->weighted_count / 64 + 1) * sizeof(*f->done));
}

/* Where the piece that starts at a word ends. */
static size_t piece_end(const struct topic_place *p, size_t at)
{
    if (p->until - at <= PIECE_WORDS)
        return p->until;
    at += PIECE_WORDS - 1;
    while (at < p->until && !(p->view[at].flags & WORD_END))
        at++;
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
        topic_release(&s->place);
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
    const struct event *e = p->events + p->view[from].event;
    f.hits = 0;
    f.kept_count = 0;
    p->from = from;
    p->until = until;
    do {
        begin_piece(p->t, &f);
        from = piece_end(p, from);
        const struct event *end = p->events + p->view[from].event;
        take_events(p, e, end, &f);
        e = end;
        close_piece(p, &f, out->score);
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

static void visit_event(const struct visitor *to, const struct event *e)
{
    struct topic_place *p = to->place;
    const struct cell *c = e->cell;
    if (to->captures && !(c->flags & CELL_CAPTURES))
        return;
    const struct link *l = p->t->links + c->first;
    int count = c->solos + c->adds + c->plains + c->patterns;
    for (int i = 0; i < count; i++, l++) {
        const struct row *row = &p->t->rows[l->row];
        if (to->captures && !row->captures)
            continue;
        if (topic_try(p, row, l->anchor, e->first))
            to->visit(to->context, p, row, p->begin, p->end);
        else if (l->order <= ORDER_PLAIN) /* its idle ends did not match */
            to->visit(to->context, p, row, e->first, e->last + 1);
    }
}

/* captures: only rows that capture. */
static void visit_rows(struct topic_place *p, bool captures, visit_row *visit,
                       void *context)
{
    struct visitor to = { p, captures, visit, context };
    p->from = 0;
    p->until = p->words->count;
    for (size_t i = 0; i < p->view[p->until].event; i++)
        visit_event(&to, &p->events[i]);
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
             row->weighted ? (double)row->weight / WEIGHT_UNIT : 0,
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
        int32_t adds = topic_feeling(t, tag, score);
        if (adds)
            visit(context, topic_name(tag), "sentiment",
                  (double)adds / WEIGHT_UNIT, (struct span){ 0, 0 });
    }
}
