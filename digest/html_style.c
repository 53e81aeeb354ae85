/* SPDX-License-Identifier: Apache-2.0 */
/* The look of the page and of the mail: one sheet; the mail has no variables
 * and neither dark nor narrow rules, as many readers drop a sheet with them. */
#include "digest/html.h"

#include <string.h>

static const struct { const char *name, *light, *dark; } colours[] = {
    { "ink", "#1d1c19", "#ece9e1" },   { "dim", "#635f56", "#aaa598" },
    { "line", "#dedacf", "#38362f" },  { "paper", "#faf9f6", "#161512" },
    { "card", "#ffffff", "#1f1e1a" },  { "pos", "#1f6b43", "#73c795" },
    { "neg", "#ab2f25", "#f08d83" },   { "hot", "#a64b08", "#f2a65f" },
    { "cool", "#275a72", "#8fc4dd" },  { "soft", "#b9c9d0", "#3d5560" },
};

static const char sheet[] =
"*{box-sizing:border-box}"
"body{margin:0;background:var(--paper);color:var(--ink);"
"font:16px/1.5 system-ui,-apple-system,\"Segoe UI\",Roboto,sans-serif;"
"overflow-wrap:break-word}"
"main{max-width:56rem;margin:0 auto;padding:1.6rem 1.1rem 3rem}"
"h1{font-size:1.7rem;line-height:1.2;margin:0 0 .25rem;"
"letter-spacing:-.01em}"
"h2{font-size:1.2rem;line-height:1.3;margin:2.8rem 0 .7rem}"
"h3{font-size:1.08rem;line-height:1.35;margin:.15rem 0 .35rem}"
"ul+h3,.dim+h3{margin-top:1.2rem}"
"p{margin:.5rem 0}a{color:var(--cool)}"
".dim,small{color:var(--dim)}small{font-weight:normal;font-size:.86em}"
".warn{color:var(--hot);font-weight:600}"
".facts{margin:.6rem 0 0;padding:0;list-style:none}.facts li{margin:.15rem 0}"
".brief{list-style:none;margin:1.3rem 0 0;padding:0;"
"border-top:1px solid var(--line)}"
".brief li{margin:0;padding:.5rem 0;border-bottom:1px solid var(--line)}"
".brief b{font-size:1.15rem;margin-right:.1rem}.brief .first b,.up{"
"color:var(--hot)}.up{font-weight:600}"
".story{background:var(--card);border:1px solid var(--line);"
"border-left:5px solid var(--cool);border-radius:6px;padding:.9rem 1.1rem;"
"margin:.9rem 0}.story.alert{border-left-color:var(--hot)}"
".level{font-size:.78rem;font-weight:700;letter-spacing:.06em;"
"text-transform:uppercase;color:var(--cool)}.alert .level{color:var(--hot)}"
".words b{font-weight:600}"
"blockquote{overflow-wrap:anywhere;margin:.6rem 0;"
"padding:.05rem 0 .05rem .8rem;border-left:3px solid var(--line)}"
"cite{font-style:normal;font-size:.86rem;color:var(--dim);display:block}"
"code{font:.84em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;"
"overflow-wrap:anywhere}"
"table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}"
"th,td{padding:.42rem .4rem;border-bottom:1px solid var(--line);"
"text-align:left;font-weight:normal;vertical-align:middle}"
"thead th{color:var(--dim);font-size:.84rem;vertical-align:bottom}"
"tbody th{font-weight:600}tr.product th{font-weight:normal;"
"padding-left:1.3rem}.n{text-align:right}.change{white-space:nowrap}"
".net small{display:block}.pos{color:var(--pos)}.neg{color:var(--neg)}"
".spark{color:var(--cool);font-size:.85rem;line-height:1;"
"white-space:nowrap}.spark b{color:var(--hot);font-weight:normal}"
".voice{list-style:none;padding:0;margin:.4rem 0}"
"ol,ul{padding-left:1.3rem;margin:.4rem 0}li{margin:.35rem 0}"
"footer{margin-top:3rem;padding-top:.8rem;border-top:1px solid var(--line);"
"color:var(--dim);font-size:.88rem}";

static const char sheet_page[] =
"nav{display:flex;flex-wrap:wrap;justify-content:space-between;gap:.2rem 1rem;"
"margin-bottom:1.1rem}"
".brief a{color:inherit;text-decoration:none}.brief a:hover{"
"text-decoration:underline}"
"details{margin:.5rem 0}summary{cursor:pointer;color:var(--dim);"
"font-size:.9rem;padding:.2rem 0}"
"svg{display:block;max-width:100%}svg.days{width:130px;"
"min-width:110px;height:32px}"
"svg.hours{width:100%;height:76px;margin-top:.7rem}"
"figure{margin:0}figcaption{color:var(--dim);font-size:.82rem}"
".ticks{display:grid;grid-template-columns:repeat(4,1fr)}"
".line{fill:none;stroke:var(--cool);stroke-width:1.5}"
".band{fill:var(--soft);opacity:.5}.dot{fill:var(--cool)}"
".up+.chart .dot{fill:var(--hot)}"
".bar{fill:var(--soft)}.bar.hot{fill:var(--hot)}"
".usual{stroke:var(--ink);stroke-dasharray:5 4;stroke-width:1.2;opacity:.7}"
".axis{stroke:var(--dim);stroke-width:.8}"
".n{white-space:nowrap}"
".voice li{display:grid;grid-template-columns:9rem 1fr 11rem;gap:.6rem;"
"align-items:center;margin:.3rem 0}.voice i{display:block;height:.75rem;"
"background:var(--soft);border-radius:2px;min-width:2px}"
".voice span{white-space:nowrap}.voice span:first-child{white-space:normal}"
".voice .own i{background:var(--cool)}.voice .own{font-weight:600}"
".heat td,.heat thead th{text-align:center}.heat b{display:block;"
"font-weight:600}"
".heat td.p{background:color-mix(in srgb,var(--pos) var(--a),var(--paper))}"
".heat td.m{background:color-mix(in srgb,var(--neg) var(--a),var(--paper))}"
".heat td small{color:inherit}"
".scroll{overflow-x:auto}"
".month th,.month td{width:14.28%;height:2.6rem;padding:0;text-align:center;"
"border:1px solid var(--line);font-weight:normal}.month{max-width:24rem}"
".month a{display:block;line-height:2.6rem;font-weight:600}"
".month .told a{line-height:1.1rem;color:var(--hot)}"
".month .told small{display:block;line-height:1;color:inherit}"
"form{display:inline}button{font:inherit;font-size:.9rem;padding:.25rem .7rem;"
"margin:.15rem .3rem .15rem 0;border:1px solid var(--dim);border-radius:5px;"
"background:var(--card);color:var(--ink);cursor:pointer}"
"button[aria-pressed]{background:var(--cool);color:var(--paper)}"
"@media(max-width:52rem){.standing .wide{display:none}}"
"@media(max-width:40rem){body{font-size:17px}main{padding:1rem .9rem 2rem}"
"h2{margin-top:2.3rem}.story{padding:.8rem .85rem}"
".standing thead{display:none}.standing,.standing tbody{display:block}"
".standing tr{display:grid;grid-template-columns:auto 1fr auto;gap:0 .7rem;"
"padding:.5rem 0;border-bottom:1px solid var(--line);align-items:center}"
".standing th,.standing td{display:block;border:0;padding:0}"
".standing th{grid-area:1/1/1/3}.standing .change{grid-area:1/3}"
".standing .chart{grid-area:2/3;justify-self:end}"
".standing svg.days{width:84px;min-width:0;height:24px}"
".standing .posts,.standing .net{font-size:.9rem;text-align:left}"
".standing .posts{grid-area:2/1}.standing .net{grid-area:2/2}"
".standing .posts::after{content:' posts';color:var(--dim)}"
".standing .net::before{content:'net ';color:var(--dim)}"
".standing tr.product{padding-left:.9rem}.standing tr.product th{padding:0}"
".heat th,.heat td{padding:.3rem .15rem;font-size:.82rem}"
".heat thead th{font-size:.74rem}"
".voice li{grid-template-columns:1fr auto;gap:0 .6rem}"
".voice li>:nth-child(2){grid-column:1/-1;grid-row:2}}"
"@media print{body{font-size:10.5pt;background:#fff}"
"main{max-width:none;padding:0}h2{break-after:avoid}"
"tr,blockquote,figure{break-inside:avoid}nav,form{display:none}"
"details::details-content{content-visibility:visible;height:auto}"
"*{print-color-adjust:exact}}";

static void put_root(struct buf *out, bool dark)
{
    buf_puts(out, ":root{");
    for (size_t i = 0; i < sizeof(colours) / sizeof(*colours); i++)
        buf_printf(out, "--%s:%s;", colours[i].name,
                   dark ? colours[i].dark : colours[i].light);
    buf_puts(out, "color-scheme:light dark}");
}

/* The sheet with each var(--name) as its light value. */
static void put_plain(struct buf *out, const char *rules)
{
    for (const char *var; (var = strstr(rules, "var(--")); ) {
        const char *name = var + strlen("var(--"), *end = strchr(name, ')');
        buf_add(out, rules, (size_t)(var - rules));
        for (size_t i = 0; i < sizeof(colours) / sizeof(*colours); i++)
            if (strlen(colours[i].name) == (size_t)(end - name) &&
                strncmp(colours[i].name, name, (size_t)(end - name)) == 0)
                buf_puts(out, colours[i].light);
        rules = end + 1;
    }
    buf_puts(out, rules);
}

void html_open(struct buf *out, const char *title, bool mail)
{
    buf_puts(out, "<!doctype html>\n<html lang=\"en\"><head>"
             "<meta charset=\"utf-8\"><meta name=\"viewport\" "
             "content=\"width=device-width,initial-scale=1\">"
             "<meta name=\"referrer\" content=\"same-origin\">"
             "<meta http-equiv=\"Content-Security-Policy\" "
             "content=\"default-src 'none'; style-src 'unsafe-inline'; "
             "form-action 'self'\">\n<title>Groundswell: ");
    html_escaped(out, "", title, "</title>\n<style>");
    if (mail) {
        put_plain(out, sheet);
    } else {
        put_root(out, false);
        buf_puts(out, "@media(prefers-color-scheme:dark){");
        put_root(out, true);
        buf_printf(out, "}%s%s", sheet, sheet_page);
        /* paper is light, whatever the screen is */
        buf_puts(out, "@media print{");
        put_root(out, false);
        buf_puts(out, "}");
    }
    buf_puts(out, "</style></head>\n<body><main>\n");
}
