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

static inline void scratch_make(char path[SCRATCH_ROOM])
{
    const char *base = getenv("TMPDIR");
    snprintf(path, SCRATCH_ROOM, "%s/swell-test-XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(path)) {
        perror(path);
        abort();
    }
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
