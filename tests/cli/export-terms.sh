# The words of a day that two writers or more used: each text once, no stop
# words, none of the subject's own names; names as they are written. What a
# query asks for beside the name is no name, nor is what a pattern spells.
cat >swell.yaml <<'END'
store: store
brands:
  - name: acme
    match: [Acme]
  - name: bolt
    match: ["bolt AND (refund OR parcel) NOT nut", "/bolt.?(refund|parcel)/i"]
END
cat >posts.ndjson <<'END'
{"id":"1","source":"forum","created_at":"2026-11-20T10:00:00Z","text":"The zipper of my Acme coat broke","author":"ann"}
{"id":"2","source":"forum","created_at":"2026-11-20T11:00:00Z","text":"Acme: another zipper gone, a broken zipper","author":"bob"}
{"id":"3","source":"forum","created_at":"2026-11-20T11:05:00Z","text":"Acme: another zipper gone, a broken zipper","author":"cid"}
{"id":"4","source":"forum","created_at":"2026-11-20T12:00:00Z","text":"Parking at the mall, again","author":"ann"}
{"id":"5","source":"forum","created_at":"2026-11-21T12:00:00Z","text":"parking was easy at Acme","author":"eve"}
{"id":"6","source":"forum","created_at":"2026-11-21T12:30:00Z","text":"no parking anywhere","author":"ann"}
{"id":"7","source":"forum","created_at":"2026-11-21T13:00:00Z","text":"Where is my Gift Card?","author":"ann"}
{"id":"8","source":"forum","created_at":"2026-11-21T13:30:00Z","text":"lost a Gift Card, Parking ticket in it","author":"bob"}
END
for i in 9 10; do
    echo '{"id":"'$i'","source":"forum","created_at":"2026-11-21T14:00:00Z","text":"'$i' days, no refund from bolt","author":"w'$i'"}'
done >>posts.ndjson
run() { swell --now 2026-11-22T00:00:00Z "$@" 2>&1; }
run -q import posts.ndjson
echo "== all posts"
run export --what terms --format csv
echo "== one subject"
run export --what terms --subject acme
run export --what terms --subject bolt
