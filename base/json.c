/* SPDX-License-Identifier: Apache-2.0 */
/* JSON by paths: yajl's events walk the trie of json_path.h; what no path
 * names costs a comparison. The only user of yajl; builds no tree. Conversions
 * and writing are in json_value.c.
 *
 * yajl is told to pass strings unchecked and they are repaired here, because
 * its own check refuses the whole document and still lets lone surrogates
 * through; what it would decode wrongly it never sees (json_repair.h). A line
 * that is plain never comes to yajl (json_plain.h). */
#include "base/json.h"

#include <yajl/yajl_parse.h>

#include "base/json_path.h"
#include "base/json_plain.h"
#include "base/json_repair.h"

enum {
    DEPTH_LIMIT = 64,
    STRING_LIMIT = 1 << 20,
    SKIP_LIMIT = 64 << 20, /* of one stretch that nobody wants */
};

/* An object or array of which something is wanted. */
struct frame {
    const struct json_node *node;
    const struct json_node *next; /* of the key just read, or NULL */
    int index;               /* items seen */
    bool array;
};

struct json {
    yajl_handle yajl;
    struct json_paths paths;
    struct json_value *values; /* one a path */
    json_take *take;
    void *context;

    struct frame frames[DEPTH_LIMIT + 1]; /* the first holds nothing */
    struct frame *inner;     /* the last one, in which we are */
    int depth;               /* in what nobody wants, too */
    int element_depth;       /* depth inside the element; 0: outside */
    int skip_depth;          /* from here on nothing is wanted; 0: it is */
    uint64_t documents;

    struct arena memory;     /* values of the element */
    struct arena top_memory; /* values of the document */
    struct buf own;          /* a chunk with an escape overwritten; between
                              * chunks what the last one's end cut */
    uint64_t fed;            /* bytes given to yajl before this chunk */
    uint64_t bad_at;         /* where the grammar broke */
    size_t waiting;          /* bytes since the last event: one long token */
    uint64_t ignored;        /* keys of elements that no path names */
    char ignored_name[80];   /* the first of them */
    bool event, stopped;
    bool listed;             /* the elements' array was there */
    struct error *err;       /* the caller's, or: */
    struct error unheard;
};

/* ---- values ----------------------------------------------------------- */

static void forget_values(struct json *j, bool top)
{
    if (!top && !j->paths.has_top) {
        memset(j->values, 0, j->paths.count * sizeof(*j->values));
        return;
    }
    for (size_t i = 0; i < j->paths.count; i++)
        if (j->paths.path[i].top == top)
            j->values[i] = (struct json_value){ JSON_ABSENT, { NULL, 0 } };
}

/* A key came twice: what its first value held inside counts no more. */
static void forget_below(struct json *j, const struct json_node *n)
{
    for (const struct json_node *c = n->children; c; c = c->next) {
        for (int i = c->value; i >= 0; i = j->paths.path[i].same)
            j->values[i] = (struct json_value){ JSON_ABSENT, { NULL, 0 } };
        forget_below(j, c);
    }
}

/* For every path that ends at the node. */
static void keep(struct json *j, const struct json_node *n,
                 enum json_type type, const char *data, size_t length)
{
    bool valid = type != JSON_STRING || text_valid(data, length);
    for (int i = n->value; i >= 0; i = j->paths.path[i].same) {
        struct arena *memory = j->paths.path[i].top ? &j->top_memory
                                                    : &j->memory;
        struct text t = { data, length };
        if (valid)
            t.data = arena_copy(memory, data, length);
        else
            t = text_copy(memory, data, length, length * 3);
        j->values[i] = (struct json_value){ type, t };
    }
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

/* The node of the value that begins, NULL when nobody wants it. */
static const struct json_node *arrive(struct json *j)
{
    j->event = true;
    if (j->skip_depth)
        return NULL;
    if (j->depth == 0) {
        j->documents++;
        if (j->paths.has_top) {
            forget_values(j, true);
            arena_reset(&j->top_memory);
        }
        return &j->paths.root;
    }
    struct frame *f = j->inner;
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
    if (!n)
        return 1;
    if (length > STRING_LIMIT)
        return too_long(j);
    if (n->element)
        element_begin(j);
    else if (n->parent)
        forget_below(j, n);
    keep(j, n, type, data, length);
    return n->element ? element_end(j) : 1;
}

static int on_null(void *context)
{
    return on_scalar(context, JSON_NULL, "", 0);
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
    struct frame *f = j->inner;
    j->event = true;
    if (j->skip_depth)
        return 1;
    f->next = json_path_key(f->node, (const char *)key, length);
    if (!f->next && f->node->element && j->ignored++ == 0)
        snprintf(j->ignored_name, sizeof(j->ignored_name), "%.*s",
                 (int)length, (const char *)key);
    return length > STRING_LIMIT ? too_long(j) : 1;
}

static int on_open(struct json *j, bool array)
{
    const struct json_node *n = arrive(j);
    if (j->depth++ == DEPTH_LIMIT) {
        error_set(j->err, ERROR_INPUT, "nested deeper than %d levels",
                  DEPTH_LIMIT);
        j->stopped = true;
        return 0;
    }
    if (!n) {
        if (!j->skip_depth)
            j->skip_depth = j->depth;
        return 1;
    }
    *++j->inner = (struct frame){ n, NULL, 0, array };
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
    int depth = j->depth--;
    j->event = true;
    if (j->skip_depth) {
        if (j->skip_depth == depth)
            j->skip_depth = 0;
        return 1;
    }
    j->inner--;
    if (j->element_depth != depth)
        return 1;
    j->element_depth = 0;
    return element_end(j);
}

static const yajl_callbacks events = {
    .yajl_null = on_null, .yajl_boolean = on_bool, .yajl_number = on_number,
    .yajl_string = on_string, .yajl_map_key = on_key,
    .yajl_start_map = on_open_map, .yajl_start_array = on_open_array,
    .yajl_end_map = on_close, .yajl_end_array = on_close,
};

/* ---- feeding ---------------------------------------------------------- */

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
    j->yajl = yajl_alloc(&events, &memory, j);
    yajl_config(j->yajl, yajl_dont_validate_strings, 1);
    yajl_config(j->yajl, yajl_allow_multiple_values, 1);
    j->inner = j->frames;
    j->depth = 0;
    j->element_depth = 0;
    j->skip_depth = 0;
    buf_clear(&j->own);
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
    j->event = false;
    yajl_status status = yajl_parse(j->yajl, (const unsigned char *)data,
                                    length);
    int rc = 0;
    if (status != yajl_status_ok) {
        rc = explain(j, data, length);
    } else {
        j->waiting = j->event ? 0 : j->waiting + length;
        if (j->waiting > (j->skip_depth ? SKIP_LIMIT
                                        : STRING_LIMIT + 64 * KiB))
            rc = -!too_long(j);
    }
    j->fed += length;
    return rc;
}

int json_feed(struct json *j, const char *data, size_t length,
              struct error *err)
{
    char cut[JSON_REPAIR_CUT];
    j->err = err ? err : &j->unheard;
    if (j->stopped)
        return error_set(j->err, ERROR_INPUT, "not JSON further up");
    if (j->own.length) {
        buf_add(&j->own, data, length);
        data = j->own.data;
        length = j->own.length;
    }
    size_t ready = length;
    data = json_repair(&j->own, !j->fed, data, &ready);
    if (ready && feed_yajl(j, data, ready) < 0)
        return -1;
    memcpy(cut, data + ready, length - ready);
    buf_clear(&j->own);
    return buf_add(&j->own, cut, length - ready);
}

int json_end(struct json *j, struct error *err)
{
    j->err = err ? err : &j->unheard;
    if (j->stopped)
        return error_set(j->err, ERROR_INPUT, "not JSON further up");
    /* A number at the very end is known to be whole by what follows it. */
    if ((j->own.length && feed_yajl(j, j->own.data, j->own.length) < 0) ||
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

/* As nearly every line is. *rc is take()'s answer. */
static bool take_plain(struct json *j, const char *data, size_t length,
                       int *rc)
{
    struct json_plain plain = { .paths = &j->paths, .values = j->values,
                                .memory = &j->memory };
    if (!j->paths.root.element || j->paths.has_top || length > STRING_LIMIT ||
        !text_valid(data, length))
        return false;
    element_begin(j);
    if (!json_plain(&plain, data, length))
        return false;
    j->documents++;
    if (plain.ignored && !j->ignored)
        snprintf(j->ignored_name, sizeof(j->ignored_name), "%.*s",
                 (int)plain.ignored_name.length, plain.ignored_name.data);
    j->ignored += plain.ignored;
    *rc = j->take(j->context, j->values, j->err);
    if (*rc && j->err->kind == ERROR_INPUT)
        error_prefix(j->err, "byte %zu", plain.length);
    return true;
}

int json_line(struct json *j, const char *data, size_t length,
              struct error *err)
{
    int rc;
    j->err = err ? err : &j->unheard;
    if (!length || data[length - 1] != '\n') {
        buf_clear(&j->own);
        buf_add(&j->own, data, length);
        buf_putc(&j->own, '\n');
        data = j->own.data;
        length = j->own.length;
    }
    if (take_plain(j, data, length, &rc))
        return rc;
    size_t ready = length; /* cut inside an escape: yajl shall say so */
    data = json_repair(&j->own, true, data, &ready);
    j->fed = 0;
    j->waiting = 0;
    rc = feed_yajl(j, data, length);
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
    json_paths_open(&j->paths, element, paths);
    j->values = mem_alloc((j->paths.count + 1) * sizeof(*j->values));
    j->take = take;
    j->context = context;
    restart(j);
    return j;
}

struct json_value json_top(const struct json *j, const char *path)
{
    for (size_t i = 0; i < j->paths.count; i++)
        if (j->paths.path[i].top && strcmp(j->paths.path[i].text, path) == 0)
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
    json_paths_close(&j->paths);
    mem_free(j->values);
    arena_release(&j->memory);
    arena_release(&j->top_memory);
    buf_release(&j->own);
    mem_free(j);
}
