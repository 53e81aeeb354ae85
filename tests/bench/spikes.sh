#!/bin/sh
# tests/bench/spikes.sh SHARED: the figures of docs/trends.md: the spike
# detector on labelled series at several thresholds, and each series at the
# threshold that the four others would choose. SHARED holds data/series and
# eval/score_alerts.py. Run in the checkout after make; needs python3.
set -eu
shared=${1:-../shared}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT INT TERM
steps='3 3.5 4 4.5 5 5.5 6 7'
for step in $steps; do
    mkdir "$out/$step"
    for series in "$shared"/data/series/*.csv; do
        build/swell -q detect --threshold "$step" < "$series" \
            > "$out/$step/$(basename "$series")"
    done
done
python3 - "$shared" "$out" $steps <<'PY'
import csv, json, os, sys
shared, out, steps = sys.argv[1], sys.argv[2], sys.argv[3:]
sys.path.insert(0, os.path.join(shared, "eval"))
import score_alerts as s
windows = json.load(open(os.path.join(shared, "data/series/windows.json")))
names = sorted(windows)
def one(name, step):
    rows = [s.when(r[0]) for r in list(csv.reader(open(
        os.path.join(shared, "data/series", name + ".csv"))))[1:]]
    alerts = [s.when(r[0]) for r in csv.reader(open(
        os.path.join(out, step, name + ".csv"))) if r[4] == "1"]
    return s.score_series(rows, [(s.when(a), s.when(b))
                                 for a, b in windows[name]], alerts)
cache = {(n, t): one(n, t) for n in names for t in steps}
def total(pairs):
    raw, n, hit, rows, inc, true, weeks = [
        sum(cache[p][i] for p in pairs) for i in range(7)]
    p, r = true / max(1, inc), hit / n
    return (100 * (raw + n) / (2 * n), 2 * p * r / (p + r) if p + r else 0,
            p, r, rows, (inc - true) / weeks)
line = "{:12s} score {:.1f}  F1 {:.2f}  precision {:.2f}  recall {:.2f}  " \
       "false rows {}  false incidents a series-week {:.2f}"
for t in steps:
    print(line.format("at " + t, *total([(n, t) for n in names])))
chosen = []
for left in names:
    rest = [n for n in names if n != left]
    def value(t):
        score, f1 = total([(n, t) for n in rest])[:2]
        return score / 100 + f1
    best = max(steps, key=value)
    chosen.append((left, best))
    print(f"{left}: the four others choose {best}")
print(line.format("left out", *total(chosen)))
PY
