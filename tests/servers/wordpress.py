# SPDX-License-Identifier: Apache-2.0
"""People comment on a WordPress site, swell collects and is compared with the
site field by field: see wordpress.sh."""
import html
import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request

sys.dont_write_bytecode = True
from common import DIR, check, failures, stored, swell
from front import soak

BASE = "http://127.0.0.1:" + os.environ["PORT"]


def ask(path):
    with urllib.request.urlopen(BASE + path, timeout=20) as reply:
        return reply.read().decode()


def act(*steps):
    done = subprocess.run(["php", "-d", "display_errors=0", DIR + "/act.php",
                           "do"], input=json.dumps(steps), text=True,
                          capture_output=True)
    if done.returncode:
        raise SystemExit("WordPress says: " + done.stdout + done.stderr)
    return json.loads(done.stdout)


def listed():
    found, page = {}, 1
    while True:
        rows = json.loads(ask("/wp-json/wp/v2/comments?per_page=100&order=asc"
                              f"&orderby=id&page={page}"))
        found.update({f"{BASE}#comment-{c['id']}": c for c in rows})
        if len(rows) < 100:
            return found
        page += 1


def seconds(stamp):
    return int(time.mktime(time.strptime(stamp, "%Y-%m-%dT%H:%M:%S")) -
               time.timezone)


def plain(content):
    text = re.sub(r"<br\s*/?>|</p>", "\n", content)
    text = re.sub(r"<[^>]*>", "", text)
    return re.sub(r"\s+", " ", html.unescape(text)).strip()


def compare(when, count):
    there, here = listed(), stored("wordpress")
    check(f"{when}: {count} comments", len(there) == count, str(len(there)))
    check(f"{when}: the same comments", set(there) == set(here),
          f"missing {sorted(set(there) - set(here))[:3]}, "
          f"too many {sorted(set(here) - set(there))[:3]}")
    for key in set(there) & set(here):
        c, p = there[key], here[key]
        for field, want in (
                ("url", c["link"]), ("created", seconds(c["date_gmt"])),
                ("kind", "comment"), ("handle", ""),
                ("text", plain(c["content"]["rendered"])),
                ("reply_to", f"{BASE}#comment-{c['parent']}" if c["parent"]
                 else "")):
            got = p[field]
            if field == "text":
                got = re.sub(r"\s+", " ", got).strip()
            check(f"{when}: {field} of {key}", got == want,
                  f"{got!r}, not {want!r}")
        check(f"{when}: author", p["author_hash"] != "0" * 16)


with open(DIR + "/swell.yaml", "w") as f:
    f.write(f"""store: {DIR}/store
allow_loopback: yes
brands:
  - name: acme
    match: [acme]
sources:
  - name: blog
    type: wordpress
    per_minute: 60000
    site: {BASE}
    page_size: 20
  - name: feed
    type: feed
    per_minute: 60000
    url: [{BASE}/comments/feed/]
""")
for n in range(100):
    try:
        ask("/wp-json/")
        break
    except (urllib.error.URLError, ConnectionError):
        time.sleep(0.1)
now = int(time.time())


def comment(n, text, age, **more):
    stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(now - age))
    return ["add", {"comment_content": text, "comment_author": f"Guest {n}",
                    "comment_date": stamp, "comment_date_gmt": stamp, **more}]


ids = act(*[comment(n, f"The acme jacket \"{n}\" isn't <b>warm</b> & costs "
                       f"\u20ac{n} \U0001F9E5", 90000 - n * 600)
            for n in range(95)])
act(["delete", 1],
    comment(200, "a reply about acme", 3000, comment_parent=ids[90]))
swell("collect")
compare("first fill", 96)
before = stored("wordpress")
out = swell("collect", "blog")
check("the second round changes nothing", "0 new, 0 changed, 0 removed" in out,
      out)
check("the same store", stored("wordpress") == before)

fed = stored("feed")
check("the feed shows what it holds", 1 <= len(fed) <= 10, str(len(fed)))
check("fed words", any("a reply about acme" in p["text"]
                       for p in fed.values()))
out = swell("collect", "feed")
with open(DIR + "/requests") as log:
    answers = re.findall(r"(\d+) /comments/feed/", log.read())
check("the feed is asked once a round, and once says 304",
      answers == ["200", "304"], str(answers))
check("nothing new in the feed", "0 new, 0 changed" in out, out)

fresh = act(*[comment(n, f"later {n}, acme", 60 - n) for n in range(35)])
act(["edit", {"comment_ID": ids[93], "comment_content": "acme, changed"}],
    ["edit", {"comment_ID": fresh[5], "comment_content": "acme, at once"}])
swell("collect", "blog")
compare("after 35 more and an edit", 131)
check("the edit is here", stored("wordpress")[
    f"{BASE}#comment-{ids[93]}"]["text"].strip() == "acme, changed")

act(["delete", fresh[30]], ["delete", ids[94]], ["hold", fresh[33]])
out = swell("collect", "blog")
check("three removed", " 3 removed" in out, out)
compare("after deletes and one held back", 128)
swell("verify")

def publish(n):
    stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())
    act(*[["add", {"comment_content": f"acme, soaked {n} {i}",
                   "comment_author": f"Guest {i}", "comment_date": stamp,
                   "comment_date_gmt": stamp}] for i in range(n)])


# Months in minutes: rounds with faults between swell and the server.
soak("wordpress", BASE, "blog", publish, listed, 20,
     lambda key: key.split("#")[1]) # before it is the site's address
sys.exit(bool(failures))
