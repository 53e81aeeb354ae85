# SPDX-License-Identifier: Apache-2.0
"""People write, edit and delete on an invented Bluesky whose stream misbehaves;
swell listens, and its store is compared: see jetstream.sh."""
import asyncio
import json
import logging
import os
import re
import signal
import subprocess
import sys
import threading
import time
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

import websockets

sys.dont_write_bytecode = True
import common
from common import BUILD, DIR, check, failures, swell

PORT = int(os.environ["PORT"])
frames, cursors = [], []
logging.getLogger("websockets").setLevel(logging.CRITICAL)
faults = {"drop": 0, "split": False, "answer": 0, "notice": False}
alive = {}  # uri: text, what the store must hold
left = set()  # writers who write no more
listening = []


# ---- the service ---------------------------------------------------------

def path_of(ws):
    return ws.request.path if hasattr(ws, "request") else ws.path


def second(text):
    """A frame in the second form: its parts one level up, dates for times."""
    try:
        frame = json.loads(text)
    except ValueError:
        return text
    if "kind" not in frame:
        return text
    kind, us = frame["kind"], frame["time_us"]
    parts = frame["commit"] if kind == "commit" else {kind: frame[kind]}
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(us // 1000000))
    return json.dumps({"$type": "message", "payload": {
        "$type": "network.bsky.jetstream.subscribeEvents#" + kind, "seq": us,
        "did": frame["did"], "time": f"{stamp}.{us % 1000000:06}Z", **parts}})


async def listen(ws, *_):
    listening.append(ws)
    try:
        await tell(ws)
    finally:
        listening.remove(ws)


async def tell(ws):
    url = urlsplit(path_of(ws))
    query = parse_qs(url.query)
    cursor = int(query["cursor"][0])
    cursors.append(cursor)
    sent, at = 0, 0
    form = str
    if url.path.startswith("/xrpc"):
        check("what is asked for", query["collections"] == ["app.bsky.feed.post"]
              and sorted(query["kinds"]) == ["account", "commit"], url.query)
        form = second
        if faults["notice"]:
            await ws.send('{"$type":"message","payload":{"$type":"network.bsky.'
                          'jetstream.subscribeEvents#info","name":'
                          '"OutdatedCursor","message":"resumed from 7"}}')
    while True:
        if at == len(frames):
            await asyncio.sleep(0.02)
            continue
        when, text = frames[at]
        at += 1
        if when < cursor:
            continue
        text = form(text)
        await ws.send([text[:7], text[7:-1], text[-1:]]
                      if faults["split"] and len(text) > 9 else text)
        sent += 1
        if faults["drop"] and sent == faults["drop"]:
            return


async def serve():
    def answer(*args):
        if not faults["answer"]:
            return None
        more = [("Retry-After", "7200")] if faults["answer"] == 429 else []
        if hasattr(args[0], "respond"):  # newer versions
            reply = args[0].respond(faults["answer"], "no\n")
            for name, value in more:
                reply.headers[name] = value
            return reply
        return HTTPStatus(faults["answer"]), more, b"no\n"
    async with websockets.serve(listen, "127.0.0.1", PORT, max_size=None,
                                process_request=answer, compression=None,
                                ping_interval=1):
        await asyncio.Future()


threading.Thread(target=lambda: asyncio.run(serve()), daemon=True).start()
clock = int(time.time() * 1e6) - 3600 * 1000000 * 8
count = 0


def write(text, operation="create", key=None, **record):
    global clock, count
    clock += 10000
    count += key is None
    while not key and count % 9 in left:
        count += 1
    key = key or f"k{count:06}"
    did = f"did:plc:writer{int(key[1:]) % 9}"
    commit = {"rev": f"r{clock}", "operation": operation,
              "collection": "app.bsky.feed.post", "rkey": key}
    if operation != "delete":
        commit["record"] = {
            "$type": "app.bsky.feed.post", "text": text, "langs": ["en"],
            "createdAt": time.strftime("%Y-%m-%dT%H:%M:%S.000Z",
                                       time.gmtime(clock // 1000000)),
            **record}
    frames.append((clock, json.dumps(
        {"did": did, "time_us": clock, "kind": "commit", "commit": commit},
        ensure_ascii=False)))
    uri = f"at://{did}/app.bsky.feed.post/{key}"
    alive.pop(uri, None)
    if "acme" in text.lower() and operation != "delete":
        alive[uri] = text
    return key


def account(n, active, status=None):
    """The writer's account; all of their posts go with it."""
    global clock
    clock += 10000
    did = f"did:plc:writer{n}"
    frames.append((clock, json.dumps({
        "did": did, "time_us": clock, "kind": "account", "account": {
            "active": active, "did": did, "seq": 1, "status": status}})))
    if status in ("deleted", "takendown", "suspended"):
        left.add(n)
        for uri in [u for u in alive if f"at://{did}/" in u]:
            del alive[uri]


def people(n):
    for i in range(n):
        write(f"breakfast number {i}" if i % 3 else
              f"my Acme jacket {i} \u20ac{i} \U0001F9E5")


# ---- the listener --------------------------------------------------------

def stored():
    return common.stored(there=False)


def compare(when):
    here = stored()
    check(f"{when}: the same posts", set(here) == set(alive),
          f"missing {sorted(set(alive) - set(here))[:3]}, "
          f"too many {sorted(set(here) - set(alive))[:3]}")
    for uri in set(here) & set(alive):
        check(f"{when}: text of {uri}", here[uri]["text"] == alive[uri],
              here[uri]["text"])
    return len(here)


def follow():
    return subprocess.Popen(
        [BUILD + "/swell", "--config", DIR + "/swell.yaml", "collect",
         "--follow"], stdout=open(DIR + "/followed", "a"),
        stderr=subprocess.STDOUT)


def stop(run):
    run.send_signal(signal.SIGTERM)
    try:
        code = run.wait(10)
    except subprocess.TimeoutExpired:
        run.kill()
        code = "not at all"
    check("followed, it leaves with 0 when told to", code == 0, str(code))


def wait_for(what, condition, seconds=40):
    for _ in range(seconds * 5):
        if condition():
            return
        time.sleep(0.2)
    check(what, False, open(DIR + "/followed").read()[-2000:])


time.sleep(0.5)
people(600)
reply = write("to acme", reply={"parent": {"uri": "at://did:plc:x/y/z"}})
quote = write("acme, see", embed={"$type": "app.bsky.embed.record"})
write("acme, edited", "update", "k000001")
write("changed my mind about it", "update", "k000004")
write("", "delete", "k000007")
write("", "delete", "k000002")
frames.append((clock, json.dumps({"did": "did:plc:a", "time_us": clock,
                                  "kind": "account",
                                  "account": {"active": False}})))
# One whose clock is wrong: as a cursor it would be ahead of all that comes.
frames.append((clock, json.dumps({"did": "did:plc:a", "time_us": 25 * 10**16,
                                  "kind": "identity", "identity": {}})))
golden = os.environ["DATA"] + "/jetstream-v1-golden-frames.jsonl"
if os.path.exists(golden):
    with open(golden) as lines:
        frames.extend((clock, re.sub(r'("time_us":)\d+', rf"\g<1>{clock}", line))
                      for line in map(str.strip, lines) if line)
out = swell("collect")
check("nothing is left out", "left out" not in out, out)
total = compare("by cron")
check("200 posts", total == 200, str(total))
here = stored()
for key, field, want in ((reply, "kind", "reply"), (quote, "kind", "quote"),
                         (reply, "reply_to", "at://did:plc:x/y/z")):
    post = next(p for p in here.values() if p["id"].endswith(key))
    check(f"{field} of {key}", post[field] == want, post[field])
check("an edit is dated", next(p for p in here.values() if
                               p["id"].endswith("k000001"))["edited"] > 0)
out = swell("collect", "sky")
check("the second round brings nothing", "sky: 0 new, 0 changed" in out, out)
check("it asks for a little again", 0 < clock - cursors[1] < 6000000,
      str(cursors))

account(4, False, "deleted")
account(5, False, "throttled")
swell("collect", "sky")
check("one who left", 0 < compare("one who left") < total)
account(3, False, "deactivated")
account(3, True)
swell("collect", "sky")
compare("one who came back")

faults["split"] = True
people(30)
frames += [(clock, '{"did":"did:plc:a","time_us":'), (clock, "x" * 2000000)]
people(30)
out = swell("collect", "sky")
compare("in pieces")
check("two are left out", "left out 2 items" in out, out)
faults["split"] = False
swell("verify")

for code, words, status in ((429, "asks to wait until", 3), (503, "503", 3),
                            (200, "HTTP 200 where a WebSocket", 3)):
    faults["answer"] = code
    out = swell("collect", "sky", status=status)
    check(f"HTTP {code} is said", words in out, out)
    if code == 429:
        out = swell("collect", "sky", status=3)
        check("a wait is kept", "asks not to be called before" in out, out)
        subprocess.run(["rm", "-rf", DIR + "/store"], check=True)
faults["answer"] = 0
subprocess.run(["rm", "-rf", DIR + "/store"], check=True)

# Followed: broken off again and again, killed once, and busy beside it.
cursors.clear()
faults["drop"] = 400
run = follow()
wait_for("some is stored", lambda: len(stored()) > 100)
run.kill()
run.wait()
run = follow()
people(60)
write("", "delete", "k000010")
wait_for("all is stored", lambda: set(alive) <= set(stored()), 90)
faults["drop"] = 0
wait_for("it listens again", lambda: listening)
for n in range(5):
    people(9)
    time.sleep(0.5)
before = len(cursors)
time.sleep(22)  # longer than any wait for connecting
write("acme, late", key=None)
write("", "delete", "k000013")
# Who left before is told again after each connection, and gone when the round
# ends.
wait_for("what comes late is stored", lambda: set(alive) <= set(stored()) and
         not any(u.endswith("k000013") for u in stored()), 15)
check("over one connection", len(cursors) == before, str(cursors))
peak = int(re.search(r"VmHWM:\s+(\d+)",
                     open(f"/proc/{run.pid}/status").read()).group(1))
people(60000)
wait_for("a flood is stored", lambda: len(stored()) >= len(alive), 90)
flood = int(re.search(r"VmHWM:\s+(\d+)",
                      open(f"/proc/{run.pid}/status").read()).group(1))
print(f"{len(frames)} frames, {len(cursors)} connections, {len(alive)} posts "
      f"stored, {peak // 1024} MiB at most, {flood // 1024} MiB in a flood")
check("memory stays small", flood < 200 * 1024, str(flood))
check("reconnects keep their distance", len(cursors) < 40, str(len(cursors)))
account(6, False, "takendown")
account(7, False, "suspended")
stop(run)
swell("collect", "sky")
compare("followed")
swell("verify")

# The second form, from the start: the same posts.
with open(DIR + "/swell.yaml") as f:
    words = f.read()
with open(DIR + "/swell.yaml", "w") as f:
    f.write(words.replace("type: jetstream", "type: jetstream, protocol: v2"))
subprocess.run(["rm", "-rf", DIR + "/store"], check=True)
cursors.clear()
swell("collect", "sky")
compare("the second form")
check("its cursor is a time", cursors[0] > 1e15, str(cursors))
people(20)
account(8, False, "deleted")
swell("collect", "sky")
compare("the second form goes on")
check("and goes on there", 0 < clock - cursors[-1] < 10**8, str(cursors))
faults["notice"] = True
frames.append((clock, '{"$type":"error","error":"ConsumerTooSlow"}'))
out = swell("collect", "sky")
check("an error is told", "the service says ConsumerTooSlow" in out, out)
swell("verify")
sys.exit(bool(failures))
