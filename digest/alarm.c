/* SPDX-License-Identifier: Apache-2.0 */
/* See alarm.h. A note "alarm/LABEL" in the store, "TOLD BAD TIMES", says what
 * the operator knows; a source that stumbles again within a day is the same
 * news, so that one which comes and goes is not told each time. */
#include "digest/alarm.h"

#include "base/clock.h"
#include "base/http_mail.h"
#include "base/mem.h"
#include "digest/mail.h"
#include "pipeline/round.h"

struct alarm {
    struct buf text;           /* of the mail; empty: nothing to tell */
    unsigned broken, mended;   /* sources in it */
    struct alarm_note {
        const char *label;     /* borrowed from the configuration */
        int64_t told;          /* last mail; 0: not yet */
        int64_t bad;           /* last seen broken */
        unsigned times;        /* told; 0: the note goes */
        bool changed;
    } *notes;                  /* room for each source */
    size_t count;
};

/* Told again after a day, two, four ... to a month. */
enum { DOUBLINGS = 5 };

/* A mail server that does not take it is asked again so much later, by a note
 * of its own. */
static const int64_t TRY_AGAIN = HOUR;
static const char tried_key[] = "alarm-tried/operator";

static int read_note(struct store *store, struct alarm_note *n,
                     struct error *err)
{
    struct buf key = BUF_INIT(0), value = BUF_INIT(0);
    long long told, bad;
    unsigned times;
    buf_printf(&key, "alarm/%s", n->label);
    int rc = store_note_get(store, buf_text(&key), &value, err);
    if (rc > 0 && sscanf(buf_text(&value), "%lld %lld %u", &told, &bad,
                         &times) == 3) {
        n->told = clock_past(told);
        n->bad = clock_past(bad);
        n->times = times;
    }
    buf_release(&key);
    buf_release(&value);
    return rc < 0 ? -1 : 0;
}

static bool due(const struct alarm_note *n, int64_t now)
{
    if (!n->times)
        return true;
    unsigned again = n->times - 1;
    return now - n->told >= DAY << (again < DOUBLINGS ? again : DOUBLINGS);
}

/* What is to be said of one source, and what will be known then. */
static void look(struct alarm *a, struct alarm_note *n,
                 const struct source_config *s, const struct round *r)
{
    int64_t now = clock_now();
    char wrong[ROUND_WRONG];
    round_wrong(r, round_every(s), now, wrong);
    if (*wrong && due(n, now)) {
        buf_printf(&a->text, "%s %s\n", s->label, wrong);
        n->told = now;
        n->times++;
        a->broken++;
    }
    n->changed = *wrong || (n->times && now - n->bad >= DAY);
    if (*wrong) {
        n->bad = now;
    } else if (n->changed) {
        buf_printf(&a->text, "%s has worked for a day again\n", s->label);
        n->times = 0;
        a->mended++;
    }
}

static int read_all(struct alarm *a, struct store *store,
                    const struct config *config, struct error *err)
{
    for (size_t i = 0; i < config->source_count; i++) {
        const struct source_config *s = &config->sources[i];
        struct alarm_note *n = &a->notes[a->count];
        struct round r;
        int ran = s->enabled ? round_read(store, s->label, &r, err) : 0;
        *n = (struct alarm_note){ .label = s->label };
        if (ran < 0 || (ran && read_note(store, n, err)))
            return -1;
        if (!ran)
            continue;
        look(a, n, s, &r);
        a->count++;
    }
    return 0;
}

static int send_mail(const struct alarm *a, const struct config *config,
                     const volatile sig_atomic_t *stop, struct error *err)
{
    const struct digest_config *d = &config->digest;
    if (!a->text.length)
        return 0;
    struct mail_server server = { d->smtp_url, d->smtp_user, d->smtp_password,
                                  config->allow_loopback, 30, stop };
    struct mail_head head = { d->smtp_from, d->operator, NULL };
    struct buf subject = BUF_INIT(0), text = BUF_INIT(0), message = BUF_INIT(0);
    buf_printf(&subject, "Groundswell: %u source%s %s", a->broken
                   ? a->broken : a->mended,
               (a->broken ? a->broken : a->mended) == 1 ? "" : "s",
               a->broken == 1 ? "is broken" : a->broken ? "are broken"
               : "again at work");
    buf_printf(&text, "%s\nswell status says how it is now; %s\n%s",
               buf_text(&a->text), config->path, a->broken
                   ? "While it stays so this is told again after a day, two, "
                     "four, at most a month.\n" : "");
    mail_plain(&message, &head, buf_text(&subject), clock_now(), &text);
    int rc = mail_send(&server, d->smtp_from, d->operator,
                       (struct text){ message.data, message.length }, err);
    buf_release(&subject);
    buf_release(&text);
    buf_release(&message);
    return rc;
}

static int keep(const struct alarm *a, struct store *store, struct error *err)
{
    struct buf key = BUF_INIT(0), value = BUF_INIT(0);
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < a->count; i++) {
        const struct alarm_note *n = &a->notes[i];
        if (!n->changed)
            continue;
        buf_clear(&key);
        buf_clear(&value);
        buf_printf(&key, "alarm/%s", n->label);
        if (n->times)
            buf_printf(&value, "%lld %lld %u", (long long)n->told,
                       (long long)n->bad, n->times);
        rc = store_note_put(store, buf_text(&key),
                            (struct text){ buf_text(&value), value.length },
                            err);
    }
    buf_release(&key);
    buf_release(&value);
    return rc;
}

/* Did a mail server refuse it a little while ago? */
static bool tried(struct store *store)
{
    struct buf value = BUF_INIT(64);
    bool lately = store_note_get(store, tried_key, &value, NULL) > 0 &&
                  clock_now() - clock_past(strtoll(buf_text(&value), NULL, 10))
                      < TRY_AGAIN;
    buf_release(&value);
    return lately;
}

static int note_try(struct store *store, int64_t when, struct error *err)
{
    char text[24];
    snprintf(text, sizeof(text), "%lld", (long long)when);
    return store_note_put(store, tried_key, when ? text_of(text) : TEXT(""),
                          err);
}

/* The store is not held while a mail server thinks. */
int alarm_tell(struct turns *turns, const struct config *config,
               const volatile sig_atomic_t *stop, struct error *unsent,
               struct error *err)
{
    struct alarm a = { .text = BUF_INIT(0) };
    if (!config->digest.operator)
        return 0;
    struct store *store = turn_begin(turns, err);
    if (!store)
        return -1;
    a.notes = mem_alloc((config->source_count + 1) * sizeof(*a.notes));
    int rc = read_all(&a, store, config, err);
    bool later = a.text.length && tried(store);
    turn_end(turns);
    if (rc || later)
        goto done;
    bool sent = send_mail(&a, config, stop, unsent) == 0;
    if (!sent && stop && *stop)
        goto done;
    rc = -1;
    if ((store = turn_begin(turns, err))) {
        rc = sent ? keep(&a, store, err) : 0;
        if (rc == 0 && a.text.length)
            rc = note_try(store, sent ? 0 : clock_now(), err);
        turn_end(turns);
    }
    rc = rc ? -1 : !sent;
done:
    buf_release(&a.text);
    mem_free(a.notes);
    return rc;
}
