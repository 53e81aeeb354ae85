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
for way in "0 10000" "1 100" "2 777" "5 300"; do
    mkdir "$dir/store"
    # one key, so that the same people have the same hashes
    [ ! -f "$dir/author.key" ] || cp -p "$dir/author.key" "$dir/store/"
    "$build/swell" import -q --config "$dir/swell.yaml" --store "$dir/store" \
        --now 2026-11-21T00:00:00Z --threads ${way% *} --batch ${way#* } \
        "$dir/posts.ndjson" >/dev/null || { echo "$way: import failed"; exit 1; }
    cp -p "$dir/store/author.key" "$dir/"
    for what in posts mentions windows; do
        "$build/swell" export --config "$dir/swell.yaml" --store "$dir/store" \
            --what $what
    done | sha256sum >"$dir/sum"
    [ -f "$dir/first" ] || cp "$dir/sum" "$dir/first"
    cmp -s "$dir/sum" "$dir/first" ||
        { echo "threads and batch $way: another store"; failed=1; }
    rm -rf "$dir/store"
done
exit $failed
