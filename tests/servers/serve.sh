#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# swell serve: its pages, who is refused, what a form changes, readers while an
# import writes, and that it ends when told to.
: "${ROOT:?the project folder}"
build=${BUILD:-$ROOT/build}
dir=$(mktemp -d) || exit 1
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null; rm -rf "$dir"' EXIT
fail() { echo "$1"; [ ! -s log ] || cat log; exit 1; }
cd "$dir" || exit 1
"$build/tests/tools/generate" --out . --posts 4000 >/dev/null || fail "no posts"
swell="$build/swell --now 2026-11-21T08:00:00Z"
head -n 2000 posts.ndjson >first.ndjson
tail -n +2001 posts.ndjson >rest.ndjson
printf '%s\n' '{"id":"h/1","source":"forum","created_at":"2026-11-20T12:00:00Z","author":"x","text":"@harrowandpine why <script>alert(1)</script> \"so\" late?"}' >>first.ndjson
. "$ROOT/tests/tools/ports.sh"
free_ports 1
$swell serve --listen 127.0.0.1:$port 2>/dev/null && fail "served without a store"
$swell -q import first.ndjson || fail "import failed"
$swell -q experiment add returns --subject harrow-pine --from 2026-11-08 --title "Free returns" || fail "no experiment"
$swell -q experiment add lockers --subject harrow-pine --from 2026-11-10 || fail "no experiment"
$swell -q experiment close lockers --lesson "ask <b>staff" || fail "no lesson"
for bad in 0.0.0.0:$port nowhere:1 127.0.0.1:99999 127.0.0.1:; do
    timeout 5 "$build/swell" serve --listen $bad 2>/dev/null
    [ $? = 2 ] || fail "--listen $bad was taken"
done
$swell serve --listen 127.0.0.1:$port 2>log &
pid=$!
/usr/bin/python3 "$ROOT/tests/servers/serve.py" $port "$build/swell" rest.ndjson || fail "see above"
kill "$pid"
wait "$pid"
[ $? = 0 ] || fail "it did not leave with 0"
pid=
grep -q error log && fail "it complained"
$swell -q verify || fail "the store does not verify"
$swell label --list 2>/dev/null | grep -q "^forum/h/1	negative" || fail "the label was not kept"
$swell inbox --state answered --limit 0 --last 7d --format csv | grep -q '^forum,h/1,' || fail "the answer was not kept"
