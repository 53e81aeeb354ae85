# An experiment from its first day to its lesson.
awk 'function below(n) { seed = seed * 16807 % 2147483647; return seed % n }
BEGIN {
    seed = 7
    for (d = 0; d < 200; d++)
        for (b = 0; b < 3; b++) {
            n = 20 + below(12)
            if (b == 0 && d >= 190) n *= 3
            for (i = 0; i < n; i++) {
                t = 1767225600 + d * 86400 + below(86400)
                printf "{\"id\":\"%d-%d-%d\",\"source\":\"forum\",\"created_at\":%d,\"author\":\"a%d\",\"text\":\"%s %s today\"}\n",
                    d, b, i, t, below(9999),
                    b == 0 ? "acme" : b == 1 ? "bolt" : "corso",
                    below(10) < 3 ? "was lovely" : "was open"
            }
        }
}' > posts.ndjson
cat > swell.yaml <<'Y'
store: s
brands:
  - name: acme
    match: [acme]
    own: yes
  - name: bolt
    match: [bolt]
  - name: corso
    match: [corso]
Y
swell -q import posts.ndjson
now="--now 2026-07-17T08:00:00Z"
swell $now experiment list
swell $now experiment add chat --subject acme --from 2026-07-10 \
    --title "chat until midnight" --controls bolt,corso; echo "status $?"
swell $now experiment add chat --subject acme --from 2026-07-10; echo "status $?"
swell $now experiment add x --subject nobody --from 2026-07-10; echo "status $?"
swell $now experiment add x --subject acme; echo "status $?"
swell $now experiment add x --subject bolt --from 2026-07-10 \
    --controls acme,bolt; echo "status $?"
seventeen=$(printf 'corso,%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17)
swell $now experiment add x --subject acme --from 2026-07-10 \
    --controls "$seventeen"; echo "status $?"
swell $now experiment add x --subject acme --from 2026-07-10 \
    --to 2026-07-10; echo "status $?"
echo "== read"
swell $now experiment read chat | head -5
echo "== a control is not changed by it"
swell $now experiment add still --subject bolt --from 2026-07-10 --to 2026-07-18 --controls corso
swell $now experiment read still | sed -n 2p | cut -d'(' -f1
echo "== the digest tells of both"
swell $now digest --day 2026-07-16 | sed -n '/^EXPERIMENTS/,/^$/p'
swell $now digest --day 2026-07-16 --format markdown | sed -n '/^## Exp/,/^Why/p'
swell $now digest --day 2026-07-16 --format html | grep -c '<bdi>chat until midnight</bdi>'
echo "== close"
swell $now experiment close chat --to 2026-07-01; echo "status $?"
swell $now experiment close chat --lesson "evening chat is worth it"
swell $now experiment list
swell $now experiment list --format json
swell $now experiment read chat --format json | grep -c '"verdict":"rose"'
swell $now experiment close nothing; echo "status $?"
echo "== a source that was down, and one that came, are no effect"
awk 'BEGIN {
    for (d = 140; d < 197; d++) for (i = 0; i < 20; i++)
        if (d > 190) printf "{\"id\":\"n%d-%d\",\"source\":\"bluesky\",\"created_at\":%d,\"author\":\"b%d\",\"text\":\"bolt was open today\"}\n",
            d, i, 1767225600 + d * 86400 + i * 3600, d * 99 + i
}' > more.ndjson
swell -q import more.ndjson
swell $now experiment read still --format json |
    grep -o '"measure":"posts","verdict":"[a-z ]*"'
cat > coverage.csv <<'C'
label,from,until,state
mastodon,2026-01-01,2026-06-20,covered
mastodon,2026-06-20,2026-06-24,failed
mastodon,2026-06-24,2026-07-17,covered
bluesky,2026-07-11,2026-07-17,covered
C
swell -q import --what coverage coverage.csv
swell $now experiment read still | sed -n 2,3p | cut -d'(' -f1
swell $now experiment read still --format json |
    grep -o '"[a-z]*_left_out":[^,]*'
echo "== the first source came with older posts: days begin with its coverage"
mkdir first
cp swell.yaml first
cd first
awk 'BEGIN {
    for (d = 130; d < 197; d++) for (i = 0; i < (d < 165 ? 4 : d < 181 ? 20 : 60); i++)
        printf "{\"id\":\"f%d-%d\",\"source\":\"mastodon\",\"created_at\":%d,\"author\":\"b%d\",\"text\":\"acme was open today\"}\n",
            d, i, 1767225600 + d * 86400 + i * 1200, d * 99 + i
}' > posts.ndjson
swell -q import posts.ndjson
printf 'label,from,until,state\nmastodon,2026-06-15,2026-07-17,covered\n' \
    > coverage.csv
swell -q import --what coverage coverage.csv
swell -q $now experiment add hours --subject acme --from 2026-07-01
swell $now experiment read hours | sed -n 1,3p
echo "== an alert on a day compared is said, of a young store, too"
mkdir ../young
cp swell.yaml ../young
cd ../young
awk 'BEGIN {
    for (d = 160; d < 197; d++) for (i = 0; i < (d == 192 ? 200 : 20); i++)
        printf "{\"id\":\"y%d-%d\",\"source\":\"forum\",\"created_at\":%d,\"author\":\"b%d\",\"text\":\"acme was open today\"}\n",
            d, i, 1767225600 + d * 86400 + i * (d == 192 ? 60 : 3600), d * 999 + i
}' > posts.ndjson
swell -q import posts.ndjson
swell -q $now experiment add young --subject acme --from 2026-07-01
swell $now experiment read young | sed -n 1,2p
swell $now experiment read young --format json | grep -o '"days_alerted":[0-9]*'
