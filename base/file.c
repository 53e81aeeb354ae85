/* SPDX-License-Identifier: Apache-2.0 */
/* See file.h. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

int file_replace(const char *path, const struct buf *content,
                 struct error *err)
{
    struct buf beside = BUF_INIT(0);
    struct stat there = { .st_mode = S_IFREG | 0644 };
    size_t done = 0;
    int rc = -1;
    if (stat(path, &there) == 0 && !S_ISREG(there.st_mode)) {
        buf_release(&beside); /* root would replace /dev/null for all */
        return error_set(err, ERROR_USAGE, "%s: is no ordinary file, and only "
                         "such are replaced", path);
    }
    buf_printf(&beside, "%s.%ld~", path, (long)getpid());
    unlink(beside.data); /* of a run that was killed, or a trap: a link */
    int fd = open(beside.data, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                  there.st_mode & 0777);
    while (fd >= 0 && done < content->length) {
        ssize_t n = write(fd, content->data + done, content->length - done);
        if (n < 0 && errno != EINTR)
            break;
        done += n > 0 ? (size_t)n : 0;
    }
    if (fd >= 0 && done == content->length && !fsync(fd) &&
        !rename(beside.data, path))
        rc = 0;
    else
        error_set(err, errno == ENOSPC ? ERROR_FULL : ERROR_SYSTEM, "%s: %s",
                  path, strerror(errno));
    if (fd >= 0)
        close(fd);
    if (rc && fd >= 0)
        unlink(beside.data);
    buf_release(&beside);
    return rc;
}
