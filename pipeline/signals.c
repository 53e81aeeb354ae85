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
static const float CAPITALS_FACTOR = 1.25f, FACTOR_LIMIT = 1.6f;

static float least(float a, float b)
{
    return a < b ? a : b;
}

struct walk {
    const struct lexicon *lexicon;
    const struct words *w;
    const struct looked *items;
    size_t until;
    struct signals *out;
    take_term *take;
    take_valence_seen *take_v;
    void *context;
    uint64_t previous;      /* key of the word before; 0: none */
    const struct entry *pair; /* of the word before and this one */
    size_t shielded;        /* words before this belong to an entry */
    size_t masked;          /* words before this belong to a name */
    size_t told;            /* words before this are in a phrase's term */
    size_t sentence;        /* where this sentence ends */
    int scope;              /* words left under a negation */
    bool every;             /* also terms without an entry */
    bool unreal, question, shouting;
    float factor;
    float strongest[2];
};

/* --- looking up ---------------------------------------------------------- */

static inline uint64_t key_of(const struct lexicon *l, const struct words *w,
                              const struct word *item)
{
    static const uint64_t own[] = { /* all ones: its own hash */
        [WORD_PLAIN] = UINT64_MAX, [WORD_HASHTAG] = UINT64_MAX,
        [WORD_EMOJI] = UINT64_MAX, [WORD_EMOTICON] = UINT64_MAX,
        [WORD_PUNCTUATION] = UINT64_MAX,
    };
    if (item->flags & WORD_ODD)
        return lexicon_odd_word(l, w, (size_t)(item - w->items));
    return (item->hash & own[item->kind]) | l->keys[item->kind];
}

/* Few pairs are in any entry: the flags of both words say which may be. */
static inline const struct entry *pair_of(const struct lexicon *l,
                                          const struct looked *one)
{
    const struct looked *two = one + 1;
    bool may = ((one->entry->flags & (ENTRY_PREFIX | ENTRY_FIRST)) != 0) &
               ((two->entry->flags & ENTRY_SECOND) != 0);
    return may ? lexicon_entry(l, words_join(one->key, two->key))
               : l->entries;
}

/* Whether an entry that does something may start at a word: of the many that
 * begin a phrase few do so in this text. Numbers have an entry of their own in
 * phrases ("5 stars"). */
static inline unsigned acts_of(const struct lexicon *l,
                               const struct word *item,
                               const struct looked *at)
{
    static const uint8_t of_kind[] = {
        [WORD_PUNCTUATION] = ACT_MARK,
        [WORD_HANDLE] = ACT_APART, [WORD_LINK] = ACT_APART,
    };
    uint32_t flags = at->entry->flags, roles = flags, pair = at->pair->flags;
    uint32_t more = pair & (ENTRY_ROLES | ENTRY_PREFIX);
    unsigned acts = of_kind[item->kind];
    if ((flags | pair) & ENTRY_BEGINS || item->flags & WORD_BREAK)
        acts |= ACT_CLAUSE;
    if (item->flags & WORD_MARK && flags & ENTRY_END) {
        roles &= ~(uint32_t)ENTRY_END; /* every such mark ends a negation */
        acts &= ~(unsigned)ACT_MARK;
    }
    if (item->kind == WORD_NUMBER) {
        roles = flags = lexicon_entry(l, item->hash)->flags;
        more = 1;
    }
    bool starts = ((roles & ENTRY_ROLES) != 0) |
                  (((flags & ENTRY_PREFIX) != 0) & ((more != 0) | !at[1].own));
    return acts | (starts ? ACT_START : 0);
}

static void look_words(const struct look *look)
{
    const struct lexicon *l = look->lexicon;
    const struct word *item = look->words->items;
    struct looked *at = look->items, *end = at + look->words->count;
    for (; at < end; at++, item++) {
        at->key = key_of(l, look->words, item);
        at->entry = lexicon_entry(l, at->key);
        at->own = !l->keys[item->kind];
    }
    *end = (struct looked){ 0, l->entries, l->entries, 0, true };
}

/* Pairs, and what each word does. */
static void look_acts(const struct look *look)
{
    const struct lexicon *l = look->lexicon;
    const struct word *item = look->words->items;
    struct looked *at = look->items, *end = at + look->words->count;
    uint64_t before = 0;
    unsigned clause = 0;
    for (; at < end; at++, item++) {
        at->pair = pair_of(l, at);
        at->acts = (uint8_t)(acts_of(l, item, at) | clause |
                             (at->key == before ? ACT_SAME : 0));
        before = at->key;
        clause = item->flags & WORD_MARK ? ACT_CLAUSE : 0;
    }
}

/* In tight loops, so that the memory they wait for comes together. */
void look_up(struct look *look, const struct lexicon *l,
             const struct words *w, const uint8_t *mask)
{
    look->lexicon = l;
    look->words = w;
    if (look->room <= w->count) {
        look->room = w->count * 2 + 1;
        look->items = mem_resize(look->items,
                                 look->room * sizeof(*look->items));
    }
    look_words(look);
    look_acts(look);
    for (size_t i = 0; mask && i < w->count; i++)
        look->items[i].acts |= mask[i] ? ACT_MASKED : 0;
}

void look_release(struct look *look)
{
    mem_free(look->items);
    *look = (struct look)LOOK_INIT;
}

/* --- reading ------------------------------------------------------------- */

typedef uint32_t four __attribute__((vector_size(16)));

/* Shares and counts that need no lexicon. */
static void read_form(struct walk *k, size_t from)
{
    enum { PLAIN, CAPITALS, TITLES };
    static const four counts[4] = { /* by capitals and title */
        { 1, 0, 0, 0 }, { 1, 1, 0, 0 }, { 1, 0, 1, 0 }, { 1, 1, 1, 0 },
    };
    float *value = k->out->value;
    four sums = { 0, 0, 0, 0 };
    unsigned kinds = 0, flags = 0;
    for (size_t i = from; i < k->until; i++) {
        const struct word *item = &k->w->items[i];
        kinds |= 1u << item->kind;
        if (item->kind == WORD_PLAIN) { /* most are */
            flags |= item->flags;
            sums += counts[item->flags & (WORD_CAPS | WORD_TITLE)];
        } else if (item->kind == WORD_PUNCTUATION) {
            flags |= item->flags;
        }
    }
    const struct word *first = &k->w->items[from];
    if (from < k->until && first->kind == WORD_PLAIN)
        sums[TITLES] -= (first->flags & WORD_TITLE) != 0; /* as all sentences do */
    value[SIGNAL_EXCLAIM] = (flags & WORD_EXCLAMATION) != 0;
    value[SIGNAL_QUESTION] = (flags & WORD_QUESTION) != 0;
    value[SIGNAL_HANDLE] = (kinds >> WORD_HANDLE & 1) != 0;
    value[SIGNAL_TITLES] = sums[PLAIN] ? (float)sums[TITLES] /
                                             (float)sums[PLAIN] : 0;
    k->shouting = sums[CAPITALS] * 2 > sums[PLAIN];
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
    k->question = end < k->until &&
                  k->w->items[end].flags & WORD_QUESTION;
    k->unreal = false;
    k->sentence = end + 1;
}

/* The entry of words i to j where that of i to j - 1 was e; hash likewise.
 * Numbers have a hash of their own in phrases ("5 stars"). */
static const struct entry *longer(const struct walk *k, size_t i, size_t j,
                                  uint64_t *hash)
{
    if (j == i + 1 && k->items[i].own && k->items[j].own) {
        const struct entry *e = k->items[i].pair;
        *hash = e->hash;
        return e;
    }
    *hash = words_join(*hash, lexicon_word(k->lexicon, k->w, j));
    return lexicon_entry(k->lexicon, *hash);
}

/* The longest entry that starts at word i; *last is its last word. */
static const struct entry *longest(const struct walk *k, size_t i,
                                   const struct entry *e, uint64_t hash,
                                   size_t *last)
{
    const struct entry *best = NULL;
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

static enum signal signal_of(const struct walk *k, const struct word *item,
                             size_t words)
{
    if (item->kind == WORD_EMOJI || item->kind == WORD_EMOTICON)
        return SIGNAL_EMOJI;
    if (k->scope > 0)
        return SIGNAL_NEGATED;
    if (k->unreal || k->question)
        return SIGNAL_UNREAL;
    if (words > 1)
        return SIGNAL_PHRASE;
    return item->kind == WORD_HASHTAG ? SIGNAL_TAG : SIGNAL_WORD;
}

static void add(struct walk *k, enum signal s, float value)
{
    if (value < 0)
        k->out->value[s + 1] -= value;
    else
        k->out->value[s] += value;
}

static void read_valence(struct walk *k, const struct entry *e, size_t first,
                         size_t last)
{
    const struct word *item = &k->w->items[first];
    float value = (float)e->valence / 400 * k->factor;
    if (e->valence == 0)
        return;
    if (item->flags & WORD_CAPS && !k->shouting)
        value *= CAPITALS_FACTOR;
    enum signal s = signal_of(k, item, last - first + 1);
    add(k, s, value);
    if (k->take_v) {
        struct valence seen = { e, (uint32_t)first, (uint32_t)last, value,
                                (uint8_t)s };
        k->take_v(k->context, &seen);
    }
    if (s == SIGNAL_NEGATED) {
        if (value < 0)
            return; /* "don't waste your money" praises nothing */
        value *= -0.5f;
    } else if (fabsf(value) > 0.5f) {
        add(k, SIGNAL_STRONG, value > 0 ? value - 0.5f : value + 0.5f);
    }
    bool negative = value < 0;
    if (fabsf(value) > k->strongest[negative])
        k->strongest[negative] = fabsf(value);
    k->out->value[SIGNAL_ANY + negative] = 1;
}

/* "no problems or complaints": the phrase's own negation goes on. */
static bool continues(const struct walk *k, size_t first, size_t last)
{
    const struct entry *e =
        lexicon_find(k->lexicon, lexicon_word(k->lexicon, k->w, first));
    return e && e->flags & ENTRY_NEGATOR && last + 1 < k->until &&
           k->w->items[last + 1].hash == words_hash("or", 2);
}

/* What an entry does besides having a valence. */
static void apply_roles(struct walk *k, const struct entry *e, size_t i,
                        size_t last)
{
    if (e->flags & ENTRY_UNREAL)
        k->unreal = true;
    if (e->flags & (ENTRY_CONTRAST | ENTRY_END))
        k->scope = 0;
    if (e->flags & ENTRY_NEGATOR) {
        k->scope = SCOPE_WORDS + 1 + (int)(last - i);
        k->out->value[SIGNAL_NEGATOR] += 1;
    } else if (last > i && continues(k, i, last)) {
        k->scope = SCOPE_WORDS;
    }
}

static void apply(struct walk *k, const struct entry *e, size_t i,
                  size_t last)
{
    enter_sentence(k, i);
    k->shielded = last + 1;
    if (e->flags & ENTRY_MASK) {
        k->masked = last + 1;
        return;
    }
    if (e->flags & ENTRY_DENIED)
        k->scope = 0;
    if (e->flags & ENTRY_VALENCE)
        read_valence(k, e, i, last);
    if (last > i || e->flags & (ENTRY_ROLES & ~ENTRY_VALENCE))
        apply_roles(k, e, i, last);
    if (e->flags & ENTRY_MODIFIER)
        k->factor = least(k->factor * (float)e->factor / 100, FACTOR_LIMIT);
    else
        k->factor = 1;
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

static void weigh(struct walk *k, const struct entry *e)
{
    k->out->positive += (double)e->positive;
    k->out->negative += (double)e->negative;
}

/* Such a phrase is one term: "thanks for nothing" thanks nobody. */
static void emit_phrase(struct walk *k, const struct entry *e, size_t first,
                        size_t last)
{
    struct term t = { e->hash, e->hash, (uint32_t)first, (uint32_t)last, e };
    k->told = last + 1;
    k->out->terms++;
    k->previous = 0;
    weigh(k, e);
    if (k->take)
        k->take(k->context, &t);
}

/* The same for whoever asked to be told. */
static void show(const struct walk *k, size_t i, uint64_t hash, uint64_t key,
                 const struct entry *e)
{
    const struct entry *pair = k->pair == k->lexicon->entries ? NULL : k->pair;
    struct term t = { hash, key, (uint32_t)i, (uint32_t)i,
                      e == k->lexicon->entries ? NULL : e };
    if (t.entry || k->every)
        k->take(k->context, &t);
    if (!k->previous || !(pair || k->every))
        return;
    t.hash = k->every ? words_join(k->previous, key) : 0;
    t.first--;
    t.entry = pair;
    k->take(k->context, &t);
}

/* A word by itself, then the pair that it ends. */
static void emit(struct walk *k, size_t i, uint64_t key,
                 const struct entry *e, bool scoped)
{
    uint64_t hash = key;
    if (key == k->previous)
        return; /* a row of hearts is one heart */
    if (scoped) {
        hash = lexicon_negated(key);
        e = lexicon_entry(k->lexicon, hash);
    }
    k->out->terms++;
    weigh(k, e);
    if (k->previous)
        weigh(k, k->pair);
    if (k->take)
        show(k, i, hash, key, e);
    k->previous = key;
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
    e = longest(k, last, at->entry, at->key, &end);
    return e && end > last && e->flags & ENTRY_VALENCE;
}

/* Apart from the walk, which is faster without it: few words come here. */
static __attribute__((noinline)) void
read_entry(struct walk *k, size_t i, uint64_t key, const struct entry *e)
{
    size_t last = i;
    const struct entry *found = e;
    if (e->flags & ENTRY_PREFIX || k->w->items[i].kind == WORD_NUMBER)
        found = longest(k, i, e, key, &last);
    if (found)
        apply(k, found, i, last);
    if (found && last > i && yields(k, found, last))
        k->shielded = last;
    if (found && last > i && found->flags & ENTRY_VALENCE &&
        overrules(k, found, i, last))
        emit_phrase(k, found, i, last);
    if (!found && k->w->items[i].kind != WORD_PUNCTUATION)
        k->factor = 1;
}

static void read_item(struct walk *k, size_t i)
{
    const struct word *item = &k->w->items[i];
    uint64_t key = k->items[i].key;
    const struct entry *e = k->items[i].entry;
    unsigned acts = k->items[i].acts;
    if (acts & ACT_MASKED) {
        k->previous = 0;
        return;
    }
    bool wordlike = item->kind == WORD_PLAIN || item->kind == WORD_HASHTAG;
    bool scoped = k->scope > 0 && wordlike;
    if (item->flags & WORD_MARK)
        k->scope = 0;
    if (i >= k->shielded && !(acts & ACT_APART)) {
        if (acts & ACT_START)
            read_entry(k, i, key, e);
        else if (!(acts & ACT_MARK))
            k->factor = 1;
    }
    if (i < k->masked) {
        k->previous = 0;
        return;
    }
    if (i >= k->told)
        emit(k, i, key, e, scoped);
    if (k->scope > 0 && (wordlike || item->kind == WORD_NUMBER))
        k->scope--;
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
        if (value[SIGNAL_EXCLAIM] > 0)
            value[SIGNAL_EXCLAIMED + side] = k->strongest[side];
    }
    if (k->take_v)
        memcpy(k->out->uncut, value, sizeof(k->out->uncut));
    for (int s = 0; s < SIGNAL_STRONGEST; s++)
        value[s] = least(value[s], SUM_LIMIT);
    for (int s = SIGNAL_DENSITY; s < SIGNAL_DENSITY + 2; s++)
        value[s] = least(value[s], DENSITY_LIMIT);
    bool positive = value[SIGNAL_ANY] > 0, negative = value[SIGNAL_ANY + 1] > 0;
    value[SIGNAL_NONE] = !positive && !negative;
    value[SIGNAL_BOTH] = positive && negative;
    value[SIGNAL_NEGATOR] = least(value[SIGNAL_NEGATOR], 3);
}

typedef double two __attribute__((vector_size(16)));
typedef float two_floats __attribute__((vector_size(8)));

static inline two weights_of(const struct entry *e)
{
    two_floats both;
    memcpy(&both, &e->positive, sizeof(both)); /* and the negative one */
    return __builtin_convertvector(both, two);
}

/* Words from i on that add their weights and do nothing else; returns where
 * they end. Most are such. */
static size_t read_run(struct walk *k, size_t i)
{
    const struct looked *at = k->items + i, *end = k->items + k->until;
    const struct entry *pair = k->previous ? k->pair : k->lexicon->entries;
    two sums = { k->out->positive, k->out->negative };
    do {
        sums += weights_of(at->entry);
        sums += weights_of(pair);
        pair = at->pair;
    } while (++at < end && !(at->acts & ACT_ANY));
    k->out->positive = sums[0];
    k->out->negative = sums[1];
    k->previous = at[-1].key;
    k->factor = 1;
    k->out->terms += (size_t)(at - k->items) - i;
    return (size_t)(at - k->items);
}

void signals_read(const struct look *look, size_t from, size_t until,
                  struct signals *out, take_term *take, bool every,
                  take_valence_seen *take_v, void *context)
{
    struct walk k = { .lexicon = look->lexicon, .w = look->words,
                      .items = look->items, .until = until, .out = out,
                      .take = take, .every = every, .take_v = take_v,
                      .context = context, .factor = 1, .shielded = from,
                      .sentence = from };
    memset(out, 0, offsetof(struct signals, uncut));
    read_form(&k, from);
    for (size_t i = from; i < until;) {
        if (!(k.items[i].acts & ACT_ANY) && !k.scope && i >= k.shielded &&
            !take) {
            i = read_run(&k, i);
        } else {
            read_item(&k, i);
            i++;
        }
        k.pair = k.items[i - 1].pair;
    }
    sum_up(&k);
}
