/* SPDX-License-Identifier: Apache-2.0 */
/* Reads lexicon files: ours, VADER's, AFINN's. A bad line refuses the whole.
 * Nothing is scored here. */
#include "pipeline/lexicon.h"

#include <math.h>

#include "pipeline/inflect.h"
#include "pipeline/tsv.h"

enum { TERM_WORDS = 12, ENTRIES_LIMIT = 1000000 /* INDEX_ROWS holds them */ };

struct reader;
typedef int take_row(struct reader *r, const struct tsv_row *row);

struct reader {
    struct lexicon *lexicon;
    struct words words;
    struct tsv file;
    take_row *take;
    struct error *err;
    bool replace;      /* a lexicon of one's own wins over ours */
    bool derive;       /* second pass over words: inflections */
};

static int bad(struct reader *r, const char *sentence)
{
    return tsv_fault(&r->file, sentence, r->err);
}

/* --- the table ------------------------------------------------------- */

/* The entry of a hash, made when it is new. */
static struct entry *entry_of(struct lexicon *l, uint64_t hash,
                              const char *name, size_t length)
{
    const struct entry *known = lexicon_find(l, hash);
    if (known)
        return &l->entries[known - l->entries];
    l->entries = mem_grow(l->entries, &l->room, l->count, sizeof(*l->entries));
    struct entry *e = &l->entries[l->count++];
    *e = (struct entry){ .hash = hash, .factor = 100,
                         .name = (uint32_t)l->names.length };
    buf_add(&l->names, name, length);
    buf_putc(&l->names, '\0');
    index_add(&l->index, INDEX_OF(l->entries), l->count - 1);
    return e;
}

/* --- words ----------------------------------------------------------- */

/* What a lengthened word is must not change with the fitted weights. */
static bool hand_made(const struct lexicon *l, uint64_t hash)
{
    const struct entry *e = lexicon_find(l, hash);
    return e && e->flags & ENTRY_ROLES;
}

/* A hashtag that nobody wrote down, by how it ends. */
static uint64_t tag_word(const struct lexicon *l, const char *tag,
                         size_t length)
{
    enum { SHORTEST = 3, LONGEST = 9 };
    uint64_t whole = words_hash_padded(tag, length);
    if (hand_made(l, whole))
        return whole;
    for (size_t n = SHORTEST; n <= LONGEST && n < length; n++) {
        uint64_t hash = words_hash_padded(tag + length - n, n);
        if (lexicon_entry(l, hash)->flags & ENTRY_ENDING)
            return hash;
    }
    return whole;
}

uint64_t lexicon_odd_word(const struct lexicon *l, const struct words *w,
                          size_t index)
{
    const struct word *item = &w->items[index];
    const char *at = w->folded + item->start;
    if (item->kind == WORD_HASHTAG && item->length > 1)
        return tag_word(l, at + 1, item->length - 1);
    if (item->kind == WORD_PUNCTUATION && item->length > 2 &&
        !((unsigned char)*at & 0x80))
        return words_hash_padded(at, 2);
    if (!(item->flags & WORD_LENGTHENED) || hand_made(l, item->hash))
        return item->hash;
    uint64_t twice = words_squeezed(w, index, 2);
    uint64_t once = words_squeezed(w, index, 1);
    return !hand_made(l, twice) && hand_made(l, once) ? once : twice;
}

/* "<link>" and its like stand for a kind of word. */
static bool is_class(struct text part)
{
    return text_is(part, "<link>") || text_is(part, "<handle>") ||
           text_is(part, "<number>") || text_is(part, "<name>");
}

static uint64_t hash_part(const struct lexicon *l, struct words *w,
                          struct text part)
{
    if (is_class(part))
        return words_hash(part.data, part.length);
    words_split(w, part);
    return w->count == 1 ? lexicon_word(l, w, 0) : 0;
}

uint64_t lexicon_hash(const struct lexicon *l, struct words *w,
                      const char *term, size_t length)
{
    if (length > 1 && *term == '=')
        return words_hash(term, length);
    if (length > 1 && *term == '!' && term[1] != '!' &&
        term[1] != ' ') {
        uint64_t plain = hash_part(l, w, (struct text){ term + 1, length - 1 });
        return plain ? lexicon_negated(plain) : 0;
    }
    uint64_t hash = 0;
    struct text rest = { term, length };
    for (struct text one; text_next(&rest, ' ', &one);) {
        uint64_t part = hash_part(l, w, one);
        if (!part)
            return 0;
        hash = one.data == term ? part : words_join(hash, part);
    }
    return hash;
}

/* The entry of a phrase, its beginnings marked so that it will be found. */
static struct entry *phrase(struct reader *r, struct text t)
{
    struct lexicon *l = r->lexicon;
    words_split(&r->words, t);
    size_t count = r->words.count;
    if (count == 0 || count > TERM_WORDS)
        return NULL;
    uint64_t hash = lexicon_word(l, &r->words, 0);
    for (size_t i = 1; i < count; i++) {
        const struct word *last = &r->words.items[i - 1];
        struct entry *e = entry_of(l, hash, t.data,
                                   last->start + last->length);
        e->flags |= ENTRY_PREFIX;
        uint64_t next = lexicon_word(l, &r->words, i);
        if (i == 1)
            entry_of(l, next, t.data + last[1].start, last[1].length)->flags |=
                ENTRY_SECOND;
        hash = words_join(hash, next);
    }
    return entry_of(l, hash, t.data, t.length);
}

/* --- rows ------------------------------------------------------------ */

static int set_valence(struct reader *r, struct text term, double valence,
                       bool derived)
{
    struct entry *e = phrase(r, term);
    if (!e)
        return bad(r, "the term has no words, or more than 12");
    bool known = e->flags & ENTRY_VALENCE;
    if (known && derived)
        return 0;
    if (known && !r->replace && !(e->flags & ENTRY_DERIVED))
        return bad(r, "this term was given a valence before");
    e->valence = (int16_t)lround(valence * 100);
    e->flags = (e->flags & ~(uint32_t)ENTRY_DERIVED) | ENTRY_VALENCE |
               (derived ? ENTRY_DERIVED : 0);
    return 0;
}

/* A form of a word that has a valence, unless it was written itself. */
struct derived {
    struct reader *r;
    double valence;
};

static int take_form(void *context, struct text form)
{
    const struct derived *d = context;
    return set_valence(d->r, form, d->valence, true);
}

/* words.tsv: term, class (v n a x), valence. */
static int take_word(struct reader *r, const struct tsv_row *row)
{
    double valence;
    if (row->count != 3 || row->cells[1].length != 1 ||
        !strchr("vnax", *row->cells[1].data))
        return bad(r, "columns are term, class (v, n, a or x), valence");
    if (tsv_number(row->cells[2], -4, 4, &valence))
        return bad(r, "the valence is a number from -4 to 4");
    struct text term = row->cells[0];
    if (!r->derive)
        return set_valence(r, term, valence, false);
    struct derived d = { r, valence };
    return inflect(term, *row->cells[1].data, take_form, &d);
}

/* phrases, slang, emoji, emoticons: term, valence, perhaps a note. */
static int take_valence(struct reader *r, const struct tsv_row *row)
{
    double valence;
    if (row->count != 2 && row->count != 3)
        return bad(r, "columns are term, valence, note (optional)");
    if (tsv_number(row->cells[1], -4, 4, &valence))
        return bad(r, "the valence is a number from -4 to 4");
    return set_valence(r, row->cells[0], valence, false);
}

/* modifiers.tsv: term, factor. */
static int take_modifier(struct reader *r, const struct tsv_row *row)
{
    double factor;
    if (row->count != 2 || tsv_number(row->cells[1], 0.1, 3, &factor))
        return bad(r, "columns are term, factor from 0.1 to 3");
    struct entry *e = phrase(r, row->cells[0]);
    if (!e)
        return bad(r, "the term has no words, or more than 12");
    e->flags |= ENTRY_MODIFIER;
    e->factor = (int16_t)lround(factor * 100);
    return 0;
}

/* rules.tsv: term, role. */
static int take_role(struct reader *r, const struct tsv_row *row)
{
    static const struct { const char *name; uint32_t flag; } roles[] = {
        { "negator", ENTRY_NEGATOR },       { "contrast", ENTRY_CONTRAST },
        { "concession", ENTRY_CONCESSION }, { "mask", ENTRY_MASK },
        { "unreal", ENTRY_UNREAL },         { "group", ENTRY_KEPT_OUT },
        { "name", ENTRY_KEPT_OUT },         { "end", ENTRY_END },
        { "common", ENTRY_COMMON },         { "clause", ENTRY_CLAUSE },
        { "rival", ENTRY_RIVAL },           { "denied", ENTRY_DENIED },
        { "ending", ENTRY_ENDING },
    };
    for (size_t i = 0; row->count == 2 && i < sizeof(roles) / sizeof(*roles);
         i++) {
        if (!text_is(row->cells[1], roles[i].name))
            continue;
        struct entry *e = phrase(r, row->cells[0]);
        if (!e)
            return bad(r, "the term has no words, or more than 12");
        e->flags |= roles[i].flag;
        return 0;
    }
    return bad(r, "columns are term, role (negator, contrast, concession, "
                  "unreal, end, common, clause, rival, denied, "
                  "ending, mask, group, name)");
}

/* So that most neighbours need not be looked up. */
static void mark_pair(struct reader *r, struct text term)
{
    struct lexicon *l = r->lexicon;
    struct text parts[2];
    text_next(&term, ' ', &parts[0]);
    parts[1] = term;
    if (!term.data)
        return;
    for (int i = 0; i < 2; i++) {
        uint64_t hash = hash_part(l, &r->words, parts[i]);
        if (hash)
            entry_of(l, hash, parts[i].data, parts[i].length)->flags |=
                i ? ENTRY_SECOND : ENTRY_FIRST;
    }
}

/* weights.tsv: term, positive, negative. */
static int take_weight(struct reader *r, const struct tsv_row *row)
{
    double positive, negative;
    if (row->count != 3 || tsv_number(row->cells[1], -20, 20, &positive) ||
        tsv_number(row->cells[2], -20, 20, &negative))
        return bad(r, "columns are term, positive weight, negative weight "
                      "(numbers from -20 to 20)");
    struct text term = row->cells[0];
    uint64_t hash = lexicon_hash(r->lexicon, &r->words, term.data,
                                 term.length);
    if (!hash)
        return bad(r, "the term is not a word, two neighbours or =rule");
    struct entry *e = entry_of(r->lexicon, hash, term.data, term.length);
    size_t at = (size_t)(e - r->lexicon->entries);
    if (e->flags & ENTRY_WEIGHT && !r->replace)
        return bad(r, "this term was given a weight before");
    e->flags |= ENTRY_WEIGHT;
    mark_pair(r, term);
    e = &r->lexicon->entries[at]; /* marking may have moved it */
    e->positive = (float)positive;
    e->negative = (float)negative;
    return 0;
}

/* A lexicon of one's own: term, valence; VADER's has two columns more,
 * AFINN's valences go to 5. */
static int take_own(struct reader *r, const struct tsv_row *row)
{
    double valence;
    if (row->count == 3 && row->cells[1].length == 1 &&
        strchr("vnax", *row->cells[1].data))
        return take_word(r, row);
    if (row->count == 3)
        return r->derive ? 0 : take_weight(r, row);
    if (row->count != 2 && row->count != 4)
        return bad(r, "columns are term, valence (ours and AFINN's), term, "
                      "class, valence, or term, positive, negative (ours), "
                      "or term, mean, deviation, ratings (VADER's)");
    if (tsv_number(row->cells[1], -5, 5, &valence))
        return bad(r, "the valence is a number from -4 to 4 (AFINN's: 5)");
    valence = valence < -4 ? -4 : valence > 4 ? 4 : valence;
    return r->derive ? 0 : set_valence(r, row->cells[0], valence, false);
}

/* --- files ----------------------------------------------------------- */

static int take_any(void *context, const struct tsv_row *row)
{
    struct reader *r = context;
    if (r->lexicon->count > ENTRIES_LIMIT)
        return bad(r, "more than a million entries");
    return r->take(r, row);
}

static int read_file(struct reader *r, const char *path, bool optional,
                     take_row *take)
{
    r->file.path = path;
    r->file.optional = optional;
    r->take = take;
    return tsv_read(&r->file, take_any, r, r->err);
}

/* In this order; words twice, for what is written wins over inflections. */
static const struct {
    const char *name;
    take_row *take;
    bool optional, derive;
} files[] = {
    { "words.tsv", take_word, false, false },
    { "slang.tsv", take_valence, true, false },
    { "phrases.tsv", take_valence, true, false },
    { "emoji.tsv", take_valence, true, false },
    { "emoticons.tsv", take_valence, true, false },
    { "words.tsv", take_word, false, true },
    { "modifiers.tsv", take_modifier, true, false },
    { "rules.tsv", take_role, true, false },
    { "weights.tsv", take_weight, true, false },
};

/* Flags that follow from others, so that each word is asked for one only. */
static void settle_flags(struct lexicon *l, struct words *w)
{
    for (size_t i = 1; i < l->count; i++) {
        uint32_t *f = &l->entries[i].flags, acts = *f & ENTRY_ROLES;
        *f |= *f & (ENTRY_CONTRAST | ENTRY_CONCESSION) ? ENTRY_CLAUSE : 0;
        *f |= *f & ENTRY_PREFIX ? ENTRY_FIRST | ENTRY_LEADS : 0;
        *f |= acts ? ENTRY_LEADS : 0;
        if (acts == ENTRY_END) {
            words_split(w, text_of(lexicon_name(l, &l->entries[i])));
            acts = w->items[0].flags & WORD_MARK ? 0 : acts;
        }
        *f |= acts ? ENTRY_ACTS : 0;
    }
}

int lexicon_load(struct lexicon *l, const char *folder, const char *extra,
                 bool weights, struct error *err)
{
    struct reader r = { .lexicon = l, .words = WORDS_INIT, .err = err };
    struct buf path = BUF_INIT(0);
    int status = 0;
    *l = (struct lexicon){ .names = BUF_INIT(64 * MiB),
                           .keys = {
                               [WORD_NUMBER] = words_hash("<number>", 8),
                               [WORD_LINK] = words_hash("<link>", 6),
                               [WORD_HANDLE] = words_hash("<handle>", 8) } };
    index_open(&l->index, 1u << 16);
    l->entries = mem_grow(NULL, &l->room, 0, sizeof(*l->entries));
    l->entries[l->count++] = (struct entry){ .hash = 0 };
    for (size_t i = 0; status == 0 && i < sizeof(files) / sizeof(*files);
         i++) {
        if (files[i].take == take_weight && !weights)
            continue;
        buf_clear(&path);
        buf_printf(&path, "%s/%s", folder, files[i].name);
        r.derive = files[i].derive;
        status = read_file(&r, path.data, files[i].optional, files[i].take);
    }
    r.replace = true;
    r.derive = false;
    if (status == 0 && extra)
        status = read_file(&r, extra, false, take_own);
    l->hash = r.file.hash;
    settle_flags(l, &r.words);
    words_release(&r.words);
    buf_release(&path);
    return status;
}

void lexicon_release(struct lexicon *l)
{
    mem_free(l->entries);
    index_close(&l->index);
    buf_release(&l->names);
    *l = (struct lexicon){ .names = BUF_INIT(0) };
}
