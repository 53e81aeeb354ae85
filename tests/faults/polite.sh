#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# swell collect is kind and fair: requests to a host keep their distance also
# across sources, sources are asked side by side, each is bounded in requests,
# bytes and time, and the store is free for others while the network is slow.
. "$ROOT/tests/tools/double.sh"
ask posts=200
now=2026-09-21T15:00:00Z
two() { # PER_MINUTE HOST HOST
    config <<EOF
sources:
  - { name: one, type: mastodon, per_minute: $1, host: "http://$2:$port", tag: [one] }
  - { name: two, type: mastodon, per_minute: $1, host: "http://$3:$port", tag: [two] }
EOF
}
check() { # a condition on what was logged
    python3 - "$dir/log" "$case_name" "$1" <<'EOF' || failed=1
import sys
rows = [line.split() for line in open(sys.argv[1]) if "/tag/" in line]
times = sorted(float(row[1]) for row in rows)
gaps = [b - a for a, b in zip(times, times[1:])]
if not eval(sys.argv[3]):
    print(sys.argv[2] + ": not so: " + sys.argv[3], rows, gaps)
    sys.exit(1)
EOF
}

asked() { # TIMES PATTERN: wait until so many of such requests were answered
    n=0
    until [ "$(grep -c "$2" "$dir/log")" -ge "$1" ] || [ $n = 90 ]; do
        n=$((n + 1)); sleep 0.05
    done
}

case_name='distance, both sources on one host'
two 300 127.0.0.1 127.0.0.1; run 0 collect
says '^one: '; says '^two: '
# A busy machine sees one late now and then; side by side they took half.
check 'len(rows) == 12 and sorted(gaps)[1] > 0.1 and times[-1] - times[0] > 2'

case_name='hosts side by side'
two 60000 127.0.0.1 localhost; ask 'posts=200&delay=200'; run 0 collect
check 'len(rows) == 12 and times[-1] - times[0] < 1.8'
two 60000 127.0.0.1 localhost; run 0 collect --at-once 1
check 'len(rows) == 12 and times[-1] - times[0] > 2'

case_name='bounded in requests'
two 60000 127.0.0.1 127.0.0.1; ask 'posts=900&delay=0'
run 0 collect one --requests 3; says '^one: 120 new, .*more is waiting'
check 'len(rows) == 3'
run 0 collect one; says '^one: 780 new'

case_name='bounded in bytes'
two 60000 127.0.0.1 127.0.0.1
run 0 collect one --bytes 30k; says '^one: (80|120) new, .*more is waiting'

case_name='bounded in time'
two 60000 127.0.0.1 127.0.0.1; ask delay=700; before=$(date +%s)
run 0 collect one --time 2s; says '^one: (40|80|120) new, .*more is waiting'
[ $(($(date +%s) - before)) -le 4 ] || { echo "$case_name: took too long"; failed=1; }

case_name='an import beside a collect'
two 60000 127.0.0.1 127.0.0.1; ask 'posts=400&delay=250'
"$build/swell" --config "$dir/swell.yaml" --now $now collect one >"$dir/first" 2>&1 &
first=$!
asked 2 tag/one
echo '{"id":"1","source":"till","created_at":"2026-09-20T10:00:00Z","text":"acme is fine"}' >"$dir/till.ndjson"
run 0 import "$dir/till.ndjson"
kill -0 $first 2>/dev/null || { echo "$case_name: the collect was over"; failed=1; }
wait $first || { echo "$case_name: the collect failed:"; cat "$dir/first"; failed=1; }
has 401
run 0 verify

case_name='a collect waits for a writer'
two 60000 127.0.0.1 127.0.0.1; ask 'posts=100&delay=0'; mkdir "$dir/store"
flock "$dir/store/writer.lock" sleep 1 &
while flock -n "$dir/store/writer.lock" true; do sleep 0.05; done
run 0 collect one; says '^one: 100 new'

case_name='a writer that does not end'
two 60000 127.0.0.1 127.0.0.1; mkdir "$dir/store"
exec 9>"$dir/store/writer.lock"; flock 9
run 1 -q collect --time 1s; says '^swell: error: .*another process is writing to this store; try again'
check 'not rows'
exec 9>&-

case_name='--follow: a slow one keeps nobody waiting'
config <<EOF
sources:
  - { name: slow, type: mastodon, every: 1s, per_minute: 60000, host: "http://127.0.0.1:$port", tag: [faulty] }
  - { name: quick, type: mastodon, every: 1s, per_minute: 60000, host: "http://localhost:$port", tag: [good] }
EOF
ask 'posts=30&fault=stall&delay=0'
"$build/swell" --config "$dir/swell.yaml" collect --follow --since 2026-09-01 >"$dir/first" 2>&1 &
first=$!
asked 4 tag/good # three rounds
[ "$(grep -c tag/good "$dir/log")" -ge 4 ] && [ "$(grep -c tag/faulty "$dir/log")" = 0 ] ||
    { echo "$case_name:"; cat "$dir/log" "$dir/first"; failed=1; }
kill $first
wait $first || { echo "$case_name: leaves with $?:"; cat "$dir/first"; failed=1; }
grep -q '^slow: ' "$dir/first" || { echo "$case_name: the slow one's round was not ended"; failed=1; }

case_name='--follow: stopped while nobody answers'
config <<EOF
sources:
  - { name: some, type: mastodon, per_minute: 60000, host: "http://127.0.0.1:$port", tag: [good, faulty] }
  - { name: none, type: mastodon, per_minute: 60000, host: "http://127.0.0.1:$port", tag: [faulty] }
  - { name: rare, type: mastodon, per_minute: 2, host: "http://localhost:$port", tag: [good] }
EOF
ask 'posts=70&fault=silent&delay=0'
"$build/swell" --config "$dir/swell.yaml" --now $now collect --follow --since 2026-09-01 >"$dir/first" 2>&1 &
first=$!
asked 4 tag/good # three of the first, one of the last
sleep 0.5
kill $first; before=$(date +%s)
wait $first || { echo "$case_name: leaves with $?:"; cat "$dir/first"; failed=1; }
[ $(($(date +%s) - before)) -le 3 ] || { echo "$case_name: took $(($(date +%s) - before)) s"; failed=1; }
says '^some: .*more is waiting' "$dir/first"
says '^rare: .*more is waiting' "$dir/first"
grep -i 'error' "$dir/first" && { echo "$case_name: and called it an error"; failed=1; }
has 70
run 3 status; says '^none .*last success never'; says '^ *never ran'

case_name='--follow: stopped while another writes'
two 60000 127.0.0.1 127.0.0.1; ask 'posts=30&fault=none&delay=1500'
"$build/swell" --config "$dir/swell.yaml" --now $now collect --follow --since 2026-09-01 >"$dir/first" 2>&1 &
first=$!
sleep 0.8
python3 -c "import fcntl, time
f = open('$dir/store/writer.lock', 'w')
fcntl.flock(f, fcntl.LOCK_EX)
time.sleep(8)" & writer=$!
sleep 2.2
kill $first; before=$(date +%s)
wait $first; status=$?
[ $status = 3 ] || { echo "$case_name: leaves with $status:"; cat "$dir/first"; failed=1; }
[ $(($(date +%s) - before)) -le 3 ] || { echo "$case_name: took $(($(date +%s) - before)) s"; failed=1; }
kill $writer
run 0 collect; has 30

case_name='--follow: a clock that was days ahead is put right'
cat >"$dir/ahead.c" <<'EOF'
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
time_t time(time_t *out)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    t.tv_sec += access(getenv("AHEAD"), F_OK) ? 0 : 10 * 86400;
    return out ? *out = t.tv_sec : t.tv_sec;
}
EOF
${CC:-cc} -shared -fPIC -o "$dir/ahead.so" "$dir/ahead.c" || exit 1
config <<EOF
sources:
  - { name: one, type: mastodon, every: 1s, per_minute: 60000, host: "http://127.0.0.1:$port", tag: [good] }
EOF
ask 'posts=30&delay=0'; : >"$dir/ahead"
AHEAD="$dir/ahead" LD_PRELOAD="$dir/ahead.so" ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0 \
    "$build/swell" --config "$dir/swell.yaml" collect --follow --since 2026-09-01 >"$dir/first" 2>&1 &
first=$!
sleep 3
rm "$dir/ahead"; : >"$dir/log"
sleep 4
kill $first
wait $first || { echo "$case_name: leaves with $?:"; cat "$dir/first"; failed=1; }
[ "$(grep -c tag/good "$dir/log")" -ge 2 ] || { echo "$case_name: asks no more:"; cat "$dir/log" "$dir/first"; failed=1; }
exit $failed
