/* SPDX-License-Identifier: Apache-2.0 */
/* Subjects compiled: all names of all subjects in one hash table of prefixes;
 * what is more than a name waits for one of its words. Searches no text. */
#include "base/hash.h"
#include "pipeline/mentions_private.h"

enum { FILTER_BITS_MIN = 12 };

struct compiler {
    struct mentions *m;
    const struct config *config;
    struct buf *faults;
    struct error *err;
    struct hash_set usual;   /* keys that entries wait for already */
    int rc;
};

static void add_end(struct mentions *m, uint64_t key, uint32_t entry,
                    const struct name *name, bool longer)
{
    m->ends = mem_grow(m->ends, &m->end_room, m->end_count, sizeof(*m->ends));
    const struct entry *e = &m->entries[entry];
    m->ends[m->end_count++] = (struct end){
        .key = key, .name = name, .entry = entry, .subject = e->subject,
        .is_query = !name || !query_is_name(e->query),
        .sensitive = name && name->sensitive, .longer = longer };
}

static void add_trigger(void *context, const struct name *name, uint64_t word)
{
    struct compiler *c = context;
    struct mentions *m = c->m;
    uint32_t entry = (uint32_t)m->entry_count - 1;
    hash_set_add(&c->usual, name ? name_key(name) : word);
    if (!name) {
        m->needs_words = true;
        add_end(m, word, entry, NULL, false);
        return;
    }
    uint64_t key = 0, last = 0;
    for (size_t i = 0; i < name->count; i++) {
        last = i + 1 == name->count && name->plural
                   ? i ? words_join(key, name->plural) : name->plural : 0;
        key = i ? words_join(key, name->pieces[i]) : name->pieces[i];
        add_end(m, key, entry, name, i + 1 < name->count);
    }
    if (last)
        add_end(m, last, entry, name, false);
}

/* Triggers of a query that needs none of its words go nowhere. */
static void no_trigger(void *context, const struct name *name, uint64_t word)
{
    (void)context;
    (void)name;
    (void)word;
}

static int compare_ends(const void *a, const void *b)
{
    const struct end *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    if (x->longer != y->longer)
        return x->longer ? -1 : 1;
    return x->entry < y->entry ? -1 : x->entry > y->entry;
}

/* One slot a key; its ends lie side by side. */
static void build_slots(struct mentions *m)
{
    if (m->end_count)
        qsort(m->ends, m->end_count, sizeof(*m->ends), compare_ends);
    m->slots = mem_alloc((m->end_count + 1) * sizeof(*m->slots));
    m->slot_count = 1;
    index_open(&m->index, m->end_count);
    size_t kept = 0;
    for (size_t i = 0; i < m->end_count;) {
        uint64_t key = m->ends[i].key;
        struct slot *s = &m->slots[m->slot_count];
        *s = (struct slot){ key, (uint32_t)kept, 0, false };
        index_add(&m->index, INDEX_OF(m->slots), m->slot_count++);
        for (; i < m->end_count && m->ends[i].key == key; i++) {
            struct end e = m->ends[i];
            if (e.longer) {
                s->longer = true;
                continue;
            }
            m->ends[kept++] = e;
            s->count++;
        }
    }
    m->end_count = kept;
}

/* Every key may stand first: the few that never do cost nothing. */
static void build_filter(struct mentions *m)
{
    m->filter_bits = FILTER_BITS_MIN;
    while (((size_t)1 << m->filter_bits) < m->slot_count * 16)
        m->filter_bits++;
    m->filter = mem_alloc(((size_t)1 << m->filter_bits) / 8);
    for (size_t i = 1; i < m->slot_count; i++) {
        size_t bit = m->slots[i].hash >> (64 - m->filter_bits);
        m->filter[bit / 64] |= (uint64_t)1 << (bit % 64);
    }
}

static struct query *compile(struct compiler *c, const struct subject *s,
                             const struct option_list *list, size_t index)
{
    struct error err = ERROR_INIT;
    struct query *q;
    if (!query_open(&q, text_of(list->items[index]), s->case_sensitive, &err))
        return q;
    error_prefix(&err, "%s:%d: %s", c->config->path,
                 list->lines ? list->lines[index] : s->line, s->name);
    if (c->faults)
        buf_printf(c->faults, "%s\n", err.text);
    if (!c->rc && c->err)
        *c->err = err;
    c->rc = -1;
    return NULL;
}

static void compile_match(struct compiler *c, size_t index)
{
    const struct subject *s = &c->config->subjects[index];
    struct mentions *m = c->m;
    for (size_t i = 0; i < s->match.count; i++) {
        struct query *q = compile(c, s, &s->match, i);
        if (!q)
            continue;
        m->entries = mem_grow(m->entries, &m->entry_room, m->entry_count,
                              sizeof(*m->entries));
        m->entries[m->entry_count++] = (struct entry){ (uint32_t)index, q };
        if (query_triggers(q, &c->usual, no_trigger, NULL)) {
            query_triggers(q, &c->usual, add_trigger, c);
        } else {
            m->always = mem_grow(m->always, &m->always_room, m->always_count,
                                 sizeof(*m->always));
            m->always[m->always_count++] = (uint32_t)m->entry_count - 1;
        }
    }
}

static void compile_list(struct compiler *c, size_t index,
                         const struct option_list *list,
                         struct entry **entries, size_t *count, size_t *room)
{
    const struct subject *s = &c->config->subjects[index];
    for (size_t i = 0; i < list->count; i++) {
        struct query *q = compile(c, s, list, i);
        if (!q)
            continue;
        *entries = mem_grow(*entries, room, *count, sizeof(**entries));
        (*entries)[(*count)++] = (struct entry){ (uint32_t)index, q };
    }
}

static uint64_t hash_list(uint64_t hash, const struct option_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        hash = hash64_seed(list->items[i], strlen(list->items[i]) + 1, hash);
    return hash64_seed(&list->count, sizeof(list->count), hash);
}

static void compile_subject(struct compiler *c, size_t index)
{
    const struct subject *s = &c->config->subjects[index];
    struct mentions *m = c->m;
    struct watched *w = &m->watched[index];
    m->names[index] = mem_string(s->name);
    *w = (struct watched){ .name = m->names[index],
                           .brand = (uint32_t)s->brand,
                           .near = s->near };
    compile_match(c, index);
    compile_list(c, index, &s->exclude, &w->exclude, &w->exclude_count,
                 &w->exclude_room);
    compile_list(c, index, &s->require, &w->require, &w->require_count,
                 &w->require_room);
    m->hash = hash64_seed(s->name, strlen(s->name) + 1, m->hash);
    m->hash = hash_list(m->hash, &s->match);
    m->hash = hash_list(m->hash, &s->exclude);
    m->hash = hash_list(m->hash, &s->require);
    uint64_t more[] = { s->near, s->case_sensitive, (uint64_t)s->brand };
    m->hash = hash64_seed(more, sizeof(more), m->hash);
}

int mentions_open(struct mentions **out, const struct config *config,
                  struct buf *faults, struct error *err)
{
    struct mentions *m = mem_alloc(sizeof(*m));
    struct compiler c = { .m = m, .config = config, .faults = faults,
                          .err = err };
    *out = NULL;
    m->count = config->subject_count;
    m->names = mem_alloc(m->count * sizeof(*m->names));
    m->watched = mem_alloc(m->count * sizeof(*m->watched));
    for (size_t i = 0; i < config->subject_count; i++)
        compile_subject(&c, i);
    hash_set_release(&c.usual);
    if (!c.rc && m->end_count > INDEX_ROWS)
        c.rc = error_set(err, ERROR_CONFIG, "%s: more than a million names",
                         config->path);
    if (c.rc) {
        mentions_close(m);
        return -1;
    }
    build_slots(m);
    build_filter(m);
    *out = m;
    return 0;
}

static void close_entries(struct entry *entries, size_t count)
{
    for (size_t i = 0; i < count; i++)
        query_close(entries[i].query);
    mem_free(entries);
}

void mentions_close(struct mentions *m)
{
    if (!m)
        return;
    for (size_t i = 0; i < m->count; i++) {
        close_entries(m->watched[i].exclude, m->watched[i].exclude_count);
        close_entries(m->watched[i].require, m->watched[i].require_count);
        mem_free(m->names[i]);
    }
    close_entries(m->entries, m->entry_count);
    mem_free(m->names);
    mem_free(m->watched);
    mem_free(m->always);
    mem_free(m->ends);
    mem_free(m->slots);
    index_close(&m->index);
    mem_free(m->filter);
    mem_free(m);
}

const char *const *mentions_subjects(const struct mentions *m, size_t *count)
{
    *count = m->count;
    return (const char *const *)m->names;
}

uint64_t mentions_hash(const struct mentions *m)
{
    return m->hash;
}

uint32_t mentions_brand(const struct mentions *m, uint32_t subject)
{
    return m->watched[subject].brand;
}
