/* SPDX-License-Identifier: Apache-2.0 */
/* See manifest.h. One JSON object; the same store gives the same bytes. */
#include "commands/manifest.h"

#include <string.h>

#include "base/file.h"
#include "commands/reading.h"
#include "digest/names.h"

struct writing {
    const struct manifest *m;
    struct store *store;
    struct buf out;
    struct writer to;
    struct error *err;
};

/* A rule set's description is JSON already: hashes of all that decides. */
static int add_rules(void *context, uint32_t number, struct text what)
{
    struct writing *w = context;
    write_begin(&w->to, NULL, '{');
    write_count(&w->to, "number", number);
    if (what.length && what.data[0] == '{')
        write_json(&w->to, "of", what);
    else
        write_slice(&w->to, "of", what);
    write_end(&w->to, '}');
    return 0;
}

static int add_coverage(struct writing *w, const char *label)
{
    const struct store_query *q = &w->m->query;
    double hours[COVERAGE_STATES];
    int rc = coverage_sums(w->store, label, q->from, q->until, hours, w->err);
    write_begin(&w->to, NULL, '{');
    write_coverage(&w->to, label, hours);
    write_end(&w->to, '}');
    return rc;
}

static bool is_secret(const char *key)
{
    size_t length = strlen(key);
    return length > 5 && strcmp(key + length - 5, "_file") == 0;
}

/* As it is configured now: "tag shopping". Where secrets lie is left out. */
static void add_source(struct writing *w, const struct source_config *s)
{
    struct buf line = BUF_INIT(0);
    write_begin(&w->to, NULL, '{');
    write_text(&w->to, "label", s->label);
    write_text(&w->to, "type", s->type);
    write_begin(&w->to, "asked", '[');
    for (size_t i = 0; i < s->pair_count; i++) {
        if (is_secret(s->pairs[i].key))
            continue;
        buf_clear(&line);
        buf_printf(&line, "%s %s", s->pairs[i].key, s->pairs[i].value);
        write_text(&w->to, NULL, buf_text(&line));
    }
    write_end(&w->to, ']');
    write_end(&w->to, '}');
    buf_release(&line);
}

int manifest_write(const struct manifest *m, struct invocation *in,
                   struct error *err)
{
    struct store *store = in->store;
    struct writing w = { .m = m, .store = store, .err = err };
    struct writer *to = &w.to;
    struct names labels = { 0 };
    struct store_stats st;
    if (store_stats(store, &st, err))
        return -1;
    to->out = &w.out;
    write_begin(to, NULL, '{');
    write_text(to, "program", "swell " VERSION);
    write_text(to, "what", m->what);
    write_text(to, "format", m->format);
    write_text(to, "subject", m->query.subject);
    write_text(to, "source", m->query.source);
    write_time(to, "from", m->query.from);
    write_time(to, "until", m->query.until);
    write_count(to, "rows", m->rows);
    write_count(to, "store_format", st.format);
    write_count(to, "store_posts", st.posts);
    write_count(to, "store_forgotten", st.tombstones);
    write_begin(to, "rules", '[');
    int rc = store_rules_scan(store, add_rules, &w, err);
    write_end(to, ']');
    write_begin(to, "sources", '[');
    for (size_t i = 0; i < in->config->source_count; i++)
        add_source(&w, &in->config->sources[i]);
    write_end(to, ']');
    write_begin(to, "coverage_hours", '[');
    if (rc == 0)
        rc = names_read(&labels, store, STORE_LABELS, err);
    names_sort(&labels);
    for (size_t i = 0; i < labels.count && rc == 0; i++)
        rc = add_coverage(&w, labels.items[i]);
    write_end(to, ']');
    write_end(to, '}');
    buf_putc(&w.out, '\n');
    if (rc == 0)
        rc = file_replace(m->path, &w.out, err);
    names_release(&labels);
    buf_release(&w.out);
    return rc;
}
