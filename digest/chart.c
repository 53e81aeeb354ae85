/* SPDX-License-Identifier: Apache-2.0 */
/* See chart.h. Coordinates are rounded to a tenth: same input, same bytes,
 * and a small page. */
#include "digest/chart.h"

#include <math.h>

enum { DAYS_WIDTH = 140, DAYS_HEIGHT = 32, HOURS_WIDTH = 620,
       HOURS_HEIGHT = 84, HOURS_BASE = 66 };

static double scale(double value, double most, double height)
{
    double share = most > 0 ? value / most : 0;
    return height - 2 - (share > 1 ? 1 : share) * (height - 5);
}

void chart_days(struct buf *out, const uint32_t *days, const bool *known,
                size_t count, double low, double high, const char *what)
{
    double most = high;
    for (size_t i = 0; i < count; i++)
        most = fmax(most, days[i]);
    double step = count > 1 ? (DAYS_WIDTH - 6.0) / (double)(count - 1) : 0;
    buf_printf(out, "<svg class=\"days\" viewBox=\"0 0 %d %d\" role=\"img\" "
               "aria-label=\"%s\"><title>%s</title>", DAYS_WIDTH, DAYS_HEIGHT,
               what, what);
    if (high > 0)
        buf_printf(out, "<rect class=\"band\" x=\"3\" y=\"%.1f\" width=\"%d\" "
                   "height=\"%.1f\"/>", scale(high, most, DAYS_HEIGHT),
                   DAYS_WIDTH - 6,
                   fmax(1, scale(low, most, DAYS_HEIGHT) -
                               scale(high, most, DAYS_HEIGHT)));
    for (size_t i = 0; i < count; i++) {
        if (!known[i])
            continue;
        buf_puts(out, i && known[i - 1]
                          ? " "
                          : "<polyline class=\"line\" points=\"");
        buf_printf(out, "%.1f,%.1f", 3 + step * (double)i,
                   scale(days[i], most, DAYS_HEIGHT));
        if (i + 1 == count || !known[i + 1])
            buf_puts(out, "\"/>");
    }
    if (count)
        buf_printf(out, "<circle class=\"dot\" cx=\"%.1f\" cy=\"%.1f\" "
                   "r=\"2.6\"/>", 3 + step * (double)(count - 1),
                   scale(days[count - 1], most, DAYS_HEIGHT));
    buf_puts(out, "</svg>");
}

void chart_hours(struct buf *out, const uint32_t *hours, size_t count,
                 size_t since, size_t until, double usual, const char *what)
{
    double most = usual > 1 ? usual : 1;
    for (size_t i = 0; i < count; i++)
        most = fmax(most, hours[i]);
    double step = count ? (double)HOURS_WIDTH / (double)count : 0;
    buf_printf(out, "<svg class=\"hours\" viewBox=\"0 0 %d %d\" role=\"img\" "
               "aria-label=\"%s\"><title>%s</title>", HOURS_WIDTH,
               HOURS_HEIGHT, what, what);
    for (size_t i = 0; i < count; i++) {
        double height = hours[i] / most * (HOURS_BASE - 4);
        buf_printf(out, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" "
                   "width=\"%.1f\" height=\"%.1f\"/>",
                   i >= since && i < until ? "bar hot" : "bar",
                   step * (double)i + 1, HOURS_BASE - height, step - 2,
                   height);
    }
    if (usual >= 0)
        buf_printf(out, "<line class=\"usual\" x1=\"0\" x2=\"%d\" "
                   "y1=\"%.1f\" y2=\"%.1f\"/>", HOURS_WIDTH,
                   HOURS_BASE - usual / most * (HOURS_BASE - 4),
                   HOURS_BASE - usual / most * (HOURS_BASE - 4));
    buf_printf(out, "<line class=\"axis\" x1=\"0\" x2=\"%d\" y1=\"%d\" "
               "y2=\"%d\"/>", HOURS_WIDTH, HOURS_BASE, HOURS_BASE);
    for (size_t i = 0; i < count; i += 6)
        buf_printf(out, "<text x=\"%.1f\" y=\"%d\">%02zu</text>",
                   step * (double)i + 1, HOURS_BASE + 15, i);
    buf_printf(out, "<text class=\"end\" x=\"%d\" y=\"%d\">at most %.0f an "
               "hour</text></svg>", HOURS_WIDTH, HOURS_BASE + 15, most);
}

void chart_net(struct buf *out, const struct estimate *net)
{
    double middle = 30, reach = 28;
    double value = net->value * reach;
    buf_printf(out, "<svg class=\"net\" viewBox=\"0 0 60 12\" "
               "aria-hidden=\"true\"><line class=\"axis\" x1=\"30\" x2=\"30\" "
               "y1=\"0\" y2=\"12\"/><rect class=\"%s\" x=\"%.1f\" y=\"3.5\" "
               "width=\"%.1f\" height=\"5\"/><line class=\"whisker\" "
               "x1=\"%.1f\" x2=\"%.1f\" y1=\"6\" y2=\"6\"/></svg>",
               value < 0 ? "neg" : "pos", value < 0 ? middle + value : middle,
               fabs(value), middle + net->low * reach,
               middle + net->high * reach);
}
