# A retag that was interrupted goes on where it stopped, unless it had left out
# earlier posts that are wanted now.
config() { # WORDS
    printf 'store: store\nbrands:\n  - { name: acme, match: [%s] }\n' "$1" >swell.yaml
}
config Acme
for day in 11 12 13 14; do
    echo "{\"id\":\"$day\",\"source\":\"forum\",\"created_at\":\"2026-11-${day}T10:00:00Z\",\"text\":\"Acme is late\"}"
done | swell -q --now 2026-11-20T00:00:00Z import -
config Nobody
hex() { printf %s "$1" | od -An -v -tx1 | tr -d ' \n'; }
interrupted() { # BEGAN NEXT: a run by rules 2 did the posts between these
    rm -rf cut
    swell dump | awk -v key="$(hex retag/progress)" -v value="$(hex "2 $(date -u -d "$1" +%s) $(date -u -d "$2" +%s)")" '
        /^database=/ { notes = $0 == "database=notes" }
        /^DATA=END/ && notes { print " " key; print " " value }
        { print }' | swell --store cut load - >out
}
again() { swell --store cut --now 2026-11-20T00:00:00Z retag "$@" 2>&1 | tail -n 1; }
echo "== of all, until the 13th"
interrupted 1970-01-01 2026-11-13; again
echo "== from the 12th on, until the 13th"
interrupted 2026-11-12 2026-11-13; again
interrupted 2026-11-12 2026-11-13; again --since 2026-11-12
