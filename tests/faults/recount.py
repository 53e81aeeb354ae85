#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every figure can be made again from what swell export writes: the windows,
the lists of posts and the digest of days that are 23.5, 24 and 25 hours long,
in zones an odd offset from UTC, as docs/figures.md says. recount.py SWELL, in
a folder with a store that keeps handles."""
import collections
import csv
import datetime
import io
import json
import math
import re
import subprocess
import sys
import zoneinfo

NOW = "2026-11-04T12:07:00Z"
LABELS = ["unscored", "negative", "neutral", "positive"]
DAYS = [("Europe/London", "2026-10-25"), ("Australia/Lord_Howe", "2026-10-04"),
        ("Asia/Kathmandu", "2026-10-31"), ("Europe/London", "2026-11-04"),
        ("UTC", "2026-10-14"), ("UTC", "2026-10-20")]
wrong = checked = 0


def swell(*words):
    run = subprocess.run([sys.argv[1], *words, "--now", NOW], text=True,
                         capture_output=True)
    if run.returncode:
        sys.exit(f"{words}: {run.stderr}")
    return run.stdout


def rows(*words):
    return [json.loads(line) for line in swell("export", *words).splitlines()]


def moment(text):
    return int(datetime.datetime.fromisoformat(text[:-1] + "+00:00")
               .timestamp())


def same(got, wanted, *where):
    global wrong, checked
    checked += 1
    if isinstance(wanted, float):
        wanted = float(f"{wanted:.6g}")
    if got != wanted:
        wrong += 1
        if wrong < 20:
            print(*where, "is", got, "and was recounted as", wanted)


posts = {}
for row in rows("--handles"):
    row["t"], row["of"] = moment(row["created_at"]), {"*": row}
    posts[row["source"], row["id"]] = row
for row in rows("--what", "mentions"):
    posts[row["source"], row["id"]]["of"][row["subject"]] = row
posts = list(posts.values())
ACCOUNTS = {"harrowandpine", "northgate", "tillylane"} # handles: of the brands
subjects = sorted({name for p in posts for name in p["of"]})
states = collections.defaultdict(dict)
for row in rows("--what", "coverage"):
    for t in range(moment(row["from"]), moment(row["until"]), 900):
        states[row["label"]][t] = row["state"]


def select(subject, start, end, source=None):
    return [(p, p["of"][subject]) for p in posts
            if start <= p["t"] < end and subject in p["of"]
            and source in (None, p["source"])]


def count(found):
    labels = collections.Counter(tags["label"] for _, tags in found)
    people = {p["author"] for p, _ in found if "author" in p}
    return {name: labels[name] for name in LABELS}, len(people)


def net(labels, people):
    p, n, all_posts = labels["positive"], labels["negative"], \
        sum(labels.values())
    scored = all_posts - labels["unscored"]
    if not scored:
        return None, None, None
    mean = (p - n) / (scored + 2)
    each = max(1, all_posts / people) if people else 1
    half = 1.959964 * math.sqrt(((p + n + 1) / (scored + 2) - mean * mean)
                                / (scored + 2) * each)
    value = (p - n) / scored
    return (value, max(-1.0, min(value, mean - half)),
            min(1.0, max(value, mean + half)))


# bluesky is configured: from its first report on it is planned until now. (No
# label is silent for four weeks.)
def coverage(start, end):
    planned = covered = 0
    for label, at in states.items():
        for t in range(start, end, 900):
            planned += t in at or (label == "bluesky" and t >= min(at)
                                   and t + 900 <= moment(NOW))
            covered += at.get(t) in ("covered", "late")
    return covered / planned if planned else None


def check_row(row, found, where):
    labels, people = count(found)
    same(row["posts"], len(found), "posts", *where)
    same(row["authors"], people, "authors", *where)
    same({name: row[name] for name in LABELS}, labels, "labels", *where)
    for key, wanted in zip(("net", "net_low", "net_high"),
                           net(labels, people)):
        same(row[key], wanted, key, *where)


def check_window(subject, zone, day, start, end, source):
    where = (subject, zone.key, day, source)
    more = ["--source", source] if source else []
    for by in ("hour", "aspect", "intent"):
        w = json.loads(swell("window", subject, "--day", day, "--tz", zone.key,
                             "--format", "json", "--by", by, *more))
        same((moment(w["from"]), moment(w["until"])), (start, end), where)
        found = select(subject, start, end, source)
        check_row(w, found, where)
        for row in w["rows"]:
            if by == "hour":
                a, b = moment(row["from"]), moment(row["until"])
                check_row(row, select(subject, a, b, source), (*where, a))
                if not source:
                    same(row["coverage"], coverage(a, b), "coverage",
                         *where, a)
            else:
                check_row(row, [(p, tags) for p, tags in found
                                if row[by] in tags.get(by + "s", [])],
                          (*where, row[by]))
        if by == "hour":
            same(sum(row["posts"] for row in w["rows"]), w["posts"], *where)
        if not source:
            same(w["coverage"], coverage(start, end), "coverage", *where)


def check_posts(subject, zone, day, start, end):
    for words, fits in (
            ((), lambda p, tags: True),
            (("--label", "negative"), lambda p, tags:
             tags["label"] == "negative"),
            (("--aspect", "app", "--source", "bluesky"), lambda p, tags:
             "app" in tags.get("aspects", []) and p["source"] == "bluesky")):
        got = json.loads(swell("posts", subject, "--day", day, "--tz",
                               zone.key, "--format", "json", "--limit", "0",
                               *words))
        same(sorted((p["source"], p["id"]) for p in got),
             sorted((p["source"], p["id"])
                    for p, tags in select(subject, start, end)
                    if fits(p, tags)), subject, day, *words)


def quantile(values, q):
    values = sorted(values)
    at = q * (len(values) - 1)
    low = values[int(at)]
    return low + (values[min(int(at) + 1, len(values) - 1)] - low) * (at % 1)


def median(values):
    return quantile(values, 0.5) if values else None


def print_of(text):
    """Posts of 60 bytes and more with these words alike are copies."""
    words = (word.lower().rstrip(":/@.") for word in
             re.findall(r"[A-Za-z0-9:/@.\u0080-\U0010ffff]+", text))
    return " ".join(w for w in words if w and w[0] != "@" and "://" not in w)


def people(found):
    return len({p.get("author", p["id"]) for p in found})


def voiced(starts):
    """Of two weeks: (post, is it of the last seven days), without what the
    brands' accounts wrote, reposts and copies."""
    seen = set()
    for p in posts:
        if not starts[15] <= p["t"] < starts[29] or len(p["of"]) < 2 or \
                p.get("handle", "").lstrip("@") in ACCOUNTS:
            continue
        late = p["t"] >= starts[22]
        if {"question", "suggestion", "switch"} & set(p.get("intents", [])):
            key = print_of(p["text"]), late
            copy = len(p["text"].encode()) >= 60 and key in seen
            if p["kind"] == "repost" or copy:
                continue
            if len(p["text"].encode()) >= 60:
                seen.add(key)
        yield p, late


def check_asked(d, own, starts, day):
    asked = collections.defaultdict(list)
    for p, late in voiced(starts):
        # The mention of a product rather than its brand's.
        ours = sorted((name for name in p["of"] if name.split("/")[0] in own),
                      key=len)
        if ours and "question" in p["of"][ours[-1]].get("intents", []):
            for aspect in p["of"][ours[-1]].get("aspects", []):
                asked[aspect, late].append(p)
    for q in d["questions"]:
        same((q["authors"], q["authors_before"]),
             (people(asked[q["aspect"], True]),
              people(asked[q["aspect"], False])), "asked", q["aspect"], day)


def check_switches(d, titles, starts, day):
    routes = collections.defaultdict(list)
    def brand(p, said):
        for name, m in p["of"].items():
            if name != "*" and (m["match"].lower() in said.lower() or
                                said.lower() in m["match"].lower()):
                return titles[name.split("/")[0]]
        return said
    for p, late in voiced(starts):
        if late and "switch" in p.get("intents", []) and \
                "switch_from" in p and "switch_to" in p:
            routes[brand(p, p["switch_from"]),
                   brand(p, p["switch_to"])].append(p)
    for s in d["switches"]:
        found = routes[s["from"], s["to"]]
        same((s["posts"], s["authors"]), (len(found), people(found)),
             "switched", s["from"], s["to"], day)


def check_where(d, own, starts, day):
    cells = collections.Counter()
    for p, tags in select("*", *starts[28:]):
        for m in [p["of"][name] for name in own if name in p["of"]][:1]:
            cells.update((a, c, kind) for kind in ("posts", m["label"])
                         for a in [None, *m.get("aspects", [])]
                         for c in [None, *m.get("channels", [])])
    for w in d["where"]:
        for kind in ("posts", "positive", "negative"):
            same(w[kind], cells[w["aspect"], w["channel"], kind], "where",
                 w["aspect"], w["channel"], day)


def check_waiting(d, starts, day):
    span = [datetime.datetime.fromtimestamp(t, datetime.timezone.utc)
            .strftime("%Y-%m-%dT%H:%M:%SZ") for t in (starts[22], starts[29])]
    for w in d["waiting"]:
        asks = list(csv.DictReader(io.StringIO(swell(
            "inbox", w["subject"], "--state", "all", "--limit", "0",
            "--format", "csv", "--from", span[0], "--to", span[1]))))
        states = collections.Counter(a["state"] for a in asks)
        hours = [(moment(a["answered_at"]) - moment(a["asked_at"])) / 3600
                 for a in asks if a["state"] == "answered" and a["answered_at"]]
        same((w["asked"], w["answered"], w["open"]),
             (len(asks) - states["ignored"], states["answered"],
              states["open"]), "waiting", w["subject"], day)
        same(w["median_hours"], median(hours), "waiting", w["subject"], day)


def check_cause(alert, found, day):
    busy = collections.Counter(p.get("author", p["id"]) for p in found)
    same(alert["top_author"], max(busy.values()) / len(found), "busiest",
         alert["subject"], day)
    since, until = moment(alert["since"]), moment(alert["until"])
    now, past = (select(alert["subject"], a, b) for a, b in
                 ((since, until), (since - 28 * 86400, since)))
    for kind in ("aspect", "channel", "source"):
        if not (share := alert[kind]):
            continue
        def of(of_whom):
            return sum(p["source"] == share["name"] if kind == "source" else
                       share["name"] in tags.get(kind + "s", [])
                       for p, tags in of_whom)
        where = kind, alert["subject"], day
        same(share["posts"], of(now), *where)
        same(share["share"], of(now) / len(now), *where)
        same(share["usual"], (of(past) + 0.5) / (len(past) + 1), *where)


def surprise(x, size, ratio):
    """-log10 of the chance of x or more, negative binomial."""
    tail = sum(math.exp(math.lgamma(k + size) - math.lgamma(k + 1) -
                        math.lgamma(size) - size * math.log1p(1 / ratio) -
                        k * math.log1p(ratio)) for k in range(x, x + 3000))
    return min(300, -math.log10(tail)) if tail else 300


def check_alerts(d, day):
    def fits(measure, tags):
        return measure == "posts" or measure == tags["label"] or \
            measure in tags.get("aspects", []) or \
            (measure == "complaints" and "complaint" in tags.get("intents", []))
    for alert in d["changes"]["alerts"]:
        for part in alert["parts"] if alert["kind"] == "spike" else []:
            found = [p for p, tags in select(
                part["subject"], moment(part["since"]), moment(part["until"]))
                if fits(part["measure"], tags)]
            same(part["observed"], len(found), "observed", part, day)
            if part is alert["parts"][0]:
                same((alert["posts"], alert["authors"]),
                     (len(found), people(found)), "alert", part, day)
                check_cause(alert, found, day)


def check_terms(d, day):
    """Of a day of UTC: the days of an export are."""
    for s in d["standing"]:
        told = {row["term"].lower(): row for row in rows(
            "--what", "terms", "--subject", s["subject"], "--from", day, "--to",
            str(datetime.date.fromisoformat(day) + datetime.timedelta(1)))
        } if s["terms"] else {}
        past = json.loads(swell(
            "terms", s["subject"], "--day", day, "--tz", "UTC", "--format",
            "json")) if s["terms"] else {}
        for term in s["terms"]:
            row = told[term["term"].lower()]
            same((term["posts"], term["authors"]),
                 (row["posts"], row["authors"]), "term", term["term"], day)
            size = term["before"] + 0.5
            ratio = past["background_authors"] / past["authors"]
            same(term["expected"], size / ratio, "expected", row, day)
            same(term["growth"], term["authors"] / max(0.5, size / ratio),
                 "growth", row, day)
            same(term["surprise"], surprise(term["authors"], size, ratio),
                 "surprise", row, day)


def check_why(standing, zone, day, share):
    said = swell("why", standing["subject"], "--day", day, "--tz", zone.key)
    head = {line[2:13].strip(): line[13:] for line in said.splitlines()[:12]}
    where = ("why", standing["subject"], day)
    same(head["counted"].split(",")[0], str(standing["today"]["posts"]),
         *where)
    same(float(re.match(r"[-0-9.e+]+", head["usual"])[0]),
         float(f"{standing['usual']:.4g}"), "usual", *where)
    if share is not None:
        same(head["coverage"].split(" %")[0], f"{100 * share:.0f}",
             "coverage", *where)
    if "net" in head:
        got = re.findall(r"[-+][0-9.]+", head["net"].split("=")[1])
        same(got, [f"{standing['net'][key]:+.3f}"
                   for key in ("value", "low", "high")], "net", *where)


def check_digest(zone, day, starts):
    start, end = starts[28:]
    d = json.loads(swell("digest", "--day", day, "--tz", zone.key, "--format",
                         "json"))
    today = [p for p in posts if start <= p["t"] < end]
    watched = [s["subject"] for s in d["standing"]]
    seen = [p for p in today if any(name in p["of"] for name in watched)]
    data = d["data"]
    same(data["posts"], len(seen), "posts", day)
    same(data["authors"], len({p["author"] for p in seen if "author" in p}),
         "authors", day)
    same(data["collected"], len(today), "collected", day)
    same(sum(s["posts"] for s in data["sources"]), len(today), "sources", day)
    share = coverage(start, end)
    same(data["coverage"], share, "coverage", day)
    first = min(states["bluesky"]) # a source that is added ends comparing
    known = [i for i in range(28)
             if select("*", *starts[i:i + 2])
             and (first < starts[0] + 86400 or starts[i] >= first)
             and (coverage(*starts[i:i + 2]) or 1) >= 0.5]
    same([i for i in range(28) if data["history_known"][i]], known, "known",
         day)
    brands = [s["subject"] for s in d["standing"] if not s["product"]]
    own = [s["subject"] for s in d["standing"]
           if s["own"] and not s["product"]]
    titles = {s["subject"]: s["title"] for s in d["standing"]}
    check_asked(d, own, starts, day)
    check_switches(d, titles, starts, day)
    check_where(d, own, starts, day)
    check_waiting(d, starts, day)
    check_alerts(d, day)
    if zone.key == "UTC":
        check_terms(d, day)
    for source in data["sources"]:
        same(source["usual"], median([len(select(
            "*", *starts[i:i + 2], source["name"])) for i in known]) + 0.0,
            "usual", source["name"], day)
    for gap in d["rival_gaps"]:
        for of, key in (([name for name in brands if titles[name] ==
                          gap["rival"]], "their"), (own, "our")):
            labels, _ = count([(p, tags) for name in of for p, tags in
                               select(name, starts[22], end)
                               if gap["aspect"] in tags.get("aspects", [])])
            all_posts = sum(labels.values())
            same(gap[key + "_posts"], all_posts, "gap", gap["aspect"], day)
            same(gap[key + "s"], (labels["positive"] - labels["negative"]) /
                 all_posts, "gap", gap["aspect"], day)
    voices = sum(len(select(name, start, end)) for name in brands)
    talk = [sum(len(select(name, *starts[i:i + 2])) for name in brands)
            for i in range(28)]
    for s in d["standing"]:
        found = select(s["subject"], start, end)
        labels, people = count(found)
        where = (s["subject"], zone.key, day)
        same(s["today"]["posts"], len(found), "posts", *where)
        same(s["today"]["labels"], labels, "labels", *where)
        same(s["today"]["score_sum"],
             round(sum(tags["score"] for _, tags in found), 3) + 0.0, "score",
             *where)
        for kind in ("aspects", "intents", "channels"):
            same(s["today"][kind],
                 {name: sum(name in tags.get(kind, []) for _, tags in found)
                  for name in s["today"][kind]}, kind, *where)
        same(s["authors"], people, "authors", *where)
        if labels["unscored"] < len(found):
            for key, wanted in zip(("value", "low", "high"),
                                   net(labels, people)):
                same(s["net"][key], wanted, "net", key, *where)
        past = [len(select(s["subject"], *starts[i:i + 2]))
                for i in range(28)]
        same(s["history"], past, "history", *where)
        for key, q in (("low", 0.1), ("usual", 0.5), ("high", 0.9)):
            same(s[key], quantile([past[i] for i in known], q) + 0.0, key,
                 *where)
        if data["closed"] and s["usual"]:
            same(s["change"], len(found) / s["usual"] - 1, "change", *where)
        same(s["share"], None if s["product"] else len(found) / voices,
             "share", *where)
        shares = [past[i] / talk[i] for i in known if talk[i]]
        for key, q in (("low", 0.1), ("usual", 0.5), ("high", 0.9)):
            same(s["share_" + key], None if s["product"] else
                 quantile(shares, q), "share", key, *where)
        same(s["hours"],
             [len(select(s["subject"], t, min(t + 3600, end)))
              for t in range(start, end, 3600)] if found else [], "hours",
             *where)
        if s["subject"] in brands:
            check_why(s, zone, day, share)


def check_experiment():
    e = json.loads(swell("experiment", "read", "chat", "--format", "json"))
    launch = datetime.date.fromisoformat(e["from"])
    zone = zoneinfo.ZoneInfo("Europe/London")
    for way, first, days in (("before", -e["days_before"], e["days_before"]),
                             ("after", 0, e["days_after"])):
        found, left = [], 0
        for i in range(first, first + days):
            at = [int(datetime.datetime.combine(
                launch + datetime.timedelta(i + k), datetime.time(), zone)
                .timestamp()) for k in (0, 1)]
            poor = (coverage(*at) or 1) < 0.8
            left += poor
            found += [] if poor else select("northgate", *at)
        labels, people = count(found)
        complaints = sum("complaint" in tags.get("intents", [])
                         for _, tags in found)
        for effect, wanted in zip(e["effects"], (
                len(found) / (days - left), net(labels, people)[0],
                complaints / len(found))):
            same(effect[way], wanted, effect["measure"], way)


check_experiment()
for name, day in DAYS:
    zone = zoneinfo.ZoneInfo(name)
    last = datetime.date.fromisoformat(day)
    starts = [int(datetime.datetime.combine(
        last + datetime.timedelta(i - 28), datetime.time(), zone).timestamp())
        for i in range(30)]
    for subject in subjects[:4]:
        check_window(subject, zone, day, *starts[28:], None)
    check_window("*", zone, day, *starts[28:], "bluesky")
    check_posts(subjects[1], zone, day, *starts[28:])
    check_digest(zone, day, starts)
    for row in json.loads(swell("coverage", "--day", day, "--tz", name,
                                "--format", "json")):
        label = row["label"]
        if label == "bluesky":
            same(row["share"], coverage(*starts[28:]), "coverage", label, day)
print(f"{checked} figures recounted, {wrong} differ")
sys.exit(wrong > 0 or checked < 3000)
