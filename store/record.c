/* SPDX-License-Identifier: Apache-2.0 */
/* See record.h. */
#include "store/record.h"

#include <endian.h>
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

/* What ids look like, and the address that goes with each: of both what stands
 * around the holes, and only what fills these is kept. A hole holds no slash.
 * Stored: only ever append. */
#define PART(literal) { (literal), sizeof(literal) - 1 }
static const struct form {
    int holes;
    struct text id[HOLES + 1], url[HOLES + 1];
} forms[FORMS] = {
    { 0, { PART("") }, { PART("") } },
    { 2, { PART("at://did:plc:"), PART("/app.bsky.feed.post/"), PART("") },
      { PART("https://bsky.app/profile/did:plc:"), PART("/post/"),
        PART("") } },
    { 3, { PART("https://"), PART("/users/"), PART("/statuses/"), PART("") },
      { PART("https://"), PART("/@"), PART("/"), PART("") } },
    { 1, { PART(""), PART("") },
      { PART("https://news.ycombinator.com/item?id="), PART("") } },
};

/* An id taken apart. */
struct shape {
    unsigned form;             /* 0: none of the above */
    struct text holes[HOLES];  /* what fills them */
};

/* Room for all of a record is made before: what is added returns its end. */
static unsigned char *add_text(unsigned char *out, struct text t)
{
    out = pack_varint(out, t.length);
    return t.length ? mempcpy(out, t.data, t.length) : out;
}

static unsigned char *add_span(unsigned char *out, struct span s)
{
    return pack_varint(pack_varint(out, s.start), s.length);
}

/* ---- forms ---- */

/* What fills the holes; false when it is of another form. */
static bool parts_match(const struct text *parts, int count, struct text t,
                        struct text holes[HOLES])
{
    const char *at = t.data, *end = t.data + t.length;
    for (int i = 0;; i++) {
        size_t length = parts[i].length;
        if ((size_t)(end - at) < length ||
            memcmp(at, parts[i].data, length) != 0)
            return false;
        at += length;
        if (i == count)
            return at == end;
        const char *slash = memchr(at, '/', (size_t)(end - at));
        holes[i] = (struct text){ at, (size_t)((slash ? slash : end) - at) };
        at = slash ? slash : end;
    }
}

/* s is empty. */
static inline void find_shape(struct text id, struct shape *s)
{
    for (unsigned f = 1; f < FORMS && id.length <= POST_ID_LIMIT; f++)
        if (parts_match(forms[f].id, forms[f].holes, id, s->holes)) {
            s->form = f;
            break;
        }
}

static inline unsigned char *add_id(unsigned char *out, struct text id,
                                    const struct shape *s)
{
    *out++ = (unsigned char)s->form;
    if (!s->form)
        return add_text(out, id);
    for (int i = 0; i < forms[s->form].holes; i++)
        out = pack_letters(out, s->holes[i]);
    return out;
}

static bool url_follows(const struct post *p, const struct shape *s)
{
    const struct form *f = &forms[s->form];
    struct text same[HOLES];
    if (!s->form || !parts_match(f->url, f->holes, p->url, same))
        return false;
    for (int i = 0; i < f->holes; i++)
        if (!text_equal(s->holes[i], same[i]))
            return false;
    return true;
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

static unsigned char *add_head(unsigned char *out, const struct post *post,
                               const uint32_t *subjects)
{
    uint32_t order[POST_MENTIONS_LIMIT + 1];
    uint32_t count = sort_mentions(post, subjects, order);
    *out++ = post->kind;
    out = pack_tags(out, &post->tags, 0);
    out = add_text(out, post->text);
    *out++ = (unsigned char)count;
    for (uint32_t i = 0; i < count; i++) {
        static const struct tags none;
        const struct mention *m = &post->mentions[order[i]];
        bool same = tags_equal(&m->tags, &post->tags);
        out = pack_varint(out, subjects[m->subject]);
        out = add_span(out, m->span);
        out = pack_tags(out, same ? &none : &m->tags, same ? AS_THE_POST : 0);
    }
    return out;
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

static inline unsigned char *add_field(unsigned char *out,
                                       const struct post *p,
                                       const struct field *f)
{
    const void *at = (const char *)p + f->offset;
    struct shape shape = { 0 };
    switch (f->kind) {
    case NUMBER_FIELD: return pack_varint(out, *(const uint32_t *)at);
    case BYTE_FIELD: return pack_varint(out, *(const uint8_t *)at);
    case TIME_FIELD:
        return pack_varint(out, zigzag(*(const int64_t *)at - p->created));
    case SPAN_FIELD: return add_span(out, *(const struct span *)at);
    case TEXT_FIELD: return add_text(out, *(const struct text *)at);
    default:
        find_shape(*(const struct text *)at, &shape);
        return add_id(out, *(const struct text *)at, &shape);
    }
}

static unsigned char *add_rest(unsigned char *out, const struct post *p,
                               uint32_t rules)
{
    struct shape shape = { 0 };
    struct text guess = { p->language,
                          strnlen(p->language, sizeof(p->language)) };
    unsigned which = 0;
    find_shape(p->native_id, &shape);
    out = add_id(out, p->native_id, &shape);
    *out++ = (unsigned char)guess.length;
    memcpy(out, p->language, sizeof(p->language));
    out += guess.length;
    out = pack_varint(out, p->confidence);
    out = pack_varint(out, rules);
    /* Unrolled: each field has a branch of its own to be guessed by. */
#pragma GCC unroll 14
    for (unsigned i = 0; i < FIELDS; i++)
        which |= is_there(p, &fields[i]) ? bit_of(i) : 0;
    if (p->url.length && url_follows(p, &shape))
        which ^= bit_of(URL_FIELD) | URL_OF_FORM;
    else if (p->url.length && text_equal(p->url, p->native_id))
        which ^= bit_of(URL_FIELD) | URL_IS_ID;
    if (p->lang.length && text_equal(p->lang, guess))
        which ^= bit_of(LANG_FIELD) | LANG_AS_GUESSED;
    out = pack_varint(out, which);
#pragma GCC unroll 14
    for (unsigned i = 0; i < FIELDS; i++)
        if (which & bit_of(i))
            out = add_field(out, p, &fields[i]);
    return out;
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
    uint64_t author = htole64(post->author_hash);
    unsigned char *at = pack_room(out, record_most(post));
    at = mempcpy(at, &author, AUTHOR);
    at = pack_varint(at, source);
    at = pack_varint(at, zigzag(post->fetched - post->created));
    at = add_head(at, post, subjects);
    pack_end(out, add_rest(at, post, rules));
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

/* All of it, made where there is room; *at moves on. */
static struct text make_text(const struct text *parts, const struct shape *s,
                             char **at)
{
    char *out = *at, *start = out;
    for (int i = 0;; i++) {
        out = mempcpy(out, parts[i].data, parts[i].length);
        if (i == forms[s->form].holes)
            break;
        if (s->holes[i].length)
            out = mempcpy(out, s->holes[i].data, s->holes[i].length);
    }
    *at = out;
    return (struct text){ start, (size_t)(out - start) };
}

/* An id made anew of what filled its holes; *at: where there is room. */
static struct text read_id(struct unpack *u, char **at, struct shape *s)
{
    uint64_t form = unpack_varint(u);
    size_t length = 0;
    *s = (struct shape){ 0 };
    if (form == 0)
        return unpack_text(u);
    if (form >= FORMS) {
        u->broken = true;
        return (struct text){ "", 0 };
    }
    s->form = (unsigned)form;
    for (int i = 0; i < forms[form].holes; i++) {
        s->holes[i] = unpack_letters(u, at, POST_ID_LIMIT - length);
        length += s->holes[i].length;
    }
    return make_text(forms[form].id, s, at);
}

static void read_field(struct post *p, struct unpack *u,
                       const struct field *f, char **made)
{
    void *at = (char *)p + f->offset;
    struct shape shape;
    switch (f->kind) {
    case NUMBER_FIELD: *(uint32_t *)at = (uint32_t)unpack_varint(u); break;
    case BYTE_FIELD: *(uint8_t *)at = (uint8_t)unpack_varint(u); break;
    case TIME_FIELD:
        *(int64_t *)at = p->created + unzigzag(unpack_varint(u));
        break;
    case SPAN_FIELD: *(struct span *)at = read_span(u); break;
    case ID_FIELD: *(struct text *)at = read_id(u, made, &shape); break;
    case TEXT_FIELD: *(struct text *)at = unpack_text(u); break;
    }
}

static void read_rest(struct record *r, struct unpack *u)
{
    struct post *p = &r->post;
    struct shape shape;
    char *at = r->made;
    p->native_id = read_id(u, &at, &shape);
    struct text language = unpack_text(u);
    if (language.length < sizeof(p->language))
        memcpy(p->language, language.data, language.length);
    p->confidence = (uint8_t)unpack_varint(u);
    p->rules = (uint32_t)unpack_varint(u);
    uint64_t which = unpack_varint(u);
    if (which >> FIRST_FIELD >> FIELDS)
        u->broken = true;
    if (which & URL_OF_FORM && shape.form)
        p->url = make_text(forms[shape.form].url, &shape, &at);
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
    uint64_t author = 0;
    if (bytes.length >= AUTHOR)
        memcpy(&author, bytes.data, AUTHOR);
    return le64toh(author);
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
