/* SPDX-License-Identifier: Apache-2.0 */
/* See record.h. */
#include "store/record.h"

#include <string.h>

#include "store/letters.h"

/* What "which" says: these, then a bit for each field that is there, in order.
 * Stored: only ever append. */
enum { URL_OF_FORM = 1, URL_IS_ID = 2, LANG_AS_GUESSED = 4, FIRST_FIELD = 3 };

enum kind { TEXT_FIELD, ID_FIELD, NUMBER_FIELD, BYTE_FIELD, TIME_FIELD,
            SPAN_FIELD };

#define FIELD(kind, name) { kind, offsetof(struct post, name) }
static const struct field {
    enum kind kind;
    size_t offset;
} fields[] = {
    FIELD(NUMBER_FIELD, likes),   FIELD(TEXT_FIELD, url),
    FIELD(ID_FIELD, reply_to),    FIELD(TIME_FIELD, indexed),
    FIELD(TEXT_FIELD, handle),    FIELD(TEXT_FIELD, lang),
    FIELD(NUMBER_FIELD, reposts), FIELD(NUMBER_FIELD, replies),
    FIELD(BYTE_FIELD, rating),    FIELD(BYTE_FIELD, faults),
    FIELD(TIME_FIELD, edited),    FIELD(SPAN_FIELD, wish),
    FIELD(SPAN_FIELD, from),      FIELD(SPAN_FIELD, to),
};
enum { FIELDS = sizeof(fields) / sizeof(*fields), URL_FIELD = 1,
       LANG_FIELD = 5 };

static unsigned bit_of(unsigned field)
{
    return 1u << (FIRST_FIELD + field);
}

enum { AUTHOR = 8, HOLES = 3, FORMS = 4, AS_THE_POST = 1 };

/* What ids look like, and the address that goes with each: only what stands
 * for the stars is kept. A star holds no slash. Stored: only ever append. */
static const struct form {
    int holes;
    const char *id, *url;
} forms[FORMS] = {
    { 0, NULL, NULL },
    { 2, "at://did:plc:*/app.bsky.feed.post/*",
      "https://bsky.app/profile/did:plc:*/post/*" },
    { HOLES, "https://*/users/*/statuses/*", "https://*/@*/*" },
    { 1, "*", "https://news.ycombinator.com/item?id=*" },
};

/* Where a record is being written: room for all of it was made before. */
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

static void add_tags(struct pen *out, const struct tags *t, unsigned extra)
{
    out->at = pack_tags(out->at, t, extra);
}

/* ---- forms ---- */

/* What stands for the stars; false when it is of another form. */
static bool form_match(const char *form, struct text t,
                       struct text holes[HOLES])
{
    const char *at = t.data, *end = t.data + t.length;
    for (;; form++) {
        const char *star = strchrnul(form, '*');
        size_t length = (size_t)(star - form);
        if ((size_t)(end - at) < length || memcmp(at, form, length) != 0)
            return false;
        at += length;
        if (!*star)
            return at == end;
        const char *slash = memchr(at, '/', (size_t)(end - at));
        *holes++ = (struct text){ at, (size_t)((slash ? slash : end) - at) };
        at = slash ? slash : end;
        form = star;
    }
}

/* Into out, which has room; returns the end. */
static char *form_fill(char *out, const char *form,
                       const struct text holes[HOLES])
{
    for (;; form++) {
        const char *star = strchrnul(form, '*');
        out = mempcpy(out, form, (size_t)(star - form));
        if (!*star)
            return out;
        if (holes->length)
            out = mempcpy(out, holes->data, holes->length);
        holes++;
        form = star;
    }
}

static unsigned find_form(struct text id, struct text holes[HOLES])
{
    for (unsigned f = 1; f < FORMS && id.length <= POST_ID_LIMIT; f++)
        if (form_match(forms[f].id, id, holes))
            return f;
    return 0;
}

static unsigned add_id(struct pen *out, struct text id,
                       struct text holes[HOLES])
{
    unsigned form = find_form(id, holes);
    add_number(out, form);
    if (!form)
        add_text(out, id);
    for (int i = 0; i < forms[form].holes; i++)
        out->at = pack_letters(out->at, holes[i]);
    return form;
}

static bool url_follows(const struct post *p, unsigned form,
                        const struct text holes[HOLES])
{
    char url[POST_ID_LIMIT + 64];
    if (!form)
        return false;
    char *end = form_fill(url, forms[form].url, holes);
    return text_equal(p->url, (struct text){ url, (size_t)(end - url) });
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
        for (uint32_t j = count++; j > at; j--)
            order[j] = order[j - 1];
        order[at] = i;
    }
    return count;
}

static void add_head(struct pen *out, const struct post *post,
                     const uint32_t *subjects)
{
    uint32_t order[POST_MENTIONS_LIMIT + 1];
    uint32_t count = sort_mentions(post, subjects, order);
    add_number(out, post->kind);
    add_tags(out, &post->tags, 0);
    add_text(out, post->text);
    add_number(out, count);
    for (uint32_t i = 0; i < count; i++) {
        static const struct tags none;
        const struct mention *m = &post->mentions[order[i]];
        bool same = tags_equal(&m->tags, &post->tags);
        add_number(out, subjects[m->subject]);
        add_span(out, m->span);
        add_tags(out, same ? &none : &m->tags, same ? AS_THE_POST : 0);
    }
}

static bool is_there(const struct post *p, const struct field *f)
{
    const void *at = (const char *)p + f->offset;
    switch (f->kind) {
    case NUMBER_FIELD: return *(const uint32_t *)at != 0;
    case BYTE_FIELD: return *(const uint8_t *)at != 0;
    case TIME_FIELD: return *(const int64_t *)at != 0;
    case SPAN_FIELD: return ((const struct span *)at)->length != 0;
    default: return ((const struct text *)at)->length != 0;
    }
}

static void add_field(struct pen *out, const struct post *p,
                      const struct field *f)
{
    const void *at = (const char *)p + f->offset;
    struct text holes[HOLES] = { { NULL, 0 } };
    switch (f->kind) {
    case NUMBER_FIELD: add_number(out, *(const uint32_t *)at); break;
    case BYTE_FIELD: add_number(out, *(const uint8_t *)at); break;
    case TIME_FIELD:
        add_number(out, zigzag(*(const int64_t *)at - p->created));
        break;
    case SPAN_FIELD: add_span(out, *(const struct span *)at); break;
    case ID_FIELD: add_id(out, *(const struct text *)at, holes); break;
    case TEXT_FIELD: add_text(out, *(const struct text *)at); break;
    }
}

static void add_rest(struct pen *out, const struct post *p, uint32_t rules)
{
    struct text holes[HOLES] = { { NULL, 0 } };
    struct text guess = text_of(p->language);
    unsigned which = 0, form = add_id(out, p->native_id, holes);
    add_text(out, guess);
    add_number(out, p->confidence);
    add_number(out, rules);
    /* Unrolled: each field has a branch of its own to be guessed by. */
#pragma GCC unroll 14
    for (unsigned i = 0; i < FIELDS; i++)
        which |= is_there(p, &fields[i]) ? bit_of(i) : 0;
    if (p->url.length && url_follows(p, form, holes))
        which ^= bit_of(URL_FIELD) | URL_OF_FORM;
    else if (p->url.length && text_equal(p->url, p->native_id))
        which ^= bit_of(URL_FIELD) | URL_IS_ID;
    if (p->lang.length && text_equal(p->lang, guess))
        which ^= bit_of(LANG_FIELD) | LANG_AS_GUESSED;
    add_number(out, which);
#pragma GCC unroll 14
    for (unsigned i = 0; i < FIELDS; i++)
        if (which & bit_of(i))
            add_field(out, p, &fields[i]);
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

void record_write(struct buf *out, const struct post *post, uint32_t source,
                  uint32_t rules, const uint32_t *subjects)
{
    struct pen pen = { pack_room(out, record_most(post)) };
    for (int i = 0; i < AUTHOR; i++)
        *pen.at++ = (unsigned char)(post->author_hash >> (8 * i));
    add_number(&pen, source);
    add_number(&pen, zigzag(post->fetched - post->created));
    add_head(&pen, post, subjects);
    add_rest(&pen, post, rules);
    pack_end(out, pen.at);
}

static struct span read_span(struct unpack *u)
{
    struct span s;
    s.start = (uint32_t)unpack_varint(u);
    s.length = (uint32_t)unpack_varint(u);
    return s;
}

static void read_head(struct record *r, struct unpack *u)
{
    struct post *p = &r->post;
    unsigned same;
    p->kind = (uint8_t)unpack_varint(u);
    p->tags = unpack_tags(u, &same);
    p->text = unpack_text(u);
    uint64_t count = unpack_varint(u);
    if (count > POST_MENTIONS_LIMIT)
        u->broken = true;
    for (uint64_t i = 0; i < count && !u->broken; i++) {
        struct mention *m = &r->mentions[i];
        m->subject = (uint32_t)unpack_varint(u);
        m->span = read_span(u);
        m->tags = unpack_tags(u, &same);
        if (same)
            m->tags = p->tags;
        p->mention_count++;
    }
    p->mentions = r->mentions;
}

/* An id made anew of what stood for its stars; *at: where there is room. */
static struct text read_id(struct unpack *u, char **at, unsigned *form,
                           struct text holes[HOLES])
{
    uint64_t number = unpack_varint(u);
    size_t length = 0;
    *form = 0;
    if (number == 0)
        return unpack_text(u);
    if (number >= FORMS) {
        u->broken = true;
        return (struct text){ "", 0 };
    }
    for (int i = 0; i < forms[number].holes; i++)
        length += (holes[i] = unpack_letters(u, at, POST_ID_LIMIT -
                                                    length)).length;
    char *start = *at;
    *form = (unsigned)number;
    *at = form_fill(start, forms[number].id, holes);
    return (struct text){ start, (size_t)(*at - start) };
}

static void read_field(struct post *p, struct unpack *u,
                       const struct field *f, char **made)
{
    void *at = (char *)p + f->offset;
    struct text holes[HOLES] = { { NULL, 0 } };
    unsigned form;
    switch (f->kind) {
    case NUMBER_FIELD: *(uint32_t *)at = (uint32_t)unpack_varint(u); break;
    case BYTE_FIELD: *(uint8_t *)at = (uint8_t)unpack_varint(u); break;
    case TIME_FIELD:
        *(int64_t *)at = p->created + unzigzag(unpack_varint(u));
        break;
    case SPAN_FIELD: *(struct span *)at = read_span(u); break;
    case ID_FIELD: *(struct text *)at = read_id(u, made, &form, holes); break;
    case TEXT_FIELD: *(struct text *)at = unpack_text(u); break;
    }
}

static void read_rest(struct record *r, struct unpack *u)
{
    struct post *p = &r->post;
    struct text holes[HOLES] = { { NULL, 0 } };
    char *at = r->made;
    unsigned form;
    p->native_id = read_id(u, &at, &form, holes);
    struct text language = unpack_text(u);
    if (language.length < sizeof(p->language))
        memcpy(p->language, language.data, language.length);
    p->confidence = (uint8_t)unpack_varint(u);
    p->rules = r->rules = (uint32_t)unpack_varint(u);
    uint64_t which = unpack_varint(u);
    if (which >> FIRST_FIELD >> FIELDS)
        u->broken = true;
    if (which & URL_OF_FORM && form) {
        char *start = at;
        at = form_fill(start, forms[form].url, holes);
        p->url = (struct text){ start, (size_t)(at - start) };
    }
    if (which & URL_IS_ID)
        p->url = p->native_id;
    if (which & LANG_AS_GUESSED)
        p->lang = text_of(p->language);
    for (unsigned i = 0; i < FIELDS; i++)
        if (which & bit_of(i))
            read_field(p, u, &fields[i], &at);
}

struct parts {
    uint32_t source;
    int64_t fetched;       /* seconds after created */
    struct unpack body;    /* head and rest */
};

/* False when it is no record. */
static bool open_record(struct text bytes, struct parts *p)
{
    p->body = unpack_of(bytes);
    (void)unpack_bytes(&p->body, AUTHOR);
    p->source = (uint32_t)unpack_varint(&p->body);
    p->fetched = unzigzag(unpack_varint(&p->body));
    return !p->body.broken;
}

int record_read(struct record *r, int64_t created, struct text bytes)
{
    struct parts p;
    memset(&r->post, 0, sizeof(r->post));
    r->rules = 0;
    if (!open_record(bytes, &p))
        return -1;
    r->source = p.source;
    r->post.created = created;
    r->post.author_hash = record_author(bytes);
    r->post.fetched = created + p.fetched;
    read_head(r, &p.body);
    read_rest(r, &p.body);
    return p.body.broken || p.body.at != p.body.end ? -1 : 0;
}

uint64_t record_author(struct text bytes)
{
    const unsigned char *data = (const unsigned char *)bytes.data;
    uint64_t author = 0;
    if (bytes.length < AUTHOR)
        return 0;
    for (int i = AUTHOR; i-- > 0;)
        author = author << 8 | data[i];
    return author;
}

uint32_t record_source(struct text bytes)
{
    struct parts p;
    return open_record(bytes, &p) ? p.source : 0;
}

/* How long the head is. */
static size_t head_length(struct unpack body)
{
    struct record r;
    const unsigned char *start = body.at;
    r.post.mention_count = 0;
    read_head(&r, &body);
    return (size_t)(body.at - start);
}

/* Source and author; the parts are filled. */
static bool opened_same(struct text a, struct text b, struct parts *x,
                        struct parts *y)
{
    return open_record(a, x) && open_record(b, y) && x->source == y->source &&
           record_author(a) == record_author(b);
}

static bool same_bytes(const struct parts *x, size_t x_length,
                       const struct parts *y, size_t y_length)
{
    return x_length == y_length &&
           memcmp(x->body.at, y->body.at, x_length) == 0;
}

bool record_same(struct text a, struct text b)
{
    struct parts x, y;
    return opened_same(a, b, &x, &y) &&
           same_bytes(&x, (size_t)(x.body.end - x.body.at), &y,
                      (size_t)(y.body.end - y.body.at));
}

bool record_counts_same(struct text a, struct text b)
{
    struct parts x, y;
    return opened_same(a, b, &x, &y) &&
           same_bytes(&x, head_length(x.body), &y, head_length(y.body));
}
