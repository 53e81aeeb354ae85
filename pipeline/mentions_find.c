/* SPDX-License-Identifier: Apache-2.0 */
/* The table of names walked from every word of a text, and the same walk told
 * in words for swell check. Compiles nothing. */
#include "pipeline/mentions_private.h"

enum { TRIES = 16 }; /* places of one name tried for its require list */

enum verdict { VERDICT_ACCEPTED, VERDICT_EXCLUDED, VERDICT_LONELY,
               VERDICT_INSIDE };

struct seen {
    uint32_t subject;
    uint8_t verdict;
    uint8_t tries;
    struct span span;
};

struct found {
    uint32_t subject;
    struct hit hit;
};

/* Where a subject's rows are, if there are any: the row says whose it is. */
struct seat {
    uint32_t seen, here;
};

/* A thousand products may share a name, or wait for the same word: no list of
 * these is cut. */
struct finder {
    const struct mentions *m;
    struct matcher *matcher;    /* owned, as all below */
    struct seat *seats;         /* by subject */
    struct seen *seen;          /* a row for each subject at most */
    size_t seen_count;
    struct found *here;         /* names that begin at one place */
    size_t here_count, here_room;
    uint32_t *places;           /* words of a text that may hold a name */
    size_t place_room;
    uint64_t *wanted;           /* bit i: entry i is to be tried */
    bool wants;                 /* some bit is set */
    /* Of one text: */
    const struct words *words;  /* borrowed, as the mask */
    uint8_t *mask;
    uint8_t faults;
    struct found cover;         /* the longest name up to now */
};

struct finder *finder_open(const struct mentions *m)
{
    struct finder *s = mem_alloc(sizeof(*s));
    s->m = m;
    s->matcher = matcher_open();
    s->seats = mem_alloc(m->count * sizeof(*s->seats));
    s->seen = mem_alloc(m->count * sizeof(*s->seen));
    s->wanted = mem_alloc((m->entry_count / 64 + 1) * sizeof(*s->wanted));
    return s;
}

void finder_close(struct finder *s)
{
    if (!s)
        return;
    matcher_close(s->matcher);
    mem_free(s->seats);
    mem_free(s->seen);
    mem_free(s->here);
    mem_free(s->places);
    mem_free(s->wanted);
    mem_free(s);
}

static struct seen *seen_of(struct finder *s, uint32_t subject)
{
    uint32_t *at = &s->seats[subject].seen;
    if (*at < s->seen_count && s->seen[*at].subject == subject)
        return &s->seen[*at];
    *at = (uint32_t)s->seen_count;
    struct seen *seen = &s->seen[s->seen_count++];
    *seen = (struct seen){ .subject = subject, .verdict = VERDICT_LONELY };
    return seen;
}

static bool holds(struct finder *s, const struct query *q, size_t from,
                  size_t until)
{
    struct hit hit;
    int rc = query_find(q, s->matcher, s->words, from, until, &hit);
    if (rc < 0)
        s->faults |= POST_FAULT_PATTERN;
    return rc > 0;
}

static bool is_excluded(struct finder *s, const struct watched *w)
{
    for (size_t i = 0; i < w->exclude_count; i++)
        if (holds(s, w->exclude[i].query, 0, s->words->count))
            return true;
    return false;
}

static bool is_lonely(struct finder *s, const struct watched *w,
                      const struct hit *hit)
{
    size_t from = hit->first > w->near ? hit->first - w->near : 0;
    for (size_t i = 0; i < w->require_count; i++)
        if (holds(s, w->require[i].query, from, hit->last + w->near))
            return false;
    return w->require_count > 0;
}

/* Decide about one place where a subject seems to be. */
static void judge(struct finder *s, uint32_t subject, const struct hit *hit,
                  bool mask)
{
    const struct watched *w = &s->m->watched[subject];
    struct seen *seen = seen_of(s, subject);
    if (seen->verdict == VERDICT_EXCLUDED ||
        (seen->verdict != VERDICT_ACCEPTED && seen->tries >= TRIES))
        return;
    if (seen->verdict != VERDICT_ACCEPTED) {
        if (seen->tries++ == 0 && is_excluded(s, w)) {
            seen->verdict = VERDICT_EXCLUDED;
            return;
        }
        if (is_lonely(s, w, hit)) {
            seen->verdict = VERDICT_LONELY;
            return;
        }
        seen->verdict = VERDICT_ACCEPTED;
        seen->span = hit->span;
    }
    if (mask && s->mask)
        memset(s->mask + hit->first, 1, hit->last - hit->first + 1);
}

/* "Acme's" ends at the same word as a plural and as a possessive: once. */
static bool is_here(const struct finder *s, uint32_t subject, size_t last)
{
    uint32_t at = s->seats[subject].here;
    return at < s->here_count && s->here[at].subject == subject &&
           s->here[at].hit.last == last;
}

static void add_here(struct finder *s, uint32_t subject, struct hit hit)
{
    s->seats[subject].here = (uint32_t)s->here_count;
    s->here = mem_grow(s->here, &s->here_room, s->here_count,
                       sizeof(*s->here));
    s->here[s->here_count++] = (struct found){ subject, hit };
}

static void want(struct finder *s, uint32_t entry)
{
    s->wanted[entry / 64] |= (uint64_t)1 << entry % 64;
    s->wants = true;
}

/* All that ends at a key: names join those of this place. */
static void take_ends(struct finder *s, const struct slot *slot,
                      struct place at, const struct hit *hit)
{
    for (uint32_t i = slot->first; i < slot->first + slot->count; i++) {
        const struct end *e = &s->m->ends[i];
        struct hit sure = *hit;
        if (e->is_query)
            want(s, e->entry);
        else if (!is_here(s, e->subject, hit->last) &&
                 (!e->sensitive || name_at(e->name, s->words, at, &sure)))
            add_here(s, e->subject, sure);
    }
}

static size_t hit_end(const struct hit *h)
{
    return (size_t)h->span.start + h->span.length;
}

/* Of the names at one place the longest counts, and within it no other
 * family's: "Acme Express" is not Acme, unless it is Acme's product. */
static void settle_place(struct finder *s)
{
    const struct watched *watched = s->m->watched;
    struct found *longest = &s->here[0];
    for (size_t i = 1; i < s->here_count; i++)
        if (hit_end(&s->here[i].hit) > hit_end(&longest->hit))
            longest = &s->here[i];
    struct found best = *longest;
    if (s->cover.hit.span.length == 0 ||
        hit_end(&best.hit) > hit_end(&s->cover.hit))
        s->cover = best;
    for (size_t i = 0; i < s->here_count; i++) {
        const struct found *f = &s->here[i];
        bool same = f->hit.span.start == s->cover.hit.span.start &&
                    hit_end(&f->hit) == hit_end(&s->cover.hit);
        if (same || hit_end(&f->hit) > hit_end(&s->cover.hit) ||
            watched[f->subject].brand == watched[s->cover.subject].brand) {
            judge(s, f->subject, &f->hit, true);
        } else {
            struct seen *seen = seen_of(s, f->subject);
            if (seen->tries == 0)
                seen->verdict = VERDICT_INSIDE;
        }
    }
    s->here_count = 0;
}

/* Every name that begins with this piece. */
static void walk(struct finder *s, struct place at, struct piece *p)
{
    struct place place;
    struct hit hit = { at.word, 0, { (uint32_t)p->start, 0 } };
    uint64_t before = 0;
    for (size_t depth = 0;; depth++) {
        uint64_t key = depth ? words_join(before, p->hash) : p->hash;
        const struct slot *slot = find_slot(s->m, key);
        const struct slot *owner = NULL;
        hit.last = p->last;
        if (p->owner)
            owner = find_slot(s->m, depth ? words_join(before, p->owner)
                                          : p->owner);
        if (owner) {
            hit.span.length = (uint32_t)(p->owner_end - hit.span.start);
            take_ends(s, owner, at, &hit);
        }
        if (slot) {
            hit.span.length = (uint32_t)(p->end - hit.span.start);
            take_ends(s, slot, at, &hit);
        }
        place = p->next;
        if (!slot || !slot->longer || depth + 1 == NAME_PIECES ||
            !piece_read(s->words, place, true, p))
            break;
        before = key;
    }
    if (s->here_count)
        settle_place(s);
}

/* Runs of plain letters inside a link, a number or a joined word: a pattern
 * may need them though they are no name. */
static void want_inside(struct finder *s, const struct word *word)
{
    const char *c = s->words->folded + word->start;
    for (size_t i = 0; s->m->needs_words && i < word->length;) {
        size_t end = i;
        while (end < word->length && ((c[end] >= 'a' && c[end] <= 'z') ||
                                      (c[end] >= '0' && c[end] <= '9')))
            end++;
        uint64_t key = end > i ? words_hash(c + i, end - i) : 0;
        const struct slot *slot = key && may_begin(s->m, key)
                                      ? find_slot(s->m, key) : NULL;
        for (uint32_t k = 0; slot && k < slot->count; k++)
            if (!s->m->ends[slot->first + k].name)
                want(s, s->m->ends[slot->first + k].entry);
        i = end + 1;
    }
}

/* A handle or hashtag is one key. */
static void take_marked(struct finder *s, size_t i)
{
    const struct word *word = &s->words->items[i];
    const struct slot *slot = find_slot(s->m, word->hash);
    struct hit hit = { i, i, { word->start, word->length } };
    if (slot)
        take_ends(s, slot, (struct place){ i, 0 }, &hit);
    if (s->here_count)
        settle_place(s);
}

/* The word has inner marks or begins with an initial: piece by piece. */
static void take_pieces(struct finder *s, size_t i)
{
    struct place at = { i, 0 };
    struct piece p;
    do
        if (piece_read(s->words, at, false, &p) &&
            (may_begin(s->m, p.hash) ||
             (p.owner && may_begin(s->m, p.owner))))
            walk(s, at, &p);
    while (place_next(s->words, &at));
}

/* Words that a name or a word that a pattern needs may be in: few, found
 * without branches, for the words of a text are hard to foresee. A single
 * letter may be the first of "P. C.". */
static size_t list_places(const struct finder *s)
{
    const struct words *w = s->words;
    const struct mentions *m = s->m;
    uint32_t inner = WORD_JOINED;
    size_t count = 0;
    if (m->needs_words)
        inner |= WORD_CLASSED | WORD_ODD;
    for (size_t i = 0; i < w->count; i++) {
        const struct word *word = &w->items[i];
        s->places[count] = (uint32_t)i;
        count += may_begin(m, word->hash) | ((word->flags & inner) != 0) |
                 ((word->length == 1) & ((word[1].flags & WORD_STOP) != 0));
    }
    return count;
}

static void take_word(struct finder *s, size_t i)
{
    const struct word *word = &s->words->items[i];
    bool joined = word->flags & WORD_JOINED;
    if (word->kind > WORD_LINK)
        return;
    if (word->kind == WORD_HANDLE || word->kind == WORD_HASHTAG) {
        if (may_begin(s->m, word->hash))
            take_marked(s, i);
    } else if (joined || word->length == 1) {
        take_pieces(s, i);
    } else if (word->kind != WORD_LINK) {
        struct piece p;
        if (piece_read(s->words, (struct place){ i, 0 }, false, &p))
            walk(s, (struct place){ i, 0 }, &p);
    }
    if (joined || word->kind != WORD_PLAIN)
        want_inside(s, word);
}

/* Patterns and queries: their first place that is not lonely. */
static void try_query(struct finder *s, uint32_t entry)
{
    const struct entry *e = &s->m->entries[entry];
    size_t from = 0;
    for (int tried = 0; tried < TRIES; tried++) {
        struct hit hit;
        int rc = query_find(e->query, s->matcher, s->words, from,
                            s->words->count, &hit);
        if (rc < 0)
            s->faults |= POST_FAULT_PATTERN;
        if (rc <= 0)
            return;
        /* a pattern over many words says more than the name */
        judge(s, e->subject, &hit, hit.last - hit.first < 3);
        if (seen_of(s, e->subject)->verdict != VERDICT_LONELY)
            return;
        from = hit.first + 1;
    }
}

static void try_wanted(struct finder *s)
{
    for (size_t i = 0; i <= s->m->entry_count / 64; i++)
        for (; s->wanted[i]; s->wanted[i] &= s->wanted[i] - 1)
            try_query(s, (uint32_t)(i * 64) +
                             (uint32_t)__builtin_ctzll(s->wanted[i]));
    s->wants = false;
}

static void search_text(struct finder *s, const struct words *w,
                        uint8_t *mask)
{
    s->words = w;
    s->mask = mask;
    s->faults = 0;
    s->seen_count = 0;
    s->cover.hit.span = (struct span){ 0, 0 };
    if (s->place_room < w->count) {
        s->place_room = w->count * 2;
        s->places = mem_resize(s->places,
                               s->place_room * sizeof(*s->places));
    }
    size_t count = list_places(s);
    for (size_t i = 0; i < count; i++)
        take_word(s, s->places[i]);
    if (s->wants)
        try_wanted(s);
    for (size_t i = 0; i < s->m->always_count; i++)
        try_query(s, s->m->always[i]);
}

/* A product's mention is its brand's as well. */
static void add_brands(struct finder *s)
{
    size_t count = s->seen_count;
    for (size_t i = 0; i < count; i++) {
        uint32_t brand = s->m->watched[s->seen[i].subject].brand;
        if (s->seen[i].verdict != VERDICT_ACCEPTED ||
            brand == s->seen[i].subject)
            continue;
        struct seen *seen = seen_of(s, brand);
        if (seen->verdict != VERDICT_ACCEPTED) {
            seen->verdict = VERDICT_ACCEPTED;
            seen->span = s->seen[i].span;
        }
    }
}

/* Mentions are in the order of their subjects. */
static void add_mention(struct post *post, const struct seen *seen)
{
    uint32_t at = post->mention_count++;
    for (; at && post->mentions[at - 1].subject > seen->subject; at--)
        post->mentions[at] = post->mentions[at - 1];
    post->mentions[at] = (struct mention){ .subject = seen->subject,
                                           .span = seen->span };
}

/* Of more subjects than a post has room for, products are left out. */
static void take_accepted(const struct finder *s, struct post *post,
                          bool brands)
{
    for (size_t i = 0; i < s->seen_count &&
                       post->mention_count < POST_MENTIONS_LIMIT; i++) {
        uint32_t subject = s->seen[i].subject;
        if (s->seen[i].verdict == VERDICT_ACCEPTED &&
            (s->m->watched[subject].brand == subject) == brands)
            add_mention(post, &s->seen[i]);
    }
}

void finder_find(struct finder *s, const struct words *words,
                 struct post *post, struct arena *memory, uint8_t *mask)
{
    post->mentions = NULL;
    post->mention_count = 0;
    if (!s->m->entry_count || !words->count)
        return;
    search_text(s, words, mask);
    post->faults |= s->faults;
    if (!s->seen_count)
        return;
    add_brands(s);
    size_t room = s->seen_count < POST_MENTIONS_LIMIT ? s->seen_count
                                                      : POST_MENTIONS_LIMIT;
    post->mentions = arena_alloc(memory, room * sizeof(*post->mentions));
    take_accepted(s, post, true);
    take_accepted(s, post, false);
}

/* Telling why. */

static void tell_verdict(const struct finder *s, const struct seen *seen,
                         struct buf *out)
{
    const struct watched *w = &s->m->watched[seen->subject];
    switch ((enum verdict)seen->verdict) {
    case VERDICT_ACCEPTED:
        buf_printf(out, "%s: yes, \"%.*s\"", w->name, (int)seen->span.length,
                   s->words->text.data + seen->span.start);
        break;
    case VERDICT_EXCLUDED:
        buf_printf(out, "%s: no, its name is there, but so is a word of its "
                   "exclude list", w->name);
        break;
    case VERDICT_LONELY:
        buf_printf(out, "%s: no, its name is there, but none of its require "
                   "list within %zu words", w->name, w->near);
        break;
    case VERDICT_INSIDE:
        buf_printf(out, "%s: no, its name is only part of a longer name",
                   w->name);
        break;
    }
}

int finder_explain(struct finder *s, const char *subject, struct text text,
                   struct buf *out)
{
    struct words words = WORDS_INIT;
    const struct seen *seen = NULL;
    words_split(&words, text);
    search_text(s, &words, NULL);
    add_brands(s);
    for (size_t i = 0; i < s->seen_count; i++)
        if (strcmp(s->m->watched[s->seen[i].subject].name, subject) == 0)
            seen = &s->seen[i];
    if (seen)
        tell_verdict(s, seen, out);
    else
        buf_printf(out, "%s: no, none of its names is there", subject);
    if (s->faults & POST_FAULT_PATTERN)
        buf_puts(out, "; a pattern passed its match limit");
    buf_putc(out, '\n');
    words_release(&words);
    return seen ? seen->verdict == VERDICT_ACCEPTED : -1;
}
