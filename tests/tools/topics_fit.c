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
 * on), 2 hotel reviews (which bring in no words of their own), 4 tweets to
 * companies, 5 sentences written for this project.
 * Over 500 lines: reading, fitting and judging share one table. Not part of
 * the program. */
#include <math.h>

#include "tests/tools/labelled.h"

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
    struct lexicons lexicons;
    struct words function; /* words */
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
        if (f->function.items[k].hash == f->lexicons.words.items[i].hash)
            return true;
    return false;
}

/* How positive or how negative the text is, where the tag asks for it. */
static void take_feeling(struct fit *f, int score)
{
    const char *name = score < 0 ? "=negative" : "=positive";
    if (score && f->features[feature_of(f, name, 9)].hand)
        use_value(f, name, 9, false, fabsf((float)score) / 1000);
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
    const struct words *w = &f->lexicons.words;
    struct tags tags = lexicons_read(&f->lexicons, text);
    spotter_explain(f->lexicons.spotter, 0, take_row, f);
    take_feeling(f, tags.score);
    for (size_t i = 0; i < w->count; i++) {
        const struct word *item = &w->items[i];
        if (!plain(w, i))
            continue;
        bool brings = !name_like(w, i);
        bool function = is_function(f, i);
        if (!function)
            use(f, w->folded + item->start, item->length, brings);
        size_t next = i + 1;
        while (next < w->count && soft(w, next))
            next++;
        if (next < w->count && plain(w, next) &&
            !(function && is_function(f, next))) {
            const struct word *other = &w->items[next];
            int n = snprintf(pair, sizeof(pair), "%.*s %.*s",
                             (int)item->length, w->folded + item->start,
                             (int)other->length, w->folded + other->start);
            use(f, pair, (size_t)n, brings && !name_like(w, next));
        }
    }
}

/* --- files --------------------------------------------------------------- */

/* label and text: columns. Posts of one thread fall into one fold. */
static void read_posts(struct fit *f, const char *folder, const char *name,
                       size_t label, size_t text, unsigned set,
                       double importance)
{
    struct rows r = rows_open(folder, name);
    while (rows_next(&r, text + 1)) {
        size_t thread = strcspn(r.cells[0], "_");
        uint64_t fold = strchr(r.cells[0], '_') ? hash64(r.cells[0], thread)
                                                : (r.number + 1) / 5 * 7919;
        struct text t = text_of(r.cells[text]);
        if (t.length > 1 && *t.data == '"') { /* the file's own quotes */
            t.length -= t.data[t.length - 1] == '"' ? 2 : 1;
            t.data++;
        }
        take_text(f, t, *r.cells[label] == '1', (unsigned)(fold % FOLDS), set,
                  importance);
    }
    rows_close(&r);
}

/* Tweets to airlines: whoever is negative complains, mostly. They weigh
 * little and only add to the words. */
static void read_airline(struct fit *f, const char *folder, double importance)
{
    struct rows r = rows_open(folder, "posts/airline_2015.tsv");
    while (rows_next(&r, 9))
        take_text(f, text_of(r.cells[8]), !strcmp(r.cells[3], "negative"),
                  FOLDS, 3, importance);
    rows_close(&r);
}

/* Sentences written for this project, as shoppers write. */
static void read_own(struct fit *f, const char *folder, double importance)
{
    struct rows r = rows_open(folder, "intent_texts.tsv");
    while (rows_next(&r, 3))
        take_text(f, text_of(r.cells[2]), strstr(r.cells[1], f->tag) != NULL,
                  (unsigned)((r.number + 1) % FOLDS), 5, importance);
    rows_close(&r);
}

/* Posts of a file whose tags were read by eye: tests/tools/suggestions.tsv
 * has file, id and 1 where the tag was right. They bring in no words. */
static void read_judged(struct fit *f, const char *folder, const char *name,
                        const char *file_as, size_t text, double importance)
{
    struct rows judged = rows_open("tests/tools", "suggestions.tsv");
    unsigned number = 0;
    while (rows_next(&judged, 3)) {
        if (strcmp(judged.cells[0], file_as) != 0)
            continue;
        struct rows posts = rows_open(folder, name);
        while (rows_next(&posts, text + 1))
            if (!strcmp(posts.cells[0], judged.cells[1])) {
                take_text(f, text_of(posts.cells[text]),
                          *judged.cells[2] == '1', number++ % FOLDS, 4,
                          importance);
                break;
            }
        rows_close(&posts);
    }
    rows_close(&judged);
}

static void read_restaurants(struct fit *f, const char *folder)
{
    struct rows r = rows_open(folder, RESTAURANTS);
    while (rows_next(&r, 3))
        if (!restaurant_judges(&r))
            take_text(f, text_of(r.cells[2]),
                      strstr(r.cells[1], f->category) != NULL,
                      (unsigned)(hash64(r.cells[0], strlen(r.cells[0])) / 5 %
                                 FOLDS), 0, 1);
    rows_close(&r);
}

/* Rows made by hand, and what somebody thinks they weigh. */
static void read_hand(struct fit *f, const char *folder)
{
    struct rows r = rows_open(folder, f->category ? "aspects.tsv"
                                                  : "intents.tsv");
    while (rows_next(&r, 2)) {
        if (strcmp(r.cells[0], f->tag) != 0 || !strcmp(r.cells[1], "=bias"))
            continue;
        uint32_t i = feature_of(f, r.cells[1], strlen(r.cells[1]));
        f->features[i].hand = true;
        f->features[i].pull = f->pull_hand;
        f->features[i].prior = r.count > 2 ? strtod(r.cells[2], NULL) : 1;
    }
    rows_close(&r);
    struct feature *chosen =
        &f->features[feature_of(f, CHOSEN, strlen(CHOSEN))];
    chosen->hand = true;
    chosen->pull = 1e-3;
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
        read_own(f, lexicons, 0.6);
    } else {
        read_posts(f, data, "intents/suggestion_a_train.tsv", 1, 2, 0, 1);
        read_posts(f, data, "intents/suggestion_a_trial.tsv", 1, 2, 1, 0);
        read_posts(f, data, "intents/suggestion_b_trial.tsv", 1, 2, 2, 3);
        read_judged(f, data, "posts/twcs_5k_2017.tsv", "twc", 5, 0.3);
        read_judged(f, data, "posts/spotify_support_2017.tsv", "spo", 4, 0.3);
        read_judged(f, data, "posts/airline_2015.tsv", "air", 8, 0.3);
        read_own(f, lexicons, 1.2);
    }
}

int main(int argc, char **argv)
{
    struct fit f = { .function = WORDS_INIT };
    if (argc < 4) {
        fputs("usage: topics_fit DATA LEXICONS TAG [--cv]\n", stderr);
        return 2;
    }
    choose(&f, argv[3]);
    f.slots = mem_alloc(FEATURES * sizeof(*f.slots));
    words_split(&f.function, TEXT(function_words));
    f.lexicons = lexicons_open(argv[2]);
    read_hand(&f, argv[2]);
    read_texts(&f, argv[1], argv[2]);
    transpose(&f);
    if (argc > 4) {
        cross_validate(&f);
    } else {
        train(&f, -1);
        print_weights(&f);
    }
    lexicons_close(&f.lexicons);
    return 0;
}
