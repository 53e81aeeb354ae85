/* SPDX-License-Identifier: Apache-2.0 */
/* See walk.h. */
#include "base/walk.h"

#include "base/hash.h"
#include "base/mem.h"

/* An empty page with a token below it is no end; so many in a row are. One of
 * which all was there before may be shifted by new posts; so many are not. */
enum { EMPTY_PAGES = 3, STALE_PAGES = 2 };

/* No service makes such a long token: it is kept in the cursor. */
enum { TOKEN_LIMIT = 8 * KiB };

/* Would it break the cursor's lines? No service makes such ids or tokens. */
static bool odd(struct text t)
{
    return memchr(t.data, '\n', t.length) || memchr(t.data, '\t', t.length);
}

/* ---- rings ------------------------------------------------------------ */

static void ring_drop(struct walk_ring *r)
{
    struct walk_item *last = &r->items[--r->count];
    mem_free(last->id);
    mem_free(last->key);
}

static void ring_clear(struct walk_ring *r)
{
    while (r->count)
        ring_drop(r);
}

static void ring_add(struct walk_ring *r, struct text id, struct text key,
                     int64_t time)
{
    if (r->count == WALK_RING || !id.length || odd(id) || odd(key))
        return;
    struct walk_item *item = &r->items[r->count++];
    item->id = mem_slice(id.data, id.length);
    item->key = mem_slice(key.data, key.length);
    item->time = time;
    item->seen = false;
}

/* By id or key: some services give an edited post a new id. */
static struct walk_item *ring_find(struct walk_ring *r, struct text id,
                                   struct text key)
{
    for (unsigned i = 0; i < r->count; i++)
        if (text_is(id, r->items[i].id) || text_is(key, r->items[i].key))
            return &r->items[i];
    return NULL;
}

/* ---- cursor text: one line a fact, fields between tabs ---------------- */

static struct text field(struct text *line)
{
    const char *tab = memchr(line->data, '\t', line->length);
    struct text first = { line->data,
                          tab ? (size_t)(tab - line->data) : line->length };
    size_t used = first.length + (tab ? 1 : 0);
    line->data += used;
    line->length -= used;
    return first;
}

static int64_t number(struct text t)
{
    char digits[24];
    if (t.length >= sizeof(digits))
        return 0;
    memcpy(digits, t.data, t.length);
    digits[t.length] = '\0';
    return strtoll(digits, NULL, 10);
}

static void read_line(struct walk *w, struct walk_list **l, struct text line)
{
    struct text what = field(&line);
    if (text_is(what, "since")) {
        int64_t before = number(field(&line));
        w->further = w->further && w->since < before;
        w->since = w->further ? w->since : before;
    } else if (text_is(what, "list")) {
        struct text name = field(&line);
        char *copy = mem_slice(name.data, name.length);
        *l = walk_list(w, copy);
        mem_free(copy);
        (*l)->asked = w->further ? 0 : number(field(&line));
    } else if (*l && text_is(what, "from") && !w->further) {
        (*l)->from = number(field(&line));
        (*l)->again = true;
    } else if (*l && text_is(what, "done") && !w->further) {
        (*l)->from = number(field(&line));
        (*l)->before = true;
    } else if (*l && text_is(what, "walk")) {
        (*l)->walking = (*l)->resumed = true;
        (*l)->started = number(field(&line));
        (*l)->oldest = number(field(&line));
        (*l)->met = number(field(&line)) != 0;
        mem_free((*l)->token);
        (*l)->token = mem_slice(line.data, line.length);
    } else if (*l && (text_is(what, "known") || text_is(what, "seen") ||
                      text_is(what, "fresh"))) {
        struct walk_ring *r = text_is(what, "fresh") ? &(*l)->fresh
                                                     : &(*l)->known;
        int64_t time = number(field(&line));
        struct text id = field(&line);
        ring_add(r, id, line, time);
        if (text_is(what, "seen") && r->count)
            r->items[r->count - 1].seen = true;
    }
}

void walk_open(struct walk *w, const char *cursor, int64_t now, int64_t since,
               bool further, int64_t overlap)
{
    struct walk_list *l = NULL;
    *w = (struct walk){ .now = now, .since = since, .further = further,
                        .overlap = overlap };
    while (cursor && *cursor) {
        size_t length = strcspn(cursor, "\n");
        read_line(w, &l, (struct text){ cursor, length });
        cursor += length + (cursor[length] == '\n');
    }
}

static void save_ring(const struct walk_ring *r, const char *word,
                      struct buf *out)
{
    for (unsigned i = 0; i < r->count; i++)
        buf_printf(out, "%s\t%lld\t%s\t%s\n",
                   r->items[i].seen ? "seen" : word,
                   (long long)r->items[i].time, r->items[i].id,
                   r->items[i].key);
}

void walk_save(const struct walk *w, struct buf *out)
{
    buf_clear(out);
    buf_printf(out, "since\t%lld\n", (long long)w->since);
    for (size_t i = 0; i < w->count; i++) {
        const struct walk_list *l = &w->lists[i];
        buf_printf(out, "list\t%s\t%lld\n", l->name, (long long)l->asked);
        if (l->again && l->from >= 0)
            buf_printf(out, "from\t%lld\n", (long long)l->from);
        if (l->before || (l->done && !l->walking))
            buf_printf(out, "done\t%lld\n", (long long)l->from);
        if (l->walking)
            buf_printf(out, "walk\t%lld\t%lld\t%d\t%s\n",
                       (long long)l->started, (long long)l->oldest, l->met,
                       l->token);
        save_ring(&l->known, "known", out);
        save_ring(&l->fresh, "fresh", out);
    }
}

/* ---- lists ------------------------------------------------------------ */

struct walk_list *walk_list(struct walk *w, const char *name)
{
    for (size_t i = 0; i < w->count; i++)
        if (strcmp(w->lists[i].name, name) == 0)
            return &w->lists[i];
    w->lists = mem_grow(w->lists, &w->room, w->count, sizeof(*w->lists));
    struct walk_list *l = &w->lists[w->count++];
    *l = (struct walk_list){ .name = mem_string(name), .from = -1,
                             .token = mem_string("") };
    return l;
}

void walk_close(struct walk *w)
{
    for (size_t i = 0; i < w->count; i++) {
        struct walk_list *l = &w->lists[i];
        ring_clear(&l->known);
        ring_clear(&l->fresh);
        ring_clear(&l->gone);
        mem_free(l->name);
        mem_free(l->token);
        hash_set_release(&l->ids);
        hash_set_release(&l->tokens);
    }
    mem_free(w->lists);
    *w = (struct walk){ 0 };
}

void walk_gone_done(struct walk_list *l, unsigned looked_at)
{
    unsigned end = looked_at + WALK_RING / 2; /* others have a place, too */
    end = end < l->gone.count ? end : l->gone.count;
    while (looked_at < end && l->known.count > WALK_RING - (end - looked_at))
        ring_drop(&l->known); /* the oldest */
    for (unsigned i = looked_at; i < end; i++)
        ring_add(&l->known, text_of(l->gone.items[i].id),
                 text_of(l->gone.items[i].key), l->gone.items[i].time);
    ring_clear(&l->gone);
}

int64_t walk_complete_from(const struct walk *w)
{
    int64_t from = w->since;
    for (size_t i = 0; i < w->count; i++)
        if (w->lists[i].from > from)
            from = w->lists[i].from;
    return from;
}

/* ---- pages ------------------------------------------------------------ */

int64_t walk_horizon(const struct walk *w, const struct walk_list *l)
{
    return l->asked ? l->asked - w->overlap : w->since;
}

/* Items before this were there in the walk before: they are behind the overlap
 * and not above the newest that is known. A post that a service shows late
 * stands above what was known, however old its date. */
static int64_t old_before(const struct walk *w, const struct walk_list *l)
{
    int64_t before = walk_horizon(w, l);
    int64_t newest = w->since; /* nothing is known: all since then is new */
    for (unsigned i = 0; i < l->known.count; i++)
        if (l->known.items[i].time > newest)
            newest = l->known.items[i].time;
    return newest < before ? newest : before;
}

void walk_page(struct walk *w, struct walk_list *l)
{
    if (!l->walking) {
        l->walking = true;
        l->resumed = l->met = false;
        l->started = w->now;
        l->oldest = INT64_MAX;
        l->stale = 0;
        hash_set_release(&l->ids);
        hash_set_release(&l->tokens);
        ring_clear(&l->fresh);
    }
    l->page_count = l->page_old = l->page_new = 0;
    l->cut = false;
    l->old_before = old_before(w, l);
}

bool walk_saw(struct walk *w, struct walk_list *l, struct text id,
              struct text key, int64_t time)
{
    struct walk_item *item = ring_find(&l->known, id, key);
    l->page_count++;
    if (w->peek)
        return time >= w->since;
    if (item) {
        item->seen = true;
        l->met = true;
    }
    if (time >= w->since && !ring_find(&l->fresh, id, key))
        ring_add(&l->fresh, id, key, time);
    l->page_new += hash_set_add(&l->ids, hash64(id.data, id.length));
    l->page_old += time < l->old_before;
    l->page_last = time;
    if (time < l->oldest)
        l->oldest = time;
    return time >= w->since;
}

bool walk_knows(const struct walk_list *l, struct text id)
{
    for (unsigned i = 0; i < l->known.count; i++)
        if (text_is(id, l->known.items[i].id))
            return true;
    return false;
}

/* The list was walked to its end: the fresh ones become the known ones. */
static void finish(struct walk_list *l, bool whole)
{
    ring_clear(&l->gone);
    for (unsigned i = 0; i < l->known.count; i++) {
        struct walk_item *item = &l->known.items[i];
        struct text id = text_of(item->id), key = text_of(item->key);
        if (ring_find(&l->fresh, id, key))
            continue;
        if (item->seen || !(whole || item->time > l->oldest))
            ring_add(&l->fresh, id, key, item->time);
        else
            ring_add(&l->gone, id, key, item->time);
    }
    ring_clear(&l->known);
    l->known = l->fresh;
    for (unsigned i = 0; i < l->known.count; i++)
        l->known.items[i].seen = false;
    l->fresh.count = 0;
    if (l->from < 0) /* a second walk only adds what is newer */
        l->from = l->asked;
    l->asked = l->started;
    l->walking = false;
    mem_free(l->token);
    l->token = mem_string("");
}

/* True when this token was asked for before in this round, or pages bring what
 * was there, in whatever order: page numbers always differ. */
static bool circle(struct walk_list *l, struct text token)
{
    if (l->page_count)
        l->stale = l->page_new ? 0 : l->stale + 1;
    return l->stale == STALE_PAGES ||
           !hash_set_add(&l->tokens, hash64(token.data, token.length));
}

int walk_page_end(struct walk *w, struct walk_list *l, struct text next)
{
    bool reached = l->page_count &&
                   (l->page_old == l->page_count ||
                    (l->met && l->page_last < walk_horizon(w, l)));
    bool again = l->resumed; /* it began long ago: look at the top again */
    l->empty = l->page_count ? 0 : l->empty + 1;
    bool whole = next.length == 0 || odd(next) ||
                 next.length > TOKEN_LIMIT || l->empty == EMPTY_PAGES;
    bool round = !reached && !whole && circle(l, next);
    if (!reached && !whole && !round) {
        char *token = mem_slice(next.data, next.length);
        mem_free(l->token);
        l->token = token;
        return 1;
    }
    l->empty = 0;
    finish(l, whole && !reached);
    l->again = again && !round;
    bool lost = round || (l->cut && !reached && !l->met);
    if (lost && l->oldest != INT64_MAX && l->from < l->oldest)
        l->from = l->oldest; /* what lies below was not shown */
    return round ? -1 : l->again;
}
