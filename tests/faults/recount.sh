#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The figures of windows, lists and digests, from the export: see recount.py.
: "${ROOT:?the project folder}"
build=${BUILD:-$ROOT/build}
[ -x "$build/tests/tools/generate" ] || { echo "skip: tests/tools/generate is not built"; exit 77; }
"$build/tests/tools/generate" --out . --posts 6000 --from 2026-09-25 --days 41 >/dev/null || exit 1
printf 'keep_handles: yes\nsources:\n  - { name: bluesky, type: bluesky, search: [northgate] }\n' >>swell.yaml
cat >coverage.csv <<'CSV'
label,from,until,state
bluesky,2026-09-25T00:00:00Z,2026-10-10T02:00:00Z,covered
bluesky,2026-10-10T02:00:00Z,2026-10-10T22:00:00Z,failed
bluesky,2026-10-10T22:00:00Z,2026-11-04T09:30:00Z,covered
CSV
now=2026-11-04T12:07:00Z
"$build/swell" import -q --now $now posts.ndjson >said 2>&1 &&
    "$build/swell" import -q --now $now --what coverage coverage.csv >>said 2>&1 ||
    { cat said; exit 1; }
"$build/swell" experiment -q --now $now add chat --subject northgate --from 2026-10-20 || exit 1
python3 "$ROOT/tests/faults/recount.py" "$build/swell"
