/* SPDX-License-Identifier: Apache-2.0 */
/* The stages in their order. Decides only who is asked about which words:
 * what a clause says counts for the names in it, and a post about one family
 * of subjects speaks about that family as a whole. */
#include "pipeline/tagger.h"

#include "pipeline/clean.h"
#include "pipeline/language.h"

struct rules {
    struct languages *languages;
    struct mentions *mentions;
    struct sentiment *sentiment;
    struct topics *topics;
};

struct tagger {
    const struct rules *rules;
    struct finder *finder;
    struct scorer *scorer;
    struct spotter *spotter;
    struct words words;
    uint8_t *mask;       /* owned; one byte a word: part of a name */
    size_t mask_room;
};

int rules_open(struct rules **out, const struct config *config,
               const char *data, const char *lexicon, struct buf *faults,
               struct error *err)
{
    struct rules *r = mem_alloc(sizeof(*r));
    struct buf path = BUF_INIT(0), folder = BUF_INIT(0);
    buf_printf(&path, "%s/lexicons/languages.tsv", data);
    buf_printf(&folder, "%s/lexicons/en", data);
    int rc = languages_open(&r->languages, path.data, err);
    if (!rc)
        rc = sentiment_open(&r->sentiment, folder.data, lexicon, err);
    if (!rc)
        rc = topics_open(&r->topics, folder.data, err);
    if (!rc)
        rc = mentions_open(&r->mentions, config, faults, err);
    buf_release(&path);
    buf_release(&folder);
    if (rc) {
        rules_close(r);
        r = NULL;
    }
    *out = r;
    return rc;
}

void rules_close(struct rules *r)
{
    if (!r)
        return;
    languages_close(r->languages);
    mentions_close(r->mentions);
    sentiment_close(r->sentiment);
    topics_close(r->topics);
    mem_free(r);
}

void rules_describe(const struct rules *r, struct buf *out)
{
    buf_printf(out, "{\"version\":\"%s\",\"languages\":\"%016llx\","
               "\"mentions\":\"%016llx\",\"sentiment\":\"%016llx\","
               "\"topics\":\"%016llx\"}", VERSION,
               (unsigned long long)languages_hash(r->languages),
               (unsigned long long)mentions_hash(r->mentions),
               (unsigned long long)sentiment_hash(r->sentiment),
               (unsigned long long)topics_hash(r->topics));
}

const struct mentions *rules_mentions(const struct rules *r)
{
    return r->mentions;
}

const struct sentiment *rules_sentiment(const struct rules *r)
{
    return r->sentiment;
}

const struct topics *rules_topics(const struct rules *r)
{
    return r->topics;
}

struct tagger *tagger_open(const struct rules *r)
{
    struct tagger *t = mem_alloc(sizeof(*t));
    t->rules = r;
    t->finder = finder_open(r->mentions);
    t->scorer = scorer_open(r->sentiment);
    t->spotter = spotter_open(r->topics);
    return t;
}

void tagger_close(struct tagger *t)
{
    if (!t)
        return;
    finder_close(t->finder);
    scorer_close(t->scorer);
    spotter_close(t->spotter);
    words_release(&t->words);
    mem_free(t->mask);
    mem_free(t);
}

/* The lexicons are English; what has no language is names, numbers, emoji. */
static bool is_scored(const struct post *post)
{
    return strncmp(post->language, "en", 3) == 0 ||
           strncmp(post->language, "und", 4) == 0;
}

static bool one_family(const struct mentions *m, const struct post *post)
{
    for (uint32_t i = 1; i < post->mention_count; i++)
        if (mentions_brand(m, post->mentions[i].subject) !=
            mentions_brand(m, post->mentions[0].subject))
            return false;
    return true;
}

/* Tags of one mention: the feeling of its clause and the topics of its
 * sentence; addressed by the post, or beside its own family only, all the post
 * is about. Beside others it has no part in what is felt about them in other
 * sentences. */
static void tag_mention(struct tagger *t, struct post *post,
                        struct mention *mention, bool family, bool alone)
{
    struct tags *tags = &mention->tags;
    struct range place = words_around(&t->words, mention->span);
    *tags = post->tags;
    if (!family && !scorer_addressed(t->scorer, place)) {
        struct range part = words_sentence(&t->words, place);
        if (part.until - part.from < t->words.count) {
            scorer_score(t->scorer, part.from, part.until, tags, NULL, NULL);
            spotter_tag(t->spotter, part.from, part.until, tags);
        }
    }
    scorer_mention(t->scorer, place, alone, tags);
}

/* A product brings its brand, which stands where the product stands: what is
 * said of one is said of the other. */
static const struct mention *same_place(const struct post *post, uint32_t i)
{
    struct span span = post->mentions[i].span;
    for (uint32_t j = 0; j < i; j++)
        if (post->mentions[j].span.start == span.start &&
            post->mentions[j].span.length == span.length)
            return &post->mentions[j];
    return NULL;
}

static bool one_place(const struct post *post)
{
    for (uint32_t i = 1; i < post->mention_count; i++)
        if (!same_place(post, i))
            return false;
    return true;
}

/* All zero: whoever sets some of it clears it. */
static void prepare_mask(struct tagger *t)
{
    if (t->mask_room >= t->words.count)
        return;
    mem_free(t->mask);
    t->mask_room = t->words.count * 2;
    t->mask = mem_alloc(t->mask_room);
}

static void tag_post(struct tagger *t, struct post *post,
                     struct arena *memory)
{
    clean_post(post, memory);
    words_split(&t->words, post->text);
    prepare_mask(t);
    language_guess(t->rules->languages, post, &t->words);
    finder_find(t->finder, &t->words, post, memory, t->mask);
    post->tags = (struct tags){ .label = LABEL_UNSCORED };
    post->wish = post->from = post->to = (struct span){ 0, 0 };
    if (is_scored(post)) {
        const uint8_t *mask = post->mention_count ? t->mask : NULL;
        scorer_read(t->scorer, &t->words, mask);
        scorer_score(t->scorer, 0, t->words.count, &post->tags, NULL, NULL);
        spotter_read(t->spotter, &t->words, mask);
        spotter_tag(t->spotter, 0, t->words.count, &post->tags);
        spotter_spans(t->spotter, post);
    }
    bool family = one_family(t->rules->mentions, post);
    bool alone = one_place(post);
    for (uint32_t i = 0; i < post->mention_count; i++) {
        const struct mention *same = same_place(post, i);
        if (post->tags.label == LABEL_UNSCORED)
            post->mentions[i].tags = post->tags;
        else if (same)
            post->mentions[i].tags = same->tags;
        else
            tag_mention(t, post, &post->mentions[i], family, alone);
    }
    if (post->mention_count)
        memset(t->mask, 0, t->words.count);
}

void tagger_run(struct tagger *t, struct batch *batch, size_t first)
{
    batch->subjects = mentions_subjects(t->rules->mentions,
                                        &batch->subject_count);
    batch->subjects_hash = mentions_hash(t->rules->mentions);
    for (size_t i = first; i < batch->count; i++)
        tag_post(t, &batch->posts[i], &batch->memory);
}

/* Telling a person why. */

struct telling {
    struct text text;
    struct buf *out;
};

static void tell_span(const struct telling *to, struct span span)
{
    struct text part = text_fit((struct text){ to->text.data + span.start,
                                               span.length }, 60);
    buf_putc(to->out, '"');
    for (size_t i = 0; i < part.length; i++)
        buf_putc(to->out, part.data[i] == '\n' ? ' ' : part.data[i]);
    buf_puts(to->out, part.length < span.length ? "…\"" : "\"");
    buf_printf(to->out, " at %u", span.start);
}

static void tell_part(void *context, const struct contribution *c)
{
    const struct telling *to = context;
    buf_printf(to->out, "  %+7.3f positive %+7.3f negative  %s", c->positive,
               c->negative, c->rule);
    if (c->entry && *c->entry)
        buf_printf(to->out, " %s", c->entry);
    if (c->span.length) {
        buf_puts(to->out, ": ");
        tell_span(to, c->span);
    }
    buf_putc(to->out, '\n');
}

static void tell_topic(void *context, const char *name, const char *row,
                       double weight, struct span span)
{
    const struct telling *to = context;
    buf_printf(to->out, "  %s: ", name);
    if (span.length) {
        tell_span(to, span);
        buf_puts(to->out, " by ");
    }
    buf_puts(to->out, row);
    if (weight < 0 || weight > 0)
        buf_printf(to->out, " (%+.2f)", weight);
    buf_putc(to->out, '\n');
}

static void tell_set(struct buf *out, const char *what, unsigned set,
                     const char *const names[], int count)
{
    const char *gap = " ";
    buf_printf(out, "%s:", what);
    for (int i = 0; i < count; i++)
        if (set >> i & 1) {
            buf_printf(out, "%s%s", gap, names[i]);
            gap = ", ";
        }
    buf_puts(out, set ? "\n" : " none\n");
}

static void tell_mentions(struct tagger *t, const struct post *post,
                          const struct telling *to)
{
    size_t count;
    const char *const *names = mentions_subjects(t->rules->mentions, &count);
    for (uint32_t i = 0; i < post->mention_count; i++) {
        const struct mention *m = &post->mentions[i];
        buf_printf(to->out, "mention of %s: ", names[m->subject]);
        tell_span(to, m->span);
        buf_printf(to->out, ", %s %+.3f\n", label_names[m->tags.label],
                   m->tags.score / 1000.0);
    }
}

void tagger_explain(struct tagger *t, struct text text, struct buf *out)
{
    struct arena memory = { 0 };
    struct post post = { .text = text };
    struct tags again;
    tag_post(t, &post, &memory);
    struct telling to = { post.text, out };
    buf_printf(out, "language: %.3s, %u %% sure\n", post.language,
               post.confidence);
    buf_printf(out, "sentiment: %s %+.3f\n", label_names[post.tags.label],
               post.tags.score / 1000.0);
    if (post.tags.label != LABEL_UNSCORED)
        scorer_score(t->scorer, 0, t->words.count, &again, tell_part, &to);
    tell_mentions(t, &post, &to);
    tell_set(out, "aspects", post.tags.aspects, aspect_names, ASPECT_COUNT);
    tell_set(out, "channels", post.tags.channels, channel_names,
             CHANNEL_COUNT);
    tell_set(out, "intents", post.tags.intents, intent_names, INTENT_COUNT);
    if (post.tags.label != LABEL_UNSCORED)
        spotter_explain(t->spotter, post.tags.score, tell_topic, &to);
    arena_release(&memory);
}
