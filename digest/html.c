/* SPDX-License-Identifier: Apache-2.0 */
/* The digest as one self-contained page: no script, no network, light and
 * dark, phone and paper. Computes nothing. */
#include "digest/html.h"

static const char style_screen[] =
":root{--ink:#1d1c19;--dim:#635f56;--line:#dedacf;--paper:#faf9f6;--card:#fff;"
"--pos:#23704a;--neg:#b1342a;--hot:#b4530c;--cool:#275a72;"
"color-scheme:light dark}"
"@media(prefers-color-scheme:dark){:root{--ink:#ece9e1;--dim:#aaa598;"
"--line:#38362f;--paper:#161512;--card:#1f1e1a;--pos:#73c795;--neg:#f08d83;"
"--hot:#f2a65f;--cool:#8fc4dd}}"
"*{box-sizing:border-box}"
"body{margin:0;background:var(--paper);color:var(--ink);"
"font:16px/1.5 system-ui,-apple-system,\"Segoe UI\",Roboto,sans-serif;"
"overflow-wrap:break-word}"
"main{max-width:54rem;margin:0 auto;padding:1.6rem 1.1rem 3rem}"
"h1{font-size:1.55rem;line-height:1.2;margin:0 0 .2rem}"
"h2{font-size:1.1rem;margin:2.2rem 0 .6rem;padding-bottom:.25rem;"
"border-bottom:1px solid var(--line)}"
"h3{font-size:1.05rem;line-height:1.35;margin:0 0 .3rem}"
"p{margin:.4rem 0}a{color:var(--cool)}"
".dim,small{color:var(--dim)}small{font-weight:normal;font-size:.86em}"
".warn{color:var(--hot);font-weight:600}"
"nav{display:flex;justify-content:space-between;margin-bottom:1rem}"
".facts{display:flex;flex-wrap:wrap;gap:.2rem 1.3rem;margin:.7rem 0 0;"
"padding:0;list-style:none}"
".story{background:var(--card);border:1px solid var(--line);"
"border-left:5px solid var(--cool);border-radius:6px;padding:.8rem 1rem;"
"margin:.8rem 0}.story.alert{border-left-color:var(--hot)}"
".level{display:inline-block;font-size:.74rem;font-weight:700;"
"letter-spacing:.06em;text-transform:uppercase;color:var(--cool);"
"margin-right:.35rem}.alert .level{color:var(--hot)}"
"ul.tags{list-style:none;margin:.45rem 0;padding:0;display:flex;"
"flex-wrap:wrap;gap:.3rem}.tags li{margin:0;border:1px solid var(--line);"
"border-radius:99px;padding:0 .6rem;font-size:.88rem}"
"blockquote{overflow-wrap:anywhere;margin:.5rem 0;padding:.05rem 0 .05rem .8rem;"
"border-left:3px solid var(--line)}"
"cite{font-style:normal;font-size:.86rem;color:var(--dim);display:block}"
"details{margin:.4rem 0}summary{cursor:pointer;color:var(--dim);"
"font-size:.9rem}"
"code{font:.84em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;"
"background:var(--paper);border:1px solid var(--line);border-radius:4px;"
"padding:.05rem .3rem}"
"table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}"
"th,td{padding:.42rem .5rem;border-bottom:1px solid var(--line);"
"text-align:left;font-weight:normal;vertical-align:middle}"
"thead th{color:var(--dim);font-size:.84rem;vertical-align:bottom}"
"tbody th{font-weight:600;min-width:7rem}tr.product th{font-weight:normal;"
"padding-left:1.3rem}.n{text-align:right;white-space:nowrap}"
"svg{display:block;max-width:100%}svg.days{width:140px;height:32px}"
"svg.hours{width:100%;height:auto;margin:.5rem 0}"
"svg.net{width:60px;height:12px;display:inline-block;vertical-align:middle;"
"margin-left:.3rem}svg text{font:13px system-ui,sans-serif;fill:var(--dim)}"
"svg text.end{text-anchor:end}"
".line{fill:none;stroke:var(--cool);stroke-width:1.5}"
".band{fill:var(--cool);opacity:.16}.dot{fill:var(--hot)}"
".bar{fill:var(--cool);opacity:.45}.bar.hot{fill:var(--hot);opacity:1}"
".usual{stroke:var(--ink);stroke-dasharray:5 4;opacity:.6}"
".axis{stroke:var(--dim);stroke-width:.7}.whisker{stroke:var(--ink)}"
"rect.pos{fill:var(--pos)}rect.neg{fill:var(--neg)}"
".up{color:var(--hot);font-weight:600}"
".voice{list-style:none;padding:0;margin:.4rem 0}"
".voice li{display:grid;grid-template-columns:9rem 1fr 7.5rem;gap:.6rem;"
"align-items:center;margin:.25rem 0}.voice i{display:block;height:.8rem;"
"background:var(--cool);border-radius:2px;min-width:2px}"
".voice li.own i{background:var(--hot)}"
".heat td{text-align:center}.heat b{display:block}"
".heat td.p{background:color-mix(in srgb,var(--pos) var(--a),transparent)}"
".heat td.m{background:color-mix(in srgb,var(--neg) var(--a),transparent)}"
".scroll{overflow-x:auto}ol,ul{padding-left:1.3rem;margin:.4rem 0}"
"li{margin:.3rem 0}"
"footer{margin-top:2.6rem;padding-top:.8rem;border-top:1px solid var(--line);"
"color:var(--dim);font-size:.88rem}";

static const char style_narrow[] =
"@media(max-width:40rem){body{font-size:17px}main{padding:1rem .9rem 2rem}"
".standing thead{display:none}.standing,.standing tbody{display:block}"
".standing tr{display:flex;flex-wrap:wrap;gap:0 .9rem;align-items:baseline;"
"padding:.55rem 0;border-bottom:1px solid var(--line)}"
".standing th,.standing td{display:block;border:0;padding:0;"
"text-align:left;white-space:nowrap}.standing th{flex:1 0 100%}"
".standing td.chart{flex:1 0 100%}.standing td[data-l]::after"
"{content:' ' attr(data-l);font-size:.8rem;color:var(--dim)}"
".standing td:empty,.standing td.wide,.standing svg.net{display:none}"
".standing svg.days{width:100%;max-width:14rem;height:auto}"
".standing tr.product{padding-left:1rem}tr.product th{padding-left:0}"
".voice li{grid-template-columns:1fr auto}.voice li>:nth-child(2)"
"{grid-column:1/-1;grid-row:2}}"
"@media print{:root{--paper:#fff;--card:#fff;--ink:#000;--dim:#444}"
"body{font-size:10.5pt}main{max-width:none;padding:0}"
".story,tr,blockquote{break-inside:avoid}nav{display:none}"
"details>*{display:block}}";

static void put_head(struct buf *out, const struct digest *d,
                     const char *previous, const char *next)
{
    struct buf phrase = BUF_INIT(0);
    buf_puts(out, "<!doctype html>\n<html lang=\"en\"><head>"
             "<meta charset=\"utf-8\"><meta name=\"viewport\" "
             "content=\"width=device-width,initial-scale=1\">"
             "<meta name=\"referrer\" content=\"no-referrer\">"
             "<meta http-equiv=\"Content-Security-Policy\" "
             "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
             "<title>Groundswell: ");
    html_escaped(out, d->title);
    buf_puts(out, ", ");
    phrase_day(&phrase, d->day);
    html_phrase(out, &phrase);
    buf_printf(out, "</title>\n<style>%s%s</style></head>\n<body><main>\n",
               style_screen, style_narrow);
    if (previous || next) {
        buf_puts(out, "<nav aria-label=\"days\"><span>");
        if (previous && *previous)
            buf_printf(out, "<a href=\"%s\">← the day before</a>", previous);
        buf_puts(out, "</span> <a href=\"index.html\">calendar</a> <span>");
        if (next && *next)
            buf_printf(out, "<a href=\"%s\">the day after →</a>", next);
        buf_puts(out, "</span></nav>\n");
    }
}

static void put_gaps(struct buf *out, const struct digest *d)
{
    for (size_t i = 0; i < d->gap_count; i++) {
        const struct digest_gap *g = &d->gaps[i];
        struct buf phrase = BUF_INIT(0);
        buf_puts(out, "<li class=\"warn\">");
        html_escaped(out, g->label);
        buf_printf(out, " %s ", coverage_names[g->state]);
        phrase_clock(&phrase, g->from, d);
        buf_puts(&phrase, "–");
        phrase_clock(&phrase, g->until, d);
        html_phrase(out, &phrase);
        buf_puts(out, "</li>");
    }
}

static void put_data(struct buf *out, const struct digest *d)
{
    struct buf phrase = BUF_INIT(0);
    buf_puts(out, "<header><h1>");
    phrase_day(&phrase, d->day);
    html_phrase(out, &phrase);
    buf_puts(out, "</h1>\n<div class=\"dim\">");
    html_escaped(out, d->title);
    if (d->rivals && *d->rivals) {
        buf_puts(out, ", against ");
        html_escaped(out, d->rivals);
    }
    buf_puts(out, " · days of ");
    html_escaped(out, d->timezone);
    buf_puts(out, "</div>\n<ul class=\"facts\"><li><b>");
    phrase_count(out, d->posts);
    buf_puts(out, "</b> posts by <b>");
    phrase_count(out, d->authors);
    buf_puts(out, "</b> people</li>");
    if (d->planned)
        buf_printf(out, "<li%s>coverage <b>%.0f %%</b></li>",
                   d->coverage < 0.8 ? " class=\"warn\"" : "",
                   100 * d->coverage);
    else
        buf_puts(out, "<li>coverage not recorded</li>");
    if (!d->closed)
        buf_puts(out, "<li class=\"warn\">the day is not over</li>");
    if (d->expired) {
        buf_puts(out, "<li>");
        phrase_expired(&phrase, d);
        html_phrase(out, &phrase);
        buf_puts(out, "</li>");
    }
    if (d->restated)
        buf_printf(out, "<li>restated since it was first told: %llu posts"
                   "</li>", (unsigned long long)d->restated);
    if (d->unscored * 20 > d->collected) /* few are usual */
        buf_printf(out, "<li>%llu in languages that are not scored</li>",
                   (unsigned long long)d->unscored);
    put_gaps(out, d);
    for (size_t i = 0; i < d->fault_count; i++) {
        buf_puts(out, "<li class=\"warn\">");
        html_escaped(out, d->faults[i]);
        buf_puts(out, "</li>");
    }
    buf_puts(out, "</ul></header>\n");
}

static void put_footer(struct buf *out, const struct digest *d)
{
    char now[CLOCK_TEXT], day[CLOCK_TEXT];
    clock_format(d->day * DAY, day);
    buf_printf(out, "<footer><p>Rules %u", d->rules);
    if (d->rules_before)
        buf_printf(out, " (the history was tagged by rules %u: figures across "
                   "the change compare with care)", d->rules_before);
    buf_printf(out, ". Made %s by <code>swell digest --day %.10s</code>.</p>"
               "</footer>\n</main></body></html>\n",
               clock_format(d->now, now), day);
}

void digest_html(const struct digest *d, struct buf *out,
                 const char *previous, const char *next)
{
    put_head(out, d, previous, next);
    put_data(out, d);
    html_changes(out, d);
    html_standing(out, d);
    html_people(out, d);
    html_experiments(out, d);
    html_rivals(out, d);
    html_where(out, d);
    html_samples(out, d);
    put_footer(out, d);
}
