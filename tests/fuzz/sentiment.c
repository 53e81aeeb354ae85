/* SPDX-License-Identifier: Apache-2.0 */
/* libFuzzer: the bytes up to the first empty line are a lexicon of one's own,
 * the rest is a text. A lexicon that is taken scores within bounds, names
 * spans inside the text, and the contributions add up to the score. */
#include <fcntl.h>
#include <math.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pipeline/sentiment.h"
#include "tests/unit/scratch.h"

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size);

static char place[SCRATCH_ROOM];

static void leave(void)
{
    scratch_remove(place);
}

/* A small language, so that a round is short. */
static const char *folder(void)
{
    static const struct { const char *name, *rows; } files[] = {
        { "words.tsv", "bad\ta\t-2.0\nlove\tv\t3.0\n" },
        { "phrases.tsv", "not bad\t1.0\nwar zone\t0.0\n" },
        { "rules.tsv", "but\tcontrast\nif\tunreal\nnot\tnegator\n" },
        { "modifiers.tsv", "very\t1.3\n" },
        { "weights.tsv", "!love\t0.1\t0.5\n=intercept\t-1\t-1\n"
                         "=last+\t1\t0\n=strongest-\t0\t2\ni love\t1\t0\n" },
    };
    char file[SCRATCH_ROOM + 32];
    if (*place)
        return place;
    scratch_make(place);
    atexit(leave);
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
        snprintf(file, sizeof(file), "%s/%s", place, files[i].name);
        scratch_write(file, files[i].rows);
    }
    return place;
}

struct sums {
    double positive, negative;
    size_t length;
};

static void add_up(void *context, const struct contribution *c)
{
    struct sums *sums = context;
    if (c->span.start + c->span.length > sums->length || !c->rule ||
        !c->entry || !isfinite(c->positive) || !isfinite(c->negative))
        abort();
    sums->positive += c->positive;
    sums->negative += c->negative;
}

static void score(const struct sentiment *s, struct text t)
{
    struct words w = WORDS_INIT;
    struct tags tags = { 0 }, part;
    struct sums sums = { 0, 0, t.length };
    struct scorer *scorer = scorer_open(s);
    words_split(&w, t);
    scorer_read(scorer, &w, NULL);
    scorer_score(scorer, 0, w.count, &tags, add_up, &sums);
    if (tags.score < -1000 || tags.score > 1000)
        abort();
    if (fabs(sums.positive) < 20 && fabs(sums.negative) < 20 && w.count) {
        double p = exp(sums.positive), n = exp(sums.negative);
        if (fabs(1000 * (p - n) / (1 + p + n) - tags.score) > 2)
            abort();
    }
    for (size_t i = 0; i < w.count && i < 8; i++) {
        struct span span = { w.items[i].start, w.items[i].length };
        struct range place = words_around(&w, span);
        struct clause c = scorer_clause(scorer, place);
        if (c.from > i || c.until <= i || c.until > w.count)
            abort();
        part = tags;
        scorer_mention(scorer, place, i & 1, &part);
        if (part.score < -1000 || part.score > 1000)
            abort();
    }
    scorer_close(scorer);
    words_release(&w);
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    const unsigned char *cut = memmem(bytes, size, "\n\n", 2);
    size_t rows = cut ? (size_t)(cut - bytes) + 1 : 0;
    char path[40];
    struct sentiment *s = NULL;
    struct error err = ERROR_INIT;
    struct arena memory = { 0 };
    int file = memfd_create("lexicon", MFD_CLOEXEC);
    if (file < 0 || write(file, bytes, rows) != (ssize_t)rows)
        abort();
    snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
    if (sentiment_open(&s, folder(), path, &err) == 0)
        score(s, text_copy(&memory, (const char *)bytes + rows, size - rows,
                           size * 3 + 1));
    else if (s || !strstr(err.text, path))
        abort();
    sentiment_close(s);
    arena_release(&memory);
    close(file);
    return 0;
}
