/* SPDX-License-Identifier: Apache-2.0 */
/* Emerging terms: negative-binomial surprise selects, log-odds order. What is
 * compared are writers, not posts: one voice each a day. */
#include "digest/terms.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "digest/candidates.h"
#include "digest/coverage.h"
#include "digest/posts.h"
#include "digest/stats.h"
#include "digest/tally.h"

enum {
    BACKGROUND_DAYS = 60,
    BACKGROUND_LEAST = 50,  /* author-days; below there is no baseline */
    BACKGROUND_FULL = 7,    /* days; below, others' posts help */
    WEAK_FILL = 5,          /* terms, up to which weak ones are added */
    TERM_POSTS_LEAST = 5,
    TERM_AUTHORS_LEAST = 3,
    ITEMS_DEFAULT = 20,
    CHOSEN_MOST = 200,      /* terms compared with each other */
    INSIDE_LEAST = 4,       /* letters of a word looked for in a hashtag */
};
#define SURPRISE_LEAST 4.0  /* once in ten thousand; and of as many terms as
                             * the stretch has, one in ten such stretches */
#define SURPRISE_OWN 1.0    /* and once in ten in the own past, if others'
                             * posts were needed for the rest */
#define SURPRISE_WEAK 2.0   /* may well be chance */
#define PART_MOST 0.6       /* of a term's posts: a part of its story */
#define SHARED_MOST 0.7     /* of the posts of two terms with a word alike */

const char *const term_kind_names[TERM_KIND_COUNT] = {
    "word", "phrase", "hashtag", "emoji", "name",
};

/* ---- against the background ------------------------------------------- */

struct chosen {
    const struct entry *entry;
    uint64_t before;           /* in the own past */
    uint64_t elsewhere;        /* in others' posts of the stretch */
    struct term term;
    uint32_t *documents;       /* in time order */
    size_t document_count, document_room;
    bool gone;                 /* merged into another */
};

struct search {
    struct terms *out;
    struct store *store;
    const struct config *config;
    const struct terms_query *query;
    struct error *err;
    struct documents documents;
    struct unwanted unwanted;
    struct tally today;
    struct chosen *chosen;
    size_t chosen_count;
    struct tally index;        /* hash → posts: place in chosen + 1 */
    uint64_t background_total, elsewhere_total;
    uint64_t elsewhere_authors;
    uint32_t document;         /* being looked at */
    int64_t yesterday;         /* the last background day */
};

static void choose_candidates(struct search *s)
{
    s->chosen = mem_alloc((s->today.count + 1) * sizeof(*s->chosen));
    for (size_t i = 0; i < s->today.count; i++) {
        const struct entry *e = &s->today.items[i];
        if (e->posts < TERM_POSTS_LEAST || e->authors < TERM_AUTHORS_LEAST)
            continue;
        s->chosen[s->chosen_count].entry = e;
        tally_add(&s->index, e->hash)->posts = (uint32_t)++s->chosen_count;
    }
}

static void add_before(const struct search *s, struct chosen *c,
                       uint32_t authors, int64_t day)
{
    c->before += authors;
    if (day == s->yesterday)
        c->term.yesterday += authors; /* twice, where the filter is wrong */
}

/* Also one that is a name in every post of the stretch. */
static bool may_be_phrase(const struct entry *e)
{
    return e->kind == TERM_PHRASE || e->names == e->posts;
}

static void add_day(void *context, const struct buf *packed, int64_t day)
{
    struct search *s = context;
    struct packed_head head;
    memcpy(&head, packed->data, sizeof(head));
    for (uint32_t i = 0; i < head.count; i++) {
        struct packed_term term;
        memcpy(&term, packed->data + sizeof(head) + i * sizeof(term),
               sizeof(term));
        const struct entry *e = tally_find(&s->index, term.hash);
        if (e)
            add_before(s, &s->chosen[e->posts - 1], term.authors, day);
    }
    for (size_t i = 0; i < s->chosen_count; i++)
        if (may_be_phrase(s->chosen[i].entry) &&
            tally_single(packed, s->chosen[i].entry->hash))
            add_before(s, &s->chosen[i], 1, day);
    s->out->background_authors += head.authors;
    s->out->background_days += head.authors > 0;
    s->background_total += head.total;
}

/* The words of a source that was added are new to it only once. */
static int read_past(struct search *s)
{
    const struct terms_query *q = s->query;
    unsigned days = q->background_days ? q->background_days : BACKGROUND_DAYS;
    struct coverage_change change;
    int64_t from, until;
    int rc = store_span(s->store, &from, &until, s->err);
    if (rc <= 0)
        return rc;
    s->yesterday = q->from / DAY - 1;
    from = from / DAY;
    if (from < s->yesterday - days + 1)
        from = s->yesterday - days + 1;
    if (!q->source) {
        if (coverage_changed(&change, s->store, s->config, from * DAY,
                             q->until / QUARTER * QUARTER, s->err))
            return -1;
        if (change.when > from * DAY)
            from = change.when / DAY + 1;
    }
    return tally_days(s->store, q, &s->unwanted, from, s->yesterday, add_day, s,
                      s->err);
}

/* A new subject: everything else said in the same stretch. */
static int read_others(struct search *s)
{
    struct store_query q = { NULL, s->query->source, s->query->from,
                             s->query->until };
    struct documents d = { 0 };
    struct tally all = { 0 };
    int rc = documents_read(&d, s->store, &q, s->err);
    if (rc)
        goto done;
    tally_count(&all, &d, &s->unwanted);
    if (all.authors < s->today.authors + BACKGROUND_LEAST)
        goto done;
    s->elsewhere_authors = all.authors - s->today.authors;
    s->elsewhere_total = all.total > s->today.total
                             ? all.total - s->today.total : 1;
    for (size_t i = 0; i < s->chosen_count; i++) {
        const struct entry *mine = s->chosen[i].entry;
        const struct entry *e = tally_find(&all, mine->hash);
        s->chosen[i].elsewhere =
            e && e->authors > mine->authors ? e->authors - mine->authors : 0;
    }
    s->out->basis = s->out->background_authors >= BACKGROUND_LEAST
                        ? TERMS_BOTH : TERMS_OTHERS;
done:
    documents_release(&d);
    tally_release(&all);
    return rc;
}

static int compare_chosen(const void *a, const void *b)
{
    const struct chosen *x = a, *y = b;
    if (x->term.weak != y->term.weak)
        return x->term.weak - y->term.weak;
    if (x->term.z != y->term.z)
        return x->term.z > y->term.z ? -1 : 1;
    return x->entry->hash < y->entry->hash ? -1
                                           : x->entry->hash > y->entry->hash;
}

/* Fill what the background says of a term. False: it explains it. */
static bool judge_term(const struct search *s, struct chosen *c)
{
    double today = s->today.authors, x = c->entry->authors, y = 0, ratio = 0;
    double total = 0;
    if (s->out->basis != TERMS_OTHERS) {
        y = (double)c->before;
        ratio = (double)s->out->background_authors / today;
        total = (double)s->background_total;
        if (s->out->basis == TERMS_BOTH &&
            stats_surprise(x, y, ratio) < SURPRISE_OWN)
            return false;
    }
    if (s->out->basis != TERMS_OWN_PAST) {
        y += (double)c->elsewhere;
        ratio += (double)s->elsewhere_authors / today;
        total += (double)s->elsewhere_total;
    }
    c->term.surprise = stats_surprise(x, y, ratio);
    c->term.expected = (y + 0.5) / ratio;
    c->term.z = stats_log_odds(x, (double)s->today.total, y, total);
    c->term.weak = c->term.surprise <
                   fmax(SURPRISE_LEAST, 1 + log10((double)s->today.count));
    c->term.before = (uint64_t)y;
    c->term.posts = c->entry->posts;
    c->term.authors = c->entry->authors;
    c->term.growth = x / fmax(0.5, c->term.expected);
    return c->term.surprise >= SURPRISE_WEAK && x > c->term.expected;
}

/* Keep those whose count the background does not explain, in order. */
static void select_terms(struct search *s, bool weak)
{
    size_t kept = 0;
    for (size_t i = 0; i < s->chosen_count; i++) {
        struct chosen c = s->chosen[i];
        if (judge_term(s, &c) && (weak || !c.term.weak))
            s->chosen[kept++] = c;
    }
    qsort(s->chosen, kept, sizeof(*s->chosen), compare_chosen);
    s->chosen_count = kept < CHOSEN_MOST ? kept : CHOSEN_MOST;
}

/* ---- what is shown of a term ------------------------------------------ */

static void note_document(void *context, const struct candidate *c)
{
    struct search *s = context;
    const struct entry *e = tally_find(&s->index, c->hash);
    if (!e)
        return;
    struct chosen *chosen = &s->chosen[e->posts - 1];
    if (chosen->document_count &&
        chosen->documents[chosen->document_count - 1] == s->document)
        return;
    chosen->documents = mem_grow(chosen->documents, &chosen->document_room,
                                 chosen->document_count, sizeof(uint32_t));
    chosen->documents[chosen->document_count++] = s->document;
}

static void find_documents(struct search *s)
{
    tally_release(&s->index);
    for (size_t i = 0; i < s->chosen_count; i++) {
        struct chosen *c = &s->chosen[i];
        tally_add(&s->index, c->entry->hash)->posts = (uint32_t)i + 1;
        c->term.kind = entry_kind(c->entry);
        c->term.text = entry_text(c->entry, &s->documents, &s->out->memory);
    }
    for (size_t i = 0; i < s->documents.count; i++) {
        s->document = (uint32_t)i;
        candidates_visit(&s->unwanted, &s->documents.words,
                         s->documents.items[i].text, note_document, s);
    }
}

static size_t shared_documents(const struct chosen *a, const struct chosen *b)
{
    size_t shared = 0;
    for (size_t i = 0, j = 0; i < a->document_count && j < b->document_count;) {
        uint32_t x = a->documents[i], y = b->documents[j];
        shared += x == y;
        i += x <= y;
        j += y <= x;
    }
    return shared;
}

/* Do the terms have a word alike? "card" and "gift card" do, "#giftcard" and
 * "card", too. */
static bool alike(struct words *w, const char *a, const char *b)
{
    const char *tag = *a == '#' ? a : b, *word = *a == '#' ? b : a;
    uint64_t hashes[8];
    size_t count = 0;
    if (*tag == '#' && strlen(word) >= INSIDE_LEAST && strcasestr(tag, word))
        return true;
    words_split(w, text_of(a));
    for (size_t i = 0; i < w->count && count < 8; i++)
        hashes[count++] = w->items[i].hash;
    words_split(w, text_of(b));
    for (size_t i = 0; i < w->count; i++)
        for (size_t j = 0; j < count; j++)
            if (w->items[i].hash == hashes[j])
                return true;
    return false;
}

/* Is b, the weaker, the same thing as a, or a part of it? Words alike, and
 * mostly the same posts; by the phrase a stands in only other phrases, and
 * words that are clearly less: of two words that always stand together both
 * are told. */
static bool is_same(struct words *w, const struct chosen *a,
                    const struct chosen *b)
{
    size_t least = a->document_count < b->document_count ? a->document_count
                                                         : b->document_count;
    bool part = a->term.phrase && (b->term.kind == TERM_PHRASE ||
                                   (double)b->document_count <=
                                       PART_MOST * (double)a->document_count);
    return (alike(w, a->term.text, b->term.text) ||
            (part && alike(w, a->term.phrase, b->term.text))) &&
           (double)shared_documents(a, b) > SHARED_MOST * (double)least;
}

/* A weaker term that mostly stands in the same posts goes into the stronger;
 * the longest phrase of those stays visible. */
static void merge_into(struct search *s, struct words *w, size_t i)
{
    struct chosen *a = &s->chosen[i];
    for (size_t j = i + 1; !a->gone && j < s->chosen_count; j++) {
        struct chosen *b = &s->chosen[j];
        const char *now = a->term.phrase ? a->term.phrase : a->term.text;
        if (b->gone || !is_same(w, a, b))
            continue;
        b->gone = true;
        if (strlen(b->term.text) > strlen(now) &&
            b->document_count * 2 >= a->document_count)
            a->term.phrase = b->term.text;
    }
}

static void merge_terms(struct search *s)
{
    struct words w = WORDS_INIT;
    /* Twice: a phrase found late may take in terms passed before. */
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < s->chosen_count; i++)
            merge_into(s, &w, i);
    words_release(&w);
}

/* The most passed on, of different writers; the oldest on a tie. */
static void choose_examples(struct search *s, struct chosen *c)
{
    while (c->term.example_count < TERM_EXAMPLES) {
        const struct sample *best = NULL;
        for (size_t i = 0; i < c->document_count; i++) {
            const struct sample *d = &s->documents.items[c->documents[i]];
            bool taken = false;
            for (size_t j = 0; j < c->term.example_count; j++)
                taken |= d->author ? c->term.examples[j].author == d->author
                                   : !strcmp(c->term.examples[j].native_id,
                                             d->native_id);
            if (!taken && (!best || d->likes + 2.0 * d->reposts >
                                        best->likes + 2.0 * best->reposts))
                best = d;
        }
        if (!best)
            return;
        sample_copy(&s->out->memory,
                    &c->term.examples[c->term.example_count++], best);
    }
}

static void give_terms(struct search *s, size_t limit)
{
    struct terms *t = s->out;
    for (size_t i = 0; i < s->chosen_count && t->count < limit; i++) {
        struct chosen *c = &s->chosen[i];
        if (c->gone || c->document_count == 0 ||
            (c->term.weak && t->count >= WEAK_FILL))
            continue;
        c->term.first_seen = s->documents.items[c->documents[0]].created;
        choose_examples(s, c);
        t->items = mem_grow(t->items, &t->room, t->count, sizeof(*t->items));
        t->items[t->count++] = c->term;
    }
}

static int search_run(struct search *s)
{
    const struct terms_query *q = s->query;
    struct terms *t = s->out;
    bool all = !q->subject || !strcmp(q->subject, "*");
    tally_count(&s->today, &s->documents, &s->unwanted);
    t->posts = s->documents.count;
    t->copies = s->documents.copies;
    t->authors = s->today.authors;
    choose_candidates(s);
    if (read_past(s))
        return -1;
    if (t->background_authors >= BACKGROUND_LEAST)
        t->basis = TERMS_OWN_PAST;
    if (!all && t->background_days < BACKGROUND_FULL &&
        read_others(s))
        return -1;
    if (t->basis == TERMS_NO_BASELINE || t->authors == 0)
        return 0;
    select_terms(s, q->weak);
    find_documents(s);
    merge_terms(s);
    give_terms(s, q->limit ? q->limit : ITEMS_DEFAULT);
    return 0;
}

int terms_find(struct terms **out, struct store *store,
               const struct config *config, const struct terms_query *query,
               struct error *err)
{
    struct search s = { .out = mem_alloc(sizeof(struct terms)),
                        .store = store, .config = config, .query = query,
                        .err = err };
    struct store_query q = { query->subject, query->source, query->from,
                             query->until };
    int rc = unwanted_load(&s.unwanted, config, query->subject, err);
    if (rc == 0)
        rc = documents_read(&s.documents, store, &q, err);
    if (rc == 0)
        rc = search_run(&s);
    for (size_t i = 0; i < s.chosen_count; i++)
        mem_free(s.chosen[i].documents);
    mem_free(s.chosen);
    tally_release(&s.index);
    tally_release(&s.today);
    documents_release(&s.documents);
    unwanted_release(&s.unwanted);
    if (rc)
        terms_close(s.out);
    else
        *out = s.out;
    return rc;
}

void terms_close(struct terms *t)
{
    if (!t)
        return;
    arena_release(&t->memory);
    mem_free(t->items);
    mem_free(t);
}
