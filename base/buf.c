/* SPDX-License-Identifier: Apache-2.0 */
/* See buf.h. */
#include "base/buf.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"

void buf_release(struct buf *b)
{
    mem_free(b->data);
    b->data = NULL;
    b->length = b->room = 0;
    b->overflow = false;
}

void buf_clear(struct buf *b)
{
    b->length = 0;
    b->overflow = false;
    if (b->data)
        b->data[0] = '\0';
}

/* Room for length more bytes and the NUL. */
static int buf_reserve(struct buf *b, size_t length)
{
    if (b->limit && (length > b->limit || b->length > b->limit - length)) {
        b->overflow = true;
        return -1;
    }
    size_t need = b->length + length + 1;
    if (need > b->room) {
        size_t room = b->room ? b->room : 256;
        while (room < need)
            room *= 2;
        b->data = mem_resize(b->data, room);
        b->room = room;
    }
    return 0;
}

int buf_add(struct buf *b, const void *data, size_t length)
{
    if (buf_reserve(b, length))
        return -1;
    if (length)
        memcpy(b->data + b->length, data, length);
    b->length += length;
    b->data[b->length] = '\0';
    return 0;
}

int buf_puts(struct buf *b, const char *text)
{
    return buf_add(b, text, strlen(text));
}

int buf_putc(struct buf *b, char byte)
{
    return buf_add(b, &byte, 1);
}

int buf_printf(struct buf *b, const char *format, ...)
{
    char small[512];
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(small, sizeof(small), format, args);
    va_end(args);
    int rc = -1;
    if (length >= 0 && (size_t)length < sizeof(small)) {
        rc = buf_add(b, small, (size_t)length);
    } else if (length >= 0 && !buf_reserve(b, (size_t)length)) {
        vsnprintf(b->data + b->length, (size_t)length + 1, format, again);
        b->length += (size_t)length;
        rc = 0;
    }
    va_end(again);
    return rc;
}

const char *buf_text(const struct buf *b)
{
    return b->data ? b->data : "";
}
