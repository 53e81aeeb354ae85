/* SPDX-License-Identifier: Apache-2.0 */
/* See candidates.h. A copy is a repost, or a text whose words, or all but the
 * first or last few of them, were seen before: campaigns and bots change the
 * end or the greeting. People who begin alike are no copies. Short texts are
 * not compared: many say "thank you" and mean it. */
#include "digest/candidates.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "digest/names.h"
#include "digest/posts.h"

enum {
    PRINT_LEAST = 6,      /* words; shorter texts are no copies */
    PRINT_PARTS_LEAST = 10, /* words; below, parts overlap too much */
    PHRASE_MOST = 3,      /* words */
    TERM_BYTES_MOST = 80, /* of a word; longer is junk */
    DOCUMENTS_MOST = 200000, /* of a stretch; later ones are left out */
    SAMPLE_TEXT_MOST = 4000, /* bytes kept of a text */
};

/* ---- words that are never a term -------------------------------------- */

static void set_add_words(struct hash_set *s, struct words *w,
                          struct text text, bool split)
{
    words_split(w, text);
    for (size_t i = 0; i < w->count; i++) {
        const struct word *word = &w->items[i];
        if (word->kind == WORD_PUNCTUATION || word->kind == WORD_LINK)
            continue;
        hash_set_add(s, word->hash);
        /* "@acme" and "#acme" also take "acme". */
        if (split && word->length > 1 &&
            (word->kind == WORD_HANDLE || word->kind == WORD_HASHTAG))
            hash_set_add(s, words_hash(w->folded + word->start + 1,
                                       word->length - 1u));
    }
}

int words_list(struct hash_set *s, const struct config *config,
               const char *name, struct error *err)
{
    struct words w = WORDS_INIT;
    struct buf path = BUF_INIT(0);
    char line[4096];
    if (!config || !config->data)
        return 0;
    buf_printf(&path, "%s/lexicons/%s", config->data, name);
    FILE *file = fopen(path.data, "re");
    int rc = file ? 0 : error_set(err, ERROR_CONFIG, "%s: %s", path.data,
                                  strerror(errno));
    while (file && fgets(line, sizeof(line), file)) {
        line[strcspn(line, "#\r\n")] = '\0';
        set_add_words(s, &w, text_of(line), false);
    }
    if (file)
        fclose(file);
    buf_release(&path);
    words_release(&w);
    return rc;
}

/* Of a query the name comes first; what it must or must not stand near is said
 * of a brand as of any. A pattern is no words. */
static struct text name_of(const char *match)
{
    static const char *const operators[] = { " AND ", " NOT ", " NEAR/" };
    struct text name = text_of(*match == '/' ? "" : match);
    for (size_t i = 0; i < 3; i++) {
        const char *found = strstr(match, operators[i]);
        if (found && (size_t)(found - match) < name.length)
            name.length = (size_t)(found - match);
    }
    return name;
}

int unwanted_load(struct unwanted *u, const struct config *config,
                  const char *subject, struct error *err)
{
    struct words w = WORDS_INIT;
    *u = (struct unwanted){ 0 };
    if (words_list(&u->stop, config, "stopwords.txt", err))
        return -1;
    for (size_t i = 0; config && i < config->subject_count; i++) {
        const struct subject *s = &config->subjects[i];
        /* A product's terms also leave out its brand's names. */
        if (!subject || !subject_within(subject, s->name))
            continue;
        for (size_t k = 0; k < s->match.count; k++)
            set_add_words(&u->own, &w, name_of(s->match.items[k]), true);
        for (size_t k = 0; k < s->handles.count; k++)
            set_add_words(&u->own, &w, text_of(s->handles.items[k]), true);
        set_add_words(&u->own, &w, text_of(s->title ? s->title : s->name),
                      true);
    }
    words_release(&w);
    return 0;
}

void unwanted_release(struct unwanted *u)
{
    hash_set_release(&u->stop);
    hash_set_release(&u->own);
}

/* ---- documents -------------------------------------------------------- */

static bool is_content(const struct word *w)
{
    return w->kind == WORD_PLAIN || w->kind == WORD_HASHTAG ||
           w->kind == WORD_EMOJI || w->kind == WORD_NUMBER;
}

/* Hash of up to most content words from *at on, forwards or backwards. */
static uint64_t print_part(const struct words *w, bool backwards, size_t most)
{
    uint64_t hash = 1;
    size_t taken = 0;
    for (size_t i = 0; i < w->count && taken < most; i++) {
        const struct word *word =
            &w->items[backwards ? w->count - 1 - i : i];
        if (!is_content(word))
            continue;
        hash = words_join(hash, word->hash);
        taken++;
    }
    return hash * 2 + backwards + 2;
}

static bool is_repost(const struct post *post)
{
    return post->kind == POST_REPOST ||
           (post->text.length > 4 && memcmp(post->text.data, "RT @", 4) == 0);
}

static bool is_copy(struct documents *d, struct text text)
{
    size_t content = 0;
    words_split(&d->words, text);
    for (size_t i = 0; i < d->words.count; i++)
        content += is_content(&d->words.items[i]);
    if (content < PRINT_LEAST)
        return false;
    /* Four fifths, even: a word more or less leaves the part as it is. */
    size_t most = content * 4 / 5 / 2 * 2;
    bool fresh = hash_set_add(&d->prints,
                              print_part(&d->words, false, SIZE_MAX));
    if (content >= PRINT_PARTS_LEAST) {
        fresh &= hash_set_add(&d->prints,
                              print_part(&d->words, false, most));
        fresh &= hash_set_add(&d->prints,
                              print_part(&d->words, true, most));
    }
    return !fresh;
}

bool documents_add(struct documents *d, const struct post *post,
                   const struct tags *tags)
{
    if (d->count >= DOCUMENTS_MOST)
        return false;
    if (is_repost(post) || is_copy(d, post->text)) {
        d->copies++;
        return false;
    }
    d->items = mem_grow(d->items, &d->room, d->count, sizeof(*d->items));
    post_sample(&d->items[d->count++], &d->memory, post,
                tags ? tags : &post->tags, SAMPLE_TEXT_MOST);
    return true;
}

static int take_post(void *context, const struct post *post,
                     const struct mention *mention)
{
    documents_add(context, post, mention ? &mention->tags : NULL);
    return 0;
}

int documents_read(struct documents *d, struct store *store,
                   const struct store_query *query, struct error *err)
{
    *d = (struct documents){ .words = WORDS_INIT };
    return store_posts(store, query, take_post, d, err);
}

void documents_release(struct documents *d)
{
    arena_release(&d->memory);
    hash_set_release(&d->prints);
    words_release(&d->words);
    mem_free(d->items);
    *d = (struct documents){ .words = WORDS_INIT };
}

/* ---- candidates ------------------------------------------------------- */

/* "&", which joins names of shops. */
static bool is_and(const struct words *w, size_t i)
{
    return w->items[i].length == 1 && w->text.data[w->items[i].start] == '&';
}

/* A word that may be part of a phrase; a stop word may stand inside. */
static bool is_part(const struct unwanted *u, const struct words *w, size_t i)
{
    const struct word *word = &w->items[i];
    return (word->kind == WORD_PLAIN || is_and(w, i)) &&
           word->length <= TERM_BYTES_MOST &&
           !hash_set_has(&u->own, word->hash);
}

static bool is_stop(const struct unwanted *u, const struct word *w)
{
    return w->length < 2 || hash_set_has(&u->stop, w->hash);
}

/* Written like a name: a capital where no sentence begins, in a text that
 * does not shout. */
static bool is_name(const struct words *w, size_t i)
{
    const struct word *word = &w->items[i];
    return i > 0 && (word->flags & WORD_TITLE) &&
           !(word->flags & (WORD_CAPS | WORD_BREAK)) &&
           (w->items[i - 1].kind == WORD_PLAIN || is_and(w, i - 1));
}

static void visit_phrases(const struct unwanted *u, const struct words *w,
                          size_t i, visit_candidate *visit, void *context)
{
    uint64_t hash = w->items[i].hash;
    bool name = is_name(w, i);
    for (size_t n = 1; n < PHRASE_MOST && i + n < w->count; n++) {
        const struct word *last = &w->items[i + n];
        if (!is_part(u, w, i + n) || (last->flags & WORD_BREAK))
            return;
        hash = words_join(hash, last->hash);
        name = name && (is_name(w, i + n) || is_and(w, i + n));
        if (is_stop(u, last))
            continue;
        visit(context, &(struct candidate){
            .hash = hash, .kind = name ? TERM_NAME : TERM_PHRASE,
            .start = w->items[i].start,
            .length = last->start + last->length - w->items[i].start,
        });
    }
}

void candidates_visit(const struct unwanted *u, struct words *words,
                      const char *text, visit_candidate *visit,
                      void *context)
{
    words_split(words, text_of(text));
    for (size_t i = 0; i < words->count; i++) {
        const struct word *w = &words->items[i];
        struct candidate c = { w->hash, TERM_WORD, w->start, w->length };
        if (w->length > TERM_BYTES_MOST || hash_set_has(&u->own, w->hash))
            continue;
        if (w->kind == WORD_HASHTAG && w->length > 2)
            c.kind = TERM_HASHTAG;
        else if (w->kind == WORD_EMOJI)
            c.kind = TERM_EMOJI;
        else if (w->kind != WORD_PLAIN || is_stop(u, w))
            continue;
        else if (is_name(words, i))
            c.kind = TERM_NAME;
        visit(context, &c);
        if (w->kind == WORD_PLAIN)
            visit_phrases(u, words, i, visit, context);
    }
}
