/* SPDX-License-Identifier: Apache-2.0 */
/* Escaping and the small repeated pieces of the page. The one place where a
 * text by others enters it. */
#include "digest/html.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

static const char *const entities[128] = {
    ['<'] = "&lt;", ['>'] = "&gt;", ['&'] = "&amp;", ['"'] = "&quot;",
    ['\''] = "&#39;", [' '] = " ",
};

void html_escaped(struct buf *out, const char *before, const char *text,
                  const char *after)
{
    size_t length = strlen(text);
    buf_puts(out, before);
    for (size_t i = 0; i < length;) {
        uint32_t point;
        size_t n = text_decode(text + i, length - i, &point);
        point = phrase_harmless(point);
        if (point == ' ' && text[i + 1] == '%')
            buf_puts(out, "&nbsp;"); /* 25 % is one word */
        else if (point < 128 && entities[point])
            buf_puts(out, entities[point]);
        else if (point)
            buf_add(out, text + i, n);
        i += n;
    }
    buf_puts(out, after);
}

void html_text(struct buf *out, const char *before, const char *text,
               const char *after)
{
    buf_puts(out, before);
    html_escaped(out, "<bdi>", text, "</bdi>");
    buf_puts(out, after);
}

/* A phrase_* result is our own words and names: escape it too. */
void html_phrase(struct buf *out, const char *before, struct buf *phrase,
                 const char *after)
{
    if (phrase->length)
        html_escaped(out, before, phrase->data, after);
    buf_release(phrase);
}

void html_say(struct page *p, const char *before, const char *after)
{
    html_phrase(p->out, before, &p->line, after);
}

void html_command(struct page *p, enum digest_section section)
{
    const char *verb = phrase_verb(section);
    buf_printf(&p->line, "%c%s: %s", toupper(*verb), verb + 1,
               p->mail ? "" : "the command");
    html_fold(p, buf_text(&p->line));
    buf_clear(&p->line);
    phrase_command(&p->line, p->d, section);
    html_say(p, "<code>", "</code>");
    html_fold_end(p);
}

static void put_day(struct buf *out, const char *before, int64_t day,
                    const char *after, const char *text)
{
    if (!day)
        return;
    html_escaped(out, "<a href=\"", before, "");
    phrase_date(out, day);
    buf_printf(out, "%s\">%s</a> ", after, text);
}

void html_nav(struct buf *out, const struct digest_links *l)
{
    if (!l)
        return;
    buf_puts(out, "<nav aria-label=\"pages\">");
    put_day(out, l->before, l->previous, l->after, "← the day before");
    buf_printf(out, "<a href=\"%sindex.html\">calendar</a> ",
               l->served ? "/" : "");
    put_day(out, "/", l->day, ".html", "digest");
    buf_puts(out, l->served ? "<a href=\"/inbox\">inbox</a> "
                              "<a href=\"/experiments\">experiments</a> "
                            : "");
    put_day(out, l->before, l->next, l->after, "the day after →");
    buf_puts(out, "</nav>\n");
}

void html_subject(const struct page *p, const char *name)
{
    bool link = p->links && p->links->served;
    if (link) {
        buf_puts(p->out, "<a href=\"/subject/");
        for (const unsigned char *c = (const unsigned char *)name; *c; c++)
            buf_printf(p->out, isalnum(*c) || strchr("-_./", *c) ? "%c"
                                                                 : "%%%02X",
                       *c);
        buf_puts(p->out, "?day=");
        phrase_date(p->out, p->d->day);
        buf_puts(p->out, "\">");
    }
    html_escaped(p->out, "", phrase_title(p->d, name), link ? "</a>" : "");
}

void html_fold(const struct page *p, const char *summary)
{
    buf_printf(p->out, p->mail ? "<p class=\"dim\"><small>%s"
                               : "<details><summary>%s</summary>", summary);
}

void html_fold_end(const struct page *p)
{
    buf_puts(p->out, p->mail ? "</small></p>\n" : "</details>\n");
}

void html_sample(struct buf *out, const struct digest *d,
                 const struct sample *s, size_t columns)
{
    struct buf phrase = BUF_INIT(0);
    phrase_quote(&phrase, "", s->text, columns, "");
    html_text(out, "<blockquote>", buf_text(&phrase), " <cite>");
    buf_clear(&phrase);
    if (phrase_is_link(s->url))
        html_escaped(out, "<a rel=\"noopener noreferrer\" href=\"", s->url,
                     "\">");
    html_escaped(out, "", s->source, "");
    phrase_clock(&phrase, "", s->created, d, "");
    html_phrase(out, ", ", &phrase, phrase_is_link(s->url) ? "</a>" : "");
    if (s->tags.label != LABEL_NEUTRAL)
        buf_printf(out, " · %s", label_names[s->tags.label]);
    for (int i = 0, told = 0; i < ASPECT_COUNT; i++)
        if (s->tags.aspects >> i & 1)
            buf_printf(out, "%s%s", told++ ? ", " : " · about ",
                       aspect_names[i]);
    uint64_t echo = (uint64_t)s->likes + s->reposts;
    if (echo)
        phrase_count(out, " · ", echo,
                     echo == 1 ? " like or repost" : " likes and reposts");
    buf_puts(out, "</cite></blockquote>\n");
}

void html_estimate(struct buf *out, const struct estimate *e)
{
    struct buf phrase = BUF_INIT(0);
    buf_printf(out, "<span class=\"%s\">", e->few || isnan(e->value) ? "dim"
                                         : e->low > 0 ? "pos"
                                         : e->high < 0 ? "neg" : "even");
    phrase_net(&phrase, e);
    html_phrase(out, "", &phrase, "</span>");
}

void html_experiment(struct buf *out, const struct zone *zone,
                     const char *who, const struct digest_experiment *x)
{
    struct buf phrase = BUF_INIT(0);
    bool known = x->reading.days_after > 0;
    html_text(out, "<h3>", x->experiment.title, "</h3>");
    phrase_experiment(&phrase, zone, who, x);
    html_phrase(out, "<p class=\"dim\">", &phrase, known ? "</p><ul>"
                                                       : "</p>\n");
    for (size_t i = 0; i < EFFECT_COUNT && known; i++) {
        phrase_effect(&phrase, &x->reading.effects[i]);
        html_phrase(out, "<li>", &phrase, "</li>\n");
    }
    buf_puts(out, known ? "</ul>\n" : "");
}
