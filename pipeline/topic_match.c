/* SPDX-License-Identifier: Apache-2.0 */
/* Tries one pattern at one place, to both sides of its anchor, within a
 * bound of steps. Knows no tag. Over 500 lines: what patterns ask of words is
 * read beside where it is asked. */
#include "pipeline/topic_match.h"

enum {
    STEPS_LIMIT = 4000,  /* of one pattern at one place */
    BEFORE = 3,          /* words that a guard in front looks at */
    MARGIN = 1 << (NEAR_LEVELS - 1), /* places around that a look may reach */
    EVENTS = 5,          /* of one word, at most; and room for a next */
};

/* --- words --------------------------------------------------------------- */

static char first_byte(const struct words *w, size_t i)
{
    return w->folded[w->items[i].start];
}

/* An account that shops answer from: @acmehelp, @AskAcme. */
static bool is_helpdesk(const char *name, size_t length)
{
    static const char *const parts[] = { "help", "care", "cust", "serv",
                                         "supp", "assi" };
    if (length > 4 && memcmp(name, "@ask", 4) == 0)
        return true;
    for (size_t at = 1; at + 4 <= length; at++)
        for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
            if (!memcmp(name + at, parts[i], 4)) /* one comparison */
                return true;
    return false;
}

static unsigned classes_of(const struct words *w, size_t i)
{
    const struct word *item = &w->items[i];
    const char *at = w->folded + item->start;
    switch (item->kind) {
    case WORD_NUMBER: {
        bool money = *at == '$' || *at == '\xc2' || *at == '\xe2' ||
                     (unsigned char)at[item->length - 1] >= 0x80;
        return money ? CLASS_MONEY | CLASS_NUMBER : CLASS_NUMBER;
    }
    case WORD_HANDLE:
        return CLASS_HANDLE |
               (is_helpdesk(at, item->length) ? CLASS_HELPDESK : 0);
    case WORD_LINK:
        return CLASS_LINK;
    case WORD_EMOJI:
        return CLASS_EMOJI;
    case WORD_PLAIN:
        return item->flags & WORD_CAPS && item->length > 3 ? CLASS_CAPS : 0;
    default:
        return 0;
    }
}

/* "sooo" is looked up as "soo", then as "so". */
static uint64_t squeezed(const struct topic_rows *t, const struct words *w,
                         size_t index)
{
    for (size_t keep = 2; keep >= 1; keep--) {
        uint64_t hash = words_squeezed(w, index, keep);
        if (topic_cell(t, hash)->hash)
            return hash;
    }
    return w->items[index].hash;
}

/* A hashtag without its mark, "???" as "?". */
static uint64_t odd_key(const struct topic_rows *t, const struct words *w,
                        size_t index)
{
    const struct word *item = &w->items[index];
    const char *at = w->folded + item->start;
    if (item->kind == WORD_HASHTAG)
        return words_hash(at + 1, item->length - 1);
    if (item->flags & WORD_LENGTHENED)
        return squeezed(t, w, index);
    return *at == '.' ? words_hash("...", 3) : words_hash(at, 1);
}

static void read_odd(struct topic_place *p, size_t i, struct topic_word *v)
{
    const struct word *item = &p->words->items[i];
    v->classes = classes_of(p->words, i);
    if (item->flags & WORD_ODD)
        v->key = odd_key(p->t, p->words, i);
    for (unsigned left = v->classes; left; left &= left - 1)
        v->sets.both |= p->t->kind_cells[__builtin_ctz(left)]->sets.both;
}

/* "Acme app" is an app, "Tilly Box" no box: words of a name say nothing, but
 * for those. They are few, and which is hard to foresee: each is searched. */
static void hide(struct topic_place *p, const uint8_t *mask)
{
    const uint32_t telling = 1u << ASPECT_APP | 1u << ASPECT_WEBSITE |
                             1u << ASPECT_LOYALTY;
    const uint8_t *at = mask, *end = mask + p->words->count;
    for (; (at = memchr(at, 1, (size_t)(end - at))); at++) {
        struct topic_word *v = &p->view[at - mask];
        bool shown = v->cell->hits & telling;
        v->key &= -(uint64_t)shown;
        v->cell = shown ? v->cell : p->t->cells;
    }
}

/* What each word is looked up by, and what is known of it. */
static void read_words(struct topic_place *p)
{
    static const two_halves any = { 0, (uint64_t)1 << SETS_ALL % 64 };
    const struct topic_rows *t = p->t;
    const struct word *item = p->words->items;
    struct topic_word *v = p->view, *end = v + p->words->count;
    for (; v < end; item++, v++) {
        v->key = item->hash;
        v->sets.both = any;
        v->flags = item->flags;
        v->classes = 0;
        if (item->flags & (WORD_ODD | WORD_CLASSED | WORD_CAPS))
            read_odd(p, (size_t)(v - p->view), v);
        v->cell = topic_cell(t, v->key);
        v->sets.both |= v->cell->sets.both;
    }
}

/* A place is written whether it counts or not: no branch to foresee. */
static inline struct event *add_event(struct event *next,
                                      const struct cell *c, size_t first,
                                      size_t last)
{
    *next = (struct event){ c, (uint32_t)first, (uint32_t)last };
    return next + ((c->flags & CELL_BUSY) != 0);
}

/* Second words of pairs, past marks between. Those that may be are listed
 * without a branch, which would be guessed wrong, and looked up last. */
static void read_pairs(struct topic_place *p)
{
    const struct topic_rows *t = p->t;
    struct topic_word *v = p->view;
    const struct cell *previous = t->cells;
    uint32_t before = 0, count = (uint32_t)p->words->count;
    size_t found = 0;
    for (uint32_t i = 0; i < count; i++, v++) {
        bool soft = v->flags & WORD_SOFT;
        v->pair = t->cells;
        v->before = before;
        p->pairs[found] = i;
        found += topic_may_pair(t, previous, v->cell);
        previous = soft ? previous : v->cell;
        before = soft ? before : i;
    }
    for (size_t i = 0; i < found; i++) {
        v = &p->view[p->pairs[i]];
        v->pair = topic_pair(t, p->view[v->before].cell, v->cell);
    }
}

/* What each word does: by itself, as second of a pair, by what it is. */
static void read_events(struct topic_place *p)
{
    struct topic_word *v = p->view;
    struct event *next = p->events;
    size_t count = p->words->count;
    for (size_t i = 0; i < count; i++, v++) {
        v->event = (uint32_t)(next - p->events);
        next = add_event(next, v->cell, i, i);
        next = add_event(next, v->pair, v->before, i);
        for (unsigned left = v->classes; left; left &= left - 1)
            next = add_event(next, p->t->kind_cells[__builtin_ctz(left)], i, i);
    }
    v->event = (uint32_t)(next - p->events);
}

/* Where sentences start: handles, marks, emoji and words like "and" or "hi"
 * may stand before the first word. And the first level of near: a soft mark
 * counts for the words on both sides of it. Returns the place behind all. */
static union sets *read_places(struct topic_place *p)
{
    static const two_halves starting[] = {
        { 0, 0 }, { 0, (uint64_t)1 << SETS_START % 64 } };
    const two_halves none = { 0, 0 };
    struct topic_word *v = p->view, *end = v + p->words->count;
    union sets *at = p->near + MARGIN * NEAR_LEVELS;
    two_halves marks = none;
    uint32_t starts = TOPIC_STARTS;
    for (; v < end; v++) {
        bool soft = v->flags & WORD_SOFT;
        bool goes_on = (v->flags | v->cell->flags) & WORD_ASIDE;
        bool opens = v->flags & (WORD_END | WORD_OPENS);
        starts |= v->flags & TOPIC_STARTS;
        v->flags |= starts;
        v->near = at;
        two_halves here = v->sets.both | marks;
        at[0].both = here | starting[starts / TOPIC_STARTS];
        marks = none;
        if (soft) {
            at[-NEAR_LEVELS].both |= here;
            marks = here;
        }
        at += soft ? 0 : NEAR_LEVELS;
        starts = goes_on ? starts : 0;
        starts = opens ? TOPIC_STARTS : starts;
    }
    v->flags = starts;
    at[0].both = marks;
    return at;
}

static void read_near(struct topic_place *p)
{
    enum { ONE = NEAR_LEVELS };
    const union sets none = { .half = { 0, 0 } };
    for (int i = 0; i < MARGIN; i++)
        p->near[i * ONE] = none;
    union sets *at = read_places(p);
    for (int i = 1; i <= MARGIN / 2; i++)
        at[i * ONE] = at[i * ONE + 1] = at[i * ONE + 2] =
            at[i * ONE + 3] = none;
    at += ONE;
    do {
        at -= ONE;
        at[1].both = at[0].both | at[ONE].both;
        at[2].both = at[1].both | at[2 * ONE + 1].both;
        at[3].both = at[2].both | at[4 * ONE + 2].both;
    } while (at > p->near);
}

static void make_room(struct topic_place *p, size_t count)
{
    if (p->room > count)
        return;
    p->room = count * 2 + 1;
    p->view = mem_resize(p->view, p->room * sizeof(*p->view));
    p->pairs = mem_resize(p->pairs, p->room * sizeof(*p->pairs));
    p->events = mem_resize(p->events,
                           p->room * EVENTS * sizeof(*p->events));
    p->near = mem_resize(p->near, (p->room + 2 * MARGIN + 1) * NEAR_LEVELS *
                                      sizeof(*p->near));
}

void topic_read(struct topic_place *p, const struct words *words,
                const uint8_t *mask)
{
    p->words = words;
    make_room(p, words->count);
    read_words(p);
    if (mask)
        hide(p, mask);
    read_pairs(p);
    read_events(p);
    read_near(p);
}

void topic_release(struct topic_place *p)
{
    mem_free(p->view);
    mem_free(p->pairs);
    mem_free(p->events);
    mem_free(p->near);
}

/* --- one pattern at one place -------------------------------------------- */

static const struct topic_word *view(const struct topic_place *p, size_t i)
{
    return &p->view[i];
}

/* A mark that is skipped in a row of words. */
static bool is_soft(const struct topic_place *p, size_t i)
{
    return view(p, i)->flags & WORD_SOFT;
}

/* A mark that ends a sentence. */
static bool ends(const struct topic_place *p, size_t i)
{
    return view(p, i)->flags & WORD_END;
}

static bool allows(const struct topic_place *p, const struct element *e,
                   size_t i)
{
    const struct topic_word *v = view(p, i);
    if (!sets_have(&v->sets, e->set))
        return false;
    return e->classes & v->classes ||
           topic_has(p->t->hashes + e->first, e->count, v->key);
}

/* The word from at on that the element allows, past soft marks that it does
 * not; none: where the text ends. */
static size_t allowed(const struct topic_place *p, const struct element *e,
                      size_t at)
{
    for (; at < p->until; at++) {
        if (allows(p, e, at))
            return at;
        if (!is_soft(p, at))
            break;
    }
    return p->until;
}

/* Likewise before at; the word behind it. None: where the text starts. */
static size_t allowed_before(const struct topic_place *p,
                             const struct element *e, size_t at)
{
    for (; at > p->from; at--) {
        if (allows(p, e, at - 1))
            return at;
        if (!is_soft(p, at - 1))
            break;
    }
    return p->from;
}

static bool at_start(const struct topic_place *p, size_t at)
{
    return at <= p->from || view(p, at)->flags & TOPIC_STARTS;
}

static bool at_end(const struct topic_place *p, size_t at)
{
    while (at < p->until && is_soft(p, at))
        at++;
    return at >= p->until || ends(p, at) ||
           p->words->items[at].flags & WORD_BREAK ||
           p->words->items[at].kind == WORD_LINK ||
           p->words->items[at].kind == WORD_EMOJI ||
           p->words->items[at].kind == WORD_EMOTICON;
}

/* Is one of the words before at allowed? Hardly ever: the sets near, of the two
 * far ones and of the last, with the marks between, say so at once. */
static bool allowed_in_front(const struct topic_place *p,
                             const struct element *e, size_t at)
{
    const union sets *near = view(p, at)->near;
    union sets all = { near[-BEFORE * NEAR_LEVELS + 1].both |
                       near[-NEAR_LEVELS].both };
    if (!sets_have(&all, e->set))
        return false;
    for (size_t seen = 0; at > p->from && seen < BEFORE; at--) {
        if (ends(p, at - 1))
            return false;
        if (allows(p, e, at - 1))
            return true;
        seen += !is_soft(p, at - 1);
    }
    return false;
}

static bool guarded(const struct topic_place *p, const struct element *e,
                    size_t index, size_t at)
{
    if (!index)
        return allowed_in_front(p, e, at);
    while (at < p->until && is_soft(p, at))
        at++;
    return at < p->until && allows(p, e, at);
}

static bool follow(struct topic_place *p, size_t index, size_t at);

/* Whether a name goes on behind a word: "Plum Lane", "Plum & Co". */
static bool name_goes_on(const struct topic_place *p, size_t at)
{
    const struct words *w = p->words;
    size_t next = at + (at < p->until && first_byte(w, at) == '&');
    return next < p->until && w->items[at - 1].flags & WORD_TITLE &&
           w->items[next].flags & WORD_TITLE;
}

/* A name is as short as what follows lets it be; at a row's end it goes on
 * while words have capitals. */
static bool follow_name(struct topic_place *p, size_t index, size_t at)
{
    const struct words *w = p->words;
    const struct element *e = &p->elements[index];
    size_t until = at;
    for (unsigned n = 0; n < NAME_WORDS && until < p->until; n++) {
        const struct word *item = &w->items[until];
        bool joined = n && first_byte(w, until) == '&' &&
                      until + 1 < p->until; /* Plum & Co */
        if ((item->kind == WORD_PUNCTUATION && !joined) ||
            item->kind == WORD_LINK)
            break;
        until += joined ? 2 : 1;
        if (index + 1 == p->count && n + 1 < NAME_WORDS &&
            name_goes_on(p, until))
            continue;
        p->captures[e->capture] = words_span(w, at, until);
        if (follow(p, index + 1, until))
            return true;
    }
    p->captures[e->capture] = (struct span){ 0, 0 };
    return false;
}

static bool follow_rest(struct topic_place *p, size_t index, size_t at)
{
    const struct words *w = p->words;
    size_t until = at;
    while (until < p->until && !ends(p, until) &&
           (until == at || !(w->items[until].flags & WORD_BREAK)) &&
           w->items[until].kind != WORD_LINK)
        until++;
    while (until > at && is_soft(p, until - 1))
        until--;
    p->captures[p->elements[index].capture] = words_span(w, at, until);
    return until > at && follow(p, index + 1, until);
}

/* Whether an element cannot start, or end, at word i: most places in a gap are
 * passed by for this. */
static bool barred(const struct topic_place *p, const struct element *e,
                   size_t i)
{
    const struct topic_word *v = view(p, i);
    return e->kind == ELEMENT_WORDS && !e->optional &&
           !(v->flags & WORD_SOFT) && !sets_have(&v->sets, e->set);
}

static bool follow_gap(struct topic_place *p, size_t index, size_t at)
{
    const struct element *e = &p->elements[index];
    bool last = index + 1 == p->count;
    for (unsigned words = 0;; at++) {
        if ((last || at >= p->until || !barred(p, e + 1, at)) &&
            follow(p, index + 1, at))
            return true;
        if (at >= p->until || ends(p, at))
            return false;
        words += !is_soft(p, at);
        if (words > e->most)
            return false;
    }
}

/* What takes no word: is it so between the words at - 1 and at? */
static bool holds(const struct topic_place *p, const struct element *e,
                  size_t index, size_t at)
{
    if (e->kind == ELEMENT_UNLESS)
        return !guarded(p, e, index, at);
    return e->kind == ELEMENT_START ? at_start(p, at) : at_end(p, at);
}

static bool takes_words(const struct element *e)
{
    return e->kind == ELEMENT_GAP || e->kind == ELEMENT_NAME ||
           e->kind == ELEMENT_REST;
}

/* Elements from index on, words from at on. */
static bool follow(struct topic_place *p, size_t index, size_t at)
{
    for (;; index++) { /* as long as there is but one way */
        if (++p->steps > STEPS_LIMIT)
            return false;
        if (index == p->count) {
            p->end = at;
            return true;
        }
        const struct element *e = &p->elements[index];
        if (e->kind == ELEMENT_WORDS) {
            size_t word = allowed(p, e, at);
            if (!e->optional) {
                if (word == p->until)
                    return false;
                at = word + 1;
            } else if (word < p->until && follow(p, index + 1, word + 1)) {
                return true;
            }
        } else if (takes_words(e)) {
            return e->kind == ELEMENT_GAP    ? follow_gap(p, index, at)
                   : e->kind == ELEMENT_NAME ? follow_name(p, index, at)
                                             : follow_rest(p, index, at);
        } else if (!holds(p, e, index, at)) {
            return false;
        }
    }
}

static bool precede(struct topic_place *p, size_t index, size_t at);

/* A gap; or a name, of one word at least. Before it index elements. */
static bool precede_gap(struct topic_place *p, size_t index, size_t at)
{
    const struct element *e = &p->elements[index];
    bool name = e->kind == ELEMENT_NAME;
    unsigned words = 0, most = name ? NAME_WORDS : e->most;
    for (size_t until = at;; at--) {
        if (e->capture)
            p->captures[e->capture] = words_span(p->words, at, until);
        if ((words || !name) &&
            (!index || at == p->from || !barred(p, e - 1, at - 1)) &&
            precede(p, index, at))
            return true;
        if (at == p->from || ends(p, at - 1))
            return false;
        words += !is_soft(p, at - 1);
        if (words > most)
            return false;
    }
}

/* Elements before index, words before at, right to left. A name there is
 * one to three words, too; the rest of a sentence never is. */
static bool precede(struct topic_place *p, size_t index, size_t at)
{
    for (;;) {
        if (++p->steps > STEPS_LIMIT)
            return false;
        if (index == 0) {
            p->begin = at;
            return true;
        }
        const struct element *e = &p->elements[--index];
        if (e->kind == ELEMENT_WORDS) {
            size_t word = allowed_before(p, e, at);
            if (!e->optional) {
                if (word == p->from)
                    return false;
                at = word - 1;
            } else if (word > p->from && precede(p, index, word - 1)) {
                return true;
            }
        } else if (takes_words(e)) {
            return e->kind != ELEMENT_REST && precede_gap(p, index, at);
        } else if (!holds(p, e, index, at)) {
            return false;
        }
    }
}

bool topic_try(struct topic_place *p, const struct row *row, unsigned anchor,
               size_t at)
{
    p->elements = p->t->elements + row->elements;
    p->count = row->count;
    p->steps = 0;
    if (row->captures)
        memset(p->captures, 0, sizeof(p->captures));
    return precede(p, anchor, at) && follow(p, anchor + 1, at + 1);
}
