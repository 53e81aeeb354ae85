/* SPDX-License-Identifier: Apache-2.0 */
/* Figures about the file, and a fresh file without free pages. */
#include "store/lmdb.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* Of the file, less what its list of free pages names: a list of numbers a
 * transaction, their count in front. */
static int count_bytes(struct txn t, struct store_stats *out)
{
    struct lmdb_size size;
    int rc = lmdb_measure(t.s, &size);
    if (rc)
        return rc;
    struct scan r = scan_from(t, FREE_PAGES, NULL, 0);
    size_t count;
    for (; r.rc == 0; scan_next(&r)) {
        memcpy(&count, r.value.mv_data, sizeof(count));
        size.pages -= count;
    }
    out->bytes_used = size.pages * size.page;
    out->bytes_file = size.file;
    return scan_end(&r);
}

int lmdb_stats(struct store *base, struct store_stats *out, struct error *err)
{
    struct txn t;
    memset(out, 0, sizeof(*out));
    if (lmdb_read_begin(base, &t, err))
        return -1;
    out->posts = lmdb_entries(t, POSTS);
    out->hours = lmdb_entries(t, HOURS);
    out->days = lmdb_entries(t, DAYS);
    out->notes = lmdb_entries(t, NOTES);
    out->format = LMDB_FORMAT;
    int rc = count_bytes(t, out);
    if (rc == 0)
        rc = lmdb_tombstones(t, &out->tombstones);
    if (rc == 0)
        rc = lmdb_last_id(t, STORE_SUBJECTS, &out->subjects);
    if (rc == 0)
        rc = lmdb_last_id(t, STORE_SOURCES, &out->sources);
    return lmdb_read_end(t, rc, "looking at the store", err);
}

/* ---- compaction ---- */

static int copy_file(struct lmdb *s, const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0)
        return errno;
    s->inside++;
    int rc = mdb_env_copyfd2(s->env, fd, MDB_CP_COMPACT);
    s->inside--;
    if (rc == 0 && fsync(fd))
        rc = errno;
    if (close(fd) && rc == 0)
        rc = errno;
    return rc;
}

/* The reader table goes with the old file: those who read it now keep both.
 * The folder's lock keeps others from opening one old and one new. */
static int put_in_place(struct lmdb *s, const char *fresh, struct error *err)
{
    char data[4096], lock[4096];
    snprintf(data, sizeof(data), "%s/data.mdb", s->path);
    snprintf(lock, sizeof(lock), "%s/lock.mdb", s->path);
    int folder = open(s->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc = 0;
    if (folder < 0 || flock(folder, LOCK_EX))
        rc = errno;
    if (rc == 0) {
        mdb_env_close(s->env);
        s->env = NULL;
        if ((unlink(lock) && errno != ENOENT) || rename(fresh, data) ||
            fsync(folder))
            rc = errno;
    }
    if (folder >= 0)
        close(folder);
    if (!s->env && lmdb_reopen(s, err))
        return TOLD_WHY;
    return rc;
}

int lmdb_compact(struct store *base, struct error *err)
{
    struct lmdb *s = lmdb_of(base);
    char fresh[4096];
    if (s->base.mode != STORE_WRITE)
        return error_set(err, ERROR_USAGE, "%s: opened for reading only",
                         s->path);
    if (s->reading)
        return error_set(err, ERROR_BUSY, "%s: still being read here",
                         s->path);
    snprintf(fresh, sizeof(fresh), "%s/data.mdb.new", s->path);
    int rc = copy_file(s, fresh);
    if (rc == 0)
        rc = put_in_place(s, fresh, err);
    if (rc) {
        unlink(fresh);
        return lmdb_fail(s, rc, "compacting", err);
    }
    return 0;
}
