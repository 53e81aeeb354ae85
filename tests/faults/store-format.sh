# The documented format is the real one: the example reads a store without
# this program, and says what the program says.
# Debian's module belongs to Debian's python, which may not be the first.
python=python3
$python -c 'import lmdb' 2>/dev/null || python=/usr/bin/python3
$python -c 'import lmdb' 2>/dev/null || { echo "skip: python3-lmdb is not installed"; exit 77; }
set -eu
cat >swell.yaml <<'END'
store: store
brands:
  - name: acme
    match: [Acme]
END
i=0
while [ $i -lt 300 ]; do
    day=$((1 + i % 30)) hour=$((i * 7 % 24))
    [ $((i % 3)) = 0 ] && name=Acme || name=Somebody
    [ $((i % 2)) = 0 ] && source=forum || source=shop
    printf '{"id":"%d","source":"%s","created_at":"2026-10-%02dT%02d:%02d:00Z","text":"%s was awful, terrible"}\n' \
        $i $source $day $hour $((i % 60)) $name
    i=$((i + 1))
done >posts.ndjson
swell --now 2026-11-01T00:00:00Z -q import posts.ndjson
for subject in '*' acme; do
    $python "$ROOT/docs/series.py" store "$subject" >got
    swell export --what windows --subject "$subject" |
        $python -c '
import collections, json, sys
days = collections.defaultdict(lambda: [0, 0, 0, 0.0])
for line in sys.stdin:
    w = json.loads(line)
    d = days[w["start"][:10]]
    for i, key in enumerate(("posts", "negative", "positive", "score_sum")):
        d[i] += w[key]
for day in range(1, 31):
    date = f"2026-10-{day:02d}"
    d = days[date]
    print(date, d[0], d[1], d[2], f"{d[3]:.3f}")' >wanted
    cmp got wanted || { diff got wanted; echo "$subject differs"; exit 1; }
    [ "$(awk '{n += $2} END {print n}' got)" -ge 100 ]
done
