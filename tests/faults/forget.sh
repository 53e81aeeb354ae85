# Forgotten and compacted, nothing of a post is left in any file of the store:
# its text, the words of it that the digest counted, its id, address, handle,
# author, and what people noted about it. Ids have capitals here: those of small
# letters alone are packed, and would not be seen in the file.
set -u
fail() { echo "$*"; exit 1; }
cat >swell.yaml <<'END'
store: store
keep_handles: true
brands:
  - name: acme
    match: [Acme]
END
now=2026-11-20T00:00:00Z
line() { # NUMBER DAY AUTHOR TEXT
    case $1 in ???) key=3kStays$1 ;; *) key=3kForget$1 ;; esac
    printf '{"id":"at://did:plc:Writer%s/app.bsky.feed.post/%s","source":"bluesky","created_at":"2026-11-%sT10:00:%02dZ","text":"%s","author":"%s","handle":"%s.example","url":"https://bsky.app/profile/did:plc:Writer%s/post/%s","kind":"reply","reply_to":"at://did:plc:asked%s/app.bsky.feed.post/3kAsked%s"}\n' \
        "$3" $key "$2" $(($1 % 60)) "$4" "$3" "$3" "$3" $key "$3" "$1"
}
i=100
while [ $i -lt 400 ]; do
    line $i 19 plain$((i % 40)) "Acme parcel $i is late, where is it?"
    i=$((i + 1))
done >posts.ndjson
for i in 1 2 3; do
    line $i 19 gonewriter "Acme zyxwordly parcel lost, where is it? zyxwordly"
    line $((i + 10)) 19 other$i "Acme parcel quuxpeep is late, where is it? $(printf 'quuxpeep %.0s' $(seq $((i * 200))))"
done >>posts.ndjson
swell -q --now $now import posts.ndjson || fail import
swell -q --now $now digest --day 2026-11-19 >digest.md || fail digest
id='bluesky/at://did:plc:Writergonewriter/app.bsky.feed.post/3kForget1'
swell -q --now $now inbox answer "$id" || fail inbox
# The same post as an older edition had it: pages that were freed hold it too.
sed 's/zyxwordly parcel/zyxedited parcel/' posts.ndjson >edited.ndjson
swell -q --now $now import edited.ndjson || fail "import of the edit"
left() { cat store/data.mdb store/lock.mdb store/writer.lock | grep -a -o -E 'zyx(wordly|edited)|gonewriter|3kForget[123]\b|3kAsked[123]\b|quuxpeep' | sort | uniq -c; }
[ "$(left | wc -l)" -ge 7 ] || { left; fail "not everything was there to forget"; }
swell -q --now $now forget --author gonewriter || fail forget
for i in 1 2 3; do
    swell -q --now $now forget --post "at://did:plc:Writerother$i/app.bsky.feed.post/3kForget1$i" || fail "forget $i"
done
swell -q compact || fail compact
left >still
[ ! -s still ] || { cat still; fail "left behind"; }
swell verify >out || { cat out; fail verify; }
[ "$(swell export | wc -l)" = 300 ] || fail "others are gone"
swell -q --now $now import posts.ndjson || fail "import again"
[ "$(swell export | wc -l)" = 300 ] || fail "they came back"
