# SPDX-License-Identifier: Apache-2.0
"""Other services, for double.py: Reddit, X, Threads, Trustpilot, YouTube,
Discourse, WordPress and a feed in their documented shapes, with posts of
nobody. Knows none of the real ones.

Faults: none, same (one token for ever), limit (429, the reset as the service
writes it), quota (what is no 429: Meta's codes, X's cap), expire (tokens live
for two requests), refuse (tokens never live).
"""
import calendar
import json
import time


def when(state, n, form="%Y-%m-%dT%H:%M:%S.000Z"):
    return time.strftime(form, time.gmtime(state["base"] + n * 30))


def answer(state, method, path, query, headers):
    """(status, body[, header lines]) or None: none of these services."""
    for prefix, service in SERVICES:
        if path.startswith(prefix):
            status, body, *more = service(state, method, path, query, headers)
            if not isinstance(body, bytes):
                body = json.dumps(body).encode()
            return status, body, more[0] if more else ()
    return None


# ---- Reddit: seconds left, tokens that die ------------------------------

def reddit_token(state, method, path, query, headers):
    state["logins"] += 1
    state["lives"] = {"expire": 2, "refuse": 0}.get(state["fault"], 1000)
    return 200, {"access_token": f"t{state['logins']}", "expires_in": 86400,
                 "token_type": "bearer", "scope": "*"}


def reddit(state, method, path, query, headers):
    if state["fault"] == "limit":
        return 429, {"message": "Too Many Requests", "error": 429}, [
            ("X-Ratelimit-Remaining", "0.0"), ("X-Ratelimit-Reset", "540")]
    if (headers.get("Authorization") != f"Bearer t{state['logins']}"
            or state["lives"] == 0):
        return 401, {"message": "Unauthorized", "error": 401}
    state["lives"] -= 1
    after = query.get("after", "t3_%d" % state["posts"])
    top = int(after[3:])
    rows = range(top - 1, max(-1, top - 101), -1)
    last = rows[-1] if len(rows) else 0
    if state["fault"] == "same":
        last = 7
    return 200, {"kind": "Listing", "data": {
        "after": f"t3_{last}" if last else None,
        "children": [{"kind": "t3", "data": {
            "name": f"t3_{n}", "author": "a", "title": "the acme jacket",
            "selftext": f"number {n}", "permalink": f"/r/s/{n}",
            "created_utc": state["base"] + n * 30.0, "edited": False}}
            for n in rows]}}, [("X-Ratelimit-Remaining", "99.0"),
                               ("X-Ratelimit-Reset", "300")]


# ---- X: paid by the post, the reset as a moment -------------------------

def x(state, method, path, query, headers):
    if state["fault"] == "limit":
        return 429, {"title": "Too Many Requests"}, [
            ("x-rate-limit-remaining", "0"),
            ("x-rate-limit-reset", str(int(time.time()) + 900))]
    if state["fault"] == "quota":
        return 429, {"title": "UsageCapExceeded", "period": "Monthly"}
    start = time.strptime(query["start_time"], "%Y-%m-%dT%H:%M:%SZ")
    least = (calendar.timegm(start) - state["base"]) // 30
    top = int(query.get("next_token", "n%d" % state["posts"])[1:])
    rows = [n for n in range(top - 1, top - 1 - int(query["max_results"]), -1)
            if n >= max(least, 0)]
    state["paid"] += len(rows)
    meta = {"result_count": len(rows)}
    if rows and rows[-1] > max(least, 0):
        meta["next_token"] = f"n{rows[-1]}"
    if state["fault"] == "same":
        meta["next_token"] = "n50"
    page = {"meta": meta}
    if rows:
        page["data"] = [{"id": str(n), "edit_history_tweet_ids": [str(n)],
                         "author_id": "1", "text": f"the acme jacket {n}",
                         "created_at": when(state, n)} for n in rows]
    return 200, page


# ---- Threads: a quota that is HTTP 400 ----------------------------------

def threads(state, method, path, query, headers):
    code = {"quota": 613, "refuse": 190}.get(state["fault"])
    if code:
        return 400, {"error": {"message": "no", "code": code,
                               "type": "OAuthException"}}
    top = int(query.get("after", state["posts"]))
    rows = range(top - 1, max(-1, top - 101), -1)
    last = rows[-1] if len(rows) else 0
    page = {"data": [{"id": str(n), "text": f"the acme jacket {n}",
                      "timestamp": when(state, n, "%Y-%m-%dT%H:%M:%S+0000"),
                      "username": "u"} for n in rows],
            "paging": {"cursors": {"after": str(last)}}}
    if state["fault"] == "same":
        page["paging"]["cursors"]["after"] = "9"
    if last or state["fault"] == "same":
        page["paging"]["next"] = "https://double.example/?with=the-token"
    return 200, page


# ---- Trustpilot: the key in a header ------------------------------------

def trustpilot(state, method, path, query, headers):
    if headers.get("apikey") != "the-key":
        return 401, {"message": "Invalid API key"}
    if state["fault"] == "limit":
        return 429, {"message": "slow"}, [("Retry-After", "3600")]
    if path.endswith("/find"):
        return 200, {"id": "u1"}
    page = 1 if state["fault"] == "same" else int(query["page"])
    top = state["posts"] - (page - 1) * 100
    return 200, {"reviews": [
        {"id": str(n), "stars": n % 5 + 1, "title": "acme", "text": "jacket",
         "createdAt": when(state, n), "consumer": {"id": "c"},
         "status": "active"} for n in range(top - 1, max(-1, top - 101), -1)]}


# ---- those that refuse in their own ways --------------------------------

def youtube(state, method, path, query, headers):
    reason = {"quota": "quotaExceeded", "closed": "commentsDisabled"}.get(
        state["fault"])
    if reason:
        return 403, {"error": {"code": 403, "errors": [{"reason": reason}]}}
    return 200, {"items": []}


def discourse(state, method, path, query, headers):
    if state["fault"] == "closed":
        return 403, {"errors": ["You need to be logged in to do that."],
                     "error_type": "not_logged_in"}
    return 200, {"latest_posts": []}


def wordpress(state, method, path, query, headers):
    if state["fault"] == "wall":
        return 403, b"<html><h1>Blocked by the firewall</h1></html>"
    return 200, []


def feed(state, method, path, query, headers):
    if state["fault"] == "gone":
        return 410, b"gone"
    if path == "/old.xml":
        return 301, b"", [("Location", "/new.xml")]
    items = "".join(f"<item><guid>{n}</guid><title>the acme jacket {n}</title>"
                    f"<pubDate>{when(state, n)}</pubDate></item>"
                    for n in range(state["posts"] - 10, state["posts"]))
    return 200, f"<rss version='2.0'><channel>{items}</channel></rss>".encode()


SERVICES = (
    ("/commentThreads", youtube), ("/posts.json", discourse),
    ("/wp-json", wordpress), ("/old.xml", feed), ("/new.xml", feed),
    ("/api/v1/access_token", reddit_token), ("/r/", reddit),
    ("/2/tweets", x), ("/v1.0/", threads), ("/v1/business-units", trustpilot),
)
