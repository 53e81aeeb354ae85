# SPDX-License-Identifier: Apache-2.0
"""A Mastodon-like server whose faults are told to it. Only for what nginx
cannot be told; real servers are in tests/servers.

    double.py PORT LOG &          "PATH SECONDS" of a request goes to LOG
    GET /_set?posts=500&fault=…   changes what it does; answers "ok" and how
                                  many posts were paid for

Faults: none, same (one page for ever), cut (the third page breaks off), html
(a page in place of JSON), limit (429 and Retry-After 600), busy (503), stall
(thinks for five seconds), silent (for thirty), deep (200,000 brackets), hang (half a page every
time), dead (no answer), nothing (an empty one), other (another kind of JSON),
item (one status without an id), loop, private, file (redirects), bomb (60 MB
packed to 60 KB), heads (headers without end), echo (401 and all that it was
sent), hostile (a page of a type that would drive a terminal). words=…: behind
each post's own. kill=N: the process in LOG.pid dies by SIGKILL at the Nth
request from now, kill=-N: when half of its answer is sent.
"""
import gzip
import json
import os
import signal
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

sys.dont_write_bytecode = True
import double_keys

state = {"posts": 100, "fault": "none", "base": 1790000000, "pages": 0,
         "delay": 0, "kill": 0, "logins": 0, "lives": 0, "paid": 0,
         "words": ""}

# An escape, in one byte and as UTF-8, and a turn of the direction.
HOSTILE = "\x1b[31m\x9b31m\xc2\x9b31m\xe2\x80\xaehtml" # as Latin-1

PLACES = {"loop": "", "private": "http://169.254.169.254/latest/",
          "file": "file:///etc/passwd"}


def status(n):
    when = time.strftime("%Y-%m-%dT%H:%M:%S.000Z",
                         time.gmtime(state["base"] + n * 30))
    return {"id": f"{n:06}", "uri": f"https://double.example/{n}",
            "url": f"https://double.example/@a/{n}", "created_at": when,
            "edited_at": None, "language": "en", "in_reply_to_id": None,
            "account": {"acct": f"user{n % 7}",
                        "url": f"https://double.example/@user{n % 7}"},
            "content": f"<p>the acme jacket number {n} is great"
                       f"{state['words']}</p>",
            "favourites_count": n % 5, "reblogs_count": 0,
            "replies_count": 0}


class Double(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        with open(sys.argv[2], "a") as log:
            log.write(f"{self.path} {time.monotonic():.3f}\n")

    def kill(self, step):
        """Counts down to the request at which the caller is to die."""
        if state["kill"] * step > 0:
            state["kill"] -= step
            if state["kill"] == 0:
                with open(sys.argv[2] + ".pid") as pid:
                    os.kill(int(pid.read()), signal.SIGKILL)
                return True
        return False

    def reply(self, code, body, kind="application/json", more=(), claim=None):
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(claim or len(body)))
        for name, value in more:
            self.send_header(name, value)
        self.end_headers()
        if kind != "text/plain":
            self.wfile.write(body[:len(body) // 2])
            self.wfile.flush()
            body = body[len(body) // 2:]
            if self.kill(-1):
                return
        self.wfile.write(body)

    def do_GET(self):
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        url = urlsplit(self.path)
        query = {k: v[0] for k, v in parse_qs(url.query).items()}
        if url.path == "/_set":
            for key, value in query.items():
                state[key] = int(value) if value.lstrip("-").isdigit() else value
            state["pages"] = 0
            return self.reply(200, b"ok %d" % state["paid"], "text/plain")
        if self.kill(1):
            return None
        if state["fault"] == "echo":
            return self.reply(401, str(self.headers).encode() + sent)
        keyed = double_keys.answer(state, self.command, url.path, query,
                                   self.headers)
        if keyed:
            return self.reply(keyed[0], keyed[1], more=keyed[2])
        fault = state["fault"] if "faulty" in url.path else "none"
        top = int(query.get("max_id", state["posts"]))
        page = json.dumps([status(n) for n in range(
            top - 1, max(-1, top - 41), -1)]).encode()
        state["pages"] += 1
        time.sleep(state["delay"] / 1000)
        if fault == "same":
            page = json.dumps([status(n) for n in range(40)]).encode()
        elif fault == "html":
            return self.reply(200, b"<h1>Checking your browser</h1>",
                              "text/html")
        elif fault == "hostile":
            return self.reply(200, b"", "text/" + HOSTILE)
        elif fault == "limit":
            return self.reply(429, b'{"error":"Too many requests"}',
                              more=[("Retry-After", "600")])
        elif fault == "busy":
            return self.reply(503, b"away")
        elif fault in PLACES:
            return self.reply(302, b"", more=[("Location", PLACES[fault] or self.path)])
        elif fault == "dead":
            self.close_connection = True
            return None
        elif fault == "nothing":
            page = b""
        elif fault == "other":
            page = b'{"error":"not today"}'
        elif fault == "item":
            page = page.replace(b'"id": "000', b'"no": "000', 1)
        elif fault == "bomb":
            return self.reply(200, gzip.compress(b" " * 60000000),
                              more=[("Content-Encoding", "gzip")])
        elif fault == "heads":
            return self.reply(200, page, more=[("X", "y" * 900)] * 99)
        elif fault == "stall":
            time.sleep(5)
        elif fault == "silent":
            time.sleep(30)
        elif fault == "deep":
            page = b"[" * 200000
        elif fault == "hang" or (fault == "cut" and state["pages"] == 3):
            self.reply(200, page[:len(page) // 2], claim=len(page))
            self.close_connection = True
            return None
        return self.reply(200, page)

    do_POST = do_GET


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Double).serve_forever()
