#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# swell collect against a service with faults: what was got is kept, the other
# sources go on, nobody is asked more often than needed, each fault is told in
# one sentence, and kill -9 changes nothing.
: "${ROOT:?the project folder}"
build=${BUILD:-$ROOT/build}
command -v python3 >/dev/null || { echo "skip: python3 is not installed"; exit 77; }
[ -x "$build/tests/tools/posts" ] || { echo "skip: tests/tools/posts is not built"; exit 77; }
dir=$(mktemp -d) || exit 1
port=$((23000 + $$ % 9000))
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
    host: http://127.0.0.1:$port
    tag: [faulty]
  - name: good
    type: mastodon
    per_minute: 60000
    host: http://localhost:$port
    tag: [good]
EOF
# The posts begin at 1790000000 (2026-09-21) and come every 30 seconds.
now=2026-09-21T15:00:00Z
run() { # STATUS words: swell, its output kept, its status checked
    want=$1
    shift
    "$build/swell" --config "$dir/swell.yaml" --store "$dir/store" \
        --now "$now" "$@" >"$dir/out" 2>&1
    got=$?
    [ $got = "$want" ] && return
    echo "$case_name: swell $* left with $got, not $want:"; cat "$dir/out"
    failed=1
}
says() {
    grep -Eq -- "$1" "$dir/out" && return
    echo "$case_name: does not say $1:"; cat "$dir/out"; failed=1
}
requests() { # NAME MOST: to that timeline since the log was emptied
    got=$(grep -c "tag/$1" "$dir/log")
    [ "$got" -le "$2" ] && return
    echo "$case_name: $got requests to $1, at most $2 wanted"; failed=1
}
fresh() { # FAULT [POSTS]: a new case with an empty store
    case_name=$1
    rm -rf "$dir/store"
    ask "fault=$1&posts=${2:-100}&delay=0"
    : >"$dir/log"
}
count() { "$build/tests/tools/posts" "$dir/store" | wc -l; }
has() {
    got=$(count)
    [ "$got" = "$1" ] || { echo "$case_name: $got posts, not $1"; failed=1; }
}

fresh none; run 0 collect; has 100; says '^(good|faulty): 0 new, 0 changed, 0 removed, 100 as before' # who stores first is chance
requests faulty 4
now=2026-09-21T15:01:00Z; : >"$dir/log"
run 0 collect; says 'no source is due'; requests good 0
now=2026-09-21T15:10:00Z
run 0 collect; requests good 2; has 100 # two pages: 30 minutes again
run 0 status; says '^100 posts'; says 'good +last success 0 s ago'
now=2026-09-21T20:00:00Z; run 3 status; says 'is not being run'
now=2026-09-21T15:00:00Z

fresh same; run 0 collect; requests faulty 3; says 'faulty: left out .*sends the same page again'

fresh html; run 3 collect; requests faulty 1
says 'error: faulty: 127.0.0.1: sent text/html where json was expected: Checking your browser'
says '^good: 100 new'; has 100
run 3 status; says 'good +last success'; says 'failed: faulty|failed: 127.0.0.1'

fresh limit; run 3 collect; requests faulty 1
says 'faulty: 127.0.0.1: HTTP 429, asks to wait until 2026-09-21T15:10:0'
says '^good: 100 new'
: >"$dir/log"; run 3 collect faulty; requests faulty 0; says 'asks not to be called before'
now=2026-09-21T15:05:00Z; run 0 collect; requests faulty 0
run 3 status; says 'waits until 2026-09-21T15:10:0'
now=2026-09-21T15:11:00Z; ask fault=none; run 0 collect; says '^(good|faulty): 0 new'
run 0 status
now=2026-09-21T15:00:00Z

fresh busy; run 3 collect; requests faulty 3; says 'faulty: 127.0.0.1: HTTP 503: away'
# an hour of outage, asked by cron every five minutes: fewer and fewer requests
rounds=0
while [ $rounds -lt 12 ]; do
    now=$(date -u -d "2026-09-21T15:00:00Z + $((rounds * 5)) minutes" +%FT%TZ)
    "$build/swell" --config "$dir/swell.yaml" --store "$dir/store" --now "$now" collect -q >/dev/null 2>&1
    rounds=$((rounds + 1))
done
requests faulty 15
now=2026-09-21T15:00:00Z

fresh cut 200; run 0 collect; has 200; requests faulty 8
fresh hang; run 3 collect; says 'error: faulty: 127.0.0.1'; says '^good: '; has 100
fresh deep; run 3 collect; says 'error: faulty: 127.0.0.1: '; has 100

case_name='no room below a bound'; fresh none 900
run 0 collect --pages 5; says '^(good|faulty): 200 new, .*more is waiting'
run 0 collect --pages 5; run 0 collect --pages 5; run 0 collect --pages 5; run 0 collect --pages 50; has 900

case_name='two at once'; fresh none 900; ask delay=100
"$build/swell" --config "$dir/swell.yaml" --store "$dir/store" --now $now collect >"$dir/first" 2>&1 &
first=$!
sleep 0.7
run 0 collect; says 'nothing to do here'
wait $first || { echo "two at once: the first failed:"; cat "$dir/first"; failed=1; }
has 900; ask delay=0

case_name='kill -9'; fresh none 900; ask delay=15
"$build/swell" --config "$dir/swell.yaml" --store "$dir/store" --now $now collect >/dev/null 2>&1
"$build/tests/tools/posts" "$dir/store" | sed 's/"author_hash":"[0-9a-f]*"//' >"$dir/undisturbed"
rm -rf "$dir/store"
for after in 0.02 0.1 0.15 0.2 0.25 0.3 0.35 0.4 0.5 0.6; do
    "$build/swell" --config "$dir/swell.yaml" --store "$dir/store" --now $now collect >/dev/null 2>&1 &
    victim=$!
    sleep $after
    kill -9 $victim 2>/dev/null
    wait $victim 2>/dev/null
done
ask delay=0
run 0 collect
"$build/tests/tools/posts" "$dir/store" | sed 's/"author_hash":"[0-9a-f]*"//' >"$dir/disturbed"
cmp "$dir/undisturbed" "$dir/disturbed" || failed=1
exit $failed
