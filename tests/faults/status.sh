#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# When a source breaks, someone knows: swell status and its metrics over weeks
# of rounds, a source that answers but fell silent, and swell check --live.
: "${ROOT:?the project folder}"
build=${BUILD:-$ROOT/build}
command -v python3 >/dev/null || { echo "skip: python3 is not installed"; exit 77; }
dir=$(mktemp -d) || exit 1
port=$((17000 + $$ % 3000))
failed=0
python3 "$ROOT/tests/tools/double.py" $port "$dir/log" 2>"$dir/double" &
double=$!
trap 'kill $double; rm -rf "$dir"' EXIT
ask() { python3 -c "import sys, urllib.request as u
u.urlopen('http://127.0.0.1:$port/_set?' + sys.argv[1]).read()" "$1" 2>/dev/null; }
n=0
until ask posts=100; do
    n=$((n + 1)); [ $n -lt 50 ] || { cat "$dir/double"; exit 1; }
    sleep 0.1
done
cat >"$dir/swell.yaml" <<EOF
store: store
allow_loopback: yes
brands:
  - name: acme
    match: [acme]
sources:
  - name: faulty
    type: mastodon
    per_minute: 60000
    every: 1d
    host: http://127.0.0.1:$port
    tag: [faulty]
EOF
run() { # STATUS words
    want=$1
    shift
    "$build/swell" --config "$dir/swell.yaml" --now "$now" "$@" >"$dir/out" 2>&1
    got=$?
    [ $got = "$want" ] && return
    echo "$now: swell $* left with $got, not $want:"; cat "$dir/out"
    failed=1
}
says() { # PATTERN [FILE]
    grep -Eq -- "$1" "${2:-$dir/out}" && return
    echo "$now: does not say $1:"; cat "${2:-$dir/out}"; failed=1
}
day() { now=$(date -u -d "2026-09-21T15:00:00Z + $1 days" +%FT%TZ); }

day 0
: >"$dir/log"
run 0 check --live faulty
says '^faulty answers: 40 posts of the last 7 days on the first page, more below; 1 requests$'
says '^  from 2026-09-21T14:43:20Z to 2026-09-21T15:02:50Z$'
says '^  the newest: the acme jacket number 99 is great$'
[ "$(grep -c tag/ "$dir/log")" = 1 ] || { echo "--live asked more than once"; failed=1; }
[ ! -e "$dir/store" ] || { echo "--live made a store"; failed=1; }
ask fault=limit; run 1 check --live faulty
says 'error: faulty: 127.0.0.1: HTTP 429, asks to wait until'
ask fault=none
run 2 check --live nobody; says 'no source is named "nobody"'

d=0
while [ $d -le 11 ]; do
    day $d
    ask posts=$((100 + d)); run 0 collect; says '^faulty: (100|1) new'
    d=$((d + 1))
done
for d in 12 13; do day $d; run 0 collect; run 0 status; done
day 15; run 0 collect; run 3 status
says '^ +is silent: nothing new for 96 h, usually for 24 h at most'
run 0 digest; says 'faulty has brought nothing new for 96 hours'
run 3 status --metrics "$dir/swell.prom"
says '^swell_source_up\{source="faulty",type="mastodon"\} 0$' "$dir/swell.prom"
says '^swell_posts 111$' "$dir/swell.prom"
says '^swell_source_failures\{source="faulty",type="mastodon"\} 0$' "$dir/swell.prom"
says "^swell_source_last_success_timestamp_seconds\{.*\} $(date -u -d "$now" +%s)\$" "$dir/swell.prom"
[ "$(grep -vc '^#' "$dir/swell.prom")" = 10 ] || { echo "metrics:"; cat "$dir/swell.prom"; failed=1; }
run 2 status --metrics /dev/full; says '/dev/full: is no ordinary file'
if command -v promtool >/dev/null; then
    promtool check metrics <"$dir/swell.prom" || failed=1
fi
day 16; ask posts=112; run 0 collect; run 0 status
run 0 status --metrics "$dir/swell.prom"
says '^swell_source_up\{.*\} 1$' "$dir/swell.prom"
ask fault=html
day 17; run 3 collect; day 18; run 3 collect; run 3 status
says '^ +keeps failing, 2 rounds now: 127.0.0.1: sent text/html'
for format in text html markdown json; do
    run 0 digest --format $format; says 'faulty failed 2 rounds in a row'
done
run 3 status --metrics "$dir/swell.prom"
says '^swell_source_failures\{.*\} 2$' "$dir/swell.prom"
exit $failed
