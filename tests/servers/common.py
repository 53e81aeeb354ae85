# SPDX-License-Identifier: Apache-2.0
"""What the tests of servers say, run and compare with. They leave with
failures; DIR, BUILD: their folder and the programs, from the environment."""
import calendar
import html
import json
import os
import re
import subprocess
import time
import urllib.error
import urllib.request

DIR, BUILD = os.environ["DIR"], os.environ["BUILD"]
failures = []


def check(what, condition, more=""):
    if not condition:
        failures.append(what)
        print("FAIL", what, more)


def ask(url, data=None, method=None, headers=()):
    with urllib.request.urlopen(urllib.request.Request(
            url, data, dict(headers), method=method), timeout=20) as reply:
        return reply.read().decode()


def wait_for(url):
    """Ten seconds for a server that starts."""
    for _ in range(100):
        try:
            return ask(url)
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)


def seconds(stamp):
    return calendar.timegm(time.strptime(stamp[:19], "%Y-%m-%dT%H:%M:%S")) \
        if stamp else 0


def one_line(text):
    return re.sub(r"\s+", " ", text).strip()


def plain(content, tags="[^>]*"):
    """HTML as swell's text has it, on a line; tags: those that go."""
    text = re.sub(r"<br\s*/?>|</p>", "\n", content)
    return one_line(html.unescape(re.sub(f"<{tags}>", "", text)))


def same(when, there, here, wanted):
    """The same posts on the server (there) and in the store, by their ids;
    wanted(one of there) are a stored one's fields, line: its text on one."""
    check(f"{when}: the same posts", set(there) == set(here),
          f"missing {sorted(set(there) - set(here))[:3]}, "
          f"too many {sorted(set(here) - set(there))[:3]}")
    for key in set(there) & set(here):
        post = here[key]
        for field, want in wanted(there[key]).items():
            got = one_line(post["text"]) if field == "line" else post[field]
            check(f"{when}: {field} of {key}", got == want,
                  f"{got!r}, not {want!r}")
        check(f"{when}: author", post["author_hash"] != "0" * 16)


def swell(*words, status=0):
    """All that it says."""
    done = subprocess.run([BUILD + "/swell", "--config", DIR + "/swell.yaml",
                           *words], capture_output=True, text=True)
    said = done.stdout + done.stderr
    check(f"swell {' '.join(words)} leaves with {status}",
          done.returncode == status, f"{done.returncode}: {said}")
    return said


def posts(store, there=True):
    """there=False: perhaps there is no store yet."""
    out = subprocess.run([BUILD + "/tests/tools/posts", store],
                         capture_output=True, text=True, check=there).stdout
    return list(map(json.loads, out.splitlines()))


def stored(source=None, there=True):
    """By their ids."""
    return {p["id"]: p for p in posts(DIR + "/store", there)
            if source in (None, p["source"])}
