/* SPDX-License-Identifier: Apache-2.0 */
/* See glyphs.h. Knows nothing of words. */
#include "pipeline/glyphs.h"

#include <string.h>

struct range {
    uint32_t from, to;
    uint8_t glyph;
};

/* Sorted; what lies between two rows is a letter. */
static const struct range ranges[] = {
    { 0x0000, 0x0020, GLYPH_SPACE }, { 0x0021, 0x002f, GLYPH_MARK },
    { 0x003a, 0x0040, GLYPH_MARK }, { 0x005b, 0x0060, GLYPH_MARK },
    { 0x007b, 0x007e, GLYPH_MARK }, { 0x007f, 0x00a0, GLYPH_SPACE },
    { 0x00a1, 0x00a1, GLYPH_MARK }, { 0x00a2, 0x00a5, GLYPH_CURRENCY },
    { 0x00a6, 0x00a9, GLYPH_MARK }, { 0x00ab, 0x00ac, GLYPH_MARK },
    { 0x00ad, 0x00ad, GLYPH_JOINED }, { 0x00ae, 0x00b3, GLYPH_MARK },
    { 0x00b4, 0x00b4, GLYPH_APOSTROPHE }, { 0x00b6, 0x00b9, GLYPH_MARK },
    { 0x00bb, 0x00bf, GLYPH_MARK }, { 0x00d7, 0x00d7, GLYPH_MARK },
    { 0x00f7, 0x00f7, GLYPH_MARK }, { 0x02bc, 0x02bc, GLYPH_APOSTROPHE },
    { 0x02c2, 0x02df, GLYPH_MARK }, { 0x0300, 0x036f, GLYPH_JOINED },
    { 0x037e, 0x037e, GLYPH_MARK }, { 0x0387, 0x0387, GLYPH_MARK },
    { 0x0482, 0x0482, GLYPH_MARK }, { 0x0483, 0x0489, GLYPH_JOINED },
    { 0x055a, 0x055f, GLYPH_MARK }, { 0x0589, 0x058a, GLYPH_MARK },
    { 0x058f, 0x058f, GLYPH_CURRENCY }, { 0x0591, 0x05bd, GLYPH_JOINED },
    { 0x05be, 0x05be, GLYPH_MARK }, { 0x05bf, 0x05bf, GLYPH_JOINED },
    { 0x05c0, 0x05c0, GLYPH_MARK }, { 0x05c1, 0x05c2, GLYPH_JOINED },
    { 0x05c3, 0x05c3, GLYPH_MARK }, { 0x05c4, 0x05c5, GLYPH_JOINED },
    { 0x05f3, 0x05f4, GLYPH_MARK }, { 0x0600, 0x060f, GLYPH_MARK },
    { 0x0610, 0x061a, GLYPH_JOINED }, { 0x061b, 0x061f, GLYPH_MARK },
    { 0x0640, 0x0640, GLYPH_JOINED }, { 0x064b, 0x065f, GLYPH_JOINED },
    { 0x066a, 0x066d, GLYPH_MARK }, { 0x0670, 0x0670, GLYPH_JOINED },
    { 0x06d4, 0x06d4, GLYPH_MARK }, { 0x06d6, 0x06ed, GLYPH_JOINED },
    { 0x0900, 0x0903, GLYPH_JOINED }, { 0x093a, 0x094f, GLYPH_JOINED },
    { 0x0964, 0x0965, GLYPH_MARK }, { 0x0981, 0x0983, GLYPH_JOINED },
    { 0x09bc, 0x09cd, GLYPH_JOINED }, { 0x0a01, 0x0a03, GLYPH_JOINED },
    { 0x0a3c, 0x0a51, GLYPH_JOINED }, { 0x0a81, 0x0a83, GLYPH_JOINED },
    { 0x0abc, 0x0acd, GLYPH_JOINED }, { 0x0b82, 0x0b82, GLYPH_JOINED },
    { 0x0bbe, 0x0bcd, GLYPH_JOINED }, { 0x0c00, 0x0c04, GLYPH_JOINED },
    { 0x0c3e, 0x0c4d, GLYPH_JOINED }, { 0x0cbe, 0x0ccd, GLYPH_JOINED },
    { 0x0d3e, 0x0d4d, GLYPH_JOINED }, { 0x0e01, 0x0e30, GLYPH_SINGLE },
    { 0x0e31, 0x0e31, GLYPH_JOINED }, { 0x0e32, 0x0e33, GLYPH_SINGLE },
    { 0x0e34, 0x0e3a, GLYPH_JOINED }, { 0x0e3f, 0x0e3f, GLYPH_CURRENCY },
    { 0x0e40, 0x0e46, GLYPH_SINGLE }, { 0x0e47, 0x0e4e, GLYPH_JOINED },
    { 0x0e4f, 0x0e5b, GLYPH_SINGLE }, { 0x0e80, 0x0eff, GLYPH_SINGLE },
    { 0x1000, 0x109f, GLYPH_SINGLE }, { 0x1780, 0x17b3, GLYPH_SINGLE },
    { 0x17b4, 0x17d3, GLYPH_JOINED }, { 0x1ab0, 0x1aff, GLYPH_JOINED },
    { 0x1dc0, 0x1dff, GLYPH_JOINED }, { 0x2000, 0x200b, GLYPH_SPACE },
    { 0x200c, 0x200d, GLYPH_JOINED }, { 0x200e, 0x200f, GLYPH_SPACE },
    { 0x2010, 0x2017, GLYPH_MARK }, { 0x2018, 0x2019, GLYPH_APOSTROPHE },
    { 0x201a, 0x2027, GLYPH_MARK }, { 0x2028, 0x202f, GLYPH_SPACE },
    { 0x2030, 0x203b, GLYPH_MARK }, { 0x203c, 0x203c, GLYPH_EMOJI },
    { 0x203d, 0x2048, GLYPH_MARK }, { 0x2049, 0x2049, GLYPH_EMOJI },
    { 0x204a, 0x205e, GLYPH_MARK }, { 0x205f, 0x206f, GLYPH_SPACE },
    { 0x2070, 0x209f, GLYPH_MARK }, { 0x20a0, 0x20cf, GLYPH_CURRENCY },
    { 0x20d0, 0x20ff, GLYPH_JOINED }, { 0x2100, 0x2121, GLYPH_MARK },
    { 0x2122, 0x2122, GLYPH_MARK }, { 0x2123, 0x2193, GLYPH_MARK },
    { 0x2194, 0x2199, GLYPH_EMOJI }, { 0x219a, 0x2319, GLYPH_MARK },
    { 0x231a, 0x231b, GLYPH_EMOJI }, { 0x231c, 0x23e8, GLYPH_MARK },
    { 0x23e9, 0x23fa, GLYPH_EMOJI }, { 0x23fb, 0x25a9, GLYPH_MARK },
    { 0x25aa, 0x25ab, GLYPH_EMOJI }, { 0x25ac, 0x25b5, GLYPH_MARK },
    { 0x25b6, 0x25b6, GLYPH_EMOJI }, { 0x25b7, 0x25bf, GLYPH_MARK },
    { 0x25c0, 0x25c0, GLYPH_EMOJI }, { 0x25c1, 0x25fa, GLYPH_MARK },
    { 0x25fb, 0x25fe, GLYPH_EMOJI }, { 0x25ff, 0x25ff, GLYPH_MARK },
    { 0x2600, 0x27bf, GLYPH_EMOJI }, { 0x27c0, 0x2933, GLYPH_MARK },
    { 0x2934, 0x2935, GLYPH_EMOJI }, { 0x2936, 0x2b04, GLYPH_MARK },
    { 0x2b05, 0x2b07, GLYPH_EMOJI }, { 0x2b08, 0x2b1a, GLYPH_MARK },
    { 0x2b1b, 0x2b1c, GLYPH_EMOJI }, { 0x2b1d, 0x2b4f, GLYPH_MARK },
    { 0x2b50, 0x2b55, GLYPH_EMOJI }, { 0x2b56, 0x2bff, GLYPH_MARK },
    { 0x2e00, 0x2e7f, GLYPH_MARK }, { 0x2e80, 0x2fff, GLYPH_SINGLE },
    { 0x3000, 0x3000, GLYPH_SPACE }, { 0x3001, 0x3004, GLYPH_MARK },
    { 0x3005, 0x3007, GLYPH_SINGLE }, { 0x3008, 0x3020, GLYPH_MARK },
    { 0x302a, 0x302f, GLYPH_JOINED }, { 0x3030, 0x3030, GLYPH_EMOJI },
    { 0x3031, 0x303f, GLYPH_MARK }, { 0x3040, 0x3098, GLYPH_SINGLE },
    { 0x3099, 0x309a, GLYPH_JOINED }, { 0x309b, 0x309c, GLYPH_MARK },
    { 0x309d, 0x30fb, GLYPH_SINGLE }, { 0x30fc, 0x30fc, GLYPH_JOINED },
    { 0x30fd, 0x312f, GLYPH_SINGLE }, { 0x3190, 0x31ff, GLYPH_SINGLE },
    { 0x3200, 0x33ff, GLYPH_MARK }, { 0x3400, 0x4dbf, GLYPH_SINGLE },
    { 0x4dc0, 0x4dff, GLYPH_MARK }, { 0x4e00, 0x9fff, GLYPH_SINGLE },
    { 0xe000, 0xf8ff, GLYPH_MARK }, { 0xf900, 0xfaff, GLYPH_SINGLE },
    { 0xfe00, 0xfe0f, GLYPH_JOINED }, { 0xfe10, 0xfe1f, GLYPH_MARK },
    { 0xfe20, 0xfe2f, GLYPH_JOINED }, { 0xfe30, 0xfe6f, GLYPH_MARK },
    { 0xfeff, 0xfeff, GLYPH_SPACE }, { 0xff01, 0xff0f, GLYPH_MARK },
    { 0xff1a, 0xff20, GLYPH_MARK }, { 0xff3b, 0xff40, GLYPH_MARK },
    { 0xff5b, 0xff65, GLYPH_MARK }, { 0xff66, 0xff9f, GLYPH_SINGLE },
    { 0xffe0, 0xffe6, GLYPH_CURRENCY }, { 0xffe8, 0xffff, GLYPH_MARK },
    { 0x1d000, 0x1d3ff, GLYPH_MARK }, { 0x1f000, 0x1faff, GLYPH_EMOJI },
    { 0x1fb00, 0x1ffff, GLYPH_MARK }, { 0x20000, 0x3ffff, GLYPH_SINGLE },
    { 0xe0000, 0xe0fff, GLYPH_JOINED }, { 0xf0000, 0x10ffff, GLYPH_MARK },
};

enum glyph glyph_of(uint32_t point)
{
    size_t low = 0, high = sizeof(ranges) / sizeof(*ranges);
    if (point >= 0x1f000 && point <= 0x1faff)
        return GLYPH_EMOJI; /* most that are asked for, beside letters */
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (point > ranges[middle].to)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < sizeof(ranges) / sizeof(*ranges) && point >= ranges[low].from)
        return ranges[low].glyph;
    return GLYPH_LETTER;
}

static bool is_flag_letter(uint32_t point)
{
    return point >= 0x1f1e6 && point <= 0x1f1ff;
}

static bool is_skin_tone(uint32_t point)
{
    return point >= 0x1f3fb && point <= 0x1f3ff;
}

static uint32_t point_at(const char *data, size_t length, size_t at,
                         size_t *size)
{
    uint32_t point = 0;
    *size = 0;
    if (at < length)
        *size = text_decode(data + at, length - at, &point);
    return point;
}

struct form {
    char *data;
    size_t room, used;
};

static void form_add(struct form *f, uint32_t point)
{
    if (f->used + 4 <= f->room)
        f->used += text_encode(point, f->data + f->used);
}

/* 1️⃣ #️⃣: a digit or mark, perhaps U+FE0F, then U+20E3. */
static size_t keycap(const char *data, size_t length, struct form *f)
{
    size_t at = 1, size;
    uint32_t point = point_at(data, length, at, &size);
    if (point == 0xfe0f) {
        at += size;
        point = point_at(data, length, at, &size);
    }
    if (point != 0x20e3)
        return 0;
    form_add(f, (unsigned char)data[0]);
    form_add(f, 0x20e3);
    return at + size;
}

/* One picture with its skin tone, selectors and tags (flags of regions). */
static size_t one_picture(const char *data, size_t length, size_t at,
                          struct form *f, bool joined)
{
    size_t size;
    uint32_t point = point_at(data, length, at, &size);
    if (!size || glyph_of(point) != GLYPH_EMOJI)
        return at;
    if (joined && point != 0x2640 && point != 0x2642)
        form_add(f, 0x200d);
    if (!joined || (point != 0x2640 && point != 0x2642))
        form_add(f, point);
    at += size;
    if (is_flag_letter(point)) {
        point = point_at(data, length, at, &size);
        if (is_flag_letter(point)) {
            form_add(f, point);
            at += size;
        }
        return at;
    }
    for (;;) {
        point = point_at(data, length, at, &size);
        if (point >= 0xe0020 && point <= 0xe007f)
            form_add(f, point);
        else if (point != 0xfe0f && point != 0xfe0e && point != 0x20e3 &&
                 !is_skin_tone(point))
            return at;
        at += size;
    }
}

size_t glyph_emoji(const char *data, size_t length, char *form, size_t room,
                   size_t *used)
{
    struct form f = { form, room, 0 };
    size_t at, size;
    if ((unsigned char)data[0] < 0x80) {
        at = keycap(data, length, &f);
        *used = f.used;
        return at;
    }
    at = one_picture(data, length, 0, &f, false);
    while (at && point_at(data, length, at, &size) == 0x200d) {
        size_t next = one_picture(data, length, at + size, &f, true);
        if (next == at + size)
            break;
        at = next;
    }
    *used = f.used;
    return at;
}

/* Emoticons that are no eyes-nose-mouth, longest first where one begins
 * another. alone: neither side may be a letter or a digit. */
static const struct face {
    const char *face;
    bool alone;
} faces[] = {
    { "</3", false }, { "<3", false }, { "-_-", false }, { "-.-", true },
    { "^_^", false }, { "^.^", false }, { "^^", false }, { ">_<", false },
    { ">.<", false }, { ">:(", false }, { ">:)", false }, { ">:[", false },
    { ">:D", true }, { ">;)", false },
    { "T_T", true }, { "T.T", true }, { "o_O", true }, { "O_o", true },
    { "o_o", true }, { "O_O", true }, { "o.O", true }, { "O.o", true },
    { "u_u", true }, { "n_n", true }, { "xD", true }, { "XD", true },
    { ";_;", false }, { ";-;", false }, { "._.", true }, { "\\o/", true },
    { "\\m/", true }, { "D:", true }, { "(:", true }, { "(;", true },
    { "(-:", true }, { "(=", true }, { "):", true }, { ")-:", true },
    { ")':", true },
    { "\xc2\xaf\\_(\xe3\x83\x84)_/\xc2\xaf", false },
    { "\xc2\xaf\\_(\xe3\x83\x84)_/", false },
};

static bool is_wordy(unsigned char c)
{
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') ||
           c >= 0x80;
}

/* Reversed and lettered faces stand between spaces, or they are "(see 3):". */
static bool stands_alone(const char *data, size_t length, size_t at,
                         size_t size)
{
    if (at > 0 && (unsigned char)data[at - 1] > ' ')
        return false;
    return at + size >= length || !is_wordy((unsigned char)data[at + size]);
}

static size_t listed_face(const char *data, size_t length, size_t at,
                          char *form, size_t *used)
{
    for (size_t i = 0; i < sizeof(faces) / sizeof(*faces); i++) {
        const char *face = faces[i].face;
        if (face[0] != data[at])
            continue;
        size_t size = strlen(face);
        if (size > length - at || memcmp(face, data + at, size) != 0)
            continue;
        if (faces[i].alone && !stands_alone(data, length, at, size))
            continue;
        memcpy(form, face, size);
        *used = size;
        if (face[size - 1] == '3') /* <33333 */
            while (at + size < length && data[at + size] == '3')
                size++;
        return size;
    }
    return 0;
}

/* One mouth for the many ways to type it. */
static char plain_mouth(char c)
{
    switch (c) {
    case ']': case '}':
        return ')';
    case '[': case '{':
        return '(';
    case 'p': case 'b': case 'd':
        return 'P';
    case 'o': case '0':
        return 'O';
    case '\\':
        return '/';
    case 's':
        return 'S';
    case 'X': case '#':
        return 'x';
    case 'C':
        return 'c';
    default:
        return c;
    }
}

static bool one_of(const char *set, const char *data, size_t length, size_t at)
{
    return at < length && data[at] != '\0' && strchr(set, data[at]);
}

/* Eyes, perhaps a tear, perhaps a nose, a mouth once or more. */
size_t glyph_emoticon(const char *data, size_t length, size_t at, char *form,
                      size_t *used)
{
    size_t size = listed_face(data, length, at, form, used);
    if (size || !one_of(":;=8", data, length, at))
        return size;
    char eyes = data[at];
    size_t end = at + 1, out = 0;
    form[out++] = eyes == '=' ? ':' : eyes;
    if (one_of("'", data, length, end))
        form[out++] = data[end++];
    bool nose = one_of("-^o", data, length, end) &&
                one_of(data[end] == 'o' ? ")(D|" : ")(][}{DPpOo|/\\*xX3cCSs@",
                       data, length, end + 1);
    end += nose;
    if (!one_of(")(][}{DPpdbOo|/\\*$@xX3>cCSs", data, length, end) ||
        (eyes == '8' && !nose))
        return 0;
    char mouth = data[end];
    while (end < length && data[end] == mouth)
        end++;
    bool bracket = strchr(")(][}{", mouth) != NULL;
    if (!bracket && end < length &&
        (is_wordy((unsigned char)data[end]) || data[end] == '/'))
        return 0; /* ":$5", ":@name", "c:/x" */
    if (is_wordy((unsigned char)mouth) && at > 0 &&
        is_wordy((unsigned char)data[at - 1]))
        return 0; /* "note:d" and "a=b" are typing, not faces */
    if (mouth == '/' && end - at > 2 + (size_t)nose)
        return 0; /* :// */
    form[out++] = plain_mouth(mouth);
    *used = out;
    return end - at;
}
