/* SPDX-License-Identifier: Apache-2.0 */
/* See alerts.h. In order: series of each subject → incidents → findings that
 * touch the day → stories of a brand → guards → cause.
 *
 * With many series some will stand out by chance, so an alert must pass more
 * the more series are judged (series_level), and be unlikely as plain counts
 * too; what passes the lower bars only is a watch. */
#include "digest/alerts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "digest/incident.h"
#include "digest/stats.h"
#include "digest/survey.h"

enum {
    AUTHORS_LEAST = 3,        /* fewer: nothing is said */
    AUTHORS_ALERT = 8,        /* fewer: no more than a watch; of brands with few
                               * posts, threads of five or six are chance */
    AUTHORS_WATCH = 10,       /* fewer, and no alert by its score: nothing; in
                               * invented months all of these were chance */
    SILENT_POSTS_LEAST = 20,  /* expected in the day, before silence shows */
    OWN_WORDS_LEAST = 20,     /* ... so many posts are in their own words */
    STORY_GAP = 6 * HOUR,     /* between products of one story */
    STORY_TAIL = 3 * HOUR,    /* into the day: told the day before */
    USUAL_DAYS = 28,          /* an expectation is worth so many hours */
    PARTS_MOST = 200,         /* of all subjects, by score */
};
/* The series of a subject: enum alert_measure, then the aspects. */
enum { MEASURES = MEASURE_ASPECT + ASPECT_COUNT };
#define TOP_AUTHOR_MOST 0.5   /* of the posts, from one writer */
#define COPIED_MOST 0.9       /* of the posts, reposts and copies; unless ... */
#define PRODUCT_LEAST 0.7     /* of the brand's posts, of its products */
#define SURPRISE_WATCH 4.0    /* -log10 of the chance of the count */
#define HEALTHY 0.5           /* of everything else's usual posts */

const char alert_held[] = "few writers, copies or conversations";
const char *const alert_kind_names[ALERT_KIND_COUNT] = {
    "spike", "quiet", "topic" };
const char *const detect_level_names[3] = { "none", "watch", "alert" };

/* Something that stood out, before it is part of a story. */
struct finding {
    struct alert_part part;
    uint8_t kind;             /* enum alert_kind */
    double coverage;
    bool taken;
};

/* ---- one subject ------------------------------------------------------ */

static uint64_t measure_count(const struct counts *c, int measure)
{
    switch (measure) {
    case MEASURE_POSTS:
        return c->posts;
    case MEASURE_NEGATIVE:
        return c->label[LABEL_NEGATIVE];
    case MEASURE_COMPLAINTS:
        return c->intent[INTENT_COMPLAINT];
    default:
        return c->aspect[measure - MEASURE_ASPECT];
    }
}

static void add_finding(struct survey *s, const char *subject, int measure,
                        uint8_t kind, const struct incident *in)
{
    static const char *const names[] = { "posts", "negative", "complaints" };
    const struct detect_point *peak = &in->peak;
    int aspect = measure - MEASURE_ASPECT;
    s->findings = mem_grow(s->findings, &s->room, s->count,
                           sizeof(*s->findings));
    s->findings[s->count++] = (struct finding){
        .kind = kind,
        .coverage = survey_coverage(s, in->from, in->until),
        .part = {
            .subject = arena_copy(&s->out->memory, subject, strlen(subject)),
            .measure = (uint8_t)(aspect < 0 ? measure : MEASURE_ASPECT),
            .aspect = (uint8_t)(aspect < 0 ? 0 : aspect),
            .name = aspect < 0 ? names[measure] : aspect_names[aspect],
            .level = in->level, .score = in->score,
            .since = s->start + (int64_t)in->from * HOUR,
            .until = s->start + (int64_t)in->until * HOUR,
            .rising = in->rising, .observed = (uint64_t)in->observed,
            .expected = in->expected, .low = in->low, .high = in->high,
            .peak = peak->hour, .peak_count = (uint64_t)peak->count,
            .peak_expected = peak->expected, .peak_low = peak->low,
            .peak_high = peak->high,
        },
    };
}

/* Everything else came as usual in those hours: then the sources work, and
 * the silence is the subject's own. */
static bool rest_is_healthy(const struct survey *s, const struct incident *in,
                            size_t first)
{
    double now = 0, usual = 0;
    for (size_t i = in->from; i < in->until; i++) {
        size_t weeks = (i - first) / 168;
        now += (double)(s->all[i].posts - s->counts[i].posts);
        for (size_t back = 168; back <= 4 * 168 && back <= i; back += 168)
            if (i - back >= first)
                usual += (double)(s->all[i - back].posts -
                                  s->counts[i - back].posts) /
                         fmin(4, (double)weeks);
    }
    return usual >= 20 && now >= HEALTHY * usual;
}

static void judge_silence(struct survey *s, const char *subject,
                          const struct hours *h, size_t first)
{
    struct incident in;
    double posts = 0;
    bool planned = false;
    /* So few that a day without any is no wonder: spare the work. */
    for (size_t i = first; i < s->judged; i++)
        posts += s->value[i];
    if (posts / (double)(s->judged - first) *
            (double)(s->hours - s->judged) < SILENT_POSTS_LEAST)
        return;
    if (!silence_find(&in, h, first, s->judged, s->points))
        return;
    for (size_t i = in.from; i < in.until; i++)
        planned = planned || s->coverage[i] >= 0;
    bool works = planned ? survey_coverage(s, in.from, in.until) >= COVERAGE_FLOOR
                         : rest_is_healthy(s, &in, first);
    if (!works && (planned || s->unsure))
        return;
    add_finding(s, subject, MEASURE_POSTS, ALERT_QUIET, &in);
    if (works)
        return;
    /* Nothing says whether the sources worked: shown once, not judged. */
    s->findings[s->count - 1].coverage = 0;
    s->findings[s->count - 1].part.level = DETECT_WATCH;
    s->unsure = true;
}

static void judge_series(struct survey *s, const char *subject, int measure,
                         size_t first)
{
    struct hours h = { s->start, s->hours, s->value, s->known };
    struct incident found[INCIDENTS_MOST];
    size_t quiet_from = s->judged > 24 ? s->judged - 24 : 0;
    double most = 0;
    for (size_t i = first; i < s->hours; i++) {
        s->value[i] = (double)measure_count(&s->counts[i], measure);
        if (i >= quiet_from)
            most = fmax(most, s->value[i]);
    }
    if (measure == MEASURE_POSTS && s->hours > s->judged)
        judge_silence(s, subject, &h, first);
    /* A swell of six small hours may be told, one post an hour may not. */
    if (most * DETECT_SWELL < DETECT_LEAST * 2)
        return;
    s->out->series++;
    size_t count = incidents_find(found, &h, first, s->judged, s->points);
    for (size_t i = 0; i < count; i++)
        if (found[i].level)
            add_finding(s, subject, measure, ALERT_SPIKE, &found[i]);
}

static int survey_subject(struct survey *s, const char *subject)
{
    size_t first = 0, past = 0;
    if (survey_hours(s, subject, s->counts))
        return -1;
    while (first < s->hours && s->counts[first].posts == 0)
        first++;
    if (first == s->hours)
        return 0;
    for (size_t i = first; i < s->judged; i++)
        past += s->known[i];
    if (past < PAST_LEAST) {
        s->out->subjects_new++;
        return 0;
    }
    s->out->subjects++;
    for (int m = 0; m < MEASURES; m++)
        judge_series(s, subject, m, first);
    return 0;
}

/* ---- levels ----------------------------------------------------------- */

/* More series, more chances: one level up for each ten times as many. */
static double series_level(const struct survey *s)
{
    return DETECT_THRESHOLD + log10(fmax(1, (double)s->out->series / 10));
}

/* What the chance of its counts allows, of which so many are worth one. */
static uint8_t plain_level(const struct survey *s, const struct alert_part *p,
                           double worth)
{
    double chances = fmax(1, (double)s->out->series) * 24;
    double surprise =
        fmax(stats_surprise((double)p->peak_count / worth,
                            p->peak_expected / worth * USUAL_DAYS, USUAL_DAYS),
             stats_surprise((double)p->observed / worth,
                            p->expected / worth * USUAL_DAYS, USUAL_DAYS));
    return surprise < SURPRISE_WATCH ? DETECT_NONE
           : surprise < log10(chances / 0.05) ? DETECT_WATCH : DETECT_ALERT;
}

static void set_level(const struct survey *s, struct finding *f)
{
    bool tail = f->part.since < s->query->from &&
                f->part.until <= s->query->from + STORY_TAIL;
    if (f->kind == ALERT_QUIET)
        return;
    uint8_t level = plain_level(s, &f->part, 1);
    if (tail)
        level = DETECT_NONE;
    else if (f->part.score < series_level(s) && level == DETECT_ALERT)
        level = DETECT_WATCH;
    if (level < f->part.level)
        f->part.level = level;
}

static int compare_findings(const void *a, const void *b)
{
    const struct finding *x = a, *y = b;
    if (x->part.level != y->part.level)
        return y->part.level - x->part.level;
    if (x->part.score != y->part.score)
        return x->part.score > y->part.score ? -1 : 1;
    if (x->part.measure != y->part.measure)
        return x->part.measure - y->part.measure;
    return strcmp(x->part.subject, y->part.subject);
}

/* ---- stories ---------------------------------------------------------- */

static bool same_brand(const char *a, const char *b)
{
    size_t length = strcspn(a, "/");
    return length == strcspn(b, "/") && memcmp(a, b, length) == 0;
}

/* The day of a brand and a product of it is one story; another product that is
 * loud by itself has its own. */
static bool belongs(const struct alert *a, const struct finding *f)
{
    const char *subject = f->part.subject;
    bool other_product = strcmp(a->subject, subject) != 0 &&
                         strchr(a->subject, '/') && strchr(subject, '/');
    int64_t gap = other_product ? STORY_GAP : DAY;
    return !f->taken && f->part.level && a->kind == f->kind &&
           same_brand(a->subject, subject) &&
           !(other_product && f->part.level == DETECT_ALERT) &&
           f->part.since <= a->until + gap && f->part.until + gap >= a->since;
}

/* The guards on who carries it. False: say nothing. */
static bool guard(const struct survey *s, struct alert *a, size_t own_words)
{
    if (a->kind == ALERT_QUIET)
        return true;
    uint8_t level = plain_level(s, &a->parts[0], a->worth);
    if (level == DETECT_NONE || a->authors < AUTHORS_LEAST ||
        (a->level == DETECT_WATCH && a->authors < AUTHORS_WATCH))
        return false;
    a->few_writers = a->authors < AUTHORS_ALERT || level < a->level ||
                     a->top_author > TOP_AUTHOR_MOST ||
                     (a->copied > COPIED_MOST && own_words < OWN_WORDS_LEAST);
    if (a->few_writers || a->withheld)
        a->level = DETECT_WATCH;
    return true;
}

/* A brand rises with its products: where they explain most of it, the story
 * is that of the one with most. */
static size_t most_specific(const struct survey *s, size_t lead)
{
    const struct alert_part *brand = &s->findings[lead].part;
    uint64_t all = 0, most = 0;
    size_t best = lead;
    for (size_t i = 0; i < s->count; i++) {
        const struct finding *f = &s->findings[i];
        const struct alert_part *p = &f->part;
        if (f->taken || f->kind != s->findings[lead].kind ||
            p->level != brand->level || p->measure != brand->measure ||
            p->aspect != brand->aspect ||
            !subject_within(p->subject, brand->subject) ||
            !strcmp(p->subject, brand->subject) ||
            p->since > brand->until || p->until < brand->since)
            continue;
        all += p->observed;
        if (p->observed > most) {
            most = p->observed;
            best = i;
        }
    }
    return (double)all >= PRODUCT_LEAST * (double)brand->observed ? best : lead;
}

/* The story of findings[lead] and all that belong to it. */
static void gather(struct survey *s, size_t lead, struct alert *a)
{
    struct finding *f = &s->findings[lead];
    *a = (struct alert){
        .kind = f->kind, .level = f->part.level, .subject = f->part.subject,
        .since = f->part.since, .until = f->part.until,
        .coverage = f->coverage, .withheld = f->coverage < COVERAGE_FLOOR,
        .severity = f->part.score +
                    2 * log10(1 + fabs((double)f->part.observed -
                                       f->part.expected)),
        .rising = f->part.rising, .part_count = 1,
    };
    a->parts = arena_alloc(&s->out->memory, s->count * sizeof(*a->parts));
    a->parts[0] = f->part;
    f->taken = true;
    for (size_t i = 0; i < s->count; i++) {
        if (!belongs(a, &s->findings[i]))
            continue;
        s->findings[i].taken = true;
        a->parts[a->part_count++] = s->findings[i].part;
        a->rising |= s->findings[i].part.rising;
    }
    a->fresh = a->since >= s->query->from;
}

void survey_add(struct survey *s, const struct alert *a)
{
    struct alerts *out = s->out;
    out->items = mem_grow(out->items, &out->room, out->count,
                          sizeof(*out->items));
    out->items[out->count++] = *a;
}

static int tell(struct survey *s, size_t lead)
{
    struct documents docs = { 0 };
    struct alert a;
    int rc = 0;
    gather(s, most_specific(s, lead), &a);
    if (a.kind == ALERT_SPIKE)
        rc = cause_crowd(s, &a, &docs);
    if (!rc && guard(s, &a, docs.count)) {
        if (!s->query->counts_only && a.kind == ALERT_SPIKE)
            rc = cause_explain(s, &a, &docs);
        if (!rc)
            survey_add(s, &a);
    }
    documents_release(&docs);
    return rc;
}

static int compare_alerts(const void *a, const void *b)
{
    const struct alert *x = a, *y = b;
    if (x->level != y->level)
        return y->level - x->level;
    if (x->severity != y->severity)
        return x->severity > y->severity ? -1 : 1;
    return strcmp(x->subject, y->subject);
}

static int tell_all(struct survey *s, const struct names *subjects)
{
    for (size_t i = 0; i < s->count; i++)
        set_level(s, &s->findings[i]);
    if (s->count)
        qsort(s->findings, s->count, sizeof(*s->findings), compare_findings);
    for (size_t i = 0; i < s->count && i < PARTS_MOST; i++)
        if (!s->findings[i].taken && s->findings[i].part.level && tell(s, i))
            return -1;
    if (!s->query->counts_only && topics_tell(s, subjects))
        return -1;
    if (s->out->count)
        qsort(s->out->items, s->out->count, sizeof(*s->out->items),
              compare_alerts);
    return 0;
}

/* ---- all of it -------------------------------------------------------- */

/* Those that are watched: the configuration decides what still is. */
static int read_subjects(struct names *out, const struct survey *s)
{
    const struct config *c = s->config;
    size_t kept = 0;
    if (s->query->subject) {
        names_add(out, s->query->subject);
        return 0;
    }
    if (names_read(out, s->store, STORE_SUBJECTS, s->err))
        return -1;
    for (size_t i = 0; i < out->count; i++)
        if (!c || !c->subject_count || config_subject(c, out->items[i]))
            out->items[kept++] = out->items[i];
    out->count = kept;
    return 0;
}

static int survey_run(struct survey *s)
{
    struct names subjects = { 0 };
    int rc = survey_open(s);
    if (rc <= 0)
        return rc;
    s->out->coverage = survey_coverage(s, s->judged, s->hours);
    s->out->withheld = s->out->coverage < COVERAGE_FLOOR;
    rc = read_subjects(&subjects, s);
    for (size_t i = 0; rc == 0 && i < subjects.count; i++)
        rc = survey_subject(s, subjects.items[i]);
    if (rc == 0)
        rc = tell_all(s, &subjects);
    names_release(&subjects);
    return rc;
}

int alerts_find(struct alerts **out, struct store *store,
                const struct config *config, const struct alerts_query *query,
                struct error *err)
{
    struct survey s = {
        .out = mem_alloc(sizeof(struct alerts)), .store = store,
        .config = config, .query = query, .err = err,
    };
    s.out->coverage = 1;
    int rc = survey_run(&s);
    s.out->needed = series_level(&s);
    arena_release(&s.memory);
    names_release(&s.sources);
    mem_free(s.findings);
    if (rc)
        alerts_close(s.out);
    else
        *out = s.out;
    return rc;
}

void alerts_own(struct alerts *a, struct terms *t)
{
    a->owned = mem_grow(a->owned, &a->owned_room, a->owned_count,
                        sizeof(struct terms *));
    a->owned[a->owned_count++] = t;
}

void alerts_close(struct alerts *a)
{
    if (!a)
        return;
    for (size_t i = 0; i < a->owned_count; i++)
        terms_close(a->owned[i]);
    mem_free(a->owned);
    mem_free(a->items);
    arena_release(&a->memory);
    mem_free(a);
}
