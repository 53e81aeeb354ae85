/* SPDX-License-Identifier: Apache-2.0 */
/* See proofs.h. */
#include "commands/proofs.h"

#include <math.h>

#include "base/mem.h"
#include "digest/posts.h"

enum { PARTS = 6 };

/* One text once; the most telling stay. */
void proofs_take(struct proofs *p, const struct post *post,
                 const struct mention *mention, uint64_t print)
{
    const struct tags *tags = mention ? &mention->tags : &post->tags;
    double telling = post_telling(post, tags);
    size_t at = p->count;
    for (size_t i = 0; i < p->count; i++)
        if (p->items[i].print == print)
            return;
    if (at == p->wanted && telling <= p->items[at - 1].telling)
        return;
    if (at < p->wanted)
        p->count++;
    else
        at--;
    for (; at > 0 && p->items[at - 1].telling < telling; at--)
        p->items[at] = p->items[at - 1];
    struct proof *out = &p->items[at];
    *out = (struct proof){ .telling = telling, .print = print };
    if (mention)
        out->matched = mention->span;
    post_sample(&out->sample, &p->memory, post, tags, SIZE_MAX);
}

struct part {
    struct contribution c;
    double pull;             /* toward positive */
};

struct parts {
    struct part items[PARTS];
    size_t count;
};

static void take_part(void *context, const struct contribution *c)
{
    struct parts *p = context;
    double pull = c->positive - c->negative;
    size_t at = p->count;
    if (!c->span.length ||
        (at == PARTS && fabs(pull) <= fabs(p->items[at - 1].pull)))
        return;
    if (at < PARTS)
        p->count++;
    else
        at--;
    for (; at > 0 && fabs(p->items[at - 1].pull) < fabs(pull); at--)
        p->items[at] = p->items[at - 1];
    p->items[at] = (struct part){ *c, pull };
}

struct fired {
    struct buf *out;
    struct text text;
    size_t count;
};

static void take_topic(void *context, const char *name, const char *row,
                       double weight, struct span span)
{
    struct fired *f = context;
    (void)row;
    if (weight != 0 || f->count >= PARTS)
        return;
    buf_printf(f->out, "%s%s “", f->count++ ? " · " : "     ", name);
    put_quoted(f->out, (struct text){ f->text.data + span.start, span.length },
               40);
    buf_puts(f->out, "”");
}

static void put_parts(struct buf *out, struct text text,
                      const struct parts *parts)
{
    struct buf b = BUF_INIT(0);
    for (size_t i = 0; i < parts->count; i++) {
        const struct part *p = &parts->items[i];
        buf_puts(&b, i ? " · “" : "“");
        put_quoted(&b, (struct text){ text.data + p->c.span.start,
                                      p->c.span.length }, 30);
        buf_printf(&b, "” %+.2f %s", p->pull, p->c.rule);
    }
    put_folded(out, "     ", buf_bytes(&b), 0);
    buf_release(&b);
}

void proofs_explain(const struct proof *p, struct buf *out,
                    const struct rules *rules)
{
    struct text text = text_of(p->sample.text);
    struct words words = WORDS_INIT;
    struct parts parts = { .count = 0 };
    struct tags again = { 0 };
    words_split(&words, text);
    uint8_t *mask = mem_alloc(words.count + 1);
    for (size_t i = 0; i < words.count; i++)
        mask[i] = words.items[i].start >= p->matched.start &&
                  words.items[i].start < p->matched.start + p->matched.length;
    struct scorer *scorer = scorer_open(rules_sentiment(rules));
    scorer_read(scorer, &words, mask);
    scorer_score(scorer, 0, words.count, &again, take_part, &parts);
    scorer_close(scorer);
    put_parts(out, text, &parts);
    struct fired fired = { out, text, 0 };
    struct spotter *spotter = spotter_open(rules_topics(rules));
    spotter_read(spotter, &words, mask);
    spotter_explain(spotter, again.score, take_topic, &fired);
    spotter_close(spotter);
    buf_puts(out, fired.count ? "\n" : "");
    mem_free(mask);
    words_release(&words);
}

static void put_proof(const struct proof *p, struct buf *out,
                      const struct rules *rules, const struct zone *zone)
{
    const struct sample *s = &p->sample;
    struct text text = text_of(s->text);
    local_time(out, zone, s->created);
    buf_printf(out, "  %s %+.2f", label_names[s->tags.label],
               s->tags.score / 1000.0);
    if (p->matched.length &&
        (uint64_t)p->matched.start + p->matched.length <=
            text.length) {
        buf_puts(out, "  matched “");
        put_quoted(out, (struct text){ text.data + p->matched.start,
                                       p->matched.length }, 40);
        buf_puts(out, "”");
    }
    buf_putc(out, '\n');
    put_folded(out, "     ", text, 320);
    proofs_explain(p, out, rules);
    buf_puts(out, "     id ");
    put_quoted(out, text_of(s->source), 30);
    buf_putc(out, ' ');
    put_quoted(out, text_of(s->native_id), 0);
    buf_putc(out, '\n');
}

void proofs_put(const struct proofs *p, struct buf *out,
                const struct rules *rules, const struct zone *zone)
{
    if (p->count)
        buf_puts(out, "\nThe most telling (numbers: pull toward positive, "
                 "log-odds, the whole post by today's rules)\n");
    for (size_t i = 0; i < p->count; i++) {
        buf_printf(out, "\n  %zu. ", i + 1);
        put_proof(&p->items[i], out, rules, zone);
    }
}

void proofs_release(struct proofs *p)
{
    arena_release(&p->memory);
    p->count = 0;
}
