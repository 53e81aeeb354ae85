/* SPDX-License-Identifier: Apache-2.0 */
/* Figures about the file, and a fresh file without free pages. */
#include "store/lmdb.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* The list is one of numbers a transaction, how many they are in front. */
int lmdb_count_free(struct txn t, uint64_t first, uint64_t *count)
{
    size_t listed, page;
    *count = 0;
    struct scan r = scan_from(t, FREE_PAGES, NULL, 0);
    for (; r.rc == 0; scan_next(&r)) {
        const char *at = r.value.mv_data, *end = at + r.value.mv_size;
        memcpy(&listed, at, sizeof(listed));
        while (listed-- && (at += sizeof(page)) < end) {
            memcpy(&page, at, sizeof(page));
            *count += page >= first;
        }
    }
    return scan_end(&r);
}

static int count_bytes(struct txn t, struct store_stats *out)
{
    struct lmdb_size size;
    uint64_t free_pages;
    int rc = lmdb_measure(t.s, &size);
    if (rc == 0)
        rc = lmdb_count_free(t, 0, &free_pages);
    if (rc)
        return rc;
    out->bytes_used = (size.pages - free_pages) * size.page;
    out->bytes_file = size.file;
    return 0;
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

/* Root may compact what is another user's. By its name: closing a file of
 * locks anew would drop them. */
static void give_rights(const char *path, const struct stat *old)
{
    if (chown(path, old->st_uid, old->st_gid) == 0)
        (void)chmod(path, old->st_mode & 0777);
}

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
    struct stat file = { 0 }, table;
    snprintf(data, sizeof(data), "%s/data.mdb", s->path);
    snprintf(lock, sizeof(lock), "%s/lock.mdb", s->path);
    int folder = open(s->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc = 0;
    if (folder < 0 || flock(folder, LOCK_EX) || stat(data, &file))
        rc = errno;
    if (stat(lock, &table))
        table = file;
    if (rc == 0) {
        give_rights(fresh, &file);
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
    if (rc == 0)
        give_rights(lock, &table);
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
    snprintf(fresh, sizeof(fresh), "%s/" FRESH_FILE, s->path);
    int rc = copy_file(s, fresh);
    if (rc == 0)
        rc = put_in_place(s, fresh, err);
    if (rc) {
        unlink(fresh);
        return lmdb_fail(s, rc, "compacting", err);
    }
    return 0;
}
