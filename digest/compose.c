/* SPDX-License-Identifier: Apache-2.0 */
/* One day as it is told: who is watched, which days, then each part in turn
 * (compose_*.c). Decides no wording and writes nothing. */
#include "digest/compose.h"
#include "digest/names.h"
#include "digest/phrase.h"

static char *keep(struct composer *c, const char *text)
{
    return arena_copy(&c->d->memory, text, strlen(text));
}

/* ---- who is watched ---------------------------------------------------- */

bool watched_ours(const struct composer *c, int index)
{
    const struct watched *w = &c->watched[index];
    return w->kept && (w->own || !c->any_own);
}

int watched_find(const struct composer *c, const char *name)
{
    for (size_t i = 0; i < c->watched_count; i++)
        if (strcmp(c->watched[i].name, name) == 0)
            return (int)i;
    return -1;
}

int kept_find(const struct composer *c, const char *name)
{
    int index = watched_find(c, name);
    return index >= 0 && c->watched[index].kept ? index : -1;
}

static bool is_kept(const struct composer *c, const struct option_list *brands,
                    const struct watched *w)
{
    const char *brand = c->watched[w->brand].name;
    if (!brands || !brands->count)
        return true;
    for (size_t i = 0; i < brands->count; i++)
        if (strcmp(brands->items[i], w->name) == 0 ||
            strcmp(brands->items[i], brand) == 0)
            return true;
    return false;
}

static void add_watched(struct composer *c, const char *name,
                        const char *title, size_t brand)
{
    c->watched = mem_grow(c->watched, &c->watched_room, c->watched_count,
                          sizeof(*c->watched));
    c->watched[c->watched_count] = (struct watched){
        .name = keep(c, name), .title = keep(c, title), .brand = (int)brand,
        .product = brand != c->watched_count };
    c->watched_count++;
}

/* Without a configuration: what the store knows. */
static int watch_store(struct composer *c, struct error *err)
{
    struct names names;
    int rc = names_read(&names, c->store, STORE_SUBJECTS, err);
    names_sort(&names);
    for (size_t i = 0; i < names.count; i++) {
        const char *brand = names.items[i];
        size_t length = strlen(brand), at = c->watched_count;
        if (strchr(brand, '/'))
            continue;
        add_watched(c, brand, brand, at);
        for (size_t k = i + 1; k < names.count; k++)
            if (strncmp(names.items[k], brand, length) == 0 &&
                names.items[k][length] == '/')
                add_watched(c, names.items[k], names.items[k], at);
    }
    names_release(&names);
    return rc;
}

static int watch(struct composer *c, const struct option_list *brands,
                 struct error *err)
{
    for (size_t i = 0; i < c->config->subject_count; i++) {
        const struct subject *s = &c->config->subjects[i];
        add_watched(c, s->name, s->title ? s->title : s->name,
                    (size_t)s->brand);
        c->watched[i].own = s->own;
    }
    if (!c->watched_count && watch_store(c, err))
        return -1;
    for (size_t i = 0; i < c->watched_count; i++) {
        c->watched[i].kept = is_kept(c, brands, &c->watched[i]);
        c->any_own |= c->watched[i].own && c->watched[i].kept;
    }
    return 0;
}

/* "A", "A and B", "A, B and 3 more" of the kept brands, ours or the others. */
static const char *brand_list(struct composer *c, bool own)
{
    enum { NAMED = 3 };
    struct buf list = BUF_INIT(0);
    size_t count = 0, at = 0;
    for (size_t i = 0; i < c->watched_count; i++)
        count += c->watched[i].kept && !c->watched[i].product &&
                 c->watched[i].own == own;
    for (size_t i = 0; i < c->watched_count; i++) {
        const struct watched *w = &c->watched[i];
        if (!w->kept || w->product || w->own != own)
            continue;
        if (count > NAMED && at == NAMED - 1) {
            buf_printf(&list, " and %zu more", count - at);
            break;
        }
        buf_puts(&list, !at ? "" : at + 1 == count ? " and " : ", ");
        buf_puts(&list, w->title);
        at++;
    }
    const char *text = keep(c, buf_text(&list));
    buf_release(&list);
    return text;
}

static void name_digest(struct composer *c)
{
    struct digest *d = c->d;
    const char *title = c->config->digest.title;
    d->timezone = zone_name(d->zone);
    d->rivals = c->any_own ? brand_list(c, false) : "";
    d->title = title && *title ? keep(c, title) : brand_list(c, c->any_own);
    for (size_t i = 0; i < c->watched_count && !*d->title; i++)
        if (c->watched[i].kept) /* products alone */
            d->title = c->watched[i].title;
    if (!*d->title)
        d->title = "Groundswell";
}

/* ---- days --------------------------------------------------------------- */

void days_starts(const struct zone *zone, int64_t day,
                 int64_t starts[DAYS_SPAN + 1])
{
    for (int i = 0; i <= DAYS_SPAN; i++)
        starts[i] = zone_day_start(zone, day - DIGEST_DAYS + i) / QUARTER *
                    QUARTER;
}

/* Days are 24 hours but for two in the year: one query for each run. */
int days_series(struct store *store, const int64_t starts[DAYS_SPAN + 1],
                const char *subject, const char *source,
                struct counts out[DAYS_SPAN], struct error *err)
{
    for (int i = 0; i < DAYS_SPAN;) {
        int64_t width = starts[i + 1] - starts[i];
        int run = 1;
        while (i + run < DAYS_SPAN &&
               starts[i + run + 1] - starts[i + run] == width)
            run++;
        struct store_query q = { subject, source, starts[i],
                                 starts[i + run] };
        if (store_series(store, &q, width, out + i, (size_t)run, err))
            return -1;
        i += run;
    }
    return 0;
}

/* ---- parts that others find -------------------------------------------- */

/* Is it the story of an alert? A watch is, when the alert is a topic of the
 * same subject and one of the watch's words; a topic is, when it is the name of
 * the alert's brand. */
static bool same_story(const struct composer *c, const struct alert *a,
                       const struct alert *alert)
{
    int index = watched_find(c, alert->subject);
    bool topic = alert->kind == ALERT_TOPIC;
    if (alert->level != DETECT_ALERT || topic == (a->kind == ALERT_TOPIC))
        return false;
    if (!topic)
        return index >= 0 && watched_named(c, c->watched[index].brand,
                                           a->parts[0].name);
    if (a->level == DETECT_ALERT || a->withheld ||
        strcmp(alert->subject, a->subject) != 0)
        return false;
    for (size_t i = 0; i < a->term_count; i++)
        if (strcmp(alert->parts[0].name, a->terms[i].text) == 0)
            return true;
    return false;
}

/* Each story once, and of subjects that are kept. */
static int compose_alerts(struct composer *c, struct error *err)
{
    struct digest *d = c->d;
    struct alerts_query query = { .from = d->from, .until = d->until };
    if (alerts_find(&d->alerts, c->store, c->config, &query, err))
        return -1;
    struct alerts *all = d->alerts;
    struct alert *told = mem_alloc((all->count + 1) * sizeof(*told));
    size_t count = 0;
    for (size_t i = 0; i < all->count; i++) {
        bool again = false;
        for (size_t k = 0; k < all->count; k++)
            again |= same_story(c, &all->items[i], &all->items[k]);
        if (!again && kept_find(c, all->items[i].subject) >= 0)
            told[count++] = all->items[i];
    }
    mem_free(all->items);
    all->items = told;
    all->count = count;
    return 0;
}

/* Read as of the end of the day, so that an old digest stays what it was. */
static int compose_experiments(struct composer *c, struct error *err)
{
    struct digest *d = c->d;
    int64_t now = d->closed ? d->until : d->now;
    struct experiment *all;
    size_t count;
    int rc = experiment_list(&all, &count, &d->memory, c->store, err);
    d->experiments = mem_alloc((count + 1) * sizeof(*d->experiments));
    for (size_t i = 0; i < count && !rc; i++) {
        const struct experiment *e = &all[i];
        struct digest_experiment *out = &d->experiments[d->experiment_count];
        bool over = e->closed && e->closed < d->until;
        if (over || e->from >= d->until || kept_find(c, e->subject) < 0)
            continue;
        out->experiment = *e;
        rc = experiment_read(&out->reading, c->store, c->config, e, d->zone,
                             now, err);
        if (rc)
            error_prefix(err, "experiment %s", e->name);
        d->experiment_count++;
    }
    mem_free(all);
    return rc;
}

/* ---- the whole --------------------------------------------------------- */

static struct composer begin(struct store *store, const struct config *config,
                             const struct zone *zone, int64_t day)
{
    struct digest *d = mem_alloc(sizeof(*d));
    struct composer c = { .d = d, .store = store, .config = config,
                          .floor = config->digest.floor };
    days_starts(zone, day, c.starts);
    d->zone = zone;
    d->day = day;
    d->from = c.starts[DIGEST_DAYS];
    d->until = c.starts[DAYS_SPAN];
    d->now = clock_now();
    d->closed = d->now >= d->until;
    return c;
}

static void finish(struct composer *c)
{
    mem_free(c->watched);
    mem_free(c->by_id);
}

int digest_alerts(size_t *count, struct store *store,
                  const struct config *config, const struct zone *zone,
                  int64_t day, struct error *err)
{
    struct composer c = begin(store, config, zone, day);
    int rc = watch(&c, NULL, err) || compose_alerts(&c, err) ? -1 : 0;
    *count = rc ? 0 : phrase_alert_count(c.d);
    finish(&c);
    digest_close(c.d);
    return rc;
}

int digest_compose(struct digest **out, struct store *store,
                   const struct config *config, const struct zone *zone,
                   int64_t day, const struct option_list *brands,
                   struct error *err)
{
    struct composer c = begin(store, config, zone, day);
    struct digest *d = c.d;
    int rc = -1;
    *out = NULL;
    if (watch(&c, brands, err))
        goto done;
    name_digest(&c);
    if (compose_data(&c, err) || compose_alerts(&c, err) ||
        compose_posts(&c, err) || compose_standing(&c, err) ||
        compose_rising(&c, err) || compose_experiments(&c, err))
        goto done;
    compose_rival_gaps(&c);
    rc = 0;
done:
    finish(&c);
    if (rc)
        digest_close(d);
    else
        *out = d;
    return rc;
}

void digest_close(struct digest *d)
{
    if (!d)
        return;
    alerts_close(d->alerts);
    mem_free(d->gaps);
    mem_free(d->sources);
    mem_free(d->rising);
    mem_free(d->standing);
    mem_free(d->wishes);
    mem_free(d->waiting);
    mem_free(d->experiments);
    mem_free(d->switches);
    mem_free(d->rival_gaps);
    mem_free(d->samples);
    arena_release(&d->memory);
    mem_free(d);
}

/* What is still to come of a day that is not over restates nothing. */
int digest_told(const struct digest *d, struct store *store,
                struct error *err)
{
    return store_told(store, d->from, d->now < d->until ? d->now : d->until,
                      err);
}
