# What a store needs now and then: verify, forget, expire, compact, dump.
cat >swell.yaml <<'END'
store: store
brands:
  - name: acme
    match: [Acme]
END
for i in 1 2 3 4 5 6; do
    echo "{\"id\":\"$i\",\"source\":\"forum\",\"created_at\":\"2026-11-1${i}T10:00:00Z\",\"text\":\"Acme number $i is late\",\"author\":\"writer$((i % 2))\",\"url\":\"https://forum.example/$i\"}"
done >posts.ndjson
run() { swell --now 2026-11-20T00:00:00Z "$@" 2>&1; echo "status $?"; }
posts() { swell --now 2026-11-20T00:00:00Z export --format csv | cut -d, -f1 | tr '\n' ' '; echo; }
counted() { swell export --what windows --subject acme --format csv --from 2026-11-01 --to 2026-11-30 | wc -l; }
swell --now 2026-11-20T00:00:00Z -q import posts.ndjson
echo "== verify"
run verify
echo "== dump, load, byte by byte"
swell dump >one
run --store copy load one
swell --store copy dump | cmp - one && echo same
run --store copy load one
echo "== a store whose key was not copied with it says so, once"
run -q --store copy import posts.ndjson
run -q --store copy import posts.ndjson
echo "== half a dump"
head -c 3000 one >half
run --store cut load half 2>&1 | sed "s/line [0-9]* of/line N of/" # how many lines come before depends on the LMDB
ls -d cut
mkdir kept; cp -p store/author.key kept
swell --store kept load half 2>/dev/null || ls kept
swell --store kept load one && rm -r kept
if command -v mdb_dump >/dev/null; then mdb_dump -a store | cmp - one; fi && echo "as mdb_dump writes it"
echo "== forget"
run forget --url https://forum.example/2
run forget --post 3 --source forum
run forget --author writer1
run forget --author nobody
posts
counted
swell --now 2026-11-20T00:00:00Z -q import posts.ndjson
posts
run verify
echo "== expire"
run expire
run expire --older 6d --before 2026-11-14
run expire --older 5d
posts
counted
swell --now 2026-11-20T00:00:00Z -q import posts.ndjson
run verify
echo "== compact"
grep -c "number 1 is late" store/data.mdb
swell compact >/dev/null
grep -c "number [1-4] is late" store/data.mdb
run verify
echo "== something is wrong with the windows"
swell dump | awk '/^database=/{t=$0} {if (t=="database=days" && /^ /) {row++; if (row<3) next} print}' >broken
swell --store mended -q load broken
run --store mended verify
run --store mended verify --repair
run --store mended verify
swell --store mended export --what windows --from 2026-11-01 --to 2026-11-30 >a
swell export --what windows --from 2026-11-01 --to 2026-11-30 >b
cmp a b && echo "as it was"
echo "== used wrongly"
run forget
run forget --post 1 --url 2
run expire --source nosuch --older 1d
run --store nowhere verify
echo "== a post whose identity says that it was forgotten"
echo '{"id":"gone1","source":"forum","created_at":"2026-11-20T10:00:00Z","text":"Acme"}' >gone.ndjson
swell -q --store kept --now 2026-11-22T00:00:00Z import gone.ndjson
swell --store kept dump | sed '/^database=ids$/,/^DATA=END$/ s/^\( [0-9a-f]\{28\}\)[0-9a-f]\{10\}$/\1ffffffffff/' >gone.dump
swell --store torn load gone.dump
swell --store torn verify --repair; echo "status $?"
swell --store torn verify; echo "status $?"
swell --store torn --now 2026-11-22T00:00:00Z import gone.ndjson 2>&1 | sed 's/;.*//'
swell --store torn export --what windows | wc -l
echo "== other posts that are not what they should be"
swell -q --store late --now 2026-11-22T00:00:00Z import gone.ndjson
swell --store late dump >late.dump
wrong() { # WORDS: the dump on standard input is found wrong, and mended
    echo "- $1"
    rm -rf torn && swell -q --store torn load -
    swell --store torn verify | sed 1q
    swell --store torn verify --repair | tail -1
    swell --store torn verify | tail -1
    swell --store torn export --format csv | wc -l
}
sed '/^database=ids$/,/^DATA=END$/ { /^ /d }' late.dump | wrong "no identity"
sed '/^database=ids$/,/^DATA=END$/ s/^\( [0-9a-f]\{28\}\)[0-9a-f]\{10\}$/\1006a000000/' late.dump | wrong "an identity of another time"
awk '/^database=/ { posts = $0 == "database=posts" } /^ / && posts && ++line == 2 { print " 00"; next } { print }' late.dump | wrong "a record that cannot be read"
awk '/^database=/ { posts = $0 == "database=posts" } /^ / && posts && ++line == 1 { sub(/..$/, "00") } { print }' late.dump | wrong "the key of another post"
sed '/^database=posts$/,/^DATA=END$/ { /^ /d }' late.dump | wrong "an identity without a post"
for digits in 8 16; do # of 14 digits
    awk -v digits="$digits" '/^database=/ { hours = $0 == "database=hours" } /^ / && hours && ++line == 1 { $0 = substr($0 "00", 1, 1 + digits) } { print }' late.dump >odd.dump
    swell -q --store "odd$digits" load odd.dump
    swell --store "odd$digits" verify --repair; echo "status $?"
done
