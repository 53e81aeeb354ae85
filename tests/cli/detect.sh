# The detector on a series from stdin: rows are summed into closed hours.
{
    echo timestamp,value
    awk 'BEGIN {
        for (h = 0; h < 30 * 24; h++)
            for (m = 0; m < 60; m += 15)
                printf "2026-03-%02d %02d:%02d:07.25,%d\n", h / 24 + 1, h % 24,
                    m, (h == 500 ? 90 : 5) + (h * 7 + m / 15) % 3
    }'
} > series.csv
echo "== alerts"
swell detect < series.csv > out.csv
head -1 out.csv
grep ',1$' out.csv
wc -l < out.csv
echo "== nothing to do"
swell detect < /dev/null
echo "== RFC 3339, hours without a row, the same time twice"
printf '2026-03-01T00:00:00Z,3\r\n2026-03-01T00:00:00Z,4\n\n2026-03-01T02:00:00Z,1\n' |
    swell detect
echo "== every cell quoted"
printf '"when","count"\n"2026-03-01T00:00:00Z","3"\n"2026-03-01T01:00:00Z","4"\n' |
    swell detect
echo "== the last hour has not ended"
printf '2026-03-01T00:00:00Z,3\n2026-03-01T00:30:00Z,4\n2026-03-01T01:00:00Z,9\n' |
    swell detect
echo "== in any order"
printf 'when,count\n2026-03-01T05:00:00Z,3\n2026-03-01T04:00:00Z,1\n' |
    swell detect
echo "== hours that are missing teach nothing"
awk 'BEGIN {
    for (h = 0; h < 240; h++)
        if (h < 150 || h >= 238)
            printf "2026-03-%02d %02d:00,%d\n", h / 24 + 1, h % 24, 50 + h % 3
}' | swell detect | tail -3
echo "== faults"
try() { printf "$1" | swell detect; echo "status $?"; }
try '2026-03-01T05:00:00Z\n'
try '2026-03-01T05:00:00Z,many\n'
try '2026-03-01T05:00:00Z,-1\n'
try '2026-03-01T05:00:00Z,nan\n'
try 'timestamp,count\ntimestamp,count\n2026-33-01,1\n'
try '1970-01-02,1\n2026-01-01,1\n'
swell detect --threshold 0 < /dev/null; echo "status $?"
swell detect --format json < /dev/null; echo "status $?"
