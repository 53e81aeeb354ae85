#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tests/bench/new_words.py [SWELL]: how many new words a digest tells where
nothing happens. One brand with so many posts a day, each of six to 24 words
drawn from 6,000 made-up ones by Zipf's law, for 40 days; the digests of the
last seven. Same seed, same figures. Judges nothing."""
import datetime
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile

SWELL = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "build/swell")
DAYS, TOLD, VOCABULARY = 40, 7, 6000
START = datetime.datetime(2026, 10, 1)


def vocabulary(r):
    words = {}
    while len(words) < VOCABULARY:
        word = "".join(r.choice("bcdfghklmnprstvw") + r.choice("aeiou")
                       for _ in range(r.randrange(2, 4)))
        words[word + r.choice(["", "n", "r", "s", "t"])] = None
    return list(words)


def write_posts(path, posts):
    r = random.Random(11)
    words = vocabulary(r)
    weights = list(itertools.accumulate(1 / (i + 1) for i in range(VOCABULARY)))
    made = 0
    with open(path, "w", encoding="ascii") as out:
        for day in range(DAYS):
            for _ in range(r.randrange(posts * 85 // 100, posts * 115 // 100)):
                made += 1
                text = r.choices(words, cum_weights=weights,
                                 k=r.randrange(6, 25)) + ["acme"]
                when = START + datetime.timedelta(days=day,
                                                  minutes=r.randrange(1440))
                out.write(json.dumps({
                    "id": str(made), "source": "mastodon", "lang": "en",
                    "created_at": when.isoformat() + "Z",
                    "author": f"u{r.randrange(4000)}",
                    "text": " ".join(text)}) + "\n")


def row(posts):
    with tempfile.TemporaryDirectory() as folder:
        write_posts(f"{folder}/posts.ndjson", posts)
        with open(f"{folder}/swell.yaml", "w", encoding="ascii") as out:
            out.write("brands:\n  - name: acme\n    match: [acme]\n")

        def swell(*words):
            return subprocess.run([SWELL, "-q", *words], cwd=folder, check=True,
                                  stdout=subprocess.PIPE).stdout
        swell("import", "posts.ndjson")
        told = []
        for day in range(DAYS - TOLD, DAYS):
            date = (START + datetime.timedelta(days=day)).date().isoformat()
            digest = json.loads(swell("digest", "--day", date, "--format",
                                      "json", "--now", "2026-12-01T00:00:00Z"))
            told.append(len(digest["changes"]["rising"]))
    return f"| {posts} | {' '.join(map(str, told))} |"


def main():
    print(f"| posts a day | new words told, {TOLD} days |\n|---|---|")
    for posts in 50, 500, 3000:
        print(row(posts))


main()
