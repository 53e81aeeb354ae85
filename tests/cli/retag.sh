# What a change of the rules would do to alerts of the past: nothing, some
# would go, some would come; nothing is left behind, nothing changed.
generate=$BUILD/tests/tools/generate
[ -x "$generate" ] || { echo "skip: the generator is not built"; exit 77; }
"$generate" --out . --posts 12000 > /dev/null
swell -q import posts.ndjson
export TMPDIR=$PWD/place
mkdir place
try() { swell -q --now 2026-11-21T06:00:00Z retag "$@" | sed -n '/would change/,$p'; }
echo "== the same rules"
try --dry-run
echo "== a product is called otherwise"
cp swell.yaml kept.yaml
sed -i 's/match: \["Meadow jacket"\]/match: ["Meadow coat"]/' swell.yaml
try --dry-run
try --dry-run --since 2026-11-10
echo "== a series with posts tagged by either"
echo '{"id":"new","source":"bluesky","created_at":"2026-11-20T10:00:00Z","text":"The Meadow coat is lovely"}' |
    swell -q --now 2026-11-21T06:00:00Z import -
window() { swell --now 2026-11-21T06:00:00Z window '*' --from 2026-11-19 --to 2026-11-21 --tz UTC "$@"; }
window --by day | grep -o '^tagged.*\|rules.*'
window --by day --format csv | cut -d, -f1,13-
window --format json | grep -o '"rules.*'
echo "== the digest says so, also where some of the past was read again"
echo '{"id":"again","source":"bluesky","created_at":"2026-11-19T23:50:00Z","text":"The Meadow coat is warm"}' |
    swell -q --now 2026-11-21T06:00:00Z import -
swell --now 2026-11-21T06:00:00Z digest --day 2026-11-20 | grep '^tagged by'
echo "== applied, and back"
swell -q --now 2026-11-21T06:00:00Z retag | tail -1
mv kept.yaml swell.yaml
try --dry-run
ls place
echo "== killed in the middle: nothing stays behind"
swell -q --now 2026-11-21T06:00:00Z retag --dry-run > /dev/null &
tries=0
until ls -l /proc/$!/fd 2> /dev/null | grep -q 'place/retag-dry-run.*data.mdb (deleted)'; do
    tries=$((tries + 1))
    [ $tries -lt 2000 ] || { echo "it never opened its store"; break; }
done
kill -9 $!
wait $! 2> /dev/null
echo "status $?"
ls place
echo "== no place for it"
TMPDIR=$PWD/nowhere swell -q retag --dry-run 2> err
echo "status $?"
sed 's/^.*nowhere/swell: error: nowhere/;s/run\......./run.XXXXXX/' err
