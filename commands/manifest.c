/* SPDX-License-Identifier: Apache-2.0 */
/* See manifest.h. One JSON object; the same store gives the same bytes. */
#include "commands/manifest.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"

struct writing {
    const struct manifest *m;
    struct store *store;
    struct buf out;
    bool first, failed;
    struct error *err;
};

static void add_key(struct buf *out, const char *key)
{
    buf_printf(out, "%s\n  \"%s\": ", out->length > 1 ? "," : "", key);
}

static void add_string(struct buf *out, const char *key, const char *value)
{
    add_key(out, key);
    if (value)
        json_write(out, text_of(value));
    else
        buf_puts(out, "null");
}

static void add_time(struct buf *out, const char *key, int64_t when)
{
    char text[CLOCK_TEXT];
    add_string(out, key, clock_format(when, text));
}

static void add_number(struct buf *out, const char *key, uint64_t value)
{
    add_key(out, key);
    buf_printf(out, "%" PRIu64, value);
}

/* A rule set's description is JSON already: hashes of all that decides. */
static int add_rules(void *context, uint32_t number, struct text what)
{
    struct writing *w = context;
    buf_printf(&w->out, "%s\n    {\"number\": %u, \"of\": ",
               w->first ? "" : ",", number);
    if (what.length && what.data[0] == '{')
        buf_add(&w->out, what.data, what.length);
    else
        json_write(&w->out, what);
    buf_puts(&w->out, "}");
    w->first = false;
    return 0;
}

/* Hours of each state of one source. */
static int add_coverage(void *context, const char *label)
{
    struct writing *w = context;
    const struct store_query *q = &w->m->query;
    int64_t from = q->from / QUARTER * QUARTER;
    size_t count = (size_t)((q->until - from + QUARTER - 1) / QUARTER);
    size_t sum[COVERAGE_STATES] = { 0 };
    uint8_t *states = mem_alloc(count + 1);
    if (store_coverage(w->store, label, from, from + (int64_t)count * QUARTER,
                       states, w->err))
        w->failed = true;
    for (size_t i = 0; i < count; i++)
        sum[states[i]]++;
    mem_free(states);
    buf_printf(&w->out, "%s\n    {\"label\": ", w->first ? "" : ",");
    json_write(&w->out, text_of(label));
    for (int s = COVERAGE_PLANNED; s < COVERAGE_STATES; s++)
        buf_printf(&w->out, ", \"%s\": %zu.%02zu", coverage_names[s],
                   sum[s] / 4, sum[s] % 4 * 25);
    buf_puts(&w->out, "}");
    w->first = false;
    return w->failed;
}

static int save(struct writing *w)
{
    FILE *file = fopen(w->m->path, "we");
    int rc = file ? 0 : -1;
    if (file && fwrite(w->out.data, 1, w->out.length, file) != w->out.length)
        rc = -1;
    if (file && fclose(file))
        rc = -1;
    return rc ? error_set(w->err, ERROR_DENIED, "%s: %s", w->m->path,
                          strerror(errno)) : 0;
}

int manifest_write(const struct manifest *m, struct store *store,
                   struct error *err)
{
    struct writing w = { .m = m, .store = store, .err = err };
    struct store_stats st;
    struct buf *out = &w.out;
    int rc = store_stats(store, &st, err);
    if (rc)
        return -1;
    buf_puts(out, "{");
    add_string(out, "program", "swell " VERSION);
    add_string(out, "what", m->what);
    add_string(out, "format", m->format);
    add_string(out, "subject", m->query.subject);
    add_string(out, "source", m->query.source);
    add_time(out, "from", m->query.from);
    add_time(out, "until", m->query.until);
    add_number(out, "rows", m->rows);
    add_number(out, "store_format", st.format);
    add_number(out, "store_posts", st.posts);
    add_number(out, "store_forgotten", st.tombstones);
    add_key(out, "rules");
    buf_puts(out, "[");
    w.first = true;
    rc = store_rules_scan(store, add_rules, &w, err);
    buf_puts(out, "]");
    add_key(out, "coverage_hours");
    buf_puts(out, "[");
    w.first = true;
    if (rc == 0)
        rc = store_names(store, STORE_LABELS, add_coverage, &w, err);
    buf_puts(out, "]\n}\n");
    if (rc == 0)
        rc = w.failed ? -1 : save(&w);
    buf_release(out);
    return rc;
}
