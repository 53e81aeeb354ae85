# SPDX-License-Identifier: Apache-2.0
"""People comment on a WordPress site, swell collects and is compared with the
site field by field: see wordpress.sh."""
import json
import os
import re
import subprocess
import sys
import time

sys.dont_write_bytecode = True
from common import (DIR, ask, check, failures, plain, same, seconds, stored,
                    swell, wait_for)
from front import soak

BASE = "http://127.0.0.1:" + os.environ["PORT"]


def act(*steps):
    done = subprocess.run(["php", "-d", "display_errors=0", DIR + "/act.php",
                           "do"], input=json.dumps(steps), text=True,
                          capture_output=True)
    if done.returncode:
        raise SystemExit("WordPress says: " + done.stdout + done.stderr)
    return json.loads(done.stdout)


def pages(path, step):
    """All that a route lists, by the ids that swell gives them; step: how
    much its last word grows from page to page."""
    found, at = {}, 1 if step == 1 else 0
    while True:
        rows = json.loads(ask(f"{BASE}/wp-json/{path}{at}"))
        found.update({f"{BASE}#comment-{c['id']}": c for c in rows})
        if len(rows) < 100:
            return found
        at += step


def listed():
    return pages("wp/v2/comments?per_page=100&order=asc&orderby=id&page=", 1)


def compare(when, count):
    there = listed()
    check(f"{when}: {count} comments", len(there) == count, str(len(there)))
    same(when, there, of_kind("comment"), lambda c: {
        "url": c["link"], "created": seconds(c["date_gmt"]), "handle": "",
        "line": plain(c["content"]["rendered"]),
        "reply_to": f"{BASE}#comment-{c['parent']}" if c["parent"] else ""})


def of_kind(kind):
    return {k: p for k, p in stored("wordpress").items() if p["kind"] == kind}


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
  - name: shop
    type: wordpress
    per_minute: 60000
    site: {BASE}
    comments: no
    reviews: yes
    page_size: 20
  - name: feed
    type: feed
    per_minute: 60000
    url: [{BASE}/comments/feed/]
""")
wait_for(BASE + "/wp-json/")
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

# A shop, whose clock is not ours; a review without stars, one below another.
products = act(["option", ["timezone_string", "America/New_York"]],
               ["product", "The \"warm\" coat & hat"], ["product", "Socks"])
products = products[1:]


def review(n, age, stars, **more):
    gmt = time.gmtime(now - age)
    here = time.gmtime(now - age - 5 * 3600)
    return ["add", {
        "comment_post_ID": products[n % 2], "comment_type": "review",
        "comment_content": f"acme review {n}\n\n<em>it's</em> fine & warm",
        "comment_author": f"Guest {n}",
        "comment_date": time.strftime("%Y-%m-%d %H:%M:%S", here),
        "comment_date_gmt": time.strftime("%Y-%m-%d %H:%M:%S", gmt),
        "comment_meta": {"rating": stars} if stars else {}, **more}]


def compare_reviews(when, count):
    there = pages("wc/store/v1/products/reviews?per_page=100&orderby=id"
                  "&order=asc&offset=", 100)
    check(f"{when}: {count} reviews", len(there) == count, str(len(there)))
    same(when, there, of_kind("review"), lambda r: {
        "url": r["product_permalink"], "rating": r["rating"] or 0,
        "created": seconds(r["date_created_gmt"]), "reply_to": "",
        "line": plain(r["product_name"] + "<br>" + r["review"])})


ids = act(*[review(n, 80000 - n * 600, n % 6) for n in range(70)])
out = swell("collect", "shop")
compare_reviews("the shop", 70)
out = swell("collect", "shop")
check("the shop's second round changes nothing",
      "0 new, 0 changed, 0 removed" in out, out)
fresh = act(*[review(n, 60, 5) for n in range(30)])
act(["edit", {"comment_ID": ids[69], "comment_content": "acme, changed"}],
    ["delete", ids[68]], ["hold", ids[67]], ["delete", fresh[3]],
    ["option", ["shop_limit", 600]])
out = swell("collect", "shop", status=3)
check("the shop's limit is kept", "HTTP 400, asks to wait until" in out and
      "rate_limit_exceeded" in out, out)
act(["option", ["shop_limit", 0]])
time.sleep(1)
out = swell("--now", time.strftime("%Y-%m-%dT%H:%M:%SZ",
                                   time.gmtime(time.time() + 700)),
            "collect", "shop")
compare_reviews("after 29 more, an edit, two gone, one held back", 97)
compare("reviews are no comments", 128)
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
