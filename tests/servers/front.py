# SPDX-License-Identifier: Apache-2.0
"""A front for a real server that misbehaves between it and swell, and a soak:
rounds as cron makes them, with faults drawn at random (seeded), some killed.
In the end the store must hold what the server offers, each post once. Prints
one row of a table; ROUNDS says how many rounds."""
import http.client
import os
import random
import signal
import subprocess
import time
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from common import BUILD, DIR, check, posts

FAULTS = ["busy", "limit", "html", "cut", "gone", "slow", "kill"]
KEPT = ("content-type", "etag", "last-modified", "location", "date",
        "ratelimit-reset", "ratelimit-remaining")


class Front(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def reply(self, code, body, headers=(), claim=0):
        self.send_response_only(code)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) + claim))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        front = self.server
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = front.draw()
        front.requests += 1
        if fault == "kill":
            front.victim.send_signal(signal.SIGKILL)
            return
        if fault == "gone": # the line is dead
            self.close_connection = True
            return
        if fault == "busy":
            return self.reply(503, b"away")
        if fault == "limit":
            return self.reply(429, b"{}", [("Retry-After", "1")])
        if fault == "html":
            return self.reply(200, b"<h1>Checking your browser</h1>",
                              [("Content-Type", "text/html")])
        if fault == "slow":
            time.sleep(0.3)
        there = http.client.HTTPConnection(front.host, front.backend,
                                           timeout=30)
        headers = {k: v for k, v in self.headers.items()
                   if k.lower() not in ("host", "accept-encoding",
                                        "connection", "content-length")}
        there.request(self.command, self.path, body or None, headers)
        answer = there.getresponse()
        data = answer.read()
        there.close()
        headers = [(k, v) for k, v in answer.getheaders() if k.lower() in KEPT]
        if fault == "cut" and len(data) > 1:
            self.reply(answer.status, data[:len(data) // 2], headers,
                       len(data) - len(data) // 2)
            self.close_connection = True
            return
        self.reply(answer.status, data, headers)

    do_POST = do_GET


class Server(ThreadingHTTPServer):
    daemon_threads = True
    requests, fault, victim = 0, None, None
    chance = random.Random(7)

    def draw(self):
        return self.fault if self.chance.random() < 0.4 else None

    def handle_error(self, *args):
        pass  # swell was killed, or gave up


def start(base):
    """A front for the server at base; swell's configuration for it is
    soak.yaml: swell.yaml with an overlap for the first source."""
    server = Server(("127.0.0.1", 0), Front)
    there = urllib.parse.urlsplit(base)
    server.host, server.backend = there.hostname, there.port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with open(DIR + "/swell.yaml") as own, open(DIR + "/soak.yaml", "w") as f:
        f.write(own.read().replace(DIR + "/store", DIR + "/soaked")
                .replace(base, f"http://127.0.0.1:{server.server_port}")
                .replace("per_minute:", "overlap: 2s\n    per_minute:", 1))
    return server


def soak(name, base, source, publish, offered, page, short=str):
    """publish(n) writes n posts; offered() are all their ids, which short()
    makes comparable with those that are stored. page: posts a request."""
    front = start(base)
    draw = random.Random(11)
    rounds = int(os.environ.get("ROUNDS", "25"))
    peak, least, waiting, statuses = 0, 0, 0, {}

    def collect():
        nonlocal peak
        front.victim = run = subprocess.Popen(
            [BUILD + "/swell", "--config", DIR + "/soak.yaml", "collect",
             "-q", source], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            text=True)
        said = run.stderr.read()
        _, status, usage = os.wait4(run.pid, 0)
        peak = max(peak, usage.ru_maxrss)
        code = os.waitstatus_to_exitcode(status)
        statuses[code] = statuses.get(code, 0) + 1
        check(f"soak {name}: leaves with {code}", code in (0, 3, -9), said)
        return code

    for n in range(rounds):
        fresh = draw.choice([0, 0, 1, 2, 9, page + 5 if n % 9 == 0 else 3])
        publish(fresh)
        waiting += fresh
        front.fault = draw.choice([None] * 3 + FAULTS)
        code = collect()
        if code == 0: # what the best of programs would have asked
            least += 1 + waiting // page
            waiting = 0
    front.fault = None
    time.sleep(2)  # of the last 429: rounds before its time ask nothing
    for _ in range(5):
        least += 1 + waiting // page if collect() == 0 else 0
        waiting = 0
    want = [short(i) for i in offered()]
    have = [short(p["id"]) for p in posts(DIR + "/soaked")]
    missing, twice = len(set(want) - set(have)), len(have) - len(set(have))
    more = len(set(have) - set(want))
    print(f"{name}: {rounds} rounds, {len(want)} posts offered, {len(have)} "
          f"stored, {missing} missing, {twice} twice, {more} too many, "
          f"{front.requests} requests ({least} at least), peak "
          f"{peak // 1024} MiB, exit statuses {statuses}")
    check(f"soak {name}: the same posts", not missing + twice + more)
