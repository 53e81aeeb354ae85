/* SPDX-License-Identifier: Apache-2.0 */
/* Invents a month of public posts about three invented retailers, with events
 * planted at known times: the demo, the known answer of tests, the load of
 * benches. The same seed gives the same bytes. Copies no post of anybody.
 *
 *   generate --out DIR [--posts 30000] [--from 2026-10-21] [--days 31]
 *            [--seed 1] [--names 0] [--wide]
 *
 * writes DIR/posts.ndjson events.json swell.yaml coverage.csv. --wide adds
 * fields nobody asked for and \u escapes, as services send them: about 850
 * bytes a post. --names N: N more product names, mentioned by Zipf's law.
 *
 * Posts come out in the order in which a collector would have seen them:
 * late ones after their time, edited ones twice. Over 500 lines because the
 * plan, the people and the clock share one generator. */
#include <math.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/json.h"
#include "tests/tools/generate_words.h"

enum { BRANDS = 3, PRODUCTS = 12, SUBJECTS = BRANDS + PRODUCTS, SOURCES = 4,
       RECENT = 512, USUAL_POSTS = 30000, USUAL_DAYS = 31, SLOT = QUARTER };

enum kind { WEAR, APP, SHOP };

static const struct subject {
    const char *name, *title, *yaml_match;
    const char *said[4];     /* how people write it */
    enum kind kind;
    int brand;
    double share;
    const char *handle;
} subjects[SUBJECTS] = {
    { "harrow-pine", "Harrow & Pine",
      "[\"Harrow & Pine\", \"Harrow and Pine\", \"@harrowandpine\", "
      "\"#harrowandpine\"]",
      { "Harrow & Pine", "Harrow and Pine", "@harrowandpine" }, SHOP, 0, 16,
      "harrowandpine" },
    { "northgate", "Northgate",
      "[Northgate, \"@northgate\", \"#northgate\"]",
      { "Northgate", "Northgate", "@northgate" }, SHOP, 1, 13, "northgate" },
    { "tilly-lane", "Tilly Lane",
      "[\"Tilly Lane\", \"@tillylane\", \"#tillylane\"]",
      { "Tilly Lane", "tilly lane", "@tillylane" }, SHOP, 2, 9, "tillylane" },
    { "click-collect", "Click & Collect app",
      "[\"Click & Collect app\", \"Click and Collect app\", "
      "\"C&C app\"]",
      { "the Click & Collect app", "Click & Collect app",
        "the Click and Collect app" }, APP, 0, 7, NULL },
    { "meadow-jacket", "Meadow jacket", "[\"Meadow jacket\"]",
      { "Meadow jacket", "meadow jacket" }, WEAR, 0, 7, NULL },
    { "fell-boots", "Fell boots", "[\"Fell boots\", \"Fell boot\"]",
      { "Fell boots", "fell boots" }, WEAR, 0, 6, NULL },
    { "ridge-trousers", "Ridge trousers", "[\"Ridge trousers\"]",
      { "Ridge trousers", "ridge trousers" }, WEAR, 0, 5, NULL },
    { "pine-points", "Pine Points", "[\"Pine Points\"]",
      { "Pine Points", "Pine Points" }, APP, 0, 5, NULL },
    { "tor-parka", "Tor parka", "[\"Tor parka\"]",
      { "Tor parka", "tor parka" }, WEAR, 1, 6, NULL },
    { "beacon-trainers", "Beacon trainers", "[\"Beacon trainers\"]",
      { "Beacon trainers", "beacon trainers" }, WEAR, 1, 5, NULL },
    { "northgate-go", "Northgate Go", "[\"Northgate Go\"]",
      { "Northgate Go", "Northgate Go" }, APP, 1, 5, NULL },
    { "harbour-jumper", "Harbour jumper", "[\"Harbour jumper\"]",
      { "Harbour jumper", "harbour jumper" }, WEAR, 1, 4, NULL },
    { "daisy-dress", "Daisy dress", "[\"Daisy dress\"]",
      { "Daisy dress", "daisy dress" }, WEAR, 2, 4, NULL },
    { "poppy-tote", "Poppy tote", "[\"Poppy tote\"]",
      { "Poppy tote", "poppy tote" }, WEAR, 2, 4, NULL },
    { "tilly-box", "Tilly Box", "[\"Tilly Box\"]",
      { "Tilly Box", "tilly box" }, APP, 2, 4, NULL },
};
enum { CLICK_COLLECT = 3, MEADOW = 4, RIDGE = 6 };

enum source { BLUESKY, MASTODON, FORUM, APPSTORE };
static const char *const source_names[SOURCES] = {
    "bluesky", "mastodon", "hackernews", "appstore"
};
static const double source_share[SOURCES] = { 46, 24, 13, 17 };

/* Planted. Times in hours after the first midnight; posts: how many more a
 * day at their height, in a month of the usual size. */
enum event_shape { STEADY, RISING };
static const struct event {
    const char *name, *what, *rule, *subject;
    double from, until, per_day;
    enum event_shape shape;
    enum source only;        /* APPSTORE: reviews too; else no reviews */
    const char *finds;       /* JSON members: what must be found */
} events[] = {
    { "stock-out", "stock-out", "stockout", "harrow-pine/meadow-jacket",
      15 * 24 + 9, 18 * 24 + 18, 160, STEADY, BLUESKY,
      "\"alert\": true, \"terms\": [\"sage\", \"sold out\"], "
      "\"aspect\": \"stock\"" },
    { "app-crash", "crash after an update", "crash",
      "harrow-pine/click-collect", 30 * 24 + 15, 31 * 24, 560, STEADY,
      APPSTORE,
      "\"alert\": true, \"terms\": [\"crash\", \"5.2\", \"login\"], "
      "\"aspect\": \"app\"" },
    { "wide-leg", "a wish that spreads", "wish", "harrow-pine/ridge-trousers",
      20 * 24, 31 * 24, 60, RISING, BLUESKY,
      "\"terms\": [\"wide-leg\"], \"intent\": \"suggestion\"" },
    { "mend-not-spend", "campaign", "campaign", "harrow-pine",
      8 * 24 + 8, 11 * 24 + 20, 150, STEADY, BLUESKY,
      "\"alert\": true, \"terms\": [\"#mendnotspend\"]" },
    { "price-cut", "a rival's price cut", "switch", "northgate",
      24 * 24 + 9, 26 * 24 + 22, 150, STEADY, BLUESKY,
      "\"alert\": true, \"terms\": [\"cheaper\", \"price\"], "
      "\"intent\": \"switch\", \"aspect\": \"price\"" },
};
enum { EVENTS = sizeof(events) / sizeof(*events) };
static const enum source down_source = MASTODON;
static const double down_from = 13 * 24 + 10, down_until = 13 * 24 + 16;

/* Shares of 10,000 of what happens to a post. */
enum { REPLIES = 900, REPOSTS = 450, COPIES = 70, LATE = 250, EDITED = 120,
       GONE = 15, FOREIGN = 400, NOBODY = 700, TYPO = 600, LOWER = 800,
       EMOJI = 1700, TAG = 700, TWO_SENTENCES = 1600 };

static const double hours[24] = { .25, .15, .1, .08, .08, .15, .4, .8, 1.1,
    1.1, 1.0, 1.05, 1.25, 1.15, 1.0, 1.0, 1.05, 1.2, 1.4, 1.6, 1.7, 1.5, 1.0,
    .55 };
static const double weekdays[7] = { 1.1, .95, .95, 1.0, 1.0, 1.05, 1.2 };

struct item {
    int64_t seen, created, edited;
    uint64_t order;
    char *text, *id;         /* owned */
    char *reply_to;          /* owned, or NULL */
    const char *handle;      /* a brand's own account, or NULL */
    uint32_t author;
    enum source source;
    const char *kind, *lang;
    int rating, likes, reposts, replies;
    bool deleted;
};

struct recent {
    char id[80];
    char *text;
    int64_t created;
};

struct generator {
    uint64_t random;
    uint64_t posts, names, seed, written, orders;
    int64_t from, days;
    bool wide;
    const char *folder;
    FILE *out;
    struct item *heap;       /* earliest seen first */
    size_t count, room;
    struct recent recent[SOURCES][RECENT];
    uint64_t seen[SOURCES];  /* posts of each source: the ring's head */
    uint64_t counter;
    uint32_t authors;
    double *zipf;            /* cumulative, of the further names */
    struct buf line;
};

/* ---- chance ----------------------------------------------------------- */

static uint64_t draw(struct generator *g)
{
    uint64_t z = (g->random += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static double unit(struct generator *g)
{
    return (double)(draw(g) >> 11) * 0x1p-53;
}

static uint64_t below(struct generator *g, uint64_t n)
{
    return (uint64_t)(unit(g) * (double)n);
}

static bool chance(struct generator *g, int of_ten_thousand)
{
    return below(g, 10000) < (uint64_t)of_ten_thousand;
}

/* Poisson; means here are small, or large enough for a normal. */
static int poisson(struct generator *g, double mean)
{
    if (mean > 60) {
        double n = mean + sqrt(mean) * sqrt(-2 * log(1 - unit(g))) *
                          cos(6.283185307179586 * unit(g));
        return n < 0 ? 0 : (int)lround(n);
    }
    double limit = exp(-mean), p = unit(g);
    int n = 0;
    while (p > limit) {
        p *= unit(g);
        n++;
    }
    return n;
}

static size_t weighted(struct generator *g, const double *weights, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += weights[i];
    double at = unit(g) * sum;
    for (size_t i = 0; i < n; i++)
        if ((at -= weights[i]) < 0)
            return i;
    return n - 1;
}

/* ---- sentences -------------------------------------------------------- */

struct scene {
    const struct subject *subject, *brand, *rival;
};

static void say(struct generator *g, struct buf *out, const char *rule,
                const struct scene *scene);

static void fill_slot(struct generator *g, struct buf *out, const char *slot,
                      const struct scene *s)
{
    if (strcmp(slot, "P") == 0) {
        size_t n = 0;
        while (n < 4 && s->subject->said[n])
            n++;
        const char *said = s->subject->said[below(g, n)];
        /* "the the Click & Collect app" */
        if (strncmp(said, "the ", 4) == 0 && out->length >= 4 &&
            strcasecmp(out->data + out->length - 4, "the ") == 0)
            said += 4;
        buf_puts(out, said);
    } else if (strcmp(slot, "B") == 0) {
        buf_puts(out, s->brand->said[below(g, 2)]);
    } else if (strcmp(slot, "R") == 0) {
        buf_puts(out, s->rival->title);
    } else if (strcmp(slot, "H") == 0) {
        buf_puts(out, s->brand->handle);
    } else if (strcmp(slot, "n") == 0) {
        buf_putc(out, (char)('2' + below(g, 8)));
    } else {
        say(g, out, slot, s);
    }
}

static void say(struct generator *g, struct buf *out, const char *rule,
                const struct scene *scene)
{
    size_t rows = sizeof(grammar) / sizeof(*grammar), first = 0, count = 0;
    while (first < rows && strcmp(grammar[first].rule, rule) != 0)
        first++;
    while (first + count < rows &&
           strcmp(grammar[first + count].rule, rule) == 0)
        count++;
    if (!count) {
        fprintf(stderr, "generate: the grammar has no rule %s\n", rule);
        exit(1);
    }
    for (const char *c = grammar[first + below(g, count)].text; *c; c++) {
        const char *end = *c == '{' ? strchr(c, '}') : NULL;
        if (!end) {
            buf_putc(out, *c);
            continue;
        }
        char slot[32];
        snprintf(slot, sizeof(slot), "%.*s", (int)(end - c - 1), c + 1);
        fill_slot(g, out, slot, scene);
        c = end;
    }
}

/* Two letters change places, in a word that names nobody. */
static void misspell(struct generator *g, struct buf *b)
{
    size_t at = below(g, b->length);
    for (size_t i = at; i + 5 < b->length; i++) {
        bool small = b->data[i] == ' ';
        for (size_t k = 1; small && k <= 5; k++)
            small = b->data[i + k] >= 'a' && b->data[i + k] <= 'z';
        if (small) {
            char c = b->data[i + 3];
            b->data[i + 3] = b->data[i + 4];
            b->data[i + 4] = c;
            return;
        }
    }
}

static void lower_case(struct buf *b)
{
    for (size_t i = 0; i < b->length; i++)
        if (b->data[i] >= 'A' && b->data[i] <= 'Z')
            b->data[i] += 32;
}

static void start_with_capital(struct buf *b)
{
    if (b->length && b->data[0] >= 'a' && b->data[0] <= 'z')
        b->data[0] -= 32;
}

/* The further names of --names: two to four syllables, a third of them two
 * words; the number's digits make each one different. */
static void catalogue_name(uint64_t index, struct buf *out)
{
    uint64_t rest = index * 7919 + 104729;
    size_t start = out->length;
    for (int i = 0; i < 4; i++) {
        if (i == 2 && index % 3 == 0)
            buf_putc(out, ' ');
        size_t at = out->length;
        buf_puts(out, syllables[rest % SYLLABLES]);
        rest /= SYLLABLES;
        if (at == start || out->data[at - 1] == ' ')
            out->data[at] -= 32;
    }
}

static void mention_name(struct generator *g, struct buf *out)
{
    static const char *const before[] = { " Also got the ", " Next: the ",
        " Or rather the ", " Compare the ", " Went for the ", " Not the " };
    double at = unit(g) * g->zipf[g->names - 1];
    size_t low = 0, high = g->names - 1;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (g->zipf[middle] < at)
            low = middle + 1;
        else
            high = middle;
    }
    buf_puts(out, before[below(g, 6)]);
    catalogue_name(low, out);
    buf_puts(out, ".");
}

static void decorate(struct generator *g, struct buf *b, bool event)
{
    const struct scene none = { &subjects[0], &subjects[0], &subjects[1] };
    start_with_capital(b);
    if (!event && chance(g, TYPO))
        misspell(g, b);
    if (chance(g, LOWER))
        lower_case(b);
    if (chance(g, EMOJI))
        say(g, b, "emoji", &none);
    if (chance(g, TAG))
        say(g, b, "tag", &none);
    if (g->names && chance(g, 4000))
        mention_name(g, b);
}

/* ---- people and ids --------------------------------------------------- */

static void author_name(uint32_t author, enum source source, struct buf *out)
{
    uint64_t h = hash64_seed(&author, sizeof(author), (uint64_t)source + 7);
    for (int i = 0; i < 3; i++, h /= SYLLABLES)
        buf_puts(out, syllables[h % SYLLABLES]);
    buf_printf(out, "%u", author % 1000);
}

/* Ids grow with the time of the post, as the services' own do. */
static void make_id(struct generator *g, struct item *p)
{
    static const char base32[] = "234567abcdefghijklmnopqrstuvwxyz";
    struct buf id = BUF_INIT(0);
    uint64_t micro = (uint64_t)p->created * 1000000 + g->counter++ % 1000000;
    uint64_t person = hash64_seed(&p->author, sizeof(p->author), 99);
    if (p->source == BLUESKY) {
        buf_puts(&id, "at://did:plc:");
        for (int i = 0; i < 24; i++)
            buf_putc(&id, base32[(person >> (i * 5 % 59)) & 31]);
        buf_puts(&id, "/app.bsky.feed.post/");
        for (int shift = 60; shift >= 0; shift -= 5)
            buf_putc(&id, base32[(micro << 10 >> shift) & 31]);
    } else if (p->source == MASTODON) {
        buf_puts(&id, "https://town.example/users/");
        author_name(p->author, p->source, &id);
        buf_printf(&id, "/statuses/%llu",
                   (unsigned long long)(micro / 1000 << 16 |
                                        (g->counter & 0xffff)));
    } else {
        buf_printf(&id, "%llu", (unsigned long long)(
            (p->source == FORUM ? 45000000 : 11000000000) +
            (uint64_t)(p->created - g->from + 40 * DAY) * 100 +
            g->counter % 100));
    }
    p->id = mem_string(buf_text(&id));
    buf_release(&id);
}

/* Few write much: a writer's number is small more often. */
static uint32_t pick_author(struct generator *g)
{
    double u = unit(g);
    return (uint32_t)(g->authors * u * u * sqrt(u));
}

/* ---- the queue of what will be seen ----------------------------------- */

static bool before(const struct item *a, const struct item *b)
{
    return a->seen != b->seen ? a->seen < b->seen : a->order < b->order;
}

static void push(struct generator *g, struct item p)
{
    p.order = g->orders++;
    g->heap = mem_grow(g->heap, &g->room, g->count, sizeof(p));
    size_t i = g->count++;
    while (i && before(&p, &g->heap[(i - 1) / 2])) {
        g->heap[i] = g->heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    g->heap[i] = p;
}

static struct item pop(struct generator *g)
{
    struct item top = g->heap[0], last = g->heap[--g->count];
    size_t i = 0;
    for (;;) {
        size_t c = 2 * i + 1;
        if (c >= g->count)
            break;
        if (c + 1 < g->count && before(&g->heap[c + 1], &g->heap[c]))
            c++;
        if (!before(&g->heap[c], &last))
            break;
        g->heap[i] = g->heap[c];
        i = c;
    }
    g->heap[i] = last;
    return top;
}

/* ---- writing ---------------------------------------------------------- */

static void put_text(struct buf *out, const char *key, const char *value)
{
    buf_printf(out, ",\"%s\":", key);
    json_write(out, text_of(value));
}

static void put_time(struct buf *out, const char *key, int64_t when)
{
    char text[CLOCK_TEXT];
    buf_printf(out, ",\"%s\":\"%s\"", key, clock_format(when, text));
}

/* Every other post as a service that escapes all that is not ASCII. */
static void put_escaped(struct buf *out, const char *key, const char *value)
{
    buf_printf(out, ",\"%s\":\"", key);
    size_t length = strlen(value), start = out->length;
    for (size_t i = 0; i < length;) {
        uint32_t point;
        i += text_decode(value + i, length - i, &point);
        if (point >= 0x10000)
            buf_printf(out, "\\u%04x\\u%04x",
                       (unsigned)(0xd800 + ((point - 0x10000) >> 10)),
                       (unsigned)(0xdc00 + (point & 0x3ff)));
        else if (point >= 0x7f || point == '&' || point == '\'')
            buf_printf(out, "\\u%04x", (unsigned)point);
        else if (point == '"')
            buf_puts(out, "\\\"");
        else
            buf_putc(out, (char)point);
    }
    if (!memchr(out->data + start, '\\', out->length - start))
        buf_puts(out, " \\u2764\\ufe0f");
    buf_putc(out, '"');
}

static void put_ignored(struct generator *g, struct buf *out,
                        const struct item *p)
{
    buf_printf(out, ",\"cid\":\"bafyrei%016llx%016llx%016llx\"",
               (unsigned long long)draw(g), (unsigned long long)draw(g),
               (unsigned long long)draw(g));
    buf_printf(out, ",\"embed\":{\"$type\":\"app.example.embed.images\","
               "\"images\":[{\"alt\":\"\",\"aspectRatio\":{\"height\":%d,"
               "\"width\":1080},\"image\":{\"ref\":\"blob%08llx\","
               "\"mimeType\":\"image/jpeg\",\"size\":%llu}}]}",
               p->likes + 720, (unsigned long long)(draw(g) >> 32),
               (unsigned long long)below(g, 900000));
    buf_puts(out, ",\"facets\":[],\"labels\":[],\"threadgate\":null,"
             "\"sensitive\":false,\"viewer\":{\"muted\":false,"
             "\"blockedBy\":false,\"bookmarked\":false},\"visibility\":"
             "\"public\",\"application\":{\"name\":\"Web\",\"website\":null}");
}

static void write_item(struct generator *g, const struct item *p)
{
    struct buf *out = &g->line, name = BUF_INIT(0);
    buf_clear(out);
    buf_puts(out, "{\"id\":");
    json_write(out, text_of(p->id));
    put_text(out, "source", source_names[p->source]);
    if (p->deleted) {
        buf_puts(out, ",\"deleted\":true}\n");
        fwrite(out->data, 1, out->length, g->out);
        return;
    }
    put_time(out, "created_at", p->created);
    if (p->handle)
        buf_puts(&name, p->handle);
    else
        author_name(p->author, p->source, &name);
    put_text(out, "author", buf_text(&name));
    put_text(out, "handle", buf_text(&name));
    if (g->wide && p->order % 2)
        put_escaped(out, "text", p->text);
    else
        put_text(out, "text", p->text);
    put_text(out, "lang", p->lang);
    put_text(out, "kind", p->kind);
    if (p->source == MASTODON)
        put_text(out, "url", p->id);
    else if (p->source == FORUM)
        buf_printf(out, ",\"url\":\"https://forum.example/item?id=%s\"",
                   p->id);
    if (p->reply_to)
        put_text(out, "reply_to", p->reply_to);
    if (p->rating)
        buf_printf(out, ",\"rating\":%d", p->rating);
    buf_printf(out, ",\"likes\":%d,\"reposts\":%d,\"replies\":%d", p->likes,
               p->reposts, p->replies);
    if (p->edited)
        put_time(out, "edited_at", p->edited);
    if (g->wide)
        put_ignored(g, out, p);
    buf_puts(out, "}\n");
    fwrite(out->data, 1, out->length, g->out);
    buf_release(&name);
}

static bool is_down(const struct generator *g, const struct item *p)
{
    int64_t at = p->seen - g->from;
    return p->source == down_source && at >= (int64_t)(down_from * HOUR) &&
           at < (int64_t)(down_until * HOUR);
}

static void emit(struct generator *g, int64_t until)
{
    while (g->count && g->heap[0].seen < until) {
        struct item p = pop(g);
        if (!is_down(g, &p)) {
            write_item(g, &p);
            g->written++;
        }
        mem_free(p.text);
        mem_free(p.id);
        mem_free(p.reply_to);
    }
}

/* ---- posts ------------------------------------------------------------ */

static void remember(struct generator *g, const struct item *p)
{
    struct recent *r = &g->recent[p->source][g->seen[p->source]++ % RECENT];
    snprintf(r->id, sizeof(r->id), "%s", p->id);
    mem_free(r->text);
    r->text = mem_string(p->text);
    r->created = p->created;
}

static const struct recent *recall(struct generator *g, enum source source)
{
    uint64_t have = g->seen[source] < RECENT ? g->seen[source] : RECENT;
    if (!have)
        return NULL;
    return &g->recent[source][(g->seen[source] - 1 - below(g, have)) % RECENT];
}

/* A brand answers some: ours more than half, one rival some, the other
 * nobody. */
static void maybe_answer(struct generator *g, const struct item *p,
                         const struct scene *s)
{
    static const int answers[BRANDS] = { 5500, 3000, 0 };
    struct buf text = BUF_INIT(0);
    if (p->source == APPSTORE || !chance(g, answers[s->subject->brand]))
        return;
    struct item a = { .source = p->source, .kind = "reply", .lang = "en" };
    a.created = p->created + 10 * MINUTE + (int64_t)below(g, 4 * HOUR);
    a.seen = a.created + 60;
    a.handle = s->brand->handle;
    a.author = UINT32_MAX - (uint32_t)s->subject->brand;
    a.reply_to = mem_string(p->id);
    say(g, &text, "answer", s);
    a.text = mem_string(buf_text(&text));
    buf_release(&text);
    make_id(g, &a);
    push(g, a);
}

/* The same post again, later: with changed text, or as gone. */
static void maybe_return(struct generator *g, const struct item *p)
{
    bool edited = chance(g, EDITED), gone = !edited && chance(g, GONE);
    if (!edited && !gone)
        return;
    struct buf text = BUF_INIT(0);
    struct item again = *p;
    again.seen = p->seen + 20 * MINUTE + (int64_t)below(g, DAY);
    again.edited = edited ? again.seen - 60 : 0;
    again.deleted = gone;
    again.id = mem_string(p->id);
    again.reply_to = mem_string(p->reply_to);
    buf_printf(&text, "%s (edit: typo)", p->text);
    again.text = mem_string(buf_text(&text));
    buf_release(&text);
    push(g, again);
}

/* Give it what every post has, and let it be seen in its time. */
static void publish(struct generator *g, struct item *p, const char *text,
                    const struct scene *s, bool asks)
{
    p->text = mem_string(text);
    p->author = pick_author(g);
    make_id(g, p);
    double heavy = unit(g);
    p->likes = (int)(0.6 / (heavy + 0.004) - 0.4);
    p->reposts = p->likes / 6;
    p->replies = p->likes / 9;
    p->seen = p->created + (int64_t)below(g, 120);
    if (chance(g, LATE))
        p->seen += HOUR + (int64_t)below(g, 30 * HOUR);
    remember(g, p);
    if (asks)
        maybe_answer(g, p, s);
    maybe_return(g, p);
    push(g, *p);
}

static struct scene choose_subject(struct generator *g, enum source source)
{
    double shares[SUBJECTS];
    for (int i = 0; i < SUBJECTS; i++)
        shares[i] = source == APPSTORE && subjects[i].kind != APP
            ? 0 : subjects[i].share;
    const struct subject *s = &subjects[weighted(g, shares, SUBJECTS)];
    int rival = (s->brand + 1 + (int)below(g, 2)) % BRANDS;
    return (struct scene){ s, &subjects[s->brand], &subjects[rival] };
}

enum mood { PRAISE, COMPLAINT, QUESTION, WISH, PLAIN, BUY, MOODS };
static const char *const mood_names[MOODS] = { "praise", "complaint",
    "question", "wish", "plain", "buy" };

static void add_sentence(struct generator *g, struct buf *out,
                         const struct scene *s, enum mood mood)
{
    static const char *const kinds[] = { "wear", "app", "shop" };
    char rule[40];
    snprintf(rule, sizeof(rule), "%s-%s", kinds[s->subject->kind],
             mood_names[mood]);
    if (out->length)
        buf_putc(out, ' ');
    size_t start = out->length;
    say(g, out, rule, s);
    if (start && out->data[start] >= 'a' && out->data[start] <= 'z')
        out->data[start] -= 32;
}

static void post_about_shops(struct generator *g, struct item *p,
                             struct buf *text)
{
    static const double moods[MOODS] = { 24, 20, 14, 4, 28, 10 };
    static const double review_moods[MOODS] = { 46, 38, 0, 8, 8, 0 };
    bool review = p->source == APPSTORE;
    struct scene s = choose_subject(g, p->source);
    enum mood mood = (enum mood)weighted(g, review ? review_moods : moods,
                                         MOODS);
    if (p->source == FORUM && chance(g, 4500))
        say(g, text, "forum", &s);
    else
        add_sentence(g, text, &s, mood);
    if (g->wide || chance(g, TWO_SENTENCES))
        add_sentence(g, text, &s, mood == QUESTION ? PLAIN : mood);
    if (review)
        p->rating = mood == PRAISE ? 4 + (int)below(g, 2)
                  : mood == COMPLAINT ? 1 + (int)below(g, 2)
                  : 3 + (int)below(g, 2);
    decorate(g, text, false);
    publish(g, p, buf_text(text), &s,
            mood == QUESTION || (mood == COMPLAINT && chance(g, 5000)));
}

static void post_something(struct generator *g, int64_t when)
{
    static const char *const languages[] = { "de", "fr", "es" };
    struct buf text = BUF_INIT(0);
    struct item p = { .created = when, .kind = "post", .lang = "en" };
    p.source = (enum source)weighted(g, source_share, SOURCES);
    if (p.source == APPSTORE)
        p.kind = "review";
    struct scene s = choose_subject(g, p.source);
    const struct recent *other = recall(g, p.source);
    bool social = p.source != APPSTORE && other;
    if (p.source == FORUM)
        p.kind = "comment";
    if (social && p.source != FORUM && chance(g, REPOSTS)) {
        p.kind = "repost";
        publish(g, &p, other->text, &s, false);
    } else if (social && chance(g, COPIES)) {
        publish(g, &p, other->text, &s, false);
    } else if (social && chance(g, REPLIES)) {
        p.reply_to = mem_string(other->id);
        p.kind = p.source == FORUM ? "comment" : "reply";
        say(g, &text, "reply", &s);
        decorate(g, &text, false);
        publish(g, &p, buf_text(&text), &s, false);
    } else if (p.source != APPSTORE && chance(g, FOREIGN)) {
        p.lang = languages[below(g, 3)];
        say(g, &text, p.lang, &s);
        publish(g, &p, buf_text(&text), &s, false);
    } else if (p.source != APPSTORE && chance(g, NOBODY)) {
        say(g, &text, "chatter", &s);
        decorate(g, &text, false);
        publish(g, &p, buf_text(&text), &s, false);
    } else {
        post_about_shops(g, &p, &text);
    }
    buf_release(&text);
}

static void post_event(struct generator *g, const struct event *e,
                       int64_t when)
{
    struct buf text = BUF_INIT(0);
    struct item p = { .created = when, .kind = "post", .lang = "en" };
    double shares[SOURCES] = { 60, 28, 12, e->only == APPSTORE ? 30 : 0 };
    p.source = (enum source)weighted(g, shares, SOURCES);
    const struct subject *subject = &subjects[0];
    for (int i = 0; i < SUBJECTS; i++)
        if (strstr(e->subject, subjects[i].name))
            subject = &subjects[i];
    struct scene s = { subject, &subjects[subject->brand], &subjects[1] };
    if (p.source == APPSTORE) {
        p.kind = "review";
        p.rating = 1;
        say(g, &text, "crash-review", &s);
    } else {
        if (p.source == FORUM)
            p.kind = "comment";
        say(g, &text, e->rule, &s);
    }
    decorate(g, &text, true);
    publish(g, &p, buf_text(&text), &s, chance(g, 3000));
    buf_release(&text);
}

/* ---- the month -------------------------------------------------------- */

static double rhythm(int64_t when)
{
    return hours[when % DAY / HOUR] * weekdays[clock_weekday(when / DAY)];
}

/* Further posts of an event in a quarter hour. */
static double event_rate(const struct event *e, double hour, double scale)
{
    if (hour < e->from || hour >= e->until)
        return 0;
    double rate = e->per_day * scale / 96;
    if (e->shape == RISING)
        rate *= (hour - e->from) / (e->until - e->from);
    return rate;
}

static void run(struct generator *g)
{
    double scale = (double)g->posts / USUAL_POSTS * USUAL_DAYS /
                   (double)g->days;
    double sum = 0, extra = 0;
    int64_t until = g->from + g->days * DAY;
    for (int64_t t = g->from; t < until; t += SLOT) {
        sum += rhythm(t);
        for (int e = 0; e < EVENTS; e++)
            extra += event_rate(&events[e], (double)(t - g->from) / HOUR,
                                scale) * rhythm(t);
    }
    /* Answers and second looks come on top: 6 % in the mean. */
    double base = (double)g->posts * 0.94 - extra;
    for (int64_t t = g->from; t < until; t += SLOT) {
        int n = poisson(g, base * rhythm(t) / sum);
        for (int i = 0; i < n; i++)
            post_something(g, t + (int64_t)below(g, SLOT));
        for (int e = 0; e < EVENTS; e++) {
            n = poisson(g, event_rate(&events[e],
                                      (double)(t - g->from) / HOUR, scale) *
                           rhythm(t));
            for (int i = 0; i < n; i++)
                post_event(g, &events[e], t + (int64_t)below(g, SLOT));
        }
        emit(g, t);
    }
    emit(g, until);
}

/* ---- files beside the posts ------------------------------------------- */

static FILE *create(const struct generator *g, const char *name)
{
    char path[4096];
    snprintf(path, sizeof(path), "%s/%s", g->folder, name);
    FILE *f = fopen(path, "w");
    if (!f) {
        perror(path);
        exit(1);
    }
    return f;
}

static void close_file(FILE *f)
{
    if (ferror(f) || fclose(f) != 0) {
        perror("generate: cannot write");
        exit(1);
    }
}

static int64_t hour_of(const struct generator *g, double hour)
{
    return g->from + (int64_t)(hour * HOUR);
}

/* Those that fall into the days asked for. */
static void write_events(const struct generator *g)
{
    char from[CLOCK_TEXT], until[CLOCK_TEXT];
    const char *gap = "[\n";
    FILE *f = create(g, "events.json");
    for (int i = 0; i < EVENTS; i++) {
        if (events[i].until > (double)g->days * 24)
            continue;
        fprintf(f, "%s  {\"name\": \"%s\", \"what\": \"%s\", \"subject\": "
                "\"%s\",\n   \"from\": \"%s\", \"to\": \"%s\",\n   "
                "\"find\": {%s}}", gap, events[i].name, events[i].what,
                events[i].subject,
                clock_format(hour_of(g, events[i].from), from),
                clock_format(hour_of(g, events[i].until), until),
                events[i].finds);
        gap = ",\n";
    }
    if (down_until <= (double)g->days * 24)
        fprintf(f, "%s  {\"name\": \"source-down\", \"what\": \"a source is "
                "down\", \"source\": \"%s\",\n   \"from\": \"%s\", \"to\": "
                "\"%s\",\n   \"find\": {\"coverage\": \"failed\"}}", gap,
                source_names[down_source],
                clock_format(hour_of(g, down_from), from),
                clock_format(hour_of(g, down_until), until));
    fputs("\n]\n", f);
    close_file(f);
}

static void cover(FILE *f, const char *label, int64_t from, int64_t until,
                  const char *state)
{
    char a[CLOCK_TEXT], b[CLOCK_TEXT];
    fprintf(f, "%s,%s,%s,%s\n", label, clock_format(from, a),
            clock_format(until, b), state);
}

static void write_coverage(const struct generator *g)
{
    FILE *f = create(g, "coverage.csv");
    int64_t until = g->from + g->days * DAY;
    fputs("label,from,until,state\n", f);
    for (int s = 0; s < SOURCES; s++) {
        if (s != (int)down_source) {
            cover(f, source_names[s], g->from, until, "covered");
            continue;
        }
        cover(f, source_names[s], g->from, hour_of(g, down_from), "covered");
        cover(f, source_names[s], hour_of(g, down_from),
              hour_of(g, down_until), "failed");
        cover(f, source_names[s], hour_of(g, down_until), until, "covered");
    }
    close_file(f);
}

static void write_config(const struct generator *g)
{
    FILE *f = create(g, "swell.yaml");
    fputs("# Written by the generator of invented posts.\n"
          "store: groundswell.db\n\nbrands:\n", f);
    for (int b = 0; b < BRANDS; b++) {
        fprintf(f, "  - name: %s\n    title: %s\n    own: %s\n"
                "    match: %s\n    handles: [%s]\n    products:\n",
                subjects[b].name, subjects[b].title, b == 0 ? "yes" : "no",
                subjects[b].yaml_match, subjects[b].handle);
        for (int i = BRANDS; i < SUBJECTS; i++)
            if (subjects[i].brand == b)
                fprintf(f, "      - name: %s\n        title: %s\n"
                        "        match: %s\n", subjects[i].name,
                        subjects[i].title, subjects[i].yaml_match);
    }
    if (g->names)
        fputs("  - name: catalogue\n    match: [\"Catalogue Bazaar\"]\n"
              "    own: no\n    products:\n", f);
    for (uint64_t i = 0; i < g->names; i++) {
        struct buf name = BUF_INIT(0);
        catalogue_name(i, &name);
        fprintf(f, "      - name: n%llu\n        match: [\"%s\"]\n",
                (unsigned long long)i, buf_text(&name));
        buf_release(&name);
    }
    fputs("\ndigest:\n  timezone: Europe/London\n", f);
    close_file(f);
}

/* ---- the command ------------------------------------------------------ */

static int usage(void)
{
    fputs("usage: generate --out DIR [--posts N] [--from DATE] [--days N] "
          "[--seed N]\n                [--names N] [--wide]\n", stderr);
    return 2;
}

static bool read_options(struct generator *g, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const char *name = argv[i];
        if (strcmp(name, "--wide") == 0) {
            g->wide = true;
            continue;
        }
        if (++i == argc)
            return false;
        char *end;
        uint64_t number = strtoull(argv[i], &end, 10);
        if (strcmp(name, "--out") == 0)
            g->folder = argv[i];
        else if (strcmp(name, "--from") == 0)
            *end = clock_parse(argv[i], strlen(argv[i]), &g->from) ? 'x' : 0;
        else if (strcmp(name, "--posts") == 0)
            g->posts = number;
        else if (strcmp(name, "--days") == 0)
            g->days = (int64_t)number;
        else if (strcmp(name, "--seed") == 0)
            g->seed = number;
        else if (strcmp(name, "--names") == 0)
            g->names = number;
        else
            return false;
        if (strcmp(name, "--out") != 0 && *end)
            return false;
    }
    return g->folder && g->posts && g->days > 0;
}

int main(int argc, char **argv)
{
    struct generator *g = mem_alloc(sizeof(*g));
    *g = (struct generator){ .posts = USUAL_POSTS, .days = USUAL_DAYS,
                             .seed = 1, .from = clock_days(2026, 10, 21) *
                                                DAY };
    if (!read_options(g, argc, argv))
        return usage();
    mkdir(g->folder, 0777);
    /* Seeds that follow each other must not: a stream moved by one draw soon
     * falls in step with the other. */
    g->random = 0x9e3779b97f4a7c15u;
    for (uint64_t i = 1; i < g->seed; i++)
        g->random = (g->random ^ g->random >> 31) * 0xbf58476d1ce4e5b9u;
    g->authors = (uint32_t)(g->posts / 6 + 50);
    g->zipf = mem_alloc((g->names + 1) * sizeof(*g->zipf));
    for (uint64_t i = 0; i < g->names; i++)
        g->zipf[i] = (i ? g->zipf[i - 1] : 0) + 1.0 / (double)(i + 1);
    write_events(g);
    write_coverage(g);
    write_config(g);
    g->out = create(g, "posts.ndjson");
    run(g);
    close_file(g->out);
    printf("%llu posts in %s/posts.ndjson\n", (unsigned long long)g->written,
           g->folder);
    for (int s = 0; s < SOURCES; s++)
        for (int i = 0; i < RECENT; i++)
            mem_free(g->recent[s][i].text);
    for (size_t i = 0; i < g->count; i++) {
        mem_free(g->heap[i].text);
        mem_free(g->heap[i].id);
        mem_free(g->heap[i].reply_to);
    }
    mem_free(g->heap);
    mem_free(g->zipf);
    buf_release(&g->line);
    mem_free(g);
    return 0;
}
