/* SPDX-License-Identifier: Apache-2.0 */
/* See collector.h: what collectors share. Knows no service. */
#include "collectors/collector.h"

#include <stdarg.h>

#include "base/clock.h"
#include "base/mem.h"

int collection_read(struct collection *c, const struct config *config,
                    const struct source_config *source, struct error *err)
{
    c->state = mem_alloc(c->kind->state_size);
    return config_source_options(config, source, c->kind->options, c->state,
                                 err);
}

void collection_close(struct collection *c)
{
    c->kind->close(c);
    option_release(c->kind->options, c->state);
    mem_free(c->state);
}

void collection_skip(struct collection *c, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(c->skipped_why, sizeof(c->skipped_why), format, args);
    va_end(args);
    c->skipped++;
}

int64_t collection_wait(const struct collection *c)
{
    int64_t wait = c->http ? http_wait_until(c->http) : 0;
    return wait > c->wait_until ? wait : c->wait_until;
}

/* ---- listings --------------------------------------------------------- */

void pages_close(struct collection *c)
{
    struct pages *p = c->state;
    walk_close(&p->walk);
    zone_close(p->budget.zone);
    api_release(&p->call);
}

struct api_call *pages_call(struct pages *p, const char *element,
                            const char *const *paths, api_take *take)
{
    api_release(&p->call);
    p->call = (struct api_call){ .http = p->collection->http,
                                 .element = element, .paths = paths,
                                 .take = take, .out = p->out,
                                 .context = p->collection->state };
    return &p->call;
}

struct post *pages_post(struct pages *p, struct text id)
{
    struct post *post = batch_add(p->out);
    post->source = text_of(p->collection->kind->name);
    post->native_id = text_copy(&p->out->memory, id.data, id.length,
                                POST_ID_LIMIT);
    return post;
}

void pages_gone(struct pages *p, struct text id, int64_t created)
{
    struct post *post = pages_post(p, id);
    post->created = created;
    post->deleted = true;
}

bool pages_saw(struct pages *p, struct text id, int64_t when, const char *what)
{
    if (id.length && id.length <= POST_ID_LIMIT && when)
        return walk_saw(&p->walk, p->list, id, id, when);
    collection_skip(p->collection, "a %s without id or date", what);
    return false;
}

void pages_take_alive(void *pages, const struct json_value *values)
{
    struct pages *p = pages; /* asked for one: whatever it calls it now */
    for (unsigned i = 0; i < p->asked_count; i++)
        if (p->asked_count == 1 || text_is(values[0].text, p->asked[i].id))
            p->asked[i].seen = true;
}

int pages_looked_up(struct pages *p, int rc, const char *gone,
                    const char *untold)
{
    char status[24]; /* three digits: of a dead line they are 000 */
    snprintf(status, sizeof(status), "%03ld", p->call.reply.status);
    if (rc && strstr(untold, status))
        p->asked->seen = true;
    return rc && (strstr(gone, status) || strstr(untold, status)) ? 0 : rc;
}

void pages_ids(const struct pages *p, struct buf *url, const char *between)
{
    for (unsigned i = 0; i < p->asked_count; i++) {
        buf_puts(url, i ? between : "");
        http_escape(url, p->asked[i].id);
    }
}

/* What is listed at this place; NULL: nothing. */
static const char *item_at(const struct pages *p, size_t place,
                           const char **before)
{
    const struct listings *l = &p->collection->kind->listings;
    for (size_t i = 0; i < 2 && l->of[i].before; i++) {
        const char *state = p->collection->state;
        const struct option_list *list = (const void *)(state +
                                                        l->of[i].offset);
        *before = l->of[i].before;
        if (place < list->count)
            return list->items[place];
        place -= list->count;
    }
    return NULL;
}

const char *pages_item(const struct pages *p)
{
    const char *before;
    return item_at(p, p->place, &before);
}

long pages_number(const struct pages *p)
{
    return *p->list->token ? strtol(p->list->token, NULL, 10) : 1;
}

void pages_next(const struct pages *p, struct buf *next)
{
    buf_printf(next, "%ld", pages_number(p) + 1);
}

/* What has left the listing: still there, or deleted? */
static int look_up(struct pages *p, const struct listings *l,
                   struct error *err)
{
    struct walk_ring *gone = &p->list->gone;
    unsigned from = 0;
    int rc = 0;
    for (; l->look_up && rc == 0 && from < gone->count;
         from += rc ? 0 : p->asked_count) {
        p->asked = &gone->items[from];
        p->asked_count = gone->count - from < l->at_once ? gone->count - from
                                                         : l->at_once;
        for (unsigned i = 0; i < p->asked_count; i++)
            p->asked[i].seen = false;
        rc = l->look_up(p->collection->state, err);
        for (unsigned i = 0; rc == 0 && i < p->asked_count; i++)
            if (!p->asked[i].seen)
                pages_gone(p, text_of(p->asked[i].key), p->asked[i].time);
    }
    walk_gone_done(p->list, l->look_up ? from : gone->count);
    return rc;
}

/* So many pages of one, then it is another's turn. */
enum { TURN = 20 };

static bool is_listing(struct pages *p, const struct listings *l,
                       size_t place, struct buf *name)
{
    const char *before, *item = item_at(p, place, &before);
    buf_clear(name);
    if (item)
        buf_printf(name, "%s%s", before, item);
    else if (l->name)
        l->name(p->collection->state, place, name);
    for (size_t i = 0; i < name->length; i++) /* it is a field of the cursor */
        if (strchr("\t\n", name->data[i]))
            name->data[i] = ' ';
    return name->length > 0;
}

int pages_open(struct collection *c, struct error *err)
{
    struct pages *p = c->state;
    const struct option *size = option_find(c->kind->options, "page_size");
    uint64_t most = size ? strtoull(size->value, NULL, 10) : 0;
    struct buf name = BUF_INIT(0);
    if (p->size < 1 || p->size > most)
        p->size = most;
    p->collection = c;
    walk_open(&p->walk, c->cursor, clock_now(), c->since, c->further,
              p->overlap);
    budget_read(&p->budget, c->cursor);
    bool any = is_listing(p, &c->kind->listings, 0, &name);
    buf_release(&name);
    return any || !c->kind->listings.wanted
               ? 0 : error_set(err, ERROR_CONFIG, "%s",
                               c->kind->listings.wanted);
}

/* May the other listings be read although this one failed? A service that is
 * ill is asked for one more, one that asks for patience for none. */
static bool go_on(struct pages *p, const struct error *why)
{
    struct collection *c = p->collection;
    return why->kind == ERROR_INPUT ||
           (why->kind == ERROR_RETRY && !http_spent(c->http) &&
            collection_wait(c) <= clock_now() && p->ill++ == 0);
}

/* The page at hand, to its end: 1: there is one below, 0: none, -1: err, -2:
 * all is read, but what has left the listing cannot be looked up, see err. */
static int read_page(struct pages *p, const struct listings *l,
                     const char *name, struct error *err)
{
    struct collection *c = p->collection;
    struct buf next = BUF_INIT(0);
    uint64_t skipped = c->skipped;
    bool top = !*p->list->token;
    walk_page(&p->walk, p->list);
    int rc = l->page(c->state, &next, err);
    /* One odd post is left out; that all are is no empty list. */
    if (rc == 0 && top && !p->list->page_count && c->skipped > skipped + 1)
        rc = error_set(err, ERROR_INPUT, "none of the newest posts can be used "
                       "(%s): the service is ill or has changed",
                       c->skipped_why);
    if (rc == 0) {
        p->ill = 0;
        rc = walk_page_end(&p->walk, p->list, buf_bytes(&next));
        if (rc < 0)
            collection_skip(c, "%s: the service sends the same page again",
                            name);
        rc = look_up(p, l, err) ? -2 : rc > 0;
        p->read += rc == 0 || rc == -2;
    }
    buf_release(&next);
    return rc;
}

/* The newest posts of a listing whose gap will take longer. */
static int peek(struct pages *p, const struct listings *l, struct error *err)
{
    struct buf next = BUF_INIT(0);
    char *token = p->list->token;
    p->list->token = mem_string("");
    p->list->page_count = 0;
    p->walk.peek = true;
    int rc = l->page(p->collection->state, &next, err);
    p->walk.peek = false;
    mem_free(p->list->token);
    p->list->token = token;
    p->list->peeked = true;
    buf_release(&next);
    return rc;
}

/* The next one that is not done. False: in all its parts the round has come to
 * each. */
static bool next_listing(struct pages *p, const struct listings *l,
                         struct buf *name)
{
    size_t count = 0, next = SIZE_MAX;
    bool missing = false;
    while (is_listing(p, l, count, name)) {
        const struct walk_list *list = walk_list(&p->walk, buf_text(name));
        bool sooner = next == SIZE_MAX ||
                      (next <= p->place && count > p->place);
        if (!list->done && sooner)
            next = count;
        missing = missing || !(list->done || list->before);
        count++;
    }
    if (missing) {
        p->place = next;
        p->turn = 0;
    }
    return missing;
}

/* Where the round begins: with what its earlier parts have not read. */
static void first_listing(struct pages *p, const struct listings *l,
                          struct buf *name)
{
    for (size_t i = 0; i < p->walk.count; i++) {
        struct walk_list *list = &p->walk.lists[i];
        list->before = list->before && p->collection->more;
        if (!list->before && !list->again)
            list->from = -1;
    }
    while (is_listing(p, l, p->place, name) &&
           walk_list(&p->walk, buf_text(name))->before)
        p->place++;
    if (is_listing(p, l, p->place, name))
        return;
    p->place = 0; /* none is left: a new round */
    for (size_t i = 0; i < p->walk.count; i++)
        p->walk.lists[i].before = false;
}

int pages_fetch(struct collection *c, struct batch *out, struct error *err)
{
    struct buf name = BUF_INIT(0), other = BUF_INIT(0);
    struct pages *p = c->state;
    const struct listings *l = &c->kind->listings;
    p->out = out;
    bool counted = p->budget.most > 0;
    if (counted)
        walk_save(&p->walk, &out->cursor);
    if (!p->list)
        first_listing(p, l, &name);
    bool several = p->place > 0 || is_listing(p, l, 1, &other);
    is_listing(p, l, p->place, &name);
    p->list = walk_list(&p->walk, buf_text(&name));
    bool resumes = p->list->walking && !p->list->peeked && !counted;
    int rc = resumes && *p->list->token ? peek(p, l, err) : 0;
    p->list->peeked = true;
    if (rc == 0)
        rc = read_page(p, l, buf_text(&name), err);
    /* One post that a service stumbles over, for ever, stops no listing: it is
     * asked for again as long as it is among the newest known. */
    if (rc == -2 || (rc < 0 && several && go_on(p, err))) {
        if (several)
            error_prefix(err, "%s", buf_text(&name));
        if (!p->failed.kind)
            p->failed = *err;
        p->lost += rc == -1;
        p->list->before = false; /* the next part asks and tells again */
        rc = 0;
    }
    if (rc >= 0) {
        p->list->done = rc == 0;
        walk_save(&p->walk, &out->cursor);
        c->complete_from = walk_complete_from(&p->walk);
        if (rc == 0 || ++p->turn == TURN)
            rc = next_listing(p, l, &other);
    }
    if (rc == 0 && p->failed.kind) {
        c->partial = p->read >= p->lost;
        *err = p->failed;
        rc = -1;
    }
    if (counted)
        budget_save(&p->budget, &out->cursor);
    buf_release(&name);
    buf_release(&other);
    return rc;
}
