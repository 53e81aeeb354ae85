/* SPDX-License-Identifier: Apache-2.0 */
/* Three logistic regressions, each label against the other two, over the
 * signals and terms of signals.c; the table holds the differences to the
 * neutral one. Names are kept out: a word that is mostly written with a
 * capital inside sentences is a name and says nothing about other brands. */
#include "pipeline/fit.h"

#include <linear.h>
#include <math.h>

#include "pipeline/fit_private.h"

enum {
    REPLICAS = 8,       /* weights of texts are whole multiples of 1/8 */
    REPLICAS_LIMIT = 256,
    NAME_PERCENT = 75,  /* capital this often inside sentences: a name */
    TITLES_PERCENT = 40, /* a headline's capitals tell nothing */
};
static const double SMALLEST_WEIGHT = 0.02; /* rows below are not written */
/* Pairs of words count less than words while weights are sought: what a pair
 * has learned is held down twice as hard, and carries over to other texts
 * better. Of a tenth of the tweets kept aside 68.4 % instead of 67.8. */
static const double PAIR_VALUE = 0.7;

int fit_open(struct fit **out, const char *folder, struct error *err)
{
    struct fit *f = mem_alloc(sizeof(*f));
    f->names = (struct buf)BUF_INIT(256 * MiB);
    f->slot_mask = (1u << 16) - 1;
    f->slots = mem_alloc((f->slot_mask + 1) * sizeof(*f->slots));
    if (lexicon_load(&f->lexicon, folder, NULL, false, err)) {
        fit_close(f);
        return -1;
    }
    *out = f;
    return 0;
}

void fit_close(struct fit *f)
{
    if (!f)
        return;
    lexicon_release(&f->lexicon);
    words_release(&f->words);
    look_release(&f->look);
    buf_release(&f->names);
    mem_free(f->vocables);
    mem_free(f->slots);
    mem_free(f->terms);
    mem_free(f->samples);
    mem_free(f);
}

void fit_source(struct fit *f, double share)
{
    if (f->sources < 255)
        f->sources++;
    f->shares[f->sources] = share;
}

/* --- reading texts --------------------------------------------------- */

static void grow_slots(struct fit *f)
{
    f->slot_mask = f->slot_mask * 2 + 1;
    mem_free(f->slots);
    f->slots = mem_alloc((f->slot_mask + 1) * sizeof(*f->slots));
    for (size_t i = 0; i < f->vocable_count; i++) {
        size_t at = f->vocables[i].hash & f->slot_mask;
        while (f->slots[at])
            at = (at + 1) & f->slot_mask;
        f->slots[at] = (uint32_t)i + 1;
    }
}

static uint32_t vocable_of(struct fit *f, uint64_t hash)
{
    size_t at = hash & f->slot_mask;
    for (; f->slots[at]; at = (at + 1) & f->slot_mask)
        if (f->vocables[f->slots[at] - 1].hash == hash)
            return f->slots[at] - 1;
    f->vocables = mem_grow(f->vocables, &f->vocable_room, f->vocable_count,
                           sizeof(*f->vocables));
    f->vocables[f->vocable_count] =
        (struct vocable){ .hash = hash, .name = NOWHERE,
                          .last_text = NOWHERE,
                          .parts = { NOWHERE, NOWHERE } };
    f->slots[at] = (uint32_t)++f->vocable_count;
    if (f->vocable_count * 2 > f->slot_mask)
        grow_slots(f);
    return (uint32_t)f->vocable_count - 1;
}

/* A word's spelling, kept only if it leads back to the same hash. */
static void spell(struct fit *f, struct vocable *v, const struct word *item,
                  struct words *scratch)
{
    struct text t = { f->words.folded + item->start, item->length };
    switch (item->kind) {
    case WORD_NUMBER: t = TEXT("<number>"); break;
    case WORD_LINK: t = TEXT("<link>"); break;
    case WORD_HANDLE: t = TEXT("<handle>"); break;
    case WORD_HASHTAG:
        t.data++;
        t.length--;
        break;
    case WORD_PUNCTUATION:
        if (t.length > 2 && !((unsigned char)*t.data & 0x80))
            t.length = 2;
        break;
    default: break;
    }
    if (t.length == 0 || t.length > 60 || *t.data == '#' || *t.data == '=' ||
        memchr(t.data, ' ', t.length) ||
        lexicon_hash(&f->lexicon, scratch, t.data, t.length) != v->hash)
        return;
    v->name = (uint32_t)f->names.length;
    buf_add(&f->names, t.data, t.length);
    buf_putc(&f->names, '\0');
}

static void spell_phrase(struct fit *f, struct vocable *v, const char *name,
                         struct words *scratch)
{
    size_t length = strlen(name);
    if (v->name != NOWHERE || *name == '#' || *name == '=' ||
        lexicon_hash(&f->lexicon, scratch, name, length) != v->hash)
        return;
    v->name = (uint32_t)f->names.length;
    buf_add(&f->names, name, length + 1);
}

/* Capitals count inside a sentence only, hashtags as names. */
static void count_case(const struct fit *f, struct vocable *v, size_t index)
{
    const struct word *item = &f->words.items[index];
    if (item->kind == WORD_HASHTAG)
        v->titled++;
    if (item->kind != WORD_PLAIN)
        return;
    bool inside = index > 0 && (item - 1)->kind != WORD_PUNCTUATION &&
                  !(item->flags & WORD_BREAK);
    if (!(item->flags & WORD_TITLE))
        v->plain++;
    else if (inside && !f->headline && !(item->flags & WORD_CAPS))
        v->titled++;
}

struct reading {
    struct fit *fit;
    struct words scratch;
};

static void take(void *context, const struct term *t)
{
    struct reading *r = context;
    struct fit *f = r->fit;
    bool phrase = t->first != t->last && t->hash == t->key;
    bool pair = t->first != t->last && !phrase;
    uint32_t word = vocable_of(f, t->key);
    uint32_t text = (uint32_t)f->sample_count - 1;
    if (phrase) {
        spell_phrase(f, &f->vocables[word], lexicon_name(&f->lexicon, t->entry),
                     &r->scratch);
    } else if (!pair) {
        f->before = f->now;
        f->now = word;
        if (f->vocables[word].name == NOWHERE)
            spell(f, &f->vocables[word], &f->words.items[t->last],
                  &r->scratch);
        count_case(f, &f->vocables[word], t->last);
    }
    uint32_t id = vocable_of(f, t->hash);
    struct vocable *v = &f->vocables[id];
    if (pair) {
        v->parts[0] = f->before;
        v->parts[1] = word;
    } else if (t->hash != t->key) {
        v->parts[0] = word;
        v->negated = true;
    }
    v->taken = true;
    v->texts += v->last_text != text;
    v->last_text = text;
    f->terms = mem_grow(f->terms, &f->term_room, f->term_count,
                        sizeof(*f->terms));
    f->terms[f->term_count++] = id;
}

void fit_add(struct fit *f, struct text text, enum label label)
{
    struct signals seen;
    struct reading r = { f, WORDS_INIT };
    if (label == LABEL_UNSCORED)
        return;
    words_split(&f->words, text);
    f->samples = mem_grow(f->samples, &f->sample_room, f->sample_count,
                          sizeof(*f->samples));
    struct sample *s = &f->samples[f->sample_count++];
    *s = (struct sample){ .first = f->term_count, .label = (uint8_t)label,
                          .source = (uint8_t)f->sources };
    look_up(&f->look, &f->lexicon, &f->words, NULL);
    signals_read(&f->look, 0, f->words.count, &seen, NULL, false, NULL, NULL);
    f->headline = seen.value[SIGNAL_TITLES] * 100 > TITLES_PERCENT;
    signals_read(&f->look, 0, f->words.count, &seen, take, true, NULL, &r);
    s->count = f->term_count - s->first;
    memcpy(s->signals, seen.value, sizeof(s->signals));
    words_release(&r.scratch);
}
/* --- the problem ----------------------------------------------------- */

static bool barred_word(const struct fit *f, const struct vocable *v)
{
    const struct entry *e = lexicon_find(&f->lexicon, v->hash);
    if (e && e->flags & ENTRY_KEPT_OUT)
        return true;
    if (e && e->flags & (ENTRY_VALENCE | ENTRY_COMMON))
        return false;
    return (uint64_t)v->titled * 100 >
           (uint64_t)(v->titled + v->plain) * NAME_PERCENT;
}

static const char *name_of(const struct fit *f, uint32_t word)
{
    return f->names.data + f->vocables[word].name;
}

/* A marked word or a pair gets its spelling from its parts. */
static void spell_whole(struct fit *f, struct vocable *v,
                        struct words *scratch)
{
    struct buf whole = BUF_INIT(1024);
    if (v->negated)
        buf_printf(&whole, "!%s", name_of(f, v->parts[0]));
    else
        buf_printf(&whole, "%s %s", name_of(f, v->parts[0]),
                   name_of(f, v->parts[1]));
    if (lexicon_hash(&f->lexicon, scratch, whole.data, whole.length) ==
        v->hash) {
        v->name = (uint32_t)f->names.length;
        buf_add(&f->names, whole.data, whole.length + 1);
    }
    buf_release(&whole);
}

/* Which terms take part, and in which column. */
size_t fit_choose(struct fit *f, uint64_t least_texts,
                  struct fit_result *result)
{
    struct words scratch = WORDS_INIT;
    size_t columns = SIGNAL_COUNT;
    for (size_t i = 0; i < f->vocable_count; i++)
        if (f->vocables[i].parts[0] == NOWHERE)
            f->vocables[i].barred = barred_word(f, &f->vocables[i]);
    for (size_t i = 0; i < f->vocable_count; i++) {
        struct vocable *v = &f->vocables[i];
        if (!v->taken || v->texts < least_texts)
            continue;
        for (int part = 0; part < 2 && v->parts[part] != NOWHERE; part++) {
            const struct vocable *word = &f->vocables[v->parts[part]];
            v->barred = v->barred || word->barred || word->name == NOWHERE;
        }
        if (!v->barred && v->parts[0] != NOWHERE)
            spell_whole(f, v, &scratch);
        result->kept_out += v->barred;
        if (!v->barred && v->name != NOWHERE)
            v->column = (uint32_t)++columns;
    }
    words_release(&scratch);
    return columns;
}

/* How often a text is counted, so that labels and sources are balanced. */
static void replicas(const struct fit *f, unsigned out[256][CLASSES + 1])
{
    size_t counts[256][CLASSES + 1] = { { 0 } }, most = 1;
    for (size_t i = 0; i < f->sample_count; i++)
        counts[f->samples[i].source][f->samples[i].label]++;
    for (unsigned s = 0; s <= f->sources; s++)
        for (int c = 1; c <= CLASSES; c++)
            if (f->shares[s] >= 1 && counts[s][c] > most)
                most = counts[s][c];
    for (unsigned s = 0; s <= f->sources; s++)
        for (int c = 1; c <= CLASSES; c++) {
            double n = counts[s][c] ? (double)counts[s][c] : 1;
            double wanted = f->shares[s] * REPLICAS * (double)most / n;
            out[s][c] = (unsigned)fmin(fmax(lround(wanted), 1),
                                       REPLICAS_LIMIT);
        }
}

struct task {
    struct problem problem;
    struct feature_node *nodes; /* owned; rows end with index -1 */
    struct feature_node **rows; /* owned; a row may stand several times */
    double *labels;             /* owned; of rows */
    uint8_t *classes;           /* owned; of rows */
};

static void task_release(struct task *t)
{
    mem_free(t->nodes);
    mem_free(t->rows);
    mem_free(t->labels);
    mem_free(t->classes);
}

double fit_term_value(const struct fit *f, const struct sample *s)
{
    size_t words = 0;
    for (size_t i = 0; i < s->count; i++)
        words += f->vocables[f->terms[s->first + i]].parts[1] == NOWHERE;
    return 1 / sqrt(words ? (double)words : 1);
}

/* 1, or less for a pair of words. */
static double share_of(const struct vocable *v)
{
    return v->parts[1] == NOWHERE ? 1 : PAIR_VALUE;
}

static struct feature_node *write_row(const struct fit *f,
                                      const struct sample *s,
                                      struct feature_node *at)
{
    for (int i = 0; i < SIGNAL_COUNT; i++)
        if (s->signals[i] > 0)
            *at++ = (struct feature_node){ i + 1, (double)s->signals[i] };
    double value = fit_term_value(f, s);
    for (size_t i = 0; i < s->count; i++) {
        const struct vocable *v = &f->vocables[f->terms[s->first + i]];
        if (v->column)
            *at++ = (struct feature_node){ (int)v->column,
                                           value * share_of(v) };
    }
    *at++ = (struct feature_node){ -1, 0 };
    return at;
}

static void build(const struct fit *f, size_t columns, struct task *t)
{
    static const size_t most_signals = SIGNAL_COUNT + 1;
    unsigned times[256][CLASSES + 1];
    size_t rows = 0;
    replicas(f, times);
    for (size_t i = 0; i < f->sample_count; i++)
        rows += times[f->samples[i].source][f->samples[i].label];
    t->nodes = mem_alloc((f->term_count + f->sample_count * most_signals) *
                         sizeof(*t->nodes));
    t->rows = mem_alloc(rows * sizeof(struct feature_node *));
    t->labels = mem_alloc(rows * sizeof(*t->labels));
    t->classes = mem_alloc(rows);
    struct feature_node *at = t->nodes;
    size_t row = 0;
    for (size_t i = 0; i < f->sample_count; i++) {
        const struct sample *s = &f->samples[i];
        struct feature_node *start = at;
        at = write_row(f, s, at);
        for (unsigned n = times[s->source][s->label]; n; n--) {
            t->classes[row] = s->label;
            t->rows[row++] = start;
        }
    }
    t->problem = (struct problem){ .l = (int)rows, .n = (int)columns,
                                   .y = t->labels, .x = t->rows,
                                   .bias = -1 };
}

static void silent(const char *text)
{
    (void)text;
}

/* One label against the others: a weight a column, index 0 unused. */
static int regress(struct task *t, int label, double cost, double *weights,
                   struct error *err)
{
    struct parameter how = { .solver_type = L2R_LR, .eps = 0.001,
                             .C = cost / REPLICAS };
    for (int i = 0; i < t->problem.l; i++)
        t->labels[i] = t->classes[i] == label ? 1 : -1;
    const char *fault = check_parameter(&t->problem, &how);
    if (fault)
        return error_set(err, ERROR_USAGE, "the fit cannot start: %s", fault);
    set_print_string_function(silent);
    struct model *m = train(&t->problem, &how);
    /* The coefficients speak for the label that came first. */
    for (int i = 1; i <= t->problem.n; i++)
        weights[i] = get_decfun_coef(m, i, 0) * m->label[0];
    free_and_destroy_model(&m);
    return 0;
}

/* --- the table ------------------------------------------------------- */

static int compare_rows(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void fit_rows_add(struct fit_rows *r, const char *term, double positive,
                  double negative)
{
    struct buf row = BUF_INIT(4096);
    buf_printf(&row, "%s\t%.2f\t%.2f\n", term, positive, negative);
    r->rows = mem_grow(r->rows, &r->room, r->count, sizeof(*r->rows));
    r->rows[r->count++] = mem_slice(row.data, row.length);
    buf_release(&row);
}

void fit_rows_write(struct fit_rows *r, struct buf *out)
{
    qsort(r->rows, r->count, sizeof(*r->rows), compare_rows);
    for (size_t i = 0; i < r->count; i++) {
        buf_puts(out, r->rows[i]);
        mem_free(r->rows[i]);
    }
    mem_free(r->rows);
    *r = (struct fit_rows){ NULL, 0, 0 };
}

static void write_rows(const struct fit *f, double *const w[CLASSES + 1],
                       struct buf *out, struct fit_result *result)
{
    struct fit_rows rows = { NULL, 0, 0 };
    for (size_t i = 0; i < SIGNAL_COUNT + f->vocable_count; i++) {
        const struct vocable *v =
            i < SIGNAL_COUNT ? NULL : &f->vocables[i - SIGNAL_COUNT];
        size_t column = v ? v->column : i + 1;
        if (!column)
            continue;
        double share = v ? share_of(v) : 1;
        double neutral = w[LABEL_NEUTRAL][column];
        double positive = (w[LABEL_POSITIVE][column] - neutral) * share;
        double negative = (w[LABEL_NEGATIVE][column] - neutral) * share;
        if (v && fabs(positive) < SMALLEST_WEIGHT &&
            fabs(negative) < SMALLEST_WEIGHT)
            continue;
        fit_rows_add(&rows, v ? f->names.data + v->name : signal_names[i],
                     positive, negative);
    }
    result->terms = rows.count;
    fit_rows_write(&rows, out);
}

int fit_weights(struct fit *f, double cost, uint64_t least_texts,
                struct buf *out, struct fit_result *result,
                struct error *err)
{
    struct task task = { .rows = NULL };
    double *weights[CLASSES + 1] = { NULL };
    int status = 0;
    *result = (struct fit_result){ .texts = f->sample_count };
    if (f->sample_count < 10)
        return error_set(err, ERROR_USAGE, "a fit needs ten labelled texts "
                         "at least; %zu were read", f->sample_count);
    size_t columns = fit_choose(f, least_texts, result);
    build(f, columns, &task);
    for (int c = 1; status == 0 && c <= CLASSES; c++) {
        weights[c] = mem_alloc((columns + 1) * sizeof(double));
        status = regress(&task, c, cost, weights[c], err);
    }
    if (status == 0)
        write_rows(f, weights, out, result);
    for (int c = 1; c <= CLASSES; c++)
        mem_free(weights[c]);
    task_release(&task);
    return status;
}
