# What is known of how complete posts are, as rows.
cat >coverage.csv <<'END'
label,from,until,state
forum,2026-11-19T00:00:00Z,2026-11-20T00:00:00Z,covered
forum,2026-11-20T00:00:00Z,2026-11-20T06:00:00Z,failed
forum,2026-11-21,2026-11-20,covered
forum,2026-11-21,2026-11-22,perhaps
forum,2026-11-21
"for
um",2026-11-20,2026-11-21,covered
,2026-11-20,2026-11-21,covered
END
swell --store store import --what coverage coverage.csv 2>&1
echo "status $?"

# What is said beside one source's figures is that source's coverage; a label
# that is not configured is called after its type, one of unknown type may
# bring anything.
cat >posts.ndjson <<'JSON'
{"id":"1","source":"mastodon","created_at":"2026-11-20T10:00:00Z","author":"a","text":"nice"}
{"id":"2","source":"bluesky","created_at":"2026-11-20T11:00:00Z","author":"b","text":"nice"}
{"id":"3","source":"shop","created_at":"2026-11-20T12:00:00Z","author":"c","text":"nice"}
JSON
cat >swell.yaml <<'YAML'
sources:
  - type: mastodon
    name: toots
    tags: [nice]
YAML
cat >coverage.csv <<'CSV'
label,from,until,state
toots,2026-11-20T00:00:00Z,2026-11-20T12:00:00Z,covered
toots,2026-11-20T12:00:00Z,2026-11-21T00:00:00Z,failed
jetstream,2026-11-20T00:00:00Z,2026-11-21T00:00:00Z,covered
CSV
swell --store two import -q posts.ndjson
swell --store two import -q --what coverage coverage.csv
swell --store two window '*' --day 2026-11-20 --by source --format csv --now 2026-11-22T00:00:00Z | cut -d, -f1,3,12
for source in bluesky mastodon shop; do
    swell --store two window '*' --day 2026-11-20 --source $source --now 2026-11-22T00:00:00Z | grep -o 'coverage.*'
done
swell --store two window '*' --day 2026-11-20 --now 2026-11-22T00:00:00Z | grep -o 'coverage.*'

# A source that is configured was to be collected on a day of which nothing is
# reported, too, but not before it began.
for day in 19 20 21; do
    swell --store two coverage --day 2026-11-$day --now 2026-11-22T00:00:00Z | grep toots
done
swell --store two digest --day 2026-11-21 --now 2026-11-22T00:00:00Z | sed -n 2p

# A file is planned for no hour: it is not one of which nothing was got.
cat >swell.yaml <<'YAML'
sources: [{ name: club, type: file, path: posts.ndjson }]
YAML
club() { swell --store three --now 2026-11-22T00:00:00Z "$@"; }
club collect
club status
club coverage
club coverage --format csv
