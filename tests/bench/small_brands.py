#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tests/bench/small_brands.py [SWELL] [SERIES]: brands with few posts a day,
invented by Poisson with quiet nights. What `swell detect` expects of their
days from the third week on, and of so many series (10) how often so many posts
more, on the 43rd day within 3 or 12 hours, are told that day; other alerts in
the 45 days are false. Then the same brands talked of in threads: alerts in the
last 31 days, all of them false, and the shares of voice of three. Same seeds,
same figures. Judges nothing."""
import datetime
import json
import math
import os
import random
import subprocess
import sys
import tempfile

SWELL = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "build/swell")
SERIES = int(sys.argv[2]) if len(sys.argv) > 2 else 10
DAYS, WARM, DAY, AT = 45, 14, 42, 9
START = 1767225600
SHAPE = [0.2] * 7 + [1.2] * 15 + [0.6] * 2
MORE = 6, 8, 10, 15, 20, 30
BRANDS = "acme", "bolt", "cork"
ABOUT = "delivered late", "the price is high", "the app crashes", "", ""
WORDS = """a the some blue green small old lamp sofa chair rug desk shelf plant
mirror room today often quite never looks stands wooden metal glass friend
window garden street corner river walk talk read""".split()


def poisson(r, mean):
    limit, n, p = math.exp(-mean), 0, r.random()
    while p > limit:
        n += 1
        p *= r.random()
    return n


def series(rate, seed, more, hours):
    r, out = random.Random(seed), []
    for i in range(DAYS * 24):
        count = poisson(r, rate * SHAPE[i % 24] / sum(SHAPE))
        since = i - DAY * 24 - AT
        if 0 <= since < hours:
            count += more // hours + (since < more % hours)
        out.append(count)
    return out


def detect(counts):
    rows = "".join(f"{START + i * 3600},{c}\n" for i, c in enumerate(counts))
    out = subprocess.run([SWELL, "detect"], input="timestamp,count\n" + rows,
                         capture_output=True, text=True, check=True).stdout
    return [row.split(",") for row in out.split("\n")[1:] if row]


def row(rate):
    days, told, false = [], {}, 0
    for seed in range(SERIES):
        hours = [float(h[2]) for h in detect(series(rate, seed, 0, 1))]
        days += [sum(hours[d * 24:d * 24 + 24]) for d in range(WARM, DAYS)]
        for length in 3, 12:
            for more in MORE:
                at = [i for i, h in enumerate(detect(
                    series(rate, seed, more, length))) if h[4] == "1"]
                inside = [i for i in at if i // 24 == DAY]
                told[length, more] = told.get((length, more), 0) + bool(inside)
                false += len(at) - len(inside)
    days.sort()
    cut = [days[int(len(days) * q)] for q in (.05, .5, .95)]
    cells = [f"{rate}", "{1:.1f} ({0:.1f} to {2:.1f})".format(*cut)]
    cells += [" ".join(f"{100 * told[length, more] / SERIES:.0f}"
                       for more in MORE) for length in (3, 12)]
    return cells + [f"{false / SERIES / 2 / len(MORE):.2f}"]


def threads(rate, mean, seed):
    """As many posts, but in threads of so many within a few hours: of each
    post its hour, and its thread."""
    r, out, made = random.Random(seed), [], 0
    for i in range(DAYS * 24):
        for _ in range(poisson(r, rate / 24 / mean)):
            n = 1
            while r.random() < 1 - 1 / mean:
                n += 1
            hours = [i + int(r.expovariate(1 / 3)) for _ in range(n)]
            out += [(h, made) for h in hours if h < DAYS * 24]
            made += 1
    return sorted(out)


def by_detect(posts):
    counts = [0] * DAYS * 24
    for hour, _ in posts:
        counts[hour] += 1
    return sum(h[4] == "1" for h in detect(counts)[WARM * 24:])


def store(folder, posts, seed):
    """Import posts of (hour, thread, brand), each by somebody else; what a
    thread is about, most of it says. Returns what runs swell there."""
    r, roots, about = random.Random(seed), {}, {}
    with open(f"{folder}/posts.ndjson", "w", encoding="ascii") as out:
        for number, (hour, thread, brand) in enumerate(posts):
            about.setdefault(thread, r.choice(ABOUT))
            said = " ".join(r.choice(WORDS) for _ in range(10))
            when = datetime.datetime.fromtimestamp(
                START + hour * 3600 + number % 3600, datetime.timezone.utc)
            out.write(json.dumps({
                "id": f"p{number}", "source": "forum", "lang": "en",
                "author": f"u{number}", "created_at": when.isoformat(),
                "text": f"{brand} {said} {about[thread]}",
                "reply_to": roots.get(thread, "")}) + "\n")
            roots.setdefault(thread, f"p{number}")
    with open(f"{folder}/swell.yaml", "w", encoding="ascii") as out:
        out.write("brands:\n" + "".join(
            f"  - name: {brand}\n    match: [{brand}]\n"
            for brand in sorted({brand for _, _, brand in posts})))

    def swell(*words):
        return subprocess.run([SWELL, "-q", *words], cwd=folder, check=True,
                              stdout=subprocess.PIPE, text=True).stdout
    swell("import", "posts.ndjson")
    return swell


def date(day):
    return str(datetime.date(2026, 1, 1) + datetime.timedelta(days=day))


def by_digest(posts, seed):
    with tempfile.TemporaryDirectory() as folder:
        swell = store(folder, [(*p, "acme") for p in posts], seed)
        return len(json.loads(swell("trends", "acme", "--from", date(WARM),
                                    "--to", date(DAYS), "--format", "json")))


def false_alerts(rate, mean):
    told = [0, 0]
    for seed in range(SERIES):
        posts = threads(rate, mean, seed)
        told[0] += by_detect(posts)
        told[1] += by_digest(posts, seed)
    return " | ".join(f"{n / SERIES:.1f}" for n in told)


def shares(rate, mean, loud):
    """Three brands that are alike, one of which has a loud day: on how many
    days a share of voice is in its usual range, the median of the usual one."""
    within, usual = [], []
    for seed in range(max(1, SERIES // 4)):
        r = random.Random(seed)
        posts = sorted(
            [(hour, f"{brand}{thread}", brand) for i, brand in enumerate(BRANDS)
             for hour, thread in threads(rate, mean, 3 * seed + i)] +
            [(30 * 24 + r.randrange(24), f"x{i}", "acme") for i in range(loud)])
        with tempfile.TemporaryDirectory() as folder:
            swell = store(folder, posts, seed)
            for day in range(33, DAYS):
                for s in json.loads(swell("digest", "--day", date(day),
                                          "--format", "json"))["standing"]:
                    if s["share"] is not None:
                        within.append(s["share_low"] <= s["share"] <=
                                      s["share_high"])
                    if s["subject"] == "acme":
                        usual.append(s["share_usual"])
    return (f"{100 * sum(within) / len(within):.0f} % "
            f"({100 * sorted(usual)[len(usual) // 2]:.0f} %)")


def main():
    seen = ", ".join(str(m) for m in MORE)
    print(f"| a day | expected: median, 5 to 95 % | % told of {seen} more "
          "in 3 hours | in 12 | false alarms a series |")
    print("|---|---|---|---|---|")
    for rate in 1, 2, 5, 10, 20:
        print("| " + " | ".join(row(rate)) + " |")
    print("\n| a day | in threads of 2: alerts in 31 days by detect | by the "
          "digest | of 5: by detect | by the digest |\n|---|---|---|---|---|")
    for rate in 2, 5, 10, 20:
        print(f"| {rate} | {false_alerts(rate, 2)} | {false_alerts(rate, 5)} |")
    print("\n| a day, each of three | shares in their usual range (usual of "
          "one) | threads of 5 | and a day of 30 times |\n|---|---|---|---|")
    for rate in 5, 20, 100:
        print(f"| {rate} | {shares(rate, 1, 0)} | {shares(rate, 5, 0)} | "
              f"{shares(rate, 5, 30 * rate)} |")


if __name__ == "__main__":
    main()
