/* SPDX-License-Identifier: Apache-2.0 */
/* How right aspects and intents are on the labelled posts:
 *
 *     topics_score DATA LEXICONS [--wrong TAG]
 *
 * One line a set and tag; --wrong prints the posts judged otherwise.
 * Restaurants' categories are read as aspects of ours: food is quality,
 * service service, price price, ambience store, anecdotes none. Not part of
 * the program. */
#include <errno.h>

#include "base/hash.h"
#include "base/post.h"
#include "pipeline/clean.h"
#include "pipeline/sentiment.h"
#include "pipeline/topics.h"

struct score {
    struct topics *topics;
    struct sentiment *sentiment;
    struct scorer *scorer;
    struct spotter *spotter;
    struct arena memory;
    struct words words;
    const char *data, *wrong;
};

struct counts {
    size_t both, said, is, neither;
};

static double ratio(size_t part, size_t whole)
{
    return whole ? (double)part / (double)whole : 0;
}

static double f1(size_t both, size_t said, size_t is)
{
    return ratio(2 * both, said + is);
}

static void print_counts(const char *set, const char *tag,
                         const struct counts *c, bool macro)
{
    size_t all = c->said + c->is - c->both + c->neither;
    printf("%-28s %-12s precision %.3f recall %.3f F1 %.3f", set, tag,
           ratio(c->both, c->said), ratio(c->both, c->is),
           f1(c->both, c->said, c->is));
    if (macro)
        printf(" macro-F1 %.3f",
               (f1(c->both, c->said, c->is) +
                f1(c->neither, all - c->said, all - c->is)) / 2);
    printf(" of %zu\n", all);
}

static void count(struct score *s, struct counts *c, const char *tag,
                  bool said, bool is, const char *text)
{
    c->said += said;
    c->is += is;
    c->both += said && is;
    c->neither += !said && !is;
    if (s->wrong && said != is && !strcmp(s->wrong, tag))
        printf("%s %s: %s\n", said ? "-" : "+", tag, text);
}

static struct tags tag(struct score *s, struct text text)
{
    struct tags tags = { 0 };
    words_split(&s->words, clean_entities(&s->memory, text));
    scorer_read(s->scorer, &s->words, NULL);
    scorer_score(s->scorer, 0, s->words.count, &tags, NULL, NULL);
    spotter_read(s->spotter, &s->words, NULL);
    spotter_tag(s->spotter, 0, s->words.count, &tags);
    return tags;
}

static FILE *open_file(const struct score *s, const char *name)
{
    char path[4096];
    snprintf(path, sizeof(path), "%s/%s", s->data, name);
    FILE *file = fopen(path, "re");
    if (!file) {
        fprintf(stderr, "topics_score: %s: %s\n", path, strerror(errno));
        exit(1);
    }
    return file;
}

static size_t cut(char *line, char *cells[], size_t room)
{
    size_t n = 1;
    cells[0] = line;
    line[strcspn(line, "\r\n")] = '\0';
    for (char *at = line; n < room && (at = strchr(at, '\t'));) {
        *at++ = '\0';
        cells[n++] = at;
    }
    return n;
}

static void score_intent(struct score *s, const char *name, int intent,
                         size_t label, size_t text)
{
    struct counts c = { 0 };
    FILE *file = open_file(s, name);
    char *line = NULL, *cells[5];
    size_t room = 0;
    for (bool header = true; getline(&line, &room, file) >= 0;
         header = false) {
        if (cut(line, cells, text + 1) <= text || header)
            continue;
        struct tags t = tag(s, text_of(cells[text]));
        count(s, &c, intent_names[intent], t.intents >> intent & 1,
              *cells[label] == '1', cells[text]);
    }
    print_counts(strrchr(name, '/') + 1, intent_names[intent], &c, true);
    mem_free(line);
    fclose(file);
}

/* part: 0 the four fifths that weights may be fitted on, 1 the rest. */
static void score_restaurants(struct score *s, unsigned part)
{
    static const struct { const char *category; int aspect; } map[] = {
        { "food:", ASPECT_QUALITY }, { "service:", ASPECT_SERVICE },
        { "price:", ASPECT_PRICE }, { "ambience:", ASPECT_STORE },
    };
    struct counts c[4] = { { 0 } }, all = { 0 };
    const char *set = part ? "restaurants, a fifth" : "restaurants, the rest";
    FILE *file = open_file(s,
                           "aspects/absa_restaurants14_train_categories.tsv");
    char *line = NULL, *cells[3];
    size_t room = 0;
    for (bool header = true; getline(&line, &room, file) >= 0;
         header = false) {
        if (cut(line, cells, 3) < 3 || header ||
            (hash64(cells[0], strlen(cells[0])) % 5 == 0) != part)
            continue;
        struct tags t = tag(s, text_of(cells[2]));
        for (int i = 0; i < 4; i++)
            count(s, &c[i], aspect_names[map[i].aspect],
                  t.aspects >> map[i].aspect & 1,
                  strstr(cells[1], map[i].category) != NULL, cells[2]);
    }
    for (int i = 0; i < 4; i++) {
        print_counts(set, aspect_names[map[i].aspect], &c[i], false);
        all.both += c[i].both, all.said += c[i].said, all.is += c[i].is;
        all.neither += c[i].neither;
    }
    print_counts(set, "micro", &all, false);
    mem_free(line);
    fclose(file);
}

static void score_support(struct score *s)
{
    static const struct { const char *topic; int aspect; } map[] = {
        { "Delivery", ASPECT_DELIVERY }, { "Return", ASPECT_RETURNS },
        { "Bad Support", ASPECT_SERVICE },
        { "App", ASPECT_APP }, { "Packaging", ASPECT_PACKAGING },
        { "Prime", ASPECT_LOYALTY },
    };
    for (int i = 0; i < 6; i++) {
        struct counts c = { 0 };
        FILE *file = open_file(s, "aspects/retail_topics_dev.tsv");
        char *line = NULL, *cells[5];
        size_t room = 0;
        for (bool header = true; getline(&line, &room, file) >= 0;
             header = false) {
            if (cut(line, cells, 5) < 5 || header)
                continue;
            struct tags t = tag(s, text_of(cells[4]));
            bool is = strstr(cells[3], map[i].topic) != NULL;
            if (map[i].aspect == ASPECT_RETURNS)
                is = strstr(cells[3], "Return") || strstr(cells[3], "Refund");
            count(s, &c, aspect_names[map[i].aspect],
                  t.aspects >> map[i].aspect & 1, is, cells[4]);
        }
        print_counts("support tweets", aspect_names[map[i].aspect], &c, false);
        mem_free(line);
        fclose(file);
    }
}

int main(int argc, char **argv)
{
    struct score s = { .words = WORDS_INIT };
    struct error err = ERROR_INIT;
    if (argc != 3 && argc != 5) {
        fputs("usage: topics_score DATA LEXICONS [--wrong TAG]\n", stderr);
        return 2;
    }
    s.data = argv[1];
    s.wrong = argc == 5 ? argv[4] : NULL;
    if (topics_open(&s.topics, argv[2], &err) ||
        sentiment_open(&s.sentiment, argv[2], NULL, &err)) {
        fprintf(stderr, "topics_score: %s\n", err.text);
        return 1;
    }
    s.scorer = scorer_open(s.sentiment);
    s.spotter = spotter_open(s.topics);
    score_intent(&s, "intents/suggestion_a_train.tsv", INTENT_SUGGESTION, 1, 2);
    score_intent(&s, "intents/suggestion_a_trial.tsv", INTENT_SUGGESTION, 1, 2);
    score_intent(&s, "intents/suggestion_b_trial.tsv", INTENT_SUGGESTION, 1, 2);
    score_intent(&s, "intents/complaints_dev.tsv", INTENT_COMPLAINT, 2, 4);
    score_restaurants(&s, 0);
    score_restaurants(&s, 1);
    score_support(&s);
    words_release(&s.words);
    scorer_close(s.scorer);
    spotter_close(s.spotter);
    topics_close(s.topics);
    sentiment_close(s.sentiment);
    arena_release(&s.memory);
    return 0;
}
