/* SPDX-License-Identifier: Apache-2.0 */
/* Splitting by a table of byte classes, plain words eight bytes at a time;
 * what is beyond ASCII takes the slow path, only where it occurs. See
 * words.h. Long: one small function for each kind of item. */
#include "pipeline/words.h"

#include <endian.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/hash.h"
#include "pipeline/glyphs.h"

enum { LOW = 1, UP = 2, DIGIT = 4, INNER = 8, HIGH = 16, SPACE = 32,
       FACE = 64, LAST = 128 };
enum { ALNUM = LOW | UP | DIGIT };
enum { PADDING = 32, CHUNK = 16, RUN_LIMIT = 56, FORM_LIMIT = 256 };

/* INNER joins two letters; FACE may start an emoticon; a word before a space,
 * or before LAST and a space, ends there for sure, and but for "." before LAST
 * at all. */
static const uint8_t class[256] = {
#define ROW8(a) a, a, a, a, a, a, a, a
    ROW8(SPACE), ROW8(SPACE), ROW8(SPACE), ROW8(SPACE),
    /*  sp ! " # $ % & ' ( ) * + , - . / */
    SPACE, LAST, LAST, 0, 0, 0, 0, INNER,
    FACE | LAST, FACE | LAST, 0, 0, LAST, INNER | FACE, FACE | LAST, 0,
    /* 0-7 89 : ; < = > ? */
    ROW8(DIGIT), DIGIT | FACE, DIGIT, FACE, FACE | LAST, FACE, FACE, FACE,
    LAST,
    /* @ A-O, P-Z [ \ ] ^ _ */
    0, UP, UP, UP, UP | FACE, UP, UP, UP,
    UP, UP, UP, UP, UP, UP, UP, UP | FACE,
    UP, UP, UP, UP, UP | FACE, UP, UP, UP,
    UP | FACE, UP, UP, 0, FACE, 0, FACE, INNER,
    /* ` a-o, p-z { | } ~ DEL */
    INNER, LOW, LOW, LOW, LOW, LOW, LOW, LOW,
    LOW, LOW, LOW, LOW, LOW, LOW, LOW | FACE, LOW | FACE,
    LOW, LOW, LOW, LOW, LOW, LOW | FACE, LOW, LOW,
    LOW | FACE, LOW, LOW, 0, 0, 0, 0, SPACE,
    ROW8(HIGH), ROW8(HIGH), ROW8(HIGH), ROW8(HIGH), ROW8(HIGH), ROW8(HIGH),
    ROW8(HIGH), ROW8(HIGH), ROW8(HIGH), ROW8(HIGH), ROW8(HIGH), ROW8(HIGH),
    ROW8(HIGH), ROW8(HIGH), ROW8(HIGH), ROW8(HIGH),
#undef ROW8
};

static const uint32_t kind_flags[WORD_KINDS] = {
    [WORD_PLAIN] = WORD_LETTERS, [WORD_NUMBER] = WORD_CLASSED,
    [WORD_HANDLE] = WORD_ACCOUNT | WORD_CLASSED | WORD_ASIDE,
    [WORD_LINK] = WORD_CLASSED | WORD_ASIDE,
    [WORD_EMOJI] = WORD_CLASSED | WORD_ASIDE, [WORD_EMOTICON] = WORD_ASIDE,
    [WORD_PUNCTUATION] = WORD_ASIDE,
};

/* Flags of marks, by their first byte; WORD_SOFT is set where it is not meant,
 * for most are soft. */
enum { HARD = WORD_SOFT,
       SENTENCE = HARD | WORD_END | WORD_SENTENCE | WORD_MARK };
static const uint32_t mark_flags[256] = {
    ['!'] = WORD_EXCLAMATION | SENTENCE, ['?'] = WORD_QUESTION | SENTENCE,
    ['.'] = WORD_STOP | SENTENCE, ['$'] = HARD, ['%'] = HARD,
    [','] = WORD_MARK, [')'] = WORD_MARK, [';'] = WORD_MARK | WORD_OPENS,
    [':'] = WORD_MARK | WORD_OPENS, ['('] = WORD_MARK | WORD_OPENS,
    ['-'] = WORD_OPENS, [0xe2] = WORD_END,
};

static uint8_t class_of(char c)
{
    return class[(unsigned char)c];
}

__extension__ typedef unsigned __int128 wide;

#define KEY_A 0x9e3779b97f4a7c15u
#define KEY_B 0xd6e8feb86659fd93u

static uint64_t mix(uint64_t a, uint64_t b, size_t length)
{
    wide product = (wide)(a ^ KEY_A ^ length) * (b ^ KEY_B);
    uint64_t hash = (uint64_t)product ^ (uint64_t)(product >> 64);
    return hash ? hash : 1; /* 0 is an empty place in tables */
}

uint64_t words_hash(const char *data, size_t length)
{
    uint64_t a = 0, b = 0;
    if (length > 16)
        a = hash64(data, length);
    else if (length > 8)
        memcpy(&b, data + 8, length - 8);
    if (length <= 16 && length)
        memcpy(&a, data, length < 8 ? length : 8);
    return mix(a, b, length);
}

/* Of the marks that are LAST: what words_hash() makes of each. */
#define FIRST_BYTE(byte) (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? \
                          (uint64_t)(byte) << 56 : (uint64_t)(byte))
#define PRODUCT(a) ((wide)((a) ^ KEY_A ^ 1) * KEY_B)
#define MARK(mark) [mark] = (uint64_t)PRODUCT(FIRST_BYTE(mark)) ^ \
                            (uint64_t)(PRODUCT(FIRST_BYTE(mark)) >> 64)
static const uint64_t mark_hashes[128] = {
    MARK('!'), MARK('"'), MARK('('), MARK(')'), MARK(','), MARK('.'),
    MARK(';'), MARK('?'),
};

static inline uint64_t hash_padded(const char *data, size_t length)
{
    static const unsigned char keep[2 * CHUNK] = {
        255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255,
    };
    uint64_t a, b, mask;
    if (length > CHUNK)
        return words_hash(data, length);
    memcpy(&a, data, 8);
    memcpy(&mask, keep + CHUNK - length, 8);
    a &= mask;
    memcpy(&b, data + 8, 8);
    memcpy(&mask, keep + CHUNK + 8 - length, 8);
    return mix(a, b & mask, length);
}

uint64_t words_hash_padded(const char *data, size_t length)
{
    return hash_padded(data, length);
}

#define EACH(byte) (0x0101010101010101u * (byte))

/* The high bit of each byte that lies in [from, to]; ASCII only. */
#define WITHIN(bytes, from, to) \
    ((((bytes) & EACH(0x7f)) + EACH(0x80 - (from))) & \
     ~(((bytes) & EACH(0x7f)) + EACH(0x7f - (to))) & ~(bytes) & EACH(0x80))

static uint64_t load8(const char *c)
{
    uint64_t bytes;
    memcpy(&bytes, c, sizeof(bytes));
    return le64toh(bytes);
}

/* What 16 bytes are, a bit each. */
struct chunk {
    unsigned runs, upper, high;
};

#ifdef __SSE2__

static inline __m128i within(__m128i c, int from, int size)
{
    __m128i off = _mm_sub_epi8(c, _mm_set1_epi8((char)from));
    return _mm_cmpeq_epi8(_mm_min_epu8(off, _mm_set1_epi8((char)size)), off);
}

/* Lower case of ASCII letters. */
static inline struct chunk fold_chunk(const char *from, char *to)
{
    __m128i c = _mm_loadu_si128((const void *)from);
    __m128i upper = within(c, 'A', 25);
    __m128i low = _mm_or_si128(c, _mm_and_si128(upper, _mm_set1_epi8(0x20)));
    __m128i letters = within(low, 'a', 25);
    __m128i run = _mm_or_si128(letters, within(low, '0', 9));
    _mm_storeu_si128((void *)to, low);
    return (struct chunk){ (unsigned)_mm_movemask_epi8(run),
                           (unsigned)_mm_movemask_epi8(upper),
                           (unsigned)_mm_movemask_epi8(c) };
}

/* Where three letters in a row are the same. */
static inline unsigned triples(const char *at)
{
    __m128i c = _mm_loadu_si128((const void *)at);
    __m128i next = _mm_loadu_si128((const void *)(at + 1));
    __m128i third = _mm_loadu_si128((const void *)(at + 2));
    __m128i same = _mm_and_si128(_mm_cmpeq_epi8(c, next),
                                 _mm_cmpeq_epi8(c, third));
    return (unsigned)_mm_movemask_epi8(_mm_and_si128(same, within(c, 'a', 25)));
}

#else

/* The high bits of eight bytes as one byte. */
static unsigned gather(uint64_t highs)
{
    return (unsigned)((highs >> 7) * 0x0102040810204080u >> 56);
}

static struct chunk fold_chunk(const char *from, char *to)
{
    struct chunk found = { 0, 0, 0 };
    for (int i = 0; i < CHUNK; i += 8) {
        uint64_t c = load8(from + i), upper = WITHIN(c, 'A', 'Z');
        found.high |= gather(c & EACH(0x80)) << i;
        found.upper |= gather(upper) << i;
        c |= upper >> 2;
        uint64_t letters = WITHIN(c, 'a', 'z');
        found.runs |= gather(letters | WITHIN(c, '0', '9')) << i;
        c = htole64(c);
        memcpy(to + i, &c, 8);
    }
    return found;
}

static unsigned triples(const char *at)
{
    unsigned found = 0;
    for (int i = 0; i < CHUNK; i += 8) {
        uint64_t c = load8(at + i);
        uint64_t differ = (c ^ load8(at + i + 1)) | (c ^ load8(at + i + 2));
        uint64_t same = ~(((differ & EACH(0x7f)) + EACH(0x7f)) | differ);
        found |= gather(same & WITHIN(c, 'a', 'z')) << i;
    }
    return found;
}

#endif

static void put_bits(unsigned char *bits, size_t at, unsigned value)
{
    uint16_t two = htole16((uint16_t)value);
    memcpy(bits + at / 8, &two, sizeof(two));
}

/* The bits from at on: RUN_LIMIT of them or more. */
static inline uint64_t bits_at(const unsigned char *bits, size_t at)
{
    return load8((const char *)bits + at / 8) >> at % 8;
}

/* Letters and digits from at on: a row of ones, RUN_LIMIT at most. */
static inline uint64_t run_at(const struct words *w, size_t at)
{
    uint64_t run = bits_at(w->runs, at) & (((uint64_t)1 << RUN_LIMIT) - 1);
    return run & ~(run + 1);
}

static void make_room(struct words *w, size_t n)
{
    if (w->room <= n) {
        w->room = n * 2 + 1;
        w->items = mem_resize(w->items, w->room * sizeof(*w->items));
    }
    if (w->folded_room < n + PADDING) {
        w->folded_room = (n + PADDING) * 2;
        w->folded = mem_resize(w->folded, w->folded_room);
        size_t bytes = w->folded_room / 8 + CHUNK;
        w->runs = mem_resize(w->runs, bytes * 2);
        w->stops = w->runs + bytes;
    }
}

/* Lower case and the bits of all bytes; zero behind, which stops a word. A row
 * of three letters may begin in one chunk and end in the next: it is looked
 * for when that is folded, too. */
static void fold(struct words *w)
{
    size_t n = w->text.length;
    unsigned high = 0, before = 0; /* the last byte is of a run */
    unsigned stops = 0;            /* of the chunk before */
    size_t i = 0;
    for (; i < n; i += CHUNK) {
        char last[CHUNK] = { 0 };
        const char *from = w->text.data + i;
        if (n - i < CHUNK)
            from = memcpy(last, from, n - i);
        struct chunk c = fold_chunk(from, w->folded + i);
        if (i)
            put_bits(w->stops, i - CHUNK,
                     stops | triples(w->folded + i - CHUNK));
        high |= c.high;
        put_bits(w->runs, i, c.runs);
        stops = (c.upper & (c.runs << 1 | before)) | ~c.runs;
        before = c.runs / 0x8000;
    }
    memset(w->folded + n, 0, PADDING);
    memset(w->runs + i / 8, 0, 8);
    if (i)
        put_bits(w->stops, i - CHUNK, stops | triples(w->folded + i - CHUNK));
    memset(w->stops + i / 8, UINT8_MAX, 8);
    w->ascii = !high;
}

/* words_split() has made room: no item is empty. */
static inline void put(struct word *item, size_t start, size_t length,
                       enum word_kind kind, uint32_t flags, uint64_t hash)
{
    item->start = (uint32_t)start;
    item->length = (uint32_t)length;
    item->hash = hash;
    item->flags = kind_flags[kind] | flags;
    item->kind = kind;
}

static struct word *add(struct words *w, size_t start, size_t end,
                        enum word_kind kind, uint64_t hash)
{
    struct word *item = &w->items[w->count++];
    put(item, start, end - start, kind, 0, hash);
    return item;
}

static uint32_t flags_of_mark(char mark)
{
    return mark_flags[(unsigned char)mark] ^ WORD_SOFT;
}

static uint32_t point_at(const struct words *w, size_t at, size_t *size)
{
    uint32_t point = 0;
    *size = 0;
    if (at < w->text.length)
        *size = text_decode(w->text.data + at, w->text.length - at, &point);
    return point;
}

static bool letter_at(const struct words *w, size_t at)
{
    if (at >= w->text.length)
        return false;
    if (class_of(w->text.data[at]) != HIGH)
        return (class_of(w->text.data[at]) & ALNUM) != 0;
    size_t size;
    return glyph_of(point_at(w, at, &size)) == GLYPH_LETTER;
}

/* Capitals and title, from the text as written. */
static uint8_t case_flags(const char *c, size_t length)
{
    if (!(class_of(c[0]) & UP) && (unsigned char)c[0] < 0x80 &&
        !(class_of(c[0]) & DIGIT))
        return 0;
    unsigned upper = 0, lower = 0;
    for (size_t i = 0; i < length; i++) {
        upper += (class_of(c[i]) & UP) != 0;
        lower += (class_of(c[i]) & LOW) != 0;
    }
    uint8_t flags = class_of(c[0]) & UP ? WORD_TITLE : 0;
    return flags | (upper >= 2 && !lower ? WORD_CAPS : 0);
}

/* A letter three times in a row. */
static bool lengthened(const char *folded, size_t length)
{
    for (size_t i = 2; i < length; i++)
        if (folded[i] == folded[i - 1] && folded[i] == folded[i - 2] &&
            (class_of(folded[i]) & LOW))
            return true;
    return false;
}

/* The normal form of a word with more than ASCII letters; a longer one is
 * told apart by its length. */
struct form {
    char data[FORM_LIMIT + 16];
    size_t used;
};

static void form_add(struct form *f, const char *data, size_t length)
{
    if (f->used + length <= FORM_LIMIT) {
        memcpy(f->data + f->used, data, length);
        f->used += length;
    }
}

/* Lower case in place where it takes as many bytes. */
static void fold_point(struct words *w, size_t at, size_t size, uint32_t point,
                       struct form *f)
{
    char lower[4];
    if (text_encode(text_lower(point), lower) == size)
        memcpy(w->folded + at, lower, size);
    form_add(f, w->folded + at, size);
}

/* Joiners and selectors are no part of the normal form; accents are. */
static bool is_invisible(uint32_t point)
{
    return point == 0xad || point == 0x200c || point == 0x200d ||
           (point >= 0xfe00 && point <= 0xfe0f);
}

/* One character of a word beyond ASCII: its bytes, 0 when it ends the word. */
static size_t word_point(struct words *w, size_t at, bool tag, struct form *f)
{
    size_t size;
    uint32_t point = point_at(w, at, &size);
    switch (glyph_of(point)) {
    case GLYPH_LETTER:
        fold_point(w, at, size, point, f);
        return size;
    case GLYPH_JOINED:
        if (!is_invisible(point))
            form_add(f, w->folded + at, size);
        return size;
    case GLYPH_SINGLE:
        if (tag)
            form_add(f, w->folded + at, size);
        return tag ? size : 0;
    case GLYPH_APOSTROPHE:
        if (tag || !letter_at(w, at + size))
            return 0;
        form_add(f, "'", 1);
        return size;
    default:
        return 0;
    }
}

/* A word with inner marks or letters beyond ASCII. */
static size_t take_long_word(struct words *w, size_t start, bool tag)
{
    struct form f;
    size_t at = start, size = 1;
    bool joined = false, high = false;
    f.used = 0;
    if (tag)
        form_add(&f, "#", 1);
    for (at += tag; at < w->text.length; at += size) {
        uint8_t c = class_of(w->folded[at]);
        size = 1;
        if (c & ALNUM || (tag && w->folded[at] == '_')) {
            form_add(&f, w->folded + at, 1);
        } else if (c & INNER && !tag && letter_at(w, at + 1)) {
            joined = true;
            form_add(&f, w->folded[at] == '`' ? "'" : w->folded + at, 1);
        } else if (c == HIGH) {
            size = word_point(w, at, tag, &f);
            high |= size > 0;
            joined |= size && f.used && f.data[f.used - 1] == '\'';
        } else {
            break;
        }
        if (!size)
            break;
    }
    if (at == start + tag)
        return start;
    struct word *item = add(w, start, at, tag ? WORD_HASHTAG : WORD_PLAIN,
                            hash_padded(f.data, f.used));
    item->flags |= case_flags(w->text.data + start, at - start);
    if (lengthened(w->folded + start, at - start))
        item->flags |= WORD_LENGTHENED | WORD_ODD;
    item->flags |= (tag ? WORD_ODD : 0) | (joined ? WORD_JOINED : 0) |
                   (high ? WORD_HIGH : 0);
    return at;
}

static bool link_byte(char c)
{
    static const bool never[128] = {
        ['<'] = true, ['>'] = true, ['"'] = true, ['{'] = true, ['}'] = true,
        ['|'] = true, ['\\'] = true, ['^'] = true, ['`'] = true,
    };
    return (unsigned char)c > ' ' && (unsigned char)c < 0x7f &&
           !never[(unsigned char)c];
}

static size_t link_end(const struct words *w, size_t at)
{
    size_t start = at;
    while (at < w->text.length && link_byte(w->folded[at]))
        at++;
    while (at > start && strchr(".,;:!?')]*", w->folded[at - 1]))
        at--;
    return at;
}

/* "name@host.tld" and "host.tld/path": where it ends, 0 when it is none. */
static size_t address_end(const struct words *w, size_t at)
{
    const char *c = w->folded;
    size_t start = at, dot = 0;
    while (at - start < 100 && (class_of(c[at]) & ALNUM || c[at] == '.' ||
                                c[at] == '-' || c[at] == '_' || c[at] == '+')) {
        if (c[at] == '.')
            dot = at;
        at++;
    }
    if (!(class_of(c[at + (at < w->text.length)]) & ALNUM))
        return 0;
    if (c[at] == '@') {
        for (at++; class_of(c[at]) & ALNUM || ((c[at] == '.' || c[at] == '-') &&
                                              class_of(c[at + 1]) & ALNUM);)
            at++;
        return at;
    }
    if (c[at] == '/' && dot && at - dot >= 3 && at - dot <= 5 &&
        class_of(w->text.data[dot + 1]) & LOW && class_of(c[at - 1]) & LOW)
        return link_end(w, at);
    return 0;
}

/* Where a link that starts here ends, or 0. end: of the first plain run. */
static size_t take_link(struct words *w, size_t start, size_t end)
{
    const char *c = w->folded + start;
    size_t stop = 0;
    if ((end - start == 4 && memcmp(c, "http://", 7) == 0) ||
        (end - start == 5 && memcmp(c, "https://", 8) == 0) ||
        (end - start == 3 && memcmp(c, "www.", 4) == 0 &&
         class_of(c[4]) & ALNUM))
        stop = link_end(w, start);
    else if ((w->folded[end] == '.' || w->folded[end] == '@') &&
             class_of(w->folded[end + 1]) & ALNUM)
        stop = address_end(w, start);
    if (stop > end)
        add(w, start, stop, WORD_LINK, hash_padded(c, stop - start));
    return stop > end ? stop : 0;
}

/* Cheap first look, so that few marks reach the table of faces. */
static bool may_face(const struct words *w, size_t at)
{
    char next = w->folded[at + 1]; /* padding: 0 at the end */
    switch (w->folded[at]) {
    case ':': case ';': case '=':
        return next != ' ' && next != '\0' && next != '\n';
    case '(': case ')':
        return next == ':' || next == ';' || next == '=' || next == '-' ||
               next == '\'';
    case '<': case '>':
        return next == '3' || next == '/' || next == '.' || next == '_' ||
               next == ':' || next == ';';
    case '-': case '^': case '.':
        return next == '_' || next == '.' || next == '^';
    case '\\':
        return next == 'o' || next == 'm';
    case '8':
        return next == '-';
    case 'd':
        return next == ':';
    case 'x':
        return next == 'd';
    default: /* t o u n */
        return next == '_' || next == '.';
    }
}

static size_t take_face(struct words *w, size_t start)
{
    char form[2 * CHUNK];
    size_t used;
    size_t size = glyph_emoticon(w->text.data, w->text.length, start, form,
                                 &used);
    if (!size)
        return start;
    struct word *item = add(w, start, start + size, WORD_EMOTICON,
                            hash_padded(form, used));
    item->flags |= mark_flags[(unsigned char)w->folded[start]] & WORD_OPENS;
    if (size > 2 && w->text.data[start + size - 1] ==
                        w->text.data[start + size - 2])
        item->flags |= WORD_LENGTHENED | WORD_ODD;
    return start + size;
}

/* odd: some byte is, see struct words. */
static size_t add_plain(struct words *w, size_t start, size_t end, bool odd)
{
    const char *folded = w->folded + start;
    struct word *item = add(w, start, end, WORD_PLAIN,
                            hash_padded(folded, end - start));
    if (w->text.data[start] != *folded)
        item->flags |= case_flags(w->text.data + start, end - start);
    if (odd && lengthened(folded, end - start))
        item->flags |= WORD_LENGTHENED | WORD_ODD;
    return end;
}

/* "don't", "well-made": their normal form is as written when all is ASCII.
 * end: of the first plain run. Returns start when it is not so simple. */
static size_t take_joined(struct words *w, size_t start, size_t end)
{
    while (class_of(w->folded[end]) & INNER && w->folded[end] != '`' &&
           class_of(w->folded[end + 1]) & ALNUM)
        end += 1 + (size_t)__builtin_ctzll(~run_at(w, end + 1));
    if (end - start >= RUN_LIMIT || w->folded[end] == '`' ||
        class_of(w->folded[end]) == HIGH ||
        class_of(w->folded[end + 1]) == HIGH)
        return start;
    uint64_t all = ((uint64_t)1 << (end - start)) - 1;
    uint64_t odd = bits_at(w->stops, start) & bits_at(w->runs, start);
    add_plain(w, start, end, (odd & all) != 0);
    w->items[w->count - 1].flags |= WORD_JOINED;
    return end;
}

/* What stands behind a run of letters may belong to it. */
static size_t take_mixed(struct words *w, size_t start, size_t end, bool odd)
{
    char next = w->folded[end];
    if (class_of(next) & (SPACE | LAST) && next != '.' && end - start > 2)
        return add_plain(w, start, end, odd);
    if (end - start <= 2 && class_of(w->text.data[start]) & FACE &&
        may_face(w, start)) {
        size_t stop = take_face(w, start);
        if (stop > start)
            return stop;
    }
    if (next == ':' || next == '.' || next == '@') {
        size_t stop = take_link(w, start, end);
        if (stop)
            return stop;
    }
    uint8_t after = class_of(next);
    if (after & (INNER | HIGH) &&
        (after == HIGH || class_of(w->folded[end + 1]) & (ALNUM | HIGH))) {
        size_t stop = take_joined(w, start, end);
        return stop > start ? stop : take_long_word(w, start, false);
    }
    if (next == '/' && end - start == 1 && w->folded[start] == 'w') {
        end++; /* "w/" and "w/o" are words */
        if (w->folded[end] == 'o' && !(class_of(w->folded[end + 1]) & ALNUM))
            end++;
    }
    return add_plain(w, start, end, odd);
}

/* What is odd about a word stopped it before its end, or no space is there. */
static size_t take_odd(struct words *w, size_t start)
{
    uint64_t run = run_at(w, start);
    size_t end = start, length = RUN_LIMIT;
    for (; length == RUN_LIMIT; end += length)
        length = (size_t)__builtin_ctzll(~run_at(w, end));
    return take_mixed(w, start, end, (bits_at(w->stops, start) & run) != 0 ||
                                         end - start >= RUN_LIMIT);
}

/* Most text is words in lower case, perhaps with a capital in front, a space
 * or a mark and a space behind each; "xd" is a face. The mark is written
 * whether there is one or not, which is hard to foresee. Where the next word
 * starts the stops say long before these bytes have been looked at, and are
 * seldom wrong: so it can begin while this one is still at work. */
static size_t take_words(struct words *w, size_t start)
{
    const char *text = w->text.data, *folded = w->folded;
    const unsigned char *stops = w->stops;
    struct word *item = &w->items[w->count];
    do {
        const char *c = folded + start;
        uint64_t bits = bits_at(stops, start);
        size_t length = (size_t)__builtin_ctzll(bits |
                                                (uint64_t)1 << RUN_LIMIT);
        size_t gap = (size_t)__builtin_ctzll(~(bits >> length) |
                                             (uint64_t)1 << 63);
        unsigned char behind = (unsigned char)c[length];
        unsigned here = class[behind], next = class_of(c[length + 1]);
        unsigned mark = here / (LAST / SPACE) & next & SPACE;
        bool sure = ((here & SPACE) | mark) != 0;
        if (!(sure & ((length != 2) | (*c != 'x')))) {
            w->count = (size_t)(item - w->items);
            return take_odd(w, start);
        }
        put(item++, start, length, WORD_PLAIN,
            (text[start] != *c) * WORD_TITLE, hash_padded(c, length));
        start += length;
        put(item, start, 1, WORD_PUNCTUATION, flags_of_mark((char)behind),
            mark_hashes[behind]);
        mark /= SPACE;
        item += mark;
        bool space = folded[start + mark] == ' ';
        if (!(space & (gap == mark + 1)))
            gap = mark + space;
        start += gap;
    } while (class_of(folded[start]) & LOW);
    w->count = (size_t)(item - w->items);
    return start;
}

/* From a digit, or a currency sign or # of which at is the end. */
static size_t take_number(struct words *w, size_t start, size_t at)
{
    const char *c = w->folded;
    bool joined = false;
    for (;; at++) {
        if (class_of(c[at]) & ALNUM)
            continue;
        bool inner = c[at] == '.' || c[at] == ',' || c[at] == ':' ||
                     c[at] == '/' || c[at] == '-';
        if (inner && class_of(c[at + 1]) & DIGIT)
            continue;
        if (c[at] != '-' || !(class_of(c[at + 1]) & LOW))
            break;
        joined = true;
    }
    size_t size;
    if (c[at] == '%')
        at++;
    else if (class_of(c[at]) == HIGH &&
             glyph_of(point_at(w, at, &size)) == GLYPH_CURRENCY)
        at += size;
    struct word *item = add(w, start, at, WORD_NUMBER,
                            hash_padded(c + start, at - start));
    item->flags |= joined ? WORD_JOINED : 0;
    return at;
}

static size_t take_handle(struct words *w, size_t start)
{
    const char *c = w->folded;
    size_t at = start + 1;
    while (class_of(c[at]) & ALNUM || c[at] == '_' ||
           (at > start + 1 && (c[at] == '.' || c[at] == '-' || c[at] == '@') &&
            class_of(c[at + 1]) & ALNUM))
        at++;
    if (at == start + 1)
        return start;
    add(w, start, at, WORD_HANDLE, hash_padded(c + start, at - start));
    return at;
}

static size_t take_hashtag(struct words *w, size_t start)
{
    const char *c = w->folded;
    size_t at = start + 1;
    while (class_of(c[at]) & DIGIT)
        at++;
    if (class_of(c[at]) & (LOW | HIGH) || c[at] == '_')
        return take_long_word(w, start, true);
    return at > start + 1 ? take_number(w, start, start + 1) : start;
}

static size_t take_marks(struct words *w, size_t start)
{
    size_t end = start + 1;
    while (end < w->text.length && w->folded[end] == w->folded[start])
        end++;
    add(w, start, end, WORD_PUNCTUATION,
        hash_padded(w->folded + start, end - start))
        ->flags |= flags_of_mark(w->folded[start]) |
                   (end - start > 1 ? WORD_ODD : 0);
    return end;
}

static size_t take_emoji(struct words *w, size_t start)
{
    char form[128];
    size_t used = 0;
    size_t size = glyph_emoji(w->text.data + start, w->text.length - start,
                              form, sizeof(form), &used);
    if (size)
        add(w, start, start + size, WORD_EMOJI, hash_padded(form, used));
    return start + size;
}

/* Typographic marks hash as their plain ones: “ ’ … ！ Full-width ones are
 * these marks, for what ends a clause or a sentence. */
static void take_high_mark(struct words *w, size_t start, size_t size,
                           uint32_t point)
{
    char plain = 0, mark = w->folded[start];
    if (point >= 0xff01 && point <= 0xff5e)
        mark = plain = (char)(point - 0xfee0);
    else if (point >= 0x201c && point <= 0x201f)
        plain = '"';
    else if (glyph_of(point) == GLYPH_APOSTROPHE)
        plain = '\'';
    uint64_t hash = point == 0x2026 ? words_hash("...", 3)
                    : plain ? words_hash(&plain, 1)
                            : hash_padded(w->folded + start, size);
    add(w, start, start + size, WORD_PUNCTUATION, hash)
        ->flags |= flags_of_mark(mark);
}

static size_t take_single(struct words *w, size_t start, size_t size)
{
    size_t end = start + size, next;
    while (glyph_of(point_at(w, end, &next)) == GLYPH_JOINED && next)
        end += next;
    add(w, start, end, WORD_PLAIN,
        hash_padded(w->folded + start, end - start))->flags |= WORD_HIGH;
    return end;
}

static size_t take_high(struct words *w, size_t start)
{
    size_t size;
    uint32_t point = point_at(w, start, &size);
    size_t end = start;
    switch (glyph_of(point)) {
    case GLYPH_LETTER:
        return take_long_word(w, start, false);
    case GLYPH_SINGLE:
        return take_single(w, start, size);
    case GLYPH_EMOJI:
        return take_emoji(w, start);
    case GLYPH_SPACE: case GLYPH_JOINED:
        return start + size;
    case GLYPH_CURRENCY:
        if (class_of(w->folded[start + size]) & DIGIT)
            return take_number(w, start, start + size);
        break;
    default:
        if (point == 0xaf)
            end = take_face(w, start);
    }
    if (end == start) {
        take_high_mark(w, start, size, point);
        end = start + size;
    }
    return end;
}

/* One item that begins with no letter; returns where it ends. */
static size_t take(struct words *w, size_t at, uint8_t c)
{
    size_t end = at;
    if (c & FACE && may_face(w, at))
        end = take_face(w, at);
    if (end > at)
        return end;
    if (c == HIGH)
        return take_high(w, at);
    char mark = w->text.data[at];
    if ((c & DIGIT || mark == '#' || mark == '*') &&
        class_of(w->folded[at + 1]) == HIGH)
        end = take_emoji(w, at);
    if (end > at)
        return end;
    if (c & DIGIT)
        return take_number(w, at, at);
    if (mark == '@')
        end = take_handle(w, at);
    else if (mark == '#')
        end = take_hashtag(w, at);
    else if (mark == '$' && class_of(w->folded[at + 1]) & DIGIT)
        end = take_number(w, at, at + 1);
    return end > at ? end : take_marks(w, at);
}

void words_split(struct words *w, struct text t)
{
    if (t.length > UINT32_MAX / 2)
        t.length = UINT32_MAX / 2;
    w->text = t;
    w->count = 0;
    make_room(w, t.length);
    fold(w);
    bool broken = false;
    for (size_t at = 0; at < t.length;) {
        uint8_t c = class_of(w->folded[at]);
        if (c == SPACE) {
            broken |= t.data[at++] == '\n';
            continue;
        }
        size_t before = w->count;
        at = c & LOW ? take_words(w, at) : take(w, at, c);
        if (broken && w->count > before) {
            w->items[before].flags |= WORD_BREAK;
            broken = false;
        }
        at += w->folded[at] == ' ';
    }
    w->items[w->count].flags = 0;
}

uint64_t words_squeezed(const struct words *w, size_t index, size_t keep)
{
    const struct word *item = &w->items[index];
    char form[64 + CHUNK], last = 0;
    size_t n = 0, same = 0; /* as the letters before it */
    for (size_t i = 0; i < item->length && n < 64; i++) {
        char c = w->folded[item->start + i];
        same = (same + 1) & -(size_t)(c == last);
        form[n] = last = c;
        n += same < keep;
    }
    return hash_padded(form, n);
}

struct span words_span(const struct words *w, size_t from, size_t until)
{
    if (from >= until)
        return (struct span){ 0, 0 };
    const struct word *last = &w->items[until - 1];
    uint32_t start = w->items[from].start;
    return (struct span){ start, last->start + last->length - start };
}

struct range words_around(const struct words *w, struct span span)
{
    size_t first = 0;
    while (first + 1 < w->count &&
           w->items[first].start + w->items[first].length <= span.start)
        first++;
    size_t end = first + (first < w->count);
    while (end < w->count &&
           w->items[end].start < span.start + span.length)
        end++;
    return (struct range){ first, end };
}

struct range words_sentence(const struct words *w, struct range part)
{
    bool closed = false;
    while (part.until < w->count && !closed &&
           !(w->items[part.until].flags & WORD_BREAK))
        closed = w->items[part.until++].flags & WORD_SENTENCE;
    while (part.from > 0 && !(w->items[part.from].flags & WORD_BREAK) &&
           !(w->items[part.from - 1].flags & WORD_SENTENCE))
        part.from--;
    return part;
}

void words_release(struct words *w)
{
    mem_free(w->items);
    mem_free(w->folded);
    mem_free(w->runs);
    *w = (struct words)WORDS_INIT;
}
