# Floors on the five shared brand series: score 80, F1 .75 at the default
# threshold. Skips with a word where the shared data is absent.
shared=$ROOT/../shared
[ -d "$shared/data/series" ] && command -v python3 > /dev/null || {
    echo "skip: no shared series"
    exit 77
}
for series in "$shared"/data/series/*.csv; do
    swell -q detect < "$series" > "$(basename "$series")" || exit 1
done
python3 "$shared/eval/score_alerts.py" "$shared/data/series/windows.json" \
    "$shared/data/series" . > scores
awk '/^standard score/ { if ($3 >= 80) print "score at least 80"; else print }
     /^incidents/ { if ($7 >= .75) print "F1 at least .75"; else print }' scores
