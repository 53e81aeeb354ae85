/* SPDX-License-Identifier: Apache-2.0 */
/* The file and its transactions: opening, growing, failing with a sentence.
 * Knows no table's content. */
#include "store/lmdb.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* Address space, not disk: the file grows as pages are used. A test starts
 * with little, to see it grow. */
#ifndef MAP_START
#define MAP_START ((size_t)64 << 30)
#endif
#define MAP_LEAST ((size_t)64 << 20)

/* Of the disk, or of what one user may have of it. */
static bool no_room(int rc)
{
    return rc == ENOSPC || rc == EDQUOT;
}

/* By the open file where there is one: its folder may be gone. */
static bool disk_is_full(const struct lmdb *s)
{
    struct statvfs fs;
    int fd;
    bool open = s->env && mdb_env_get_fd(s->env, &fd) == 0;
    return (open ? fstatvfs(fd, &fs) : statvfs(s->path, &fs)) == 0 &&
           (uint64_t)fs.f_bavail * fs.f_frsize < MiB;
}

/* 0: there is none. */
static ino_t table_inode(const struct lmdb *s)
{
    char path[4096];
    struct stat st;
    snprintf(path, sizeof(path), "%s/lock.mdb", s->path);
    return stat(path, &st) == 0 ? st.st_ino : 0;
}

/* Nobody keeps the pages of the moment that is held: those that the next
 * transaction frees are the third one's to write. So without a reader table,
 * or where a compaction died that had taken ours away. */
bool lmdb_overtaken(const struct lmdb *s)
{
    MDB_envinfo info;
    unsigned flags;
    return s->held && !mdb_env_get_flags(s->env, &flags) &&
           (flags & MDB_NOLOCK || table_inode(s) != s->table_inode) &&
           !mdb_env_info(s->env, &info) &&
           info.me_last_txnid > mdb_txn_id(s->held) + 1;
}

static int lmdb_kept(struct store *base, struct error *err)
{
    const struct lmdb *s = lmdb_of(base);
    return lmdb_overtaken(s)
               ? error_set(err, ERROR_BUSY, "%s: " OVERTAKEN, s->path) : 0;
}

int lmdb_fail(const struct lmdb *s, int rc, const char *doing,
              struct error *err)
{
    if (rc == TOLD_WHY)
        return -1;
    if (lmdb_overtaken(s))
        return error_set(err, ERROR_BUSY, "%s: " OVERTAKEN, s->path);
    /* LMDB reports a write that a full disk cut short as EIO. */
    if (no_room(rc) || (rc == EIO && disk_is_full(s)))
        return error_set(err, ERROR_FULL, "%s: the disk is full; %s was not "
                         "done and nothing is lost; free some space and run "
                         "this again", s->path, doing);
    if (rc == MDB_MAP_FULL)
        return error_set(err, ERROR_FULL, "%s: no more address space for the "
                         "store; %s was not done", s->path, doing);
    if (rc == EACCES || rc == EPERM || rc == EROFS)
        return error_set(err, ERROR_DENIED, "%s: %s: %s", s->path, doing,
                         strerror(rc));
    if (rc == MDB_INVALID || rc == MDB_CORRUPTED || rc == MDB_VERSION_MISMATCH
        || rc == MDB_PAGE_NOTFOUND || rc == MDB_INCOMPATIBLE)
        return error_set(err, ERROR_CORRUPT, "%s/data.mdb: not a store, or "
                         "damaged (%s, %s); restore it from a backup",
                         s->path, doing, mdb_strerror(rc));
    return error_set(err, ERROR_SYSTEM, "%s: %s: %s", s->path, doing,
                     mdb_strerror(rc));
}

/* ---- transactions ---- */

static int begin(struct txn *t, unsigned flags)
{
    MDB_env *env = t->s->env;
    int rc = mdb_txn_begin(env, NULL, flags, &t->mdb);
    if (rc == MDB_MAP_RESIZED) { /* another process made it larger */
        rc = mdb_env_set_mapsize(env, 0);
        if (rc == 0)
            rc = mdb_txn_begin(env, NULL, flags, &t->mdb);
    }
    t->s->inside += rc == 0;
    return rc;
}

/* Ends it, whatever it returns. */
static int finish(struct txn t, int rc)
{
    if (rc == 0)
        rc = mdb_txn_commit(t.mdb);
    else
        mdb_txn_abort(t.mdb);
    if (rc) {
        lmdb_subject_ids_forget(t.s);
        day_authors_forget(t.s);
    }
    t.s->inside--;
    return rc;
}

int lmdb_read_begin(struct store *base, struct txn *t, struct error *err)
{
    struct lmdb *s = lmdb_of(base);
    *t = (struct txn){ s, s->held };
    if (s->held)
        return 0;
    /* No file is open where the one put in place could not be. */
    if (!s->env && lmdb_reopen(s, err))
        return -1;
    int rc = begin(t, MDB_RDONLY);
    if (rc)
        return lmdb_fail(s, rc, "starting to read", err);
    s->reading++;
    return 0;
}

int lmdb_read_end(struct txn t, int rc, const char *doing, struct error *err)
{
    if (t.mdb != t.s->held) {
        t.s->reading--;
        t.s->inside--;
        mdb_txn_abort(t.mdb);
    }
    return rc ? lmdb_fail(t.s, rc, doing, err) : 0;
}

static int map_grow(struct lmdb *s)
{
    MDB_envinfo info;
    int rc = mdb_env_info(s->env, &info);
    if (rc)
        return rc;
    if (s->reading || info.me_mapsize > SIZE_MAX / 4)
        return MDB_MAP_FULL;
    return mdb_env_set_mapsize(s->env, info.me_mapsize * 2);
}

int lmdb_measure(const struct lmdb *s, struct lmdb_size *out)
{
    MDB_envinfo info;
    MDB_stat st;
    struct stat file;
    int rc = mdb_env_info(s->env, &info);
    if (rc == 0)
        rc = mdb_env_stat(s->env, &st);
    if (rc == 0)
        rc = mdb_env_get_fd(s->env, &out->fd);
    if (rc || fstat(out->fd, &file))
        return rc ? rc : errno;
    out->moment = info.me_last_txnid;
    out->pages = info.me_last_pgno + 1;
    out->page = st.ms_psize;
    out->file = (uint64_t)file.st_size;
    return 0;
}

int lmdb_write(struct store *base, lmdb_work *work, void *context,
               const char *doing, struct error *err)
{
    struct lmdb *s = lmdb_of(base);
    if (s->base.mode != STORE_WRITE)
        return error_set(err, ERROR_USAGE, "%s: opened for reading only",
                         s->path);
    int rc;
    do {
        struct txn t = { s, NULL };
        rc = begin(&t, 0);
        if (rc)
            break;
        rc = finish(t, work(t, context, err));
    } while (rc == MDB_MAP_FULL && (rc = map_grow(s)) == 0);
    return rc ? lmdb_fail(s, rc, doing, err) : 0;
}

/* ---- opening ---- */

static int open_tables(struct lmdb *s, struct error *err)
{
    if (s->base.mode == STORE_WRITE)
        return lmdb_write(&s->base, lmdb_tables_make, NULL,
                          "opening the store", err);
    struct txn t = { s, NULL };
    int rc = begin(&t, MDB_RDONLY);
    if (rc == 0) /* a commit keeps the table handles */
        rc = finish(t, lmdb_tables(t, err));
    return rc ? lmdb_fail(s, rc, "opening the store", err) : 0;
}

/* LMDB writes it through a mapping, and on a full disk that is a signal: so
 * room is made for it where a store is, or will be. It is for whose the store
 * is, though root makes it. */
static int make_reader_table(const struct lmdb *s, unsigned flags)
{
    enum { BYTES = 8192 }; /* of 126 readers */
    char path[4096];
    struct stat file;
    snprintf(path, sizeof(path), "%s/data.mdb", s->path);
    bool there = stat(path, &file) == 0;
    if (flags & MDB_NOLOCK || (flags & MDB_RDONLY && !there))
        return 0;
    snprintf(path, sizeof(path), "%s/lock.mdb", s->path);
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0)
        return 0; /* it is there, or LMDB says why not */
    if (there)
        (void)!fchown(fd, file.st_uid, file.st_gid); /* as root alone can */
    int rc = posix_fallocate(fd, 0, BYTES);
    close(fd);
    if (!no_room(rc))
        return 0;
    unlink(path);
    return rc;
}

static void close_environment(struct lmdb *s)
{
    mdb_env_close(s->env); /* NULL: nothing */
    s->env = NULL;
}

static int open_environment(struct lmdb *s, unsigned flags, size_t map)
{
    int rc = make_reader_table(s, flags);
    if (rc == 0)
        rc = mdb_env_create(&s->env);
    if (rc == 0)
        rc = mdb_env_set_maxdbs(s->env, TABLES + 3);
    if (rc == 0)
        rc = mdb_env_set_mapsize(s->env, map);
    if (rc == 0)
        rc = mdb_env_open(s->env, s->path, MDB_NOTLS | flags, 0644);
    if (rc)
        close_environment(s);
    return rc;
}

static bool writer_is_busy(const struct lmdb *s)
{
    char path[4096];
    snprintf(path, sizeof(path), "%s/writer.lock", s->path);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool busy = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) && errno == EWOULDBLOCK;
    if (fd >= 0)
        close(fd);
    return busy;
}

/* A reader that may not write the lock file, or has no room for one, goes
 * without where nobody writes: nothing would keep a writer from the pages that
 * it reads. */
static int open_somehow(struct lmdb *s)
{
    unsigned flags = s->base.mode == STORE_READ ? MDB_RDONLY : 0;
    size_t map = MAP_START;
    int rc;
    while ((rc = open_environment(s, flags, map)) != 0) {
        bool denied = rc == EACCES || rc == EPERM || rc == EROFS ||
                      no_room(rc);
        if (denied && (flags & MDB_RDONLY) && !(flags & MDB_NOLOCK)) {
            if (writer_is_busy(s))
                return EBUSY;
            flags |= MDB_NOLOCK;
        }
        else if (rc == ENOMEM && map > MAP_LEAST)
            map /= 2; /* a machine that is short of address space */
        else
            break;
    }
    return rc;
}

/* LMDB does not write what a transaction left free at the very end. Whether
 * the missing end is that says the list of free pages, which may be missing,
 * too: only for lmdb_try(). */
static bool end_is_free(const struct lmdb *s, const struct lmdb_size *size)
{
    struct lmdb own = { .path = s->path };
    struct txn t = { &own, NULL };
    uint64_t count, first = size->file / size->page;
    return open_environment(&own, MDB_RDONLY | MDB_NOLOCK, MAP_LEAST) == 0 &&
           begin(&t, MDB_RDONLY) == 0 &&
           lmdb_count_free(t, first, &count) == 0 &&
           count == size->pages - first;
}

/* A file cut short would end the process when its missing end is read. It is
 * so when it looks so twice with nothing written by others in between. */
static int check_length(struct lmdb *s, struct error *err)
{
    struct lmdb_size size;
    uint64_t tried = UINT64_MAX;
    do {
        int rc = lmdb_measure(s, &size);
        if (rc)
            return lmdb_fail(s, rc, "looking at the file", err);
        uint64_t wanted = size.pages * size.page;
        if (size.pages <= 2 || size.file >= wanted)
            return 0;
        if (tried == size.moment)
            return error_set(err, ERROR_CORRUPT, "%s/data.mdb: cut short: "
                             "%llu bytes of %llu; restore it from a backup",
                             s->path, (unsigned long long)size.file,
                             (unsigned long long)wanted);
        tried = size.moment;
    } while (!lmdb_try(end_is_free, s, &size));
    return 0;
}

/* While a compaction puts the new file in place nobody opens it. */
static int open_file(struct lmdb *s, struct error *err)
{
    int folder = open(s->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder >= 0)
        (void)flock(folder, LOCK_SH);
    int rc = open_somehow(s), dead;
    s->table_inode = table_inode(s);
    if (folder >= 0)
        close(folder);
    if (rc == ENOENT || rc == EBADF) /* EBADF: an empty file */
        return lmdb_none(s, err);
    if (rc == EBUSY)
        return error_set(err, ERROR_BUSY, "%s: another process is writing, "
                         "and this user may not write lock.mdb, where readers "
                         "say what they need; try again, or give this user "
                         "write access to that file", s->path);
    if (rc)
        return lmdb_fail(s, rc, "opening the store", err);
    lmdb_watch(s);
    if (s->base.mode == STORE_WRITE) /* readers that died pin pages */
        (void)mdb_reader_check(s->env, &dead);
    if (check_length(s, err) || open_tables(s, err)) {
        close_environment(s);
        return -1;
    }
    return 0;
}

int lmdb_reopen(struct lmdb *s, struct error *err)
{
    close_environment(s);
    day_authors_forget(s);
    return open_file(s, err);
}

static int take_lock(struct lmdb *s, struct error *err)
{
    char path[4096];
    s->made_folder = mkdir(s->path, 0755) == 0;
    if (!s->made_folder && errno != EEXIST)
        return error_set(err, ERROR_DENIED, "%s: the store's folder cannot "
                         "be made: %s", s->path, strerror(errno));
    snprintf(path, sizeof(path), "%s/writer.lock", s->path);
    s->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (s->lock < 0)
        return error_set(err, ERROR_DENIED, "%s: %s%s", path, strerror(errno),
                         errno == EACCES ? "; run swell as the user who owns "
                                           "the store" : "");
    struct stat file = { .st_nlink = 1 };
    if (flock(s->lock, LOCK_EX | LOCK_NB) == 0 && fstat(s->lock, &file) == 0 &&
        file.st_nlink) { /* it was not taken away by lmdb_unmake() */
        snprintf(path, sizeof(path), "%s/data.mdb", s->path);
        /* A link to what is not there now is no file of ours to take away. */
        s->made_file = lstat(path, &file) != 0 && errno == ENOENT;
        snprintf(path, sizeof(path), "%s/" FRESH_FILE, s->path);
        unlink(path); /* of a compaction that was killed */
        return 0;
    }
    if (errno == EWOULDBLOCK || !file.st_nlink)
        return error_set(err, ERROR_BUSY, "%s: another process is writing to "
                         "this store; try again when it is done", s->path);
    return error_set(err, ERROR_SYSTEM, "%s: %s", path, strerror(errno));
}

void lmdb_unmake(struct lmdb *s)
{
    static const char *const files[] = { "data.mdb", "lock.mdb",
                                         "writer.lock" };
    char path[4096];
    if (!s->made_file)
        return;
    close_environment(s);
    for (size_t i = 0; i < (s->made_folder ? 3 : 2); i++) {
        snprintf(path, sizeof(path), "%s/%s", s->path, files[i]);
        unlink(path);
    }
    if (s->made_folder)
        rmdir(s->path);
}

static void lmdb_close(struct store *base)
{
    struct lmdb *s = lmdb_of(base);
    struct txn held = { s, s->held };
    s->held = NULL;
    if (held.mdb)
        (void)lmdb_read_end(held, 0, "closing the store", NULL);
    lmdb_unwatch(s);
    close_environment(s);
    if (s->lock >= 0)
        close(s->lock);
    lmdb_names_release(s);
    day_authors_forget(s);
    mem_free(s->path);
    mem_free(s);
}

static int lmdb_open(struct store **out, const char *place,
                     enum store_mode mode, struct error *err)
{
    struct lmdb *s = mem_alloc(sizeof(*s));
    s->path = mem_string(place);
    s->base = (struct store){ &store_lmdb, mode, s->path };
    s->lock = -1;
    struct txn moment = { s, NULL };
    if ((mode == STORE_WRITE && take_lock(s, err)) || open_file(s, err) ||
        (mode == STORE_READ && lmdb_read_begin(&s->base, &moment, err))) {
        lmdb_unmake(s); /* half of an empty store is none */
        lmdb_close(&s->base);
        return -1;
    }
    s->held = moment.mdb;
    *out = &s->base;
    return 0;
}

const struct store_backend store_lmdb = {
    .scheme = "lmdb://",
    .open = lmdb_open,
    .close = lmdb_close,
    .kept = lmdb_kept,
    .append = lmdb_append,
    .cursor = lmdb_cursor,
    .note_put = lmdb_note_put,
    .note_get = lmdb_note_get,
    .note_scan = lmdb_note_scan,
    .rules = lmdb_rules,
    .rules_scan = lmdb_rules_scan,
    .forget = lmdb_forget,
    .expire = lmdb_expire,
    .compact = lmdb_compact,
    .told = lmdb_told,
    .restated = lmdb_restated,
    .series = lmdb_series,
    .authors = lmdb_authors,
    .posts = lmdb_posts,
    .post = lmdb_post,
    .subject_name = lmdb_subject_name,
    .names = lmdb_names,
    .span = lmdb_span,
    .coverage = lmdb_coverage,
    .terms_get = lmdb_terms_get,
    .terms_put = lmdb_terms_put,
    .verify = lmdb_verify,
    .dump = lmdb_dump,
    .load = lmdb_load,
    .stats = lmdb_stats,
};
