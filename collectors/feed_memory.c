/* SPDX-License-Identifier: Apache-2.0 */
/* See feed_memory.h. The cursor is lines of fields between tabs. */
#include "collectors/feed_memory.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/mem.h"

/* ---- cursor ----------------------------------------------------------- */

struct feed_state *feed_memory_of(struct feed_memory *m, const char *url)
{
    for (size_t i = 0; i < m->count; i++)
        if (strcmp(m->feeds[i].url, url) == 0)
            return &m->feeds[i];
    m->feeds = mem_grow(m->feeds, &m->room, m->count, sizeof(*m->feeds));
    struct feed_state *f = &m->feeds[m->count++];
    memset(f, 0, sizeof(*f));
    f->url = mem_string(url);
    return f;
}

static void read_item(struct feed_state *f, const char *line)
{
    char *end;
    if (f->count == FEED_ITEMS)
        return;
    struct feed_item *item = &f->items[f->count++];
    item->id = strtoull(line, &end, 16);
    item->link = strtoull(end, &end, 16);
    item->first = strtoll(end, NULL, 10);
}

static void copy_field(char *to, size_t room, const char *from, size_t length)
{
    snprintf(to, room, "%.*s", (int)(length < room ? length : room - 1), from);
}

void feed_state_moved(struct feed_state *f, const char *url)
{
    mem_free(f->moved);
    f->moved = url ? mem_string(url) : NULL;
}

static void read_since(struct feed_memory *m, int64_t before)
{
    m->further = m->further && m->since < before;
    m->since = m->further ? m->since : before;
}

static void read_line(struct feed_memory *m, struct feed_state **f,
                      const char *line, size_t length)
{
    char *copy = mem_slice(line, length), *value = strchr(copy, '\t');
    if (value) {
        *value++ = '\0';
        if (strcmp(copy, "since") == 0)
            read_since(m, strtoll(value, NULL, 10));
        else if (strcmp(copy, "feed") == 0)
            *f = feed_memory_of(m, value);
        else if (*f && strcmp(copy, "asked") == 0)
            (*f)->asked = strtoll(value, NULL, 10);
        else if (*f && strcmp(copy, "gone") == 0)
            (*f)->gone = strtoll(value, NULL, 10);
        else if (*f && strcmp(copy, "moved") == 0)
            feed_state_moved(*f, value);
        else if (*f && strcmp(copy, "etag") == 0 && !m->further)
            copy_field((*f)->etag, sizeof((*f)->etag), value, strlen(value));
        else if (*f && strcmp(copy, "modified") == 0 && !m->further)
            copy_field((*f)->modified, sizeof((*f)->modified), value,
                       strlen(value));
        else if (*f && strcmp(copy, "key") == 0)
            (*f)->by_link = strcmp(value, "link") == 0;
        else if (*f && strcmp(copy, "item") == 0)
            read_item(*f, value);
    }
    mem_free(copy);
}

void feed_memory_open(struct feed_memory *m, const char *cursor,
                      int64_t since, bool further)
{
    struct feed_state *f = NULL;
    *m = (struct feed_memory){ .since = since, .further = further };
    while (cursor && *cursor) {
        size_t length = strcspn(cursor, "\n");
        read_line(m, &f, cursor, length);
        cursor += length + (cursor[length] == '\n');
    }
}

void feed_memory_close(struct feed_memory *m)
{
    for (size_t i = 0; i < m->count; i++) {
        mem_free(m->feeds[i].url);
        mem_free(m->feeds[i].moved);
    }
    mem_free(m->feeds);
    *m = (struct feed_memory){ 0 };
}

void feed_memory_save(const struct feed_memory *m, struct buf *out)
{
    buf_clear(out);
    buf_printf(out, "since\t%lld\n", (long long)m->since);
    for (size_t n = 0; n < m->count; n++) {
        const struct feed_state *f = &m->feeds[n];
        buf_printf(out, "feed\t%s\nasked\t%lld\netag\t%s\nmodified\t%s\n"
                   "key\t%s\n", f->url, (long long)f->asked, f->etag,
                   f->modified, f->by_link ? "link" : "id");
        if (f->gone)
            buf_printf(out, "gone\t%lld\n", (long long)f->gone);
        if (f->moved)
            buf_printf(out, "moved\t%s\n", f->moved);
        for (unsigned i = 0; i < f->count; i++)
            buf_printf(out, "item\t%llx %llx %lld\n",
                       (unsigned long long)f->items[i].id,
                       (unsigned long long)f->items[i].link,
                       (long long)f->items[i].first);
    }
}

void feed_state_headers(struct feed_state *f, struct text etag,
                        struct text modified)
{
    copy_field(f->etag, sizeof(f->etag), etag.data, etag.length);
    copy_field(f->modified, sizeof(f->modified), modified.data,
               modified.length);
    if (etag.length >= sizeof(f->etag))
        f->etag[0] = '\0'; /* half of one is none */
}

/* ---- ids -------------------------------------------------------------- */

static uint64_t hash_of(struct text t)
{
    return t.length ? hash64(t.data, t.length) : 0;
}

static const struct feed_item *known(const struct feed_state *f, uint64_t id,
                                     uint64_t link)
{
    for (unsigned i = 0; i < f->count; i++)
        if ((id && f->items[i].id == id) ||
            (f->by_link && link && f->items[i].link == link))
            return &f->items[i];
    return NULL;
}

/* Do its ids mean nothing? All new although most links are known, or one id
 * on different links of one window. */
static bool ids_are_empty(const struct feed_state *f, const struct post *posts,
                          size_t count)
{
    unsigned ids = 0, links = 0;
    for (size_t n = 0; n < count; n++) {
        uint64_t id = hash_of(posts[n].native_id), link = hash_of(posts[n].url);
        for (unsigned i = 0; i < f->count; i++) {
            ids += id && f->items[i].id == id;
            links += link && f->items[i].link == link;
        }
        for (size_t o = n + 1; o < count && o < n + FEED_ITEMS; o++)
            if (id && hash_of(posts[o].native_id) == id &&
                !text_equal(posts[o].url, posts[n].url))
                return true;
    }
    return count > 1 && f->count > 1 && ids == 0 && links * 2 > count;
}

/* An id that is an address or a URN is the world's, another the feed's. */
static struct text lasting_id(struct batch *out, const struct feed_state *f,
                              const struct post *p)
{
    struct text id = p->native_id.length && !f->by_link ? p->native_id
                                                        : p->url;
    struct buf whole = BUF_INIT(0);
    if (!id.length)
        buf_printf(&whole, "%s#%016llx", f->url,
                   (unsigned long long)hash_of(p->text));
    else if (memchr(id.data, ':', id.length))
        buf_add(&whole, id.data, id.length);
    else
        buf_printf(&whole, "%s#%.*s", f->url, (int)id.length, id.data);
    struct text copy = text_copy(&out->memory, buf_text(&whole), whole.length,
                                 POST_ID_LIMIT);
    buf_release(&whole);
    return copy;
}

static bool listed(const struct feed_item *items, unsigned count,
                   const struct feed_item *item)
{
    for (unsigned i = 0; i < count; i++)
        if (items[i].id == item->id && items[i].link == item->link)
            return true;
    return false;
}

void feed_memory_settle(struct feed_memory *m, struct feed_state *f,
                        struct batch *out, size_t mark)
{
    struct feed_item *fresh = mem_alloc(FEED_ITEMS * sizeof(*fresh));
    unsigned count = 0;
    size_t kept = mark;
    f->by_link = f->by_link || ids_are_empty(f, &out->posts[mark],
                                             out->count - mark);
    f->shared = out->count == mark; /* an empty window has lost nothing */
    f->oldest = clock_now();
    for (size_t n = mark; n < out->count; n++) {
        struct post *p = &out->posts[n];
        uint64_t id = hash_of(p->native_id.length ? p->native_id : p->text);
        uint64_t link = hash_of(p->url);
        const struct feed_item *old = known(f, id, link);
        int64_t first = p->created ? p->created : clock_now();
        if (old) {
            f->shared = true;
            if (old->first < first || !p->created)
                first = old->first;
        }
        p->created = first;
        p->native_id = lasting_id(out, f, p);
        if (count < FEED_ITEMS)
            fresh[count++] = (struct feed_item){ id, link, first };
        if (first < f->oldest)
            f->oldest = first;
        if (first >= m->since)
            out->posts[kept++] = *p;
    }
    while (out->count > kept)
        batch_drop(out);
    /* What a window left out may be back in the next: some feeds flap. */
    for (unsigned i = 0, window = count; i < f->count && count < FEED_ITEMS;
         i++)
        if (!listed(fresh, window, &f->items[i]))
            fresh[count++] = f->items[i];
    memcpy(f->items, fresh, count * sizeof(*fresh));
    f->count = count;
    mem_free(fresh);
}
