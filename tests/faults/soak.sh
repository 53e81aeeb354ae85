#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Cron for hours: rounds every five minutes while posts come in bursts and the
# service fails in a way drawn at random (seeded), some runs killed. In the
# end the store holds the service's posts, each once. ROUNDS: how many.
. "$ROOT/tests/tools/double.sh"
config <<EOF
sources:
  - { name: faulty, type: mastodon, per_minute: 60000, host: "http://127.0.0.1:$port", tag: [faulty], overlap: 5m }
EOF
PORT=$port DIR=$dir SWELL=$build/swell POSTS=$build/tests/tools/posts \
    python3 - <<'EOF'
import json
import os
import random
import signal
import subprocess
import time
import urllib.request

port, folder = os.environ["PORT"], os.environ["DIR"]
random.seed(7)


def ask(query):
    urllib.request.urlopen(f"http://127.0.0.1:{port}/_set?{query}", timeout=20)


def collect(minute, kill=None):
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ",
                        time.gmtime(1790000000 + minute * 60))
    run = subprocess.Popen(
        [os.environ["SWELL"], "--config", folder + "/swell.yaml", "--store",
         folder + "/store", "--now", now, "collect", "-q", "--pages", "8"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if kill is not None:
        time.sleep(kill)
        run.send_signal(signal.SIGKILL)
    return run.wait(60)


def stored():
    out = subprocess.run([os.environ["POSTS"], folder + "/store"],
                         capture_output=True, text=True, check=True).stdout
    return [json.loads(line)["id"] for line in out.splitlines()]


rounds = int(os.environ.get("ROUNDS", "60"))
posts = 20
statuses = {}
for n in range(rounds):
    # posts are 30 seconds apart, so there are two a minute at most
    posts = max(posts, min(n * 10, posts + random.choice([0, 0, 1, 9, 60])))
    fault = random.choice(["none"] * 4 + ["cut", "html", "limit", "hang",
                                          "deep"])
    ask(f"posts={posts}&fault={fault}")
    code = collect(n * 5 + 5, random.uniform(0, 0.05)
                   if random.random() < 0.15 else None)
    statuses[code] = statuses.get(code, 0) + 1
ask(f"posts={posts}&fault=none")
for n in range(rounds, rounds + 100):
    if collect((n + 80) * 5) == 0 and n > rounds + 3:
        break
have = stored()
want = {f"https://double.example/{n}" for n in range(posts)}
asked = sum("timelines" in line for line in open(folder + "/log"))
print(f"{rounds} rounds, {posts} posts offered, {len(have)} stored, "
      f"{len(want - set(have))} missing, {len(have) - len(set(have))} twice, "
      f"{asked} requests, exit statuses {statuses}")
raise SystemExit(set(have) != want or len(have) != len(set(have)) or
                 any(code not in (0, 3, -9) for code in statuses))
EOF
