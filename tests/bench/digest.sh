#!/bin/sh
# tests/bench/digest.sh BUILD: the digest of a day over POSTS (200,000) posts
# of 30 days with NAMES (1,000) product names more: after an import, when the
# words of the earlier days are counted, and again. Goal of the second: 1 s and
# 256 MB of its own.
set -eu
build=$1 posts=${POSTS:-200000} names=${NAMES:-1000}
here=$(cd "$(dirname "$0")" && pwd)
case $build in /*) ;; *) build=$PWD/$build ;; esac
SWELL_DATA=$(cd "$here/../.." && pwd) LC_ALL=C TZ=UTC
export SWELL_DATA LC_ALL TZ
work=$build/bench/digest
rm -rf "$work"
mkdir -p "$work"
cd "$work"
"$build/tests/tools/generate" --posts "$posts" --names "$names" --days 30 --out . >/dev/null
"$build/swell" -q --store store.db import posts.ndjson
for run in first second third; do
    python3 "$here/measure.py" figures "$build/swell" -q --store store.db \
        --now 2026-11-20T06:00:00Z digest --day 2026-11-19 --out digest.txt
    awk -v run=$run '{ printf "%-8s %.2f s wall, %.2f s cpu, %d MB of its own, %d with the mapped store\n", run, $1, $2, $3, $4 }' figures
done
