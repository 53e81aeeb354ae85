/* SPDX-License-Identifier: Apache-2.0 */
/* swell label: a person says what posts feel, so that accuracy can be
 * measured on one's own posts and the weights be fitted to them. Blind: what
 * the program thinks is not shown. Kept as notes "label/SOURCE/ID". */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/hash_set.h"
#include "base/mem.h"
#include "commands/labelled.h"
#include "commands/reading.h"

struct flags {
    struct range_flags range;
    char *subject;
    uint64_t number, seed;
    bool list;
};

static const struct option options[] = {
    { "subject", OPTION_STRING, NULL, FLAG(subject),
      "only posts that mention it" },
    { "n", OPTION_COUNT, "60", FLAG(number), "how many to ask for" },
    { "seed", OPTION_COUNT, "1", FLAG(seed),
      "another number draws other posts" },
    { "list", OPTION_BOOL, NULL, FLAG(list),
      "print the labels as id, label, text: for swell accuracy and swell fit" },
    RANGE_OPTIONS("30d"),
    OPTION_END
};

/* A drawn post. order decides who is asked first: a hash, so that each post
 * has the same chance and the same seed draws the same posts. */
struct draw {
    uint64_t order;
    size_t turn;        /* among those of its label */
    const char *key, *text;
    uint8_t label;      /* the program's own, to draw from all three alike */
};

struct draws {
    struct arena memory;
    struct draw *items;
    size_t count, room;
    uint64_t seed;
    struct hash_set known;  /* orders of those that have a label */
    size_t asked, kept;
};

static int take_known(void *context, const char *key, struct text value)
{
    struct draws *d = context;
    (void)value;
    hash_set_add(&d->known, hash64_seed(key, strlen(key), d->seed));
    return 0;
}

static int take_post(void *context, const struct post *post,
                     const struct mention *mention)
{
    struct draws *d = context;
    const struct tags *tags = mention ? &mention->tags : &post->tags;
    struct buf key = BUF_INIT(0);
    if (tags->label == LABEL_UNSCORED || post->kind == POST_REPOST ||
        !post->text.length)
        return 0;
    buf_puts(&key, LABEL_NOTES);
    buf_add(&key, post->source.data, post->source.length);
    buf_putc(&key, '/');
    buf_add(&key, post->native_id.data, post->native_id.length);
    d->items = mem_grow(d->items, &d->room, d->count, sizeof(*d->items));
    d->items[d->count++] = (struct draw){
        hash64_seed(key.data, key.length, d->seed), 0,
        arena_copy(&d->memory, key.data, key.length),
        arena_copy(&d->memory, post->text.data, post->text.length),
        tags->label };
    buf_release(&key);
    return 0;
}

static int by_order(const void *a, const void *b)
{
    const struct draw *x = a, *y = b;
    return x->order < y->order ? -1 : x->order > y->order;
}

static int by_turn(const void *a, const void *b)
{
    const struct draw *x = a, *y = b;
    return x->turn != y->turn ? x->turn < y->turn ? -1 : 1
                              : x->label - y->label;
}

/* By their letter, or as far as one writes them. */
static const struct {
    const char *word, *label; /* "": stop */
} answers[] = {
    { "positive", "positive" }, { "negative", "negative" },
    { "neutral", "neutral" }, { "u", "neutral" }, { "quit", "" },
};

/* The answer as a label's name; NULL: leave out; "": stop. */
static const char *ask(const struct draw *d, size_t number, size_t of)
{
    char line[64];
    int c;
    struct buf text = BUF_INIT(0);
    put_folded(&text, "  ", text_of(d->text), 0);
    printf("\n%zu of %zu\n%s", number, of, buf_text(&text));
    buf_release(&text);
    printf("[p]ositive [n]egative ne[u]tral [s]kip [q]uit: ");
    fflush(stdout);
    if (!fgets(line, sizeof(line), stdin))
        return "";
    size_t length = strcspn(line, "\r\n");
    while (!line[length] && (c = getchar()) != '\n' && c != EOF)
        continue; /* what did not fit is no answer for the next */
    for (size_t i = 0; length && i < sizeof(answers) / sizeof(*answers); i++)
        if (strncmp(answers[i].word, line, length) == 0)
            return answers[i].label;
    return NULL;
}

/* Open for one answer: a collection does not wait for a person. */
static int keep(struct invocation *in, const struct draw *d,
                const char *answer, struct error *err)
{
    int rc = invocation_store(in, STORE_CHANGE, err);
    if (rc == 0)
        rc = post_note(in->store, d->key + strlen(LABEL_NOTES), d->key, answer,
                       err);
    invocation_let_go(in);
    return rc;
}

/* Ask for one that has no label yet; 1: go on, 0: stop, -1: see err. */
static int label_one(struct invocation *in, const struct draw *d,
                     struct draws *all, struct error *err)
{
    const struct flags *flags = in->flags;
    if (hash_set_has(&all->known, d->order))
        return 1;
    const char *answer = ask(d, ++all->asked, (size_t)flags->number);
    if (!answer)
        return 1;
    if (!*answer)
        return 0;
    if (keep(in, d, answer, err))
        return -1;
    all->kept++;
    return 1;
}

/* The program's three labels take turns, so that the rare ones are not drowned.
 * The shares in the sample are then not those of all posts: macro figures are
 * the ones to read. */
static int label_all(struct invocation *in, struct draws *d,
                     struct error *err)
{
    const struct flags *flags = in->flags;
    size_t turns[LABEL_COUNT] = { 0 };
    int rc = 1;
    if (!d->count)
        return 0;
    qsort(d->items, d->count, sizeof(*d->items), by_order);
    for (size_t i = 0; i < d->count; i++)
        d->items[i].turn = turns[d->items[i].label]++;
    qsort(d->items, d->count, sizeof(*d->items), by_turn);
    for (size_t i = 0; i < d->count && d->asked < flags->number && rc > 0; i++)
        rc = label_one(in, &d->items[i], d, err);
    return rc < 0 ? -1 : 0;
}

struct note {
    const char *id, *label;
};

struct notes {
    struct arena memory;
    struct note *items;
    size_t count, room;
};

static int keep_note(void *context, const char *key, struct text value)
{
    struct notes *n = context;
    const char *id = key + strlen(LABEL_NOTES);
    n->items = mem_grow(n->items, &n->room, n->count, sizeof(*n->items));
    n->items[n->count++] = (struct note){
        arena_copy(&n->memory, id, strlen(id)),
        arena_copy(&n->memory, value.data, value.length) };
    return 0;
}

/* Tabs and lines are the table's own. */
static void print_cell(struct text t, char end)
{
    for (size_t i = 0; i < t.length; i++)
        putchar((unsigned char)t.data[i] < 0x20 ? ' ' : t.data[i]);
    putchar(end);
}

static int print_labelled(void *context, const struct post *post,
                          const struct mention *mention)
{
    const struct note *note = context;
    (void)mention;
    print_cell(text_of(note->id), '\t');
    print_cell(text_of(note->label), '\t');
    print_cell(post->text, '\n');
    return 0;
}

static int list_labels(struct invocation *in, struct error *err)
{
    struct notes notes = { 0 };
    int rc = store_note_scan(in->store, LABEL_NOTES, keep_note, &notes, err);
    printf("id\tlabel\ttext\n");
    for (size_t i = 0; rc >= 0 && i < notes.count; i++)
        rc = post_find(in->store, notes.items[i].id, print_labelled,
                       &notes.items[i], err);
    mem_free(notes.items);
    arena_release(&notes.memory);
    return rc < 0 ? -1 : EXIT_DONE;
}

static int run(struct invocation *in, struct error *err)
{
    const struct flags *flags = in->flags;
    struct draws d = { .seed = flags->seed };
    if (invocation_store(in, STORE_READ, err))
        return -1;
    if (flags->list)
        return list_labels(in, err);
    if ((flags->subject && subject_check(in, flags->subject, err)) ||
        invocation_range(in, &flags->range, 30 * DAY, err))
        return -1;
    struct store_query q = { flags->subject, NULL, in->from, in->until };
    int rc = store_posts(in->store, &q, take_post, &d, err);
    if (rc == 0)
        rc = store_note_scan(in->store, LABEL_NOTES, take_known, &d, err);
    invocation_let_go(in);
    if (rc == 0)
        rc = label_all(in, &d, err);
    if (rc == 0)
        printf("\n%zu labels kept; measure with: swell label --list "
               ">labels.tsv && swell accuracy labels.tsv\n", d.kept);
    mem_free(d.items);
    hash_set_release(&d.known);
    arena_release(&d.memory);
    return rc;
}

const struct command command_label = {
    .name = "label",
    .words = NO_WORDS,
    .arguments = "[--subject S] [--n 60] [--last 30d] | --list",
    .about = "say yourself what posts feel, to measure and mend the scores",
    .help =
        "Shows posts drawn by chance, one by one and without the program's own\n"
        "label, and keeps what is typed. Positive, negative and neutral ones (by\n"
        "the program) take turns, lest the rare ones are drowned. What has a\n"
        "label is not asked again; q, or the end of input, ends.\n\n"
        "  swell label --last 7d\n"
        "  swell label --list >mine.tsv\n"
        "  swell accuracy mine.tsv\n"
        "  swell fit --base english --labels mine.tsv --out mine-weights.tsv\n",
    .options = options,
    .state_size = sizeof(struct flags),
    .run = run,
};
