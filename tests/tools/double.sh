# SPDX-License-Identifier: Apache-2.0
# Sourced by tests of collecting: starts double.py on a port of its own and
# leaves with 77 where that cannot be. Gives $dir (goes at the end), $port,
# $failed and the words below; $case_name and $now are the test's.
#   config [HOST...]    swell.yaml from the rows of sources on standard input
#   run STATUS words    swell, its output in $dir/out, its status checked
#   says PATTERN [FILE] that output holds it
#   ask QUERY           tell the double; in $dir/asked: how many posts were paid for
#   fresh CASE QUERY    an empty store and log, and tell the double
#   requests PATTERN N  at most so many of such requests since then
#   has N               posts in the store
: "${ROOT:?the project folder}"
build=${BUILD:-$ROOT/build}
for word in python3 curl; do
    command -v $word >/dev/null || { echo "skip: $word is not installed"; exit 77; }
done
[ -x "$build/tests/tools/posts" ] || { echo "skip: tests/tools/posts is not built"; exit 77; }
dir=$(mktemp -d) || exit 1
. "$ROOT/tests/tools/ports.sh"
free_ports 3 # two for tests that want a mail server, too
failed=0 case_name=
python3 "$ROOT/tests/tools/double.py" $port "$dir/log" 2>"$dir/double" &
double=$!
trap 'kill $double; rm -rf "$dir"' EXIT
: >"$dir/log"; : >"$dir/all"

ask() { curl -sf "http://127.0.0.1:$port/_set?$1" >"$dir/told" && sed 's/^ok //' "$dir/told" >"$dir/asked"; }
config() {
    printf '%s\n' 'store: store' 'allow_loopback: yes' 'brands:' \
        '  - { name: acme, match: [acme] }' >"$dir/swell.yaml"
    cat >>"$dir/swell.yaml"
    rm -rf "$dir/store"
    : >"$dir/log"
}
collect_quietly() { "$build/swell" --config "$dir/swell.yaml" --now "$now" collect "$@" >>"$dir/all" 2>&1; }
run() {
    want=$1
    shift
    "$build/swell" --config "$dir/swell.yaml" --now "$now" "$@" >"$dir/out" 2>&1
    got=$?
    cat "$dir/out" >>"$dir/all"
    [ $got = "$want" ] && return
    echo "$case_name ($now): swell $* left with $got, not $want:"; cat "$dir/out"
    failed=1
}
says() {
    grep -Eq -- "$1" "${2:-$dir/out}" && return
    echo "$case_name ($now): does not say $1:"; cat "${2:-$dir/out}"; failed=1
}
fresh() {
    case_name=$1
    rm -rf "$dir/store"
    ask "$2"
    : >"$dir/log"
}
requests() {
    got=$(grep -v '^/_set' "$dir/log" | grep -c -- "$1")
    [ "$got" -le "$2" ] && return
    echo "$case_name: $got requests to $1, at most $2 wanted"; failed=1
}
has() {
    got=$("$build/tests/tools/posts" "$dir/store" | wc -l)
    [ "$got" = "$1" ] || { echo "$case_name: $got posts, not $1"; failed=1; }
}
# The posts of the store, but for what differs by chance.
stored() { "$build/tests/tools/posts" "$dir/store" | sed 's/"author_hash":"[0-9a-f]*"//'; }
# A source's first round, ended by SIGKILL at its first request, the second,
# ... and in the middle of each answer; each time the next run must make the
# store what it would have been. More options for swell may follow.
killed_at_each() { # SOURCE [WORDS]
    rm -rf "$dir/store"
    collect_quietly "$@"
    stored >"$dir/undisturbed"
    [ -s "$dir/undisturbed" ] || { echo "$case_name: nothing to compare with"; failed=1; return; }
    kills=0
    for half in '' -; do
        at=0 got=137
        while [ $got = 137 ] && [ $at -lt 60 ]; do
            at=$((at + 1))
            rm -rf "$dir/store"
            ask "kill=$half$at"
            sh -c 'echo $$ >"$0"; exec "$@"' "$dir/log.pid" "$build/swell" \
                --config "$dir/swell.yaml" --now "$now" collect "$@" >>"$dir/all" 2>&1
            got=$?
            [ $got = 137 ] && kills=$((kills + 1))
            ask kill=0
            collect_quietly "$@"
            stored >"$dir/disturbed"
            cmp -s "$dir/undisturbed" "$dir/disturbed" && continue
            echo "$case_name: killed at request $half$at:"
            diff "$dir/undisturbed" "$dir/disturbed" | head -n 5
            failed=1
        done
    done
    [ $kills -ge 4 ] || { echo "$case_name: only $kills kills"; failed=1; }
}

n=0
until ask posts=100; do
    n=$((n + 1)); [ $n -lt 50 ] || { cat "$dir/double"; exit 1; }
    sleep 0.1
done
