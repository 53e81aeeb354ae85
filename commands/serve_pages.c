/* SPDX-License-Identifier: Apache-2.0 */
/* The pages of swell serve: calendar, days, subjects with their posts, inbox,
 * experiments. Draws with digest/html*; knows no HTTP. */
#include "commands/serve.h"

#include <string.h>

#include "base/hash.h"
#include "base/limit.h"
#include "base/mem.h"
#include "commands/labelled.h"
#include "commands/proofs.h"
#include "commands/reading.h"
#include "digest/html.h"
#include "digest/posts.h"
#include "digest/waiting.h"

enum { LOOK_MOST = 700 /* milliseconds */, POSTS_SHOWN = 20, ASKS_SHOWN = 100,
       MARKED_SHOWN = 20, ASK_DAYS = 7 };

const char *const serve_fields[FIELD_COUNT] = { "token", "id", "set", "back" };

/* What the forms can set. */
static const char *const label_values[] = { "positive", "neutral", "negative",
                                            NULL };
static const char *const ask_values[] = { "answered", "ignored", NULL };
static const char *const marked_values[] = { "open", NULL };

/* Up to the heading, which is the title. */
static void open_page(struct buf *out, const char *title,
                      const struct digest_links *links)
{
    html_open(out, title, false);
    html_nav(out, links);
    html_text(out, "<h1>", title, "</h1>\n");
}

static void close_page(struct buf *out)
{
    buf_puts(out, "</main></body></html>\n");
}

void serve_refusal(struct buf *out, const char *title, const char *text)
{
    open_page(out, title, &(struct digest_links){ .served = true });
    html_escaped(out, "<p>", text, "</p>\n");
    close_page(out);
}

/* A form with a button for each value. */
static void put_form(struct buf *out, const struct site *site,
                     const char *action, const struct sample *s,
                     const char *back, const char *const *values,
                     const char *set)
{
    buf_printf(out, "<form method=\"post\" action=\"%s\">"
               "<input type=\"hidden\" name=\"token\" value=\"%s\">"
               "<input type=\"hidden\" name=\"back\" value=\"", action,
               site->token);
    html_escaped(out, "", back,
                 "\"><input type=\"hidden\" name=\"id\" value=\"");
    html_escaped(out, "", s->source, "/");
    html_escaped(out, "", s->native_id, "\">");
    for (; *values; values++)
        buf_printf(out, "<button name=\"set\" value=\"%s\"%s>%s</button>",
                   *values, set && strcmp(set, *values) == 0
                                ? " aria-pressed=\"true\"" : "", *values);
    buf_puts(out, "</form>\n");
}

/* ---- calendar and days --------------------------------------------------- */

/* A day takes up to half a second where no digest of it was made before. So
 * what is found is kept while the day and those by which it is judged count
 * the same, and the days beyond LOOK_MOST, the latest first, are left to the
 * next request: how many they are, or -1. */
static int mark_alerts(struct site *site, struct calendar_day *days,
                       const uint64_t *counts, size_t count,
                       struct error *err)
{
    int64_t start = limit_now();
    int left = 0;
    for (size_t i = count; i-- > 0;) {
        struct looked *l = &site->looked[days[i].day % CALENDAR_DAYS];
        size_t first = i < ALERT_HISTORY ? 0 : i - ALERT_HISTORY;
        uint64_t now = hash64(&counts[first],
                              (i + 1 - first) * sizeof(*counts));
        if (l->counts != now && limit_now() - start > LOOK_MOST) {
            left++;
            continue;
        }
        if (l->counts != now &&
            digest_alerts(&l->alerts, site->in->store, site->in->config,
                          site->in->zone, days[i].day, err))
            return -1;
        l->counts = now;
        days[i].alerts = l->alerts;
    }
    return left;
}

static int calendar(struct site *site, struct buf *out, struct error *err)
{
    int64_t now = clock_now(), today = zone_day(site->in->zone, now);
    struct calendar_day days[CALENDAR_DAYS];
    uint64_t hashes[CALENDAR_DAYS];
    size_t count = 0, hours = (CALENDAR_DAYS + 1) * 24;
    struct store_query q = {
        .from = zone_day_start(site->in->zone, today - CALENDAR_DAYS + 1) };
    struct counts *counts = mem_alloc(hours * sizeof(*counts));
    int rc = store_series(site->in->store, &q, HOUR, counts, hours, err);
    for (size_t i = 0; i < hours && !rc; i++) {
        int64_t day = zone_day(site->in->zone, q.from + (int64_t)i * HOUR);
        if (!counts[i].posts || day > today)
            continue;
        if (count < CALENDAR_DAYS && (!count || days[count - 1].day != day)) {
            /* the hours of today end one after the other */
            hashes[count] = (uint64_t)(day < today ? day : now / HOUR);
            days[count++] = (struct calendar_day){ day, 0 };
        }
        hashes[count - 1] = hash64_seed(&counts[i], sizeof(counts[i]),
                                        hashes[count - 1]);
    }
    mem_free(counts);
    int left = rc ? -1 : mark_alerts(site, days, hashes, count, err);
    if (left < 0)
        return -1;
    digest_calendar(out, "Groundswell", days, count, true, (size_t)left);
    return 200;
}

static struct digest_links day_links(const struct site *site, int64_t day,
                                     const char *before, const char *after)
{
    bool over = day < zone_day(site->in->zone, clock_now());
    return (struct digest_links){ before, after, day - 1, over ? day + 1 : 0,
                                  0, true };
}

static int day_page(struct site *site, int64_t day, bool json,
                    struct buf *out, struct error *err)
{
    struct invocation *in = site->in;
    struct digest *d = NULL;
    struct digest_links links = day_links(site, day, "/", ".html");
    if (digest_compose(&d, in->store, in->config, in->zone, day, NULL, err))
        return -1;
    if (json)
        digest_json(d, out);
    else
        digest_html(d, out, &links);
    digest_close(d);
    return 200;
}

/* ---- a subject ----------------------------------------------------------- */

struct drill {
    struct site *site;
    struct digest frame;     /* what html_sample() asks for: day and zone */
    const char *subject;
    struct buf path;         /* of this page */
    struct buf *out;
    struct proofs proofs;
};

static int take_post(void *context, const struct post *post,
                     const struct mention *mention)
{
    struct drill *s = context;
    proofs_take(&s->proofs, post, mention, post_fingerprint(post->text));
    return 0;
}

static int put_posts(struct drill *s, struct error *err)
{
    struct buf text = BUF_INIT(0), key = BUF_INIT(0);
    int rc = 0;
    if (!s->proofs.count)
        return 0;
    buf_puts(s->out, "<h2>Posts, the most telling first</h2>\n<p class=\"dim\">"
             "Press what you think a post feels: swell accuracy measures by "
             "it, swell fit learns from it. swell label asks without showing "
             "the program's answer.</p>\n");
    for (size_t i = 0; i < s->proofs.count && rc >= 0; i++) {
        const struct sample *p = &s->proofs.items[i].sample;
        buf_puts(s->out, "<article class=\"story\">");
        html_sample(s->out, &s->frame, p, 0);
        buf_clear(&key);
        buf_printf(&key, LABEL_NOTES "%s/%s", p->source, p->native_id);
        buf_clear(&text);
        rc = store_note_get(s->site->in->store, buf_text(&key), &text, err);
        put_form(s->out, s->site, "/label", p, buf_text(&s->path), label_values,
                 rc > 0 ? buf_text(&text) : NULL);
        buf_clear(&text);
        proofs_explain(&s->proofs.items[i], &text, s->site->in->rules);
        buf_printf(s->out, "<details><summary>Why %s, ",
                   label_names[p->tags.label]);
        phrase_signed(s->out, "", p->tags.score / 1000.0, "</summary><p>");
        html_escaped(s->out, "", buf_text(&text),
                     "</p></details></article>\n");
    }
    buf_release(&text);
    buf_release(&key);
    return rc < 0 ? -1 : 0;
}

/* The most named first. */
static void put_aspects(struct buf *out, const struct counts *c)
{
    uint8_t order[ASPECT_COUNT];
    size_t count = aspects_order(order, c->aspect, 1);
    for (size_t i = 0; i < count; i++) {
        buf_printf(out, "%s%s ", i ? ", " : "</p>\n<p>About: ",
                   aspect_names[order[i]]);
        phrase_count(out, "", c->aspect[order[i]], "");
    }
}

static int put_series(struct drill *s, const int64_t *starts,
                      struct error *err)
{
    static const char what[] = "posts a day, 28 days before and the day";
    struct store *store = s->site->in->store;
    struct counts all[DAYS_SPAN], counts[DAYS_SPAN];
    uint32_t days[DAYS_SPAN];
    bool known[DAYS_SPAN];
    struct estimate net;
    struct store_query day = { s->subject, NULL, starts[DIGEST_DAYS],
                               starts[DAYS_SPAN] };
    uint64_t people;
    if (days_series(store, starts, NULL, NULL, all, err) ||
        store_authors(store, &day, &people, err) ||
        days_series(store, starts, s->subject, NULL, counts, err))
        return -1;
    for (int i = 0; i < DAYS_SPAN; i++) {
        days[i] = (uint32_t)counts[i].posts;
        known[i] = all[i].posts || i == DIGEST_DAYS;
    }
    buf_puts(s->out, "<figure>");
    chart_days(s->out, days, known, 0, 0, what);
    buf_printf(s->out, "<figcaption>%s</figcaption></figure>\n", what);
    const struct counts *c = &counts[DIGEST_DAYS];
    estimate_net(&net, c, people, 10);
    phrase_count(s->out, "<p><b>", c->posts, "</b> posts, net sentiment ");
    html_estimate(s->out, &net);
    for (int i = 0; i < LABEL_COUNT; i++)
        if (c->label[i]) {
            buf_printf(s->out, ", %s ", label_names[i]);
            phrase_count(s->out, "", c->label[i], "");
        }
    put_aspects(s->out, c);
    buf_puts(s->out, "</p>\n");
    return 0;
}

static int put_terms(struct drill *s, struct error *err)
{
    struct buf phrase = BUF_INIT(0);
    struct terms *terms = NULL;
    struct terms_query q = { .subject = s->subject, .from = s->frame.from,
                             .until = s->frame.until, .limit = 10 };
    if (terms_find(&terms, s->site->in->store, s->site->in->config, &q, err))
        return -1;
    buf_puts(s->out, terms->count ? "<h2>New words</h2>\n<ul>" : "");
    for (size_t i = 0; i < terms->count; i++) {
        phrase_word(&phrase, &terms->items[i]);
        html_phrase(s->out, "<li>", &phrase, "</li>\n");
    }
    buf_puts(s->out, terms->count ? "</ul>\n" : "");
    terms_close(terms);
    return 0;
}

static int subject_page(struct site *site, const char *subject, int64_t day,
                        struct buf *out, struct error *err)
{
    struct drill s = { .site = site, .subject = subject, .out = out,
                       .proofs.wanted = POSTS_SHOWN };
    int64_t starts[DAYS_SPAN + 1];
    struct buf before = BUF_INIT(0);
    if (subject_check(site->in, subject, err))
        return 404;
    if (day < 0)
        day = zone_day(site->in->zone, clock_now()) - 1;
    days_starts(site->in->zone, day, starts);
    s.frame = (struct digest){ .day = day, .from = starts[DIGEST_DAYS],
                               .until = starts[DAYS_SPAN],
                               .zone = site->in->zone };
    struct store_query q = { .subject = subject, .from = s.frame.from,
                             .until = s.frame.until };
    buf_printf(&before, "/subject/%s?day=", subject);
    buf_puts(&s.path, buf_text(&before));
    phrase_date(&s.path, day);
    struct digest_links links = day_links(site, day, buf_text(&before), "");
    links.day = day;
    open_page(out, subject_title(site->in, subject), &links);
    buf_puts(out, "<p class=\"dim\">");
    phrase_day(out, day);
    buf_puts(out, "</p>\n");
    int rc = put_series(&s, starts, err) || put_terms(&s, err) ||
             store_posts(site->in->store, &q, take_post, &s, err) ||
             put_posts(&s, err) ? -1 : 200;
    close_page(out);
    buf_release(&before);
    buf_release(&s.path);
    proofs_release(&s.proofs);
    return rc;
}

/* ---- inbox --------------------------------------------------------------- */

static void put_ask(struct site *site, struct buf *out,
                    const struct waiting *w, const struct ask *a)
{
    struct digest frame = { .day = zone_day(site->in->zone, clock_now()),
                            .zone = site->in->zone };
    html_escaped(out, "<article class=\"story\"><h3>",
                 waiting_subject(w, a->subject)->title, "");
    buf_printf(out, " <small>%s", a->by_hand ? ask_state_names[a->state]
                                             : "waits ");
    if (!a->by_hand)
        phrase_age(out, "", clock_now() - a->asked, "");
    buf_puts(out, "</small></h3>\n");
    html_sample(out, &frame, &a->sample, 0);
    put_form(out, site, "/inbox", &a->sample, "/inbox",
             a->by_hand ? marked_values : ask_values, NULL);
    buf_puts(out, "</article>\n");
}

static bool is_listed(const struct ask *a, bool marked)
{
    return marked ? a->by_hand : a->state == ASK_OPEN;
}

/* Oldest first, those marked latest first. */
static void put_asks(struct site *site, struct buf *out,
                     const struct waiting *w, bool marked)
{
    size_t all, fit = 0, shown = 0, most = marked ? MARKED_SHOWN : ASKS_SHOWN;
    const struct ask **asks = waiting_list(w, ASK_STATE_COUNT, &all);
    for (size_t i = 0; i < all; i++)
        fit += is_listed(asks[i], marked);
    if (fit || !marked)
        buf_printf(out, "<h2>%s <small>%zu of %zu in %d days; swell inbox has "
                   "all</small></h2>\n",
                   marked ? "Marked by hand" : "Open, oldest first",
                   fit < most ? fit : most, fit, ASK_DAYS);
    for (size_t i = 0; i < all && shown < most; i++) {
        const struct ask *a = marked ? asks[all - 1 - i] : asks[i];
        if (!is_listed(a, marked))
            continue;
        put_ask(site, out, w, a);
        shown++;
    }
    mem_free(asks);
}

static int inbox_page(struct site *site, struct buf *out, struct error *err)
{
    struct waiting *w;
    int64_t now = clock_now();
    if (waiting_read(&w, site->in->store, site->in->config, NULL,
                     now - ASK_DAYS * DAY, now, err))
        return -1;
    open_page(out, "Who waits for an answer",
              &(struct digest_links){ .served = true });
    put_asks(site, out, w, false);
    put_asks(site, out, w, true);
    close_page(out);
    waiting_close(w);
    return 200;
}

/* ---- experiments --------------------------------------------------------- */

static int put_experiment(struct site *site, struct buf *out,
                          const struct experiment *e, struct error *err)
{
    struct digest_experiment x = { .experiment = *e };
    if (experiment_read(&x.reading, site->in->store, site->in->config, e,
                        site->in->zone, clock_now(), err))
        return -1;
    html_experiment(out, site->in->zone, subject_title(site->in, e->subject),
                    &x);
    buf_puts(out, e->closed ? "<p class=\"dim\">Closed" : "<p class=\"dim\">"
                                                         "Still open");
    html_escaped(out, *e->lesson ? ": " : "", e->lesson, "</p>\n");
    return 0;
}

static int experiments_page(struct site *site, struct buf *out,
                            struct error *err)
{
    struct arena memory = { 0 };
    struct experiment *all;
    size_t count;
    int rc = experiment_list(&all, &count, &memory, site->in->store, err);
    open_page(out, "Experiments", &(struct digest_links){ .served = true });
    if (count)
        buf_puts(out, "<h2>What came of each <small>95 % interval; after a "
                 "date, not because of it</small></h2>\n");
    for (size_t i = 0; i < count && !rc; i++)
        rc = put_experiment(site, out, &all[i], err);
    if (!count)
        buf_puts(out, "<p>None yet: <code>swell experiment add NAME --subject "
                 "S --from DATE</code></p>\n");
    close_page(out);
    mem_free(all);
    arena_release(&memory);
    return rc ? -1 : 200;
}

/* ---- paths --------------------------------------------------------------- */

/* /2026-11-20.html or .json; a day that has begun. */
static bool is_day(const struct site *site, const char *text, size_t length,
                   int64_t *day)
{
    char date[11];
    if (length != sizeof(date) - 1)
        return false;
    memcpy(date, text, length);
    date[length] = '\0';
    return strspn(date, "0123456789-") == length &&
           !clock_parse_day(date, site->in->zone, day) &&
           zone_day_start(site->in->zone, *day) <= clock_now();
}

int serve_page(struct site *site, const char *path, const char *day,
               struct buf *out, const char **type, struct error *err)
{
    int64_t number = -1;
    size_t length = strlen(path);
    const char *suffix = length > 5 ? path + length - 5 : "";
    bool json = strcmp(suffix, ".json") == 0;
    *type = json ? "application/json" : "text/html; charset=utf-8";
    if (invocation_store(site->in, STORE_READ, err))
        return -1;
    if (strcmp(path, "/") == 0 || strcmp(path, "/index.html") == 0)
        return calendar(site, out, err);
    if (strcmp(path, "/inbox") == 0)
        return inbox_page(site, out, err);
    if (strcmp(path, "/experiments") == 0)
        return experiments_page(site, out, err);
    if (strncmp(path, "/subject/", 9) == 0 && path[9]) {
        if (!day || is_day(site, day, strlen(day), &number))
            return subject_page(site, path + 9, number, out, err);
    } else if ((json || strcmp(suffix, ".html") == 0) &&
               is_day(site, path + 1, length - 6, &number)) {
        return day_page(site, number, json, out, err);
    }
    error_set(err, ERROR_USAGE, "no such page");
    return 404;
}

int serve_change(struct site *site, const char *path,
                 const struct buf *fields, struct error *err)
{
    const char *id = buf_text(&fields[FIELD_ID]);
    const char *set = buf_text(&fields[FIELD_SET]);
    bool inbox = strcmp(path, "/inbox") == 0;
    int value = inbox ? tag_index(ask_state_names, ASK_STATE_COUNT, set)
                      : tag_index(label_values, 3, set);
    struct buf key = BUF_INIT(0), note = BUF_INIT(0);
    if (!inbox && strcmp(path, "/label") != 0) {
        error_set(err, ERROR_USAGE, "no such form");
        return 404;
    }
    if (value < 0) {
        error_set(err, ERROR_USAGE, "the form is not one of ours");
        return 400;
    }
    if (invocation_store(site->in, STORE_CHANGE, err))
        return -1;
    if (inbox) {
        waiting_note(&key, &note, id, value == ASK_OPEN ? NULL : set);
    } else {
        buf_printf(&key, LABEL_NOTES "%s", id);
        buf_puts(&note, set);
    }
    int rc = post_note(site->in->store, id, buf_text(&key), buf_text(&note),
                       err);
    buf_release(&key);
    buf_release(&note);
    return !rc ? 303 : err->kind == ERROR_USAGE ? 400 : -1;
}
