#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# When a source breaks, someone knows: swell status, its metrics, the digest
# and the operator's mail say the same over weeks of rounds, each mail once and
# then at growing distance. And swell check --live asks once.
. "$ROOT/tests/tools/double.sh"
config <<EOF
sources:
  - { name: faulty, type: mastodon, per_minute: 60000, every: 1d, host: "http://127.0.0.1:$port", tag: [faulty] }
digest:
  smtp_url: smtp://127.0.0.1:$((port + 1))
  smtp_from: swell@shop.example
  operator: keeper@shop.example
EOF
mkdir "$dir/in"
/usr/bin/python3 "$ROOT/tests/servers/deliver.py" "$dir/in" $((port + 1)) $((port + 2)) 2>"$dir/post" &
mail_server=$!
trap 'kill $double $mail_server 2>/dev/null; rm -rf "$dir"' EXIT
n=0
until [ -e "$dir/in/ready" ]; do
    n=$((n + 1)); [ $n -lt 50 ] || { echo "skip: no mail server: $(tail -n 1 "$dir/post")"; exit 77; }
    sleep 0.1
done
mails() { # COUNT [PATTERN]: so many by now, and the last one's subject and text
    got=$(ls "$dir/in" | grep -c '^mail-')
    [ "$got" = "$1" ] || { echo "$now: $got mails, not $1"; failed=1; }
    [ $# = 1 ] || [ "$got" = 0 ] || python3 -c "import email, email.policy, sys
m = email.message_from_string(open(sys.argv[1]).read().split('\n', 1)[1], policy=email.policy.default)
print(m['To'], '|', m['Subject'], '|', m.get_content())" "$dir/in/mail-$(($1 - 1))" >"$dir/mail"
    [ $# = 1 ] || says "$2" "$dir/mail"
}
everywhere() { # PATTERN: what is wrong, in all four
    run 3 status; says "^ +$1"
    run 3 status --format json; says "\"ok\":false,\"message\":\"$1"
    python3 -m json.tool "$dir/out" >"$dir/words" || { echo "no JSON:"; cat "$dir/out"; failed=1; }
    for format in text html markdown json; do
        run 0 digest --format $format
        tr -s ' \n' '  ' <"$dir/out" | tr -d '\\' >"$dir/words" # wrapped, quoted
        says "faulty $1" "$dir/words"
    done
    run 3 status --metrics "$dir/swell.prom"
    says '^swell_source_up\{source="faulty",type="mastodon"\} 0$' "$dir/swell.prom"
}
day() { now=$(date -u -d "2026-09-21T15:00:00Z + $1 days" +%FT%TZ); }

day 0
: >"$dir/log"
run 0 check --live faulty
says '^faulty answers: 40 posts of the last 7 days on the first page, more below; 1 requests$'
says '^  from 2026-09-21T14:43:20Z to 2026-09-21T15:02:50Z$'
says '^  the newest: the acme jacket number 99 is great$'
ask 'words=%1B%5B31m%C2%9B31m%E2%80%AEturned'; run 0 check --live faulty; says 'number 99 is great'
LC_ALL=C grep -aq "$(printf '\033\|\302\233\|\342\200\256')" "$dir/out" && { echo "what would drive a terminal is shown"; failed=1; }
ask words=; : >"$dir/log"; run 0 check --live faulty
[ "$(grep -c tag/ "$dir/log")" = 1 ] || { echo "--live asked more than once"; failed=1; }
[ ! -e "$dir/store" ] || { echo "--live made a store"; failed=1; }
ask fault=limit; run 1 check --live faulty
says 'error: faulty: 127.0.0.1: HTTP 429, asks to wait until'
sed 's/tag: \[faulty\]/tag: [faulty, faultytoo]/' "$dir/swell.yaml" >"$dir/two.yaml"
ask fault=busy; run 1 check --live faulty --config "$dir/two.yaml"
says 'error: faulty: 127.0.0.1: HTTP 503'
ask fault=none
run 2 check --live nobody; says 'no source is named "nobody"'

d=0
while [ $d -le 11 ]; do
    day $d
    ask posts=$((100 + d)); run 0 collect; says '^faulty: (100|1) new'
    d=$((d + 1))
done
for d in 12 13; do day $d; run 0 collect; run 0 status; done
mails 0
silent='has brought nothing new for 96 h, usually for 24 h at most'
day 15; run 0 collect; everywhere "$silent"
mails 1 'keeper@shop.example [|] Groundswell: 1 source is broken [|] faulty '"$silent"
run 0 collect faulty; mails 1
says '^swell_posts 111$' "$dir/swell.prom"
says '^swell_source_failures\{source="faulty",type="mastodon"\} 0$' "$dir/swell.prom"
says "^swell_source_last_success_timestamp_seconds\{.*\} $(date -u -d "$now" +%s)\$" "$dir/swell.prom"
[ "$(grep -vc '^#' "$dir/swell.prom")" = 10 ] || { echo "metrics:"; cat "$dir/swell.prom"; failed=1; }
run 2 status --metrics /dev/full; says '/dev/full: is no ordinary file'
if command -v promtool >/dev/null; then
    promtool check metrics <"$dir/swell.prom" || failed=1
fi
day 16; ask posts=112; run 0 collect; run 0 status; mails 2 'faulty has worked for a day again'
run 0 status --metrics "$dir/swell.prom"
says '^swell_source_up\{.*\} 1$' "$dir/swell.prom"
ask fault=html
day 17; run 3 collect; run 0 status; says '^ +failed once: 127.0.0.1: sent text/html'; mails 2
touch "$dir/in/refuse" # the mail server is ill, too
day 18; run 3 collect; says 'the operator is not told: mail server 127.0.0.1'; mails 2
run 3 collect faulty; grep -q 'not told' "$dir/out" && { echo "the mail server is asked again at once"; failed=1; }
rm "$dir/in/refuse"
everywhere 'failed 3 rounds in a row: 127.0.0.1: sent text/html where json was expected'
says '^swell_source_failures\{.*\} 3$' "$dir/swell.prom"
d=19 # told on days 19, 20, 22, 26, 34
while [ $d -le 40 ]; do
    day $d; collect_quietly
    d=$((d + 1))
done
mails 7 'faulty failed [0-9]+ rounds in a row: 127'
ask 'fault=none&posts=113'; run 0 collect faulty; run 0 status; mails 7
grep -q 'told again after a day' "$dir/mail" || { echo "nobody knows when it is told again"; failed=1; }
day 41; run 0 collect; mails 8 '1 source again at work'
grep -q 'told again' "$dir/mail" && { echo "what works is told again:"; cat "$dir/mail"; failed=1; }
day 42; run 0 collect; mails 8

# what cannot even be opened is a failed round, too
sed -i 's/tag: .faulty./token_file: gone/' "$dir/swell.yaml"
day 43; run 3 collect; mails 8; day 44; run 3 collect; mails 9 'token_file: cannot read'
everywhere 'failed 2 rounds in a row: .*token_file: cannot read'

case_name='--follow: the operator is told while it goes on'
echo 'int usleep(unsigned); unsigned sleep(unsigned s) { return usleep(20000 * s); }' >"$dir/fast.c"
${CC:-cc} -shared -fPIC -o "$dir/fast.so" "$dir/fast.c" || exit 1
day 45
LD_PRELOAD="$dir/fast.so" ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0 \
    "$build/swell" --config "$dir/swell.yaml" --now "$now" collect --follow >"$dir/out" 2>&1 &
follower=$! n=0
until [ -e "$dir/in/mail-9" ]; do
    n=$((n + 1)); [ $n -lt 100 ] || break
    sleep 0.1
done
kill $follower; wait $follower; [ $? = 3 ] || { echo "$case_name: leaves with another status"; cat "$dir/out"; failed=1; }
mails 10 'failed 3 rounds in a row: .*token_file: cannot read'

case_name='a clock that was wrong once, a day in the future'
config <<EOF
sources:
  - { name: good, type: mastodon, per_minute: 60000, host: "http://127.0.0.1:$port", tag: [good] }
digest:
  recipients: [{ name: page, path: told.html, hour: 0 }]
EOF
ask posts=100; day 0; run 0 collect; run 0 digest --send; says 'sent 1'
ask posts=101; day 40; run 0 collect; run 0 digest --send; says 'sent 1'
ask posts=102; day 1; run 3 status; says 'never ran'
run 0 digest; grep 'never ran' "$dir/out" && { echo "a digest of days gone by says so, too"; failed=1; }
run 0 collect; says '^good: 1 new'; run 0 digest --send; says 'sent 1'
run 0 digest --send; says 'sent 0'; run 0 status; says 'last success 0 s ago'

case_name='an outage is not taken for a silence that is usual'
config <<EOF
sources: [{ name: faulty, type: mastodon, per_minute: 60000, every: 1d, host: "http://127.0.0.1:$port", tag: [faulty] }]
EOF
ask fault=none
for d in 0 1 2 3 4 5 6 7 8 9 10 11 19; do day $d; ask posts=$((200 + d)); run 0 collect; done
for d in 20 21 22; do day $d; run 0 collect; run 0 status; done
day 23; run 0 collect; run 3 status; says "^ +$silent"
exit $failed
