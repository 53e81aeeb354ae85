/* SPDX-License-Identifier: Apache-2.0 */
/* swell why: what is behind a figure of a day: which posts were counted and
 * which people, how the alert's arithmetic goes, what made the posts be
 * tagged so. Recounts from the posts and says whether the window agrees. */
#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "commands/proofs.h"
#include "digest/candidates.h"
#include "digest/coverage.h"
#include "digest/digest.h"
#include "digest/posts.h"

enum { RULES = 4, PAST_DAYS = 28 };

struct flags {
    char *day, *tz, *count;
};

static const struct option options[] = {
    { "day", OPTION_STRING, "yesterday", offsetof(struct flags, day),
      "2026-11-20, today or yesterday" },
    { "tz", OPTION_ZONE, NULL, offsetof(struct flags, tz),
      "time zone of the day; default the digest's" },
    { "count", OPTION_STRING, "posts", offsetof(struct flags, count),
      "posts, a label, an aspect, an intent or a channel" },
    OPTION_END
};

/* What is counted: one member of one table; NULL: every post. */
struct figure {
    char name[24];         /* as it is asked for */
    enum { COUNT_POSTS, COUNT_LABEL, COUNT_ASPECT, COUNT_INTENT,
           COUNT_CHANNEL } table;
    int member;
};

struct inquiry {
    bool planned;          /* coverage of the day was recorded */
    struct invocation *in;
    const char *subject;
    struct figure figure;
    struct zone *zone;
    int64_t day, from, until;
    uint64_t mentioned, counted, people, reposts, copies, unknown;
    struct hash_set authors, prints;
    uint64_t rules[RULES], rules_posts[RULES];
    size_t rules_count;
    struct counts window;
    struct proofs proofs;
    struct buf out;
};

/* ---- counting ------------------------------------------------------------ */

/* "complaints" is "complaint"; "sizing" stays. Some channels are called as
 * aspects are: "channel:app" is the channel. */
static int find_figure(struct figure *f, const char *word, struct error *err)
{
    static const struct {
        const char *const *names;
        int count;
    } tables[] = {
        [COUNT_LABEL] = { label_names, LABEL_COUNT },
        [COUNT_ASPECT] = { aspect_names, ASPECT_COUNT },
        [COUNT_INTENT] = { intent_names, INTENT_COUNT },
        [COUNT_CHANNEL] = { channel_names, CHANNEL_COUNT },
    };
    static const char prefix[] = "channel:";
    const char *given = word;
    int first = COUNT_LABEL;
    *f = (struct figure){ "posts", COUNT_POSTS, 0 };
    if (strcmp(word, "posts") == 0)
        return 0;
    if (strncmp(word, prefix, sizeof(prefix) - 1) == 0) {
        word += sizeof(prefix) - 1;
        first = COUNT_CHANNEL;
    }
    size_t length = strlen(word);
    for (size_t cut = 0; cut < 2 && cut < length; cut++)
        for (int t = first; t <= COUNT_CHANNEL; t++)
            for (int i = 0; i < tables[t].count; i++)
                if (strlen(tables[t].names[i]) == length - cut &&
                    strncmp(tables[t].names[i], word, length - cut) == 0 &&
                    (!cut || word[length - 1] == 's')) {
                    snprintf(f->name, sizeof(f->name), "%s%s",
                             t == COUNT_CHANNEL ? prefix : "",
                             tables[t].names[i]);
                    f->table = t;
                    f->member = i;
                    return 0;
                }
    return error_set(err, ERROR_USAGE, "--count %.40s: write posts, a label "
                     "(negative), an aspect (delivery), an intent (complaint) "
                     "or a channel (channel:app)", given);
}

static bool counts_tags(const struct figure *f, const struct tags *t)
{
    switch (f->table) {
    case COUNT_LABEL:
        return t->label == f->member;
    case COUNT_ASPECT:
        return t->aspects >> f->member & 1;
    case COUNT_INTENT:
        return t->intents >> f->member & 1;
    case COUNT_CHANNEL:
        return t->channels >> f->member & 1;
    default:
        return true;
    }
}

static uint64_t counts_window(const struct figure *f, const struct counts *c)
{
    switch (f->table) {
    case COUNT_LABEL:
        return c->label[f->member];
    case COUNT_ASPECT:
        return c->aspect[f->member];
    case COUNT_INTENT:
        return c->intent[f->member];
    case COUNT_CHANNEL:
        return c->channel[f->member];
    default:
        return c->posts;
    }
}

static void count_rules(struct inquiry *q, uint64_t rules)
{
    for (size_t i = 0; i < q->rules_count; i++)
        if (q->rules[i] == rules) {
            q->rules_posts[i]++;
            return;
        }
    if (q->rules_count < RULES) {
        q->rules[q->rules_count] = rules;
        q->rules_posts[q->rules_count++] = 1;
    }
}

static int take_post(void *context, const struct post *post,
                     const struct mention *mention)
{
    struct inquiry *q = context;
    const struct tags *tags = mention ? &mention->tags : &post->tags;
    q->mentioned++;
    if (!counts_tags(&q->figure, tags))
        return 0;
    uint64_t print = post_fingerprint(post->text);
    q->counted++;
    q->reposts += post->kind == POST_REPOST;
    if (!post->author_hash)
        q->unknown++;
    else if (hash_set_add(&q->authors, post->author_hash))
        q->people++;
    bool fresh = !print || hash_set_add(&q->prints, print);
    q->copies += !fresh && post->kind != POST_REPOST;
    count_rules(q, post->rules);
    if (fresh)
        proofs_take(&q->proofs, post, mention, print);
    return 0;
}

/* ---- the figure ---------------------------------------------------------- */

static void line(struct inquiry *q, const char *name)
{
    buf_printf(&q->out, "  %-11s", name);
}

static int ascending(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* The days before that have any post, on the same count. */
static int put_usual(struct inquiry *q, struct error *err)
{
    uint64_t days[PAST_DAYS];
    size_t known = 0;
    for (int i = 1; i <= PAST_DAYS; i++) {
        struct counts all, own;
        struct store_query any = { NULL, NULL,
                                   zone_day_start(q->zone, q->day - i),
                                   zone_day_start(q->zone, q->day - i + 1) };
        struct store_query ours = any;
        ours.subject = q->subject;
        if (store_series(q->in->store, &any, any.until - any.from, &all, 1,
                         err) ||
            store_series(q->in->store, &ours, any.until - any.from, &own, 1,
                         err))
            return -1;
        if (all.posts)
            days[known++] = counts_window(&q->figure, &own);
    }
    line(q, "usual");
    if (!known) {
        buf_puts(&q->out, "no earlier day to compare with\n");
        return 0;
    }
    qsort(days, known, sizeof(*days), ascending);
    size_t lower = (known - 1) / 2, upper = known / 2;
    buf_printf(&q->out, "%.4g a day: median of the %zu days with posts among "
               "the %d before (%llu to %llu)\n",
               ((double)days[lower] + (double)days[upper]) / 2,
               known, PAST_DAYS, (unsigned long long)days[0],
               (unsigned long long)days[known - 1]);
    return 0;
}

static void put_net(struct inquiry *q)
{
    const uint64_t *l = q->window.label;
    struct estimate net;
    uint64_t scored = l[LABEL_POSITIVE] + l[LABEL_NEUTRAL] + l[LABEL_NEGATIVE];
    estimate_net(&net, &q->window, q->in->config->digest.floor);
    if (!scored)
        return;
    line(q, "net");
    buf_printf(&q->out, "(%llu positive − %llu negative) / %llu scored = "
               "%+.3f, 95 %% %+.3f to %+.3f%s\n",
               (unsigned long long)l[LABEL_POSITIVE],
               (unsigned long long)l[LABEL_NEGATIVE],
               (unsigned long long)scored, net.value, net.low, net.high,
               net.few ? "; too few to say" : "");
}

static void put_counted(struct inquiry *q)
{
    uint64_t window = counts_window(&q->figure, &q->window);
    line(q, "counted");
    phrase_count(&q->out, q->counted);
    if (q->figure.table != COUNT_POSTS)
        buf_printf(&q->out, " %s", q->figure.name);
    buf_puts(&q->out, ", by ");
    phrase_people(&q->out, q->people);
    if (q->unknown)
        buf_printf(&q->out, " and %llu posts without an author",
                   (unsigned long long)q->unknown);
    buf_puts(&q->out, "; the window says ");
    phrase_count(&q->out, window);
    buf_puts(&q->out, window == q->counted ? ": equal\n"
             : window > q->counted
                 ? ": older posts were expired, their counts stay\n"
                 : ": not equal; run swell verify\n");
    line(q, "of these");
    buf_printf(&q->out, "%llu reposts, %llu copies of a text counted before\n",
               (unsigned long long)q->reposts, (unsigned long long)q->copies);
}

static int put_figure(struct inquiry *q, struct error *err)
{
    struct buf *out = &q->out;
    struct counts all;
    double share;
    struct store_query any = { NULL, NULL, q->from, q->until };
    if (store_series(q->in->store, &any, q->until - q->from, &all, 1, err) ||
        coverage_share(&share, q->in->store, q->in->config, q->from, q->until,
                       err) ||
        range_planned(q->in, q->from, q->until, &q->planned, err))
        return -1;
    phrase_quote(out, subject_title(q->in, q->subject), 60);
    buf_printf(out, ", %s, ", q->figure.name);
    phrase_day(out, q->day);
    buf_printf(out, "\n");
    line(q, "seen");
    phrase_count(out, all.posts);
    buf_puts(out, " posts of the day; one seen again replaced "
             "itself\n");
    line(q, "mention it");
    phrase_count(out, q->mentioned);
    buf_puts(out, "\n");
    put_counted(q);
    if (put_usual(q, err))
        return -1;
    put_net(q);
    line(q, "coverage");
    if (q->planned)
        phrase_share(out, share);
    buf_puts(out, q->planned ? " of what was planned\n"
                             : "not known: nothing was planned\n");
    line(q, "rules");
    for (size_t i = 0; i < q->rules_count; i++)
        buf_printf(out, "%sversion %llu: %llu posts", i ? ", " : "",
                   (unsigned long long)q->rules[i],
                   (unsigned long long)q->rules_posts[i]);
    buf_puts(out, q->rules_count ? "\n" : "none\n");
    return 0;
}

/* ---- alerts -------------------------------------------------------------- */

static bool concerns(const char *asked, const char *subject)
{
    size_t length = strlen(asked);
    return strcmp(asked, "*") == 0 ||
           (strncmp(asked, subject, length) == 0 &&
            (subject[length] == '\0' || subject[length] == '/'));
}

static void put_part(struct inquiry *q, const struct alert_part *p,
                     double needed)
{
    struct buf *out = &q->out;
    buf_printf(out, "    %s %s ", p->subject, p->name);
    local_time(out, q->zone, p->since);
    buf_puts(out, "–");
    local_time(out, q->zone, p->until);
    buf_printf(out, ": %llu, expected %.1f (%.0f to %.0f)\n",
               (unsigned long long)p->observed, p->expected, p->low, p->high);
    if (p->measure == MEASURE_TERM) { /* judged by the day */
        buf_printf(out, "      score %.1f\n", p->score);
        return;
    }
    buf_puts(out, "      highest hour ");
    local_time(out, q->zone, p->peak);
    buf_printf(out, ": %llu, expected %.1f (%.0f to %.0f); score %.1f, watch "
               "from %.1f, alert from %.1f\n",
               (unsigned long long)p->peak_count, p->peak_expected,
               p->peak_low, p->peak_high, p->score, DETECT_WATCHED, needed);
}

/* As the digest judges it: among all series, with the same guards. */
static int put_alerts(struct inquiry *q, struct error *err)
{
    struct alerts_query query = { .from = q->from, .until = q->until,
                                  .causes = true };
    struct alerts *all = NULL;
    struct buf *out = &q->out;
    size_t told = 0;
    if (alerts_find(&all, q->in->store, q->in->config, &query, err))
        return -1;
    buf_puts(out, "\nAlerts\n");
    for (size_t i = 0; i < all->count; i++) {
        const struct alert *a = &all->items[i];
        bool ours = false;
        for (size_t k = 0; k < a->part_count; k++)
            ours |= concerns(q->subject, a->parts[k].subject);
        if (!ours)
            continue;
        told++;
        buf_printf(out, "  %s of %s: severity %.1f, %llu posts by %llu people, "
                   "busiest writer %.0f %%, copies %.0f %%, coverage ",
                   detect_level_names[a->level],
                   alert_kind_names[a->kind], a->severity,
                   (unsigned long long)a->posts,
                   (unsigned long long)a->authors, a->top_author * 100,
                   a->copied * 100);
        if (q->planned)
            phrase_share(out, a->coverage);
        buf_printf(out, "%s%s%s\n", q->planned ? "" : "not known",
                   a->few_writers ? ", held: few writers or copies" : "",
                   a->withheld ? ", withheld: poor coverage" : "");
        for (size_t k = 0; k < a->part_count; k++)
            put_part(q, &a->parts[k], all->needed);
    }
    if (!told)
        buf_printf(out, "  none, of %llu series of %llu subjects (alert from "
                   "score %.1f)%s\n", (unsigned long long)all->series,
                   (unsigned long long)all->subjects, all->needed,
                   all->withheld ? "; coverage is too poor to judge" : "");
    alerts_close(all);
    return 0;
}

static int inquire(struct inquiry *q, struct error *err)
{
    struct store_query query = { q->subject, NULL, q->from, q->until };
    if (store_posts(q->in->store, &query, take_post, q, err) < 0 ||
        store_series(q->in->store, &query, q->until - q->from, &q->window, 1,
                     err) ||
        put_figure(q, err) || put_alerts(q, err))
        return -1;
    proofs_put(&q->proofs, &q->out, q->in->rules, q->zone);
    fwrite(buf_text(&q->out), 1, q->out.length, stdout);
    return 0;
}

static int run(struct invocation *in, struct error *err)
{
    const struct flags *f = in->flags;
    struct inquiry q = { .in = in };
    int rc = -1;
    if (in->argc != 1)
        return error_set(err, ERROR_USAGE, "why needs one subject, or \"*\" "
                         "for every post");
    q.subject = in->argv[0];
    if (find_figure(&q.figure, f->count, err) || invocation_config(in, err) ||
        invocation_zone(in, f->tz, &q.zone, err))
        return -1;
    if (clock_parse_day(f->day, q.zone, &q.day)) {
        error_set(err, ERROR_USAGE, "--day %.40s: write 2026-11-20, today or "
                  "yesterday", f->day);
        goto done;
    }
    q.from = zone_day_start(q.zone, q.day);
    q.until = zone_day_start(q.zone, q.day + 1);
    if (invocation_store(in, STORE_READ, err) ||
        store_hold(in->store, err) ||
        subject_check(in, q.subject, err) || invocation_rules(in, err) ||
        inquire(&q, err))
        goto done;
    rc = EXIT_DONE;
done:
    hash_set_release(&q.authors);
    hash_set_release(&q.prints);
    proofs_release(&q.proofs);
    buf_release(&q.out);
    zone_close(q.zone);
    return rc;
}

const struct command command_why = {
    .name = "why",
    .arguments = "SUBJECT --day DATE [--count negative]",
    .about = "what is behind a figure of a day",
    .help =
        "Recounts the figure from the posts, shows the arithmetic of alerts\n"
        "and, for the five most telling posts, the matched name and what\n"
        "pulled their sentiment. \"*\" is every post.\n\n"
        "  swell why acme --day 2026-11-20\n"
        "  swell why acme --day yesterday --count complaints\n",
    .options = options,
    .state_size = sizeof(struct flags),
    .run = run,
};
