# SPDX-License-Identifier: Apache-2.0
"""Posts to Bluesky's reference server, collects, compares: see bluesky.sh."""
import json
import os
import re
import subprocess
import sys
import time
import urllib.parse

sys.dont_write_bytecode = True
from common import DIR, ask, check, failures, same, seconds, stored, swell
from front import soak

BASE = "http://localhost:" + os.environ["PORT"]
PASSWORD = "hunter-2-of-the-test"


def xrpc(name, body=None, token=None, **query):
    url = f"{BASE}/xrpc/{name}"
    if query:
        url += "?" + urllib.parse.urlencode(query, doseq=True)
    headers = {"Content-Type": "application/json"} if body else {}
    if token:
        headers["Authorization"] = "Bearer " + token
    data = json.dumps(body).encode() if body else None
    return json.loads(ask(url, data, headers=headers) or "{}")


people = {}
for name in ("maker", "buyer", "carol"):
    people[name] = xrpc("com.atproto.server.createAccount", {
        "handle": name + ".test", "email": name + "@example.com",
        "password": PASSWORD})
maker = people["maker"]


written = set()  # the search's own pages lose one now and then


def post(who, text, created=None, **more):
    record = xrpc("com.atproto.repo.createRecord", {
        "repo": people[who]["did"], "collection": "app.bsky.feed.post",
        "record": {"$type": "app.bsky.feed.post", "text": text,
                   "createdAt": created or time.strftime(
                       "%Y-%m-%dT%H:%M:%S.000Z", time.gmtime()), **more}},
        people[who]["accessJwt"])
    written.add(record["uri"])
    return record


def search():
    found, cursor = {}, {}
    while True:
        page = xrpc("app.bsky.feed.searchPosts", None, maker["accessJwt"],
                    q="acme", limit=100, sort="latest", **cursor)
        found.update({p["uri"]: p for p in page["posts"]})
        if not page.get("cursor"):
            return found
        cursor = {"cursor": page["cursor"]}


def wait_for(what, condition):
    end = time.monotonic() + 60 # a busy machine indexes slowly
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.03)
    check(what, False)


def wanted(s):
    r = s["record"]
    claimed, seen = seconds(r["createdAt"]), seconds(s["indexedAt"])
    odd = claimed > time.time() + 86400
    did, key = re.match(r"at://([^/]*)/[^/]*/(.*)", s["uri"]).groups()
    parent = r.get("reply", {}).get("parent", {}).get("uri", "")
    quote = r.get("embed", {}).get("$type", "").startswith(
        "app.bsky.embed.record")
    return {"source": "bluesky", "text": r["text"], "handle": "",
            "url": f"https://bsky.app/profile/{did}/post/{key}",
            "created": seen if odd else claimed, "indexed": seen,
            "faults": 4 if odd else 0, "likes": s["likeCount"],
            "reposts": s["repostCount"], "replies": s["replyCount"],
            "lang": (r.get("langs") or [""])[0], "reply_to": parent,
            "kind": "reply" if parent else "quote" if quote else "post"}


def compare(when):
    there = search()
    same(when, there, stored(), wanted)
    return len(there)


with open(os.open(DIR + "/password", os.O_WRONLY | os.O_CREAT, 0o600),
          "w") as f:
    f.write(PASSWORD + "\n")
with open(DIR + "/swell.yaml", "w") as f:
    f.write(f"""store: {DIR}/store
allow_loopback: yes
brands:
  - name: acme
    match: [acme]
sources:
  - name: sky
    type: bluesky
    per_minute: 60000
    service: {BASE}
    identifier: maker.test
    password_file: {DIR}/password
    query: [acme]
""")

first = post("maker", "the acme jacket \U0001F9E5 arrived, love it \U0001F60D",
             langs=["en"])
post("buyer", "acme: mine too!", reply={"root": first, "parent": first})
post("carol", "look at this acme", embed={
    "$type": "app.bsky.embed.record", "record": first})
post("buyer", "acme from the future", "2031-01-01T00:00:00.000Z")
for n in range(117):
    post("buyer" if n % 2 else "carol", f"acme number {n} \u20ac{n}",
         langs=["de"])
xrpc("com.atproto.repo.createRecord", {
    "repo": people["buyer"]["did"], "collection": "app.bsky.feed.like",
    "record": {"$type": "app.bsky.feed.like", "subject": first,
               "createdAt": "2026-01-01T00:00:00.000Z"}},
    people["buyer"]["accessJwt"])
wait_for("121 posts are indexed", lambda: len(search()) == 121)
wait_for("the like is indexed",
         lambda: search()[first["uri"]]["likeCount"] == 1)
swell("collect", "sky")
check("121 posts", compare("first fill") == 121)
before = stored()
out = swell("collect", "sky")
check("the second round changes nothing",
      "0 new, 0 changed, 0 removed" in out, out)
check("the same store", stored() == before)
sessions = os.listdir(DIR + "/store/sessions") if os.path.isdir(
    DIR + "/store/sessions") else os.listdir(DIR + "/sessions")
check("one session is kept", len(sessions) == 1, str(sessions))

late = [post("maker", f"acme later {n}") for n in range(5)]
wait_for("five more", lambda: len(search()) == 126)
swell("collect", "sky")
compare("after five more")
for record in (late[4], late[1]):
    written.remove(record["uri"])
    xrpc("com.atproto.repo.deleteRecord", {
        "repo": maker["did"], "collection": "app.bsky.feed.post",
        "rkey": record["uri"].rsplit("/", 1)[1]}, maker["accessJwt"])
wait_for("two are gone", lambda: len(search()) == 124)
out = swell("collect", "sky")
check("two removed", " 2 removed" in out, out)
check("124 posts", compare("after two deletes") == 124)
swell("verify")
check("the password is in no file of the store", subprocess.run(
    ["grep", "-rq", PASSWORD, DIR + "/store"]).returncode == 1)

def indexed(uri):
    return xrpc("app.bsky.feed.getPosts", None, maker["accessJwt"],
                uris=uri)["posts"]


def publish(n):
    for i in range(n):
        last = post("maker", f"acme soaked {i}")["uri"]
    if n:
        wait_for("the last one is indexed", lambda: indexed(last))


# Months in minutes: rounds with faults between swell and the server.
soak("bluesky", BASE, "sky", publish, lambda: written, 100)
sys.exit(bool(failures))
