/* SPDX-License-Identifier: Apache-2.0 */
/* What shoppers ask for: suggestions of two weeks grouped by the thing they
 * wish, and what their questions are about, counted in people. Finds no wish
 * itself: the post's span says where it is. */
#include <stdlib.h>

#include "digest/candidates.h"
#include "digest/compose.h"
#include "pipeline/words.h"

enum {
    KEY_WORDS = 12,      /* content words of a wish that are compared */
    GROUPS = 600,        /* that a new wording is compared with */
    SHOWN = 8,
    ASKED_BY = 3,        /* people; what two wish may be chance */
};

struct group {
    int watched;
    uint64_t words[KEY_WORDS];   /* content words, ascending */
    size_t word_count;
    struct digest_wish wish;
    size_t said;                 /* content words of its text */
    double telling;              /* of its sample */
};

struct wishes {
    struct composer *c;
    struct words words;
    struct hash_set idle;        /* words that wish, not what is wished */
    struct group *groups;
    size_t group_count, group_room;
    struct hash_set askers;      /* of each group or aspect times three, plus 0
                                  * in the week before, 1 in the week, 2 on
                                  * the day */
};

static int ascending(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

int wishes_open(struct wishes **out, struct composer *c, struct error *err)
{
    struct wishes *w = *out = mem_alloc(sizeof(*w));
    w->c = c;
    return words_list(&w->idle, c->config, "idle.txt", err);
}

/* Whether a stretch of the post lies in a name that was matched. */
static bool in_name(const struct sighting *s, size_t start, size_t length)
{
    for (size_t i = 0; i < s->count; i++) {
        const struct span *name = &s->mentions[i]->span;
        if (start < (size_t)name->start + name->length &&
            name->start < start + length)
            return true;
    }
    return false;
}

/* The content words of a wish: folded, plural s gone, each once; the names of
 * subjects do not count, for the group has its subject. The text shrinks to
 * what lies between the first and the last of them. */
static size_t content(struct wishes *w, const struct sighting *s,
                      struct text *text, uint64_t out[KEY_WORDS])
{
    size_t offset = (size_t)(text->data - s->post->text.data);
    size_t count = 0, kept = 0, from = text->length, until = 0;
    words_split(&w->words, *text);
    for (size_t i = 0; i < w->words.count && count < KEY_WORDS; i++) {
        const struct word *word = &w->words.items[i];
        struct text t = { w->words.folded + word->start, word->length };
        if (word->kind > WORD_NUMBER && word->kind != WORD_HASHTAG)
            continue;
        if (in_name(s, offset + word->start, word->length) ||
            hash_set_has(&w->idle, word->hash))
            continue;
        from = from < word->start ? from : word->start;
        until = word->start + word->length;
        if (t.length > 3 && t.data[t.length - 1] == 's' &&
            t.data[t.length - 2] != 's')
            t.length--;
        out[count++] = words_hash(t.data, t.length);
    }
    if (!count)
        return 0;
    *text = (struct text){ text->data + from, until - from };
    qsort(out, count, sizeof(*out), ascending);
    for (size_t i = 0; i < count; i++)
        if (!i || out[i] != out[i - 1])
            out[kept++] = out[i];
    return kept;
}

/* The same thing in other words: half of the words shared, or one says all
 * that the other says, and little more. */
static bool same_wish(const struct group *g, const uint64_t *words,
                      size_t count)
{
    size_t shared = 0;
    for (size_t i = 0, k = 0; i < g->word_count && k < count;) {
        uint64_t a = g->words[i], b = words[k];
        shared += a == b;
        i += a <= b;
        k += b <= a;
    }
    size_t fewer = count < g->word_count ? count : g->word_count;
    size_t all = count + g->word_count - shared;
    return shared * 2 >= all || (shared == fewer && all <= 4);
}

static size_t find_group(struct wishes *w, int watched, const uint64_t *words,
                         size_t count)
{
    size_t near = SIZE_MAX;
    for (size_t i = 0; i < w->group_count; i++) {
        const struct group *g = &w->groups[i];
        if (g->watched != watched)
            continue;
        if (g->word_count == count &&
            memcmp(g->words, words, count * sizeof(*words)) == 0)
            return i;
        if (near == SIZE_MAX && i < GROUPS && same_wish(g, words, count))
            near = i;
    }
    if (near != SIZE_MAX)
        return near;
    w->groups = mem_grow(w->groups, &w->group_room, w->group_count,
                         sizeof(*w->groups));
    struct group *g = &w->groups[w->group_count];
    *g = (struct group){ .watched = watched, .word_count = count };
    memcpy(g->words, words, count * sizeof(*words));
    return w->group_count++;
}

/* The product rather than its brand, ours only. -1: nobody's. */
static int addressed(const struct composer *c, const struct sighting *s,
                     const struct tags **tags)
{
    int best = -1;
    for (size_t i = 0; i < s->count; i++) {
        int index = s->watched[i];
        if (!watched_ours(c, index) ||
            (best >= 0 && !c->watched[index].product))
            continue;
        best = index;
        *tags = &s->mentions[i]->tags;
    }
    return best;
}

/* Wordings differ; of those of the week the shortest that says as much as the
 * group's first, or comes nearest to it, is shown. */
static void word_wish(struct wishes *w, struct group *g, struct text wish,
                      size_t word_count)
{
    size_t said = word_count < g->word_count ? word_count : g->word_count;
    if (said < g->said ||
        (said == g->said && wish.length >= strlen(g->wish.text)))
        return;
    g->said = said;
    g->wish.text = arena_copy(&w->c->d->memory, wish.data, wish.length);
}

/* Each person once a week and aspect. */
static void count_question(struct wishes *w, const struct sighting *s,
                           const struct tags *tags)
{
    uint64_t *asked = s->week ? w->c->d->asked : w->c->d->asked_before;
    for (uint64_t a = 0; a < ASPECT_COUNT; a++)
        if (tags->aspects >> a & 1)
            asked[a] += author_first(&w->askers, s->post->author_hash,
                                     3 * a + s->week);
}

void wishes_take(struct wishes *w, const struct sighting *s)
{
    const struct post *post = s->post;
    const struct tags *tags = &post->tags;
    uint64_t words[KEY_WORDS];
    int watched = addressed(w->c, s, &tags);
    if (watched < 0)
        return;
    if (tags->intents & 1 << INTENT_QUESTION && !s->copied)
        count_question(w, s, tags);
    if (!(post->tags.intents & 1 << INTENT_SUGGESTION) ||
        !post->wish.length || s->copied ||
        (uint64_t)post->wish.start + post->wish.length > post->text.length)
        return;
    struct text wish = { post->text.data + post->wish.start,
                         post->wish.length };
    size_t count = content(w, s, &wish, words);
    if (!count)
        return;
    size_t at = find_group(w, watched, words, count);
    struct group *g = &w->groups[at];
    uint64_t of = 3 * (at + ASPECT_COUNT);
    *(s->week ? &g->wish.authors : &g->wish.authors_before) +=
        author_first(&w->askers, post->author_hash, of + s->week);
    if (!s->week)
        return;
    word_wish(w, g, wish, count);
    g->wish.posts++;
    g->wish.today += s->today &&
                     author_first(&w->askers, post->author_hash, of + 2);
    double telling = post_telling(post, tags);
    if (!g->wish.sample.text || telling > g->telling) {
        g->telling = telling;
        post_sample(&g->wish.sample, &w->c->d->memory, post, tags,
                    SIZE_MAX);
    }
}

static int wanted_first(const void *a, const void *b)
{
    const struct digest_wish *x = a, *y = b;
    int64_t rise_x = (int64_t)x->authors - (int64_t)x->authors_before;
    int64_t rise_y = (int64_t)y->authors - (int64_t)y->authors_before;
    if (x->authors != y->authors)
        return x->authors < y->authors ? 1 : -1;
    if (rise_x != rise_y)
        return rise_x < rise_y ? 1 : -1;
    if (x->today != y->today)
        return x->today < y->today ? 1 : -1;
    return strcmp(x->text, y->text);
}

void wishes_finish(struct wishes *w)
{
    struct digest *d = w->c->d;
    size_t room = 0;
    for (size_t i = 0; i < w->group_count; i++) {
        struct group *g = &w->groups[i];
        if (g->wish.authors < ASKED_BY)
            continue;
        d->wishes = mem_grow(d->wishes, &room, d->wish_count,
                             sizeof(*d->wishes));
        g->wish.subject = w->c->watched[g->watched].name;
        d->wishes[d->wish_count++] = g->wish;
    }
    if (d->wish_count)
        qsort(d->wishes, d->wish_count, sizeof(*d->wishes), wanted_first);
    if (d->wish_count > SHOWN)
        d->wish_count = SHOWN;
    words_release(&w->words);
    hash_set_release(&w->idle);
    hash_set_release(&w->askers);
    mem_free(w->groups);
    mem_free(w);
}
