/* SPDX-License-Identifier: Apache-2.0 */
/* See waiting.h. One pass: asks and replies are kept by the hash of source
 * and id, and joined at the end. Long: what counts as asked, as answered and
 * as the same ask is one definition, kept in one place. */
#include "digest/waiting.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/hash_set.h"
#include "digest/names.h"
#include "digest/posts.h"
#include "pipeline/words.h"

enum {
    ONE_ASK = DAY,           /* what one writer asks before any answer */
    ONE_TALK = HOUR,         /* ... and between answers */
};

const char *const ask_state_names[ASK_STATE_COUNT] = { "open", "answered",
                                                       "ignored" };

/* What is known under a hash: of an account its brand, of a post when a brand
 * replied to it, and what swell inbox was told. */
struct fact {
    uint64_t key;
    int brand;               /* of replies; of marks the state; else 0 */
    int64_t value;           /* mostly when */
};

struct facts {
    struct fact *items;
    size_t count, room;
};

/* A post that asks, before those of one writer are put together. */
struct cry {
    struct ask ask;
    uint64_t author, print;  /* print: of the text */
    int64_t closed;          /* answered or marked; INT64_MAX: open */
};

struct waiting {
    struct store *store;
    const struct config *config;
    const char *wanted;
    int64_t from;
    struct arena memory;
    struct author_key key;
    bool keyed, any_own;
    struct asked *subjects;
    size_t subject_count, subject_room;
    int *by_id;              /* store's number -> subject; -1 unwatched */
    size_t id_count;
    struct facts voices;     /* accounts that answer for a brand: by keyed
                              * author hash, or by the handle where the store
                              * keeps it */
    struct facts replies, marks; /* by the post that is answered, marked */
    struct facts talk;       /* by writer: their posts after an ask; by print:
                              * copies of it; the value is the post's hash */
    struct hash_set askers;
    struct cry *cries;
    size_t cry_count, cry_room;
    struct ask *asks;
    size_t ask_count;
    struct hash_set texts;   /* of brand and text: copies */
    struct hash_set spoken;  /* posts of the brands' accounts */
};

static uint64_t post_key(struct text source, struct text id)
{
    return hash64_seed(id.data, id.length, hash64(source.data, source.length));
}

static void fact_add(struct facts *f, uint64_t key, int brand, int64_t value)
{
    f->items = mem_grow(f->items, &f->room, f->count, sizeof(*f->items));
    f->items[f->count++] = (struct fact){ key, brand, value };
}

static int by_key(const void *a, const void *b)
{
    const struct fact *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    if (x->brand != y->brand)
        return x->brand - y->brand;
    return (x->value > y->value) - (x->value < y->value);
}

static void facts_sort(struct facts *f)
{
    if (f->count)
        qsort(f->items, f->count, sizeof(*f->items), by_key);
}

/* Once they are sorted: the least value of the key that is not below; NULL:
 * none. */
static const struct fact *fact_from(const struct facts *f, uint64_t key,
                                    int brand, int64_t value)
{
    struct fact first = { key, brand, value };
    size_t low = 0, high = f->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (by_key(&f->items[middle], &first) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < f->count && f->items[low].key == key &&
                   f->items[low].brand == brand
               ? &f->items[low] : NULL;
}

static const struct fact *fact_find(const struct facts *f, uint64_t key,
                                    int brand)
{
    return fact_from(f, key, brand, INT64_MIN);
}

/* ---- subjects and accounts ---------------------------------------------- */

static int find_subject(struct waiting *w, const char *name)
{
    for (size_t i = 0; i < w->subject_count; i++)
        if (strcmp(w->subjects[i].name, name) == 0)
            return (int)i;
    const struct subject *s = config_subject(w->config, name);
    int index = (int)w->subject_count;
    w->subjects = mem_grow(w->subjects, &w->subject_room, w->subject_count,
                           sizeof(*w->subjects));
    w->subjects[w->subject_count++] = (struct asked){
        .name = mem_string(name), .brand = index,
        .own = s && s->own, .ours = (s && s->own) || !w->any_own,
        .watched = s || !w->config->subject_count };
    struct asked *a = &w->subjects[index];
    a->title = s && s->title ? s->title : a->name;
    const char *slash = strchr(name, '/');
    if (slash) {
        char *brand = mem_slice(name, (size_t)(slash - name));
        int found = find_subject(w, brand); /* may move the subjects */
        w->subjects[index].brand = found;
        mem_free(brand);
    }
    return index;
}

static int subject_of(struct waiting *w, uint32_t id)
{
    enum { UNKNOWN = -2 };
    if (id >= w->id_count) {
        size_t count = (size_t)id + 64;
        w->by_id = mem_resize(w->by_id, count * sizeof(*w->by_id));
        for (size_t i = w->id_count; i < count; i++)
            w->by_id[i] = UNKNOWN;
        w->id_count = count;
    }
    if (w->by_id[id] == UNKNOWN) {
        const char *name = store_subject_name(w->store, id);
        int index = name ? find_subject(w, name) : -1;
        w->by_id[id] = index >= 0 && w->subjects[index].watched ? index : -1;
    }
    return w->by_id[id];
}

static uint64_t handle_hash(struct text handle)
{
    char lower[POST_ID_LIMIT];
    size_t length = 0;
    if (handle.length && handle.data[0] == '@') {
        handle.data++;
        handle.length--;
    }
    for (size_t i = 0; i < handle.length && length < sizeof(lower); i++)
        lower[length++] = (char)tolower((unsigned char)handle.data[i]);
    return hash64(lower, length);
}

/* Services name authors with or without the @. */
static void add_voice(struct waiting *w, const char *handle, int brand,
                      const struct names *sources)
{
    char marked[POST_ID_LIMIT + 2];
    snprintf(marked, sizeof(marked), "@%s", handle + (handle[0] == '@'));
    fact_add(&w->voices, handle_hash(text_of(handle)), 0, brand);
    for (size_t i = 0; i < sources->count; i++)
        for (const char *name = marked; name < marked + 2; name++)
            fact_add(&w->voices,
                     author_key_hash(&w->key, sources->items[i],
                                     strlen(sources->items[i]), name,
                                     strlen(name)),
                     0, brand);
}

static int add_voices(struct waiting *w, struct error *err)
{
    struct names sources = { 0 };
    int rc = w->keyed ? names_read(&sources, w->store, STORE_SOURCES, err) : 0;
    for (size_t i = 0; i < w->config->subject_count && !rc; i++) {
        const struct subject *s = &w->config->subjects[i];
        int subject = find_subject(w, s->name); /* moves the subjects */
        for (size_t k = 0; k < s->handles.count; k++)
            add_voice(w, s->handles.items[k], w->subjects[subject].brand,
                      &sources);
    }
    facts_sort(&w->voices);
    names_release(&sources);
    return rc;
}

int waiting_open(struct waiting **out, struct store *store,
                 const struct config *config, const char *subject,
                 int64_t from, struct error *err)
{
    struct waiting *w = mem_alloc(sizeof(*w));
    struct buf path = BUF_INIT(0);
    *w = (struct waiting){ .store = store, .config = config,
                           .wanted = subject, .from = from };
    for (size_t i = 0; i < config->subject_count; i++)
        w->any_own |= config->subjects[i].own;
    buf_printf(&path, "%s/author.key", store_folder(store));
    /* Without the key only kept handles can be recognised. */
    w->keyed = author_key_load(&w->key, buf_text(&path), 0, NULL) == 0;
    buf_release(&path);
    if (add_voices(w, err)) {
        waiting_close(w);
        return -1;
    }
    *out = w;
    return 0;
}

void waiting_close(struct waiting *w)
{
    if (!w)
        return;
    secret_wipe(&w->key, sizeof(w->key));
    for (size_t i = 0; i < w->subject_count; i++)
        mem_free(w->subjects[i].name);
    mem_free(w->subjects);
    mem_free(w->by_id);
    mem_free(w->voices.items);
    mem_free(w->cries);
    mem_free(w->asks);
    mem_free(w->replies.items);
    mem_free(w->marks.items);
    mem_free(w->talk.items);
    hash_set_release(&w->askers);
    hash_set_release(&w->texts);
    hash_set_release(&w->spoken);
    arena_release(&w->memory);
    mem_free(w);
}

/* The brand that the hash speaks for, or -1. */
static int voice_with(const struct waiting *w, uint64_t hash)
{
    const struct fact *found = hash ? fact_find(&w->voices, hash, 0) : NULL;
    return found ? (int)found->value : -1;
}

static int voice_of(const struct waiting *w, const struct post *post)
{
    int brand = voice_with(w, post->author_hash);
    return brand < 0 && post->handle.length
               ? voice_with(w, handle_hash(post->handle))
               : brand;
}

/* ---- asks --------------------------------------------------------------- */

static bool is_handle(unsigned char c)
{
    return isalnum(c) || c == '_' || c == '-' || c == '.';
}

/* Does the text name an account of the brand? *others: it opens with the
 * account of somebody else. */
static bool names_account(const struct waiting *w, struct text text, int brand,
                          bool *others)
{
    bool found = false;
    *others = false;
    for (size_t i = 0, end; i < text.length; i = end + 1) {
        end = i;
        if (text.data[i] != '@')
            continue;
        while (end + 1 < text.length &&
               is_handle((unsigned char)text.data[end + 1]))
            end++;
        size_t length = end - i;
        while (length && strchr(".-", text.data[i + length]))
            length--; /* the end of the sentence */
        struct text name = { text.data + i + 1, length };
        bool ours = length && voice_with(w, handle_hash(name)) == brand;
        found |= ours;
        *others |= i == 0 && length && !ours;
    }
    return found;
}

static bool one_sentence(struct text text, struct span a, struct span b)
{
    size_t end = a.start < b.start ? a.start + a.length : b.start + b.length;
    size_t start = a.start < b.start ? b.start : a.start;
    while (end < start && end < text.length && !strchr(".?!\n", text.data[end]))
        end++;
    return end >= start;
}

/* "Acme or Bramford?" asks whoever reads; who needs help has chosen. */
static bool names_rival(struct waiting *w, const struct post *post,
                        const struct mention *m, int brand)
{
    for (size_t i = 0; i < post->mention_count; i++) {
        int other = subject_of(w, post->mentions[i].subject);
        if (other >= 0 && w->subjects[other].brand != brand &&
            one_sentence(post->text, m->span, post->mentions[i].span))
            return true;
    }
    return false;
}

static bool is_ask(struct waiting *w, const struct post *post,
                   const struct mention *m, int brand)
{
    const struct tags *tags = &m->tags;
    static const uint8_t question = 1 << INTENT_QUESTION | 1 << INTENT_SUPPORT;
    if (tags->intents & question) {
        bool others, named = names_account(w, post->text, brand, &others);
        uint64_t spoken = words_join(post_key(post->source, post->reply_to),
                                     (uint64_t)brand + 1);
        bool choice = !(tags->intents & 1 << INTENT_SUPPORT) &&
                      names_rival(w, post, m, brand);
        bool addressed = post->reply_to.length
                             ? hash_set_has(&w->spoken, spoken)
                             : !others && !choice;
        /* "And honestly? Lovely." asks nobody. */
        if (named || (addressed && tags->label != LABEL_POSITIVE))
            return true;
    }
    return tags->intents & 1 << INTENT_COMPLAINT &&
           tags->label != LABEL_POSITIVE && post->kind != POST_REVIEW;
}

static bool is_wanted(const struct waiting *w, int subject)
{
    const struct asked *a = &w->subjects[subject];
    if (!w->wanted)
        return w->subjects[a->brand].ours;
    return subject_within(a->name, w->wanted);
}

static void add_cry(struct waiting *w, const struct post *post, int subject,
                    const struct tags *tags)
{
    int brand = w->subjects[subject].brand;
    uint64_t key = post_key(post->source, post->native_id);
    uint64_t print = words_join(post_fingerprint(post->text),
                                (uint64_t)brand + 1);
    /* Mostly the same person on another service: answered there is answered. */
    if (post_copied(&w->texts, post, (uint64_t)brand)) {
        fact_add(&w->talk, print, 0, (int64_t)key);
        return;
    }
    w->cries = mem_grow(w->cries, &w->cry_room, w->cry_count,
                        sizeof(*w->cries));
    struct cry *c = &w->cries[w->cry_count++];
    *c = (struct cry){ .author = post->author_hash, .print = print,
                       .closed = INT64_MAX };
    if (c->author)
        hash_set_add(&w->askers, c->author);
    c->ask = (struct ask){
        .key = key, .subject = subject, .brand = brand,
        .asked = post->created,
        .intents = tags->intents, .posts = 1,
        .question = tags->intents & (1 << INTENT_QUESTION |
                                     1 << INTENT_SUPPORT) };
    if (is_wanted(w, subject))
        post_sample(&c->ask.sample, &w->memory, post, tags, SIZE_MAX);
}

/* A brand is asked once by a post; where a product is meant, about that. */
static void take_mentions(struct waiting *w, const struct post *post)
{
    size_t before = w->cry_count;
    for (size_t i = 0; i < post->mention_count; i++) {
        const struct mention *m = &post->mentions[i];
        int subject = subject_of(w, m->subject);
        int brand = subject < 0 ? -1 : w->subjects[subject].brand;
        if (brand < 0 || !is_ask(w, post, m, brand))
            continue;
        size_t k = before;
        while (k < w->cry_count && w->cries[k].ask.brand != brand)
            k++;
        if (k == w->cry_count) {
            add_cry(w, post, subject, &m->tags);
            continue;
        }
        struct ask *a = &w->cries[k].ask;
        if (!is_wanted(w, subject) || (a->subject != brand && a->sample.text))
            continue;
        a->subject = subject;
        if (!a->sample.text)
            post_sample(&a->sample, &w->memory, post, &m->tags, SIZE_MAX);
    }
}

static void take_voice(struct waiting *w, const struct post *post, int brand)
{
    hash_set_add(&w->spoken,
                 words_join(post_key(post->source, post->native_id),
                            (uint64_t)brand + 1));
    w->subjects[brand].replied |= post->created >= w->from;
    if (post->reply_to.length)
        fact_add(&w->replies, post_key(post->source, post->reply_to), brand,
                 post->created);
}

bool waiting_take(struct waiting *w, const struct post *post)
{
    int voice = voice_of(w, post);
    if (voice >= 0) {
        take_voice(w, post, voice);
        return true;
    }
    if (post->created >= w->from && post->kind != POST_REPOST)
        take_mentions(w, post);
    /* Who is answered on a later post of theirs is answered. */
    if (post->author_hash && hash_set_has(&w->askers, post->author_hash))
        fact_add(&w->talk, post->author_hash, 0,
                 (int64_t)post_key(post->source, post->native_id));
    return false;
}

/* ---- answers ------------------------------------------------------------ */

/* "STATE TIME" */
static int take_note(void *context, const char *key, struct text value)
{
    struct waiting *w = context;
    const char *source = key + strlen(WAITING_NOTES);
    const char *id = strchr(source, '/');
    const char *space = memchr(value.data, ' ', value.length);
    const char *end = value.data + value.length;
    int64_t when;
    if (!id)
        return 0;
    if (!space || clock_parse(space, (size_t)(end - space), &when))
        when = 0;
    fact_add(&w->marks, post_key((struct text){ source, (size_t)(id - source) },
                                 text_of(id + 1)),
             text_begins(value, "ignored") ? ASK_IGNORED : ASK_ANSWERED, when);
    return 0;
}

static int by_writer(const void *a, const void *b)
{
    const struct cry *x = a, *y = b;
    if (x->ask.brand != y->ask.brand)
        return x->ask.brand - y->ask.brand;
    if (x->author != y->author)
        return x->author < y->author ? -1 : 1;
    if (x->ask.asked != y->ask.asked)
        return x->ask.asked < y->ask.asked ? -1 : 1;
    return (x->ask.key > y->ask.key) - (x->ask.key < y->ask.key);
}

static int by_time(const void *a, const void *b)
{
    const struct ask *x = a, *y = b;
    if (x->brand != y->brand)
        return x->brand - y->brand;
    if (x->asked != y->asked)
        return x->asked < y->asked ? -1 : 1;
    return (x->key > y->key) - (x->key < y->key);
}

/* Those of the key, as facts without one: when each was, at the least. */
static void add_times(struct facts *times, const struct facts *of,
                      uint64_t key, int brand, int state, int64_t least)
{
    const struct fact *end = of->items + of->count;
    for (const struct fact *f = fact_find(of, key, brand);
         f && f < end && f->key == key && f->brand == brand; f++)
        fact_add(times, 0, state, f->value > least ? f->value : least);
}

/* The brand's replies to the posts that are known under the key. */
static void add_talk(const struct waiting *w, struct facts *times,
                     uint64_t key, int brand)
{
    const struct fact *end = w->talk.items + w->talk.count;
    for (const struct fact *f = key ? fact_find(&w->talk, key, 0) : NULL;
         f && f < end && f->key == key; f++)
        add_times(times, &w->replies, (uint64_t)f->value, brand, ASK_OPEN, 0);
}

/* When the brand replied to any post of the writer since the first ask, or to a
 * copy of one (under ASK_OPEN), and when people marked one. cries: all of one
 * writer and brand. */
static void gather(const struct waiting *w, struct facts *times,
                   const struct cry *cries, size_t count)
{
    int brand = cries->ask.brand;
    times->count = 0;
    add_talk(w, times, cries->author, brand);
    for (size_t i = 0; i < count; i++) {
        const struct ask *a = &cries[i].ask;
        add_talk(w, times, cries[i].print, brand);
        add_times(times, &w->replies, a->key, brand, ASK_OPEN, a->asked);
        for (int s = ASK_ANSWERED; s < ASK_STATE_COUNT; s++)
            add_times(times, &w->marks, a->key, s, s, a->asked);
    }
    facts_sort(times);
}

/* By the brand's next reply to the writer, else by the next mark; but who says
 * of a post that it is to be ignored, is right. */
static void judge(const struct waiting *w, struct cry *c,
                  const struct facts *times)
{
    struct ask *a = &c->ask;
    const struct fact *reply = fact_from(times, 0, ASK_OPEN, a->asked);
    const struct fact *mark = fact_find(&w->marks, a->key, ASK_IGNORED);
    for (int s = ASK_ANSWERED; s < ASK_STATE_COUNT && !mark && !reply; s++)
        mark = fact_from(times, 0, s, a->asked);
    a->answered = reply ? reply->value : 0;
    a->by_hand = mark;
    a->state = mark ? (uint8_t)mark->brand : reply ? ASK_ANSWERED : ASK_OPEN;
    if (mark || reply)
        c->closed = (mark ? mark : reply)->value;
}

/* One ask: asked again before anybody answered, or of one talk that was. */
static bool is_same(const struct cry *last, const struct cry *next)
{
    int64_t gap = next->ask.asked - last->ask.asked;
    return last->closed >= next->ask.asked
               ? gap <= ONE_ASK
               : gap <= ONE_TALK && next->closed < INT64_MAX;
}

static void take_asks(struct waiting *w, const struct cry *cries, size_t count)
{
    const struct cry *first = NULL;
    for (size_t i = 0; i < count; i++) {
        struct ask *last = first ? &w->asks[w->ask_count - 1] : NULL;
        if (last && is_same(first, &cries[i])) {
            last->posts++;
            last->intents |= cries[i].ask.intents;
            last->question |= cries[i].ask.question;
            continue;
        }
        first = &cries[i];
        w->asks[w->ask_count++] = first->ask;
    }
}

int waiting_finish(struct waiting *w, struct error *err)
{
    struct facts times = { 0 };
    if (store_note_scan(w->store, WAITING_NOTES, take_note, w, err) < 0)
        return -1;
    facts_sort(&w->marks);
    facts_sort(&w->replies);
    facts_sort(&w->talk);
    if (w->cry_count)
        qsort(w->cries, w->cry_count, sizeof(*w->cries), by_writer);
    w->asks = mem_alloc((w->cry_count + 1) * sizeof(*w->asks));
    w->ask_count = 0;
    for (size_t i = 0, next; i < w->cry_count; i = next) {
        struct cry *c = &w->cries[i];
        for (next = i + 1; next < w->cry_count && c->author &&
                           w->cries[next].author == c->author &&
                           w->cries[next].ask.brand == c->ask.brand;)
            next++;
        gather(w, &times, c, next - i);
        for (size_t k = i; k < next; k++)
            judge(w, &w->cries[k], &times);
        take_asks(w, c, next - i);
    }
    mem_free(times.items);
    if (w->ask_count)
        qsort(w->asks, w->ask_count, sizeof(*w->asks), by_time);
    return 0;
}

/* ---- reading ------------------------------------------------------------ */

const struct ask *waiting_asks(const struct waiting *w, size_t *count)
{
    *count = w->ask_count;
    return w->asks;
}

const struct asked *waiting_subject(const struct waiting *w, int index)
{
    return &w->subjects[index];
}
