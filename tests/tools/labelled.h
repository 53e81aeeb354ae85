/* SPDX-License-Identifier: Apache-2.0 */
/* What topics_fit, topics_score and the test of topics share: the lexicons
 * over one text, and tables of labelled posts read row by row. Who misses a
 * file leaves. Not part of the program. */
#ifndef TOOLS_LABELLED_H
#define TOOLS_LABELLED_H

#include <errno.h>

#include "base/hash.h"
#include "pipeline/clean.h"
#include "pipeline/sentiment.h"
#include "pipeline/topics.h"

static const char RESTAURANTS[] =
    "aspects/absa_restaurants14_train_categories.tsv";

struct lexicons {
    struct topics *topics;
    struct sentiment *sentiment;
    struct scorer *scorer;  /* NULL: no sentiment */
    struct spotter *spotter;
    struct arena memory;
    struct words words;     /* of the text read last */
};

static inline struct lexicons lexicons_open(const char *folder)
{
    struct lexicons l = { .words = WORDS_INIT };
    struct error err = ERROR_INIT;
    if (topics_open(&l.topics, folder, &err) ||
        sentiment_open(&l.sentiment, folder, NULL, &err)) {
        fprintf(stderr, "%s\n", err.text);
        exit(1);
    }
    l.scorer = scorer_open(l.sentiment);
    l.spotter = spotter_open(l.topics);
    return l;
}

static inline void lexicons_close(struct lexicons *l)
{
    words_release(&l->words);
    scorer_close(l->scorer);
    spotter_close(l->spotter);
    topics_close(l->topics);
    sentiment_close(l->sentiment);
    arena_release(&l->memory);
}

/* The spotter stays at the text; the tags are those of its sentiment. */
static inline struct tags lexicons_read(struct lexicons *l, struct text text)
{
    struct tags tags = { 0 };
    words_split(&l->words, clean_entities(&l->memory, text));
    if (l->scorer) {
        scorer_read(l->scorer, &l->words, NULL);
        scorer_score(l->scorer, 0, l->words.count, &tags, NULL, NULL);
    }
    spotter_read(l->spotter, &l->words, NULL);
    return tags;
}

struct rows {
    FILE *file;
    char *line, *cells[9];
    size_t room, count, number; /* count: cells; number: of the row, from 1 */
};

/* Behind the first line, which names the columns. */
static inline struct rows rows_open(const char *folder, const char *name)
{
    struct rows r = { .line = NULL };
    char path[4096];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    r.file = fopen(path, "re");
    if (!r.file || getline(&r.line, &r.room, r.file) < 0) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        exit(1);
    }
    return r;
}

/* The next row of so many cells or more. */
static inline bool rows_next(struct rows *r, size_t least)
{
    while (getline(&r->line, &r->room, r->file) >= 0) {
        char *rest = r->line;
        rest[strcspn(rest, "\r\n")] = '\0';
        for (r->count = 0; rest && r->count < 9;)
            r->cells[r->count++] = strsep(&rest, "\t");
        r->number += r->count >= least;
        if (r->count >= least)
            return true;
    }
    return false;
}

static inline void rows_close(struct rows *r)
{
    mem_free(r->line);
    fclose(r->file);
}

/* A fifth of the restaurants is kept for judging, the rest may be fitted on. */
static inline bool restaurant_judges(const struct rows *r)
{
    return hash64(r->cells[0], strlen(r->cells[0])) % 5 == 0;
}

#endif
