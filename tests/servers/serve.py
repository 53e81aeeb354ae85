# SPDX-License-Identifier: Apache-2.0
"""Asks swell serve: serve.py PORT SWELL FILE; FILE is imported meanwhile."""
import html.parser
import http.client
import json
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.parse

port, swell, rest = int(sys.argv[1]), sys.argv[2], sys.argv[3]
own = f"127.0.0.1:{port}"


def ask(method, path, body=None, headers={}, host=own):
    c = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    c.putrequest(method, path, skip_host=True)
    for name, value in {"Host": host, **headers}.items():
        c.putheader(name, value)
    if body is not None:
        c.putheader("Content-Length", str(len(body)))
        c.putheader("Content-Type", "application/x-www-form-urlencoded")
    c.endheaders(body)
    r = c.getresponse()
    return r.status, dict(r.getheaders()), r.read().decode()


def form(**fields):
    return urllib.parse.urlencode(fields).encode()


for _ in range(100):
    try:
        ask("GET", "/")
        break
    except OSError:
        time.sleep(0.1)

# pages
day = "/2026-11-20.html"
subject = "/subject/harrow-pine?day=2026-11-20"
for path in "/", "/index.html", day, subject, "/inbox", "/experiments":
    status, head, page = ask("GET", path)
    assert status == 200, (path, status, page)
    assert "default-src 'none'" in head["Content-Security-Policy"], head
    assert "<script" not in page and page.endswith("</html>\n"), path
    html.parser.HTMLParser().feed(page)
    status, again, body = ask("HEAD", path)
    assert status == 200 and body == "", path
assert 'href="2026-11-20.html"' in ask("GET", "/")[2]
assert 'href="/subject/harrow-pine?day=2026-11-20"' in ask("GET", day)[2]
assert "&lt;script&gt;" in ask("GET", "/inbox")[2]
# a subject without a day: yesterday; and of a day before all
assert ask("GET", "/subject/harrow-pine?day=2026-01-01")[0] == 200
assert "Friday 20 November 2026" in ask("GET", "/subject/harrow-pine")[2]
tried = ask("GET", "/experiments")[2]
assert "Free returns" in tried and "ask &lt;b&gt;staff" in tried, tried
assert tried.count("<li>posts: ") == 2, "an experiment was not read"
assert json.loads(ask("GET", "/2026-11-20.json")[2])
# days before the first post are no zeros: the line has one point
first = min(re.findall(r'href="(\d{4}-\d\d-\d\d)\.html"', ask("GET", "/")[2]))
line = re.findall('class="line" points="([^"]+)"',
                  ask("GET", f"/subject/harrow-pine?day={first}")[2])
assert [len(points.split()) for points in line] == [1], (first, line)
# every link of ours leads somewhere
for path in "/", day, subject, "/inbox", "/experiments":
    assert 'href="/inbox"' in ask("GET", path)[2], path
    for link in re.findall(r'href="([^"#]+)"', ask("GET", path)[2]):
        if not link.startswith("http"):
            link = urllib.parse.urljoin(path, link)
            assert ask("GET", link)[0] == 200, (path, link)


# the calendar marks the days whose pages tell alerts, once all are looked at
def marked():
    while "load this page again" in (calendar := ask("GET", "/")[2]):
        pass
    count = 0
    for at, label in re.findall(r'href="(\S+)\.html" aria-label="([^"]+)"',
                                calendar):
        page = ask("GET", f"/{at}.html")[2]
        told = page.count('<div class="level">alert</div>')
        said = re.search(r", (\d+) alert", label)
        assert told == (int(said.group(1)) if said else 0), (at, label, told)
        count += told > 0
    return count


few = marked()

# what is not there, or not allowed
for path in ("/nope", "/2026-11-20.htm", "/2026-13-40.html", "/2031-01-01.html",
             "/subject/", "/subject/no-such", "/subject/%00", "/../etc/passwd",
             "/subject/harrow-pine?day=x", "/subject/" + "a" * 9000,
             "/subject/%3Cscript%3E"):
    status, _, page = ask("GET", path)
    assert status in (404, 414, 431), (path, status)
    assert "<script" not in page, path
assert ask("GET", "/", host="evil.example")[0] == 421
assert ask("GET", "/", host=f"evil.example:{port}")[0] == 421
assert ask("GET", "/", host=f"localhost:{port}")[0] == 200
assert ask("DELETE", "/inbox")[0] == 405
s = socket.create_connection(("127.0.0.1", port), timeout=30)
s.sendall(b"GET / HTTP/1.0\r\n\r\n") # no Host at all
assert b" 421 " in s.recv(1000).split(b"\r\n")[0]

# forms: with our token only, from our origin only, of ours only
token = re.search(r'name="token" value="([0-9a-f]{32})"',
                  ask("GET", "/inbox")[2]).group(1)
good = dict(id="forum/h/1", set="answered", token=token, back="/inbox")
origin = {"Origin": f"http://{own}"}
assert ask("POST", "/inbox", form(**{**good, "token": ""}))[0] == 403
assert ask("POST", "/inbox", form(**{**good, "token": "0" * 32}))[0] == 403
assert ask("POST", "/inbox", form(**good), {"Origin": "http://evil"})[0] == 403
assert ask("POST", "/inbox", form(**good), {"Origin": "null"})[0] == 403
assert ask("POST", "/inbox", form(**good), host="evil.example")[0] == 421
assert ask("POST", "/inbox", form(**good) + b"&x=" + b"y" * 20000)[0] == 413
assert ask("POST", "/inbox", form(**{**good, "set": "gone"}))[0] == 400
assert ask("POST", "/inbox", form(**{**good, "id": "forum/nope"}))[0] == 400
assert ask("POST", "/meta", form(**good))[0] == 404
assert 'value="forum/h/1"' in ask("GET", "/inbox")[2], "a refused form counted"

# readers while an import writes
faults = []


def read():
    for _ in range(15):
        for path in day, subject:
            status, _, page = ask("GET", path)
            if status != 200 or not page.endswith("</html>\n"):
                faults.append((path, status))


readers = [threading.Thread(target=read) for _ in range(2)]
writer = subprocess.Popen([swell, "-q", "--now", "2026-11-21T08:00:00Z",
                           "import", rest])
for r in readers:
    r.start()
status, head, _ = ask("POST", "/inbox", form(**good), origin)
assert status == 303 and head["Location"] == "/inbox", (status, head)
assert writer.wait() == 0, "the import failed"
for r in readers:
    r.join()
assert not faults, faults

assert marked() > few, "no day became one with an alert"

# what pulls where, whole, not its first characters
reasons = re.findall("<summary>Why .*?</details>", ask("GET", subject)[2])
assert len(reasons) == 20, len(reasons)
for reason in reasons:
    assert re.search(r"” [+-]\d\.\d\d", reason), reason
    assert reason.count("“") == reason.count("”"), reason

# marked: with a way back, taken and marked again
for state, button in (("open", "answered"), ("answered", "open")):
    page = ask("GET", "/inbox")[2]
    mine = page[page.index('value="forum/h/1"'):].split("</form>")[0]
    assert f'value="{state}"' in mine and f'value="{button}"' not in mine
    assert ask("POST", "/inbox", form(**{**good, "set": state}))[0] == 303
good.update(set="negative", back="//evil.example/")
status, head, _ = ask("POST", "/label", form(**good), origin)
assert status == 303 and head["Location"] == "/", (status, head)

# what comes late, of earlier days, changes what is an alert today
level = '<div class="level">alert</div>'
assert level in ask("GET", day)[2]
with open("late.ndjson", "w") as late:
    for i in range(5700):
        at = f"2026-11-{1 + i % 19:02}T{15 + i % 9}:{i % 60:02}:00Z"
        late.write(json.dumps({
            "id": f"late/{i}", "source": "forum", "created_at": at, "author":
            f"late{i}", "text": "The Click and Collect app was terrible today, "
            f"{i} minutes"}) + "\n")
subprocess.run([swell, "-q", "--now", "2026-11-21T08:00:00Z", "import",
                "late.ndjson"], check=True)
assert level not in ask("GET", day)[2]
marked()
