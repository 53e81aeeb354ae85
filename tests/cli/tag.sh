# swell tag: one line out for each line in; labels of texts nobody doubts.
cat > shop.yaml <<'END'
brands:
  - name: acme
    match: [Acme, "@acme_help"]
    products:
      - name: card
        match: ["Acme Card"]
  - name: gate
    match: [Gate]
    case_sensitive: true
    exclude: ["Water Gate"]
END
printf 'a1\tI love Acme, they are wonderful!\n' > posts.tsv
printf 'a2\tthe Acme Card is a terrible rip-off, awful\twith a tab\r\n' >> posts.tsv
printf 'only a text: horrible, the worst Gate ever\n' >> posts.tsv
printf '\n' >> posts.tsv
printf 'a5\tDie Lieferung kam leider nicht an\n' >> posts.tsv
printf 'a6\t\xff\xfe I love it \xf0\x9f\x98\x8d\xf0\x9f\x98\x8d\n' >> posts.tsv
printf 'a7\tno line end at Water Gate or gate' >> posts.tsv

echo "== tsv"
swell tag --config shop.yaml --format tsv posts.tsv | cut -f 1,2,4
echo "== seven columns, scores within one"
swell tag --format tsv < posts.tsv | awk -F'\t' '
    NF != 7 || $3 !~ /^-?[01]\.[0-9][0-9][0-9]$/ { print "bad: " $0 }
    { n++ } END { print n }'
echo "== ndjson"
printf '{"id":"j1","text":"I love it"}\n{"id":7,"text":"worst \\u00e9ver"}\n{bad\nt\twonderful\n' |
    swell tag --format ndjson | sed 's/,"confidence.*"label"/,"label"/; s/,"score".*//'
printf '{"bad"\n' | swell tag --format ndjson -q; echo "status $?"
printf 'm1\tAfter ten years I left Acme for Harrowpine. Please add parcel lockers\n' |
    swell tag --config shop.yaml --format ndjson | grep -o '"wish".*"length":[0-9]*\|}\]}'
echo 'Hola, ¿dónde está mi pedido?' | swell tag
echo "== text"
echo 'I love Acme, but delivery was a horrible mess' |
    swell tag --config shop.yaml | sed 's/ [-+][01]\.[0-9]*.*//'
echo "== explain"
printf 'x1\tI love it\n' | swell tag --explain | grep -q '"love"' && echo told
echo "== nothing that a terminal would obey"
printf 'a\033[31m\tI \033]0;x\007love it\n' >escapes.tsv
{ swell tag escapes.tsv; swell tag --explain escapes.tsv; } |
    tr -cd '\033\007' | wc -c
echo "== mistakes"
swell tag --format xml posts.tsv; echo "status $?"
swell tag nowhere.tsv; echo "status $?"
swell tag --lexicon nowhere.txt posts.tsv; echo "status $?"
printf '# words\nword\tnot a number at all\n' > bad.tsv
swell tag --lexicon bad.tsv posts.tsv > /dev/null 2> said; echo "status $?"
grep -c 'bad.tsv:2: ' said
echo "== a long span is cut between characters"
echo 'Please add a way to see café crème brûlée naïve façade garçon fiancée voilà on the app' |
    swell tag --explain >long
iconv -f utf-8 -t utf-8 long >/dev/null && grep -o '"[^"]*…"' long | sort -u
