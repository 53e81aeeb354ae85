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
        if (secrets[i] && strstr(body, secrets[i]))
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
