#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Whatever the number of tagging threads and the size of a batch, the store
# holds the same.
: "${ROOT:?the project folder}"
build=${BUILD:-$ROOT/build}
[ -x "$build/tests/tools/generate" ] || { echo "skip: tests/tools/generate is not built"; exit 77; }
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
"$build/tests/tools/generate" --out "$dir" --posts 4000 >/dev/null || exit 1
failed=0
import() { # WAY THREADS BATCH [COMMAND...]: how it is run
    way=$1 threads=$2 batch=$3
    shift 3
    rm -rf "$dir/store" && mkdir "$dir/store"
    # one key, so that the same people have the same hashes
    [ ! -f "$dir/author.key" ] || cp -p "$dir/author.key" "$dir/store/"
    "$@" "$build/swell" import -q --config "$dir/swell.yaml" --store "$dir/store" \
        --now 2026-11-21T00:00:00Z --threads "$threads" --batch "$batch" \
        "$dir/posts.ndjson" >/dev/null || { echo "$way: import failed"; exit 1; }
    cp -p "$dir/store/author.key" "$dir/"
    for what in posts mentions windows; do
        "$build/swell" export --config "$dir/swell.yaml" --store "$dir/store" \
            --what $what
    done | sha256sum >"$dir/sum"
    [ -f "$dir/first" ] || cp "$dir/sum" "$dir/first"
    cmp -s "$dir/sum" "$dir/first" || { echo "$way: another store"; failed=1; }
}
import "in line" 0 10000
import "1 thread" 1 100
import "2 threads" 2 777
import "5 threads" 5 300
# A machine at its limit gives no thread, or not all.
strace -f -o /dev/null true 2>/dev/null || exit $failed
for which in 1+ 1 2 2+ 3; do
    import "without thread $which" 2 300 timeout 60 strace -f -o /dev/null \
        -e "inject=clone,clone3:error=EAGAIN:when=$which"
done
exit $failed
