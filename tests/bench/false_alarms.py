#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tests/bench/false_alarms.py [SWELL] [SERIES]: how often `swell detect` cries
over series in which nothing happens, and how often it sees what does. Series
of 74 days are invented, so many (20) of each kind; the first 14 days are
counted apart. Power: the rate of six hours on day 60 times 2, 3 or 5, told
before they end. Same seeds, same figures. Judges nothing."""
import math
import random
import subprocess
import sys

SWELL = sys.argv[1] if len(sys.argv) > 1 else "build/swell"
SERIES = int(sys.argv[2]) if len(sys.argv) > 2 else 20
DAYS, WARM, AT = 74, 14, 60 * 24 + 15
START = 1767225600 + 4 * 86400  # a Monday


def poisson(r, mean):
    if mean > 500:
        return max(0, round(r.gauss(mean, math.sqrt(mean))))
    limit, n, p = math.exp(-mean), 0, r.random()
    while p > limit:
        n += 1
        p *= r.random()
    return n


def burst(r, mean, k):  # negative binomial
    return poisson(r, r.gammavariate(k, mean / k))


def day(i, depth=0.9):
    return 1 + depth * math.sin(2 * math.pi * ((i % 24) - 9) / 24)


def week(i, weekend):
    return weekend if i // 24 % 7 >= 5 else 1


KINDS = {
    "Poisson, 1 in ten hours": lambda r, i, s: poisson(r, .1),
    "Poisson, 1 in two hours": lambda r, i, s: poisson(r, .5),
    "Poisson, 3 an hour": lambda r, i, s: poisson(r, 3),
    "Poisson, 30": lambda r, i, s: poisson(r, 30),
    "Poisson, 3,000": lambda r, i, s: poisson(r, 3000),
    "bursts (k 1), 3": lambda r, i, s: burst(r, 3, 1),
    "bursts (k 1), 30": lambda r, i, s: burst(r, 30, 1),
    "bursts (k .3), 30": lambda r, i, s: burst(r, 30, .3),
    "bursts (k 20), 3,000": lambda r, i, s: burst(r, 3000, 20),
    "bursts that last, 30": lambda r, i, s: slow(r, i, s, 30),
    "day, 3": lambda r, i, s: poisson(r, 3 * day(i)),
    "day, 30": lambda r, i, s: poisson(r, 30 * day(i)),
    "day, 3,000, k 50": lambda r, i, s: burst(r, 3000 * day(i), 50),
    "day, weekend a third, 30": lambda r, i, s:
        burst(r, 30 * day(i) * week(i, .33), 20),
    "day, weekend triple, 30": lambda r, i, s:
        burst(r, 30 * day(i) * week(i, 3), 20),
    "weekend triple, 3,000": lambda r, i, s:
        burst(r, 3000 * week(i, 3), 50),
    "grows tenfold": lambda r, i, s:
        burst(r, 10 * day(i) * 10 ** (i / 24 / DAYS), 20),
    "falls tenfold": lambda r, i, s:
        burst(r, 100 * day(i) * 10 ** (-i / 24 / DAYS), 20),
    "doubles on day 40": lambda r, i, s:
        burst(r, 30 * day(i) * (1 + (i >= 960)), 20),
    "halves on day 40": lambda r, i, s:
        burst(r, 30 * day(i) / (1 + (i >= 960)), 20),
    "one hour in ten without rows": lambda r, i, s:
        None if r.random() < .1 else burst(r, 30 * day(i), 20),
    "three days without rows": lambda r, i, s:
        None if 960 <= i < 1032 else burst(r, 30 * day(i), 20),
    "clock moves on day 40": lambda r, i, s:
        burst(r, 30 * day(i + (i >= 960)), 20),
}


def slow(r, i, state, mean):
    state[0] = .9 * state.get(0, 0) + r.gauss(0, .25)
    return poisson(r, mean * math.exp(state[0] - .16))


def run(kind, seed, times):
    """(alerts of the first 14 days, of the others, told)"""
    r, state, rows = random.Random(f"{kind} {seed}"), {}, []
    for i in range(DAYS * 24):
        count = KINDS[kind](r, i, state)
        if times and AT <= i < AT + 6 and count is not None:
            count += sum(KINDS[kind](r, i, state) or 0
                         for _ in range(times - 1))
        if count is not None:
            rows.append(f"{START + i * 3600},{count}\n")
    out = subprocess.run([SWELL, "-q", "detect"], input="".join(rows),
                         capture_output=True, text=True, check=True).stdout
    at = [i for i, line in enumerate(out.split("\n")[1:])
          if line.endswith(",1")]
    return (sum(i < WARM * 24 for i in at), sum(i >= WARM * 24 for i in at),
            any(AT <= i < AT + 6 for i in at))


print("| series | false alarms: first 14 days | then, in 30 days "
      "| x 2 seen | x 3 | x 5 |\n|---|---|---|---|---|---|")
for kind in KINDS:
    warm, rest, seen = 0, 0, {2: 0, 3: 0, 5: 0}
    for seed in range(SERIES):
        a, b, _ = run(kind, seed, 0)
        warm += a
        rest += b
        for times in seen:
            seen[times] += run(kind, seed, times)[2]
    print(f"| {kind} | {warm / SERIES:.2f} "
          f"| {rest / SERIES * 30 / (DAYS - WARM):.2f} | "
          + " | ".join(f"{100 * s / SERIES:.0f} %" for s in seen.values())
          + " |", flush=True)
