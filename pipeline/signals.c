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
    [SIGNAL_CONTRAST] = "=contrast+", [SIGNAL_CONTRAST + 1] = "=contrast-",
    [SIGNAL_LAST] = "=last+", [SIGNAL_LAST + 1] = "=last-",
    [SIGNAL_STRONGEST] = "=strongest+", [SIGNAL_STRONGEST + 1] = "=strongest-",
    [SIGNAL_ANY] = "=any+", [SIGNAL_ANY + 1] = "=any-",
    [SIGNAL_DENSITY] = "=density+", [SIGNAL_DENSITY + 1] = "=density-",
    [SIGNAL_EXCLAIMED] = "=exclaimed+", [SIGNAL_EXCLAIMED + 1] = "=exclaimed-",
    [SIGNAL_NONE] = "=none", [SIGNAL_BOTH] = "=both",
    [SIGNAL_NEGATOR] = "=negation", [SIGNAL_FAILURE] = "=failure",
    [SIGNAL_CONTRASTED] = "=but",
    [SIGNAL_EXCLAIM] = "=exclamation", [SIGNAL_QUESTION] = "=question",
    [SIGNAL_CAPITALS] = "=capitals", [SIGNAL_TITLES] = "=titles",
    [SIGNAL_LENGTHENED] = "=lengthened", [SIGNAL_LINK] = "=link",
    [SIGNAL_HANDLE] = "=handle", [SIGNAL_HASHTAG] = "=hashtag",
    [SIGNAL_NUMBER] = "=number", [SIGNAL_LENGTH] = "=length",
    [SIGNAL_SHORT] = "=short", [SIGNAL_INTERCEPT] = "=intercept",
};

enum {
    SCOPE_WORDS = 4,  /* a negation reaches "no problems or complaints" */
    FAILURE_WORDS = 2, /* "not even open": so near must the verb be */
    SHORT_WORDS = 5,
    BLOCK = 32,
    DENSITY_LIMIT = 4, /* reached by long texts only */
    SUM_LIMIT = 3,    /* of one sum: a list of praise is still one praise */
};
static const float CAPITALS_FACTOR = 1.25f, FACTOR_LIMIT = 1.6f;

static float least(float a, float b)
{
    return a < b ? a : b;
}

/* The next words, looked up together: words first to first + BLOCK. */
struct block {
    size_t first, filled;
    uint64_t keys[BLOCK + 1];
    const struct entry *entries[BLOCK + 1], *pairs[BLOCK];
};

struct walk {
    const struct lexicon *lexicon;
    const struct words *w;
    size_t until;
    const uint8_t *mask;
    struct signals *out;
    take_term *take;
    take_valence_seen *take_v;
    void *context;
    uint64_t previous;      /* key of the word before; 0: none */
    const struct entry *pair; /* of the word before and this one */
    struct block *block;
    size_t shielded;        /* words before this belong to an entry */
    size_t masked;          /* words before this belong to a name */
    size_t told;            /* words before this are in a phrase's term */
    size_t sentence;        /* where this sentence ends */
    int scope;              /* words left under a negation */
    bool every;             /* also terms without an entry */
    bool unreal, question, shouting, contrasted;
    float factor, last;
    float strongest[2];
};

/* Sets of marks, by character. */
enum { EXCLAMATION = 1, QUESTION = 2, STOP = 4, PAUSE = 8,
       SENTENCE = EXCLAMATION | QUESTION | STOP, ANY_MARK = SENTENCE | PAUSE };
static const uint8_t marks[256] = {
    ['!'] = EXCLAMATION, ['?'] = QUESTION, ['.'] = STOP, [','] = PAUSE,
    [';'] = PAUSE, [':'] = PAUSE, ['('] = PAUSE, [')'] = PAUSE,
};

static bool is_mark(const struct walk *k, const struct word *item, int set)
{
    return item->kind == WORD_PUNCTUATION &&
           marks[(unsigned char)k->w->folded[item->start]] & set;
}

/* Shares and counts that need no lexicon. */
static void read_form(struct walk *k, size_t from)
{
    float *value = k->out->value;
    unsigned plain = 0, capitals = 0, titles = 0, numbers = 0;
    unsigned kinds = 0, all_flags = 0;
    for (size_t i = from; i < k->until; i++) {
        const struct word *item = &k->w->items[i];
        if (item->kind == WORD_PLAIN) { /* most are */
            plain++;
            all_flags |= item->flags;
            capitals += (item->flags & WORD_CAPS) != 0;
            titles += (item->flags & WORD_TITLE) != 0;
            continue;
        }
        kinds |= 1u << item->kind;
        numbers += item->kind == WORD_NUMBER;
        if (is_mark(k, item, EXCLAMATION))
            value[SIGNAL_EXCLAIM] = 1;
        if (is_mark(k, item, QUESTION))
            value[SIGNAL_QUESTION] = 1;
    }
    const struct word *first = &k->w->items[from];
    if (from < k->until && first->kind == WORD_PLAIN)
        titles -= (first->flags & WORD_TITLE) != 0; /* as all sentences do */
    value[SIGNAL_LENGTHENED] = (all_flags & WORD_LENGTHENED) != 0;
    value[SIGNAL_LINK] = (kinds >> WORD_LINK & 1) != 0;
    value[SIGNAL_HANDLE] = (kinds >> WORD_HANDLE & 1) != 0;
    value[SIGNAL_HASHTAG] = (kinds >> WORD_HASHTAG & 1) != 0;
    float all = plain ? (float)plain : 1;
    k->shouting = capitals * 2 > plain;
    value[SIGNAL_CAPITALS] = (float)capitals / all;
    value[SIGNAL_TITLES] = (float)titles / all;
    value[SIGNAL_NUMBER] = (float)(numbers < 3 ? numbers : 3) / 3;
    value[SIGNAL_SHORT] = plain <= SHORT_WORDS;
    value[SIGNAL_LENGTH] = logf(1 + all) / 4;
    value[SIGNAL_INTERCEPT] = 1;
}

/* A sentence that ends in "?" states nothing. */
static void begin_sentence(struct walk *k, size_t i)
{
    size_t end = i;
    while (end < k->until && !is_mark(k, &k->w->items[end], SENTENCE))
        end++;
    k->question = end < k->until && is_mark(k, &k->w->items[end], QUESTION);
    k->unreal = false;
    k->sentence = end + 1;
}

static uint64_t key_of(const struct walk *k, size_t i)
{
    const struct word *item = &k->w->items[i];
    if (item->kind == WORD_PLAIN)
        return lexicon_word(k->lexicon, k->w, i);
    if (item->kind == WORD_NUMBER)
        return k->lexicon->number;
    if (item->kind == WORD_LINK)
        return k->lexicon->link;
    if (item->kind == WORD_HANDLE)
        return k->lexicon->handle;
    return lexicon_odd_word(k->lexicon, k->w, i);
}

/* Look up a block of words and their pairs: tight loops, so that the memory
 * they wait for comes together. Few pairs are in any entry: the flags of
 * both words say which may be. */
static void fill(struct walk *k, size_t first)
{
    struct block *b = k->block;
    size_t count = k->until - first;
    if (count > BLOCK + 1)
        count = BLOCK + 1;
    for (size_t i = 0; i < count; i++) {
        b->keys[i] = key_of(k, first + i);
        b->entries[i] = lexicon_entry(k->lexicon, b->keys[i]);
    }
    for (size_t i = 0; i + 1 < count; i++) {
        uint32_t one = b->entries[i]->flags, two = b->entries[i + 1]->flags;
        bool may = ((one & (ENTRY_PREFIX | ENTRY_FIRST)) != 0) &
                   ((two & ENTRY_SECOND) != 0);
        b->pairs[i] = may ? lexicon_entry(k->lexicon,
                                         words_join(b->keys[i],
                                                    b->keys[i + 1]))
                          : k->lexicon->entries;
    }
    if (count <= BLOCK)
        b->pairs[count - 1] = k->lexicon->entries;
    b->first = first;
    b->filled = first + (count <= BLOCK ? count : BLOCK);
}

/* The entry of words i to j where that of i to j - 1 was e; hash likewise.
 * Numbers have a hash of their own in phrases ("5 stars"). */
static const struct entry *longer(const struct walk *k, size_t i, size_t j,
                                  uint64_t *hash)
{
    const struct word *items = k->w->items;
    if (j == i + 1 && items[i].kind != WORD_NUMBER &&
        items[j].kind <= WORD_PLAIN) {
        const struct entry *e = k->block->pairs[i - k->block->first];
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
                           !(k->mask && k->mask[j]); j++) {
        e = longer(k, i, j, &hash);
        if (e->flags & ENTRY_ROLES) {
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
    if (k->contrasted)
        add(k, SIGNAL_CONTRAST, value);
    k->last = value;
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
static void apply(struct walk *k, const struct entry *e, size_t i,
                  size_t last)
{
    k->shielded = last + 1;
    if (e->flags & ENTRY_MASK) {
        k->masked = last + 1;
        return;
    }
    if (e->flags & ENTRY_VALENCE)
        read_valence(k, e, i, last);
    if (e->flags & ENTRY_CONTRAST) {
        k->contrasted = true;
        k->scope = 0;
        k->out->value[SIGNAL_CONTRASTED] = 1;
        k->out->value[SIGNAL_CONTRAST] = 0;
        k->out->value[SIGNAL_CONTRAST + 1] = 0;
    }
    if (e->flags & ENTRY_FUNCTION && k->scope > SCOPE_WORDS - FAILURE_WORDS)
        k->out->value[SIGNAL_FAILURE] = 1;
    if (e->flags & ENTRY_UNREAL)
        k->unreal = true;
    if (e->flags & ENTRY_END)
        k->scope = 0;
    if (e->flags & ENTRY_NEGATOR) {
        k->scope = SCOPE_WORDS + 1 + (int)(last - i);
        k->out->value[SIGNAL_NEGATOR] += 1;
    } else if (last > i && continues(k, i, last)) {
        k->scope = SCOPE_WORDS;
    }
    if (e->flags & ENTRY_MODIFIER)
        k->factor = least(k->factor * (float)e->factor / 100, FACTOR_LIMIT);
    else
        k->factor = 1;
}

/* True when a phrase says other than its words do. */
static bool overrules(const struct walk *k, const struct entry *phrase,
                      size_t first, size_t last)
{
    for (size_t i = first; i <= last; i++) {
        const struct entry *e =
            lexicon_find(k->lexicon, lexicon_word(k->lexicon, k->w, i));
        if (e && e->flags & ENTRY_VALENCE && e->valence &&
            (e->valence > 0) != (phrase->valence > 0))
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

/* Apart from the walk, which is faster without it: few words come here. */
static __attribute__((noinline)) void
read_entry(struct walk *k, size_t i, uint64_t key, const struct entry *e)
{
    size_t last;
    const struct entry *found = longest(k, i, e, key, &last);
    if (found)
        apply(k, found, i, last);
    if (found && last > i && found->flags & ENTRY_VALENCE &&
        overrules(k, found, i, last))
        emit_phrase(k, found, i, last);
    if (!found && k->w->items[i].kind != WORD_PUNCTUATION)
        k->factor = 1;
}

/* Whether an entry that does something may start at word i, whose own is e:
 * of the many words that begin a phrase few do so in this text. */
static bool may_start(const struct walk *k, size_t i, const struct entry *e)
{
    const struct word *items = k->w->items;
    if (items[i].kind == WORD_NUMBER)
        return true;
    size_t next = i + (i + 1 < k->until); /* "&&" would be branches */
    bool phrase = (next > i) &
                  ((items[next].kind != WORD_PLAIN) |
                   (k->block->pairs[i - k->block->first]->flags != 0));
    return ((e->flags & ENTRY_ROLES) != 0) |
           (((e->flags & ENTRY_PREFIX) != 0) & phrase);
}

static void read_item(struct walk *k, size_t i)
{
    const struct word *item = &k->w->items[i];
    if (i >= k->sentence)
        begin_sentence(k, i);
    if (k->mask && k->mask[i]) {
        k->previous = 0;
        return;
    }
    const struct block *b = k->block;
    /* NOLINTNEXTLINE(clang-analyzer-core.*): fill() was here first */
    uint64_t key = b->keys[i - b->first];
    const struct entry *e = b->entries[i - b->first];
    bool wordlike = item->kind == WORD_PLAIN || item->kind == WORD_HASHTAG;
    bool scoped = k->scope > 0 && wordlike;
    if (is_mark(k, item, ANY_MARK))
        k->scope = 0;
    if (i >= k->shielded && item->kind != WORD_HANDLE &&
        item->kind != WORD_LINK) {
        if (may_start(k, i, e))
            read_entry(k, i, key, e);
        else if (item->kind != WORD_PUNCTUATION)
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
    add(k, SIGNAL_LAST, k->last);
    memcpy(k->out->uncut, value, sizeof(k->out->uncut));
    for (int s = 0; s < SIGNAL_LAST; s++)
        value[s] = least(value[s], SUM_LIMIT);
    for (int s = SIGNAL_DENSITY; s < SIGNAL_DENSITY + 2; s++)
        value[s] = least(value[s], DENSITY_LIMIT);
    bool positive = value[SIGNAL_ANY] > 0, negative = value[SIGNAL_ANY + 1] > 0;
    value[SIGNAL_NONE] = !positive && !negative;
    value[SIGNAL_BOTH] = positive && negative;
    value[SIGNAL_NEGATOR] = least(value[SIGNAL_NEGATOR], 3);
}

void signals_read(const struct lexicon *l, const struct words *w,
                  size_t from, size_t until, const uint8_t *mask,
                  struct signals *out, take_term *take, bool every,
                  take_valence_seen *take_v, void *context)
{
    struct block block;
    struct walk k = { .lexicon = l, .w = w, .until = until, .mask = mask,
                      .out = out, .take = take, .every = every,
                      .take_v = take_v,
                      .context = context, .factor = 1, .shielded = from,
                      .sentence = from,
                      .block = &block };
    block.first = block.filled = from;
    *out = (struct signals){ .terms = 0 };
    read_form(&k, from);
    for (size_t i = from; i < until; i++) {
        if (i >= block.filled)
            fill(&k, i);
        read_item(&k, i);
        /* NOLINTNEXTLINE(clang-analyzer-core.*): so here */
        k.pair = block.pairs[i - block.first];
    }
    sum_up(&k);
}
