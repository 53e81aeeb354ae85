/* SPDX-License-Identifier: Apache-2.0 */
/* A folder for one test, gone afterwards. Holds files and flat folders. */
#ifndef TESTS_SCRATCH_H
#define TESTS_SCRATCH_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"

enum { SCRATCH_ROOM = 512 };

static inline void scratch_fail(const char *path)
{
    perror(path);
    abort();
}

/* A file with this text. */
static inline void scratch_write(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    if (!f || fputs(text, f) < 0 || fclose(f))
        scratch_fail(path);
}

/* ... of a new name, which ends with XXXXXX. */
static inline void scratch_file(char *path, const char *text)
{
    int fd = mkstemp(path);
    if (fd < 0 || close(fd))
        scratch_fail(path);
    scratch_write(path, text);
}

static inline void scratch_make(char path[SCRATCH_ROOM])
{
    const char *base = getenv("TMPDIR");
    snprintf(path, SCRATCH_ROOM, "%s/swell-test-XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(path))
        scratch_fail(path);
}

static inline void scratch_remove(const char *path)
{
    DIR *folder = opendir(path);
    struct dirent *entry;
    struct buf inner = BUF_INIT(0);
    while (folder && (entry = readdir(folder))) {
        if (entry->d_name[0] == '.' &&
            (!entry->d_name[1] || entry->d_name[1] == '.'))
            continue;
        buf_clear(&inner);
        buf_printf(&inner, "%s/%s", path, entry->d_name);
        if (unlink(inner.data))
            scratch_remove(inner.data);
    }
    if (folder)
        closedir(folder);
    buf_release(&inner);
    rmdir(path);
}

#endif
