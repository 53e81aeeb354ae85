/* SPDX-License-Identifier: Apache-2.0 */
/* See bluesky_session.h. Logins are scarce (30 in five minutes), tokens live
 * for two hours and a dead one is HTTP 400 here. */
#include "collectors/bluesky_session.h"

#include "base/session.h"

/* A service that refuses what it has just given out is not asked for ever. */
enum { LOGINS = 3, TOKEN_LIMIT = 16 * 1024 };

int atproto_open(struct atproto *a, struct error *err)
{
    struct buf kept = BUF_INIT(4 * TOKEN_LIMIT);
    a->access = a->refresh = (struct buf)BUF_INIT(TOKEN_LIMIT);
    a->logins = 0;
    if (a->identifier && session_read(a->folder, a->label, &kept, err) < 0)
        return -1;
    const char *line = buf_text(&kept);
    size_t first = strcspn(line, "\n");
    buf_add(&a->access, line, first);
    if (line[first])
        buf_add(&a->refresh, line + first + 1,
                strcspn(line + first + 1, "\n"));
    session_wipe(&kept);
    return 0;
}

void atproto_close(struct atproto *a)
{
    session_wipe(&a->access);
    session_wipe(&a->refresh);
}

static void take_session(void *context, const struct json_value *values)
{
    struct atproto *a = context;
    if (values[0].type != JSON_STRING || values[1].type != JSON_STRING)
        return;
    buf_clear(&a->access);
    buf_clear(&a->refresh);
    buf_add(&a->access, values[0].text.data, values[0].text.length);
    buf_add(&a->refresh, values[1].text.data, values[1].text.length);
}

static int get_session(struct atproto *a, bool refresh, struct error *err)
{
    static const char *const paths[] = { "accessJwt", "refreshJwt", NULL };
    struct buf body = BUF_INIT(0), kept = BUF_INIT(0);
    struct buf old = BUF_INIT(0);
    struct api_call call = { .http = a->http, .element = "",
                             .paths = paths, .take = take_session,
                             .context = a };
    buf_puts(&old, buf_text(&a->refresh));
    buf_printf(&call.url, "%s/xrpc/com.atproto.server.%s", a->service,
               refresh ? "refreshSession" : "createSession");
    if (!refresh) {
        buf_puts(&body, "{\"identifier\":");
        json_write(&body, text_of(a->identifier));
        buf_puts(&body, ",\"password\":");
        json_write(&body, text_of(a->password));
        buf_putc(&body, '}');
        call.request.content_type = "application/json";
        call.request.secret = a->password;
    }
    call.request.body = buf_text(&body);
    call.request.body_length = body.length;
    call.request.bearer = refresh ? buf_text(&old) : NULL;
    int rc = api_send(&call, err);
    if (rc == 0 && !a->access.length)
        rc = error_set(err, ERROR_INPUT, "%s: no token came with the session",
                       a->service);
    buf_printf(&kept, "%s\n%s\n", buf_text(&a->access), buf_text(&a->refresh));
    if (rc == 0)
        rc = session_write(a->folder, a->label, &kept, err);
    session_wipe(&body);
    session_wipe(&kept);
    session_wipe(&old);
    api_release(&call);
    return rc;
}

/* A new token: by the refresh token, else by the password; few times. */
static int sign_in(struct atproto *a, struct error *err)
{
    bool refresh = a->refresh.length > 0;
    if (a->logins++ >= LOGINS)
        return error_set(err, ERROR_DENIED, "%s: keeps refusing its own "
                         "tokens", a->service);
    if (refresh && get_session(a, true, err) == 0)
        return 0;
    if (refresh && err->kind == ERROR_RETRY)
        return -1;
    buf_clear(&a->refresh);
    buf_clear(&a->access);
    if (get_session(a, false, err))
        return error_prefix(err, "signing in as %s", a->identifier);
    return 0;
}

int atproto_send(struct atproto *a, struct api_call *call, struct error *err)
{
    for (;;) {
        if (a->identifier && !a->access.length && sign_in(a, err))
            return -1;
        call->request.bearer = a->access.length ? buf_text(&a->access) : NULL;
        if (api_send(call, err) == 0) {
            a->logins = 0;
            return 0;
        }
        bool token = (call->reply.status == 400 || call->reply.status == 401) &&
                     api_says(call, "ExpiredToken InvalidToken AuthMissing");
        if (!token || !a->identifier)
            return -1;
        buf_clear(&a->access);
        api_again(call);
    }
}
