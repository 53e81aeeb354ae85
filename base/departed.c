/* SPDX-License-Identifier: Apache-2.0 */
/* See departed.h. */
#include "base/departed.h"

void departed_load(struct departed *d, const char *lines)
{
    d->lines = (struct buf)BUF_INIT(0);
    buf_puts(&d->lines, *lines == '\n' ? lines : "\n");
}

void departed_release(struct departed *d)
{
    buf_release(&d->lines);
}

void departed_note(struct departed *d, struct text did, bool left)
{
    struct buf line = BUF_INIT(0);
    buf_printf(&line, "\n%.*s\n", (int)did.length, did.data);
    char *known = strstr(d->lines.data, line.data);
    if (known) {
        size_t length = line.length - 1;
        memmove(known, known + length, strlen(known + length) + 1);
        d->lines.length -= length;
    }
    if (left)
        buf_puts(&d->lines, line.data + 1);
    buf_release(&line);
}

void departed_tell(struct departed *d, struct batch *out)
{
    size_t length;
    for (const char *at = d->lines.data + 1; *at; at += length) {
        length = strcspn(at, "\n");
        struct post *post = batch_add(out);
        post->source = TEXT("bluesky");
        post->author = text_copy(&out->memory, at, length, POST_ID_LIMIT);
        post->deleted = true;
        length += at[length] == '\n'; /* a damaged cursor ends without */
    }
    buf_clear(&d->lines);
    buf_putc(&d->lines, '\n');
}
