/* SPDX-License-Identifier: Apache-2.0 */
/* All names of all subjects in one hash table of prefixes, walked from every
 * word; what is more than a name is tried only when one of its words is there.
 *
 *   "Acme", "Acme Express"    acme ──> [acme]       ends: subject 0
 *                              └─ longer            acme express ends: 1
 *
 * Long: one walk, and the same walk told in words for `swell check`. */
#include "pipeline/mentions.h"

#include "base/hash.h"
#include "pipeline/query.h"

enum {
    TRIES = 16,      /* places of one name tried for its require list */
    AT_ONE_PLACE = 32,
    QUERIES_WANTED = 64,
    FILTER_BITS_MIN = 12,
};

struct entry {
    uint32_t subject;
    bool is_name;            /* found as soon as its key is */
    struct query *query;
};

struct watched {
    const char *name;
    uint32_t brand;
    size_t near;
    struct entry *exclude, *require; /* owned */
    size_t exclude_count, require_count, exclude_room, require_room;
};

/* What ends at a key: a name of an entry, or the need to try a query. */
struct end {
    uint64_t key;
    uint32_t entry;
    const struct name *name; /* NULL: a key that only has longer ones, or a
                              * word that a pattern needs */
    bool longer;             /* no end: names go on from here */
};

struct slot {
    uint64_t key;
    uint32_t first, count;   /* in ends */
    bool longer;
};

struct mentions {
    char **names;            /* owned */
    size_t count;
    struct watched *watched;
    struct entry *entries;
    size_t entry_count, entry_room;
    uint32_t *always;        /* entries tried on every text */
    size_t always_count, always_room;
    struct end *ends;        /* sorted by key */
    size_t end_count, end_room;
    struct slot *slots;      /* open addressing, power of two */
    size_t slot_count;
    uint64_t *filter;        /* bits of the keys of first pieces */
    unsigned filter_bits;
    bool needs_words;        /* some pattern waits for a word */
    uint64_t hash;
};

static const struct slot *find_slot(const struct mentions *m, uint64_t key)
{
    size_t at = (key * 0x9e3779b97f4a7c15u >> 32) & (m->slot_count - 1);
    while (m->slots[at].key) {
        if (m->slots[at].key == key)
            return &m->slots[at];
        at = (at + 1) & (m->slot_count - 1);
    }
    return NULL;
}

static bool may_begin(const struct mentions *m, uint64_t key)
{
    size_t bit = key >> (64 - m->filter_bits);
    return m->filter[bit / 64] >> (bit % 64) & 1;
}

/* Compiling. */

static void add_end(struct mentions *m, uint64_t key, uint32_t entry,
                    const struct name *name, bool longer)
{
    m->ends = mem_grow(m->ends, &m->end_room, m->end_count, sizeof(*m->ends));
    m->ends[m->end_count++] = (struct end){ key, entry, name, longer };
}

static void add_trigger(void *context, const struct name *name, uint64_t word)
{
    struct mentions *m = context;
    uint32_t entry = (uint32_t)m->entry_count - 1;
    if (!name) {
        m->needs_words = true;
        add_end(m, word, entry, NULL, false);
        return;
    }
    uint64_t key = 0, last = 0;
    for (size_t i = 0; i < name->count; i++) {
        last = i + 1 == name->count && name->plural
                   ? i ? words_join(key, name->plural) : name->plural : 0;
        key = i ? words_join(key, name->pieces[i]) : name->pieces[i];
        add_end(m, key, entry, name, i + 1 < name->count);
    }
    if (last)
        add_end(m, last, entry, name, false);
}

/* Triggers of a query that needs none of its words go nowhere. */
static void no_trigger(void *context, const struct name *name, uint64_t word)
{
    (void)context;
    (void)name;
    (void)word;
}

static int compare_ends(const void *a, const void *b)
{
    const struct end *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    if (x->longer != y->longer)
        return x->longer ? -1 : 1;
    return x->entry < y->entry ? -1 : x->entry > y->entry;
}

/* One slot a key; its ends lie side by side. */
static void build_slots(struct mentions *m)
{
    if (m->end_count)
        qsort(m->ends, m->end_count, sizeof(*m->ends), compare_ends);
    m->slot_count = 16;
    while (m->slot_count < m->end_count * 2)
        m->slot_count *= 2;
    m->slots = mem_alloc(m->slot_count * sizeof(*m->slots));
    size_t kept = 0;
    for (size_t i = 0; i < m->end_count;) {
        uint64_t key = m->ends[i].key;
        size_t at = (key * 0x9e3779b97f4a7c15u >> 32) & (m->slot_count - 1);
        while (m->slots[at].key)
            at = (at + 1) & (m->slot_count - 1);
        struct slot *s = &m->slots[at];
        *s = (struct slot){ key, (uint32_t)kept, 0, false };
        for (; i < m->end_count && m->ends[i].key == key; i++) {
            struct end e = m->ends[i];
            if (e.longer) {
                s->longer = true;
                continue;
            }
            m->ends[kept++] = e;
            s->count++;
        }
    }
    m->end_count = kept;
}

/* Every key may stand first: the few that never do cost nothing. */
static void build_filter(struct mentions *m)
{
    m->filter_bits = FILTER_BITS_MIN;
    while (((size_t)1 << m->filter_bits) < m->slot_count * 8)
        m->filter_bits++;
    m->filter = mem_alloc(((size_t)1 << m->filter_bits) / 8);
    for (size_t i = 0; i < m->slot_count; i++)
        if (m->slots[i].key) {
            size_t bit = m->slots[i].key >> (64 - m->filter_bits);
            m->filter[bit / 64] |= (uint64_t)1 << (bit % 64);
        }
}

struct compiler {
    struct mentions *m;
    const struct config *config;
    struct buf *faults;
    struct error *err;
    int rc;
};

static struct query *compile(struct compiler *c, const struct subject *s,
                             const char *source, int line)
{
    struct error err = ERROR_INIT;
    struct query *q;
    if (!query_open(&q, text_of(source), s->case_sensitive, &err))
        return q;
    error_prefix(&err, "%s:%d: %s", c->config->path, line, s->name);
    if (c->faults)
        buf_printf(c->faults, "%s\n", err.text);
    if (!c->rc && c->err)
        *c->err = err;
    c->rc = -1;
    return NULL;
}

static void compile_match(struct compiler *c, size_t index)
{
    const struct subject *s = &c->config->subjects[index];
    struct mentions *m = c->m;
    for (size_t i = 0; i < s->match.count; i++) {
        struct query *q = compile(c, s, s->match.items[i], s->match_line);
        if (!q)
            continue;
        m->entries = mem_grow(m->entries, &m->entry_room, m->entry_count,
                              sizeof(*m->entries));
        m->entries[m->entry_count++] = (struct entry){
            (uint32_t)index, query_is_name(q), q };
        if (query_triggers(q, no_trigger, NULL)) {
            query_triggers(q, add_trigger, m);
        } else {
            m->always = mem_grow(m->always, &m->always_room, m->always_count,
                                 sizeof(*m->always));
            m->always[m->always_count++] = (uint32_t)m->entry_count - 1;
        }
    }
}

static void compile_list(struct compiler *c, size_t index,
                         const struct option_list *list,
                         struct entry **entries, size_t *count, size_t *room)
{
    const struct subject *s = &c->config->subjects[index];
    for (size_t i = 0; i < list->count; i++) {
        struct query *q = compile(c, s, list->items[i], s->line);
        if (!q)
            continue;
        *entries = mem_grow(*entries, room, *count, sizeof(**entries));
        (*entries)[(*count)++] = (struct entry){ (uint32_t)index, false, q };
    }
}

static uint64_t hash_list(uint64_t hash, const struct option_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        hash = hash64_seed(list->items[i], strlen(list->items[i]) + 1, hash);
    return hash64_seed(&list->count, sizeof(list->count), hash);
}

static void compile_subject(struct compiler *c, size_t index)
{
    const struct subject *s = &c->config->subjects[index];
    struct mentions *m = c->m;
    struct watched *w = &m->watched[index];
    m->names[index] = mem_string(s->name);
    *w = (struct watched){ .name = m->names[index],
                           .brand = (uint32_t)s->brand,
                           .near = s->near };
    compile_match(c, index);
    compile_list(c, index, &s->exclude, &w->exclude, &w->exclude_count,
                 &w->exclude_room);
    compile_list(c, index, &s->require, &w->require, &w->require_count,
                 &w->require_room);
    m->hash = hash64_seed(s->name, strlen(s->name) + 1, m->hash);
    m->hash = hash_list(m->hash, &s->match);
    m->hash = hash_list(m->hash, &s->exclude);
    m->hash = hash_list(m->hash, &s->require);
    uint64_t more[] = { s->near, s->case_sensitive, (uint64_t)s->brand };
    m->hash = hash64_seed(more, sizeof(more), m->hash);
}

int mentions_open(struct mentions **out, const struct config *config,
                  struct buf *faults, struct error *err)
{
    struct mentions *m = mem_alloc(sizeof(*m));
    struct compiler c = { m, config, faults, err, 0 };
    *out = NULL;
    m->count = config->subject_count;
    m->names = mem_alloc(m->count * sizeof(*m->names));
    m->watched = mem_alloc(m->count * sizeof(*m->watched));
    for (size_t i = 0; i < config->subject_count; i++)
        compile_subject(&c, i);
    build_slots(m);
    build_filter(m);
    if (c.rc)
        mentions_close(m);
    else
        *out = m;
    return c.rc;
}

static void close_entries(struct entry *entries, size_t count)
{
    for (size_t i = 0; i < count; i++)
        query_close(entries[i].query);
    mem_free(entries);
}

void mentions_close(struct mentions *m)
{
    if (!m)
        return;
    for (size_t i = 0; i < m->count; i++) {
        close_entries(m->watched[i].exclude, m->watched[i].exclude_count);
        close_entries(m->watched[i].require, m->watched[i].require_count);
        mem_free(m->names[i]);
    }
    close_entries(m->entries, m->entry_count);
    mem_free(m->names);
    mem_free(m->watched);
    mem_free(m->always);
    mem_free(m->ends);
    mem_free(m->slots);
    mem_free(m->filter);
    mem_free(m);
}

const char *const *mentions_subjects(const struct mentions *m, size_t *count)
{
    *count = m->count;
    return (const char *const *)m->names;
}

uint64_t mentions_hash(const struct mentions *m)
{
    return m->hash;
}

uint32_t mentions_brand(const struct mentions *m, uint32_t subject)
{
    return m->watched[subject].brand;
}

/* Finding. */

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

struct search {
    const struct mentions *m;
    struct matcher *matcher;
    const struct words *words;
    uint8_t *mask;
    uint8_t faults;
    struct seen seen[POST_MENTIONS_LIMIT];
    size_t seen_count;
    struct found here[AT_ONE_PLACE];  /* names that begin at one place */
    size_t here_count;
    struct found cover;               /* the longest name up to now */
    uint32_t wanted[QUERIES_WANTED];  /* entries to try */
    size_t wanted_count;
};

static struct seen *seen_of(struct search *s, uint32_t subject)
{
    for (size_t i = 0; i < s->seen_count; i++)
        if (s->seen[i].subject == subject)
            return &s->seen[i];
    if (s->seen_count == POST_MENTIONS_LIMIT)
        return NULL;
    struct seen *seen = &s->seen[s->seen_count++];
    *seen = (struct seen){ .subject = subject, .verdict = VERDICT_LONELY };
    return seen;
}

static bool holds(struct search *s, const struct query *q, size_t from,
                  size_t until)
{
    struct hit hit;
    int rc = query_find(q, s->matcher, s->words, from, until, &hit);
    if (rc < 0)
        s->faults |= POST_FAULT_PATTERN;
    return rc > 0;
}

static bool is_excluded(struct search *s, const struct watched *w)
{
    for (size_t i = 0; i < w->exclude_count; i++)
        if (holds(s, w->exclude[i].query, 0, s->words->count))
            return true;
    return false;
}

static bool is_lonely(struct search *s, const struct watched *w,
                      const struct hit *hit)
{
    size_t from = hit->first > w->near ? hit->first - w->near : 0;
    for (size_t i = 0; i < w->require_count; i++)
        if (holds(s, w->require[i].query, from, hit->last + w->near))
            return false;
    return w->require_count > 0;
}

/* Decide about one place where a subject seems to be. */
static void judge(struct search *s, uint32_t subject, const struct hit *hit,
                  bool mask)
{
    const struct watched *w = &s->m->watched[subject];
    struct seen *seen = seen_of(s, subject);
    if (!seen || seen->verdict == VERDICT_EXCLUDED ||
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
static bool is_here(const struct search *s, uint32_t subject, size_t last)
{
    for (size_t i = 0; i < s->here_count; i++)
        if (s->here[i].subject == subject && s->here[i].hit.last == last)
            return true;
    return false;
}

static void want(struct search *s, uint32_t entry)
{
    for (size_t i = 0; i < s->wanted_count; i++)
        if (s->wanted[i] == entry)
            return;
    if (s->wanted_count < QUERIES_WANTED)
        s->wanted[s->wanted_count++] = entry;
}

/* All that ends at a key: names join those of this place. */
static void take_ends(struct search *s, const struct slot *slot,
                      struct place at, const struct hit *hit)
{
    for (uint32_t i = slot->first; i < slot->first + slot->count; i++) {
        const struct end *e = &s->m->ends[i];
        const struct entry *entry = &s->m->entries[e->entry];
        struct hit sure = *hit;
        if (!e->name || !entry->is_name) {
            want(s, e->entry);
        } else if (s->here_count < AT_ONE_PLACE &&
                   !is_here(s, entry->subject, hit->last) &&
                   (!e->name->sensitive ||
                    name_at(e->name, s->words, at, &sure))) {
            s->here[s->here_count++] = (struct found){ entry->subject, sure };
        }
    }
}

static size_t hit_end(const struct hit *h)
{
    return (size_t)h->span.start + h->span.length;
}

/* Of the names at one place the longest counts, and within it no other
 * family's: "Acme Express" is not Acme, unless it is Acme's product. */
static void settle_place(struct search *s)
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
            if (seen && seen->tries == 0)
                seen->verdict = VERDICT_INSIDE;
        }
    }
    s->here_count = 0;
}

/* Every name that begins with this piece. */
static void walk(struct search *s, struct place at, struct piece *p)
{
    struct place place = at;
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
static void want_inside(struct search *s, const struct word *word)
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
static void take_marked(struct search *s, size_t i)
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
static void take_pieces(struct search *s, size_t i)
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

static void take_word(struct search *s, size_t i)
{
    const struct word *word = &s->words->items[i];
    switch (word->kind) {
    case WORD_PLAIN: case WORD_NUMBER:
        if (word->flags & WORD_JOINED || word->length == 1) {
            take_pieces(s, i);
        } else if (may_begin(s->m, word->hash)) {
            struct piece p;
            if (piece_read(s->words, (struct place){ i, 0 }, false, &p))
                walk(s, (struct place){ i, 0 }, &p);
        }
        if (word->flags & WORD_JOINED || word->kind == WORD_NUMBER)
            want_inside(s, word);
        break;
    case WORD_HANDLE: case WORD_HASHTAG:
        if (may_begin(s->m, word->hash))
            take_marked(s, i);
        want_inside(s, word);
        break;
    case WORD_LINK:
        want_inside(s, word);
        break;
    default:
        break;
    }
}

/* Patterns and queries: their first place that is not lonely. */
static void try_query(struct search *s, uint32_t entry)
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
        const struct seen *seen = seen_of(s, e->subject);
        if (!seen || seen->verdict != VERDICT_LONELY)
            return;
        from = hit.first + 1;
    }
}

static void search_text(struct search *s)
{
    const struct words *w = s->words;
    for (size_t i = 0; i < w->count; i++)
        take_word(s, i);
    for (size_t i = 0; i < s->wanted_count; i++)
        try_query(s, s->wanted[i]);
    for (size_t i = 0; i < s->m->always_count; i++)
        try_query(s, s->m->always[i]);
}

/* A product's mention is its brand's as well. */
static void add_brands(struct search *s)
{
    size_t count = s->seen_count;
    for (size_t i = 0; i < count; i++) {
        uint32_t brand = s->m->watched[s->seen[i].subject].brand;
        if (s->seen[i].verdict != VERDICT_ACCEPTED ||
            brand == s->seen[i].subject)
            continue;
        struct seen *seen = seen_of(s, brand);
        if (seen && seen->verdict != VERDICT_ACCEPTED) {
            seen->verdict = VERDICT_ACCEPTED;
            seen->span = s->seen[i].span;
        }
    }
}

static int compare_mentions(const void *a, const void *b)
{
    const struct mention *x = a, *y = b;
    return x->subject < y->subject ? -1 : x->subject > y->subject;
}

void mentions_find(const struct mentions *m, struct matcher *matcher,
                   const struct words *words, struct post *post,
                   struct arena *memory, uint8_t *mask)
{
    struct search s;
    post->mentions = NULL;
    post->mention_count = 0;
    if (!m->entry_count || !words->count)
        return;
    s.m = m;
    s.matcher = matcher;
    s.words = words;
    s.mask = mask;
    s.faults = 0;
    s.seen_count = s.here_count = s.wanted_count = 0;
    s.cover.hit.span.length = s.cover.hit.span.start = 0;
    search_text(&s);
    post->faults |= s.faults;
    if (!s.seen_count)
        return;
    add_brands(&s);
    post->mentions = arena_alloc(memory,
                                 s.seen_count * sizeof(*post->mentions));
    for (size_t i = 0; i < s.seen_count; i++)
        if (s.seen[i].verdict == VERDICT_ACCEPTED)
            post->mentions[post->mention_count++] = (struct mention){
                .subject = s.seen[i].subject, .span = s.seen[i].span };
    if (post->mention_count > 1)
        qsort(post->mentions, post->mention_count, sizeof(*post->mentions),
              compare_mentions);
}

/* Telling why. */

static void tell_verdict(const struct search *s, const struct seen *seen,
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

int mentions_explain(const struct mentions *m, struct matcher *matcher,
                     const char *subject, struct text text, struct buf *out)
{
    struct words words = WORDS_INIT;
    struct search s = { .m = m, .matcher = matcher, .words = &words };
    words_split(&words, text);
    if (words.count)
        search_text(&s);
    add_brands(&s);
    const struct seen *seen = NULL;
    for (size_t i = 0; i < s.seen_count; i++)
        if (strcmp(m->watched[s.seen[i].subject].name, subject) == 0)
            seen = &s.seen[i];
    if (seen)
        tell_verdict(&s, seen, out);
    else
        buf_printf(out, "%s: no, none of its names is there", subject);
    if (s.faults & POST_FAULT_PATTERN)
        buf_puts(out, "; a pattern passed its match limit");
    buf_putc(out, '\n');
    words_release(&words);
    return seen ? seen->verdict == VERDICT_ACCEPTED : -1;
}
