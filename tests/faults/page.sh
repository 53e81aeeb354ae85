#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The pages as a browser lays them out: three widths, light and dark. Nothing
# sticks out, every text can be read against what is behind it, every chart has
# words. With hostile posts: a word of 400 letters, right to left, markup.
: "${ROOT:?the project folder}"
build=${BUILD:-$ROOT/build}
command -v chromium >/dev/null || { echo "skip: chromium is not installed"; exit 77; }
dir=$(mktemp -d) || exit 1
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null; rm -rf "$dir"' EXIT
fail() { echo "$1"; exit 1; }
cd "$dir" || exit 1
"$build/tests/tools/generate" --out . --posts 12000 >/dev/null || fail "no posts"
long=$(printf '%0400d' 0 | tr 0 w)
for i in 1 2 3 4 5; do
    printf '{"id":"h%s","source":"%s","created_at":"2026-11-20T1%s:00:00Z","author":"a%s","text":"@harrowandpine why is %s so bad? <b>\\u202edekoorc</b> \\u0645\\u0631\\u062d\\u0628\\u0627 please bring back %s","likes":900%s}\n' \
        $i "$long" $i $i "$long" "$long" $i
done >hostile.ndjson
swell="$build/swell -q --now 2026-11-21T06:00:00Z"
$swell import posts.ndjson hostile.ndjson && $swell import --what coverage coverage.csv || fail "import failed"
$swell experiment add sizes --subject harrow-pine --from 2026-11-10 --title "Fuller size tables" >/dev/null || fail "no experiment"
for day in 19 20; do
    $swell digest --day 2026-11-$day --site site || fail "no page"
done
$swell digest --day 2026-09-01 --format html --out site/empty.html || fail "no page of an empty day"
grep -q "wwwwwwww" site/2026-11-20.html || fail "the hostile posts are not on the page"
. "$ROOT/tests/tools/ports.sh"
free_ports 1
$swell serve --listen 127.0.0.1:$port 2>log &
pid=$!
own=http://127.0.0.1:$port
for i in 1 2 3 4 5 6 7 8 9 10; do
    curl -sf "$own/subject/harrow-pine?day=2026-11-20" >subject.html && break
    sleep 1
done
grep -q "wwwwwwww" subject.html || { cat log; fail "the hostile posts are not on the subject's page"; }
/usr/bin/python3 "$ROOT/tests/faults/page.py" site/2026-11-19.html site/2026-11-20.html site/empty.html site/index.html \
    "$own/subject/harrow-pine?day=2026-11-20" $own/inbox $own/experiments $own/nope
