/* SPDX-License-Identifier: Apache-2.0 */
/* See manifest.h. One JSON object; the same store gives the same bytes. */
#include "commands/manifest.h"

#include <string.h>

#include "base/file.h"
#include "commands/reading.h"
#include "digest/names.h"

/* A rule set's description is JSON already: hashes of all that decides. */
static int add_rules(void *context, uint32_t number, struct text what)
{
    struct writer *w = context;
    write_begin(w, NULL, '{');
    write_count(w, "number", number);
    if (what.length && what.data[0] == '{')
        write_json(w, "of", what);
    else
        write_slice(w, "of", what);
    write_end(w, '}');
    return 0;
}

static int add_coverage(struct writer *w, struct invocation *in,
                        const char *label, const struct store_query *q,
                        struct error *err)
{
    double hours[COVERAGE_STATES];
    if (coverage_sums(in, label, q->from, q->until, hours, err))
        return -1;
    write_begin(w, NULL, '{');
    write_coverage(w, label, hours);
    write_end(w, '}');
    return 0;
}

static bool is_secret(const char *key)
{
    size_t length = strlen(key);
    return length > 5 && strcmp(key + length - 5, "_file") == 0;
}

/* As it is configured now: "tag shopping". Where secrets lie is left out. */
static void add_source(struct writer *w, const struct source_config *s)
{
    struct buf line = BUF_INIT(0);
    write_begin(w, NULL, '{');
    write_text(w, "label", s->label);
    write_text(w, "type", s->type);
    write_begin(w, "asked", '[');
    for (size_t i = 0; i < s->pair_count; i++) {
        if (is_secret(s->pairs[i].key))
            continue;
        buf_clear(&line);
        buf_printf(&line, "%s %s", s->pairs[i].key, s->pairs[i].value);
        write_text(w, NULL, buf_text(&line));
    }
    write_end(w, ']');
    write_end(w, '}');
    buf_release(&line);
}

int manifest_write(const struct manifest *m, struct invocation *in,
                   struct error *err)
{
    struct store *store = in->store;
    struct buf out = BUF_INIT(0);
    struct writer w = { .out = &out };
    struct names labels = { 0 };
    struct store_stats st;
    if (store_stats(store, &st, err))
        return -1;
    write_begin(&w, NULL, '{');
    write_text(&w, "program", "swell " VERSION);
    write_text(&w, "what", m->what);
    write_text(&w, "format", m->format);
    write_text(&w, "subject", m->query.subject);
    write_text(&w, "source", m->query.source);
    write_time(&w, "from", m->query.from);
    write_time(&w, "until", m->query.until);
    write_count(&w, "rows", m->rows);
    write_count(&w, "store_format", st.format);
    write_count(&w, "store_posts", st.posts);
    write_count(&w, "store_forgotten", st.tombstones);
    write_begin(&w, "rules", '[');
    int rc = store_rules_scan(store, add_rules, &w, err);
    write_end(&w, ']');
    write_begin(&w, "sources", '[');
    for (size_t i = 0; i < in->config->source_count; i++)
        add_source(&w, &in->config->sources[i]);
    write_end(&w, ']');
    write_begin(&w, "coverage_hours", '[');
    if (rc == 0)
        rc = names_read(&labels, store, STORE_LABELS, err);
    names_sort(&labels);
    for (size_t i = 0; i < labels.count && rc == 0; i++)
        rc = add_coverage(&w, in, labels.items[i], &m->query, err);
    write_end(&w, ']');
    write_end(&w, '}');
    buf_putc(&out, '\n');
    if (rc == 0)
        rc = file_replace(m->path, &out, err);
    names_release(&labels);
    buf_release(&out);
    return rc;
}
