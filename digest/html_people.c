/* SPDX-License-Identifier: Apache-2.0 */
/* The page's sections of sentences: wishes, who waits, experiments, rivals,
 * posts worth reading. */
#include "digest/html.h"

static void open_section(const struct page *p, const char *id,
                         const char *title)
{
    buf_printf(p->out, "<section id=\"%s\"><h2>%s</h2>\n", id, title);
}

static void put_line(const struct page *p, struct buf *phrase)
{
    buf_puts(p->out, "<li>");
    html_phrase(p->out, phrase);
    buf_puts(p->out, "</li>\n");
}

void html_wishes(const struct page *p)
{
    const struct digest *d = p->d;
    struct buf phrase = BUF_INIT(0);
    phrase_questions(&phrase, d);
    if (!d->wish_count && !phrase.length)
        return;
    open_section(p, "wishes", "What shoppers ask for <small>people in 7 days"
                 "</small>");
    if (phrase.length) {
        buf_puts(p->out, "<p>");
        html_phrase(p->out, &phrase);
        buf_puts(p->out, "</p>\n");
    }
    buf_puts(p->out, d->wish_count ? "<ol>\n" : "");
    for (size_t i = 0; i < d->wish_count; i++) {
        const struct digest_wish *w = &d->wishes[i];
        buf_puts(p->out, "<li><b>");
        html_text(p->out, w->text);
        buf_puts(p->out, "</b>, ");
        html_subject(p, w->subject);
        buf_puts(p->out, ": ");
        phrase_people(p->out, w->authors);
        buf_puts(p->out, "<small>");
        phrase_wish(p->out, d, w);
        buf_puts(p->out, "</small>");
        if (w->sample.text && i < WISHES_QUOTED)
            html_sample(p->out, d, &w->sample);
        buf_puts(p->out, "</li>\n");
    }
    buf_puts(p->out, d->wish_count ? "</ol>\n" : "");
    html_command(p, SECTION_WISHES);
    buf_puts(p->out, "</section>\n");
}

void html_waiting(const struct page *p)
{
    const struct digest *d = p->d;
    struct buf phrase = BUF_INIT(0);
    if (!d->waiting_count)
        return;
    open_section(p, "waiting", "Who waits for an answer");
    buf_puts(p->out, "<ul>");
    for (size_t i = 0; i < d->waiting_count; i++) {
        const struct digest_waiting *w = &d->waiting[i];
        if (!w->own && !w->known)
            continue;
        phrase_waiting(&phrase, d, w);
        buf_puts(p->out, "<li>");
        html_phrase(p->out, &phrase);
        for (size_t j = 0; w->own && w->known && j < w->sample_count; j++)
            html_sample(p->out, d, &w->samples[j]);
        buf_puts(p->out, "</li>\n");
    }
    phrase_unanswered(&phrase, d);
    if (phrase.length)
        put_line(p, &phrase);
    buf_puts(p->out, "</ul>\n");
    if (p->links && p->links->served) {
        buf_puts(p->out, "<p><a href=\"/inbox\">All of ours, to answer</a></p>"
                 "\n");
    } else {
        html_command(p, SECTION_WAITING);
    }
    buf_puts(p->out, "</section>\n");
}

void html_experiment(struct buf *out, const struct digest_experiment *x)
{
    const struct experiment *e = &x->experiment;
    const struct experiment_reading *r = &x->reading;
    struct buf phrase = BUF_INIT(0);
    buf_puts(out, "<h3>");
    html_text(out, e->title && *e->title ? e->title : e->name);
    buf_printf(out, "</h3><p class=\"dim\">%u days before, %u after, %u to "
               "compare with</p><ul>", r->days_before, r->days_after,
               r->controls);
    for (size_t i = 0; i < EFFECT_COUNT && r->days_after; i++) {
        phrase_effect(&phrase, &r->effects[i]);
        buf_puts(out, "<li>");
        html_phrase(out, &phrase);
        buf_puts(out, "</li>\n");
    }
    buf_puts(out, r->days_after ? "</ul>\n"
                                : "<li>nothing to compare yet</li></ul>\n");
}

void html_experiments(const struct page *p)
{
    const struct digest *d = p->d;
    if (!d->experiment_count)
        return;
    open_section(p, "experiments", "Experiments <small>95 % interval; after a "
                 "date, not because of it</small>");
    for (size_t i = 0; i < d->experiment_count; i++)
        html_experiment(p->out, &d->experiments[i]);
    html_command(p, SECTION_EXPERIMENTS);
    buf_puts(p->out, "</section>\n");
}

static void put_voice(const struct page *p, double most)
{
    const struct digest *d = p->d;
    buf_puts(p->out, "<ul class=\"voice\">\n");
    for (size_t i = 0; i < d->standing_count; i++) {
        const struct digest_standing *s = &d->standing[i];
        if (s->product)
            continue;
        buf_printf(p->out, "<li%s><span>", s->own ? " class=\"own\"" : "");
        html_escaped(p->out, s->title);
        buf_puts(p->out, "</span> ");
        if (!p->mail)
            buf_printf(p->out, "<span><i style=\"width:%.1f%%\"></i></span>",
                       100 * s->share / most);
        buf_puts(p->out, "<span>");
        phrase_share(p->out, s->share);
        buf_puts(p->out, " <small>usually ");
        phrase_share(p->out, s->share_usual);
        buf_puts(p->out, "</small></span></li>\n");
    }
    buf_puts(p->out, "</ul>\n");
}

void html_rivals(const struct page *p)
{
    const struct digest *d = p->d;
    struct buf phrase = BUF_INIT(0);
    double most = 0;
    size_t brands = 0;
    for (size_t i = 0; i < d->standing_count; i++) {
        brands += !d->standing[i].product;
        if (!d->standing[i].product && d->standing[i].share > most)
            most = d->standing[i].share;
    }
    bool voice = brands > 1 && most > 0;
    if (!voice && !d->switch_count && !d->rival_gap_count)
        return;
    open_section(p, "rivals", "Beside the rivals");
    if (voice)
        put_voice(p, most);
    if (d->switch_count || d->rival_gap_count)
        buf_puts(p->out, "<h3>In 7 days</h3><ul>\n");
    for (size_t i = 0; i < d->switch_count; i++) {
        buf_puts(&phrase, "switched: ");
        phrase_switch(&phrase, &d->switches[i]);
        put_line(p, &phrase);
    }
    for (size_t i = 0; i < d->rival_gap_count; i++) {
        phrase_rival_gap(&phrase, &d->rival_gaps[i]);
        put_line(p, &phrase);
    }
    buf_puts(p->out, d->switch_count || d->rival_gap_count ? "</ul>\n" : "");
    if (d->rival_gap_count)
        html_command(p, SECTION_RIVALS);
    if (d->switch_count)
        html_command(p, SECTION_SWITCHES);
    buf_puts(p->out, "</section>\n");
}

void html_samples(const struct page *p)
{
    const struct digest *d = p->d;
    if (!d->sample_count)
        return;
    open_section(p, "posts", "Posts worth reading");
    for (size_t i = 0; i < d->sample_count; i++)
        html_sample(p->out, d, &d->samples[i]);
    buf_puts(p->out, "</section>\n");
}
