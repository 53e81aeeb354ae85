# New terms: from the command line, in three forms; no baseline is said.
awk 'function rand_(n) { seed = seed * 16807 % 2147483647; return 1 + seed % n }
BEGIN {
    seed = 3
    split("jumper boots kettle lamp shelf apron basket mirror", thing, " ")
    split("arrived looks-fine was-cheap fits needs-a-wash", said, " ")
    for (d = 0; d < 20; d++)
        for (i = 0; i < 60; i++) {
            text = "acme " thing[rand_(8)] " " said[rand_(5)] " " rand_(500)
            if (d == 19 && i < 12)
                text = "acme gift card is stuck #stuckcard " i
            printf "p%d-%d\t%d\ta%d\t%s\n", d, i,
                1767225600 + d * 86400 + i * 1200, d * 100 + i, text
        }
}' | sed '1i id\tcreated_at\tauthor\ttext' > posts.tsv
cat > swell.yaml <<'Y'
store: s
brands:
  - name: acme
    match: [acme]
Y
swell -q import posts.tsv
swell terms acme --day 2026-01-20 --format csv | cut -d, -f1-6,10-11
swell terms acme --day 2026-01-20 | head -9
swell terms acme --day 2026-01-20 --format json | sed 's|,"first_seen.*||;2q'
echo "== an ordinary day"
swell terms acme --day 2026-01-18 | tail -1
echo "== the first day"
swell terms acme --day 2026-01-01
echo "== a month before it, with coverage recorded"
printf 'label,from,until,state\nimport,2026-01-01T00:00:00Z,2026-01-21T00:00:00Z,covered\n' \
    >coverage.csv
swell -q import --what coverage coverage.csv
swell terms acme --day 2025-12-01
echo "== usage"
swell terms acme --format xml; echo "status $?"
