/* SPDX-License-Identifier: Apache-2.0 */
/* See deliver.h. Composes once per recipient: each may want other brands and
 * live in another zone. The store is not held while somebody else's server
 * thinks; meanwhile a note "sending/NAME" keeps a second run from sending the
 * same. */
#include "digest/deliver.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/http.h"
#include "base/http_mail.h"
#include "base/json.h"
#include "digest/digest.h"
#include "digest/mail.h"

/* What a run that was killed while sending has begun is free again. */
enum { CLAIM = 15 * MINUTE };

/* One recipient's digest. */
struct delivery {
    const struct config *config;
    const struct recipient *to;
    int64_t day;
    struct deliver_report *report;
    struct buf *talk;
};

static int send_mail(const struct delivery *t, const struct digest *d,
                     struct error *err)
{
    const struct digest_config *c = &t->config->digest;
    struct mail_server server = { c->smtp_url, c->smtp_user, c->smtp_password,
                                  t->config->allow_loopback, 0, NULL };
    struct mail_head head = { c->smtp_from, t->to->email, c->unsubscribe };
    struct buf message = BUF_INIT(0);
    mail_compose(&message, &head, d);
    int rc = mail_send(&server, c->smtp_from, t->to->email,
                       text_of(message.data), err);
    buf_release(&message);
    return rc;
}

/* Slack and Mattermost take {"text"}; Teams takes a card with a text. */
static int send_webhook(const struct delivery *t, const struct digest *d,
                        struct error *err)
{
    struct http_limits limits = {
        .allow_loopback = t->config->allow_loopback,
        .user_agent = t->config->user_agent,
    };
    struct buf text = BUF_INIT(0), body = BUF_INIT(0);
    struct http *http = NULL;
    struct http_reply reply = { 0 };
    bool teams = strcmp(t->to->webhook_kind, "teams") == 0;
    bool slack = strcmp(t->to->webhook_kind, "slack") == 0;
    if (teams || slack)
        digest_chat(d, &text, slack);
    else
        digest_markdown(d, &text);
    if (teams)
        buf_puts(&body, "{\"type\":\"message\",\"attachments\":[{"
                 "\"contentType\":\"application/vnd.microsoft.card.adaptive\","
                 "\"content\":{\"type\":\"AdaptiveCard\",\"version\":\"1.4\","
                 "\"body\":[{\"type\":\"TextBlock\",\"wrap\":true,");
    buf_puts(&body, teams ? "\"text\":" : "{\"text\":");
    json_write(&body, text_of(buf_text(&text)));
    buf_puts(&body, teams ? "}]}}]}" : "}");
    const char *place = strstr(t->to->webhook, "://");
    place = strchr(place ? place + 3 : t->to->webhook, '/');
    struct http_request request = {
        .url = t->to->webhook,
        .secret = place && place[1] ? place : NULL,
        .body = body.data, .body_length = body.length,
        .content_type = "application/json",
    };
    int rc = http_open(&http, &limits, err);
    if (!rc)
        rc = http_send(http, &request, &reply, err);
    http_reply_release(&reply);
    http_close(http);
    buf_release(&text);
    buf_release(&body);
    return rc;
}

static int send_file(const struct delivery *t, const struct digest *d,
                     struct error *err)
{
    struct buf out = BUF_INIT(0);
    const char *format = t->to->format ? t->to->format : "html";
    if (strcmp(format, "text") == 0)
        digest_text(d, &out, 80, false);
    else if (strcmp(format, "markdown") == 0)
        digest_markdown(d, &out);
    else
        digest_html(d, &out, NULL);
    int rc = file_replace(t->to->path, &out, err);
    buf_release(&out);
    return rc;
}

static int send(const struct delivery *t, const struct digest *d,
                struct error *err)
{
    return t->to->email     ? send_mail(t, d, err)
           : t->to->webhook ? send_webhook(t, d, err)
                            : send_file(t, d, err);
}

/* ---- notes -------------------------------------------------------------- */

static int note(struct store *store, const char *kind, const char *name,
                struct text value, struct error *err)
{
    struct buf key = BUF_INIT(0);
    buf_printf(&key, "%s/%s", kind, name);
    int rc = store_note_put(store, key.data, value, err);
    buf_release(&key);
    return rc;
}

static int read_note(struct buf *value, struct store *store, const char *kind,
                     const char *name, struct error *err)
{
    struct buf key = BUF_INIT(0);
    buf_printf(&key, "%s/%s", kind, name);
    int rc = store_note_get(store, key.data, value, err);
    buf_release(&key);
    return rc;
}

/* 1: sent already or being sent, 0: not, -1: see err. "sent/NAME" holds the
 * last day sent, "sending/NAME" when it was begun. */
static int is_done(const struct delivery *t, struct store *store,
                   struct error *err)
{
    struct buf value = BUF_INIT(64);
    char day[CLOCK_TEXT], today[CLOCK_TEXT];
    clock_format(t->day * DAY, day);
    clock_format((t->day + 1) * DAY, today); /* later: by a wrong clock */
    int rc = read_note(&value, store, "sent", t->to->name, err);
    if (rc > 0)
        rc = strncmp(buf_text(&value), day, 10) >= 0 &&
             strncmp(buf_text(&value), today, 10) <= 0;
    buf_clear(&value);
    if (rc == 0)
        rc = read_note(&value, store, "sending", t->to->name, err);
    if (rc > 0 && value.length)
        rc = clock_now() - clock_past(strtoll(buf_text(&value), NULL, 10)) <
             CLAIM;
    buf_release(&value);
    return rc;
}

static int claim(const struct delivery *t, struct store *store,
                 struct error *err)
{
    char when[24];
    snprintf(when, sizeof(when), "%lld", (long long)clock_now());
    return note(store, "sending", t->to->name, text_of(when), err);
}

/* Keep what happened; said is what the sending said. */
static int keep(const struct delivery *t, struct store *store,
                const struct error *said, struct error *err)
{
    struct buf text = BUF_INIT(0);
    const char *name = t->to->name;
    char day[CLOCK_TEXT];
    int rc = 0;
    clock_format(t->day * DAY, day);
    day[10] = '\0';
    if (said) {
        t->report->failed++;
        buf_printf(t->talk, "digest of %s to %s: %s\n", day, name, said->text);
        buf_printf(&text, "{\"day\":\"%s\",\"message\":", day);
        json_write(&text, text_of(said->text));
        buf_puts(&text, "}");
    } else {
        t->report->sent++;
        rc = note(store, "sent", name, text_of(day), err);
    }
    if (!rc)
        rc = note(store, "delivery", name, text_of(buf_text(&text)), err);
    if (!rc)
        rc = note(store, "sending", name, TEXT(""), err);
    buf_release(&text);
    return rc;
}

/* early: before the hour; again: whether or not it was sent. */
static int deliver(const struct delivery *t, struct turns *turns,
                   const struct zone *zone, bool early, bool again,
                   struct error *err)
{
    struct digest *d = NULL;
    struct error said = ERROR_INIT;
    struct store *store = turn_begin(turns, err);
    if (!store)
        return -1;
    int done = again ? 0 : is_done(t, store, err), failed = 0;
    if (!done && early) {
        t->report->waiting++;
        done = 1;
    }
    if (!done)
        done = claim(t, store, err);
    if (!done)
        failed = digest_compose(&d, store, t->config, zone, t->day,
                                &t->to->brands, &said);
    turn_end(turns);
    if (done)
        return done < 0 ? -1 : 0;
    if (!failed)
        failed = send(t, d, &said);
    int rc = -1;
    if ((store = turn_begin(turns, err))) {
        rc = failed ? 0 : digest_told(d, store, err);
        if (!rc)
            rc = keep(t, store, failed ? &said : NULL, err);
        turn_end(turns);
    }
    digest_close(d);
    return rc;
}

int deliver_all(struct turns *turns, const struct config *config, int64_t day,
                struct deliver_report *report, struct buf *talk,
                struct error *err)
{
    int64_t now = clock_now();
    int rc = 0;
    for (size_t i = 0; i < config->digest.recipient_count && !rc; i++) {
        struct delivery t = { config, &config->digest.recipients[i], day,
                              report, talk };
        bool again = day != INT64_MIN;
        struct zone *zone = NULL;
        if (zone_open(&zone, t.to->timezone ? t.to->timezone
                                            : config->digest.timezone, err))
            return -1;
        int64_t today = zone_day(zone, now);
        bool early = !again && now < zone_day_start(zone, today) +
                                         (int64_t)t.to->hour * HOUR;
        if (!again)
            t.day = today - 1;
        rc = deliver(&t, turns, zone, early, again, err);
        zone_close(zone);
    }
    return rc;
}
