/* SPDX-License-Identifier: Apache-2.0 */
/* See stats.h. Written out, for the numbers must not depend on a library. */
#include "digest/stats.h"

#include <math.h>
#include <stdlib.h>

#define PRIOR_COUNTS 5000.0   /* a0 of the log-odds: best order as measured */
#define SURPRISE_MOST 300.0   /* beyond it a double ends */

double stats_surprise(double x, double y, double ratio)
{
    double size = y + 0.5, log_p = log(ratio / (ratio + 1));
    double log_q = -log1p(ratio), term, sum = 0, first;
    if (x <= 0 || !(ratio > 0))
        return 0;
    /* Sum of the tail from x on, relative to its first term. */
    first = lgamma(x + size) - lgamma(x + 1) - lgamma(size) + size * log_p +
            x * log_q;
    term = 1;
    for (double k = x; term > 1e-12 * sum && k < x + 100000; k++) {
        sum += term;
        term *= (k + size) / (k + 1) * exp(log_q);
    }
    return fmin(SURPRISE_MOST, fmax(0, -(first + log(sum)) / log(10)));
}

double stats_log_odds(double x, double total, double y, double background)
{
    /* The shape of both together: with the background's alone a word never
     * seen before would have next to no weight, and come last. */
    double prior = PRIOR_COUNTS * (x + y + 0.01) / (total + background + 0.01);
    double today = total + PRIOR_COUNTS - x - prior;
    double before = background + PRIOR_COUNTS - y - prior;
    if (today <= 0 || before <= 0)
        return 0;
    double delta = log((x + prior) / today) - log((y + prior) / before);
    return delta / sqrt(1 / (x + prior) + 1 / (y + prior));
}

/* Regularised incomplete beta by Lentz's continued fraction. */
static double beta_fraction(double a, double b, double x)
{
    double c = 1, d = 1 - (a + b) * x / (a + 1), f;
    d = fabs(d) < 1e-30 ? 1e30 : 1 / d;
    f = d;
    for (int m = 1; m < 300; m++) {
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        double odd = -(a + m) * (a + b + m) * x /
                     ((a + 2 * m) * (a + 2 * m + 1));
        double change;
        d = 1 / (1 + even * d);
        c = 1 + even / c;
        f *= d * c;
        d = 1 / (1 + odd * d);
        c = 1 + odd / c;
        change = d * c;
        f *= change;
        if (fabs(change - 1) < 1e-13)
            break;
    }
    return f;
}

static double beta_part(double a, double b, double x)
{
    if (x <= 0 || x >= 1)
        return x <= 0 ? 0 : 1;
    double front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) +
                b * log1p(-x));
    if (x < (a + 1) / (a + b + 2))
        return front * beta_fraction(a, b, x) / a;
    return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

double stats_t(double p, double df)
{
    double low = 0, high = 1e4, upper = p > 0.5 ? 1 - p : p;
    for (int i = 0; i < 200 && high - low > 1e-10 * (1 + low); i++) {
        double t = (low + high) / 2;
        if (beta_part(df / 2, 0.5, df / (df + t * t)) / 2 > upper)
            low = t;
        else
            high = t;
    }
    return p > 0.5 ? low : -low;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void stats_sort(double *values, size_t count)
{
    if (count)
        qsort(values, count, sizeof(*values), ascending);
}

double stats_quantile(const double *sorted, size_t count, double p)
{
    double at = p * ((double)count - 1);
    size_t low = (size_t)fmax(0, at);
    if (count == 0)
        return NAN;
    if (low + 1 >= count)
        return sorted[count - 1];
    return sorted[low] + (at - (double)low) * (sorted[low + 1] - sorted[low]);
}
