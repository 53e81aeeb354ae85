/* SPDX-License-Identifier: Apache-2.0 */
/* Who waits for an answer: questions, support requests and complaints of a
 * week, and the replies of the brands' own accounts. An answer given in a
 * private message is not seen. */
#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "digest/compose.h"

enum { OPEN_SHOWN = 3 };

/* An account that answers for a brand: by keyed author hash, or by the
 * handle where the store keeps it. */
struct voice {
    uint64_t hash;
    int brand;
};

struct ask {
    uint64_t key;          /* of source and native id */
    int64_t asked, answered;
    int brand;
    struct sample sample;  /* ours only */
};

struct reply {
    uint64_t key;
    int64_t when;
    int brand;
};

struct waiting {
    struct composer *c;
    struct author_key key;
    bool keyed;
    struct voice *voices;
    size_t voice_count, voice_room;
    struct ask *asks;
    size_t ask_count, ask_room;
    struct reply *replies;
    size_t reply_count, reply_room;
    bool *replied;         /* by brand: a post of its accounts was seen */
};

static int by_voice(const void *a, const void *b)
{
    const struct voice *x = a, *y = b;
    return (x->hash > y->hash) - (x->hash < y->hash);
}

static void add_voice(struct waiting *w, uint64_t hash, int brand)
{
    w->voices = mem_grow(w->voices, &w->voice_room, w->voice_count,
                         sizeof(*w->voices));
    w->voices[w->voice_count++] = (struct voice){ hash, brand };
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
        lower[length++] = (char)(handle.data[i] >= 'A' && handle.data[i] <= 'Z'
                                     ? handle.data[i] | 32
                                     : handle.data[i]);
    return hash64(lower, length);
}

struct voicing {
    struct waiting *w;
    const char *handle;
    int brand;
};

/* Services name authors with or without the @. */
static int voice_in(void *context, const char *source)
{
    struct voicing *v = context;
    char marked[POST_ID_LIMIT + 2];
    const char *name = v->handle + (v->handle[0] == '@');
    snprintf(marked, sizeof(marked), "@%s", name);
    for (int at = 0; at < 2; at++)
        add_voice(v->w, author_key_hash(&v->w->key, source, strlen(source),
                                        marked + at, strlen(marked + at)),
                  v->brand);
    return 0;
}

static int add_voices(struct waiting *w, struct error *err)
{
    const struct config *config = w->c->config;
    for (size_t i = 0; i < config->subject_count; i++) {
        const struct subject *s = &config->subjects[i];
        for (size_t k = 0; k < s->handles.count; k++) {
            struct voicing v = { w, s->handles.items[k],
                                 w->c->watched[i].brand };
            add_voice(w, handle_hash(text_of(v.handle)), v.brand);
            if (w->keyed && store_names(w->c->store, STORE_SOURCES, voice_in,
                                        &v, err))
                return -1;
        }
    }
    if (w->voice_count)
        qsort(w->voices, w->voice_count, sizeof(*w->voices), by_voice);
    return 0;
}

int waiting_open(struct waiting **out, struct composer *c, struct error *err)
{
    struct waiting *w = mem_alloc(sizeof(*w));
    struct buf path = BUF_INIT(0);
    w->c = c;
    w->replied = mem_alloc(c->watched_count + 1);
    buf_printf(&path, "%s/author.key", store_folder(c->store));
    /* Without the key only kept handles can be recognised. */
    w->keyed = author_key_load(&w->key, buf_text(&path), 0, NULL) == 0;
    buf_release(&path);
    *out = w;
    int rc = add_voices(w, err);
    if (rc)
        waiting_finish(w);
    return rc;
}

/* The brand whose account wrote this, or -1. */
static int voice_of(const struct waiting *w, const struct post *post)
{
    struct voice key = { post->author_hash, 0 };
    const struct voice *found = NULL;
    if (!w->voice_count)
        return -1;
    if (key.hash)
        found = bsearch(&key, w->voices, w->voice_count, sizeof(key),
                        by_voice);
    if (!found && post->handle.length) {
        key.hash = handle_hash(post->handle);
        found = bsearch(&key, w->voices, w->voice_count, sizeof(key),
                        by_voice);
    }
    return found ? found->brand : -1;
}

static void take_ask(struct waiting *w, const struct sighting *s, size_t at)
{
    static const uint8_t asking = 1 << INTENT_QUESTION | 1 << INTENT_SUPPORT |
                                  1 << INTENT_COMPLAINT;
    const struct post *post = s->post;
    const struct tags *tags = &s->mentions[at]->tags;
    int brand = w->c->watched[s->watched[at]].brand;
    if (!(tags->intents & asking))
        return;
    for (size_t i = 0; i < at; i++)
        if (w->c->watched[s->watched[i]].brand == brand &&
            (s->mentions[i]->tags.intents & asking))
            return; /* the brand and its product: asked once */
    w->asks = mem_grow(w->asks, &w->ask_room, w->ask_count, sizeof(*w->asks));
    struct ask *a = &w->asks[w->ask_count++];
    *a = (struct ask){ .asked = post->created, .brand = brand };
    a->key = hash64_seed(post->native_id.data, post->native_id.length,
                         hash64(post->source.data, post->source.length));
    if (watched_ours(w->c, brand))
        post_sample(&a->sample, &w->c->d->memory, post, tags);
}

bool waiting_take(struct waiting *w, const struct sighting *s)
{
    const struct post *post = s->post;
    int voice = voice_of(w, post);
    if (!s->week)
        return voice >= 0;
    if (voice >= 0)
        w->replied[voice] = true;
    if (voice >= 0 && post->reply_to.length) {
        w->replies = mem_grow(w->replies, &w->reply_room, w->reply_count,
                              sizeof(*w->replies));
        w->replies[w->reply_count++] = (struct reply){
            hash64_seed(post->reply_to.data, post->reply_to.length,
                        hash64(post->source.data, post->source.length)),
            post->created, voice };
    }
    if (voice >= 0 || post->kind == POST_REPOST)
        return voice >= 0;
    for (size_t i = 0; i < s->count; i++)
        take_ask(w, s, i);
    return false;
}

static int by_reply(const void *a, const void *b)
{
    const struct reply *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    if (x->brand != y->brand)
        return x->brand - y->brand;
    return (x->when > y->when) - (x->when < y->when);
}

/* The first reply of the brand's accounts to this very post. */
static void match_reply(const struct waiting *w, struct ask *a)
{
    size_t low = 0, high = w->reply_count;
    struct reply first = { a->key, INT64_MIN, a->brand };
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (by_reply(&w->replies[middle], &first) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < w->reply_count && w->replies[low].key == a->key &&
        w->replies[low].brand == a->brand)
        a->answered = w->replies[low].when;
}

static int by_brand(const void *a, const void *b)
{
    const struct ask *x = a, *y = b;
    if (x->brand != y->brand)
        return x->brand - y->brand;
    return (x->asked > y->asked) - (x->asked < y->asked);
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* asks: all of one brand, oldest first. */
static void fill(struct waiting *w, struct digest_waiting *out,
                 const struct ask *asks, size_t count)
{
    const struct watched *brand = &w->c->watched[asks[0].brand];
    double *hours = mem_alloc(count * sizeof(*hours));
    *out = (struct digest_waiting){ .subject = brand->name,
                                    .title = brand->title,
                                    .own = brand->own, .asked = count };
    for (size_t i = 0; i < count; i++) {
        const struct ask *a = &asks[i];
        if (a->answered) {
            double wait = (double)(a->answered - a->asked) / HOUR;
            hours[out->answered++] = wait > 0 ? wait : 0;
            continue;
        }
        out->open++;
        if (!out->oldest)
            out->oldest = a->asked;
        if (a->sample.text && out->sample_count < OPEN_SHOWN)
            out->samples[out->sample_count++] = a->sample;
    }
    size_t n = out->answered;
    if (n)
        qsort(hours, n, sizeof(*hours), ascending);
    out->median_hours = n ? (hours[(n - 1) / 2] + hours[n / 2]) / 2 : NAN;
    out->known = w->replied[asks[0].brand];
    mem_free(hours);
}

void waiting_finish(struct waiting *w)
{
    struct digest *d = w->c->d;
    size_t room = 0;
    if (w->reply_count)
        qsort(w->replies, w->reply_count, sizeof(*w->replies), by_reply);
    for (size_t i = 0; i < w->ask_count; i++)
        match_reply(w, &w->asks[i]);
    if (w->ask_count)
        qsort(w->asks, w->ask_count, sizeof(*w->asks), by_brand);
    for (size_t i = 0, next; i < w->ask_count; i = next) {
        for (next = i + 1; next < w->ask_count &&
                           w->asks[next].brand == w->asks[i].brand;)
            next++;
        if (!w->c->watched[w->asks[i].brand].kept)
            continue;
        d->waiting = mem_grow(d->waiting, &room, d->waiting_count,
                              sizeof(*d->waiting));
        fill(w, &d->waiting[d->waiting_count++], &w->asks[i], next - i);
    }
    secret_wipe(&w->key, sizeof(w->key));
    mem_free(w->voices);
    mem_free(w->asks);
    mem_free(w->replies);
    mem_free(w->replied);
    mem_free(w);
}
