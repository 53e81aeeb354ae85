/* SPDX-License-Identifier: Apache-2.0 */
/* See mail.h. Bodies are base64, so that no line is too long and nothing is
 * changed on the way. Same digest, same bytes: the boundary and the message
 * id come from the content. */
#include "digest/mail.h"

#include <inttypes.h>

#include "base/hash.h"
#include "digest/phrase.h"

enum { LINE_BYTES = 57 }; /* 76 characters of base64 */

static void put_base64(struct buf *out, const char *data, size_t length)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *in = (const unsigned char *)data;
    for (size_t i = 0; i < length; i += 3) {
        unsigned long group = (unsigned long)in[i] << 16;
        if (i + 1 < length)
            group |= (unsigned long)in[i + 1] << 8;
        if (i + 2 < length)
            group |= in[i + 2];
        char four[4] = { digits[group >> 18], digits[group >> 12 & 63],
                         i + 1 < length ? digits[group >> 6 & 63] : '=',
                         i + 2 < length ? digits[group & 63] : '=' };
        buf_add(out, four, 4);
        if ((i / 3 + 1) % (LINE_BYTES / 3) == 0)
            buf_puts(out, "\r\n");
    }
}

/* A header text as RFC 2047 words of at most 45 bytes each, cut between
 * characters. */
static void put_words(struct buf *out, const char *text)
{
    size_t length = strlen(text);
    for (size_t i = 0; i < length;) {
        size_t n = 0;
        while (i + n < length) {
            uint32_t point;
            size_t more = text_decode(text + i + n, length - i - n, &point);
            if (n + more > 42)
                break;
            n += more;
        }
        buf_puts(out, i ? "\r\n =?UTF-8?B?" : "=?UTF-8?B?");
        put_base64(out, text + i, n);
        buf_puts(out, "?=");
        i += n;
    }
}

/* An address or URL in a header: nothing that could end the line. */
static void put_header(struct buf *out, const char *name, const char *value)
{
    buf_printf(out, "%s: ", name);
    for (; *value; value++)
        if ((unsigned char)*value >= 0x20 && *value != 0x7f)
            buf_putc(out, *value);
    buf_puts(out, "\r\n");
}

static void digest_subject(struct buf *subject, const struct digest *d)
{
    size_t alerts = phrase_alert_count(d);
    if (alerts) {
        const struct alert *first = d->alerts->items;
        while (!phrase_is_alert(first))
            first++;
        phrase_alert(subject, d, first);
        if (alerts > 1)
            buf_printf(subject, " and %zu more", alerts - 1);
    } else {
        buf_printf(subject, "%s: %s", d->title,
                   !d->collected ? "no post was collected"
                   : d->alerts->withheld ? "too little data to judge"
                                         : "no alert");
    }
    buf_puts(subject, " · ");
    phrase_day(subject, d->day);
}

static void put_date(struct buf *out, int64_t when)
{
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    int year, month, day;
    clock_date(when / DAY, &year, &month, &day);
    buf_printf(out, "Date: %.3s, %02d %.3s %d %02d:%02d:%02d +0000\r\n",
               days + 3 * clock_weekday(when / DAY), day,
               months + 3 * (month - 1), year, (int)(when % DAY / HOUR),
               (int)(when % HOUR / MINUTE), (int)(when % MINUTE));
}

/* All but the content's own lines. hash: of the content. */
static void put_head(struct buf *out, const struct mail_head *head,
                     const char *subject, int64_t when, uint64_t hash)
{
    const char *domain = strrchr(head->from, '@');
    put_header(out, "From", head->from);
    put_header(out, "To", head->to);
    buf_puts(out, "Subject: ");
    put_words(out, subject);
    buf_puts(out, "\r\n");
    put_date(out, when);
    buf_printf(out, "Message-ID: <%016" PRIx64 ".%016" PRIx64 "@%s>\r\n",
               hash, hash64(head->to, strlen(head->to)),
               domain && domain[1] ? domain + 1 : "localhost");
    if (head->unsubscribe && *head->unsubscribe) {
        struct buf value = BUF_INIT(0);
        buf_printf(&value, "<%s>", head->unsubscribe);
        put_header(out, "List-Unsubscribe", buf_text(&value));
        buf_release(&value);
    }
    buf_puts(out, "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n");
}

static void put_content(struct buf *out, const char *type,
                        const struct buf *body)
{
    buf_printf(out, "Content-Type: %s; charset=utf-8\r\n"
               "Content-Transfer-Encoding: base64\r\n\r\n", type);
    put_base64(out, buf_text(body), body->length);
    buf_puts(out, "\r\n");
}

void mail_plain(struct buf *out, const struct mail_head *head,
                const char *subject, int64_t when, const struct buf *text)
{
    put_head(out, head, subject, when,
             hash64_seed(text->data, text->length, (uint64_t)when));
    put_content(out, "text/plain", text);
}

void mail_compose(struct buf *out, const struct mail_head *head,
                  const struct digest *d)
{
    struct buf text = BUF_INIT(0), page = BUF_INIT(0), subject = BUF_INIT(0);
    digest_text(d, &text, 76, false);
    digest_html_mail(d, &page);
    digest_subject(&subject, d);
    uint64_t boundary = hash64(page.data, page.length);
    put_head(out, head, buf_text(&subject), d->now, boundary);
    buf_printf(out, "Content-Type: multipart/alternative; "
               "boundary=\"swell-%016" PRIx64 "\"\r\n\r\n"
               "--swell-%016" PRIx64 "\r\n", boundary, boundary);
    put_content(out, "text/plain", &text);
    buf_printf(out, "--swell-%016" PRIx64 "\r\n", boundary);
    put_content(out, "text/html", &page);
    buf_printf(out, "--swell-%016" PRIx64 "--\r\n", boundary);
    buf_release(&text);
    buf_release(&page);
    buf_release(&subject);
}
