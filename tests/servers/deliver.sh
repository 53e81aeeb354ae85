#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# swell digest --send against a real mail server and a webhook receiver: each
# recipient once, what failed again at the next call, nobody before their hour.
: "${ROOT:?the project folder}"
build=${BUILD:-$ROOT/build}
python=/usr/bin/python3
"$python" -c 'import aiosmtpd' 2>/dev/null || { echo "skip: python3-aiosmtpd is not installed"; exit 77; }
dir=$(mktemp -d) || exit 1
pid=
trap '[ -z "$pid" ] || kill "$pid"; rm -rf "$dir"' EXIT
fail() { echo "$1"; exit 1; }
. "$ROOT/tests/tools/ports.sh"
free_ports 2
mail=$port hook=$((port + 1))
mkdir "$dir/in"
"$python" "$ROOT/tests/servers/deliver.py" "$dir/in" $mail $hook &
pid=$!
until_it() { # CONDITION: ten seconds at most
    n=0
    until [ "$@" ]; do
        n=$((n + 1)); [ $n -lt 200 ] || return 1
        sleep 0.05
    done
}
until_it -e "$dir/in/ready" || fail "the receivers did not start"

cd "$dir" || exit 1
"$build/tests/tools/generate" --out . --posts 3000 >/dev/null || fail "no posts"
umask 077
echo "http://127.0.0.1:$hook/secret-path" >hook.url
sed -i '/^digest:/,$d' swell.yaml
cat >>swell.yaml <<END
allow_loopback: yes
digest:
  timezone: Europe/London
  smtp_url: smtp://127.0.0.1:$mail
  smtp_from: swell@shop.example
  unsubscribe: mailto:stop@shop.example
  recipients:
    - name: team
      email: team@shop.example
      hour: 7
    - name: room
      webhook_file: hook.url
      webhook_kind: slack
      brands: [harrow-pine]
    - name: wall
      path: $dir/wall.html
    - name: late
      path: $dir/late.html
      hour: 18
    - name: coast
      path: $dir/coast.html
      hour: 7
      timezone: America/Los_Angeles
END
swell="$build/swell --now 2026-11-21T08:00:00Z -q"
$swell import posts.ndjson || fail "import failed"
count() { ls in | grep -c "^$1-"; }

touch in/refuse
$swell digest --send 2>err
[ $? = 3 ] || fail "a failed delivery must leave with 3"
grep -q "team: mail server 127.0.0.1" err || fail "no sentence about the mail: $(cat err)"
grep -q "secret-path" err && fail "the webhook's address was told"
$swell status >status 2>&1
[ $? = 3 ] || fail "status does not mind a failed delivery"
grep -q team status || fail "status does not name it"
[ -s wall.html ] || fail "others were not served"
[ ! -e late.html ] && [ ! -e coast.html ] || fail "served before the hour"

rm in/refuse
echo 7 >in/think # longer than anybody waits for a writer
$swell digest --send & # cron beside a person, the server slow
one=$!
until_it -e in/thinking || fail "nothing was sent"
$swell import posts.ndjson || fail "a slow mail server keeps an import out"
$swell digest --send & two=$!
wait $one && wait $two || fail "second call failed"
rm in/think
[ "$(count mail)" = 1 ] && [ "$(count hook)" = 1 ] || fail "not delivered: $(ls in)"
$swell digest --send || fail "third call failed"
[ "$(count mail)" = 1 ] && [ "$(count hook)" = 1 ] || fail "delivered twice: $(ls in)"
$swell status >status 2>&1
grep -q "team" status && fail "status still minds"

"$python" - in/mail-0 <<'END' || fail "the message is not right"
import email.policy, email.parser, sys
raw = open(sys.argv[1], "rb").read().split(b"\n", 1)
assert raw[0] == b"swell@shop.example ['team@shop.example']", raw[0]
m = email.parser.BytesParser(policy=email.policy.default).parsebytes(raw[1])
assert "20 November 2026" in m["Subject"], m["Subject"]
assert m["List-Unsubscribe"] == "<mailto:stop@shop.example>"
assert m["Message-ID"] and m["Date"]
parts = [p.get_content_type() for p in m.walk()]
assert parts == ["multipart/alternative", "text/plain", "text/html"], parts
plain, page = [p.get_content() for p in m.iter_parts()]
assert "Harrow & Pine" in plain and "</html>" in page
# what mail readers drop: SVG, variables, folds, sheets of more than 8 KB
assert not any(x in page for x in ("<svg", "var(", "<details", "<script")), page
assert "▁" in page or "█" in page, "no chart"
style = page[page.index("<style>"):page.index("</style>")]
assert len(style) < 8192 and "@media" not in style, len(style)
open("mail.html", "w").write(page)
assert max(len(line) for line in raw[1].split(b"\n")) < 200
END
! command -v chromium >/dev/null || "$python" "$ROOT/tests/faults/page.py" mail.html || fail "the mail's page is not right"
"$python" - in/hook-0 <<'END' || fail "the webhook's body is not right"
import json, sys
body = json.load(open(sys.argv[1]))
text = body["text"]
assert "Harrow &amp; Pine" in text and "*ALERT*" in text, text
# what Slack shows as it stands: tables, headings, backslashes
assert not any(x in text for x in ("|--", "\n#", "\\")), text
assert len(text) < 4000, len(text)
assert "Northgate" not in text, "brands they did not ask for"
END
$swell --now 2026-11-21T19:00:00Z digest --send || fail "evening call failed"
[ -s late.html ] && [ -s coast.html ] || fail "the late ones were not served"
grep -q "America/Los_Angeles" coast.html || fail "not of the recipient's own day"
[ "$(count mail)" = 1 ] || fail "mail sent again"

# a run that dies while it sends: nobody else sends the same for a while
echo 2 >in/think; touch in/refuse
next=$(echo "$swell" | sed s/-21T08:00/-22T08:00/)
$next digest --send 2>/dev/null & one=$!
until_it -e in/thinking || fail "nothing was sent"
kill -9 $one
wait $one 2>/dev/null
rm in/think
$next --now 2026-11-22T08:05:00Z digest --send 2>err
grep -q team err && fail "it was not left alone: $(cat err)"
until_it ! -e in/thinking # what had come before the death is refused, too
rm in/refuse
[ "$(count mail)" = 1 ] || fail "sent beside another run"
$next --now 2026-11-22T08:20:00Z digest --send || fail "call after a death failed"
[ "$(count mail)" = 2 ] || fail "never sent after a death"

# no other machine is told a secret in the clear, whatever is allowed for this
# one: in a network of its own where a public address is at hand
cat >apart.sh <<'SH'
ip link set lo up && ip addr add 2e00::1/128 dev lo nodad || exit 1
mkdir apart
"$1" "$ROOT/tests/servers/deliver.py" apart $2 $3 2e00::1 &
for n in $(seq 100); do [ -e apart/ready ] || sleep 0.1; done
sed -i "s/127\.0\.0\.1/[2e00::1]/" swell.yaml hook.url
$4 --now 2026-11-23T08:30:00Z digest --send 2>apart/err
kill $!
exit 0
SH
if unshare -rn true 2>/dev/null && command -v ip >/dev/null &&
    unshare -rn sh apart.sh "$python" $mail $hook "$build/swell" 2>apart.log; then
    grep -q "to team: mail server \[2e00::1\].*no TLS offered" apart/err &&
        grep -q "to room: \[2e00::1\]: its key would travel unencrypted" apart/err ||
        fail "a secret went out in the clear: $(cat apart/err; ls apart)"
    ls apart | grep -q '^mail\|^hook' && fail "it was sent"
fi
exit 0
