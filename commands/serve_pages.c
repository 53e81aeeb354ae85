/* SPDX-License-Identifier: Apache-2.0 */
/* The pages of swell serve: calendar, days, subjects with their posts, inbox.
 * Draws with digest/html*; knows no HTTP. */
#include "commands/serve.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "commands/labelled.h"
#include "commands/proofs.h"
#include "commands/reading.h"
#include "digest/chart.h"
#include "digest/days.h"
#include "digest/html.h"
#include "digest/posts.h"
#include "digest/waiting.h"

enum { CALENDAR_DAYS = 400, POSTS_SHOWN = 20, ASKS_SHOWN = 100,
       ASK_DAYS = 7 };

const char *const serve_fields[FIELD_COUNT] = { "token", "id", "set", "back" };

/* What the forms can set. */
static const char *const label_values[] = { "positive", "neutral", "negative",
                                            NULL };
static const char *const ask_values[] = { "answered", "ignored", NULL };

static void put_nav(struct buf *out, const char *day)
{
    buf_puts(out, "<nav aria-label=\"pages\"><a href=\"/index.html\">calendar"
             "</a> ");
    if (day)
        buf_printf(out, "<a href=\"/%s.html\">the day</a> ", day);
    buf_puts(out, "<a href=\"/inbox\">inbox</a></nav>\n");
}

static void put_end(struct buf *out)
{
    buf_puts(out, "</main></body></html>\n");
}

void serve_refusal(struct buf *out, const char *title, const char *text)
{
    html_open(out, title, false);
    buf_puts(out, "<h1>");
    html_escaped(out, title);
    buf_puts(out, "</h1>\n<p>");
    html_escaped(out, text);
    buf_puts(out, "</p>\n<p><a href=\"/index.html\">calendar</a></p>\n");
    put_end(out);
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
    html_escaped(out, back);
    buf_puts(out, "\"><input type=\"hidden\" name=\"id\" value=\"");
    html_escaped(out, s->source);
    buf_putc(out, '/');
    html_escaped(out, s->native_id);
    buf_puts(out, "\">");
    for (; *values; values++)
        buf_printf(out, "<button name=\"set\" value=\"%s\"%s>%s</button>",
                   *values, set && strcmp(set, *values) == 0
                                ? " aria-pressed=\"true\"" : "", *values);
    buf_puts(out, "</form>\n");
}

/* ---- calendar and days --------------------------------------------------- */

static int calendar(struct site *site, struct buf *out, struct error *err)
{
    int64_t today = zone_day(site->zone, clock_now());
    int64_t days[CALENDAR_DAYS];
    size_t count = 0, hours = (CALENDAR_DAYS + 1) * 24;
    struct store_query q = {
        .from = zone_day_start(site->zone, today - CALENDAR_DAYS + 1) };
    struct counts *counts = mem_alloc(hours * sizeof(*counts));
    int rc = store_series(site->in->store, &q, HOUR, counts, hours, err);
    for (size_t i = 0; i < hours && !rc; i++) {
        int64_t day = zone_day(site->zone, q.from + (int64_t)i * HOUR);
        if (counts[i].posts && day <= today && count < CALENDAR_DAYS &&
            (!count || days[count - 1] != day))
            days[count++] = day;
    }
    mem_free(counts);
    if (rc)
        return -1;
    digest_calendar(out, "Groundswell", days, count);
    return 200;
}

static int day_page(struct site *site, int64_t day, bool json,
                    struct buf *out, struct error *err)
{
    struct digest *d = NULL;
    struct buf before = BUF_INIT(0), after = BUF_INIT(0);
    struct digest_links links = { .inbox = "/inbox", .subject = "/subject/" };
    if (digest_compose(&d, site->in->store, site->in->config, site->zone, day,
                       NULL, err))
        return -1;
    phrase_date(&before, day - 1);
    buf_puts(&before, ".html");
    links.previous = buf_text(&before);
    if (day < zone_day(site->zone, clock_now())) {
        phrase_date(&after, day + 1);
        buf_puts(&after, ".html");
        links.next = buf_text(&after);
    }
    if (json)
        digest_json(d, out);
    else
        digest_html(d, out, &links);
    digest_close(d);
    buf_release(&before);
    buf_release(&after);
    return 200;
}

/* ---- a subject ----------------------------------------------------------- */

struct drill {
    struct site *site;
    struct digest frame;     /* what html_sample() asks for: day and zone */
    const char *subject;
    char day[11];
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
    struct buf back = BUF_INIT(0), text = BUF_INIT(0), key = BUF_INIT(0);
    int rc = 0;
    if (!s->proofs.count)
        return 0;
    buf_printf(&back, "/subject/%s?day=%s", s->subject, s->day);
    buf_puts(s->out, "<h2>Posts, the most telling first</h2>\n<p class=\"dim\">"
             "A label is yours: swell accuracy measures against it, swell fit "
             "learns from it. Here you see the program's own; swell label asks "
             "without.</p>\n");
    for (size_t i = 0; i < s->proofs.count && rc >= 0; i++) {
        const struct sample *p = &s->proofs.items[i].sample;
        html_sample(s->out, &s->frame, p);
        buf_clear(&key);
        buf_printf(&key, LABEL_NOTES "%s/%s", p->source, p->native_id);
        buf_clear(&text);
        rc = store_note_get(s->site->in->store, buf_text(&key), &text, err);
        put_form(s->out, s->site, "/label", p, buf_text(&back), label_values,
                 rc > 0 ? buf_text(&text) : NULL);
        buf_clear(&text);
        proofs_explain(&s->proofs.items[i], &text, s->site->in->rules);
        buf_printf(s->out, "<details><summary>Why %s, ",
                   label_names[p->tags.label]);
        phrase_signed(s->out, p->tags.score / 1000.0);
        buf_puts(s->out, "</summary><p>");
        html_escaped(s->out, buf_text(&text));
        buf_puts(s->out, "</p></details>\n");
    }
    buf_release(&back);
    buf_release(&text);
    buf_release(&key);
    return rc < 0 ? -1 : 0;
}

static int put_series(struct drill *s, struct error *err)
{
    struct counts counts[DAYS_SPAN], all[DAYS_SPAN];
    int64_t starts[DAYS_SPAN + 1];
    uint32_t days[DAYS_SPAN];
    bool known[DAYS_SPAN];
    struct estimate net;
    days_starts(s->site->zone, s->frame.day, starts);
    if (days_series(s->site->in->store, starts, s->subject, NULL, counts,
                    err) ||
        days_series(s->site->in->store, starts, NULL, NULL, all, err))
        return -1;
    for (int i = 0; i < DAYS_SPAN; i++) {
        days[i] = (uint32_t)counts[i].posts;
        known[i] = all[i].posts || i == DIGEST_DAYS;
    }
    chart_days(s->out, days, known, DAYS_SPAN, 0, 0,
               "posts a day, 28 days before and the day");
    const struct counts *c = &counts[DIGEST_DAYS];
    estimate_net(&net, c, 10);
    buf_puts(s->out, "<p><b>");
    phrase_count(s->out, c->posts);
    buf_puts(s->out, "</b> posts, net sentiment ");
    html_estimate(s->out, &net);
    buf_puts(s->out, "; positive ");
    phrase_count(s->out, c->label[LABEL_POSITIVE]);
    buf_puts(s->out, ", neutral ");
    phrase_count(s->out, c->label[LABEL_NEUTRAL]);
    buf_puts(s->out, ", negative ");
    phrase_count(s->out, c->label[LABEL_NEGATIVE]);
    buf_puts(s->out, "</p>\n");
    int told = 0;
    for (int a = 0; a < ASPECT_COUNT; a++)
        if (c->aspect[a])
            buf_printf(s->out, "%s%s %llu", told++ ? ", " : "<p>About: ",
                       aspect_names[a], (unsigned long long)c->aspect[a]);
    buf_puts(s->out, told ? "</p>\n" : "");
    return 0;
}

static int put_terms(struct drill *s, struct error *err)
{
    struct terms *terms = NULL;
    struct terms_query q = { .subject = s->subject, .from = s->frame.from,
                             .until = s->frame.until, .limit = 10 };
    if (terms_find(&terms, s->site->in->store, s->site->in->config, &q, err))
        return -1;
    if (terms->count)
        buf_puts(s->out, "<h2>Newly frequent words</h2>\n");
    html_terms(s->out, terms->items, terms->count);
    terms_close(terms);
    return 0;
}

static int subject_page(struct site *site, const char *subject, int64_t day,
                        struct buf *out, struct error *err)
{
    struct drill s = { .site = site, .subject = subject, .out = out };
    struct buf title = BUF_INIT(0);
    if (subject_check(site->in, subject, err))
        return 404;
    s.frame.day = day;
    s.frame.from = zone_day_start(site->zone, day);
    s.frame.until = zone_day_start(site->zone, day + 1);
    s.frame.zone = site->zone;
    s.proofs.wanted = POSTS_SHOWN;
    struct store_query q = { .subject = subject, .from = s.frame.from,
                             .until = s.frame.until };
    phrase_date(&title, day);
    memcpy(s.day, buf_text(&title), sizeof(s.day) - 1);
    buf_clear(&title);
    buf_puts(&title, subject_title(site->in, subject));
    html_open(out, buf_text(&title), false);
    put_nav(out, s.day);
    buf_puts(out, "<h1>");
    html_phrase(out, &title);
    buf_puts(out, "</h1>\n<p class=\"dim\">");
    phrase_day(out, day);
    buf_puts(out, "</p>\n");
    int rc = put_series(&s, err) || put_terms(&s, err) ||
                     store_posts(site->in->store, &q, take_post, &s, err) ||
                     put_posts(&s, err)
                 ? -1 : 200;
    put_end(out);
    proofs_release(&s.proofs);
    return rc;
}

/* ---- inbox --------------------------------------------------------------- */

static void put_asks(struct site *site, struct buf *out,
                     const struct waiting *w)
{
    size_t open;
    const struct ask **asks = waiting_list(w, ASK_OPEN, &open);
    size_t shown = open < ASKS_SHOWN ? open : ASKS_SHOWN;
    struct digest frame = { .day = zone_day(site->zone, clock_now()),
                            .zone = site->zone };
    for (size_t i = 0; i < shown; i++) {
        const struct ask *a = asks[i];
        buf_puts(out, "<article class=\"story\"><h3>");
        html_escaped(out, waiting_subject(w, a->subject)->title);
        buf_puts(out, " <small>waits ");
        phrase_age(out, clock_now() - a->asked);
        buf_puts(out, "</small></h3>\n");
        html_sample(out, &frame, &a->sample);
        put_form(out, site, "/inbox", &a->sample, "/inbox", ask_values,
                 NULL);
        buf_puts(out, "</article>\n");
    }
    buf_printf(out, "<p>%zu of %zu open ones of the last %d days; swell inbox "
               "gives all.</p>\n", shown, open, ASK_DAYS);
    mem_free(asks);
}

static int inbox_page(struct site *site, struct buf *out, struct error *err)
{
    struct waiting *w;
    int64_t now = clock_now();
    if (waiting_read(&w, site->in->store, site->in->config, NULL,
                     now - ASK_DAYS * DAY, now, err))
        return -1;
    html_open(out, "who waits for an answer", false);
    put_nav(out, NULL);
    buf_puts(out, "<h1>Who waits for an answer</h1>\n<h2>Oldest first</h2>"
             "\n");
    put_asks(site, out, w);
    put_end(out);
    waiting_close(w);
    return 200;
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
           !clock_parse_day(date, site->zone, day) &&
           zone_day_start(site->zone, *day) <= clock_now();
}

int serve_page(struct site *site, const char *path, const char *day,
               struct buf *out, const char **type, struct error *err)
{
    int64_t number = zone_day(site->zone, clock_now());
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
    const char *const *values = inbox ? ask_values : label_values;
    struct buf key = BUF_INIT(0), value = BUF_INIT(0);
    if (!inbox && strcmp(path, "/label") != 0) {
        error_set(err, ERROR_USAGE, "no such form");
        return 404;
    }
    while (*values && strcmp(*values, set) != 0)
        values++;
    if (!*values) {
        error_set(err, ERROR_USAGE, "the form is not one of ours");
        return 400;
    }
    if (invocation_store(site->in, STORE_CHANGE, err))
        return -1;
    if (inbox) {
        waiting_note(&key, &value, id, set);
    } else {
        buf_printf(&key, LABEL_NOTES "%s", id);
        buf_puts(&value, set);
    }
    int rc = post_note(site->in->store, id, &key, &value, err);
    buf_release(&key);
    buf_release(&value);
    return !rc ? 303 : err->kind == ERROR_USAGE ? 400 : -1;
}
