/* SPDX-License-Identifier: Apache-2.0 */
/* See language.h. Evidence is added up per language: a function word counts
 * one, shared among the languages that have it. */
#include "pipeline/language.h"

#include "base/index.h"
#include "pipeline/tsv.h"

enum { LANGUAGES_MAX = 16, WORDS_READ = 40 };

/* English is the language of most posts that are collected; half a word. */
static const float prior_english = 0.5f;
/* The source's word for it is worth half a word as well. */
static const float claim_weight = 0.5f;
/* An accented letter speaks less than a word: names and loans have them. */
static const float letter_weight = 0.5f;
/* Less than this is no evidence against the default: "la", "de" in names. */
static const float least_evidence = 0.9f;

static const float enough = 4.0f;

typedef float four_shares __attribute__((vector_size(16)));

/* By language. */
enum { FOURS = LANGUAGES_MAX / 4 };
union sums {
    four_shares fours[FOURS];
    float of[LANGUAGES_MAX];
};

/* What a word or letter is worth to each language that has it. */
struct shares {
    union sums each;
    uint32_t languages; /* set */
};

/* A word, or a letter, and who has it. */
struct sign {
    uint64_t hash;      /* of a letter, its code point */
    uint32_t languages; /* set */
    uint32_t row;       /* of shares */
};

struct languages {
    char names[LANGUAGES_MAX][4];
    size_t count;
    int english;           /* index; -1: none */
    struct sign *words, *letters; /* the first word stands for none */
    size_t word_count, word_room, letter_count, letter_room;
    struct index index;    /* of words */
    struct shares *shares; /* one a set of languages; the first is empty */
    size_t share_count, share_room;
    uint64_t hash;
};

static void add_word(struct languages *l, struct text word, size_t language)
{
    uint64_t hash = words_hash(word.data, word.length);
    size_t at = index_find(&l->index, INDEX_OF(l->words), hash);
    if (!at) {
        at = l->word_count++;
        l->words = mem_grow(l->words, &l->word_room, at, sizeof(*l->words));
        l->words[at] = (struct sign){ .hash = hash };
        index_add(&l->index, INDEX_OF(l->words), at);
    }
    l->words[at].languages |= (uint32_t)1 << language;
}

static void add_letter(struct languages *l, struct text letter,
                       size_t language)
{
    uint32_t point;
    size_t at = 0;
    text_decode(letter.data, letter.length, &point);
    while (at < l->letter_count && l->letters[at].hash != point)
        at++;
    if (at == l->letter_count) {
        l->letters = mem_grow(l->letters, &l->letter_room, l->letter_count++,
                              sizeof(*l->letters));
        l->letters[at] = (struct sign){ .hash = point };
    }
    l->letters[at].languages |= (uint32_t)1 << language;
}

/* The row of a set, made when it is new: few sets occur. */
static uint32_t share_out(struct languages *l, uint32_t languages)
{
    for (size_t i = 0; i < l->share_count; i++)
        if (l->shares[i].languages == languages)
            return (uint32_t)i;
    l->shares = mem_grow(l->shares, &l->share_room, l->share_count,
                         sizeof(*l->shares));
    struct shares *row = &l->shares[l->share_count++];
    *row = (struct shares){ .languages = languages };
    for (uint32_t set = languages; set; set &= set - 1)
        row->each.of[__builtin_ctz(set)] =
            1.0f / (float)__builtin_popcount(languages);
    return (uint32_t)(l->share_count - 1);
}

static void share_all(struct languages *l)
{
    share_out(l, 0);
    for (size_t i = 0; i < l->word_count; i++)
        l->words[i].row = share_out(l, l->words[i].languages);
    for (size_t i = 0; i < l->letter_count; i++)
        l->letters[i].row = share_out(l, l->letters[i].languages);
}

static int find_language(const struct languages *l, struct text name)
{
    for (size_t i = 0; i < l->count; i++)
        if (text_is(name, l->names[i]))
            return (int)i;
    return -1;
}

/* The index of a name, added when new; -1 when it cannot be one. */
static int take_language(struct languages *l, struct text name)
{
    int at = find_language(l, name);
    if (at >= 0 || l->count == LANGUAGES_MAX || name.length < 2 ||
        name.length > 3)
        return at;
    memcpy(l->names[l->count], name.data, name.length);
    return (int)l->count++;
}

struct reader {
    struct languages *l;
    struct tsv file;
    struct error *err;
};

static int bad(struct reader *r, const char *sentence)
{
    return tsv_fault(&r->file, sentence, r->err);
}

/* One row: language, kind, items between spaces. */
static int take_row(void *context, const struct tsv_row *row)
{
    struct reader *r = context;
    struct languages *l = r->l;
    if (row->count != 3)
        return bad(r, "three columns are needed: language, kind, items");
    struct text items = row->cells[2];
    bool words = text_is(row->cells[1], "words");
    if (!words && !text_is(row->cells[1], "letters"))
        return bad(r, "the kind is \"words\" or \"letters\"");
    int language = take_language(l, row->cells[0]);
    if (language < 0)
        return bad(r, "the language is two or three letters, 16 languages at "
                      "most");
    for (struct text item; text_next(&items, ' ', &item);) {
        if (l->word_count > INDEX_ROWS)
            return bad(r, "more than a million words");
        if (item.length && words)
            add_word(l, item, (size_t)language);
        else if (item.length)
            add_letter(l, item, (size_t)language);
    }
    return 0;
}

int languages_open(struct languages **out, const char *path, struct error *err)
{
    struct languages *l = mem_alloc(sizeof(*l));
    struct reader r = { l, { .path = path }, err };
    *out = NULL;
    index_open(&l->index, 0);
    l->words = mem_grow(NULL, &l->word_room, 0, sizeof(*l->words));
    l->words[l->word_count++] = (struct sign){ .hash = 0 };
    int rc = tsv_read(&r.file, take_row, &r, err);
    share_all(l);
    l->hash = r.file.hash;
    l->english = find_language(l, TEXT("en"));
    if (rc)
        languages_close(l);
    else
        *out = l;
    return rc;
}

void languages_close(struct languages *l)
{
    if (l) {
        index_close(&l->index);
        mem_free(l->words);
        mem_free(l->letters);
        mem_free(l->shares);
    }
    mem_free(l);
}

uint64_t languages_hash(const struct languages *l)
{
    return l->hash;
}

/* Scripts that say the language by themselves. */
enum script { SCRIPT_LATIN, SCRIPT_HAN, SCRIPT_KANA, SCRIPT_HANGUL,
              SCRIPT_CYRILLIC, SCRIPT_ARABIC, SCRIPT_HEBREW,
              SCRIPT_DEVANAGARI, SCRIPT_THAI, SCRIPT_GREEK, SCRIPT_COUNT };
static const char script_languages[SCRIPT_COUNT][4] = {
    "", "zh", "ja", "ko", "ru", "ar", "he", "hi", "th", "el",
};
static const struct { uint32_t from, to; uint8_t script; } scripts[] = {
    { 0x370, 0x3ff, SCRIPT_GREEK }, { 0x400, 0x52f, SCRIPT_CYRILLIC },
    { 0x590, 0x5ff, SCRIPT_HEBREW }, { 0x600, 0x77f, SCRIPT_ARABIC },
    { 0x900, 0x97f, SCRIPT_DEVANAGARI }, { 0xe00, 0xe7f, SCRIPT_THAI },
    { 0x1100, 0x11ff, SCRIPT_HANGUL }, { 0x1f00, 0x1fff, SCRIPT_GREEK },
    { 0x3040, 0x30ff, SCRIPT_KANA }, { 0x3400, 0x4dbf, SCRIPT_HAN },
    { 0x4e00, 0x9fff, SCRIPT_HAN }, { 0xac00, 0xd7a3, SCRIPT_HANGUL },
    { 0xfb50, 0xfdff, SCRIPT_ARABIC }, { 0xfe70, 0xfefc, SCRIPT_ARABIC },
};

struct evidence {
    union sums *sums;
    bool foreign;         /* some letter is of another script than Latin */
    unsigned letters[SCRIPT_COUNT];
};

/* The row of a word's shares, 0 when no language has it. */
static inline uint32_t row_of(const struct languages *l, uint64_t hash)
{
    return l->words[index_find(&l->index, INDEX_OF(l->words), hash)].row;
}

/* All languages alike: few of them have the word, but a branch for each costs
 * more. */
static inline void add_shared(const struct languages *l, union sums *sums,
                              uint32_t row, float weight)
{
#pragma GCC unroll 4
    for (int i = 0; i < FOURS; i++)
        sums->fours[i] += l->shares[row].each.fours[i] * weight;
}

/* Letters of a word beyond ASCII: which scripts, which languages. */
static void read_letters(const struct languages *l, const char *data,
                         size_t length, struct evidence *e)
{
    for (size_t i = 0; i < length;) {
        uint32_t point;
        i += text_decode(data + i, length - i, &point);
        if (point < 0x80) {
            e->letters[SCRIPT_LATIN]++;
            continue;
        }
        for (size_t k = 0; k < l->letter_count; k++)
            if (l->letters[k].hash == point)
                add_shared(l, e->sums, l->letters[k].row, letter_weight);
        for (size_t k = 0; k < sizeof(scripts) / sizeof(*scripts); k++)
            if (point >= scripts[k].from && point <= scripts[k].to) {
                e->letters[scripts[k].script]++;
                e->foreign = true;
            }
    }
}

static size_t words_read(const struct words *words)
{
    return words->count < WORDS_READ ? words->count : WORDS_READ;
}

/* Reads on until English is beyond doubt: four words, and most of those seen.
 * Otherwise long English posts would cost as much as doubtful ones. */
static void gather(const struct languages *l, const struct words *words,
                   struct evidence *e)
{
    size_t english = l->english < 0 ? 0 : (size_t)l->english;
    bool may_stop = words->ascii && l->english >= 0;
    union sums sums = { .fours = { { 0 } } };
    float known = 0; /* as English */
    size_t seen = 0, count = words_read(words);
    for (size_t i = 0; i < count; i++) {
        const struct word *w = &words->items[i];
        uint32_t plain = w->flags / WORD_LETTERS & 1;
        uint32_t row = row_of(l, w->hash) & -plain;
        add_shared(l, &sums, row, 1);
        known += l->shares[row].each.of[english];
        seen += plain;
        if (known >= enough && may_stop && known > (float)seen / 2)
            break;
        if (w->flags & WORD_HIGH && plain) {
            *e->sums = sums;
            read_letters(l, words->folded + w->start, w->length, e);
            sums = *e->sums;
        }
    }
    *e->sums = sums;
}

/* Letters of the words that gather() has not read letter by letter. */
static void count_latin(const struct words *words, struct evidence *e)
{
    size_t count = words_read(words);
    for (size_t i = 0; i < count; i++)
        if (words->items[i].kind == WORD_PLAIN &&
            !(words->items[i].flags & WORD_HIGH))
            e->letters[SCRIPT_LATIN] += words->items[i].length;
}

static void settle(struct post *post, const char name[4],
                   unsigned confidence)
{
    memcpy(post->language, name, sizeof(post->language));
    post->confidence = (uint8_t)(confidence > 99 ? 99 : confidence);
}

/* A script of its own that makes up a third of the letters, or NULL. */
static const char *by_script(const struct languages *l,
                             const struct words *words, struct evidence *e)
{
    unsigned all = 0;
    int most = SCRIPT_HAN;
    if (!e->foreign)
        return NULL;
    count_latin(words, e);
    for (int i = 0; i < SCRIPT_COUNT; i++) {
        all += e->letters[i];
        if (i > SCRIPT_HAN && e->letters[i] > e->letters[most])
            most = i;
    }
    if (e->letters[SCRIPT_KANA] && most == SCRIPT_HAN)
        most = SCRIPT_KANA; /* Japanese mixes both */
    unsigned found = e->letters[most];
    if (most == SCRIPT_KANA)
        found += e->letters[SCRIPT_HAN];
    if (!found || found * 3 < all)
        return NULL;
    int uk = find_language(l, TEXT("uk")),
        ru = find_language(l, TEXT("ru"));
    if (most == SCRIPT_CYRILLIC && uk >= 0 && ru >= 0 &&
        e->sums->of[uk] > e->sums->of[ru])
        return l->names[uk];
    return script_languages[most];
}

/* The first subtag of the source's claim, in lower case: "en-GB" is "en". */
static bool claimed(const struct post *post, char out[4])
{
    size_t i = 0;
    while (i < post->lang.length && i < 3 && post->lang.data[i] != '-' &&
           post->lang.data[i] != '_') {
        char c = (char)(post->lang.data[i] | 0x20);
        if (c < 'a' || c > 'z')
            return false;
        out[i++] = c;
    }
    out[i] = '\0';
    return i >= 2 && (i == post->lang.length || post->lang.data[i] == '-' ||
                      post->lang.data[i] == '_') && strcmp(out, "und") != 0;
}

/* The index of the greatest, and the two greatest. Floats that are not
 * negative are ordered as their bits are, and whole numbers are chosen
 * between without a branch. */
static unsigned two_best(const float of[LANGUAGES_MAX], float *most,
                         float *rest)
{
    uint32_t bits[LANGUAGES_MAX], first = 0, second = 0;
    unsigned best = 0;
    memcpy(bits, of, sizeof(bits));
    for (unsigned i = 0; i < LANGUAGES_MAX; i++) {
        uint32_t b = bits[i], loser = b > first ? first : b;
        best = b > first ? i : best;
        first = b > first ? b : first;
        second = loser > second ? loser : second;
    }
    memcpy(most, &first, sizeof(*most));
    memcpy(rest, &second, sizeof(*rest));
    return best;
}

void language_guess(const struct languages *l, struct post *post,
                    const struct words *words)
{
    union sums sums, before;
    struct evidence e = { .sums = &before };
    char claim[4] = "";
    bool has_claim = claimed(post, claim);
    gather(l, words, &e);
    const char *script = by_script(l, words, &e);
    if (script) {
        settle(post, script, 95);
        return;
    }
    sums = before;
    int english = l->english;
    int said = has_claim ? find_language(l, text_of(claim)) : -1;
    if (english >= 0)
        sums.of[english] += prior_english;
    if (said >= 0)
        sums.of[said] += claim_weight;
    float most, rest;
    unsigned best = two_best(sums.of, &most, &rest);
    bool spoken = l->count && before.of[best] > 0 &&
                  ((int)best == english || most >= least_evidence);
    if (!spoken) {
        settle(post, has_claim ? claim : "und", has_claim ? 50 : 0);
        return;
    }
    float amount = most / (most + 1.0f), lead = most / (most + rest);
    settle(post, l->names[best], (unsigned)(100.0f * amount * lead));
}
