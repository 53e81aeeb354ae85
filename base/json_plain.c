/* SPDX-License-Identifier: Apache-2.0 */
/* See json_plain.h. Tells no reasons: whatever is not plain is left to yajl,
 * so a doubt costs time and never a value. */
#include "base/json_plain.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/json_repair.h"

enum { DEPTH = 32 };

struct reader {
    struct json_plain *plain;
    const char *at, *end;    /* end: behind the newline, which stops a run */
    int depth;
};

/* The first byte at or after p that is a quote, a backslash or a control. */
static inline const char *run_end(const char *p, const char *end)
{
#ifdef __SSE2__
    const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\'),
                  control = _mm_set1_epi8(' ' - 1);
    for (; end - p >= 16; p += 16) {
        __m128i b = _mm_loadu_si128((const __m128i *)(const void *)p);
        int marks = _mm_movemask_epi8(_mm_or_si128(
            _mm_or_si128(_mm_cmpeq_epi8(b, quote), _mm_cmpeq_epi8(b, slash)),
            _mm_cmpeq_epi8(_mm_max_epu8(b, control), control)));
        if (marks)
            return p + __builtin_ctz((unsigned)marks);
    }
#endif
    while (p < end && *p != '"' && *p != '\\' && (unsigned char)*p >= ' ')
        p++;
    return p;
}

/* The next byte that is no blank. */
static inline char past_blanks(struct reader *r)
{
    while (*r->at == ' ' || *r->at == '\t' || *r->at == '\r')
        r->at++;
    return *r->at;
}

/* What the escape at p stands for: bytes read, 0 when it is none. A half of a
 * pair alone and NUL are no text. */
static size_t unescape(const char *p, size_t length, char out[4], size_t *used)
{
    static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    const char *letter = length >= 2 && p[1] ? strchr(letters, p[1]) : NULL;
    *used = 1;
    if (letter) {
        out[0] = meant[letter - letters];
        return 2;
    }
    int point = length >= 6 && p[1] == 'u' ? json_hex(p + 2) : -1, low = -1;
    if (point < 0)
        return 0;
    if ((point & 0xfc00) == 0xd800 && length >= 12 && p[6] == '\\' &&
        p[7] == 'u')
        low = json_hex(p + 8);
    if ((low & 0xfc00) == 0xdc00) {
        *used = text_encode(0x10000 + (((uint32_t)point & 0x3ff) << 10 |
                                       ((uint32_t)low & 0x3ff)), out);
        return 12;
    }
    if (point == 0 || (point & 0xf800) == 0xd800)
        point = 0xfffd;
    *used = text_encode((uint32_t)point, out);
    return 6;
}

static struct text decode(struct reader *r, const char *from, const char *end)
{
    char *out = arena_alloc(r->plain->memory, (size_t)(end - from)), *to = out;
    while (from < end) {
        const char *run = from;
        size_t used;
        from = run_end(run, r->end);
        memcpy(to, run, (size_t)(from - run));
        to += from - run;
        if (from == end)
            break;
        from += unescape(from, (size_t)(end - from), to, &used);
        to += used;
    }
    return (struct text){ out, (size_t)(to - out) };
}

/* A string from its first backslash on. */
static bool read_escaped(struct reader *r, const char *start, bool wanted,
                         struct text *out)
{
    while (*r->at == '\\') {
        char piece[4];
        size_t used, size = unescape(r->at, (size_t)(r->end - r->at), piece,
                                     &used);
        if (!size)
            return false;
        r->at = run_end(r->at + size, r->end);
    }
    if (*r->at != '"')
        return false;
    *out = (struct text){ start, 0 };
    if (wanted)
        *out = decode(r, start, r->at);
    r->at++;
    return true;
}

/* A string behind its opening quote, decoded if it is wanted. */
static inline bool read_string(struct reader *r, bool wanted,
                               struct text *out)
{
    const char *start = r->at;
    r->at = run_end(start, r->end);
    if (*r->at != '"')
        return read_escaped(r, start, wanted, out);
    *out = (struct text){ start, (size_t)(r->at++ - start) };
    return true;
}

static bool read_digits(struct reader *r)
{
    const char *start = r->at;
    while (*r->at >= '0' && *r->at <= '9')
        r->at++;
    return r->at > start;
}

static bool read_number(struct reader *r)
{
    r->at += *r->at == '-';
    if (*r->at == '0')
        r->at++;
    else if (!read_digits(r))
        return false;
    if (*r->at == '.') {
        r->at++;
        if (!read_digits(r))
            return false;
    }
    if ((*r->at | 32) != 'e')
        return true;
    r->at++;
    r->at += *r->at == '+' || *r->at == '-';
    return read_digits(r);
}

/* null, true, false. */
static bool read_word(struct reader *r, enum json_type *type)
{
    static const struct text words[] = {
        { "null", 4 }, { "true", 4 }, { "false", 5 },
    };
    for (int i = 0; i < 3; i++)
        if ((size_t)(r->end - r->at) > words[i].length &&
            memcmp(r->at, words[i].data, words[i].length) == 0) {
            r->at += words[i].length;
            *type = i ? JSON_BOOL : JSON_NULL;
            return true;
        }
    return false;
}

/* Did something at or below the node come before? A key twice is not plain. */
static bool came(const struct reader *r, const struct json_node *n)
{
    if (n->value >= 0 && r->plain->values[n->value].type != JSON_ABSENT)
        return true;
    for (const struct json_node *c = n->children; c; c = c->next)
        if (came(r, c))
            return true;
    return false;
}

static void keep(struct reader *r, const struct json_node *n,
                 enum json_type type, struct text t)
{
    for (int i = n->value; i >= 0; i = r->plain->paths->path[i].same)
        r->plain->values[i] = (struct json_value){ type, t };
}

static bool read_object(struct reader *r, const struct json_node *n);
static bool read_array(struct reader *r, const struct json_node *n);

/* n: what is wanted of it; NULL: nothing. */
static bool read_value(struct reader *r, const struct json_node *n)
{
    enum json_type type = JSON_OTHER;
    struct text t = { "", 0 };
    const char *start = r->at;
    bool good;
    if (n && came(r, n))
        return false;
    if (*start == '"') {
        type = JSON_STRING;
        r->at++;
        good = read_string(r, n && n->value >= 0, &t);
    } else if (*start == '{' || *start == '[') {
        if (n)
            keep(r, n, type, t);
        return *start == '{' ? read_object(r, n) : read_array(r, n);
    } else if (*start == '-' || (*start >= '0' && *start <= '9')) {
        type = JSON_NUMBER;
        good = read_number(r);
        t = (struct text){ start, (size_t)(r->at - start) };
    } else {
        good = read_word(r, &type);
        if (type == JSON_BOOL)
            t = (struct text){ start, (size_t)(r->at - start) };
    }
    if (n)
        keep(r, n, type, t);
    return good;
}

/* A bracket: is a value to come, or its end? false: too deep. */
static inline bool read_opening(struct reader *r, char end, bool *more)
{
    r->at++;
    *more = past_blanks(r) != end;
    r->at += !*more;
    return ++r->depth <= DEPTH;
}

/* Behind a value: is another one to come? false: neither ',' nor end. */
static inline bool read_comma(struct reader *r, char end, bool *more)
{
    char c = past_blanks(r);
    *more = c == ',';
    if (!*more && c != end)
        return false;
    r->at++;
    if (*more)
        past_blanks(r);
    return true;
}

static bool read_array(struct reader *r, const struct json_node *n)
{
    bool more;
    if (!read_opening(r, ']', &more))
        return false;
    for (int i = 0; more; i++)
        if (!read_value(r, n ? json_path_item(n, i) : NULL) ||
            !read_comma(r, ']', &more))
            return false;
    r->depth--;
    return true;
}

static bool read_object(struct reader *r, const struct json_node *n)
{
    bool more;
    struct text key;
    if (!read_opening(r, '}', &more))
        return false;
    while (more) {
        if (*r->at++ != '"' || !read_string(r, true, &key) ||
            past_blanks(r) != ':')
            return false;
        r->at++;
        past_blanks(r);
        const struct json_node *next =
            n ? json_path_key(n, key.data, key.length) : NULL;
        if (n && n->element && !next && r->plain->ignored++ == 0)
            r->plain->ignored_name = key;
        if (!read_value(r, next) || !read_comma(r, '}', &more))
            return false;
    }
    r->depth--;
    return true;
}

bool json_plain(struct json_plain *p, const char *line, size_t length)
{
    struct reader r = { p, line, line + length, 0 };
    const struct json_node *root = &p->paths->root;
    if (!length || line[length - 1] != '\n' || past_blanks(&r) != '{')
        return false;
    keep(&r, root, JSON_OTHER, (struct text){ "", 0 });
    if (!read_object(&r, root))
        return false;
    p->length = (size_t)(r.at - line);
    past_blanks(&r);
    return r.at == r.end - 1;
}
