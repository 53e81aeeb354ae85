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

enum {
    DAYS_BEFORE = 28,       /* compared, where there are so many */
    DAYS_AFTER = 28,        /* at most; effects of later days are others' */
    DAYS_HISTORY = 400,     /* read for placebos */
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

void experiment_release(struct experiment *e)
{
    mem_free(e->name);
    for (size_t i = 0; i < FIELDS; i++)
        if (!fields[i].number)
            mem_free(*(char **)((char *)e + fields[i].offset));
    *e = (struct experiment){ 0 };
}

/* ---- notes ------------------------------------------------------------ */

int experiment_put(struct store *store, const struct experiment *e,
                   struct error *err)
{
    struct buf key = BUF_INIT(0), note = BUF_INIT(NOTE_MOST);
    int rc;
    buf_printf(&key, "experiment/%s", e->name);
    for (size_t i = 0; i < FIELDS; i++) {
        const char *at = (const char *)e + fields[i].offset;
        buf_printf(&note, "%s: ", fields[i].name);
        if (fields[i].number) {
            char when[CLOCK_TEXT];
            int64_t value = *(const int64_t *)(const void *)at;
            buf_puts(&note, value ? clock_format(value, when) : "");
        } else {
            const char *text = *(char *const *)(const void *)at;
            for (; text && *text; text++) /* one line a field */
                buf_putc(&note, *text == '\n' || *text == '\r' ? ' ' : *text);
        }
        buf_putc(&note, '\n');
    }
    if (note.overflow)
        rc = error_set(err, ERROR_USAGE, "experiment %s: more than %d bytes",
                       e->name, NOTE_MOST);
    else
        rc = store_note_put(store, key.data,
                            (struct text){ note.data, note.length }, err);
    buf_release(&key);
    buf_release(&note);
    return rc;
}

static void set_field(struct experiment *e, const char *name, size_t length,
                      const char *value, size_t value_length)
{
    for (size_t i = 0; i < FIELDS; i++) {
        char *at = (char *)e + fields[i].offset;
        if (strlen(fields[i].name) != length ||
            memcmp(fields[i].name, name, length))
            continue;
        if (fields[i].number) {
            if (!value_length ||
                clock_parse(value, value_length, (int64_t *)(void *)at))
                *(int64_t *)(void *)at = 0;
        } else {
            mem_free(*(char **)(void *)at);
            *(char **)(void *)at = mem_slice(value, value_length);
        }
    }
}

static void parse_note(struct experiment *e, const char *name,
                       struct text note)
{
    const char *at = note.data, *end = note.data + note.length;
    *e = (struct experiment){ .name = mem_string(name) };
    for (size_t i = 0; i < FIELDS; i++)
        set_field(e, fields[i].name, strlen(fields[i].name), "", 0);
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        const char *colon;
        stop = stop ? stop : end;
        colon = memchr(at, ':', (size_t)(stop - at));
        if (colon && colon + 2 <= stop)
            set_field(e, at, (size_t)(colon - at), colon + 2,
                      (size_t)(stop - colon - 2));
        at = stop + 1;
    }
}

int experiment_get(struct experiment *out, struct store *store,
                   const char *name, struct error *err)
{
    struct buf key = BUF_INIT(0), note = BUF_INIT(0);
    int rc;
    buf_printf(&key, "experiment/%s", name);
    rc = store_note_get(store, key.data, &note, err);
    if (rc == 1)
        parse_note(out, name, (struct text){ note.data, note.length });
    buf_release(&key);
    buf_release(&note);
    return rc;
}

struct scan {
    struct experiment *items;
    size_t count, room;
};

static int take_note(void *context, const char *key, struct text value)
{
    struct scan *s = context;
    const char *name = strchr(key, '/');
    s->items = mem_grow(s->items, &s->room, s->count, sizeof(*s->items));
    parse_note(&s->items[s->count++], name ? name + 1 : key, value);
    return 0;
}

/* Collected first, so that a visit may ask the store. */
int experiment_scan(struct store *store, visit_experiment *visit,
                    void *context, struct error *err)
{
    struct scan s = { 0 };
    int rc = store_note_scan(store, "experiment/", take_note, &s, err);
    for (size_t i = 0; i < s.count; i++) {
        if (rc == 0)
            rc = visit(context, &s.items[i]);
        experiment_release(&s.items[i]);
    }
    mem_free(s.items);
    return rc;
}

/* ---- reading ---------------------------------------------------------- */

/* Sums of one subject a day, for the three measures. */
struct days {
    const struct zone *zone;
    int64_t first;             /* local day */
    size_t count;
    int aspect, channel;       /* -1: any */
    double *posts, *net, *complaints;
};

static void days_add(struct days *d, size_t at, const struct counts *c)
{
    d->posts[at] += (double)c->posts;
    d->net[at] += (double)c->label[LABEL_POSITIVE] -
                  (double)c->label[LABEL_NEGATIVE];
    d->complaints[at] += (double)c->intent[INTENT_COMPLAINT];
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
        (d->channel >= 0 && !(t->channels >> d->channel & 1)))
        return 0;
    d->posts[day]++;
    d->net[day] += (t->label == LABEL_POSITIVE) - (t->label == LABEL_NEGATIVE);
    d->complaints[day] += t->intents >> INTENT_COMPLAINT & 1;
    return 0;
}

static int days_read(struct days *d, struct store *store, const char *subject,
                     struct error *err)
{
    struct store_query q = { subject, NULL, zone_day_start(d->zone, d->first),
                             zone_day_start(d->zone,
                                            d->first + (int64_t)d->count) };
    d->posts = mem_alloc((d->count + 1) * sizeof(double));
    d->net = mem_alloc((d->count + 1) * sizeof(double));
    d->complaints = mem_alloc((d->count + 1) * sizeof(double));
    if (d->aspect >= 0 || d->channel >= 0)
        return store_posts(store, &q, take_post, d, err);
    for (size_t i = 0; i < d->count; i++) {
        struct counts c;
        q.from = zone_day_start(d->zone, d->first + (int64_t)i);
        q.until = zone_day_start(d->zone, d->first + (int64_t)i + 1);
        if (store_series(store, &q, q.until - q.from, &c, 1, err))
            return -1;
        days_add(d, i, &c);
    }
    return 0;
}

static void days_release(struct days *d)
{
    mem_free(d->posts);
    mem_free(d->net);
    mem_free(d->complaints);
}

static struct effect_series series_of(const struct days *d, int measure,
                                      size_t skip)
{
    const double *values[] = { d->posts, d->net, d->complaints };
    return (struct effect_series){
        values[measure] + skip,
        measure == EFFECT_POSTS ? NULL : d->posts + skip,
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
                posts += c->posts[i];
            if (rc == 0 && posts > 0)
                ++*count;
            else
                days_release(c);
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
    while (skip < launch && subject->posts[skip] < 1)
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

int experiment_read(struct experiment_reading *out, struct store *store,
                    const struct experiment *e, const struct zone *zone,
                    int64_t now, struct error *err)
{
    struct days subject = { .zone = zone }, controls[EXPERIMENT_CONTROLS] = { 0 };
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
    rc = days_read(&subject, store, e->subject, err);
    if (rc == 0)
        rc = controls_read(controls, &count, &subject, store, e->controls,
                           err);
    out->controls = (unsigned)count;
    if (rc == 0)
        measure_all(out, &subject, controls,
                    subject.count - out->days_after);
    for (size_t i = 0; i < count; i++)
        days_release(&controls[i]);
    days_release(&subject);
    return rc;
}
