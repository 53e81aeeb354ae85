/* SPDX-License-Identifier: Apache-2.0 */
/* See collector.h: what collectors share. Knows no service. */
#include "collectors/collector.h"

#include <stdarg.h>

#include "base/clock.h"

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

void collection_gone(struct batch *out, struct text source,
                     struct text native_id, int64_t created)
{
    struct post *post = batch_add(out);
    post->source = source;
    post->native_id = text_copy(&out->memory, native_id.data,
                                native_id.length, POST_ID_LIMIT);
    post->created = created;
    post->deleted = true;
}

/* ---- listings --------------------------------------------------------- */

void pages_open(struct pages *p, struct collection *c, int64_t overlap)
{
    p->collection = c;
    walk_open(&p->walk, c->cursor, clock_now(), c->since, overlap);
}

void pages_close(struct pages *p)
{
    walk_close(&p->walk);
}

void pages_alive(struct pages *p, struct text id)
{
    for (unsigned i = 0; i < p->asked_count; i++)
        if (text_is(id, p->asked[i].id))
            p->asked[i].seen = true;
}

void pages_ids(const struct pages *p, struct buf *url, const char *between)
{
    for (unsigned i = 0; i < p->asked_count; i++) {
        buf_puts(url, i ? between : "");
        http_escape(url, p->asked[i].id);
    }
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
    int rc = 0;
    for (unsigned from = 0; l->look_up && rc == 0 && from < gone->count;
         from += p->asked_count) {
        p->asked = &gone->items[from];
        p->asked_count = gone->count - from < l->at_once ? gone->count - from
                                                         : l->at_once;
        for (unsigned i = 0; i < p->asked_count; i++)
            p->asked[i].seen = false;
        rc = l->look_up(p->collection->state, err);
        for (unsigned i = 0; rc == 0 && i < p->asked_count; i++)
            if (!p->asked[i].seen)
                collection_gone(p->out, text_of(l->source),
                                text_of(p->asked[i].key), p->asked[i].time);
    }
    walk_gone_done(p->list);
    return rc;
}

int pages_fetch(struct pages *p, const struct listings *l, struct batch *out,
                struct error *err)
{
    struct buf name = BUF_INIT(PAGES_NAME), next = BUF_INIT(0);
    struct buf before = BUF_INIT(0);
    struct collection *c = p->collection;
    p->out = out;
    if (l->counted)
        walk_save(&p->walk, &before);
    l->name(c->state, p->place, &name);
    p->list = walk_list(&p->walk, buf_text(&name));
    walk_page(&p->walk, p->list);
    int rc = l->page(c->state, &next, err);
    if (rc < 0)
        goto done;
    int more = rc ? 0 : walk_page_end(&p->walk, p->list,
                                      (struct text){ buf_text(&next),
                                                     next.length });
    if (more < 0)
        collection_skip(c, "%s: the service sends the same page again",
                        buf_text(&name));
    rc = look_up(p, l, err);
    if (rc)
        goto done;
    p->place += more <= 0;
    walk_save(&p->walk, &out->cursor);
    c->complete_from = walk_complete_from(&p->walk);
    buf_clear(&name);
    l->name(c->state, p->place, &name);
    rc = name.length > 0;
done:
    if (rc < 0 && l->counted) {
        buf_clear(&out->cursor);
        buf_puts(&out->cursor, buf_text(&before));
    }
    buf_release(&name);
    buf_release(&next);
    buf_release(&before);
    return rc;
}
