# From a day's digest down to its posts: digest, window, posts, why on a tiny
# store, with hostile texts. Scores are cut: lexicons may change them.
cat > swell.yaml <<'END'
store: db
digest:
  floor: 3
brands:
  - name: acme
    title: Acme
    match: [acme]
    handles: ["@acmehelp"]
    products:
      - name: app
        title: Acme app
        match: ["acme app"]
  - name: bolt
    title: Bolt
    match: [bolt]
END
post() { # ID DAY TIME AUTHOR TEXT [MORE]
    printf '{"id":"%s","source":"forum","created_at":"2026-11-%sT%s:00Z","author":"%s","text":"%s"%s}\n' "$1" "$2" "$3" "$4" "$5" "${6:-}"
}
{
    for day in 17 18 19; do
        for n in 1 2 3 4; do
            post "h$day$n" $day 0$n:15 "user$n" "A day with acme like any other, number $n on the $day"
        done
    done
    post a1 20 08:10 ann "I hate this terrible acme app, it is awful and useless"
    post a2 20 08:40 bob "The awful acme app crashed again, horrible"
    post a3 20 09:05 cat "Lovely people at acme, excellent and wonderful shop"
    post a4 20 09:06 cat "Lovely people at acme, excellent and wonderful shop"
    post a5 20 11:30 dan "=cmd|'/c calc'!A1 acme is terrible, \\u001b[31mterrible\\u202e, awful"
    post a6 20 23:59 eve "Bolt is great, I love it, wonderful"
    post a7 21 00:00 fay "acme tomorrow"
    post a8 20 12:00 '@acmehelp' "We are sorry to hear that" ',"reply_to":"a1"'
    post a9 20 12:30 gus "+1, -2, nobody is named here"
} > posts.ndjson
now="--now 2026-11-21T06:00:00Z"
strip() { sed 's/−/-/g; s/[+-][0-9]\.[0-9]*/N/g; s/±[0-9.]*/±N/g; s/ *$//'; }
swell import -q $now posts.ndjson
echo "== window"
swell window acme --day 2026-11-20 $now | strip
swell window acme --day 2026-11-20 --by hour $now | strip | grep -v ' 0 '
swell window acme --from 2026-11-17 --to 2026-11-21 --by day --format csv $now | cut -d, -f1-4,12
swell window '*' --day 2026-11-20 --by source --format csv $now | cut -d, -f1-4
swell window acme/app --last 24h --format json $now | sed 's/"net.*//'
echo "== posts"
swell posts acme --day 2026-11-20 --label negative $now | strip
swell posts acme --day 2026-11-20 --format csv --limit 2 $now | cut -d, -f1-3,6,12
swell posts acme --day 2026-11-20 --format csv $now | sed -n '/^a5/s/.*,"/"/p' | tr '\033' '?' 
swell posts '*' --day 2026-11-20 --format ndjson --limit 1 $now | sed 's/"author":"hash:[0-9a-f]*"/"author":HASH/' | strip
swell posts '*' --day 2026-11-20 --format csv $now | grep '^a9' | sed 's/.*,"/"/'
swell posts '*' --day 2026-11-25 --format json $now
echo "== why"
swell why acme --day 2026-11-20 --count negative $now | sed -n '1,/^Alerts/p' | strip
swell why acme --day 2026-11-20 --count negative $now | grep -E '^ +(id|[0-9]\.)' | strip
echo "== digest"
COLUMNS=80 swell digest $now | strip
swell digest --day 2026-11-15 $now
swell digest $now --format markdown | strip
swell digest $now --format html --out page.html && grep -c '<html' page.html
swell digest $now --format json | tr ',' '\n' | sed -n '/"posts"/{p;q}'
swell digest $now --site site && swell digest --day 2026-11-19 $now --site site && ls site
grep -o 'href="2026-11-[0-9]*.html"' site/2026-11-19.html
echo "== told once a day: restated is what comes later, wherever the day ends"
hours() { # FROM TO: a post an hour
    for h in $(seq $1 $2); do
        echo "{\"id\":\"h$h\",\"source\":\"forum\",\"created_at\":\"2026-11-1$((h / 24))T$(printf %02d $((h % 24))):00:00Z\",\"author\":\"a$h\",\"text\":\"Acme number $h\"}"
    done
}
for zone in America/Los_Angeles Asia/Tokyo; do
    sed "s,^store:.*,store: told-$(basename $zone)," swell.yaml >told.yaml
    telling() { swell -q --config told.yaml --now 2026-11-1$1T15:00:00Z digest --tz $zone --format markdown --out told.md; grep '^# \|restated' told.md; }
    coming() { swell -q --config told.yaml --now 2026-11-1$1T15:00:00Z import -; }
    hours 0 38 | coming 1
    telling 1
    hours 39 62 | coming 2
    telling 2
    swell -q --config told.yaml --now 2026-11-12T15:00:00Z digest --tz $zone --day today --out today.md
    hours 63 86 | coming 3
    telling 3
    echo '{"id":"late","source":"forum","created_at":"2026-11-13T01:10:00Z","author":"b","text":"Acme, late"}' | coming 3
    telling 3
done
echo "== faults"
try() { swell "$@" $now; echo "status $?"; }
try window acm
try window
try posts nothing-like-it --day today
try posts "acme app" --day today
try posts acme --aspect colour
try why acme --count everything
try digest --day someday
try digest --format pdf
try digest --brand bold
try digest --format html --out no/such/folder.html
