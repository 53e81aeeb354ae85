/* SPDX-License-Identifier: Apache-2.0 */
/* Reading NDJSON, posts a CPU second, one thread: yajl alone, with callbacks
 * that do nothing, which is what lines cost before they were read without it,
 * and base/json.h with eight fields. From a file to posts: see stages.c.
 *
 *   json FILE */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <yajl/yajl_parse.h>

#include "base/json.h"

static double cpu_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int on_value(void *context)
{
    (void)context;
    return 1;
}

static int on_bool(void *context, int value)
{
    (void)value;
    return on_value(context);
}

static int on_number(void *context, const char *data, size_t length)
{
    (void)data;
    return on_bool(context, length > 0);
}

static int on_string(void *context, const unsigned char *data, size_t length)
{
    (void)data;
    return on_bool(context, length > 0);
}

static const yajl_callbacks nothing = {
    on_value, on_bool, NULL, NULL, on_number, on_string,
    on_value, on_string, on_value, on_value, on_value,
};

static uint64_t run_yajl(const char *data, size_t length,
                         const yajl_callbacks *callbacks)
{
    uint64_t lines = 0;
    yajl_handle h = yajl_alloc(callbacks, NULL, NULL);
    yajl_config(h, yajl_allow_multiple_values, 1);
    yajl_config(h, yajl_dont_validate_strings, 1);
    for (const char *at = data, *end = data + length; at < end; lines++) {
        const char *next = memchr(at, '\n', (size_t)(end - at));
        next = next ? next + 1 : end;
        if (yajl_parse(h, (const unsigned char *)at, (size_t)(next - at)) !=
            yajl_status_ok)
            abort();
        at = next;
    }
    yajl_free(h);
    return lines;
}

static int take(void *context, const struct json_value *values,
                struct error *err)
{
    uint64_t *count = context;
    (void)err;
    *count += values[0].type == JSON_STRING && values[3].text.length > 0;
    return 0;
}

static uint64_t run_json(const char *data, size_t length)
{
    static const char *const paths[] = { "id", "source", "created_at",
        "text", "author", "lang", "likes", "kind", NULL };
    uint64_t count = 0;
    struct error err = ERROR_INIT;
    struct json *j = json_open("", paths, take, &count);
    for (const char *at = data, *end = data + length; at < end;) {
        const char *next = memchr(at, '\n', (size_t)(end - at));
        next = next ? next + 1 : end;
        if (json_line(j, at, (size_t)(next - at), &err)) {
            fprintf(stderr, "%s\n", err.text);
            exit(1);
        }
        at = next;
    }
    json_close(j);
    return count;
}

static void tell(const char *what, uint64_t posts, double seconds,
                 size_t bytes)
{
    printf("%-28s %9.0f posts/s %7.0f MB/s\n", what, (double)posts / seconds,
           (double)bytes / seconds / 1e6);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fputs("usage: json FILE\n", stderr);
        return 2;
    }
    int fd = open(argv[1], O_RDONLY);
    struct stat st;
    if (fd < 0 || fstat(fd, &st)) {
        perror(argv[1]);
        return 1;
    }
    size_t length = (size_t)st.st_size;
    char *data = mem_resize(NULL, length);
    for (size_t done = 0; done < length;) {
        ssize_t n = read(fd, data + done, length - done);
        if (n <= 0)
            return 1;
        done += (size_t)n;
    }
    close(fd);
    for (int round = 0; round < 3; round++) {
        double start = cpu_seconds();
        uint64_t posts = run_yajl(data, length, NULL);
        tell("yajl, no callbacks", posts, cpu_seconds() - start, length);
        start = cpu_seconds();
        posts = run_yajl(data, length, &nothing);
        tell("yajl, callbacks of nothing", posts, cpu_seconds() - start,
             length);
        start = cpu_seconds();
        posts = run_json(data, length);
        tell("base/json.h, 8 fields", posts, cpu_seconds() - start, length);
    }
    mem_free(data);
    return 0;
}
