# Everything comes out again, in order, harmless to a spreadsheet, and the
# posts can be imported.
cat >swell.yaml <<'END'
store: store
brands:
  - name: acme
    match: [Acme]
    products:
      - name: acme-app
        match: ["Acme app"]
  - name: bolt
    match: [Bolt]
sources:
  - name: talk
    type: mastodon
    instance: https://town.example
    tags: [acme, bolt]
    token_file: token
END
cat >posts.ndjson <<'END'
{"id":"b2","source":"forum","created_at":"2026-11-20T10:20:00Z","text":"Bolt lost my parcel, terrible delivery","author":"ann","likes":3,"url":"https://forum.example/b2"}
{"id":"a1","source":"forum","created_at":"2026-11-20T10:07:00Z","text":"=1+1 I love the Acme app, \"really\"","author":"bob"}
{"id":"c3","source":"shop, reviews","created_at":"2026-11-21T09:00:00Z","text":"-1 is what I give\nto Acme, awful","author":"ann","kind":"review","rating":1}
END
run() { swell --now 2026-11-22T00:00:00Z "$@" 2>&1; }
run -q import posts.ndjson
# The key of the authors is random, so their hashes are.
# Scores are the business of other tests.
plain() {
    sed 's/hash:[0-9a-f]\{16\}/HASH/g; s/\(score":\|percent":\)[-0-9.]*/\1N/g; s/[-0-9]*\.[0-9]\{3\},/N,/'
}
echo "== posts"
run export | plain
echo "== posts for a spreadsheet"
run export --format csv | plain | cut -d, -f1-5
echo "== mentions of one subject"
run export --what mentions --subject acme --format csv | plain
echo "== windows"
run export --what windows --format csv | cut -d, -f1-8
echo "== one day, one source"
run export --from 2026-11-21 --to 2026-11-22 --source "shop, reviews" --format csv | cut -d, -f1-3
echo "== coverage"
printf 'label,from,until,state\nforum,2026-11-20,2026-11-20T06:00Z,covered\nforum,2026-11-20T06:00Z,2026-11-20T07:00Z,failed\n' >coverage.csv
run -q import --what coverage coverage.csv
run export --what coverage --format csv
run coverage --last 3d
run coverage --last 3d --format csv
echo "== a manifest"
run export --format csv --manifest how.json >/dev/null
python3 - <<'END'
import json
m = json.load(open("how.json"))
print(m["rows"], m["from"], m["until"], m["coverage_hours"])
print(m["sources"])
print(len(m["rules"]), m["rules"][0]["number"], type(m["rules"][0]["of"]).__name__)
END
echo "== SQLite"
run export --format sqlite
run export --format sqlite --out all.db
run export --format sqlite --out all.db
run export --format sqlite --out all.db --what windows
ls all.db*
python3 - <<'END'
import sqlite3
db = sqlite3.connect("all.db")
for q in ("select id, rating, label, subjects from posts order by id",
          "select subject, sum(posts), sum(negative) from windows group by 1"):
    for row in db.execute(q):
        print(row)
END
echo "== again into another store"
run export >out.ndjson
run -q --store other import out.ndjson
for what in posts mentions windows; do
    run export --what $what --format csv | plain >a
    run --store other export --what $what --format csv | plain >b
    cmp a b && echo "$what the same"
done
echo "== used wrongly"
run export --what tea
run export --format xml
run --store nowhere export
echo "== what was exported comes back the same"
run export >first.ndjson
run --store again -q import first.ndjson
run --store again export | cmp - first.ndjson && echo same
echo "== posts that come while it is read are not in it"
awk 'BEGIN { for (i = 0; i < 2000; i++)
    printf "{\"id\":\"m%d\",\"source\":\"many\",\"created_at\":%d,\"text\":\"Bolt\"}\n", i, 1700000000 + 900 * i }' >many.ndjson
swell -q --store busy --now 2026-11-22T00:00:00Z import many.ndjson
tail -n 1 many.ndjson | sed 's/"m1999"/"late"/' >late.ndjson
swell --store busy export --what windows | {
    read -r first # more than a pipe holds is still to come
    swell -q --store busy --now 2026-11-22T00:00:00Z import late.ndjson
    tail -n 1 | sed 's/"unscored.*//'
}
swell --store busy export --what windows | tail -n 1 | sed 's/"unscored.*//'
