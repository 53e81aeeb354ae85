/* SPDX-License-Identifier: Apache-2.0 */
/* Fits the weights of topic rows from labelled posts; TAG is suggestion,
 * complaint, quality, service, price or store:
 *
 *     topics_fit DATA LEXICONS TAG [--cv]
 *
 * Logistic regression by coordinate descent. A row made by hand is pulled
 * towards its weight in intents.tsv, a word or pair of words towards 0, so
 * what the texts do not show stays as somebody wrote it; so is what the
 * text's sentiment weighs. Function words are no features. Same input, same
 * bytes. Prints rows of intent_weights.tsv, or with --cv what ten folds give:
 * set 0 complaints or the software forum, 1 its trial half (never trained
 * on), 2 hotel reviews (which bring in no words of their own), 4 support
 * tweets, 5 sentences written for this project.
 * Over 500 lines: reading, fitting and judging share one table. Not part of
 * the program. */
#include <errno.h>
#include <math.h>

#include "base/hash.h"
#include "pipeline/clean.h"
#include "pipeline/sentiment.h"
#include "pipeline/topics.h"

static const char function_words[] =
    "a an the this that these those and or but nor so as at by for from in "
    "into of off on onto out over to up with about than then if when while "
    "because i i'm i've i'd i'll me my mine we we're we've our us you "
    "you're you've u your ur he she his her him it it's its they they're "
    "their them who which what there here be am is are was were been being "
    "do does did has have had having will would can could may might just "
    "no not now get got ready also too very really one two three am pm s t m "
    "re ve ll d amp etc via";

/* The posts judged were chosen for having the tag: this takes what is common
 * to them, and is not printed. */
static const char CHOSEN[] = "=chosen";

enum { FOLDS = 10, ROUNDS = 25, FEATURES = 1 << 20 };

struct feature {
    char *name;
    double weight, prior, pull;
    size_t rows;          /* posts it is in */
    size_t support;       /* of these, those that may bring in words */
    uint32_t first;       /* of its posts in the transposed table */
    bool hand;
};

struct value {
    uint32_t index;        /* of the feature */
    float value;           /* 1, or how positive or negative the text is */
};

struct sample {
    uint32_t first, count; /* uses[] */
    bool label;
    uint8_t fold, set;     /* set: which file */
    double importance;
};

struct fit {
    const char *tag;
    struct topics *topics;
    struct sentiment *sentiment;
    struct scorer *scorer;
    struct spotter *spotter;
    struct arena memory;
    struct words words, function;
    struct feature *features;
    uint32_t *slots;
    size_t feature_count, feature_room;
    struct sample *samples;
    size_t sample_count, sample_room;
    struct value *uses;
    size_t use_count, use_room;
    struct value *posts;  /* transposed: index is a sample's */
    double *margins;
    double bias;
    double pull_hand, pull_word, positive, smallest;
    const char *category;  /* of restaurants; NULL: an intent */
    size_t least;         /* posts a word must be in */
    bool drop_function;   /* advice is told by "if you": not for it */
};

static uint32_t feature_of(struct fit *f, const char *name, size_t length)
{
    uint64_t hash = hash64(name, length);
    for (size_t at = hash & (FEATURES - 1);; at = (at + 1) & (FEATURES - 1)) {
        if (!f->slots[at]) {
            f->features = mem_grow(f->features, &f->feature_room,
                                   f->feature_count, sizeof(*f->features));
            f->features[f->feature_count] = (struct feature){
                .name = mem_slice(name, length), .pull = f->pull_word };
            f->slots[at] = (uint32_t)++f->feature_count;
        }
        struct feature *known = &f->features[f->slots[at] - 1];
        if (strlen(known->name) == length &&
            !memcmp(known->name, name, length))
            return f->slots[at] - 1;
    }
}

/* Once a post. */
static void use_value(struct fit *f, const char *name, size_t length,
                      bool brings, float value)
{
    struct sample *s = &f->samples[f->sample_count - 1];
    uint32_t index = feature_of(f, name, length);
    for (uint32_t i = s->first; i < f->use_count; i++)
        if (f->uses[i].index == index)
            return;
    f->uses = mem_grow(f->uses, &f->use_room, f->use_count,
                       sizeof(*f->uses));
    f->uses[f->use_count++] = (struct value){ index, value };
    s->count++;
    f->features[index].rows++;
    f->features[index].support += brings && s->set != 2 && s->set != 4 &&
                                  s->importance > 0;
}

static void use(struct fit *f, const char *name, size_t length, bool brings)
{
    use_value(f, name, length, brings, 1);
}

static void take_row(void *context, const char *name, const char *row,
                     double weight, struct span span)
{
    struct fit *f = context;
    (void)weight;
    (void)span;
    if (!strcmp(name, f->tag) &&
        f->features[feature_of(f, row, strlen(row))].hand)
        use(f, row, strlen(row), false);
}

static bool plain(const struct words *w, size_t i)
{
    const struct word *item = &w->items[i];
    if (item->kind != WORD_PLAIN || item->length > 24 ||
        item->flags & WORD_LENGTHENED)
        return false;
    for (uint32_t k = 0; k < item->length; k++) {
        char c = w->folded[item->start + k];
        if (!(c >= 'a' && c <= 'z') && c != '\'' && c != '-')
            return false;
    }
    return true;
}

/* They say how a thing is said, and are learned by accident. */
static bool is_function(const struct fit *f, size_t i)
{
    for (size_t k = 0; f->drop_function && k < f->function.count; k++)
        if (f->function.items[k].hash == f->words.items[i].hash)
            return true;
    return false;
}

/* How positive or how negative the text is, where the tag asks for it. */
static void take_feeling(struct fit *f)
{
    struct tags tags = { 0 };
    scorer_read(f->scorer, &f->words, NULL);
    scorer_score(f->scorer, 0, f->words.count, &tags, NULL, NULL);
    const char *name = tags.score < 0 ? "=negative" : "=positive";
    if (tags.score && f->features[feature_of(f, name, 9)].hand)
        use_value(f, name, 9, false, fabsf((float)tags.score) / 1000);
}

/* As topics.c: such marks do not part neighbours. */
static bool soft(const struct words *w, size_t i)
{
    char c = w->folded[w->items[i].start];
    return w->items[i].kind == WORD_PUNCTUATION && !strchr(".!?$%", c);
}

/* Written with a capital within a sentence: a name, rather. */
static bool name_like(const struct words *w, size_t i)
{
    const struct word *item = &w->items[i];
    return i && w->items[i - 1].kind == WORD_PLAIN && item->length > 1 &&
           item->flags & WORD_TITLE &&
           !(item->flags & WORD_CAPS && item->length > 3);
}

static void take_text(struct fit *f, struct text text, bool label,
                      unsigned fold, unsigned set, double importance)
{
    char pair[80];
    f->samples = mem_grow(f->samples, &f->sample_room, f->sample_count,
                          sizeof(*f->samples));
    f->samples[f->sample_count++] = (struct sample){
        .first = (uint32_t)f->use_count, .label = label,
        .fold = (uint8_t)fold, .set = (uint8_t)set,
        .importance = importance };
    if (set == 4)
        use(f, CHOSEN, strlen(CHOSEN), false);
    words_split(&f->words, clean_entities(&f->memory, text));
    spotter_read(f->spotter, &f->words, NULL);
    spotter_explain(f->spotter, 0, take_row, f);
    take_feeling(f);
    for (size_t i = 0; i < f->words.count; i++) {
        const struct word *item = &f->words.items[i];
        if (!plain(&f->words, i))
            continue;
        bool brings = !name_like(&f->words, i);
        bool function = is_function(f, i);
        if (!function)
            use(f, f->words.folded + item->start, item->length, brings);
        size_t next = i + 1;
        while (next < f->words.count && soft(&f->words, next))
            next++;
        if (next < f->words.count && plain(&f->words, next) &&
            !(function && is_function(f, next))) {
            const struct word *other = &f->words.items[next];
            int n = snprintf(pair, sizeof(pair), "%.*s %.*s",
                             (int)item->length,
                             f->words.folded + item->start,
                             (int)other->length,
                             f->words.folded + other->start);
            use(f, pair, (size_t)n,
                brings && !name_like(&f->words, next));
        }
    }
}

/* --- files --------------------------------------------------------------- */

static FILE *open_file(const char *folder, const char *name)
{
    char path[4096];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "re");
    if (!file) {
        fprintf(stderr, "topics_fit: %s: %s\n", path, strerror(errno));
        exit(1);
    }
    return file;
}

static size_t cut(char *line, char *cells[], size_t room)
{
    size_t count = 1;
    cells[0] = line;
    line[strcspn(line, "\r\n")] = '\0';
    for (char *at = line; count < room && (at = strchr(at, '\t'));) {
        *at++ = '\0';
        cells[count++] = at;
    }
    return count;
}

/* label and text: columns. Posts of one thread fall into one fold. */
static void read_posts(struct fit *f, const char *folder, const char *name,
                       size_t label, size_t text, unsigned set,
                       double importance)
{
    FILE *file = open_file(folder, name);
    char *line = NULL, *cells[5];
    size_t room = 0, number = 0;
    while (getline(&line, &room, file) >= 0) {
        if (cut(line, cells, 5) <= text || number++ == 0)
            continue;
        size_t thread = strcspn(cells[0], "_");
        uint64_t fold = strchr(cells[0], '_') ? hash64(cells[0], thread)
                                              : number / 5 * 7919;
        size_t length = strlen(cells[text]);
        if (length > 1 && *cells[text] == '"') { /* the file's own quotes */
            cells[text]++;
            length -= cells[text][length - 2] == '"' ? 2 : 1;
        }
        take_text(f, (struct text){ cells[text], length },
                  *cells[label] == '1', (unsigned)(fold % FOLDS), set,
                  importance);
    }
    mem_free(line);
    fclose(file);
}

/* Tweets to airlines: whoever is negative complains, mostly. They weigh
 * little and only add to the words. */
static void read_airline(struct fit *f, const char *folder, double importance)
{
    FILE *file = open_file(folder, "posts/airline_2015.tsv");
    char *line = NULL, *cells[9];
    size_t room = 0, number = 0;
    while (getline(&line, &room, file) >= 0) {
        if (cut(line, cells, 9) < 9 || number++ == 0)
            continue;
        take_text(f, text_of(cells[8]), !strcmp(cells[3], "negative"), FOLDS,
                  3, importance);
    }
    mem_free(line);
    fclose(file);
}

/* Sentences written for this project, as shoppers write. */
static void read_own(struct fit *f, const char *folder, double importance)
{
    FILE *file = open_file(folder, "intent_texts.tsv");
    char *line = NULL, *cells[3];
    size_t room = 0, number = 0;
    while (getline(&line, &room, file) >= 0) {
        if (cut(line, cells, 3) < 3 || number++ == 0)
            continue;
        take_text(f, text_of(cells[2]), strstr(cells[1], f->tag) != NULL,
                  (unsigned)(number % FOLDS), 5, importance);
    }
    mem_free(line);
    fclose(file);
}

/* Posts of a file whose tags were read by eye: tests/tools/suggestions.tsv
 * has file, id and 1 where the tag was right. They bring in no words. */
static void read_judged(struct fit *f, const char *folder, const char *name,
                        const char *file_as, size_t text, double importance)
{
    FILE *posts = open_file(folder, name);
    FILE *judged = open_file("tests/tools", "suggestions.tsv");
    char *line = NULL, *cells[8], *verdict = NULL, *of[3];
    size_t room = 0, verdict_room = 0, number = 0;
    while (getline(&verdict, &verdict_room, judged) >= 0) {
        if (cut(verdict, of, 3) < 3 || strcmp(of[0], file_as) != 0)
            continue;
        rewind(posts);
        while (getline(&line, &room, posts) >= 0)
            if (cut(line, cells, 8) > text && !strcmp(cells[0], of[1])) {
                take_text(f, text_of(cells[text]), *of[2] == '1',
                          (unsigned)(number++ % FOLDS), 4, importance);
                break;
            }
    }
    mem_free(line);
    mem_free(verdict);
    fclose(judged);
    fclose(posts);
}

/* Four fifths of the restaurants; topics_score judges on the last. */
static void read_restaurants(struct fit *f, const char *folder)
{
    FILE *file = open_file(folder,
                           "aspects/absa_restaurants14_train_categories.tsv");
    char *line = NULL, *cells[3];
    size_t room = 0, number = 0;
    while (getline(&line, &room, file) >= 0) {
        if (cut(line, cells, 3) < 3 || number++ == 0)
            continue;
        uint64_t hash = hash64(cells[0], strlen(cells[0]));
        if (hash % 5)
            take_text(f, text_of(cells[2]),
                      strstr(cells[1], f->category) != NULL,
                      (unsigned)(hash / 5 % FOLDS), 0, 1);
    }
    mem_free(line);
    fclose(file);
}

/* Rows made by hand, and what somebody thinks they weigh. */
static void read_hand(struct fit *f, const char *folder)
{
    FILE *file = open_file(folder, f->category ? "aspects.tsv"
                                               : "intents.tsv");
    char *line = NULL, *cells[3];
    size_t room = 0;
    while (getline(&line, &room, file) >= 0) {
        size_t count = cut(line, cells, 3);
        if (count < 2 || strcmp(cells[0], f->tag) != 0 ||
            !strcmp(cells[1], "=bias"))
            continue;
        uint32_t i = feature_of(f, cells[1], strlen(cells[1]));
        f->features[i].hand = true;
        f->features[i].pull = f->pull_hand;
        f->features[i].prior = count == 3 ? strtod(cells[2], NULL) : 1;
    }
    struct feature *chosen =
        &f->features[feature_of(f, CHOSEN, strlen(CHOSEN))];
    chosen->hand = true;
    chosen->pull = 1e-3;
    mem_free(line);
    fclose(file);
}

/* --- fitting ------------------------------------------------------------- */

static void transpose(struct fit *f)
{
    uint32_t at = 0;
    f->posts = mem_alloc((f->use_count + 1) * sizeof(*f->posts));
    f->margins = mem_alloc(f->sample_count * sizeof(*f->margins));
    for (size_t i = 0; i < f->feature_count; i++) {
        f->features[i].first = at;
        at += (uint32_t)f->features[i].rows;
        f->features[i].rows = 0;
    }
    for (size_t s = 0; s < f->sample_count; s++)
        for (uint32_t k = 0; k < f->samples[s].count; k++) {
            struct feature *x =
                &f->features[f->uses[f->samples[s].first + k].index];
            f->posts[x->first + x->rows++] = (struct value){
                (uint32_t)s, f->uses[f->samples[s].first + k].value };
        }
}

/* Rare words and names stay out. */
static bool admitted(const struct fit *f, const struct feature *x)
{
    return x->hand || (x->support >= f->least && x->support * 2 > x->rows);
}

static bool in_training(const struct sample *s, int fold)
{
    return s->fold != fold && s->importance > 0;
}

/* Of the k-th post that x is in (x NULL: of all). */
static void add_margin(struct fit *f, const struct feature *x, size_t k,
                       double move)
{
    if (x)
        f->margins[f->posts[x->first + k].index] +=
            move * (double)f->posts[x->first + k].value;
    else
        f->margins[k] += move;
}

/* One Newton step on one weight (x NULL: the bias). */
static void step(struct fit *f, struct feature *x, int fold)
{
    double slope = 0, bend = 1e-6;
    size_t count = x ? x->rows : f->sample_count;
    for (size_t k = 0; k < count; k++) {
        size_t s = x ? f->posts[x->first + k].index : k;
        double value = x ? (double)f->posts[x->first + k].value : 1;
        if (!in_training(&f->samples[s], fold))
            continue;
        double p = 1 / (1 + exp(-f->margins[s]));
        double weight = f->samples[s].importance *
                        (f->samples[s].label ? f->positive : 1);
        slope += weight * (p - f->samples[s].label) * value;
        bend += weight * p * (1 - p) * value * value;
    }
    if (x) {
        slope += x->pull * (x->weight - x->prior);
        bend += x->pull;
    }
    double move = -slope / bend;
    move = move > 1 ? 1 : move < -1 ? -1 : move;
    *(x ? &x->weight : &f->bias) += move;
    for (size_t k = 0; k < count; k++)
        add_margin(f, x, k, move);
}

/* What hardly weighs is not worth a row. */
static void forget_small(struct fit *f, struct feature *x)
{
    if (x->hand || fabs(x->weight) >= f->smallest)
        return;
    for (size_t k = 0; k < x->rows; k++)
        add_margin(f, x, k, -x->weight);
    x->weight = 0;
}

static void train(struct fit *f, int fold)
{
    f->bias = 0;
    memset(f->margins, 0, f->sample_count * sizeof(*f->margins));
    for (size_t i = 0; i < f->feature_count; i++) {
        struct feature *x = &f->features[i];
        x->weight = x->hand ? x->prior : 0;
        for (size_t k = 0; k < x->rows; k++)
            add_margin(f, x, k, x->weight);
    }
    for (int round = 0; round < ROUNDS; round++) {
        step(f, NULL, fold);
        for (size_t i = 0; i < f->feature_count; i++)
            if (admitted(f, &f->features[i]))
                step(f, &f->features[i], fold);
    }
    step(f, NULL, fold);
    for (size_t i = 0; i < f->feature_count; i++)
        forget_small(f, &f->features[i]);
}

struct counts {
    size_t right[2], said[2], is[2];
};

static void report(const struct counts *c, const char *name)
{
    double f1[2], p = 0, r = 0;
    for (int label = 0; label < 2; label++) {
        double right = (double)c->right[label];
        p = c->said[label] ? right / (double)c->said[label] : 0;
        r = c->is[label] ? right / (double)c->is[label] : 0;
        f1[label] = p + r > 0 ? 2 * p * r / (p + r) : 0;
    }
    /* were one text in ten of the kind */
    double wrong = 1 - (double)c->right[0] / (double)c->is[0];
    double rare = r > 0 ? r / (r + 9 * wrong) : 0;
    printf("%s: precision %.3f recall %.3f F1 %.3f macro-F1 %.3f of %zu; "
           "one in ten: %.3f\n",
           name, p, r, f1[1], (f1[0] + f1[1]) / 2, c->is[0] + c->is[1],
           rare > 0 ? 2 * rare * r / (rare + r) : 0);
}

static void cross_validate(struct fit *f)
{
    struct counts counts[6] = { { { 0 }, { 0 }, { 0 } } };
    static const char *const names[] = { "set 0", "set 1", "set 2", "set 3",
                                         "set 4", "set 5" };
    for (int fold = 0; fold < FOLDS; fold++) {
        train(f, fold);
        for (size_t s = 0; s < f->sample_count; s++) {
            const struct sample *x = &f->samples[s];
            if (x->fold != fold)
                continue; /* FOLDS: never judged */
            int said = f->margins[s] > 0;
            struct counts *c = &counts[x->set];
            c->said[said]++;
            c->is[x->label]++;
            c->right[said] += said == x->label;
        }
    }
    for (int i = 0; i < 6; i++)
        if (counts[i].is[0] + counts[i].is[1])
            report(&counts[i], names[i]);
}

static void print_weights(const struct fit *f)
{
    printf("%s\t=bias\t%.2f\n", f->tag, f->bias);
    for (size_t i = 0; i < f->feature_count; i++) {
        const struct feature *x = &f->features[i];
        if (!strcmp(x->name, CHOSEN))
            continue;
        if (x->hand ? fabs(x->weight - x->prior) >= 0.005
                    : x->weight != 0 && admitted(f, x))
            printf("%s\t%s\t%.2f\n", f->tag, x->name, x->weight);
    }
}

/* The pulls and shares that did best in ten folds. */
static void choose(struct fit *f, const char *tag)
{
    static const char *const categories[][2] = {
        { "quality", "food:" }, { "service", "service:" },
        { "price", "price:" }, { "store", "ambience:" },
    };
    bool complaint = !strcmp(tag, "complaint");
    f->tag = tag;
    f->pull_hand = complaint ? 4 : 2;
    f->pull_word = complaint ? 4 : 8;
    f->least = complaint ? 6 : 4;
    f->drop_function = strcmp(tag, "suggestion") != 0;
    f->positive = 1.2;
    f->smallest = complaint ? 0.1 : 0.15;
    for (int i = 0; i < 4; i++) {
        if (strcmp(tag, categories[i][0]))
            continue;
        f->category = categories[i][1];
        f->pull_word = 4;
        f->least = 3;
        f->positive = 1.7;
    }
}

static void read_texts(struct fit *f, const char *data, const char *lexicons)
{
    if (f->category) {
        read_restaurants(f, data);
    } else if (!strcmp(f->tag, "complaint")) {
        read_posts(f, data, "intents/complaints_dev.tsv", 2, 4, 0, 1);
        read_airline(f, data, 0.02);
        read_own(f, lexicons, 1);
    } else {
        read_posts(f, data, "intents/suggestion_a_train.tsv", 1, 2, 0, 1);
        read_posts(f, data, "intents/suggestion_a_trial.tsv", 1, 2, 1, 0);
        read_posts(f, data, "intents/suggestion_b_trial.tsv", 1, 2, 2, 3);
        read_judged(f, data, "posts/twcs_5k_2017.tsv", "twc", 5, 1);
        read_judged(f, data, "posts/spotify_support_2017.tsv", "spo", 4, 1);
        read_own(f, lexicons, 2);
    }
}

int main(int argc, char **argv)
{
    struct fit f = { .words = WORDS_INIT, .function = WORDS_INIT };
    struct error err = ERROR_INIT;
    if (argc < 4) {
        fputs("usage: topics_fit DATA LEXICONS TAG [--cv]\n",
              stderr);
        return 2;
    }
    choose(&f, argv[3]);
    f.slots = mem_alloc(FEATURES * sizeof(*f.slots));
    words_split(&f.function, TEXT(function_words));
    if (topics_open(&f.topics, argv[2], &err) ||
        sentiment_open(&f.sentiment, argv[2], NULL, &err)) {
        fprintf(stderr, "topics_fit: %s\n", err.text);
        return 1;
    }
    f.scorer = scorer_open(f.sentiment);
    f.spotter = spotter_open(f.topics);
    read_hand(&f, argv[2]);
    read_texts(&f, argv[1], argv[2]);
    transpose(&f);
    if (argc > 4) {
        cross_validate(&f);
    } else {
        train(&f, -1);
        print_weights(&f);
    }
    return 0;
}
