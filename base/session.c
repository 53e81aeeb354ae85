/* SPDX-License-Identifier: Apache-2.0 */
/* See session.h. */
#include "base/session.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

void session_wipe(struct buf *b)
{
    if (b->data)
        explicit_bzero(b->data, b->room);
    buf_release(b);
}

int session_read(const char *folder, const char *label, struct buf *out,
                 struct error *err)
{
    struct buf path = BUF_INIT(0);
    struct stat st;
    char piece[4096];
    ssize_t got = 0;
    int rc = 0;
    buf_clear(out);
    if (!folder)
        return 0;
    buf_printf(&path, "%s/%s.session", folder, label);
    int fd = open(buf_text(&path), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        if (errno != ENOENT)
            rc = error_set(err, ERROR_SYSTEM, "%s: %s", buf_text(&path),
                           strerror(errno));
        goto done;
    }
    if (fstat(fd, &st) || (st.st_mode & 077))
        goto done;
    while ((got = read(fd, piece, sizeof(piece))) > 0)
        buf_add(out, piece, (size_t)got);
    rc = got == 0 && out->length > 0;
done:
    if (fd >= 0)
        close(fd);
    explicit_bzero(piece, sizeof(piece));
    buf_release(&path);
    return rc;
}

int session_write(const char *folder, const char *label,
                  const struct buf *content, struct error *err)
{
    struct buf path = BUF_INIT(0);
    if (!folder)
        return 0;
    buf_printf(&path, "%s/%s.session", folder, label);
    int rc = file_keep_secret(buf_text(&path), content, err);
    buf_release(&path);
    return rc;
}
