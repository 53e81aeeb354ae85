#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tests/bench/drifts.py [SWELL]: which brands a digest names as outside their
usual range. Fifteen with so many posts a day, days that scatter by a fifth
(Poisson, its mean drawn from a gamma of shape 20), told on 14 days after four
weeks; then the same with one brand a day twice as large, each in turn; then
days that are larger or smaller for all of them. Same seed, same figures. Judges
nothing."""
import datetime
import json
import math
import os
import random
import subprocess
import sys
import tempfile

SWELL = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "build/swell")
BRANDS, WARM, TOLD, SHAPE = 15, 28, 14, 20
START = datetime.datetime(2026, 6, 1)
NAMES = [f"acme{chr(97 + i)}" for i in range(BRANDS)]


def poisson(r, mean):
    limit, n, p = math.exp(-mean), 0, r.random()
    while p > limit:
        n += 1
        p *= r.random()
    return n


def one(times):
    return lambda day, i: times if day == WARM + i else 1


def write_posts(path, rate, times):
    r, made = random.Random(7), 0
    with open(path, "w", encoding="ascii") as out:
        for day in range(WARM + TOLD):
            for i, name in enumerate(NAMES):
                mean = rate * r.gammavariate(SHAPE, 1 / SHAPE)
                for _ in range(poisson(r, mean * times(day, i))):
                    made += 1
                    when = START + datetime.timedelta(
                        days=day, seconds=r.randrange(86400))
                    out.write(json.dumps({
                        "id": str(made), "source": "mastodon", "lang": "en",
                        "created_at": when.isoformat() + "Z",
                        "author": f"u{made}", "text": f"at {name}"}) + "\n")


def told_days(rate, times):
    """Of each day whom the digest names, its alerts, whether it says that all
    moved together."""
    with tempfile.TemporaryDirectory() as folder:
        write_posts(f"{folder}/posts.ndjson", rate, times)
        with open(f"{folder}/swell.yaml", "w", encoding="ascii") as out:
            out.write("brands:\n" + "".join(
                f"  - name: {name}\n    match: [{name}]\n" for name in NAMES))

        def swell(*words):
            return subprocess.run([SWELL, "-q", *words], cwd=folder, check=True,
                                  stdout=subprocess.PIPE, text=True).stdout
        swell("import", "posts.ndjson")
        for day in range(TOLD):
            date = (START + datetime.timedelta(days=WARM + day)).date()
            asked = "digest", "--day", date.isoformat(), "--format"
            told = json.loads(swell(*asked, "json"))
            yield ({s["subject"] for s in told["standing"] if s["drifted"]},
                   sum(a["level"] == "alert"
                       for a in told["changes"]["alerts"]),
                   "brands rose together" in swell(*asked, "markdown") or
                   "brands fell together" in swell(*asked, "markdown"))


def row(rate, times):
    seen = false = days = 0
    for day, (named, _, _) in enumerate(told_days(rate, one(times))):
        seen += NAMES[day] in named
        false += len(named - {NAMES[day]})
        days += bool(named - {NAMES[day]})
    return (f"| {rate} | {times} | {100 * seen / TOLD:.0f} % | {false} | "
            f"{days} of {TOLD} |")


def row_of_all(rate, what, times):
    told = list(told_days(rate, times))
    named, alerts, together = told[7]
    return (f"| {rate} | {what} | {len(named)} | {alerts} | "
            f"{'yes' if together else 'no'} | "
            f"{sum(len(t[0]) for i, t in enumerate(told) if i != 7)} | "
            f"{sum(t[1] for i, t in enumerate(told) if i != 7)} |")


def main():
    print("| a day | one brand times | named | others named | on days |")
    print("|---|---|---|---|---|")
    for rate in 20, 100:
        for times in 1, 2, 3:
            print(row(rate, times))
    print("\n| a day | of all 15, on one day | named then | alerts then | "
          "together | named on 13 others | alerts |")
    print("|---|---|---|---|---|---|---|")
    for rate in 20, 100:
        print(row_of_all(rate, "times 3", lambda day, _:
                         3 if day == WARM + 7 else 1))
        print(row_of_all(rate, "a fifth", lambda day, _:
                         .2 if day == WARM + 7 else 1))
        print(row_of_all(rate, "a fifth, a week before times 3", lambda day, _:
                         3 if day == WARM + 7 else .2 if day == WARM else 1))
        print(row_of_all(rate, "3 % more each day", lambda day, _:
                         .4 * 1.03 ** day))


main()
