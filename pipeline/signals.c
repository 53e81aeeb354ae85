/* SPDX-License-Identifier: Apache-2.0 */
/* One walk over the words of a text: negations, modifiers, contrasts,
 * phrases, terms. Adds nothing up to a score: sentiment.c weighs. Long: the
 * walk is one state that all its parts share. */
#include "pipeline/signals.h"

#include <math.h>

const char *const signal_names[SIGNAL_COUNT] = {
    [SIGNAL_WORD] = "=word+", [SIGNAL_WORD + 1] = "=word-",
    [SIGNAL_STRONG] = "=strong+", [SIGNAL_STRONG + 1] = "=strong-",
    [SIGNAL_PHRASE] = "=phrase+", [SIGNAL_PHRASE + 1] = "=phrase-",
    [SIGNAL_EMOJI] = "=emoji+", [SIGNAL_EMOJI + 1] = "=emoji-",
    [SIGNAL_NEGATED] = "=negated+", [SIGNAL_NEGATED + 1] = "=negated-",
    [SIGNAL_UNREAL] = "=unreal+", [SIGNAL_UNREAL + 1] = "=unreal-",
    [SIGNAL_TAG] = "=hashtag+", [SIGNAL_TAG + 1] = "=hashtag-",
    [SIGNAL_STRONGEST] = "=strongest+", [SIGNAL_STRONGEST + 1] = "=strongest-",
    [SIGNAL_ANY] = "=any+", [SIGNAL_ANY + 1] = "=any-",
    [SIGNAL_DENSITY] = "=density+", [SIGNAL_DENSITY + 1] = "=density-",
    [SIGNAL_EXCLAIMED] = "=exclaimed+", [SIGNAL_EXCLAIMED + 1] = "=exclaimed-",
    [SIGNAL_NONE] = "=none", [SIGNAL_BOTH] = "=both",
    [SIGNAL_NEGATOR] = "=negation",
    [SIGNAL_EXCLAIM] = "=exclamation", [SIGNAL_QUESTION] = "=question",
    [SIGNAL_TITLES] = "=titles", [SIGNAL_HANDLE] = "=handle",
    [SIGNAL_INTERCEPT] = "=intercept",
};

enum {
    SCOPE_WORDS = 4,  /* a negation reaches "no problems or complaints" */
    DENSITY_LIMIT = 4, /* reached by long texts only */
    SUM_LIMIT = 3,    /* of one sum: a list of praise is still one praise */
};
#define CAPITALS_FACTOR 1.25f
#define FACTOR_LIMIT 1.6f

static float least(float a, float b)
{
    return a < b ? a : b;
}

static float most(float a, float b)
{
    return a > b ? a : b;
}

struct walk {
    const struct look *look;
    const struct lexicon *lexicon;
    const struct words *w;
    const struct looked *items;
    size_t until;
    struct signals *out;
    take_term *take;
    take_valence_seen *take_v;
    void *context;
    two_weights weights;    /* of the terms of words before at */
    size_t at;
    size_t next;            /* the word to be read */
    size_t shielded;        /* words before this belong to an entry */
    size_t masked;          /* words before this belong to a name */
    size_t told;            /* words before this are in a phrase's term */
    size_t sentence;        /* where this sentence ends */
    int scope;              /* words left under a negation */
    bool fresh;             /* the word before at has no term */
    bool intense;           /* factor is not just 1 */
    bool every;             /* also terms without an entry */
    bool unreal, question, shouting;
    float factor;
    float strongest[2];
};

/* --- looking up ---------------------------------------------------------- */

static inline two_weights weights_of(const struct entry *e)
{
    return (two_weights){ (double)e->positive, (double)e->negative };
}

/* A phrase may go on behind a word of which one begins. */
static unsigned longer_acts(uint32_t flags)
{
    return flags & ENTRY_PREFIX ? ACT_START | ACT_LONGER : 0;
}

/* Of a word that is known by its kind or by another form: its key, and more
 * acts. Numbers have an entry of their own in phrases ("5 stars"), which is in
 * the place of that of all numbers. */
static uint64_t odd_key(const struct look *look, size_t i, uint32_t *acts)
{
    const struct lexicon *l = look->lexicon;
    const struct word *item = &look->words->items[i];
    if (!(item->flags & WORD_CLASSED))
        return lexicon_odd_word(l, look->words, i);
    *acts = ACT_SHARED;
    if (i)
        look->items[i - 1].acts |= longer_acts(look->items[i - 1].entry->flags);
    if (item->kind == WORD_NUMBER) {
        uint32_t flags = lexicon_entry(l, item->hash)->flags;
        *acts |= ACT_LONGER | longer_acts(flags) | (flags & ENTRY_ACTS);
    }
    return l->keys[item->kind];
}

/* Few pairs are in any entry: the flags of both words say which may be. Those
 * are listed without a branch, which would be guessed wrong, and looked at
 * last. Returns how many. */
static size_t look_words(const struct look *look)
{
    const struct lexicon *l = look->lexicon;
    const struct word *item = look->words->items;
    uint32_t *listed = look->starts, first = 0, mark = 0;
    size_t count = look->words->count, found = 0;
    uint64_t last = 0;
    struct looked *at = look->items;
    for (uint32_t i = 0; i < count; i++, at++, item++) {
        uint64_t key = item->hash;
        uint32_t shown = item->flags, more = 0;
        if (shown & (WORD_ODD | WORD_CLASSED) && item->kind != WORD_EMOJI)
            key = odd_key(look, i, &more);
        const struct entry *e = lexicon_entry(l, key);
        uint32_t flags = e->flags;
        at->before.weights = weights_of(e);
        at->key = key;
        at->entry = e;
        at->acts = (flags & (ACT_START | ACT_CLAUSE)) | ACT_TERM |
                   ((shown | mark) & ACT_CLAUSE);
        at->pair = l->entries;
        if (more & ACT_LONGER)
            at->acts &= ~(uint32_t)ACT_START;
        at->acts |= more;
        if (key == last) { /* a row of hearts is one heart */
            at->acts ^= ACT_TERM;
            at->before.weights = (two_weights){ 0, 0 };
        }
        listed[found] = i - 1;
        found += first & flags / ENTRY_SECOND;
        first = flags / ENTRY_FIRST;
        mark = shown / (WORD_MARK / ACT_CLAUSE);
        last = key;
    }
    *at = (struct looked){ .entry = l->entries, .pair = l->entries };
    return found;
}

/* Whether a phrase may start with a pair. Of those that are the beginning of
 * longer ones only, few go on with the third word: a mark is left as it is, for
 * an intensifier reaches over those that may start something. */
static bool goes_on(const struct look *look, size_t first)
{
    const struct words *w = look->words;
    const struct entry *pair = look->items[first].pair;
    if (pair->flags & ENTRY_ROLES || w->items[first].kind == WORD_PUNCTUATION)
        return true;
    return first + 2 < w->count &&
           lexicon_find(look->lexicon,
                        words_join(pair->hash, lexicon_word(look->lexicon, w,
                                                            first + 2)));
}

/* Pairs that may be in an entry, by the first word of each; those that a
 * phrase may start with are listed in turn. */
static void look_pairs(const struct look *look, size_t count)
{
    uint32_t *listed = look->starts;
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t first = listed[i];
        struct looked *at = &look->items[first];
        const struct entry *e = lexicon_entry(look->lexicon,
                                              words_join(at->key, at[1].key));
        at->pair = e;
        at->acts |= e->flags & ACT_CLAUSE;
        if (at[1].acts & ACT_TERM)
            at[1].before.weights += weights_of(e);
        listed[found] = first;
        found += e->flags / ENTRY_LEADS & 1;
    }
    for (size_t i = 0; i < found; i++)
        if (goes_on(look, listed[i]))
            look->items[listed[i]].acts |= ACT_START | ACT_LONGER;
}

/* A name adds nothing, and behind it a word is not said again and ends no
 * pair. */
static void look_names(const struct look *look, const uint8_t *mask)
{
    uint32_t *listed = look->starts, count = (uint32_t)look->words->count;
    size_t named = 0;
    for (uint32_t i = 0; i < count; i++) {
        listed[named] = i;
        named += mask[i] != 0;
    }
    for (size_t i = 0; i < named; i++) {
        struct looked *at = &look->items[listed[i]];
        at->acts = ACT_MASKED | (at->acts & (ACT_CLAUSE | ACT_SHARED));
        at->before.weights = (two_weights){ 0, 0 };
        at[1].acts |= ACT_TERM;
        at[1].before.weights = weights_of(at[1].entry);
    }
}

/* By the flags of WORD_FORM. */
#define PLAIN(flags, ...) [WORD_LETTERS | (flags)] = { 1, __VA_ARGS__ }
static const eight_counts forms[WORD_FORM + 1] = { /* as enum form */
    PLAIN(0, 0), PLAIN(WORD_CAPS, 1), PLAIN(WORD_TITLE, 0, 1),
    PLAIN(WORD_CAPS | WORD_TITLE, 1, 1), [WORD_ACCOUNT] = { 0, 0, 0, 1 },
    [WORD_EXCLAMATION] = { 0, 0, 0, 0, 1 },
    [WORD_QUESTION] = { 0, 0, 0, 0, 0, 1 },
};

/* From what each word adds to what the words before it add up to: parts are
 * read later without a look at each word. */
static void look_sums(const struct look *look)
{
    const struct word *item = look->words->items;
    struct looked *at = look->items;
    struct tally t = { 0 };
    uint32_t *starts = look->starts, count = (uint32_t)look->words->count;
    for (uint32_t i = 0; i < count; i++, at++, item++) {
        two_weights own = at->before.weights;
        at->before = t;
        starts[t.starts] = i;
        t.weights += own;
        t.form += forms[item->flags & WORD_FORM];
        t.starts += at->acts & ACT_START;
        t.terms += at->acts / ACT_TERM & 1;
    }
    at[0].before = at[1].before = t; /* one more: see add_terms() */
}

static void make_room(struct look *look, size_t count)
{
    if (look->room > count + 1)
        return;
    look->room = count * 2 + 2;
    look->items = mem_resize(look->items, look->room * sizeof(*look->items));
    look->starts = mem_resize(look->starts,
                              look->room * sizeof(*look->starts));
}

/* In tight loops, so that the memory they wait for comes together. */
void look_up(struct look *look, const struct lexicon *l,
             const struct words *w, const uint8_t *mask)
{
    look->lexicon = l;
    look->words = w;
    make_room(look, w->count);
    look_pairs(look, look_words(look));
    if (mask)
        look_names(look, mask);
    look_sums(look);
}

void look_release(struct look *look)
{
    mem_free(look->items);
    mem_free(look->starts);
    *look = (struct look)LOOK_INIT;
}

/* --- reading ------------------------------------------------------------- */

/* Shares and counts that need no lexicon. */
static void read_form(struct walk *k, size_t from)
{
    eight_counts form = k->items[k->until].before.form -
                        k->items[from].before.form;
    const struct word *first = &k->w->items[from];
    float *value = k->out->value;
    if (from < k->until && first->kind == WORD_PLAIN)
        form[FORM_TITLES] -= first->flags / WORD_TITLE & 1; /* all begin so */
    value[SIGNAL_EXCLAIM] = form[FORM_EXCLAIMS] > 0;
    value[SIGNAL_QUESTION] = form[FORM_QUESTIONS] > 0;
    value[SIGNAL_HANDLE] = form[FORM_HANDLES] > 0;
    value[SIGNAL_TITLES] = form[FORM_PLAIN] ? (float)form[FORM_TITLES] /
                                              (float)form[FORM_PLAIN] : 0;
    k->shouting = form[FORM_CAPITALS] * 2 > form[FORM_PLAIN];
    value[SIGNAL_INTERCEPT] = 1;
}

/* The sentence that word i stands in, when it is another than before. One
 * that ends in "?" states nothing. */
static void enter_sentence(struct walk *k, size_t i)
{
    size_t end = i;
    if (i < k->sentence)
        return;
    while (end < k->until && !(k->w->items[end].flags & WORD_SENTENCE))
        end++;
    k->question = end < k->until && k->w->items[end].flags & WORD_QUESTION;
    k->unreal = false;
    k->sentence = end + 1;
}

/* The entry of words i to j where that of i to j - 1 was e; hash likewise.
 * Numbers have a hash of their own in phrases ("5 stars"). */
static const struct entry *longer(const struct walk *k, size_t i, size_t j,
                                  uint64_t *hash)
{
    if (j == i + 1 &&
        !((k->items[i].acts | k->items[j].acts) & ACT_SHARED)) {
        const struct entry *e = k->items[i].pair;
        *hash = e->hash;
        return e;
    }
    *hash = words_join(*hash, lexicon_word(k->lexicon, k->w, j));
    return lexicon_entry(k->lexicon, *hash);
}

/* The longest entry that starts at word i; *last is its last word. */
static const struct entry *longest(const struct walk *k, size_t i,
                                   size_t *last)
{
    const struct entry *e = k->items[i].entry, *best = NULL;
    uint64_t hash = k->items[i].key;
    if (k->w->items[i].kind == WORD_NUMBER) {
        hash = k->w->items[i].hash;
        e = lexicon_entry(k->lexicon, hash);
    }
    *last = i;
    if (e->flags & ENTRY_ROLES)
        best = e;
    for (size_t j = i + 1; e->flags & ENTRY_PREFIX && j < k->until &&
                           !(k->items[j].acts & ACT_MASKED); j++) {
        e = longer(k, i, j, &hash);
        if (e->flags & ENTRY_ROLES &&
            !(e->flags & ENTRY_DENIED && k->scope <= 0)) {
            best = e;
            *last = j;
        }
    }
    return best;
}

/* The order decides: of what holds for an entry the first counts. */
static enum signal signal_of(const struct walk *k, size_t first, size_t last)
{
    static const uint8_t signals[] = {
        SIGNAL_EMOJI, SIGNAL_NEGATED, SIGNAL_UNREAL, SIGNAL_PHRASE, SIGNAL_TAG,
        SIGNAL_WORD,
    };
    unsigned kind = k->w->items[first].kind;
    unsigned emoji = (kind == WORD_EMOJI) | (kind == WORD_EMOTICON);
    unsigned holds = emoji | (k->scope > 0) << 1 |
                     (k->question | k->unreal) << 2 |
                     (last > first) << 3 | (kind == WORD_HASHTAG) << 4 | 32;
    return signals[__builtin_ctz(holds)];
}

static __attribute__((noinline)) void
show_valence(const struct walk *k, const struct valence *seen)
{
    if (seen->entry->valence)
        k->take_v(k->context, seen);
}

/* Also where there is none, which then adds nothing: half of the entries have
 * one, and which is hard to foresee. */
static void read_valence(struct walk *k, const struct entry *e, size_t first,
                         size_t last)
{
    /* "not great" is half a complaint, but "don't waste your money" praises
     * nothing, and neither is strong. */
    static const float left[] = { 1, 0.5f, 1, 0 }, strong[] = { 1, 0 };
    static const float by_capitals[] = { 1, CAPITALS_FACTOR };
    float *out = k->out->value;
    bool capitals = k->w->items[first].flags & WORD_CAPS && !k->shouting;
    float value = (float)e->valence / 400 * k->factor * by_capitals[capitals];
    float size = fabsf(value);
    enum signal s = signal_of(k, first, last);
    bool negative = value < 0, negated = s == SIGNAL_NEGATED;
    out[s + negative] += size;
    if (__builtin_expect(k->take_v != NULL, 0))
        show_valence(k, &(struct valence){ e, (uint32_t)first, (uint32_t)last,
                                           value, (uint8_t)s });
    out[SIGNAL_STRONG + negative] += most(size - 0.5f, 0) * strong[negated];
    size *= left[negative * 2 + negated];
    bool side = negative != negated;
    k->strongest[side] = most(k->strongest[side], size);
}

/* "no problems or complaints": the phrase's own negation goes on. */
static bool continues(const struct walk *k, size_t first, size_t last)
{
    const struct entry *e =
        lexicon_find(k->lexicon, lexicon_word(k->lexicon, k->w, first));
    return e && e->flags & ENTRY_NEGATOR && last + 1 < k->until &&
           k->w->items[last + 1].hash == words_hash("or", 2);
}

/* What an entry does. Branches only where few entries go. */
static void apply(struct walk *k, const struct entry *e, size_t first,
                  size_t last)
{
    bool negator = e->flags & ENTRY_NEGATOR, unreal = e->flags & ENTRY_UNREAL;
    bool ends = e->flags & (ENTRY_CONTRAST | ENTRY_END);
    k->shielded = last + 1;
    if (e->flags & ENTRY_MASK) {
        k->masked = last + 1;
        return;
    }
    k->scope = e->flags & ENTRY_DENIED ? 0 : k->scope;
    if (k->unreal | unreal | (k->out->value[SIGNAL_QUESTION] > 0))
        enter_sentence(k, first); /* else it says nothing */
    read_valence(k, e, first, last);
    k->unreal |= unreal;
    const int reach = SCOPE_WORDS + 1 + (int)(last - first);
    const int scopes[] = { k->scope, 0, reach, reach };
    k->scope = scopes[negator * 2 + ends];
    k->out->value[SIGNAL_NEGATOR] += negator;
    if (last > first && !negator && continues(k, first, last))
        k->scope = SCOPE_WORDS;
    const float factors[] = {
        1, least(k->factor * (float)e->factor / 100, FACTOR_LIMIT)
    };
    k->intense = e->flags & ENTRY_MODIFIER;
    k->factor = factors[k->intense];
}

/* Whether nothing but marks that are no pause, handles, links and names stand
 * between an intensifier and word i. */
static bool reaches(const struct walk *k, size_t i)
{
    for (size_t at = k->shielded; at < i; at++) {
        const struct word *item = &k->w->items[at];
        bool mark = item->kind == WORD_PUNCTUATION &&
                    !(item->flags & WORD_MARK &&
                      k->items[at].entry->flags & ENTRY_END);
        if (!mark && item->kind != WORD_HANDLE && item->kind != WORD_LINK &&
            !(k->items[at].acts & (ACT_START | ACT_MASKED)))
            return false;
    }
    return true;
}

/* True when a phrase says other than its words do: "wish" praises. */
static bool overrules(const struct walk *k, const struct entry *phrase,
                      size_t first, size_t last)
{
    for (size_t i = first; i <= last; i++) {
        const struct entry *e =
            lexicon_find(k->lexicon, lexicon_word(k->lexicon, k->w, i));
        if (e && e->flags & ENTRY_VALENCE && e->valence &&
            (e->valence > 0) != (phrase->valence > 0))
            return true;
        if (e && e->flags & ENTRY_UNREAL && phrase->valence < 0)
            return true;
    }
    return phrase->valence == 0;
}

/* Words up to one add their terms. The first has no pair behind a name or a
 * phrase, nor is it then the same word again. Its own tally is read, times 0,
 * where there is no word, too. */
static void add_terms(struct walk *k, size_t until)
{
    const struct looked *first = &k->items[k->at];
    const struct tally *a = &first->before, *b = &k->items[until].before;
    bool alone = k->fresh & (k->at < until) & !(first->acts & ACT_MASKED);
    double once = alone; /* a factor, where a branch would be guessed wrong */
    k->weights += b->weights - a->weights;
    k->weights += (weights_of(first->entry) -
                   (first[1].before.weights - a->weights)) *
                  (two_weights){ once, once };
    k->out->terms += b->terms - a->terms;
    k->out->terms += alone & !(first->acts & ACT_TERM);
    k->fresh &= k->at == until;
    k->at = until;
}

/* Such a phrase is one term: "thanks for nothing" thanks nobody. */
static void emit_phrase(struct walk *k, const struct entry *e, size_t first,
                        size_t last)
{
    struct term t = { e->hash, e->hash, (uint32_t)first, (uint32_t)last, e };
    k->told = last + 1;
    k->out->terms++;
    k->weights += weights_of(e);
    if (k->take)
        k->take(k->context, &t);
}

/* The terms of word i for whoever asked to be told. */
static void show(const struct walk *k, size_t i, uint64_t hash,
                 const struct entry *e)
{
    const struct entry *none = k->lexicon->entries, *pair = none;
    uint64_t key = k->items[i].key;
    bool paired = !k->fresh && !(k->items[i - 1].acts & ACT_MASKED);
    struct term t = { hash, key, (uint32_t)i, (uint32_t)i,
                      e == none ? NULL : e };
    if (t.entry || k->every)
        k->take(k->context, &t);
    if (paired)
        pair = k->items[i - 1].pair;
    if (!paired || !(pair != none || k->every))
        return;
    t.hash = k->every ? words_join(k->items[i - 1].key, key) : 0;
    t.first--;
    t.entry = pair == none ? NULL : pair;
    k->take(k->context, &t);
}

/* A word by itself, then the pair that it ends: only what differs from the
 * sum that add_terms() takes of it, and whoever asked is told. */
static void emit(struct walk *k, size_t i, bool scoped)
{
    const struct looked *one = &k->items[i];
    uint64_t hash = one->key;
    const struct entry *e = one->entry;
    bool counts = (k->fresh & (k->at == i)) |
                  ((one->acts & ACT_TERM) != 0); /* a row of hearts is one */
    if (scoped && counts) {
        hash = lexicon_negated(hash);
        e = lexicon_entry(k->lexicon, hash);
        k->weights += weights_of(e) - weights_of(one->entry);
    }
    if (!k->take)
        return;
    add_terms(k, i);
    if (counts)
        show(k, i, hash, e);
    add_terms(k, i + 1);
}

/* "far too tight", "I wish it lasted": a phrase that counts begins with the
 * last word of one that only sets its mood. */
static bool yields(const struct walk *k, const struct entry *e, size_t last)
{
    const struct looked *at = &k->items[last];
    size_t end;
    if (!(e->flags & (ENTRY_MODIFIER | ENTRY_UNREAL)) ||
        !(at->entry->flags & ENTRY_PREFIX))
        return false;
    e = longest(k, last, &end);
    return e && end > last && e->flags & ENTRY_VALENCE;
}

/* The entry that starts at word i, if one does. */
static void read_entry(struct walk *k, size_t i)
{
    size_t last = i;
    const struct entry *found = k->items[i].entry;
    if (k->items[i].acts & ACT_LONGER)
        found = longest(k, i, &last);
    if (found)
        apply(k, found, i, last);
    else if (k->w->items[i].kind != WORD_PUNCTUATION)
        k->factor = 1;
    if (last == i)
        return;
    if (yields(k, found, last))
        k->shielded = last;
    if (found->flags & ENTRY_VALENCE && overrules(k, found, i, last))
        emit_phrase(k, found, i, last);
}

/* The next word: where an entry may start, or where its terms are not simply
 * added with those around it. */
static void read_word(struct walk *k, bool starts)
{
    size_t i = k->next++;
    const struct word *item = &k->w->items[i];
    bool wordlike = (item->kind == WORD_PLAIN) | (item->kind == WORD_HASHTAG);
    bool scoped = (k->scope > 0) & wordlike;
    if (k->items[i].acts & ACT_MASKED)
        return;
    k->scope = item->flags & WORD_MARK ? 0 : k->scope;
    if (starts)
        read_entry(k, i);
    if ((i < k->told) | (i < k->masked)) {
        add_terms(k, i);
        k->at = i + 1;
        k->fresh = true;
    } else if (scoped | (k->take != NULL)) {
        emit(k, i, scoped);
    }
    bool counts = (i >= k->masked) & (wordlike | (item->kind == WORD_NUMBER));
    k->scope -= (k->scope > 0) & counts;
}

/* On to an entry, or to the end: most words need no look. */
static void pass(struct walk *k, size_t until)
{
    bool all = k->take != NULL;
    while ((k->next < until) & (all | (k->scope > 0) | (k->next < k->told) |
                                (k->next < k->masked)))
        read_word(k, false);
    k->next = until;
}

static void sum_up(struct walk *k)
{
    float *value = k->out->value;
    float root = sqrtf(k->out->terms ? (float)k->out->terms : 1);
    for (int side = 0; side < 2; side++) {
        float sum = value[SIGNAL_WORD + side] + value[SIGNAL_PHRASE + side] +
                    value[SIGNAL_EMOJI + side] + value[SIGNAL_TAG + side];
        value[SIGNAL_DENSITY + side] = sum / root * SIGNAL_DENSITY_SCALE;
        value[SIGNAL_STRONGEST + side] = k->strongest[side];
        value[SIGNAL_EXCLAIMED + side] = k->strongest[side] *
                                         value[SIGNAL_EXCLAIM];
        value[SIGNAL_ANY + side] = k->strongest[side] > 0;
    }
    if (k->take_v)
        memcpy(k->out->uncut, value, sizeof(k->out->uncut));
    /* what is strongest is never so much: with it they are four times four */
    for (int s = 0; s < SIGNAL_STRONGEST + 2; s++)
        value[s] = least(value[s], SUM_LIMIT);
    for (int s = SIGNAL_DENSITY; s < SIGNAL_DENSITY + 2; s++)
        value[s] = least(value[s], DENSITY_LIMIT);
    bool positive = value[SIGNAL_ANY] > 0, negative = value[SIGNAL_ANY + 1] > 0;
    value[SIGNAL_NONE] = !positive && !negative;
    value[SIGNAL_BOTH] = positive && negative;
    value[SIGNAL_NEGATOR] = least(value[SIGNAL_NEGATOR], 3);
}

void signals_read(const struct look *look, size_t from, size_t until,
                  struct signals *out, take_term *take, bool every,
                  take_valence_seen *take_v, void *context)
{
    /* All are named, for what is not costs a slow string instruction. */
    struct walk k = { .look = look, .lexicon = look->lexicon,
                      .w = look->words, .items = look->items, .until = until,
                      .out = out, .take = take, .take_v = take_v,
                      .context = context, .weights = { 0, 0 }, .at = from,
                      .next = from, .shielded = from, .masked = 0, .told = 0,
                      .sentence = 0, .scope = 0, .fresh = true,
                      .intense = false, .every = every, .unreal = false,
                      .question = false, .shouting = false, .factor = 1,
                      .strongest = { 0, 0 } };
    uint32_t n = look->items[from].before.starts;
    uint32_t end = look->items[until].before.starts;
#pragma GCC unroll 32
    for (int i = 0; i < SIGNAL_ROOM; i += 4)
        memset(out->value + i, 0, 4 * sizeof(*out->value));
    out->terms = 0;
    read_form(&k, from);
    for (; n < end; n++) {
        size_t i = look->starts[n];
        if (i < k.shielded)
            continue;
        if (k.intense && !reaches(&k, i))
            k.factor = 1;
        pass(&k, i);
        read_word(&k, true);
    }
    pass(&k, until);
    add_terms(&k, until);
    out->positive = k.weights[0];
    out->negative = k.weights[1];
    sum_up(&k);
}
