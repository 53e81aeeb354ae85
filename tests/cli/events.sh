# The invented month: each planted event is told on its day, and nothing else
# is called an alert. SEED=N draws another month, WATCH=1 counts watches too.
generate=$BUILD/tests/tools/generate
[ -x "$generate" ] || { echo "skip: the generator is not built"; exit 77; }
mkdir month
"$generate" --out month --seed "${SEED:-1}" > /dev/null
swell -q --config month/swell.yaml --store s import month/posts.ndjson
for day in 2026-10-21 2026-10-22 2026-10-23 2026-10-24 2026-10-25 2026-10-26 \
    2026-10-27 2026-10-28 2026-10-29 2026-10-30 2026-10-31 2026-11-01 \
    2026-11-02 2026-11-03 2026-11-04 2026-11-05 2026-11-06 2026-11-07 \
    2026-11-08 2026-11-09 2026-11-10 2026-11-11 2026-11-12 2026-11-13 \
    2026-11-14 2026-11-15 2026-11-16 2026-11-17 2026-11-18 2026-11-19 \
    2026-11-20; do
    swell --config month/swell.yaml --store s --now ${day}T23:59:59Z trends \
        --day $day --format csv ${WATCH:+--watch} | sed "1d;s/^/$day,/"
done > told
echo "== the planted events, each on its first day"
planted() { # DAY BRAND NAME
    grep -q "^$1,$2" told && echo "$3: told" || echo "$3: MISSING"
}
planted 2026-10-29 harrow-pine mend-not-spend
planted 2026-11-05 harrow-pine/meadow-jacket stock-out
planted 2026-11-14 northgate price-cut
planted 2026-11-20 harrow-pine/click-collect app-crash
echo "== alerts outside the planted events"
awk -F, '
    $1 >= "2026-10-29" && $1 <= "2026-11-02" && $2 ~ /^harrow-pine/ { next }
    $1 >= "2026-11-05" && $1 <= "2026-11-09" && $2 ~ /^harrow-pine/ { next }
    $1 >= "2026-11-14" && $1 <= "2026-11-17" { next } # rivals are compared
    $1 >= "2026-11-20" && $2 ~ /^harrow-pine/ { next }
    { print; other++ }
    END { print other + 0 }' told
echo "== the wish that spreads is among the new terms"
swell --config month/swell.yaml --store s terms harrow-pine/ridge-trousers \
    --from 2026-11-12 --to 2026-11-15 --format csv | cut -d, -f1,2 |
    grep -c 'wide-leg'
