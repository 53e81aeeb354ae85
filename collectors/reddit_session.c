/* SPDX-License-Identifier: Apache-2.0 */
/* See reddit_session.h. Tokens of an application live for a day and have no
 * refresh token: the key gets the next one. */
#include "collectors/reddit_session.h"

#include "base/session.h"

enum { TOKEN_LIMIT = 16 * 1024 };

int reddit_session_open(struct reddit_session *s, struct error *err)
{
    s->token = (struct buf)BUF_INIT(TOKEN_LIMIT);
    s->renewed = false;
    return session_read(s->folder, s->label, &s->token, err) < 0 ? -1 : 0;
}

void reddit_session_close(struct reddit_session *s)
{
    session_wipe(&s->token);
}

static void take_token(void *context, const struct json_value *values)
{
    struct reddit_session *s = context;
    if (values[0].type == JSON_STRING)
        buf_add(&s->token, values[0].text.data, values[0].text.length);
}

static int sign_in(struct reddit_session *s, struct error *err)
{
    static const char *const token_paths[] = { "access_token", NULL };
    static const char body[] = "grant_type=client_credentials";
    struct api_call call = { .http = s->http, .element = "",
                             .paths = token_paths, .take = take_token,
                             .context = s };
    buf_printf(&call.url, "%s/api/v1/access_token", s->login);
    call.request.basic = s->key;
    call.request.body = body;
    call.request.body_length = sizeof(body) - 1;
    call.request.content_type = "application/x-www-form-urlencoded";
    buf_clear(&s->token);
    int rc = api_send(&call, err);
    if (rc)
        error_prefix(err, "signing in with the key");
    else if (!s->token.length)
        rc = error_set(err, ERROR_DENIED, "%s gives no token for this key: is "
                       "it approved?", s->login);
    else
        rc = session_write(s->folder, s->label, &s->token, err);
    api_release(&call);
    return rc;
}

int reddit_send(struct reddit_session *s, struct api_call *call,
                struct error *err)
{
    for (;;) {
        if (!s->token.length && sign_in(s, err))
            return -1;
        call->request.bearer = buf_text(&s->token);
        int rc = api_send(call, err);
        if (rc == 0)
            s->renewed = false;
        if (rc == 0 || call->reply.status != 401 || s->renewed)
            return rc;
        s->renewed = true;
        buf_clear(&s->token);
        api_again(call);
    }
}
