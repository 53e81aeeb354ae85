/* SPDX-License-Identifier: Apache-2.0 */
/* Posts a CPU second of each text stage on one core, and how the cost of
 * finding subjects grows with their number. Text in memory, made from a seed:
 * 200,000 posts of about 110 bytes, one in eight with a subject's name.
 * Usage: tag [POSTS [all]]: all times only the whole with 10,000 subjects. */
#include <time.h>

#include "base/hash.h"
#include "pipeline/clean.h"
#include "pipeline/language.h"
#include "pipeline/tagger.h"

enum { VOCABULARY = 3000 };

static uint64_t state = 42;

static uint64_t dice(uint64_t sides)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state % sides;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* What tweets are made of: common words often, made-up ones seldom. */
static const char *const common[] = { "the", "to", "i", "a", "and", "is",
    "my", "it", "for", "you", "of", "in", "not", "on", "was", "this", "have",
    "with", "that", "so", "but", "at", "just", "they", "your", "are", "order",
    "delivery", "love", "great", "bad", "waiting", "don't", "I'm", "can't",
    "service", "store", "app", "price", "shop", "thanks", "again", "still",
    "never", "good", "worst", "need", "help", "please", "why", "when", "got",
    "new", "today", "day", "really", "happy", "broken", "late", "size", "fit" };
static const char *const others[] = { "!", "!!!", "?", "...", ",", ".", ":)",
    "#sale", "@someone", "\xf0\x9f\x98\x82", "\xf0\x9f\x98\x8d", "$20", "2nd",
    "https://t.example/abc12", "LOVE", "sooo", "&" };

static void add_word(struct buf *out, char words[VOCABULARY][12])
{
    uint64_t which = dice(100);
    if (which < 60)
        buf_puts(out, common[dice(sizeof(common) / sizeof(*common))]);
    else if (which < 88)
        buf_puts(out, words[dice(dice(VOCABULARY) + 1)]);
    else
        buf_puts(out, others[dice(sizeof(others) / sizeof(*others))]);
}

static void make_words(char words[VOCABULARY][12])
{
    for (int i = 0; i < VOCABULARY; i++) {
        size_t length = 3 + dice(7);
        for (size_t k = 0; k < length; k++)
            words[i][k] = "aeioutrnslcdm"[dice(13)];
        words[i][length] = '\0';
    }
}

/* "velmo 123" and the like; a third are one word, all words are rare. */
static void make_name(char *out, size_t room, size_t i)
{
    static const char *const ends[] = { "mart", "wear", "home", "box", "lane" };
    if (i % 3 == 0)
        snprintf(out, room, "vel%zu%s", i, ends[i % 5]);
    else if (i % 3 == 1)
        snprintf(out, room, "Zor%zu %s", i % 700, ends[i % 5]);
    else
        snprintf(out, room, "Kel %s no%zu", ends[i % 5], i);
}

struct texts {
    struct text *items;
    size_t count, bytes;
};

static struct texts make_texts(size_t count, struct arena *memory)
{
    static char words[VOCABULARY][12];
    struct texts t = { mem_alloc(count * sizeof(*t.items)), count, 0 };
    struct buf b = BUF_INIT(0);
    make_words(words);
    for (size_t i = 0; i < count; i++) {
        char name[40];
        buf_clear(&b);
        size_t length = 8 + dice(26);
        for (size_t k = 0; k < length; k++) {
            add_word(&b, words);
            buf_putc(&b, ' ');
        }
        if (i % 8 == 0) {
            make_name(name, sizeof(name), dice(10000));
            buf_puts(&b, name);
        }
        t.items[i] = text_copy(memory, b.data, b.length, 10000);
        t.bytes += t.items[i].length;
    }
    buf_release(&b);
    return t;
}

static struct config *make_config(size_t subjects)
{
    struct config *c = config_empty();
    c->subjects = mem_alloc(subjects * sizeof(*c->subjects));
    c->subject_count = subjects;
    for (size_t i = 0; i < subjects; i++) {
        char name[40], label[40];
        struct subject *s = &c->subjects[i];
        make_name(name, sizeof(name), i);
        snprintf(label, sizeof(label), "s%zu", i);
        option_set(option_find(config_subject_options, "match"), s, name, ".",
                   NULL);
        s->name = mem_string(label);
        s->near = 12;
        s->brand = (int)i;
    }
    return c;
}

static void tell(const char *what, size_t subjects, const struct texts *t,
                 double seconds, uint64_t found)
{
    printf("%-10s %6zu %10.0f %8.0f %10llu\n", what, subjects,
           (double)t->count / seconds, (double)t->bytes / seconds / 1e6,
           (unsigned long long)found);
}

/* The first ones again and again, so many as there were. */
static struct texts repeat(const struct texts *t, size_t different)
{
    struct texts few = { mem_alloc(t->count * sizeof(*few.items)), t->count,
                         0 };
    for (size_t i = 0; i < t->count; i++) {
        few.items[i] = t->items[i % different];
        few.bytes += few.items[i].length;
    }
    return few;
}

/* Returns its seconds: other stages split, too, and are told without it. */
static double bench_words(const struct texts *t)
{
    struct words w = WORDS_INIT;
    uint64_t items = 0;
    double start = now();
    for (size_t i = 0; i < t->count; i++) {
        words_split(&w, t->items[i]);
        items += w.count;
    }
    double spent = now() - start;
    tell("words", 0, t, spent, items);
    words_release(&w);
    return spent;
}

static void bench_language(const struct texts *t, double splitting)
{
    struct words w = WORDS_INIT;
    struct languages *l;
    struct error err = ERROR_INIT;
    uint64_t english = 0;
    if (languages_open(&l, "lexicons/languages.tsv", &err))
        return;
    double start = now();
    for (size_t i = 0; i < t->count; i++) {
        struct post post = { .text = t->items[i] };
        words_split(&w, t->items[i]);
        language_guess(l, &post, &w);
        english += post.language[0] == 'e';
    }
    tell("language", 0, t, now() - start - splitting, english);
    words_release(&w);
    languages_close(l);
}

static void bench_subjects(const struct texts *t, size_t subjects,
                           double splitting)
{
    struct config *c = make_config(subjects);
    struct mentions *m;
    struct error err = ERROR_INIT;
    if (mentions_open(&m, c, NULL, &err)) {
        fprintf(stderr, "%s\n", err.text);
        exit(1);
    }
    struct finder *finder = finder_open(m);
    struct words w = WORDS_INIT;
    struct arena memory = { 0 };
    uint64_t found = 0;
    double start = now();
    for (size_t i = 0; i < t->count; i++) {
        struct post post = { .text = t->items[i] };
        words_split(&w, t->items[i]);
        finder_find(finder, &w, &post, &memory, NULL);
        found += post.mention_count;
        if (i % 1000 == 0)
            arena_reset(&memory);
    }
    tell("mentions", subjects, t, now() - start - splitting, found);
    words_release(&w);
    arena_release(&memory);
    finder_close(finder);
    mentions_close(m);
    config_close(c);
}

static struct rules *make_rules(const struct config *c)
{
    struct rules *rules;
    struct error err = ERROR_INIT;
    if (rules_open(&rules, c, ".", NULL, NULL, &err)) {
        fprintf(stderr, "%s\n", err.text);
        exit(1);
    }
    return rules;
}

/* Of every text, as if all were English. */
static void bench_feeling(const struct texts *t, double splitting)
{
    struct config *c = config_empty();
    struct rules *rules = make_rules(c);
    struct scorer *scorer = scorer_open(rules_sentiment(rules));
    struct spotter *spotter = spotter_open(rules_topics(rules));
    struct words w = WORDS_INIT;
    struct tags tags = { .score = 0 };
    uint64_t felt = 0, tagged = 0;
    double start = now();
    for (size_t i = 0; i < t->count; i++) {
        words_split(&w, t->items[i]);
        scorer_read(scorer, &w, NULL);
        scorer_score(scorer, 0, w.count, &tags, NULL, NULL);
        felt += tags.label != LABEL_NEUTRAL;
    }
    tell("sentiment", 0, t, now() - start - splitting, felt);
    start = now();
    for (size_t i = 0; i < t->count; i++) {
        words_split(&w, t->items[i]);
        spotter_read(spotter, &w, NULL);
        spotter_tag(spotter, 0, w.count, &tags);
        tagged += (tags.aspects | tags.channels | tags.intents) != 0;
    }
    tell("topics", 0, t, now() - start - splitting, tagged);
    words_release(&w);
    spotter_close(spotter);
    scorer_close(scorer);
    rules_close(rules);
    config_close(c);
}

static void bench_all(const char *what, const struct texts *t, size_t subjects)
{
    struct config *c = make_config(subjects);
    struct rules *rules = make_rules(c);
    struct tagger *tagger = tagger_open(rules);
    struct batch batch;
    uint64_t found = 0;
    double spent = 0;
    batch_init(&batch);
    for (size_t i = 0; i < t->count;) {
        for (; batch.count < 1000 && i < t->count; i++)
            batch_add(&batch)->text = t->items[i];
        double start = now();
        tagger_run(tagger, &batch, 0);
        spent += now() - start;
        for (size_t k = 0; k < batch.count; k++)
            found += batch.posts[k].mention_count;
        batch_reset(&batch);
    }
    tell(what, subjects, t, spent, found);
    batch_release(&batch);
    tagger_close(tagger);
    rules_close(rules);
    config_close(c);
}

int main(int argc, char **argv)
{
    size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 200000;
    struct arena memory = { 0 };
    struct texts t = make_texts(count, &memory);
    printf("%zu posts, %zu bytes each\n", t.count, t.bytes / t.count);
    printf("%-10s %6s %10s %8s %10s\n", "stage", "names", "posts/s", "MB/s",
           "found");
    if (argc > 2) {
        bench_all("all", &t, 10000);
        goto done;
    }
    double splitting = bench_words(&t);
    bench_language(&t, splitting);
    static const size_t sizes[] = { 10, 100, 1000, 10000 };
    for (size_t i = 0; i < 4; i++)
        bench_subjects(&t, sizes[i], splitting);
    bench_feeling(&t, splitting);
    bench_all("all", &t, 10);
    bench_all("all", &t, 10000);
    /* Of these the processor foresees each branch: what is left is the work
     * itself. */
    struct texts few = repeat(&t, 24);
    bench_all("24 texts", &few, 10000);
    mem_free(few.items);
done:
    mem_free(t.items);
    arena_release(&memory);
    return 0;
}
