#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# With labels of one's own: tests/bench/own_labels.sh SHARED [DRAWS]. Of the
# airline set 300 random texts correct the table, macro-recall on the rest;
# the shipped table on the same rest beside it. Seeds 1 to DRAWS (10).
set -eu
shared=$1 draws=${2:-10}
root=$(cd "$(dirname "$0")/../.." && pwd)
set=$shared/data/sentiment/dev/airline.tsv
[ -f "$set" ] || { echo "skip: $set is not there"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
recall() { "$root/build/swell" accuracy "$@" | sed -n 's/^macro-recall *\([0-9.]*\)%.*/\1/p'; }
seed=1
while [ "$seed" -le "$draws" ]; do
    awk -v seed="$seed" 'BEGIN { srand(seed) } NR > 1 { print rand() "\t" $0 }' "$set" |
        LC_ALL=C sort | cut -f 2- >drawn
    for part in mine rest; do head -n 1 "$set" >$part.tsv; done
    head -n 300 drawn >>mine.tsv
    tail -n +301 drawn >>rest.tsv
    "$root/build/swell" fit -q --base english --labels mine.tsv --out weights.tsv
    echo "$seed $(recall rest.tsv) $(recall --lexicon weights.tsv rest.tsv)"
    seed=$((seed + 1))
done | awk '{ print "draw", $1 ":", $2, "became", $3; before += $2; after += $3; better += $3 > $2 }
    END { printf "mean of %d: %.1f became %.1f, better in %d\n", NR, before / NR, after / NR, better }'
