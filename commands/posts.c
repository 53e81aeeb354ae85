/* SPDX-License-Identifier: Apache-2.0 */
/* swell posts: the posts behind a figure, filtered and ordered. Looks at each
 * once, keeps only where the chosen ones are. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/mem.h"
#include "commands/reading.h"
#include "digest/digest.h"
#include "digest/posts.h"

enum { TEXT_COLUMNS = 320 }; /* of a post on the terminal */
enum order { ORDER_TIME, ORDER_TELLING, ORDER_COUNT };
static const char *const order_names[ORDER_COUNT] = { "time", "telling" };

struct flags {
    struct range_flags range;
    char *tags[TAG_KINDS], *source, *order, *format;
    uint64_t limit;
};

static const struct option options[] = {
    RANGE_OPTIONS("24h"),
    { "label", OPTION_STRING, NULL, FLAG(tags[TAG_LABEL]),
      "positive, neutral, negative or unscored" },
    { "aspect", OPTION_STRING, NULL, FLAG(tags[TAG_ASPECT]),
      "price, delivery, stock ... (a wrong word lists them)" },
    { "intent", OPTION_STRING, NULL, FLAG(tags[TAG_INTENT]),
      "question, complaint, suggestion ..." },
    { "channel", OPTION_STRING, NULL, FLAG(tags[TAG_CHANNEL]),
      "store, online, app or delivery" },
    { "source", OPTION_STRING, NULL, FLAG(source),
      "only posts of this service" },
    { "order", OPTION_STRING, "time", FLAG(order),
      "time: newest first; telling: the most telling first" },
    { "limit", OPTION_COUNT, "20", FLAG(limit), "most posts given; 0: all" },
    { "format", OPTION_STRING, "text", FLAG(format),
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
    int members[TAG_KINDS];  /* -1: any */
    int order;
    struct arena memory;
    struct place *places;
    size_t count, room;
    uint64_t seen;
    const struct place *at;  /* being printed */
};

/* ---- choosing ------------------------------------------------------------ */

static bool wanted(const struct search *s, const struct tags *tags)
{
    for (int k = 0; k < TAG_KINDS; k++)
        if (s->members[k] >= 0 &&
            !tags_hold(tags, (enum tag_kind)k, s->members[k]))
            return false;
    return true;
}

static struct text keep(struct search *s, struct text t)
{
    return (struct text){ arena_copy(&s->memory, t.data, t.length), t.length };
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

/* Same meanings as the import's keys, then the tags. */
static void put_row(struct writer *w, const struct post *p,
                    const struct tags *tags)
{
    char author[AUTHOR_TEXT];
    write_begin(w, NULL, '{');
    write_slice(w, "id", p->native_id);
    write_slice(w, "source", p->source);
    write_time(w, "created_at", p->created);
    write_text(w, "author", author_text(p->author_hash, author));
    write_text(w, "lang", p->language);
    write_text(w, "kind", post_kind_names[p->kind]);
    write_count(w, "rating", p->rating);
    write_count(w, "likes", p->likes);
    write_count(w, "reposts", p->reposts);
    write_count(w, "replies", p->replies);
    write_slice(w, "reply_to", p->reply_to);
    write_tags(w, tags);
    write_slice(w, "url", p->url);
    write_slice(w, "text", p->text);
    write_end(w, '}');
}

/* 2026-11-20 15:22 bluesky  negative −0.61  delivery, complaint
 *   the text, folded into the width */
static void put_text(struct search *s, const struct post *p,
                     const struct tags *tags)
{
    struct buf *out = &s->in->out;
    local_time(out, s->in->zone, p->created);
    buf_putc(out, ' ');
    put_quoted(out, p->source, 20);
    buf_printf(out, "  %s", label_names[tags->label]);
    if (tags->label != LABEL_UNSCORED)
        buf_printf(out, " %s%.2f", tags->score < 0 ? "−" : "+",
                   abs(tags->score) / 1000.0);
    if (tags->aspects || tags->intents || tags->channels)
        buf_puts(out, "  ");
    set_words(out, tags->aspects, aspect_names, ", ");
    buf_puts(out, tags->aspects && tags->intents ? " · " : "");
    set_words(out, tags->intents, intent_names, ", ");
    if (tags->channels) {
        buf_puts(out, " [");
        set_words(out, tags->channels, channel_names, ", ");
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
    struct buf *out = &s->in->out;
    const struct tags *tags = &s->at->tags;
    (void)unused;
    if (s->in->format == FORMAT_TEXT)
        put_text(s, post, tags);
    else
        put_row(&s->in->writer, post, tags);
    if (s->in->format == FORMAT_NDJSON) { /* no list: each row alone */
        buf_putc(out, '\n');
        s->in->writer.within = false;
    }
    fwrite(out->data, 1, out->length, stdout); /* there may be many */
    buf_clear(out);
    return 0;
}

static int print(struct search *s, struct error *err)
{
    size_t limit = s->flags->limit ? s->flags->limit : s->count;
    enum format format = s->in->format;
    bool list = format == FORMAT_CSV || format == FORMAT_JSON;
    if (list)
        write_rows(&s->in->writer, "id,source,created_at,author,lang,kind,rating,"
                   "likes,reposts,replies,reply_to,label,score,aspects,intents,"
                   "channels,url,text");
    for (size_t i = 0; i < s->count && i < limit; i++) {
        s->at = &s->places[i];
        if (store_post(s->in->store, s->at->source, s->at->native_id,
                       put_post, s, err) < 0)
            return -1;
    }
    if (list)
        write_rows_end(&s->in->writer);
    else if (format == FORMAT_TEXT)
        buf_printf(&s->in->out, "%zu of %" PRIu64 " posts fit%s\n", s->count,
                   s->seen, s->count > limit ? "; --limit 0 gives all" : "");
    return 0;
}

static int read_filters(struct search *s, struct error *err)
{
    const struct flags *f = s->flags;
    if (invocation_format(s->in, f->format, 4, err))
        return -1;
    s->order = word_index("order", f->order, order_names, ORDER_COUNT, err);
    if (s->order < 0)
        return -1;
    for (int k = 0; k < TAG_KINDS; k++) {
        const struct tag_names *t = &tag_kinds[k];
        s->members[k] = -1;
        if (!f->tags[k])
            continue;
        s->members[k] = word_index(t->kind, f->tags[k], t->names, t->count,
                                   err);
        if (s->members[k] < 0)
            return -1;
    }
    return 0;
}

static int run(struct invocation *in, struct error *err)
{
    struct search s = { .in = in, .flags = in->flags };
    if (read_filters(&s, err) ||
        invocation_range(in, &s.flags->range, DAY, err) ||
        subject_open(in, err) ||
        source_check(in, s.flags->source, STORE_SOURCES, err))
        return -1;
    struct store_query q = { in->subject, s.flags->source, in->from,
                             in->until };
    int rc = store_posts(in->store, &q, take_post, &s, err);
    if (s.count)
        qsort(s.places, s.count, sizeof(*s.places), best_first);
    if (rc == 0)
        rc = print(&s, err);
    mem_free(s.places);
    arena_release(&s.memory);
    return rc;
}

const struct command command_posts = {
    .name = "posts",
    .words = ONE_SUBJECT,
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
