/* SPDX-License-Identifier: Apache-2.0 */
/* One pass over the bytes: tags fall, entities are decoded once, the rest is
 * copied. Not a parser: no tree, no errors, and "<angry>" stays readable. */
#include "pipeline/clean.h"

#include <ctype.h>

/* Names sources really send; &lt; and friends first. */
static const struct entity {
    const char *name;
    uint32_t point;
} entities[] = {
    { "amp", '&' }, { "lt", '<' }, { "gt", '>' }, { "quot", '"' },
    { "apos", '\'' }, { "nbsp", 0xa0 }, { "rsquo", 0x2019 },
    { "lsquo", 0x2018 }, { "ldquo", 0x201c }, { "rdquo", 0x201d },
    { "ndash", 0x2013 }, { "mdash", 0x2014 }, { "hellip", 0x2026 },
    { "bull", 0x2022 }, { "middot", 0xb7 }, { "laquo", 0xab },
    { "raquo", 0xbb }, { "euro", 0x20ac }, { "pound", 0xa3 },
    { "yen", 0xa5 }, { "cent", 0xa2 }, { "copy", 0xa9 }, { "reg", 0xae },
    { "trade", 0x2122 }, { "deg", 0xb0 }, { "times", 0xd7 },
    { "frac12", 0xbd }, { "frac14", 0xbc }, { "frac34", 0xbe },
    { "sect", 0xa7 }, { "para", 0xb6 }, { "iexcl", 0xa1 },
    { "iquest", 0xbf }, { "hearts", 0x2665 }, { "auml", 0xe4 },
    { "ouml", 0xf6 }, { "uuml", 0xfc }, { "Auml", 0xc4 }, { "Ouml", 0xd6 },
    { "Uuml", 0xdc }, { "szlig", 0xdf }, { "eacute", 0xe9 },
    { "egrave", 0xe8 }, { "ecirc", 0xea }, { "euml", 0xeb },
    { "aacute", 0xe1 }, { "agrave", 0xe0 }, { "acirc", 0xe2 },
    { "atilde", 0xe3 }, { "aring", 0xe5 }, { "aelig", 0xe6 },
    { "ccedil", 0xe7 }, { "iacute", 0xed }, { "igrave", 0xec },
    { "icirc", 0xee }, { "iuml", 0xef }, { "ntilde", 0xf1 },
    { "oacute", 0xf3 }, { "ograve", 0xf2 }, { "ocirc", 0xf4 },
    { "otilde", 0xf5 }, { "oslash", 0xf8 }, { "uacute", 0xfa },
    { "ugrave", 0xf9 }, { "ucirc", 0xfb }, { "Eacute", 0xc9 },
    { "zwj", 0x200d }, { "zwnj", 0x200c }, { "shy", 0xad },
};

/* Windows-1252, which pages mean by &#128; to &#159;. 0: undefined. */
static const uint16_t windows_1252[32] = {
    0x20ac, 0, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021,
    0x2c6, 0x2030, 0x160, 0x2039, 0x152, 0, 0x17d, 0,
    0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
    0x2dc, 0x2122, 0x161, 0x203a, 0x153, 0, 0x17e, 0x178,
};

/* What a tag leaves behind. */
static const struct tag {
    const char *name;
    const char *text; /* NULL: drop everything up to the closing tag */
} tags[] = {
    { "br", "\n" }, { "p", "\n" }, { "div", "\n" }, { "li", "\n" },
    { "tr", "\n" }, { "blockquote", "\n" }, { "pre", "\n" }, { "hr", "\n" },
    { "ul", "\n" }, { "ol", "\n" }, { "h1", "\n" }, { "h2", "\n" },
    { "h3", "\n" }, { "h4", "\n" }, { "td", " " }, { "th", " " },
    { "img", " " }, { "table", "\n" }, { "section", "\n" },
    { "article", "\n" }, { "figure", "\n" }, { "script", NULL },
    { "style", NULL }, { "head", NULL }, { "template", NULL },
    { "a", "" }, { "abbr", "" }, { "b", "" }, { "bdi", "" }, { "big", "" },
    { "body", "" }, { "cite", "" }, { "code", "" }, { "del", "" },
    { "details", "\n" }, { "em", "" }, { "font", "" }, { "html", "" },
    { "i", "" }, { "ins", "" }, { "kbd", "" }, { "label", "" },
    { "mark", "" }, { "q", "" }, { "s", "" }, { "small", "" },
    { "span", "" }, { "strike", "" }, { "strong", "" }, { "sub", "" },
    { "summary", "\n" }, { "sup", "" }, { "tbody", "" }, { "thead", "" },
    { "time", "" }, { "tt", "" }, { "u", "" }, { "video", " " },
    { "wbr", "" }, { "iframe", " " }, { "picture", " " }, { "source", "" },
    { "svg", NULL }, { "h5", "\n" }, { "h6", "\n" }, { "figcaption", "\n" },
    { "dl", "\n" }, { "dt", "\n" }, { "dd", "\n" }, { "center", "\n" },
    { "nobr", "" }, { "audio", " " }, { "button", " " }, { "main", "\n" },
};

struct out {
    char *data;
    size_t used;
};

/* The number of &#39; or &#x27;, 0 when it is none; *end past the ;. */
static uint32_t numeric(const char *c, size_t length, size_t *end)
{
    size_t i = 2;
    bool hex = i < length && (c[i] | 32) == 'x';
    uint32_t point = 0;
    i += hex;
    size_t first = i;
    for (; i < length && i - first < 8 && isxdigit((unsigned char)c[i]); i++) {
        if (!hex && !isdigit((unsigned char)c[i]))
            break;
        uint32_t digit = isdigit((unsigned char)c[i])
                             ? (uint32_t)(c[i] - '0')
                             : (uint32_t)((c[i] | 32) - 'a' + 10);
        point = point * (hex ? 16 : 10) + digit;
    }
    if (i == first || i >= length || c[i] != ';')
        return 0;
    *end = i + 1;
    if (point >= 0x80 && point < 0xa0)
        point = windows_1252[point - 0x80];
    if (point == 0 || point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
        point = 0xfffd;
    if ((point < 0x20 && point != '\n' && point != '\t') || point == 0x7f)
        point = ' ';
    return point;
}

/* The character an entity at c stands for, 0 when it is none. */
static uint32_t entity(const char *c, size_t length, size_t *end)
{
    if (length > 2 && c[1] == '#')
        return numeric(c, length, end);
    size_t i = 1;
    while (i < length && i < 12 && isalnum((unsigned char)c[i]))
        i++;
    if (i >= length || c[i] != ';')
        return 0;
    for (size_t e = 0; e < sizeof(entities) / sizeof(*entities); e++)
        if (text_is((struct text){ c + 1, i - 1 }, entities[e].name)) {
            *end = i + 1;
            return entities[e].point;
        }
    return 0;
}

/* Decoded is never longer than written: "&lt;" is 4 bytes, its text 1. */
static size_t put_entity(struct out *out, const char *c, size_t length)
{
    size_t end = 0;
    uint32_t point = entity(c, length, &end);
    if (!point) {
        out->data[out->used++] = '&';
        return 1;
    }
    if (point == 0xa0)
        point = ' ';
    char bytes[4];
    size_t size = text_encode(point, bytes);
    memcpy(out->data + out->used, bytes, size);
    out->used += size;
    return end;
}

static const struct tag *find_tag(const char *name, size_t length)
{
    char low[12];
    if (length >= sizeof(low))
        return NULL;
    for (size_t i = 0; i < length; i++)
        low[i] = (char)tolower((unsigned char)name[i]);
    for (size_t i = 0; i < sizeof(tags) / sizeof(*tags); i++)
        if (text_is((struct text){ low, length }, tags[i].name))
            return &tags[i];
    return NULL;
}

/* Past the '>' of the tag at c, quotes respected; length when it never
 * closes, or 0 when it holds what no tag does. */
static size_t tag_end(const char *c, size_t length)
{
    char quote = '\0';
    for (size_t i = 1; i < length; i++) {
        if (quote) {
            quote = c[i] == quote ? '\0' : quote;
        } else if (c[i] == '>') {
            return i + 1;
        } else if (c[i] == '<') {
            return 0;
        } else if ((c[i] == '"' || c[i] == '\'') && c[i - 1] == '=') {
            quote = c[i];
        }
    }
    return 0;
}

/* Past "</name" and its '>', or the whole rest. */
static size_t skip_content(const char *c, size_t length, const char *name)
{
    size_t size = strlen(name);
    for (size_t i = 0; i + size + 2 < length; i++)
        if (c[i] == '<' && c[i + 1] == '/' &&
            strncasecmp(c + i + 2, name, size) == 0) {
            const char *close = memchr(c + i, '>', length - i);
            return close ? (size_t)(close - c) + 1 : length;
        }
    return length;
}

static void put_break(struct out *out, const char *text)
{
    if (*text == '\0')
        return;
    while (out->used && out->data[out->used - 1] == ' ')
        out->used--;
    if (out->used && out->data[out->used - 1] != '\n')
        out->data[out->used++] = *text;
}

/* What stands at '<': a known tag, a comment, or a smaller-than sign. */
static size_t put_tag(struct out *out, const char *c, size_t length)
{
    if (length >= 4 && memcmp(c, "<!--", 4) == 0) {
        const char *close = memmem(c + 4, length - 4, "-->", 3);
        return close ? (size_t)(close - c) + 3 : length;
    }
    if (length >= 3 && (c[1] == '!' || c[1] == '?') &&
        isalpha((unsigned char)c[2])) {
        const char *close = memchr(c, '>', length);
        return close ? (size_t)(close - c) + 1 : length;
    }
    bool closing = length > 1 && c[1] == '/';
    size_t name = 1 + (size_t)closing, i = name;
    while (i < length && isalnum((unsigned char)c[i]))
        i++;
    const struct tag *tag = find_tag(c + name, i - name);
    size_t end = tag ? tag_end(c, length) : 0;
    if (!end) {
        out->data[out->used++] = '<';
        return 1;
    }
    if (!tag->text) {
        if (!closing && c[end - 2] != '/')
            end += skip_content(c + end, length - end, tag->name);
    } else {
        put_break(out, tag->text);
    }
    return end;
}

struct text clean_html(struct arena *memory, struct text html)
{
    struct out out = { arena_alloc(memory, html.length + 1), 0 };
    for (size_t i = 0; i < html.length;) {
        const char *c = html.data + i;
        size_t left = html.length - i;
        bool space = *c == ' ' || *c == '\t' || *c == '\n' || *c == '\r';
        if (*c == '<') {
            i += put_tag(&out, c, left);
        } else if (*c == '&') {
            i += put_entity(&out, c, left);
        } else {
            /* runs of white space are one space in HTML */
            if (!space)
                out.data[out.used++] = *c;
            else if (out.used && out.data[out.used - 1] != ' ' &&
                     out.data[out.used - 1] != '\n')
                out.data[out.used++] = ' ';
            i++;
        }
    }
    while (out.used && (out.data[out.used - 1] == '\n' ||
                        out.data[out.used - 1] == ' '))
        out.used--;
    out.data[out.used] = '\0';
    return (struct text){ out.data, out.used };
}

struct text clean_entities(struct arena *memory, struct text text)
{
    if (!text.data || !memchr(text.data, '&', text.length))
        return text;
    struct out out = { arena_alloc(memory, text.length + 1), 0 };
    for (size_t i = 0; i < text.length;) {
        if (text.data[i] == '&') {
            i += put_entity(&out, text.data + i, text.length - i);
        } else {
            out.data[out.used++] = text.data[i++];
        }
    }
    out.data[out.used] = '\0';
    return (struct text){ out.data, out.used };
}

void clean_post(struct post *post, struct arena *memory)
{
    if (post->html) {
        post->text = clean_html(memory, post->text);
        post->html = false;
    }
    if (post->text.length > POST_TEXT_LIMIT)
        post->faults |= POST_FAULT_CUT;
    if (post->text.length > POST_TEXT_LIMIT ||
        !text_clean(post->text.data, post->text.length))
        post->text = text_copy(memory, post->text.data, post->text.length,
                               POST_TEXT_LIMIT);
}
