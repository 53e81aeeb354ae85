/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of http.h that only look at text: headers, first words of a
 * refusal, escaping. Nothing here talks to a network. */
#include "base/http_reply.h"

#include <strings.h>

void http_reply_release(struct http_reply *reply)
{
    buf_release(&reply->head);
    buf_release(&reply->error_body);
    mem_free(reply->moved);
    reply->moved = NULL;
}

struct text http_header(const struct http_reply *reply, const char *name)
{
    struct text found = TEXT("");
    const char *line = buf_text(&reply->head);
    size_t length = strlen(name);
    while (*line) {
        const char *end = strchr(line, '\n');
        if (!end)
            end = line + strlen(line);
        if (strncasecmp(line, name, length) == 0 && line[length] == ':') {
            const char *from = line + length + 1, *to = end;
            while (from < to && (*from == ' ' || *from == '\t'))
                from++;
            while (to > from && strchr(" \t\r", to[-1]))
                to--;
            found = (struct text){ from, (size_t)(to - from) };
        }
        line = *end ? end + 1 : end;
    }
    return found;
}

bool http_has_secret(const struct http_request *r)
{
    return r->bearer || r->basic || r->key || r->secret;
}

bool http_is_type(const struct http_reply *reply, const char *wanted)
{
    struct text type = http_header(reply, "content-type");
    if (!wanted || !type.length || type.length >= 200 ||
        memmem(type.data, type.length, wanted, strlen(wanted)))
        return true;
    return strcmp(wanted, "json") == 0 && /* as Apple's feeds say */
           memmem(type.data, type.length, "javascript", 10);
}

/* The character that s begins with, taken as JSON's (way '\\'), an address's
 * ('%'), a form's ('+') or HTML's ('&') escape where it is one; bytes read. */
static size_t unescape(const char *s, char way, struct buf *out)
{
    static const struct { char way; const char *form; bool point; } codes[] = {
        { '\\', "\\u%4x%n", true }, { '\\', "\\x%2x%n", false },
        { '%', "%%%2x%n", false }, { '+', "%%%2x%n", false },
        { '&', "&#x%6x;%n", true }, { '&', "&#%7u;%n", true },
    };
    static const struct { char way; const char *name; char byte; } names[] = {
        { '&', "&quot;", '"' }, { '&', "&amp;", '&' }, { '&', "&lt;", '<' },
        { '&', "&gt;", '>' }, { '&', "&apos;", '\'' }, { '+', "+", ' ' },
    };
    char bytes[4];
    unsigned code;
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        int length = 0;
        if (way == codes[i].way && *s == *codes[i].form &&
            sscanf(s, codes[i].form, &code, &length) > 0 && length > 0) {
            bytes[0] = (char)code;
            buf_add(out, bytes, codes[i].point ? text_encode(code, bytes) : 1);
            return (size_t)length;
        }
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        size_t length = strlen(names[i].name);
        if (way == names[i].way && strncmp(s, names[i].name, length) == 0) {
            buf_putc(out, names[i].byte);
            return length;
        }
    }
    size_t slash = way == '\\' && *s == '\\' && s[1];
    buf_putc(out, s[slash]);
    return slash + 1;
}

/* As it is or in one of the ways in which services send back what they got. */
static bool tells(const char *body, const char *secret)
{
    bool found = strstr(body, secret) != NULL;
    for (const char *way = "\\%+&"; !found && *way; way++) {
        struct buf plain = BUF_INIT(0);
        for (const char *at = body; *at;)
            at += unescape(at, *way, &plain);
        found = memmem(buf_text(&plain), plain.length, secret, strlen(secret));
        buf_release(&plain);
    }
    return found;
}

void http_reply_words(const struct http_reply *reply,
                      const struct http_request *request, char *out,
                      size_t room)
{
    const char *const secrets[] = { request->bearer, request->key,
                                    request->secret };
    const char *body = buf_text(&reply->error_body);
    size_t used = 0;
    bool tag = false, blank = true;
    *out = '\0';
    if (request->basic)
        return; /* it would come back encoded */
    for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
        if (secrets[i] && tells(body, secrets[i]))
            return;
    for (; *body && used + 1 < room; body++) {
        unsigned char c = (unsigned char)*body;
        if (c == '<')
            tag = true;
        bool skip = tag || c <= ' ';
        if (c == '>')
            tag = false;
        if (!skip)
            out[used++] = c < 0x7f ? (char)c : '?';
        else if (!blank)
            out[used++] = ' ';
        blank = skip;
    }
    out[used] = '\0';
}

void http_escape(struct buf *out, const char *text)
{
    static const char safe[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                               "abcdefghijklmnopqrstuvwxyz0123456789-._~";
    for (; *text; text++) {
        if (strchr(safe, *text))
            buf_putc(out, *text);
        else
            buf_printf(out, "%%%02X", (unsigned char)*text);
    }
}
