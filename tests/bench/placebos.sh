#!/bin/sh
# tests/bench/placebos.sh [SEED...]: experiments that never were, on 260
# invented days of each seed: how many of swell experiment's verdicts say that
# something changed. Run in the checkout after make and make
# build/tests/tools/generate. Subjects that have planted events are left out.
set -eu
build=$PWD/build
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
cd "$work"
swell() { "$build/swell" -q --config swell.yaml --store s "$@"; }
for seed in ${*:-1 2 3 4 5}; do
    rm -rf s
    "$build/tests/tools/generate" --out . --days 260 --from 2026-01-01 \
        --posts 250000 --seed "$seed" > /dev/null
    swell import posts.ndjson
    for subject in tilly-lane tilly-lane/daisy-dress tilly-lane/poppy-tote \
        northgate/tor-parka northgate/beacon-trainers \
        northgate/harbour-jumper harrow-pine/fell-boots \
        harrow-pine/pine-points; do
        for day in 0 1 2 3 4 5 6 7 8 9 10 11; do
            from=$(date -u -d "2026-05-20 + $((day * 9)) days" +%F)
            to=$(date -u -d "2026-05-20 + $((day * 9 + 7)) days" +%F)
            name=$(echo "$subject-$day" | tr / -)
            swell experiment add "$name" --subject "$subject" --from "$from" \
                --to "$to" --controls "${CONTROLS-tilly-lane/tilly-box,northgate/northgate-go}"
            swell --now "${to}T12:00:00Z" experiment read "$name" \
                --format json |
                grep -o '"measure":"[^"]*","verdict":"[^"]*","method":"[^"]*"'
        done
    done
done | sort | uniq -c | sort -k2
