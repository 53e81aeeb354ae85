/* SPDX-License-Identifier: Apache-2.0 */
/* See option.h. Knows nothing of YAML or argv: it sets one value at a time. */
#include "base/option.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/tags.h"

enum { SECRET_LIMIT = 8 * 1024 };

void option_defaults(const struct option *table, void *state)
{
    for (; table->name; table++)
        if (table->value && *table->value)
            (void)option_set(table, state, table->value, ".", NULL);
}

const struct option *option_find(const struct option *table, const char *name)
{
    for (; table->name; table++)
        if (strcmp(table->name, name) == 0)
            return table;
    return NULL;
}

static void set_string(char **place, const char *value)
{
    mem_free(*place);
    *place = mem_string(value);
}

/* 10, 500, 1k, 2m, 1g: decimal multiples, as people write counts. */
static int parse_count(const char *value, uint64_t *out)
{
    char *end;
    errno = 0;
    unsigned long long n = strtoull(value, &end, 10);
    uint64_t unit = 1;
    if (*value < '0' || *value > '9' || errno)
        return -1;
    if (*end == 'k' || *end == 'K')
        unit = 1000;
    else if (*end == 'm' || *end == 'M')
        unit = 1000000;
    else if (*end == 'g' || *end == 'G')
        unit = 1000000000;
    if (unit > 1)
        end++;
    if (*end || n > UINT64_MAX / unit)
        return -1;
    *out = n * unit;
    return 0;
}

static int parse_bool(const char *value, bool *out)
{
    static const char *const words[] = { "false", "true", "no", "yes", "off",
                                         "on", "0", "1" };
    int which = tag_index(words, 8, value);
    if (which < 0)
        return -1;
    *out = which % 2;
    return 0;
}

/* A path as it is meant: from dir, unless it is absolute or standard input. */
static void path_from(struct buf *out, const char *dir, const char *value)
{
    if (*value != '/' && dir && strcmp(dir, ".") != 0 &&
        strcmp(value, "-") != 0)
        buf_printf(out, "%s/", dir);
    buf_puts(out, value);
}

/* Is it a systemd credential? Its folder is private to the service; the mode
 * of the files in it shows the mask of their access list, not others. */
static bool credential(struct buf *path, const char *value)
{
    const char *folder = getenv("CREDENTIALS_DIRECTORY");
    if (!folder || *folder != '/' || strchr(value, '/'))
        return false;
    buf_printf(path, "%s/%s", folder, value);
    if (access(path->data, F_OK) == 0)
        return true;
    buf_clear(path);
    return false;
}

/* The first line of a file that only its owner can read. */
static int read_secret(const char *value, const char *dir, char **out,
                       struct error *err)
{
    struct buf path = BUF_INIT(0);
    char content[SECRET_LIMIT + 1];
    struct stat st;
    int rc = -1;
    bool given = credential(&path, value);
    if (!given)
        path_from(&path, dir, value);
    int fd = open(path.data, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    ssize_t got = -1;
    if (fd < 0 || fstat(fd, &st)) {
        error_set(err, ERROR_CONFIG, "cannot read %s: %s", path.data,
                  strerror(errno));
    } else if (!S_ISREG(st.st_mode)) {
        error_set(err, ERROR_CONFIG, "%s is not a file", path.data);
    } else if (st.st_mode & (given ? 07 : 077)) {
        error_set(err, ERROR_CONFIG,
                  "%s can be read by others; run: chmod 600 %s", path.data,
                  path.data);
    } else if ((got = read(fd, content, SECRET_LIMIT)) <= 0 ||
               strchr("\r\n", *content)) {
        error_set(err, ERROR_CONFIG, "%s is empty", path.data);
    } else {
        content[got] = '\0';
        size_t length = strcspn(content, "\r\n");
        if (*out)
            secret_wipe(*out, strlen(*out));
        mem_free(*out);
        *out = mem_slice(content, length);
        (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* not into a core file */
        rc = 0;
    }
    if (got > 0)
        secret_wipe(content, sizeof(content));
    if (fd >= 0)
        close(fd);
    buf_release(&path);
    return rc;
}

static int wrong(const struct option *o, const char *value, const char *what,
                 struct error *err)
{
    return error_set(err, ERROR_CONFIG, "%s: \"%.80s\" is not %s", o->name,
                     value, what);
}

static void add_item(struct option_list *list, const char *value)
{
    list->items = mem_resize(list->items,
                             (list->count + 1) * sizeof(*list->items));
    list->lines = mem_resize(list->lines,
                             (list->count + 1) * sizeof(*list->lines));
    list->lines[list->count] = 0;
    list->items[list->count++] = mem_string(value);
}

static int set_name(const struct option *o, char **place, const char *value,
                    struct error *err)
{
    size_t length = strspn(value, "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");
    bool plain = length && !value[length] && length <= 60;
    set_string(place, plain ? value : "unnamed");
    return plain ? 0 : error_set(err, ERROR_CONFIG, "%s: letters, digits, "
                                 "- _ . only, at most 60", o->name);
}

/* Without the slashes at its end: paths are put behind it. */
static void set_address(char **place, const char *value)
{
    set_string(place, value);
    for (size_t n = strlen(value); n && value[n - 1] == '/'; n--)
        (*place)[n - 1] = '\0';
}

/* 1970 begins a second late: 0 is for a date that was not given. */
static int parse_date(const char *value, int64_t *out)
{
    int rc = clock_parse(value, strlen(value), out);
    *out += rc == 0 && *out == 0;
    return rc;
}

int option_set(const struct option *o, void *state, const char *value,
               const char *dir, struct error *err)
{
    void *place = (char *)state + o->offset;
    switch (o->type) {
    case OPTION_PATH: {
        struct buf path = BUF_INIT(0);
        path_from(&path, dir, value);
        set_string(place, path.data);
        buf_release(&path);
        return 0;
    }
    case OPTION_STRING:
        set_string(place, value);
        return 0;
    case OPTION_NAME:
        return set_name(o, place, value, err);
    case OPTION_LIST:
        add_item(place, value);
        return 0;
    case OPTION_COUNT:
        return parse_count(value, place)
                   ? wrong(o, value, "a number like 500 or 10k", err) : 0;
    case OPTION_FLOAT: {
        char *end;
        double number = strtod(value, &end);
        if (end == value || *end || !(number > -1e15 && number < 1e15))
            return wrong(o, value, "a number", err);
        *(double *)place = number;
        return 0;
    }
    case OPTION_BOOL:
        return parse_bool(value, place) ? wrong(o, value, "yes or no", err) : 0;
    case OPTION_DURATION:
        return clock_parse_duration(value, place)
                   ? wrong(o, value, "a duration like 15m, 6h or 30d", err) : 0;
    case OPTION_DATE:
        return parse_date(value, place)
                   ? wrong(o, value, "a date like 2026-11-20", err) : 0;
    case OPTION_SECRET:
        return read_secret(value, dir, place, err)
                   ? error_prefix(err, "%s", o->name) : 0;
    case OPTION_URL:
        if (strncmp(value, "https://", 8) && strncmp(value, "http://", 7))
            return wrong(o, value, "an http or https address", err);
        if (strpbrk(value, " \t\r\n\"<>"))
            return wrong(o, value, "a well-formed address", err);
        set_address(place, value);
        return 0;
    case OPTION_ZONE: {
        struct zone *zone;
        if (zone_open(&zone, value, err))
            return error_prefix(err, "%s", o->name);
        zone_close(zone);
        set_string(place, value);
        return 0;
    }
    case OPTION_NONE:
        break;
    }
    return error_set(err, ERROR_CONFIG, "%s: unknown type of option", o->name);
}

/* Its value is a char *, owned. */
static bool is_text(enum option_type type)
{
    return type == OPTION_STRING || type == OPTION_NAME ||
           type == OPTION_PATH || type == OPTION_SECRET ||
           type == OPTION_URL || type == OPTION_ZONE;
}

bool option_given(const struct option *o, const void *state)
{
    const void *place = (const char *)state + o->offset;
    if (is_text(o->type))
        return *(char *const *)place && **(char *const *)place;
    switch (o->type) {
    case OPTION_LIST:
        return ((const struct option_list *)place)->count > 0;
    case OPTION_COUNT:
        return *(const uint64_t *)place != 0;
    case OPTION_FLOAT:
        return *(const double *)place < 0 || *(const double *)place > 0;
    case OPTION_BOOL:
        return *(const bool *)place;
    case OPTION_DURATION: case OPTION_DATE:
        return *(const int64_t *)place != 0;
    default:
        return false;
    }
}

void option_release(const struct option *table, void *state)
{
    for (; table->name; table++) {
        void *place = (char *)state + table->offset;
        if (table->type == OPTION_LIST) {
            struct option_list *list = place;
            for (size_t i = 0; i < list->count; i++)
                mem_free(list->items[i]);
            mem_free(list->items);
            mem_free(list->lines);
            *list = (struct option_list){ NULL, 0, NULL };
        } else if (is_text(table->type)) {
            char **text = place;
            if (*text && table->type == OPTION_SECRET)
                secret_wipe(*text, strlen(*text));
            mem_free(*text);
            *text = NULL;
        }
    }
}
