/* SPDX-License-Identifier: Apache-2.0 */
/* swell accuracy: how often the sentiment label is right, on texts that
 * people labelled. Changes nothing. */
#include <ctype.h>
#include <strings.h>

#include "base/file.h"
#include "commands/labelled.h"
#include "commands/reading.h"
#include "digest/stats.h"
#include "pipeline/sentiment.h"

enum { RESAMPLES = 1000, TAIL = RESAMPLES * 25 / 1000 };
static const uint64_t SEED = 20150217; /* same file, same interval */

struct flags {
    char *format, *lexicon, *language, *ids, *predictions;
    bool targets;
};

static const struct option options[] = {
    { "format", OPTION_STRING, "text", FLAG(format), "text or json" },
    { "lexicon", OPTION_STRING, NULL, FLAG(lexicon),
      "a lexicon of your own on top (ours, VADER's or AFINN's format)" },
    { "language", OPTION_STRING, "en", FLAG(language),
      "folder below lexicons/" },
    { "targets", OPTION_BOOL, NULL, FLAG(targets),
      "the file has a term column: score the term's clause" },
    { "ids", OPTION_STRING, NULL, FLAG(ids),
      "only rows whose id has this in it" },
    { "predictions", OPTION_STRING, NULL, FLAG(predictions),
      "also write id and label of every text to this file" },
    OPTION_END
};

/* Gold label and ours of one text; of a term also that of its whole text. */
struct pair {
    uint64_t text; /* hash */
    uint8_t gold, said, whole;
};

/* Terms that stand together, and how many of them each way gets right. */
struct terms {
    unsigned all, whole, said;
};

struct judging {
    const struct flags *flags;
    struct scorer *scorer;
    struct words words;
    struct pair *pairs;  /* owned */
    size_t count, room;
    struct buf predictions;
};

struct figures {
    unsigned confusion[LABEL_COUNT][LABEL_COUNT]; /* [gold][said] */
    double recall, f1, accuracy;                  /* 0 to 1 */
};

static void judge_figures(struct figures *f)
{
    int classes = 0;
    unsigned right = 0, all = 0;
    f->recall = f->f1 = 0;
    for (int c = LABEL_NEGATIVE; c < LABEL_COUNT; c++) {
        unsigned gold = 0, said = 0, hit = f->confusion[c][c];
        for (int d = LABEL_NEGATIVE; d < LABEL_COUNT; d++) {
            gold += f->confusion[c][d];
            said += f->confusion[d][c];
        }
        right += hit;
        all += gold;
        if (gold == 0)
            continue;
        classes++;
        f->recall += (double)hit / gold;
        f->f1 += 2.0 * hit / (gold + said);
    }
    f->recall /= classes ? classes : 1;
    f->f1 /= classes ? classes : 1;
    f->accuracy = all ? (double)right / all : 0;
}

static uint64_t next_random(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u); /* splitmix64 */
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* Macro-recall of texts drawn again and again: its middle 95 %. */
static void bootstrap(const struct judging *j, double *low, double *high)
{
    static const struct figures none;
    double recalls[RESAMPLES];
    uint64_t state = SEED;
    for (int r = 0; r < RESAMPLES; r++) {
        struct figures f = none;
        for (size_t i = 0; i < j->count; i++) {
            const struct pair *p = &j->pairs[next_random(&state) % j->count];
            f.confusion[p->gold][p->said]++;
        }
        judge_figures(&f);
        recalls[r] = f.recall;
    }
    stats_sort(recalls, RESAMPLES);
    *low = recalls[TAIL];
    *high = recalls[RESAMPLES - 1 - TAIL];
}

static bool is_letter(struct text t, size_t at)
{
    return at < t.length && isalpha((unsigned char)t.data[at]);
}

/* Where the term stands in the text, letters of any case: the first place
 * that is no part of a longer word ("bar" in "barely"), else the first. */
static bool find_term(struct text t, struct text term, struct span *out)
{
    bool found = false;
    for (size_t at = 0; at + term.length <= t.length; at++) {
        if (strncasecmp(t.data + at, term.data, term.length) != 0)
            continue;
        bool inside = (at && is_letter(t, at - 1)) ||
                      is_letter(t, at + term.length);
        if (!found || !inside)
            *out = (struct span){ (uint32_t)at, (uint32_t)term.length };
        found = true;
        if (!inside)
            break;
    }
    return found;
}

static int judge(void *context, const struct labelled *row, struct error *err)
{
    struct judging *j = context;
    struct tags tags = { 0 };
    struct span span = { 0, 0 };
    if (j->flags->ids && !memmem(row->id.data, row->id.length, j->flags->ids,
                                 strlen(j->flags->ids)))
        return 0;
    if (j->flags->targets &&
        (!row->term.length || !find_term(row->text, row->term, &span)))
        return error_set(err, ERROR_INPUT, "--targets needs a term that stands "
                         "in the text: id, label, term, text");
    words_split(&j->words, row->text);
    scorer_read(j->scorer, &j->words, NULL);
    scorer_score(j->scorer, 0, j->words.count, &tags, NULL, NULL);
    struct pair pair = { .text = words_hash(row->text.data, row->text.length),
                         .gold = (uint8_t)row->label, .whole = tags.label };
    if (j->flags->targets)
        scorer_mention(j->scorer, words_around(&j->words, span), false,
                       &tags);
    pair.said = tags.label;
    j->pairs = mem_grow(j->pairs, &j->room, j->count, sizeof(*j->pairs));
    j->pairs[j->count++] = pair;
    buf_add(&j->predictions, row->id.data, row->id.length);
    buf_printf(&j->predictions, "\t%s\n", label_names[tags.label]);
    return 0;
}

static int compare_texts(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    return (x->text > y->text) - (x->text < y->text);
}

static void count_terms(struct terms *t, const struct pair *pairs, size_t n)
{
    for (const struct pair *p = pairs; p < pairs + n; p++) {
        t->all++;
        t->whole += p->whole == p->gold;
        t->said += p->said == p->gold;
    }
}

/* Terms of all texts, of those that feel differently about several, and of
 * those that praise one and blame another: there no label of the text as a
 * whole can be right. Orders the pairs by text. */
static void part_terms(const struct judging *j, struct terms parts[3])
{
    const unsigned both = 1u << LABEL_POSITIVE | 1u << LABEL_NEGATIVE;
    qsort(j->pairs, j->count, sizeof(*j->pairs), compare_texts);
    count_terms(&parts[0], j->pairs, j->count);
    for (size_t from = 0, until; from < j->count; from = until) {
        const struct pair *first = &j->pairs[from];
        unsigned golds = 0;
        for (until = from; until < j->count &&
                           j->pairs[until].text == first->text; until++)
            golds |= 1u << j->pairs[until].gold;
        if (golds & (golds - 1))
            count_terms(&parts[1], first, until - from);
        if ((golds & both) == both)
            count_terms(&parts[2], first, until - from);
    }
}

static void print_parts(const struct judging *j, struct writer *w)
{
    static const char *const names[] = {
        "terms", "terms of texts that feel differently about several",
        "terms of texts that praise one and blame another",
    };
    static const char *const keys[] = { "terms", "differing", "praise_blame" };
    struct terms parts[3] = { { 0, 0, 0 } };
    part_terms(j, parts);
    if (!w)
        puts("\n   whole text   its clause  right about a term");
    for (int i = 0; i < 3; i++) {
        double all = parts[i].all ? parts[i].all : 1;
        if (!w && !parts[i].all)
            continue;
        double whole = parts[i].whole / all, said = parts[i].said / all;
        if (!w) {
            printf("%12.1f%%%13.1f%%  of %u %s\n", 100 * whole, 100 * said,
                   parts[i].all, names[i]);
            continue;
        }
        write_begin(w, keys[i], '{');
        write_count(w, "count", parts[i].all);
        write_real(w, "whole_accuracy", whole);
        write_real(w, "clause_accuracy", said);
        write_end(w, '}');
    }
}

static void print_text(const struct judging *j, const struct figures *f,
                       double low, double high)
{
    printf("%zu texts. Rows: what people said; columns: what swell said.\n\n"
           "           negative   neutral  positive    recall\n", j->count);
    for (int c = LABEL_NEGATIVE; c < LABEL_COUNT; c++) {
        unsigned all = 0;
        printf("%-9s", label_names[c]);
        for (int d = LABEL_NEGATIVE; d < LABEL_COUNT; d++) {
            printf("%10u", f->confusion[c][d]);
            all += f->confusion[c][d];
        }
        if (all)
            printf("%9.1f%%\n", 100.0 * f->confusion[c][c] / all);
        else
            printf("         -\n");
    }
    printf("\nmacro-recall  %.1f%%  (95%% of resamples: %.1f%% to %.1f%%)\n"
           "macro-F1      %.1f%%\naccuracy      %.1f%%\n",
           100 * f->recall, 100 * low, 100 * high, 100 * f->f1,
           100 * f->accuracy);
    if (j->flags->targets)
        print_parts(j, NULL);
}

static void print_json(const struct judging *j, const struct figures *f,
                       double low, double high, struct writer *w)
{
    write_begin(w, NULL, '{');
    write_count(w, "texts", j->count);
    write_begin(w, "confusion", '{');
    for (int c = LABEL_NEGATIVE; c < LABEL_COUNT; c++) {
        write_begin(w, label_names[c], '{');
        for (int d = LABEL_NEGATIVE; d < LABEL_COUNT; d++)
            write_count(w, label_names[d], f->confusion[c][d]);
        write_end(w, '}');
    }
    write_end(w, '}');
    write_real(w, "macro_recall", f->recall);
    write_real(w, "macro_recall_low", low);
    write_real(w, "macro_recall_high", high);
    write_real(w, "macro_f1", f->f1);
    write_real(w, "accuracy", f->accuracy);
    if (j->flags->targets)
        print_parts(j, w);
    write_end(w, '}');
    buf_putc(w->out, '\n');
}

static int report(const struct judging *j, struct invocation *in,
                  struct error *err)
{
    struct figures f = { .recall = 0 };
    double low, high;
    if (j->count == 0)
        return error_set(err, ERROR_INPUT, "no labelled text was found");
    for (size_t i = 0; i < j->count; i++)
        f.confusion[j->pairs[i].gold][j->pairs[i].said]++;
    judge_figures(&f);
    bootstrap(j, &low, &high);
    if (in->format == FORMAT_JSON)
        print_json(j, &f, low, high, &in->writer);
    else
        print_text(j, &f, low, high);
    return EXIT_DONE;
}

static int run(struct invocation *in, struct error *err)
{
    const struct flags *f = in->flags;
    struct judging j = { .flags = f, .words = WORDS_INIT };
    struct sentiment *sentiment = NULL;
    struct buf folder = BUF_INIT(4096);
    int status = -1;
    if (in->argc != 1)
        return error_set(err, ERROR_USAGE, "one file of labelled texts is "
                         "needed: swell accuracy FILE");
    if (invocation_format(in, f->format, 2, err))
        return -1;
    buf_printf(&folder, "%s/lexicons/%s", data_folder(), f->language);
    if (sentiment_open(&sentiment, folder.data, f->lexicon, err) == 0) {
        j.scorer = scorer_open(sentiment);
        if (labelled_read(in->argv[0], judge, &j, err) == 0)
            status = report(&j, in, err);
    }
    if (status == EXIT_DONE && f->predictions)
        status = file_replace(f->predictions, &j.predictions, err);
    scorer_close(j.scorer);
    sentiment_close(sentiment);
    words_release(&j.words);
    mem_free(j.pairs);
    buf_release(&j.predictions);
    buf_release(&folder);
    return status;
}

const struct command command_accuracy = {
    .name = "accuracy",
    .arguments = "FILE",
    .about = "measure the sentiment label against people's",
    .help =
        "FILE has a header line, then id, label (positive, neutral or\n"
        "negative) and text, cut by tabs; with --targets: id, label, term,\n"
        "text, where the label is what the text says of the term; then it\n"
        "also says how often the label of the whole text would be right.\n"
        "Macro-recall is the mean of the labels' recalls: guessing gives a\n"
        "third, whatever the mix. Labels that FILE never has are left out.\n",
    .options = options,
    .state_size = sizeof(struct flags),
    .run = run,
};
