/* SPDX-License-Identifier: Apache-2.0 */
/* See file_record.h. */
#include "collectors/file_record.h"

#include <string.h>

#include "collectors/file_input.h"

/* One field at *at; true when the record goes on behind a delimiter. */
static enum record scan_field(struct file_record *s, const char *data,
                              size_t length, bool ended, size_t *at,
                              bool *more)
{
    size_t i = *at, from = i;
    bool quoted = i < length && data[i] == '"' && s->delimiter != '\t';
    size_t until;
    if (quoted) {
        from = ++i;
        for (;;) {
            const char *q = memchr(data + i, '"', length - i);
            if (!q)
                return RECORD_MORE;
            i = (size_t)(q - data);
            if (i + 1 == length && !ended)
                return RECORD_MORE;
            if (i + 1 == length || data[i + 1] != '"')
                break;
            i += 2; /* a doubled one */
        }
        until = i++;
    } else {
        while (i < length && data[i] != s->delimiter && data[i] != '\n')
            i++;
        if (i == length && !ended)
            return RECORD_MORE;
        until = i;
        if (i < length && data[i] == '\n' && until > from &&
            data[until - 1] == '\r')
            until--;
    }
    if (quoted && i < length && data[i] == '\r')
        i++;
    *more = i < length && data[i] == s->delimiter;
    if (i < length && !*more && data[i] != '\n') {
        s->why = "there is text behind a closing quote";
        return RECORD_BROKEN;
    }
    if (s->count < FILE_COLUMNS)
        s->fields[s->count++] = (struct text){ data + from, until - from };
    *at = i + (i < length);
    return RECORD_WHOLE;
}

enum record file_record_scan(struct file_record *s, const char *data,
                             size_t length, bool ended)
{
    bool more = true;
    s->count = 0;
    s->used = 0;
    while (more) {
        enum record r = scan_field(s, data, length, ended, &s->used, &more);
        if (r != RECORD_WHOLE)
            return r;
    }
    return RECORD_WHOLE;
}

/* "" inside quotes means one; in place, the field only gets shorter. */
static void undouble(char *data, struct text *field)
{
    if (field->data == data || field->data[-1] != '"' ||
        !memchr(field->data, '"', field->length))
        return;
    char *to = data + (field->data - data), *begin = to;
    for (size_t i = 0; i < field->length; i++) {
        *to++ = field->data[i];
        i += field->data[i] == '"';
    }
    field->length = (size_t)(to - begin);
}

size_t file_record_take(struct file_record *s, char *data)
{
    size_t lines = 0;
    for (size_t i = 0; i < s->used; i++) {
        char *newline = memchr(data + i, '\n', s->used - i);
        if (!newline)
            break;
        i = (size_t)(newline - data);
        lines++;
    }
    for (size_t i = 0; i < s->count; i++)
        undouble(data, &s->fields[i]);
    return lines;
}
