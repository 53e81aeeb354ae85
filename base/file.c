/* SPDX-License-Identifier: Apache-2.0 */
/* See file.h. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

/* How a file is made that has a name from its beginning. */
enum { NAMED = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC };

static int fail(const char *path, struct error *err)
{
    bool full = errno == ENOSPC || errno == EDQUOT;
    return error_set(err, full ? ERROR_FULL : ERROR_SYSTEM, "%s: %s", path,
                     strerror(errno));
}

/* Does it take what this run prints, as /dev/stdout does? */
static bool is_output(const struct stat *there)
{
    struct stat out;
    for (int fd = 1; fd <= 2; fd++) /* they are looked at, not written to */
        if (fstat(fd, &out) == 0 && out.st_dev == there->st_dev &&
            out.st_ino == there->st_ino)
            return true;
    return false;
}

/* One without a name gets it. Only /proc can do that, and not everywhere may a
 * run: where it may not, the name gets a copy. */
static int give_name(int fd, const char *name)
{
    struct stat there;
    char self[40];
    off_t at = 0;
    if (fstat(fd, &there) || there.st_nlink)
        return 0;
    snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
    if (linkat(AT_FDCWD, self, AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0)
        return 0;
    int copy = open(name, NAMED, there.st_mode & 0777);
    while (copy >= 0 && at < there.st_size &&
           sendfile(copy, fd, &at, (size_t)(there.st_size - at)) > 0)
        continue;
    int rc = copy < 0 || at < there.st_size || fsync(copy) ? -1 : 0;
    if (copy >= 0)
        close(copy);
    return rc;
}

/* In the folder of name, or -1: not each file system has such files. */
static int open_nameless(const char *name, mode_t mode)
{
    struct buf folder = BUF_INIT(0);
    const char *slash = strrchr(name, '/');
    buf_add(&folder, name, slash ? (size_t)(slash - name) + 1 : 0);
    buf_putc(&folder, '.');
    int fd = open(folder.data, O_TMPFILE | O_RDWR | O_CLOEXEC, mode);
    buf_release(&folder);
    return fd;
}

/* Beside path, as *beside says; NULL: see err. */
static FILE *open_beside(const char *path, mode_t mode, struct buf *beside,
                         struct error *err)
{
    buf_printf(beside, "%s.%ld~", path, (long)getpid());
    unlink(beside->data); /* of a run that was killed, or a trap: a link */
    int fd = open_nameless(beside->data, mode);
    if (fd < 0)
        fd = open(beside->data, NAMED, mode);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    if (!file)
        fail(path, err);
    return file;
}

FILE *file_begin(const char *path, struct buf *beside, struct error *err)
{
    struct stat there = { .st_mode = S_IFREG | 0644 };
    if (stat(path, &there) == 0 &&
        (!S_ISREG(there.st_mode) || is_output(&there))) {
        error_set(err, ERROR_USAGE, "%s: is no ordinary file, and only such "
                  "are replaced", path); /* root would replace /dev/null */
        return NULL;
    }
    return open_beside(path, there.st_mode & 0777, beside, err);
}

int file_end(FILE *file, const char *path, const struct buf *beside,
             bool whole, struct error *err)
{
    int rc = whole ? 0 : -1;
    if (rc == 0 && (fflush(file) || ferror(file) || fsync(fileno(file)) ||
                    give_name(fileno(file), beside->data)))
        rc = fail(path, err);
    fclose(file); /* nothing is left to be written, or to be kept */
    if (rc == 0 && rename(beside->data, path))
        rc = fail(path, err);
    if (rc)
        unlink(beside->data);
    return rc;
}

/* All at once, without a copy on the way. */
static int write_whole(FILE *file, const char *path, const struct buf *beside,
                       const struct buf *content, struct error *err)
{
    if (!file)
        return -1;
    setvbuf(file, NULL, _IONBF, 0);
    bool whole = fwrite(buf_text(content), 1, content->length, file) ==
                 content->length;
    if (!whole)
        fail(path, err);
    return file_end(file, path, beside, whole, err);
}

int file_replace(const char *path, const struct buf *content,
                 struct error *err)
{
    struct buf beside = BUF_INIT(0);
    FILE *file = file_begin(path, &beside, err);
    int rc = write_whole(file, path, &beside, content, err);
    buf_release(&beside);
    return rc;
}

int file_keep_secret(const char *path, const struct buf *content,
                     struct error *err)
{
    struct buf beside = BUF_INIT(0);
    FILE *file = open_beside(path, 0600, &beside, err);
    int rc = write_whole(file, path, &beside, content, err);
    buf_release(&beside);
    return rc;
}
