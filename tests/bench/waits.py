#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tests/bench/waits.py SHARED: who asked forty brands and was answered, by
swell inbox and by a plain script that counts only a reply of that account to
that very post (docs/trends.md). Run in the checkout after make."""
import collections
import csv
import datetime
import os
import statistics
import subprocess
import sys
import tempfile

path = os.path.abspath(f"{sys.argv[1]}/data/posts/twcs_5k_2017.tsv")
swell = os.path.abspath("build/swell")
with open(path, newline="") as file:
    posts = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
accounts = collections.Counter(
    p["author"] for p in posts if p["inbound"] == "False")


def name(account):
    return account.lower().replace("_", "-")


def when(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


with tempfile.TemporaryDirectory() as work:
    with open(f"{work}/swell.yaml", "w") as file:
        file.write("store: s\nbrands:\n")
        for account, _ in accounts.most_common(40):
            file.write(f'  - name: {name(account)}\n    own: yes\n'
                       f'    match: ["@{account}"]\n'
                       f'    handles: [{account}]\n')
    subprocess.run([swell, "-q", "import", path], cwd=work, check=True)
    table = subprocess.run(
        [swell, "-q", "inbox", "--from", "2011-01-01", "--to", "2018-01-01",
         "--state", "all", "--format", "csv", "--limit", "0"],
        cwd=work, check=True, capture_output=True, text=True).stdout
asks = list(csv.DictReader(table.splitlines(keepends=True)))
replies = {}
for p in posts:
    if p["inbound"] == "False" and p["in_reply_to"]:
        key = str(int(float(p["in_reply_to"]))), name(p["author"])
        replies[key] = min(when(p["ts"]), replies.get(key, when(p["ts"])))
told = [float(a["minutes"]) for a in asks if a["state"] == "answered"]
plain = [(replies[a["id"], a["subject"]] - when(a["asked_at"]))
         .total_seconds() / 60
         for a in asks if (a["id"], a["subject"]) in replies]
for who, minutes in ("swell inbox", told), ("plain script", plain):
    print(f"{who}: {len(minutes)} of {len(asks)} answered, "
          f"{100 * len(minutes) / len(asks):.0f} %, "
          f"median {statistics.median(minutes):.1f} minutes")
writers = {p["id"]: p["author"] for p in posts}
waiting = [a for a in asks if a["state"] == "open"]
late = sum(any(writers.get(post) == writers[a["id"]] and brand == a["subject"]
               and time >= when(a["asked_at"])
               for (post, brand), time in replies.items()) for a in waiting)
print(f"open: {len(waiting)}, of whom the account replied to later: {late}; "
      f"people: {len({(writers[a['id']], a['subject']) for a in waiting})}")
