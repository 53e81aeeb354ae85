/* SPDX-License-Identifier: Apache-2.0 */
/* See deliver.h. Composes once per recipient: each may want other brands and
 * live in another zone. */
#include "digest/deliver.h"

#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/http.h"
#include "base/http_mail.h"
#include "base/json.h"
#include "digest/digest.h"
#include "digest/mail.h"

/* One recipient's turn. */
struct turn {
    struct store *store;
    const struct config *config;
    const struct recipient *to;
    int64_t day;
};

static int send_mail(const struct turn *t, const struct digest *d,
                     struct error *err)
{
    const struct digest_config *c = &t->config->digest;
    struct mail_server server = { c->smtp_url, c->smtp_user, c->smtp_password,
                                  t->config->allow_loopback, 0 };
    struct mail_head head = { c->smtp_from, t->to->email, c->unsubscribe };
    struct buf message = BUF_INIT(0);
    mail_compose(&message, &head, d);
    int rc = mail_send(&server, c->smtp_from, t->to->email,
                       (struct text){ message.data, message.length }, err);
    buf_release(&message);
    return rc;
}

/* Slack and Mattermost take {"text"}; Teams takes a card with a text. */
static int send_webhook(const struct turn *t, const struct digest *d,
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
    struct text content = { buf_text(&text), text.length };
    if (teams) {
        buf_puts(&body, "{\"type\":\"message\",\"attachments\":[{"
                 "\"contentType\":\"application/vnd.microsoft.card.adaptive\","
                 "\"content\":{\"type\":\"AdaptiveCard\",\"version\":\"1.4\","
                 "\"body\":[{\"type\":\"TextBlock\",\"wrap\":true,\"text\":");
        json_write(&body, content);
        buf_puts(&body, "}]}}]}");
    } else {
        buf_puts(&body, "{\"text\":");
        json_write(&body, content);
        buf_puts(&body, "}");
    }
    struct http_request request = {
        .url = t->to->webhook, .body = body.data, .body_length = body.length,
        .content_type = "application/json",
    };
    int rc = http_open(&http, &limits, err);
    if (!rc) {
        rc = http_send(http, &request, &reply, err);
        http_reply_release(&reply);
    }
    http_close(http);
    buf_release(&text);
    buf_release(&body);
    return rc;
}

static int send_file(const struct turn *t, const struct digest *d,
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

static int send_one(const struct turn *t, const struct zone *zone,
                    struct error *err)
{
    struct digest *d = NULL;
    const char **brands = NULL;
    if (t->to->brands.count) {
        brands = mem_alloc((t->to->brands.count + 1) * sizeof(*brands));
        for (size_t i = 0; i < t->to->brands.count; i++)
            brands[i] = t->to->brands.items[i];
    }
    int rc = digest_compose(&d, t->store, t->config, zone, t->day, brands,
                            err);
    if (!rc)
        rc = t->to->email ? send_mail(t, d, err)
             : t->to->webhook ? send_webhook(t, d, err)
                              : send_file(t, d, err);
    if (!rc)
        rc = digest_told(d, t->store, err);
    digest_close(d);
    mem_free(brands);
    return rc;
}

static int note(struct store *store, const char *kind, const char *name,
                struct text value, struct error *err)
{
    struct buf key = BUF_INIT(0);
    buf_printf(&key, "%s/%s", kind, name);
    int rc = store_note_put(store, key.data, value, err);
    buf_release(&key);
    return rc;
}

/* 1: sent already, 0: not, -1: see err. The note holds the last day sent. */
static int was_sent(const struct turn *t, struct error *err)
{
    struct buf key = BUF_INIT(0), value = BUF_INIT(64);
    char day[CLOCK_TEXT];
    clock_format(t->day * DAY, day);
    buf_printf(&key, "sent/%s", t->to->name);
    int rc = store_note_get(t->store, key.data, &value, err);
    if (rc > 0)
        rc = strncmp(buf_text(&value), day, 10) >= 0;
    buf_release(&key);
    buf_release(&value);
    return rc;
}

/* Keep what happened; err is what the sending said, consumed here. */
static int keep(const struct turn *t, int failed, const struct error *said,
                struct deliver_report *report, struct buf *talk,
                struct error *err)
{
    char day[CLOCK_TEXT];
    clock_format(t->day * DAY, day);
    day[10] = '\0';
    if (!failed) {
        report->sent++;
        return note(t->store, "sent", t->to->name, text_of(day), err) ||
               note(t->store, "delivery", t->to->name, TEXT(""), err) ? -1 : 0;
    }
    struct buf text = BUF_INIT(0);
    report->failed++;
    buf_printf(talk, "digest of %s to %s: %s\n", day, t->to->name, said->text);
    buf_printf(&text, "{\"day\":\"%s\",\"message\":", day);
    json_write(&text, text_of(said->text));
    buf_puts(&text, "}");
    int rc = note(t->store, "delivery", t->to->name,
                  (struct text){ text.data, text.length }, err);
    buf_release(&text);
    return rc;
}

int deliver_all(struct store *store, const struct config *config, int64_t day,
                struct deliver_report *report, struct buf *talk,
                struct error *err)
{
    int64_t now = clock_now();
    int rc = 0;
    for (size_t i = 0; i < config->digest.recipient_count && !rc; i++) {
        struct turn t = { store, config, &config->digest.recipients[i], day };
        struct zone *zone = NULL;
        struct error said = ERROR_INIT;
        if (zone_open(&zone, t.to->timezone ? t.to->timezone
                                            : config->digest.timezone, err))
            return -1;
        int64_t today = zone_day(zone, now);
        bool early = day == INT64_MIN &&
                     now < zone_day_start(zone, today) +
                               (int64_t)t.to->hour * HOUR;
        if (day == INT64_MIN) {
            t.day = today - 1;
            rc = was_sent(&t, err);
        }
        if (rc == 0 && early)
            report->waiting++;
        else if (rc == 0)
            rc = keep(&t, send_one(&t, zone, &said), &said, report, talk, err);
        rc = rc < 0 ? -1 : 0;
        zone_close(zone);
    }
    return rc;
}
