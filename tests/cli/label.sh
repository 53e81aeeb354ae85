# swell label: asked one by one, kept beside the posts, listed for accuracy.
cat >swell.yaml <<'Y'
store: store
brands:
  - name: acme
    match: [Acme]
Y
for i in 1 2 3; do
    echo '{"id":"p'$i'","source":"forum","created_at":"2026-11-2'$i'T10:00:00Z","text":"I love Acme, it is great"}'
    echo '{"id":"n'$i'","source":"forum","created_at":"2026-11-2'$i'T11:00:00Z","text":"Acme is terrible, I hate it"}'
    echo '{"id":"u'$i'","source":"forum","created_at":"2026-11-2'$i'T12:00:00Z","text":"Acme has a shop in town\u001b[31m"}'
done >posts.ndjson
now='--now 2026-11-24T06:00:00Z'
swell $now -q import posts.ndjson
echo "== letters, a whole word, skipped, the end of the input"
printf 'n\nneutral\nx\np\n' | swell $now label --subject acme --n 5 | tr -cd '\n -~'
echo "== what was said"
swell $now label --list | cut -f 2,3
echo "== what is no answer leaves one out, however long it is"
{ echo no idea; printf '%063d\n' 7; printf '%063dp\n' 7; echo neg; echo quit; } | swell $now label | tail -n 1
swell $now label --list | wc -l
echo "== an identity with a tab and a line end in it"
echo '{"id":"a\\tb\\nc","source":"forum","created_at":"2026-11-18T10:00:00Z","text":"Acme is fine"}' >odd.ndjson
swell $now -q --store odd import odd.ndjson
echo p | swell $now --store odd label >asked
swell $now --store odd label --list | tail -n +2 | cat -t
echo "== nobody is asked"
swell $now label --last 1h </dev/null
