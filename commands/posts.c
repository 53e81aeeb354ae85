/* SPDX-License-Identifier: Apache-2.0 */
/* swell posts: the posts behind a figure, filtered and ordered. Looks at each
 * once, keeps only where the chosen ones are. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "commands/reading.h"
#include "digest/digest.h"
#include "digest/posts.h"

enum format { FORMAT_TEXT, FORMAT_CSV, FORMAT_JSON, FORMAT_NDJSON,
              FORMAT_COUNT };
static const char *const format_names[FORMAT_COUNT] = { "text", "csv", "json",
                                                        "ndjson" };
enum { TEXT_COLUMNS = 320 }; /* of a post on the terminal */
enum order { ORDER_TIME, ORDER_TELLING, ORDER_COUNT };
static const char *const order_names[ORDER_COUNT] = { "time", "telling" };

struct flags {
    struct range_flags range;
    char *label, *aspect, *intent, *channel, *source, *order, *format;
    uint64_t limit;
};

static const struct option options[] = {
    RANGE_OPTIONS(struct flags),
    { "label", OPTION_STRING, NULL, offsetof(struct flags, label),
      "positive, neutral, negative or unscored" },
    { "aspect", OPTION_STRING, NULL, offsetof(struct flags, aspect),
      "price, delivery, stock ... (a wrong word lists them)" },
    { "intent", OPTION_STRING, NULL, offsetof(struct flags, intent),
      "question, complaint, suggestion ..." },
    { "channel", OPTION_STRING, NULL, offsetof(struct flags, channel),
      "store, online, app or delivery" },
    { "source", OPTION_STRING, NULL, offsetof(struct flags, source),
      "only posts of this service" },
    { "order", OPTION_STRING, "time", offsetof(struct flags, order),
      "time: newest first; telling: the most telling first" },
    { "limit", OPTION_COUNT, "20", offsetof(struct flags, limit),
      "most posts given; 0: all" },
    { "format", OPTION_STRING, "text", offsetof(struct flags, format),
      "text, csv, json or ndjson" },
    OPTION_END
};

/* Where a chosen post is. */
struct place {
    double telling;
    int64_t created;
    struct text source, native_id;
    struct tags tags;        /* of the mention, or of the post for "*" */
    uint64_t number;         /* in time order: breaks ties */
};

struct search {
    struct invocation *in;
    const struct flags *flags;
    int label, aspect, intent, channel; /* -1: any */
    int order, format;
    struct zone *zone;
    struct arena memory;
    struct place *places;
    size_t count, room;
    uint64_t seen;
    struct buf out;
    const struct place *at;  /* being printed */
    bool first;
};

/* ---- choosing ------------------------------------------------------------ */

static bool wanted(const struct search *s, const struct tags *tags)
{
    return (s->label < 0 || tags->label == s->label) &&
           (s->aspect < 0 || tags->aspects >> s->aspect & 1) &&
           (s->intent < 0 || tags->intents >> s->intent & 1) &&
           (s->channel < 0 || tags->channels >> s->channel & 1);
}

static struct text keep(struct search *s, struct text t)
{
    return (struct text){ arena_copy(&s->memory, t.data ? t.data : "",
                                     t.length), t.length };
}

static int take_post(void *context, const struct post *post,
                     const struct mention *mention)
{
    struct search *s = context;
    const struct tags *tags = mention ? &mention->tags : &post->tags;
    s->seen++;
    if (!wanted(s, tags))
        return 0;
    s->places = mem_grow(s->places, &s->room, s->count, sizeof(*s->places));
    s->places[s->count] = (struct place){
        s->order == ORDER_TELLING ? post_telling(post, tags) : 0,
        post->created, keep(s, post->source), keep(s, post->native_id), *tags,
        s->count };
    s->count++;
    return 0;
}

static int best_first(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->telling != y->telling)
        return x->telling < y->telling ? 1 : -1;
    if (x->created != y->created)
        return x->created < y->created ? 1 : -1;
    return (x->number < y->number) - (x->number > y->number);
}

/* ---- printing ------------------------------------------------------------ */

static void put_set(struct buf *out, unsigned set, const char *const *names,
                    int count, const char *between)
{
    bool first = true;
    for (int i = 0; i < count; i++)
        if (set >> i & 1) {
            buf_printf(out, "%s%s", first ? "" : between, names[i]);
            first = false;
        }
}

/* As swell export gives authors. */
static void put_author(struct buf *out, const struct post *p)
{
    if (p->author_hash)
        buf_printf(out, "hash:%016llx", (unsigned long long)p->author_hash);
}

/* Same meanings as the import's keys, then the tags. */
static void put_json(struct buf *out, const struct post *p,
                     const struct tags *tags)
{
    static const char *const *const names[] = { aspect_names, intent_names,
                                                channel_names };
    static const int members[] = { ASPECT_COUNT, INTENT_COUNT, CHANNEL_COUNT };
    static const char *const keys[] = { "aspects", "intents", "channels" };
    const unsigned sets[] = { tags->aspects, tags->intents, tags->channels };
    char when[CLOCK_TEXT];
    buf_puts(out, "{\"id\":");
    json_write(out, p->native_id);
    buf_puts(out, ",\"source\":");
    json_write(out, p->source);
    buf_printf(out, ",\"created_at\":\"%s\",\"author\":\"",
               clock_format(p->created, when));
    put_author(out, p);
    buf_putc(out, '"');
    buf_printf(out, ",\"lang\":\"%.3s\",\"kind\":\"%s\",\"rating\":%u,"
               "\"likes\":%u,\"reposts\":%u,\"replies\":%u", p->language,
               post_kind_names[p->kind], p->rating, p->likes, p->reposts,
               p->replies);
    buf_puts(out, ",\"reply_to\":");
    json_write(out, p->reply_to);
    buf_printf(out, ",\"label\":\"%s\",\"score\":%.3f",
               label_names[tags->label], tags->score / 1000.0);
    for (int k = 0; k < 3; k++) {
        buf_printf(out, ",\"%s\":[", keys[k]);
        if (sets[k]) {
            buf_putc(out, '"');
            put_set(out, sets[k], names[k], members[k], "\",\"");
            buf_putc(out, '"');
        }
        buf_putc(out, ']');
    }
    buf_puts(out, ",\"url\":");
    json_write(out, p->url);
    buf_puts(out, ",\"text\":");
    json_write(out, p->text);
    buf_putc(out, '}');
}

static void put_csv(struct buf *out, const struct post *p,
                    const struct tags *tags)
{
    char when[CLOCK_TEXT];
    csv_text(out, p->native_id);
    buf_putc(out, ',');
    csv_text(out, p->source);
    buf_printf(out, ",%s,", clock_format(p->created, when));
    put_author(out, p);
    buf_printf(out, ",%.3s,%s,%u,%u,%u,%u,", p->language,
               post_kind_names[p->kind], p->rating, p->likes, p->reposts,
               p->replies);
    csv_text(out, p->reply_to);
    buf_printf(out, ",%s,%.3f,", label_names[tags->label],
               tags->score / 1000.0);
    put_set(out, tags->aspects, aspect_names, ASPECT_COUNT, ";");
    buf_putc(out, ',');
    put_set(out, tags->intents, intent_names, INTENT_COUNT, ";");
    buf_putc(out, ',');
    put_set(out, tags->channels, channel_names, CHANNEL_COUNT, ";");
    buf_putc(out, ',');
    csv_text(out, p->url);
    buf_putc(out, ',');
    csv_text(out, p->text);
    buf_putc(out, '\n');
}

/* 2026-11-20 15:22 bluesky  negative −0.61  delivery, complaint
 *   the text, folded into the width */
static void put_text(struct search *s, const struct post *p,
                     const struct tags *tags)
{
    struct buf *out = &s->out;
    local_time(out, s->zone, p->created);
    buf_putc(out, ' ');
    put_quoted(out, p->source, 20);
    buf_printf(out, "  %s", label_names[tags->label]);
    if (tags->label != LABEL_UNSCORED)
        buf_printf(out, " %s%.2f", tags->score < 0 ? "−" : "+",
                   abs(tags->score) / 1000.0);
    if (tags->aspects || tags->intents || tags->channels)
        buf_puts(out, "  ");
    put_set(out, tags->aspects, aspect_names, ASPECT_COUNT, ", ");
    buf_puts(out, tags->aspects && tags->intents ? " · " : "");
    put_set(out, tags->intents, intent_names, INTENT_COUNT, ", ");
    if (tags->channels) {
        buf_puts(out, " [");
        put_set(out, tags->channels, channel_names, CHANNEL_COUNT, ", ");
        buf_putc(out, ']');
    }
    buf_putc(out, '\n');
    put_folded(out, "  ", p->text, TEXT_COLUMNS);
    put_folded(out, "  ", p->url.length ? p->url : p->native_id, 0);
    buf_putc(out, '\n');
}

static int put_post(void *context, const struct post *post,
                    const struct mention *unused)
{
    struct search *s = context;
    const struct tags *tags = &s->at->tags;
    (void)unused;
    if (s->format == FORMAT_CSV) {
        put_csv(&s->out, post, tags);
    } else if (s->format == FORMAT_TEXT) {
        put_text(s, post, tags);
    } else {
        buf_puts(&s->out, s->format == FORMAT_JSON && !s->first ? ",\n" : "");
        put_json(&s->out, post, tags);
        buf_puts(&s->out, s->format == FORMAT_NDJSON ? "\n" : "");
    }
    s->first = false;
    fwrite(buf_text(&s->out), 1, s->out.length, stdout);
    buf_clear(&s->out);
    return 0;
}

static int print(struct search *s, struct error *err)
{
    size_t limit = s->flags->limit ? s->flags->limit : s->count;
    if (s->format == FORMAT_CSV)
        printf("id,source,created_at,author,lang,kind,rating,likes,reposts,"
               "replies,reply_to,label,score,aspects,intents,channels,url,"
               "text\n");
    if (s->format == FORMAT_JSON)
        printf("[");
    s->first = true;
    for (size_t i = 0; i < s->count && i < limit; i++) {
        s->at = &s->places[i];
        if (store_post(s->in->store, s->at->source, s->at->native_id,
                       put_post, s, err) < 0)
            return -1;
    }
    if (s->format == FORMAT_JSON)
        printf("]\n");
    if (s->format == FORMAT_TEXT)
        printf("%zu of %llu posts fit%s\n", s->count,
               (unsigned long long)s->seen,
               s->count > limit ? "; --limit 0 gives all" : "");
    return 0;
}

static int read_filters(struct search *s, struct error *err)
{
    const struct flags *f = s->flags;
    const struct {
        const char *option, *word;
        const char *const *names;
        int count, *out;
    } rows[] = {
        { "label", f->label, label_names, LABEL_COUNT, &s->label },
        { "aspect", f->aspect, aspect_names, ASPECT_COUNT, &s->aspect },
        { "intent", f->intent, intent_names, INTENT_COUNT, &s->intent },
        { "channel", f->channel, channel_names, CHANNEL_COUNT, &s->channel },
        { "order", f->order, order_names, ORDER_COUNT, &s->order },
        { "format", f->format, format_names, FORMAT_COUNT, &s->format },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        *rows[i].out = -1;
        if (!rows[i].word)
            continue;
        *rows[i].out = word_index(rows[i].option, rows[i].word, rows[i].names,
                                  rows[i].count, err);
        if (*rows[i].out < 0)
            return -1;
    }
    return 0;
}

static int run(struct invocation *in, struct error *err)
{
    struct search s = { .in = in, .flags = in->flags, .out = BUF_INIT(0) };
    struct store_query q = { .source = s.flags->source };
    int rc = -1;
    if (in->argc != 1)
        return error_set(err, ERROR_USAGE, "posts needs one subject, or "
                         "\"*\" for every post");
    q.subject = in->argv[0];
    if (read_filters(&s, err) ||
        range_resolve(in, &s.flags->range, &q.from, &q.until, &s.zone, err))
        return -1;
    if (invocation_store(in, STORE_READ, err) ||
        subject_check(in, q.subject, err) ||
        store_posts(in->store, &q, take_post, &s, err) < 0)
        goto done;
    if (s.count)
        qsort(s.places, s.count, sizeof(*s.places), best_first);
    rc = print(&s, err) ? -1 : EXIT_DONE;
done:
    buf_release(&s.out);
    mem_free(s.places);
    arena_release(&s.memory);
    zone_close(s.zone);
    return rc;
}

const struct command command_posts = {
    .name = "posts",
    .arguments = "SUBJECT [--last 24h | --day DATE] [--label negative] "
                 "[--order telling]",
    .about = "the posts behind a figure",
    .help =
        "Label, aspects and intents are those of the mention, not of the\n"
        "whole post; for \"*\" those of the post. Authors are keyed hashes.\n"
        "In CSV a text that a spreadsheet would run gets an apostrophe.\n\n"
        "  swell posts acme --day yesterday --label negative\n"
        "  swell posts acme --last 7d --intent suggestion --limit 0 "
        "--format csv\n",
    .options = options,
    .state_size = sizeof(struct flags),
    .run = run,
};
