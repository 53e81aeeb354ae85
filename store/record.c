/* SPDX-License-Identifier: Apache-2.0 */
/* See record.h. */
#include "store/record.h"

#include <string.h>

/* Stored: only ever append. */
enum { HAS_URL = 1, HAS_HANDLE = 2, HAS_REPLY_TO = 4, HAS_LANG = 8,
       HAS_INDEXED = 16, HAS_EDITED = 32, HAS_WISH = 64, HAS_FROM = 128,
       HAS_TO = 256, URL_IS_ID = 512, HAS_ALL = 1023 };

enum { PREFIX = 9 }; /* version and author */

/* Where a record is being written: room for all of it was made before, so
 * nothing is checked byte by byte (that cost a fifth of an append). */
struct pen {
    unsigned char *at;
};

static void add_number(struct pen *out, uint64_t value)
{
    out->at = pack_varint(out->at, value);
}

static void add_bytes(struct pen *out, const void *data, size_t length)
{
    if (length)
        memcpy(out->at, data, length);
    out->at += length;
}

static void add_text(struct pen *out, struct text t)
{
    add_number(out, t.length);
    add_bytes(out, t.data, t.length);
}

static void add_span(struct pen *out, struct span s)
{
    add_number(out, s.start);
    add_number(out, s.length);
}

static void add_tags(struct pen *out, const struct tags *t)
{
    add_number(out, t->label);
    add_number(out, zigzag(t->score));
    add_number(out, t->channels);
    add_number(out, t->intents);
    add_number(out, t->aspects);
}

/* Order of the mentions by subject id: few, so by insertion. */
static uint32_t sort_mentions(const struct post *post,
                              const uint32_t *subjects, uint32_t *order)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < post->mention_count &&
                         count < POST_MENTIONS_LIMIT; i++) {
        uint32_t id = subjects[post->mentions[i].subject], at = count;
        while (at > 0 && subjects[post->mentions[order[at - 1]].subject] > id)
            at--;
        if (at > 0 && subjects[post->mentions[order[at - 1]].subject] == id)
            continue;
        memmove(order + at + 1, order + at, (count - at) * sizeof(*order));
        order[at] = i;
        count++;
    }
    return count;
}

static void add_head(struct pen *out, const struct post *post,
                     const uint32_t *subjects)
{
    uint32_t order[POST_MENTIONS_LIMIT + 1];
    uint32_t count = sort_mentions(post, subjects, order);
    add_number(out, post->kind);
    add_tags(out, &post->tags);
    add_text(out, post->text);
    add_number(out, count);
    for (uint32_t i = 0; i < count; i++) {
        const struct mention *m = &post->mentions[order[i]];
        add_number(out, subjects[m->subject]);
        add_span(out, m->span);
        add_tags(out, &m->tags);
    }
}

static unsigned what_is_there(const struct post *p)
{
    unsigned which = 0;
    if (p->url.length)
        which |= text_equal(p->url, p->native_id) ? URL_IS_ID : HAS_URL;
    which |= p->handle.length ? HAS_HANDLE : 0;
    which |= p->reply_to.length ? HAS_REPLY_TO : 0;
    which |= p->lang.length ? HAS_LANG : 0;
    which |= p->indexed ? HAS_INDEXED : 0;
    which |= p->edited ? HAS_EDITED : 0;
    which |= p->wish.length ? HAS_WISH : 0;
    which |= p->from.length ? HAS_FROM : 0;
    which |= p->to.length ? HAS_TO : 0;
    return which;
}

static void add_rest(struct pen *out, const struct post *p, uint32_t rules)
{
    unsigned which = what_is_there(p);
    add_text(out, p->native_id);
    add_bytes(out, p->language, sizeof(p->language));
    add_number(out, p->confidence);
    add_number(out, p->faults);
    add_number(out, p->rating);
    add_number(out, rules);
    add_number(out, p->likes);
    add_number(out, p->reposts);
    add_number(out, p->replies);
    add_number(out, which);
    if (which & HAS_URL)
        add_text(out, p->url);
    if (which & HAS_HANDLE)
        add_text(out, p->handle);
    if (which & HAS_REPLY_TO)
        add_text(out, p->reply_to);
    if (which & HAS_LANG)
        add_text(out, p->lang);
    if (which & HAS_INDEXED)
        add_number(out, zigzag(p->indexed - p->created));
    if (which & HAS_EDITED)
        add_number(out, zigzag(p->edited - p->created));
    if (which & HAS_WISH)
        add_span(out, p->wish);
    if (which & HAS_FROM)
        add_span(out, p->from);
    if (which & HAS_TO)
        add_span(out, p->to);
}

/* No record of the post is longer. */
static size_t record_most(const struct post *p)
{
    size_t mentions = p->mention_count < POST_MENTIONS_LIMIT
                          ? p->mention_count : POST_MENTIONS_LIMIT;
    return p->text.length + p->native_id.length + p->url.length +
           p->handle.length + p->reply_to.length + p->lang.length +
           (40 + 8 * mentions) * VARINT_LIMIT;
}

static unsigned char *make_room(struct buf *out, size_t most)
{
    size_t need = out->length + most + 1;
    if (need > out->room) {
        out->room = need + need / 2;
        out->data = mem_resize(out->data, out->room);
    }
    return (unsigned char *)out->data + out->length;
}

void record_write(struct buf *out, const struct post *post, uint32_t source,
                  uint32_t rules, const uint32_t *subjects)
{
    struct pen pen = { make_room(out, record_most(post)) };
    unsigned char length[VARINT_LIMIT];
    *pen.at++ = RECORD_VERSION;
    for (int i = 0; i < 8; i++)
        *pen.at++ = (unsigned char)(post->author_hash >> (8 * i));
    add_number(&pen, source);
    /* The head's length stands before it: the head is written, then moved. */
    unsigned char *start = pen.at;
    add_head(&pen, post, subjects);
    size_t size = (size_t)(pen.at - start);
    size_t room = (size_t)(pack_varint(length, size) - length);
    memmove(start + room, start, size);
    memcpy(start, length, room);
    pen.at += room;
    add_rest(&pen, post, rules);
    pack_big(pen.at, (uint64_t)post->fetched, RECORD_FETCHED);
    pen.at += RECORD_FETCHED;
    out->length = (size_t)(pen.at - (unsigned char *)out->data);
    out->data[out->length] = '\0';
}

static struct span read_span(struct unpack *u)
{
    struct span s;
    s.start = (uint32_t)unpack_varint(u);
    s.length = (uint32_t)unpack_varint(u);
    return s;
}

static struct tags read_tags(struct unpack *u)
{
    struct tags t;
    t.label = (uint8_t)unpack_varint(u);
    t.score = (int16_t)unzigzag(unpack_varint(u));
    t.channels = (uint8_t)unpack_varint(u);
    t.intents = (uint8_t)unpack_varint(u);
    t.aspects = (uint16_t)unpack_varint(u);
    return t;
}

static void read_head(struct record *r, struct unpack *u)
{
    struct post *p = &r->post;
    p->kind = (uint8_t)unpack_varint(u);
    p->tags = read_tags(u);
    p->text = unpack_text(u);
    uint64_t count = unpack_varint(u);
    if (count > POST_MENTIONS_LIMIT)
        u->broken = true;
    for (uint64_t i = 0; i < count && !u->broken; i++) {
        struct mention *m = &r->mentions[i];
        m->subject = (uint32_t)unpack_varint(u);
        m->span = read_span(u);
        m->tags = read_tags(u);
        p->mention_count++;
    }
    p->mentions = r->mentions;
}

static void read_optional(struct post *p, struct unpack *u, unsigned which)
{
    if (which & HAS_URL)
        p->url = unpack_text(u);
    if (which & URL_IS_ID)
        p->url = p->native_id;
    if (which & HAS_HANDLE)
        p->handle = unpack_text(u);
    if (which & HAS_REPLY_TO)
        p->reply_to = unpack_text(u);
    if (which & HAS_LANG)
        p->lang = unpack_text(u);
    if (which & HAS_INDEXED)
        p->indexed = p->created + unzigzag(unpack_varint(u));
    if (which & HAS_EDITED)
        p->edited = p->created + unzigzag(unpack_varint(u));
    if (which & HAS_WISH)
        p->wish = read_span(u);
    if (which & HAS_FROM)
        p->from = read_span(u);
    if (which & HAS_TO)
        p->to = read_span(u);
}

static void read_rest(struct record *r, struct unpack *u)
{
    struct post *p = &r->post;
    p->native_id = unpack_text(u);
    const unsigned char *language = unpack_bytes(u, sizeof(p->language));
    if (language)
        memcpy(p->language, language, sizeof(p->language));
    p->language[sizeof(p->language) - 1] = '\0';
    p->confidence = (uint8_t)unpack_varint(u);
    p->faults = (uint8_t)unpack_varint(u);
    p->rating = (uint8_t)unpack_varint(u);
    p->rules = r->rules = (uint32_t)unpack_varint(u);
    p->likes = (uint32_t)unpack_varint(u);
    p->reposts = (uint32_t)unpack_varint(u);
    p->replies = (uint32_t)unpack_varint(u);
    uint64_t which = unpack_varint(u);
    if (which & ~(uint64_t)HAS_ALL)
        u->broken = true;
    read_optional(p, u, (unsigned)which);
}

/* The source id and the head; false when it is no record. */
static bool open_record(struct text bytes, uint32_t *source,
                        struct unpack *head, struct unpack *rest)
{
    const unsigned char *data = (const unsigned char *)bytes.data;
    if (bytes.length < PREFIX + RECORD_FETCHED || data[0] != RECORD_VERSION)
        return false;
    *rest = (struct unpack){ data + PREFIX,
                             data + bytes.length - RECORD_FETCHED, false };
    *source = (uint32_t)unpack_varint(rest);
    uint64_t length = unpack_varint(rest);
    const unsigned char *start = unpack_bytes(rest, length);
    if (!start)
        return false;
    *head = (struct unpack){ start, start + length, false };
    return !rest->broken;
}

int record_read(struct record *r, int64_t created, struct text bytes)
{
    struct unpack head, rest;
    memset(&r->post, 0, sizeof(r->post));
    r->rules = 0;
    if (!open_record(bytes, &r->source, &head, &rest))
        return -1;
    r->post.created = created;
    r->post.author_hash = record_author(bytes);
    r->post.fetched = (int64_t)unpack_big(rest.end, RECORD_FETCHED);
    read_head(r, &head);
    read_rest(r, &rest);
    return head.broken || rest.broken || head.at != head.end ||
           rest.at != rest.end ? -1 : 0;
}

uint64_t record_author(struct text bytes)
{
    const unsigned char *data = (const unsigned char *)bytes.data;
    uint64_t author = 0;
    if (bytes.length < PREFIX)
        return 0;
    for (int i = 8; i-- > 0;)
        author = author << 8 | data[1 + i];
    return author;
}

uint32_t record_source(struct text bytes)
{
    struct unpack head, rest;
    uint32_t source;
    return open_record(bytes, &source, &head, &rest) ? source : 0;
}

bool record_same(struct text a, struct text b)
{
    return a.length == b.length && a.length >= RECORD_FETCHED &&
           memcmp(a.data, b.data, a.length - RECORD_FETCHED) == 0;
}

bool record_counts_same(struct text a, struct text b)
{
    struct unpack head_a, head_b, rest;
    uint32_t source_a, source_b;
    return open_record(a, &source_a, &head_a, &rest) &&
           open_record(b, &source_b, &head_b, &rest) &&
           source_a == source_b && record_author(a) == record_author(b) &&
           head_a.end - head_a.at == head_b.end - head_b.at &&
           memcmp(head_a.at, head_b.at,
                  (size_t)(head_a.end - head_a.at)) == 0;
}
