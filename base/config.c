/* SPDX-License-Identifier: Apache-2.0 */
/* Reads swell.yaml with libyaml's document API, which keeps the line of each
 * node; option tables say what may stand where. The only user of libyaml.
 * Does not know which collectors exist: their options stay text until the
 * collector's own table reads them. Over 500 lines because one reader keeps
 * the line and the faults of every part. */
#include "base/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml.h>

#include "base/mem.h"
#include "base/tags.h"

/* While a file is being read. */
struct reader {
    struct config *config;
    yaml_document_t *document;
    struct buf *faults;
    struct error *err;
    unsigned fault_count;
};

__attribute__((format(printf, 3, 4)))
static void fault(struct reader *r, int line, const char *format, ...)
{
    char text[sizeof(r->err->text)];
    va_list rest;
    va_start(rest, format);
    vsnprintf(text, sizeof(text), format, rest);
    va_end(rest);
    if (!r->fault_count++)
        error_set(r->err, ERROR_CONFIG, "%s:%d: %s", r->config->path, line,
                  text);
    if (r->faults)
        buf_printf(r->faults, "%s:%d: %s\n", r->config->path, line, text);
}

static int line_of(const yaml_node_t *node)
{
    return (int)node->start_mark.line + 1;
}

static yaml_node_t *node_at(const struct reader *r, int index)
{
    return yaml_document_get_node(r->document, index);
}

static const char *scalar(const yaml_node_t *node)
{
    return node && node->type == YAML_SCALAR_NODE
               ? (const char *)node->data.scalar.value : NULL;
}

static void fault_key(struct reader *r, int line, const char *key,
                      const struct option *table)
{
    struct buf text = BUF_INIT(0);
    buf_printf(&text, "unknown key \"%.60s\"; known here:", key);
    /* Those that hold lists are in no table. */
    buf_puts(&text, table == config_options           ? " brands sources digest"
                    : table == config_subject_options ? " products"
                    : table == config_digest_options  ? " recipients"
                                                      : "");
    for (; table && table->name; table++)
        buf_printf(&text, " %s", table->name);
    fault(r, line, "%s", text.data);
    buf_release(&text);
}

/* Where the item just put into a list was written. */
static void mark_line(const struct option *o, void *state,
                      const yaml_node_t *node)
{
    const struct option_list *list = (void *)((char *)state + o->offset);
    list->lines[list->count - 1] = line_of(node);
}

/* One option from a node: a scalar, or for a list a sequence of scalars. */
static void read_option(struct reader *r, const struct option *o, void *state,
                        const yaml_node_t *node)
{
    struct error err = ERROR_INIT;
    if (o->type == OPTION_LIST && node->type == YAML_SEQUENCE_NODE) {
        for (yaml_node_item_t *i = node->data.sequence.items.start;
             i < node->data.sequence.items.top; i++) {
            const yaml_node_t *item = node_at(r, *i);
            if (!scalar(item) || !*scalar(item)) {
                fault(r, line_of(item), "%s: each entry must be a text; "
                      "write a #tag in quotes", o->name);
            } else {
                option_set(o, state, scalar(item), r->config->dir, NULL);
                mark_line(o, state, item);
            }
        }
    } else if (!scalar(node)) {
        fault(r, line_of(node), "%s must be %s", o->name,
              o->type == OPTION_LIST ? "a text or a list of texts"
                                     : "one value");
    } else if (option_set(o, state, scalar(node), r->config->dir, &err)) {
        fault(r, line_of(node), "%s", err.text);
    } else if (o->type == OPTION_LIST) {
        mark_line(o, state, node);
    }
}

/* The line where a mapping has the key further up, or 0. */
static int line_before(const struct reader *r, const yaml_node_t *node,
                       const yaml_node_pair_t *pair)
{
    for (yaml_node_pair_t *p = node->data.mapping.pairs.start; p < pair; p++) {
        const yaml_node_t *other = node_at(r, p->key);
        if (scalar(other) && strcmp(scalar(other),
                                    scalar(node_at(r, pair->key))) == 0)
            return line_of(other);
    }
    return 0;
}

/* What else may stand in a mapping besides the table's options: 1 taken. */
typedef int take_key(struct reader *r, void *state, const char *key,
                     int key_line, const yaml_node_t *value);

static void read_mapping(struct reader *r, const yaml_node_t *node,
                         const struct option *table, void *state,
                         take_key *other)
{
    if (node->type != YAML_MAPPING_NODE) {
        fault(r, line_of(node), "expected \"key: value\" lines here");
        return;
    }
    for (yaml_node_pair_t *p = node->data.mapping.pairs.start;
         p < node->data.mapping.pairs.top; p++) {
        const yaml_node_t *name = node_at(r, p->key);
        const yaml_node_t *value = node_at(r, p->value);
        const char *key = scalar(name);
        if (!key) {
            fault(r, line_of(name), "a key must be a text");
            continue;
        }
        int before = line_before(r, node, p);
        if (before) {
            fault(r, line_of(name), "\"%.60s\" is given in line %d already",
                  key, before);
            continue;
        }
        if (other && other(r, state, key, line_of(name), value))
            continue;
        const struct option *o = option_find(table, key);
        if (o)
            read_option(r, o, state, value);
        else
            fault_key(r, line_of(name), key, table);
    }
}

/* Call read for each item of a sequence. */
static void read_items(struct reader *r, const yaml_node_t *node,
                       void (*read)(struct reader *, const yaml_node_t *,
                                    void *), void *context)
{
    if (node->type == YAML_SCALAR_NODE && !*scalar(node))
        return; /* "brands:" with nothing below */
    if (node->type != YAML_SEQUENCE_NODE) {
        fault(r, line_of(node), "expected a list (lines that start with -)");
        return;
    }
    for (yaml_node_item_t *i = node->data.sequence.items.start;
         i < node->data.sequence.items.top; i++)
        read(r, node_at(r, *i), context);
}

/* ---- subjects --------------------------------------------------------- */

struct subject_reading {
    struct subject subject;
    const yaml_node_t *products;
};

static int take_subject_key(struct reader *r, void *state, const char *key,
                            int line, const yaml_node_t *value)
{
    struct subject_reading *s = state;
    (void)r, (void)line;
    if (strcmp(key, "products") != 0 || s->subject.brand >= 0)
        return 0;
    s->products = value;
    return 1;
}

/* context: index of the brand as int *, or NULL for a brand. */
static void read_subject(struct reader *r, const yaml_node_t *node,
                         void *context)
{
    struct config *c = r->config;
    struct subject_reading s = { .products = NULL };
    s.subject.brand = context ? *(int *)context : -1;
    s.subject.line = line_of(node);
    option_defaults(config_subject_options, &s.subject);
    read_mapping(r, node, config_subject_options, &s, take_subject_key);
    if (!s.subject.name) {
        fault(r, s.subject.line, "name is missing");
        s.subject.name = mem_string("unnamed");
    }
    if (!s.subject.title)
        s.subject.title = mem_string(s.subject.name);
    if (!s.subject.match.count) {
        option_set(option_find(config_subject_options, "match"), &s.subject,
                   s.subject.title, NULL, NULL);
        s.subject.match.lines[0] = s.subject.line;
    }
    int index = (int)c->subject_count;
    if (context) {
        struct buf full = BUF_INIT(0);
        buf_printf(&full, "%s/%s", c->subjects[s.subject.brand].name,
                   s.subject.name);
        mem_free(s.subject.name);
        s.subject.name = full.data;
        s.subject.own = c->subjects[s.subject.brand].own;
    } else {
        s.subject.brand = index;
    }
    c->subjects = mem_grow(c->subjects, &c->subject_room, c->subject_count,
                           sizeof(*c->subjects));
    c->subjects[c->subject_count++] = s.subject;
    if (s.products)
        read_items(r, s.products, read_subject, &index);
}

static int compare_subjects(const void *a, const void *b)
{
    const struct subject *const *x = a, *const *y = b;
    int order = strcmp((*x)->name, (*y)->name);
    return order ? order : (*x)->line - (*y)->line;
}

/* Names are unique; the first brand is ours when none says so. */
static void finish_subjects(struct reader *r)
{
    struct config *c = r->config;
    const struct subject **sorted = mem_alloc((c->subject_count + 1) *
                                              sizeof(*sorted));
    bool any_own = false;
    for (size_t i = 0; i < c->subject_count; i++) {
        sorted[i] = &c->subjects[i];
        any_own |= c->subjects[i].own;
    }
    qsort(sorted, c->subject_count, sizeof(*sorted), compare_subjects);
    for (size_t i = 1; i < c->subject_count; i++)
        if (strcmp(sorted[i]->name, sorted[i - 1]->name) == 0)
            fault(r, sorted[i]->line, "this name was given before");
    mem_free(sorted);
    for (size_t i = 0; !any_own && i < c->subject_count; i++)
        c->subjects[i].own = c->subjects[i].brand == 0;
}

/* ---- sources ---------------------------------------------------------- */

static void add_pair(struct source_config *s, const char *key,
                     const char *value, int line)
{
    s->pairs = mem_grow(s->pairs, &s->pair_room, s->pair_count,
                        sizeof(*s->pairs));
    s->pairs[s->pair_count++] = (struct config_pair){
        mem_string(key), mem_string(value), line };
}

static int take_source_key(struct reader *r, void *state, const char *key,
                           int line, const yaml_node_t *value)
{
    struct source_config *s = state;
    if (option_find(config_source_common, key))
        return 0;
    if (value->type == YAML_SEQUENCE_NODE) {
        for (yaml_node_item_t *i = value->data.sequence.items.start;
             i < value->data.sequence.items.top; i++) {
            const yaml_node_t *item = node_at(r, *i);
            if (scalar(item))
                add_pair(s, key, scalar(item), line_of(item));
            else
                fault(r, line_of(item), "expected a text");
        }
    } else if (scalar(value)) {
        add_pair(s, key, scalar(value), line);
    } else {
        fault(r, line, "expected a value or a list of values");
    }
    return 1;
}

static void read_source(struct reader *r, const yaml_node_t *node,
                        void *context)
{
    struct config *c = r->config;
    struct source_config s = { .line = line_of(node) };
    (void)context;
    option_defaults(config_source_common, &s);
    read_mapping(r, node, config_source_common, &s, take_source_key);
    if (!s.type)
        fault(r, s.line, "type is missing; swell sources lists the types");
    if (!s.label)
        s.label = mem_string(s.type ? s.type : "unnamed");
    for (size_t i = 0; i < c->source_count; i++)
        if (strcmp(c->sources[i].label, s.label) == 0)
            fault(r, s.line, "two sources have this name; give each its own");
    c->sources = mem_grow(c->sources, &c->source_room, c->source_count,
                          sizeof(*c->sources));
    c->sources[c->source_count++] = s;
}

int config_source_options(const struct config *c,
                          const struct source_config *s,
                          const struct option *table, void *state,
                          struct error *err)
{
    option_defaults(table, state);
    for (size_t i = 0; i < s->pair_count; i++) {
        const struct config_pair *p = &s->pairs[i];
        const struct option *o = option_find(table, p->key);
        if (!o)
            return error_set(err, ERROR_CONFIG,
                             "%s:%d: source %s: %s has no option \"%.60s\"; "
                             "swell sources lists them", c->path, p->line,
                             s->label, s->type, p->key);
        if (option_set(o, state, p->value, c->dir, err))
            return error_prefix(err, "%s:%d: source %s", c->path, p->line,
                                s->label);
    }
    for (const struct option *o = table; o->name; o++)
        if (strstr(o->help, "(required)") && !option_given(o, state))
            return error_set(err, ERROR_CONFIG,
                             "%s:%d: source %s: %s is missing: %s", c->path,
                             s->line, s->label, o->name, o->help);
    return 0;
}

/* ---- digest ----------------------------------------------------------- */

static void read_recipient(struct reader *r, const yaml_node_t *node,
                           void *context)
{
    static const char *const formats[] = { "text", "html", "markdown" },
        *const kinds[] = { "slack", "teams", "mattermost" };
    struct digest_config *d = &r->config->digest;
    struct recipient one = { .line = line_of(node) };
    (void)context;
    option_defaults(config_recipient_options, &one);
    read_mapping(r, node, config_recipient_options, &one, NULL);
    int ways = !!one.email + !!one.webhook + !!one.path;
    if (!one.name)
        fault(r, one.line, "a recipient needs a name");
    if (ways != 1)
        fault(r, one.line,
              "a recipient needs one of email, webhook_file, path");
    if (one.hour > 23)
        fault(r, one.line, "hour: 0 to 23");
    if (one.format && tag_index(formats, 3, one.format) < 0)
        fault(r, one.line, "format: text, html or markdown");
    if (tag_index(kinds, 3, one.webhook_kind) < 0)
        fault(r, one.line, "webhook_kind: slack, teams or mattermost");
    for (size_t i = 0; one.name && i < d->recipient_count; i++)
        if (d->recipients[i].name &&
            strcmp(d->recipients[i].name, one.name) == 0)
            fault(r, one.line, "two recipients have this name");
    d->recipients = mem_grow(d->recipients, &d->recipient_room,
                             d->recipient_count, sizeof(*d->recipients));
    d->recipients[d->recipient_count++] = one;
}

static int take_digest_key(struct reader *r, void *state, const char *key,
                           int line, const yaml_node_t *value)
{
    (void)state;
    (void)line;
    if (strcmp(key, "recipients") != 0)
        return 0;
    read_items(r, value, read_recipient, NULL);
    return 1;
}

/* What a recipient wants to read of is watched. */
static void finish_recipients(struct reader *r)
{
    const struct digest_config *d = &r->config->digest;
    for (size_t i = 0; i < d->recipient_count; i++) {
        const struct option_list *brands = &d->recipients[i].brands;
        for (size_t j = 0; j < brands->count; j++) {
            const char *name = brands->items[j];
            if (strchr(name, '/') || !config_subject(r->config, name))
                fault(r, brands->lines[j], "brands: \"%.60s\" is no brand here",
                      name);
        }
    }
}

/* Who is to get mail needs a server that takes it. */
static void finish_digest(struct reader *r, int line)
{
    const struct digest_config *d = &r->config->digest;
    bool mail = d->operator != NULL;
    for (size_t i = 0; i < d->recipient_count; i++)
        mail = mail || d->recipients[i].email;
    if (mail && (!d->smtp_url || !d->smtp_from))
        fault(r, line, "mail needs smtp_url and smtp_from here");
}

static int take_top_key(struct reader *r, void *state, const char *key,
                        int line, const yaml_node_t *value)
{
    struct config *c = state;
    if (strcmp(key, "store") == 0)
        c->store_line = line;
    if (strcmp(key, "brands") == 0)
        read_items(r, value, read_subject, NULL);
    else if (strcmp(key, "sources") == 0)
        read_items(r, value, read_source, NULL);
    else if (strcmp(key, "digest") != 0)
        return 0;
    else {
        read_mapping(r, value, config_digest_options, &c->digest,
                     take_digest_key);
        finish_digest(r, line);
    }
    return 1;
}

struct config *config_empty(void)
{
    struct config *c = mem_alloc(sizeof(*c));
    option_defaults(config_options, c);
    option_defaults(config_digest_options, &c->digest);
    c->path = mem_string("");
    c->dir = mem_string(".");
    return c;
}

static void set_path(struct config *c, const char *path)
{
    const char *slash = strrchr(path, '/');
    mem_free(c->path);
    mem_free(c->dir);
    c->path = mem_string(path);
    c->dir = slash ? mem_slice(path, slash == path ? 1 : (size_t)(slash - path))
                   : mem_string(".");
}

/* libyaml gives the bytes that it cannot decode a place, but no line. */
static int line_at(FILE *file, size_t offset)
{
    int line = 1;
    rewind(file);
    for (int c; offset && (c = getc(file)) != EOF; offset--)
        line += c == '\n';
    return line;
}

/* Only an ordinary file is read, and nothing is waited for: who would write
 * into a pipe may never come. */
static FILE *open_file(const char *path, struct error *err)
{
    struct stat there;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &there))
        error_set(err, ERROR_CONFIG, "%s: %s%s", path, strerror(errno),
                  errno != ENOENT            ? ""
                  : lstat(path, &there) == 0 ? " (it is a link to nothing)"
                                             : "; swell init writes one");
    else if (S_ISDIR(there.st_mode))
        error_set(err, ERROR_CONFIG, "%s is a folder; name the file in it, as "
                  "%s/swell.yaml", path, path);
    else if (!S_ISREG(there.st_mode))
        error_set(err, ERROR_CONFIG, "%s is a pipe or a device; name an "
                  "ordinary file", path);
    else
        return fdopen(fd, "r");
    if (fd >= 0)
        close(fd);
    return NULL;
}

int config_load(struct config **out, const char *path, struct buf *faults,
                struct error *err)
{
    struct config *c = config_empty();
    struct reader r = { c, NULL, faults, err, 0 };
    yaml_parser_t parser;
    yaml_document_t document;
    int rc = -1;
    set_path(c, path);
    FILE *file = open_file(path, err);
    yaml_parser_initialize(&parser);
    if (!file) {
        if (faults)
            buf_printf(faults, "%s\n", err ? err->text : path);
        goto done;
    }
    yaml_parser_set_input_file(&parser, file);
    if (!yaml_parser_load(&parser, &document)) {
        const char *why = ferror(file) ? strerror(errno) : parser.problem;
        int line = parser.error == YAML_READER_ERROR
                       ? line_at(file, parser.problem_offset)
                       : (int)parser.problem_mark.line + 1;
        fault(&r, line, "%s%s", why ? why : "this is not YAML",
              parser.error == YAML_SCANNER_ERROR ||
                      parser.error == YAML_PARSER_ERROR
                  ? "; indent alike and with spaces, close each bracket and "
                    "quote, and put texts with @, # or a colon in quotes"
                  : "");
        goto done;
    }
    r.document = &document;
    const yaml_node_t *root = yaml_document_get_root_node(&document);
    if (!root)
        fault(&r, 1, "the file is empty; swell init writes an example");
    else
        read_mapping(&r, root, config_options, c, take_top_key);
    finish_subjects(&r);
    finish_recipients(&r);
    yaml_document_delete(&document);
    rc = r.fault_count ? -1 : 0;
done:
    yaml_parser_delete(&parser);
    if (file)
        fclose(file);
    if (rc && (!faults || !r.document)) {
        config_close(c);
        c = NULL;
    }
    *out = c;
    return rc;
}

void config_close(struct config *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->subject_count; i++)
        option_release(config_subject_options, &c->subjects[i]);
    for (size_t i = 0; i < c->source_count; i++) {
        struct source_config *s = &c->sources[i];
        for (size_t j = 0; j < s->pair_count; j++) {
            mem_free(s->pairs[j].key);
            mem_free(s->pairs[j].value);
        }
        mem_free(s->pairs);
        option_release(config_source_common, s);
    }
    for (size_t i = 0; i < c->digest.recipient_count; i++)
        option_release(config_recipient_options, &c->digest.recipients[i]);
    option_release(config_options, c);
    option_release(config_digest_options, &c->digest);
    mem_free(c->subjects);
    mem_free(c->sources);
    mem_free(c->digest.recipients);
    mem_free(c->path);
    mem_free(c->dir);
    mem_free(c);
}

const struct subject *config_subject(const struct config *c, const char *name)
{
    for (size_t i = 0; i < c->subject_count; i++)
        if (strcmp(c->subjects[i].name, name) == 0)
            return &c->subjects[i];
    return NULL;
}

const struct source_config *config_source(const struct config *c,
                                          const char *label)
{
    for (size_t i = 0; i < c->source_count; i++)
        if (strcmp(c->sources[i].label, label) == 0)
            return &c->sources[i];
    return NULL;
}
