# A wave of complaints as those see it who ask: trends, why, windows by tag.
awk 'function post(id, day, second, author, text) {
    printf "{\"id\":\"%s\",\"source\":\"forum\",\"created_at\":%d,\"author\":\"a%s\",\"text\":\"%s\"}\n",
        id, 1767225600 + day * 86400 + second, author, text
}
BEGIN {
    for (d = 0; d <= 30; d++)
        for (i = 0; i < 20; i++)
            post("o" d "-" i, d, i * 4000, d "-" i, (i % 4 ? "acme" : "bolt") " was lovely today")
    for (i = 0; i < 90; i++)
        post("w" i, 30, 32400 + i * 60, "w" i, i * 7 " the acme parcel was late, terrible delivery " i)
}' >posts.ndjson
cat >swell.yaml <<'Y'
store: s
brands:
  - name: acme
    match: [acme]
    own: yes
  - name: bolt
    match: [bolt]
Y
swell -q import posts.ndjson
now="--now 2026-02-02T08:00:00Z"
echo "== trends"
swell $now trends --day 2026-01-31
swell $now trends --day 2026-01-31 --format csv
swell $now trends --day 2026-01-31 --format json | tr ',' '\n' | grep -c '"subject":"acme"'
swell $now trends --day 2026-01-30
echo "== why"
swell $now why acme --day 2026-01-31 --count negative | sed -n '/^Alerts/,/^$/p'
echo "== windows"
swell $now window acme --from 2026-01-31 --to 2026-02-01 --by aspect
swell $now window acme --from 2026-01-31 --to 2026-02-01 --by intent --format csv
swell $now window acme --from 2026-01-31 --to 2026-02-01 --by aspect --format json
swell $now window acme --from 2026-01-30T18:00:00Z --to 2026-01-31T09:30:00Z --by day --format csv | cut -d, -f1-5
echo "== a site remembers the alerts of earlier days"
for day in 2026-01-31 2026-02-01; do swell -q $now digest --day $day --site site; done
grep -o '<p class="dim">.*\|<h1>.*' site/index.html
grep -o '<a [^>]*2026-[^/]*/[a-z]*>' site/index.html
