#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tests/bench/stock_outs.py [SWELL]: experiments that changed nothing, with
another event among their twenty treated days. Three invented brands of 60 posts
a day, 200 days of past; on two days the shop of the treated one, or of a brand
it is compared with, has nothing to sell. What of 24 is told of its posts, and of
how many it is said that alerts were on the days compared. Same seeds, same
figures. Judges nothing."""
import collections
import json
import random
import tempfile

from small_brands import BRANDS, SHAPE, date, poisson, store

RATE, PAST, TREATED, SEEDS = 60, 200, 20, 24


def posts_of(loud, seed):
    r, posts = random.Random(seed), []
    for brand in BRANDS:
        for day in range(PAST + TREATED):
            mean = RATE * r.gammavariate(50, 1 / 50)
            for hour in range(24):
                more = brand == loud and day - PAST in (3, 4) and 9 <= hour < 21
                count = poisson(r, mean * SHAPE[hour] / sum(SHAPE)) + \
                    poisson(r, RATE / 8 if more else 0)
                posts += [(day * 24 + hour, f"{brand}{len(posts)}{k}", brand)
                          for k in range(count)]
    return sorted(posts)


def read(loud, seed):
    with tempfile.TemporaryDirectory() as folder:
        swell = store(folder, posts_of(loud, seed), seed)
        now = "--now", date(PAST + TREATED) + "T00:30:00Z"
        swell(*now, "experiment", "add", "chat", "--subject", BRANDS[0],
              "--from", date(PAST), "--controls", ",".join(BRANDS[1:]))
        return json.loads(swell(*now, "experiment", "read", "chat", "--format",
                                "json"))


def main():
    print("| out of stock | verdicts on posts | alerts said of |\n|---|---|---|")
    for what, loud in (("nobody", None), ("the treated brand", BRANDS[0]),
                       ("a brand compared with", BRANDS[1])):
        told = [read(loud, seed) for seed in range(SEEDS)]
        verdicts = collections.Counter(t["effects"][0]["verdict"] for t in told)
        print(f"| {what} | " + ", ".join(
            f"{n} {v}" for v, n in sorted(verdicts.items())) +
            f" | {sum(t['days_alerted'] > 0 for t in told)} |")


main()
