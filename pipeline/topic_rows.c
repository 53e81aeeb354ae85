/* SPDX-License-Identifier: Apache-2.0 */
/* Reads and compiles topic rows; a bad line refuses the whole. Matches
 * nothing. Long: a small language, its words and its files are read in one
 * place. The pattern language is described in lexicons/README.md. */
#include "pipeline/topic_rows.h"

#include <math.h>

#include "base/hash.h"
#include "pipeline/tsv.h"

enum { ROWS_LIMIT = 200000, ELEMENTS_LIMIT = 24, WORD_LIMIT = 64,
       GAP_LIMIT = 9, GAP_USUAL = 3, CLASS_NAMES = 64 };

static const char *const class_names[CLASS_COUNT] = {
    "<number>", "<money>", "<handle>", "<helpdesk>", "<link>", "<caps>",
    "<emoji>",
};

/* A class of words, from classes.tsv: hashes[first, first + count). */
struct group {
    char name[32];
    uint32_t first, count;
};

struct reader {
    struct topic_rows *t;
    struct words words;
    struct group groups[CLASS_NAMES];
    size_t group_count;
    uint32_t *known;       /* rows by hash of tag and pattern: index + 1 */
    size_t known_mask;
    struct tsv file;
    unsigned tag_from, tag_count; /* tags this file may name */
    struct error *err;
};

static int bad(struct reader *r, const char *sentence, struct text what)
{
    return error_set(r->err, ERROR_CONFIG, "%s:%d: %s: \"%.*s\"",
                     r->file.path, r->file.line, sentence, (int)(what.length < 60 ? what.length
                                                               : 60),
                     what.data);
}

const char *topic_name(unsigned tag)
{
    if (tag < TAG_CHANNELS)
        return aspect_names[tag];
    if (tag < TAG_INTENTS)
        return channel_names[tag - TAG_CHANNELS];
    return intent_names[tag - TAG_INTENTS];
}

/* --- words and their sets ------------------------------------------------ */

static void add_hash(struct topic_rows *t, uint64_t hash)
{
    t->hashes = mem_grow(t->hashes, &t->hash_room, t->hash_count,
                         sizeof(*t->hashes));
    t->hashes[t->hash_count++] = hash;
}

static void add_form(struct topic_rows *t, struct text stem, size_t cut,
                     const char *ending)
{
    char form[WORD_LIMIT + 8];
    size_t n = stem.length - cut, more = strlen(ending);
    memcpy(form, stem.data, n);
    memcpy(form + n, ending, more);
    add_hash(t, words_hash(form, n + more));
}

static bool vowel(char c)
{
    return c && strchr("aeiou", c) != NULL;
}

/* "deliver+": delivers, delivered, delivering; "stop+" doubles, "try+" and
 * "use+" change their last letter. A form too many does no harm. */
static void add_inflections(struct topic_rows *t, struct text s)
{
    char last = s.data[s.length - 1], before = s.data[s.length - 2];
    char twice[8];
    if (last == 'y' && !vowel(before)) {
        add_form(t, s, 1, "ies");
        add_form(t, s, 1, "ied");
        add_form(t, s, 0, "ing");
        return;
    }
    bool hiss = strchr("sxz", last) ||
                (last == 'h' && (before == 'c' || before == 's'));
    add_form(t, s, 0, hiss ? "es" : "s");
    if (last == 'e') {
        add_form(t, s, 0, "d");
        add_form(t, s, before == 'e' ? 0 : 1, "ing");
        return;
    }
    add_form(t, s, 0, "ed");
    add_form(t, s, 0, "ing");
    if (!vowel(last) && vowel(before) && !strchr("wxy", last) &&
        s.length >= 3 && !vowel(s.data[s.length - 3])) {
        snprintf(twice, sizeof(twice), "%ced", last);
        add_form(t, s, 0, twice);
        snprintf(twice, sizeof(twice), "%cing", last);
        add_form(t, s, 0, twice);
    }
}

/* One word as written, perhaps with "+". */
static int add_word(struct reader *r, struct text word)
{
    bool inflect = word.length > 3 && word.data[word.length - 1] == '+';
    if (inflect)
        word.length--;
    if (word.length == 0 || word.length > WORD_LIMIT)
        return bad(r, "an empty or overlong word", word);
    words_split(&r->words, word);
    if (r->words.count != 1 || r->words.items[0].length != word.length)
        return bad(r, "not one word as texts are split", word);
    add_hash(r->t, r->words.items[0].hash);
    if (inflect)
        add_inflections(r->t, (struct text){ r->words.folded, word.length });
    return 0;
}

static int add_group(struct reader *r, struct text name, uint8_t *classes)
{
    for (int i = 0; i < CLASS_COUNT; i++)
        if (text_is(name, class_names[i])) {
            *classes |= (uint8_t)(1 << i);
            return 0;
        }
    for (size_t i = 0; i < r->group_count; i++) {
        const struct group *g = &r->groups[i];
        if (strlen(g->name) != name.length - 2 ||
            memcmp(g->name, name.data + 1, name.length - 2) != 0)
            continue;
        for (uint32_t k = 0; k < g->count; k++)
            add_hash(r->t, r->t->hashes[g->first + k]);
        return 0;
    }
    return bad(r, "no such class of words", name);
}

static bool is_group(struct text t)
{
    return t.length > 2 && *t.data == '<' && t.data[t.length - 1] == '>';
}

/* "word", "word+", "<class>" or "(one|two+|<class>)". */
static int add_set(struct reader *r, struct text set, uint8_t *classes)
{
    if (set.length > 2 && *set.data == '(' &&
        set.data[set.length - 1] == ')') {
        set.data++;
        set.length -= 2;
    }
    for (struct text one; text_next(&set, '|', &one);)
        if (is_group(one) ? add_group(r, one, classes) : add_word(r, one))
            return -1;
    return 0;
}

static int ascending(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void sort_hashes(struct topic_rows *t, uint32_t first)
{
    size_t kept = first;
    if (t->hash_count == first)
        return;
    qsort(t->hashes + first, t->hash_count - first, sizeof(*t->hashes),
          ascending);
    for (size_t i = first; i < t->hash_count; i++)
        if (i == first || t->hashes[i] != t->hashes[kept - 1])
            t->hashes[kept++] = t->hashes[i];
    t->hash_count = kept;
}

/* --- patterns ------------------------------------------------------------ */

static int read_gap(struct reader *r, struct text token, struct element *e)
{
    e->kind = ELEMENT_GAP;
    e->most = GAP_USUAL;
    if (token.length == 1)
        return 0;
    char digit = token.data[1];
    if (token.length != 2 || digit < '1' || digit > '0' + GAP_LIMIT)
        return bad(r, "a gap is * or *1 to *9", token);
    e->most = (uint8_t)(digit - '0');
    return 0;
}

static int read_capture(struct reader *r, struct text token,
                        struct element *e)
{
    static const char *const names[CAPTURE_COUNT] = {
        "", "[from]", "[to]", "[wish]",
    };
    for (int i = CAPTURE_FROM; i < CAPTURE_COUNT; i++)
        if (text_is(token, names[i])) {
            e->kind = i == CAPTURE_WISH ? ELEMENT_REST : ELEMENT_NAME;
            e->capture = (uint8_t)i;
            return 0;
        }
    return bad(r, "a capture is [from], [to] or [wish]", token);
}

static int read_element(struct reader *r, struct text token,
                        struct element *e)
{
    struct topic_rows *t = r->t;
    *e = (struct element){ .first = (uint32_t)t->hash_count };
    if (text_is(token, "^") || text_is(token, "$")) {
        e->kind = *token.data == '^' ? ELEMENT_START : ELEMENT_END;
        return 0;
    }
    if (*token.data == '*' && token.length <= 2)
        return read_gap(r, token, e);
    if (*token.data == '[')
        return read_capture(r, token, e);
    if (token.length > 1 && *token.data == '!' && token.data[1] != '!') {
        e->kind = ELEMENT_UNLESS;
        token.data++;
        token.length--;
    } else if (token.length > 1 && token.data[token.length - 1] == '?' &&
               *token.data != '?') {
        e->optional = true;
        token.length--;
    }
    if (add_set(r, token, &e->classes))
        return -1;
    sort_hashes(t, e->first);
    e->count = (uint32_t)t->hash_count - e->first;
    return 0;
}

static int read_pattern(struct reader *r, struct text pattern,
                        struct row *row)
{
    struct topic_rows *t = r->t;
    row->elements = (uint32_t)t->element_count;
    for (struct text token; text_next(&pattern, ' ', &token);) {
        struct element e;
        if (token.length == 0)
            return bad(r, "an empty pattern, two spaces, or one at an end",
                       token);
        if (row->count == ELEMENTS_LIMIT)
            return bad(r, "a pattern of more than 24 parts", pattern);
        if (read_element(r, token, &e))
            return -1;
        row->captures |= e.capture != CAPTURE_NONE;
        t->elements = mem_grow(t->elements, &t->element_room,
                               t->element_count, sizeof(*t->elements));
        t->elements[t->element_count++] = e;
        row->count++;
    }
    return 0;
}

/* --- rows ---------------------------------------------------------------- */

/* Rows that are no pattern, but a number of a weighed tag. */
static bool take_number(struct topic_rows *t, struct row *row)
{
    const char *name = t->names.data + row->name;
    if (!strcmp(name, "=bias")) {
        row->kind = ROW_BIAS;
        t->bias[row->tag] = row->weight;
        t->weighted |= 1u << row->tag;
    } else if (!strcmp(name, "=positive") || !strcmp(name, "=negative")) {
        row->kind = ROW_FEELING;
        t->feeling[row->tag][name[1] == 'n'] = row->weight;
    }
    return row->kind == ROW_BIAS || row->kind == ROW_FEELING;
}

/* The place of a tag and pattern in known[]: empty or the same row's. */
static uint32_t *known_place(struct reader *r, unsigned tag,
                             struct text pattern)
{
    struct topic_rows *t = r->t;
    uint64_t hash = hash64_seed(pattern.data, pattern.length, tag);
    for (size_t at = hash & r->known_mask;; at = (at + 1) & r->known_mask) {
        if (!r->known[at])
            return &r->known[at];
        const struct row *row = &t->rows[r->known[at] - 1];
        if (row->tag == tag && text_is(pattern, t->names.data + row->name))
            return &r->known[at];
    }
}

/* "@delivery" in channels.tsv: wherever that aspect is. */
static int read_implied(struct reader *r, struct text pattern,
                        struct row *row)
{
    for (unsigned tag = 0; tag < TAG_CHANNELS; tag++)
        if (strlen(aspect_names[tag]) == pattern.length - 1 &&
            !memcmp(aspect_names[tag], pattern.data + 1, pattern.length - 1)) {
            row->kind = ROW_IMPLIED;
            r->t->implying |= 1u << tag;
            r->t->implied[tag] |= 1u << row->tag;
            return 0;
        }
    return bad(r, "no such aspect", pattern);
}

static int add_row(struct reader *r, unsigned tag, struct text pattern,
                   int32_t weight, bool weighted)
{
    struct topic_rows *t = r->t;
    uint32_t *place = known_place(r, tag, pattern);
    if (*place && !weighted)
        return bad(r, "the same row twice", pattern);
    if (*place) { /* a weight for a row made by hand */
        t->rows[*place - 1].weight = weight;
        take_number(t, &t->rows[*place - 1]);
        return 0;
    }
    if (t->row_count == ROWS_LIMIT)
        return bad(r, "more than 200000 rows", pattern);
    struct row row = { .tag = (uint8_t)tag, .weight = weight,
                       .weighted = weighted,
                       .name = (uint32_t)t->names.length };
    buf_add(&t->names, pattern.data, pattern.length);
    buf_putc(&t->names, '\0');
    if (take_number(t, &row)) { /* nothing to match; files are sorted */
        if (!(t->weighted >> tag & 1))
            return bad(r, "a tag without a row =bias before it is not "
                       "weighed", pattern);
    } else if (pattern.length > 1 && *pattern.data == '@' &&
               r->tag_from == TAG_CHANNELS) {
        if (read_implied(r, pattern, &row))
            return -1;
    } else if (read_pattern(r, pattern, &row)) {
        return -1;
    }
    t->rows = mem_grow(t->rows, &t->row_room, t->row_count, sizeof(*t->rows));
    t->rows[t->row_count++] = row;
    *place = (uint32_t)t->row_count;
    return 0;
}

/* tag, pattern, weight (optional). */
static int take_row(void *context, const struct tsv_row *row)
{
    struct reader *r = context;
    const struct text *cells = row->cells;
    unsigned tag = r->tag_from;
    double weight = 1;
    if (row->count != 2 && row->count != 3)
        return bad(r, "columns are tag, pattern, weight (optional)",
                   cells[0]);
    while (tag < r->tag_from + r->tag_count &&
           !text_is(cells[0], topic_name(tag)))
        tag++;
    if (tag == r->tag_from + r->tag_count)
        return bad(r, "no such tag", cells[0]);
    if (row->count == 3 && tsv_number(cells[2], -20, 20, &weight))
        return bad(r, "the weight is a number from -20 to 20", cells[2]);
    return add_row(r, tag, cells[1], (int32_t)lround(weight * WEIGHT_UNIT),
                   row->count == 3);
}

/* class, words with a space between. */
static int take_class(void *context, const struct tsv_row *row)
{
    struct reader *r = context;
    struct topic_rows *t = r->t;
    struct text name = row->cells[0], list = row->cells[1];
    uint8_t classes = 0;
    if (row->count != 2 || name.length >= sizeof(r->groups[0].name) ||
        name.length == 0)
        return bad(r, "columns are class, words", name);
    if (r->group_count == CLASS_NAMES)
        return bad(r, "more than 64 classes", name);
    struct group g = { .first = (uint32_t)t->hash_count };
    memcpy(g.name, name.data, name.length);
    for (struct text one; text_next(&list, ' ', &one);)
        if (add_set(r, one, &classes))
            return -1;
    if (classes)
        return bad(r, "a class of words cannot hold a built-in one",
                   name);
    sort_hashes(t, g.first);
    g.count = (uint32_t)t->hash_count - g.first;
    r->groups[r->group_count++] = g;
    return 0;
}

/* --- files --------------------------------------------------------------- */

static int read_file(struct reader *r, const char *folder, const char *name,
                     bool optional, take_tsv *take)
{
    struct buf path = BUF_INIT(0);
    buf_printf(&path, "%s/%s", folder, name);
    r->file.path = path.data;
    r->file.optional = optional;
    int rc = tsv_read(&r->file, take, r, r->err);
    buf_release(&path);
    return rc;
}

/* In this order: weights are of rows that were read before. */
static const struct {
    const char *name;
    unsigned tag_from, tag_count;
    bool optional;
} files[] = {
    { "aspects.tsv", 0, ASPECT_COUNT, false },
    { "channels.tsv", TAG_CHANNELS, CHANNEL_COUNT, false },
    { "intents.tsv", TAG_INTENTS, INTENT_COUNT, false },
    { "aspect_weights.tsv", 0, ASPECT_COUNT, true },
    { "intent_weights.tsv", TAG_INTENTS, INTENT_COUNT, true },
};

int topic_rows_load(struct topic_rows *t, const char *folder,
                    struct error *err)
{
    struct reader r = { .t = t, .words = WORDS_INIT, .err = err };
    int status = -1;
    *t = (struct topic_rows){ .names = BUF_INIT(0) };
    r.known_mask = 4 * 262144 - 1;
    r.known = mem_alloc((r.known_mask + 1) * sizeof(*r.known));
    for (int i = 0; i < CLASS_COUNT; i++)
        t->kinds[i] = words_hash(class_names[i], strlen(class_names[i]));
    if (read_file(&r, folder, "classes.tsv", false, take_class))
        goto done;
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
        r.tag_from = files[i].tag_from;
        r.tag_count = files[i].tag_count;
        if (read_file(&r, folder, files[i].name, files[i].optional, take_row))
            goto done;
    }
    t->hash = r.file.hash;
    for (size_t i = 0; i < r.group_count; i++) {
        const struct group *g = &r.groups[i];
        if (!strcmp(g->name, "lead")) {
            t->leads = t->hashes + g->first;
            t->lead_count = g->count;
        } else if (!strcmp(g->name, "trim")) {
            t->trims = t->hashes + g->first;
            t->trim_count = g->count;
        } else if (!strcmp(g->name, "do")) {
            t->verbs = t->hashes + g->first;
            t->verb_count = g->count;
        }
    }
    status = topic_rows_compile(t, err);
    if (status)
        error_prefix(err, "%s", folder);
done:
    words_release(&r.words);
    mem_free(r.known);
    return status;
}

void topic_rows_release(struct topic_rows *t)
{
    mem_free(t->rows);
    mem_free(t->elements);
    mem_free(t->hashes);
    mem_free(t->links);
    mem_free(t->cells);
    mem_free(t->adds);
    mem_free(t->trials);
    mem_free(t->vectors);
    index_close(&t->words);
    index_close(&t->pairs);
    buf_release(&t->names);
    *t = (struct topic_rows){ .names = BUF_INIT(0) };
}
