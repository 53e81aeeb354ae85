/* SPDX-License-Identifier: Apache-2.0 */
/* See json_repair.h. Knows neither yajl nor values. */
#include "base/json_repair.h"

#include <string.h>

int json_hex(const char *digits)
{
    int value = 0;
    for (int i = 0; i < 4; i++) {
        int c = (unsigned char)digits[i];
        int d = c >= '0' && c <= '9' ? c - '0'
              : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
        if (d < 0)
            return -1;
        value = value * 16 + d;
    }
    return value;
}

/* Length of the escape at p (a backslash); 0: more bytes are needed to say.
 * *bad: yajl would decode it to something that is no text. */
static size_t escape_length(const char *p, size_t length, bool *bad)
{
    *bad = false;
    if (length < 2)
        return 0;
    if (p[1] != 'u')
        return 2;
    if (length < 6)
        return 0;
    if (p[2] != '0' && (p[2] | 32) != 'd')
        return 6;
    int point = json_hex(p + 2);
    if (point < 0 || (point && (point & 0xf800) != 0xd800))
        return 6;
    *bad = true;
    if ((point & 0xfc00) != 0xd800)
        return 6; /* NUL or a low half */
    if (length > 6 && p[6] != '\\')
        return 6;
    if (length > 7 && p[7] != 'u')
        return 6;
    if (length < JSON_REPAIR_CUT)
        return 0;
    int low = json_hex(p + 8);
    if (low < 0 || (low & 0xfc00) != 0xdc00)
        return 6;
    *bad = false;
    return JSON_REPAIR_CUT;
}

static void overwrite(struct buf *own, const char **data, size_t length,
                      size_t at, const char *with)
{
    if (*data != own->data) {
        buf_clear(own);
        buf_add(own, *data, length);
        *data = own->data;
    }
    memcpy(own->data + at, with, strlen(with));
}

const char *json_repair(struct buf *own, bool first, const char *data,
                        size_t *length)
{
    static const char mark[] = "\xef\xbb\xbf";
    const char *found;
    if (first && *length && data[0] == mark[0] &&
        memcmp(data, mark, *length < 3 ? *length : 3) == 0) {
        if (*length < 3) {
            *length = 0;
            return data;
        }
        overwrite(own, &data, *length, 0, "   ");
    }
    for (size_t i = 0; (found = memchr(data + i, '\\', *length - i));) {
        bool bad;
        i = (size_t)(found - data);
        size_t size = escape_length(found, *length - i, &bad);
        if (!size) {
            *length = i;
            break;
        }
        if (bad)
            overwrite(own, &data, *length, i, "\\ufffd");
        i += size;
    }
    return data;
}
