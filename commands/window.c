/* SPDX-License-Identifier: Apache-2.0 */
/* swell window: the counts of a subject over a stretch of time, whole or by
 * hour, day, source, aspect or intent. Reads windows; posts only for the
 * people behind an aspect or intent, and for who was tagged by which rules
 * where there were several. */
#include <math.h>

#include "base/mem.h"
#include "commands/reading.h"
#include "digest/candidates.h"
#include "digest/coverage.h"
#include "digest/names.h"
#include "digest/phrase.h"

enum { BAR = 24, ROW_LIMIT = 40000 };

enum by { BY_ALL, BY_HOUR, BY_DAY, BY_SOURCE, BY_ASPECT, BY_INTENT, BY_COUNT };
static const char *const by_names[BY_COUNT] = { "all", "hour", "day",
                                                "source", "aspect", "intent" };
struct flags {
    struct range_flags range;
    char *by, *format, *source;
};

static const struct option options[] = {
    RANGE_OPTIONS("24h"),
    { "by", OPTION_STRING, "all", FLAG(by),
      "hour, day, source, aspect or intent" },
    { "source", OPTION_STRING, NULL, FLAG(source),
      "only posts of this service" },
    { "format", OPTION_STRING, "text", FLAG(format), "text, csv or json" },
    OPTION_END
};

struct row {
    int64_t from, until;
    const char *name;        /* of a source, aspect, intent; else NULL */
    uint64_t posts, label[LABEL_COUNT], authors;
    struct estimate net;
    uint32_t rules[2];       /* first and last version that tagged them; 0:
                              * none, or the posts have expired */
    double coverage;         /* NAN: nothing was planned, so not known */
};

struct view {
    struct invocation *in;
    const struct flags *flags;
    int by;                  /* enum by */
    bool planned;
    uint32_t versions;       /* of rules that the store knows */
    struct names names;
    struct row total, *rows;
    size_t count, room;
};

/* ---- filling ------------------------------------------------------------- */

static void fill(struct view *v, struct row *row, const struct counts *c)
{
    row->posts = c->posts;
    memcpy(row->label, c->label, sizeof(row->label));
    estimate_net(&row->net, c, row->authors, v->in->config->digest.floor);
}

static int count_version(void *context, uint32_t number, struct text what)
{
    (void)what;
    *(uint32_t *)context = number;
    return 0;
}

static void join_rules(struct row *row, uint32_t first, uint32_t last)
{
    if (!row->rules[0] || (first && first < row->rules[0]))
        row->rules[0] = first;
    if (last > row->rules[1])
        row->rules[1] = last;
}

static int take_rules(void *context, const struct post *post,
                      const struct mention *mention)
{
    (void)mention;
    join_rules(context, post->rules, post->rules);
    return 0;
}

static struct row *add_row(struct view *v, int64_t from, int64_t until,
                           const char *name)
{
    v->rows = mem_grow(v->rows, &v->room, v->count, sizeof(*v->rows));
    struct row *row = &v->rows[v->count++];
    *row = (struct row){ .from = from, .until = until, .name = name };
    return row;
}

/* Of rows that follow each other. */
static int cover_rows(struct view *v, struct row *rows, size_t count,
                      const char *source, struct error *err)
{
    int64_t *starts = mem_alloc((count + 1) * sizeof(*starts));
    double *shares = mem_alloc((count + 1) * sizeof(*shares));
    for (size_t i = 0; i < count; i++) {
        starts[i] = rows[i].from;
        starts[i + 1] = rows[i].until;
    }
    int rc = count ? coverage_rows(shares, starts, count, v->in->store,
                                   v->in->config, source, err) : 0;
    for (size_t i = 0; i < count; i++) {
        rows[i].coverage = shares[i] < 0 ? NAN : shares[i];
        v->planned |= shares[i] >= 0;
    }
    mem_free(starts);
    mem_free(shares);
    return rc;
}

static int count_row(struct view *v, struct row *row, const char *source,
                     struct error *err)
{
    struct counts c;
    struct store_query q = { v->in->subject, source, row->from, row->until };
    if (store_series(v->in->store, &q, q.until - q.from, &c, 1, err) ||
        store_authors(v->in->store, &q, &row->authors, err))
        return -1;
    fill(v, row, &c);
    if (v->versions == 1 && row->posts)
        row->rules[0] = row->rules[1] = 1;
    /* The total's are those of its rows or aspects, so that no post is read
     * twice; the sources' rows may be of more than it. */
    bool parts = row == &v->total && v->by != BY_ALL && v->by != BY_SOURCE;
    if (v->versions > 1 && row->posts && !parts &&
        store_posts(v->in->store, &q, take_rules, row, err))
        return -1;
    return 0;
}

/* Where the local hour or day that holds a moment ends. */
static int64_t row_end(const struct view *v, int64_t when)
{
    if (v->by == BY_DAY)
        return zone_day_start(v->in->zone, zone_day(v->in->zone, when) + 1);
    int64_t into = (when + zone_offset(v->in->zone, when)) % HOUR;
    return when - into + HOUR;
}

static int by_time(struct view *v, struct error *err)
{
    for (int64_t at = v->in->from, end; at < v->in->until; at = end) {
        end = row_end(v, at);
        if (end > v->in->until)
            end = v->in->until;
        if (v->count >= ROW_LIMIT)
            return error_set(err, ERROR_USAGE, "more than %d rows; shorten "
                             "the range or take --by day", ROW_LIMIT);
        struct row *row = add_row(v, at, end, NULL);
        if (count_row(v, row, v->flags->source, err))
            return -1;
        join_rules(&v->total, row->rules[0], row->rules[1]);
    }
    return cover_rows(v, v->rows, v->count, v->flags->source, err);
}

static int by_source(struct view *v, struct error *err)
{
    if (names_read(&v->names, v->in->store, STORE_SOURCES, err))
        return -1;
    names_sort(&v->names); /* not in the order in which they came */
    for (size_t i = 0; i < v->names.count; i++) {
        struct row *row = add_row(v, v->in->from, v->in->until,
                                  v->names.items[i]);
        if (count_row(v, row, row->name, err) ||
            cover_rows(v, row, 1, row->name, err))
            return -1;
        if (!row->posts)
            v->count--;
    }
    return 0;
}

/* Labels and people behind each aspect or intent, from the posts. */
struct tally {
    enum tag_kind kind;
    struct row *total;
    struct counts counts[ASPECT_COUNT];
    uint64_t people[ASPECT_COUNT];
    struct hash_set authors;
};

static int take_post(void *context, const struct post *post,
                     const struct mention *mention)
{
    struct tally *t = context;
    const struct tags *tags = mention ? &mention->tags : &post->tags;
    join_rules(t->total, post->rules, post->rules);
    for (int i = 0; i < tag_kinds[t->kind].count; i++) {
        if (!tags_hold(tags, t->kind, i))
            continue;
        uint64_t mix = words_join(post->author_hash, (uint64_t)i + 1);
        t->counts[i].label[tags->label]++;
        if (post->author_hash && hash_set_add(&t->authors, mix ? mix : 1))
            t->people[i]++;
    }
    return 0;
}

static int by_tag(struct view *v, struct error *err)
{
    struct tally t = { .kind = v->by == BY_ASPECT ? TAG_ASPECT : TAG_INTENT,
                       .total = &v->total };
    struct store_query q = { v->in->subject, v->flags->source, v->in->from,
                             v->in->until };
    struct counts all;
    int rc = store_posts(v->in->store, &q, take_post, &t, err);
    hash_set_release(&t.authors);
    if (rc < 0 ||
        store_series(v->in->store, &q, q.until - q.from, &all, 1, err))
        return -1;
    for (int i = 0; i < tag_kinds[t.kind].count; i++) {
        t.counts[i].posts = counts_of(&all, t.kind, i);
        if (!t.counts[i].posts)
            continue;
        struct row *row = add_row(v, q.from, q.until,
                                  tag_kinds[t.kind].names[i]);
        row->authors = t.people[i];
        fill(v, row, &t.counts[i]);
        row->coverage = v->total.coverage;
        memcpy(row->rules, v->total.rules, sizeof(row->rules));
    }
    return 0;
}

static int look(struct view *v, struct error *err)
{
    v->total = (struct row){ .from = v->in->from, .until = v->in->until };
    if (store_rules_scan(v->in->store, count_version, &v->versions, err) ||
        count_row(v, &v->total, v->flags->source, err) ||
        cover_rows(v, &v->total, 1, v->flags->source, err))
        return -1;
    switch (v->by) {
    case BY_HOUR:
    case BY_DAY:
        return by_time(v, err);
    case BY_SOURCE:
        return by_source(v, err);
    case BY_ASPECT:
    case BY_INTENT:
        return by_tag(v, err);
    default:
        return 0;
    }
}

/* ---- printing ------------------------------------------------------------ */

static void put_row(struct writer *w, const struct view *v,
                    const struct row *row)
{
    bool scored = row->posts > row->label[LABEL_UNSCORED];
    if (row->name)
        write_text(w, by_names[v->by], row->name);
    if (!row->name || !w->csv)
        write_time(w, "from", row->from);
    write_time(w, "until", row->until);
    write_count(w, "posts", row->posts);
    write_count(w, "authors", row->authors);
    for (int i = LABEL_COUNT - 1; i >= 0; i--)
        write_count(w, label_names[i], row->label[i]);
    write_real(w, "net", scored ? row->net.value : NAN);
    write_real(w, "net_low", scored ? row->net.low : NAN);
    write_real(w, "net_high", scored ? row->net.high : NAN);
    if (!w->csv)
        write_flag(w, "few", row->net.few);
    write_real(w, "coverage", row->coverage);
    write_real(w, "rules_first", row->rules[0] ? row->rules[0] : NAN);
    write_real(w, "rules_last", row->rules[1] ? row->rules[1] : NAN);
}

static void put_rows(struct writer *w, const struct view *v)
{
    for (size_t i = 0; i < v->count; i++) {
        write_begin(w, NULL, '{');
        put_row(w, v, &v->rows[i]);
        write_end(w, '}');
    }
}

static void print_csv(struct writer *w, const struct view *v)
{
    buf_printf(w->out, "%s,until,posts,authors,positive,neutral,negative,"
               "unscored,net,net_low,net_high,coverage,rules_first,rules_last\n",
               v->by == BY_ALL ? "from" : by_names[v->by]);
    if (v->by == BY_ALL) {
        put_row(w, v, &v->total);
        write_end(w, '}');
    }
    put_rows(w, v);
}

static void print_json(struct writer *w, const struct view *v)
{
    write_begin(w, NULL, '{');
    write_text(w, "subject", v->in->subject);
    put_row(w, v, &v->total);
    if (v->by != BY_ALL) {
        write_text(w, "by", by_names[v->by]);
        write_begin(w, "rows", '[');
        put_rows(w, v);
        write_end(w, ']');
    }
    write_end(w, '}');
    buf_putc(w->out, '\n');
}

/* Bound right, or left where columns are negative. */
static void put_cell(struct buf *out, struct buf *cell, int columns)
{
    int used = (int)text_columns(text_of(buf_text(cell)));
    int pad = abs(columns) > used ? abs(columns) - used : 0;
    buf_printf(out, "%*s%s%*s", columns > 0 ? pad : 0, "", buf_text(cell),
               columns < 0 ? pad : 0, "");
    buf_clear(cell);
}

/* Eighths of a column, so that small differences show. */
static void put_bar(struct buf *out, uint64_t posts, uint64_t most)
{
    static const char *const parts[] = { "", "▏", "▎", "▍", "▌", "▋", "▊",
                                         "▉" };
    uint64_t eighths = most ? posts * BAR * 8 / most : 0;
    if (posts && !eighths)
        eighths = 1;
    for (uint64_t i = 0; i < eighths / 8; i++)
        buf_puts(out, "█");
    buf_puts(out, parts[eighths % 8]);
}

static void text_row(struct buf *out, const struct view *v,
                     const struct row *row, uint64_t most)
{
    struct buf cell = BUF_INIT(0);
    if (row->name)
        phrase_quote(&cell, "", row->name, 16, "");
    else if (v->by == BY_DAY)
        phrase_date(&cell, zone_day(v->in->zone, row->from));
    else
        local_time(&cell, v->in->zone, row->from);
    put_cell(out, &cell, -17);
    phrase_count(&cell, "", row->posts, "");
    put_cell(out, &cell, 8);
    phrase_count(&cell, "", row->authors, "");
    put_cell(out, &cell, 8);
    buf_puts(out, "  ");
    phrase_net(&cell, &row->net);
    put_cell(out, &cell, -15);
    if (v->planned) {
        phrase_share(&cell, "", row->coverage, "");
        put_cell(out, &cell, 6);
    }
    buf_puts(out, "  ");
    put_bar(out, row->posts, most);
    bool several = v->total.rules[0] != v->total.rules[1];
    if (several && row->rules[0])
        buf_printf(out, "  rules %u", row->rules[0]);
    if (several && row->rules[0] != row->rules[1])
        buf_printf(out, " to %u", row->rules[1]);
    while (out->length && out->data[out->length - 1] == ' ')
        out->length--;
    buf_putc(out, '\n');
    buf_release(&cell);
}

static void text_head(struct buf *out, const struct view *v)
{
    const struct row *t = &v->total;
    phrase_quote(out, "", subject_title(v->in, v->in->subject), 60, " · ");
    local_time(out, v->in->zone, t->from);
    buf_puts(out, " to ");
    local_time(out, v->in->zone, t->until);
    buf_printf(out, " %s", zone_name(v->in->zone));
    if (v->flags->source)
        buf_printf(out, " · source %s", v->flags->source);
    buf_puts(out, "\n");
    phrase_posts_by(out, t->posts, t->authors);
    buf_puts(out, " · ");
    if (v->planned)
        phrase_share(out, "coverage ", t->coverage, "");
    else
        buf_puts(out, "coverage not known");
    buf_puts(out, "\nnet sentiment ");
    phrase_net(out, &t->net);
    for (int i = LABEL_COUNT - 1; i >= 0; i--) {
        buf_printf(out, "%s%s ", i == LABEL_COUNT - 1 ? " · " : ", ",
                   label_names[i]);
        phrase_count(out, "", t->label[i], "");
    }
    if (t->rules[0] != t->rules[1])
        buf_printf(out, "\ntagged by rules %u to %u: compare with care (swell "
                   "retag)", t->rules[0], t->rules[1]);
    buf_puts(out, "\n");
}

static void print_text(struct writer *w, const struct view *v)
{
    struct buf *out = w->out;
    uint64_t most = 0;
    text_head(out, v);
    if (v->by == BY_ALL)
        return;
    buf_printf(out, "\n%-17s%8s%8s  %-15s%s\n", by_names[v->by], "posts",
               "people", "net sentiment", v->planned ? " cover" : "");
    for (size_t i = 0; i < v->count; i++)
        most = v->rows[i].posts > most ? v->rows[i].posts : most;
    for (size_t i = 0; i < v->count; i++)
        text_row(out, v, &v->rows[i], most);
}

static int run(struct invocation *in, struct error *err)
{
    const struct flags *f = in->flags;
    struct view v = { .in = in, .flags = f };
    v.by = word_index("by", f->by, by_names, BY_COUNT, err);
    if (v.by < 0 || invocation_format(in, f->format, 3, err) ||
        invocation_range(in, &f->range, DAY, err) || subject_open(in, err) ||
        source_check(in, f->source, STORE_SOURCES, err))
        return -1;
    int rc = look(&v, err);
    if (rc == 0)
        (in->format == FORMAT_CSV    ? print_csv
         : in->format == FORMAT_JSON ? print_json
                                     : print_text)(&in->writer, &v);
    names_release(&v.names);
    mem_free(v.rows);
    return rc;
}

const struct command command_window = {
    .name = "window",
    .words = ONE_SUBJECT,
    .arguments = "SUBJECT [--last 24h | --from DATE --to DATE | --day DATE] "
                 "[--by hour]",
    .about = "counts, people and net sentiment over a stretch of time",
    .help =
        "Net sentiment is (positive - negative) / scored posts, with a 95 %\n"
        "interval (docs/trends.md). Coverage is the share of the planned\n"
        "collection that was really got, until now, of one source where the\n"
        "figures are; empty when nothing was planned. \"*\" is every post.\n\n"
        "  swell window acme --last 7d --by day\n"
        "  swell window acme/app --day yesterday --by hour --format csv\n",
    .options = options,
    .state_size = sizeof(struct flags),
    .run = run,
};
