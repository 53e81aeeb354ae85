# SPDX-License-Identifier: Apache-2.0
"""Posts to snac2, collects with swell, compares: see snac2.sh."""
import json
import os
import re
import subprocess
import sys
import time
import urllib.parse
import urllib.request

sys.dont_write_bytecode = True
from common import (DIR, ask, check, failures, plain, same, seconds, stored,
                    swell, wait_for)
from front import soak

BASE = "http://127.0.0.1:" + os.environ["PORT"]


def timeline():
    found, seen = {}, ""
    while True:
        page = json.loads(ask(BASE + "/api/v1/timelines/tag/acme?limit=40" +
                              (f"&max_id={seen}" if seen else "")))
        fresh = [s for s in page if s["uri"] not in found]
        if not fresh:
            return found
        found.update({s["uri"]: s for s in fresh})
        seen = page[-1]["id"]


def compare(when):
    there = timeline()
    ids = {s["id"]: uri for uri, s in there.items()}

    def wanted(s):
        # what is no tag stays: <angry>
        fields = {"line": plain(s["content"], r"/?(?:a|p|span)\b[^>]*")}
        return {**({} if "<angry>" in s["content"] else fields),
                "source": "mastodon", "url": s["url"], "handle": "",
                "created": seconds(s["created_at"]),
                "edited": seconds(s["edited_at"]),
                "likes": s["favourites_count"],
                "reposts": s["reblogs_count"], "replies": s["replies_count"],
                "lang": s["language"] or "",
                "reply_to": ids.get(s["in_reply_to_id"], ""),
                "kind": "reply" if s["in_reply_to_id"] else "post"}

    same(when, there, stored(), wanted)
    return len(there)


def send(path, data, method=None, headers=()):
    return ask(BASE + path, urllib.parse.urlencode(data).encode(), method,
               headers)


wait_for(BASE + "/api/v1/instance")
page = send("/oauth/x-snac-get-token", {
    "login": "maker", "passwd": os.environ["PASSWORD"], "redir": "",
    "cid": "", "state": ""})
token = re.search(r"[0-9a-f]{32,}", page).group(0)
bearer = [("Authorization", "Bearer " + token)]
secret = DIR + "/token"
with open(os.open(secret, os.O_WRONLY | os.O_CREAT, 0o600), "w") as f:
    f.write(token + "\n")
with open(DIR + "/swell.yaml", "w") as f:
    f.write(f"""store: {DIR}/store
allow_loopback: yes
brands:
  - name: acme
    match: [acme]
sources:
  - name: tags
    type: mastodon
    per_minute: 60000
    host: {BASE}
    tag: [acme]
    token_file: {secret}
""")


def post(text, **more):
    return json.loads(send("/api/v1/statuses", {"status": text, **more},
                           headers=bearer))


first = post("the acme jacket \U0001F9E5 is <angry> & warm #acme")
post("a reply about #acme", in_reply_to_id=first["id"])
for n in range(95):
    post(f"number {n} of the #acme posts, \u20ac{n} \U0001F60D")
swell("collect", "tags")
total = compare("first fill")
check("97 posts", total == 97, str(total))
before = stored()
out = swell("collect", "tags")
check("the second round changes nothing",
      "0 new, 0 changed, 0 removed" in out, out)
check("the same store", stored() == before)

for n in range(55):
    post(f"later {n} #acme")
listed = list(timeline().values())
time.sleep(1.1)
edited = listed[3]
send("/api/v1/statuses/" + edited["id"], {"status": "changed my mind #acme"},
     "PUT", bearer)
gone = [listed[0], listed[7]]
basic = urllib.request.HTTPPasswordMgrWithDefaultRealm()
basic.add_password(None, BASE, "maker", os.environ["PASSWORD"])
opener = urllib.request.build_opener(
    urllib.request.HTTPBasicAuthHandler(basic))
swell("collect", "tags")
compare("after 55 more and an edit")
for s in gone:
    opener.open(BASE + "/maker/admin/action", urllib.parse.urlencode(
        {"id": s["uri"], "action": "Delete"}).encode(), timeout=10)
check("snac2 deleted them", not any(s["uri"] in timeline() for s in gone))
out = swell("collect", "tags")
check("two removed", " 2 removed" in out, out)
check("150 posts", compare("after two deletes") == 150)
swell("verify")
check("the token is in no file of the store", subprocess.run(
    ["grep", "-rq", token, DIR + "/store"]).returncode == 1)

# Months in minutes: rounds with faults between swell and the server.
soak("snac2", BASE, "tags",
     lambda n: [post(f"soaked {i} #acme") for i in range(n)], timeline, 40)
sys.exit(bool(failures))
