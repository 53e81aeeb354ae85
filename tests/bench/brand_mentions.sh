#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What tag says of an airline that is alone in a tweet, against the tweet's
# label: tests/bench/brand_mentions.sh SHARED. First as the tweets are, written
# to an airline's handle; then with that handle made a stranger's, so that the
# airline is named further on. Both macro-recalls, of the whole and the mention.
set -eu
set=$1/data/sentiment/dev/airline.tsv
[ -f "$set" ] || { echo "skip: $set is not there"; exit 77; }
PATH=$(cd "$(dirname "$0")/../.." && pwd)/build:$PATH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/swell.yaml" <<END
store: none.db
user_agent: "test/0 (test@example.com)"
brands:
  - { name: a, match: ["@united", "#united", United] }
  - { name: b, match: ["@usairways", "#usairways", US Airways, USAir] }
  - { name: c, match: ["@americanair", "#americanair", American Airlines] }
  - { name: d, match: ["@southwestair", "#southwestair", Southwest] }
  - { name: e, match: ["@jetblue", "#jetblue", JetBlue] }
  - { name: f, match: ["@virginamerica", "#virginamerica", Virgin America] }
END
tail -n +2 "$set" | cut -f 1,3 >"$work/addressed"
sed -E 's/@(united|usairways|americanair|southwestair|jetblue|virginamerica)/@someone/I' \
    "$work/addressed" >"$work/named"
for way in addressed named; do
    swell tag --config "$work/swell.yaml" --format ndjson "$work/$way" |
        sed -nE 's/^\{"id":"([^"]*)".*"label":"([a-z]*)".*"mentions":\[\{[^{}]*"label":"([a-z]*)"[^{}]*\}\]\}$/\1\t\2\t\3/p' |
        awk -F'\t' -v way=$way '
            NR == FNR { gold[$1] = $2; next }
            { n++; all[gold[$1]]++; whole[gold[$1]] += $2 == gold[$1]; said[gold[$1]] += $3 == gold[$1] }
            END {
                for (g in all) { w += whole[g] / all[g] / 3; s += said[g] / all[g] / 3 }
                printf "%s: %d mentions, whole %.1f, mention %.1f\n", way, n, 100 * w, 100 * s
            }' "$set" -
done
