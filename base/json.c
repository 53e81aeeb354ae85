/* SPDX-License-Identifier: Apache-2.0 */
/* JSON by paths: yajl's events walk a trie compiled from the wanted paths;
 * what no path names costs a comparison. The only user of yajl; builds no
 * tree. Conversions and writing are in json_value.c. Over 500 lines because
 * events, values and feeding share the one parser.
 *
 *   element "posts[*]", paths "uri", "record.langs[0]", "/cursor":
 *
 *   root ─posts─ ○ ─[*]─ element ┬uri: values[0]
 *        └cursor: values[2]      └record─ ○ ─langs─ ○ ─[0]: values[1]
 *
 * yajl is told to pass strings unchecked and they are repaired here, because
 * its own check refuses the whole document and still lets lone surrogates
 * through. Escapes that it would decode wrongly (a surrogate without its
 * other half, \u0000) are overwritten with \ufffd, which is as long, before
 * it sees them: so byte positions stay true. */
#include "base/json.h"

#include <yajl/yajl_parse.h>

#include "base/json_path.h"

enum {
    DEPTH_LIMIT = 64,
    STRING_LIMIT = 1 << 20,
    SKIP_LIMIT = 64 << 20, /* of one stretch that nobody wants */
};

struct frame {
    const struct json_node *node; /* NULL: nobody wants what is inside */
    const struct json_node *next; /* of the key just read */
    int index;               /* items seen */
    bool array;
};

/* What of the coming events is listened to. A value nobody asked for has no
 * callback: yajl then neither decodes its escapes nor calls. */
enum heed { HEED_ALL, HEED_KEYS, HEED_NESTING };

struct json {
    yajl_handle yajl;
    yajl_callbacks events;   /* yajl reads them at each event */
    enum heed heed;          /* which of them are set */
    struct json_node root;
    char **paths;            /* owned array of owned strings */
    struct json_value *values;
    int *same;               /* next value wanted from the same node, or -1 */
    bool *top;               /* belongs to the document, not the element */
    size_t count;
    bool has_top;
    json_take *take;
    void *context;

    struct frame frames[DEPTH_LIMIT];
    int depth;
    int element_depth;       /* depth inside the element; 0: outside */
    uint64_t documents;

    const char *chunk;       /* what yajl reads now: values may borrow */
    size_t chunk_length;
    struct arena memory;     /* copies for the element */
    struct arena top_memory; /* copies for the document */
    struct buf repaired;     /* a chunk with an escape overwritten */
    char carry[ESCAPE_PAIR]; /* an escape cut by the chunk's end */
    size_t carried;
    int bom;                 /* bytes of a byte order mark seen; 3: done */
    uint64_t fed;            /* bytes given to yajl before this chunk */
    uint64_t bad_at;         /* where the grammar broke */
    size_t waiting;          /* bytes since the last event: one long token */
    uint64_t ignored;        /* keys of elements that no path names */
    char ignored_name[80];   /* the first of them */
    bool event, stopped;
    bool listed;             /* the elements' array was there */
    struct error *err;
};

/* ---- values ----------------------------------------------------------- */

static bool in_chunk(const struct json *j, const char *data)
{
    return data >= j->chunk && data < j->chunk + j->chunk_length;
}

static void forget_values(struct json *j, bool top)
{
    if (!top && !j->has_top) {
        memset(j->values, 0, j->count * sizeof(*j->values));
        return;
    }
    for (size_t i = 0; i < j->count; i++)
        if (j->top[i] == top)
            j->values[i] = (struct json_value){ JSON_ABSENT, { NULL, 0 } };
}

/* A key came twice: what its first value held inside counts no more. */
static void forget_below(struct json *j, const struct json_node *n)
{
    for (const struct json_node *c = n->children; c; c = c->next) {
        for (int i = c->value; i >= 0; i = j->same[i])
            j->values[i] = (struct json_value){ JSON_ABSENT, { NULL, 0 } };
        forget_below(j, c);
    }
}

static void keep(struct json *j, const struct json_node *n, enum json_type type,
                 const char *data, size_t length)
{
    for (int i = n->value; i >= 0; i = j->same[i]) {
        struct text t = { data, length };
        if (type == JSON_STRING && !text_valid(data, length))
            t = text_copy(j->top[i] ? &j->top_memory : &j->memory, data,
                          length, length * 3);
        else if (j->top[i])
            t.data = arena_copy(&j->top_memory, data, length);
        else if ((type == JSON_STRING || type == JSON_NUMBER) &&
                 !in_chunk(j, data))
            t.data = arena_copy(&j->memory, data, length);
        j->values[i] = (struct json_value){ type, t };
    }
}

/* The chunk goes away while an element is open: own what it lent. */
static void own_values(struct json *j)
{
    for (size_t i = 0; i < j->count; i++)
        if (j->values[i].text.length && in_chunk(j, j->values[i].text.data))
            j->values[i].text.data = arena_copy(&j->memory,
                j->values[i].text.data, j->values[i].text.length);
}

static void element_begin(struct json *j)
{
    forget_values(j, false);
    if (j->memory.used)
        arena_reset(&j->memory);
}

static int element_end(struct json *j)
{
    if (j->take(j->context, j->values, j->err) == 0)
        return 1;
    j->stopped = true;
    return 0;
}

/* ---- yajl's events: 1 goes on, 0 stops -------------------------------- */

static void listen_to(struct json *j, enum heed heed);

/* The node of the value that begins, NULL when nobody wants it. */
static inline const struct json_node *arrive(struct json *j)
{
    j->event = true;
    if (j->depth == 0) {
        j->documents++;
        if (j->has_top) {
            forget_values(j, true);
            arena_reset(&j->top_memory);
        }
        return &j->root;
    }
    struct frame *f = &j->frames[j->depth - 1];
    if (!f->node)
        return NULL;
    return f->array ? json_path_item(f->node, f->index++) : f->next;
}

static int too_long(struct json *j)
{
    error_set(j->err, ERROR_INPUT, "a value is longer than %d bytes",
              STRING_LIMIT);
    j->stopped = true;
    return 0;
}

static int on_scalar(struct json *j, enum json_type type, const char *data,
                     size_t length)
{
    const struct json_node *n = arrive(j);
    if (length > STRING_LIMIT)
        return too_long(j);
    if (!n)
        return 1;
    if (n->element)
        element_begin(j);
    else if (n->parent)
        forget_below(j, n);
    keep(j, n, type, data, length);
    return n->element ? element_end(j) : 1;
}

static int on_null(void *context)
{
    return on_scalar(context, JSON_NULL, "null", 4);
}

static int on_bool(void *context, int value)
{
    return on_scalar(context, JSON_BOOL, value ? "true" : "false",
                     value ? 4 : 5);
}

static int on_number(void *context, const char *data, size_t length)
{
    return on_scalar(context, JSON_NUMBER, data, length);
}

static int on_string(void *context, const unsigned char *data, size_t length)
{
    return on_scalar(context, JSON_STRING, (const char *)data, length);
}

static int on_key(void *context, const unsigned char *key, size_t length)
{
    struct json *j = context;
    struct frame *f = &j->frames[j->depth - 1];
    j->event = true;
    f->next = f->node
        ? json_path_key(f->node, (const char *)key, length) : NULL;
    listen_to(j, f->next ? HEED_ALL : HEED_KEYS);
    if (!f->next && f->node && f->node->element && j->ignored++ == 0)
        snprintf(j->ignored_name, sizeof(j->ignored_name), "%.*s",
                 (int)length, (const char *)key);
    return length > STRING_LIMIT ? too_long(j) : 1;
}

static int on_open(struct json *j, bool array)
{
    const struct json_node *n = arrive(j);
    listen_to(j, n ? HEED_ALL : HEED_NESTING);
    if (j->depth == DEPTH_LIMIT) {
        error_set(j->err, ERROR_INPUT,
                  "nested deeper than %d levels", DEPTH_LIMIT);
        j->stopped = true;
        return 0;
    }
    j->frames[j->depth++] = (struct frame){ n, NULL, 0, array };
    if (!n)
        return 1;
    j->listed = j->listed || (array && n->any && n->any->element);
    if (n->element) {
        element_begin(j);
        j->element_depth = j->depth;
    } else if (n->parent) {
        forget_below(j, n);
    }
    if (n->value >= 0)
        keep(j, n, JSON_OTHER, "", 0);
    return 1;
}

static int on_open_map(void *context)
{
    return on_open(context, false);
}

static int on_open_array(void *context)
{
    return on_open(context, true);
}

static int on_close(void *context)
{
    struct json *j = context;
    j->event = true;
    j->depth--;
    listen_to(j, j->depth && !j->frames[j->depth - 1].node ? HEED_NESTING
                                                           : HEED_ALL);
    if (j->depth + 1 != j->element_depth)
        return 1;
    j->element_depth = 0;
    return element_end(j);
}

static const yajl_callbacks callbacks = {
    .yajl_null = on_null,
    .yajl_boolean = on_bool,
    .yajl_number = on_number,
    .yajl_string = on_string,
    .yajl_start_map = on_open_map,
    .yajl_map_key = on_key,
    .yajl_end_map = on_close,
    .yajl_start_array = on_open_array,
    .yajl_end_array = on_close,
};

static void listen_to(struct json *j, enum heed heed)
{
    if (j->heed == heed)
        return;
    j->heed = heed;
    bool all = heed == HEED_ALL;
    j->events.yajl_null = all ? on_null : NULL;
    j->events.yajl_boolean = all ? on_bool : NULL;
    j->events.yajl_number = all ? on_number : NULL;
    j->events.yajl_string = all ? on_string : NULL;
    j->events.yajl_map_key = heed == HEED_NESTING ? NULL : on_key;
}

/* ---- feeding ---------------------------------------------------------- */

/* Overwrite bad escapes of a chunk, in a copy. *length becomes what may be
 * read now: the rest is an escape that goes on in the next chunk. */
static const char *repair(struct json *j, const char *data, size_t *length)
{
    char *copy = NULL;
    size_t i = 0;
    for (;;) {
        const char *found = memchr(data + i, '\\', *length - i);
        if (!found)
            break;
        i = (size_t)(found - data);
        bool bad;
        size_t size = json_escape_length(found, *length - i, &bad);
        if (!size) {
            *length = i;
            break;
        }
        if (bad) {
            if (!copy) {
                buf_clear(&j->repaired);
                buf_add(&j->repaired, data, *length);
                copy = j->repaired.data;
            }
            json_escape_overwrite(copy + i);
        }
        i += size;
    }
    return copy ? copy : data;
}

static void *yajl_take(void *context, size_t size)
{
    (void)context;
    return mem_resize(NULL, size);
}

static void *yajl_regrow(void *context, void *block, size_t size)
{
    (void)context;
    return mem_resize(block, size);
}

static void yajl_drop(void *context, void *block)
{
    (void)context;
    mem_free(block);
}

/* A parser at the start of a stream; yajl cannot be rewound. */
static void restart(struct json *j)
{
    static yajl_alloc_funcs memory = { yajl_take, yajl_regrow, yajl_drop,
                                       NULL };
    if (j->yajl)
        yajl_free(j->yajl);
    j->events = callbacks;
    j->heed = HEED_ALL;
    j->yajl = yajl_alloc(&j->events, &memory, j);
    yajl_config(j->yajl, yajl_dont_validate_strings, 1);
    yajl_config(j->yajl, yajl_allow_multiple_values, 1);
    j->depth = 0;
    j->element_depth = 0;
    j->carried = 0;
    j->fed = 0;
    j->waiting = 0;
    j->bad_at = 0;
    j->stopped = false;
}

static int explain(struct json *j, const char *data, size_t length)
{
    uint64_t at = j->fed + yajl_get_bytes_consumed(j->yajl);
    if (j->stopped) { /* by us, not for its grammar */
        if (j->err->kind == ERROR_INPUT)
            error_prefix(j->err, "byte %llu", (unsigned long long)at);
        return -1;
    }
    j->stopped = true;
    j->bad_at = at;
    size_t i = 0;
    while (i < length && (data[i] == ' ' || (data[i] >= 9 && data[i] <= 13)))
        i++;
    if (j->documents == 0 && j->fed == 0 && i < length && data[i] == '<')
        return error_set(j->err, ERROR_INPUT,
                         "this is HTML or XML, not JSON");
    unsigned char *why = yajl_get_error(j->yajl, 0,
                                        (const unsigned char *)data, length);
    const char *text = (const char *)why;
    error_set(j->err, ERROR_INPUT, "not JSON at byte %llu: %.*s",
              (unsigned long long)at,
              (int)strcspn(text, "\n"), text);
    yajl_free_error(j->yajl, why);
    return -1;
}

static int feed_yajl(struct json *j, const char *data, size_t length)
{
    j->chunk = data;
    j->chunk_length = length;
    j->event = false;
    yajl_status status = yajl_parse(j->yajl, (const unsigned char *)data,
                                    length);
    int rc = 0;
    if (status != yajl_status_ok) {
        rc = explain(j, data, length);
    } else {
        if (j->element_depth)
            own_values(j);
        j->waiting = j->event ? 0 : j->waiting + length;
        if (j->waiting > (j->heed == HEED_NESTING ? SKIP_LIMIT
                                                  : STRING_LIMIT + 64 * KiB))
            rc = -!too_long(j);
    }
    j->fed += length;
    j->chunk = NULL;
    j->chunk_length = 0;
    return rc;
}

/* Finish an escape that the last chunk cut; returns bytes used, or -1. */
static long feed_carry(struct json *j, const char *data, size_t length)
{
    size_t used = 0;
    while (j->carried) {
        bool bad = false;
        size_t size = j->carry[0] != '\\' ? j->carried
            : json_escape_length(j->carry, j->carried, &bad);
        if (size) {
            if (j->carry[0] == '\\' && bad)
                json_escape_overwrite(j->carry);
            if (feed_yajl(j, j->carry, size) < 0)
                return -1;
            j->carried -= size;
            memmove(j->carry, j->carry + size, j->carried);
        } else if (used < length) {
            j->carry[j->carried++] = data[used++];
        } else {
            break;
        }
    }
    return (long)used;
}

/* Move past a byte order mark, also one that comes in pieces. */
static int skip_bom(struct json *j, const char **data, size_t *length)
{
    static const char mark[] = "\xef\xbb\xbf";
    while (j->bom < 3 && *length) {
        if (**data != mark[j->bom] && j->bom) {
            j->stopped = true;
            return error_set(j->err, ERROR_INPUT, "not JSON at byte 0: half "
                             "a byte order mark");
        }
        if (**data != mark[j->bom]) {
            j->bom = 3;
            break;
        }
        j->bom++;
        j->fed++;
        ++*data;
        --*length;
    }
    return 0;
}

int json_feed(struct json *j, const char *data, size_t length,
              struct error *err)
{
    struct error local = ERROR_INIT;
    j->err = err ? err : &local;
    if (j->stopped)
        return error_set(j->err, ERROR_INPUT, "not JSON further up");
    if (skip_bom(j, &data, &length) < 0)
        return -1;
    if (j->carried) {
        long used = feed_carry(j, data, length);
        if (used < 0)
            return -1;
        data += used;
        length -= (size_t)used;
    }
    if (!length)
        return 0;
    size_t now = length;
    const char *clean = repair(j, data, &now);
    if (now && feed_yajl(j, clean, now) < 0)
        return -1;
    j->carried = length - now;
    memcpy(j->carry, data + now, j->carried);
    return 0;
}

int json_end(struct json *j, struct error *err)
{
    struct error local = ERROR_INIT;
    j->err = err ? err : &local;
    if (j->stopped)
        return error_set(j->err, ERROR_INPUT, "not JSON further up");
    /* A number at the very end is known to be whole by what follows it. */
    if ((j->carried && feed_yajl(j, j->carry, j->carried) < 0) ||
        feed_yajl(j, "\n", 1) < 0)
        return -1;
    if (j->depth)
        return error_set(j->err, ERROR_INPUT,
                         "the JSON ends in the middle, after byte %llu",
                         (unsigned long long)(j->fed - 1));
    if (!j->documents)
        return error_set(j->err, ERROR_INPUT, "empty: no JSON at all");
    return 0;
}

int json_line(struct json *j, const char *data, size_t length,
              struct error *err)
{
    struct error local;
    local.kind = ERROR_NONE;
    j->err = err ? err : &local;
    j->fed = 0;
    j->bom = 0;
    const char *from = data;
    size_t left = length, ready;
    int rc = skip_bom(j, &from, &left);
    ready = left;
    if (!rc && left) {
        /* Cut inside an escape: yajl shall say so. */
        rc = feed_yajl(j, repair(j, from, &ready), left);
    }
    if (!rc && (!length || data[length - 1] != '\n'))
        rc = feed_yajl(j, "\n", 1);
    while (length && (data[length - 1] == '\n' || data[length - 1] == '\r'))
        length--;
    if ((!rc && j->depth) || (rc && j->bad_at >= length))
        rc = error_set(j->err, ERROR_INPUT, "cut off: the JSON ends in the "
                       "middle, after byte %zu", length);
    if (rc)
        restart(j);
    return rc;
}

/* ---- opening and closing ---------------------------------------------- */

struct json *json_open(const char *element, const char *const *paths,
                       json_take *take, void *context)
{
    struct json *j = mem_alloc(sizeof(*j));
    while (paths[j->count])
        j->count++;
    size_t n = j->count + 1;
    j->paths = mem_alloc(n * sizeof(*j->paths));
    j->values = mem_alloc(n * sizeof(*j->values));
    j->same = mem_alloc(n * sizeof(*j->same));
    j->top = mem_alloc(n * sizeof(*j->top));
    j->take = take;
    j->context = context;
    j->root.value = -1;
    struct json_node *from = json_path_walk(&j->root, element);
    from->element = true;
    for (size_t i = 0; i < j->count; i++) {
        j->paths[i] = mem_string(paths[i]);
        j->top[i] = paths[i][0] == '/';
        j->has_top |= j->top[i];
        struct json_node *at = j->top[i]
            ? json_path_walk(&j->root, paths[i] + 1)
            : json_path_walk(from, paths[i]);
        j->same[i] = at->value;
        at->value = (int)i;
    }
    json_path_finish(&j->root);
    restart(j);
    return j;
}

struct json_value json_top(const struct json *j, const char *path)
{
    for (size_t i = 0; i < j->count; i++)
        if (j->top[i] && strcmp(j->paths[i], path) == 0)
            return j->values[i];
    return (struct json_value){ JSON_ABSENT, { NULL, 0 } };
}

bool json_listed(const struct json *j)
{
    return j->listed;
}

uint64_t json_ignored(const struct json *j, const char **example)
{
    *example = j->ignored_name;
    return j->ignored;
}

void json_close(struct json *j)
{
    if (!j)
        return;
    yajl_free(j->yajl);
    json_path_release(&j->root);
    for (size_t i = 0; i < j->count; i++)
        mem_free(j->paths[i]);
    mem_free(j->paths);
    mem_free(j->values);
    mem_free(j->same);
    mem_free(j->top);
    arena_release(&j->memory);
    arena_release(&j->top_memory);
    buf_release(&j->repaired);
    mem_free(j);
}
