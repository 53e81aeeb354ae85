#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tests/bench/halves.py SHARED: do the intervals beside net sentiment hold?
The people who wrote to five airlines are halved at random, 20 times; the halves
are of one opinion, so that 19 of 20 times their net sentiment must differ by
less than both intervals allow. Asks swell window of a day and of all days
(docs/trends.md). Run in the checkout after make."""
import csv
import json
import math
import os
import random
import subprocess
import sys
import tempfile

path = os.path.abspath(f"{sys.argv[1]}/data/posts/airline_2015.tsv")
swell = os.path.abspath("build/swell")
brands = ["southwestair", "united", "usairways", "americanair", "jetblue"]
days = [f"2015-02-{day}" for day in range(17, 25)]
with open(path, newline="", encoding="utf-8") as file:
    posts = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def halves(work, *when):
    """How many pairs of halves there are, and how many of them agree."""
    pairs = agree = 0
    for brand in brands:
        table = subprocess.run(
            [swell, "-q", "window", brand, *when, "--by", "source", "--format",
             "csv"], cwd=work, check=True, capture_output=True, text=True)
        rows = [r for r in csv.DictReader(table.stdout.splitlines())
                if r["source"] in ("left", "right")]
        if len(rows) < 2 or min(int(r["posts"]) for r in rows) < 10:
            continue
        ends = [[float(r[k]) for k in ("net", "net_low", "net_high")]
                for r in rows]
        least = math.hypot(*[(high - low) / 2 for _, low, high in ends])
        pairs += 1
        agree += abs(ends[0][0] - ends[1][0]) <= least
    return pairs, agree


totals = {"a day": [0, 0], "all days": [0, 0]}
for seed in range(20):
    r = random.Random(seed)
    side = {p["author"]: r.choice(["left", "right"]) for p in posts}
    with tempfile.TemporaryDirectory() as work:
        with open(f"{work}/swell.yaml", "w", encoding="ascii") as out:
            out.write("store: s\nbrands:\n")
            for brand in brands:
                out.write(f'  - name: {brand}\n    match: ["@{brand}"]\n')
        with open(f"{work}/posts.ndjson", "w", encoding="utf-8") as out:
            for p in posts:
                out.write(json.dumps({
                    "id": p["id"], "source": side[p["author"]], "lang": "en",
                    "created_at": p["ts"], "author": p["author"],
                    "text": p["text"]}) + "\n")
        subprocess.run([swell, "-q", "import", "posts.ndjson"], cwd=work,
                       check=True)
        asked = [("a day", "--day", day) for day in days]
        for name, *when in asked + [
                ("all days", "--from", "2015-02-16", "--to", "2015-02-26")]:
            for i, n in enumerate(halves(work, *when)):
                totals[name][i] += n
for name, (pairs, agree) in totals.items():
    print(f"{name}: {100 * agree / pairs:.1f} % of {pairs} pairs agree")
