/* SPDX-License-Identifier: Apache-2.0 */
/* See name.h. The name in the configuration and the text of a post go through
 * the same reader, so that whatever it makes of them, it makes of both. */
#include "pipeline/name.h"

enum { PIECE_LIMIT = 64, MARKS_SKIPPED = 2, INITIALS = 8 };

static bool is_joint(char c)
{
    return c == '-' || c == '_';
}

/* Bytes of an apostrophe at c: ' ` ’ ‘ ´ ʼ, else 0. */
static size_t apostrophe(const char *c, size_t length)
{
    if (!((unsigned char)*c & 0x80))
        return *c == '\'' || *c == '`';
    if (length >= 3 && (memcmp(c, "\xe2\x80\x99", 3) == 0 ||
                        memcmp(c, "\xe2\x80\x98", 3) == 0))
        return 3;
    if (length >= 2 && (memcmp(c, "\xc2\xb4", 2) == 0 ||
                        memcmp(c, "\xca\xbc", 2) == 0))
        return 2;
    return 0;
}

/* A part of a word with inner marks: up to the next hyphen. */
static void read_part(const struct words *w, struct place at,
                      struct piece *out)
{
    const struct word *word = &w->items[at.word];
    const char *c = w->folded + word->start;
    char letters[PIECE_LIMIT] = "";
    size_t used = 0, i = at.offset, owner = 0;
    out->owner = 0;
    while (i < word->length && !is_joint(c[i])) {
        size_t skip = apostrophe(c + i, word->length - i);
        if (skip) {
            owner = used;
            out->owner_end = word->start + i;
            i += skip;
            continue;
        }
        if (used < PIECE_LIMIT)
            letters[used++] = c[i];
        i++;
    }
    out->start = word->start + at.offset;
    out->end = word->start + i;
    out->hash = words_hash(letters, used);
    if (owner && used == owner + 1 && letters[owner] == 's')
        out->owner = words_hash(letters, owner);
    out->last = at.word;
    out->next = i + 1 < word->length
                    ? (struct place){ at.word, i + 1 }
                    : (struct place){ at.word + 1, 0 };
}

static bool is_dot(const struct words *w, size_t at)
{
    return at < w->count && w->items[at].kind == WORD_PUNCTUATION &&
           w->items[at].length == 1 && w->text.data[w->items[at].start] == '.';
}

static bool is_initial(const struct words *w, size_t at)
{
    return at < w->count && w->items[at].kind == WORD_PLAIN &&
           w->items[at].length == 1;
}

/* "P.C." and "P. C." are one piece: pc. At least two letters, a dot between
 * each. */
static bool read_initials(const struct words *w, size_t at, struct piece *out)
{
    char letters[INITIALS];
    size_t used = 0, i = at;
    while (used < INITIALS && is_initial(w, i)) {
        letters[used++] = w->folded[w->items[i].start];
        out->last = i++;
        if (!is_dot(w, i) || !is_initial(w, i + 1))
            break;
        i++;
    }
    if (used < 2)
        return false;
    const struct word *last = &w->items[out->last];
    out->start = w->items[at].start;
    out->end = (size_t)last->start + last->length;
    out->hash = words_hash(letters, used);
    out->owner = 0;
    out->next = (struct place){ i, 0 };
    return true;
}

static bool is_skippable(const struct word *word, const char *text)
{
    if (word->kind != WORD_PUNCTUATION)
        return false;
    const char *c = text + word->start;
    switch (word->length) {
    case 1:
        return strchr(".-/'\"", *c) != NULL;
    case 2: /* ® */
        return memcmp(c, "\xc2\xae", 2) == 0;
    case 3: /* ™, hyphens and dashes, ‘ ’ “ ” */
        return memcmp(c, "\xe2\x84\xa2", 3) == 0 ||
               (memcmp(c, "\xe2\x80", 2) == 0 &&
                (unsigned char)c[2] >= 0x90 && (unsigned char)c[2] <= 0x9d);
    default:
        return false;
    }
}

bool piece_read(const struct words *w, struct place at, bool skip,
                struct piece *out)
{
    for (int i = 0; skip && i < MARKS_SKIPPED && at.word < w->count &&
                    is_skippable(&w->items[at.word], w->text.data); i++)
        at.word++;
    if (at.word >= w->count)
        return false;
    const struct word *word = &w->items[at.word];
    bool ampersand = word->kind == WORD_PUNCTUATION && word->length == 1 &&
                     w->text.data[word->start] == '&';
    if (word->kind != WORD_PLAIN && word->kind != WORD_NUMBER && !ampersand)
        return false;
    if (word->flags & WORD_JOINED) {
        read_part(w, at, out);
        return true;
    }
    if (word->length == 1 && is_dot(w, at.word + 1) &&
        read_initials(w, at.word, out))
        return true;
    out->hash = ampersand ? words_hash("and", 3) : word->hash;
    out->owner = 0;
    out->start = word->start;
    out->end = (size_t)word->start + word->length;
    out->last = at.word;
    out->next = (struct place){ at.word + 1, 0 };
    return true;
}

/* Do the letters of a piece begin with these, as written? */
static bool piece_written(const struct words *w, const struct piece *p,
                          const char *written)
{
    const char *c = w->text.data;
    size_t i = p->start;
    if (c[i] == '&')
        return strcmp(written, "&") == 0 || strcmp(written, "and") == 0;
    for (; *written && i < p->end; written++) {
        size_t skip;
        while (i < p->end && (c[i] == '.' || c[i] == ' ' ||
                              apostrophe(c + i, p->end - i))) {
            skip = apostrophe(c + i, p->end - i);
            i += skip ? skip : 1;
        }
        if (i >= p->end || c[i] != *written)
            return false;
        i++;
    }
    return *written == '\0';
}

/* The letters of a piece as they were written, for names that mind case. */
static char *written_letters(const struct words *w, const struct piece *p)
{
    char letters[PIECE_LIMIT];
    size_t used = 0;
    for (size_t i = p->start; i < p->end && used < PIECE_LIMIT;) {
        const char *c = w->text.data + i;
        size_t skip = apostrophe(c, p->end - i);
        i += skip ? skip : 1;
        if (!skip && *c != '.' && *c != ' ')
            letters[used++] = *c;
    }
    return mem_slice(letters, used);
}

/* Latin letters without their accents; what cannot be is left. */
static void add_plain_letter(struct buf *out, uint32_t point)
{
    static const char from_c0[] =
        "AAAAAA\0CEEEEIIIIDNOOOOO\0OUUUUY\0\0aaaaaa\0ceeeeiiiidnooooo\0ouuuuy"
        "\0y";
    char bytes[4];
    if (point >= 0xc0 && point <= 0xff && from_c0[point - 0xc0])
        buf_putc(out, from_c0[point - 0xc0]);
    else if (point == 0xdf)
        buf_puts(out, "ss");
    else
        buf_add(out, bytes, text_encode(point, bytes));
}

static bool without_accents(struct text source, struct buf *out)
{
    for (size_t i = 0; i < source.length;) {
        uint32_t point;
        i += text_decode(source.data + i, source.length - i, &point);
        add_plain_letter(out, point);
    }
    return out->length != source.length;
}

static uint64_t hash_with_s(struct text letters)
{
    struct buf b = BUF_INIT(0);
    buf_add(&b, letters.data, letters.length);
    buf_putc(&b, 's');
    uint64_t hash = words_hash(b.data, b.length);
    buf_release(&b);
    return hash;
}

/* Folded letters of a piece, as read_part() hashes them. */
static void add_letters(struct buf *out, const struct words *w,
                        const struct piece *p)
{
    if (w->text.data[p->start] == '&') {
        buf_puts(out, "and");
        return;
    }
    for (size_t i = p->start; i < p->end;) {
        const char *c = w->folded + i;
        size_t skip = apostrophe(c, p->end - i);
        i += skip ? skip : 1;
        if (!skip && *c != '.' && *c != ' ')
            buf_putc(out, *c);
    }
}

/* joined gets the letters of all pieces, bare those without the "&". */
static int read_name(struct name *n, const struct words *w, struct buf *joined,
                     struct buf *bare, struct error *err)
{
    struct place at = { 0, 0 };
    struct piece p;
    size_t before = 0;
    while (at.word < w->count) {
        if (!piece_read(w, at, false, &p)) {
            at = (struct place){ at.word + 1, 0 }; /* marks do not count */
            continue;
        }
        if (n->count == NAME_PIECES)
            return error_set(err, ERROR_CONFIG, "the name \"%.*s\" has more "
                             "than %d words", (int)w->text.length,
                             w->text.data, NAME_PIECES);
        if (n->sensitive)
            n->written[n->count] = written_letters(w, &p);
        n->pieces[n->count++] = p.hash;
        before = joined->length;
        add_letters(joined, w, &p);
        if (w->text.data[p.start] != '&')
            add_letters(bare, w, &p);
        at = p.next;
    }
    if (n->count == 0)
        return error_set(err, ERROR_CONFIG, "the name \"%.*s\" has no letter "
                         "or digit", (int)w->text.length, w->text.data);
    struct text last = { joined->data + before, joined->length - before };
    if (last.length > 2 && last.data[last.length - 1] != 's')
        n->plural = hash_with_s(last);
    return 0;
}

static void add_form(struct name *out, size_t *count, uint8_t kind,
                     const char *letters, size_t length, const char *written)
{
    out[(*count)++] = (struct name){
        .kind = kind, .sensitive = written != NULL, .count = 1,
        .pieces = { words_hash(letters, length) },
        .plural = kind == WORD_PLAIN && letters[length - 1] != 's'
                      ? hash_with_s((struct text){ letters, length }) : 0,
        .written = { mem_string(written) },
    };
}

/* Joined ("harrowpine") and as hashtags. "H&M" is #handm and #hm, but not the
 * word "hm". */
static void add_joined(struct name *out, size_t *count,
                       const struct name *base, const struct buf *joined,
                       const struct buf *bare)
{
    struct buf tag = BUF_INIT(0);
    struct buf written = BUF_INIT(0);
    for (size_t i = 0; base->sensitive && i < base->count; i++)
        buf_puts(&written, base->written[i]);
    const char *as_written = base->sensitive ? buf_text(&written) : NULL;
    if (base->count > 1)
        add_form(out, count, WORD_PLAIN, joined->data, joined->length,
                 as_written);
    buf_printf(&tag, "#%s", joined->data);
    add_form(out, count, WORD_HASHTAG, tag.data, tag.length, as_written);
    if (bare->length && bare->length < joined->length && !base->sensitive) {
        buf_clear(&tag);
        buf_printf(&tag, "#%s", bare->data);
        add_form(out, count, WORD_HASHTAG, tag.data, tag.length, NULL);
    }
    buf_release(&tag);
    buf_release(&written);
}

static int plain_forms(struct name *out, size_t *count, struct text source,
                       bool sensitive, struct error *err)
{
    struct words w = WORDS_INIT;
    struct buf joined = BUF_INIT(0), bare = BUF_INIT(0);
    words_split(&w, source);
    struct name *n = &out[*count];
    *n = (struct name){ .kind = WORD_PLAIN, .sensitive = sensitive };
    int rc = read_name(n, &w, &joined, &bare, err);
    if (rc) {
        name_release(n);
    } else {
        (*count)++;
        add_joined(out, count, n, &joined, &bare);
    }
    words_release(&w);
    buf_release(&joined);
    buf_release(&bare);
    return rc;
}

/* "@shop" and "#shop": one word, told by its mark. */
static int marked_form(struct name *out, size_t *count, struct text source,
                       bool sensitive, struct error *err)
{
    struct words w = WORDS_INIT;
    words_split(&w, source);
    bool one = w.count == 1 && w.items[0].length == source.length &&
               (w.items[0].kind == WORD_HANDLE ||
                w.items[0].kind == WORD_HASHTAG);
    if (one)
        out[(*count)++] = (struct name){
            .kind = w.items[0].kind,
            .sensitive = sensitive && w.items[0].kind == WORD_HASHTAG,
            .count = 1, .pieces = { w.items[0].hash },
            .written = { sensitive ? mem_slice(source.data + 1,
                                               source.length - 1) : NULL },
        };
    words_release(&w);
    if (!one)
        return error_set(err, ERROR_CONFIG, "\"%.*s\" is no %s: one word of "
                         "letters, digits and _ is needed",
                         (int)source.length, source.data,
                         source.data[0] == '@' ? "handle" : "hashtag");
    return 0;
}

int name_forms(struct name out[NAME_FORMS], size_t *count, struct text source,
               bool sensitive, struct error *err)
{
    struct buf plain = BUF_INIT(0);
    *count = 0;
    if (source.length && (source.data[0] == '@' || source.data[0] == '#'))
        return marked_form(out, count, source, sensitive, err);
    /* "Son(s)" is how people write what plurals allow anyway. */
    if (source.length > 3 &&
        memcmp(source.data + source.length - 3, "(s)", 3) == 0)
        source.length -= 3;
    int rc = plain_forms(out, count, source, sensitive, err);
    if (!rc && without_accents(source, &plain))
        rc = plain_forms(out, count,
                         (struct text){ plain.data, plain.length }, sensitive,
                         err);
    buf_release(&plain);
    return rc;
}

void name_release(struct name *n)
{
    for (size_t i = 0; i < NAME_PIECES; i++)
        mem_free(n->written[i]);
    *n = (struct name){ .count = 0 };
}

static bool marked_at(const struct name *n, const struct words *w,
                      struct place at, struct hit *hit)
{
    const struct word *word = &w->items[at.word];
    if (at.offset || word->kind != n->kind || word->hash != n->pieces[0])
        return false;
    if (n->sensitive &&
        (strlen(n->written[0]) != word->length - 1 ||
         memcmp(w->text.data + word->start + 1, n->written[0],
                word->length - 1) != 0))
        return false;
    *hit = (struct hit){ at.word, at.word, { word->start, word->length } };
    return true;
}

bool name_at(const struct name *n, const struct words *w, struct place at,
             struct hit *hit)
{
    if (n->kind != WORD_PLAIN)
        return marked_at(n, w, at, hit);
    size_t end = 0, start = 0;
    struct piece p = { 0 };
    for (size_t i = 0; i < n->count; i++) {
        if (!piece_read(w, at, i > 0, &p))
            return false;
        bool last = i + 1 == n->count;
        bool owner = last && p.owner == n->pieces[i];
        if (p.hash != n->pieces[i] && !owner &&
            !(last && n->plural && p.hash == n->plural))
            return false;
        if (n->sensitive && !piece_written(w, &p, n->written[i]))
            return false;
        if (i == 0) {
            start = p.start;
            hit->first = at.word;
        }
        end = owner && p.hash != n->pieces[i] ? p.owner_end : p.end;
        hit->last = p.last;
        at = p.next;
    }
    hit->span = (struct span){ (uint32_t)start, (uint32_t)(end - start) };
    return true;
}

bool place_next(const struct words *w, struct place *at)
{
    const struct word *word = &w->items[at->word];
    if (!(word->flags & WORD_JOINED))
        return false;
    for (size_t i = at->offset; i + 1 < word->length; i++)
        if (is_joint(w->folded[word->start + i])) {
            at->offset = i + 1;
            return true;
        }
    return false;
}

bool name_find(const struct name *n, const struct words *w, size_t from,
               size_t until, struct hit *hit)
{
    for (size_t i = from; i <= until && i < w->count; i++) {
        struct place at = { i, 0 };
        do
            if (name_at(n, w, at, hit))
                return true;
        while (place_next(w, &at));
    }
    return false;
}
