/* SPDX-License-Identifier: Apache-2.0 */
/* swell why: what is behind a figure of a day: which posts were counted and
 * which people, how the alert's arithmetic goes, what made the posts be
 * tagged so. Recounts from the posts and says whether the window agrees. */
#include <inttypes.h>

#include "commands/proofs.h"
#include "digest/candidates.h"
#include "digest/coverage.h"
#include "digest/phrase.h"
#include "digest/posts.h"
#include "digest/stats.h"

enum { RULES = 4, PROOFS = 5 };

struct flags {
    char *day, *tz, *count;
};

static const struct option options[] = {
    { "day", OPTION_STRING, "yesterday", FLAG(day),
      "2026-11-20, today or yesterday" },
    { "tz", OPTION_ZONE, NULL, FLAG(tz),
      "time zone of the day; default the digest's" },
    { "count", OPTION_STRING, "posts", FLAG(count),
      "posts, a label, an aspect, an intent or a channel" },
    OPTION_END
};

struct figure {
    char name[24];         /* as it is asked for */
    enum tag_kind kind;
    int member;
};

struct inquiry {
    struct invocation *in;
    struct figure figure;
    int64_t day;
    struct store_query query;
    struct counts all[DAYS_SPAN], own[DAYS_SPAN]; /* the day is the last */
    struct days_usual usual;
    uint64_t writers;      /* of the subject's day */
    struct hash_set seen;  /* they */
    bool planned;          /* coverage of the day was recorded */
    uint64_t mentioned, counted, people, reposts, copies, unknown;
    struct hash_set authors, prints;
    uint64_t rules[RULES], rules_posts[RULES];
    size_t rules_count;
    struct proofs proofs;
    struct buf *out;
};

/* ---- counting ------------------------------------------------------------ */

/* "complaints" is "complaint"; "sizing" stays. Some channels are called as
 * aspects are: "channel:app" is the channel. */
static int find_figure(struct figure *f, const char *word, struct error *err)
{
    static const char prefix[] = "channel:";
    bool channel = strncmp(word, prefix, sizeof(prefix) - 1) == 0;
    const char *name = channel ? word + sizeof(prefix) - 1 : word;
    char one[24];
    size_t length = strlen(name);
    int most = length && length < sizeof(one) && name[length - 1] == 's';
    snprintf(one, sizeof(one), "%.*s", (int)length - most, name);
    for (int cut = 0; cut <= most; cut++)
        for (int k = channel ? TAG_CHANNEL : 0; k < TAG_KINDS; k++) {
            f->kind = (enum tag_kind)k;
            f->member = tag_index(tag_kinds[k].names, tag_kinds[k].count,
                                  cut ? one : name);
            if (f->member < 0)
                continue;
            snprintf(f->name, sizeof(f->name), "%s%s",
                     k == TAG_CHANNEL ? prefix : "",
                     tag_kinds[k].names[f->member]);
            return 0;
        }
    return error_set(err, ERROR_USAGE, "--count %.40s: write posts, a label "
                     "(negative), an aspect (delivery), an intent (complaint) "
                     "or a channel (channel:app)", word);
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
    q->writers += post->author_hash &&
                  hash_set_add(&q->seen, post->author_hash);
    if (!tags_hold(tags, q->figure.kind, q->figure.member))
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
    buf_printf(q->out, "  %-11s", name);
}

/* The days before that the digest compares with, on the same count. */
static void put_usual(struct inquiry *q)
{
    double days[DIGEST_DAYS];
    size_t known = 0;
    for (int i = q->usual.first; i < DIGEST_DAYS; i++)
        if (q->usual.known[i])
            days[known++] = (double)counts_of(&q->own[i], q->figure.kind,
                                              q->figure.member);
    line(q, "usual");
    if (!known) {
        buf_puts(q->out, "no earlier day to compare with\n");
        return;
    }
    stats_sort(days, known);
    buf_printf(q->out, "%.4g a day: median of the %zu collected days among "
               "the %d before (%.0f to %.0f)\n",
               stats_quantile(days, known, 0.5), known, DIGEST_DAYS, days[0],
               days[known - 1]);
}

static void put_net(struct inquiry *q)
{
    const struct counts *window = &q->own[DIGEST_DAYS];
    const uint64_t *l = window->label;
    struct estimate net;
    uint64_t scored = l[LABEL_POSITIVE] + l[LABEL_NEUTRAL] + l[LABEL_NEGATIVE];
    estimate_net(&net, window, q->writers, q->in->config->digest.floor);
    if (!scored)
        return;
    line(q, "net");
    buf_printf(q->out, "(%" PRIu64 " positive − %" PRIu64 " negative) / "
               "%" PRIu64 " scored = %+.3f, 95 %% %+.3f to %+.3f%s\n",
               l[LABEL_POSITIVE], l[LABEL_NEGATIVE], scored, net.value,
               net.low, net.high, net.few ? "; too few to say" : "");
}

static void put_counted(struct inquiry *q)
{
    uint64_t window = counts_of(&q->own[DIGEST_DAYS], q->figure.kind,
                                q->figure.member);
    line(q, "counted");
    phrase_count(q->out, "", q->counted, "");
    if (q->figure.kind != TAG_POST)
        buf_printf(q->out, " %s", q->figure.name);
    phrase_people(q->out, ", by ", q->people, "");
    if (q->unknown)
        buf_printf(q->out, " and %" PRIu64 " posts without an author",
                   q->unknown);
    phrase_count(q->out, "; the window says ", window, "");
    buf_puts(q->out, window == q->counted ? ": equal\n"
             : window > q->counted
                 ? ": older posts were expired, their counts stay\n"
                 : ": not equal; run swell verify\n");
    line(q, "of these");
    buf_printf(q->out, "%" PRIu64 " reposts, %" PRIu64 " copies of a text "
               "counted before\n", q->reposts, q->copies);
}

static int put_figure(struct inquiry *q, struct error *err)
{
    struct buf *out = q->out;
    double share;
    if (coverage_share(&share, &q->planned, q->in->store, q->in->config,
                       NULL, q->query.from, q->query.until, err))
        return -1;
    phrase_quote(out, "", subject_title(q->in, q->in->subject), 60, "");
    buf_printf(out, ", %s, ", q->figure.name);
    phrase_day(out, q->day);
    buf_putc(out, '\n');
    line(q, "seen");
    phrase_count(out, "", q->all[DIGEST_DAYS].posts, "");
    buf_puts(out, " posts of the day; one seen again replaced "
             "itself\n");
    line(q, "mention it");
    phrase_count(out, "", q->mentioned, "\n");
    put_counted(q);
    put_usual(q);
    put_net(q);
    line(q, "coverage");
    if (q->planned)
        phrase_share(out, "", share, "");
    buf_puts(out, q->planned ? " of what was planned\n"
                             : "not known: nothing was planned\n");
    line(q, "rules");
    for (size_t i = 0; i < q->rules_count; i++)
        buf_printf(out, "%sversion %" PRIu64 ": %" PRIu64 " posts",
                   i ? ", " : "", q->rules[i], q->rules_posts[i]);
    buf_puts(out, q->rules_count ? "\n" : "none\n");
    return 0;
}

/* ---- alerts -------------------------------------------------------------- */

static bool concerns(const char *asked, const char *subject)
{
    return strcmp(asked, "*") == 0 || subject_within(subject, asked);
}

static void put_part(struct inquiry *q, const struct alert_part *p,
                     double needed)
{
    struct buf *out = q->out;
    buf_printf(out, "    %s %s ", p->subject, p->name);
    local_time(out, q->in->zone, p->since);
    buf_puts(out, "–");
    local_time(out, q->in->zone, p->until);
    buf_printf(out, ": %" PRIu64 ", expected %.1f (%.0f to %.0f)\n",
               p->observed, p->expected, p->low, p->high);
    if (p->measure == MEASURE_TERM) { /* judged by the day */
        buf_printf(out, "      score %.1f\n", p->score);
        return;
    }
    buf_puts(out, "      highest hour ");
    local_time(out, q->in->zone, p->peak);
    buf_printf(out, ": %" PRIu64 ", expected %.1f (%.0f to %.0f); score %.1f, "
               "watch from %.1f, alert from %.1f\n", p->peak_count,
               p->peak_expected, p->peak_low, p->peak_high, p->score,
               DETECT_WATCHED, needed);
}

/* As the digest judges it: among all series, with the same guards. */
static int put_alerts(struct inquiry *q, struct error *err)
{
    struct alerts_query query = { .from = q->query.from,
                                  .until = q->query.until };
    struct alerts *all = NULL;
    struct buf *out = q->out;
    size_t told = 0;
    if (alerts_find(&all, q->in->store, q->in->config, &query, err))
        return -1;
    buf_puts(out, "\nAlerts\n");
    for (size_t i = 0; i < all->count; i++) {
        const struct alert *a = &all->items[i];
        bool ours = false;
        for (size_t k = 0; k < a->part_count; k++)
            ours |= concerns(q->in->subject, a->parts[k].subject);
        if (!ours)
            continue;
        told++;
        buf_printf(out, "  %s of %s: severity %.1f, %" PRIu64 " posts by "
                   "%" PRIu64 " people, busiest writer %.0f %%, copies %.0f "
                   "%%, coverage ", detect_level_names[a->level],
                   alert_kind_names[a->kind], a->severity, a->posts,
                   a->authors, a->top_author * 100, a->copied * 100);
        if (q->planned)
            phrase_share(out, "", a->coverage, "");
        buf_puts(out, q->planned ? "" : "not known");
        if (a->worth >= 1.05)
            buf_printf(out, ", %.1f of a conversation count as one", a->worth);
        if (a->few_writers)
            buf_printf(out, ", held: %s", alert_held);
        buf_puts(out, a->withheld ? ", withheld: poor coverage\n" : "\n");
        for (size_t k = 0; k < a->part_count; k++)
            put_part(q, &a->parts[k], all->needed);
    }
    if (!told)
        buf_printf(out, "  none, of %" PRIu64 " series of %" PRIu64 " subjects "
                   "(alert from score %.1f)%s\n", all->series, all->subjects,
                   all->needed,
                   all->withheld ? "; coverage is too poor to judge" : "");
    alerts_close(all);
    return 0;
}

static int inquire(struct inquiry *q, struct error *err)
{
    struct store *store = q->in->store;
    int64_t starts[DAYS_SPAN + 1];
    days_starts(q->in->zone, q->day, starts);
    q->query = (struct store_query){ q->in->subject, NULL, starts[DIGEST_DAYS],
                                     starts[DAYS_SPAN] };
    if (store_posts(store, &q->query, take_post, q, err) < 0 ||
        days_series(store, starts, NULL, NULL, q->all, err) ||
        days_series(store, starts, q->in->subject, NULL, q->own, err) ||
        days_usual(&q->usual, store, q->in->config, starts, q->all, err) ||
        (q->mentioned < q->own[DIGEST_DAYS].posts && /* some expired */
         store_authors(store, &q->query, &q->writers, err)) ||
        put_figure(q, err) || put_alerts(q, err))
        return -1;
    proofs_put(&q->proofs, q->out, q->in->rules, q->in->zone);
    return EXIT_DONE;
}

static int run(struct invocation *in, struct error *err)
{
    const struct flags *f = in->flags;
    struct inquiry q = { .in = in, .out = &in->out,
                         .proofs.wanted = PROOFS };
    if (find_figure(&q.figure, f->count, err) ||
        invocation_day(in, f->day, f->tz, &q.day, err) ||
        subject_open(in, err) || invocation_rules(in, err))
        return -1;
    int rc = inquire(&q, err);
    hash_set_release(&q.authors);
    hash_set_release(&q.seen);
    hash_set_release(&q.prints);
    proofs_release(&q.proofs);
    return rc;
}

const struct command command_why = {
    .name = "why",
    .words = ONE_SUBJECT,
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
