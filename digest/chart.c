/* SPDX-License-Identifier: Apache-2.0 */
/* The charts of html.h. Coordinates are rounded to a tenth: same input, same
 * bytes, and a small page. */
#include "digest/html.h"

#include <math.h>

enum { DAYS_WIDTH = 140, DAYS_HEIGHT = 32, HOURS_WIDTH = 620,
       HOURS_HEIGHT = 76 };

static double days_y(double value, double most)
{
    double share = most > 0 ? value / most : 0;
    return DAYS_HEIGHT - 2 - (share > 1 ? 1 : share) * (DAYS_HEIGHT - 5);
}

void chart_days(struct buf *out, const uint32_t days[DAYS_SPAN],
                const bool known[DAYS_SPAN], double low, double high,
                const char *what)
{
    double most = high, step = (DAYS_WIDTH - 6.0) / DIGEST_DAYS;
    for (int i = 0; i < DAYS_SPAN; i++)
        most = fmax(most, days[i]);
    buf_printf(out, "<svg class=\"days\" viewBox=\"0 0 %d %d\" role=\"img\" ",
               DAYS_WIDTH, DAYS_HEIGHT);
    html_escaped(out, "aria-label=\"", what, "\">");
    html_escaped(out, "<title>", what, "</title>");
    if (high > 0)
        buf_printf(out, "<rect class=\"band\" x=\"3\" y=\"%.1f\" width=\"%d\" "
                   "height=\"%.1f\"/>", days_y(high, most), DAYS_WIDTH - 6,
                   fmax(1, days_y(low, most) - days_y(high, most)));
    for (int i = 0; i < DAYS_SPAN; i++) {
        if (!known[i])
            continue;
        buf_puts(out, i && known[i - 1]
                          ? " "
                          : "<polyline class=\"line\" points=\"");
        buf_printf(out, "%.1f,%.1f", 3 + step * i, days_y(days[i], most));
        if (i == DIGEST_DAYS || !known[i + 1])
            buf_puts(out, "\"/>");
    }
    buf_printf(out, "<circle class=\"dot\" cx=\"%.1f\" cy=\"%.1f\" "
               "r=\"2.6\"/></svg>", 3 + step * DIGEST_DAYS,
               days_y(days[DIGEST_DAYS], most));
}

static uint32_t most_of(const struct chart_hours *c)
{
    uint32_t most = 0;
    for (size_t i = 0; i < c->count; i++)
        most = c->hours[i] > most ? c->hours[i] : most;
    return most;
}

static void put_caption(struct buf *out, const struct chart_hours *c)
{
    buf_printf(out, "All its posts by hour, at most %u", most_of(c));
    if (c->usual >= 0)
        buf_printf(out, "; usually %.1f an hour", c->usual);
}

/* Stretched to the width it gets: the hours below are text, which must not
 * shrink with it. */
void chart_hours(struct buf *out, const struct chart_hours *c)
{
    double most = fmax(fmax(1, c->usual), most_of(c));
    double step = (double)HOURS_WIDTH / (double)c->count;
    buf_printf(out, "<figure><svg class=\"hours\" viewBox=\"0 0 %d %d\" "
               "preserveAspectRatio=\"none\" role=\"img\" ", HOURS_WIDTH,
               HOURS_HEIGHT);
    html_escaped(out, "aria-label=\"", c->title, ", posts by hour:");
    for (size_t i = 0; i < c->count; i++)
        buf_printf(out, " %u", c->hours[i]);
    buf_puts(out, "\">");
    for (size_t i = 0; i < c->count; i++) {
        double height = c->hours[i] / most * (HOURS_HEIGHT - 4);
        buf_printf(out, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" "
                   "width=\"%.1f\" height=\"%.1f\"/>",
                   i >= c->since && i < c->until ? "bar hot" : "bar",
                   step * (double)i + 1, HOURS_HEIGHT - height, step - 2,
                   height);
    }
    if (c->usual >= 0) {
        double y = HOURS_HEIGHT - c->usual / most * (HOURS_HEIGHT - 4);
        buf_printf(out, "<line class=\"usual\" x1=\"0\" x2=\"%d\" "
                   "y1=\"%.1f\" y2=\"%.1f\"/>", HOURS_WIDTH, y, y);
    }
    buf_printf(out, "<line class=\"axis\" x1=\"0\" x2=\"%d\" y1=\"%d\" "
               "y2=\"%d\"/></svg>\n<figcaption><span class=\"ticks\" "
               "aria-hidden=\"true\"><span>0</span><span>6</span>"
               "<span>12</span><span>18</span></span>", HOURS_WIDTH,
               HOURS_HEIGHT, HOURS_HEIGHT);
    put_caption(out, c);
    buf_puts(out, c->usual >= 0 ? " (dashed)</figcaption></figure>\n"
                                : "</figcaption></figure>\n");
}

void chart_hours_plain(struct buf *out, const struct chart_hours *c)
{
    struct buf spark = BUF_INIT(0);
    phrase_spark(&spark, c->hours, NULL, c->count);
    size_t each = spark.length / c->count, hot = c->since * each,
           cold = c->until * each;
    buf_puts(out, "<p><span class=\"spark\">");
    buf_add(out, spark.data, hot);
    buf_puts(out, "<b>");
    buf_add(out, spark.data + hot, cold - hot);
    buf_puts(out, "</b>");
    buf_add(out, spark.data + cold, spark.length - cold);
    buf_puts(out, "</span><br><small>");
    put_caption(out, c);
    buf_puts(out, "</small></p>\n");
    buf_release(&spark);
}
