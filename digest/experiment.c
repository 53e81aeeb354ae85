/* SPDX-License-Identifier: Apache-2.0 */
/* Experiments as notes of the store, and their reading from its days. The
 * estimator is in effect.c.
 *
 * A note is lines of "key: value" in the order of the table below.
 */
#include "digest/experiment.h"

#include <stddef.h>
#include <string.h>

#include "base/buf.h"
#include "digest/alerts.h"
#include "digest/coverage.h"

enum {
    DAYS_BEFORE = 28,       /* compared, where there are so many */
    DAYS_AFTER = 28,        /* at most; effects of later days are others' */
    DAYS_HISTORY = 400,     /* read for placebos */
    DAYS_COLLECTED = 7,     /* before the launch, to leave earlier ones out */
    NOTE_MOST = 16 * 1024,
};

static const struct field {
    const char *name;
    size_t offset;
    bool number;
} fields[] = {
    { "subject", offsetof(struct experiment, subject), false },
    { "title", offsetof(struct experiment, title), false },
    { "aspect", offsetof(struct experiment, aspect), false },
    { "channel", offsetof(struct experiment, channel), false },
    { "controls", offsetof(struct experiment, controls), false },
    { "lesson", offsetof(struct experiment, lesson), false },
    { "from", offsetof(struct experiment, from), true },
    { "until", offsetof(struct experiment, until), true },
    { "closed", offsetof(struct experiment, closed), true },
};
enum { FIELDS = sizeof(fields) / sizeof(*fields) };

static const char **text_field(struct experiment *e, const struct field *f)
{
    return (const char **)(void *)((char *)e + f->offset);
}

static int64_t *number_field(struct experiment *e, const struct field *f)
{
    return (int64_t *)(void *)((char *)e + f->offset);
}

/* ---- notes ------------------------------------------------------------ */

int experiment_put(struct store *store, const struct experiment *given,
                   struct error *err)
{
    struct buf key = BUF_INIT(0), note = BUF_INIT(NOTE_MOST);
    struct experiment e = *given;
    buf_printf(&key, "experiment/%s", e.name);
    for (const struct field *f = fields; f < fields + FIELDS; f++) {
        buf_printf(&note, "%s: ", f->name);
        if (f->number) {
            char when[CLOCK_TEXT];
            int64_t value = *number_field(&e, f);
            buf_puts(&note, value ? clock_format(value, when) : "");
        } else {
            for (const char *c = *text_field(&e, f); *c; c++) /* one line */
                buf_putc(&note, *c == '\n' || *c == '\r' ? ' ' : *c);
        }
        buf_putc(&note, '\n');
    }
    int rc = note.overflow
                 ? error_set(err, ERROR_USAGE, "experiment %s: more than %d "
                             "bytes", e.name, NOTE_MOST)
                 : store_note_put(store, key.data,
                                  (struct text){ note.data, note.length }, err);
    buf_release(&key);
    buf_release(&note);
    return rc;
}

static void set_field(struct experiment *e, struct arena *memory,
                      struct text name, struct text value)
{
    for (const struct field *f = fields; f < fields + FIELDS; f++)
        if (!text_is(name, f->name))
            continue;
        else if (!f->number)
            *text_field(e, f) = arena_copy(memory, value.data, value.length);
        else if (!value.length || clock_parse(value.data, value.length,
                                              number_field(e, f)))
            *number_field(e, f) = 0;
}

static void parse_note(struct experiment *e, struct arena *memory,
                       const char *name, struct text note)
{
    const char *at = note.data, *end = note.data + note.length;
    *e = (struct experiment){ .name = arena_copy(memory, name, strlen(name)) };
    for (const struct field *f = fields; f < fields + FIELDS; f++)
        if (!f->number)
            *text_field(e, f) = "";
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        stop = stop ? stop : end;
        const char *colon = memchr(at, ':', (size_t)(stop - at));
        if (colon && colon + 2 <= stop)
            set_field(e, memory, (struct text){ at, (size_t)(colon - at) },
                      (struct text){ colon + 2, (size_t)(stop - colon - 2) });
        at = stop + 1;
    }
}

int experiment_get(struct experiment *out, struct arena *memory,
                   struct store *store, const char *name, struct error *err)
{
    struct buf key = BUF_INIT(0), note = BUF_INIT(0);
    buf_printf(&key, "experiment/%s", name);
    int rc = store_note_get(store, key.data, &note, err);
    if (rc == 1)
        parse_note(out, memory, name, (struct text){ note.data, note.length });
    buf_release(&key);
    buf_release(&note);
    return rc;
}

struct list {
    struct arena *memory;
    struct experiment *items;
    size_t count, room;
};

static int take_note(void *context, const char *key, struct text value)
{
    struct list *l = context;
    l->items = mem_grow(l->items, &l->room, l->count, sizeof(*l->items));
    parse_note(&l->items[l->count++], l->memory, strchr(key, '/') + 1, value);
    return 0;
}

int experiment_list(struct experiment **out, size_t *count,
                    struct arena *memory, struct store *store,
                    struct error *err)
{
    struct list l = { .memory = memory };
    int rc = store_note_scan(store, "experiment/", take_note, &l, err);
    *out = l.items;
    *count = l.count;
    return rc < 0 ? -1 : 0;
}

/* ---- reading ---------------------------------------------------------- */

/* Sums of one subject a day: for the three measures, and the posts that have
 * a sentiment. */
enum { SCORED = EFFECT_COUNT, COLUMNS };
struct days {
    const struct zone *zone;
    int64_t first;             /* local day */
    size_t count, begin;       /* those before begin are not known */
    int aspect, channel;       /* -1: any */
    const double *known;       /* 1; 0: too little was collected */
    const struct names *parts; /* sources that are left out */
    double *values[COLUMNS];   /* one block */
};

/* times: 1; -1 takes them away. */
static void days_add(struct days *d, size_t at, double times,
                     const double more[COLUMNS])
{
    for (int i = 0; i < COLUMNS; i++)
        d->values[i][at] += times * d->known[at] * more[i];
}

/* With an aspect or channel the windows do not cross, so the posts are read. */
static int take_post(void *context, const struct post *post,
                     const struct mention *mention)
{
    struct days *d = context;
    const struct tags *t = mention ? &mention->tags : &post->tags;
    int64_t day = zone_day(d->zone, post->created) - d->first;
    if (day < 0 || (size_t)day >= d->count ||
        (d->aspect >= 0 && !(t->aspects >> d->aspect & 1)) ||
        (d->channel >= 0 && !(t->channels >> d->channel & 1)) ||
        names_has(d->parts, post->source))
        return 0;
    days_add(d, (size_t)day, 1, (const double[COLUMNS]){
        [EFFECT_POSTS] = 1,
        [EFFECT_SENTIMENT] = (t->label == LABEL_POSITIVE) -
                             (t->label == LABEL_NEGATIVE),
        [EFFECT_COMPLAINTS] = t->intents >> INTENT_COMPLAINT & 1,
        [SCORED] = t->label != LABEL_UNSCORED });
    return 0;
}

/* The counts of one source, or NULL: all of them. */
static int days_count(struct days *d, struct store *store, const char *subject,
                      const char *source, double times, struct error *err)
{
    struct store_query q = { .subject = subject, .source = source };
    for (size_t i = 0; i < d->count; i++) {
        struct counts c;
        q.from = zone_day_start(d->zone, d->first + (int64_t)i);
        q.until = zone_day_start(d->zone, d->first + (int64_t)i + 1);
        if (store_series(store, &q, q.until - q.from, &c, 1, err))
            return -1;
        days_add(d, i, times, (const double[COLUMNS]){
            [EFFECT_POSTS] = (double)c.posts,
            [EFFECT_SENTIMENT] = (double)c.label[LABEL_POSITIVE] -
                                 (double)c.label[LABEL_NEGATIVE],
            [EFFECT_COMPLAINTS] = (double)c.intent[INTENT_COMPLAINT],
            [SCORED] = (double)(c.posts - c.label[LABEL_UNSCORED]) });
    }
    return 0;
}

static int days_read(struct days *d, struct store *store, const char *subject,
                     struct error *err)
{
    struct store_query q = { subject, NULL, zone_day_start(d->zone, d->first),
                             zone_day_start(d->zone,
                                            d->first + (int64_t)d->count) };
    d->values[0] = mem_alloc(COLUMNS * d->count * sizeof(double));
    for (size_t m = 1; m < COLUMNS; m++)
        d->values[m] = d->values[0] + m * d->count;
    if (d->aspect >= 0 || d->channel >= 0)
        return store_posts(store, &q, take_post, d, err);
    int rc = days_count(d, store, subject, NULL, 1, err);
    for (size_t i = 0; i < d->parts->count && !rc; i++)
        rc = days_count(d, store, subject, d->parts->items[i], -1, err);
    return rc;
}

static struct effect_series series_of(const struct days *d, int measure,
                                      size_t skip)
{
    return (struct effect_series){
        d->values[measure] + skip,
        (measure == EFFECT_POSTS       ? d->known
         : measure == EFFECT_SENTIMENT ? d->values[SCORED]
                                       : d->values[EFFECT_POSTS]) + skip,
    };
}

/* Subjects of the comma-joined list, each with its own days. */
static int controls_read(struct days *controls, size_t *count,
                         const struct days *like, struct store *store,
                         const char *list, struct error *err)
{
    while (*list && *count < EXPERIMENT_CONTROLS) {
        size_t length = strcspn(list, ", ");
        char *name = mem_slice(list, length);
        double posts = 0;
        int rc = 0;
        list += length + strspn(list + length, ", ");
        if (length) {
            struct days *c = &controls[*count];
            *c = *like;
            rc = days_read(c, store, name, err);
            for (size_t i = 0; rc == 0 && i < c->count; i++)
                posts += c->values[EFFECT_POSTS][i];
            if (rc == 0 && posts > 0)
                ++*count;
            else
                mem_free(c->values[0]);
        }
        mem_free(name);
        if (rc)
            return -1;
    }
    return 0;
}

static void measure_all(struct experiment_reading *out,
                        const struct days *subject,
                        const struct days *controls, size_t launch)
{
    size_t skip = 0; /* days before the subject was talked of at all */
    while (skip < launch && subject->values[EFFECT_POSTS][skip] < 1)
        skip++;
    if (launch - skip < out->days_before)
        out->days_before = (unsigned)(launch - skip);
    for (int m = 0; m < EFFECT_COUNT; m++) {
        struct effect_series mine = series_of(subject, m, skip);
        struct effect_series theirs[EXPERIMENT_CONTROLS];
        for (size_t i = 0; i < out->controls; i++)
            theirs[i] = series_of(&controls[i], m, skip);
        effect_measure_days(&out->effects[m], (enum effect_measure)m, &mine,
                            theirs, out->controls, subject->count - skip,
                            launch - skip, out->days_before,
                            out->days_after);
    }
}

/* The days to read: history before the launch that has posts, and the whole
 * days after it that are over. False: nothing to compare. */
static bool days_plan(struct days *d, struct experiment_reading *out,
                      const struct experiment *e, int64_t first_post,
                      int64_t now)
{
    int64_t launch = zone_day(d->zone, e->from);
    int64_t end = zone_day(d->zone, now);
    int64_t begin = zone_day(d->zone, first_post) + 1; /* whole days only */
    if (e->until && zone_day(d->zone, e->until) < end)
        end = zone_day(d->zone, e->until);
    if (end > launch + DAYS_AFTER)
        end = launch + DAYS_AFTER;
    if (begin < launch - DAYS_HISTORY)
        begin = launch - DAYS_HISTORY;
    if (begin >= launch || end <= launch)
        return false;
    d->first = begin;
    d->count = (size_t)(end - begin);
    out->days_before = launch - begin < DAYS_BEFORE
                           ? (unsigned)(launch - begin) : DAYS_BEFORE;
    out->days_after = (unsigned)(end - launch);
    out->before_from = zone_day_start(d->zone, launch - out->days_before);
    out->from = zone_day_start(d->zone, launch);
    out->until = zone_day_start(d->zone, end);
    return true;
}

/* Posts from before the first source was collected came with its first round,
 * or from files. Where that is among the days compared, those days begin there:
 * else the source would be one that was added, and nothing left. */
static void days_begin(struct days *d, struct experiment_reading *out,
                       const double *share, size_t hours)
{
    int64_t launch = zone_day(d->zone, out->from), begin;
    size_t first = 0;
    while (first < hours && share[first] < 0)
        first++;
    begin = zone_day(d->zone, zone_day_start(d->zone, d->first) +
                                  (int64_t)first * HOUR) + 1;
    if (first == 0 || begin <= launch - (int64_t)out->days_before ||
        begin > launch - DAYS_COLLECTED)
        return;
    d->begin = (size_t)(begin - d->first);
    out->days_before = (unsigned)(launch - begin);
    out->before_from = zone_day_start(d->zone, begin);
}

/* Which days were collected well enough to be compared, and which sources not
 * on all of them: a source that was down, added or given up looks like an
 * effect. */
static int days_cover(struct days *d, double *known, struct names *parts,
                      struct experiment_reading *out, struct store *store,
                      const struct config *config, struct error *err)
{
    int64_t begin = zone_day_start(d->zone, d->first);
    size_t hours = (size_t)(out->until - begin) / HOUR, at = 0;
    double *share = mem_alloc((hours + 1) * sizeof(*share));
    struct buf list = BUF_INIT(sizeof(out->parts) - 1);
    int rc = coverage_hours(share, hours, begin / QUARTER * QUARTER, store,
                            config, err);
    if (rc == 0) {
        days_begin(d, out, share, hours);
        rc = coverage_parts(parts, store, config,
                            out->before_from / QUARTER * QUARTER, out->until,
                            err);
    }
    for (size_t i = 0; i < d->count && !rc; i++) {
        int64_t end = zone_day_start(d->zone, d->first + (int64_t)i + 1);
        double sum = 0, planned = 0;
        for (; at < hours && begin + (int64_t)at * HOUR < end; at++) {
            sum += share[at] > 0 ? share[at] : 0;
            planned += share[at] >= 0;
        }
        known[i] = i >= d->begin && sum >= COVERAGE_FLOOR * planned;
        out->days_poor += end > out->before_from && !(known[i] > 0);
    }
    for (size_t i = 0; i < parts->count; i++)
        buf_printf(&list, "%s%s", i ? ", " : "", parts->items[i]);
    snprintf(out->parts, sizeof(out->parts), "%s", buf_text(&list));
    d->known = known;
    d->parts = parts;
    buf_release(&list);
    mem_free(share);
    return rc;
}

/* Another event on the days compared looks like an effect, too. Each day is
 * judged as its digest did: from the past it had. */
static int days_alerted(struct experiment_reading *out, const struct days *d,
                        struct store *store, const struct config *config,
                        const char *subject, struct error *err)
{
    for (size_t i = 0; i < d->count; i++) {
        int64_t day = d->first + (int64_t)i;
        struct alerts_query q = {
            .from = zone_day_start(d->zone, day),
            .until = zone_day_start(d->zone, day + 1),
            .subject = subject, .counts_only = true };
        struct alerts *found;
        if (q.from < out->before_from || !(d->known[i] > 0))
            continue;
        if (alerts_find(&found, store, config, &q, err))
            return -1;
        if (found->count && found->items[0].level == DETECT_ALERT) {
            out->days_alerted++;
            out->last_alerted = day;
        }
        alerts_close(found);
    }
    return 0;
}

int experiment_read(struct experiment_reading *out, struct store *store,
                    const struct config *config, const struct experiment *e,
                    const struct zone *zone, int64_t now, struct error *err)
{
    struct days subject = { .zone = zone };
    struct days controls[EXPERIMENT_CONTROLS] = { 0 };
    struct names parts = { 0 };
    double known[DAYS_HISTORY + DAYS_AFTER];
    int64_t first, last;
    size_t count = 0;
    int rc = store_span(store, &first, &last, err);
    *out = (struct experiment_reading){ 0 };
    for (int m = 0; m < EFFECT_COUNT; m++)
        out->effects[m].measure = (uint8_t)m;
    if (rc <= 0)
        return rc;
    subject.aspect = tag_index(aspect_names, ASPECT_COUNT, e->aspect);
    subject.channel = tag_index(channel_names, CHANNEL_COUNT, e->channel);
    if (!days_plan(&subject, out, e, first, now))
        return 0;
    rc = days_cover(&subject, known, &parts, out, store, config, err);
    if (rc == 0)
        rc = days_read(&subject, store, e->subject, err);
    if (rc == 0)
        rc = controls_read(controls, &count, &subject, store, e->controls,
                           err);
    out->controls = (unsigned)count;
    if (rc == 0)
        rc = days_alerted(out, &subject, store, config, e->subject, err);
    if (rc == 0)
        measure_all(out, &subject, controls,
                    subject.count - out->days_after);
    for (size_t i = 0; i < count; i++)
        mem_free(controls[i].values[0]);
    mem_free(subject.values[0]);
    names_release(&parts);
    return rc;
}
