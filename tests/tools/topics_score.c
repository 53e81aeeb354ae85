/* SPDX-License-Identifier: Apache-2.0 */
/* How right aspects and intents are on the labelled posts:
 *
 *     topics_score DATA LEXICONS [--wrong TAG]
 *
 * One line a set and tag; --wrong prints the posts judged otherwise.
 * Restaurants' categories are read as aspects of ours: food is quality,
 * service service, price price, ambience store, anecdotes none. Not part of
 * the program. */
#include "tests/tools/labelled.h"

struct score {
    struct lexicons lexicons;
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

static struct tags tag(struct score *s, const char *text)
{
    struct tags tags = lexicons_read(&s->lexicons, text_of(text));
    spotter_tag(s->lexicons.spotter, 0, s->lexicons.words.count, &tags);
    return tags;
}

static void score_intent(struct score *s, const char *name, int intent,
                         size_t label, size_t text)
{
    struct counts c = { 0 };
    struct rows r = rows_open(s->data, name);
    while (rows_next(&r, text + 1))
        count(s, &c, intent_names[intent],
              tag(s, r.cells[text]).intents >> intent & 1,
              *r.cells[label] == '1', r.cells[text]);
    print_counts(strrchr(name, '/') + 1, intent_names[intent], &c, true);
    rows_close(&r);
}

/* A label of a set, and what we call it. */
struct meaning {
    const char *label, *or;
    int aspect;
};

/* label, text: columns. part: 0 what weights may be fitted on, 1 the rest, -1
 * all. */
static void score_aspects(struct score *s, const char *set, const char *name,
                          size_t label, size_t text, int part,
                          const struct meaning *map, int meanings)
{
    struct counts c[6] = { { 0 } }, all = { 0 };
    struct rows r = rows_open(s->data, name);
    while (rows_next(&r, text + 1)) {
        if (part >= 0 && restaurant_judges(&r) != part)
            continue;
        struct tags t = tag(s, r.cells[text]);
        for (int i = 0; i < meanings; i++)
            count(s, &c[i], aspect_names[map[i].aspect],
                  t.aspects >> map[i].aspect & 1,
                  strstr(r.cells[label], map[i].label) ||
                  (map[i].or && strstr(r.cells[label], map[i].or)),
                  r.cells[text]);
    }
    for (int i = 0; i < meanings; i++) {
        print_counts(set, aspect_names[map[i].aspect], &c[i], false);
        all.both += c[i].both, all.said += c[i].said, all.is += c[i].is;
        all.neither += c[i].neither;
    }
    if (part >= 0)
        print_counts(set, "micro", &all, false);
    rows_close(&r);
}

static const struct meaning restaurants[] = {
    { "food:", NULL, ASPECT_QUALITY }, { "service:", NULL, ASPECT_SERVICE },
    { "price:", NULL, ASPECT_PRICE }, { "ambience:", NULL, ASPECT_STORE },
}, support[] = {
    { "Delivery", NULL, ASPECT_DELIVERY },
    { "Return", "Refund", ASPECT_RETURNS },
    { "Bad Support", NULL, ASPECT_SERVICE }, { "App", NULL, ASPECT_APP },
    { "Packaging", NULL, ASPECT_PACKAGING },
    { "Prime", NULL, ASPECT_LOYALTY },
};

int main(int argc, char **argv)
{
    if (argc != 3 && argc != 5) {
        fputs("usage: topics_score DATA LEXICONS [--wrong TAG]\n", stderr);
        return 2;
    }
    struct score s = { lexicons_open(argv[2]), argv[1],
                       argc == 5 ? argv[4] : NULL };
    score_intent(&s, "intents/suggestion_a_train.tsv", INTENT_SUGGESTION, 1, 2);
    score_intent(&s, "intents/suggestion_a_trial.tsv", INTENT_SUGGESTION, 1, 2);
    score_intent(&s, "intents/suggestion_b_trial.tsv", INTENT_SUGGESTION, 1, 2);
    score_intent(&s, "intents/complaints_dev.tsv", INTENT_COMPLAINT, 2, 4);
    score_aspects(&s, "restaurants, the rest", RESTAURANTS, 1, 2, 0,
                  restaurants, 4);
    score_aspects(&s, "restaurants, a fifth", RESTAURANTS, 1, 2, 1,
                  restaurants, 4);
    score_aspects(&s, "support tweets", "aspects/retail_topics_dev.tsv", 3, 4,
                  -1, support, 6);
    lexicons_close(&s.lexicons);
    return 0;
}
