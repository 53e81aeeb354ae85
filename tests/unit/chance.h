/* SPDX-License-Identifier: Apache-2.0 */
/* Chance that is the same everywhere: a small generator, for tests of what
 * happens often. */
#ifndef TESTS_CHANCE_H
#define TESTS_CHANCE_H

#include <math.h>
#include <stdint.h>

static uint64_t seed = 1;

static inline uint64_t draw(void)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return seed;
}

static inline unsigned roll(unsigned sides)
{
    return (unsigned)(draw() >> 33) % sides;
}

/* Above 0, at most 1. */
static inline double uniform(void)
{
    return (double)((draw() >> 11) + 1) / 9007199254740993.0;
}

static inline double normal(void)
{
    double radius = sqrt(-2 * log(uniform()));
    return radius * cos(6.283185307179586 * uniform());
}

static inline double poisson(double mean)
{
    double limit = exp(-mean), product = uniform();
    int n = 0;
    if (mean > 100) /* normal is near enough */
        return floor(fmax(0, mean + sqrt(mean) * normal() + 0.5));
    for (; product > limit; n++)
        product *= uniform();
    return n;
}

#endif
